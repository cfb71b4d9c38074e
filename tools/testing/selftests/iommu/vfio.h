/* SPDX-License-Identifier: GPL-2.0-only */
/* VFIO containers, groups, DMA mappings and the nesting operations */
#ifndef SELFTEST_IOMMU_VFIO_H
#define SELFTEST_IOMMU_VFIO_H

#include <stddef.h>
#include <linux/types.h>
#include <linux/vfio.h>
#include <linux/vfio_nesting.h>

/* In place of a group's file descriptor: every group of the container */
#define EVERY_GROUP	(-1)

/* In place of an address space id or a PASID: all of them */
#define EVERY_ID	(-1)

/* Most bytes that nesting_op() can put behind the header */
#define OP_DATA_MAX	256

/*
 * All of these return a negative errno on failure and say nothing: most of the
 * failures are what a test wants to see.
 */
int vfio_open_container(void);
int vfio_open_group(const char *bdf);
int vfio_set_container(int group, int container);
int vfio_unset_container(int group);
int vfio_set_iommu(int container, unsigned long type);
int vfio_map(int container, __u64 iova, void *mem, size_t size, __u32 flags);
int vfio_unmap(int container, __u64 iova, size_t size);
int vfio_nesting_info(int container, struct iommu_nesting_info *info);

int nesting_op(int container, __u32 flags, const void *data, size_t size);
int nesting_bind(int container, int group,
		 const struct iommu_pasid_table_config *config);
int nesting_unbind(int container, int group);
int nesting_invalidate(int container, int group,
		       const struct iommu_cache_invalidate_info *info);

struct iommu_pasid_table_config config_translate(__u64 base);
struct iommu_pasid_table_config config_other(__u8 config);
struct iommu_cache_invalidate_info inv_all(__u8 caches);
struct iommu_cache_invalidate_info inv_asid(int asid);
struct iommu_cache_invalidate_info inv_addr(int asid, __u64 addr,
					    __u64 granule, __u64 count);
struct iommu_cache_invalidate_info inv_cd(int pasid);

#endif /* SELFTEST_IOMMU_VFIO_H */
