// SPDX-License-Identifier: GPL-2.0-only
/*
 * VFIO transport of stage-1 translation owned by user space
 *
 * This layer checks its own header and authorises: which devices, whose memory.
 * What the operation's structure says is for drivers/iommu/uapi, what the
 * hardware can do for the IOMMU driver.
 *
 * The container's group_lock, held for reading, keeps domains and groups in
 * place during a request. Binding and unbinding exclude each other by a mutex of
 * the container's, because undoing one must not undo another. Invalidations
 * exclude neither each other nor a bind nor VFIO_IOMMU_MAP_DMA; those of one
 * group alone hold that group's mutex. A device that is unplugged meanwhile is
 * known to its IOMMU driver as no longer attached.
 */
#include <linux/file.h>
#include <linux/iommu.h>
#include <linux/iommu_nesting.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vfio.h>

#include "nesting.h"
#include "vfio.h"

/* The ABI: the operation's structure stays 8-byte aligned behind its headers */
static_assert(sizeof(struct vfio_iommu_nesting_op) == 8);
static_assert(sizeof(struct vfio_iommu_nesting_group) == 8);
static_assert(sizeof(struct vfio_iommu_type1_info_cap_nesting) == 88);

static int nesting_get_group(struct vfio_nesting_request *req,
			     const void __user *data)
{
	struct vfio_iommu_nesting_group group;

	if (copy_from_user(&group, data, sizeof(group)))
		return -EFAULT;
	if (group.__reserved)
		return -EINVAL;

	req->group_file = fget(group.group_fd);
	if (!req->group_file)
		return -EBADF;
	if (!vfio_file_is_group(req->group_file)) {
		fput(req->group_file);
		return -ENODEV;
	}

	return 0;
}

static int nesting_get_data(struct vfio_nesting_request *req,
			    const void __user *data, size_t size)
{
	switch (req->op) {
	case VFIO_NESTING_OP_BIND_PASID_TABLE:
		return iommu_nesting_copy_pasid_table(&req->pasid_table, data,
						      size);
	case VFIO_NESTING_OP_UNBIND_PASID_TABLE:
		return size ? -EINVAL : 0;
	case VFIO_NESTING_OP_CACHE_INVLD:
		return iommu_nesting_copy_cache_inv(&req->cache_inv, data,
						    size);
	default:
		return -EINVAL;
	}
}

/**
 * vfio_nesting_get_request - Fetch and check a VFIO_IOMMU_NESTING_OP
 * @req: filled in; release it with vfio_nesting_put_request() on success
 * @arg: user pointer to a struct vfio_iommu_nesting_op
 *
 * Context: may sleep for as long as user space's memory makes it, so no lock may
 * be held.
 * Return: 0 or an error of VFIO_IOMMU_NESTING_OP's contract
 */
int vfio_nesting_get_request(struct vfio_nesting_request *req, void __user *arg)
{
	struct vfio_iommu_nesting_op hdr;
	size_t size;
	int ret;

	memset(req, 0, sizeof(*req));
	if (copy_from_user(&hdr, arg, sizeof(hdr)))
		return -EFAULT;
	if (hdr.flags & ~(VFIO_NESTING_OP_MASK | VFIO_NESTING_OP_GROUP))
		return -EINVAL;

	req->op = hdr.flags & VFIO_NESTING_OP_MASK;
	size = sizeof(hdr);
	if (hdr.flags & VFIO_NESTING_OP_GROUP)
		size += sizeof(struct vfio_iommu_nesting_group);
	if (hdr.argsz < size)
		return -EINVAL;

	ret = nesting_get_data(req, arg + size, hdr.argsz - size);
	if (!ret && hdr.flags & VFIO_NESTING_OP_GROUP)
		ret = nesting_get_group(req, arg + sizeof(hdr));

	return ret;
}

/**
 * vfio_nesting_put_request - Release what a request holds
 * @req: from vfio_nesting_get_request()
 */
void vfio_nesting_put_request(struct vfio_nesting_request *req)
{
	if (req->group_file)
		fput(req->group_file);
}

/* What a walk over the container collects */
struct nesting_targets {
	struct iommu_group	*only;
	struct iommu_domain	*domain;
	struct list_head	list;
};

static int nesting_add_device(struct device *dev, void *data)
{
	struct nesting_targets *targets = data;
	struct iommu_nesting_target *target;

	target = kzalloc(sizeof(*target), GFP_KERNEL);
	if (!target)
		return -ENOMEM;

	target->domain = targets->domain;
	target->dev = get_device(dev);
	list_add_tail(&target->node, &targets->list);
	return 0;
}

static int nesting_add_group(struct iommu_domain *domain,
			     struct iommu_group *group, void *data)
{
	struct nesting_targets *targets = data;

	if (targets->only && targets->only != group)
		return 0;
	if (!iommu_nesting_supported(domain))
		return -EOPNOTSUPP;

	targets->domain = domain;
	return iommu_group_for_each_dev(group, targets, nesting_add_device);
}

static void nesting_free_targets(struct nesting_targets *targets)
{
	struct iommu_nesting_target *target, *next;

	list_for_each_entry_safe(target, next, &targets->list, node) {
		put_device(target->dev);
		kfree(target);
	}
}

/* A table has to lie in memory that the container mapped for its devices */
static int nesting_check_table(const struct iommu_pasid_table_config *cfg,
			       const struct vfio_iommu_driver_ops *ops,
			       void *iommu_data)
{
	if (cfg->config != IOMMU_PASID_CONFIG_TRANSLATE)
		return 0;

	return ops->nesting_mapped(iommu_data, cfg->base_ptr,
				   iommu_nesting_pasid_table_size(cfg));
}

static int nesting_do_bind(const struct vfio_nesting_request *req,
			   const struct vfio_iommu_driver_ops *ops,
			   void *iommu_data, struct iommu_group *only,
			   struct mutex *bind_lock)
{
	struct nesting_targets targets = {
		.only = only,
		.list = LIST_HEAD_INIT(targets.list),
	};
	int ret;

	ret = ops->nesting_walk(iommu_data, nesting_add_group, &targets);
	if (!ret && list_empty(&targets.list))
		ret = -ENODEV;
	if (!ret)
		ret = nesting_check_table(&req->pasid_table, ops, iommu_data);
	if (!ret) {
		mutex_lock(bind_lock);
		ret = iommu_nesting_bind_pasid_table(&targets.list,
						     &req->pasid_table);
		mutex_unlock(bind_lock);
	}

	nesting_free_targets(&targets);
	return ret;
}

struct nesting_unbind {
	struct iommu_group	*only;
	struct iommu_domain	*domain;
};

static int nesting_unbind_device(struct device *dev, void *data)
{
	struct nesting_unbind *unbind = data;

	iommu_nesting_unbind_pasid_table(unbind->domain, dev);
	return 0;
}

static int nesting_unbind_group(struct iommu_domain *domain,
				struct iommu_group *group, void *data)
{
	struct nesting_unbind *unbind = data;

	if (unbind->only && unbind->only != group)
		return 0;
	if (!iommu_nesting_supported(domain))
		return -EOPNOTSUPP;

	unbind->domain = domain;
	return iommu_group_for_each_dev(group, unbind, nesting_unbind_device);
}

static int nesting_do_unbind(const struct vfio_iommu_driver_ops *ops,
			     void *iommu_data, struct iommu_group *only,
			     struct mutex *bind_lock)
{
	struct nesting_unbind unbind = { .only = only };
	int ret;

	mutex_lock(bind_lock);
	ret = ops->nesting_walk(iommu_data, nesting_unbind_group, &unbind);
	mutex_unlock(bind_lock);

	return ret;
}

struct nesting_inv {
	struct iommu_group				*only;
	struct iommu_domain				*domain;
	const struct iommu_cache_invalidate_info	*info;
	bool						done;
};

static int nesting_inv_device(struct device *dev, void *data)
{
	struct nesting_inv *inv = data;

	inv->done = true;
	return iommu_nesting_cache_invalidate(inv->domain, dev, inv->info);
}

/* Once for each device of the one group, or once for each domain */
static int nesting_inv_group(struct iommu_domain *domain,
			     struct iommu_group *group, void *data)
{
	struct nesting_inv *inv = data;
	bool same = inv->domain == domain;

	inv->domain = domain;
	if (inv->only == group)
		return iommu_group_for_each_dev(group, inv, nesting_inv_device);
	if (inv->only || same)
		return 0;

	return nesting_inv_device(NULL, inv);
}

static int nesting_do_invalidate(const struct vfio_nesting_request *req,
				 const struct vfio_iommu_driver_ops *ops,
				 void *iommu_data, struct iommu_group *only)
{
	struct nesting_inv inv = {
		.only = only,
		.info = &req->cache_inv,
	};

	int ret;

	ret = ops->nesting_walk(iommu_data, nesting_inv_group, &inv);
	if (ret)
		return ret;

	return inv.done ? 0 : -ENODEV;
}

/* The group of a container that a file stands for */
static int nesting_find_group(const struct file *file, struct list_head *groups,
			      struct iommu_group **found)
{
	struct vfio_group *group;

	list_for_each_entry(group, groups, container_next) {
		if (group != file->private_data)
			continue;
		/* No IOMMU behind it, so that it has no stage either */
		if (group->type != VFIO_IOMMU)
			return -EOPNOTSUPP;
		*found = group->iommu_group;
		return 0;
	}

	return -ENODEV;
}

/**
 * vfio_nesting_do_request - Carry out a VFIO_IOMMU_NESTING_OP
 * @req: from vfio_nesting_get_request()
 * @ops: the VFIO IOMMU driver of the container
 * @iommu_data: its container
 * @bind_lock: the container's mutex of binding and unbinding
 * @groups: the container's list of struct vfio_group
 *
 * Context: the container's group_lock is held for reading. May sleep.
 * Return: 0 or an error of VFIO_IOMMU_NESTING_OP's contract
 */
int vfio_nesting_do_request(const struct vfio_nesting_request *req,
			    const struct vfio_iommu_driver_ops *ops,
			    void *iommu_data, struct mutex *bind_lock,
			    struct list_head *groups)
{
	struct iommu_group *only = NULL;
	int ret = 0;

	if (!ops->nesting_walk)
		return -EOPNOTSUPP;

	if (req->group_file)
		ret = nesting_find_group(req->group_file, groups, &only);
	if (ret)
		return ret;

	switch (req->op) {
	case VFIO_NESTING_OP_CACHE_INVLD:
		return nesting_do_invalidate(req, ops, iommu_data, only);
	case VFIO_NESTING_OP_BIND_PASID_TABLE:
		return nesting_do_bind(req, ops, iommu_data, only, bind_lock);
	default:
		return nesting_do_unbind(ops, iommu_data, only, bind_lock);
	}
}

struct nesting_info {
	struct iommu_domain		*domain;
	struct iommu_nesting_info	all;
};

static int nesting_info_device(struct device *dev, void *data)
{
	struct nesting_info *nesting = data;
	struct iommu_nesting_info info;
	int ret;

	ret = iommu_nesting_get_info(nesting->domain, dev, &info);
	if (ret == -ENODEV)
		return 0;

	return ret ?: iommu_nesting_merge_info(&nesting->all, &info);
}

static int nesting_info_group(struct iommu_domain *domain,
			      struct iommu_group *group, void *data)
{
	struct nesting_info *nesting = data;

	nesting->domain = domain;
	return iommu_group_for_each_dev(group, nesting, nesting_info_device);
}

/**
 * vfio_nesting_check_group - May a group enter a nesting container
 * @walk: walks the groups that are in it
 * @iommu_data: the container
 * @domain: nesting domain that @group has been attached to
 * @group: the group that enters
 *
 * Type1 also knows IOMMUs that nest in name only, with one stage. A container
 * has one kind or the other.
 *
 * Return: 0, or -EINVAL when the group's IOMMU offers something else than those
 * in the container, so that no guest could be given one view of both
 */
int vfio_nesting_check_group(vfio_nesting_walk walk, void *iommu_data,
			     struct iommu_domain *domain,
			     struct iommu_group *group)
{
	struct nesting_info nesting = {};
	bool in_name, nests;
	int ret;

	in_name = walk(iommu_data, nesting_info_group, &nesting) == -EOPNOTSUPP;
	nests = nesting.all.format;

	ret = nesting_info_group(domain, group, &nesting);
	if (ret == -EOPNOTSUPP)
		return nests ? -EINVAL : 0;

	return in_name ? -EINVAL : ret;
}
EXPORT_SYMBOL_GPL(vfio_nesting_check_group);

/**
 * vfio_nesting_build_caps - Describe the container in VFIO_IOMMU_GET_INFO
 * @walk: walks the groups of the container
 * @iommu_data: the container
 * @caps: chain of capabilities that is added to
 *
 * Return: 0, also when there is nothing to add, or -ENOMEM
 */
int vfio_nesting_build_caps(vfio_nesting_walk walk, void *iommu_data,
			    struct vfio_info_cap *caps)
{
	struct vfio_iommu_type1_info_cap_nesting cap = {
		.header = {
			.id = VFIO_IOMMU_TYPE1_INFO_CAP_NESTING,
			.version = 1,
		},
	};
	struct nesting_info nesting = {};

	if (walk(iommu_data, nesting_info_group, &nesting) ||
	    !nesting.all.format)
		return 0;

	cap.info = nesting.all;
	return vfio_info_add_capability(caps, &cap.header, sizeof(cap));
}
EXPORT_SYMBOL_GPL(vfio_nesting_build_caps);
