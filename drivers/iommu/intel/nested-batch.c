// SPDX-License-Identifier: GPL-2.0-only
/*
 * VT-d nesting: invalidation descriptors that are submitted together
 *
 * A call rings the doorbell once and waits once, unless it has more descriptors
 * than a batch has room for. Context cache, PASID cache, IOTLB and device TLBs are
 * invalidated in this order (6.5.3), since each could be refilled from the one
 * before: fences keep it, but for device TLBs, which a unit does not begin with
 * until the IOTLB invalidations in front are complete (6.5.2.11).
 */
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/iommu_nesting.h>
#include <linux/iommu_nesting_fault.h>
#include <linux/jiffies.h>
#include <linux/pci.h>
#include <linux/sched.h>
#include <linux/xarray.h>

#include "nested-batch.h"

/*
 * When a device does not answer, the unit aborts whatever else is pending, of its
 * other users too. A submission bears that at least so often, and for at least so
 * long from the first time on, from devices that are not its own: how often it
 * happens is in the hands of those who have such devices, and how long each takes in
 * those of the unit, which may wait for more than a minute (PCI Express 5.0, 10.3).
 */
#define NESTED_OTHERS_TRIES	8
#define NESTED_OTHERS_TIMEOUT	(10 * HZ)

/* How often others have aborted a submission, and until when they may */
struct patience {
	unsigned int	aborts;
	unsigned long	end;
};

/**
 * intel_nested_timed_out - Note which device did not answer
 * @iommu: the unit, whose queue stands since then (6.5.2.11)
 *
 * Units that do not tell have 0, which is no device with a TLB.
 *
 * Context: the queue's lock is held.
 */
void intel_nested_timed_out(struct intel_iommu *iommu)
{
	u64 record = dmar_readq(iommu->reg + DMAR_IQER_REG);

	WRITE_ONCE(iommu->qi->silent_sid, DMAR_IQER_REG_ITESID(record));
}

/**
 * intel_nested_batch_init - Begin with no descriptors
 * @batch: the batch
 * @iommu: the unit
 */
void intel_nested_batch_init(struct intel_nested_batch *batch,
			     struct intel_iommu *iommu)
{
	batch->iommu = iommu;
	batch->n = 0;
	batch->dev_tlb = false;
	batch->ret = 0;
	batch->silent_sid = 0;
	batch->timeout = NESTED_OTHERS_TIMEOUT;
}

/**
 * intel_nested_batch_next - Room for one more descriptor
 * @batch: the batch; submitted first when it is full
 *
 * Return: where to compose it
 */
struct qi_desc *intel_nested_batch_next(struct intel_nested_batch *batch)
{
	if (batch->n == NESTED_BATCH_MAX)
		batch->ret = intel_nested_batch_submit(batch, 0);

	return &batch->desc[batch->n++];
}

/**
 * intel_nested_batch_fence - What follows waits for what is there
 * @batch: the batch
 */
void intel_nested_batch_fence(struct intel_nested_batch *batch)
{
	if (batch->n)
		intel_nested_make_fence(intel_nested_batch_next(batch));
}

/* What is in the batch when it is full is submitted before this one counts */
static struct qi_desc *next_dev_tlb(struct intel_nested_batch *batch)
{
	struct qi_desc *desc = intel_nested_batch_next(batch);

	batch->dev_tlb = true;
	return desc;
}

/*
 * Requests with PASID 0 use the entry of those without, and what they translate is
 * kept under that number.
 */
static void batch_add_dev_tlb(struct intel_nested_batch *batch,
			      const struct device_domain_info *info, u32 pasid,
			      const struct intel_nested_block *block)
{
	const struct intel_nested_function fn = {
		.sid	= PCI_DEVID(info->bus, info->devfn),
		.pfsid	= info->pfsid,
		.qdep	= info->ats_qdep,
	};

	if (!pasid)
		intel_nested_make_dev_tlb(next_dev_tlb(batch), &fn, block);
	if (info->pasid_enabled)
		intel_nested_make_dev_tlb_pasid(next_dev_tlb(batch), &fn,
						pasid, block);
}

/**
 * intel_nested_batch_dev_tlb - Drop translations that a device has
 * @batch: the batch
 * @info: device behind the batch's unit; nothing to do when it has no TLB
 * @pasid: PASID, or 0 for translations without one
 * @block: the addresses
 *
 * A device that needs it gets the same again, see quirk_extra_dev_tlb_flush().
 */
void intel_nested_batch_dev_tlb(struct intel_nested_batch *batch,
				const struct device_domain_info *info,
				u32 pasid,
				const struct intel_nested_block *block)
{
	if (!info->ats_enabled ||
	    to_pci_dev(info->dev)->error_state == pci_channel_io_perm_failure)
		return;

	batch_add_dev_tlb(batch, info, pasid, block);
	if (info->dtlb_extra_inval) {
		intel_nested_batch_fence(batch);
		batch_add_dev_tlb(batch, info, pasid, block);
	}
}

/**
 * intel_nested_batch_dev_tlb_all - Drop all translations that a device has
 * @batch: the batch
 * @info: device behind the batch's unit, its domain's lock held
 *
 * A device TLB is indexed by stage-1 addresses, and has one index for each PASID.
 */
void intel_nested_batch_dev_tlb_all(struct intel_nested_batch *batch,
				    struct device_domain_info *info)
{
	unsigned long pasid;
	void *binding;

	intel_nested_batch_dev_tlb(batch, info, 0, &intel_nested_all);
	xa_for_each_start(&info->nested.bindings, pasid, binding, 1)
		intel_nested_batch_dev_tlb(batch, info, pasid,
					   &intel_nested_all);
}

static int submit_descs(struct intel_nested_batch *batch, unsigned int n,
			unsigned long options)
{
	struct intel_iommu *iommu = batch->iommu;

	if (unlikely(iommu->nested_submit))
		return iommu->nested_submit(iommu, batch->desc, n, options);

	return qi_submit_sync(iommu, batch->desc, n, options);
}

/* The first descriptor that waits for a device, -1 when there is none */
static int own_desc(const struct intel_nested_batch *batch, u16 sid)
{
	int i;

	for (i = 0; i < batch->n; i++)
		if (intel_nested_waits_for(&batch->desc[i], 1, sid))
			return i;

	return -1;
}

/*
 * Others have aborted it: false when that was often enough, and has gone on for too
 * long. Nothing is waited for before the next try: it would come behind whatever those
 * others submit.
 */
static bool may_try_again(const struct intel_nested_batch *batch,
			  struct patience *patience)
{
	if (!patience->aborts++)
		patience->end = jiffies + batch->timeout;
	if (patience->aborts >= NESTED_OTHERS_TRIES &&
	    time_after_eq(jiffies, patience->end))
		return false;

	cond_resched();
	return true;
}

/*
 * A device is waited for twice: an answer may be lost once. There are no more devices
 * than descriptors. When nobody is named, it is taken for another's device: who is to
 * blame is not known in the end either.
 */
static int batch_submit_dev_tlb(struct intel_nested_batch *batch,
				unsigned long options)
{
	struct patience patience = {};
	u64 lost = 0;
	int own, ret;
	u16 sid;

	BUILD_BUG_ON(NESTED_BATCH_MAX > 64);
	for (;;) {
		ret = submit_descs(batch, batch->n, options | QI_OPT_NO_RETRY);
		if (ret != -EAGAIN)
			return ret;

		sid = READ_ONCE(batch->iommu->qi->silent_sid);
		own = own_desc(batch, sid);
		if (own >= 0 && lost & BIT_ULL(own)) {
			batch->silent_sid = sid;
			return ret;
		}
		if (own >= 0)
			lost |= BIT_ULL(own);
		else if (!may_try_again(batch, &patience))
			return ret;
	}
}

/*
 * What waits for no device is at most aborted by others', and qi_submit_sync() itself
 * submits it again, without a bound: a unit completes it as soon as it gets to it, and
 * what the kernel took away may not stay cached, whatever others' devices do.
 */
static int batch_do_submit(struct intel_nested_batch *batch,
			   unsigned long options)
{
	if (iommu_nesting_fail_command())
		return -EIO;
	if (batch->dev_tlb)
		return batch_submit_dev_tlb(batch, options);

	return submit_descs(batch, batch->n, options);
}

/**
 * intel_nested_batch_submit - Submit descriptors, wait until they are complete
 * @batch: the batch, empty afterwards; when a device does not answer, @silent_sid
 *	of the batch names it
 * @options: QI_OPT_WAIT_DRAIN or 0
 *
 * Context: may sleep.
 * Return: 0, or -EIO when the unit refused one, now or before, a device does not
 * answer, or others' devices time out too often and for too long
 */
int intel_nested_batch_submit(struct intel_nested_batch *batch,
			      unsigned long options)
{
	int ret = batch->ret;

	if (!ret && batch->n)
		ret = batch_do_submit(batch, options);

	batch->n = 0;
	batch->dev_tlb = false;
	return ret ? -EIO : 0;
}

/**
 * intel_nested_batch_answer - Submit a page group response, wait until it is sent
 * @batch: the batch with the response alone, empty afterwards
 *
 * A response must not be given twice. Where the time-out of a device aborts the
 * wait behind it, the unit has got that far (6.5.2.11): only a wait is submitted
 * again.
 *
 * Context: may sleep.
 * Return: 0, or -EIO when the unit refused it, or others' devices time out too often
 * and for too long
 */
int intel_nested_batch_answer(struct intel_nested_batch *batch)
{
	struct patience patience = {};
	int ret;

	if (iommu_nesting_fail_command())
		return -EIO;

	ret = submit_descs(batch, batch->n, QI_OPT_NO_RETRY);
	while (ret == -EAGAIN && may_try_again(batch, &patience)) {
		intel_nested_make_fence(batch->desc);
		ret = submit_descs(batch, 1, QI_OPT_NO_RETRY);
	}

	batch->n = 0;
	return ret ? -EIO : 0;
}
