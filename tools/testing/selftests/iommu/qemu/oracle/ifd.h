/* SPDX-License-Identifier: GPL-2.0-only */
/* The calls of iommufd and of VFIO's device files that the oracle makes */
#ifndef ORACLE_IFD_H
#define ORACLE_IFD_H

#include <linux/iommufd.h>
#include <linux/types.h>
#include <linux/vfio.h>

/* In place of a PASID: the requests without one */
#define RID		0U

/* In place of a fault queue: none */
#define NO_QUEUE	0U

/* Kernels before 6.14 have no PASIDs that user space attaches */
#ifdef VFIO_DEVICE_ATTACH_PASID
#define IFD_HAS_PASIDS	1
#define IFD_ALLOC_PASID	IOMMU_HWPT_ALLOC_PASID
#else
#define IFD_HAS_PASIDS	0
#define IFD_ALLOC_PASID	0
#endif

int ifd_bind(int device, int fd, __u32 *id);
int ifd_hw_info(int fd, __u32 device_id, struct iommu_hw_info_vtd *vtd);

int ifd_ioas_alloc(int fd, __u32 *id);
int ifd_map(int fd, __u32 ioas, void *mem, __u64 iova, __u64 size);
int ifd_unmap(int fd, __u32 ioas, __u64 iova, __u64 size);

int ifd_alloc_parent(int fd, __u32 device_id, __u32 ioas, __u32 flags, __u32 *id);
int ifd_alloc_nested(int fd, __u32 device_id, __u32 parent, __u32 flags,
		     __u32 queue, struct iommu_hwpt_vtd_s1 *s1, __u32 *id);
int ifd_destroy(int fd, __u32 id);

int ifd_attach(int device, __u32 pasid, __u32 pt);
int ifd_detach(int device, __u32 pasid);

int ifd_invalidate(int fd, __u32 hwpt, struct iommu_hwpt_vtd_s1_invalidate *entries,
		   __u32 *count);

int ifd_fault_alloc(int fd, __u32 *id, int *queue);
int ifd_fault_read(int queue, struct iommu_hwpt_pgfault *fault, int timeout_ms);
int ifd_fault_answer(int queue, __u32 cookie, __u32 code);

#endif /* ORACLE_IFD_H */
