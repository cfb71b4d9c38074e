/*
 * VT-d scalable mode: the paging-structure cache
 *
 * Remembers where the tables of 4K pages are (VT-d 4.1, 6.2.4): those of the
 * second stage by domain and guest address, those of the first by domain, PASID
 * and address. In nested translation that is a host address, so that an
 * invalidation of the second stage is one of the first, too. An entry stays
 * until an invalidation without the hint IH names it, or until the cache is full
 * and forgets everything.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "intel_iommu_walk.h"

#define VTD_PAGING_MAX 4096

typedef struct VTDPagingKey {
    uint64_t block;     /* input address / 2M */
    uint32_t pasid;     /* 0 in the second stage */
    uint16_t did;
    bool second;
} VTDPagingKey;

/* Which entries an invalidation names; @first and @last count when @by_page */
typedef struct VTDPagingMatch {
    uint16_t did;
    bool by_pasid;
    bool by_page;
    bool keep_second;
    uint32_t pasid;
    hwaddr first;
    hwaddr last;
} VTDPagingMatch;

static guint vtd_paging_hash(gconstpointer v)
{
    const VTDPagingKey *key = v;
    uint64_t hash = key->block ^ ((uint64_t)key->pasid << 20) ^
                    ((uint64_t)key->did << 44) ^ key->second;

    return (hash * 0x9e3779b97f4a7c15ULL) >> 32;
}

static gboolean vtd_paging_equal(gconstpointer a, gconstpointer b)
{
    const VTDPagingKey *x = a, *y = b;

    return x->block == y->block && x->pasid == y->pasid && x->did == y->did &&
           x->second == y->second;
}

void vtd_paging_init(IntelIOMMUState *s)
{
    s->nested->tables = g_hash_table_new_full(vtd_paging_hash, vtd_paging_equal,
                                              g_free, g_free);
}

static VTDPagingKey vtd_paging_key(const VTDWalk *walk)
{
    return (VTDPagingKey) {
        .block = walk->in / vtd_level_size(VTD_PD_LEVEL),
        .pasid = walk->second ? 0 : walk->req->pasid,
        .did = VTD_SM_PASID_ENTRY_DID(walk->pe->val[1]),
        .second = walk->second,
    };
}

/* Lets the walk begin at a table that is known, on a path that has @bits */
void vtd_paging_lookup(VTDWalk *walk, uint64_t bits)
{
    VTDPagingKey key = vtd_paging_key(walk);
    VTDTable *table;

    QEMU_LOCK_GUARD(&walk->s->nested->lock);
    table = g_hash_table_lookup(walk->s->nested->tables, &key);
    if (table && (table->bits & bits) == bits) {
        walk->cached = true;
        walk->table = *table;
    }
}

void vtd_paging_drop(VTDWalk *walk)
{
    VTDPagingKey key = vtd_paging_key(walk);

    QEMU_LOCK_GUARD(&walk->s->nested->lock);
    g_hash_table_remove(walk->s->nested->tables, &key);
}

/* Remembers the last table of a walk that succeeded */
void vtd_paging_insert(VTDWalk *walk)
{
    VTDStep *leaf = &walk->steps[walk->n - 1];
    VTDPagingKey key = vtd_paging_key(walk);
    VTDTable table = {
        .host = leaf->host & VTD_PAGE_MASK_4K,
        .read = true, .write = true, .user = true, .bits = ~0ULL,
    };

    if (walk->cached || leaf->level != VTD_PT_LEVEL) {
        return;
    }
    for (unsigned int i = 0; i < walk->n - 1; i++) {
        uint64_t entry = walk->steps[i].entry;

        table.bits &= entry;
        table.read &= !walk->second || (entry & VTD_SL_R);
        table.write &= !!(entry & (walk->second ? VTD_SL_W : VTD_FL_RW));
        table.user &= walk->second || (entry & VTD_FL_US);
    }
    QEMU_LOCK_GUARD(&walk->s->nested->lock);
    if (g_hash_table_size(walk->s->nested->tables) >= VTD_PAGING_MAX) {
        g_hash_table_remove_all(walk->s->nested->tables);
    }
    g_hash_table_replace(walk->s->nested->tables, g_memdup2(&key, sizeof(key)),
                         g_memdup2(&table, sizeof(table)));
}

/* Invalidation (6.5.2.3, 6.5.2.4) */

static gboolean vtd_paging_matches(gpointer k, gpointer v, gpointer data)
{
    const VTDPagingKey *key = k;
    const VTDPagingMatch *match = data;
    hwaddr first = key->block * vtd_level_size(VTD_PD_LEVEL);

    if (key->did != match->did || (match->keep_second && key->second) ||
        (match->by_pasid && key->pasid != match->pasid)) {
        return false;
    }
    if (!match->by_page || (!match->by_pasid && !key->second)) {
        return true;
    }
    return first <= match->last &&
           match->first <= first + (vtd_level_size(VTD_PD_LEVEL) - 1);
}

static void vtd_paging_remove(IntelIOMMUState *s, VTDPagingMatch match)
{
    QEMU_LOCK_GUARD(&s->nested->lock);
    g_hash_table_foreach_remove(s->nested->tables, vtd_paging_matches, &match);
}

void vtd_paging_inv_all(IntelIOMMUState *s)
{
    QEMU_LOCK_GUARD(&s->nested->lock);
    g_hash_table_remove_all(s->nested->tables);
}

void vtd_paging_inv_domain(IntelIOMMUState *s, uint16_t did)
{
    vtd_paging_remove(s, (VTDPagingMatch) { .did = did });
}

/* Pages of the second stage; the domain's tables of first stages go along */
void vtd_paging_inv_pages(IntelIOMMUState *s, uint16_t did, hwaddr first,
                          hwaddr last, bool hint)
{
    vtd_paging_remove(s, (VTDPagingMatch) {
        .did = did, .by_page = true, .keep_second = hint,
        .first = first, .last = last,
    });
}

void vtd_paging_inv_pasid(IntelIOMMUState *s, uint16_t did, uint32_t pasid)
{
    vtd_paging_remove(s, (VTDPagingMatch) {
        .did = did, .by_pasid = true, .pasid = pasid, .keep_second = true,
    });
}

void vtd_paging_inv_pasid_pages(IntelIOMMUState *s, uint16_t did,
                                uint32_t pasid, hwaddr first, hwaddr last)
{
    vtd_paging_remove(s, (VTDPagingMatch) {
        .did = did, .by_pasid = true, .pasid = pasid, .keep_second = true,
        .by_page = true, .first = first, .last = last,
    });
}
