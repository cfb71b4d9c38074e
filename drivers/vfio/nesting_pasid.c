// SPDX-License-Identifier: GPL-2.0-only
/*
 * VFIO transport of stage 1: allocating PASIDs
 */
#include <linux/iommu_nesting.h>
#include <linux/minmax.h>
#include <linux/uaccess.h>
#include <linux/vfio.h>

#include "nesting.h"

static_assert(sizeof(struct vfio_iommu_pasid_request) == 16);
static_assert(offsetof(struct vfio_iommu_pasid_request, data) == 8);

/* The largest PASID that every device of the container can use */
static int nesting_max_pasid(const struct vfio_nesting_view *view, void *data)
{
	struct iommu_nesting_info info;
	u32 *max = data;
	int ret;

	ret = vfio_nesting_get_info(view, &info);
	if (ret)
		return ret;
	if (!(info.features & IOMMU_NESTING_FEAT_SYSWIDE_PASID))
		return -EOPNOTSUPP;

	*max = BIT(min_t(u32, info.pasid_bits, IOMMU_NESTING_PASID_BITS)) - 1;
	return 0;
}

static int pasid_check_range(const struct vfio_pasid_range *range)
{
	return !range->min || range->min > range->max ||
	       range->max >> IOMMU_NESTING_PASID_BITS ? -EINVAL : 0;
}

static long pasid_alloc(struct vfio_nesting *nesting,
			const struct vfio_pasid_range *range)
{
	u32 max;
	int ret;

	ret = pasid_check_range(range);
	if (!ret)
		ret = vfio_container_nesting(nesting, nesting_max_pasid, &max);
	if (ret)
		return ret;

	max = min(max, range->max);
	if (max < range->min)
		return -ENOSPC;

	return iommu_nesting_pasid_alloc(&nesting->user, range->min, max);
}

static long pasid_free(struct vfio_nesting *nesting,
		       const struct vfio_pasid_range *range)
{
	int ret;

	ret = pasid_check_range(range);
	if (!ret)
		ret = vfio_nesting_join(nesting);

	return ret ?: iommu_nesting_pasid_free(&nesting->user, range->min,
					       range->max);
}

static long pasid_quota(struct vfio_nesting *nesting, void __user *out)
{
	struct vfio_pasid_quota quota;
	u32 max;
	int ret;

	ret = vfio_container_nesting(nesting, nesting_max_pasid, &max);
	if (!ret)
		ret = iommu_nesting_pasid_quota(&nesting->user, &quota.quota,
						&quota.available);
	if (ret)
		return ret;

	return copy_to_user(out, &quota, sizeof(quota)) ? -EFAULT : 0;
}

/**
 * vfio_nesting_pasid_request - VFIO_IOMMU_PASID_REQUEST
 * @nesting: the container's part
 * @arg: user pointer to a struct vfio_iommu_pasid_request
 *
 * Context: may sleep; no lock may be held.
 * Return: a PASID, 0, or an error of VFIO_IOMMU_PASID_REQUEST's contract
 */
long vfio_nesting_pasid_request(struct vfio_nesting *nesting, void __user *arg)
{
	struct vfio_iommu_pasid_request req;
	int ret;

	if (copy_from_user(&req, arg, sizeof(req)))
		return -EFAULT;
	if (req.argsz < sizeof(req))
		return -EINVAL;
	if (req.argsz > IOMMU_NESTING_ARGSZ_MAX)
		return -E2BIG;

	ret = check_zeroed_user(arg + sizeof(req), req.argsz - sizeof(req));
	if (ret <= 0)
		return ret ?: -E2BIG;

	switch (req.flags) {
	case VFIO_PASID_REQUEST_ALLOC:
		return pasid_alloc(nesting, &req.data.range);
	case VFIO_PASID_REQUEST_FREE:
		return pasid_free(nesting, &req.data.range);
	case VFIO_PASID_REQUEST_QUOTA:
		return pasid_quota(nesting, arg + offsetof(typeof(req), data));
	default:
		return -EINVAL;
	}
}
