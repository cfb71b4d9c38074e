/*
 * VT-d scalable mode: invalidation descriptors (VT-d 4.1, 6.5.2)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "hw/pci/pci_device.h"
#include "intel_iommu_nested.h"
#include "trace.h"

/* Descriptors with a PASID exist only in 256-bit queues; their rest is 0 */
static bool vtd_wide_desc_ok(IntelIOMMUState *s, const VTDInvDesc *desc,
                             uint64_t rsvd0, uint64_t rsvd1)
{
    return s->iq_dw && !(desc->val[0] & rsvd0) && !(desc->val[1] & rsvd1) &&
           !desc->val[2] && !desc->val[3];
}

/* 6.5.2.4 */
static bool vtd_inv_piotlb(IntelIOMMUState *s, const VTDInvDesc *desc)
{
    uint16_t did = VTD_INV_DESC_PIOTLB_DID(desc->val[0]);
    uint32_t pasid = VTD_INV_DESC_PIOTLB_PASID(desc->val[0]);

    if (!vtd_wide_desc_ok(s, desc, VTD_INV_DESC_PIOTLB_RSVD_VAL0,
                          VTD_INV_DESC_PIOTLB_RSVD_VAL1)) {
        return false;
    }
    switch (desc->val[0] & VTD_INV_DESC_PIOTLB_G) {
    case VTD_INV_DESC_PIOTLB_ALL_IN_PASID:
        vtd_nested_inv_pasid(s, did, pasid);
        return true;
    case VTD_INV_DESC_PIOTLB_PSI_IN_PASID:
        if (VTD_INV_DESC_PIOTLB_AM(desc->val[1]) > VTD_MAMV) {
            return false;
        }
        vtd_nested_inv_pasid_pages(s, did, pasid,
                                   VTD_INV_DESC_PIOTLB_ADDR(desc->val[1]),
                                   VTD_INV_DESC_PIOTLB_AM(desc->val[1]),
                                   VTD_INV_DESC_PIOTLB_IH(desc->val[1]));
        return true;
    default:
        return false;
    }
}

/* 6.5.2.2 */
static bool vtd_inv_pasid_cache(IntelIOMMUState *s, const VTDInvDesc *desc)
{
    uint16_t did = VTD_INV_DESC_PC_DID(desc->lo);

    if ((desc->lo & VTD_INV_DESC_PC_RSVD_LO) || desc->hi ||
        (s->iq_dw && (desc->val[2] || desc->val[3]))) {
        return false;
    }
    switch (VTD_INV_DESC_PC_G(desc->lo)) {
    case VTD_INV_DESC_PC_DOMAIN:
        vtd_pasid_cache_inv_domain(s, did);
        return true;
    case VTD_INV_DESC_PC_PASID:
        vtd_pasid_cache_inv_pasid(s, did, VTD_INV_DESC_PC_PASID_ID(desc->lo));
        return true;
    case VTD_INV_DESC_PC_GLOBAL:
        vtd_pasid_cache_flush(s);
        return true;
    default:
        return false;
    }
}

/*
 * Bytes that a device-TLB invalidation covers, 0 for all: with S set, the
 * lowest clear bit of the address from bit 12 on tells (6.5.2.5).
 */
static hwaddr vtd_dev_tlb_size(hwaddr addr, bool s_bit)
{
    unsigned int ones = cto64(addr >> VTD_PAGE_SHIFT_4K);

    if (!s_bit) {
        return VTD_PAGE_SIZE;
    }
    return ones < 50 ? (VTD_PAGE_SIZE * 2) << ones : 0;
}

/*
 * A function that isn't there, has no power or has ATS off doesn't complete an
 * invalidation request.
 */
static bool vtd_device_completes(PCIDevice *dev)
{
    return dev && dev->enabled && dev->exp.ats_cap &&
           (pci_get_word(dev->config + dev->exp.ats_cap + PCI_ATS_CTRL) &
            PCI_ATS_CTRL_ENABLE);
}

/* The time-out names the last of several; once it has begun, none */
static VTDDescResult vtd_no_completion(IntelIOMMUState *s, uint16_t sid)
{
    s->nested->silent = true;
    if (!timer_pending(s->nested->ite_timer)) {
        s->nested->silent_sid = sid;
    }
    return VTD_DESC_DONE;
}

static VTDDescResult vtd_inv_device(IntelIOMMUState *s, uint16_t sid,
                                    PCIATSInvalidation *inv, bool s_bit)
{
    PCIDevice *dev = vtd_nested_find_device(s, sid);

    if (!vtd_device_completes(dev)) {
        return vtd_no_completion(s, sid);
    }
    if (!dev->iommu_endpoint) {
        return VTD_DESC_STOCK;
    }
    inv->size = vtd_dev_tlb_size(inv->addr, s_bit);
    inv->addr = inv->size ? inv->addr & ~(inv->size - 1) : 0;
    return dev->iommu_endpoint->ats_invalidate(dev, inv) ?
           VTD_DESC_DONE : vtd_no_completion(s, sid);
}

/* 6.5.2.5 */
static VTDDescResult vtd_inv_dev_tlb(IntelIOMMUState *s,
                                     const VTDInvDesc *desc)
{
    PCIATSInvalidation inv = {
        .pasid = PCI_NO_PASID,
        .addr = VTD_INV_DESC_DEVICE_IOTLB_ADDR(desc->hi),
    };

    if ((desc->lo & VTD_INV_DESC_DEVICE_IOTLB_RSVD_LO) ||
        (desc->hi & VTD_INV_DESC_DEVICE_IOTLB_RSVD_HI) ||
        (s->iq_dw && (desc->val[2] || desc->val[3]))) {
        return VTD_DESC_BAD;
    }
    return vtd_inv_device(s, VTD_INV_DESC_DEVICE_IOTLB_SID(desc->lo), &inv,
                          VTD_INV_DESC_DEVICE_IOTLB_SIZE(desc->hi));
}

/* 6.5.2.6 */
static VTDDescResult vtd_inv_dev_piotlb(IntelIOMMUState *s,
                                        const VTDInvDesc *desc)
{
    PCIATSInvalidation inv = {
        .pasid = VTD_INV_DESC_PASID_DEVICE_IOTLB_PASID(desc->lo),
        .global = VTD_INV_DESC_PASID_DEVICE_IOTLB_GLOBAL(desc->hi),
        .addr = VTD_INV_DESC_PASID_DEVICE_IOTLB_ADDR(desc->hi),
    };

    if (!vtd_wide_desc_ok(s, desc, VTD_INV_DESC_PASID_DEVICE_IOTLB_RSVD_VAL0,
                          VTD_INV_DESC_PASID_DEVICE_IOTLB_RSVD_VAL1)) {
        return VTD_DESC_BAD;
    }
    return vtd_inv_device(s, VTD_INV_DESC_PASID_DEVICE_IOTLB_SID(desc->lo),
                          &inv,
                          VTD_INV_DESC_PASID_DEVICE_IOTLB_SIZE(desc->hi));
}

/* A device didn't answer: the wait is aborted, the queue stops (6.5.2.11) */
static void vtd_time_out(void *opaque)
{
    IntelIOMMUState *s = opaque;
    uint32_t fsts = vtd_reg32(s, DMAR_FSTS_REG);

    s->nested->silent = false;
    vtd_reg64_write(s, DMAR_IQERCD_REG,
                    VTD_IQERCD_ITESID(s->nested->silent_sid));
    vtd_reg32_set_clear(s, DMAR_FSTS_REG, VTD_FSTS_ITE, 0);
    vtd_generate_fault_event(s, fsts);
}

void vtd_inv_init(IntelIOMMUState *s)
{
    s->nested->ite_timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, vtd_time_out, s);
}

void vtd_inv_reset(IntelIOMMUState *s)
{
    timer_del(s->nested->ite_timer);
    s->nested->silent = false;
}

/*
 * A wait while a completion is owed. With x-ite-delay the queue goes on until the
 * time-out, and each wait until then is aborted.
 */
static void vtd_wait_in_vain(IntelIOMMUState *s)
{
    if (!s->ite_delay) {
        vtd_time_out(s);
    } else if (!timer_pending(s->nested->ite_timer)) {
        timer_mod(s->nested->ite_timer,
                  qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + s->ite_delay);
    }
}

/* 6.5.2.8; intel_iommu.c does the status write and the interrupt */
static VTDDescResult vtd_inv_wait(IntelIOMMUState *s, VTDInvDesc *desc)
{
    if (s->prs && (desc->lo & VTD_INV_DESC_WAIT_PD)) {
        if (!vtd_dropped(s, VTD_DROP_DRAIN)) {
            vtd_prq_drain(s);
        }
        desc->lo &= ~VTD_INV_DESC_WAIT_PD;
    }
    if (s->nested->silent) {
        vtd_wait_in_vain(s);
        return VTD_DESC_DONE;
    }
    if ((desc->lo & VTD_INV_DESC_WAIT_FN) &&
        !(desc->lo & (VTD_INV_DESC_WAIT_SW | VTD_INV_DESC_WAIT_IF))) {
        bool bad = desc->lo & VTD_INV_DESC_WAIT_RSVD_LO;

        return bad ? VTD_DESC_BAD : VTD_DESC_DONE;
    }
    return VTD_DESC_STOCK;
}

/* Which bit of x-drop is for this descriptor, -1 for none */
static int vtd_drop_of(unsigned int type)
{
    switch (type) {
    case VTD_INV_DESC_CC:
        return VTD_DROP_CONTEXT;
    case VTD_INV_DESC_IOTLB:
        return VTD_DROP_IOTLB;
    case VTD_INV_DESC_DEVICE:
        return VTD_DROP_DEV_TLB;
    case VTD_INV_DESC_PIOTLB:
        return VTD_DROP_PIOTLB;
    case VTD_INV_DESC_PC:
        return VTD_DROP_PASID_CACHE;
    case VTD_INV_DESC_DEV_PIOTLB:
        return VTD_DROP_DEV_PIOTLB;
    case VTD_INV_DESC_PGRESP:
        return VTD_DROP_PGRESP;
    default:
        return -1;
    }
}

static VTDDescResult vtd_done_if(bool ok)
{
    return ok ? VTD_DESC_DONE : VTD_DESC_BAD;
}

VTDDescResult vtd_nested_inv_desc(IntelIOMMUState *s, VTDInvDesc *desc)
{
    unsigned int type = VTD_INV_DESC_TYPE(desc->lo);
    int drop = vtd_drop_of(type);

    if (!s->nested) {
        return VTD_DESC_STOCK;
    }
    vtd_count(s, VTD_CNT_DESC(type & 15));
    if (drop >= 0 && vtd_dropped(s, drop)) {
        vtd_count(s, VTD_CNT_DROPPED);
        return VTD_DESC_DONE;
    }
    switch (type) {
    case VTD_INV_DESC_IOTLB:
        s->nested->hint = desc->hi & VTD_INV_DESC_IOTLB_IH;
        return VTD_DESC_STOCK;
    case VTD_INV_DESC_PIOTLB:
        trace_vtd_inv_desc("p-iotlb", desc->hi, desc->lo);
        return vtd_done_if(vtd_inv_piotlb(s, desc));
    case VTD_INV_DESC_PC:
        trace_vtd_inv_desc("pasid-cache", desc->hi, desc->lo);
        return vtd_done_if(vtd_inv_pasid_cache(s, desc));
    case VTD_INV_DESC_DEVICE:
        trace_vtd_inv_desc("device", desc->hi, desc->lo);
        return vtd_inv_dev_tlb(s, desc);
    case VTD_INV_DESC_DEV_PIOTLB:
        trace_vtd_inv_desc("device-piotlb", desc->hi, desc->lo);
        return vtd_inv_dev_piotlb(s, desc);
    case VTD_INV_DESC_PGRESP:
        trace_vtd_inv_desc("page-response", desc->hi, desc->lo);
        return vtd_done_if(vtd_prq_response_desc(s, desc));
    case VTD_INV_DESC_WAIT:
        return vtd_inv_wait(s, desc);
    default:
        return VTD_DESC_STOCK;
    }
}

/* Why the descriptor at the head wasn't processed (11.4.9.9) */
unsigned int vtd_nested_iqei(IntelIOMMUState *s)
{
    unsigned int type = s->iq_last_desc_type;

    if (type == VTD_INV_DESC_NONE) {
        return VTD_IQERCD_IQEI_FETCH;
    }
    return type <= VTD_INV_DESC_PGRESP ? VTD_IQERCD_IQEI_RSVD :
                                         VTD_IQERCD_IQEI_TYPE;
}
