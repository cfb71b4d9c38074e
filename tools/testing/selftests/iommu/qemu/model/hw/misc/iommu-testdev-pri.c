/*
 * iommu-testdev: page requests and their responses
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "iommu-testdev.h"

/* Requests */

static bool itd_send_request(ITDChannel *c, const PCIPageRequest *req)
{
    bool nested = c->s->sending;
    int ret;

    c->s->sending = true;
    ret = pci_iommu_page_request(PCI_DEVICE(c->s), req);
    c->s->sending = nested;
    itd_count(c->s, ret ? ITD_CNT_PRQ_REFUSED : ITD_CNT_PRQ_SENT);
    return !ret;
}

/*
 * Requests @pages pages from @addr in @group, the last one with the last flag
 * unless @last is false. The group waits from before the first message on: the
 * IOMMU itself may answer while it is sent.
 */
bool itd_request_group(ITDChannel *c, uint32_t pasid_reg, hwaddr addr,
                       unsigned int pages, unsigned int group, bool write,
                       bool last)
{
    PCIPageRequest req = {
        .pasid = itd_pasid(pasid_reg),
        .read = !write, .write = write,
        .exec = pasid_reg & ITD_PASID_EXEC && !write,
        .priv = pasid_reg & ITD_PASID_PRIV,
        .prgi = ITD_PRGI(c->n, group),
    };

    c->prg_pasid = req.pasid;
    if (last) {
        c->waiting |= 1u << group;
    }
    for (unsigned int i = 0; i < pages; i++) {
        req.addr = (addr & ~(hwaddr)(ITD_PAGE - 1)) + (hwaddr)i * ITD_PAGE;
        req.last = last && i == pages - 1;
        if (!itd_send_request(c, &req)) {
            c->waiting &= ~(1u << group);
            itd_set64(c, ITD_FADDR, req.addr);
            return false;
        }
    }
    return true;
}

unsigned int itd_pages_until(hwaddr addr, hwaddr end)
{
    hwaddr first = addr / ITD_PAGE, last = (end - 1) / ITD_PAGE;

    return MIN(last - first + 1, ITD_PAGES_MAX);
}

/* Responses */

/* All groups of the channel have their response */
static void itd_groups_done(ITDChannel *c)
{
    bool request = (itd_get32(c, ITD_CMD) & ITD_OP_MASK) == ITD_OP_REQUEST;

    if (c->s->sending) {
        /* itd_run_and_finish() is up the stack and sees c->failed */
        if (!c->failed && !request) {
            c->retry = true;
            itd_timer_in(c, 0);
        }
        return;
    }
    if (c->failed) {
        itd_finish(c, ITD_ST_PRG_FAIL);
    } else if (request) {
        itd_finish(c, ITD_ST_DONE);
    } else {
        itd_run_and_finish(c);
    }
}

static void itd_unknown_response(ITDState *s)
{
    PCIDevice *dev = PCI_DEVICE(s);

    itd_count(s, ITD_CNT_PRG_UNKNOWN);
    pci_word_test_and_set_mask(dev->config + ITD_PRI_CAP + PCI_PRI_STATUS,
                               PCI_PRI_STATUS_UPRGI);
}

void itd_page_response(PCIDevice *dev, uint32_t pasid, uint16_t prgi,
                       unsigned int code)
{
    ITDState *s = IOMMU_TESTDEV(dev);
    ITDChannel *c = &s->channels[prgi / ITD_GROUPS_MAX % ITD_CHANNELS];
    unsigned int group = 1u << prgi % ITD_GROUPS_MAX;

    s->last_prg_pasid = pasid == PCI_NO_PASID ? 0 : ITD_PASID_VALID | pasid;
    s->last_prg = prgi | (code & 0xf) << 16;
    itd_count(s, ITD_CNT_PRG_RESP(code & 0xf));
    if (!(c->waiting & group) || c->prg_pasid != pasid) {
        itd_unknown_response(s);
        return;
    }
    c->waiting &= ~group;
    itd_set32(c, ITD_CODE, code);
    if (code != ITD_PRG_SUCCESS) {
        c->failed = true;
    }
    if (code == ITD_PRG_FAILURE) {
        pci_word_test_and_set_mask(dev->config + ITD_PRI_CAP + PCI_PRI_STATUS,
                                   PCI_PRI_STATUS_RF);
    }
    if (!c->waiting) {
        itd_groups_done(c);
    }
}
