/*
 * iommu-testdev: the life of a command
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "hw/pci/msix.h"
#include "iommu-testdev.h"

#define ITD_MIN_PERIOD  1000

void itd_timer_in(ITDChannel *c, uint32_t ns)
{
    timer_mod(c->timer, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) +
              MAX(ns, ITD_MIN_PERIOD));
}

/* The next run starts at the first byte */
static void itd_rewind(ITDChannel *c)
{
    c->moved = 0;
    c->read = false;
}

static void itd_count_run(ITDChannel *c, uint32_t status)
{
    unsigned int reg = status == ITD_ST_DONE ? ITD_RUNS : ITD_FAULTS;

    itd_set64(c, reg, itd_get64(c, reg) + 1);
}

void itd_finish(ITDChannel *c, uint32_t status)
{
    uint32_t cmd = itd_get32(c, ITD_CMD);

    if (status == ITD_ST_WAIT || status == ITD_ST_STALL) {
        itd_set32(c, ITD_STATUS, status);
        return;
    }
    if ((cmd & ITD_CMD_REPEAT) && status != ITD_ST_BAD_CMD) {
        itd_count_run(c, status);
        itd_rewind(c);
        itd_set32(c, ITD_STATUS, ITD_ST_REPEAT);
        itd_timer_in(c, itd_get32(c, ITD_PERIOD));
        return;
    }
    itd_set32(c, ITD_STATUS, status);
    if ((cmd & ITD_CMD_IRQ) && itd_in_d0(PCI_DEVICE(c->s))) {
        msix_notify(PCI_DEVICE(c->s), c->n);
    }
}

/*
 * A response of the IOMMU itself can come while the request is sent: the retry
 * that it asks for is then already on the timer, and the status mustn't change.
 */
void itd_run_and_finish(ITDChannel *c)
{
    uint32_t status;

    c->failed = false;
    status = itd_run(c);
    if (status == ITD_ST_WAIT && !c->waiting && c->failed) {
        status = ITD_ST_PRG_FAIL;
    }
    itd_finish(c, status);
}

void itd_channel_stop(ITDChannel *c)
{
    timer_del(c->timer);
    itd_stall_cancel(c);
    itd_rewind(c);
    c->retry = false;
    c->waiting = 0;
    itd_set32(c, ITD_STATUS, ITD_ST_IDLE);
}

void itd_channel_start(ITDChannel *c)
{
    itd_channel_stop(c);
    itd_set32(c, ITD_CODE, 0);
    itd_set64(c, ITD_FADDR, 0);
    itd_set64(c, ITD_RUNS, 0);
    itd_set64(c, ITD_FAULTS, 0);
    if ((itd_get32(c, ITD_CMD) & ITD_OP_MASK) != ITD_OP_STOP) {
        itd_run_and_finish(c);
    }
}

void itd_channel_timer(void *opaque)
{
    ITDChannel *c = opaque;

    c->retry = false;
    itd_run_and_finish(c);
}
