/* SPDX-License-Identifier: GPL-2.0-only */
/* QEMU's edu device, driven through VFIO: a DMA engine and an MSI */
#ifndef SELFTEST_IOMMU_EDU_H
#define SELFTEST_IOMMU_EDU_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#define EDU_VENDOR_ID	0x1234
#define EDU_DEVICE_ID	0x11e8

/* Size in bytes of the buffer inside the device */
#define EDU_BUFFER_SIZE	4096

/**
 * struct edu - An open device
 * @device: file descriptor of the VFIO device, -1 when it is not open
 * @irq: eventfd that the MSI signals, -1 when it is off
 * @bar: the registers
 * @bar_size: their size in bytes
 */
struct edu {
	int device;
	int irq;
	void *bar;
	size_t bar_size;
};

/*
 * A transfer goes between an address of the bus and an offset in the device's
 * buffer. The device takes 100 ms for each, and ends it the same way whether
 * or not the IOMMU let the accesses through.
 */
int edu_open(struct edu *edu, int group, const char *bdf);
void edu_close(struct edu *edu);
int edu_load(struct edu *edu, size_t offset, __u64 iova, size_t size);
int edu_store(struct edu *edu, __u64 iova, size_t offset, size_t size);
int edu_start_store(struct edu *edu, __u64 iova, size_t offset, size_t size);
int edu_wait(struct edu *edu);

int edu_irq_enable(struct edu *edu);
void edu_irq_raise(struct edu *edu);
bool edu_irq_arrived(struct edu *edu, int timeout_ms);

#endif /* SELFTEST_IOMMU_EDU_H */
