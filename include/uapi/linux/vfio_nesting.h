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
 * @flags: one of VFIO_NESTING_OP_* in the low 16 bits, and at most one of
 *	VFIO_NESTING_OP_GROUP and VFIO_NESTING_OP_DEVICE
 * @data: with VFIO_NESTING_OP_GROUP a struct vfio_iommu_nesting_group, with
 *	VFIO_NESTING_OP_DEVICE a struct vfio_iommu_nesting_device, then the
 *	operation's own structure, if it has one. That structure's own argsz
 *	covers exactly the rest of @data.
 *
 * VFIO_NESTING_OP_DEVICE belongs to VFIO_NESTING_OP_PAGE_RESP and
 * VFIO_NESTING_OP_FAULT_QUEUE, which are for one device and must have it; all others
 * are for the container or for one group.
 */
struct vfio_iommu_nesting_op {
	__u32	argsz;
	__u32	flags;
#define VFIO_NESTING_OP_MASK	0xffff
#define VFIO_NESTING_OP_BIND_PASID_TABLE	1 /* iommu_pasid_table_config */
#define VFIO_NESTING_OP_UNBIND_PASID_TABLE	2 /* no data */
#define VFIO_NESTING_OP_CACHE_INVLD		3 /* iommu_cache_invalidate_info */
#define VFIO_NESTING_OP_BIND_PGTBL		4 /* iommu_gpasid_bind_data */
#define VFIO_NESTING_OP_UNBIND_PGTBL		5 /* iommu_gpasid_bind_data */
#define VFIO_NESTING_OP_PAGE_RESP		6 /* iommu_page_response */
#define VFIO_NESTING_OP_FAULT_QUEUE		7 /* iommu_fault_queue_config */
#define VFIO_NESTING_OP_GROUP	(1 << 16)
#define VFIO_NESTING_OP_DEVICE	(1 << 17)
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
 * struct vfio_iommu_nesting_device - The one device that an operation is for
 *
 * @device_fd: file descriptor of a device in a group of this container, from
 *	VFIO_GROUP_GET_DEVICE_FD
 * @__reserved: zero
 */
struct vfio_iommu_nesting_device {
	__s32	device_fd;
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
 * and succeeds when nothing is bound.
 *
 * BIND_PGTBL gives one PASID, or the requests without one, a page table of the
 * guest; what is bound already has to be unbound first. UNBIND_PGTBL succeeds
 * when nothing is bound.
 *
 * CACHE_INVLD returns zero only after the hardware has completed the
 * invalidation.
 *
 * FAULT_QUEUE opens the queue of faults and page requests of one device, and
 * returns a file descriptor to read them from. It is close-on-exec, and ends when
 * the device leaves its container. PAGE_RESP answers one group of page requests that
 * was read from there.
 *
 * PASIDs are those that the device uses, unless a flag of CACHE_INVLD says that it
 * is the guest's number; PAGE_RESP takes the one in the record. Where
 * IOMMU_NESTING_FEAT_SYSWIDE_PASID is offered those that the device uses have to come
 * from VFIO_IOMMU_PASID_REQUEST, made on this container or on another one that the
 * same process opened.
 *
 * Return: 0, FAULT_QUEUE a file descriptor; -1 with errno set on failure:
 *  - EFAULT: the argument cannot be read
 *  - EINVAL: a size, version, flag, format, field or padding that the contract
 *    does not know, or no IOMMU set on the container, or a file that is no eventfd
 *  - E2BIG: the operation's structure is larger than the kernel's, and the part
 *    that the kernel does not know is not zero, or it is larger than 4096 bytes
 *  - EOPNOTSUPP: valid, but not offered by this container, group or IOMMU
 *  - EPERM: the PASID is not the caller's, whoever else has it or not; or nothing
 *    is bound to the guest's number that an invalidation names
 *  - EBADF: @group_fd, @device_fd or the eventfd is not open
 *  - EMFILE, ENFILE: no file descriptor is left
 *  - ENODEV: @group_fd is no group of this container, @device_fd no device of
 *    it, or a device went away
 *  - EBUSY: the PASID has a page table already, or another PASID of the device has
 *    the guest's number, or the device has a fault queue already
 *  - ENOENT: the table is not inside memory that VFIO_IOMMU_MAP_DMA mapped for
 *    reading by the device; or there is no such page request
 *  - ENOMEM: out of memory
 *  - EIO: the IOMMU failed
 */
#define VFIO_IOMMU_NESTING_OP	_IO(VFIO_TYPE, VFIO_BASE + 22)

/**
 * struct vfio_pasid_range - PASIDs from @min to @max, both included
 *
 * @min: from 1; PASID 0 stays the kernel's
 * @max: from @min to 2^20 - 1
 */
struct vfio_pasid_range {
	__u32	min;
	__u32	max;
};

/**
 * struct vfio_pasid_quota - How many PASIDs a process may have
 *
 * @quota: over all containers that the process opened
 * @available: how many of them it has not allocated
 */
struct vfio_pasid_quota {
	__u32	quota;
	__u32	available;
};

/**
 * struct vfio_iommu_pasid_request - Argument of VFIO_IOMMU_PASID_REQUEST
 *
 * @argsz: size in bytes of what user space filled in, at least 16
 * @flags: one of VFIO_PASID_REQUEST_*
 * @data: range to allocate from or to free; filled in by
 *	VFIO_PASID_REQUEST_QUOTA, which does not look at it
 */
struct vfio_iommu_pasid_request {
	__u32	argsz;
	__u32	flags;
#define VFIO_PASID_REQUEST_ALLOC	(1 << 0)
#define VFIO_PASID_REQUEST_FREE		(1 << 1)
#define VFIO_PASID_REQUEST_QUOTA	(1 << 2)
	union {
		struct vfio_pasid_range range;
		struct vfio_pasid_quota quota;
	} data;
};

/**
 * VFIO_IOMMU_PASID_REQUEST - _IOWR(VFIO_TYPE, VFIO_BASE + 23,
 *				    struct vfio_iommu_pasid_request)
 *
 * PASIDs come from one allocator for the whole system and belong to the process
 * (its address space) that opened the container, whoever makes the call. They
 * are freed by FREE, when that process exits or replaces its address space by
 * execve(), and when the last of its containers is closed that took part.
 *
 * ALLOC allocates one PASID of the range that every device of the container can
 * use. FREE frees the caller's PASIDs in the range, unbinding first what is
 * bound to them in any container; a range of one PASID has to be the caller's.
 * QUOTA tells how many there may be and are left.
 *
 * Return: ALLOC the PASID, otherwise 0; -1 with errno set on failure:
 *  - EFAULT: the argument cannot be read or written
 *  - EINVAL: a size, flag or range that the contract does not know, or no IOMMU
 *    set on the container. FREE needs none on a container that used PASIDs.
 *  - E2BIG: the argument is larger than the kernel's structure, and the part that
 *    the kernel does not know is not zero, or it is larger than 4096 bytes
 *  - EOPNOTSUPP: the container does not offer IOMMU_NESTING_FEAT_SYSWIDE_PASID
 *    (ALLOC and QUOTA), or does not nest at all
 *  - EPERM: the one PASID to free is not the caller's
 *  - EDQUOT: the quota is used up
 *  - ENOSPC: no PASID is free in the range, or the allocator has no memory
 *  - ESRCH: the process that opened the container is gone (ALLOC and QUOTA)
 *  - ENOMEM: out of memory
 */
#define VFIO_IOMMU_PASID_REQUEST	_IO(VFIO_TYPE, VFIO_BASE + 23)

#endif /* _UAPI_VFIO_NESTING_H */
