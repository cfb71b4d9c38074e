/* SPDX-License-Identifier: GPL-2.0-only */
/* A machine behind VT-d with test devices: bind, access, invalidate */
#ifndef SELFTEST_IOMMU_VTD_VM_H
#define SELFTEST_IOMMU_VTD_VM_H

#include "vm_testdev.h"
#include "vtd_table.h"

#define IOTLB			IOMMU_CACHE_INV_TYPE_IOTLB
#define DEV_IOTLB		IOMMU_CACHE_INV_TYPE_DEV_IOTLB
#define PASID_CACHE		IOMMU_CACHE_INV_TYPE_PASID

/* In place of a PASID in an operation: the requests without one */
#define RID			0

int vtd_pasid_alloc(struct vm *vm);
struct iommu_gpasid_bind_data vtd_bind_data(__u32 pasid,
					    const struct vtd_table *t);
struct iommu_gpasid_bind_data vtd_unbind_data(__u32 pasid);
int vtd_bind(struct vm *vm, int group, __u32 pasid, const struct vtd_table *t);
int vtd_bind_flags(struct vm *vm, int group, __u32 pasid,
		   const struct vtd_table *t, __u64 flags);
int vtd_unbind(struct vm *vm, int group, __u32 pasid);

#define vtd_lands	testdev_lands
#define vtd_reads	testdev_reads
#define vtd_fill_op	testdev_fill_op

int vtd_invalidate(struct vm *vm, int group,
		   struct iommu_cache_invalidate_info info);
struct iommu_cache_invalidate_info vtd_inv_addr(__u8 caches, __u32 pasid,
						__u64 addr, __u64 granule,
						__u64 count);

/* All that the domain holds of every address space */
static inline struct iommu_cache_invalidate_info vtd_inv_domain(__u8 caches)
{
	return inest_inv_all(caches);
}

/* All of one address space */
static inline struct iommu_cache_invalidate_info vtd_inv_pasid(__u8 caches,
							       __u32 pasid)
{
	return inest_inv_pasid(caches, pasid);
}

#endif /* SELFTEST_IOMMU_VTD_VM_H */
