// SPDX-License-Identifier: GPL-2.0-only
/* A nesting container with devices and guest memory */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vm.h"

static const struct vm_kind *kind;
static struct inest_bdf claimed[VM_DEVICES];
static int claimed_count;

/* Says which step failed; hands the result on */
static int step(const char *what, int ret)
{
	if (ret < 0)
		printf("# %s: %s\n", what, strerror(-ret));
	return ret;
}

/* A device that a test took out of its slot has nobody to go back to */
static void release_devices(void)
{
	int i, ret;

	for (i = 0; i < claimed_count; i++) {
		ret = inest_pci_restore(vm_device_bdf(i));
		if (ret != -ENODEV)
			step(vm_device_bdf(i), ret);
	}
}

/**
 * vm_claim_devices - Hand the machine's devices of a kind to vfio-pci
 * @of_kind: which
 *
 * They are given back when the process exits.
 *
 * Return: how many there are, at most VM_DEVICES, or a negative errno
 */
int vm_claim_devices(const struct vm_kind *of_kind)
{
	int found = inest_pci_find(of_kind->vendor, of_kind->device, claimed,
				   VM_DEVICES);
	int i, ret;

	kind = of_kind;
	if (found <= 0)
		return found == -ENOENT ? 0 : found;
	if (found > VM_DEVICES)
		found = VM_DEVICES;
	atexit(release_devices);
	for (i = 0; i < found; i++) {
		claimed_count = i + 1;
		ret = step(vm_device_bdf(i), inest_pci_claim(vm_device_bdf(i)));
		if (ret)
			return ret;
	}
	return found;
}

/**
 * vm_device_count - How many devices vm_claim_devices() got
 *
 * Return: the number
 */
int vm_device_count(void)
{
	return claimed_count;
}

/**
 * vm_device_bdf - Address of a claimed device
 * @i: which, from zero
 *
 * Return: the address
 */
const char *vm_device_bdf(int i)
{
	return claimed[i].text;
}

/**
 * vm_attach - Open a device's group and attach it to the container
 * @vm: the machine
 * @dev: which device
 *
 * Return: 0 or a negative errno
 */
int vm_attach(struct vm *vm, int dev)
{
	struct vm_device *d = &vm->dev[dev];

	int ret;

	if (d->group < 0) {
		ret = step("claim device", inest_pci_claim(d->bdf));
		if (ret)
			return ret;
		d->group = step("open group", inest_group_open_pci(d->bdf));
		if (d->group < 0)
			return d->group;
	}
	return step("attach group",
		    inest_group_attach(d->group, vm->container));
}

/**
 * vm_map - Put RAM, and each page of the loose area, into stage 2
 * @vm: the machine
 *
 * Return: 0 or a negative errno
 */
int vm_map(struct vm *vm)
{
	__u64 gpa;
	int ret;

	ret = inest_dma_map(vm->container, GUEST_RAM,
			    guest_ptr(&vm->guest, GUEST_RAM), GUEST_RAM_SIZE,
			    MAP_RW);
	for (gpa = GUEST_LOOSE; !ret && gpa < GUEST_END; gpa += SZ_4K)
		ret = inest_dma_map(vm->container, gpa,
				    guest_ptr(&vm->guest, gpa), SZ_4K, MAP_RW);
	return step("map guest memory", ret);
}

/**
 * vm_map_blocks - Put the area for 2 MiB blocks into stage 2
 * @vm: the machine
 *
 * Return: 0 or a negative errno
 */
int vm_map_blocks(struct vm *vm)
{
	return step("map blocks",
		    inest_dma_map(vm->container, GUEST_BLOCKS,
				  guest_ptr(&vm->guest, GUEST_BLOCKS),
				  GUEST_BLOCKS_SIZE, MAP_RW));
}

/**
 * vm_start_device - Open a device and make it ready
 * @vm: the machine, whose stage 1 is not bound yet
 * @dev: which device
 *
 * Return: 0 or a negative errno
 */
int vm_start_device(struct vm *vm, int dev)
{
	return step("open device", kind->open(vm, dev));
}

/**
 * vm_stop_device - Close a device
 * @vm: the machine
 * @dev: which device
 */
void vm_stop_device(struct vm *vm, int dev)
{
	kind->close(vm, dev);
}

static void clear(struct vm *vm, int first, int count)
{
	int i;

	memset(vm, 0, sizeof(*vm));
	vm->container = -1;
	vm->devices = count;
	for (i = 0; i < count; i++) {
		vm->dev[i].bdf = vm_device_bdf(first + i);
		vm->dev[i].group = -1;
		vm->dev[i].edu.device = -1;
		vm->dev[i].edu.irq = -1;
		vm->dev[i].td = testdev_closed();
	}
}

static int open_container(struct vm *vm, unsigned long type)
{
	int i, ret = 0;

	vm->container = step("open container", inest_container_open());
	if (vm->container < 0)
		return vm->container;
	for (i = 0; !ret && i < vm->devices; i++)
		ret = vm_attach(vm, i);
	if (ret)
		return ret;
	return step("set IOMMU", inest_container_set_iommu(vm->container, type));
}

/**
 * vm_open_type - Make a machine with a container of any type
 * @vm: filled in, except for the nesting capability
 * @first: first of the claimed devices
 * @count: number of devices, at least 1
 * @type: VFIO_*_IOMMU
 *
 * The first page of GUEST_RAM is used up for the token.
 *
 * Return: 0, or a negative errno with everything closed again
 */
int vm_open_type(struct vm *vm, int first, int count, unsigned long type)
{
	int i, ret;

	clear(vm, first, count);
	ret = step("guest memory", guest_create(&vm->guest));
	if (!ret)
		ret = open_container(vm, type);
	if (!ret)
		ret = vm_map(vm);
	for (i = 0; !ret && i < count; i++)
		ret = vm_start_device(vm, i);
	if (ret) {
		vm_close(vm);
		return ret;
	}
	guest_alloc(&vm->guest);
	return 0;
}

/**
 * vm_open - Make a machine whose devices can be given a stage 1
 * @vm: filled in
 * @first: first of the claimed devices
 * @count: number of devices, at least 1
 *
 * Stage 2 alone translates to begin with.
 *
 * Return: 0, or a negative errno with everything closed again
 */
int vm_open(struct vm *vm, int first, int count)
{
	int ret = vm_open_type(vm, first, count, VFIO_TYPE1_NESTING_IOMMU);

	if (ret)
		return ret;
	ret = step("read nesting capability",
		   inest_info(vm->container, &vm->info, sizeof(vm->info)));
	if (ret)
		vm_close(vm);
	return ret;
}

/**
 * vm_close_container - Close the container
 * @vm: the machine
 */
void vm_close_container(struct vm *vm)
{
	if (vm->container >= 0)
		close(vm->container);
	vm->container = -1;
}

/**
 * vm_close_group - Close a device's group
 * @vm: the machine
 * @dev: which device
 */
void vm_close_group(struct vm *vm, int dev)
{
	if (vm->dev[dev].group >= 0)
		close(vm->dev[dev].group);
	vm->dev[dev].group = -1;
}

/**
 * vm_close_one - Close one file of a machine with one device
 * @vm: the machine
 * @what: c for the container, g for the group, d for the device
 */
void vm_close_one(struct vm *vm, char what)
{
	if (what == 'c')
		vm_close_container(vm);
	else if (what == 'g')
		vm_close_group(vm, 0);
	else
		vm_stop_device(vm, 0);
}

/**
 * vm_close - Close what is still open
 * @vm: the machine
 */
void vm_close(struct vm *vm)
{
	int i;

	for (i = 0; i < vm->devices; i++) {
		vm_stop_device(vm, i);
		vm_close_group(vm, i);
	}
	vm_close_container(vm);
	guest_destroy(&vm->guest);
}

/**
 * vm_bind - Bind an address space as the stage 1 of devices
 * @vm: the machine
 * @group: file descriptor of the one group, or ALL
 * @s1: the address space
 *
 * Return: 0 or a negative errno
 */
int vm_bind(struct vm *vm, int group, const struct stage1 *s1)
{
	struct iommu_pasid_table_config config = config_translate(s1->cd);

	return inest_bind_pasid_table(vm->container, group, &config);
}
