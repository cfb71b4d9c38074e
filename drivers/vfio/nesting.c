// SPDX-License-Identifier: GPL-2.0-only
/*
 * VFIO transport of stage-1 translation owned by user space
 *
 * This layer checks its own header and authorises: which devices, whose memory,
 * whose PASIDs. What the operation's structure says is for drivers/iommu/uapi,
 * what the hardware can do for the IOMMU driver.
 *
 * The container's group_lock, held for reading, keeps domains and groups in
 * place during a request. Binding and unbinding exclude each other by a mutex of
 * the container's, because undoing one must not undo another, and because a
 * PASID that is being freed must not be bound any more. Invalidations exclude
 * neither each other nor a bind nor VFIO_IOMMU_MAP_DMA; those of one group alone
 * hold that group's mutex. A device that is unplugged meanwhile is known to its
 * IOMMU driver as no longer attached.
 */
#include <linux/iommu.h>
#include <linux/iommu_nesting.h>
#include <linux/vfio.h>

#include "nesting.h"
#include "vfio.h"

static void nesting_user_unbind(struct iommu_nesting_user *user, ioasid_t pasid)
{
	struct vfio_nesting *nesting =
		container_of(user, struct vfio_nesting, user);

	vfio_container_nesting(nesting, vfio_nesting_unbind_pasid, &pasid);
}

/**
 * vfio_nesting_init - Prepare a container that the calling process opens
 * @nesting: the container's part
 */
void vfio_nesting_init(struct vfio_nesting *nesting)
{
	mutex_init(&nesting->bind_lock);
	nesting->user.unbind = nesting_user_unbind;
	iommu_nesting_user_init(&nesting->user);
}

/**
 * vfio_nesting_release - End of a container that has no groups any more
 * @nesting: the container's part
 */
void vfio_nesting_release(struct vfio_nesting *nesting)
{
	iommu_nesting_user_release(&nesting->user);
	mutex_destroy(&nesting->bind_lock);
}

/* Is the request's group one of the container, and with an IOMMU behind it? */
static int nesting_find_group(const struct vfio_nesting_view *view,
			      struct vfio_nesting_request *req)
{
	struct vfio_group *group;

	list_for_each_entry(group, view->groups, container_next) {
		if (group != req->group)
			continue;
		/* No IOMMU behind it, so that it has no stage either */
		if (group->type != VFIO_IOMMU)
			return -EOPNOTSUPP;
		req->only = group->iommu_group;
		return 0;
	}

	return -ENODEV;
}

static int nesting_do_request(const struct vfio_nesting_view *view,
			      void *data)
{
	struct vfio_nesting_request *req = data;
	int ret;

	if (!view->ops->nesting_walk)
		return -EOPNOTSUPP;
	req->only = NULL;
	if (req->group) {
		ret = nesting_find_group(view, req);
		if (ret)
			return ret;
	}

	switch (req->op) {
	case VFIO_NESTING_OP_CACHE_INVLD:
		return vfio_nesting_invalidate(view, req);
	case VFIO_NESTING_OP_PAGE_RESP:
	case VFIO_NESTING_OP_FAULT_QUEUE:
		return vfio_nesting_device_op(view, req);
	case VFIO_NESTING_OP_BIND_PASID_TABLE:
	case VFIO_NESTING_OP_BIND_PGTBL:
		return vfio_nesting_bind(view, req);
	default:
		return vfio_nesting_unbind(view, req);
	}
}

/**
 * vfio_nesting_join - Let a container use the PASIDs of its opener
 * @nesting: the container's part
 *
 * Only when its IOMMU uses PASIDs that have owners: joining is not cheap, and
 * anybody may open a container. One whose opener is gone joins nobody, and has
 * no PASIDs.
 *
 * Return: 0; -EINVAL when no IOMMU is set on the container, -EOPNOTSUPP when it
 * does not nest, or what iommu_nesting_user_join() returns but -ESRCH
 */
int vfio_nesting_join(struct vfio_nesting *nesting)
{
	int ret;

	if (iommu_nesting_user_owner(&nesting->user))
		return 0;

	ret = vfio_container_nesting(nesting, vfio_nesting_owned_pasids, NULL);
	if (ret <= 0)
		return ret;

	ret = iommu_nesting_user_join(&nesting->user);
	return ret == -ESRCH ? 0 : ret;
}

static long nesting_op(struct vfio_nesting *nesting, void __user *arg)
{
	struct vfio_nesting_request req = {};
	int ret;

	ret = vfio_nesting_get_request(&req, arg);
	if (ret)
		return ret;

	if (req.names_pasid)
		ret = vfio_nesting_join(nesting);
	if (!ret)
		ret = vfio_container_nesting(nesting, nesting_do_request, &req);

	vfio_nesting_put_request(&req);
	return ret;
}

/**
 * vfio_nesting_ioctl - The container's ioctls of nesting
 * @nesting: the container's part
 * @cmd: VFIO_IOMMU_NESTING_OP or VFIO_IOMMU_PASID_REQUEST
 * @arg: its argument
 *
 * Context: no lock may be held.
 * Return: 0, a PASID, a file descriptor, or an error of the contract of @cmd
 */
long vfio_nesting_ioctl(struct vfio_nesting *nesting, unsigned int cmd,
			void __user *arg)
{
	if (cmd == VFIO_IOMMU_PASID_REQUEST)
		return vfio_nesting_pasid_request(nesting, arg);

	return nesting_op(nesting, arg);
}
