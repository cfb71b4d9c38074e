/*
 * VT-d scalable mode: context and PASID entries, and the caches of them
 *
 * Both caches keep a present entry until an invalidation names it, as hardware
 * may (VT-d 4.1, 6.2.2.1 and 6.2.2.2), so that a missing invalidation shows.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "system/dma.h"
#include "intel_iommu_nested.h"

static guint vtd_pasid_hash(gconstpointer v)
{
    uint64_t key = *(const uint64_t *)v;

    return (key >> 32) * 0x9e3779b1u ^ (guint)key;
}

static uint64_t vtd_pasid_key(uint16_t sid, uint32_t pasid)
{
    return (uint64_t)sid << 32 | pasid;
}

static gpointer vtd_key_dup(uint64_t key)
{
    return g_memdup2(&key, sizeof(key));
}

void vtd_pasid_cache_init(IntelIOMMUState *s)
{
    s->nested->contexts = g_hash_table_new_full(vtd_pasid_hash, g_int64_equal,
                                                g_free, g_free);
    s->nested->pasids = g_hash_table_new_full(vtd_pasid_hash, g_int64_equal,
                                              g_free, g_free);
}

/* Root and context entries (9.1, 9.4) */

static bool vtd_read_words(hwaddr addr, uint64_t *words, unsigned int n)
{
    if (dma_memory_read(&address_space_memory, addr, words, n * 8,
                        MEMTXATTRS_UNSPECIFIED) != MEMTX_OK) {
        return false;
    }
    for (unsigned int i = 0; i < n; i++) {
        words[i] = le64_to_cpu(words[i]);
    }
    return true;
}

/* One half of a scalable-mode root entry covers 16 devices (9.2) */
static int vtd_read_root(IntelIOMMUState *s, uint16_t sid, hwaddr *table)
{
    bool upper = VTD_SID_TO_DEVFN(sid) & VTD_DEVFN_CHECK_MASK;
    uint64_t half;

    if (!vtd_read_words(s->root + VTD_SID_TO_BUS(sid) * sizeof(VTDRootEntry) +
                        upper * 8, &half, 1)) {
        return VTD_FR_SM_ROOT_ACCESS;
    }
    if (!(half & VTD_ROOT_ENTRY_P)) {
        return VTD_FR_SM_ROOT_P;
    }
    if (half & VTD_ROOT_ENTRY_RSVD(vtd_haw(s))) {
        return VTD_FR_SM_ROOT_RSVD;
    }
    *table = half & VTD_ROOT_ENTRY_CTP;
    return 0;
}

static int vtd_read_context(IntelIOMMUState *s, uint16_t sid,
                            VTDContextEntry *ce)
{
    unsigned int index = VTD_SID_TO_DEVFN(sid) & ~VTD_DEVFN_CHECK_MASK;
    hwaddr table;
    int ret = vtd_read_root(s, sid, &table);

    if (ret) {
        return ret;
    }
    if (!vtd_read_words(table + index * VTD_CTX_ENTRY_SCALABLE_SIZE, ce->val,
                        4)) {
        return VTD_FR_SM_CE_ACCESS;
    }
    if (!(ce->val[0] & VTD_SM_CE_P)) {
        return VTD_FR_SM_CE_P;
    }
    if ((ce->val[0] & VTD_SM_CONTEXT_ENTRY_RSVD_VAL0(vtd_haw(s))) ||
        (ce->val[1] & VTD_SM_CONTEXT_ENTRY_RSVD_VAL1) ||
        ce->val[2] || ce->val[3]) {
        return VTD_FR_SM_CE_RSVD;
    }
    return 0;
}

/* On failure @ce tells of FPD all the same */
int vtd_nested_get_context(IntelIOMMUState *s, uint16_t sid,
                           VTDContextEntry *ce)
{
    uint64_t key = sid;
    VTDContextEntry *cached;
    int ret;

    memset(ce, 0, sizeof(*ce));
    QEMU_LOCK_GUARD(&s->nested->lock);
    cached = g_hash_table_lookup(s->nested->contexts, &key);
    if (cached) {
        *ce = *cached;
        return 0;
    }
    ret = vtd_read_context(s, sid, ce);
    if (!ret) {
        g_hash_table_replace(s->nested->contexts, vtd_key_dup(key),
                             g_memdup2(ce, sizeof(*ce)));
    }
    return ret;
}

/* Does the context entry let this request in (7.1.3, SCT.*)? Sets the PASID. */
int vtd_nested_check_context(IntelIOMMUState *s, const VTDContextEntry *ce,
                             VTDRequest *req)
{
    uint64_t limit = 1ULL << (VTD_SM_CE_PDTS(ce) + 7 + 6);

    if ((req->ats || req->translated) && !(ce->val[0] & VTD_SM_CE_DTE)) {
        return VTD_FR_SM_CE_DTE;
    }
    if (req->translated) {
        return 0;
    }
    if (!req->has_pasid) {
        req->pasid = ce->val[1] & VTD_SM_CONTEXT_ENTRY_RID2PASID_MASK;
        return req->pasid < limit ? 0 : VTD_FR_SM_CE_RID_PASID;
    }
    if (!(ce->val[0] & VTD_SM_CE_PASIDE)) {
        return VTD_FR_SM_CE_PASIDE;
    }
    return req->pasid < limit ? 0 : VTD_FR_SM_CE_PDTS;
}

/* PASID directory and PASID table entries (9.5, 9.6) */

static bool vtd_pe_first_stage(uint64_t pgtt)
{
    return pgtt == VTD_SM_PASID_ENTRY_FLT || pgtt == VTD_SM_PASID_ENTRY_NESTED;
}

static bool vtd_pe_second_stage(uint64_t pgtt)
{
    return pgtt == VTD_SM_PASID_ENTRY_SLT || pgtt == VTD_SM_PASID_ENTRY_NESTED;
}

static bool vtd_pe_type_supported(IntelIOMMUState *s, const VTDPASIDEntry *pe)
{
    uint64_t pgtt = pe->val[0] & VTD_SM_PASID_ENTRY_PGTT;
    unsigned int aw = (pe->val[0] >> 2) & VTD_SM_PASID_ENTRY_AW;
    unsigned int fspm = VTD_SM_PE_FSPM(pe);

    if (vtd_pe_second_stage(pgtt) &&
        (aw > 3 || !(s->cap & (1ULL << (VTD_CAP_SAGAW_SHIFT + aw))))) {
        return false;
    }
    if (vtd_pe_first_stage(pgtt) &&
        (fspm > 1 || (fspm == 1 && !(s->cap & VTD_CAP_FS5LP)))) {
        return false;
    }
    return vtd_pe_first_stage(pgtt) || vtd_pe_second_stage(pgtt) ||
           (pgtt == VTD_SM_PASID_ENTRY_PT && (s->ecap & VTD_ECAP_PT));
}

/* Bits that are reserved because the unit lacks the feature count too */
static bool vtd_pe_reserved_set(IntelIOMMUState *s, const VTDPASIDEntry *pe)
{
    uint64_t rsvd1 = VTD_SM_PE_RSVD1 | VTD_SM_PE_MEMORY_TYPES;
    uint64_t above = ~VTD_HAW_MASK(vtd_haw(s));

    rsvd1 |= VTD_DOMAIN_ID_MASK & (~0ULL << (4 + 2 * s->nd));
    if (!(s->ecap & VTD_ECAP_SC)) {
        rsvd1 |= VTD_SM_PE_PGSNP;
    }
    return (pe->val[0] & (VTD_SM_PE_RSVD0 | above)) || (pe->val[1] & rsvd1) ||
           (pe->val[2] & (VTD_SM_PE_ERE | VTD_SM_PE_RSVD2 | above)) ||
           pe->val[3] || pe->val[4] || pe->val[5] || pe->val[6] || pe->val[7];
}

static int vtd_pe_check(IntelIOMMUState *s, const VTDPASIDEntry *pe)
{
    if (!(pe->val[0] & VTD_PASID_ENTRY_P)) {
        return VTD_FR_PASID_ENTRY_P;
    }
    if (vtd_pe_reserved_set(s, pe)) {
        return VTD_FR_SM_PE_RSVD;
    }
    return vtd_pe_type_supported(s, pe) ? 0 : VTD_FR_PASID_TABLE_ENTRY_INV;
}

/* FPD counts in entries that aren't present, too */
static int vtd_read_pe(IntelIOMMUState *s, const VTDContextEntry *ce,
                       uint32_t pasid, VTDPASIDEntry *pe, bool *fpd)
{
    hwaddr dir = ce->val[0] & VTD_PASID_DIR_BASE_ADDR_MASK;
    uint64_t pde;

    if (!vtd_read_words(dir + VTD_PASID_DIR_INDEX(pasid) *
                        VTD_PASID_DIR_ENTRY_SIZE, &pde, 1)) {
        return VTD_FR_PASID_DIR_ACCESS_ERR;
    }
    *fpd |= !!(pde & VTD_PASID_DIR_FPD);
    if (!(pde & 1)) {
        return VTD_FR_PASID_DIR_ENTRY_P;
    }
    if (pde & (0xffcULL | ~VTD_HAW_MASK(vtd_haw(s)))) {
        return VTD_FR_SM_PD_RSVD;
    }
    if (!vtd_read_words((pde & VTD_PASID_TABLE_BASE_ADDR_MASK) +
                        VTD_PASID_TABLE_INDEX(pasid) * VTD_PASID_ENTRY_SIZE,
                        pe->val, ARRAY_SIZE(pe->val))) {
        return VTD_FR_PASID_TABLE_ACCESS_ERR;
    }
    *fpd |= !!(pe->val[0] & VTD_PASID_ENTRY_FPD);
    return vtd_pe_check(s, pe);
}

int vtd_nested_get_pe(IntelIOMMUState *s, const VTDContextEntry *ce,
                      const VTDRequest *req, VTDPASIDEntry *pe, bool *fpd)
{
    uint64_t key = vtd_pasid_key(req->sid, req->pasid);
    VTDPASIDEntry *cached;
    int ret;

    QEMU_LOCK_GUARD(&s->nested->lock);
    cached = g_hash_table_lookup(s->nested->pasids, &key);
    if (cached) {
        vtd_count(s, VTD_CNT_PASID_HITS);
        *pe = *cached;
        *fpd |= !!(pe->val[0] & VTD_PASID_ENTRY_FPD);
        return 0;
    }
    ret = vtd_read_pe(s, ce, req->pasid, pe, fpd);
    if (!ret) {
        g_hash_table_replace(s->nested->pasids, vtd_key_dup(key),
                             g_memdup2(pe, sizeof(*pe)));
    }
    return ret;
}

/* Invalidation (6.5.2.1, 6.5.2.2) */

void vtd_context_cache_flush(IntelIOMMUState *s)
{
    QEMU_LOCK_GUARD(&s->nested->lock);
    g_hash_table_remove_all(s->nested->contexts);
}

typedef struct VTDContextMatch {
    uint16_t sid;
    uint16_t mask;
} VTDContextMatch;

static gboolean vtd_context_matches(gpointer key, gpointer value, gpointer data)
{
    VTDContextMatch *match = data;
    uint16_t sid = *(uint64_t *)key;

    return (sid & ~match->mask) == (match->sid & ~match->mask);
}

void vtd_nested_inv_context_device(IntelIOMMUState *s, uint16_t sid,
                                   uint16_t mask)
{
    VTDContextMatch match = { .sid = sid, .mask = mask };

    QEMU_LOCK_GUARD(&s->nested->lock);
    g_hash_table_foreach_remove(s->nested->contexts, vtd_context_matches,
                                &match);
}

void vtd_pasid_cache_flush(IntelIOMMUState *s)
{
    QEMU_LOCK_GUARD(&s->nested->lock);
    g_hash_table_remove_all(s->nested->pasids);
}

typedef struct VTDPasidMatch {
    uint16_t did;
    bool all_pasids;
    uint32_t pasid;
} VTDPasidMatch;

static gboolean vtd_pasid_matches(gpointer key, gpointer value, gpointer data)
{
    VTDPasidMatch *match = data;
    VTDPASIDEntry *pe = value;
    uint32_t pasid = *(uint64_t *)key;

    return VTD_SM_PASID_ENTRY_DID(pe->val[1]) == match->did &&
           (match->all_pasids || pasid == match->pasid);
}

static void vtd_pasid_cache_remove(IntelIOMMUState *s, VTDPasidMatch match)
{
    QEMU_LOCK_GUARD(&s->nested->lock);
    g_hash_table_foreach_remove(s->nested->pasids, vtd_pasid_matches, &match);
}

void vtd_pasid_cache_inv_domain(IntelIOMMUState *s, uint16_t did)
{
    vtd_pasid_cache_remove(s, (VTDPasidMatch) { .did = did,
                                                .all_pasids = true });
}

void vtd_pasid_cache_inv_pasid(IntelIOMMUState *s, uint16_t did,
                               uint32_t pasid)
{
    vtd_pasid_cache_remove(s, (VTDPasidMatch) { .did = did, .pasid = pasid });
}
