/*
 * VT-d scalable mode: what the page table walks of both stages share
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_I386_INTEL_IOMMU_WALK_H
#define HW_I386_INTEL_IOMMU_WALK_H

#include "intel_iommu_nested.h"

/* Not a fault reason: tables changed while they were used */
#define VTD_WALK_AGAIN  (-1)

/**
 * struct VTDStep: an entry read on the way
 *
 * @addr: what the table says the entry's address is: a guest address in the
 *        first stage of nested translation
 * @host: host address it was read from
 * @entry: the entry
 * @level: its level, 1 is that of 4K pages
 */
typedef struct VTDStep {
    hwaddr addr;
    hwaddr host;
    uint64_t entry;
    uint8_t level;
} VTDStep;

/**
 * struct VTDTable: a table of 4K pages' entries, as the walk to it found it
 *
 * @host: host address of the table
 * @read, @write, @user: rights of the path
 * @bits: accessed bits that every entry of the path has
 */
typedef struct VTDTable {
    hwaddr host;
    bool read;
    bool write;
    bool user;
    uint64_t bits;
} VTDTable;

/**
 * struct VTDWalk: a walk of one stage, from the root to the leaf
 *
 * @second: of the second stage; @req isn't set then
 * @in: what is translated
 * @steps: the entries, @n of them
 * @cached: the walk began at @table, which the paging-structure cache knew
 */
typedef struct VTDWalk {
    IntelIOMMUState *s;
    const VTDPASIDEntry *pe;
    const VTDRequest *req;
    bool second;
    hwaddr in;
    VTDStep steps[VTD_PML5_LEVEL];
    unsigned int n;
    bool cached;
    VTDTable table;
} VTDWalk;

/* The last entry read is one of the root table */
static inline bool vtd_at_root(const VTDWalk *walk)
{
    return walk->n == 1 && !walk->cached;
}

static inline uint64_t vtd_entry_index(hwaddr addr, unsigned int level)
{
    return (addr / vtd_level_size(level)) % VTD_PT_ENTRY_NR;
}

static inline bool vtd_entry_is_leaf(uint64_t entry, unsigned int level)
{
    return level == VTD_PT_LEVEL ||
           (level <= VTD_PDP_LEVEL && (entry & VTD_PT_PAGE_SIZE_MASK));
}

static inline hwaddr vtd_entry_addr(IntelIOMMUState *s, uint64_t entry)
{
    return entry & VTD_PT_BASE_ADDR_MASK(vtd_haw(s));
}

static inline hwaddr vtd_leaf_addr(IntelIOMMUState *s, uint64_t entry,
                                   unsigned int level, hwaddr in)
{
    uint64_t offset = vtd_level_size(level) - 1;

    return (vtd_entry_addr(s, entry) & ~offset) | (in & offset);
}

/* Address bits of a large page below its size, apart from PAT in bit 12 */
static inline uint64_t vtd_large_page_reserved(unsigned int level)
{
    return level > VTD_PT_LEVEL ? (vtd_level_size(level) - 1) & ~0x1fffULL : 0;
}

/* intel_iommu_second_stage.c */
bool vtd_read_entry(hwaddr addr, uint64_t *entry);
int vtd_set_entry_bits(VTDWalk *walk, VTDStep *step, uint64_t bits);
int vtd_ss_walk(IntelIOMMUState *s, const VTDPASIDEntry *pe, hwaddr in,
                bool write, VTDPage *out);

/* intel_iommu_paging_cache.c */
void vtd_paging_lookup(VTDWalk *walk, uint64_t bits);
void vtd_paging_insert(VTDWalk *walk);
void vtd_paging_drop(VTDWalk *walk);

#endif
