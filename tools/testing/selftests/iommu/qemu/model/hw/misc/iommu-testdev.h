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

/* PCI PM 1.2, in the power management capabilities */
#define ITD_PM_VERSION  3

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
 * @stalled: the IOMMU holds the channel's access
 * @ignored: it ended that access; the next one counts as done
 * @moved: bytes that this run has moved
 * @piece: the data of the piece that follows
 * @read: @piece is read and has to be written
 */
typedef struct ITDChannel {
    ITDState *s;
    unsigned int n;
    uint8_t regs[ITD_CHANNEL_SIZE];
    uint8_t waiting;
    uint32_t prg_pasid;
    bool failed;
    bool retry;
    bool stalled;
    bool ignored;
    uint32_t moved;
    uint8_t piece[ITD_PAGE];
    bool read;
    QEMUTimer *timer;
} ITDChannel;

/**
 * enum ITDAccess: how a memory access ended
 *
 * @ITD_ACCESS_DONE: well
 * @ITD_ACCESS_REFUSED: the IOMMU or the memory refused it
 * @ITD_ACCESS_NO_PAGE: a page request may help
 * @ITD_ACCESS_STALLED: not at all so far
 */
typedef enum ITDAccess {
    ITD_ACCESS_DONE,
    ITD_ACCESS_REFUSED,
    ITD_ACCESS_NO_PAGE,
    ITD_ACCESS_STALLED,
} ITDAccess;

#define ITD_COUNTERS_BASE   0x100
#define ITD_COUNTERS_NR     0x40

/**
 * struct ITDState: the device
 *
 * @stall_id: it has the identity of a function that Linux lets stall
 * @counters: the registers from ITD_COUNTERS_BASE on; some have other contents
 * @sending: a page request is on its way; responses that come now come from the
 *           IOMMU itself
 */
struct ITDState {
    PCIDevice parent_obj;
    MemoryRegion bar;
    bool stall_id;
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

/* In D3hot nothing is requested, nor an interrupt sent (PCIe 5.0, 5.3.1.4.1) */
static inline bool itd_in_d0(PCIDevice *dev)
{
    return !(pci_get_word(dev->config + dev->pm_cap + PCI_PM_CTRL) &
             PCI_PM_CTRL_STATE_MASK);
}

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
uint32_t itd_run(ITDChannel *c);

/* iommu-testdev-channel.c */
void itd_channel_start(ITDChannel *c);
void itd_channel_stop(ITDChannel *c);
void itd_channel_timer(void *opaque);
void itd_timer_in(ITDChannel *c, uint32_t ns);
void itd_finish(ITDChannel *c, uint32_t status);
void itd_run_and_finish(ITDChannel *c);

/* iommu-testdev-stall.c */
uint32_t itd_stalled(ITDChannel *c);
bool itd_stall_ignored(ITDChannel *c);
void itd_stall_cancel(ITDChannel *c);
void itd_stall_end(PCIDevice *dev, uint32_t tag, PCIStallEnd how);

/* iommu-testdev-pri.c */
bool itd_request_group(ITDChannel *c, uint32_t pasid_reg, hwaddr addr,
                       unsigned int pages, unsigned int group, bool write,
                       bool last);
unsigned int itd_pages_until(hwaddr addr, hwaddr end);
void itd_page_response(PCIDevice *dev, uint32_t pasid, uint16_t prgi,
                       unsigned int code);

#endif
