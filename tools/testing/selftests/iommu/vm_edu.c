// SPDX-License-Identifier: GPL-2.0-only
/* A machine whose devices are QEMU's edu, and where their accesses end up */
#include <string.h>

#include "vm.h"

/* Where in the device's buffer vm_reads() puts what it read */
#define READ_OFFSET	1024

/**
 * vm_token - What a device writes
 *
 * Return: VM_TOKEN_SIZE bytes
 */
const unsigned char *vm_token(void)
{
	static const unsigned char token[VM_TOKEN_SIZE + 1] =
		"bytes from edu, which keeps them in its buffer until it is told.";

	return token;
}

/* Opens the device and loads the token into its buffer */
static int open_edu(struct vm *vm, int dev)
{
	struct vm_device *d = &vm->dev[dev];
	int ret = edu_open(&d->edu, d->group, d->bdf);

	if (ret)
		return ret;
	memcpy(guest_ptr(&vm->guest, GUEST_RAM), vm_token(), VM_TOKEN_SIZE);
	return edu_load(&d->edu, 0, GUEST_RAM, VM_TOKEN_SIZE);
}

static void close_edu(struct vm *vm, int dev)
{
	edu_close(&vm->dev[dev].edu);
}

const struct vm_kind vm_edu = {
	.vendor = EDU_VENDOR_ID,
	.device = EDU_DEVICE_ID,
	.open = open_edu,
	.close = close_edu,
};

/**
 * vm_lands - Let a device write, and see where that lands
 * @vm: the machine
 * @dev: which device
 * @va: where the device writes; not across the end of a page
 *
 * Return: as vm_find(), or VM_TIMEOUT
 */
int vm_lands(struct vm *vm, int dev, __u64 va)
{
	vm_fill(vm);
	if (edu_store(&vm->dev[dev].edu, va, 0, VM_TOKEN_SIZE))
		return VM_TIMEOUT;
	return vm_find(vm, va & (SZ_4K - 1), vm_token(), VM_TOKEN_SIZE);
}

/**
 * vm_reads - Let a device read, and see which page that came from
 * @vm: the machine
 * @dev: which device
 * @va: where the device reads; not across the end of a page
 * @out_va: where the device can write what it read
 * @out: index of the watched page that is mapped there
 *
 * Return: index of the watched page whose bytes came; else VM_NOWHERE when it
 *	is no page's, VM_TORN when the device could not write them out, or
 *	VM_TIMEOUT
 */
int vm_reads(struct vm *vm, int dev, __u64 va, __u64 out_va, int out)
{
	const unsigned char *got = vm->page[out].mem + (out_va & (SZ_4K - 1));
	struct edu *edu = &vm->dev[dev].edu;

	vm_fill(vm);
	if (edu_load(edu, READ_OFFSET, va, VM_TOKEN_SIZE) ||
	    edu_store(edu, out_va, READ_OFFSET, VM_TOKEN_SIZE))
		return VM_TIMEOUT;
	if (vm_page_intact(vm, out))
		return VM_TORN;
	return vm_origin(vm, va & (SZ_4K - 1), got, VM_TOKEN_SIZE);
}
