// SPDX-License-Identifier: GPL-2.0-only
/* A machine with test devices, and where their accesses end up */
#include "vm_testdev.h"

/* What a device writes, eight times over */
#define TOKEN		0x6b6f7420646e6168ULL

static int open_testdev(struct vm *vm, int dev)
{
	struct vm_device *d = &vm->dev[dev];

	return testdev_open(&d->td, d->group, d->bdf);
}

static void close_testdev(struct vm *vm, int dev)
{
	testdev_close(&vm->dev[dev].td);
}

const struct vm_kind vm_testdev = {
	.vendor = ITD_VENDOR_ID,
	.device = ITD_DEVICE_ID,
	.open = open_testdev,
	.close = close_testdev,
};

/* The one that Linux lets an SMMU stall */
const struct vm_kind vm_stalling = {
	.vendor = ITD_STALL_VENDOR_ID,
	.device = ITD_STALL_DEVICE_ID,
	.open = open_testdev,
	.close = close_testdev,
};

static __u32 ats_of(__u32 who)
{
	if (!(who & WITH_ATS))
		return 0;
	return ITD_CMD_ATS | (who & ~WITH_ATS & WITH_ROGUE_ATS ? ITD_CMD_ROGUE : 0);
}

static __u32 pasid_of(__u32 who)
{
	return who & ~WITH_ROGUE_ATS;
}

/* What became of an access, when it is not for memory to tell */
static int failure(__u32 status)
{
	switch (status) {
	case ITD_ST_FAULT:
		return VM_NOWHERE;
	case ITD_ST_DISABLED:
		return VM_DISABLED;
	case ITD_ST_IDLE:
	case ITD_ST_WAIT:
	case ITD_ST_STALL:
		return VM_TIMEOUT;
	}
	return VM_BROKEN;
}

/**
 * testdev_fill_op - An operation that writes a page's worth of nothing but the token
 * @who: WITHOUT_PASID or WITH_PASID(), and more
 * @va: where the device writes
 *
 * Return: the operation
 */
struct testdev_op testdev_fill_op(__u32 who, __u64 va)
{
	struct testdev_op op = {
		.channel = TESTDEV_CHANNEL,
		.cmd = ITD_OP_FILL | ats_of(who),
		.dst = va,
		.dst_pasid = pasid_of(who),
		.len = VM_TOKEN_SIZE,
		.imm = TOKEN,
	};

	return op;
}

/**
 * testdev_find - Which watched page has what a device wrote
 * @vm: the machine, its pages filled before the device wrote
 * @op: by which it did, from testdev_fill_op()
 *
 * Return: as vm_find()
 */
int testdev_find(const struct vm *vm, const struct testdev_op *op)
{
	__u64 token[VM_TOKEN_SIZE / sizeof(op->imm)];
	size_t i;

	for (i = 0; i < VM_TOKEN_SIZE / sizeof(op->imm); i++)
		token[i] = op->imm;
	return vm_find(vm, op->dst & (SZ_4K - 1), token, sizeof(token));
}

/**
 * testdev_lands - Let a device write, and see where that lands
 * @vm: the machine
 * @dev: which device
 * @who: WITHOUT_PASID or WITH_PASID(), and more
 * @va: where the device writes; aligned to 8 bytes, not across the end of a page
 *
 * Return: index of the watched page that has the device's bytes; VM_NOWHERE when
 *	the access faulted and changed nothing; otherwise another VM_*
 */
int testdev_lands(struct vm *vm, int dev, __u32 who, __u64 va)
{
	struct testdev_op op = testdev_fill_op(who, va);
	__u32 status;
	int found;

	vm_fill(vm);
	status = testdev_run(&vm->dev[dev].td, &op);
	found = testdev_find(vm, &op);
	if (status == ITD_ST_DONE)
		return found == VM_NOWHERE ? VM_ELSEWHERE : found;
	return found == VM_NOWHERE ? failure(status) : VM_TORN;
}

/**
 * testdev_reads - Let a device read, and see which page that came from
 * @vm: the machine
 * @dev: which device
 * @who: WITHOUT_PASID or WITH_PASID(), and more
 * @va: where the device reads; aligned to 8 bytes
 *
 * Return: index of the watched page; VM_NOWHERE when the access faulted;
 *	otherwise another VM_*
 */
int testdev_reads(struct vm *vm, int dev, __u32 who, __u64 va)
{
	struct testdev *td = &vm->dev[dev].td;
	struct testdev_op op = {
		.channel = TESTDEV_CHANNEL,
		.cmd = ITD_OP_READ | ats_of(who),
		.src = va,
		.src_pasid = pasid_of(who),
		.len = 8,
	};
	__u32 status;
	__u64 got;
	int found;

	vm_fill(vm);
	status = testdev_run(td, &op);
	if (status != ITD_ST_DONE)
		return failure(status);
	got = testdev_channel64(td, op.channel, ITD_IMM);
	found = vm_origin(vm, va & (SZ_4K - 1), &got, sizeof(got));
	return found == VM_NOWHERE ? VM_ELSEWHERE : found;
}
