/*
 * iommu-testdev: the address translation cache (ATC)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "iommu-testdev.h"

static bool itd_atc_match(const ITDAtcEntry *e, const PCIIOMMURequest *req)
{
    IOMMUAccessFlags need = req->write ? IOMMU_WO : IOMMU_RO;

    return e->valid && e->pasid == req->pasid && e->priv == req->priv &&
           (req->addr & ~e->mask) == e->addr && (e->perm & need);
}

bool itd_atc_lookup(ITDState *s, const PCIIOMMURequest *req,
                    IOMMUTLBEntry *out)
{
    for (unsigned int i = 0; i < ITD_ATC_MAX; i++) {
        ITDAtcEntry *e = &s->atc[i];

        if (itd_atc_match(e, req)) {
            *out = (IOMMUTLBEntry) {
                .target_as = &address_space_memory, .iova = e->addr,
                .translated_addr = e->target, .addr_mask = e->mask,
                .perm = e->perm,
            };
            itd_count(s, ITD_CNT_ATC_HITS);
            return true;
        }
    }
    return false;
}

/* Takes the place of an older translation of the page, or of the oldest one */
void itd_atc_insert(ITDState *s, const PCIIOMMURequest *req,
                    const IOMMUTLBEntry *entry)
{
    unsigned int slot = s->atc_next;

    for (unsigned int i = 0; i < ITD_ATC_MAX; i++) {
        ITDAtcEntry *e = &s->atc[i];

        if (e->valid && e->pasid == req->pasid && e->priv == req->priv &&
            e->addr == entry->iova && e->mask == entry->addr_mask) {
            slot = i;
        }
    }
    if (slot == s->atc_next) {
        s->atc_next = (s->atc_next + 1) % ITD_ATC_MAX;
    }
    s->atc[slot] = (ITDAtcEntry) {
        .valid = true, .priv = req->priv, .pasid = req->pasid,
        .addr = entry->iova, .mask = entry->addr_mask,
        .target = entry->translated_addr, .perm = entry->perm,
    };
}

void itd_atc_drop(ITDState *s)
{
    memset(s->atc, 0, sizeof(s->atc));
    s->atc_next = 0;
}

unsigned int itd_atc_used(ITDState *s)
{
    unsigned int used = 0;

    for (unsigned int i = 0; i < ITD_ATC_MAX; i++) {
        used += s->atc[i].valid;
    }
    return used;
}

static bool itd_atc_named(const ITDAtcEntry *e, const PCIATSInvalidation *inv)
{
    if (inv->global ? e->pasid == PCI_NO_PASID : e->pasid != inv->pasid) {
        return false;
    }
    return !inv->size || (e->addr <= inv->addr + (inv->size - 1) &&
                          inv->addr <= e->addr + e->mask);
}

static void itd_atc_count(ITDState *s, const PCIATSInvalidation *inv)
{
    itd_count(s, ITD_CNT_ATC_INVS);
    if (inv->global) {
        itd_count(s, ITD_CNT_ATC_INVS_GLOBAL);
    } else if (inv->pasid != PCI_NO_PASID) {
        itd_count(s, ITD_CNT_ATC_INVS_PASID);
    }
}

bool itd_atc_invalidate(PCIDevice *dev, const PCIATSInvalidation *inv)
{
    ITDState *s = IOMMU_TESTDEV(dev);

    s->last_inv = *inv;
    itd_atc_count(s, inv);
    if (s->inv_mute) {
        if (s->inv_mute != ITD_INV_MUTE_ALL) {
            s->inv_mute--;
        }
        itd_count(s, ITD_CNT_ATC_INVS_MUTED);
        return false;
    }
    for (unsigned int i = 0; i < ITD_ATC_MAX; i++) {
        if (s->atc[i].valid && itd_atc_named(&s->atc[i], inv)) {
            s->atc[i].valid = false;
        }
    }
    return true;
}
