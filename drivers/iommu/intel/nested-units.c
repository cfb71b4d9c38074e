// SPDX-License-Identifier: GPL-2.0-only
/*
 * VT-d nesting: an invalidation goes to the units and devices that it is for
 *
 * The domain's lock, held for reading, keeps devices and what is bound to them in
 * place. Invalidations do not exclude each other.
 */
#include <linux/pci.h>
#include <linux/xarray.h>

#include "nested-batch.h"
#include "nested-inv.h"

/* What takes too many blocks is dropped as the whole address space */
static void split_for(struct nested_inv *inv, u64 cap)
{
	int order = intel_nested_max_order(cap);

	inv->n = 0;
	if (inv->pages && order >= 0)
		inv->n = intel_nested_split(inv->blocks, inv->addr, inv->pages,
					    order);
}

/**
 * intel_nested_inv_pasid - What a device knows the invalidation's PASID as
 * @info: the device
 * @inv: an invalidation that has a PASID
 *
 * Return: the PASID that the device uses, or INVALID_IOASID when it has no such one
 */
u32 intel_nested_inv_pasid(struct device_domain_info *info,
			   const struct nested_inv *inv)
{
	void *value;

	if (!inv->guest)
		return inv->pasid >> info->nested.pasid_bits ? INVALID_IOASID :
							       inv->pasid;

	value = xa_load(&info->nested.gpasids, inv->pasid);
	return value ? xa_to_value(value) : INVALID_IOASID;
}

static void add_pasid_cache(struct intel_nested_batch *batch, u16 did,
			    u32 pasid, const struct nested_inv *inv)
{
	struct qi_desc *desc = intel_nested_batch_next(batch);

	if (inv->all)
		intel_nested_make_pasid_all(desc, did);
	else
		intel_nested_make_pasid(desc, did, pasid);
}

static void add_iotlb(struct intel_nested_batch *batch, u16 did, u32 pasid,
		      const struct nested_inv *inv)
{
	int i;

	if (inv->all)
		intel_nested_make_iotlb(intel_nested_batch_next(batch),
					batch->iommu->cap, did);
	else if (!inv->n)
		intel_nested_make_piotlb(intel_nested_batch_next(batch), did,
					 pasid);

	for (i = 0; !inv->all && i < inv->n; i++)
		intel_nested_make_piotlb_block(intel_nested_batch_next(batch),
					       did, pasid, &inv->blocks[i],
					       inv->leaf);
}

/*
 * Nothing is cached of what is not bound to the device: unbinding dropped it, unless
 * even that failed.
 */
static bool device_bound(struct device_domain_info *info,
			 const struct nested_inv *inv, u32 *pasid)
{
	if (inv->all) {
		*pasid = 0;
		return info->nested.failed ||
		       !xa_empty(&info->nested.bindings);
	}

	*pasid = intel_nested_inv_pasid(info, inv);
	return *pasid != INVALID_IOASID &&
	       xa_load(&info->nested.bindings, *pasid);
}

/* What a unit caches is tagged with domain id and PASID */
static void add_unit(struct intel_nested_batch *batch,
		     const struct nested_scope *scope,
		     const struct nested_inv *inv,
		     void (*add)(struct intel_nested_batch *batch, u16 did,
				 u32 pasid, const struct nested_inv *inv))
{
	struct device_domain_info *info;
	u32 pasid;

	if (inv->second)
		add(batch, domain_id_iommu(scope->domain, batch->iommu), 0,
		    inv);

	for (info = nested_next(scope, NULL); info;
	     info = nested_next(scope, info))
		if (info->iommu == batch->iommu &&
		    device_bound(info, inv, &pasid))
			add(batch, info->nested.did, pasid, inv);
}

static void add_device(struct intel_nested_batch *batch,
		       struct device_domain_info *info,
		       const struct nested_inv *inv)
{
	u32 pasid;
	int i;

	if (inv->all) {
		intel_nested_batch_dev_tlb_all(batch, info);
		return;
	}

	if (!device_bound(info, inv, &pasid))
		return;

	if (!inv->n)
		intel_nested_batch_dev_tlb(batch, info, pasid,
					   &intel_nested_all);
	for (i = 0; i < inv->n; i++)
		intel_nested_batch_dev_tlb(batch, info, pasid,
					   &inv->blocks[i]);
}

/* Is it one of those asked that did not answer; then it is remembered */
static bool note_silent(const struct nested_scope *scope,
			const struct intel_nested_batch *batch)
{
	struct device_domain_info *info;

	for (info = nested_next(scope, NULL); info;
	     info = nested_next(scope, info))
		if (info->iommu == batch->iommu && batch->silent_sid &&
		    batch->silent_sid == PCI_DEVID(info->bus, info->devfn)) {
			WRITE_ONCE(info->nested.silent, true);
			return true;
		}

	return false;
}

/* -EAGAIN when it is to be done again without a device, which has been noted */
static int inv_unit(struct intel_iommu *iommu,
		    const struct nested_scope *scope, struct nested_inv *inv)
{
	struct intel_nested_batch batch NESTED_NOT_CLEARED;
	struct device_domain_info *info;

	split_for(inv, iommu->cap);
	intel_nested_batch_init(&batch, iommu);
	if (inv->cache & IOMMU_CACHE_INV_TYPE_PASID)
		add_unit(&batch, scope, inv, add_pasid_cache);
	if (inv->cache & IOMMU_CACHE_INV_TYPE_IOTLB) {
		intel_nested_batch_fence(&batch);
		add_unit(&batch, scope, inv, add_iotlb);
	}
	if (inv->cache & IOMMU_CACHE_INV_TYPE_DEV_IOTLB)
		for (info = nested_next(scope, NULL); info;
		     info = nested_next(scope, info))
			if (info->iommu == iommu)
				add_device(&batch, info, inv);

	if (!intel_nested_batch_submit(&batch, 0))
		return 0;

	return note_silent(scope, &batch) ? -EAGAIN : -EIO;
}

/* Is the device the first one of its unit that an invalidation is for */
static bool first_of_unit(const struct device_domain_info *first,
			  const struct nested_scope *scope)
{
	struct device_domain_info *info;

	for (info = nested_next(scope, NULL); info;
	     info = nested_next(scope, info))
		if (info->iommu == first->iommu)
			return info == first;

	return false;
}

/**
 * intel_nested_inv_units - Invalidate at all units
 * @scope: the devices that it is for
 * @inv: what, checked
 *
 * Return: 0 when the units have completed it; -EAGAIN when it is to be done again,
 * after those that did not answer were blocked; -EIO when a unit failed
 */
int intel_nested_inv_units(const struct nested_scope *scope,
			   struct nested_inv *inv)
{
	struct device_domain_info *info;
	int ret = 0, failed;

	for (info = nested_next(scope, NULL); info;
	     info = nested_next(scope, info)) {
		if (!first_of_unit(info, scope))
			continue;
		failed = inv_unit(info->iommu, scope, inv);
		if (failed && ret != -EIO)
			ret = failed;
	}

	return ret;
}

/**
 * intel_nested_inv_recover - Block after a failure
 * @scope: the devices that the invalidation is for, their domain's lock held for
 *	writing
 * @inv: the invalidation
 * @ret: what intel_nested_inv_units() returned; nothing to do when it is 0
 *
 * Who did not answer is blocked, and it is done again for the others. When nobody
 * knows whose fault it is, all devices of the domain are blocked.
 *
 * Each turn but the first finds a device that was not blocked, since a blocked one
 * has no ATS, and is not asked: there are no more turns than devices.
 */
void intel_nested_inv_recover(const struct nested_scope *scope,
			      struct nested_inv *inv, int ret)
{
	while (ret == -EAGAIN) {
		intel_nested_block_silent(scope->domain);
		ret = intel_nested_inv_units(scope, inv);
	}
	if (ret)
		intel_nested_block_domain(scope->domain);
}
