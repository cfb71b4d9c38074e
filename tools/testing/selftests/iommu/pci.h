/* SPDX-License-Identifier: GPL-2.0-only */
/* PCI functions through sysfs: find, hand to vfio-pci and take back */
#ifndef SELFTEST_IOMMU_PCI_H
#define SELFTEST_IOMMU_PCI_H

#include <linux/types.h>

/* Address of a PCI function, as text */
struct pci_bdf {
	char text[sizeof("0000:00:00.0")];
};

/* All of these return a negative errno on failure. */
int pci_find(__u16 vendor, __u16 device, struct pci_bdf *bdf, int max);
int pci_bind_vfio(const char *bdf);
int pci_unbind(const char *bdf);
int pci_restore(const char *bdf);
int pci_iommu_group(const char *bdf);

#endif /* SELFTEST_IOMMU_PCI_H */
