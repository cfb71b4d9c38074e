/*
 * iommu-testdev, a PCIe DMA engine for tests of IOMMUs: internals
 *
 * The registers are described in hw/misc/iommu-testdev-regs.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_MISC_IOMMU_TESTDEV_H
#define HW_MISC_IOMMU_TESTDEV_H

#include "hw/pci/pci_device.h"
#include "hw/pci/pci_pasid.h"
#include "hw/misc/iommu-testdev-regs.h"
#include "qemu/timer.h"
#include "qom/object.h"

#define TYPE_IOMMU_TESTDEV "iommu-testdev"
OBJECT_DECLARE_SIMPLE_TYPE(ITDState, IOMMU_TESTDEV)

#define ITD_PAGE        4096

/* Extended capabilities in configuration space */
#define ITD_ATS_CAP     0x100
#define ITD_PASID_CAP   0x120
#define ITD_PRI_CAP     0x140

/**
 * struct ITDAtcEntry: a translation that the device keeps
 *
 * @pasid: PCI_NO_PASID for one without PASID
 * @priv: translated for a privileged request
 */
typedef struct ITDAtcEntry {
    bool valid;
    bool priv;
    uint32_t pasid;
    hwaddr addr;
    hwaddr mask;
    hwaddr target;
    IOMMUAccessFlags perm;
} ITDAtcEntry;

/**
 * struct ITDChannel: a DMA channel
 *
 * @regs: its registers, little endian
 * @waiting: bit per group whose response is outstanding
 * @prg_pasid: PASID of these groups
 * @failed: a response since the start was not success
 * @retry: @timer stands for a retry after a response, not for a repeat
 */
typedef struct ITDChannel {
    ITDState *s;
    unsigned int n;
    uint8_t regs[ITD_CHANNEL_SIZE];
    uint8_t waiting;
    uint32_t prg_pasid;
    bool failed;
    bool retry;
    QEMUTimer *timer;
} ITDChannel;

#define ITD_COUNTERS_BASE   0x100
#define ITD_COUNTERS_NR     0x20

/**
 * struct ITDState: the device
 *
 * @counters: the registers from ITD_COUNTERS_BASE on
 * @sending: a page request is on its way; responses that come now come from the
 *           IOMMU itself
 */
struct ITDState {
    PCIDevice parent_obj;
    MemoryRegion bar;
    ITDChannel channels[ITD_CHANNELS];
    ITDAtcEntry atc[ITD_ATC_MAX];
    unsigned int atc_next;
    uint64_t counters[ITD_COUNTERS_NR];
    uint32_t inv_mute;
    PCIATSInvalidation last_inv;
    uint32_t last_prg_pasid;
    uint32_t last_prg;
    bool sending;
};

static inline void itd_count(ITDState *s, unsigned int counter)
{
    s->counters[(counter - ITD_COUNTERS_BASE) / 8]++;
}

static inline uint32_t itd_get32(ITDChannel *c, unsigned int reg)
{
    return ldl_le_p(&c->regs[reg]);
}

static inline uint64_t itd_get64(ITDChannel *c, unsigned int reg)
{
    return ldq_le_p(&c->regs[reg]);
}

static inline void itd_set32(ITDChannel *c, unsigned int reg, uint32_t val)
{
    stl_le_p(&c->regs[reg], val);
}

static inline void itd_set64(ITDChannel *c, unsigned int reg, uint64_t val)
{
    stq_le_p(&c->regs[reg], val);
}

/* PASID of a PASID register as the PCI functions want it */
static inline uint32_t itd_pasid(uint32_t reg)
{
    return reg & ITD_PASID_VALID ? reg & ITD_PASID_MASK : PCI_NO_PASID;
}

/* iommu-testdev-atc.c */
bool itd_atc_lookup(ITDState *s, const PCIIOMMURequest *req,
                    IOMMUTLBEntry *out);
void itd_atc_insert(ITDState *s, const PCIIOMMURequest *req,
                    const IOMMUTLBEntry *entry);
void itd_atc_drop(ITDState *s);
unsigned int itd_atc_used(ITDState *s);
bool itd_atc_invalidate(PCIDevice *dev, const PCIATSInvalidation *inv);

/* iommu-testdev-dma.c */
void itd_channel_start(ITDChannel *c);
void itd_channel_stop(ITDChannel *c);
void itd_channel_timer(void *opaque);
void itd_timer_in(ITDChannel *c, uint32_t ns);
void itd_finish(ITDChannel *c, uint32_t status);
void itd_run_and_finish(ITDChannel *c);

/* iommu-testdev-pri.c */
bool itd_request_group(ITDChannel *c, uint32_t pasid_reg, hwaddr addr,
                       unsigned int pages, unsigned int group, bool write,
                       bool last);
unsigned int itd_pages_until(hwaddr addr, hwaddr end);
void itd_page_response(PCIDevice *dev, uint32_t pasid, uint16_t prgi,
                       unsigned int code);

#endif
