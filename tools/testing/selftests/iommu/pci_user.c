// SPDX-License-Identifier: GPL-2.0-only
/* A PCI function behind VFIO: what every driver of one in user space does */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>

#include "pci_user.h"

/**
 * pci_user_before_mmio - Order memory before the registers
 *
 * What the CPU wrote to memory must be there before the device is told.
 */
void pci_user_before_mmio(void)
{
#ifdef __aarch64__
	asm volatile("dsb sy" : : : "memory");
#else
	__sync_synchronize();
#endif
}

/* Where configuration space is in the VFIO device's file, or a negative errno */
static long long config_offset(int device)
{
	struct vfio_region_info info = {
		.argsz = sizeof(info),
		.index = VFIO_PCI_CONFIG_REGION_INDEX,
	};

	if (ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &info) < 0)
		return -errno;
	return info.offset;
}

static int read16(int device, long long at, __u16 *value)
{
	return pread(device, value, sizeof(*value), at) == sizeof(*value) ?
		       0 : -EIO;
}

static int write16(int device, long long at, __u16 value)
{
	return pwrite(device, &value, sizeof(value), at) == sizeof(value) ?
		       0 : -EIO;
}

/**
 * pci_user_enable - Let a function decode its registers and do DMA
 * @device: file descriptor of the VFIO device
 *
 * Return: 0 or a negative errno
 */
int pci_user_enable(int device)
{
	long long config = config_offset(device);
	__u16 command;
	int ret;

	if (config < 0)
		return config;
	ret = read16(device, config + PCI_COMMAND, &command);
	if (ret)
		return ret;
	command |= PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;
	return write16(device, config + PCI_COMMAND, command);
}

/* Offset of a capability, or a negative errno: ENODEV when there is no such one */
static int find_capability(int device, long long config, __u8 id)
{
	__u16 next, cap;

	if (read16(device, config + PCI_CAPABILITY_LIST, &next))
		return -EIO;
	while (next & 0xfc) {
		if (read16(device, config + (next & 0xfc), &cap))
			return -EIO;
		if ((cap & 0xff) == id)
			return next & 0xfc;
		next = cap >> 8;
	}
	return -ENODEV;
}

/**
 * pci_user_power - Change the power state of a function
 * @device: file descriptor of the VFIO device
 * @state: PCI_USER_D0 or PCI_USER_D3HOT
 *
 * Return: 0, or a negative errno: ENODEV when it has no power management, EIO when
 *	it is in another state afterwards
 */
int pci_user_power(int device, __u16 state)
{
	long long config = config_offset(device);
	__u16 control;
	int cap, ret;

	if (config < 0)
		return config;
	cap = find_capability(device, config, PCI_CAP_ID_PM);
	if (cap < 0)
		return cap;
	ret = write16(device, config + cap + PCI_PM_CTRL, state) ?:
	      read16(device, config + cap + PCI_PM_CTRL, &control);
	if (ret)
		return ret;
	return (control & PCI_PM_CTRL_STATE_MASK) == state ? 0 : -EIO;
}

/**
 * pci_user_map_bar0 - Map the registers
 * @device: file descriptor of the VFIO device
 * @bar: filled in
 * @size: filled in, their size in bytes
 *
 * Return: 0 or a negative errno
 */
int pci_user_map_bar0(int device, void **bar, size_t *size)
{
	struct vfio_region_info info = {
		.argsz = sizeof(info),
		.index = VFIO_PCI_BAR0_REGION_INDEX,
	};
	void *mem;

	if (ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &info) < 0)
		return -errno;
	mem = mmap(NULL, info.size, PROT_READ | PROT_WRITE, MAP_SHARED, device,
		   info.offset);
	if (mem == MAP_FAILED)
		return -errno;
	*bar = mem;
	*size = info.size;
	return 0;
}

/**
 * pci_user_irq - Turn an interrupt on
 * @device: file descriptor of the VFIO device
 * @index: VFIO_PCI_*_IRQ_INDEX
 * @vector: which of them
 *
 * Return: an eventfd that the interrupt signals, or a negative errno
 */
int pci_user_irq(int device, __u32 index, __u32 vector)
{
	char buf[sizeof(struct vfio_irq_set) + sizeof(__s32)] = { 0 };
	struct vfio_irq_set *set = (void *)buf;
	int ret, irq = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	if (irq < 0)
		return -errno;
	set->argsz = sizeof(buf);
	set->flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER;
	set->index = index;
	set->start = vector;
	set->count = 1;
	memcpy(set->data, &irq, sizeof(__s32));
	if (!ioctl(device, VFIO_DEVICE_SET_IRQS, set))
		return irq;
	ret = -errno;
	close(irq);
	return ret;
}

/**
 * pci_user_irq_arrived - Wait for an interrupt
 * @irq: what pci_user_irq() returned
 * @timeout_ms: how long
 *
 * Return: whether at least one arrived since the last call
 */
bool pci_user_irq_arrived(int irq, int timeout_ms)
{
	struct pollfd pfd = { .fd = irq, .events = POLLIN };
	__u64 count;

	if (poll(&pfd, 1, timeout_ms) != 1)
		return false;
	return read(irq, &count, sizeof(count)) == sizeof(count);
}
