// SPDX-License-Identifier: GPL-2.0-only
/*
 * VT-d nesting: faults and page requests of devices go to user space
 *
 * Two places report: the thread of a unit's page request queue, and dmar_fault(),
 * in the hard interrupt. Both know nothing but a source id, and take no lock that is
 * held while somebody waits for them: they find the device's faults under RCU.
 *
 * What user space does not take, or has no room for, the thread answers as invalid
 * at once. That is so before a PASID is bound and from the moment that it is being
 * unbound: requests that were in the queue by then find nobody, and draining waits
 * for these answers.
 *
 * A device that is blocked has no ATS any more, but can still be given responses:
 * what it waits for is answered as ever, by user space, after a time, or when it is
 * unbound or leaves. A device whose response the unit does not take, whoever gave it,
 * is blocked.
 */
#define pr_fmt(fmt)	"DMAR: " fmt

#include <linux/iommu_nesting.h>
#include <linux/iommu_nesting_fault.h>
#include <linux/pci.h>
#include <linux/rcupdate.h>
#include <linux/xarray.h>

#include "nested-batch.h"

/*
 * struct iommu_nesting_faults by unit and source id. It is read under RCU, and freed
 * after a grace period. A device gets into its place before it enters a domain: it
 * comes from one that does not nest.
 */
static DEFINE_XARRAY(nested_faults);

static unsigned long fault_index(const struct intel_iommu *iommu, u16 sid)
{
	return (unsigned long)iommu->seq_id << 16 | sid;
}

static unsigned long device_index(const struct device_domain_info *info)
{
	return fault_index(info->iommu, PCI_DEVID(info->bus, info->devfn));
}

static int send_response(struct intel_iommu *iommu, u16 sid,
			 const struct iommu_fault_page_request *req, u32 code)
{
	struct intel_nested_batch batch NESTED_NOT_CLEARED;

	intel_nested_batch_init(&batch, iommu);
	intel_nested_make_response(intel_nested_batch_next(&batch), sid, req,
				   code);
	return intel_nested_batch_answer(&batch);
}

/* The device stays in its domain until iommu_nesting_faults_stop() returns */
static int nested_respond(struct device *dev,
			  const struct iommu_fault_page_request *req, u32 code)
{
	struct device_domain_info *info = dev_iommu_priv_get(dev);

	code = intel_nested_user_code(code, to_pci_dev(dev)->is_virtfn);
	return send_response(info->iommu, PCI_DEVID(info->bus, info->devfn),
			     req, code);
}

static void nested_drain(struct device *dev)
{
	intel_nested_drain_requests(dev_iommu_priv_get(dev));
}

/*
 * The domain stays at least until iommu_nesting_faults_leave() returns: that from
 * which the device comes, which does not nest, or that in which it is. On its way
 * from one to the other nothing of user space's is in the device.
 */
static void nested_block(struct device *dev)
{
	struct device_domain_info *info = dev_iommu_priv_get(dev);
	struct dmar_domain *domain = READ_ONCE(info->domain);

	if (!domain || !domain->nested.enabled)
		return;

	down_write(&domain->nested.lock);
	if (info->nested.attached)
		intel_nested_block(info, IOMMU_FAULT_BLOCKED_RESPONSE);
	up_write(&domain->nested.lock);
}

static const struct iommu_nesting_fault_ops nested_fault_ops = {
	.respond	= nested_respond,
	.drain		= nested_drain,
	.block		= nested_block,
};

/**
 * intel_nested_faults_enter - Prepare the reports of a device
 * @info: device that is about to enter a domain that nests
 *
 * Return: the faults, or NULL without memory
 */
struct iommu_nesting_faults *
intel_nested_faults_enter(struct device_domain_info *info)
{
	struct iommu_nesting_faults *faults;

	faults = iommu_nesting_faults_alloc(info->dev, &nested_fault_ops);
	if (!faults)
		return NULL;

	if (!xa_err(xa_store(&nested_faults, device_index(info), faults,
			     GFP_KERNEL)))
		return faults;

	iommu_nesting_faults_leave(faults);
	iommu_nesting_faults_stop(faults);
	iommu_nesting_faults_put(faults);
	return NULL;
}

/**
 * intel_nested_faults_leave - Nothing of a device is reported any more
 * @info: device that is left without entries, and whose requests were drained
 * @faults: its faults, stopped before; not used by the caller any more
 */
void intel_nested_faults_leave(struct device_domain_info *info,
			       struct iommu_nesting_faults *faults)
{
	xa_cmpxchg(&nested_faults, device_index(info), faults, NULL, 0);
	iommu_nesting_faults_put(faults);
}

/* The device may have left while it was being answered */
static void response_lost(struct intel_iommu *iommu, u16 rid)
{
	struct iommu_nesting_faults *faults;

	rcu_read_lock();
	faults = xa_load(&nested_faults, fault_index(iommu, rid));
	if (faults)
		iommu_nesting_faults_failed(faults);
	rcu_read_unlock();

	pr_err_ratelimited("%s: response to %02x:%02x.%d lost\n", iommu->name,
			   PCI_BUS_NUM(rid), PCI_SLOT(rid), PCI_FUNC(rid));
}

/**
 * intel_nested_page_request - Pass a page request on
 * @iommu: the unit
 * @desc: page request descriptor
 *
 * While devices of others time out, a response of the host's waits as in
 * intel_nested_batch_answer(), and the unit's other page requests wait behind it.
 *
 * Context: the thread of the unit's page request queue.
 * Return: false when the device is in no domain that nests, and the request is left
 * to the caller
 */
bool intel_nested_page_request(struct intel_iommu *iommu, const u64 *desc)
{
	u16 rid = intel_nested_request_rid(desc);
	struct iommu_fault_page_request req = {};
	struct iommu_nesting_faults *faults;
	int ret = 0;

	rcu_read_lock();
	faults = xa_load(&nested_faults, fault_index(iommu, rid));
	if (faults && !intel_nested_is_marker(desc)) {
		intel_nested_parse_request(&req, desc);
		ret = iommu_nesting_report_request(faults, &req);
	}
	rcu_read_unlock();

	if (!ret || !(req.flags & (IOMMU_FAULT_PAGE_REQUEST_LAST_PAGE |
				   IOMMU_FAULT_PAGE_REQUEST_PRIV_DATA)))
		return faults;

	if (send_response(iommu, rid, &req, IOMMU_PAGE_RESP_INVALID))
		response_lost(iommu, rid);

	return true;
}

/**
 * intel_nested_fault - Report a recorded fault
 * @iommu: the unit
 * @reg: offset of the fault recording register
 *
 * Context: any, with the unit's registers locked.
 */
void intel_nested_fault(struct intel_iommu *iommu, int reg)
{
	struct iommu_fault_unrecoverable event;
	struct iommu_nesting_faults *faults;
	u64 lo, hi;

	if (xa_empty(&nested_faults))
		return;

	lo = dmar_readq(iommu->reg + reg);
	hi = dmar_readq(iommu->reg + reg + sizeof(lo));

	rcu_read_lock();
	faults = xa_load(&nested_faults,
			 fault_index(iommu, intel_nested_fault_sid(hi)));
	if (faults && intel_nested_parse_fault(&event, lo, hi))
		iommu_nesting_report_event(faults, &event);
	rcu_read_unlock();
}

/**
 * intel_nested_overflow - A unit has lost faults or page requests, nobody knows whose
 * @iommu: the unit
 *
 * Context: any.
 */
void intel_nested_overflow(struct intel_iommu *iommu)
{
	struct iommu_nesting_faults *faults;
	unsigned long index;

	rcu_read_lock();
	xa_for_each_range(&nested_faults, index, faults, fault_index(iommu, 0),
			  fault_index(iommu, U16_MAX))
		iommu_nesting_report_overflow(faults);
	rcu_read_unlock();
}

/**
 * intel_nested_fault_overflow - Report that a unit had no room to record faults
 * @iommu: the unit, all of whose recorded faults were seen
 *
 * The bit may be set after it was read here. Then it stays: it says that there are
 * new records, and these interrupt again (7.2.1).
 *
 * Context: any, with the unit's registers locked.
 * Return: whether PFO is to be cleared
 */
bool intel_nested_fault_overflow(struct intel_iommu *iommu)
{
	if (xa_empty(&nested_faults))
		return true;
	if (!(readl(iommu->reg + DMAR_FSTS_REG) & DMA_FSTS_PFO))
		return false;

	intel_nested_overflow(iommu);
	return true;
}
