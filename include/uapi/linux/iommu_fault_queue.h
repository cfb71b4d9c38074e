/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * IOMMU user API: faults of a device whose stage 1 user space owns
 *
 * A fault queue belongs to one device. read() takes whole records of
 * sizeof(struct iommu_fault) bytes each from it, the oldest first. A record begins
 * with its type: one of &enum iommu_fault_type, whose records are those of Linux
 * 5.10, or one of the types below. Types that a reader does not know are to be
 * skipped. See Documentation/userspace-api/iommu-faults.rst.
 */

#ifndef _UAPI_IOMMU_FAULT_QUEUE_H
#define _UAPI_IOMMU_FAULT_QUEUE_H

#include <linux/types.h>

/**
 * struct iommu_fault_queue_config - Fault queue to open for a device
 *
 * @argsz: size in bytes of what user space filled in
 * @version: IOMMU_FAULT_QUEUE_VERSION_1
 * @flags: which fields are valid (IOMMU_FAULT_QUEUE_*)
 * @entries: records that the queue has to hold, and groups of page requests that
 *	may wait for their responses, 2 to 1024
 * @eventfd: file descriptor of an eventfd that is to be signalled when records have
 *	come, valid with IOMMU_FAULT_QUEUE_EVENTFD, otherwise zero
 * @padding: zero
 */
struct iommu_fault_queue_config {
	__u32	argsz;
#define IOMMU_FAULT_QUEUE_VERSION_1	1
	__u32	version;
#define IOMMU_FAULT_QUEUE_EVENTFD	(1 << 0)
	__u32	flags;
#define IOMMU_FAULT_QUEUE_ENTRIES_MIN	2
#define IOMMU_FAULT_QUEUE_ENTRIES_MAX	1024
	__u32	entries;
	__s32	eventfd;
	__u8	padding[4];
};

/* Types of records that &enum iommu_fault_type does not have */
#define IOMMU_FAULT_LOST	0x100
#define IOMMU_FAULT_ANSWERED	0x101
#define IOMMU_FAULT_BLOCKED	0x102

/**
 * struct iommu_fault_lost - Records are missing here
 *
 * @type: IOMMU_FAULT_LOST
 * @padding: zero
 * @seq: records that the queue has lost since it was opened, these included. The
 *	difference to the last marker's is @records.
 * @records: lost between the record before and the one behind, because the queue
 *	was full
 * @answered: how many of them were the last page requests of their groups, which
 *	the host answered with IOMMU_PAGE_RESP_INVALID instead
 * @flags: IOMMU_FAULT_LOST_HARDWARE: the IOMMU itself ran out of room, so that
 *	there may be more that nobody can count.
 *	IOMMU_FAULT_LOST_BLOCKED: a record of type IOMMU_FAULT_BLOCKED is among them.
 * @padding2: zero
 */
struct iommu_fault_lost {
	__u32	type;
	__u32	padding;
	__u64	seq;
	__u32	records;
	__u32	answered;
#define IOMMU_FAULT_LOST_HARDWARE	(1 << 0)
#define IOMMU_FAULT_LOST_BLOCKED	(1 << 1)
	__u32	flags;
	__u8	padding2[36];
};

/**
 * struct iommu_fault_answered - The host has answered a group of page requests
 *
 * @type: IOMMU_FAULT_ANSWERED
 * @padding: zero
 * @flags: IOMMU_FAULT_ANSWERED_PASID_VALID: @pasid is valid.
 *	IOMMU_FAULT_ANSWERED_FAILED: a second record for the same group, which says
 *	that the IOMMU did not take the response.
 * @pasid: that of the page request's record
 * @grpid: page request group index
 * @code: the response, from &enum iommu_page_response_code
 * @reason: why user space was not waited for: it took longer than the host allows,
 *	or what the request was for is no longer bound, or the device was reset
 * @padding2: zero
 *
 * A response of user space's to that group fails with ENOENT from then on.
 */
struct iommu_fault_answered {
	__u32	type;
	__u32	padding;
#define IOMMU_FAULT_ANSWERED_PASID_VALID	(1 << 0)
#define IOMMU_FAULT_ANSWERED_FAILED		(1 << 1)
	__u32	flags;
	__u32	pasid;
	__u32	grpid;
	__u32	code;
#define IOMMU_FAULT_ANSWERED_TIMEOUT	1
#define IOMMU_FAULT_ANSWERED_UNBOUND	2
#define IOMMU_FAULT_ANSWERED_RESET	3
	__u32	reason;
	__u8	padding2[36];
};

/**
 * struct iommu_fault_blocked - The device is blocked from DMA
 *
 * @type: IOMMU_FAULT_BLOCKED
 * @padding: zero
 * @reason: what the IOMMU failed to do: an invalidation, a change of what is bound,
 *	or a response to page requests
 * @padding2: zero
 *
 * A later bind or unbind that succeeds ends it.
 */
struct iommu_fault_blocked {
	__u32	type;
	__u32	padding;
#define IOMMU_FAULT_BLOCKED_INVALIDATION	1
#define IOMMU_FAULT_BLOCKED_BIND		2
#define IOMMU_FAULT_BLOCKED_RESPONSE		3
	__u32	reason;
	__u8	padding2[52];
};

#endif /* _UAPI_IOMMU_FAULT_QUEUE_H */
