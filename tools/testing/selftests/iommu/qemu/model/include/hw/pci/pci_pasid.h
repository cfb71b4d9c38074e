/*
 * What PCIe endpoints with PASID, ATS and PRI say to an IOMMU, and hear from it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef QEMU_PCI_PASID_H
#define QEMU_PCI_PASID_H

#include "exec/memory.h"
#include "hw/pci/pci.h"
#include "hw/pci/pci_bus.h"

/**
 * struct PCIIOMMURequest: a memory request, or one for a translation
 *
 * @pasid: PASID of the TLP prefix, PCI_NO_PASID without one
 * @addr: address as the endpoint knows it
 * @write: wants to write; a translation request without it has NW set
 * @exec: Execute Requested, only with a PASID
 * @priv: Privileged Mode Requested, only with a PASID
 * @ats: ATS translation request: nothing is accessed
 * @translated: @addr comes from the endpoint's ATC: the IOMMU checks whether it
 *              trusts the endpoint, and translates nothing. Without PASID.
 * @holder: the endpoint, when it can hold the request while the IOMMU stalls it
 * @tag: what the endpoint calls the request, no other that it holds has it
 */
typedef struct PCIIOMMURequest {
    uint32_t pasid;
    hwaddr addr;
    bool write;
    bool exec;
    bool priv;
    bool ats;
    bool translated;
    PCIDevice *holder;
    uint32_t tag;
} PCIIOMMURequest;

/**
 * enum PCIStallEnd: how a stalled request ends
 *
 * @PCI_STALL_RETRY: the endpoint makes it once more; it may be stalled again
 * @PCI_STALL_ABORT: completes with an error; the endpoint makes no request
 *                   before its stall_end() returns
 * @PCI_STALL_IGNORE: completes well; a read returns 0, a write does nothing
 */
typedef enum PCIStallEnd {
    PCI_STALL_RETRY,
    PCI_STALL_ABORT,
    PCI_STALL_IGNORE,
} PCIStallEnd;

/**
 * struct PCIPageRequest: a PRI Page Request Message
 *
 * @pasid: PASID of the TLP prefix, PCI_NO_PASID without one
 * @addr: address of the page
 * @read: R bit
 * @write: W bit
 * @exec: Execute Requested
 * @priv: Privileged Mode Requested
 * @last: L bit, ends the group
 * @prgi: Page Request Group Index, 9 bits
 */
typedef struct PCIPageRequest {
    uint32_t pasid;
    hwaddr addr;
    bool read;
    bool write;
    bool exec;
    bool priv;
    bool last;
    uint16_t prgi;
} PCIPageRequest;

/**
 * struct PCIATSInvalidation: an ATS Invalidate Request
 *
 * @pasid: PASID, PCI_NO_PASID for what was translated without one
 * @global: for all PASIDs; @pasid says nothing then
 * @addr: first byte
 * @size: bytes, 0 for all
 */
typedef struct PCIATSInvalidation {
    uint32_t pasid;
    bool global;
    hwaddr addr;
    hwaddr size;
} PCIATSInvalidation;

/**
 * struct PCIIOMMUEndpoint: what an endpoint hears from the IOMMU
 *
 * @ats_invalidate: forget translations; false when no completion will come
 * @page_response: Page Group Response with @code (PCIe 10.4.2.1)
 * @stall_end: the stalled request called @tag ends like this. Not called from
 *             within pci_iommu_translate().
 */
typedef struct PCIIOMMUEndpoint {
    bool (*ats_invalidate)(PCIDevice *dev, const PCIATSInvalidation *inv);
    void (*page_response)(PCIDevice *dev, uint32_t pasid, uint16_t prgi,
                          unsigned int code);
    void (*stall_end)(PCIDevice *dev, uint32_t tag, PCIStallEnd how);
} PCIIOMMUEndpoint;

#define PCI_PRG_SUCCESS 0x0
#define PCI_PRG_INVALID 0x1
#define PCI_PRG_FAILURE 0xf

/**
 * pci_iommu_translate: translate as the IOMMU above @dev would
 *
 * Returns 0 with the page in @out. For a translation request its permissions
 * may be none: a page request may help. -ENODEV without an IOMMU that knows
 * PASIDs; -EACCES when the request is blocked, after the fault is recorded;
 * -EINPROGRESS when it is stalled: nothing is accessed before stall_end() of
 * the endpoint comes, or the endpoint gives up with pci_iommu_cancel().
 */
int pci_iommu_translate(PCIDevice *dev, const PCIIOMMURequest *req,
                        IOMMUTLBEntry *out);

/**
 * pci_iommu_cancel: no stall_end() comes any more for the request called @tag
 *
 * An endpoint calls it for each request that it holds when it forgets them, as
 * for a reset.
 */
void pci_iommu_cancel(PCIDevice *dev, uint32_t tag);

/**
 * pci_iommu_page_request: send a page request
 *
 * Returns 0 when the IOMMU took it; a response to the last one of the group can
 * come before this returns. A negative errno means that none will come.
 */
int pci_iommu_page_request(PCIDevice *dev, const PCIPageRequest *req);

#endif
