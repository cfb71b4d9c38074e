/*
 * VT-d scalable mode with two stages, PASIDs and page requests
 *
 * Ties the parts together: properties, capabilities and registers, and the way
 * of a request through context entry, PASID entry, IOTLB and page tables
 * (VT-d 4.1, chapters 3, 7 and 11).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/i386/x86-iommu.h"
#include "migration/blocker.h"
#include "intel_iommu_nested.h"
#include "trace.h"

/* Faults (7.1.3, 7.2) */

/* FPD hides a fault unless it comes from before there was an FPD to read */
static bool vtd_fault_qualified(unsigned int reason)
{
    switch (reason) {
    case VTD_FR_SM_ROOT_ACCESS:
    case VTD_FR_SM_ROOT_P:
    case VTD_FR_SM_ROOT_RSVD:
    case VTD_FR_SM_CE_ACCESS:
    case VTD_FR_PASID_DIR_ACCESS_ERR:
    case VTD_FR_PASID_TABLE_ACCESS_ERR:
        return false;
    default:
        return true;
    }
}

/* A translation request gets an answer without permissions for these */
static bool vtd_fault_recoverable(unsigned int reason)
{
    switch (reason) {
    case VTD_FR_FS_PAGING_ENTRY_P:
    case VTD_FR_FS_ROOT_READ:
    case VTD_FR_FS_TABLE_READ:
    case VTD_FR_FS_TABLE_WRITE:
    case VTD_FR_SS_NOT_PRESENT:
    case VTD_FR_FS_PAGING_ENTRY_US:
    case VTD_FR_SM_WRITE:
    case VTD_FR_SM_READ:
        return true;
    default:
        return false;
    }
}

void vtd_nested_report_fault(IntelIOMMUState *s, const VTDRequest *req,
                             unsigned int reason)
{
    uint64_t lo = VTD_FRCD_FI(req->addr);
    uint64_t hi = VTD_FRCD_SID(req->sid) | VTD_FRCD_FR((uint64_t)reason);

    if (!req->write) {
        hi |= VTD_FRCD_T;
    }
    if (req->ats || req->translated) {
        hi |= req->ats ? VTD_FRCD_AT_TRANSLATION : VTD_FRCD_AT_TRANSLATED;
    }
    if (req->has_pasid) {
        hi |= VTD_FRCD_PV((uint64_t)req->pasid) | VTD_FRCD_PP(1ULL);
        hi |= req->exec ? VTD_FRCD_EXE : 0;
        hi |= req->priv ? VTD_FRCD_PRIV : 0;
    }
    trace_vtd_dmar_fault(req->sid, reason, req->addr, req->write);
    vtd_count(s, VTD_CNT_FAULTS);
    vtd_report_frcd_fault(s, req->sid, hi, lo);
}

/* The way of a request */

static bool vtd_interrupt_range(hwaddr addr)
{
    return addr >= VTD_INTERRUPT_ADDR_FIRST && addr <= VTD_INTERRUPT_ADDR_LAST;
}

/* Checks of the PASID entry that depend on the request (7.1.3, SPT.5, SPT.6) */
static int vtd_check_pe(const VTDPASIDEntry *pe, const VTDRequest *req)
{
    uint64_t pgtt = pe->val[0] & VTD_SM_PASID_ENTRY_PGTT;

    if (req->exec) {
        return VTD_FR_SM_PE_ERE;    /* ECAP.ERS is 0 */
    }
    if (req->priv && !(pe->val[2] & VTD_SM_PE_SRE) &&
        (pgtt == VTD_SM_PASID_ENTRY_FLT ||
         pgtt == VTD_SM_PASID_ENTRY_NESTED)) {
        return VTD_FR_SM_PE_SRE;
    }
    return 0;
}

static int vtd_find_page(IntelIOMMUState *s, const VTDRequest *req,
                         const VTDPASIDEntry *pe, VTDPage *page)
{
    int ret;

    if (vtd_nested_tlb_lookup(s, req, pe, page)) {
        return 0;
    }
    ret = vtd_nested_walk(s, pe, req, page);
    if (ret) {
        return ret;
    }
    if (vtd_interrupt_range(page->addr)) {
        return VTD_FR_SM_INTERRUPT_ADDR;
    }
    vtd_nested_tlb_insert(s, req, pe, page);
    return 0;
}

/*
 * Returns 0 or a fault reason; @fpd tells whether the entries want it hidden.
 * The context entry alone decides about translated requests (4.2.3).
 */
static int vtd_request_page(IntelIOMMUState *s, VTDRequest *req, VTDPage *page,
                            bool *fpd)
{
    VTDContextEntry ce;
    VTDPASIDEntry pe;
    int ret;

    *fpd = false;
    if (!req->has_pasid && vtd_interrupt_range(req->addr)) {
        return VTD_FR_SM_INTERRUPT_ADDR;
    }
    ret = vtd_nested_get_context(s, req->sid, &ce);
    *fpd = ce.val[0] & VTD_SM_CE_FPD;
    ret = ret ? ret : vtd_nested_check_context(s, &ce, req);
    if (ret || req->translated) {
        return ret;
    }
    ret = vtd_nested_get_pe(s, &ce, req, &pe, fpd);
    ret = ret ? ret : vtd_check_pe(&pe, req);
    return ret ? ret : vtd_find_page(s, req, &pe, page);
}

static void vtd_fill_entry(IOMMUTLBEntry *out, const VTDRequest *req,
                           const VTDPage *page)
{
    uint64_t mask = vtd_level_size(page->level) - 1;
    bool write = req->priv ? page->write_priv : page->write;

    out->target_as = &address_space_memory;
    out->iova = req->addr & ~mask;
    out->translated_addr = page->addr & ~mask;
    out->addr_mask = mask;
    out->perm = IOMMU_ACCESS_FLAG(page->read, write);
}

static int vtd_request(IntelIOMMUState *s, VTDRequest *req, IOMMUTLBEntry *out)
{
    VTDPage page = {
        .addr = req->addr, .level = VTD_PT_LEVEL, .read = true, .write = true,
    };
    bool fpd;
    int ret = vtd_request_page(s, req, &page, &fpd);

    if (!ret) {
        vtd_fill_entry(out, req, &page);
        return 0;
    }
    *out = (IOMMUTLBEntry) {
        .target_as = &address_space_memory,
        .iova = req->addr & VTD_PAGE_MASK_4K,
        .addr_mask = ~VTD_PAGE_MASK_4K,
        .perm = IOMMU_NONE,
    };
    if (req->ats && vtd_fault_recoverable(ret)) {
        return 0;
    }
    if (fpd && vtd_fault_qualified(ret)) {
        trace_vtd_fault_disabled();
    } else {
        vtd_nested_report_fault(s, req, ret);
    }
    return -EACCES;
}

static void vtd_identity(hwaddr addr, IOMMUTLBEntry *out)
{
    *out = (IOMMUTLBEntry) {
        .target_as = &address_space_memory,
        .iova = addr & VTD_PAGE_MASK_4K,
        .translated_addr = addr & VTD_PAGE_MASK_4K,
        .addr_mask = ~VTD_PAGE_MASK_4K,
        .perm = IOMMU_RW,
    };
}

int vtd_nested_translate(IntelIOMMUState *s, uint16_t sid,
                         const PCIIOMMURequest *req, IOMMUTLBEntry *out)
{
    VTDRequest request = {
        .sid = sid, .pasid = req->pasid, .addr = req->addr,
        .has_pasid = req->pasid != PCI_NO_PASID,
        .write = req->write, .exec = req->exec, .priv = req->priv,
        .ats = req->ats, .translated = req->translated,
    };

    if (!s->dmar_enabled) {
        if (request.has_pasid || req->ats || req->translated) {
            return -EACCES;
        }
        vtd_identity(req->addr, out);
        return 0;
    }
    if (!vtd_nested_active(s)) {
        return -ENODEV;
    }
    return vtd_request(s, &request, out);
}

/* Ordinary DMA of any device, without PASID */
bool vtd_nested_translate_rid(IntelIOMMUState *s, PCIBus *bus, uint8_t devfn,
                              hwaddr addr, bool write, IOMMUTLBEntry *out)
{
    VTDRequest request = {
        .sid = PCI_BUILD_BDF(pci_bus_num(bus), devfn), .addr = addr,
        .write = write,
    };

    return !vtd_request(s, &request, out);
}

/* Registers and capabilities */

void vtd_nested_cap_init(IntelIOMMUState *s)
{
    if (!s->nested) {
        return;
    }
    s->ecap |= VTD_ECAP_SMTS | VTD_ECAP_FLTS | VTD_ECAP_SLTS | VTD_ECAP_NEST |
               VTD_ECAP_SRS | VTD_ECAP_SMPWC | VTD_ECAP_EAFS | VTD_ECAP_SSADS;
    s->cap = (s->cap & ~VTD_CAP_ND_MASK) | s->nd;
    if (s->fs1gp) {
        s->cap |= VTD_CAP_FS1GP;
    }
    if (s->aw_bits >= VTD_HOST_AW_57BIT) {
        s->cap |= VTD_CAP_SAGAW_57bit | VTD_CAP_FS5LP;
    }
    if (s->pasid) {
        s->ecap |= VTD_ECAP_PASID | VTD_ECAP_PSS(20);
    }
    if (s->prs) {
        s->ecap |= VTD_ECAP_PRS | VTD_ECAP_PDS;
    }
}

void vtd_nested_reset(IntelIOMMUState *s)
{
    if (!s->nested) {
        return;
    }
    vtd_nested_inv_all(s);
    vtd_context_cache_flush(s);
    vtd_pasid_cache_flush(s);
    memset(s->nested->counters, 0, sizeof(s->nested->counters));
    vtd_inv_reset(s);
    stl_le_p(&s->w1cmask[DMAR_FSTS_REG], VTD_FSTS_PFO | VTD_FSTS_IQE |
             VTD_FSTS_ICE | VTD_FSTS_ITE | VTD_FSTS_PRO);
    if (s->prs) {
        vtd_prq_reset(s);
    }
}

/* After the write of a register that intel_iommu.c has no effects for */
void vtd_nested_reg_written(IntelIOMMUState *s, hwaddr addr)
{
    if (!s->nested) {
        return;
    }
    if (addr == DMAR_IQT_REG) {
        vtd_count(s, VTD_CNT_DOORBELLS);
    } else if (addr >= DMAR_FRCD_REG_OFFSET) {
        vtd_update_fsts_ppf(s);
    } else if (s->prs) {
        vtd_prq_reg_written(s, addr);
    }
}

static uint64_t vtd_counters_read(void *opaque, hwaddr addr, unsigned int size)
{
    IntelIOMMUState *s = opaque;

    return s->nested->counters[addr / 8] >> (addr % 8 * 8);
}

static void vtd_counters_write(void *opaque, hwaddr addr, uint64_t val,
                               unsigned int size)
{
}

static const MemoryRegionOps vtd_counters_ops = {
    .read = vtd_counters_read,
    .write = vtd_counters_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 4, .max_access_size = 8 },
    .impl = { .min_access_size = 4, .max_access_size = 8 },
};

/* Properties */

static const char *const vtd_drop_names[] = {
    [VTD_DROP_CONTEXT] = "context",
    [VTD_DROP_IOTLB] = "iotlb",
    [VTD_DROP_DEV_TLB] = "dev-tlb",
    [VTD_DROP_PIOTLB] = "piotlb",
    [VTD_DROP_PASID_CACHE] = "pasid-cache",
    [VTD_DROP_DEV_PIOTLB] = "dev-piotlb",
    [VTD_DROP_PGRESP] = "pgresp",
    [VTD_DROP_PRQ] = "prq",
    [VTD_DROP_DRAIN] = "drain",
};

/* "piotlb|dev-tlb": what the unit ignores. For tests of tests only. */
static bool vtd_parse_drop(const char *text, uint32_t *drop, Error **errp)
{
    g_auto(GStrv) words = g_strsplit(text, "|", 0);

    for (char **word = words; *word; word++) {
        unsigned int i = 0;

        while (i < ARRAY_SIZE(vtd_drop_names) &&
               strcmp(*word, vtd_drop_names[i])) {
            i++;
        }
        if (i == ARRAY_SIZE(vtd_drop_names)) {
            error_setg(errp, "x-drop: unknown kind '%s'", *word);
            return false;
        }
        *drop |= 1u << i;
    }
    return true;
}

static bool vtd_nested_check_config(IntelIOMMUState *s, Error **errp)
{
    if (!s->nesting) {
        if (s->prs || s->drop || s->prq_delay || s->ite_delay) {
            error_setg(errp, "x-prs, x-prq-delay, x-ite-delay and x-drop need "
                       "x-nesting=on");
            return false;
        }
        return true;
    }
    if (!s->scalable_mode || s->flts || s->caching_mode) {
        error_setg(errp, "x-nesting needs x-scalable-mode=on, and neither "
                   "x-flts nor caching-mode");
        return false;
    }
    if (s->nd > VTD_CAP_ND) {
        error_setg(errp, "x-nd is at most %d", (int)VTD_CAP_ND);
        return false;
    }
    if (s->prs && !s->pasid) {
        error_setg(errp, "x-prs needs x-pasid-mode=on");
        return false;
    }
    return true;
}

/* Called before the first reset; without x-nesting nothing comes into being */
bool vtd_nested_realize(IntelIOMMUState *s, PCIBus *root_bus, Error **errp)
{
    if (!vtd_nested_check_config(s, errp)) {
        return false;
    }
    if (!s->nesting) {
        return true;
    }
    s->nested = g_new0(VTDNested, 1);
    s->nested->root_bus = root_bus;
    if (s->drop && !vtd_parse_drop(s->drop, &s->nested->drop, errp)) {
        return false;
    }
    error_setg(&s->nested->migration_blocker,
               "x-nesting of intel-iommu has no migration state");
    if (migrate_add_blocker(&s->nested->migration_blocker, errp) < 0) {
        return false;
    }
    qemu_mutex_init(&s->nested->lock);
    vtd_pasid_cache_init(s);
    vtd_nested_tlb_init(s);
    vtd_paging_init(s);
    vtd_inv_init(s);
    vtd_prq_init(s);
    memory_region_init_io(&s->nested->counters_mr, OBJECT(s), &vtd_counters_ops,
                          s, "intel_iommu_counters", VTD_COUNTERS_SIZE);
    memory_region_add_subregion(get_system_memory(),
                                Q35_HOST_BRIDGE_IOMMU_ADDR + VTD_COUNTERS,
                                &s->nested->counters_mr);
    return true;
}
