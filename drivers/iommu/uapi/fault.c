// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nesting interface: devices whose faults user space may read
 */
#include <linux/device.h>
#include <linux/export.h>
#include <linux/hashtable.h>
#include <linux/rculist.h>
#include <linux/slab.h>

#include "fault.h"

/* Devices in domains that nest; read under RCU */
static DEFINE_HASHTABLE(all_faults, 6);
static DEFINE_SPINLOCK(all_lock);

static void faults_release(struct kref *kref)
{
	struct iommu_nesting_faults *faults =
		container_of(kref, struct iommu_nesting_faults, kref);

	xa_destroy(&faults->pasids);
	mutex_destroy(&faults->answer);
	put_device(faults->dev);
	kfree_rcu(faults, rcu);
}

/**
 * iommu_nesting_faults_put - Drop a reference
 * @faults: not used by the caller any more, or NULL
 */
void iommu_nesting_faults_put(struct iommu_nesting_faults *faults)
{
	if (faults)
		kref_put(&faults->kref, faults_release);
}
EXPORT_SYMBOL_GPL(iommu_nesting_faults_put);

/**
 * nesting_faults_find - The faults of a device
 * @dev: any device
 *
 * Return: its faults with a reference, NULL when it is in no domain that nests
 */
struct iommu_nesting_faults *nesting_faults_find(struct device *dev)
{
	struct iommu_nesting_faults *faults, *found = NULL;

	rcu_read_lock();
	hash_for_each_possible_rcu(all_faults, faults, node,
				   (unsigned long)dev) {
		if (faults->dev != dev || !kref_get_unless_zero(&faults->kref))
			continue;
		found = faults;
		break;
	}
	rcu_read_unlock();

	return found;
}

static void faults_block(struct work_struct *work)
{
	struct iommu_nesting_faults *faults =
		container_of(work, struct iommu_nesting_faults, failed);

	faults->ops->block(faults->dev);
}

/**
 * iommu_nesting_faults_failed - The IOMMU did not take a response of the host's
 * @faults: the faults, referenced or found under RCU
 *
 * For a response that no caller learns about. The device, which may wait for it for
 * ever, is blocked soon, unless it leaves.
 *
 * Context: any.
 */
void iommu_nesting_faults_failed(struct iommu_nesting_faults *faults)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&faults->lock, flags);
	if (!faults->leaving)
		queue_work(system_unbound_wq, &faults->failed);
	raw_spin_unlock_irqrestore(&faults->lock, flags);
}
EXPORT_SYMBOL_GPL(iommu_nesting_faults_failed);

/**
 * iommu_nesting_faults_alloc - Prepare a device for reports
 * @dev: device that enters a domain that nests
 * @ops: the driver's
 *
 * Page requests are passed on once iommu_nesting_faults_accept() says so.
 *
 * Context: may sleep.
 * Return: NULL without memory; before the device leaves iommu_nesting_faults_leave()
 * and iommu_nesting_faults_stop() are called, and iommu_nesting_faults_put() then
 */
struct iommu_nesting_faults *
iommu_nesting_faults_alloc(struct device *dev,
			   const struct iommu_nesting_fault_ops *ops)
{
	struct iommu_nesting_faults *faults;

	faults = kzalloc(sizeof(*faults), GFP_KERNEL_ACCOUNT);
	if (!faults)
		return NULL;

	faults->dev = get_device(dev);
	faults->ops = ops;
	kref_init(&faults->kref);
	mutex_init(&faults->answer);
	raw_spin_lock_init(&faults->lock);
	xa_init(&faults->pasids);
	INIT_DELAYED_WORK(&faults->timeout, nesting_faults_timeout);
	INIT_WORK(&faults->failed, faults_block);

	spin_lock(&all_lock);
	hash_add_rcu(all_faults, &faults->node, (unsigned long)dev);
	spin_unlock(&all_lock);

	return faults;
}
EXPORT_SYMBOL_GPL(iommu_nesting_faults_alloc);

static bool match_all(const struct fault_group *group, const void *unused)
{
	return true;
}

/**
 * iommu_nesting_faults_leave - Nobody blocks a device any more
 * @faults: faults of a device that is about to leave, and still in its domain
 *
 * Context: may sleep; without any lock that the driver's block() takes.
 */
void iommu_nesting_faults_leave(struct iommu_nesting_faults *faults)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&faults->lock, flags);
	faults->leaving = true;
	raw_spin_unlock_irqrestore(&faults->lock, flags);
	cancel_work_sync(&faults->failed);
}
EXPORT_SYMBOL_GPL(iommu_nesting_faults_leave);

/**
 * iommu_nesting_faults_stop - The device is about to leave
 * @faults: its faults, after iommu_nesting_faults_leave()
 *
 * Answers what still waits. Readers find the end of the queue behind what is in
 * it. Reports and responses fail from then on.
 *
 * Context: may sleep; the driver can still answer page requests of the device.
 */
void iommu_nesting_faults_stop(struct iommu_nesting_faults *faults)
{
	struct fault_queue *queue;
	unsigned long flags;

	spin_lock(&all_lock);
	hash_del_rcu(&faults->node);
	spin_unlock(&all_lock);

	mutex_lock(&faults->answer);
	raw_spin_lock_irqsave(&faults->lock, flags);
	faults->stopped = true;
	raw_spin_unlock_irqrestore(&faults->lock, flags);
	nesting_faults_answer(faults, match_all, NULL,
			      IOMMU_FAULT_ANSWERED_UNBOUND);

	raw_spin_lock_irqsave(&faults->lock, flags);
	queue = faults->queue;
	faults->queue = NULL;
	raw_spin_unlock_irqrestore(&faults->lock, flags);
	/* Its file cannot be released before faults->answer is */
	if (queue)
		fault_queue_wake(queue);
	mutex_unlock(&faults->answer);

	if (cancel_delayed_work(&faults->timeout))
		iommu_nesting_faults_put(faults);
}
EXPORT_SYMBOL_GPL(iommu_nesting_faults_stop);

static void faults_set_any(struct iommu_nesting_faults *faults, bool any)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&faults->lock, flags);
	faults->any = any;
	raw_spin_unlock_irqrestore(&faults->lock, flags);
}

/**
 * iommu_nesting_faults_accept - Pass page requests for a PASID on from now on
 * @faults: the faults
 * @pasid: the PASID that the device uses, 0 for the requests without one,
 *	IOMMU_NESTING_PASID_ANY for all requests with the PASIDs that they have
 * @as_pasid: the number by which user space knows it
 *
 * Context: may sleep.
 * Return: 0; -ENOMEM, but not for IOMMU_NESTING_PASID_ANY
 */
int iommu_nesting_faults_accept(struct iommu_nesting_faults *faults, u32 pasid,
				u32 as_pasid)
{
	if (pasid == IOMMU_NESTING_PASID_ANY) {
		faults_set_any(faults, true);
		return 0;
	}

	return xa_err(xa_store(&faults->pasids, pasid, xa_mk_value(as_pasid),
			       GFP_KERNEL_ACCOUNT));
}
EXPORT_SYMBOL_GPL(iommu_nesting_faults_accept);

static bool match_pasid(const struct fault_group *group, const void *data)
{
	u32 pasid = *(const u32 *)data;

	return pasid == IOMMU_NESTING_PASID_ANY ||
	       pasid == fault_request_pasid(&group->last);
}

/**
 * iommu_nesting_faults_answer - Answer the page requests of a PASID that wait
 * @faults: the faults
 * @pasid: as for iommu_nesting_faults_accept()
 *
 * Waits for a response that is under way: later ones find only what comes later. What
 * is reported meanwhile may be among those that are answered, or not: a driver that
 * needs to know has stopped reporting.
 *
 * Context: may sleep, for as long as the driver's respond() makes it.
 * Return: 0, or -EIO when the IOMMU did not take a response
 */
int iommu_nesting_faults_answer(struct iommu_nesting_faults *faults, u32 pasid)
{
	int ret;

	mutex_lock(&faults->answer);
	ret = nesting_faults_answer(faults, match_pasid, &pasid,
				    IOMMU_FAULT_ANSWERED_UNBOUND);
	mutex_unlock(&faults->answer);

	return ret;
}
EXPORT_SYMBOL_GPL(iommu_nesting_faults_answer);

/**
 * iommu_nesting_faults_refuse - Pass page requests for a PASID on no more
 * @faults: the faults
 * @pasid: as for iommu_nesting_faults_accept()
 *
 * Answers those that wait.
 *
 * Context: may sleep, for as long as the driver's respond() makes it.
 * Return: 0, or -EIO when the IOMMU did not take a response
 */
int iommu_nesting_faults_refuse(struct iommu_nesting_faults *faults, u32 pasid)
{
	if (pasid == IOMMU_NESTING_PASID_ANY)
		faults_set_any(faults, false);
	else
		xa_erase(&faults->pasids, pasid);

	return iommu_nesting_faults_answer(faults, pasid);
}
EXPORT_SYMBOL_GPL(iommu_nesting_faults_refuse);

static void faults_set_resetting(struct iommu_nesting_faults *faults,
				 bool resetting)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&faults->lock, flags);
	faults->resetting = resetting;
	raw_spin_unlock_irqrestore(&faults->lock, flags);
}

/**
 * nesting_faults_reset - The device is reset, and forgets what it asked for
 * @faults: its faults, referenced
 * @done: it has been reset, and not yet been used again
 *
 * From before the reset to behind it, the driver is left with all requests, and has
 * refused each before the device's new life begins.
 */
void nesting_faults_reset(struct iommu_nesting_faults *faults, bool done)
{
	mutex_lock(&faults->answer);
	if (!faults->stopped) {
		faults_set_resetting(faults, true);
		if (nesting_faults_answer(faults, match_all, NULL,
					  IOMMU_FAULT_ANSWERED_RESET))
			iommu_nesting_faults_failed(faults);
		if (done && faults->ops->drain)
			faults->ops->drain(faults->dev);
		if (done)
			faults_set_resetting(faults, false);
	}
	mutex_unlock(&faults->answer);
}

/**
 * nesting_faults_set_queue - Begin to report into a queue
 * @faults: the faults, referenced by @queue
 * @queue: the queue
 *
 * Return: 0, -EBUSY when there is one already, -ENODEV when the device has left
 */
int nesting_faults_set_queue(struct iommu_nesting_faults *faults,
			     struct fault_queue *queue)
{
	unsigned long flags;
	int ret = 0;

	raw_spin_lock_irqsave(&faults->lock, flags);
	if (faults->stopped)
		ret = -ENODEV;
	else if (faults->queue)
		ret = -EBUSY;
	else
		faults->queue = queue;
	raw_spin_unlock_irqrestore(&faults->lock, flags);

	return ret;
}

/**
 * nesting_faults_clear_queue - Nobody reads any more
 * @faults: the faults, referenced by @queue
 * @queue: the queue, which may never have been set
 *
 * Answers what still waits.
 */
void nesting_faults_clear_queue(struct iommu_nesting_faults *faults,
				struct fault_queue *queue)
{
	unsigned long flags;
	bool set;

	mutex_lock(&faults->answer);
	raw_spin_lock_irqsave(&faults->lock, flags);
	set = faults->queue == queue;
	queue->closing = true;
	raw_spin_unlock_irqrestore(&faults->lock, flags);
	if (set) {
		if (nesting_faults_answer(faults, match_all, NULL,
					  IOMMU_FAULT_ANSWERED_UNBOUND))
			iommu_nesting_faults_failed(faults);
		raw_spin_lock_irqsave(&faults->lock, flags);
		faults->queue = NULL;
		raw_spin_unlock_irqrestore(&faults->lock, flags);
	}
	mutex_unlock(&faults->answer);
}
