// SPDX-License-Identifier: GPL-2.0-only
/*
 * SMMUv3 nesting: what a virtual SMMU can be built from
 */
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/io.h>
#include <linux/iommu_nesting.h>

#include "arm-smmu-v3-nested.h"

/* Arm IHI 0070, 6.3.1 to 6.3.8: what the driver has no other use for */
#define ARM_SMMU_AIDR			0x1c
#define IDR0_TERM_MODEL			BIT(26)
#define IDR0_STALL_MODEL_NONE		1
#define IDR3_HAD			BIT(2)

static u32 nested_idr0(struct arm_smmu_device *smmu)
{
	u32 keep = IDR0_S1P | IDR0_TTF | IDR0_ASID16 | IDR0_CD2L |
		   IDR0_TTENDIAN | IDR0_TERM_MODEL;
	u32 idr0;

	if (smmu->features & ARM_SMMU_FEAT_ATS)
		keep |= IDR0_ATS;

	idr0 = readl_relaxed(smmu->base + ARM_SMMU_IDR0) & keep;
	if (!(smmu->features & ARM_SMMU_FEAT_STALLS))
		idr0 |= FIELD_PREP(IDR0_STALL_MODEL, IDR0_STALL_MODEL_NONE);

	/* Firmware may overrule the register */
	if (smmu->features & ARM_SMMU_FEAT_COHERENCY)
		idr0 |= IDR0_COHACC;

	return idr0;
}

static u32 nested_idr3(struct arm_smmu_device *smmu)
{
	u32 keep = IDR3_HAD;

	if (smmu->features & ARM_SMMU_FEAT_RANGE_INV)
		keep |= IDR3_RIL;

	return readl_relaxed(smmu->base + ARM_SMMU_IDR3) & keep;
}

static u32 nested_idr5(struct arm_smmu_device *smmu)
{
	return readl_relaxed(smmu->base + ARM_SMMU_IDR5) &
	       (IDR5_GRAN64K | IDR5_GRAN16K | IDR5_GRAN4K | IDR5_OAS |
		IDR5_VAX);
}

static void nested_fill_smmuv3(struct arm_smmu_device *smmu,
			       struct iommu_nesting_info_smmuv3 *info)
{
	info->idr[0] = nested_idr0(smmu);
	info->idr[1] = readl_relaxed(smmu->base + ARM_SMMU_IDR1) &
		       IDR1_SSIDSIZE;
	info->idr[3] = nested_idr3(smmu);
	info->idr[5] = nested_idr5(smmu);
	info->iidr = readl_relaxed(smmu->base + ARM_SMMU_IIDR);
	info->aidr = readl_relaxed(smmu->base + ARM_SMMU_AIDR);
	info->msi_iova = MSI_IOVA_BASE;
	info->msi_size = MSI_IOVA_LENGTH;
}

/**
 * arm_smmu_nested_get_info - Describe what a device can be offered
 * @domain: domain that nests
 * @dev: device attached to it
 * @info: zeroed, filled in on success
 *
 * Return: 0, -EOPNOTSUPP when @domain does not nest, -ENODEV when @dev is not
 * attached to it
 */
int arm_smmu_nested_get_info(struct iommu_domain *domain, struct device *dev,
			     struct iommu_nesting_info *info)
{
	struct arm_smmu_domain *smmu_domain = to_smmu_domain(domain);
	struct arm_smmu_master *master;

	if (smmu_domain->stage != ARM_SMMU_DOMAIN_NESTED)
		return -EOPNOTSUPP;

	mutex_lock(&smmu_domain->init_mutex);
	master = arm_smmu_nested_find_master(smmu_domain, dev);
	if (master) {
		info->format = IOMMU_PASID_FORMAT_ARM_SMMUV3;
		info->features = IOMMU_NESTING_FEAT_BIND_PASID_TABLE |
				 IOMMU_NESTING_FEAT_CACHE_INVLD;
		if (arm_smmu_nested_stalls(master))
			info->features |= IOMMU_NESTING_FEAT_PAGE_REQUEST;
		info->addr_width = fls64(domain->geometry.aperture_end);
		info->pasid_bits = master->ssid_bits;
		nested_fill_smmuv3(master->smmu, &info->vendor.smmuv3);
	}
	mutex_unlock(&smmu_domain->init_mutex);

	return master ? 0 : -ENODEV;
}
