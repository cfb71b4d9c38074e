/*
 * iommu-testdev: a PCIe DMA engine for tests of IOMMUs
 *
 * Many channels, a PASID per access, an ATC, page requests, stalled accesses,
 * MSI-X, FLR and D3hot. See hw/misc/iommu-testdev-regs.h for the registers.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/module.h"
#include "qapi/error.h"
#include "hw/pci/msix.h"
#include "hw/pci/pcie.h"
#include "hw/qdev-properties.h"
#include "iommu-testdev.h"

#define ITD_CHANNEL_FIRST   ITD_CHANNEL(0)

/* Registers of a channel */

static bool itd_channel_writable(unsigned int reg)
{
    return reg < ITD_STATUS || (reg >= ITD_IMM && reg < ITD_WAITING);
}

static uint64_t itd_channel_read(ITDChannel *c, unsigned int reg,
                                 unsigned int size)
{
    itd_set32(c, ITD_WAITING, ctpop8(c->waiting));
    itd_set32(c, ITD_MOVED, c->moved);
    return ldn_le_p(&c->regs[reg], size);
}

static void itd_channel_write(ITDChannel *c, unsigned int reg, uint64_t val,
                              unsigned int size)
{
    if (!itd_channel_writable(reg)) {
        return;
    }
    stn_le_p(&c->regs[reg], size, val);
    if (reg == ITD_CMD) {
        itd_channel_start(c);
    }
}

/* Registers of the device */

static uint64_t itd_outstanding(ITDState *s)
{
    uint64_t n = 0;

    for (unsigned int i = 0; i < ITD_CHANNELS; i++) {
        n += ctpop8(s->channels[i].waiting);
    }
    return n;
}

static uint64_t itd_now_stalled(ITDState *s)
{
    uint64_t n = 0;

    for (unsigned int i = 0; i < ITD_CHANNELS; i++) {
        n += s->channels[i].stalled;
    }
    return n;
}

static uint64_t itd_counter(ITDState *s, unsigned int reg)
{
    switch (reg) {
    case ITD_NOW_ATC_ENTRIES:
        return itd_atc_used(s);
    case ITD_NOW_PRG_OUTSTANDING:
        return itd_outstanding(s);
    case ITD_NOW_STALLED:
        return itd_now_stalled(s);
    default:
        return s->counters[(reg - ITD_COUNTERS_BASE) / 8];
    }
}

/* The last invalidation and the last response are in between */
static bool itd_is_counter(unsigned int reg)
{
    return reg >= ITD_COUNTERS_BASE &&
           reg < ITD_COUNTERS_BASE + 8 * ITD_COUNTERS_NR &&
           (reg < ITD_LAST_INV_ADDR || reg >= ITD_CNT_STALLS);
}

static uint32_t itd_last_inv_pasid(ITDState *s)
{
    if (s->last_inv.global) {
        return ITD_PASID_GLOBAL;
    }
    return s->last_inv.pasid == PCI_NO_PASID ? 0 :
           ITD_PASID_VALID | s->last_inv.pasid;
}

static uint64_t itd_device_reg(ITDState *s, unsigned int reg)
{
    switch (reg) {
    case ITD_ID:
        return ITD_ID_VALUE | (uint64_t)ITD_CHANNELS << 32;
    case ITD_ATC_SIZE:
        return ITD_ATC_MAX;
    case ITD_INV_MUTE:
        return s->inv_mute;
    case ITD_LAST_INV_ADDR:
        return s->last_inv.addr;
    case ITD_LAST_INV_SIZE:
        return s->last_inv.size;
    case ITD_LAST_INV_PASID:
        return itd_last_inv_pasid(s);
    case ITD_LAST_PRG_PASID:
        return s->last_prg_pasid | (uint64_t)s->last_prg << 32;
    default:
        return 0;
    }
}

static uint64_t itd_bar_read(void *opaque, hwaddr addr, unsigned int size)
{
    ITDState *s = opaque;
    unsigned int reg = addr & ~7u;
    uint64_t val;

    if (addr >= ITD_CHANNEL_FIRST && addr < ITD_CHANNEL(ITD_CHANNELS)) {
        addr -= ITD_CHANNEL_FIRST;
        return itd_channel_read(&s->channels[addr / ITD_CHANNEL_SIZE],
                                addr % ITD_CHANNEL_SIZE, size);
    }
    if (itd_is_counter(reg)) {
        val = itd_counter(s, reg);
    } else {
        val = itd_device_reg(s, reg);
    }
    return val >> (8 * (addr & 7));
}

static void itd_clear_counters(ITDState *s)
{
    unsigned int flr = (ITD_CNT_FLR - ITD_COUNTERS_BASE) / 8;
    uint64_t flrs = s->counters[flr];

    memset(s->counters, 0, sizeof(s->counters));
    s->counters[flr] = flrs;
}

static void itd_stop_all(ITDState *s)
{
    for (unsigned int i = 0; i < ITD_CHANNELS; i++) {
        itd_channel_stop(&s->channels[i]);
    }
}

static void itd_action(ITDState *s, uint32_t val)
{
    if (val & ITD_ACTION_STOP) {
        itd_stop_all(s);
    }
    if (val & ITD_ACTION_DROP_ATC) {
        itd_atc_drop(s);
    }
    if (val & ITD_ACTION_CLEAR) {
        itd_clear_counters(s);
    }
}

static void itd_bar_write(void *opaque, hwaddr addr, uint64_t val,
                          unsigned int size)
{
    ITDState *s = opaque;

    if (addr >= ITD_CHANNEL_FIRST && addr < ITD_CHANNEL(ITD_CHANNELS)) {
        addr -= ITD_CHANNEL_FIRST;
        itd_channel_write(&s->channels[addr / ITD_CHANNEL_SIZE],
                          addr % ITD_CHANNEL_SIZE, val, size);
    } else if (addr == ITD_INV_MUTE) {
        s->inv_mute = val;
    } else if (addr == ITD_ACTION) {
        itd_action(s, val);
    }
}

static const MemoryRegionOps itd_bar_ops = {
    .read = itd_bar_read,
    .write = itd_bar_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 4, .max_access_size = 8 },
    .impl = { .min_access_size = 4, .max_access_size = 8 },
};

/* PCI */

static const PCIIOMMUEndpoint itd_endpoint = {
    .ats_invalidate = itd_atc_invalidate,
    .page_response = itd_page_response,
    .stall_end = itd_stall_end,
};

static void itd_add_pasid_cap(PCIDevice *dev)
{
    uint8_t *cap = dev->config + ITD_PASID_CAP;

    pcie_add_capability(dev, PCI_EXT_CAP_ID_PASID, 1, ITD_PASID_CAP, 8);
    pci_set_word(cap + PCI_PASID_CAP,
                 20 << 8 | PCI_PASID_CAP_EXEC | PCI_PASID_CAP_PRIV);
    pci_set_word(dev->wmask + ITD_PASID_CAP + PCI_PASID_CTRL,
                 PCI_PASID_CTRL_ENABLE | PCI_PASID_CTRL_EXEC |
                 PCI_PASID_CTRL_PRIV);
}

static void itd_add_pri_cap(PCIDevice *dev)
{
    uint8_t *cap = dev->config + ITD_PRI_CAP;

    pcie_add_capability(dev, PCI_EXT_CAP_ID_PRI, 1, ITD_PRI_CAP, 16);
    pci_set_word(cap + PCI_PRI_STATUS,
                 PCI_PRI_STATUS_STOPPED | PCI_PRI_STATUS_PASID);
    pci_set_long(cap + PCI_PRI_MAX_REQ, ITD_PAGES_MAX);
    pci_set_word(dev->wmask + ITD_PRI_CAP + PCI_PRI_CTRL, PCI_PRI_CTRL_ENABLE);
    pci_set_word(dev->w1cmask + ITD_PRI_CAP + PCI_PRI_STATUS,
                 PCI_PRI_STATUS_RF | PCI_PRI_STATUS_UPRGI);
    pci_set_long(dev->wmask + ITD_PRI_CAP + PCI_PRI_ALLOC_REQ, ~0u);
}

/* No_Soft_Reset stays clear (PCI PM 1.2, 3.2.4); neither D1, D2 nor PME */
static bool itd_add_pm_cap(PCIDevice *dev, Error **errp)
{
    int cap = pci_pm_init(dev, 0, errp);

    if (cap < 0) {
        return false;
    }
    pci_set_word(dev->config + cap + PCI_PM_PMC, ITD_PM_VERSION);
    pci_set_word(dev->wmask + cap + PCI_PM_CTRL, PCI_PM_CTRL_STATE_MASK);
    return true;
}

static bool itd_ats_enabled(PCIDevice *dev)
{
    return pci_get_word(dev->config + ITD_ATS_CAP + PCI_ATS_CTRL) &
           PCI_ATS_CTRL_ENABLE;
}

/*
 * Enabling ATS empties the ATC (PCI Express 5.0, 10.5.1.3). What leaves D3hot is
 * as after a reset (PCI PM 1.2, 5.4.1).
 */
static void itd_write_config(PCIDevice *dev, uint32_t addr, uint32_t val,
                             int len)
{
    uint8_t *devctl = dev->config + dev->exp.exp_cap + PCI_EXP_DEVCTL;
    bool ats = itd_ats_enabled(dev);
    bool d0 = itd_in_d0(dev);

    pci_default_write_config(dev, addr, val, len);
    if (!ats && itd_ats_enabled(dev)) {
        itd_atc_drop(IOMMU_TESTDEV(dev));
    }
    if (!d0 && itd_in_d0(dev)) {
        pci_device_reset(dev);
    }
    if (pci_get_word(devctl) & PCI_EXP_DEVCTL_BCR_FLR) {
        itd_count(IOMMU_TESTDEV(dev), ITD_CNT_FLR);
    }
    pcie_cap_flr_write_config(dev, addr, val, len);
}

static void itd_init_channels(ITDState *s)
{
    for (unsigned int i = 0; i < ITD_CHANNELS; i++) {
        ITDChannel *c = &s->channels[i];

        c->s = s;
        c->n = i;
        c->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, itd_channel_timer, c);
        msix_vector_use(PCI_DEVICE(s), i);
    }
}

static void itd_realize(PCIDevice *dev, Error **errp)
{
    ITDState *s = IOMMU_TESTDEV(dev);

    memory_region_init_io(&s->bar, OBJECT(s), &itd_bar_ops, s,
                          TYPE_IOMMU_TESTDEV, ITD_BAR_SIZE);
    pci_register_bar(dev, 0, PCI_BASE_ADDRESS_SPACE_MEMORY, &s->bar);
    if (msix_init_exclusive_bar(dev, ITD_CHANNELS, 2, errp)) {
        return;
    }
    if (!itd_add_pm_cap(dev, errp)) {
        msix_uninit_exclusive_bar(dev);
        return;
    }
    pcie_endpoint_cap_init(dev, 0);
    pcie_cap_flr_init(dev);
    pcie_ats_init(dev, ITD_ATS_CAP, true);
    itd_add_pasid_cap(dev);
    itd_add_pri_cap(dev);
    itd_init_channels(s);
    if (s->stall_id) {
        pci_config_set_vendor_id(dev->config, ITD_STALL_VENDOR_ID);
        pci_config_set_device_id(dev->config, ITD_STALL_DEVICE_ID);
        pci_config_set_revision(dev->config, ITD_STALL_REVISION);
    }
    dev->iommu_endpoint = &itd_endpoint;
}

static void itd_exit(PCIDevice *dev)
{
    ITDState *s = IOMMU_TESTDEV(dev);

    itd_stop_all(s);
    for (unsigned int i = 0; i < ITD_CHANNELS; i++) {
        timer_free(s->channels[i].timer);
    }
    pcie_cap_exit(dev);
    msix_uninit_exclusive_bar(dev);
}

/* FLR and D3hot come here too: nothing of the old life is left (PCIe 6.6.2) */
static void itd_reset(DeviceState *d)
{
    PCIDevice *dev = PCI_DEVICE(d);
    ITDState *s = IOMMU_TESTDEV(d);

    itd_stop_all(s);
    for (unsigned int i = 0; i < ITD_CHANNELS; i++) {
        memset(s->channels[i].regs, 0, sizeof(s->channels[i].regs));
    }
    itd_atc_drop(s);
    itd_clear_counters(s);
    s->inv_mute = 0;
    s->last_inv = (PCIATSInvalidation) {};
    s->last_prg_pasid = 0;
    s->last_prg = 0;
    pci_set_word(dev->config + ITD_ATS_CAP + PCI_ATS_CTRL, 0);
    pci_set_word(dev->config + ITD_PASID_CAP + PCI_PASID_CTRL, 0);
    pci_set_word(dev->config + ITD_PRI_CAP + PCI_PRI_CTRL, 0);
    pci_set_word(dev->config + ITD_PRI_CAP + PCI_PRI_STATUS,
                 PCI_PRI_STATUS_STOPPED | PCI_PRI_STATUS_PASID);
}

static const Property itd_properties[] = {
    DEFINE_PROP_BOOL("x-stall-id", ITDState, stall_id, false),
};

static void itd_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    PCIDeviceClass *k = PCI_DEVICE_CLASS(klass);

    k->realize = itd_realize;
    k->exit = itd_exit;
    k->config_write = itd_write_config;
    k->vendor_id = ITD_VENDOR_ID;
    k->device_id = ITD_DEVICE_ID;
    k->class_id = PCI_CLASS_OTHERS;
    device_class_set_legacy_reset(dc, itd_reset);
    device_class_set_props(dc, itd_properties);
    set_bit(DEVICE_CATEGORY_MISC, dc->categories);
    dc->desc = "DMA engine with PASID, ATS, PRI and stalls for tests of IOMMUs";
}

static const TypeInfo itd_info = {
    .name = TYPE_IOMMU_TESTDEV,
    .parent = TYPE_PCI_DEVICE,
    .instance_size = sizeof(ITDState),
    .class_init = itd_class_init,
    .interfaces = (InterfaceInfo[]) { { INTERFACE_PCIE_DEVICE }, { } },
};

static void itd_register_types(void)
{
    type_register_static(&itd_info);
}

type_init(itd_register_types)
