// SPDX-License-Identifier: GPL-2.0-only
/* The rig's iommu-testdev, driven through VFIO */
#include <errno.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <linux/vfio.h>

#include "pci_user.h"
#include "testdev.h"

#define POLL_US		1000

/**
 * testdev_read32 - Read a register
 * @td: the device
 * @reg: offset of the register
 *
 * Return: its value
 */
__u32 testdev_read32(struct testdev *td, size_t reg)
{
	__u32 *mmio = td->bar + reg;

	return __atomic_load_n(mmio, __ATOMIC_SEQ_CST);
}

/**
 * testdev_read64 - Read a register
 * @td: the device
 * @reg: offset of the register
 *
 * Return: its value
 */
__u64 testdev_read64(struct testdev *td, size_t reg)
{
	__u64 *mmio = td->bar + reg;

	return __atomic_load_n(mmio, __ATOMIC_SEQ_CST);
}

/**
 * testdev_write32 - Write a register
 * @td: the device
 * @reg: offset of the register
 * @value: what is written
 */
void testdev_write32(struct testdev *td, size_t reg, __u32 value)
{
	__u32 *mmio = td->bar + reg;

	pci_user_before_mmio();
	__atomic_store_n(mmio, value, __ATOMIC_SEQ_CST);
}

static void write64(struct testdev *td, size_t reg, __u64 value)
{
	__u64 *mmio = td->bar + reg;

	__atomic_store_n(mmio, value, __ATOMIC_SEQ_CST);
}

/**
 * testdev_channel32 - Read a register of a channel
 * @td: the device
 * @channel: the channel
 * @reg: offset of the register among those of the channel
 *
 * Return: its value
 */
__u32 testdev_channel32(struct testdev *td, unsigned int channel, size_t reg)
{
	return testdev_read32(td, ITD_CHANNEL(channel) + reg);
}

/**
 * testdev_channel64 - Read a register of a channel
 * @td: the device
 * @channel: the channel
 * @reg: offset of the register among those of the channel
 *
 * Return: its value
 */
__u64 testdev_channel64(struct testdev *td, unsigned int channel, size_t reg)
{
	return testdev_read64(td, ITD_CHANNEL(channel) + reg);
}

/**
 * testdev_use - Make an open device ready for DMA
 * @td: filled in
 * @device: file descriptor of the VFIO device; testdev_close() closes it
 *
 * Return: 0, or a negative errno with the device closed: ENODEV when it is
 *	another device
 */
int testdev_use(struct testdev *td, int device)
{
	int ret;

	*td = testdev_closed();
	td->device = device;
	ret = pci_user_enable(td->device);
	if (!ret)
		ret = pci_user_map_bar0(td->device, &td->bar, &td->bar_size);
	if (!ret && testdev_read32(td, ITD_ID) != ITD_ID_VALUE)
		ret = -ENODEV;
	if (ret)
		testdev_close(td);
	return ret;
}

/**
 * testdev_open - Open the device and make it ready for DMA
 * @td: filled in
 * @group: file descriptor of its group, in a container with an IOMMU
 * @bdf: address of the PCI function
 *
 * Return: 0, or a negative errno: ENODEV when it is another device
 */
int testdev_open(struct testdev *td, int group, const char *bdf)
{
	int device = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, bdf);

	*td = testdev_closed();
	return device < 0 ? -errno : testdev_use(td, device);
}

/**
 * testdev_close - Close the device, whatever it is doing
 * @td: the device; closing it twice is fine
 */
void testdev_close(struct testdev *td)
{
	if (td->bar)
		munmap(td->bar, td->bar_size);
	if (td->device >= 0)
		close(td->device);
	*td = testdev_closed();
}

/**
 * testdev_start - Start an operation
 * @td: the device
 * @op: the operation
 */
void testdev_start(struct testdev *td, const struct testdev_op *op)
{
	size_t ch = ITD_CHANNEL(op->channel);

	write64(td, ch + ITD_SRC, op->src);
	write64(td, ch + ITD_DST, op->dst);
	testdev_write32(td, ch + ITD_LEN, op->len);
	testdev_write32(td, ch + ITD_SRC_PASID, op->src_pasid);
	testdev_write32(td, ch + ITD_DST_PASID, op->dst_pasid);
	write64(td, ch + ITD_IMM, op->imm);
	testdev_write32(td, ch + ITD_PAGES, op->pages);
	testdev_write32(td, ch + ITD_GROUPS, op->groups);
	testdev_write32(td, ch + ITD_PERIOD, op->period);
	testdev_write32(td, ch + ITD_CMD, op->cmd);
}

/**
 * testdev_run - Do an operation
 * @td: the device
 * @op: the operation, which does not repeat
 *
 * Return: ITD_ST_*; ITD_ST_IDLE, _WAIT or _STALL when it does not end in time
 */
__u32 testdev_run(struct testdev *td, const struct testdev_op *op)
{
	testdev_start(td, op);
	return testdev_settled(td, op->channel, 2000);
}

/**
 * testdev_stop - End what a channel repeats or waits for
 * @td: the device
 * @channel: the channel
 */
void testdev_stop(struct testdev *td, unsigned int channel)
{
	testdev_write32(td, ITD_CHANNEL(channel) + ITD_CMD, ITD_OP_STOP);
}

/**
 * testdev_status - State of a channel
 * @td: the device
 * @channel: the channel
 *
 * Return: ITD_ST_*
 */
__u32 testdev_status(struct testdev *td, unsigned int channel)
{
	return testdev_channel32(td, channel, ITD_STATUS);
}

/**
 * testdev_settled - Wait until a channel neither works nor waits
 * @td: the device
 * @channel: the channel
 * @timeout_ms: how long
 *
 * Return: ITD_ST_*, ITD_ST_IDLE, _WAIT or _STALL when time was up
 */
__u32 testdev_settled(struct testdev *td, unsigned int channel, int timeout_ms)
{
	__u32 status;
	int i;

	for (i = 0; ; i++) {
		status = testdev_status(td, channel);
		if (status != ITD_ST_IDLE && status != ITD_ST_WAIT &&
		    status != ITD_ST_STALL)
			break;
		if (i >= timeout_ms)
			break;
		usleep(POLL_US);
	}
	__sync_synchronize();
	return status;
}
