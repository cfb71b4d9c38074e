// SPDX-License-Identifier: GPL-2.0-only
/*
 * VT-d nesting: drop what is cached of PASID entries, and drain page requests
 *
 * The entries are not present any more. The domain's lock is held for writing. The
 * exception is intel_nested_drain_requests().
 */
#include <linux/delay.h>
#include <linux/intel-svm.h>
#include <linux/iommu_nesting.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/pci.h>

#include "nested-batch.h"

/* How often page requests are drained while their queue overflows */
#define NESTED_DRAIN_TRIES	4

static u16 device_sid(const struct device_domain_info *info)
{
	return PCI_DEVID(info->bus, info->devfn);
}

static unsigned long drain_option(const struct device_domain_info *info)
{
	return info->pri_enabled ? QI_OPT_WAIT_DRAIN : 0;
}

static bool prq_overflowed(const struct device_domain_info *info)
{
	return readl(info->iommu->reg + DMAR_PRS_REG) & DMA_PRS_PRO;
}

static unsigned int prq_reg(const struct device_domain_info *info, int reg)
{
	return dmar_readq(info->iommu->reg + reg) & PRQ_RING_MASK;
}

/*
 * Wait until the thread is done with what the queue now holds of a device. What
 * comes later is not waited for, nor do others' requests behind it count, so that
 * no device can keep anyone waiting. False when it held nothing and had room.
 */
static bool wait_prq(const struct device_domain_info *info, u32 pasid,
		     unsigned long end)
{
	unsigned int before, left, head = prq_reg(info, DMAR_PQH_REG);
	bool overflow = prq_overflowed(info);

	if (overflow)
		left = (prq_reg(info, DMAR_PQT_REG) - head) & PRQ_RING_MASK;
	else
		left = intel_nested_prq_queued(info->iommu, head,
					       device_sid(info), pasid);
	if (!overflow && !left)
		return false;

	do {
		usleep_range(50, 100);
		before = head;
		head = prq_reg(info, DMAR_PQH_REG);
		left -= min(left, (head - before) & PRQ_RING_MASK);
	} while (left && time_before(jiffies, end));

	return true;
}

/* Everything cached of one entry, and page requests in flight (7.10) */
static int flush_entry(struct device_domain_info *info, u32 pasid, u16 did)
{
	struct intel_nested_batch batch NESTED_NOT_CLEARED;

	intel_nested_batch_init(&batch, info->iommu);
	intel_nested_make_pasid(intel_nested_batch_next(&batch), did, pasid);
	intel_nested_batch_fence(&batch);
	intel_nested_make_piotlb(intel_nested_batch_next(&batch), did, pasid);
	intel_nested_make_iotlb(intel_nested_batch_next(&batch),
				info->iommu->cap, did);
	intel_nested_batch_dev_tlb(&batch, info, pasid, &intel_nested_all);

	return intel_nested_batch_submit(&batch, drain_option(info));
}

/**
 * intel_nested_flush_device - Drop everything cached of a device
 * @info: the device, which has no entry any more
 *
 * Return: 0 or -EIO
 */
int intel_nested_flush_device(struct device_domain_info *info)
{
	const u16 dids[] = {
		domain_id_iommu(info->domain, info->iommu),
		info->nested.did,
	};
	struct intel_nested_batch batch NESTED_NOT_CLEARED;
	int i;

	intel_nested_batch_init(&batch, info->iommu);
	intel_nested_make_context(intel_nested_batch_next(&batch), dids[0],
				  device_sid(info));
	intel_nested_batch_fence(&batch);
	for (i = 0; i < ARRAY_SIZE(dids); i++)
		intel_nested_make_pasid_all(intel_nested_batch_next(&batch),
					    dids[i]);
	intel_nested_batch_fence(&batch);
	for (i = 0; i < ARRAY_SIZE(dids); i++)
		intel_nested_make_iotlb(intel_nested_batch_next(&batch),
					info->iommu->cap, dids[i]);
	intel_nested_batch_dev_tlb_all(&batch, info);

	return intel_nested_batch_submit(&batch, drain_option(info));
}

/*
 * Drain the page requests of entries that are not present any more (7.10). The
 * thread's answers to requests that were in the queue, which user space does not
 * get any more, come after the first drain: a second one follows them to the
 * device. Where the queue overflowed, requests may be left in the unit.
 *
 * What is left when others keep the queue full is answered as invalid later, and
 * only this device hears of it.
 */
static bool drained(struct device_domain_info *info, u32 pasid, int try,
		    unsigned long end)
{
	if (!info->pri_enabled || !info->iommu->prq)
		return true;
	if (try && !prq_overflowed(info))
		return true;

	return !wait_prq(info, pasid, end);
}

/* Of the whole device when @pasid is INVALID_IOASID, and @did doesn't matter then */
static int flush_and_drain(struct device_domain_info *info, u32 pasid, u16 did)
{
	unsigned long end = jiffies + HZ;
	int try, ret = 0;

	for (try = 0; try < NESTED_DRAIN_TRIES; try++) {
		ret = pasid == INVALID_IOASID ?
			intel_nested_flush_device(info) :
			flush_entry(info, pasid, did);
		if (ret || drained(info, pasid, try, end))
			break;
	}

	return ret;
}

/**
 * intel_nested_flush_pasid - Drop everything cached of one entry, and drain
 * @info: the device
 * @pasid: PASID of the entry, which is not present any more; 0 for that of the
 *	requests without one
 * @did: domain id that the entry has
 *
 * Return: 0 or -EIO
 */
int intel_nested_flush_pasid(struct device_domain_info *info, u32 pasid,
			     u16 did)
{
	return flush_and_drain(info, pasid, did);
}

/**
 * intel_nested_drain_device - Drop everything cached of a device, and drain
 * @info: the device, which has no entry any more
 *
 * Return: 0 or -EIO
 */
int intel_nested_drain_device(struct device_domain_info *info)
{
	return flush_and_drain(info, INVALID_IOASID, 0);
}

/**
 * intel_nested_drain_requests - Wait until what a device has asked was reported
 * @info: the device, attached, and with entries; it was reset
 *
 * What the unit still has goes to its queue first (7.10).
 *
 * Context: sleeps, for a bounded time. The domain's lock need not be held.
 */
void intel_nested_drain_requests(struct device_domain_info *info)
{
	struct intel_nested_batch batch NESTED_NOT_CLEARED;
	unsigned long end = jiffies + HZ;
	int try, ret;

	for (try = 0; try < NESTED_DRAIN_TRIES; try++) {
		intel_nested_batch_init(&batch, info->iommu);
		intel_nested_make_fence(intel_nested_batch_next(&batch));
		ret = intel_nested_batch_submit(&batch, drain_option(info));
		if (ret || drained(info, INVALID_IOASID, try, end))
			break;
	}
}
