/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VFIO transport of stage-1 translation owned by user space
 */
#ifndef __VFIO_NESTING_H__
#define __VFIO_NESTING_H__

#include <linux/file.h>
#include <linux/iommu_nesting.h>
#include <linux/list.h>
#include <linux/mutex.h>

struct file;
struct iommu_domain;
struct iommu_group;
struct vfio_device;
struct vfio_group;
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
 * struct vfio_nesting - Part of a container
 * @bind_lock: one bind or unbind of a stage 1 at a time
 * @user: the container as a user of its opener's PASIDs
 */
struct vfio_nesting {
	struct mutex			bind_lock; /* serialises binds */
	struct iommu_nesting_user	user;
};

/**
 * struct vfio_nesting_view - A container while its groups cannot change
 * @nesting: the container's part
 * @ops: its VFIO IOMMU driver
 * @iommu_data: the container of that driver
 * @groups: list of struct vfio_group
 *
 * The container's group_lock is held for reading as long as this exists.
 */
struct vfio_nesting_view {
	struct vfio_nesting			*nesting;
	const struct vfio_iommu_driver_ops	*ops;
	void					*iommu_data;
	struct list_head			*groups;
};

typedef int (*vfio_nesting_call)(const struct vfio_nesting_view *view,
				 void *data);

/* container.c: -EINVAL when the container has no IOMMU set */
int vfio_container_nesting(struct vfio_nesting *nesting, vfio_nesting_call call,
			   void *data);

/* vfio_main.c: NULL for another kind of file, whose reference keeps the device */
struct vfio_device *vfio_device_from_file(struct file *file);

/* nesting.c */
int vfio_nesting_join(struct vfio_nesting *nesting);
void vfio_nesting_init(struct vfio_nesting *nesting);
void vfio_nesting_release(struct vfio_nesting *nesting);
long vfio_nesting_ioctl(struct vfio_nesting *nesting, unsigned int cmd,
			void __user *arg);

/* nesting_info.c */
int vfio_nesting_check_group(vfio_nesting_walk walk, void *iommu_data,
			     struct iommu_domain *domain,
			     struct iommu_group *group);
int vfio_nesting_build_caps(vfio_nesting_walk walk, void *iommu_data,
			    struct vfio_info_cap *caps);
int vfio_nesting_get_info(const struct vfio_nesting_view *view,
			  struct iommu_nesting_info *info);

/**
 * struct vfio_nesting_request - One VFIO_IOMMU_NESTING_OP, fetched and checked
 * @op: VFIO_NESTING_OP_*, selects the member of the union
 * @fd: file of the one group or device that it is for, if there is one
 * @group: that group, or NULL; any that the file's reference keeps
 * @only: what is behind @group, once it is known to be one of the container
 * @dev: that device, or NULL
 * @names_pasid: @pasid is one that the caller has to own, where there are owners
 * @pasid: the PASID that the argument names
 * @pasid_table: argument of VFIO_NESTING_OP_BIND_PASID_TABLE
 * @pgtbl: argument of VFIO_NESTING_OP_BIND_PGTBL and VFIO_NESTING_OP_UNBIND_PGTBL
 * @cache_inv: argument of VFIO_NESTING_OP_CACHE_INVLD
 * @page_resp: argument of VFIO_NESTING_OP_PAGE_RESP
 * @fault_queue: argument of VFIO_NESTING_OP_FAULT_QUEUE
 */
struct vfio_nesting_request {
	u32						op;
	struct fd					fd;
	struct vfio_group				*group;
	struct iommu_group				*only;
	struct device					*dev;
	bool						names_pasid;
	u64						pasid;
	union {
		struct iommu_pasid_table_config		pasid_table;
		struct iommu_gpasid_bind_data		pgtbl;
		struct iommu_cache_invalidate_info	cache_inv;
		struct iommu_page_response		page_resp;
		struct iommu_fault_queue_config		fault_queue;
	};
};

/* nesting_request.c */
int vfio_nesting_get_request(struct vfio_nesting_request *req,
			     void __user *arg);

/**
 * vfio_nesting_put_request - Release what a request holds
 * @req: from vfio_nesting_get_request()
 */
static inline void vfio_nesting_put_request(struct vfio_nesting_request *req)
{
	fdput(req->fd);
}

/* nesting_bind.c, nesting_inv.c: under the container's group_lock */
int vfio_nesting_bind(const struct vfio_nesting_view *view,
		      const struct vfio_nesting_request *req);
int vfio_nesting_unbind(const struct vfio_nesting_view *view,
			const struct vfio_nesting_request *req);
int vfio_nesting_unbind_pasid(const struct vfio_nesting_view *view,
			      void *pasid);
int vfio_nesting_owned_pasids(const struct vfio_nesting_view *view,
			      void *unused);
int vfio_nesting_authorise(const struct vfio_nesting_view *view,
			   const struct vfio_nesting_request *req);
int vfio_nesting_invalidate(const struct vfio_nesting_view *view,
			    const struct vfio_nesting_request *req);

/* nesting_fault.c: likewise */
int vfio_nesting_device_op(const struct vfio_nesting_view *view,
			   const struct vfio_nesting_request *req);

/* nesting_pasid.c */
long vfio_nesting_pasid_request(struct vfio_nesting *nesting,
				void __user *arg);

#endif /* __VFIO_NESTING_H__ */
