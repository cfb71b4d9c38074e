// SPDX-License-Identifier: GPL-2.0-only
/* A container on the mock IOMMU, as a VMM has one: groups, memory, devices */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "faults.h"
#include "mock_vm.h"
#include "write_file.h"

#define EDU_VENDOR	0x1234
#define EDU_DEVICE	0x11e8

/* The mock does not remap interrupts, which vfio asks for by default */
#define UNSAFE \
	"/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts"

/* The first MOCK_SINGLES are those with a group each, what is missing is "" */
static struct inest_bdf device[MOCK_DEVICES];
static const char *present[MOCK_DEVICES];
static int singles, shared, presents;

static void allow_unsafe_interrupts(void)
{
	int ret = write_file(UNSAFE, "1");

	if (ret && ret != -ENOENT)
		printf("# vfio insists on interrupt remapping\n");
}

static void sort_device(const struct inest_bdf *bdf, int group, int others)
{
	if (others && shared < MOCK_SHARED)
		device[MOCK_SINGLES + shared++] = *bdf;
	else if (!others && singles < MOCK_SINGLES)
		device[singles++] = *bdf;
	else
		printf("# %s (group %d) is one more than needed\n", bdf->text,
		       group);
}

/**
 * mock_claim_devices - Hand the edu devices to vfio-pci
 *
 * Return: how many devices have a group of their own, or a negative errno
 */
int mock_claim_devices(void)
{
	struct inest_bdf all[8];
	int i, j, n, group[8], others;

	allow_unsafe_interrupts();
	n = inest_pci_find(EDU_VENDOR, EDU_DEVICE, all, 8);
	for (i = 0; i < n && i < 8; i++) {
		group[i] = inest_pci_claim(all[i].text);
		if (!group[i])
			group[i] = inest_pci_group(all[i].text);
		if (group[i] < 0)
			return group[i];
	}
	for (i = 0; i < n && i < 8; i++) {
		for (j = 0, others = 0; j < n && j < 8; j++)
			others += i != j && group[i] == group[j];
		sort_device(&all[i], group[i], others);
	}
	for (i = 0; i < MOCK_DEVICES; i++)
		if (device[i].text[0])
			present[presents++] = device[i].text;
	return n < 0 ? n : singles;
}

/** mock_singles - How many devices have a group of their own */
int mock_singles(void)
{
	return singles;
}

/** mock_shared - Whether there are two devices that share a group */
bool mock_shared(void)
{
	return shared == MOCK_SHARED;
}

/** mock_all - Addresses of all devices */
const char *const *mock_all(void)
{
	return present;
}

/** mock_all_count - Number of all devices */
int mock_all_count(void)
{
	return presents;
}

/**
 * mock_close - Close a file
 * @fd: the descriptor, -1 afterwards; nothing happens when it is -1 already
 */
void mock_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* A group can be opened once: two devices of one group share its file */
static int open_group(struct mock_vm *vm, int i)
{
	int fd;

	if (i && inest_pci_group(vm->bdf[i]) == inest_pci_group(vm->bdf[i - 1]))
		fd = dup(vm->group[i - 1]);
	else
		fd = inest_group_open_pci(vm->bdf[i]);
	if (fd < 0)
		return fd;
	vm->group[i] = fd;
	if (i && inest_pci_group(vm->bdf[i]) == inest_pci_group(vm->bdf[i - 1]))
		return 0;
	return inest_group_attach(fd, vm->container);
}

static int open_all(struct mock_vm *vm, __u32 format, unsigned long type)
{
	int i, ret = 0;

	for (i = 0; i < vm->devices && !ret; i++)
		ret = mock_write(vm->bdf[i], "format", "%u", format);
	if (ret)
		return ret;
	vm->container = inest_container_open();
	if (vm->container < 0)
		return vm->container;
	for (i = 0; i < vm->devices && !ret; i++)
		ret = open_group(vm, i);
	if (!ret)
		ret = inest_container_set_iommu(vm->container, type);
	if (ret)
		return ret;
	return inest_dma_map(vm->container, MOCK_GPA, vm->mem, MOCK_MEM_SIZE,
			     VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE);
}

/**
 * mock_vm_open_type - Open a container with groups, of a given type
 * @vm: filled in
 * @format: what the devices' IOMMU shall be, IOMMU_PASID_FORMAT_*
 * @first: index of the first device: from 0 those with a group each, from
 *	MOCK_SINGLES those that share one
 * @count: number of devices
 * @type: VFIO_*_IOMMU
 *
 * Guest memory is mapped. No device is open.
 *
 * Return: 0 or a negative errno, with everything closed
 */
int mock_vm_open_type(struct mock_vm *vm, __u32 format, int first, int count,
		      unsigned long type)
{
	int i, ret;

	memset(vm, 0, sizeof(*vm));
	vm->container = -1;
	vm->devices = count;
	for (i = 0; i < MOCK_DEVICES; i++) {
		vm->group[i] = -1;
		vm->device[i] = -1;
		vm->faults[i] = -1;
		if (i < count)
			vm->bdf[i] = device[first + i].text;
	}
	/* Shared: a fork leaves the pages that are pinned where they are */
	vm->mem = mmap(NULL, MOCK_MEM_SIZE, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (vm->mem == MAP_FAILED)
		return -errno;
	ret = open_all(vm, format, type);
	if (ret)
		mock_vm_close(vm);
	return ret;
}

/**
 * mock_vm_open - Open a nesting container with groups
 * @vm: filled in
 * @format: what the devices' IOMMU shall be, IOMMU_PASID_FORMAT_*
 * @first: index of the first device, see mock_vm_open_type()
 * @count: number of devices
 *
 * Return: 0 or a negative errno, with everything closed
 */
int mock_vm_open(struct mock_vm *vm, __u32 format, int first, int count)
{
	return mock_vm_open_type(vm, format, first, count,
				 VFIO_TYPE1_NESTING_IOMMU);
}

/**
 * mock_vm_open_device - Open a device
 * @vm: its container
 * @i: its index in @vm
 *
 * Return: 0 or a negative errno
 */
int mock_vm_open_device(struct mock_vm *vm, int i)
{
	int fd = inest_device_open(vm->group[i], vm->bdf[i]);

	if (fd < 0)
		return fd;
	vm->device[i] = fd;
	return 0;
}

/**
 * mock_vm_open_faults - Open the fault queue of a device
 * @vm: its container
 * @i: its index in @vm, whose device is open
 * @entries: records that the queue holds
 *
 * Return: 0 or a negative errno
 */
int mock_vm_open_faults(struct mock_vm *vm, int i, unsigned int entries)
{
	int fd = faults_open(vm->container, vm->device[i], entries,
			     FAULTS_NO_EVENTFD);

	if (fd < 0)
		return fd;
	vm->faults[i] = fd;
	return 0;
}

/**
 * mock_vm_close - Close all that is open
 * @vm: what mock_vm_open() filled in
 */
void mock_vm_close(struct mock_vm *vm)
{
	int i;

	for (i = 0; i < MOCK_DEVICES; i++)
		mock_close(&vm->faults[i]);
	for (i = 0; i < MOCK_DEVICES; i++)
		mock_close(&vm->device[i]);
	for (i = 0; i < MOCK_DEVICES; i++)
		mock_close(&vm->group[i]);
	mock_close(&vm->container);
	if (vm->mem && vm->mem != MAP_FAILED)
		munmap(vm->mem, MOCK_MEM_SIZE);
	vm->mem = NULL;
}
