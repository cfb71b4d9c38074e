/* SPDX-License-Identifier: GPL-2.0-only */
/* Arguments of the operations in the forms that these tests use most */
#ifndef SELFTEST_IOMMU_ARGS_H
#define SELFTEST_IOMMU_ARGS_H

#include <iommu-nesting.h>

/* In place of a group's file descriptor: every group of the container */
#define ALL		INEST_ALL_GROUPS

/* In place of an address space id or a PASID: all of them */
#define EVERY_ID	(-1)

/* Most bytes of data that a test makes itself */
#define OP_DATA_MAX	256

/* A table with one context descriptor, at @base */
static inline struct iommu_pasid_table_config config_translate(__u64 base)
{
	return inest_table(base, 0, 0, 0);
}

/* Translations of one address space */
static inline struct iommu_cache_invalidate_info inv_asid(int asid)
{
	return inest_inv_archid(IOMMU_CACHE_INV_TYPE_IOTLB, asid);
}

/* Translations of a range, in the address space @asid or in every one */
static inline struct iommu_cache_invalidate_info
inv_addr(int asid, __u64 addr, __u64 granule, __u64 count)
{
	struct iommu_cache_invalidate_info info =
		inest_inv_range(IOMMU_CACHE_INV_TYPE_IOTLB, addr, granule,
				count);

	if (asid != EVERY_ID)
		inest_inv_set_archid(&info, asid);
	return info;
}

/* Cached context descriptors: that of @pasid or every one */
static inline struct iommu_cache_invalidate_info inv_cd(int pasid)
{
	if (pasid == EVERY_ID)
		return inest_inv_all(IOMMU_CACHE_INV_TYPE_PASID);
	return inest_inv_pasid(IOMMU_CACHE_INV_TYPE_PASID, pasid);
}

#endif /* SELFTEST_IOMMU_ARGS_H */
