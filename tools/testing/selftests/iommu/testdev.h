/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rig's iommu-testdev, driven through VFIO: DMA with and without PASIDs on
 * many channels, a cache of translations (ATS), and page requests (PRI)
 */
#ifndef SELFTEST_IOMMU_TESTDEV_H
#define SELFTEST_IOMMU_TESTDEV_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "qemu/model/include/hw/misc/iommu-testdev-regs.h"

/* Channel of an operation that no test named */
#define TESTDEV_CHANNEL		0

/**
 * struct testdev - An open device
 * @device: file descriptor of the VFIO device, -1 when it is not open
 * @bar: the registers
 * @bar_size: their size in bytes
 */
struct testdev {
	int device;
	void *bar;
	size_t bar_size;
};

/**
 * struct testdev_op - An operation
 * @channel: that does it
 * @cmd: ITD_OP_* with ITD_CMD_*
 * @src: address to read from
 * @dst: address to write to
 * @len: number of bytes
 * @src_pasid: ITD_PASID_* of the reads
 * @dst_pasid: ITD_PASID_* of the writes
 * @imm: pattern
 * @pages: how many page requests
 * @groups: in how many groups
 * @period: ns between repeats
 */
struct testdev_op {
	unsigned int channel;
	__u32 cmd;
	__u64 src;
	__u64 dst;
	__u32 len;
	__u32 src_pasid;
	__u32 dst_pasid;
	__u64 imm;
	__u32 pages;
	__u32 groups;
	__u32 period;
};

/* What a device is before it is opened */
static inline struct testdev testdev_closed(void)
{
	struct testdev td = { .device = -1, .bar = NULL };

	return td;
}

int testdev_use(struct testdev *td, int device);
int testdev_open(struct testdev *td, int group, const char *bdf);
void testdev_close(struct testdev *td);

__u32 testdev_run(struct testdev *td, const struct testdev_op *op);
void testdev_start(struct testdev *td, const struct testdev_op *op);
void testdev_stop(struct testdev *td, unsigned int channel);
__u32 testdev_status(struct testdev *td, unsigned int channel);
__u32 testdev_settled(struct testdev *td, unsigned int channel, int timeout_ms);

__u32 testdev_channel32(struct testdev *td, unsigned int channel, size_t reg);
__u64 testdev_channel64(struct testdev *td, unsigned int channel, size_t reg);
__u32 testdev_read32(struct testdev *td, size_t reg);
__u64 testdev_read64(struct testdev *td, size_t reg);
void testdev_write32(struct testdev *td, size_t reg, __u32 value);

#endif /* SELFTEST_IOMMU_TESTDEV_H */
