// SPDX-License-Identifier: GPL-2.0-only
/*
 * VFIO transport of stage 1: binding and unbinding
 */
#include <linux/iommu.h>
#include <linux/iommu_nesting.h>
#include <linux/slab.h>
#include <linux/vfio.h>

#include "nesting.h"
#include "vfio.h"

/* What a walk over the container collects */
struct nesting_targets {
	enum iommu_nesting_arg	arg;
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
	if (!iommu_nesting_offers(domain, targets->arg))
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
static int nesting_check_table(const struct vfio_nesting_view *view,
			       const struct vfio_nesting_request *req)
{
	const struct iommu_pasid_table_config *cfg = &req->pasid_table;

	if (req->op == VFIO_NESTING_OP_BIND_PGTBL)
		return view->ops->nesting_mapped(view->iommu_data,
						 req->pgtbl.gpgd, SZ_4K);
	if (cfg->config != IOMMU_PASID_CONFIG_TRANSLATE)
		return 0;

	return view->ops->nesting_mapped(view->iommu_data, cfg->base_ptr,
					 iommu_nesting_pasid_table_size(cfg));
}

static int nesting_bind_targets(const struct vfio_nesting_view *view,
				const struct vfio_nesting_request *req,
				struct list_head *targets)
{
	struct mutex *bind_lock = &view->nesting->bind_lock;
	int ret;

	mutex_lock(bind_lock);
	/* Inside, so that a PASID which is being freed is not bound any more */
	ret = vfio_nesting_authorise(view, req);
	if (!ret && req->op == VFIO_NESTING_OP_BIND_PGTBL)
		ret = iommu_nesting_bind_pgtbl(targets, &req->pgtbl);
	else if (!ret)
		ret = iommu_nesting_bind_pasid_table(targets,
						     &req->pasid_table);
	mutex_unlock(bind_lock);

	return ret;
}

/**
 * vfio_nesting_bind - Bind a PASID table or a page table
 * @view: the container
 * @req: what to bind, and to which group
 *
 * Return: 0 or an error of VFIO_IOMMU_NESTING_OP's contract
 */
int vfio_nesting_bind(const struct vfio_nesting_view *view,
		      const struct vfio_nesting_request *req)
{
	struct nesting_targets targets = {
		.arg	= req->op == VFIO_NESTING_OP_BIND_PGTBL ?
			  IOMMU_NESTING_BIND_PGTBL : IOMMU_NESTING_PASID_TABLE,
		.only	= req->only,
		.list	= LIST_HEAD_INIT(targets.list),
	};
	int ret;

	/* Only the owner of a PASID learns whether a table is mapped */
	ret = vfio_nesting_authorise(view, req);
	if (!ret)
		ret = view->ops->nesting_walk(view->iommu_data,
					      nesting_add_group, &targets);
	if (!ret && list_empty(&targets.list))
		ret = -ENODEV;
	if (!ret)
		ret = nesting_check_table(view, req);
	if (!ret)
		ret = nesting_bind_targets(view, req, &targets.list);

	nesting_free_targets(&targets);
	return ret;
}

struct nesting_unbind {
	enum iommu_nesting_arg	arg;
	struct iommu_group	*only;
	struct iommu_domain	*domain;
	ioasid_t		pasid;
};

static int nesting_unbind_device(struct device *dev, void *data)
{
	struct nesting_unbind *unbind = data;

	if (unbind->arg == IOMMU_NESTING_UNBIND_PGTBL)
		iommu_nesting_unbind_pgtbl(unbind->domain, dev, unbind->pasid);
	else
		iommu_nesting_unbind_pasid_table(unbind->domain, dev);

	return 0;
}

static int nesting_unbind_group(struct iommu_domain *domain,
				struct iommu_group *group, void *data)
{
	struct nesting_unbind *unbind = data;

	if (unbind->only && unbind->only != group)
		return 0;
	if (!iommu_nesting_offers(domain, unbind->arg))
		return -EOPNOTSUPP;

	unbind->domain = domain;
	return iommu_group_for_each_dev(group, unbind, nesting_unbind_device);
}

/**
 * vfio_nesting_unbind - Unbind a PASID table or a page table
 * @view: the container
 * @req: what to unbind, and from which group
 *
 * Return: 0, also when nothing is bound, or an error of VFIO_IOMMU_NESTING_OP's
 * contract
 */
int vfio_nesting_unbind(const struct vfio_nesting_view *view,
			const struct vfio_nesting_request *req)
{
	struct nesting_unbind unbind = {
		.arg	= req->op == VFIO_NESTING_OP_UNBIND_PGTBL ?
			  IOMMU_NESTING_UNBIND_PGTBL : IOMMU_NESTING_PASID_TABLE,
		.only	= req->only,
		.pasid	= req->pasid,
	};
	int ret;

	mutex_lock(&view->nesting->bind_lock);
	ret = vfio_nesting_authorise(view, req);
	if (!ret)
		ret = view->ops->nesting_walk(view->iommu_data,
					      nesting_unbind_group, &unbind);
	mutex_unlock(&view->nesting->bind_lock);

	return ret;
}

/**
 * vfio_nesting_unbind_pasid - Take a PASID that is being freed from all devices
 * @view: the container
 * @pasid: pointer to the ioasid_t
 *
 * Return: 0
 */
int vfio_nesting_unbind_pasid(const struct vfio_nesting_view *view, void *pasid)
{
	struct nesting_unbind unbind = {
		.arg	= IOMMU_NESTING_UNBIND_PGTBL,
		.pasid	= *(ioasid_t *)pasid,
	};

	if (!view->ops->nesting_walk)
		return 0;

	mutex_lock(&view->nesting->bind_lock);
	view->ops->nesting_walk(view->iommu_data, nesting_unbind_group,
				&unbind);
	mutex_unlock(&view->nesting->bind_lock);

	return 0;
}
