// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of what the nesting interface accepts: invalidations
 */
#include "validate-test.h"

#define T	struct iommu_cache_invalidate_info
#define ARG	IOMMU_NESTING_CACHE_INV

static const T by_domain = {
	.argsz = 16, .version = 1, .cache = 7, .granularity = 0,
};

static const T by_pasid = {
	.argsz = 32, .version = 1, .cache = 7, .granularity = 1,
	.granu.pasid_info = { .flags = 3, .archid = U32_MAX, .pasid = 0xfffff },
};

static const T by_addr = {
	.argsz = 56, .version = 1, .cache = 1, .granularity = 2,
	.granu.addr_info = {
		.flags = 2, .archid = U32_MAX, .pasid = U64_MAX,
		.addr = 0x1000, .granule_size = 0x1000, .nb_granules = 1,
	},
};

static const struct axis header[] = {
	ARGSZ(by_addr),
	LIST(by_addr.version, 1, 0, 2),
	LIST(by_addr.granularity, 0, 1, 2, 3, 255),
	LIST(by_addr.cache, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0x81),
	LIST(by_addr.granu.addr_info.flags, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0xa,
	     0xf, 0x10, 0x11, 0x80000001),
	LIST(by_addr.granu.addr_info.pasid, 0, 0xfffff, 0x100000),
	{}
};

static void inv_header(struct kunit *test)
{
	try_all(test, "header", ARG, &by_addr, header);
}

static const struct axis codes[] = {
	COUNT(by_addr.cache, 256),
	COUNT(by_addr.granularity, 256),
	LIST(by_addr.granu.addr_info.flags, 2, 4),
	{}
};

static void inv_codes(struct kunit *test)
{
	try_all(test, "codes", ARG, &by_addr, codes);
}

static const struct axis ids[] = {
	POWERS(by_addr.granu.addr_info.flags, 1),
	POWERS(by_addr.granu.addr_info.pasid, 1),
	LIST(by_addr.granularity, 0, 1, 2),
	LIST(by_addr.cache, 1, 4),
	{}
};

static void inv_ids(struct kunit *test)
{
	try_all(test, "ids", ARG, &by_addr, ids);
}

static const struct axis versions[] = {
	POWERS(by_addr.version, 1),
	BITS(by_addr.padding),
	LIST(by_addr.granularity, 0, 1, 2),
	LIST(by_addr.granu.addr_info.archid, 0, U32_MAX),
	{}
};

static void inv_versions(struct kunit *test)
{
	try_all(test, "versions", ARG, &by_addr, versions);
}

static const struct axis ranges[] = {
	POWERS(by_addr.granu.addr_info.addr, 1),
	POWERS(by_addr.granu.addr_info.granule_size, 1),
	LIST(by_addr.granu.addr_info.nb_granules, 0, 1, 2, U64_MAX),
	{}
};

static void inv_ranges(struct kunit *test)
{
	try_all(test, "ranges", ARG, &by_addr, ranges);
}

static void try_counts(struct trial *trial, u64 left)
{
	T *inv = trial->work;
	u64 *nb = &inv->granu.addr_info.nb_granules;
	u32 i;

	for (i = 0; i < 3; i++) {
		*nb = left + i - 1;
		trial_check(trial);
	}
	for (i = 0; i < 64 * 3; i++) {
		*nb = BIT_ULL(i / 3) + i % 3 - 1;
		trial_check(trial);
	}
}

static void try_starts(struct trial *trial, u32 shift)
{
	const u64 granules = BIT_ULL(64 - shift), size = BIT_ULL(shift);
	const u64 firsts[] = {
		0, 1, granules / 2 - 1, granules / 2, granules - 2,
		granules - 1,
	};
	const u64 offsets[] = { 0, 1, size / 2, size - 1 };
	struct iommu_inv_addr_info *addr = &((T *)trial->work)->granu.addr_info;
	u32 i;

	addr->granule_size = size;
	for (i = 0; i < ARRAY_SIZE(firsts) * ARRAY_SIZE(offsets); i++) {
		addr->addr = firsts[i / 4] * size + offsets[i % 4];
		try_counts(trial, granules - firsts[i / 4]);
	}
}

/* Around the end of the address space, for each granule */
static void inv_wrap(struct kunit *test)
{
	struct trial trial;
	u32 shift;

	trial_start(&trial, test, "wrap", ARG, &by_addr);
	for (shift = 1; shift < 64 && !trial.wrong; shift++)
		try_starts(&trial, shift);
	trial_end(&trial);
}

static void inv_bit_pairs(struct kunit *test)
{
	try_bit_pairs(test, "by domain", ARG, &by_domain);
	try_bit_pairs(test, "by PASID", ARG, &by_pasid);
	try_bit_pairs(test, "by address", ARG, &by_addr);
}

static void inv_arg_size(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 56, iommu_nesting_arg_size(ARG));
}

/* Changes of @by_pasid */
static const struct named_case named_cases[] = {
	{ "by PASID", 0, {} },
	{ "argsz 31", -EINVAL, { SET(by_pasid.argsz, 31) } },
	{ "argsz 4096", 0, { SET(by_pasid.argsz, 4096) } },
	{ "argsz 0", -EINVAL, { SET(by_pasid.argsz, 0) } },
	{ "version 0", -EINVAL, { SET(by_pasid.version, 0) } },
	{ "version 2", -EINVAL, { SET(by_pasid.version, 2) } },
	{ "first padding byte", -EINVAL, { SET(by_pasid.padding[0], 1) } },
	{ "last padding byte", -EINVAL, { SET(by_pasid.padding[5], 0x80) } },
	{ "no cache", -EINVAL, { SET(by_pasid.cache, 0) } },
	{ "unknown cache", -EINVAL, { SET(by_pasid.cache, 8) } },
	{ "known and unknown cache", -EINVAL, { SET(by_pasid.cache, 9) } },
	{ "granularity 3", -EINVAL,
	  { SET(by_pasid.granularity, 3), SET(by_pasid.argsz, 56) } },
	{ "domain", 0,
	  { SET(by_pasid.granularity, 0), SET(by_pasid.argsz, 16) } },
	{ "domain, argsz 15", -EINVAL,
	  { SET(by_pasid.granularity, 0), SET(by_pasid.argsz, 15) } },
	{ "domain, any flags", 0,
	  { SET(by_pasid.granularity, 0),
	    SET(by_pasid.granu.pasid_info.flags, U32_MAX) } },
	{ "no id", -EINVAL, { SET(by_pasid.granu.pasid_info.flags, 0) } },
	{ "unknown flag", -EINVAL,
	  { SET(by_pasid.granu.pasid_info.flags, 4) } },
	{ "known and unknown flag", -EINVAL,
	  { SET(by_pasid.granu.pasid_info.flags, 5) } },
	{ "guest PASID", 0, { SET(by_pasid.granu.pasid_info.flags, 9) } },
	{ "guest PASID and ASID", 0,
	  { SET(by_pasid.granu.pasid_info.flags, 0xb) } },
	{ "guest PASID, no PASID", -EINVAL,
	  { SET(by_pasid.granu.pasid_info.flags, 8) } },
	{ "guest PASID, only ASID", -EINVAL,
	  { SET(by_pasid.granu.pasid_info.flags, 0xa) } },
	{ "guest PASID beyond", -EINVAL,
	  { SET(by_pasid.granu.pasid_info.flags, 9),
	    SET(by_pasid.granu.pasid_info.pasid, 0x100000) } },
	{ "PASID beyond", -EINVAL,
	  { SET(by_pasid.granu.pasid_info.pasid, 0x100000) } },
	{ "PASID 2^32", -EINVAL,
	  { SET(by_pasid.granu.pasid_info.pasid, 1ULL << 32) } },
	{ "PASID not valid", 0,
	  { SET(by_pasid.granu.pasid_info.pasid, 0x100000),
	    SET(by_pasid.granu.pasid_info.flags, 2) } },
	{ "PASID cache by address", -EINVAL,
	  { SET(by_pasid.granularity, 2), SET(by_pasid.argsz, 56) } },
};

KUNIT_ARRAY_PARAM(named, named_cases, named_desc);

static void inv_named(struct kunit *test)
{
	try_named(test, ARG, &by_pasid);
}

#define START(value)	SET(by_addr.granu.addr_info.addr, value)
#define GRANULE(value)	SET(by_addr.granu.addr_info.granule_size, value)
#define NB(value)	SET(by_addr.granu.addr_info.nb_granules, value)
#define FLAGS(value)	SET(by_addr.granu.addr_info.flags, value)

/* Changes of @by_addr: one page at 0x1000 */
static const struct named_case addr_cases[] = {
	{ "one page", 0, {} },
	{ "argsz 55", -EINVAL, { SET(by_addr.argsz, 55) } },
	{ "argsz 57", 0, { SET(by_addr.argsz, 57) } },
	{ "no id", 0, { FLAGS(0) } },
	{ "leaf", 0, { FLAGS(4) } },
	{ "unknown flag", -EINVAL, { FLAGS(0x10) } },
	{ "guest PASID", 0,
	  { FLAGS(9), SET(by_addr.granu.addr_info.pasid, 0xfffff) } },
	{ "guest PASID, no PASID", -EINVAL, { FLAGS(8) } },
	{ "guest PASID, only leaf", -EINVAL, { FLAGS(0xc) } },
	{ "PASID beyond", -EINVAL, { FLAGS(1) } },
	{ "no granules", -EINVAL, { NB(0) } },
	{ "granule 0", -EINVAL, { START(0), GRANULE(0) } },
	{ "granule 1", -EINVAL, { GRANULE(1) } },
	{ "granule 2048", -EINVAL, { GRANULE(0x800), NB(2) } },
	{ "granule 4095", -EINVAL, { START(0), GRANULE(0xfff) } },
	{ "granule 12288", -EINVAL, { START(0), GRANULE(0x3000) } },
	{ "granule of all ones", -EINVAL, { START(0), GRANULE(U64_MAX) } },
	{ "address off by 1", -EINVAL, { START(0x1001) } },
	{ "address off by half", -EINVAL, { START(0x1800) } },
	{ "address on smaller granule", -EINVAL, { GRANULE(0x200000) } },
	{ "last page", 0, { START(~0xfffULL) } },
	{ "beyond last page", -EINVAL, { START(~0xfffULL), NB(2) } },
	{ "all but first page", 0, { NB(~0ULL >> 12) } },
	{ "all but last page", 0, { START(0), NB(~0ULL >> 12) } },
	{ "whole space", 0, { START(0), NB(1ULL << 52) } },
	{ "whole space from page 1", -EINVAL, { NB(1ULL << 52) } },
	{ "beyond whole space", -EINVAL, { START(0), NB((1ULL << 52) + 1) } },
	{ "size wraps to 2^32", -EINVAL,
	  { START(0), GRANULE(1ULL << 32), NB((1ULL << 32) + 1) } },
	{ "most granules", -EINVAL, { START(0), NB(U64_MAX) } },
	{ "largest granule", 0, { START(1ULL << 63), GRANULE(1ULL << 63) } },
	{ "two largest granules", 0, { START(0), GRANULE(1ULL << 63), NB(2) } },
	{ "three largest granules", -EINVAL,
	  { START(0), GRANULE(1ULL << 63), NB(3) } },
};

KUNIT_ARRAY_PARAM(addr, addr_cases, named_desc);

static void inv_addr_named(struct kunit *test)
{
	try_named(test, ARG, &by_addr);
}

static struct kunit_case inv_cases[] = {
	KUNIT_CASE(inv_arg_size),
	KUNIT_CASE_PARAM(inv_named, named_gen_params),
	KUNIT_CASE_PARAM(inv_addr_named, addr_gen_params),
	KUNIT_CASE(inv_header),
	KUNIT_CASE(inv_codes),
	KUNIT_CASE(inv_ids),
	KUNIT_CASE(inv_versions),
	KUNIT_CASE(inv_ranges),
	KUNIT_CASE(inv_wrap),
	KUNIT_CASE(inv_bit_pairs),
	{}
};

static struct kunit_suite inv_suite = {
	.name = "iommu_nesting_inv",
	.test_cases = inv_cases,
};

kunit_test_suite(inv_suite);
