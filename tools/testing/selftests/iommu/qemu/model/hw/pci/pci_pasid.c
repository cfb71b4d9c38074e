/*
 * Requests of PCIe endpoints with PASID, ATS and PRI on their way to the IOMMU
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "hw/pci/pci_device.h"
#include "hw/pci/pci_pasid.h"

int pci_iommu_translate(PCIDevice *dev, const PCIIOMMURequest *req,
                        IOMMUTLBEntry *out)
{
    PCIBus *bus, *iommu_bus;
    int devfn;

    pci_device_get_iommu_bus_devfn(dev, &iommu_bus, &bus, &devfn);
    if (!iommu_bus || !iommu_bus->iommu_ops->translate) {
        return -ENODEV;
    }
    return iommu_bus->iommu_ops->translate(bus, iommu_bus->iommu_opaque, devfn,
                                           req, out);
}

int pci_iommu_page_request(PCIDevice *dev, const PCIPageRequest *req)
{
    PCIBus *bus, *iommu_bus;
    int devfn;

    pci_device_get_iommu_bus_devfn(dev, &iommu_bus, &bus, &devfn);
    if (!iommu_bus || !iommu_bus->iommu_ops->page_request) {
        return -ENODEV;
    }
    return iommu_bus->iommu_ops->page_request(bus, iommu_bus->iommu_opaque,
                                              devfn, req);
}

void pci_iommu_cancel(PCIDevice *dev, uint32_t tag)
{
    PCIBus *bus, *iommu_bus;
    int devfn;

    pci_device_get_iommu_bus_devfn(dev, &iommu_bus, &bus, &devfn);
    if (iommu_bus && iommu_bus->iommu_ops->cancel) {
        iommu_bus->iommu_ops->cancel(bus, iommu_bus->iommu_opaque, dev, tag);
    }
}
