// SPDX-License-Identifier: GPL-2.0-only
/* A machine behind VT-d: what is bound and invalidated */
#include "vtd_vm.h"

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
 * vtd_bind_data - What binds an address space as a stage 1, without attributes
 * @pasid: the PASID, or RID
 * @t: the address space
 *
 * Return: the description
 */
struct iommu_gpasid_bind_data vtd_bind_data(__u32 pasid,
					    const struct vtd_table *t)
{
	unsigned int width = vtd_table_width(t);

	return pasid == RID ? inest_bind_rid_data(t->root, width) :
			      inest_bind_data(pasid, t->root, width);
}

/**
 * vtd_unbind_data - What takes a stage 1 away
 * @pasid: the PASID, or RID
 *
 * Return: the description
 */
struct iommu_gpasid_bind_data vtd_unbind_data(__u32 pasid)
{
	return pasid == RID ? inest_unbind_rid_data() :
			      inest_unbind_data(pasid);
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
	struct iommu_gpasid_bind_data data = vtd_bind_data(pasid, t);

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
	struct iommu_gpasid_bind_data data = vtd_unbind_data(pasid);

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
