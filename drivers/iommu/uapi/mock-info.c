// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: what it says of itself
 *
 * Sections and bits are those of the VT-d specification 4.1 and of the Arm System
 * Memory Management Unit Architecture Specification, version 3, Arm IHI 0070.
 */
#include <linux/bits.h>
#include <linux/err.h>
#include <linux/iommu_nesting.h>

#include "mock.h"

/* 11.4.2: 48 bits in four levels, pages of 2M and 1G, no fifth level */
#define CAP_SAGAW_4LVL		BIT_ULL(10)
#define CAP_MGAW		((u64)(MOCK_ADDR_WIDTH - 1) << 16)
#define CAP_SSLPS		(BIT_ULL(34) | BIT_ULL(35))
#define CAP_FS1GP		BIT_ULL(56)

/* 11.4.3 */
#define ECAP_C			BIT_ULL(0)
#define ECAP_DT			BIT_ULL(2)
#define ECAP_SC			BIT_ULL(7)
#define ECAP_MTS		BIT_ULL(25)
#define ECAP_NEST		BIT_ULL(26)
#define ECAP_PRS		BIT_ULL(29)
#define ECAP_SRS		BIT_ULL(31)
#define ECAP_EAFS		BIT_ULL(34)
#define ECAP_PSS		((u64)(MOCK_PASID_BITS - 1) << 35)
#define ECAP_PASID		BIT_ULL(40)
#define ECAP_SMTS		BIT_ULL(43)
#define ECAP_SSTS		BIT_ULL(46)
#define ECAP_FSTS		BIT_ULL(47)

/* IHI 0070, 6.3.1: AArch64 little-endian tables, terminates and never stalls */
#define IDR0_S1P		BIT(1)
#define IDR0_TTF_AARCH64	BIT(3)
#define IDR0_COHACC		BIT(4)
#define IDR0_ATS		BIT(10)
#define IDR0_ASID16		BIT(12)
#define IDR0_PRI		BIT(16)
#define IDR0_CD2L		BIT(19)
#define IDR0_TTENDIAN_LE	BIT(22)
#define IDR0_STALL_MODEL_NONE	BIT(24)
#define IDR0_TERM_MODEL		BIT(26)

/* 6.3.2, 6.3.4, 6.3.6: all three granules, 48 bits out */
#define IDR1_SSIDSIZE		(MOCK_PASID_BITS << 6)
#define IDR3_RIL		BIT(10)
#define IDR5_GRANULES		(BIT(4) | BIT(5) | BIT(6))
#define IDR5_OAS_48		5

static void mock_info_vtd(struct iommu_nesting_info *info)
{
	info->features |= IOMMU_NESTING_FEAT_SYSWIDE_PASID |
			  IOMMU_NESTING_FEAT_BIND_PGTBL;
	info->vendor.vtd.cap = CAP_SAGAW_4LVL | CAP_MGAW | CAP_SSLPS |
			       CAP_FS1GP;
	info->vendor.vtd.ecap = ECAP_C | ECAP_DT | ECAP_SC | ECAP_MTS |
				ECAP_NEST | ECAP_PRS | ECAP_SRS | ECAP_EAFS |
				ECAP_PSS | ECAP_PASID | ECAP_SMTS | ECAP_SSTS |
				ECAP_FSTS;
}

static void mock_info_smmuv3(struct iommu_nesting_info *info)
{
	struct iommu_nesting_info_smmuv3 *smmuv3 = &info->vendor.smmuv3;

	info->features |= IOMMU_NESTING_FEAT_BIND_PASID_TABLE;
	smmuv3->idr[0] = IDR0_S1P | IDR0_TTF_AARCH64 | IDR0_COHACC | IDR0_ATS |
			 IDR0_ASID16 | IDR0_PRI | IDR0_CD2L |
			 IDR0_TTENDIAN_LE | IDR0_STALL_MODEL_NONE |
			 IDR0_TERM_MODEL;
	smmuv3->idr[1] = IDR1_SSIDSIZE;
	smmuv3->idr[3] = IDR3_RIL;
	smmuv3->idr[5] = IDR5_GRANULES | IDR5_OAS_48;
}

static int mock_get_info(struct iommu_domain *domain, struct device *dev,
			 struct iommu_nesting_info *info)
{
	struct mock_device *mdev;

	mutex_lock(&mock_lock);
	mdev = mock_find_device(domain, dev);
	if (!IS_ERR(mdev)) {
		info->format = mdev->format;
		info->features = IOMMU_NESTING_FEAT_CACHE_INVLD |
				 IOMMU_NESTING_FEAT_PAGE_REQUEST;
		info->addr_width = MOCK_ADDR_WIDTH;
		info->pasid_bits = MOCK_PASID_BITS;
		if (info->format == IOMMU_PASID_FORMAT_INTEL_VTD)
			mock_info_vtd(info);
		else
			mock_info_smmuv3(info);
	}
	mutex_unlock(&mock_lock);

	return PTR_ERR_OR_ZERO(mdev);
}

const struct iommu_nesting_ops mock_vtd_ops = {
	.owned_pasids		= true,
	.get_info		= mock_get_info,
	.bind_pgtbl		= mock_bind_pgtbl,
	.unbind_pgtbl		= mock_unbind_pgtbl,
	.cache_invalidate	= mock_cache_invalidate,
	.block			= mock_block_device,
};

const struct iommu_nesting_ops mock_smmuv3_ops = {
	.get_info		= mock_get_info,
	.bind_pasid_table	= mock_bind_pasid_table,
	.unbind_pasid_table	= mock_unbind_pasid_table,
	.cache_invalidate	= mock_cache_invalidate,
	.block			= mock_block_device,
};
