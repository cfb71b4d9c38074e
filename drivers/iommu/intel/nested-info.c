// SPDX-License-Identifier: GPL-2.0-only
/*
 * VT-d nesting: what a unit offers a guest
 */
#include <linux/bits.h>
#include <linux/bitops.h>
#include <linux/iommu_nesting.h>

#include "iommu.h"

/*
 * 11.4.2: SAGAW, MGAW, SSLPS, FS1GP, FS5LP. What tells how the host drives the
 * unit (PSI, MAMV, fault records, ...) is the virtual unit's own.
 */
#define CAP_SHOWN	(GENMASK_ULL(12, 8) | GENMASK_ULL(21, 16) |	\
			 GENMASK_ULL(37, 34) | BIT_ULL(56) | BIT_ULL(60))

/*
 * 11.4.3: C, DT, SC, MTS, NEST, PRS, SRS, EAFS, PSS, PASID, SMTS, SSTS, FSTS,
 * SMPWC
 */
#define ECAP_SHOWN	(BIT_ULL(0) | BIT_ULL(2) | BIT_ULL(7) |		\
			 GENMASK_ULL(26, 25) | BIT_ULL(29) |		\
			 BIT_ULL(31) | GENMASK_ULL(40, 34) |		\
			 BIT_ULL(43) | GENMASK_ULL(48, 46))

/**
 * intel_nested_cap - Capability Register as a guest may know it
 * @cap: the unit's register
 *
 * Return: the register without the fields that no virtual unit can have
 */
u64 intel_nested_cap(u64 cap)
{
	return cap & CAP_SHOWN;
}

/**
 * intel_nested_ecap - Extended Capability Register as a guest may know it
 * @ecap: the unit's register
 *
 * Return: the register without the fields that no virtual unit can have
 */
u64 intel_nested_ecap(u64 ecap)
{
	return ecap & ECAP_SHOWN;
}

/**
 * intel_nested_same_offer - Can two units do the same for a guest
 * @cap: Capability Register of one
 * @ecap: its Extended Capability Register
 * @other_cap: Capability Register of the other
 * @other_ecap: its Extended Capability Register
 *
 * Return: true when a guest could not tell them apart
 */
bool intel_nested_same_offer(u64 cap, u64 ecap, u64 other_cap, u64 other_ecap)
{
	return intel_nested_cap(cap) == intel_nested_cap(other_cap) &&
	       intel_nested_ecap(ecap) == intel_nested_ecap(other_ecap);
}

/**
 * intel_nested_get_info - Describe what a device can be offered
 * @domain: domain that it is attached to
 * @dev: the device
 * @info: zeroed; filled in on success
 *
 * Return: 0, -EOPNOTSUPP when @domain does not nest, -ENODEV when @dev is not
 * attached to it
 */
int intel_nested_get_info(struct iommu_domain *domain, struct device *dev,
			  struct iommu_nesting_info *info)
{
	struct dmar_domain *dmar_domain = to_dmar_domain(domain);
	struct device_domain_info *device;

	if (!dmar_domain->nested.enabled)
		return -EOPNOTSUPP;

	down_read(&dmar_domain->nested.lock);
	device = intel_nested_find(dmar_domain, dev);
	if (device) {
		info->format = IOMMU_PASID_FORMAT_INTEL_VTD;
		info->features = IOMMU_NESTING_FEAT_SYSWIDE_PASID |
				 IOMMU_NESTING_FEAT_BIND_PGTBL |
				 IOMMU_NESTING_FEAT_CACHE_INVLD;
		if (device->pri_enabled && device->iommu->prq)
			info->features |= IOMMU_NESTING_FEAT_PAGE_REQUEST;
		info->addr_width = fls64(domain->geometry.aperture_end);
		info->pasid_bits = device->nested.pasid_bits;
		info->vendor.vtd.cap = intel_nested_cap(device->iommu->cap);
		info->vendor.vtd.ecap =
			intel_nested_ecap(device->iommu->ecap);
	}
	up_read(&dmar_domain->nested.lock);

	return device ? 0 : -ENODEV;
}
