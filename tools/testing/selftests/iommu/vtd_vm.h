/* SPDX-License-Identifier: GPL-2.0-only */
/* A machine behind VT-d with test devices: bind, access, invalidate */
#ifndef SELFTEST_IOMMU_VTD_VM_H
#define SELFTEST_IOMMU_VTD_VM_H

#include "vm.h"
#include "vtd_table.h"

/* Besides VM_NOWHERE and VM_TORN */
#define VM_ELSEWHERE	(-4)	/* it went well, and touched no watched page */
#define VM_DISABLED	(-5)	/* the device may not: ATS or PASIDs are off */
#define VM_BROKEN	(-6)	/* the device did something else altogether */

/*
 * Who does an access: no PASID, or WITH_PASID(), with WITH_PRIV for privileged
 * mode and WITH_ATS when the device translates first and keeps what it learns.
 * WITH_ROGUE_ATS: although its configuration space has that switched off.
 */
#define WITHOUT_PASID		0U
#define WITH_PASID(pasid)	(ITD_PASID_VALID | (pasid))
#define WITH_PRIV		ITD_PASID_PRIV
#define WITH_ATS		0x08000000U
#define WITH_ROGUE_ATS		(WITH_ATS | 0x04000000U)

#define IOTLB			IOMMU_CACHE_INV_TYPE_IOTLB
#define DEV_IOTLB		IOMMU_CACHE_INV_TYPE_DEV_IOTLB
#define PASID_CACHE		IOMMU_CACHE_INV_TYPE_PASID

/* In place of a PASID in an operation: the requests without one */
#define RID			0

int vtd_pasid_alloc(struct vm *vm);
int vtd_bind(struct vm *vm, int group, __u32 pasid, const struct vtd_table *t);
int vtd_bind_flags(struct vm *vm, int group, __u32 pasid,
		   const struct vtd_table *t, __u64 flags);
int vtd_unbind(struct vm *vm, int group, __u32 pasid);

int vtd_lands(struct vm *vm, int dev, __u32 who, __u64 va);
int vtd_reads(struct vm *vm, int dev, __u32 who, __u64 va);
struct testdev_op vtd_fill_op(__u32 who, __u64 va);

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
