/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VFIO transport of stage-1 translation owned by user space
 */
#ifndef __VFIO_NESTING_H__
#define __VFIO_NESTING_H__

#include <linux/iommu_nesting.h>
#include <linux/list.h>

struct file;
struct iommu_domain;
struct iommu_group;
struct mutex;
struct vfio_info_cap;
struct vfio_iommu_driver_ops;

/**
 * typedef vfio_nesting_fn - Called for each IOMMU-backed group of a container
 * @domain: nesting domain that the group is attached to
 * @group: the group
 * @data: the caller's
 *
 * Return: 0 to go on, anything else ends the walk and becomes its result
 */
typedef int (*vfio_nesting_fn)(struct iommu_domain *domain,
			       struct iommu_group *group, void *data);

/**
 * typedef vfio_nesting_walk - Call a function for each group of a container
 * @iommu_data: the VFIO IOMMU driver's container
 * @fn: called for each group
 * @data: passed on
 *
 * Groups of one domain come one after the other.
 *
 * Return: what @fn returned, -EOPNOTSUPP when the container does not nest
 */
typedef int (*vfio_nesting_walk)(void *iommu_data, vfio_nesting_fn fn,
				 void *data);

/**
 * struct vfio_nesting_request - One VFIO_IOMMU_NESTING_OP, fetched and checked
 * @op: VFIO_NESTING_OP_*
 * @group_file: file of the one group that it is for, referenced, or NULL
 * @pasid_table: argument of VFIO_NESTING_OP_BIND_PASID_TABLE
 * @cache_inv: argument of VFIO_NESTING_OP_CACHE_INVLD
 */
struct vfio_nesting_request {
	u32						op;
	struct file					*group_file;
	union {
		struct iommu_pasid_table_config		pasid_table;
		struct iommu_cache_invalidate_info	cache_inv;
	};
};

int vfio_nesting_get_request(struct vfio_nesting_request *req,
			     void __user *arg);
void vfio_nesting_put_request(struct vfio_nesting_request *req);
int vfio_nesting_do_request(const struct vfio_nesting_request *req,
			    const struct vfio_iommu_driver_ops *ops,
			    void *iommu_data, struct mutex *bind_lock,
			    struct list_head *groups);

int vfio_nesting_check_group(vfio_nesting_walk walk, void *iommu_data,
			     struct iommu_domain *domain,
			     struct iommu_group *group);
int vfio_nesting_build_caps(vfio_nesting_walk walk, void *iommu_data,
			    struct vfio_info_cap *caps);

#endif /* __VFIO_NESTING_H__ */
