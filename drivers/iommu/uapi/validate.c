// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nesting interface: what user space may pass
 *
 * One table says for every structure which version, flags and padding it may
 * have and how large it has to be for what it asks for. Values whose rules are
 * not of that kind are left to values.c.
 *
 * Pure functions over the kernel's copies. A copy is zero-filled beyond its
 * argsz, and zero never means "present", so that a structure which is too small
 * for what it asks for is told apart by its argsz alone.
 */
#include <linux/array_size.h>
#include <linux/build_bug.h>
#include <linux/export.h>
#include <linux/iommu_nesting.h>
#include <linux/stddef.h>

#include "rules.h"

/* The ABI: sizes and offsets are the same for 32-bit and 64-bit user space */
static_assert(sizeof(struct iommu_nesting_info_smmuv3) == 56);
static_assert(offsetof(struct iommu_nesting_info_smmuv3, msi_iova) == 40);
static_assert(sizeof(struct iommu_nesting_info_vtd) == 24);
static_assert(offsetof(struct iommu_nesting_info_vtd, cap) == 8);
static_assert(sizeof(struct iommu_nesting_info) == 80);
static_assert(offsetof(struct iommu_nesting_info, vendor) == 24);
static_assert(sizeof(struct iommu_pasid_smmuv3) == 8);
static_assert(sizeof(struct iommu_pasid_table_config) == 32);
static_assert(offsetof(struct iommu_pasid_table_config, base_ptr) == 8);
static_assert(offsetof(struct iommu_pasid_table_config, vendor_data) == 24);
static_assert(sizeof(struct iommu_gpasid_bind_data_vtd) == 16);
static_assert(sizeof(struct iommu_gpasid_bind_data) == 72);
static_assert(offsetof(struct iommu_gpasid_bind_data, flags) == 16);
static_assert(offsetof(struct iommu_gpasid_bind_data, vendor) == 56);
static_assert(sizeof(struct iommu_inv_pasid_info) == 16);
static_assert(sizeof(struct iommu_inv_addr_info) == 40);
static_assert(sizeof(struct iommu_cache_invalidate_info) == 56);
static_assert(offsetof(struct iommu_cache_invalidate_info, granu) == 16);
static_assert(sizeof(struct iommu_page_response) == 24);
static_assert(sizeof(struct iommu_fault_queue_config) == 24);
static_assert(offsetof(struct iommu_fault_queue_config, eventfd) == 16);

/**
 * struct field - Where a structure holds a number
 * @offset: from the start of the structure, in bytes
 * @width: 1, 2, 4 or 8 bytes; 0 for no such field
 */
struct field {
	u8	offset;
	u8	width;
};

#define FIELD(type, member, width)	{ offsetof(struct type, member), width }

/* The widths of padding below are all of it */
static_assert(sizeof_field(struct iommu_pasid_table_config, padding) == 2);
static_assert(sizeof_field(struct iommu_gpasid_bind_data, padding) == 8);
static_assert(sizeof_field(struct iommu_cache_invalidate_info, padding) ==
	      2 + 4);
static_assert(offsetof(struct iommu_cache_invalidate_info, padding) == 10);
static_assert(sizeof_field(struct iommu_fault_queue_config, padding) == 4);

#define UPTO(type, member)	offsetofend(struct type, member)
#define BEFORE(type, member)	offsetof(struct type, member)

/**
 * struct need - A choice of the user's that asks for more of the structure
 * @choice: field that chooses
 * @value: its value
 * @argsz: bytes that the user has to fill in then
 */
struct need {
	struct field	choice;
	u8		value;
	u8		argsz;
};

/**
 * struct rule - What holds for one structure
 * @size: of the kernel's structure, in bytes
 * @argsz: least number of bytes that the user has to fill in
 * @version: the one that is known, in the structure's second word
 * @padding: has to be zero, in up to two parts
 * @flags: field of flags
 * @known: the flags that are known
 * @needs: what choices ask for, up to the first without @argsz
 * @check_values: the rest
 */
struct rule {
	u8		size;
	u8		argsz;
	u8		version;
	struct field	padding[2];
	struct field	flags;
	u8		known;
	struct need	needs[2];
	int		(*check_values)(const void *copy);
};

static const struct rule rules[] = {
	[IOMMU_NESTING_PASID_TABLE] = {
		.size		= sizeof(struct iommu_pasid_table_config),
		.argsz		= BEFORE(iommu_pasid_table_config, vendor_data),
		.version	= IOMMU_PASID_TABLE_CONFIG_VERSION_1,
		.padding	= {
			FIELD(iommu_pasid_table_config, padding, 2),
		},
		.needs		= {
			{ FIELD(iommu_pasid_table_config, config, 1),
			  IOMMU_PASID_CONFIG_TRANSLATE,
			  UPTO(iommu_pasid_table_config, vendor_data.smmuv3) },
		},
		.check_values	= iommu_nesting_pasid_table_values,
	},
	[IOMMU_NESTING_BIND_PGTBL] = {
		.size		= sizeof(struct iommu_gpasid_bind_data),
		.argsz		= BEFORE(iommu_gpasid_bind_data, vendor),
		.version	= IOMMU_GPASID_BIND_VERSION_1,
		.padding	= {
			FIELD(iommu_gpasid_bind_data, padding, 8),
		},
		.flags		= FIELD(iommu_gpasid_bind_data, flags, 8),
		.known		= IOMMU_SVA_GPASID_VAL | IOMMU_SVA_GPASID_RID,
		.needs		= {
			{ FIELD(iommu_gpasid_bind_data, format, 4),
			  IOMMU_PASID_FORMAT_INTEL_VTD,
			  UPTO(iommu_gpasid_bind_data, vendor.vtd) },
		},
		.check_values	= iommu_nesting_bind_pgtbl_values,
	},
	[IOMMU_NESTING_UNBIND_PGTBL] = {
		.size		= sizeof(struct iommu_gpasid_bind_data),
		.argsz		= BEFORE(iommu_gpasid_bind_data, vendor),
		.version	= IOMMU_GPASID_BIND_VERSION_1,
		.padding	= {
			FIELD(iommu_gpasid_bind_data, padding, 8),
		},
		.flags		= FIELD(iommu_gpasid_bind_data, flags, 8),
		.known		= IOMMU_SVA_GPASID_VAL | IOMMU_SVA_GPASID_RID,
		.check_values	= iommu_nesting_unbind_pgtbl_values,
	},
	[IOMMU_NESTING_CACHE_INV] = {
		.size		= sizeof(struct iommu_cache_invalidate_info),
		.argsz		= BEFORE(iommu_cache_invalidate_info, granu),
		.version	= IOMMU_CACHE_INVALIDATE_INFO_VERSION_1,
		.padding	= {
			FIELD(iommu_cache_invalidate_info, padding[0], 2),
			FIELD(iommu_cache_invalidate_info, padding[2], 4),
		},
		.flags		= FIELD(iommu_cache_invalidate_info, cache, 1),
		.known		= IOMMU_CACHE_INV_TYPE_IOTLB |
				  IOMMU_CACHE_INV_TYPE_DEV_IOTLB |
				  IOMMU_CACHE_INV_TYPE_PASID,
		.needs		= {
			{ FIELD(iommu_cache_invalidate_info, granularity, 1),
			  IOMMU_INV_GRANU_PASID,
			  UPTO(iommu_cache_invalidate_info, granu.pasid_info) },
			{ FIELD(iommu_cache_invalidate_info, granularity, 1),
			  IOMMU_INV_GRANU_ADDR,
			  UPTO(iommu_cache_invalidate_info, granu.addr_info) },
		},
		.check_values	= iommu_nesting_cache_inv_values,
	},
	[IOMMU_NESTING_PAGE_RESP] = {
		.size		= sizeof(struct iommu_page_response),
		.argsz		= UPTO(iommu_page_response, code),
		.version	= IOMMU_PAGE_RESP_VERSION_1,
		.flags		= FIELD(iommu_page_response, flags, 4),
		.known		= IOMMU_PAGE_RESP_PASID_VALID,
		.check_values	= iommu_nesting_page_resp_values,
	},
	[IOMMU_NESTING_FAULT_QUEUE] = {
		.size		= sizeof(struct iommu_fault_queue_config),
		.argsz		= UPTO(iommu_fault_queue_config, entries),
		.version	= IOMMU_FAULT_QUEUE_VERSION_1,
		.padding	= {
			FIELD(iommu_fault_queue_config, padding, 4),
		},
		.flags		= FIELD(iommu_fault_queue_config, flags, 4),
		.known		= IOMMU_FAULT_QUEUE_EVENTFD,
		.needs		= {
			{ FIELD(iommu_fault_queue_config, flags, 4),
			  IOMMU_FAULT_QUEUE_EVENTFD,
			  UPTO(iommu_fault_queue_config, eventfd) },
		},
		.check_values	= iommu_nesting_fault_queue_values,
	},
};

/* Every structure starts with these two words */
struct head {
	__u32	argsz;
	__u32	version;
};

static u64 value_of(const void *copy, const struct field *field)
{
	const void *p = copy + field->offset;

	switch (field->width) {
	case sizeof(u8):
		return *(const u8 *)p;
	case sizeof(u16):
		return *(const u16 *)p;
	case sizeof(u32):
		return *(const u32 *)p;
	case sizeof(u64):
		return *(const u64 *)p;
	default:
		return 0;
	}
}

static size_t needed(const struct rule *rule, const void *copy)
{
	const struct need *need = rule->needs;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rule->needs) && need[i].argsz; i++) {
		if (value_of(copy, &need[i].choice) == need[i].value)
			return need[i].argsz;
	}

	return rule->argsz;
}

/**
 * iommu_nesting_arg_size - Size of the kernel's structure
 * @arg: which one
 *
 * Return: size in bytes
 */
size_t iommu_nesting_arg_size(enum iommu_nesting_arg arg)
{
	return rules[arg].size;
}
EXPORT_SYMBOL_GPL(iommu_nesting_arg_size);

/**
 * iommu_nesting_check - Hold a structure against the contract
 * @arg: which one it is
 * @copy: the kernel's copy, zero-filled beyond its argsz
 *
 * Return: 0; -EINVAL for a size, version, flag, format, granularity, value or
 * padding outside the contract; -EOPNOTSUPP for a format that is known, but does
 * not have what is asked for
 */
int iommu_nesting_check(enum iommu_nesting_arg arg, const void *copy)
{
	const struct rule *rule = &rules[arg];
	const struct head *head = copy;

	/* Zeros where the user sent nothing make no choice that needs more */
	if (head->argsz < needed(rule, copy) ||
	    head->version != rule->version)
		return -EINVAL;
	if (value_of(copy, &rule->padding[0]) ||
	    value_of(copy, &rule->padding[1]))
		return -EINVAL;
	if (value_of(copy, &rule->flags) & ~(u64)rule->known)
		return -EINVAL;

	return rule->check_values(copy);
}
EXPORT_SYMBOL_GPL(iommu_nesting_check);
