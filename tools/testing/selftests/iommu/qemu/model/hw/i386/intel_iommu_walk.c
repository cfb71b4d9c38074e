/*
 * VT-d scalable mode: page table walks of one and of two stages
 *
 * In nested translation every access to a first-stage entry, and the result of
 * the first stage, goes through the second stage (VT-d 4.1, 3.8).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "intel_iommu_walk.h"

/* First stage (3.6, 9.7) */

static bool vtd_fs_nested(const VTDPASIDEntry *pe)
{
    return (pe->val[0] & VTD_SM_PASID_ENTRY_PGTT) == VTD_SM_PASID_ENTRY_NESTED;
}

static bool vtd_fs_reserved_set(VTDWalk *walk, uint64_t entry,
                                unsigned int level)
{
    IntelIOMMUState *s = walk->s;
    uint64_t rsvd = ~(VTD_HAW_MASK(vtd_haw(s)) | VTD_FS_UPPER_IGNORED);

    if (!(walk->pe->val[2] & VTD_SM_PE_NXE)) {
        rsvd |= VTD_FS_XD;
    }
    if (level > VTD_PDP_LEVEL ||
        (level == VTD_PDP_LEVEL && !(s->cap & VTD_CAP_FS1GP))) {
        rsvd |= VTD_PT_PAGE_SIZE_MASK;
    } else if (vtd_entry_is_leaf(entry, level)) {
        rsvd |= vtd_large_page_reserved(level);
    }
    return entry & rsvd;
}

/* Host address of the first-stage entry at @addr, for reading or for A and D */
static int vtd_fs_entry_address(VTDWalk *walk, hwaddr *addr, bool write)
{
    VTDPage page;
    int ret;

    if (!vtd_fs_nested(walk->pe)) {
        return 0;
    }
    ret = vtd_ss_walk(walk->s, walk->pe, *addr, write, &page);
    if (ret) {
        return ret == VTD_FR_SM_BEYOND_SS_AW ? VTD_FR_FS_BEYOND_AW : ret;
    }
    if (write && !page.write) {
        return VTD_FR_FS_TABLE_WRITE;
    }
    if (!write && !page.read) {
        return vtd_at_root(walk) ? VTD_FR_FS_ROOT_READ : VTD_FR_FS_TABLE_READ;
    }
    *addr = page.addr;
    return 0;
}

static int vtd_fs_step(VTDWalk *walk, hwaddr table, unsigned int level)
{
    VTDStep *step = &walk->steps[walk->n++];
    int ret;

    step->level = level;
    step->addr = table + vtd_entry_index(walk->in, level) * 8;
    step->host = step->addr;
    ret = walk->cached ? 0 : vtd_fs_entry_address(walk, &step->host, false);
    if (ret) {
        return ret;
    }
    if (!vtd_read_entry(step->host, &step->entry)) {
        return vtd_at_root(walk) ? VTD_FR_PASID_ENTRY_FSPTPTR_INV :
                                   VTD_FR_FS_PAGING_ENTRY_INV;
    }
    if (!(step->entry & VTD_FL_P)) {
        return VTD_FR_FS_PAGING_ENTRY_P;
    }
    return vtd_fs_reserved_set(walk, step->entry, level) ?
           VTD_FR_FS_PAGING_ENTRY_RSVD : 0;
}

static bool vtd_fs_canonical(hwaddr addr, unsigned int level)
{
    unsigned int unused = 64 - (12 + 9 * level);

    return (int64_t)(addr << unused) >> unused == (int64_t)addr;
}

/* Rights of the path (3.6.1): user and write only if every entry agrees */
static void vtd_fs_rights(VTDWalk *walk, VTDPage *page)
{
    bool write = !walk->cached || walk->table.write;

    page->read = true;
    page->user = !walk->cached || walk->table.user;
    for (unsigned int i = 0; i < walk->n; i++) {
        page->user &= !!(walk->steps[i].entry & VTD_FL_US);
        write &= !!(walk->steps[i].entry & VTD_FL_RW);
    }
    page->write = write;
    page->write_priv = write || !(walk->pe->val[2] & VTD_SM_PE_WPE);
}

static int vtd_fs_check(const VTDRequest *req, const VTDPage *page)
{
    if (!req->priv && !page->user) {
        return VTD_FR_FS_PAGING_ENTRY_US;
    }
    if (req->write && !(req->priv ? page->write_priv : page->write)) {
        return VTD_FR_SM_WRITE;
    }
    return 0;
}

/* Accessed, and extended accessed when the PASID entry asks for it */
static uint64_t vtd_fs_accessed(VTDWalk *walk)
{
    return VTD_FL_A | (walk->pe->val[2] & VTD_SM_PE_EAFE ? VTD_FS_EA : 0);
}

/* These everywhere, dirty in the leaf (3.6.2) */
static int vtd_fs_update_ad(VTDWalk *walk)
{
    for (unsigned int i = 0; i < walk->n; i++) {
        VTDStep *step = &walk->steps[i];
        uint64_t set = vtd_fs_accessed(walk);
        hwaddr addr = step->addr;
        int ret;

        if (walk->req->write && i == walk->n - 1) {
            set |= VTD_FL_D;
        }
        if (!(set & ~step->entry)) {
            continue;
        }
        ret = walk->cached ? 0 : vtd_fs_entry_address(walk, &addr, true);
        if (!ret && !walk->cached && addr != step->host) {
            ret = VTD_WALK_AGAIN;
        }
        ret = ret ? ret : vtd_set_entry_bits(walk, step, set);
        if (ret) {
            return ret;
        }
    }
    return 0;
}

static int vtd_fs_walk(VTDWalk *walk, VTDPage *page)
{
    unsigned int level = 4 + VTD_SM_PE_FSPM(walk->pe);
    hwaddr table = walk->pe->val[2] & VTD_SM_PASID_ENTRY_FLPTPTR;
    VTDStep *step;
    int ret;

    if (!vtd_fs_canonical(walk->in, level)) {
        return VTD_FR_FS_NON_CANONICAL;
    }
    vtd_paging_lookup(walk, vtd_fs_accessed(walk));
    if (walk->cached) {
        table = walk->table.host;
        level = VTD_PT_LEVEL;
    }
    for (;; level--) {
        ret = vtd_fs_step(walk, table, level);
        if (ret) {
            return ret;
        }
        step = &walk->steps[walk->n - 1];
        if (vtd_entry_is_leaf(step->entry, level)) {
            break;
        }
        table = vtd_entry_addr(walk->s, step->entry);
    }
    page->level = level;
    page->addr = vtd_leaf_addr(walk->s, step->entry, level, walk->in);
    vtd_fs_rights(walk, page);
    return vtd_fs_check(walk->req, page);
}

/* Both */

static int vtd_ss_check(const VTDRequest *req, const VTDPage *page)
{
    if (req->write) {
        return page->write ? 0 : VTD_FR_SM_WRITE;
    }
    return page->read ? 0 : VTD_FR_SM_READ;
}

/* Puts the result of the first stage, in @page, through the second */
static int vtd_nested_output(VTDWalk *walk, VTDPage *page)
{
    VTDPage second;
    int ret = vtd_ss_walk(walk->s, walk->pe, page->addr, walk->req->write,
                          &second);

    if (!ret) {
        ret = vtd_ss_check(walk->req, &second);
    }
    if (ret) {
        return ret;
    }
    page->addr = second.addr;
    page->level = MIN(page->level, second.level);
    page->read &= second.read;
    page->write &= second.write;
    page->write_priv &= second.write;
    return 0;
}

static int vtd_first_stage_once(IntelIOMMUState *s, const VTDPASIDEntry *pe,
                                const VTDRequest *req, VTDPage *page)
{
    VTDWalk walk = { .s = s, .pe = pe, .req = req, .in = req->addr };
    bool dirty;
    int ret = vtd_fs_walk(&walk, page);

    if (!ret && vtd_fs_nested(pe)) {
        ret = vtd_nested_output(&walk, page);
    }
    if (!ret) {
        ret = vtd_fs_update_ad(&walk);
    }
    if (!ret) {
        vtd_paging_insert(&walk);
    }
    /* no cached permission to write may bypass the setting of D */
    dirty = walk.steps[walk.n ? walk.n - 1 : 0].entry & VTD_FL_D;
    page->write &= dirty;
    page->write_priv &= dirty;
    return ret;
}

static int vtd_first_stage(IntelIOMMUState *s, const VTDPASIDEntry *pe,
                           const VTDRequest *req, VTDPage *page)
{
    int ret;

    do {
        ret = vtd_first_stage_once(s, pe, req, page);
    } while (ret == VTD_WALK_AGAIN);
    return ret;
}

static int vtd_second_stage(IntelIOMMUState *s, const VTDPASIDEntry *pe,
                            const VTDRequest *req, VTDPage *page)
{
    int ret = vtd_ss_walk(s, pe, req->addr, req->write, page);

    if (ret == VTD_FR_SM_BEYOND_SS_AW) {
        return VTD_FR_SM_BEYOND_MGAW;
    }
    return ret ? ret : vtd_ss_check(req, page);
}

static int vtd_pass_through(IntelIOMMUState *s, const VTDRequest *req,
                            VTDPage *page)
{
    if (req->addr >> vtd_haw(s)) {
        return VTD_FR_SM_BEYOND_MGAW;
    }
    *page = (VTDPage) { .addr = req->addr, .level = VTD_PT_LEVEL, .read = true,
                        .write = true, .write_priv = true, .user = true };
    return 0;
}

int vtd_nested_walk(IntelIOMMUState *s, const VTDPASIDEntry *pe,
                    const VTDRequest *req, VTDPage *page)
{
    vtd_count(s, VTD_CNT_WALKS);
    switch (pe->val[0] & VTD_SM_PASID_ENTRY_PGTT) {
    case VTD_SM_PASID_ENTRY_SLT:
        return vtd_second_stage(s, pe, req, page);
    case VTD_SM_PASID_ENTRY_PT:
        return vtd_pass_through(s, req, page);
    default:
        return vtd_first_stage(s, pe, req, page);
    }
}

bool vtd_request_allowed(const VTDRequest *req, const VTDPage *page)
{
    if (!req->priv && !page->user) {
        return false;
    }
    if (req->write) {
        return req->priv ? page->write_priv : page->write;
    }
    return page->read;
}
