// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of how nesting divides ranges into blocks that descriptors can name
 */
#include <kunit/test.h>
#include <linux/string.h>

#include "iommu.h"
#include "nested-compose.h"

/* One after the other, aligned, as large as they may be */
static void try_split(struct kunit *test, u64 addr, u64 pages, int max,
		      int want)
{
	struct intel_nested_block blocks[NESTED_BLOCKS_MAX + 1];
	u64 at = addr, left = pages, size;
	bool larger;
	int i, n;

	memset(blocks, 0xee, sizeof(blocks));
	n = intel_nested_split(blocks, addr, pages, max);
	KUNIT_EXPECT_EQ_MSG(test, n, want, "%#llx + %#llx", addr, pages);
	KUNIT_EXPECT_EQ(test, blocks[NESTED_BLOCKS_MAX].order, 0xee);

	for (i = 0; i < n; i++) {
		KUNIT_ASSERT_LE(test, blocks[i].order, max);
		size = 1ULL << blocks[i].order;
		KUNIT_EXPECT_EQ(test, blocks[i].addr, at);
		KUNIT_EXPECT_EQ(test, at & (size * 4096 - 1), 0ULL);
		KUNIT_EXPECT_LE(test, size, left);
		larger = blocks[i].order < max && 2 * size <= left &&
			 !(at & (size * 4096));
		KUNIT_EXPECT_FALSE(test, larger);
		at += size * 4096;
		left -= size;
	}
	if (n)
		KUNIT_EXPECT_EQ(test, left, 0ULL);
}

static void split_ranges(struct kunit *test)
{
	int shift;

	try_split(test, 0x1000, 1, 18, 1);
	try_split(test, 0, 1, 18, 1);
	try_split(test, 0, 512, 18, 1);
	try_split(test, 0x1000, 512, 18, 10);
	try_split(test, 0x1ff000, 514, 18, 3);
	try_split(test, 0xfffffffffffff000, 1, 18, 1);
	try_split(test, 0xffffffffffffe000, 2, 18, 1);
	try_split(test, 0xffffffffffffd000, 3, 18, 2);
	try_split(test, 0, 16ULL << 18, 18, 16);
	try_split(test, 0, (16ULL << 18) + 1, 18, 0);
	try_split(test, 0, 17ULL << 18, 18, 0);
	try_split(test, 0, 1ULL << 52, 18, 0);
	try_split(test, 0x1000, (1ULL << 52) - 1, 18, 0);
	try_split(test, 0x3000, 0x1ffff, 18, 0);
	for (shift = 0; shift <= 18; shift++)
		try_split(test, 0x1000ULL << shift, 1ULL << shift, 18, 1);
}

/* MAMV of the unit is less than what a range could use */
static void split_small_blocks(struct kunit *test)
{
	try_split(test, 0x200000, 512, 9, 1);
	try_split(test, 0x200000, 16 * 512, 9, 16);
	try_split(test, 0x200000, 16 * 512 + 1, 9, 0);
	try_split(test, 0x40000000, 1ULL << 18, 9, 0);
	try_split(test, 0x200000, 16, 0, 16);
	try_split(test, 0x200000, 17, 0, 0);
	try_split(test, 0x201000, 1, 0, 1);
}

/* 11.4.2: PSI 39, MAMV 53:48 */
static void split_capability(struct kunit *test)
{
	const u64 psi = 1ULL << 39;
	int mamv;

	for (mamv = 0; mamv < 64; mamv++) {
		u64 cap = (u64)mamv << 48;

		KUNIT_EXPECT_EQ(test, intel_nested_max_order(cap | psi),
				mamv < 18 ? mamv : 18);
		KUNIT_EXPECT_EQ(test,
				intel_nested_max_order(cap |
						       ~(0x3fULL << 48)),
				mamv < 18 ? mamv : 18);
		KUNIT_EXPECT_LT(test, intel_nested_max_order(cap), 0);
	}
}

static struct kunit_case split_cases[] = {
	KUNIT_CASE(split_ranges),
	KUNIT_CASE(split_small_blocks),
	KUNIT_CASE(split_capability),
	{}
};

static struct kunit_suite split_suite = {
	.name = "intel_iommu_nested_split",
	.test_cases = split_cases,
};

kunit_test_suite(split_suite);
