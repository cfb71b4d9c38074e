/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Nesting interface: faults of a device and the queue on them
 *
 * faults->lock protects all of a queue but what only its readers use. It is a raw
 * lock, since IOMMUs report from interrupts that are never threaded. faults->answer
 * is held while a group of page requests is taken off the queue and answered, so
 * that whoever has held it since knows that no answer is under way. It is taken
 * outside faults->lock.
 */
#ifndef __IOMMU_NESTING_FAULT_INTERNAL_H
#define __IOMMU_NESTING_FAULT_INTERNAL_H

#include <linux/iommu_nesting_fault.h>
#include <linux/irq_work.h>
#include <linux/kfifo.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

struct eventfd_ctx;

/**
 * struct fault_group - Group of page requests that waits for its response
 * @node: entry in the queue's @waiting or @unused
 * @last: the last request of the group, as the device sent it
 * @pasid: the number by which user space knows its PASID
 * @deadline: when the host answers, in jiffies
 */
struct fault_group {
	struct list_head			node;
	struct iommu_fault_page_request		last;
	u32					pasid;
	unsigned long				deadline;
};

/**
 * struct fault_queue - What user space has opened
 * @faults: the device's, referenced until the file is released
 * @records: what is to be read
 * @lost: the marker that is to follow @records, when it has @records or @flags
 * @waiting: struct fault_group, oldest first
 * @unused: the other ones of @groups
 * @groups: array of all of them
 * @buffer: memory of @records
 * @closing: nothing more may wait in it
 * @read_lock: one reader at a time
 * @wait: readers
 * @eventfd: to signal, or NULL
 * @wake_work: wakes them from a hard interrupt
 * @free_work: frees the queue when no report can be looking at it any more
 */
struct fault_queue {
	struct iommu_nesting_faults	*faults;
	DECLARE_KFIFO_PTR(records, struct iommu_fault);
	struct iommu_fault_lost		lost;
	struct list_head		waiting;
	struct list_head		unused;
	struct fault_group		*groups;
	struct iommu_fault		*buffer;
	bool				closing;
	struct mutex			read_lock; /* one reader at a time */
	wait_queue_head_t		wait;
	struct eventfd_ctx		*eventfd;
	struct irq_work			wake_work;
	struct rcu_work			free_work;
};

/**
 * struct iommu_nesting_faults - Faults of a device in a domain that nests
 * @node: entry in the table of all devices
 * @kref: held by the driver, by the queue, by @timeout while it is queued, and not
 *	by @failed, which ends before the driver lets go
 * @rcu: reports find it without a reference
 * @dev: the device, referenced
 * @ops: the driver's
 * @answer: held while page requests are answered
 * @lock: protects @queue, @stopped, @resetting, @leaving, @any, @timeout_at and all
 *	of the queue; see above
 * @queue: the one that user space has opened, or NULL
 * @stopped: the device has left, never cleared
 * @resetting: the device is being reset: what it asks for is refused
 * @leaving: nobody blocks the device any more, never cleared
 * @any: requests are passed on with whatever PASID they have
 * @pasids: by PASID (0: requests without one), the number that user space knows as
 *	xa_mk_value(); written under the driver's locks
 * @timeout: answers what user space did not
 * @timeout_at: when @timeout goes off, in jiffies, while it is queued
 * @failed: blocks the device
 */
struct iommu_nesting_faults {
	struct hlist_node			node;
	struct kref				kref;
	struct rcu_head				rcu;
	struct device				*dev;
	const struct iommu_nesting_fault_ops	*ops;
	struct mutex				answer; /* see above */
	raw_spinlock_t				lock; /* see above */
	struct fault_queue			*queue;
	bool					stopped;
	bool					resetting;
	bool					leaving;
	bool					any;
	struct xarray				pasids;
	struct delayed_work			timeout;
	unsigned long				timeout_at;
	struct work_struct			failed;
};

typedef bool (*fault_group_match)(const struct fault_group *group,
				  const void *data);

/* The PASID that a request is known by here: 0 is one without */
static inline u32
fault_request_pasid(const struct iommu_fault_page_request *req)
{
	return req->flags & IOMMU_FAULT_PAGE_REQUEST_PASID_VALID ?
	       req->pasid : 0;
}

/* fault.c */
struct iommu_nesting_faults *nesting_faults_find(struct device *dev);
int nesting_faults_set_queue(struct iommu_nesting_faults *faults,
			     struct fault_queue *queue);
void nesting_faults_clear_queue(struct iommu_nesting_faults *faults,
				struct fault_queue *queue);
void nesting_faults_reset(struct iommu_nesting_faults *faults, bool done);

/* fault-answer.c */
unsigned long nesting_faults_deadline(void);
void nesting_faults_arm(struct iommu_nesting_faults *faults,
			unsigned long deadline);
void nesting_faults_timeout(struct work_struct *work);
int nesting_faults_answer(struct iommu_nesting_faults *faults,
			  fault_group_match match, const void *data, u32 reason);
int nesting_faults_respond(struct iommu_nesting_faults *faults,
			   const struct iommu_page_response *resp);

/* fault-report.c */
void nesting_faults_report(struct iommu_nesting_faults *faults,
			   const void *record);
void fault_queue_report(struct fault_queue *queue, const void *record);
unsigned int fault_queue_peek(struct fault_queue *queue,
			      struct iommu_fault *records, unsigned int max);
bool fault_queue_readable(struct fault_queue *queue);
void fault_queue_wake(struct fault_queue *queue);
void fault_queue_wake_now(struct fault_queue *queue);

/* fault-file.c */
struct fault_queue *fault_queue_alloc(struct iommu_nesting_faults *faults,
				      unsigned int entries);
void fault_queue_free(struct fault_queue *queue);
int fault_queue_open(struct iommu_nesting_faults *faults,
		     const struct iommu_fault_queue_config *cfg);

#endif /* __IOMMU_NESTING_FAULT_INTERNAL_H */
