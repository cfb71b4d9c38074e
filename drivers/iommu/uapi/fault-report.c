// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nesting interface: from the IOMMU's driver into a queue
 *
 * Any context: interrupts, too, and inside locks of the driver's. Nothing is
 * allocated. What finds no room is counted, and user space told how much is
 * missing at the place where it is missing.
 */
#include <linux/eventfd.h>
#include <linux/export.h>
#include <linux/poll.h>
#include <linux/preempt.h>
#include <linux/string.h>

#include "fault.h"

static_assert(sizeof(struct iommu_fault) == 64);
static_assert(sizeof(struct iommu_fault_lost) == sizeof(struct iommu_fault));
static_assert(offsetof(struct iommu_fault_lost, seq) == 8);
static_assert(offsetof(struct iommu_fault_lost, records) == 16);
static_assert(offsetof(struct iommu_fault_lost, answered) == 20);
static_assert(offsetof(struct iommu_fault_lost, flags) == 24);
static_assert(offsetof(struct iommu_fault_answered, flags) == 8);
static_assert(offsetof(struct iommu_fault_answered, pasid) == 12);
static_assert(offsetof(struct iommu_fault_answered, grpid) == 16);
static_assert(offsetof(struct iommu_fault_answered, code) == 20);
static_assert(offsetof(struct iommu_fault_answered, reason) == 24);
static_assert(offsetof(struct iommu_fault_blocked, reason) == 8);
static_assert(sizeof(struct iommu_fault_answered) ==
	      sizeof(struct iommu_fault));
static_assert(sizeof(struct iommu_fault_blocked) == sizeof(struct iommu_fault));

static bool queue_has_lost(const struct fault_queue *queue)
{
	return queue->lost.records || queue->lost.flags;
}

/* The marker goes into its place; there is room for it */
static void queue_put_lost(struct fault_queue *queue)
{
	struct iommu_fault record;

	memcpy(&record, &queue->lost, sizeof(record));
	kfifo_put(&queue->records, record);

	queue->lost.records = 0;
	queue->lost.answered = 0;
	queue->lost.flags = 0;
}

/* Count what has no room, and how much of it the host answers instead */
static void queue_lose(struct fault_queue *queue, bool answered)
{
	/* A marker never says that there is nothing */
	if (queue->lost.records == U32_MAX)
		return;

	queue->lost.seq++;
	queue->lost.records++;
	queue->lost.answered += answered;
}

static bool queue_has_room(struct fault_queue *queue)
{
	return kfifo_avail(&queue->records) > queue_has_lost(queue);
}

static void queue_put(struct fault_queue *queue, const void *data)
{
	struct iommu_fault record;

	if (queue_has_lost(queue))
		queue_put_lost(queue);

	memcpy(&record, data, sizeof(record));
	kfifo_put(&queue->records, record);
}

/**
 * fault_queue_report - Put a record in, or count it as lost
 * @queue: the queue, its lock held
 * @record: of the size of struct iommu_fault
 *
 * That the device is blocked is said by the marker, if need be: it takes no room.
 */
void fault_queue_report(struct fault_queue *queue, const void *record)
{
	const u32 *type = record;

	lockdep_assert_held(&queue->faults->lock);

	if (queue_has_room(queue)) {
		queue_put(queue, record);
		return;
	}

	queue_lose(queue, false);
	if (*type == IOMMU_FAULT_BLOCKED)
		queue->lost.flags |= IOMMU_FAULT_LOST_BLOCKED;
}

/**
 * fault_queue_peek - Copy the oldest records, a marker for what is lost among them
 * @queue: the queue, its lock held
 * @records: where they go to
 * @max: at most so many
 *
 * Return: how many there were
 */
unsigned int fault_queue_peek(struct fault_queue *queue,
			      struct iommu_fault *records, unsigned int max)
{
	lockdep_assert_held(&queue->faults->lock);

	if (kfifo_is_empty(&queue->records) && queue_has_lost(queue))
		queue_put_lost(queue);

	return kfifo_out_peek(&queue->records, records, max);
}

/**
 * fault_queue_readable - Is there anything to read
 * @queue: the queue, its lock held
 *
 * Return: true when there is
 */
bool fault_queue_readable(struct fault_queue *queue)
{
	lockdep_assert_held(&queue->faults->lock);

	return !kfifo_is_empty(&queue->records) || queue_has_lost(queue);
}

/**
 * fault_queue_wake_now - Wake readers
 * @queue: the queue
 *
 * Context: not in a hard interrupt, nor with a raw lock held.
 */
void fault_queue_wake_now(struct fault_queue *queue)
{
	bool ended = READ_ONCE(queue->faults->queue) != queue;

	/* Who waits for nothing but the end is woken by no other key */
	wake_up_interruptible_poll(&queue->wait, EPOLLIN | EPOLLRDNORM |
						 (ended ? EPOLLHUP : 0));
	if (queue->eventfd)
		eventfd_signal(queue->eventfd, 1);
}

/**
 * fault_queue_wake - Wake readers, in any context
 * @queue: the queue, which an RCU read section or faults->answer keeps
 */
void fault_queue_wake(struct fault_queue *queue)
{
	if (in_hardirq() || irqs_disabled())
		irq_work_queue(&queue->wake_work);
	else
		fault_queue_wake_now(queue);
}

typedef int (*report_fn)(struct iommu_nesting_faults *faults,
			 struct fault_queue *queue, const void *data);

/* Under the lock if there is a queue; wake its readers when there is more to read */
static int faults_do(struct iommu_nesting_faults *faults, report_fn fn,
		     const void *data)
{
	struct fault_queue *queue;
	unsigned long flags;
	int ret = -ENOENT;

	rcu_read_lock();
	raw_spin_lock_irqsave(&faults->lock, flags);
	queue = faults->queue;
	if (queue)
		ret = fn(faults, queue, data);
	raw_spin_unlock_irqrestore(&faults->lock, flags);
	if (ret != -ENOENT)
		fault_queue_wake(queue);
	rcu_read_unlock();

	return ret;
}

static int do_report(struct iommu_nesting_faults *faults,
		     struct fault_queue *queue, const void *record)
{
	fault_queue_report(queue, record);
	return 0;
}

/**
 * nesting_faults_report - Report what needs no answer
 * @faults: the faults
 * @record: of the size of struct iommu_fault
 */
void nesting_faults_report(struct iommu_nesting_faults *faults,
			   const void *record)
{
	faults_do(faults, do_report, record);
}

/* The number by which user space knows a PASID of the device */
static bool faults_translate(struct iommu_nesting_faults *faults, u32 pasid,
			     u32 *as_pasid)
{
	void *known = xa_load(&faults->pasids, pasid);

	*as_pasid = known ? xa_to_value(known) : pasid;
	return known || faults->any;
}

static void queue_wait_for(struct fault_queue *queue,
			   const struct iommu_fault_page_request *last,
			   u32 pasid)
{
	struct fault_group *group;

	group = list_first_entry(&queue->unused, struct fault_group, node);
	group->last = *last;
	group->pasid = pasid;
	group->deadline = nesting_faults_deadline();
	list_move_tail(&group->node, &queue->waiting);
	nesting_faults_arm(queue->faults, group->deadline);
}

static int do_request(struct iommu_nesting_faults *faults,
		      struct fault_queue *queue, const void *data)
{
	const struct iommu_fault_page_request *req = data;
	bool last = req->flags & (IOMMU_FAULT_PAGE_REQUEST_LAST_PAGE |
				  IOMMU_FAULT_PAGE_REQUEST_PRIV_DATA);
	struct iommu_fault record;
	u32 pasid;

	if (faults->stopped || faults->resetting || queue->closing ||
	    !faults_translate(faults, fault_request_pasid(req), &pasid))
		return -ENOENT;

	if (!queue_has_room(queue) || (last && list_empty(&queue->unused))) {
		queue_lose(queue, last);
		return -ENOSPC;
	}

	/* All of it: user space gets all of it */
	memset(&record, 0, sizeof(record));
	record.type = IOMMU_FAULT_PAGE_REQ;
	record.prm = *req;
	if (req->flags & IOMMU_FAULT_PAGE_REQUEST_PASID_VALID)
		record.prm.pasid = pasid;
	queue_put(queue, &record);
	if (last)
		queue_wait_for(queue, req, pasid);

	return 0;
}

/**
 * iommu_nesting_report_request - Report a page request
 * @faults: faults of the device, which an RCU read section or a reference keeps
 * @req: as the device sent it, PASID included. The last of a group and one with
 *	private data have to be answered.
 *
 * Context: any.
 * Return: 0 when the request is answered later, by the driver's respond(). Else the
 * caller has to answer it: -ENOENT when user space does not take it, -ENOSPC when
 * there is no room for it.
 */
int iommu_nesting_report_request(struct iommu_nesting_faults *faults,
				 const struct iommu_fault_page_request *req)
{
	return faults_do(faults, do_request, req);
}
EXPORT_SYMBOL_GPL(iommu_nesting_report_request);

static int do_event(struct iommu_nesting_faults *faults,
		    struct fault_queue *queue, const void *data)
{
	const struct iommu_fault_unrecoverable *event = data;
	struct iommu_fault record;

	memset(&record, 0, sizeof(record));
	record.type = IOMMU_FAULT_DMA_UNRECOV;
	record.event = *event;
	if (event->flags & IOMMU_FAULT_UNRECOV_PASID_VALID)
		faults_translate(faults, event->pasid, &record.event.pasid);
	fault_queue_report(queue, &record);

	return 0;
}

/**
 * iommu_nesting_report_event - Report an unrecoverable fault
 * @faults: faults of the device, which an RCU read section or a reference keeps
 * @event: what happened, with the PASID that the device uses
 *
 * Context: any.
 * Return: 0, or -ENOENT when nobody has a queue for it
 */
int iommu_nesting_report_event(struct iommu_nesting_faults *faults,
			       const struct iommu_fault_unrecoverable *event)
{
	return faults_do(faults, do_event, event);
}
EXPORT_SYMBOL_GPL(iommu_nesting_report_event);

static int do_overflow(struct iommu_nesting_faults *faults,
		       struct fault_queue *queue, const void *unused)
{
	queue->lost.flags |= IOMMU_FAULT_LOST_HARDWARE;
	return 0;
}

/**
 * iommu_nesting_report_overflow - The IOMMU itself has lost reports
 * @faults: faults of a device that they may have been about
 *
 * Context: any.
 */
void iommu_nesting_report_overflow(struct iommu_nesting_faults *faults)
{
	faults_do(faults, do_overflow, NULL);
}
EXPORT_SYMBOL_GPL(iommu_nesting_report_overflow);

/**
 * iommu_nesting_report_blocked - The device was blocked from DMA
 * @faults: its faults
 * @reason: IOMMU_FAULT_BLOCKED_*
 *
 * Context: any.
 */
void iommu_nesting_report_blocked(struct iommu_nesting_faults *faults,
				  u32 reason)
{
	const struct iommu_fault_blocked record = {
		.type	= IOMMU_FAULT_BLOCKED,
		.reason	= reason,
	};

	nesting_faults_report(faults, &record);
}
EXPORT_SYMBOL_GPL(iommu_nesting_report_blocked);
