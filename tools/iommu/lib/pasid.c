// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* VFIO_IOMMU_PASID_REQUEST */
#include "internal.h"

static int request(int container, struct vfio_iommu_pasid_request *arg)
{
	return inest__result(ioctl(container, VFIO_IOMMU_PASID_REQUEST, arg));
}

int inest_pasid_alloc(int container, __u32 min, __u32 max)
{
	struct vfio_iommu_pasid_request arg =
		inest_pasid_request(VFIO_PASID_REQUEST_ALLOC, min, max);

	return request(container, &arg);
}

int inest_pasid_free(int container, __u32 min, __u32 max)
{
	struct vfio_iommu_pasid_request arg =
		inest_pasid_request(VFIO_PASID_REQUEST_FREE, min, max);

	return request(container, &arg);
}

int inest_pasid_quota(int container, struct vfio_pasid_quota *quota)
{
	struct vfio_iommu_pasid_request arg =
		inest_pasid_request(VFIO_PASID_REQUEST_QUOTA, 0, 0);
	int ret = request(container, &arg);

	if (ret < 0)
		return ret;
	*quota = arg.data.quota;
	return 0;
}
