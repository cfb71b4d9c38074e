/*
 * SMMUv3: SubstreamIDs and the stall model
 *
 * References are to the SMMUv3 architecture, Arm IHI 0070.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_ARM_SMMUV3_MODEL_H
#define HW_ARM_SMMUV3_MODEL_H

#include "hw/arm/smmuv3.h"
#include "hw/pci/pci_device.h"
#include "hw/pci/pci_pasid.h"
#include "smmuv3-internal.h"

#define STE_S1DSS(x)            extract32((x)->word[2], 0, 2)
#define STE_S1DSS_TERMINATE     0
#define STE_S1DSS_BYPASS        1
#define STE_S1DSS_SSID0         2

#define STE_S1FMT_4K_L2         1
#define STE_S1FMT_64K_L2        2

#define L1CD_VALID(x)           ((x) & 1)
#define L1CD_L2PTR(x)           ((x) & 0x00fffffffffff000ULL)

/**
 * struct SMMUv3Stall: a request that the SMMU holds
 *
 * @req: as the endpoint made it; @req.holder is NULL when it has given up
 * @sdev: its stream
 * @sid: the stream's ID when the request came
 * @stag: names it, once @recorded is set. Not used for another one before
 *        software has answered, even when the endpoint has given up.
 * @recorded: its event is in the queue; else it is tried again as soon as there
 *            is room for one (7.2.1)
 */
typedef struct SMMUv3Stall {
    PCIIOMMURequest req;
    SMMUDevice *sdev;
    uint32_t sid;
    uint16_t stag;
    bool recorded;
    QTAILQ_ENTRY(SMMUv3Stall) next;
} SMMUv3Stall;

/**
 * struct SMMUv3Model: what stock QEMU's SMMUv3 doesn't have
 *
 * @streams: SMMUDevice * to its cached STE and CDs
 * @stalls: held requests in the order of their arrival, changed under the BQL
 * @nr_recorded: how many of them are recorded
 * @next_stag: where the search for a free one starts
 * @sink: reads 0, ignores writes
 */
typedef struct SMMUv3Model {
    GHashTable *streams;
    QTAILQ_HEAD(, SMMUv3Stall) stalls;
    unsigned int nr_recorded;
    uint16_t next_stag;
    MemoryRegion sink_mr;
    AddressSpace sink;
    Error *migration_blocker;
} SMMUv3Model;

/**
 * struct SMMUv3Request: what a request has that an address space can't tell
 *
 * @pci: as the endpoint made it
 * @again: it is tried again, and was held before
 * @stalled: result: it is held now
 */
typedef struct SMMUv3Request {
    const PCIIOMMURequest *pci;
    SMMUv3Stall *again;
    bool stalled;
} SMMUv3Request;

static inline bool smmuv3_has_substreams(SMMUv3State *s)
{
    return FIELD_EX32(s->idr[1], IDR1, SSIDSIZE);
}

static inline bool smmuv3_can_stall(SMMUv3State *s)
{
    return FIELD_EX32(s->idr[0], IDR0, STALL_MODEL) == 0;
}

/* smmuv3.c */
int smmu_find_ste(SMMUv3State *s, uint32_t sid, STE *ste, SMMUEventInfo *event);
int decode_ste(SMMUv3State *s, SMMUTransCfg *cfg, STE *ste,
               SMMUEventInfo *event);
int decode_cd(SMMUv3State *s, SMMUTransCfg *cfg, CD *cd, SMMUEventInfo *event);
SMMUTranslationStatus smmuv3_do_translate(SMMUv3State *s, hwaddr addr,
                                          SMMUTransCfg *cfg,
                                          SMMUEventInfo *event,
                                          IOMMUAccessFlags flag,
                                          SMMUTLBEntry **out_entry,
                                          SMMUTranslationClass class);
IOMMUTLBEntry smmuv3_request(SMMUDevice *sdev, hwaddr addr,
                             IOMMUAccessFlags flag, SMMUv3Request *rq);

/* smmuv3-model.c */
bool smmuv3_model_realize(SMMUv3State *s, Error **errp);
void smmuv3_model_reset(SMMUv3State *s);
void smmuv3_fault_model(SMMUTransCfg *cfg, const SMMUPTWEventInfo *ptw,
                        SMMUEventInfo *event);
void smmuv3_event_request(SMMUEventInfo *event, IOMMUAccessFlags flag,
                          const SMMUv3Request *rq);
void smmuv3_terminate(SMMUv3State *s, const SMMUEventInfo *event,
                      IOMMUAccessFlags flag, IOMMUTLBEntry *entry);

/* smmuv3-substream.c */
bool smmuv3_s1cdmax_legal(SMMUv3State *s, STE *ste);
bool smmuv3_cd_fault_bits_legal(SMMUv3State *s, SMMUTransCfg *cfg, CD *cd);
SMMUTransCfg *smmuv3_substream_config(SMMUDevice *sdev, SMMUEventInfo *event);
void smmuv3_inv_stream(SMMUv3State *s, SMMUDevice *sdev);
void smmuv3_inv_stream_range(SMMUv3State *s, uint32_t first, uint32_t last);
void smmuv3_inv_cd(SMMUv3State *s, SMMUDevice *sdev, Cmd *cmd);
void smmuv3_stream_free(gpointer stream);

/* smmuv3-stall.c */
bool smmuv3_stall(SMMUv3State *s, SMMUDevice *sdev, SMMUv3Request *rq,
                  SMMUEventInfo *event);
SMMUCmdError smmuv3_stall_command(SMMUv3State *s, Cmd *cmd);
void smmuv3_stalls_again(SMMUv3State *s);
void smmuv3_stalls_cr0(SMMUv3State *s, bool was_enabled);
void smmuv3_stalls_forget(SMMUv3State *s);
void smmuv3_stall_cancel(SMMUv3State *s, PCIDevice *dev, uint32_t tag);

#endif
