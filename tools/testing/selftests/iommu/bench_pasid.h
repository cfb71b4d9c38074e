/* SPDX-License-Identifier: GPL-2.0-only */
/* Allocation and release of one PASID, of which the ioctl alone is measured */
#ifndef SELFTEST_IOMMU_BENCH_PASID_H
#define SELFTEST_IOMMU_BENCH_PASID_H

#include <errno.h>
#include <iommu-nesting.h>

/**
 * bench_pasid_alloc - Make a PASID free, and an argument that allocates it
 * @container: file descriptor of the container
 * @pasid: the PASID, allocated
 * @arg: filled in
 *
 * Return: 0 or a negative errno
 */
static inline int bench_pasid_alloc(int container, __u32 pasid,
				    struct vfio_iommu_pasid_request *arg)
{
	*arg = inest_pasid_request(VFIO_PASID_REQUEST_ALLOC, pasid, pasid);
	return inest_pasid_free(container, pasid, pasid);
}

/**
 * bench_pasid_free - Allocate a PASID, unless it is, and make an argument that frees it
 * @container: file descriptor of the container
 * @pasid: the PASID
 * @arg: filled in
 *
 * Return: 0, the PASID, or a negative errno
 */
static inline int bench_pasid_free(int container, __u32 pasid,
				   struct vfio_iommu_pasid_request *arg)
{
	int ret = inest_pasid_alloc(container, pasid, pasid);

	*arg = inest_pasid_request(VFIO_PASID_REQUEST_FREE, pasid, pasid);
	return ret == -ENOSPC ? 0 : ret;
}

#endif /* SELFTEST_IOMMU_BENCH_PASID_H */
