/* SPDX-License-Identifier: GPL-2.0-only */
/* A PCI function behind VFIO: what every driver of one in user space does */
#ifndef SELFTEST_IOMMU_PCI_USER_H
#define SELFTEST_IOMMU_PCI_USER_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

int pci_user_enable(int device);
int pci_user_map_bar0(int device, void **bar, size_t *size);
int pci_user_irq(int device, __u32 index, __u32 vector);
bool pci_user_irq_arrived(int irq, int timeout_ms);
void pci_user_before_mmio(void);

#endif /* SELFTEST_IOMMU_PCI_USER_H */
