// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of what the nesting interface accepts: page tables for PASIDs
 */
#include "validate-test.h"

#define T	struct iommu_gpasid_bind_data
#define BIND	IOMMU_NESTING_BIND_PGTBL
#define UNBIND	IOMMU_NESTING_UNBIND_PGTBL

static const T plain = {
	.argsz = 72, .version = 1, .format = 1, .addr_width = 48,
	.gpgd = 0x1000, .hpasid = 5,
};

/* A guest PASID, a memory type, and the largest values that are allowed */
static const T full = {
	.argsz = 72, .version = 1, .format = 1, .addr_width = 57, .flags = 1,
	.gpgd = 0xffffffffff000, .hpasid = 0xfffff, .gpasid = 0xfffff,
	.vendor.vtd = { .flags = 0x3f, .pat = U32_MAX, .emt = 7 },
};

/* The fields that are not looked at hold what would be refused */
static const T rid = {
	.argsz = 4096, .version = 1, .format = 1, .addr_width = 48, .flags = 2,
	.gpasid = U64_MAX, .vendor.vtd.emt = U32_MAX,
};

static const T unbind_plain = {
	.argsz = 56, .version = 1, .format = 1, .hpasid = 5,
	.gpasid = U64_MAX, .gpgd = U64_MAX, .addr_width = U32_MAX,
};

static const T unbind_rid = {
	.argsz = 72, .version = 1, .format = 1, .flags = 2,
	.vendor.vtd = { .flags = U64_MAX, .emt = U32_MAX },
};

/* Changes of @plain, to bind and to unbind */
static void try_both(struct kunit *test, const char *name,
		     const struct axis *axes)
{
	try_all(test, name, BIND, &plain, axes);
	try_all(test, name, UNBIND, &plain, axes);
}

static const struct axis header[] = {
	ARGSZ(plain),
	LIST(plain.version, 1, 0, 2),
	LIST(plain.format, 1, 2, 0, 3),
	LIST(plain.flags, 0, 1, 2, 3, 4),
	LIST(plain.hpasid, 1, 0, 0xfffff, 0x100000),
	LIST(plain.gpgd, 0x1000, 0x800),
	LIST(plain.addr_width, 48, 47),
	LIST(plain.padding[7], 0, 1),
	{}
};

static void pgtbl_header(struct kunit *test)
{
	try_both(test, "header", header);
}

static const struct axis flags[] = {
	POWERS(plain.flags, 1),
	LIST(plain.hpasid, 0, 1, 2, 0xffffe, 0xfffff, 0x100000, 0x100001,
	     1ULL << 32, (1ULL << 32) + 1, 1ULL << 63, U64_MAX),
	LIST(plain.gpasid, 0, 1, 0xffffe, 0xfffff, 0x100000, 0x100001,
	     1ULL << 32, 1ULL << 63, U64_MAX),
	LIST(plain.format, 1, 2, 3),
	{}
};

static void pgtbl_flags(struct kunit *test)
{
	try_both(test, "flags", flags);
}

static const struct axis pasids[] = {
	POWERS(plain.hpasid, 1),
	POWERS(plain.gpasid, 1),
	LIST(plain.flags, 0, 1, 2, 3),
	{}
};

static void pgtbl_pasids(struct kunit *test)
{
	try_both(test, "PASIDs", pasids);
}

static const struct axis addresses[] = {
	POWERS(plain.gpgd, 0x1000),
	COUNT(plain.addr_width, 130),
	LIST(plain.flags, 0, 4),
	{}
};

static const struct axis offsets[] = {
	POWERS(plain.gpgd, 1),
	LIST(plain.addr_width, 48, 57, 49),
	LIST(plain.hpasid, 1, 0),
	LIST(plain.format, 1, 0),
	{}
};

static const struct axis widths[] = {
	BITS(plain.addr_width),
	LIST(plain.gpgd, 0, 0x1000, 0xffffffffff000, 0x10000000000000, 0x1001),
	LIST(plain.flags, 0, 1, 2, 4),
	LIST(plain.hpasid, 0, 1),
	{}
};

static void pgtbl_addresses(struct kunit *test)
{
	try_both(test, "addresses", addresses);
	try_both(test, "offsets", offsets);
	try_both(test, "widths", widths);
}

static const struct axis vtd[] = {
	COUNT(plain.vendor.vtd.flags, 256),
	LIST(plain.vendor.vtd.emt, 0, 1, 6, 7, 8, 9, 15, 16, 0x100, 0x10007,
	     0x80000000, U32_MAX),
	LIST(plain.vendor.vtd.pat, 0, U32_MAX),
	LIST(plain.argsz, 55, 56, 64, 71, 72, 73, 4096),
	{}
};

static const struct axis vtd_bits[] = {
	POWERS(plain.vendor.vtd.flags, 1),
	POWERS(plain.vendor.vtd.emt, 1),
	LIST(plain.version, 1, 0),
	{}
};

static void pgtbl_vtd(struct kunit *test)
{
	try_both(test, "vtd", vtd);
	try_both(test, "vtd bits", vtd_bits);
}

static const struct axis versions[] = {
	POWERS(plain.version, 1),
	POWERS(plain.format, 1),
	LIST(plain.argsz, 55, 56, 71, 72),
	{}
};

static const struct axis padding[] = {
	BITS(plain.padding),
	BITS(plain.version),
	BITS(plain.format),
	{}
};

static void pgtbl_versions(struct kunit *test)
{
	try_both(test, "versions", versions);
	try_both(test, "padding", padding);
}

static void pgtbl_bit_pairs(struct kunit *test)
{
	try_bit_pairs(test, "plain", BIND, &plain);
	try_bit_pairs(test, "full", BIND, &full);
	try_bit_pairs(test, "RID", BIND, &rid);
	try_bit_pairs(test, "plain", UNBIND, &unbind_plain);
	try_bit_pairs(test, "RID", UNBIND, &unbind_rid);
}

static void pgtbl_arg_size(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 72, iommu_nesting_arg_size(BIND));
	KUNIT_EXPECT_EQ(test, 72, iommu_nesting_arg_size(UNBIND));
}

/* Changes of @plain */
static const struct named_case bind_cases[] = {
	{ "plain", 0, {} },
	{ "argsz 55", -EINVAL, { SET(plain.argsz, 55) } },
	{ "argsz 56 has no vendor", -EINVAL, { SET(plain.argsz, 56) } },
	{ "argsz 71", -EINVAL, { SET(plain.argsz, 71) } },
	{ "argsz 73", 0, { SET(plain.argsz, 73) } },
	{ "argsz 4096", 0, { SET(plain.argsz, 4096) } },
	{ "version 0", -EINVAL, { SET(plain.version, 0) } },
	{ "version 2", -EINVAL, { SET(plain.version, 2) } },
	{ "format 0", -EINVAL, { SET(plain.format, 0) } },
	{ "format 3", -EINVAL, { SET(plain.format, 3) } },
	{ "SMMUv3", -EOPNOTSUPP, { SET(plain.format, 2) } },
	{ "SMMUv3, argsz 56", -EOPNOTSUPP,
	  { SET(plain.format, 2), SET(plain.argsz, 56) } },
	{ "SMMUv3, argsz 55", -EINVAL,
	  { SET(plain.format, 2), SET(plain.argsz, 55) } },
	{ "SMMUv3, version 2", -EINVAL,
	  { SET(plain.format, 2), SET(plain.version, 2) } },
	{ "SMMUv3, padding", -EINVAL,
	  { SET(plain.format, 2), SET(plain.padding[0], 1) } },
	{ "SMMUv3, flag 2", -EINVAL,
	  { SET(plain.format, 2), SET(plain.flags, 4) } },
	{ "SMMUv3, any vendor", -EOPNOTSUPP,
	  { SET(plain.format, 2), SET(plain.vendor.vtd.flags, U64_MAX) } },
	{ "first padding byte", -EINVAL, { SET(plain.padding[0], 1) } },
	{ "last padding byte", -EINVAL, { SET(plain.padding[7], 0x80) } },
	{ "flag 2", -EINVAL, { SET(plain.flags, 4) } },
	{ "flag 63", -EINVAL, { SET(plain.flags, 1ULL << 63) } },
	{ "host PASID 0", -EINVAL, { SET(plain.hpasid, 0) } },
	{ "host PASID 1", 0, { SET(plain.hpasid, 1) } },
	{ "last host PASID", 0, { SET(plain.hpasid, 0xfffff) } },
	{ "host PASID beyond", -EINVAL, { SET(plain.hpasid, 0x100000) } },
	{ "host PASID 2^32 + 1", -EINVAL, { SET(plain.hpasid, 0x100000001) } },
	{ "RID", 0, { SET(plain.flags, 2), SET(plain.hpasid, 0) } },
	{ "RID and host PASID", -EINVAL, { SET(plain.flags, 2) } },
	{ "RID and guest PASID", -EINVAL,
	  { SET(plain.flags, 3), SET(plain.hpasid, 0) } },
	{ "RID, host and guest PASID", -EINVAL, { SET(plain.flags, 3) } },
	{ "guest PASID 0", 0, { SET(plain.flags, 1) } },
	{ "last guest PASID", 0,
	  { SET(plain.flags, 1), SET(plain.gpasid, 0xfffff) } },
	{ "guest PASID beyond", -EINVAL,
	  { SET(plain.flags, 1), SET(plain.gpasid, 0x100000) } },
	{ "guest PASID 2^32", -EINVAL,
	  { SET(plain.flags, 1), SET(plain.gpasid, 1ULL << 32) } },
	{ "guest PASID not valid", 0, { SET(plain.gpasid, 0x100000) } },
	{ "width 57", 0, { SET(plain.addr_width, 57) } },
	{ "width 0", -EINVAL, { SET(plain.addr_width, 0) } },
	{ "width 47", -EINVAL, { SET(plain.addr_width, 47) } },
	{ "width 39", -EINVAL, { SET(plain.addr_width, 39) } },
	{ "width 64", -EINVAL, { SET(plain.addr_width, 64) } },
	{ "table at 0", 0, { SET(plain.gpgd, 0) } },
	{ "table at 2048", -EINVAL, { SET(plain.gpgd, 0x800) } },
	{ "last table", 0, { SET(plain.gpgd, 0xffffffffff000) } },
	{ "table at 2^52", -EINVAL, { SET(plain.gpgd, 0x10000000000000) } },
	{ "all VT-d flags", 0, { SET(plain.vendor.vtd.flags, 0x3f) } },
	{ "VT-d flag 6", -EINVAL, { SET(plain.vendor.vtd.flags, 0x40) } },
	{ "VT-d flag 63", -EINVAL,
	  { SET(plain.vendor.vtd.flags, 1ULL << 63) } },
	{ "memory type 7", 0,
	  { SET(plain.vendor.vtd.flags, 0x10), SET(plain.vendor.vtd.emt, 7) } },
	{ "memory type 8", -EINVAL,
	  { SET(plain.vendor.vtd.flags, 0x10), SET(plain.vendor.vtd.emt, 8) } },
	{ "memory type 8 not used", 0,
	  { SET(plain.vendor.vtd.flags, 0x2f), SET(plain.vendor.vtd.emt, 8) } },
	{ "any PAT", 0, { SET(plain.vendor.vtd.pat, U32_MAX) } },
};

KUNIT_ARRAY_PARAM(bind, bind_cases, named_desc);

static void pgtbl_bind_named(struct kunit *test)
{
	try_named(test, BIND, &plain);
}

/* Changes of @unbind_plain, whose argsz is 56 */
static const struct named_case unbind_cases[] = {
	{ "plain", 0, {} },
	{ "argsz 0", -EINVAL, { SET(unbind_plain.argsz, 0) } },
	{ "argsz 55", -EINVAL, { SET(unbind_plain.argsz, 55) } },
	{ "argsz 57", 0, { SET(unbind_plain.argsz, 57) } },
	{ "any vendor", 0,
	  { SET(unbind_plain.argsz, 72),
	    SET(unbind_plain.vendor.vtd.flags, U64_MAX),
	    SET(unbind_plain.vendor.vtd.emt, 8) } },
	{ "version 0", -EINVAL, { SET(unbind_plain.version, 0) } },
	{ "version 2", -EINVAL, { SET(unbind_plain.version, 2) } },
	{ "format 0", -EINVAL, { SET(unbind_plain.format, 0) } },
	{ "format 3", -EINVAL, { SET(unbind_plain.format, 3) } },
	{ "SMMUv3", -EOPNOTSUPP, { SET(unbind_plain.format, 2) } },
	{ "SMMUv3, version 0", -EINVAL,
	  { SET(unbind_plain.format, 2), SET(unbind_plain.version, 0) } },
	{ "padding", -EINVAL, { SET(unbind_plain.padding[3], 4) } },
	{ "flag 2", -EINVAL, { SET(unbind_plain.flags, 4) } },
	{ "guest PASID not looked at", 0, { SET(unbind_plain.flags, 1) } },
	{ "host PASID 0", -EINVAL, { SET(unbind_plain.hpasid, 0) } },
	{ "last host PASID", 0, { SET(unbind_plain.hpasid, 0xfffff) } },
	{ "host PASID beyond", -EINVAL,
	  { SET(unbind_plain.hpasid, 0x100000) } },
	{ "RID", 0,
	  { SET(unbind_plain.flags, 2), SET(unbind_plain.hpasid, 0) } },
	{ "RID and host PASID", -EINVAL, { SET(unbind_plain.flags, 2) } },
	{ "RID and guest PASID", -EINVAL,
	  { SET(unbind_plain.flags, 3), SET(unbind_plain.hpasid, 0) } },
};

KUNIT_ARRAY_PARAM(unbind, unbind_cases, named_desc);

static void pgtbl_unbind_named(struct kunit *test)
{
	try_named(test, UNBIND, &unbind_plain);
}

static struct kunit_case pgtbl_cases[] = {
	KUNIT_CASE(pgtbl_arg_size),
	KUNIT_CASE_PARAM(pgtbl_bind_named, bind_gen_params),
	KUNIT_CASE_PARAM(pgtbl_unbind_named, unbind_gen_params),
	KUNIT_CASE(pgtbl_header),
	KUNIT_CASE(pgtbl_flags),
	KUNIT_CASE(pgtbl_pasids),
	KUNIT_CASE(pgtbl_addresses),
	KUNIT_CASE(pgtbl_vtd),
	KUNIT_CASE(pgtbl_versions),
	KUNIT_CASE(pgtbl_bit_pairs),
	{}
};

static struct kunit_suite pgtbl_suite = {
	.name = "iommu_nesting_pgtbl",
	.test_cases = pgtbl_cases,
};

kunit_test_suite(pgtbl_suite);
