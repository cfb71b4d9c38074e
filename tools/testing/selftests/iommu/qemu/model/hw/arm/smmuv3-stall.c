/*
 * SMMUv3: stalled requests (3.12.2)
 *
 * The endpoint holds the request, the SMMU a record of it. A request whose
 * event can't be recorded, because the queue isn't writable or STALL_MAX others
 * wait for an answer, is held without one and tried again when there is room.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/main-loop.h"
#include "smmuv3-model.h"

static bool smmuv3_stag_used(SMMUv3State *s, uint16_t stag)
{
    SMMUv3Stall *stall;

    QTAILQ_FOREACH(stall, &s->model->stalls, next) {
        if (stall->recorded && stall->stag == stag) {
            return true;
        }
    }
    return false;
}

/* There are fewer recorded stalls than tags */
static uint16_t smmuv3_new_stag(SMMUv3State *s)
{
    while (smmuv3_stag_used(s, s->model->next_stag)) {
        s->model->next_stag++;
    }
    return s->model->next_stag++;
}

static bool smmuv3_stall_room(SMMUv3State *s)
{
    return smmuv3_eventq_enabled(s) && !smmuv3_q_full(&s->eventq) &&
           s->model->nr_recorded < s->stall_max;
}

static SMMUv3Stall *smmuv3_first_held(SMMUv3State *s)
{
    SMMUv3Stall *stall;

    QTAILQ_FOREACH(stall, &s->model->stalls, next) {
        if (!stall->recorded) {
            return stall;
        }
    }
    return NULL;
}

/* Is it this one's turn? First come those that came first. */
static bool smmuv3_stall_turn(SMMUv3State *s, const SMMUv3Stall *stall)
{
    return smmuv3_stall_room(s) && smmuv3_first_held(s) == stall;
}

static SMMUv3Stall *smmuv3_new_stall(SMMUv3State *s, SMMUDevice *sdev,
                                     const PCIIOMMURequest *req)
{
    SMMUv3Stall *stall = g_new0(SMMUv3Stall, 1);

    stall->req = *req;
    stall->sdev = sdev;
    stall->sid = smmu_get_sid(sdev);
    QTAILQ_INSERT_TAIL(&s->model->stalls, stall, next);
    return stall;
}

/*
 * Holds a request that faulted, and records the event, now or later. False when
 * its fault or its endpoint doesn't stall: it ends then, with a record that says
 * so (3.12).
 */
bool smmuv3_stall(SMMUv3State *s, SMMUDevice *sdev, SMMUv3Request *rq,
                  SMMUEventInfo *event)
{
    SMMUv3Stall *stall;

    if (!event->may_stall || !rq || !rq->pci->holder) {
        return false;
    }
    assert(bql_locked());
    stall = rq->again ?: smmuv3_new_stall(s, sdev, rq->pci);
    rq->stalled = true;
    if (smmuv3_stall_turn(s, stall)) {
        stall->recorded = true;
        stall->stag = smmuv3_new_stag(s);
        s->model->nr_recorded++;
        event->u.f_walk_eabt.stall = true;
        event->u.f_walk_eabt.stag = stall->stag;
        smmuv3_record_event(s, event);
    }
    return true;
}

/* The stall is over; its endpoint hears of it unless it has given up */
static void smmuv3_stall_end(SMMUv3State *s, SMMUv3Stall *stall,
                             PCIStallEnd how)
{
    PCIDevice *dev = stall->req.holder;
    uint32_t tag = stall->req.tag;

    QTAILQ_REMOVE(&s->model->stalls, stall, next);
    s->model->nr_recorded -= stall->recorded;
    g_free(stall);
    if (dev) {
        dev->iommu_endpoint->stall_end(dev, tag, how);
    }
}

/* Tries a held request again; it may be recorded now, or over */
static void smmuv3_stall_again(SMMUv3State *s, SMMUv3Stall *stall)
{
    IOMMUAccessFlags need = stall->req.write ? IOMMU_WO : IOMMU_RO;
    SMMUv3Request rq = { .pci = &stall->req, .again = stall };
    IOMMUTLBEntry entry = smmuv3_request(stall->sdev, stall->req.addr, need, &rq);

    if (!rq.stalled) {
        smmuv3_stall_end(s, stall, entry.perm & need ? PCI_STALL_RETRY :
                                                       PCI_STALL_ABORT);
    }
}

/*
 * To be called whenever there may be room for an event. An endpoint that goes on
 * can change the list, so each round looks anew.
 */
void smmuv3_stalls_again(SMMUv3State *s)
{
    SMMUv3Stall *stall;

    while (smmuv3_stall_room(s) && (stall = smmuv3_first_held(s))) {
        smmuv3_stall_again(s, stall);
    }
}

/* CMD_RESUME (4.7.1): no effect without such a stall */
static void smmuv3_resume(SMMUv3State *s, Cmd *cmd)
{
    PCIStallEnd how = CMD_RESUME_AC(cmd) ? PCI_STALL_RETRY :
                      CMD_RESUME_AB(cmd) ? PCI_STALL_ABORT : PCI_STALL_IGNORE;
    SMMUv3Stall *stall;

    QTAILQ_FOREACH(stall, &s->model->stalls, next) {
        if (stall->recorded && stall->sid == CMD_SID(cmd) &&
            stall->stag == CMD_RESUME_STAG(cmd)) {
            smmuv3_stall_end(s, stall, how);
            return;
        }
    }
}

static SMMUv3Stall *smmuv3_first_of(SMMUv3State *s, const uint32_t *sid)
{
    SMMUv3Stall *stall;

    QTAILQ_FOREACH(stall, &s->model->stalls, next) {
        if (!sid || stall->sid == *sid) {
            return stall;
        }
    }
    return NULL;
}

/* Aborts those of a stream, or all of them */
static void smmuv3_stalls_abort(SMMUv3State *s, const uint32_t *sid)
{
    SMMUv3Stall *stall;

    while ((stall = smmuv3_first_of(s, sid))) {
        smmuv3_stall_end(s, stall, PCI_STALL_ABORT);
    }
}

/* CR0 was written: clearing SMMUEN aborts everything (3.12.2) */
void smmuv3_stalls_cr0(SMMUv3State *s, bool was_enabled)
{
    if (was_enabled && !smmu_enabled(s)) {
        smmuv3_stalls_abort(s, NULL);
    }
    smmuv3_stalls_again(s);
}

/*
 * CMD_RESUME and CMD_STALL_TERM; other commands aren't touched, nor are these
 * without the stall model. Endpoints go on at once: called without the lock.
 */
SMMUCmdError smmuv3_stall_command(SMMUv3State *s, Cmd *cmd)
{
    uint32_t sid = CMD_SID(cmd);

    if (!smmuv3_can_stall(s) || (CMD_TYPE(cmd) != SMMU_CMD_RESUME &&
                                 CMD_TYPE(cmd) != SMMU_CMD_STALL_TERM)) {
        return SMMU_CERROR_NONE;
    }
    if (CMD_SSEC(cmd)) {
        return SMMU_CERROR_ILL;
    }
    if (CMD_TYPE(cmd) == SMMU_CMD_RESUME) {
        smmuv3_resume(s, cmd);
    } else {
        smmuv3_stalls_abort(s, &sid);
    }
    smmuv3_stalls_again(s);
    return SMMU_CERROR_NONE;
}

/* A reset: endpoints have been reset before, or are about to be */
void smmuv3_stalls_forget(SMMUv3State *s)
{
    SMMUv3Stall *stall;

    while ((stall = QTAILQ_FIRST(&s->model->stalls))) {
        QTAILQ_REMOVE(&s->model->stalls, stall, next);
        g_free(stall);
    }
    s->model->nr_recorded = 0;
}

/*
 * The endpoint gave up. Software that was told still has to answer, only then is
 * the tag free (3.12.2).
 */
void smmuv3_stall_cancel(SMMUv3State *s, PCIDevice *dev, uint32_t tag)
{
    SMMUv3Stall *stall;

    QTAILQ_FOREACH(stall, &s->model->stalls, next) {
        if (stall->req.holder == dev && stall->req.tag == tag) {
            stall->req.holder = NULL;
            if (!stall->recorded) {
                smmuv3_stall_end(s, stall, PCI_STALL_ABORT);
            }
            return;
        }
    }
}
