// SPDX-License-Identifier: GPL-2.0-only
/*
 * VFIO transport of stage 1: who may name a PASID, invalidations
 */
#include <linux/iommu.h>
#include <linux/iommu_nesting.h>
#include <linux/vfio.h>

#include "nesting.h"
#include "vfio.h"

static int nesting_group_owned(struct iommu_domain *domain,
			       struct iommu_group *group, void *data)
{
	return iommu_nesting_owned_pasids(domain);
}

/**
 * vfio_nesting_owned_pasids - Does the container use PASIDs that have owners
 * @view: the container
 * @unused: nothing
 *
 * Return: 1 or 0, or -EOPNOTSUPP when it does not nest
 */
int vfio_nesting_owned_pasids(const struct vfio_nesting_view *view,
			      void *unused)
{
	if (!view->ops->nesting_walk)
		return -EOPNOTSUPP;

	return view->ops->nesting_walk(view->iommu_data, nesting_group_owned,
				       NULL);
}

/**
 * vfio_nesting_authorise - May the caller name the PASID that it names
 * @view: the container
 * @req: the request
 *
 * Return: 0, or -EPERM when the container's IOMMU uses the PASIDs of the system
 * and this one is not the caller's
 */
int vfio_nesting_authorise(const struct vfio_nesting_view *view,
			   const struct vfio_nesting_request *req)
{
	if (!req->names_pasid ||
	    iommu_nesting_pasid_owned(&view->nesting->user, req->pasid))
		return 0;

	return vfio_nesting_owned_pasids(view, NULL) > 0 ? -EPERM : 0;
}

struct nesting_inv {
	struct iommu_group				*only;
	struct iommu_domain				*domain;
	const struct iommu_cache_invalidate_info	*info;
	bool						done;
};

/* Of a device that is just going away nothing is cached any more */
static int nesting_inv_device(struct device *dev, void *data)
{
	struct nesting_inv *inv = data;
	int ret;

	ret = iommu_nesting_cache_invalidate(inv->domain, dev, inv->info);
	if (ret == -ENODEV)
		return 0;

	inv->done = true;
	return ret;
}

/* Once for each device of the one group, or once for each domain */
static int nesting_inv_group(struct iommu_domain *domain,
			     struct iommu_group *group, void *data)
{
	struct nesting_inv *inv = data;

	if (inv->only && inv->only != group)
		return 0;
	if (!inv->only && inv->domain == domain)
		return 0;

	inv->domain = domain;
	return inv->only ?
	       iommu_group_for_each_dev(group, inv, nesting_inv_device) :
	       nesting_inv_device(NULL, inv);
}

/**
 * vfio_nesting_invalidate - Drop cached stage-1 state
 * @view: the container
 * @req: what to drop, and of which group
 *
 * Return: 0 or an error of VFIO_IOMMU_NESTING_OP's contract
 */
int vfio_nesting_invalidate(const struct vfio_nesting_view *view,
			    const struct vfio_nesting_request *req)
{
	struct nesting_inv inv = {
		.only = req->only,
		.info = &req->cache_inv,
	};
	int ret;

	ret = vfio_nesting_authorise(view, req);
	if (!ret)
		ret = view->ops->nesting_walk(view->iommu_data,
					      nesting_inv_group, &inv);
	if (ret)
		return ret;

	return inv.done ? 0 : -ENODEV;
}
