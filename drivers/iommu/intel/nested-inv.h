/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VT-d nesting: an invalidation, and the devices that it is for
 */
#ifndef _INTEL_IOMMU_NESTED_INV_H
#define _INTEL_IOMMU_NESTED_INV_H

#include "iommu.h"
#include "nested-compose.h"

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

/**
 * struct nested_scope - Devices that an invalidation is for
 * @domain: all of this domain's, whose lock is held by who goes through them
 * @only: or this one of them
 */
struct nested_scope {
	struct dmar_domain		*domain;
	struct device_domain_info	*only;
};

/**
 * nested_next - Go through the devices that an invalidation is for
 * @scope: the devices
 * @info: the last one, NULL to begin with
 *
 * Return: the next one, or NULL at the end
 */
static inline struct device_domain_info *
nested_next(const struct nested_scope *scope, struct device_domain_info *info)
{
	struct list_head *devices = &scope->domain->nested.devices;
	struct list_head *next = info ? info->nested.node.next : devices->next;

	if (scope->only)
		return info ? NULL : scope->only;

	return next == devices ? NULL :
	       list_entry(next, struct device_domain_info, nested.node);
}

u32 intel_nested_inv_pasid(struct device_domain_info *info,
			   const struct nested_inv *inv);
int intel_nested_inv_units(const struct nested_scope *scope,
			   struct nested_inv *inv);
void intel_nested_inv_recover(const struct nested_scope *scope,
			      struct nested_inv *inv, int ret);

#endif /* _INTEL_IOMMU_NESTED_INV_H */
