/*
 * VT-d: page requests and page group responses (VT-d 4.1, 7.4 to 7.6, 11.4.11)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "hw/pci/pci_device.h"
#include "system/dma.h"
#include "intel_iommu_nested.h"
#include "trace.h"

/* A request between its arrival and its way into the queue */
typedef struct VTDPendingRequest {
    uint16_t sid;
    PCIPageRequest req;
} VTDPendingRequest;

PCIDevice *vtd_nested_find_device(IntelIOMMUState *s, uint16_t sid)
{
    return pci_find_device(s->nested->root_bus, VTD_SID_TO_BUS(sid),
                           VTD_SID_TO_DEVFN(sid));
}

static bool vtd_prq_respond(IntelIOMMUState *s, uint16_t sid, uint32_t pasid,
                            uint16_t prgi, unsigned int code)
{
    PCIDevice *dev = vtd_nested_find_device(s, sid);

    if (!dev || !dev->iommu_endpoint || !dev->iommu_endpoint->page_response) {
        return false;
    }
    dev->iommu_endpoint->page_response(dev, pasid, prgi, code);
    return true;
}

/* The unit's own answer; only the last request of a group gets one */
static void vtd_prq_auto_respond(IntelIOMMUState *s, uint16_t sid,
                                 const PCIPageRequest *req, unsigned int code)
{
    if (req->last) {
        vtd_prq_respond(s, sid, req->pasid, req->prgi, code);
    }
}

/* The queue */

static void vtd_prq_interrupt(IntelIOMMUState *s)
{
    vtd_count(s, VTD_CNT_PRQ_EVENTS);
    vtd_generate_interrupt(s, DMAR_PEADDR_REG, DMAR_PEDATA_REG);
}

static void vtd_prq_event(IntelIOMMUState *s)
{
    if (vtd_reg32(s, DMAR_PECTL_REG) & VTD_IECTL_IM) {
        vtd_reg32_set_clear(s, DMAR_PECTL_REG, VTD_IECTL_IP, 0);
        return;
    }
    vtd_prq_interrupt(s);
}

/* Sets a bit of PRS; an event follows when it was clear (7.4.2) */
static void vtd_prq_status(IntelIOMMUState *s, uint32_t bit)
{
    if (vtd_reg32(s, DMAR_PRS_REG) & bit) {
        return;
    }
    vtd_reg32_set_clear(s, DMAR_PRS_REG, bit, 0);
    vtd_prq_event(s);
}

static uint64_t vtd_prq_pointer_mask(IntelIOMMUState *s)
{
    uint64_t size = vtd_reg64(s, DMAR_PQA_REG) & VTD_PQA_SIZE_MASK;

    return ((VTD_PAGE_SIZE << size) - 1) & VTD_PQ_PTR_MASK;
}

static uint64_t vtd_prq_next(IntelIOMMUState *s)
{
    return (vtd_reg64(s, DMAR_PQT_REG) + 32) & vtd_prq_pointer_mask(s);
}

static bool vtd_prq_full(IntelIOMMUState *s)
{
    uint64_t head = vtd_reg64(s, DMAR_PQH_REG) & vtd_prq_pointer_mask(s);

    return (vtd_reg32(s, DMAR_PRS_REG) & VTD_PRS_PRO) ||
           vtd_prq_next(s) == head;
}

/* Page request descriptor (7.4.1.1) */
static void vtd_prq_descriptor(uint16_t sid, const PCIPageRequest *req,
                               uint64_t desc[4])
{
    bool has_pasid = req->pasid != PCI_NO_PASID;
    uint64_t lo = 1 | (uint64_t)sid << 16;
    uint64_t hi = req->addr & VTD_PAGE_MASK_4K;

    if (has_pasid) {
        lo |= 1ULL << 8 | (uint64_t)req->pasid << 32;
        lo |= (uint64_t)req->exec << 52 | (uint64_t)req->priv << 53;
    }
    hi |= req->read | req->write << 1 | req->last << 2;
    hi |= (uint64_t)(req->prgi & 0x1ff) << 3;
    desc[0] = cpu_to_le64(lo);
    desc[1] = cpu_to_le64(hi);
    desc[2] = 0;
    desc[3] = 0;
}

/*
 * A full queue loses the request and says so in PRO. The last one of a group is
 * answered with success, so that the endpoint tries again (7.4.1).
 */
static void vtd_prq_overflow(IntelIOMMUState *s, uint16_t sid,
                             const PCIPageRequest *req)
{
    vtd_count(s, VTD_CNT_PRQ_LOST);
    vtd_prq_status(s, VTD_PRS_PRO);
    vtd_prq_auto_respond(s, sid, req, PCI_PRG_SUCCESS);
}

static void vtd_prq_write(IntelIOMMUState *s, uint16_t sid,
                          const PCIPageRequest *req)
{
    uint64_t base = vtd_reg64(s, DMAR_PQA_REG) & VTD_PAGE_MASK_4K;
    uint64_t tail = vtd_reg64(s, DMAR_PQT_REG) & vtd_prq_pointer_mask(s);
    uint64_t desc[4];

    if (!base) {
        vtd_prq_auto_respond(s, sid, req, PCI_PRG_FAILURE);
        return;
    }
    if (vtd_prq_full(s)) {
        vtd_prq_overflow(s, sid, req);
        return;
    }
    vtd_prq_descriptor(sid, req, desc);
    if (dma_memory_write(&address_space_memory, base + tail, desc, sizeof(desc),
                         MEMTXATTRS_UNSPECIFIED) != MEMTX_OK) {
        vtd_prq_auto_respond(s, sid, req, PCI_PRG_FAILURE);
        return;
    }
    vtd_count(s, VTD_CNT_PRQ);
    vtd_reg64_write(s, DMAR_PQT_REG, vtd_prq_next(s));
    vtd_prq_status(s, VTD_PRS_PPR);
}

/*
 * With x-prq-delay, requests that have arrived take that long to get into the
 * queue. A wait descriptor with PD completes after they are there (7.10).
 */
void vtd_prq_drain(IntelIOMMUState *s)
{
    VTDPendingRequest *pending;

    while ((pending = g_queue_pop_head(s->nested->prq_pending))) {
        vtd_prq_write(s, pending->sid, &pending->req);
        g_free(pending);
    }
    timer_del(s->nested->prq_timer);
}

static void vtd_prq_timer(void *opaque)
{
    vtd_prq_drain(opaque);
}

static void vtd_prq_accept(IntelIOMMUState *s, uint16_t sid,
                           const PCIPageRequest *req)
{
    VTDPendingRequest *pending;

    if (!s->prq_delay) {
        vtd_prq_write(s, sid, req);
        return;
    }
    pending = g_new(VTDPendingRequest, 1);
    *pending = (VTDPendingRequest) { .sid = sid, .req = *req };
    g_queue_push_tail(s->nested->prq_pending, pending);
    if (!timer_pending(s->nested->prq_timer)) {
        timer_mod(s->nested->prq_timer,
                  qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + s->prq_delay);
    }
}

/* Arrival (7.4) */

/* Returns 0 or the fault reason */
static int vtd_prq_check(IntelIOMMUState *s, VTDRequest *request)
{
    VTDContextEntry ce;
    int ret = vtd_nested_get_context(s, request->sid, &ce);

    if (ret) {
        return ret;
    }
    if (!(ce.val[0] & VTD_SM_CE_PRE)) {
        return VTD_FR_SM_CE_PRE;
    }
    return vtd_nested_check_context(s, &ce, request);
}

int vtd_prq_page_request(IntelIOMMUState *s, uint16_t sid,
                         const PCIPageRequest *req)
{
    VTDRequest request = {
        .sid = sid, .pasid = req->pasid, .addr = req->addr,
        .has_pasid = req->pasid != PCI_NO_PASID,
        .write = req->write, .exec = req->exec, .priv = req->priv,
    };
    int ret;

    if (!s->prs || !s->dmar_enabled || !vtd_nested_active(s)) {
        return -ENODEV;
    }
    if (vtd_dropped(s, VTD_DROP_PRQ)) {
        vtd_count(s, VTD_CNT_DROPPED);
        return 0;
    }
    ret = vtd_prq_check(s, &request);
    if (ret) {
        vtd_nested_report_fault(s, &request, ret);
        vtd_prq_auto_respond(s, sid, req, PCI_PRG_FAILURE);
        return 0;
    }
    vtd_prq_accept(s, sid, req);
    return 0;
}

/* Page group response descriptor (7.6.1) */

#define VTD_PGRESP_PASID_PRESENT    (1ULL << 4)
#define VTD_PGRESP_CODE(lo)         (((lo) >> 12) & 0xf)
#define VTD_PGRESP_SID(lo)          (((lo) >> 16) & 0xffff)
#define VTD_PGRESP_PASID(lo)        (((lo) >> 32) & VTD_PASID_ID_MASK)
#define VTD_PGRESP_RSVD_LO          0xfff00000000001e0ULL
#define VTD_PGRESP_LPIG             (1ULL << 2)
#define VTD_PGRESP_PRGI(hi)         (((hi) >> 3) & 0x1ff)
#define VTD_PGRESP_RSVD_HI          0xfffffffffffff003ULL

bool vtd_prq_response_desc(IntelIOMMUState *s, const VTDInvDesc *desc)
{
    uint32_t pasid = PCI_NO_PASID;

    if (!s->prs || !s->iq_dw || (desc->val[0] & VTD_PGRESP_RSVD_LO) ||
        (desc->val[1] & VTD_PGRESP_RSVD_HI) || desc->val[2] || desc->val[3]) {
        return false;
    }
    if (desc->val[0] & VTD_PGRESP_PASID_PRESENT) {
        pasid = VTD_PGRESP_PASID(desc->val[0]);
    }
    vtd_prq_respond(s, VTD_PGRESP_SID(desc->val[0]), pasid,
                    VTD_PGRESP_PRGI(desc->val[1]),
                    VTD_PGRESP_CODE(desc->val[0]));
    return true;
}

/* Registers */

static void vtd_prq_define(IntelIOMMUState *s, hwaddr reg, uint32_t val,
                           uint32_t wmask, uint32_t w1cmask)
{
    stl_le_p(&s->csr[reg], val);
    stl_le_p(&s->wmask[reg], wmask);
    stl_le_p(&s->w1cmask[reg], w1cmask);
}

void vtd_prq_reset(IntelIOMMUState *s)
{
    vtd_prq_define(s, DMAR_PQH_REG, 0, VTD_PQ_PTR_MASK, 0);
    vtd_prq_define(s, DMAR_PQT_REG, 0, VTD_PQ_PTR_MASK, 0);
    vtd_prq_define(s, DMAR_PQA_REG, 0, 0xfffff007, 0);
    vtd_prq_define(s, DMAR_PQA_REG_HI, 0, 0xffffffff, 0);
    vtd_prq_define(s, DMAR_PRS_REG, 0, 0, VTD_PRS_PPR | VTD_PRS_PRO);
    vtd_prq_define(s, DMAR_PECTL_REG, VTD_IECTL_IM, VTD_IECTL_IM, 0);
    vtd_prq_define(s, DMAR_PEDATA_REG, 0, 0xffffffff, 0);
    vtd_prq_define(s, DMAR_PEADDR_REG, 0, 0xfffffffc, 0);
    vtd_prq_define(s, DMAR_PEUADDR_REG, 0, 0xffffffff, 0);
    g_queue_clear_full(s->nested->prq_pending, g_free);
    timer_del(s->nested->prq_timer);
}

void vtd_prq_init(IntelIOMMUState *s)
{
    s->nested->prq_pending = g_queue_new();
    s->nested->prq_timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, vtd_prq_timer, s);
}

void vtd_prq_reg_written(IntelIOMMUState *s, hwaddr addr)
{
    uint32_t ctl = vtd_reg32(s, DMAR_PECTL_REG);

    if (addr == DMAR_PRS_REG && !vtd_reg32(s, DMAR_PRS_REG)) {
        vtd_reg32_set_clear(s, DMAR_PECTL_REG, 0, VTD_IECTL_IP);
    }
    if (addr == DMAR_PECTL_REG && (ctl & VTD_IECTL_IP) &&
        !(ctl & VTD_IECTL_IM)) {
        vtd_reg32_set_clear(s, DMAR_PECTL_REG, 0, VTD_IECTL_IP);
        vtd_prq_interrupt(s);
    }
}
