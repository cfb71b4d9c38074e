// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of what a container with several IOMMUs offers
 */
#include <kunit/test.h>
#include <linux/iommu_nesting.h>
#include <linux/string.h>

static const struct iommu_nesting_info smmuv3 = {
	.argsz = 80, .format = 2, .features = 0xc, .addr_width = 44,
	.pasid_bits = 16, .vendor.smmuv3.idr[5] = 0x5,
};

static const struct iommu_nesting_info vtd = {
	.argsz = 80, .format = 1, .features = 0x1f, .addr_width = 48,
	.pasid_bits = 20, .vendor.vtd = { .cap = 0x1234, .ecap = 0x5678 },
};

static void info_first(struct kunit *test)
{
	struct iommu_nesting_info all = {};

	KUNIT_EXPECT_EQ(test, 0, iommu_nesting_merge_info(&all, &smmuv3));
	KUNIT_EXPECT_EQ(test, 0, memcmp(&all, &smmuv3, sizeof(all)));
	memset(&all, 0, sizeof(all));
	KUNIT_EXPECT_EQ(test, 0, iommu_nesting_merge_info(&all, &vtd));
	KUNIT_EXPECT_EQ(test, 0, memcmp(&all, &vtd, sizeof(all)));
}

static void info_same(struct kunit *test)
{
	struct iommu_nesting_info all = vtd;

	KUNIT_EXPECT_EQ(test, 0, iommu_nesting_merge_info(&all, &vtd));
	KUNIT_EXPECT_EQ(test, 0, memcmp(&all, &vtd, sizeof(all)));
}

static void info_narrows(struct kunit *test)
{
	struct iommu_nesting_info all = smmuv3, other = smmuv3;

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

/* Merges @one and @other, and expects exactly @features, @width and @bits */
static bool merge_is(const struct iommu_nesting_info *one,
		     const struct iommu_nesting_info *other, u32 features,
		     u16 width, u16 bits)
{
	struct iommu_nesting_info all = *one, want = *one, given = *other;
	int ret = iommu_nesting_merge_info(&all, &given);

	want.features = features;
	want.addr_width = width;
	want.pasid_bits = bits;
	return !ret && !memcmp(&all, &want, sizeof(all)) &&
	       !memcmp(&given, other, sizeof(given));
}

static void info_features(struct kunit *test)
{
	struct iommu_nesting_info one = vtd, other = vtd;
	u32 a, b;
	bool ok;

	for (a = 0; a < 32; a++) {
		for (b = 0; b < 32; b++) {
			one.features = a;
			other.features = b;
			ok = merge_is(&one, &other, a & b, 48, 20);
			KUNIT_EXPECT_TRUE_MSG(test, ok, "features %#x and %#x",
					      a, b);
		}
	}
}

static void info_widths(struct kunit *test)
{
	static const u16 widths[] = { 0, 1, 20, 39, 48, 255, 256, U16_MAX };
	struct iommu_nesting_info one = vtd, other = vtd;
	u16 a, b, c;
	bool ok;
	u32 i;

	for (i = 0; i < 64; i++) {
		a = widths[i / 8];
		b = widths[i % 8];
		c = U16_MAX - a;
		one.addr_width = a;
		other.addr_width = b;
		one.pasid_bits = b;
		other.pasid_bits = c;
		ok = merge_is(&one, &other, 0x1f, a < b ? a : b, b < c ? b : c);
		KUNIT_EXPECT_TRUE_MSG(test, ok, "widths %u %u, bits %u %u", a,
				      b, b, c);
	}
}

static void info_refuses(struct kunit *test)
{
	struct iommu_nesting_info all = smmuv3, other = smmuv3;
	u8 *vendor = (u8 *)&other.vendor;
	u32 bit;

	other.features = 0;
	other.addr_width = 32;
	other.pasid_bits = 0;

	other.format = 1;
	KUNIT_EXPECT_EQ(test, -EINVAL, iommu_nesting_merge_info(&all, &other));
	other.format = 0;
	KUNIT_EXPECT_EQ(test, -EINVAL, iommu_nesting_merge_info(&all, &other));
	other.format = 2;

	for (bit = 0; bit < sizeof(other.vendor) * 8; bit++) {
		vendor[bit / 8] ^= 1 << bit % 8;
		KUNIT_EXPECT_EQ_MSG(test, -EINVAL,
				    iommu_nesting_merge_info(&all, &other),
				    "bit %u of the vendor's part", bit);
		vendor[bit / 8] ^= 1 << bit % 8;
	}
	KUNIT_EXPECT_EQ(test, 0, memcmp(&all, &smmuv3, sizeof(all)));
	KUNIT_EXPECT_EQ(test, 0, iommu_nesting_merge_info(&all, &other));
}

static struct kunit_case info_cases[] = {
	KUNIT_CASE(info_first),
	KUNIT_CASE(info_same),
	KUNIT_CASE(info_narrows),
	KUNIT_CASE(info_features),
	KUNIT_CASE(info_widths),
	KUNIT_CASE(info_refuses),
	{}
};

static struct kunit_suite info_suite = {
	.name = "iommu_nesting_info",
	.test_cases = info_cases,
};

kunit_test_suite(info_suite);
