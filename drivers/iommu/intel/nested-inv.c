// SPDX-License-Identifier: GPL-2.0-only
/*
 * VT-d nesting: invalidation on behalf of user space, and after stage 2 changed
 *
 * The domain's lock, held for reading, keeps devices and what is bound to them
 * in place. Invalidations do not exclude each other.
 */
#include <linux/iommu_nesting.h>
#include <linux/log2.h>

#include "nested-batch.h"
#include "pasid.h"

/**
 * struct nested_inv - One invalidation
 * @cache: IOMMU_CACHE_INV_TYPE_*
 * @second: stage 2 changed
 * @all: of every address space; then nothing of the following counts
 * @guest: @pasid is the guest's number of it
 * @pasid: PASID, 0 for requests without one
 * @leaf: no table but those of the last level changed
 * @addr: first address
 * @pages: number of 4 KiB pages, 0 for all addresses
 * @n: number of blocks, 0 for all addresses
 * @blocks: the addresses, as the unit at hand can name them
 */
struct nested_inv {
	u8				cache;
	bool				second;
	bool				all;
	bool				guest;
	u32				pasid;
	bool				leaf;
	u64				addr;
	u64				pages;
	int				n;
	struct intel_nested_block	blocks[NESTED_BLOCKS_MAX];
};

/* Devices that an invalidation is for: all of a domain, or one */
struct nested_scope {
	struct dmar_domain		*domain;
	struct device_domain_info	*only;
};

static struct device_domain_info *
next_in_scope(const struct nested_scope *scope, struct device_domain_info *info)
{
	struct list_head *devices = &scope->domain->nested.devices;
	struct list_head *next = info ? info->nested.node.next : devices->next;

	if (scope->only)
		return info ? NULL : scope->only;

	return next == devices ? NULL :
	       list_entry(next, struct device_domain_info, nested.node);
}

static struct device_domain_info *
first_in_scope(const struct nested_scope *scope)
{
	return next_in_scope(scope, NULL);
}

static void parse_addr(struct nested_inv *inv,
		       const struct iommu_inv_addr_info *addr)
{
	inv->all = !(addr->flags & IOMMU_INV_ADDR_FLAGS_PASID);
	inv->guest = addr->flags & IOMMU_INV_ADDR_FLAGS_GPASID;
	inv->leaf = addr->flags & IOMMU_INV_ADDR_FLAGS_LEAF;
	inv->pasid = addr->pasid;
	inv->addr = addr->addr;
	inv->pages = addr->nb_granules <<
		     (ilog2(addr->granule_size) - VTD_PAGE_SHIFT);
}

/* What takes too many blocks is dropped as the whole address space */
static void split_for(struct nested_inv *inv, u64 cap)
{
	int order = intel_nested_max_order(cap);

	inv->n = 0;
	if (inv->pages && order >= 0)
		inv->n = intel_nested_split(inv->blocks, inv->addr, inv->pages,
					    order);
}

/* Address spaces have no other id here than the PASID (6.5.2) */
static int parse_inv(struct nested_inv *inv,
		     const struct iommu_cache_invalidate_info *info)
{
	const struct iommu_inv_pasid_info *pasid = &info->granu.pasid_info;
	const struct iommu_inv_addr_info *addr = &info->granu.addr_info;

	inv->cache = info->cache;
	inv->second = false;
	inv->guest = false;
	inv->pasid = 0;
	inv->leaf = false;
	inv->addr = 0;
	inv->pages = 0;

	switch (info->granularity) {
	case IOMMU_INV_GRANU_PASID:
		if (pasid->flags & IOMMU_INV_PASID_FLAGS_ARCHID)
			return -EOPNOTSUPP;
		inv->all = false;
		inv->guest = pasid->flags & IOMMU_INV_PASID_FLAGS_GPASID;
		inv->pasid = pasid->pasid;
		return 0;
	case IOMMU_INV_GRANU_ADDR:
		if (addr->flags & IOMMU_INV_ADDR_FLAGS_ARCHID)
			return -EOPNOTSUPP;
		parse_addr(inv, addr);
		return 0;
	default:
		inv->all = true;
		return 0;
	}
}

/* The PASID that a device uses, or INVALID_IOASID when it has no such one */
static u32 device_pasid(struct device_domain_info *info,
			const struct nested_inv *inv)
{
	void *value;

	if (!inv->guest)
		return inv->pasid >> info->nested.pasid_bits ? INVALID_IOASID :
							       inv->pasid;

	value = xa_load(&info->nested.gpasids, inv->pasid);
	return value ? xa_to_value(value) : INVALID_IOASID;
}

static int check_inv(const struct nested_scope *scope,
		     const struct nested_inv *inv)
{
	bool none = true, known = false;
	struct device_domain_info *info;

	for (info = first_in_scope(scope); info;
	     info = next_in_scope(scope, info)) {
		none = false;
		if (inv->cache & IOMMU_CACHE_INV_TYPE_DEV_IOTLB &&
		    !ecap_dev_iotlb_support(info->iommu->ecap))
			return -EOPNOTSUPP;
		if (!inv->all && device_pasid(info, inv) != INVALID_IOASID)
			known = true;
	}
	if (inv->all || known)
		return 0;
	if (inv->guest)
		return -EPERM;

	return none ? 0 : -EOPNOTSUPP;
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

/* Nothing is cached of what is not bound to the device: unbinding dropped it */
static bool device_bound(struct device_domain_info *info,
			 const struct nested_inv *inv, u32 *pasid)
{
	if (inv->all) {
		*pasid = 0;
		return !xa_empty(&info->nested.bindings);
	}

	*pasid = device_pasid(info, inv);
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

	for (info = first_in_scope(scope); info;
	     info = next_in_scope(scope, info))
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
		for (info = first_in_scope(scope); info;
		     info = next_in_scope(scope, info))
			if (info->iommu == iommu)
				add_device(&batch, info, inv);

	return intel_nested_batch_submit(&batch, 0);
}

/* Is the device the first one of its unit that an invalidation is for */
static bool first_of_unit(const struct device_domain_info *first,
			  const struct nested_scope *scope)
{
	struct device_domain_info *info;

	for (info = first_in_scope(scope); info;
	     info = next_in_scope(scope, info))
		if (info->iommu == first->iommu)
			return info == first;

	return false;
}

static int inv_units(const struct nested_scope *scope, struct nested_inv *inv)
{
	struct device_domain_info *info;
	int ret = 0;

	for (info = first_in_scope(scope); info;
	     info = next_in_scope(scope, info))
		if (first_of_unit(info, scope))
			ret = inv_unit(info->iommu, scope, inv) ?: ret;

	return ret;
}

/* What a blocked device had is dropped before it is let go, whatever is asked */
static bool any_blocked(const struct nested_scope *scope)
{
	struct device_domain_info *info;

	for (info = first_in_scope(scope); info;
	     info = next_in_scope(scope, info))
		if (info->nested.blocked)
			return true;

	return false;
}

/**
 * intel_nested_cache_invalidate - Drop cached stage-1 state
 * @domain: domain that nests
 * @dev: one device, or NULL for all that are attached
 * @info: checked by the core
 *
 * All of @info is checked before the first descriptor is submitted. When the
 * hardware fails, every device of the domain is blocked from DMA. A call for
 * devices one of which is blocked fails too, after it was done for the others: it
 * is how user space learns of a failure behind a call that returns no error.
 *
 * Return: 0 when the units have completed it all, -EIO when one did not; -EPERM
 * for a guest PASID that is bound to none of the devices, -EOPNOTSUPP for an id
 * other than a PASID, a PASID that none of the devices can use, and for device
 * TLBs that the unit does not know of; -ENODEV
 */
int intel_nested_cache_invalidate(struct iommu_domain *domain,
				  struct device *dev,
				  const struct iommu_cache_invalidate_info *info)
{
	struct nested_scope scope = { .domain = to_dmar_domain(domain) };
	struct nested_inv inv NESTED_NOT_CLEARED;
	bool blocked = false;
	int ret;

	if (!scope.domain->nested.enabled)
		return -EOPNOTSUPP;

	ret = parse_inv(&inv, info);
	if (ret)
		return ret;

	down_read(&scope.domain->nested.lock);
	if (dev)
		scope.only = intel_nested_find(scope.domain, dev);
	if (dev && !scope.only)
		ret = -ENODEV;
	if (!ret)
		ret = check_inv(&scope, &inv);
	if (!ret)
		ret = inv_units(&scope, &inv);
	if (!ret)
		blocked = any_blocked(&scope);
	up_read(&scope.domain->nested.lock);

	if (ret == -EIO)
		intel_nested_block_domain(scope.domain);

	return ret ?: blocked ? -EIO : 0;
}

/**
 * intel_nested_flush_s2 - Follow a change of stage 2
 * @domain: any domain, whose second level lost a mapping
 * @tables: pages of the second level that are not in it any more, or NULL; freed
 *	when @domain nests, or lost when the hardware might still read them
 *
 * Nested translations are tagged with stage-1 addresses, in the IOTLB and in
 * device TLBs, which nobody can derive from the range of stage 2: all of them go,
 * those with a PASID included (6.5.2.3).
 *
 * When that fails, memory that user space gave up may still be reached: the
 * devices are blocked before it can be used for anything else.
 *
 * Context: of a domain that nests, the caller is an unmap of VFIO's, which may
 * sleep.
 * Return: true when that is all that is to be done, false when @domain does not
 * nest
 */
bool intel_nested_flush_s2(struct dmar_domain *domain, struct list_head *tables)
{
	const struct nested_scope scope = { .domain = domain };
	struct nested_inv inv = {
		.cache	= IOMMU_CACHE_INV_TYPE_IOTLB |
			  IOMMU_CACHE_INV_TYPE_DEV_IOTLB,
		.second	= true,
		.all	= true,
	};
	bool safe;

	if (!domain->nested.enabled)
		return false;

	down_read(&domain->nested.lock);
	safe = !inv_units(&scope, &inv);
	up_read(&domain->nested.lock);

	if (!safe)
		safe = intel_nested_block_domain(domain);
	if (tables && safe)
		put_pages_list(tables);

	return true;
}

/**
 * intel_nested_tlb_sync - Follow an unmapping from stage 2
 * @domain: any domain
 * @gather: what was unmapped; its tables are freed as by intel_nested_flush_s2()
 *
 * Context: as intel_nested_flush_s2().
 * Return: true when that is all that is to be done, false when @domain does not
 * nest
 */
bool intel_nested_tlb_sync(struct dmar_domain *domain,
			   struct iommu_iotlb_gather *gather)
{
	return intel_nested_flush_s2(domain, &gather->freelist);
}
