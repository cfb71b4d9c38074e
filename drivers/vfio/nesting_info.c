// SPDX-License-Identifier: GPL-2.0-only
/*
 * VFIO transport of stage 1: what a container offers
 */
#include <linux/iommu.h>
#include <linux/iommu_nesting.h>
#include <linux/vfio.h>

#include "nesting.h"
#include "vfio.h"

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

/**
 * vfio_nesting_get_info - What the container offers
 * @view: the container
 * @info: filled in on success
 *
 * Return: 0, or -EOPNOTSUPP when its IOMMUs do not nest
 */
int vfio_nesting_get_info(const struct vfio_nesting_view *view,
			  struct iommu_nesting_info *info)
{
	struct nesting_info nesting = {};
	int ret;

	if (!view->ops->nesting_walk)
		return -EOPNOTSUPP;

	ret = view->ops->nesting_walk(view->iommu_data, nesting_info_group,
				      &nesting);
	if (ret)
		return ret;

	*info = nesting.all;
	return info->format ? 0 : -EOPNOTSUPP;
}
