/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage-1 translation owned by user space: core and driver interface
 *
 * Three layers, never mixed: copy and validate (drivers/iommu/uapi), authorise
 * (the transport, VFIO), compose and commit (the IOMMU driver). A driver sees
 * only kernel copies that passed validation.
 */
#ifndef __LINUX_IOMMU_NESTING_H
#define __LINUX_IOMMU_NESTING_H

#include <linux/list.h>
#include <linux/types.h>
#include <uapi/linux/iommu_nesting.h>

struct device;
struct iommu_domain;

/* Upper bound of one operation's structure, in bytes, tail included */
#define IOMMU_NESTING_ARGSZ_MAX		4096

/**
 * struct iommu_nesting_ops - Stage-1 operations of an IOMMU driver
 *
 * @get_info: describe what @dev, attached to @domain, can be offered. @info
 *	comes zeroed. -EOPNOTSUPP when @domain is not one that nests.
 * @bind_pasid_table: put @cfg in the place of the stage 1 that @dev has, and
 *	return that one in @old (@old->config is 0 when there was none), in a
 *	form that this operation takes again. Arguments are checked before
 *	anything changes, so that any error but -EIO leaves the device as it
 *	was. After -EIO the device is blocked from DMA.
 * @unbind_pasid_table: return @dev to stage 2 alone. Nothing bound is no error;
 *	a device that the hardware fails to move is blocked from DMA.
 * @cache_invalidate: drop cached stage-1 state of @dev, or of every device
 *	attached to @domain when @dev is NULL. Returns 0 only after the hardware
 *	has completed it, -EIO when the hardware failed, -EOPNOTSUPP for what it
 *	cannot do. The ids that tag the caches (VMID, domain id, stream id) are
 *	the driver's own.
 *
 * All may sleep. The caller keeps @domain alive and holds a reference on @dev,
 * but @dev may lose its attachment to @domain at any time: the driver answers
 * -ENODEV then. Binding and unbinding of one device do not overlap, all else may.
 */
struct iommu_nesting_ops {
	int (*get_info)(struct iommu_domain *domain, struct device *dev,
			struct iommu_nesting_info *info);
	int (*bind_pasid_table)(struct iommu_domain *domain, struct device *dev,
				const struct iommu_pasid_table_config *cfg,
				struct iommu_pasid_table_config *old);
	void (*unbind_pasid_table)(struct iommu_domain *domain,
				   struct device *dev);
	int (*cache_invalidate)(struct iommu_domain *domain, struct device *dev,
				const struct iommu_cache_invalidate_info *inv);
};

/**
 * struct iommu_nesting_target - One device that an operation is for
 *
 * @node: entry in the caller's list of targets
 * @domain: nesting domain that @dev is attached to
 * @dev: the device, referenced by the caller
 * @old: stage 1 that the core's bind replaced, for undoing it
 */
struct iommu_nesting_target {
	struct list_head		node;
	struct iommu_domain		*domain;
	struct device			*dev;
	struct iommu_pasid_table_config	old;
};

/* copy.c: the only place that reads user memory */
int iommu_nesting_copy_pasid_table(struct iommu_pasid_table_config *cfg,
				   const void __user *data, size_t size);
int iommu_nesting_copy_cache_inv(struct iommu_cache_invalidate_info *inv,
				 const void __user *data, size_t size);

/* validate.c: pure functions */
int iommu_nesting_check_pasid_table(const struct iommu_pasid_table_config *cfg);
int iommu_nesting_check_cache_inv(const struct iommu_cache_invalidate_info *inv);
size_t
iommu_nesting_pasid_table_size(const struct iommu_pasid_table_config *cfg);
int iommu_nesting_merge_info(struct iommu_nesting_info *all,
			     const struct iommu_nesting_info *info);

/* dispatch.c: into the driver */
bool iommu_nesting_supported(struct iommu_domain *domain);
int iommu_nesting_get_info(struct iommu_domain *domain, struct device *dev,
			   struct iommu_nesting_info *info);
int iommu_nesting_bind_pasid_table(struct list_head *targets,
				   const struct iommu_pasid_table_config *cfg);
void iommu_nesting_unbind_pasid_table(struct iommu_domain *domain,
				      struct device *dev);
int iommu_nesting_cache_invalidate(struct iommu_domain *domain,
				   struct device *dev,
				   const struct iommu_cache_invalidate_info *inv);

#endif /* __LINUX_IOMMU_NESTING_H */
