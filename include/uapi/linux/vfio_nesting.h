/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * VFIO type1: stage-1 translation owned by user space
 *
 * Included by <linux/vfio.h>, and useful only together with it. All of this
 * belongs to a container whose IOMMU was set to VFIO_TYPE1_NESTING_IOMMU; the
 * presence of VFIO_IOMMU_TYPE1_INFO_CAP_NESTING, not the container's type, says
 * that the operations can be used.
 */

#ifndef _UAPI_VFIO_NESTING_H
#define _UAPI_VFIO_NESTING_H

#include <linux/types.h>
#include <linux/vfio.h>
#include <linux/iommu_nesting.h>

#define VFIO_IOMMU_TYPE1_INFO_CAP_NESTING	4

/**
 * struct vfio_iommu_type1_info_cap_nesting - Capability of VFIO_IOMMU_GET_INFO
 *
 * @header: id VFIO_IOMMU_TYPE1_INFO_CAP_NESTING, version 1
 * @info: what the IOMMUs of the container offer. Its @argsz says how many bytes
 *	this kernel filled in.
 *
 * Absent when the IOMMUs of the container nest in name only. Emulated devices,
 * which no IOMMU translates, are passed over.
 */
struct vfio_iommu_type1_info_cap_nesting {
	struct vfio_info_cap_header header;
	struct iommu_nesting_info info;
};

/**
 * struct vfio_iommu_nesting_op - Argument of VFIO_IOMMU_NESTING_OP
 *
 * @argsz: size in bytes of this header and of all that follows in @data
 * @flags: one of VFIO_NESTING_OP_* in the low 16 bits, optionally
 *	VFIO_NESTING_OP_GROUP
 * @data: with VFIO_NESTING_OP_GROUP a struct vfio_iommu_nesting_group, then the
 *	operation's own structure, if it has one. That structure's own argsz
 *	covers exactly the rest of @data.
 */
struct vfio_iommu_nesting_op {
	__u32	argsz;
	__u32	flags;
#define VFIO_NESTING_OP_MASK	0xffff
#define VFIO_NESTING_OP_BIND_PASID_TABLE	1 /* iommu_pasid_table_config */
#define VFIO_NESTING_OP_UNBIND_PASID_TABLE	2 /* no data */
#define VFIO_NESTING_OP_CACHE_INVLD		3 /* iommu_cache_invalidate_info */
#define VFIO_NESTING_OP_GROUP	(1 << 16)
	__u8	data[];
};

/**
 * struct vfio_iommu_nesting_group - The one group that an operation is for
 *
 * @group_fd: file descriptor of a group that is attached to this container
 * @__reserved: zero
 */
struct vfio_iommu_nesting_group {
	__s32	group_fd;
	__u32	__reserved;
};

/**
 * VFIO_IOMMU_NESTING_OP - _IOW(VFIO_TYPE, VFIO_BASE + 22,
 *				struct vfio_iommu_nesting_op)
 *
 * Operate on stage 1 of every device in the container, or of the devices in the
 * one group that the call names. All or nothing: a call that fails leaves
 * every device with the stage 1 that it had before, except one whose IOMMU
 * failed (EIO), which is blocked from DMA until user space binds or unbinds
 * successfully. When an invalidation fails, that is every device of the container
 * behind this IOMMU.
 *
 * All devices of a container share one space of address space ids (ASIDs), as
 * one guest's do. A device that is plugged into a bound group starts with stage
 * 2 alone.
 *
 * BIND_PASID_TABLE puts a guest's PASID table, or BYPASS or ABORT, in the place
 * of whatever stage 1 was there. UNBIND_PASID_TABLE returns to stage 2 alone
 * and succeeds when nothing is bound. CACHE_INVLD returns zero only after the
 * hardware has completed the invalidation.
 *
 * Return: 0 on success, -1 with errno set on failure:
 *  - EFAULT: the argument cannot be read
 *  - EINVAL: a size, version, flag, format, field or padding that the contract
 *    does not know, or no IOMMU set on the container
 *  - E2BIG: the operation's structure is larger than the kernel's, and the part
 *    that the kernel does not know is not zero, or it is larger than 4096 bytes
 *  - EOPNOTSUPP: valid, but not offered by this container, group or IOMMU
 *  - EBADF: @group_fd is not open
 *  - ENODEV: @group_fd is no group of this container, or a device went away
 *  - ENOENT: the table is not inside memory that VFIO_IOMMU_MAP_DMA mapped for
 *    reading by the device
 *  - ENOMEM: out of memory
 *  - EIO: the IOMMU failed
 */
#define VFIO_IOMMU_NESTING_OP	_IO(VFIO_TYPE, VFIO_BASE + 22)

#endif /* _UAPI_VFIO_NESTING_H */
