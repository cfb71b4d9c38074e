/*
 * VT-d scalable mode: the IOTLB
 *
 * Holds results of walks, tagged with domain and PASID (VT-d 4.1, 6.2.3). The
 * source id is no tag: devices whose PASID entries have the same domain and the
 * same PASID use each other's translations, so these entries must have the same
 * tables. Nor is the type of the PASID entry: a translation made under one type
 * serves under the next one, unless it is invalidated. It stays until an
 * invalidation names it, or until the IOTLB is full and forgets everything.
 * Pass-through isn't cached. What is invalidated here is invalidated in the
 * paging-structure cache, too.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "intel_iommu_nested.h"

#define VTD_NESTED_TLB_MAX 8192

typedef struct VTDTLBKey {
    uint64_t page;      /* input address, page aligned */
    uint32_t pasid;
    uint16_t did;
    uint8_t level;
} VTDTLBKey;

typedef struct VTDTLBEntry {
    VTDPage page;       /* addr is that of the page */
    uint64_t pgtt;
} VTDTLBEntry;

/* Which entries an invalidation names */
typedef struct VTDTLBMatch {
    bool by_pasid;      /* of @pasid, and of first stage or nested */
    bool by_page;
    uint16_t did;
    uint32_t pasid;
    hwaddr first;
    hwaddr last;
} VTDTLBMatch;

static guint vtd_tlb_hash(gconstpointer v)
{
    const VTDTLBKey *key = v;
    uint64_t hash = key->page >> VTD_PAGE_SHIFT_4K;

    hash = (hash ^ ((uint64_t)key->pasid << 24) ^ ((uint64_t)key->did << 44) ^
            key->level) * 0x9e3779b97f4a7c15ULL;
    return hash >> 32;
}

static gboolean vtd_tlb_equal(gconstpointer a, gconstpointer b)
{
    const VTDTLBKey *x = a, *y = b;

    return x->page == y->page && x->pasid == y->pasid && x->did == y->did &&
           x->level == y->level;
}

void vtd_nested_tlb_init(IntelIOMMUState *s)
{
    s->nested->iotlb = g_hash_table_new_full(vtd_tlb_hash, vtd_tlb_equal,
                                             g_free, g_free);
}

static VTDTLBKey vtd_tlb_key(const VTDRequest *req, const VTDPASIDEntry *pe,
                             unsigned int level)
{
    return (VTDTLBKey) {
        .page = req->addr & ~(vtd_level_size(level) - 1),
        .pasid = req->pasid,
        .did = VTD_SM_PASID_ENTRY_DID(pe->val[1]),
        .level = level,
    };
}

static uint64_t vtd_pgtt(const VTDPASIDEntry *pe)
{
    return pe->val[0] & VTD_SM_PASID_ENTRY_PGTT;
}

bool vtd_nested_tlb_lookup(IntelIOMMUState *s, const VTDRequest *req,
                           const VTDPASIDEntry *pe, VTDPage *page)
{
    if (vtd_pgtt(pe) == VTD_SM_PASID_ENTRY_PT) {
        return false;
    }
    QEMU_LOCK_GUARD(&s->nested->lock);
    for (unsigned int level = VTD_PT_LEVEL; level <= VTD_PDP_LEVEL; level++) {
        VTDTLBKey key = vtd_tlb_key(req, pe, level);
        VTDTLBEntry *entry = g_hash_table_lookup(s->nested->iotlb, &key);

        if (entry && vtd_request_allowed(req, &entry->page)) {
            vtd_count(s, VTD_CNT_IOTLB_HITS);
            *page = entry->page;
            page->addr |= req->addr & (vtd_level_size(level) - 1);
            return true;
        }
    }
    return false;
}

void vtd_nested_tlb_insert(IntelIOMMUState *s, const VTDRequest *req,
                           const VTDPASIDEntry *pe, const VTDPage *page)
{
    VTDTLBKey key = vtd_tlb_key(req, pe, page->level);
    VTDTLBEntry *entry;

    if (vtd_pgtt(pe) == VTD_SM_PASID_ENTRY_PT) {
        return;
    }
    entry = g_new0(VTDTLBEntry, 1);
    entry->page = *page;
    entry->page.addr &= ~(vtd_level_size(page->level) - 1);
    entry->pgtt = vtd_pgtt(pe);

    QEMU_LOCK_GUARD(&s->nested->lock);
    if (g_hash_table_size(s->nested->iotlb) >= VTD_NESTED_TLB_MAX) {
        g_hash_table_remove_all(s->nested->iotlb);
    }
    g_hash_table_replace(s->nested->iotlb, g_memdup2(&key, sizeof(key)), entry);
}

static gboolean vtd_tlb_matches(gpointer k, gpointer v, gpointer data)
{
    const VTDTLBKey *key = k;
    const VTDTLBEntry *entry = v;
    const VTDTLBMatch *match = data;
    bool second_only = entry->pgtt == VTD_SM_PASID_ENTRY_SLT;

    if (key->did != match->did) {
        return false;
    }
    if (match->by_pasid && (second_only || key->pasid != match->pasid)) {
        return false;
    }
    if (!match->by_page) {
        return true;
    }
    /*
     * An invalidation of second-stage pages takes all of the domain's
     * first-stage and nested translations with it (6.5.2.3): they don't tell
     * what they are made of.
     */
    if (!match->by_pasid && !second_only) {
        return true;
    }
    return key->page <= match->last &&
           key->page + (vtd_level_size(key->level) - 1) >= match->first;
}

static void vtd_tlb_remove(IntelIOMMUState *s, VTDTLBMatch match)
{
    QEMU_LOCK_GUARD(&s->nested->lock);
    g_hash_table_foreach_remove(s->nested->iotlb, vtd_tlb_matches, &match);
}

/* 2^@am pages around @addr, whose bits below that don't count (6.5.2.3) */
static void vtd_tlb_match_pages(VTDTLBMatch *match, hwaddr addr,
                                unsigned int am)
{
    uint64_t size = (uint64_t)VTD_PAGE_SIZE << am;

    match->by_page = true;
    match->first = addr & ~(size - 1);
    match->last = match->first + (size - 1);
}

void vtd_nested_inv_all(IntelIOMMUState *s)
{
    vtd_paging_inv_all(s);
    QEMU_LOCK_GUARD(&s->nested->lock);
    g_hash_table_remove_all(s->nested->iotlb);
}

void vtd_nested_inv_domain(IntelIOMMUState *s, uint16_t did)
{
    vtd_paging_inv_domain(s, did);
    vtd_tlb_remove(s, (VTDTLBMatch) { .did = did });
}

void vtd_nested_inv_pages(IntelIOMMUState *s, uint16_t did, hwaddr addr,
                          unsigned int am)
{
    VTDTLBMatch match = { .did = did };

    vtd_tlb_match_pages(&match, addr, am);
    vtd_paging_inv_pages(s, did, match.first, match.last, s->nested->hint);
    s->nested->hint = false;
    vtd_tlb_remove(s, match);
}

void vtd_nested_inv_pasid(IntelIOMMUState *s, uint16_t did, uint32_t pasid)
{
    vtd_paging_inv_pasid(s, did, pasid);
    vtd_tlb_remove(s, (VTDTLBMatch) { .did = did, .by_pasid = true,
                                      .pasid = pasid });
}

void vtd_nested_inv_pasid_pages(IntelIOMMUState *s, uint16_t did,
                                uint32_t pasid, hwaddr addr, unsigned int am,
                                bool hint)
{
    VTDTLBMatch match = { .did = did, .by_pasid = true, .pasid = pasid };

    vtd_tlb_match_pages(&match, addr, am);
    if (!hint) {
        vtd_paging_inv_pasid_pages(s, did, pasid, match.first, match.last);
    }
    vtd_tlb_remove(s, match);
}
