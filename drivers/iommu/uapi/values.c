// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nesting interface: values that no table describes
 *
 * Addresses, ranges, and fields that depend on each other. Pure functions over
 * copies whose size, version, flags and padding validate.c found right.
 */
#include <linux/align.h>
#include <linux/export.h>
#include <linux/iommu_nesting.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "rules.h"

/* Arm IHI 0070, 5.2: S1ContextPtr is bits 51:6; 5.4: a CD is 64 bytes */
#define SMMUV3_CTXPTR_BITS	52
#define SMMUV3_CD_SHIFT		6
#define SMMUV3_L1CD_SHIFT	3

enum { SMMUV3_S1FMT_LINEAR, SMMUV3_S1FMT_4K_L2, SMMUV3_S1FMT_64K_L2 };

#define SMMUV3_S1DSS_MAX	2

/* VT-d 4.1, 9.6: FLPTPTR is bits 63:12, host addresses have at most 52 bits */
#define VTD_ADDR_BITS		52
#define VTD_EMT_MAX		7

#define VTD_FLAGS	(IOMMU_SVA_VTD_GPASID_LAST - 1)

/**
 * iommu_nesting_pasid_table_size - Size of the table that a device starts from
 * @cfg: description of a table, already checked, that translates
 *
 * Return: size in bytes of the linear table or of the first level
 */
size_t
iommu_nesting_pasid_table_size(const struct iommu_pasid_table_config *cfg)
{
	unsigned int leaf_bits;

	if (!cfg->pasid_bits)
		return BIT(SMMUV3_CD_SHIFT);

	switch (cfg->vendor_data.smmuv3.s1fmt) {
	case SMMUV3_S1FMT_4K_L2:
		leaf_bits = ilog2(SZ_4K) - SMMUV3_CD_SHIFT;
		break;
	case SMMUV3_S1FMT_64K_L2:
		leaf_bits = ilog2(SZ_64K) - SMMUV3_CD_SHIFT;
		break;
	default:
		return BIT(cfg->pasid_bits + SMMUV3_CD_SHIFT);
	}

	return BIT(max_t(int, cfg->pasid_bits - leaf_bits, 0) +
		   SMMUV3_L1CD_SHIFT);
}
EXPORT_SYMBOL_GPL(iommu_nesting_pasid_table_size);

static int smmuv3_table_values(const struct iommu_pasid_table_config *cfg)
{
	const struct iommu_pasid_smmuv3 *smmuv3 = &cfg->vendor_data.smmuv3;
	size_t align;

	if (smmuv3->version != IOMMU_PASID_SMMUV3_VERSION_1 ||
	    memchr_inv(smmuv3->padding, 0, sizeof(smmuv3->padding)))
		return -EINVAL;
	if (smmuv3->s1fmt > SMMUV3_S1FMT_64K_L2 ||
	    smmuv3->s1dss > SMMUV3_S1DSS_MAX)
		return -EINVAL;

	align = max_t(size_t, iommu_nesting_pasid_table_size(cfg),
		      BIT(SMMUV3_CD_SHIFT));
	if (cfg->base_ptr >> SMMUV3_CTXPTR_BITS ||
	    !IS_ALIGNED(cfg->base_ptr, align))
		return -EINVAL;

	return 0;
}

static int translate_values(const struct iommu_pasid_table_config *cfg)
{
	if (cfg->pasid_bits > IOMMU_NESTING_PASID_BITS)
		return -EINVAL;
	/* A format that is known, but has no PASID tables to bind */
	if (cfg->format == IOMMU_PASID_FORMAT_INTEL_VTD)
		return -EOPNOTSUPP;

	return smmuv3_table_values(cfg);
}

/* struct iommu_pasid_table_config */
int iommu_nesting_pasid_table_values(const void *copy)
{
	const struct iommu_pasid_table_config *cfg = copy;

	if (cfg->format != IOMMU_PASID_FORMAT_INTEL_VTD &&
	    cfg->format != IOMMU_PASID_FORMAT_ARM_SMMUV3)
		return -EINVAL;

	switch (cfg->config) {
	case IOMMU_PASID_CONFIG_TRANSLATE:
		return translate_values(cfg);
	case IOMMU_PASID_CONFIG_BYPASS:
	case IOMMU_PASID_CONFIG_ABORT:
		return cfg->base_ptr || cfg->pasid_bits ? -EINVAL : 0;
	default:
		return -EINVAL;
	}
}

static bool pasid_fits(u64 pasid)
{
	return !(pasid >> IOMMU_NESTING_PASID_BITS);
}

/* struct iommu_gpasid_bind_data: as much as names what is bound */
int iommu_nesting_unbind_pgtbl_values(const void *copy)
{
	const struct iommu_gpasid_bind_data *data = copy;

	/* A format that is known, but binds page tables by its PASID table */
	if (data->format == IOMMU_PASID_FORMAT_ARM_SMMUV3)
		return -EOPNOTSUPP;
	if (data->format != IOMMU_PASID_FORMAT_INTEL_VTD)
		return -EINVAL;

	if (data->flags & IOMMU_SVA_GPASID_RID)
		return data->hpasid || data->flags & IOMMU_SVA_GPASID_VAL ?
			-EINVAL : 0;

	return data->hpasid && pasid_fits(data->hpasid) ? 0 : -EINVAL;
}

/* struct iommu_gpasid_bind_data */
int iommu_nesting_bind_pgtbl_values(const void *copy)
{
	const struct iommu_gpasid_bind_data *data = copy;
	const struct iommu_gpasid_bind_data_vtd *vtd = &data->vendor.vtd;
	int ret;

	ret = iommu_nesting_unbind_pgtbl_values(copy);
	if (ret)
		return ret;

	if (data->flags & IOMMU_SVA_GPASID_VAL && !pasid_fits(data->gpasid))
		return -EINVAL;
	/* VT-d 4.1, 3.6: first-stage tables of four or five levels */
	if (data->addr_width != 48 && data->addr_width != 57)
		return -EINVAL;
	if (data->gpgd >> VTD_ADDR_BITS || !IS_ALIGNED(data->gpgd, SZ_4K))
		return -EINVAL;
	if (vtd->flags & ~(u64)VTD_FLAGS)
		return -EINVAL;
	if (vtd->flags & IOMMU_SVA_VTD_GPASID_EMTE && vtd->emt > VTD_EMT_MAX)
		return -EINVAL;

	return 0;
}

static int inv_pasid_values(const struct iommu_inv_pasid_info *info)
{
	const u32 known = IOMMU_INV_PASID_FLAGS_PASID |
			  IOMMU_INV_PASID_FLAGS_ARCHID |
			  IOMMU_INV_PASID_FLAGS_GPASID;
	const u32 guest = IOMMU_INV_PASID_FLAGS_PASID |
			  IOMMU_INV_PASID_FLAGS_GPASID;

	if (!info->flags || info->flags & ~known)
		return -EINVAL;
	if ((info->flags & guest) == IOMMU_INV_PASID_FLAGS_GPASID)
		return -EINVAL;
	if (info->flags & IOMMU_INV_PASID_FLAGS_PASID &&
	    !pasid_fits(info->pasid))
		return -EINVAL;

	return 0;
}

static int inv_addr_values(const struct iommu_inv_addr_info *info)
{
	const u32 known = IOMMU_INV_ADDR_FLAGS_PASID |
			  IOMMU_INV_ADDR_FLAGS_ARCHID |
			  IOMMU_INV_ADDR_FLAGS_LEAF |
			  IOMMU_INV_ADDR_FLAGS_GPASID;
	const u32 guest = IOMMU_INV_ADDR_FLAGS_PASID |
			  IOMMU_INV_ADDR_FLAGS_GPASID;
	u64 granules;

	if (info->flags & ~known)
		return -EINVAL;
	if ((info->flags & guest) == IOMMU_INV_ADDR_FLAGS_GPASID)
		return -EINVAL;
	if (info->flags & IOMMU_INV_ADDR_FLAGS_PASID &&
	    !pasid_fits(info->pasid))
		return -EINVAL;
	if (!is_power_of_2(info->granule_size) || info->granule_size < SZ_4K ||
	    !IS_ALIGNED(info->addr, info->granule_size))
		return -EINVAL;

	granules = (U64_MAX - info->addr) / info->granule_size;
	if (!info->nb_granules || info->nb_granules - 1 > granules)
		return -EINVAL;

	return 0;
}

/* struct iommu_cache_invalidate_info */
int iommu_nesting_cache_inv_values(const void *copy)
{
	const struct iommu_cache_invalidate_info *inv = copy;

	if (!inv->cache)
		return -EINVAL;

	switch (inv->granularity) {
	case IOMMU_INV_GRANU_DOMAIN:
		return 0;
	case IOMMU_INV_GRANU_PASID:
		return inv_pasid_values(&inv->granu.pasid_info);
	case IOMMU_INV_GRANU_ADDR:
		/* PASID entries have no addresses */
		if (inv->cache & IOMMU_CACHE_INV_TYPE_PASID)
			return -EINVAL;
		return inv_addr_values(&inv->granu.addr_info);
	default:
		return -EINVAL;
	}
}

/* struct iommu_page_response */
int iommu_nesting_page_resp_values(const void *copy)
{
	const struct iommu_page_response *resp = copy;

	if (resp->flags & IOMMU_PAGE_RESP_PASID_VALID &&
	    !pasid_fits(resp->pasid))
		return -EINVAL;

	return resp->code > IOMMU_PAGE_RESP_FAILURE ? -EINVAL : 0;
}

/* struct iommu_fault_queue_config */
int iommu_nesting_fault_queue_values(const void *copy)
{
	const struct iommu_fault_queue_config *cfg = copy;

	if (cfg->entries < IOMMU_FAULT_QUEUE_ENTRIES_MIN ||
	    cfg->entries > IOMMU_FAULT_QUEUE_ENTRIES_MAX)
		return -EINVAL;

	return cfg->eventfd && !(cfg->flags & IOMMU_FAULT_QUEUE_EVENTFD) ?
		-EINVAL : 0;
}
