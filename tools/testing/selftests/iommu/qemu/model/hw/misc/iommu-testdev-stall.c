/*
 * iommu-testdev: accesses that the IOMMU stalls
 *
 * A channel has at most one, called by the channel's number.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "iommu-testdev.h"

/* The IOMMU holds the access from now on; the status of the channel */
uint32_t itd_stalled(ITDChannel *c)
{
    c->stalled = true;
    itd_count(c->s, ITD_CNT_STALLS);
    return ITD_ST_STALL;
}

/* Was the access that comes now already ended by the IOMMU? Asked once each. */
bool itd_stall_ignored(ITDChannel *c)
{
    bool ignored = c->ignored;

    c->ignored = false;
    return ignored;
}

void itd_stall_cancel(ITDChannel *c)
{
    c->ignored = false;
    if (c->stalled) {
        c->stalled = false;
        itd_count(c->s, ITD_CNT_STALL_CANCEL);
        pci_iommu_cancel(PCI_DEVICE(c->s), c->n);
    }
}

void itd_stall_end(PCIDevice *dev, uint32_t tag, PCIStallEnd how)
{
    ITDState *s = IOMMU_TESTDEV(dev);
    ITDChannel *c = &s->channels[tag % ITD_CHANNELS];

    assert(c->stalled);
    c->stalled = false;
    switch (how) {
    case PCI_STALL_RETRY:
        itd_count(s, ITD_CNT_STALL_RETRY);
        itd_run_and_finish(c);
        break;
    case PCI_STALL_IGNORE:
        itd_count(s, ITD_CNT_STALL_IGNORE);
        c->ignored = true;
        itd_run_and_finish(c);
        break;
    case PCI_STALL_ABORT:
        itd_count(s, ITD_CNT_STALL_ABORT);
        itd_finish(c, ITD_ST_FAULT);
        break;
    }
}
