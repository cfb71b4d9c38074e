/*
 * SMMUv3: CDs by SubstreamID, and the caches of STEs, L1CDs and CDs
 *
 * Each structure that could be used is cached until a command names it, and
 * nothing else (4.3): a cached CD goes on with its cached STE, whatever memory
 * says.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "smmuv3-model.h"

/* The index of no CD: stage 1 is bypassed, or there is none */
#define SMMU_NO_CD      UINT32_MAX

/**
 * struct SMMUv3Stream: what is cached of a stream
 *
 * @ste: the STE
 * @cfg: what it says, without a CD
 * @l1cds: index to a valid L1CD
 * @cfgs: index of a CD to what STE and CD say
 */
typedef struct SMMUv3Stream {
    STE ste;
    SMMUTransCfg cfg;
    GHashTable *l1cds;
    GHashTable *cfgs;
} SMMUv3Stream;

void smmuv3_stream_free(gpointer opaque)
{
    SMMUv3Stream *stream = opaque;

    g_hash_table_destroy(stream->l1cds);
    g_hash_table_destroy(stream->cfgs);
    g_free(stream);
}

/* Legality */

/* STE.S1CDMax, which is ignored without a first stage (5.2) */
bool smmuv3_s1cdmax_legal(SMMUv3State *s, STE *ste)
{
    unsigned int ssidsize = FIELD_EX32(s->idr[1], IDR1, SSIDSIZE);

    if (ssidsize && !STE_CFG_S1_ENABLED(STE_CONFIG(ste))) {
        return true;
    }
    return STE_S1CDMAX(ste) <= ssidsize;
}

/* CD.A and CD.S (5.5) */
bool smmuv3_cd_fault_bits_legal(SMMUv3State *s, SMMUTransCfg *cfg, CD *cd)
{
    if (!CD_A(cd) && FIELD_EX32(s->idr[0], IDR0, TERM_MODEL)) {
        return false;
    }
    return !CD_S(cd) || (smmuv3_can_stall(s) && !cfg->s1_stall_disabled);
}

/* Lookup */

static SMMUv3Stream *smmuv3_get_stream(SMMUDevice *sdev, SMMUEventInfo *event)
{
    SMMUv3State *s = sdev->smmu;
    SMMUv3Stream *stream = g_hash_table_lookup(s->model->streams, sdev);
    SMMUTransCfg cfg = { .asid = -1 };
    STE ste;

    if (stream) {
        return stream;
    }
    if (smmu_find_ste(s, smmu_get_sid(sdev), &ste, event) ||
        decode_ste(s, &cfg, &ste, event)) {
        return NULL;
    }
    stream = g_new0(SMMUv3Stream, 1);
    stream->ste = ste;
    stream->cfg = cfg;
    stream->l1cds = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    stream->cfgs = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    g_hash_table_insert(s->model->streams, sdev, stream);
    return stream;
}

static bool smmuv3_bad_substream(SMMUEventInfo *event)
{
    event->type = SMMU_EVT_C_BAD_SUBSTREAMID;
    return false;
}

static bool smmuv3_stream_disabled(SMMUEventInfo *event)
{
    event->type = SMMU_EVT_F_STREAM_DISABLED;
    return false;
}

/* Which CD a request without a SubstreamID uses (STE.S1DSS) */
static bool smmuv3_default_cd(STE *ste, SMMUEventInfo *event, uint32_t *index)
{
    switch (STE_S1DSS(ste)) {
    case STE_S1DSS_BYPASS:
        *index = SMMU_NO_CD;
        return true;
    case STE_S1DSS_SSID0:
        *index = 0;
        return true;
    default:
        return smmuv3_stream_disabled(event);
    }
}

/* Which CD a request uses; false with an event when it may use none */
static bool smmuv3_cd_index(SMMUv3Stream *stream, SMMUEventInfo *event,
                            uint32_t *index)
{
    STE *ste = &stream->ste;
    bool s1 = STE_CFG_S1_ENABLED(STE_CONFIG(ste));
    unsigned int max = STE_S1CDMAX(ste);

    if (event->ssv) {
        if (!s1 || !max || event->ssid >> max) {
            return smmuv3_bad_substream(event);
        }
        if (!event->ssid && STE_S1DSS(ste) == STE_S1DSS_SSID0) {
            return smmuv3_stream_disabled(event);
        }
        *index = event->ssid;
        return true;
    }
    if (s1 && max) {
        return smmuv3_default_cd(ste, event, index);
    }
    *index = s1 ? 0 : SMMU_NO_CD;
    return true;
}

/* CD tables are at intermediate addresses when there is a second stage */
static bool smmuv3_fetch(SMMUv3State *s, SMMUv3Stream *stream, dma_addr_t addr,
                         void *buf, unsigned int size, SMMUEventInfo *event)
{
    SMMUTLBEntry *entry;

    if (stream->cfg.stage == SMMU_NESTED) {
        if (smmuv3_do_translate(s, addr, &stream->cfg, event, IOMMU_RO, &entry,
                                SMMU_CLASS_CD) != SMMU_TRANS_SUCCESS) {
            return false;
        }
        addr = CACHED_ENTRY_TO_ADDR(entry, addr);
    }
    if (dma_memory_read(&address_space_memory, addr, buf, size,
                        MEMTXATTRS_UNSPECIFIED) != MEMTX_OK) {
        event->type = SMMU_EVT_F_CD_FETCH;
        event->u.f_cd_fetch.addr = addr;
        return false;
    }
    return true;
}

/* The L1CD at @index of the first level; NULL with an event */
static uint64_t *smmuv3_get_l1cd(SMMUv3State *s, SMMUv3Stream *stream,
                                 uint32_t index, SMMUEventInfo *event)
{
    uint64_t *l1cd = g_hash_table_lookup(stream->l1cds,
                                         GUINT_TO_POINTER(index));
    unsigned int oas = oas2bits(FIELD_EX32(s->idr[5], IDR5, OAS));
    uint64_t val;

    if (l1cd) {
        return l1cd;
    }
    if (!smmuv3_fetch(s, stream, STE_CTXPTR(&stream->ste) + index * sizeof(val),
                      &val, sizeof(val), event)) {
        return NULL;
    }
    val = le64_to_cpu(val);
    if (!L1CD_VALID(val) || L1CD_L2PTR(val) >> oas) {
        smmuv3_bad_substream(event);
        return NULL;
    }
    l1cd = g_memdup2(&val, sizeof(val));
    g_hash_table_insert(stream->l1cds, GUINT_TO_POINTER(index), l1cd);
    return l1cd;
}

/* log2 of the CDs in a table of the second level, 0 without one (STE.S1Fmt) */
static unsigned int smmuv3_cd_split(STE *ste)
{
    if (!STE_S1CDMAX(ste)) {
        return 0;
    }
    switch (STE_S1FMT(ste)) {
    case STE_S1FMT_4K_L2:
        return 6;
    case STE_S1FMT_64K_L2:
        return 10;
    default:
        return 0;
    }
}

static bool smmuv3_get_cd(SMMUv3State *s, SMMUv3Stream *stream, uint32_t index,
                          CD *cd, SMMUEventInfo *event)
{
    unsigned int split = smmuv3_cd_split(&stream->ste);
    dma_addr_t table = STE_CTXPTR(&stream->ste);

    if (split) {
        uint64_t *l1cd = smmuv3_get_l1cd(s, stream, index >> split, event);

        if (!l1cd) {
            return false;
        }
        table = L1CD_L2PTR(*l1cd) & ~((sizeof(*cd) << split) - 1ULL);
        index &= (1u << split) - 1;
    }
    if (!smmuv3_fetch(s, stream, table + index * sizeof(*cd), cd, sizeof(*cd),
                      event)) {
        return false;
    }
    for (unsigned int i = 0; i < ARRAY_SIZE(cd->word); i++) {
        le32_to_cpus(&cd->word[i]);
    }
    return true;
}

/* @cfg is what the STE says, and has the CD added */
static bool smmuv3_add_cd(SMMUv3State *s, SMMUv3Stream *stream, uint32_t index,
                          SMMUTransCfg *cfg, SMMUEventInfo *event)
{
    CD cd;

    if (index == SMMU_NO_CD) {
        if (cfg->stage == SMMU_STAGE_1) {
            cfg->bypassed = true;
        } else {
            cfg->stage = SMMU_STAGE_2;
        }
        return true;
    }
    return smmuv3_get_cd(s, stream, index, &cd, event) &&
           !decode_cd(s, cfg, &cd, event);
}

/* Takes the place of stock's smmuv3_get_config() when there are SubstreamIDs */
SMMUTransCfg *smmuv3_substream_config(SMMUDevice *sdev, SMMUEventInfo *event)
{
    SMMUv3State *s = sdev->smmu;
    SMMUv3Stream *stream = smmuv3_get_stream(sdev, event);
    SMMUTransCfg *cfg;
    uint32_t index;

    if (!stream) {
        return NULL;
    }
    if (stream->cfg.aborted) {
        return &stream->cfg;
    }
    if (!smmuv3_cd_index(stream, event, &index)) {
        return NULL;
    }
    cfg = g_hash_table_lookup(stream->cfgs, GUINT_TO_POINTER(index));
    if (cfg) {
        return cfg;
    }
    cfg = g_memdup2(&stream->cfg, sizeof(*cfg));
    if (!smmuv3_add_cd(s, stream, index, cfg, event)) {
        g_free(cfg);
        return NULL;
    }
    g_hash_table_insert(stream->cfgs, GUINT_TO_POINTER(index), cfg);
    return cfg;
}

/* Invalidation */

/* CMD_CFGI_STE: the STE with all L1CDs and CDs that were found through it */
void smmuv3_inv_stream(SMMUv3State *s, SMMUDevice *sdev)
{
    g_hash_table_remove(s->model->streams, sdev);
}

/* CMD_CFGI_STE_RANGE and CMD_CFGI_ALL */
void smmuv3_inv_stream_range(SMMUv3State *s, uint32_t first, uint32_t last)
{
    GHashTableIter iter;
    gpointer sdev;

    g_hash_table_iter_init(&iter, s->model->streams);
    while (g_hash_table_iter_next(&iter, &sdev, NULL)) {
        uint32_t sid = smmu_get_sid(sdev);

        if (sid >= first && sid <= last) {
            g_hash_table_iter_remove(&iter);
        }
    }
}

/* What bypasses stage 1 comes from the STE alone */
static gboolean smmuv3_has_cd(gpointer index, gpointer cfg, gpointer opaque)
{
    return GPOINTER_TO_UINT(index) != SMMU_NO_CD;
}

/* CMD_CFGI_CD, and CMD_CFGI_CD_ALL */
void smmuv3_inv_cd(SMMUv3State *s, SMMUDevice *sdev, Cmd *cmd)
{
    SMMUv3Stream *stream = g_hash_table_lookup(s->model->streams, sdev);
    uint32_t index = CMD_SSID(cmd);

    if (!stream) {
        return;
    }
    if (CMD_TYPE(cmd) == SMMU_CMD_CFGI_CD_ALL) {
        g_hash_table_foreach_remove(stream->cfgs, smmuv3_has_cd, NULL);
        g_hash_table_remove_all(stream->l1cds);
        return;
    }
    g_hash_table_remove(stream->cfgs, GUINT_TO_POINTER(index));
    if (!CMD_LEAF(cmd)) {
        index >>= smmuv3_cd_split(&stream->ste);
        g_hash_table_remove(stream->l1cds, GUINT_TO_POINTER(index));
    }
}
