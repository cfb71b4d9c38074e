/*
 * SMMUv3: requests of endpoints with SubstreamIDs, and what their faults do
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "migration/blocker.h"
#include "smmuv3-model.h"

#define SMMU_SSIDSIZE_MAX       20

/* Requests of endpoints */

int smmuv3_pci_translate(PCIBus *bus, void *opaque, int devfn,
                         const PCIIOMMURequest *req, IOMMUTLBEntry *out)
{
    SMMUDevice *sdev = container_of(smmu_find_add_as(bus, opaque, devfn),
                                    SMMUDevice, as);
    IOMMUAccessFlags need = req->write ? IOMMU_WO : IOMMU_RO;
    SMMUv3Request rq = { .pci = req };

    /* IDR0.ATS is 0: without a record */
    if (req->ats || req->translated) {
        return -EACCES;
    }
    *out = smmuv3_request(sdev, req->addr, need, &rq);
    if (rq.stalled) {
        return -EINPROGRESS;
    }
    out->iova &= ~out->addr_mask;
    out->translated_addr &= ~out->addr_mask;
    return out->perm & need ? 0 : -EACCES;
}

void smmuv3_pci_cancel(PCIBus *bus, void *opaque, PCIDevice *dev, uint32_t tag)
{
    smmuv3_stall_cancel(ARM_SMMUV3(opaque), dev, tag);
}

/* Faults */

/*
 * What the A, R and S bits of the faulting stage say (5.5). Faults other than
 * these four always abort; so do all of the second stage that don't stall.
 */
void smmuv3_fault_model(SMMUTransCfg *cfg, const SMMUPTWEventInfo *ptw,
                        SMMUEventInfo *event)
{
    bool second = ptw->stage == SMMU_STAGE_2;

    if (ptw->type == SMMU_PTW_ERR_WALK_EABT) {
        return;
    }
    event->may_stall = second ? cfg->s2cfg.stall : cfg->stall;
    event->raz_wi = !second && cfg->raz_wi;
}

/* Fields that describe the request itself (7.3), without one plain data */
void smmuv3_event_request(SMMUEventInfo *event, IOMMUAccessFlags flag,
                          const SMMUv3Request *rq)
{
    switch (event->type) {
    case SMMU_EVT_F_WALK_EABT:
    case SMMU_EVT_F_TRANSLATION:
    case SMMU_EVT_F_ADDR_SIZE:
    case SMMU_EVT_F_ACCESS:
    case SMMU_EVT_F_PERMISSION:
        event->u.f_walk_eabt.rnw = !(flag & IOMMU_WO);
        event->u.f_walk_eabt.pnu = rq && rq->pci->priv;
        event->u.f_walk_eabt.ind = rq && rq->pci->exec;
        break;
    default:
        break;
    }
}

/* A request that isn't stalled ends; @entry has no rights so far */
void smmuv3_terminate(SMMUv3State *s, const SMMUEventInfo *event,
                      IOMMUAccessFlags flag, IOMMUTLBEntry *entry)
{
    if (event->raz_wi) {
        entry->target_as = &s->model->sink;
        entry->addr_mask = 0xfff;
        entry->perm = flag;
    }
}

static uint64_t smmuv3_sink_read(void *opaque, hwaddr addr, unsigned int size)
{
    return 0;
}

static void smmuv3_sink_write(void *opaque, hwaddr addr, uint64_t val,
                              unsigned int size)
{
}

static const MemoryRegionOps smmuv3_sink_ops = {
    .read = smmuv3_sink_read,
    .write = smmuv3_sink_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 8 },
    .impl = { .min_access_size = 1, .max_access_size = 8 },
};

/* The unit */

/* The ID registers have stock's values already; without properties they stay */
void smmuv3_model_reset(SMMUv3State *s)
{
    g_hash_table_remove_all(s->model->streams);
    smmuv3_stalls_forget(s);
    if (s->ssidsize) {
        s->idr[0] = FIELD_DP32(s->idr[0], IDR0, CD2L, 1);
        s->idr[1] = FIELD_DP32(s->idr[1], IDR1, SSIDSIZE, s->ssidsize);
    }
    if (s->stall) {
        s->idr[0] = FIELD_DP32(s->idr[0], IDR0, STALL_MODEL, 0);
        s->idr[0] = FIELD_DP32(s->idr[0], IDR0, TERM_MODEL, 0);
        s->idr[5] = FIELD_DP32(s->idr[5], IDR5, STALL_MAX, s->stall_max);
    }
}

static bool smmuv3_model_check(SMMUv3State *s, Error **errp)
{
    if (s->ssidsize > SMMU_SSIDSIZE_MAX) {
        error_setg(errp, "x-ssidsize is at most %d", SMMU_SSIDSIZE_MAX);
        return false;
    }
    if (!s->stall_max) {
        error_setg(errp, "x-stall-max is at least 1");
        return false;
    }
    return true;
}

/* Called before the first reset */
bool smmuv3_model_realize(SMMUv3State *s, Error **errp)
{
    if (!smmuv3_model_check(s, errp)) {
        return false;
    }
    s->model = g_new0(SMMUv3Model, 1);
    s->model->streams = g_hash_table_new_full(NULL, NULL, NULL,
                                              smmuv3_stream_free);
    QTAILQ_INIT(&s->model->stalls);
    memory_region_init_io(&s->model->sink_mr, OBJECT(s), &smmuv3_sink_ops, s,
                          "smmuv3-sink", UINT64_MAX);
    address_space_init(&s->model->sink, &s->model->sink_mr, "smmuv3-sink");
    if (s->ssidsize || s->stall) {
        error_setg(&s->model->migration_blocker,
                   "x-ssidsize and x-stall of arm-smmuv3 have no migration state");
        return migrate_add_blocker(&s->model->migration_blocker, errp) == 0;
    }
    return true;
}
