// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of what the nesting interface accepts: the oracle
 *
 * Written from the text of the UAPI headers, with numbers instead of sizeof(),
 * offsetof() and the headers' constants, so that a rule which is wrong in the
 * validator is not repeated here.
 */
#include <linux/errno.h>
#include <linux/log2.h>

#include "validate-test.h"

static bool all_zero(const u8 *bytes, size_t size)
{
	while (size--) {
		if (bytes[size])
			return false;
	}
	return true;
}

/* Bytes of the linear table, or of the 8-byte entries of the first level */
u64 oracle_table_size(const struct iommu_pasid_table_config *cfg)
{
	static const u32 leaf_entries[] = { 0, 64, 1024 };
	u32 entries = 1U << cfg->pasid_bits;
	u32 leaf = leaf_entries[cfg->vendor_data.smmuv3.s1fmt];

	if (entries == 1 || !leaf)
		return entries * 64;
	return entries > leaf ? entries / leaf * 8 : 8;
}

static int want_table_smmuv3(const struct iommu_pasid_table_config *cfg)
{
	const struct iommu_pasid_smmuv3 *smmuv3 = &cfg->vendor_data.smmuv3;
	u64 align;

	if (smmuv3->version != 1 || smmuv3->s1fmt > 2 || smmuv3->s1dss > 2 ||
	    !all_zero(smmuv3->padding, 2))
		return -EINVAL;

	align = oracle_table_size(cfg);
	if (align < 64)
		align = 64;
	if (cfg->base_ptr & (align - 1) || cfg->base_ptr > 0xfffffffffffffULL)
		return -EINVAL;
	return 0;
}

static int want_table(const struct iommu_pasid_table_config *cfg)
{
	if (cfg->argsz < 24 || cfg->version != 1 || cfg->format < 1 ||
	    cfg->format > 2 || !all_zero(cfg->padding, 2))
		return -EINVAL;

	if (cfg->config == 2 || cfg->config == 3)
		return cfg->base_ptr || cfg->pasid_bits ? -EINVAL : 0;

	if (cfg->config != 1 || cfg->argsz < 32 || cfg->pasid_bits > 20)
		return -EINVAL;
	return cfg->format == 1 ? -EOPNOTSUPP : want_table_smmuv3(cfg);
}

/* What binding and unbinding have in common, in the order of the answers */
static int want_pgtbl(const struct iommu_gpasid_bind_data *data, u32 vtd_argsz)
{
	if (data->argsz < 56 || data->version != 1 ||
	    !all_zero(data->padding, 8) || data->flags > 0x3)
		return -EINVAL;
	if (data->format == 2)
		return -EOPNOTSUPP;
	if (data->format != 1 || data->argsz < vtd_argsz)
		return -EINVAL;

	/* With RID there is neither a host PASID nor a guest PASID */
	if (data->flags == 0x3 || (data->flags == 0x2 && data->hpasid))
		return -EINVAL;
	if (data->flags != 0x2 && (!data->hpasid || data->hpasid > 0xfffff))
		return -EINVAL;
	return 0;
}

static int want_bind_pgtbl(const struct iommu_gpasid_bind_data *data)
{
	const struct iommu_gpasid_bind_data_vtd *vtd = &data->vendor.vtd;
	int ret = want_pgtbl(data, 72);

	if (ret)
		return ret;
	if (data->flags == 0x1 && data->gpasid >= 0x100000)
		return -EINVAL;
	if (data->addr_width != 48 && data->addr_width != 57)
		return -EINVAL;
	if (data->gpgd & 0xfff || data->gpgd >= 0x10000000000000ULL)
		return -EINVAL;
	if (vtd->flags > 0x3f || (vtd->flags & 0x10 && vtd->emt > 7))
		return -EINVAL;
	return 0;
}

static int want_unbind_pgtbl(const struct iommu_gpasid_bind_data *data)
{
	return want_pgtbl(data, 56);
}

/* In granules: those from the first one to 2^64 are enough for @nb */
static bool want_range(u64 addr, u64 granule, u64 nb)
{
	u32 shift;

	if (granule < 4096 || granule & (granule - 1) || addr & (granule - 1))
		return false;
	shift = ilog2(granule);
	return nb && nb <= (1ULL << (64 - shift)) - (addr >> shift);
}

static int want_cache_inv(const struct iommu_cache_invalidate_info *inv)
{
	static const u32 argszs[] = { 16, 32, 56 };
	static const u8 caches[] = { 0x7, 0x7, 0x3 };
	static const u32 flags[] = { 0, 0xb, 0xf };
	const struct iommu_inv_addr_info *addr = &inv->granu.addr_info;
	const u8 gran = inv->granularity;

	if (inv->version != 1 || gran > 2 || inv->argsz < argszs[gran] ||
	    !inv->cache || inv->cache & ~caches[gran] ||
	    !all_zero(inv->padding, 6))
		return -EINVAL;
	if (gran == 0)
		return 0;

	/* Both members begin with flags, archid and pasid */
	if (addr->flags & ~flags[gran] || (gran == 1 && !addr->flags) ||
	    (addr->flags & 0x1 && addr->pasid > 0xfffff))
		return -EINVAL;
	/* A guest's number is one of a PASID */
	if (addr->flags & 0x8 && !(addr->flags & 0x1))
		return -EINVAL;
	if (gran == 1)
		return 0;
	return want_range(addr->addr, addr->granule_size, addr->nb_granules) ?
	       0 : -EINVAL;
}

static int want_page_resp(const struct iommu_page_response *resp)
{
	if (resp->argsz < 24 || resp->version != 1 || resp->flags > 1 ||
	    resp->code > 2)
		return -EINVAL;
	return resp->flags && resp->pasid > 0xfffff ? -EINVAL : 0;
}

static int want_fault_queue(const struct iommu_fault_queue_config *cfg)
{
	if (cfg->version != 1 || cfg->flags > 1 || !all_zero(cfg->padding, 4) ||
	    cfg->argsz < (cfg->flags ? 20 : 16))
		return -EINVAL;
	if (cfg->entries < 2 || cfg->entries > 1024)
		return -EINVAL;
	return !cfg->flags && cfg->eventfd ? -EINVAL : 0;
}

/**
 * oracle_size - Bytes of a structure
 * @arg: which one
 *
 * Return: its size as the ABI has it
 */
size_t oracle_size(enum iommu_nesting_arg arg)
{
	switch (arg) {
	case IOMMU_NESTING_PASID_TABLE:
		return 32;
	case IOMMU_NESTING_BIND_PGTBL:
	case IOMMU_NESTING_UNBIND_PGTBL:
		return 72;
	case IOMMU_NESTING_CACHE_INV:
		return 56;
	case IOMMU_NESTING_PAGE_RESP:
	case IOMMU_NESTING_FAULT_QUEUE:
		return 24;
	}
	return 0;
}

/**
 * oracle_check - What the validator has to say about a structure
 * @arg: which one
 * @copy: its content, zero from argsz on
 *
 * Return: 0, -EINVAL or -EOPNOTSUPP
 */
int oracle_check(enum iommu_nesting_arg arg, const void *copy)
{
	switch (arg) {
	case IOMMU_NESTING_PASID_TABLE:
		return want_table(copy);
	case IOMMU_NESTING_BIND_PGTBL:
		return want_bind_pgtbl(copy);
	case IOMMU_NESTING_UNBIND_PGTBL:
		return want_unbind_pgtbl(copy);
	case IOMMU_NESTING_CACHE_INV:
		return want_cache_inv(copy);
	case IOMMU_NESTING_PAGE_RESP:
		return want_page_resp(copy);
	case IOMMU_NESTING_FAULT_QUEUE:
		return want_fault_queue(copy);
	}
	return 1;
}
