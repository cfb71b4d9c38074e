// SPDX-License-Identifier: GPL-2.0-only
/* A machine behind VT-d with test devices, and where their accesses end up */
#include "vtd_vm.h"

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

/**
 * vtd_pasid_alloc - Allocate any PASID
 * @vm: the machine
 *
 * Return: the PASID or a negative errno
 */
int vtd_pasid_alloc(struct vm *vm)
{
	return inest_pasid_alloc(vm->container, 1, ITD_PASID_MASK);
}

/**
 * vtd_bind_flags - Bind an address space as a stage 1
 * @vm: the machine
 * @group: file descriptor of the one group, or ALL
 * @pasid: the PASID, or RID
 * @t: the address space
 * @flags: IOMMU_SVA_VTD_GPASID_*
 *
 * Return: 0 or a negative errno
 */
int vtd_bind_flags(struct vm *vm, int group, __u32 pasid,
		   const struct vtd_table *t, __u64 flags)
{
	unsigned int width = vtd_table_width(t);
	struct iommu_gpasid_bind_data data =
		pasid == RID ? inest_bind_rid_data(t->root, width) :
			       inest_bind_data(pasid, t->root, width);

	data.vendor.vtd.flags = flags;
	return inest_bind_pgtbl(vm->container, group, &data);
}

/**
 * vtd_bind - Bind an address space as a stage 1, without attributes
 * @vm: the machine
 * @group: file descriptor of the one group, or ALL
 * @pasid: the PASID, or RID
 * @t: the address space
 *
 * Return: 0 or a negative errno
 */
int vtd_bind(struct vm *vm, int group, __u32 pasid, const struct vtd_table *t)
{
	return vtd_bind_flags(vm, group, pasid, t, 0);
}

/**
 * vtd_unbind - Take a stage 1 away
 * @vm: the machine
 * @group: file descriptor of the one group, or ALL
 * @pasid: the PASID, or RID
 *
 * Return: 0 or a negative errno
 */
int vtd_unbind(struct vm *vm, int group, __u32 pasid)
{
	struct iommu_gpasid_bind_data data =
		pasid == RID ? inest_unbind_rid_data() :
			       inest_unbind_data(pasid);

	return inest_unbind_pgtbl(vm->container, group, &data);
}

/**
 * vtd_invalidate - Invalidate
 * @vm: the machine
 * @group: file descriptor of the one group, or ALL
 * @info: what
 *
 * Return: 0 or a negative errno
 */
int vtd_invalidate(struct vm *vm, int group,
		   struct iommu_cache_invalidate_info info)
{
	return inest_cache_invalidate(vm->container, group, &info);
}

/**
 * vtd_inv_addr - Invalidation of a range
 * @caches: IOTLB, DEV_IOTLB or both
 * @pasid: the PASID, or RID
 * @addr: first address
 * @granule: size of a granule in bytes
 * @count: number of granules
 *
 * Return: the description
 */
struct iommu_cache_invalidate_info vtd_inv_addr(__u8 caches, __u32 pasid,
						__u64 addr, __u64 granule,
						__u64 count)
{
	struct iommu_cache_invalidate_info info =
		inest_inv_range(caches, addr, granule, count);

	inest_inv_set_pasid(&info, pasid);
	return info;
}

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
		return VM_TIMEOUT;
	}
	return VM_BROKEN;
}

/**
 * vtd_fill_op - An operation that writes a page's worth of nothing but the token
 * @who: WITHOUT_PASID or WITH_PASID(), and more
 * @va: where the device writes
 *
 * Return: the operation
 */
struct testdev_op vtd_fill_op(__u32 who, __u64 va)
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
 * vtd_lands - Let a device write, and see where that lands
 * @vm: the machine
 * @dev: which device
 * @who: WITHOUT_PASID or WITH_PASID(), and more
 * @va: where the device writes; aligned to 8 bytes, not across the end of a page
 *
 * Return: index of the watched page that has the device's bytes; VM_NOWHERE when
 *	the access faulted and changed nothing; otherwise another VM_*
 */
int vtd_lands(struct vm *vm, int dev, __u32 who, __u64 va)
{
	struct testdev_op op = vtd_fill_op(who, va);
	__u64 token[VM_TOKEN_SIZE / 8];
	__u32 status;
	size_t i;
	int found;

	for (i = 0; i < VM_TOKEN_SIZE / 8; i++)
		token[i] = TOKEN;
	vm_fill(vm);
	status = testdev_run(&vm->dev[dev].td, &op);
	found = vm_find(vm, va & (SZ_4K - 1), token, sizeof(token));
	if (status == ITD_ST_DONE)
		return found == VM_NOWHERE ? VM_ELSEWHERE : found;
	return found == VM_NOWHERE ? failure(status) : VM_TORN;
}

/**
 * vtd_reads - Let a device read, and see which page that came from
 * @vm: the machine
 * @dev: which device
 * @who: WITHOUT_PASID or WITH_PASID(), and more
 * @va: where the device reads; aligned to 8 bytes
 *
 * Return: index of the watched page; VM_NOWHERE when the access faulted;
 *	otherwise another VM_*
 */
int vtd_reads(struct vm *vm, int dev, __u32 who, __u64 va)
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
