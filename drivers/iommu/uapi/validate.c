// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nesting interface: what user space may pass
 *
 * Pure functions over the kernel's copies. A copy is zero-filled beyond its
 * argsz, and zero never means "present", so that a structure which is too small
 * for what it asks for is told apart by its argsz alone.
 */
#include <linux/align.h>
#include <linux/array_size.h>
#include <linux/build_bug.h>
#include <linux/export.h>
#include <linux/iommu_nesting.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/sizes.h>
#include <linux/string.h>

/* PCI Express 5.0, 6.20: a PASID has 20 bits */
#define PASID_BITS_MAX		20

/* Arm IHI 0070, 5.2: S1ContextPtr is bits 51:6; 5.4: a CD is 64 bytes */
#define SMMUV3_CTXPTR_BITS	52
#define SMMUV3_CD_SHIFT		6
#define SMMUV3_L1CD_SHIFT	3

enum { SMMUV3_S1FMT_LINEAR, SMMUV3_S1FMT_4K_L2, SMMUV3_S1FMT_64K_L2 };

#define SMMUV3_S1DSS_MAX	2

/* The ABI: sizes and offsets are the same for 32-bit and 64-bit user space */
static_assert(sizeof(struct iommu_nesting_info_smmuv3) == 56);
static_assert(offsetof(struct iommu_nesting_info_smmuv3, msi_iova) == 40);
static_assert(sizeof(struct iommu_nesting_info) == 80);
static_assert(offsetof(struct iommu_nesting_info, vendor) == 24);
static_assert(sizeof(struct iommu_pasid_smmuv3) == 8);
static_assert(sizeof(struct iommu_pasid_table_config) == 32);
static_assert(offsetof(struct iommu_pasid_table_config, base_ptr) == 8);
static_assert(offsetof(struct iommu_pasid_table_config, vendor_data) == 24);
static_assert(sizeof(struct iommu_inv_pasid_info) == 16);
static_assert(sizeof(struct iommu_inv_addr_info) == 40);
static_assert(sizeof(struct iommu_cache_invalidate_info) == 56);
static_assert(offsetof(struct iommu_cache_invalidate_info, granu) == 16);

static bool all_zero(const void *p, size_t size)
{
	return !memchr_inv(p, 0, size);
}

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

static int check_table_smmuv3(const struct iommu_pasid_table_config *cfg)
{
	const struct iommu_pasid_smmuv3 *smmuv3 = &cfg->vendor_data.smmuv3;
	size_t align;

	if (cfg->argsz < offsetofend(typeof(*cfg), vendor_data.smmuv3))
		return -EINVAL;
	if (smmuv3->version != IOMMU_PASID_SMMUV3_VERSION_1 ||
	    !all_zero(smmuv3->padding, sizeof(smmuv3->padding)))
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

static int check_table_translate(const struct iommu_pasid_table_config *cfg)
{
	if (cfg->pasid_bits > PASID_BITS_MAX)
		return -EINVAL;
	/* A format that is known, but has no PASID tables to bind */
	if (cfg->format == IOMMU_PASID_FORMAT_INTEL_VTD)
		return -EOPNOTSUPP;

	return check_table_smmuv3(cfg);
}

/**
 * iommu_nesting_check_pasid_table - Check a PASID table's description
 * @cfg: the kernel's copy, zero-filled beyond its argsz
 *
 * Return: 0; -EINVAL for a size, version, format, configuration, field or
 * padding outside the contract; -EOPNOTSUPP for a table in a format that has
 * none
 */
int iommu_nesting_check_pasid_table(const struct iommu_pasid_table_config *cfg)
{
	if (cfg->argsz < offsetof(typeof(*cfg), vendor_data) ||
	    cfg->version != IOMMU_PASID_TABLE_CONFIG_VERSION_1 ||
	    !all_zero(cfg->padding, sizeof(cfg->padding)))
		return -EINVAL;

	if (cfg->format != IOMMU_PASID_FORMAT_INTEL_VTD &&
	    cfg->format != IOMMU_PASID_FORMAT_ARM_SMMUV3)
		return -EINVAL;

	switch (cfg->config) {
	case IOMMU_PASID_CONFIG_TRANSLATE:
		return check_table_translate(cfg);
	case IOMMU_PASID_CONFIG_BYPASS:
	case IOMMU_PASID_CONFIG_ABORT:
		return cfg->base_ptr || cfg->pasid_bits ? -EINVAL : 0;
	default:
		return -EINVAL;
	}
}
EXPORT_SYMBOL_GPL(iommu_nesting_check_pasid_table);

static int check_inv_ids(u32 flags, u32 pasid_flag, u64 pasid)
{
	if (flags & pasid_flag && pasid >> PASID_BITS_MAX)
		return -EINVAL;
	return 0;
}

static int check_inv_pasid(const struct iommu_cache_invalidate_info *inv)
{
	const struct iommu_inv_pasid_info *info = &inv->granu.pasid_info;
	const u32 known = IOMMU_INV_PASID_FLAGS_PASID |
			  IOMMU_INV_PASID_FLAGS_ARCHID;

	if (!info->flags || info->flags & ~known)
		return -EINVAL;

	return check_inv_ids(info->flags, IOMMU_INV_PASID_FLAGS_PASID,
			     info->pasid);
}

static int check_inv_addr(const struct iommu_cache_invalidate_info *inv)
{
	const struct iommu_inv_addr_info *info = &inv->granu.addr_info;
	const u32 known = IOMMU_INV_ADDR_FLAGS_PASID |
			  IOMMU_INV_ADDR_FLAGS_ARCHID |
			  IOMMU_INV_ADDR_FLAGS_LEAF;
	u64 granules;

	if (info->flags & ~known)
		return -EINVAL;
	if (!is_power_of_2(info->granule_size) || info->granule_size < SZ_4K ||
	    !IS_ALIGNED(info->addr, info->granule_size))
		return -EINVAL;
	granules = (U64_MAX - info->addr) >> ilog2(info->granule_size);
	if (!info->nb_granules || info->nb_granules - 1 > granules)
		return -EINVAL;

	return check_inv_ids(info->flags, IOMMU_INV_ADDR_FLAGS_PASID,
			     info->pasid);
}

/* What each granularity needs, which caches it can name, who checks the rest */
static const struct inv_rule {
	size_t	argsz;
	u8	caches;
	int	(*check)(const struct iommu_cache_invalidate_info *inv);
} inv_rules[] = {
	[IOMMU_INV_GRANU_DOMAIN] = {
		.argsz	= offsetof(struct iommu_cache_invalidate_info, granu),
		.caches	= IOMMU_CACHE_INV_TYPE_IOTLB |
			  IOMMU_CACHE_INV_TYPE_DEV_IOTLB |
			  IOMMU_CACHE_INV_TYPE_PASID,
	},
	[IOMMU_INV_GRANU_PASID] = {
		.argsz	= offsetofend(struct iommu_cache_invalidate_info,
				      granu.pasid_info),
		.caches	= IOMMU_CACHE_INV_TYPE_IOTLB |
			  IOMMU_CACHE_INV_TYPE_DEV_IOTLB |
			  IOMMU_CACHE_INV_TYPE_PASID,
		.check	= check_inv_pasid,
	},
	[IOMMU_INV_GRANU_ADDR] = {
		.argsz	= offsetofend(struct iommu_cache_invalidate_info,
				      granu.addr_info),
		.caches	= IOMMU_CACHE_INV_TYPE_IOTLB |
			  IOMMU_CACHE_INV_TYPE_DEV_IOTLB,
		.check	= check_inv_addr,
	},
};

static_assert(ARRAY_SIZE(inv_rules) == IOMMU_INV_GRANU_NR);

/**
 * iommu_nesting_check_cache_inv - Check an invalidation
 * @inv: the kernel's copy, zero-filled beyond its argsz
 *
 * Return: 0, or -EINVAL for a size, version, cache, granularity, flag, padding,
 * id or range outside the contract
 */
int iommu_nesting_check_cache_inv(const struct iommu_cache_invalidate_info *inv)
{
	const struct inv_rule *rule;

	if (inv->version != IOMMU_CACHE_INVALIDATE_INFO_VERSION_1 ||
	    inv->granularity >= ARRAY_SIZE(inv_rules) ||
	    !all_zero(inv->padding, sizeof(inv->padding)))
		return -EINVAL;

	rule = &inv_rules[inv->granularity];
	if (inv->argsz < rule->argsz || !inv->cache ||
	    inv->cache & ~rule->caches)
		return -EINVAL;

	return rule->check ? rule->check(inv) : 0;
}
EXPORT_SYMBOL_GPL(iommu_nesting_check_cache_inv);

/**
 * iommu_nesting_merge_info - Reduce what a container offers to what all have
 * @all: what the devices so far have in common; @all->format is 0 for none yet
 * @info: what one more device offers
 *
 * Return: 0, or -EINVAL when the IOMMUs differ in format or vendor part, with
 * @all unchanged
 */
int iommu_nesting_merge_info(struct iommu_nesting_info *all,
			     const struct iommu_nesting_info *info)
{
	if (!all->format) {
		*all = *info;
		return 0;
	}

	if (all->format != info->format ||
	    memcmp(&all->vendor, &info->vendor, sizeof(all->vendor)))
		return -EINVAL;

	all->features &= info->features;
	all->addr_width = min(all->addr_width, info->addr_width);
	all->pasid_bits = min(all->pasid_bits, info->pasid_bits);
	return 0;
}
EXPORT_SYMBOL_GPL(iommu_nesting_merge_info);
