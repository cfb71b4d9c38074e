// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of what the nesting interface accepts from user space
 *
 * The expectations are written from the text of the UAPI header, with numbers
 * instead of sizeof() and offsetof(), so that a rule which is wrong in the
 * validator is not repeated here.
 */
#include <kunit/test.h>
#include <linux/iommu_nesting.h>
#include <linux/string.h>

/* One digit of a mixed-radix number: enumerates every combination of choices */
static u32 pick(u32 *n, u32 choices)
{
	u32 digit = *n % choices;

	*n /= choices;
	return digit;
}

/* Digit 0 leaves the padding alone, the others spoil one byte of it */
static void pick_padding(u32 *n, u8 *padding, u32 size)
{
	u32 byte = pick(n, size + 1);

	if (byte)
		padding[byte - 1] = 0x80;
}

/* Bytes of the linear table, or of the 8-byte entries of the first level */
static u64 want_table_size(const struct iommu_pasid_table_config *cfg)
{
	static const u32 leaf_entries[] = { 0, 64, 1024 };
	u64 entries = 1ULL << cfg->pasid_bits;
	u32 leaf = leaf_entries[cfg->vendor_data.smmuv3.s1fmt];

	if (entries == 1 || !leaf)
		return entries * 64;
	return entries > leaf ? entries / leaf * 8 : 8;
}

static int want_table_smmuv3(const struct iommu_pasid_table_config *cfg)
{
	const struct iommu_pasid_smmuv3 *smmuv3 = &cfg->vendor_data.smmuv3;
	u64 align;

	if (cfg->argsz < 32 || smmuv3->version != 1 || smmuv3->s1fmt > 2 ||
	    smmuv3->s1dss > 2 || smmuv3->padding[0] || smmuv3->padding[1])
		return -EINVAL;

	align = want_table_size(cfg);
	if (align < 64)
		align = 64;
	return cfg->base_ptr % align || cfg->base_ptr > 0xfffffffffffffULL ?
	       -EINVAL : 0;
}

static int want_table(const struct iommu_pasid_table_config *cfg)
{
	if (cfg->argsz < 24 || cfg->version != 1 || cfg->padding[0] ||
	    cfg->padding[1] || cfg->format < 1 || cfg->format > 2)
		return -EINVAL;
	if (cfg->config == 2 || cfg->config == 3)
		return cfg->base_ptr || cfg->pasid_bits ? -EINVAL : 0;
	if (cfg->config != 1 || cfg->pasid_bits > 20)
		return -EINVAL;
	return cfg->format == 1 ? -EOPNOTSUPP : want_table_smmuv3(cfg);
}

static void check_table(struct kunit *test,
			const struct iommu_pasid_table_config *cfg)
{
	const struct iommu_pasid_smmuv3 *smmuv3 = &cfg->vendor_data.smmuv3;

	KUNIT_ASSERT_EQ_MSG(test, want_table(cfg),
			    iommu_nesting_check_pasid_table(cfg),
			    "argsz %u version %u base %#llx format %u bits %u config %u padding %2ph vendor %u fmt %u dss %u padding %2ph",
			    cfg->argsz, cfg->version, cfg->base_ptr,
			    cfg->format, cfg->pasid_bits, cfg->config,
			    cfg->padding, smmuv3->version, smmuv3->s1fmt,
			    smmuv3->s1dss, smmuv3->padding);
}

/* False when @n is beyond the last combination */
static bool make_table(struct iommu_pasid_table_config *cfg, u32 n)
{
	static const u32 argszs[] = { 0, 4, 23, 24, 25, 31, 32, 33, 4096 };
	static const u32 versions[] = { 1, 0, 2, U32_MAX };
	static const u32 formats[] = { 2, 0, 1, 3, U32_MAX };
	static const u8 configs[] = { 1, 0, 2, 3, 4, U8_MAX };
	static const u8 bits[] = { 0, 1, 20, 21, U8_MAX };
	static const u64 bases[] = { 0, 1ULL << 40 };

	memset(cfg, 0, sizeof(*cfg));
	cfg->argsz = argszs[pick(&n, ARRAY_SIZE(argszs))];
	cfg->version = versions[pick(&n, ARRAY_SIZE(versions))];
	cfg->format = formats[pick(&n, ARRAY_SIZE(formats))];
	cfg->config = configs[pick(&n, ARRAY_SIZE(configs))];
	cfg->pasid_bits = bits[pick(&n, ARRAY_SIZE(bits))];
	cfg->base_ptr = bases[pick(&n, ARRAY_SIZE(bases))];
	pick_padding(&n, cfg->padding, 2);
	cfg->vendor_data.smmuv3.version = 1;
	return !n;
}

static void pasid_table_header(struct kunit *test)
{
	struct iommu_pasid_table_config cfg;
	u32 n;

	for (n = 0; make_table(&cfg, n); n++)
		check_table(test, &cfg);
}

static bool make_table_smmuv3(struct iommu_pasid_table_config *cfg, u32 n)
{
	static const u32 argszs[] = { 24, 31, 32, 4096 };
	static const u8 configs[] = { 1, 2, 3 };
	static const u32 versions[] = { 1, 0, 2, U32_MAX };
	static const u8 codes[] = { 0, 1, 2, 3, U8_MAX };
	struct iommu_pasid_smmuv3 *smmuv3 = &cfg->vendor_data.smmuv3;

	memset(cfg, 0, sizeof(*cfg));
	cfg->version = 1;
	cfg->format = 2;
	cfg->argsz = argszs[pick(&n, ARRAY_SIZE(argszs))];
	cfg->config = configs[pick(&n, ARRAY_SIZE(configs))];
	cfg->pasid_bits = pick(&n, 22);
	smmuv3->version = versions[pick(&n, ARRAY_SIZE(versions))];
	smmuv3->s1fmt = codes[pick(&n, ARRAY_SIZE(codes))];
	smmuv3->s1dss = codes[pick(&n, ARRAY_SIZE(codes))];
	pick_padding(&n, smmuv3->padding, 2);
	return !n;
}

static void pasid_table_smmuv3(struct kunit *test)
{
	struct iommu_pasid_table_config cfg;
	u32 n;

	for (n = 0; make_table_smmuv3(&cfg, n); n++)
		check_table(test, &cfg);
}

static void check_table_bases(struct kunit *test,
			      struct iommu_pasid_table_config *cfg, u64 size)
{
	const u64 bases[] = {
		0, 1, 8, 32, 63, 64, 65, size / 2, size, size + 1, size + 32,
		size + size / 2, 3 * size, (1ULL << 52) - size,
		(1ULL << 52) - size / 2, 1ULL << 52, 1ULL << 63,
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(bases); i++) {
		cfg->base_ptr = bases[i];
		check_table(test, cfg);
	}
}

static void pasid_table_base(struct kunit *test)
{
	struct iommu_pasid_table_config cfg = {
		.argsz = 32, .version = 1, .format = 2, .config = 1,
		.vendor_data.smmuv3.version = 1,
	};
	u8 *bits = &cfg.pasid_bits, *fmt = &cfg.vendor_data.smmuv3.s1fmt;

	for (*fmt = 0; *fmt <= 2; ++*fmt) {
		for (*bits = 0; *bits <= 20; ++*bits) {
			KUNIT_EXPECT_EQ(test, want_table_size(&cfg),
					iommu_nesting_pasid_table_size(&cfg));
			check_table_bases(test, &cfg, want_table_size(&cfg));
		}
	}
}

/* Arm IHI 0070, 5.2, S1Fmt: the sizes that the text names */
static void pasid_table_size(struct kunit *test)
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
	struct iommu_pasid_table_config cfg = {};
	int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		cfg.pasid_bits = cases[i].bits;
		cfg.vendor_data.smmuv3.s1fmt = cases[i].s1fmt;
		KUNIT_EXPECT_EQ(test, cases[i].size,
				iommu_nesting_pasid_table_size(&cfg));
	}
}

/* The end may be 2^64, but not beyond */
static bool want_range(u64 addr, u64 granule, u64 nb)
{
	if (granule < 4096 || granule & (granule - 1) || addr & (granule - 1))
		return false;
	return nb && nb - 1 <= (U64_MAX - addr) / granule;
}

static int want_cache_inv(const struct iommu_cache_invalidate_info *inv)
{
	static const u32 argszs[] = { 16, 32, 56 };
	static const u8 caches[] = { 0x7, 0x7, 0x3 };
	static const u32 flags[] = { 0, 0x3, 0x7 };
	const struct iommu_inv_addr_info *addr = &inv->granu.addr_info;
	const u8 gran = inv->granularity;

	if (inv->version != 1 || gran > 2 || inv->argsz < argszs[gran] ||
	    !inv->cache || inv->cache & ~caches[gran] ||
	    memcmp(inv->padding, "\0\0\0\0\0\0", 6))
		return -EINVAL;
	if (gran == 0)
		return 0;

	/* Both members begin with flags, archid and pasid */
	if (addr->flags & ~flags[gran] || (gran == 1 && !addr->flags) ||
	    (addr->flags & 0x1 && addr->pasid > 0xfffff))
		return -EINVAL;
	if (gran == 1)
		return 0;
	return want_range(addr->addr, addr->granule_size, addr->nb_granules) ?
	       0 : -EINVAL;
}

static void check_cache_inv(struct kunit *test,
			    const struct iommu_cache_invalidate_info *inv)
{
	const struct iommu_inv_addr_info *addr = &inv->granu.addr_info;

	KUNIT_ASSERT_EQ_MSG(test, want_cache_inv(inv),
			    iommu_nesting_check_cache_inv(inv),
			    "argsz %u version %u cache %#x granularity %u padding %6ph flags %#x archid %#x pasid %#llx addr %#llx granule %#llx nb %#llx",
			    inv->argsz, inv->version, inv->cache,
			    inv->granularity, inv->padding, addr->flags,
			    addr->archid, addr->pasid, addr->addr,
			    addr->granule_size, addr->nb_granules);
}

static bool make_cache_inv(struct iommu_cache_invalidate_info *inv, u32 n)
{
	static const u32 argszs[] = {
		0, 4, 15, 16, 17, 24, 31, 32, 33, 55, 56, 57, 4096,
	};
	static const u8 grans[] = { 0, 1, 2, 3, U8_MAX };
	static const u8 caches[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 0x81 };
	static const u32 flags[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, BIT(31) };
	static const u64 pasids[] = { 0, 0xfffff, 0x100000, U64_MAX };
	struct iommu_inv_addr_info *addr = &inv->granu.addr_info;

	memset(inv, 0, sizeof(*inv));
	inv->version = 1;
	inv->argsz = argszs[pick(&n, ARRAY_SIZE(argszs))];
	inv->granularity = grans[pick(&n, ARRAY_SIZE(grans))];
	inv->cache = caches[pick(&n, ARRAY_SIZE(caches))];
	addr->flags = flags[pick(&n, ARRAY_SIZE(flags))];
	addr->pasid = pasids[pick(&n, ARRAY_SIZE(pasids))];
	pick_padding(&n, inv->padding, 6);
	addr->archid = U32_MAX;
	addr->granule_size = 4096;
	addr->nb_granules = 1;
	return !n;
}

static void cache_inv_header(struct kunit *test)
{
	static const u32 versions[] = { 0, 2, U32_MAX };
	struct iommu_cache_invalidate_info inv;
	u32 i, n;

	for (n = 0; make_cache_inv(&inv, n); n++) {
		check_cache_inv(test, &inv);
		for (i = 0; i < ARRAY_SIZE(versions); i++) {
			inv.version = versions[i];
			check_cache_inv(test, &inv);
		}
	}
}

static const struct range_case {
	const char *name;
	u64 addr, granule, nb;
	int want;
} range_cases[] = {
	{ "one page",			0, 0x1000, 1, 0 },
	{ "no granules",		0, 0x1000, 0, -EINVAL },
	{ "granule 0",			0, 0, 1, -EINVAL },
	{ "granule 1",			0, 1, 1, -EINVAL },
	{ "granule 2048",		0, 0x800, 2, -EINVAL },
	{ "granule 4095",		0, 0xfff, 1, -EINVAL },
	{ "granule 12288",		0, 0x3000, 1, -EINVAL },
	{ "all ones",			0, U64_MAX, 1, -EINVAL },
	{ "address off by 1",		0x1001, 0x1000, 1, -EINVAL },
	{ "address off by half",	0x1800, 0x1000, 1, -EINVAL },
	{ "address on smaller granule",	0x1000, 0x200000, 1, -EINVAL },
	{ "last page",			~0xfffULL, 0x1000, 1, 0 },
	{ "beyond last page",		~0xfffULL, 0x1000, 2, -EINVAL },
	{ "all but first page",		0x1000, 0x1000, ~0ULL >> 12, 0 },
	{ "all but last page",		0, 0x1000, ~0ULL >> 12, 0 },
	{ "whole space",		0, 0x1000, 1ULL << 52, 0 },
	{ "whole space from page 1",	0x1000, 0x1000, 1ULL << 52, -EINVAL },
	{ "beyond whole space",		0, 0x1000, (1ULL << 52) + 1, -EINVAL },
	{ "size wraps to 2^32", 0, 1ULL << 32, (1ULL << 32) + 1, -EINVAL },
	{ "most granules",		0, 0x1000, U64_MAX, -EINVAL },
	{ "largest granule",		1ULL << 63, 1ULL << 63, 1, 0 },
	{ "two largest granules",	0, 1ULL << 63, 2, 0 },
	{ "three largest granules",	0, 1ULL << 63, 3, -EINVAL },
};

static void range_desc(const struct range_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(range, range_cases, range_desc);

static void make_range(struct iommu_cache_invalidate_info *inv, u64 addr,
		       u64 granule, u64 nb)
{
	memset(inv, 0, sizeof(*inv));
	inv->argsz = 56;
	inv->version = 1;
	inv->cache = 1;
	inv->granularity = 2;
	inv->granu.addr_info.addr = addr;
	inv->granu.addr_info.granule_size = granule;
	inv->granu.addr_info.nb_granules = nb;
}

static void cache_inv_range(struct kunit *test)
{
	const struct range_case *c = test->param_value;
	struct iommu_cache_invalidate_info inv;

	make_range(&inv, c->addr, c->granule, c->nb);
	KUNIT_EXPECT_EQ(test, c->want, want_cache_inv(&inv));
	KUNIT_EXPECT_EQ(test, c->want, iommu_nesting_check_cache_inv(&inv));
}

/* Around every power of two that a granule, an address or a count can be */
static void cache_inv_powers(struct kunit *test)
{
	struct iommu_cache_invalidate_info inv;
	u32 n, i, g, a, b;

	for (n = 0; n < 64 * 64 * 64 * 9; n++) {
		i = n;
		g = pick(&i, 64);
		a = pick(&i, 64);
		b = pick(&i, 64);
		make_range(&inv, BIT_ULL(a) - BIT_ULL(g) * pick(&i, 3),
			   BIT_ULL(g), BIT_ULL(b) + 1 - pick(&i, 3));
		check_cache_inv(test, &inv);
	}
}

static const struct iommu_nesting_info merge_info = {
	.argsz = 80, .format = 2, .features = 0xc, .addr_width = 44,
	.pasid_bits = 16, .vendor.smmuv3.idr[5] = 0x5,
};

static void merge_narrows(struct kunit *test)
{
	struct iommu_nesting_info all = {}, other = merge_info;

	KUNIT_EXPECT_EQ(test, 0, iommu_nesting_merge_info(&all, &merge_info));
	KUNIT_EXPECT_EQ(test, 0, memcmp(&all, &merge_info, sizeof(all)));

	other.features = 0x1a;
	other.addr_width = 40;
	other.pasid_bits = 20;
	KUNIT_EXPECT_EQ(test, 0, iommu_nesting_merge_info(&all, &other));
	KUNIT_EXPECT_EQ(test, all.features, 0x8);
	KUNIT_EXPECT_EQ(test, all.addr_width, 40);
	KUNIT_EXPECT_EQ(test, all.pasid_bits, 16);

	other.addr_width = 48;
	other.pasid_bits = 0;
	KUNIT_EXPECT_EQ(test, 0, iommu_nesting_merge_info(&all, &other));
	KUNIT_EXPECT_EQ(test, all.addr_width, 40);
	KUNIT_EXPECT_EQ(test, all.pasid_bits, 0);
	KUNIT_EXPECT_EQ(test, all.argsz, 80);
	KUNIT_EXPECT_EQ(test, all.format, 2);
}

static void merge_refuses(struct kunit *test)
{
	struct iommu_nesting_info all = merge_info, other = merge_info;
	u8 *vendor = (u8 *)&other.vendor;
	int i;

	other.features = 0;
	other.addr_width = 32;
	other.pasid_bits = 0;

	other.format = 1;
	KUNIT_EXPECT_EQ(test, -EINVAL, iommu_nesting_merge_info(&all, &other));
	other.format = 2;

	for (i = 0; i < sizeof(other.vendor); i++) {
		vendor[i] ^= 0x10;
		KUNIT_EXPECT_EQ(test, -EINVAL,
				iommu_nesting_merge_info(&all, &other));
		vendor[i] ^= 0x10;
	}
	KUNIT_EXPECT_EQ(test, 0, memcmp(&all, &merge_info, sizeof(all)));
}

static struct kunit_case validate_cases[] = {
	KUNIT_CASE(pasid_table_header),
	KUNIT_CASE(pasid_table_smmuv3),
	KUNIT_CASE(pasid_table_base),
	KUNIT_CASE(pasid_table_size),
	KUNIT_CASE(cache_inv_header),
	KUNIT_CASE_PARAM(cache_inv_range, range_gen_params),
	KUNIT_CASE(cache_inv_powers),
	KUNIT_CASE(merge_narrows),
	KUNIT_CASE(merge_refuses),
	{}
};

static struct kunit_suite validate_suite = {
	.name = "iommu_nesting_validate",
	.test_cases = validate_cases,
};

kunit_test_suite(validate_suite);
