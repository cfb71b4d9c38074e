/*
 * VT-d scalable mode with two stages, PASIDs and page requests: internals
 *
 * With the property x-nesting this replaces the translation of scalable mode in
 * intel_iommu.c. References are to the VT-d specification, revision 4.1.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_I386_INTEL_IOMMU_NESTED_H
#define HW_I386_INTEL_IOMMU_NESTED_H

#include "intel_iommu_internal.h"
#include "hw/pci/pci_pasid.h"
#include "hw/i386/intel-iommu-counters.h"

/* Extended Capability Register (11.4.3) */
#define VTD_ECAP_NEST               (1ULL << 26)
#define VTD_ECAP_PRS                (1ULL << 29)
#define VTD_ECAP_EAFS               (1ULL << 34)
#define VTD_ECAP_PSS(bits)          (((uint64_t)(bits) - 1) << 35)
#define VTD_ECAP_PDS                (1ULL << 42)
#define VTD_ECAP_SSADS              (1ULL << 45)
#define VTD_ECAP_SMPWC              (1ULL << 48)

/* Capability Register (11.4.2) */
#define VTD_CAP_ND_MASK             7ULL
#define VTD_CAP_SAGAW_57bit         (0x8ULL << VTD_CAP_SAGAW_SHIFT)
#define VTD_CAP_FS5LP               (1ULL << 60)
#define VTD_HOST_AW_57BIT           57
/* Physical addresses have at most this many bits, whatever MGAW is */
#define VTD_MAX_HAW                 52

/* Fault Status, Queue Error Record, Page Request Status (11.4) */
#define VTD_FSTS_ICE                (1UL << 5)
#define VTD_FSTS_ITE                (1UL << 6)
#define VTD_FSTS_PRO                (1UL << 7)
#define DMAR_IQERCD_REG             0xb0
#define VTD_IQERCD_IQEI_TAIL        1
#define VTD_IQERCD_IQEI_FETCH       2
#define VTD_IQERCD_IQEI_TYPE        3
#define VTD_IQERCD_IQEI_RSVD        4
#define VTD_IQERCD_ITESID(sid)      ((uint64_t)(sid) << 32)
#define VTD_PRS_PPR                 (1UL << 0)
#define VTD_PRS_PRO                 (1UL << 1)
#define VTD_PQ_PTR_MASK             0x7ffe0ULL
#define VTD_PQA_SIZE_MASK           7ULL

/* Fault Recording Registers, high half (11.4.7.6) */
#define VTD_FRCD_AT_TRANSLATION     (1ULL << 60)
#define VTD_FRCD_AT_TRANSLATED      (2ULL << 60)
#define VTD_FRCD_EXE                (1ULL << 30)
#define VTD_FRCD_PRIV               (1ULL << 29)

/* Scalable-mode context entry (9.4) */
#define VTD_SM_CE_P                 (1ULL << 0)
#define VTD_SM_CE_FPD               (1ULL << 1)
#define VTD_SM_CE_DTE               (1ULL << 2)
#define VTD_SM_CE_PASIDE            (1ULL << 3)
#define VTD_SM_CE_PRE               (1ULL << 4)
#define VTD_SM_CE_PDTS(ce)          (((ce)->val[0] >> 9) & 7)

/* Scalable-mode PASID table entry (9.6), by 64-bit word */
#define VTD_SM_PE_SSADE             (1ULL << 9)     /* 0 */
#define VTD_SM_PE_RSVD0             (3ULL << 10)
#define VTD_SM_PE_PGSNP             (1ULL << 24)    /* 1 */
#define VTD_SM_PE_RSVD1             (0x7fULL << 16)
#define VTD_SM_PE_MEMORY_TYPES      (~0ULL << 25)   /* with ECAP.MTS alone */
#define VTD_SM_PE_SRE               (1ULL << 0)     /* 2 */
#define VTD_SM_PE_ERE               (1ULL << 1)
#define VTD_SM_PE_FSPM(pe)          (((pe)->val[2] >> 2) & 3)
#define VTD_SM_PE_WPE               (1ULL << 4)
#define VTD_SM_PE_NXE               (1ULL << 5)
#define VTD_SM_PE_EAFE              (1ULL << 7)
#define VTD_SM_PE_RSVD2             (0xfULL << 8)

/* Paging entries of both stages (9.7, 9.8) */
#define VTD_FS_EA                   (1ULL << 10)
#define VTD_FS_XD                   (1ULL << 63)
#define VTD_SS_A                    (1ULL << 8)
#define VTD_SS_D                    (1ULL << 9)
#define VTD_PML5_LEVEL              5

/* Invalidation descriptors (6.5.2) */
#define VTD_INV_DESC_PGRESP         0x9
#define VTD_INV_DESC_IOTLB_IH       (1ULL << 6)
#define VTD_INV_DESC_WAIT_PD        (1ULL << 7)
#define VTD_INV_DESC_PC_G(lo)       (((lo) >> 4) & 3)
#define VTD_INV_DESC_PC_DOMAIN      0
#define VTD_INV_DESC_PC_PASID       1
#define VTD_INV_DESC_PC_GLOBAL      3
#define VTD_INV_DESC_PC_DID(lo)     (((lo) >> 16) & VTD_DOMAIN_ID_MASK)
#define VTD_INV_DESC_PC_PASID_ID(lo) (((lo) >> 32) & VTD_PASID_ID_MASK)
#define VTD_INV_DESC_PC_RSVD_LO     0xfff000000000f1c0ULL

/* Scalable-mode fault conditions (7.1.3) that intel_iommu_internal.h lacks */
enum {
    VTD_FR_SM_ROOT_ACCESS = 0x38,       /* SRT.1 */
    VTD_FR_SM_ROOT_P = 0x39,            /* SRT.2 */
    VTD_FR_SM_ROOT_RSVD = 0x3a,         /* SRT.3 */
    VTD_FR_SM_CE_ACCESS = 0x40,         /* SCT.1 */
    VTD_FR_SM_CE_P = 0x41,              /* SCT.2 */
    VTD_FR_SM_CE_RSVD = 0x42,           /* SCT.3 */
    VTD_FR_SM_CE_DTE = 0x44,            /* SCT.5 */
    VTD_FR_SM_CE_PASIDE = 0x45,         /* SCT.6 */
    VTD_FR_SM_CE_PDTS = 0x46,           /* SCT.7 */
    VTD_FR_SM_CE_PRE = 0x47,            /* SCT.8 */
    VTD_FR_SM_CE_RID_PASID = 0x48,      /* SCT.9 */
    VTD_FR_SM_PD_RSVD = 0x52,           /* SPD.3 */
    VTD_FR_SM_PE_RSVD = 0x5a,           /* SPT.3 */
    VTD_FR_SM_PE_ERE = 0x5c,            /* SPT.5 */
    VTD_FR_SM_PE_SRE = 0x5d,            /* SPT.6 */
    VTD_FR_FS_BEYOND_AW = 0x74,         /* SFS.5 */
    VTD_FR_FS_ROOT_READ = 0x75,         /* SFS.6 */
    VTD_FR_FS_TABLE_READ = 0x76,        /* SFS.7 */
    VTD_FR_FS_TABLE_WRITE = 0x77,       /* SFS.8 */
    VTD_FR_SS_ACCESS = 0x78,            /* SSS.1 */
    VTD_FR_SS_NOT_PRESENT = 0x79,       /* SSS.2 */
    VTD_FR_SS_RSVD = 0x7a,              /* SSS.3 */
    VTD_FR_SS_ROOT = 0x7b,              /* SSS.4 */
    VTD_FR_SM_BEYOND_MGAW = 0x83,       /* SGN.4 */
    VTD_FR_SM_BEYOND_SS_AW = 0x84,      /* SGN.5 */
    VTD_FR_SM_READ = 0x86,              /* SGN.7 */
};

/* What x-drop can make the unit ignore, for mutation tests */
enum {
    VTD_DROP_CONTEXT,
    VTD_DROP_IOTLB,
    VTD_DROP_DEV_TLB,
    VTD_DROP_PIOTLB,
    VTD_DROP_PASID_CACHE,
    VTD_DROP_DEV_PIOTLB,
    VTD_DROP_PGRESP,
    VTD_DROP_PRQ,
    VTD_DROP_DRAIN,
};

/**
 * struct VTDRequest: a request inside the unit
 *
 * @sid: source id
 * @pasid: effective PASID: of the request, or RID_PASID of the context entry
 * @has_pasid: the request came with a PASID
 * @addr: input address
 * @write, @exec, @priv, @ats, @translated: as in struct PCIIOMMURequest
 */
typedef struct VTDRequest {
    uint16_t sid;
    uint32_t pasid;
    bool has_pasid;
    hwaddr addr;
    bool write;
    bool exec;
    bool priv;
    bool ats;
    bool translated;
} VTDRequest;

/**
 * struct VTDPage: a translation, complete or of one stage
 *
 * @addr: output address of the input address
 * @level: of the leaf: 1 is 4K, 2 is 2M, 3 is 1G
 * @read: may be read
 * @user: may be accessed by unprivileged requests
 * @write: may be written by unprivileged requests
 * @write_priv: may be written by privileged requests
 */
typedef struct VTDPage {
    hwaddr addr;
    uint8_t level;
    bool read;
    bool user;
    bool write;
    bool write_priv;
} VTDPage;

/**
 * struct VTDNested: state that only a unit with x-nesting has
 *
 * @contexts: context cache: source id to VTDContextEntry
 * @pasids: PASID cache: source id and PASID to VTDPASIDEntry. Entries are
 *          present ones and stay until an invalidation names them (6.2.2.2)
 * @iotlb: translations, see intel_iommu_nested_tlb.c
 * @tables: where page tables are, see intel_iommu_paging_cache.c
 * @lock: protects these four
 * @root_bus: where devices are looked up by source id
 * @drop: bits of VTD_DROP_*
 * @hint: IH of the IOTLB invalidation that is being processed
 * @silent_sid: source id whose device owes a completion, when @silent
 * @silent: a device-TLB invalidation went unanswered since the last wait, or the
 *          last time-out with x-ite-delay
 * @ite_timer: that time-out
 * @prq_pending: page requests received and not yet written to the queue
 * @prq_timer: writes them
 * @counters: see intel-iommu-counters.h
 */
struct VTDNested {
    GHashTable *contexts;
    GHashTable *pasids;
    GHashTable *iotlb;
    GHashTable *tables;
    QemuMutex lock;
    PCIBus *root_bus;
    uint32_t drop;
    bool hint;
    uint16_t silent_sid;
    bool silent;
    QEMUTimer *ite_timer;
    GQueue *prq_pending;
    QEMUTimer *prq_timer;
    MemoryRegion counters_mr;
    uint64_t counters[VTD_COUNTERS_SIZE / 8];
    Error *migration_blocker;
};

/* Whether the unit translates scalable mode in these files */
static inline bool vtd_nested_active(IntelIOMMUState *s)
{
    return s->nested && s->root_scalable;
}

static inline void vtd_count(IntelIOMMUState *s, unsigned int counter)
{
    s->nested->counters[counter / 8]++;
}

static inline bool vtd_dropped(IntelIOMMUState *s, unsigned int what)
{
    return s->nested->drop & (1u << what);
}

static inline uint8_t vtd_haw(IntelIOMMUState *s)
{
    return MIN(s->aw_bits, VTD_MAX_HAW);
}

static inline uint32_t vtd_reg32(IntelIOMMUState *s, hwaddr reg)
{
    return ldl_le_p(&s->csr[reg]);
}

static inline uint64_t vtd_reg64(IntelIOMMUState *s, hwaddr reg)
{
    return ldq_le_p(&s->csr[reg]);
}

static inline void vtd_reg32_set_clear(IntelIOMMUState *s, hwaddr reg,
                                       uint32_t set, uint32_t clear)
{
    stl_le_p(&s->csr[reg], (ldl_le_p(&s->csr[reg]) & ~clear) | set);
}

static inline void vtd_reg64_write(IntelIOMMUState *s, hwaddr reg, uint64_t val)
{
    stq_le_p(&s->csr[reg], val);
}

static inline uint64_t vtd_level_size(unsigned int level)
{
    return 1ULL << (VTD_PAGE_SHIFT_4K + (level - 1) * VTD_LEVEL_BITS);
}

/* intel_iommu.c */
void vtd_report_frcd_fault(IntelIOMMUState *s, uint64_t source_id,
                           uint64_t hi, uint64_t lo);
void vtd_generate_fault_event(IntelIOMMUState *s, uint32_t pre_fsts);
void vtd_generate_interrupt(IntelIOMMUState *s, hwaddr mesg_addr_reg,
                            hwaddr mesg_data_reg);
void vtd_update_fsts_ppf(IntelIOMMUState *s);

/* intel_iommu_nested.c */
bool vtd_nested_realize(IntelIOMMUState *s, PCIBus *root_bus, Error **errp);
void vtd_nested_cap_init(IntelIOMMUState *s);
void vtd_nested_reset(IntelIOMMUState *s);
void vtd_nested_reg_written(IntelIOMMUState *s, hwaddr addr);
bool vtd_nested_translate_rid(IntelIOMMUState *s, PCIBus *bus, uint8_t devfn,
                              hwaddr addr, bool write, IOMMUTLBEntry *out);
int vtd_nested_translate(IntelIOMMUState *s, uint16_t sid,
                         const PCIIOMMURequest *req, IOMMUTLBEntry *out);
void vtd_nested_report_fault(IntelIOMMUState *s, const VTDRequest *req,
                             unsigned int reason);

/* intel_iommu_pasid_cache.c; they return 0 or a fault reason */
int vtd_nested_get_context(IntelIOMMUState *s, uint16_t sid,
                           VTDContextEntry *ce);
int vtd_nested_check_context(IntelIOMMUState *s, const VTDContextEntry *ce,
                             VTDRequest *req);
int vtd_nested_get_pe(IntelIOMMUState *s, const VTDContextEntry *ce,
                      const VTDRequest *req, VTDPASIDEntry *pe, bool *fpd);
void vtd_pasid_cache_init(IntelIOMMUState *s);
void vtd_pasid_cache_flush(IntelIOMMUState *s);
void vtd_context_cache_flush(IntelIOMMUState *s);
void vtd_nested_inv_context_device(IntelIOMMUState *s, uint16_t sid,
                                   uint16_t mask);
void vtd_pasid_cache_inv_domain(IntelIOMMUState *s, uint16_t did);
void vtd_pasid_cache_inv_pasid(IntelIOMMUState *s, uint16_t did,
                               uint32_t pasid);

/* intel_iommu_walk.c; returns 0 or a fault reason */
int vtd_nested_walk(IntelIOMMUState *s, const VTDPASIDEntry *pe,
                    const VTDRequest *req, VTDPage *page);
bool vtd_request_allowed(const VTDRequest *req, const VTDPage *page);

/* intel_iommu_nested_tlb.c */
void vtd_nested_tlb_init(IntelIOMMUState *s);
bool vtd_nested_tlb_lookup(IntelIOMMUState *s, const VTDRequest *req,
                           const VTDPASIDEntry *pe, VTDPage *page);
void vtd_nested_tlb_insert(IntelIOMMUState *s, const VTDRequest *req,
                           const VTDPASIDEntry *pe, const VTDPage *page);
void vtd_nested_inv_all(IntelIOMMUState *s);
void vtd_nested_inv_domain(IntelIOMMUState *s, uint16_t did);
void vtd_nested_inv_pages(IntelIOMMUState *s, uint16_t did, hwaddr addr,
                          unsigned int am);
void vtd_nested_inv_pasid(IntelIOMMUState *s, uint16_t did, uint32_t pasid);
void vtd_nested_inv_pasid_pages(IntelIOMMUState *s, uint16_t did,
                                uint32_t pasid, hwaddr addr, unsigned int am,
                                bool hint);

/* intel_iommu_paging_cache.c */
void vtd_paging_init(IntelIOMMUState *s);
void vtd_paging_inv_all(IntelIOMMUState *s);
void vtd_paging_inv_domain(IntelIOMMUState *s, uint16_t did);
void vtd_paging_inv_pages(IntelIOMMUState *s, uint16_t did, hwaddr first,
                          hwaddr last, bool hint);
void vtd_paging_inv_pasid(IntelIOMMUState *s, uint16_t did, uint32_t pasid);
void vtd_paging_inv_pasid_pages(IntelIOMMUState *s, uint16_t did,
                                uint32_t pasid, hwaddr first, hwaddr last);

/* intel_iommu_nested_inv.c */
typedef enum VTDDescResult {
    VTD_DESC_STOCK,             /* intel_iommu.c has to process it */
    VTD_DESC_DONE,
    VTD_DESC_BAD,               /* unknown or with reserved bits set */
} VTDDescResult;
VTDDescResult vtd_nested_inv_desc(IntelIOMMUState *s, VTDInvDesc *desc);
unsigned int vtd_nested_iqei(IntelIOMMUState *s);
void vtd_inv_init(IntelIOMMUState *s);
void vtd_inv_reset(IntelIOMMUState *s);

/* intel_iommu_prq.c */
void vtd_prq_init(IntelIOMMUState *s);
void vtd_prq_reset(IntelIOMMUState *s);
void vtd_prq_reg_written(IntelIOMMUState *s, hwaddr addr);
int vtd_prq_page_request(IntelIOMMUState *s, uint16_t sid,
                         const PCIPageRequest *req);
void vtd_prq_drain(IntelIOMMUState *s);
bool vtd_prq_response_desc(IntelIOMMUState *s, const VTDInvDesc *desc);
PCIDevice *vtd_nested_find_device(IntelIOMMUState *s, uint16_t sid);

#endif
