/*
 * VT-d scalable mode: the second stage, and reading and setting entries of both
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "system/dma.h"
#include "intel_iommu_walk.h"

/* Entries */

bool vtd_read_entry(hwaddr addr, uint64_t *entry)
{
    if (dma_memory_read(&address_space_memory, addr, entry, sizeof(*entry),
                        MEMTXATTRS_UNSPECIFIED) != MEMTX_OK) {
        return false;
    }
    *entry = le64_to_cpu(*entry);
    return true;
}

/*
 * Sets bits of an entry, unless it has changed since it was read: walk again
 * then. Atomic, as CPUs use the tables, too (3.6.2, 3.7.2). What the
 * paging-structure cache led to may have another place by now.
 */
int vtd_set_entry_bits(VTDWalk *walk, VTDStep *step, uint64_t bits)
{
    uint64_t old = cpu_to_le64(step->entry);
    hwaddr xlat, len = sizeof(old);
    MemTxAttrs attrs = MEMTXATTRS_UNSPECIFIED;
    MemoryRegion *mr;
    uint64_t *entry;

    if (walk->cached) {
        vtd_paging_drop(walk);
        return VTD_WALK_AGAIN;
    }
    RCU_READ_LOCK_GUARD();
    mr = address_space_translate(&address_space_memory, step->host, &xlat, &len,
                                 true, attrs);
    if (len < sizeof(old) || !memory_access_is_direct(mr, true, attrs)) {
        return VTD_FR_FS_BIT_UPDATE_FAILED;
    }
    entry = qemu_map_ram_ptr(mr->ram_block, xlat);
    if (qatomic_cmpxchg(entry, old, old | cpu_to_le64(bits)) != old) {
        return VTD_WALK_AGAIN;
    }
    memory_region_set_dirty(mr, xlat, sizeof(old));
    step->entry |= bits;
    return 0;
}

/* Second stage (3.7, 9.8) */

static bool vtd_ss_reserved_set(IntelIOMMUState *s, uint64_t entry,
                                unsigned int level)
{
    uint64_t rsvd = ~(VTD_HAW_MASK(vtd_haw(s)) | VTD_SL_IGN_COM);

    if (level > VTD_PDP_LEVEL) {
        rsvd |= VTD_PT_PAGE_SIZE_MASK;
    } else if (vtd_entry_is_leaf(entry, level)) {
        rsvd |= vtd_large_page_reserved(level);
        rsvd |= level > VTD_PT_LEVEL ? 1ULL << 12 : 0;
    }
    return entry & rsvd;
}

static int vtd_ss_step(VTDWalk *walk, hwaddr table, unsigned int level)
{
    VTDStep *step = &walk->steps[walk->n++];

    step->level = level;
    step->host = table + vtd_entry_index(walk->in, level) * 8;
    if (!vtd_read_entry(step->host, &step->entry)) {
        return vtd_at_root(walk) ? VTD_FR_SS_ROOT : VTD_FR_SS_ACCESS;
    }
    if (!(step->entry & (VTD_SL_R | VTD_SL_W))) {
        return VTD_FR_SS_NOT_PRESENT;
    }
    return vtd_ss_reserved_set(walk->s, step->entry, level) ? VTD_FR_SS_RSVD :
                                                              0;
}

/* Accessed in every entry, dirty in the leaf (3.7.2) */
static int vtd_ss_update_ad(VTDWalk *walk, bool write)
{
    for (unsigned int i = 0; i < walk->n; i++) {
        VTDStep *step = &walk->steps[i];
        uint64_t set = VTD_SS_A;

        if (write && i == walk->n - 1) {
            set |= VTD_SS_D;
        }
        if ((set & ~step->entry) &&
            vtd_set_entry_bits(walk, step, set) == VTD_WALK_AGAIN) {
            return VTD_WALK_AGAIN;
        }
    }
    return 0;
}

/* From the root, or from a table that the cache knows, to the leaf */
static int vtd_ss_descend(VTDWalk *walk, unsigned int level, VTDPage *out)
{
    hwaddr table = walk->pe->val[0] & VTD_SM_PASID_ENTRY_SLPTPTR;
    VTDStep *step;
    int ret;

    if (walk->cached) {
        table = walk->table.host;
        level = VTD_PT_LEVEL;
    }
    out->user = true;
    out->read = !walk->cached || walk->table.read;
    out->write = !walk->cached || walk->table.write;
    for (;; level--) {
        ret = vtd_ss_step(walk, table, level);
        if (ret) {
            return ret;
        }
        step = &walk->steps[walk->n - 1];
        out->read &= !!(step->entry & VTD_SL_R);
        out->write &= !!(step->entry & VTD_SL_W);
        if (vtd_entry_is_leaf(step->entry, level)) {
            break;
        }
        table = vtd_entry_addr(walk->s, step->entry);
    }
    out->level = level;
    out->addr = vtd_leaf_addr(walk->s, step->entry, level, walk->in);
    return 0;
}

static int vtd_ss_walk_once(VTDWalk *walk, bool write, VTDPage *out)
{
    unsigned int level = 2 + ((walk->pe->val[0] >> 2) & VTD_SM_PASID_ENTRY_AW);
    bool ad = walk->pe->val[0] & VTD_SM_PE_SSADE;
    int ret;

    if (walk->in >> MIN(12 + 9 * level, walk->s->aw_bits)) {
        return VTD_FR_SM_BEYOND_SS_AW;
    }
    vtd_paging_lookup(walk, ad ? VTD_SS_A : 0);
    ret = vtd_ss_descend(walk, level, out);
    if (!ret && ad && (write ? out->write : out->read)) {
        ret = vtd_ss_update_ad(walk, write);
        out->write &= write ||
                      (walk->steps[walk->n - 1].entry & VTD_SS_D);
    }
    if (!ret) {
        vtd_paging_insert(walk);
    }
    out->write_priv = out->write;
    return ret;
}

/*
 * Translates @in with the second stage of @pe for an access that reads, or
 * writes when @write. A lack of permission isn't a fault here: its code depends
 * on what the access is for.
 */
int vtd_ss_walk(IntelIOMMUState *s, const VTDPASIDEntry *pe, hwaddr in,
                bool write, VTDPage *out)
{
    int ret;

    do {
        VTDWalk walk = { .s = s, .pe = pe, .second = true, .in = in };

        ret = vtd_ss_walk_once(&walk, write, out);
    } while (ret == VTD_WALK_AGAIN);
    return ret;
}
