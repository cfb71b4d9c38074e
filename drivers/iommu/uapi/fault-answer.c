// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nesting interface: page requests are answered, once each
 *
 * A group of page requests that was put into a queue is on its list until somebody
 * takes it off to answer it: user space, the host after a time, or whoever takes
 * away what the group was for. Nothing else removes a group, so that none is
 * forgotten, and none is answered twice. A queue stays where it is while
 * faults->answer is held.
 */
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/moduleparam.h>
#include <linux/sched.h>

#include "fault.h"

#undef MODULE_PARAM_PREFIX
#define MODULE_PARAM_PREFIX	"iommu_nesting."

static unsigned int response_timeout_ms = 10000;
module_param(response_timeout_ms, uint, 0644);
MODULE_PARM_DESC(response_timeout_ms,
		 "Time that user space has to answer a page request, in ms (default 10000)");

/* More would be for ever */
#define RESPONSE_TIMEOUT_MAX_MS		(60 * 60 * 1000)

/* When the host answers a group that comes now, in jiffies */
unsigned long nesting_faults_deadline(void)
{
	unsigned int ms = READ_ONCE(response_timeout_ms);

	return jiffies + msecs_to_jiffies(clamp_t(unsigned int, ms, 1,
						  RESPONSE_TIMEOUT_MAX_MS));
}

/**
 * nesting_faults_arm - See to it that a group is answered in time
 * @faults: its faults, their lock held, not stopped or referenced
 * @deadline: the group's
 *
 * A timer that goes off before, for a group that has been answered since, is as
 * good: it finds out when to go off next.
 */
void nesting_faults_arm(struct iommu_nesting_faults *faults,
			unsigned long deadline)
{
	unsigned long now = jiffies;
	unsigned long delay = time_after(deadline, now) ? deadline - now : 0;

	lockdep_assert_held(&faults->lock);

	kref_get(&faults->kref);
	if (queue_delayed_work(system_unbound_wq, &faults->timeout, delay)) {
		faults->timeout_at = deadline;
		return;
	}

	/* The parameter is less than it was for those in front */
	if (time_before(deadline, faults->timeout_at)) {
		faults->timeout_at = deadline;
		if (!mod_delayed_work(system_unbound_wq, &faults->timeout,
				      delay))
			return;
	}
	iommu_nesting_faults_put(faults);
}

/* For the groups that still wait, in the order in which they came */
static void faults_rearm(struct iommu_nesting_faults *faults)
{
	const struct fault_group *group, *first = NULL;
	unsigned long flags;

	raw_spin_lock_irqsave(&faults->lock, flags);
	if (faults->queue) {
		list_for_each_entry(group, &faults->queue->waiting, node)
			if (!first || time_before(group->deadline,
						  first->deadline))
				first = group;
		if (first)
			nesting_faults_arm(faults, first->deadline);
	}
	raw_spin_unlock_irqrestore(&faults->lock, flags);
}

static void report_answered(struct fault_queue *queue,
			    const struct fault_group *group, u32 reason,
			    u32 flags)
{
	struct iommu_fault_answered record = {
		.type	= IOMMU_FAULT_ANSWERED,
		.flags	= flags,
		.grpid	= group->last.grpid,
		.code	= IOMMU_PAGE_RESP_INVALID,
		.reason	= reason,
	};

	if (group->last.flags & IOMMU_FAULT_PAGE_REQUEST_PASID_VALID) {
		record.flags |= IOMMU_FAULT_ANSWERED_PASID_VALID;
		record.pasid = group->pasid;
	}

	fault_queue_report(queue, &record);
}

/*
 * Take the groups that match off the queue, and say so in the same breath: the
 * device may use the number again as soon as it has its answer, and the record must
 * stand in front of that request. What comes later is not looked at.
 */
static void faults_take(struct fault_queue *queue, fault_group_match match,
			const void *data, u32 reason, struct list_head *taken)
{
	struct fault_group *group, *next;
	unsigned long flags;

	raw_spin_lock_irqsave(&queue->faults->lock, flags);
	list_for_each_entry_safe(group, next, &queue->waiting, node) {
		if (!match(group, data))
			continue;
		list_move_tail(&group->node, taken);
		report_answered(queue, group, reason, 0);
	}
	raw_spin_unlock_irqrestore(&queue->faults->lock, flags);
}

/* Answered: their places are free for others */
static void faults_put_back(struct fault_queue *queue, struct list_head *taken)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&queue->faults->lock, flags);
	list_splice(taken, &queue->unused);
	raw_spin_unlock_irqrestore(&queue->faults->lock, flags);
}

static void report_failed(struct fault_queue *queue,
			  const struct fault_group *group, u32 reason)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&queue->faults->lock, flags);
	report_answered(queue, group, reason, IOMMU_FAULT_ANSWERED_FAILED);
	raw_spin_unlock_irqrestore(&queue->faults->lock, flags);
}

/**
 * nesting_faults_answer - Answer in the place of user space, and say so
 * @faults: the faults, with faults->answer held
 * @match: which groups, of those that wait now
 * @data: passed on to @match
 * @reason: IOMMU_FAULT_ANSWERED_*
 *
 * An IOMMU that did not take one response is not sent the others: each might take
 * as long as a time-out.
 *
 * Return: 0, or -EIO when the IOMMU did not take a response
 */
int nesting_faults_answer(struct iommu_nesting_faults *faults,
			  fault_group_match match, const void *data, u32 reason)
{
	struct fault_queue *queue = faults->queue;
	struct fault_group *group;
	LIST_HEAD(taken);
	int ret = 0;

	lockdep_assert_held(&faults->answer);

	if (!queue)
		return 0;

	faults_take(queue, match, data, reason, &taken);
	if (list_empty(&taken))
		return 0;

	list_for_each_entry(group, &taken, node) {
		if (!ret)
			ret = faults->ops->respond(faults->dev, &group->last,
						   IOMMU_PAGE_RESP_INVALID);
		if (ret)
			report_failed(queue, group, reason);
		cond_resched();
	}
	faults_put_back(queue, &taken);
	fault_queue_wake(queue);

	return ret ? -EIO : 0;
}

static bool match_expired(const struct fault_group *group, const void *data)
{
	return time_after_eq(*(const unsigned long *)data, group->deadline);
}

/**
 * nesting_faults_timeout - Answer what user space took too long for
 * @work: the faults' @timeout, with a reference
 */
void nesting_faults_timeout(struct work_struct *work)
{
	struct iommu_nesting_faults *faults =
		container_of(to_delayed_work(work),
			     struct iommu_nesting_faults, timeout);
	unsigned long now = jiffies;

	mutex_lock(&faults->answer);
	if (nesting_faults_answer(faults, match_expired, &now,
				  IOMMU_FAULT_ANSWERED_TIMEOUT))
		iommu_nesting_faults_failed(faults);
	faults_rearm(faults);
	mutex_unlock(&faults->answer);

	iommu_nesting_faults_put(faults);
}

/*
 * A PASID that was not asked for is ignored, as it was in Linux 5.10. The oldest
 * group is meant when a device uses a number twice.
 */
static bool is_response_to(const struct fault_group *group,
			   const struct iommu_page_response *resp)
{
	if (group->last.grpid != resp->grpid)
		return false;

	return !(group->last.flags & IOMMU_FAULT_PAGE_RESPONSE_NEEDS_PASID) ||
	       (resp->flags & IOMMU_PAGE_RESP_PASID_VALID &&
		resp->pasid == group->pasid);
}

/* The group is the caller's to answer, and its place is free for another */
static bool take_for_response(struct iommu_nesting_faults *faults,
			      const struct iommu_page_response *resp,
			      struct iommu_fault_page_request *last)
{
	struct fault_queue *queue = faults->queue;
	struct fault_group *group;
	unsigned long flags;
	bool taken = false;

	if (!queue)
		return false;

	raw_spin_lock_irqsave(&faults->lock, flags);
	list_for_each_entry(group, &queue->waiting, node) {
		if (!is_response_to(group, resp))
			continue;
		list_move(&group->node, &queue->unused);
		*last = group->last;
		taken = true;
		break;
	}
	raw_spin_unlock_irqrestore(&faults->lock, flags);

	return taken;
}

/**
 * nesting_faults_respond - Pass a response of user space on
 * @faults: the faults, referenced
 * @resp: checked by iommu_nesting_check()
 *
 * Return: 0, -ENOENT when no such group waits, -EIO when the IOMMU failed
 */
int nesting_faults_respond(struct iommu_nesting_faults *faults,
			   const struct iommu_page_response *resp)
{
	struct iommu_fault_page_request last;
	int ret = -ENOENT;

	mutex_lock(&faults->answer);
	if (take_for_response(faults, resp, &last))
		ret = faults->ops->respond(faults->dev, &last, resp->code) ?
			-EIO : 0;
	mutex_unlock(&faults->answer);

	return ret;
}
