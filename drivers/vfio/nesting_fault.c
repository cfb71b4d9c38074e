// SPDX-License-Identifier: GPL-2.0-only
/*
 * VFIO transport of stage 1: page responses and fault queues
 *
 * Both are for one device. What a response names is looked for among the requests
 * of that device alone, so that it needs no other right than to have the device.
 */
#include <linux/iommu.h>
#include <linux/iommu_nesting.h>
#include <linux/vfio.h>

#include "nesting.h"
#include "vfio.h"

struct nesting_device_op {
	const struct vfio_nesting_request	*req;
	bool					found;
	int					ret;
};

/* The container keeps the group attached to its domain, the file the device */
static int nesting_device_op(struct iommu_domain *domain,
			     struct iommu_group *group, void *data)
{
	struct nesting_device_op *op = data;
	const struct vfio_nesting_request *req = op->req;

	if (req->only != group)
		return 0;

	op->found = true;
	op->ret = req->op == VFIO_NESTING_OP_FAULT_QUEUE ?
		  iommu_nesting_open_faults(domain, req->dev,
					    &req->fault_queue) :
		  iommu_nesting_page_response(domain, req->dev,
					      &req->page_resp);
	/* Ends the walk */
	return 1;
}

/**
 * vfio_nesting_device_op - Carry out what is for one device
 * @view: the container
 * @req: what to do, and the device
 *
 * Return: 0, a file descriptor, or an error of VFIO_IOMMU_NESTING_OP's contract
 */
int vfio_nesting_device_op(const struct vfio_nesting_view *view,
			   const struct vfio_nesting_request *req)
{
	struct nesting_device_op op = { .req = req };
	int ret;

	ret = view->ops->nesting_walk(view->iommu_data, nesting_device_op, &op);
	if (ret < 0)
		return ret;

	return op.found ? op.ret : -ENODEV;
}
