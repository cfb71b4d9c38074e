// SPDX-License-Identifier: GPL-2.0-only
/* QEMU's edu device (QEMU: docs/specs/edu.rst), driven through VFIO */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>

#include "edu.h"

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

/* What the CPU wrote to memory must be there before the device is told */
static void before_mmio(void)
{
#ifdef __aarch64__
	asm volatile("dsb sy" : : : "memory");
#else
	__sync_synchronize();
#endif
}

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

static int enable_bus_master(int device)
{
	struct vfio_region_info info = {
		.argsz = sizeof(info),
		.index = VFIO_PCI_CONFIG_REGION_INDEX,
	};
	__u16 command;

	if (ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &info) < 0)
		return -errno;
	if (pread(device, &command, sizeof(command),
		  info.offset + PCI_COMMAND) != sizeof(command))
		return -EIO;
	command |= PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;
	if (pwrite(device, &command, sizeof(command),
		   info.offset + PCI_COMMAND) != sizeof(command))
		return -EIO;
	return 0;
}

static int map_registers(struct edu *edu)
{
	struct vfio_region_info info = {
		.argsz = sizeof(info),
		.index = VFIO_PCI_BAR0_REGION_INDEX,
	};
	void *bar;

	if (ioctl(edu->device, VFIO_DEVICE_GET_REGION_INFO, &info) < 0)
		return -errno;
	bar = mmap(NULL, info.size, PROT_READ | PROT_WRITE, MAP_SHARED,
		   edu->device, info.offset);
	if (bar == MAP_FAILED)
		return -errno;
	edu->bar = bar;
	edu->bar_size = info.size;
	return 0;
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
	ret = enable_bus_master(edu->device);
	if (!ret)
		ret = map_registers(edu);
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
	before_mmio();
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
	char buf[sizeof(struct vfio_irq_set) + sizeof(__s32)] = { 0 };
	struct vfio_irq_set *set = (void *)buf;

	edu->irq = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (edu->irq < 0)
		return -errno;
	set->argsz = sizeof(buf);
	set->flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER;
	set->index = VFIO_PCI_MSI_IRQ_INDEX;
	set->count = 1;
	memcpy(set->data, &edu->irq, sizeof(__s32));
	return ioctl(edu->device, VFIO_DEVICE_SET_IRQS, set) < 0 ? -errno : 0;
}

/**
 * edu_irq_raise - Let the device send its MSI
 * @edu: the device
 */
void edu_irq_raise(struct edu *edu)
{
	before_mmio();
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
	struct pollfd pfd = { .fd = edu->irq, .events = POLLIN };
	__u64 count;

	if (poll(&pfd, 1, timeout_ms) != 1)
		return false;
	return read(edu->irq, &count, sizeof(count)) == sizeof(count);
}
