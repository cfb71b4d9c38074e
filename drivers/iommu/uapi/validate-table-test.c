// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of what the nesting interface accepts: PASID tables
 */
#include "validate-test.h"

#define T	struct iommu_pasid_table_config
#define ARG	IOMMU_NESTING_PASID_TABLE

/* Linear, 2^10 context descriptors */
static const T linear = {
	.argsz = 32, .version = 1, .base_ptr = 1ULL << 40, .format = 2,
	.pasid_bits = 10, .config = 1, .vendor_data.smmuv3.version = 1,
};

/* Two levels with 64 KiB leaves, 2^20 context descriptors */
static const T two_levels = {
	.argsz = 4096, .version = 1, .base_ptr = 0xffffffffff000 - 0x1000,
	.format = 2, .pasid_bits = 20, .config = 1,
	.vendor_data.smmuv3 = { .version = 1, .s1fmt = 2, .s1dss = 2 },
};

static const T bypass = {
	.argsz = 24, .version = 1, .format = 2, .config = 2,
};

static const struct axis header[] = {
	ARGSZ(linear),
	LIST(linear.version, 1, 0, 2),
	LIST(linear.format, 2, 1, 0, 3),
	LIST(linear.config, 1, 2, 3, 0, 4, 255),
	LIST(linear.pasid_bits, 0, 20, 21),
	LIST(linear.base_ptr, 0, 1ULL << 40, 1ULL << 52),
	LIST(linear.padding[1], 0, 1),
	LIST(linear.vendor_data.smmuv3.version, 1, 0),
	{}
};

static void table_header(struct kunit *test)
{
	try_all(test, "header", ARG, &linear, header);
}

static const struct axis codes[] = {
	COUNT(linear.config, 256),
	COUNT(linear.pasid_bits, 256),
	LIST(linear.format, 2, 1),
	LIST(linear.base_ptr, 0, 1ULL << 40),
	{}
};

static void table_codes(struct kunit *test)
{
	try_all(test, "codes", ARG, &linear, codes);
}

static const struct axis smmuv3_codes[] = {
	COUNT(linear.vendor_data.smmuv3.s1fmt, 256),
	COUNT(linear.vendor_data.smmuv3.s1dss, 256),
	LIST(linear.pasid_bits, 0, 20),
	LIST(linear.argsz, 32, 24),
	{}
};

static void table_smmuv3_codes(struct kunit *test)
{
	try_all(test, "smmuv3 codes", ARG, &linear, smmuv3_codes);
}

static const struct axis smmuv3_unused[] = {
	COUNT(bypass.vendor_data.smmuv3.s1fmt, 256),
	LIST(bypass.vendor_data.smmuv3.s1dss, 0, 3, 255),
	LIST(bypass.vendor_data.smmuv3.version, 0, 1, 2),
	LIST(bypass.vendor_data.smmuv3.padding[0], 0, 1),
	LIST(bypass.argsz, 23, 24, 32),
	LIST(bypass.config, 2, 3),
	{}
};

/* Without TRANSLATE the vendor's part is not looked at */
static void table_smmuv3_unused(struct kunit *test)
{
	try_all(test, "smmuv3 unused", ARG, &bypass, smmuv3_unused);
}

static const struct axis versions[] = {
	POWERS(linear.version, 1),
	POWERS(linear.format, 1),
	LIST(linear.padding[0], 0, 1),
	LIST(linear.config, 1, 2, 3),
	LIST(linear.base_ptr, 0),
	LIST(linear.pasid_bits, 0),
	{}
};

static const struct axis padding[] = {
	BITS(linear.padding),
	BITS(linear.version),
	BITS(linear.format),
	LIST(linear.config, 1, 2),
	LIST(linear.base_ptr, 0),
	LIST(linear.pasid_bits, 0),
	{}
};

static const struct axis smmuv3_versions[] = {
	POWERS(linear.vendor_data.smmuv3.version, 1),
	BITS(linear.vendor_data.smmuv3.padding),
	LIST(linear.vendor_data.smmuv3.s1fmt, 0, 1, 2, 3),
	LIST(linear.vendor_data.smmuv3.s1dss, 0, 1, 2, 3),
	{}
};

static void table_versions(struct kunit *test)
{
	try_all(test, "versions", ARG, &linear, versions);
	try_all(test, "padding", ARG, &linear, padding);
	try_all(test, "smmuv3 versions", ARG, &linear, smmuv3_versions);
}

static const struct axis bases[] = {
	POWERS(linear.base_ptr, 1),
	COUNT(linear.pasid_bits, 22),
	LIST(linear.vendor_data.smmuv3.s1fmt, 0, 1, 2, 3),
	LIST(linear.config, 1, 2),
	{}
};

static void table_bases(struct kunit *test)
{
	try_all(test, "bases", ARG, &linear, bases);
}

static void try_alignment(struct trial *trial, T *cfg, u64 size)
{
	const u64 bases[] = {
		0, 1, 8, 32, 63, 64, 65, size / 2, size, size + 1, size + 32,
		size + size / 2, 3 * size, (1ULL << 52) - size,
		(1ULL << 52) - size / 2, (1ULL << 52) - 64, 1ULL << 52,
		(1ULL << 52) + size, 1ULL << 63, -size,
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(bases); i++) {
		cfg->base_ptr = bases[i];
		trial_check(trial);
	}
}

/* Around the size of each table that there can be */
static void table_alignment(struct kunit *test)
{
	struct trial trial;
	u8 *bits, *fmt;
	u64 size;
	T *cfg;

	trial_start(&trial, test, "alignment", ARG, &linear);
	cfg = trial.work;
	bits = &cfg->pasid_bits;
	fmt = &cfg->vendor_data.smmuv3.s1fmt;
	for (*fmt = 0; *fmt <= 2; ++*fmt) {
		for (*bits = 0; *bits <= 20; ++*bits) {
			size = oracle_table_size(cfg);
			KUNIT_EXPECT_EQ(test, size,
					iommu_nesting_pasid_table_size(cfg));
			try_alignment(&trial, cfg, size);
		}
	}
	trial_end(&trial);
}

static void table_bit_pairs(struct kunit *test)
{
	try_bit_pairs(test, "linear", ARG, &linear);
	try_bit_pairs(test, "two levels", ARG, &two_levels);
	try_bit_pairs(test, "bypass", ARG, &bypass);
}

/* Arm IHI 0070, 5.2, S1Fmt: the sizes that the text names */
static void table_size(struct kunit *test)
{
	static const struct {
		u8 s1fmt, bits;
		u32 size;
	} cases[] = {
		{ 0, 0, 0x40 }, { 0, 1, 0x80 }, { 0, 20, 0x4000000 },
		{ 1, 0, 0x40 }, { 1, 1, 0x8 }, { 1, 6, 0x8 }, { 1, 7, 0x10 },
		{ 1, 20, 0x20000 },
		{ 2, 0, 0x40 }, { 2, 1, 0x8 }, { 2, 10, 0x8 }, { 2, 11, 0x10 },
		{ 2, 20, 0x2000 },
	};
	T cfg = {};
	int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		cfg.pasid_bits = cases[i].bits;
		cfg.vendor_data.smmuv3.s1fmt = cases[i].s1fmt;
		KUNIT_EXPECT_EQ(test, cases[i].size, oracle_table_size(&cfg));
		KUNIT_EXPECT_EQ(test, cases[i].size,
				iommu_nesting_pasid_table_size(&cfg));
	}
}

static void table_arg_size(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 32, iommu_nesting_arg_size(ARG));
}

/* Changes of @linear */
static const struct named_case named_cases[] = {
	{ "linear", 0, {} },
	{ "argsz 31 of translate", -EINVAL, { SET(linear.argsz, 31) } },
	{ "argsz 4096", 0, { SET(linear.argsz, 4096) } },
	{ "argsz 0", -EINVAL, { SET(linear.argsz, 0) } },
	{ "version 0", -EINVAL, { SET(linear.version, 0) } },
	{ "version 2", -EINVAL, { SET(linear.version, 2) } },
	{ "first padding byte", -EINVAL, { SET(linear.padding[0], 1) } },
	{ "last padding byte", -EINVAL, { SET(linear.padding[1], 0x80) } },
	{ "format 0", -EINVAL, { SET(linear.format, 0) } },
	{ "format 3", -EINVAL, { SET(linear.format, 3) } },
	{ "VT-d", -EOPNOTSUPP, { SET(linear.format, 1) } },
	{ "VT-d, argsz 31", -EINVAL,
	  { SET(linear.format, 1), SET(linear.argsz, 31) } },
	{ "VT-d, 21 bits", -EINVAL,
	  { SET(linear.format, 1), SET(linear.pasid_bits, 21) } },
	{ "VT-d, version 0", -EINVAL,
	  { SET(linear.format, 1), SET(linear.version, 0) } },
	{ "VT-d, bypass", 0,
	  { SET(linear.format, 1), SET(linear.config, 2),
	    SET(linear.base_ptr, 0), SET(linear.pasid_bits, 0) } },
	{ "config 0", -EINVAL, { SET(linear.config, 0) } },
	{ "config 4", -EINVAL, { SET(linear.config, 4) } },
	{ "20 bits", 0, { SET(linear.pasid_bits, 20) } },
	{ "21 bits", -EINVAL, { SET(linear.pasid_bits, 21) } },
	{ "bypass, argsz 24", 0,
	  { SET(linear.config, 2), SET(linear.argsz, 24),
	    SET(linear.base_ptr, 0), SET(linear.pasid_bits, 0) } },
	{ "bypass, argsz 23", -EINVAL,
	  { SET(linear.config, 2), SET(linear.argsz, 23),
	    SET(linear.base_ptr, 0), SET(linear.pasid_bits, 0) } },
	{ "bypass with a base", -EINVAL,
	  { SET(linear.config, 2), SET(linear.pasid_bits, 0) } },
	{ "bypass with bits", -EINVAL,
	  { SET(linear.config, 2), SET(linear.base_ptr, 0) } },
	{ "abort", 0,
	  { SET(linear.config, 3), SET(linear.base_ptr, 0),
	    SET(linear.pasid_bits, 0) } },
	{ "abort with a base", -EINVAL,
	  { SET(linear.config, 3), SET(linear.pasid_bits, 0) } },
	{ "smmuv3 version 0", -EINVAL,
	  { SET(linear.vendor_data.smmuv3.version, 0) } },
	{ "smmuv3 version 2", -EINVAL,
	  { SET(linear.vendor_data.smmuv3.version, 2) } },
	{ "S1Fmt 3", -EINVAL, { SET(linear.vendor_data.smmuv3.s1fmt, 3) } },
	{ "S1DSS 2", 0, { SET(linear.vendor_data.smmuv3.s1dss, 2) } },
	{ "S1DSS 3", -EINVAL, { SET(linear.vendor_data.smmuv3.s1dss, 3) } },
	{ "smmuv3 padding", -EINVAL,
	  { SET(linear.vendor_data.smmuv3.padding[1], 1) } },
	{ "smmuv3 version 0 of abort", 0,
	  { SET(linear.vendor_data.smmuv3.version, 0), SET(linear.config, 3),
	    SET(linear.base_ptr, 0), SET(linear.pasid_bits, 0) } },
	{ "base 0", 0, { SET(linear.base_ptr, 0) } },
	{ "base on half its size", -EINVAL, { SET(linear.base_ptr, 0x8000) } },
	{ "base on its size", 0, { SET(linear.base_ptr, 0x10000) } },
	{ "one CD on 64", 0,
	  { SET(linear.pasid_bits, 0), SET(linear.base_ptr, 64) } },
	{ "one CD on 32", -EINVAL,
	  { SET(linear.pasid_bits, 0), SET(linear.base_ptr, 32) } },
	{ "first level of 8 bytes on 8", -EINVAL,
	  { SET(linear.pasid_bits, 1), SET(linear.base_ptr, 8),
	    SET(linear.vendor_data.smmuv3.s1fmt, 1) } },
	{ "first level of 8 bytes on 64", 0,
	  { SET(linear.pasid_bits, 1), SET(linear.base_ptr, 64),
	    SET(linear.vendor_data.smmuv3.s1fmt, 1) } },
	{ "last base", 0, { SET(linear.base_ptr, (1ULL << 52) - 0x10000) } },
	{ "base 2^52", -EINVAL, { SET(linear.base_ptr, 1ULL << 52) } },
};

KUNIT_ARRAY_PARAM(named, named_cases, named_desc);

static void table_named(struct kunit *test)
{
	try_named(test, ARG, &linear);
}

static struct kunit_case table_cases[] = {
	KUNIT_CASE(table_arg_size),
	KUNIT_CASE_PARAM(table_named, named_gen_params),
	KUNIT_CASE(table_size),
	KUNIT_CASE(table_alignment),
	KUNIT_CASE(table_bases),
	KUNIT_CASE(table_header),
	KUNIT_CASE(table_codes),
	KUNIT_CASE(table_smmuv3_codes),
	KUNIT_CASE(table_smmuv3_unused),
	KUNIT_CASE(table_versions),
	KUNIT_CASE(table_bit_pairs),
	{}
};

static struct kunit_suite table_suite = {
	.name = "iommu_nesting_table",
	.test_cases = table_cases,
};

kunit_test_suite(table_suite);
