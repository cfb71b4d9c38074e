/*
 * iommu-testdev: DMA and the life of a command
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "hw/pci/msix.h"
#include "hw/pci/pcie.h"
#include "iommu-testdev.h"

#define ITD_MIN_PERIOD  1000

/* What configuration space allows */

static bool itd_config_bits(ITDState *s, unsigned int reg, uint16_t bits)
{
    PCIDevice *dev = PCI_DEVICE(s);

    return (pci_get_word(dev->config + reg) & bits) == bits;
}

static bool itd_pasid_allowed(ITDState *s, uint32_t reg)
{
    uint16_t need = PCI_PASID_CTRL_ENABLE;

    if (!(reg & ITD_PASID_VALID)) {
        return !(reg & (ITD_PASID_PRIV | ITD_PASID_EXEC));
    }
    need |= reg & ITD_PASID_PRIV ? PCI_PASID_CTRL_PRIV : 0;
    need |= reg & ITD_PASID_EXEC ? PCI_PASID_CTRL_EXEC : 0;
    return itd_config_bits(s, ITD_PASID_CAP + PCI_PASID_CTRL, need);
}

static bool itd_allowed(ITDChannel *c)
{
    uint32_t cmd = itd_get32(c, ITD_CMD);
    uint32_t op = cmd & ITD_OP_MASK;
    bool ats = ((cmd & ITD_CMD_ATS) || op == ITD_OP_TRANSLATE) &&
               !(cmd & ITD_CMD_ROGUE);
    bool pri = (cmd & ITD_CMD_PRI) || op == ITD_OP_REQUEST;

    return itd_config_bits(c->s, PCI_COMMAND, PCI_COMMAND_MASTER) &&
           (!ats || itd_config_bits(c->s, ITD_ATS_CAP + PCI_ATS_CTRL,
                                    PCI_ATS_CTRL_ENABLE)) &&
           (!pri || itd_config_bits(c->s, ITD_PRI_CAP + PCI_PRI_CTRL,
                                    PCI_PRI_CTRL_ENABLE)) &&
           (op == ITD_OP_FILL ||
            itd_pasid_allowed(c->s, itd_get32(c, ITD_SRC_PASID))) &&
           ((op != ITD_OP_COPY && op != ITD_OP_FILL) ||
            itd_pasid_allowed(c->s, itd_get32(c, ITD_DST_PASID)));
}

/* Memory accesses. These return a status, ITD_ST_DONE when they went well. */

static int itd_translate(ITDChannel *c, const PCIIOMMURequest *req,
                         IOMMUTLBEntry *entry)
{
    if (req->ats) {
        if (itd_atc_lookup(c->s, req, entry)) {
            return 0;
        }
        itd_count(c->s, ITD_CNT_ATC_MISSES);
    }
    return pci_iommu_translate(PCI_DEVICE(c->s), req, entry);
}

/* Does the IOMMU let a translated request for @addr pass? */
static bool itd_translated_passes(ITDChannel *c, hwaddr addr, bool write)
{
    PCIIOMMURequest req = {
        .pasid = PCI_NO_PASID, .addr = addr, .write = write, .translated = true,
    };
    IOMMUTLBEntry entry;

    return !pci_iommu_translate(PCI_DEVICE(c->s), &req, &entry);
}

/* One piece within a page. *@recoverable: a page request may help. */
static bool itd_access(ITDChannel *c, const PCIIOMMURequest *req, uint8_t *buf,
                       unsigned int n, bool *recoverable)
{
    IOMMUAccessFlags need = req->write ? IOMMU_WO : IOMMU_RO;
    IOMMUTLBEntry entry;
    hwaddr addr;
    int ret = itd_translate(c, req, &entry);

    *recoverable = false;
    if (ret == -ENODEV && req->pasid == PCI_NO_PASID && !req->ats) {
        return pci_dma_rw(PCI_DEVICE(c->s), req->addr, buf, n,
                          req->write ? DMA_DIRECTION_FROM_DEVICE :
                                       DMA_DIRECTION_TO_DEVICE,
                          MEMTXATTRS_UNSPECIFIED) == MEMTX_OK;
    }
    if (ret) {
        return false;
    }
    if (!(entry.perm & need)) {
        *recoverable = req->ats;
        return false;
    }
    if (req->ats) {
        itd_atc_insert(c->s, req, &entry);
    }
    addr = entry.translated_addr | (req->addr & entry.addr_mask);
    if (req->ats && !itd_translated_passes(c, addr, req->write)) {
        return false;
    }
    itd_count(c->s, ITD_CNT_DMA);
    return address_space_rw(entry.target_as, addr, MEMTXATTRS_UNSPECIFIED, buf,
                            n, req->write) == MEMTX_OK;
}

static uint32_t itd_blocked(ITDChannel *c, uint32_t pasid_reg,
                            const PCIIOMMURequest *req, hwaddr end,
                            bool recoverable)
{
    uint32_t cmd = itd_get32(c, ITD_CMD);
    unsigned int pages = cmd & ITD_CMD_PRI_ALL ?
                         itd_pages_until(req->addr, end) : 1;

    itd_set64(c, ITD_FADDR, req->addr);
    if (!recoverable || !(cmd & ITD_CMD_PRI)) {
        return ITD_ST_FAULT;
    }
    return itd_request_group(c, pasid_reg, req->addr, pages, 0, req->write,
                             true) ? ITD_ST_WAIT : ITD_ST_FAULT;
}

static uint32_t itd_move(ITDChannel *c, uint32_t pasid_reg, hwaddr addr,
                         uint8_t *buf, unsigned int len, bool write)
{
    hwaddr end = addr + len;
    PCIIOMMURequest req = {
        .pasid = itd_pasid(pasid_reg), .addr = addr, .write = write,
        .exec = pasid_reg & ITD_PASID_EXEC && !write,
        .priv = pasid_reg & ITD_PASID_PRIV,
        .ats = itd_get32(c, ITD_CMD) & ITD_CMD_ATS,
    };
    bool recoverable;

    while (len) {
        unsigned int n = MIN(len, ITD_PAGE - req.addr % ITD_PAGE);

        if (!itd_access(c, &req, buf, n, &recoverable)) {
            return itd_blocked(c, pasid_reg, &req, end, recoverable);
        }
        req.addr += n;
        buf += n;
        len -= n;
    }
    return ITD_ST_DONE;
}

/* Operations */

static uint32_t itd_op_copy(ITDChannel *c, uint8_t *buf)
{
    unsigned int len = itd_get32(c, ITD_LEN);
    uint32_t status = itd_move(c, itd_get32(c, ITD_SRC_PASID),
                               itd_get64(c, ITD_SRC), buf, len, false);

    return status != ITD_ST_DONE ? status :
           itd_move(c, itd_get32(c, ITD_DST_PASID), itd_get64(c, ITD_DST), buf,
                    len, true);
}

static uint32_t itd_op_fill(ITDChannel *c, uint8_t *buf)
{
    unsigned int len = itd_get32(c, ITD_LEN);

    for (unsigned int i = 0; i < len; i++) {
        buf[i] = c->regs[ITD_IMM + i % 8];
    }
    return itd_move(c, itd_get32(c, ITD_DST_PASID), itd_get64(c, ITD_DST), buf,
                    len, true);
}

static uint32_t itd_op_read(ITDChannel *c, uint8_t *buf)
{
    uint32_t status = itd_move(c, itd_get32(c, ITD_SRC_PASID),
                               itd_get64(c, ITD_SRC), buf,
                               MIN(itd_get32(c, ITD_LEN), 8), false);

    if (status == ITD_ST_DONE) {
        itd_set64(c, ITD_IMM, ldq_le_p(buf));
    }
    return status;
}

static uint32_t itd_op_request(ITDChannel *c)
{
    uint32_t cmd = itd_get32(c, ITD_CMD);
    unsigned int pages = itd_get32(c, ITD_PAGES);
    unsigned int groups = itd_get32(c, ITD_GROUPS);
    hwaddr addr = itd_get64(c, ITD_SRC);
    bool last = !(cmd & ITD_CMD_NO_LAST);

    if (!pages || pages > ITD_PAGES_MAX || !groups ||
        groups > ITD_GROUPS_MAX || groups > pages) {
        return ITD_ST_BAD_CMD;
    }
    /* before the first message: responses can come while others are sent */
    c->waiting = last ? (1u << groups) - 1 : 0;
    for (unsigned int g = 0; g < groups; g++) {
        unsigned int n = pages * (g + 1) / groups - pages * g / groups;

        if (!itd_request_group(c, itd_get32(c, ITD_SRC_PASID), addr, n, g,
                               cmd & ITD_CMD_WRITE, last)) {
            c->waiting = 0;
            return ITD_ST_FAULT;
        }
        addr += (hwaddr)n * ITD_PAGE;
    }
    if (!c->waiting) {
        return c->failed ? ITD_ST_PRG_FAIL : ITD_ST_DONE;
    }
    return ITD_ST_WAIT;
}

static uint32_t itd_op_translate(ITDChannel *c)
{
    uint32_t pasid_reg = itd_get32(c, ITD_SRC_PASID);
    PCIIOMMURequest req = {
        .pasid = itd_pasid(pasid_reg), .addr = itd_get64(c, ITD_SRC),
        .write = itd_get32(c, ITD_CMD) & ITD_CMD_WRITE,
        .exec = pasid_reg & ITD_PASID_EXEC,
        .priv = pasid_reg & ITD_PASID_PRIV, .ats = true,
    };
    IOMMUTLBEntry entry;
    uint64_t imm = 0;

    if (itd_translate(c, &req, &entry)) {
        itd_set64(c, ITD_FADDR, req.addr);
        return ITD_ST_FAULT;
    }
    if (entry.perm != IOMMU_NONE) {
        itd_atc_insert(c->s, &req, &entry);
        imm = (entry.translated_addr | (req.addr & entry.addr_mask)) &
              ~(hwaddr)(ITD_PAGE - 1);
    }
    imm |= entry.perm & IOMMU_RO ? ITD_PERM_READ : 0;
    imm |= entry.perm & IOMMU_WO ? ITD_PERM_WRITE : 0;
    itd_set64(c, ITD_IMM, imm);
    return ITD_ST_DONE;
}

static uint32_t itd_run(ITDChannel *c)
{
    unsigned int len = itd_get32(c, ITD_LEN);
    g_autofree uint8_t *buf = NULL;

    if (len > ITD_LEN_MAX) {
        return ITD_ST_BAD_CMD;
    }
    if (!itd_allowed(c)) {
        return ITD_ST_DISABLED;
    }
    buf = g_malloc0(MAX(len, 8));
    switch (itd_get32(c, ITD_CMD) & ITD_OP_MASK) {
    case ITD_OP_COPY:
        return itd_op_copy(c, buf);
    case ITD_OP_FILL:
        return itd_op_fill(c, buf);
    case ITD_OP_READ:
        return itd_op_read(c, buf);
    case ITD_OP_REQUEST:
        return itd_op_request(c);
    case ITD_OP_TRANSLATE:
        return itd_op_translate(c);
    default:
        return ITD_ST_BAD_CMD;
    }
}

/* The life of a command */

void itd_timer_in(ITDChannel *c, uint32_t ns)
{
    timer_mod(c->timer, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) +
              MAX(ns, ITD_MIN_PERIOD));
}

static void itd_count_run(ITDChannel *c, uint32_t status)
{
    unsigned int reg = status == ITD_ST_DONE ? ITD_RUNS : ITD_FAULTS;

    itd_set64(c, reg, itd_get64(c, reg) + 1);
}

void itd_finish(ITDChannel *c, uint32_t status)
{
    uint32_t cmd = itd_get32(c, ITD_CMD);

    if (status == ITD_ST_WAIT) {
        itd_set32(c, ITD_STATUS, status);
        return;
    }
    if ((cmd & ITD_CMD_REPEAT) && status != ITD_ST_BAD_CMD) {
        itd_count_run(c, status);
        itd_set32(c, ITD_STATUS, ITD_ST_REPEAT);
        itd_timer_in(c, itd_get32(c, ITD_PERIOD));
        return;
    }
    itd_set32(c, ITD_STATUS, status);
    if (cmd & ITD_CMD_IRQ) {
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
