/* SPDX-License-Identifier: GPL-2.0-only */
/* A PCI function behind VFIO: what every driver of one in user space does */
#ifndef SELFTEST_IOMMU_PCI_USER_H
#define SELFTEST_IOMMU_PCI_USER_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

/* Power states, as in PCI_PM_CTRL_STATE_MASK */
#define PCI_USER_D0	0
#define PCI_USER_D3HOT	3

int pci_user_enable(int device);
int pci_user_power(int device, __u16 state);
int pci_user_map_bar0(int device, void **bar, size_t *size);
int pci_user_irq(int device, __u32 index, __u32 vector);
bool pci_user_irq_arrived(int irq, int timeout_ms);
void pci_user_before_mmio(void);

#endif /* SELFTEST_IOMMU_PCI_USER_H */
