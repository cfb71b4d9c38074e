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
#include "nested-inv.h"

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

static int check_inv(const struct nested_scope *scope,
		     const struct nested_inv *inv)
{
	bool none = true, known = false;
	struct device_domain_info *info;

	for (info = nested_next(scope, NULL); info;
	     info = nested_next(scope, info)) {
		none = false;
		if (inv->cache & IOMMU_CACHE_INV_TYPE_DEV_IOTLB &&
		    !ecap_dev_iotlb_support(info->iommu->ecap))
			return -EOPNOTSUPP;
		if (!inv->all && intel_nested_inv_pasid(info, inv) != INVALID_IOASID)
			known = true;
	}
	if (inv->all || known)
		return 0;
	if (inv->guest)
		return -EPERM;

	return none ? 0 : -EOPNOTSUPP;
}

/* For user space, whose one device may have left meanwhile */
static void recover_user(struct nested_scope *scope, struct device *dev,
			 struct nested_inv *inv, int ret)
{
	down_write(&scope->domain->nested.lock);
	if (dev)
		scope->only = intel_nested_find(scope->domain, dev);
	if (!dev || scope->only)
		intel_nested_inv_recover(scope, inv, ret);
	up_write(&scope->domain->nested.lock);
}

static bool any_failed(const struct nested_scope *scope)
{
	struct device_domain_info *info;

	for (info = nested_next(scope, NULL); info;
	     info = nested_next(scope, info))
		if (info->nested.failed)
			return true;

	return false;
}

/* A unit that works again drops what it did not when the device was blocked */
static void flush_failed(const struct nested_scope *scope)
{
	struct device_domain_info *info;

	for (info = nested_next(scope, NULL); info;
	     info = nested_next(scope, info))
		if (info->nested.failed)
			info->nested.failed = intel_nested_flush_device(info);
}

/*
 * After a change of stage 2: is nothing of it cached any more. What a device had that
 * failed before includes its PASID entries, and the tables that these lead to.
 */
static bool recover_s2(const struct nested_scope *scope,
		       struct nested_inv *inv, int ret)
{
	bool safe;

	down_write(&scope->domain->nested.lock);
	flush_failed(scope);
	intel_nested_inv_recover(scope, inv, ret);
	safe = !any_failed(scope);
	up_write(&scope->domain->nested.lock);

	return safe;
}

/* What a blocked device had is dropped before it is let go, whatever is asked */
static bool any_blocked(const struct nested_scope *scope)
{
	struct device_domain_info *info;

	for (info = nested_next(scope, NULL); info;
	     info = nested_next(scope, info))
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
 * All of @info is checked before the first descriptor is submitted. A device that
 * does not answer is blocked from DMA, and the call fails after it was done for the
 * others. When the unit fails, every device of the domain is blocked. A call for
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
		ret = intel_nested_inv_units(&scope, &inv);
	if (!ret)
		blocked = any_blocked(&scope);
	up_read(&scope.domain->nested.lock);

	if (ret == -EIO || ret == -EAGAIN) {
		recover_user(&scope, dev, &inv, ret);
		return -EIO;
	}

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
 * When that fails, memory that user space gave up may still be reached: a device
 * that does not answer is blocked before it can be used for anything else, and when
 * the unit fails, all devices are. What could not be dropped of a device when it was
 * blocked is tried again.
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
	int ret;

	if (!domain->nested.enabled)
		return false;

	down_read(&domain->nested.lock);
	ret = intel_nested_inv_units(&scope, &inv);
	safe = !ret && !any_failed(&scope);
	up_read(&domain->nested.lock);

	if (!safe)
		safe = recover_s2(&scope, &inv, ret);
	if (safe && tables && !domain->nested.lost)
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
