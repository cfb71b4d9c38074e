/*
 * iommu-testdev: DMA and the other operations
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "hw/pci/pcie.h"
#include "iommu-testdev.h"

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

    return itd_in_d0(PCI_DEVICE(c->s)) &&
           itd_config_bits(c->s, PCI_COMMAND, PCI_COMMAND_MASTER) &&
           (!ats || itd_config_bits(c->s, ITD_ATS_CAP + PCI_ATS_CTRL,
                                    PCI_ATS_CTRL_ENABLE)) &&
           (!pri || itd_config_bits(c->s, ITD_PRI_CAP + PCI_PRI_CTRL,
                                    PCI_PRI_CTRL_ENABLE)) &&
           (op == ITD_OP_FILL ||
            itd_pasid_allowed(c->s, itd_get32(c, ITD_SRC_PASID))) &&
           ((op != ITD_OP_COPY && op != ITD_OP_FILL) ||
            itd_pasid_allowed(c->s, itd_get32(c, ITD_DST_PASID)));
}

/* Memory accesses */

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

/* One piece within a page */
static ITDAccess itd_access(ITDChannel *c, const PCIIOMMURequest *req,
                            uint8_t *buf, unsigned int n)
{
    IOMMUAccessFlags need = req->write ? IOMMU_WO : IOMMU_RO;
    IOMMUTLBEntry entry;
    hwaddr addr;
    int ret = itd_translate(c, req, &entry);

    if (ret == -ENODEV && req->pasid == PCI_NO_PASID && !req->ats) {
        return pci_dma_rw(PCI_DEVICE(c->s), req->addr, buf, n,
                          req->write ? DMA_DIRECTION_FROM_DEVICE :
                                       DMA_DIRECTION_TO_DEVICE,
                          MEMTXATTRS_UNSPECIFIED) == MEMTX_OK ?
               ITD_ACCESS_DONE : ITD_ACCESS_REFUSED;
    }
    if (ret) {
        return ret == -EINPROGRESS ? ITD_ACCESS_STALLED : ITD_ACCESS_REFUSED;
    }
    if (!(entry.perm & need)) {
        return req->ats ? ITD_ACCESS_NO_PAGE : ITD_ACCESS_REFUSED;
    }
    if (req->ats) {
        itd_atc_insert(c->s, req, &entry);
    }
    addr = entry.translated_addr | (req->addr & entry.addr_mask);
    if (req->ats && !itd_translated_passes(c, addr, req->write)) {
        return ITD_ACCESS_REFUSED;
    }
    itd_count(c->s, ITD_CNT_DMA);
    return address_space_rw(entry.target_as, addr, MEMTXATTRS_UNSPECIFIED, buf,
                            n, req->write) == MEMTX_OK ?
           ITD_ACCESS_DONE : ITD_ACCESS_REFUSED;
}

/* The page of @req isn't there. @end: of the buffer */
static uint32_t itd_no_page(ITDChannel *c, uint32_t pasid_reg,
                            const PCIIOMMURequest *req, hwaddr end)
{
    uint32_t cmd = itd_get32(c, ITD_CMD);
    unsigned int pages = cmd & ITD_CMD_PRI_ALL ?
                         itd_pages_until(req->addr, end) : 1;

    if (!(cmd & ITD_CMD_PRI)) {
        return ITD_ST_FAULT;
    }
    return itd_request_group(c, pasid_reg, req->addr, pages, 0, req->write,
                             true) ? ITD_ST_WAIT : ITD_ST_FAULT;
}

/* Reads or writes the next piece of the buffer on that side */
static uint32_t itd_side(ITDChannel *c, bool write, uint8_t *buf,
                         unsigned int n)
{
    uint32_t pasid_reg = itd_get32(c, write ? ITD_DST_PASID : ITD_SRC_PASID);
    hwaddr start = itd_get64(c, write ? ITD_DST : ITD_SRC);
    bool ats = itd_get32(c, ITD_CMD) & ITD_CMD_ATS;
    PCIIOMMURequest req = {
        .pasid = itd_pasid(pasid_reg), .addr = start + c->moved, .write = write,
        .exec = pasid_reg & ITD_PASID_EXEC && !write,
        .priv = pasid_reg & ITD_PASID_PRIV, .ats = ats,
        .holder = ats ? NULL : PCI_DEVICE(c->s), .tag = c->n,
    };
    ITDAccess result;

    if (itd_stall_ignored(c)) {
        if (!write) {
            memset(buf, 0, n);
        }
        return ITD_ST_DONE;
    }
    result = itd_access(c, &req, buf, n);
    if (result == ITD_ACCESS_DONE) {
        return ITD_ST_DONE;
    }
    itd_set64(c, ITD_FADDR, req.addr);
    if (result == ITD_ACCESS_NO_PAGE) {
        return itd_no_page(c, pasid_reg, &req, start + itd_get32(c, ITD_LEN));
    }
    return result == ITD_ACCESS_STALLED ? itd_stalled(c) : ITD_ST_FAULT;
}

/* Operations. These are called again to go on where they stopped. */

/* Bytes until the end, or the next page of a side */
static unsigned int itd_piece_size(ITDChannel *c, unsigned int len, bool src,
                                   bool dst)
{
    unsigned int n = MIN(len - c->moved, ITD_PAGE);

    if (src) {
        n = MIN(n, ITD_PAGE - (itd_get64(c, ITD_SRC) + c->moved) % ITD_PAGE);
    }
    if (dst) {
        n = MIN(n, ITD_PAGE - (itd_get64(c, ITD_DST) + c->moved) % ITD_PAGE);
    }
    return n;
}

static uint32_t itd_op_copy(ITDChannel *c)
{
    unsigned int len = itd_get32(c, ITD_LEN);

    while (c->moved < len) {
        unsigned int n = itd_piece_size(c, len, true, true);
        uint32_t status = c->read ? ITD_ST_DONE :
                          itd_side(c, false, c->piece, n);

        if (status != ITD_ST_DONE) {
            return status;
        }
        c->read = true;
        status = itd_side(c, true, c->piece, n);
        if (status != ITD_ST_DONE) {
            return status;
        }
        c->read = false;
        c->moved += n;
    }
    return ITD_ST_DONE;
}

static uint32_t itd_op_fill(ITDChannel *c)
{
    unsigned int len = itd_get32(c, ITD_LEN);

    while (c->moved < len) {
        unsigned int n = itd_piece_size(c, len, false, true);
        uint32_t status;

        for (unsigned int i = 0; i < n; i++) {
            c->piece[i] = c->regs[ITD_IMM + (c->moved + i) % 8];
        }
        status = itd_side(c, true, c->piece, n);
        if (status != ITD_ST_DONE) {
            return status;
        }
        c->moved += n;
    }
    return ITD_ST_DONE;
}

static uint32_t itd_op_read(ITDChannel *c)
{
    unsigned int len = MIN(itd_get32(c, ITD_LEN), 8);

    while (c->moved < len) {
        unsigned int n = itd_piece_size(c, len, true, false);
        uint32_t status = itd_side(c, false, c->piece + c->moved, n);

        if (status != ITD_ST_DONE) {
            return status;
        }
        c->moved += n;
    }
    memset(c->piece + len, 0, 8 - len);
    itd_set64(c, ITD_IMM, ldq_le_p(c->piece));
    return ITD_ST_DONE;
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

/* Does the command of @c, or goes on with it; the status */
uint32_t itd_run(ITDChannel *c)
{
    if (itd_get32(c, ITD_LEN) > ITD_LEN_MAX) {
        return ITD_ST_BAD_CMD;
    }
    if (!itd_allowed(c)) {
        return ITD_ST_DISABLED;
    }
    switch (itd_get32(c, ITD_CMD) & ITD_OP_MASK) {
    case ITD_OP_COPY:
        return itd_op_copy(c);
    case ITD_OP_FILL:
        return itd_op_fill(c);
    case ITD_OP_READ:
        return itd_op_read(c);
    case ITD_OP_REQUEST:
        return itd_op_request(c);
    case ITD_OP_TRANSLATE:
        return itd_op_translate(c);
    default:
        return ITD_ST_BAD_CMD;
    }
}
