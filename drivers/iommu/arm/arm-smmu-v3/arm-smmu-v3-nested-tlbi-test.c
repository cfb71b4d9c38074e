// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the commands that nesting composes to drop translations
 *
 * Expected values are literal numbers, put together from the bit positions in
 * Arm IHI 0070 and not with the driver's macros, so that a wrong macro shows.
 */
#include <kunit/test.h>
#include <linux/iommu_nesting.h>
#include <linux/string.h>

#include "arm-smmu-v3-nested.h"

#define VMID		0xbeef
#define UNTOUCHED	0xa5a5a5a5a5a5a5a5ULL

/* Room for all commands and one more, which has to stay as it is */
struct cmds {
	u64 cmd[NESTED_TLBI_MAX + 1][CMDQ_ENT_DWORDS];
};

static struct cmds *alloc_cmds(struct kunit *test)
{
	struct cmds *cmds = kunit_kzalloc(test, sizeof(*cmds), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, cmds);
	memset(cmds, 0xa5, sizeof(*cmds));
	return cmds;
}

#define F_PASID		IOMMU_INV_ADDR_FLAGS_PASID
#define F_ASID		IOMMU_INV_ADDR_FLAGS_ARCHID
#define F_LEAF		IOMMU_INV_ADDR_FLAGS_LEAF
#define RANGE		ARM_SMMU_FEAT_RANGE_INV

/*
 * 4.4: opcode 7:0, NUM 16:12, SCALE 24:20, VMID 47:32, ASID 63:48;
 * Leaf 64, TTL 73:72, TG 75:74, Address 127:76
 */
static const struct tlbi_case {
	const char *name;
	u32 features;
	u8 granularity;
	u32 flags, asid;
	u64 addr, granule, nb;
	int n;
	u64 want[2][CMDQ_ENT_DWORDS];
} tlbi_cases[] = {
	{ "domain", 0, 0, U32_MAX, U32_MAX, ~0, ~0, ~0, 1,
	  { { 0x0000beef00000010, 0 } } },
	{ "ASID", 0, 1, F_ASID, 0xcafe, 0, 0, 0, 1,
	  { { 0xcafebeef00000011, 0 } } },
	{ "ASID and PASID", 0, 1, F_ASID | F_PASID, 0xffff, 0, 0, 0, 1,
	  { { 0xffffbeef00000011, 0 } } },
	{ "ASID too wide", 0, 1, F_ASID, 0x10000, 0, 0, 0, -EINVAL },
	{ "PASID", 0, 1, F_PASID, 0xcafe, 0, 0, 0, -EOPNOTSUPP },
	{ "page of ASID", 0, 2, F_ASID, 0xcafe, 0x1000, 0x1000, 1, 1,
	  { { 0xcafebeef00000012, 0x1000 } } },
	{ "page of ASID and PASID, leaf", 0, 2, F_ASID | F_PASID | F_LEAF,
	  0xcafe, 0xfffffffffffff000, 0x1000, 1, 1,
	  { { 0xcafebeef00000012, 0xfffffffffffff001 } } },
	{ "page of all", 0, 2, 0, U32_MAX, 0x1000, 0x1000, 1, 1,
	  { { 0x0000beef00000013, 0x1000 } } },
	{ "page of all, leaf", RANGE, 2, F_LEAF, 0xcafe, 0x1000, 0x1000, 1, 1,
	  { { 0x0000beef00000013, 0x1001 } } },
	{ "page of PASID", 0, 2, F_PASID, 0, 0, 0x1000, 1, -EOPNOTSUPP },
	{ "page of wide ASID", 0, 2, F_ASID, 0x10000, 0, 0x1000, 1, -EINVAL },
	{ "granule 8K", RANGE, 2, F_ASID, 1, 0, 0x2000, 1, -EOPNOTSUPP },
	{ "largest granule", RANGE, 2, 0, 0, 0, 1ULL << 63, 1, -EOPNOTSUPP },
	{ "two pages", RANGE, 2, F_ASID, 0xcafe, 0x1000, 0x1000, 2, 1,
	  { { 0xcafebeef00100012, 0x1400 } } },
	{ "31 pages, leaf", RANGE, 2, F_ASID | F_LEAF, 0xcafe, 0x1000, 0x1000,
	  31, 1, { { 0xcafebeef0001e012, 0x1401 } } },
	{ "33 pages", RANGE, 2, F_ASID, 0xcafe, 0x1000, 0x1000, 33, 2,
	  { { 0xcafebeef00000012, 0x1000 }, { 0xcafebeef00500012, 0x2400 } } },
	{ "two pages, no RIL", 0, 2, F_ASID, 0xcafe, 0x1000, 0x1000, 2, 2,
	  { { 0xcafebeef00000012, 0x1000 }, { 0xcafebeef00000012, 0x2000 } } },
	{ "block, no RIL", 0, 2, F_ASID, 1, 0x200000, 0x200000, 1, 1,
	  { { 0x0000beef00000010, 0 } } },
	{ "2M block", RANGE, 2, F_ASID, 0xcafe, 0x200000, 0x200000, 1, 1,
	  { { 0xcafebeef00900012, 0x200400 } } },
	{ "16K pages of all", RANGE, 2, 0, 0, 0x4000, 0x4000, 3, 1,
	  { { 0x0000beef00002013, 0x4800 } } },
	{ "32M block", RANGE, 2, F_ASID, 0xcafe, 0x2000000, 0x2000000, 1, 1,
	  { { 0xcafebeef00b00012, 0x2000800 } } },
	{ "64K pages", RANGE, 2, F_ASID, 0xcafe, 0x10000, 0x10000, 2, 1,
	  { { 0xcafebeef00100012, 0x10c00 } } },
	{ "512M block", RANGE, 2, F_ASID, 0xcafe, 0x20000000, 0x20000000, 1, 1,
	  { { 0xcafebeef00d00012, 0x20000c00 } } },
	/* NH_VA drops global entries (4.4.2.4), NH_ASID does not (4.4.2.2) */
	{ "too many pages of ASID", 0, 2, F_ASID, 0xcafe, 0, 0x1000, 65, 1,
	  { { 0x0000beef00000010, 0 } } },
	{ "too many pages of all", 0, 2, 0, 0, 0, 0x1000, 65, 1,
	  { { 0x0000beef00000010, 0 } } },
	{ "whole space", RANGE, 2, F_ASID, 0xcafe, 0, 0x1000, 1ULL << 52, 1,
	  { { 0x0000beef00000010, 0 } } },
};

static void tlbi_desc(const struct tlbi_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(tlbi, tlbi_cases, tlbi_desc);

static void make_inv(struct iommu_cache_invalidate_info *inv,
		     const struct tlbi_case *c)
{
	struct iommu_inv_addr_info *addr = &inv->granu.addr_info;

	memset(inv, 0, sizeof(*inv));
	inv->granularity = c->granularity;
	addr->flags = c->flags;
	addr->archid = c->asid;
	addr->pasid = 0xfffff;
	addr->addr = c->addr;
	addr->granule_size = c->granule;
	addr->nb_granules = c->nb;
}

static void tlbi_golden(struct kunit *test)
{
	const struct tlbi_case *c = test->param_value;
	struct cmds *cmds = alloc_cmds(test);
	struct arm_smmu_device *smmu = test->priv;
	struct iommu_cache_invalidate_info inv;
	int i, n;

	make_inv(&inv, c);
	smmu->features = c->features;
	n = arm_smmu_nested_make_tlbi(cmds->cmd[0], smmu, VMID, &inv);
	KUNIT_ASSERT_EQ(test, n, c->n);
	for (i = 0; i < n; i++) {
		KUNIT_EXPECT_EQ(test, cmds->cmd[i][0], c->want[i][0]);
		KUNIT_EXPECT_EQ(test, cmds->cmd[i][1], c->want[i][1]);
	}
}

/* The VMID is the kernel's whatever user space says */
static void tlbi_user_bits(struct kunit *test)
{
	const struct tlbi_case *c = test->param_value;
	struct cmds *cmds = alloc_cmds(test);
	struct arm_smmu_device *smmu = test->priv;
	struct iommu_cache_invalidate_info inv;
	u8 *byte = (u8 *)&inv.granu;
	int bit, i, n;

	smmu->features = c->features;
	for (bit = 0; bit < 8 * sizeof(inv.granu); bit++) {
		make_inv(&inv, c);
		byte[bit / 8] ^= 1 << bit % 8;
		/* The core lets no other granule through */
		if (c->granularity == 2 &&
		    hweight64(inv.granu.addr_info.granule_size) != 1)
			continue;
		n = arm_smmu_nested_make_tlbi(cmds->cmd[0], smmu, 0x1234, &inv);
		for (i = 0; i < n; i++)
			KUNIT_EXPECT_EQ_MSG(test, 0x1234,
					    cmds->cmd[i][0] >> 32 & 0xffff,
					    "user bit %d", bit);
	}
}

/*
 * What commands of TLBI_NH_VA cover has to be the range and nothing else, from
 * its low end up. 4.4.1.1: (NUM + 1) * 2^SCALE granules of TG, or one page
 * without TG; NUM and SCALE both zero with a TG are reserved.
 */
static void check_cover(struct kunit *test, const struct cmds *cmds, int n,
			const struct tlbi_case *c, u32 tg)
{
	bool range = c->features & RANGE;
	u64 page = 0x400ULL << 2 * tg, addr = c->addr;
	u64 left = c->granule * c->nb, num, scale, len;
	int i;

	for (i = 0; i < n; i++) {
		const u64 *cmd = cmds->cmd[i];

		num = cmd[0] >> 12 & 0x1f;
		scale = cmd[0] >> 20 & 0x1f;
		KUNIT_ASSERT_EQ(test, cmd[0] & ~0x1f1f000, 0xcafebeef00000012);
		KUNIT_ASSERT_EQ(test, cmd[1] & ~0xc00, addr);
		if (cmd[1] & 0xc00) {
			KUNIT_ASSERT_TRUE(test, range && (num || scale));
			KUNIT_ASSERT_EQ(test, cmd[1] >> 10 & 3, tg);
			len = (num + 1) * page << scale;
		} else {
			KUNIT_ASSERT_TRUE(test, !num && !scale);
			len = page;
		}
		KUNIT_ASSERT_LE(test, len, left);
		left -= len;
		addr += len;
	}
	KUNIT_ASSERT_EQ(test, left, 0);
}

static void check_range(struct kunit *test, struct cmds *cmds,
			const struct tlbi_case *c, u32 tg)
{
	u64 per_granule = c->granule / (0x400ULL << 2 * tg);
	u64 most = c->features & RANGE ? BIT(31) - 1 : NESTED_TLBI_MAX;
	bool wide = c->nb > most / per_granule;
	struct arm_smmu_device *smmu = test->priv;
	struct iommu_cache_invalidate_info inv;
	int n;

	/* The core lets no range through that wraps */
	if (!c->nb || c->nb - 1 > (U64_MAX - c->addr) / c->granule)
		return;

	make_inv(&inv, c);
	smmu->features = c->features;
	n = arm_smmu_nested_make_tlbi(cmds->cmd[0], smmu, VMID, &inv);
	KUNIT_ASSERT_GT_MSG(test, n, 0, "granule %#llx nb %#llx addr %#llx",
			    c->granule, c->nb, c->addr);
	KUNIT_ASSERT_LE(test, n, NESTED_TLBI_MAX);
	KUNIT_ASSERT_EQ(test, cmds->cmd[NESTED_TLBI_MAX][0], UNTOUCHED);
	if (!wide) {
		check_cover(test, cmds, n, c, tg);
		return;
	}
	KUNIT_ASSERT_EQ(test, n, 1);
	KUNIT_ASSERT_EQ(test, cmds->cmd[0][0], 0x0000beef00000010);
	KUNIT_ASSERT_EQ(test, cmds->cmd[0][1], 0);
}

static void check_ranges_of(struct kunit *test, u32 features, u64 granule,
			    u32 tg)
{
	struct tlbi_case c = {
		.features = features, .granularity = 2, .flags = F_ASID,
		.asid = 0xcafe, .granule = granule,
	};
	struct cmds *cmds = alloc_cmds(test);
	int i, k;

	for (k = 0; k < 53; k++) {
		/* Around a power of two, and one with bits all over */
		const u64 nbs[] = {
			BIT_ULL(k) - 1, BIT_ULL(k), BIT_ULL(k) + 1,
			0x9e3779b97f4a7c15ULL >> (63 - k),
		};

		for (i = 0; i < ARRAY_SIZE(nbs); i++) {
			c.nb = nbs[i];
			c.addr = 0;
			check_range(test, cmds, &c, tg);
			c.addr = granule;
			check_range(test, cmds, &c, tg);
			c.addr = 0x00005a5a5a5a5a5aULL & -granule;
			check_range(test, cmds, &c, tg);
			/* Up to the end of the address space */
			c.addr = -(granule * c.nb);
			check_range(test, cmds, &c, tg);
		}
	}
}

static void tlbi_ranges(struct kunit *test)
{
	static const struct {
		u64 granule;
		u32 tg;
	} granules[] = {
		{ 0x1000, 1 }, { 0x200000, 1 }, { 0x40000000, 1 },
		{ 0x4000, 2 }, { 0x2000000, 2 },
		{ 0x10000, 3 }, { 0x20000000, 3 },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(granules); i++) {
		check_ranges_of(test, 0, granules[i].granule, granules[i].tg);
		check_ranges_of(test, RANGE, granules[i].granule,
				granules[i].tg);
	}
}

/* Only granules of this SMMU, and nothing is written for another one */
static void tlbi_granules(struct kunit *test)
{
	static const u64 bitmaps[] = { 0x40201000, 0x2004000, 0x20010000, 0 };
	struct arm_smmu_device *smmu = test->priv;
	struct cmds *cmds = alloc_cmds(test);
	struct iommu_cache_invalidate_info inv = { .granularity = 2 };
	int i, shift, n;

	inv.granu.addr_info.nb_granules = 1;
	for (i = 0; i < ARRAY_SIZE(bitmaps); i++) {
		smmu->pgsize_bitmap = bitmaps[i];
		for (shift = 12; shift < 64; shift++) {
			inv.granu.addr_info.granule_size = BIT_ULL(shift);
			memset(cmds, 0xa5, sizeof(*cmds));
			n = arm_smmu_nested_make_tlbi(cmds->cmd[0], smmu, VMID,
						      &inv);
			KUNIT_EXPECT_EQ(test, n, bitmaps[i] >> shift & 1 ?
						 1 : -EOPNOTSUPP);
			if (n < 0)
				KUNIT_EXPECT_EQ(test, cmds->cmd[0][0],
						UNTOUCHED);
		}
	}
}

static void tlbi_asid_bits(struct kunit *test)
{
	static const struct {
		u32 bits, asid;
		int n;
	} cases[] = {
		{ 8, 0xff, 1 }, { 8, 0x100, -EOPNOTSUPP },
		{ 8, 0x10000, -EINVAL }, { 16, 0xffff, 1 },
		{ 16, 0x10000, -EINVAL }, { 16, U32_MAX, -EINVAL },
	};
	struct tlbi_case c = { .granularity = 1, .flags = F_ASID };
	struct arm_smmu_device *smmu = test->priv;
	struct cmds *cmds = alloc_cmds(test);
	struct iommu_cache_invalidate_info inv;
	int i, n;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		c.asid = cases[i].asid;
		make_inv(&inv, &c);
		smmu->asid_bits = cases[i].bits;
		n = arm_smmu_nested_make_tlbi(cmds->cmd[0], smmu, VMID, &inv);
		KUNIT_EXPECT_EQ_MSG(test, n, cases[i].n, "%u bits, ASID %#x",
				    cases[i].bits, c.asid);
	}
}

/* 4K, 16K and 64K granules with their blocks */
static int tlbi_test_init(struct kunit *test)
{
	struct arm_smmu_device *smmu;

	smmu = kunit_kzalloc(test, sizeof(*smmu), GFP_KERNEL);
	if (!smmu)
		return -ENOMEM;

	smmu->pgsize_bitmap = 0x62215000;
	smmu->asid_bits = 16;
	test->priv = smmu;
	return 0;
}

static struct kunit_case tlbi_suite_cases[] = {
	KUNIT_CASE_PARAM(tlbi_golden, tlbi_gen_params),
	KUNIT_CASE_PARAM(tlbi_user_bits, tlbi_gen_params),
	KUNIT_CASE(tlbi_ranges),
	KUNIT_CASE(tlbi_granules),
	KUNIT_CASE(tlbi_asid_bits),
	{}
};

static struct kunit_suite tlbi_suite = {
	.name = "arm_smmu_nested_tlbi",
	.init = tlbi_test_init,
	.test_cases = tlbi_suite_cases,
};

kunit_test_suite(tlbi_suite);
