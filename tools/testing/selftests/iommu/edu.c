// SPDX-License-Identifier: GPL-2.0-only
/* QEMU's edu device (QEMU: docs/specs/edu.rst), driven through VFIO */
#include <errno.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <linux/vfio.h>

#include "edu.h"
#include "pci_user.h"

#define REG_ID		0x00
#define REG_IRQ_RAISE	0x60
#define REG_IRQ_ACK	0x64
#define REG_DMA_SRC	0x80
#define REG_DMA_DST	0x88
#define REG_DMA_COUNT	0x90
#define REG_DMA_CMD	0x98

#define ID_MASK		0xffff
#define ID_VALUE	0x00ed
#define CMD_RUN		0x1
#define CMD_TO_MEMORY	0x2
#define BUFFER_BASE	0x40000

/* The device needs 100 ms; the rest is for a slow emulator */
#define DMA_POLL_US	1000
#define DMA_POLLS	10000

static __u32 read32(struct edu *edu, size_t reg)
{
	__u32 *mmio = edu->bar + reg;

	return __atomic_load_n(mmio, __ATOMIC_RELAXED);
}

static void write32(struct edu *edu, size_t reg, __u32 value)
{
	__u32 *mmio = edu->bar + reg;

	__atomic_store_n(mmio, value, __ATOMIC_RELAXED);
}

static void write64(struct edu *edu, size_t reg, __u64 value)
{
	__u64 *mmio = edu->bar + reg;

	__atomic_store_n(mmio, value, __ATOMIC_RELAXED);
}

/**
 * edu_open - Open the device and make it ready for DMA
 * @edu: filled in
 * @group: file descriptor of its group, in a container with an IOMMU
 * @bdf: address of the PCI function
 *
 * Waits for a transfer that an earlier user left running.
 *
 * Return: 0, or a negative errno: ENODEV when it is not an edu
 */
int edu_open(struct edu *edu, int group, const char *bdf)
{
	int ret;

	edu->irq = -1;
	edu->bar = NULL;
	edu->device = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, bdf);
	if (edu->device < 0)
		return -errno;
	ret = pci_user_enable(edu->device);
	if (!ret)
		ret = pci_user_map_bar0(edu->device, &edu->bar, &edu->bar_size);
	if (!ret && (read32(edu, REG_ID) & ID_MASK) != ID_VALUE)
		ret = -ENODEV;
	if (!ret)
		ret = edu_wait(edu);
	if (ret)
		edu_close(edu);
	return ret;
}

/**
 * edu_close - Close the device, whatever it is doing
 * @edu: the device; closing it twice is fine
 */
void edu_close(struct edu *edu)
{
	if (edu->bar)
		munmap(edu->bar, edu->bar_size);
	if (edu->irq >= 0)
		close(edu->irq);
	if (edu->device >= 0)
		close(edu->device);
	edu->bar = NULL;
	edu->irq = -1;
	edu->device = -1;
}

static int start(struct edu *edu, __u64 src, __u64 dst, size_t size,
		 __u32 direction)
{
	int ret = edu_wait(edu);

	if (ret)
		return ret;
	write64(edu, REG_DMA_SRC, src);
	write64(edu, REG_DMA_DST, dst);
	write64(edu, REG_DMA_COUNT, size);
	pci_user_before_mmio();
	write64(edu, REG_DMA_CMD, CMD_RUN | direction);
	return 0;
}

/**
 * edu_wait - Wait until no transfer runs
 * @edu: the device
 *
 * Return: 0 or -ETIMEDOUT
 */
int edu_wait(struct edu *edu)
{
	int i;

	for (i = 0; i < DMA_POLLS; i++) {
		if (!(read32(edu, REG_DMA_CMD) & CMD_RUN)) {
			__sync_synchronize();
			return 0;
		}
		usleep(DMA_POLL_US);
	}
	return -ETIMEDOUT;
}

/**
 * edu_load - Let the device read memory into its buffer
 * @edu: the device
 * @offset: where in the buffer
 * @iova: address of the memory, as the device sees it
 * @size: number of bytes
 *
 * Return: 0 or -ETIMEDOUT; a fault of the IOMMU is not seen here
 */
int edu_load(struct edu *edu, size_t offset, __u64 iova, size_t size)
{
	int ret = start(edu, iova, BUFFER_BASE + offset, size, 0);

	return ret ?: edu_wait(edu);
}

/**
 * edu_start_store - Let the device begin to write memory
 * @edu: the device
 * @iova: address of the memory, as the device sees it
 * @offset: where in the buffer the data is
 * @size: number of bytes
 *
 * Return: 0, or -ETIMEDOUT when an earlier transfer does not end
 */
int edu_start_store(struct edu *edu, __u64 iova, size_t offset, size_t size)
{
	return start(edu, BUFFER_BASE + offset, iova, size, CMD_TO_MEMORY);
}

/**
 * edu_store - Let the device write memory from its buffer
 * @edu: the device
 * @iova: address of the memory, as the device sees it
 * @offset: where in the buffer the data is
 * @size: number of bytes
 *
 * Return: 0 or -ETIMEDOUT; a fault of the IOMMU is not seen here
 */
int edu_store(struct edu *edu, __u64 iova, size_t offset, size_t size)
{
	int ret = edu_start_store(edu, iova, offset, size);

	return ret ?: edu_wait(edu);
}

/**
 * edu_irq_enable - Turn the device's MSI on
 * @edu: the device
 *
 * Return: 0 or a negative errno
 */
int edu_irq_enable(struct edu *edu)
{
	int irq = pci_user_irq(edu->device, VFIO_PCI_MSI_IRQ_INDEX, 0);

	if (irq < 0)
		return irq;
	edu->irq = irq;
	return 0;
}

/**
 * edu_irq_raise - Let the device send its MSI
 * @edu: the device
 */
void edu_irq_raise(struct edu *edu)
{
	pci_user_before_mmio();
	write32(edu, REG_IRQ_RAISE, 1);
	write32(edu, REG_IRQ_ACK, 1);
}

/**
 * edu_irq_arrived - Wait for an MSI
 * @edu: the device
 * @timeout_ms: how long
 *
 * Return: whether at least one arrived since the last call
 */
bool edu_irq_arrived(struct edu *edu, int timeout_ms)
{
	return pci_user_irq_arrived(edu->irq, timeout_ms);
}
