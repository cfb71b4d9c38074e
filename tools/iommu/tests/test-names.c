// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Names, and registers bit by bit */
#include "tests.h"

#define FEATURES	5

static void test_formats(void)
{
	tap_eq(1, inest_format_parse("vtd"), "format: vtd");
	tap_eq(2, inest_format_parse("smmuv3"), "format: smmuv3");
	tap_eq(-EINVAL, inest_format_parse(""), "format: empty");
	tap_eq(-EINVAL, inest_format_parse("smmuv"), "format: cut");
	tap_eq(-EINVAL, inest_format_parse("smmuv33"), "format: longer");
	tap_eq(-EINVAL, inest_format_parse("SMMUV3"), "format: capitals");
	tap_str("smmuv3", inest_format_name(2), "format: name");
	tap(!inest_format_name(0) && !inest_format_name(3),
	    "format: no name");
}

static void test_lists(void)
{
	static const struct {
		const char *list;
		int ret;
		__u32 features;
	} lists[] = {
		{ "", 0, 0 },
		{ "cache_invld", 0, 8 },
		{ "bind_pgtbl,cache_invld", 0, 10 },
		{ "cache_invld,cache_invld", 0, 8 },
		{ "syswide_pasid,bind_pgtbl,bind_pasid_table,cache_invld,page_request",
		  0, 31 },
		{ ",", -EINVAL, 99 },
		{ "cache_invld,", -EINVAL, 99 },
		{ ",cache_invld", -EINVAL, 99 },
		{ "bind_pgtbl,,cache_invld", -EINVAL, 99 },
		{ "bind", -EINVAL, 99 },
		{ "bind_pgtblx", -EINVAL, 99 },
		{ "bind_pgtbl cache_invld", -EINVAL, 99 },
		{ "cache_invld,no", -EINVAL, 99 },
	};
	char name[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lists); i++) {
		__u32 features = 99;
		int ret = inest_features_parse(lists[i].list, &features);

		snprintf(name, sizeof(name), "features: row %zu", i);
		tap(ret == lists[i].ret && features == lists[i].features, name);
	}
	for (i = 0; i < 32; i++) {
		snprintf(name, sizeof(name), "features: bit %zu", i);
		tap(!!inest_feature_name(1U << i) == (i < FEATURES), name);
	}
}

void test_names(void)
{
	test_formats();
	test_lists();
}

/* Each bit of a register alone: which field it is, and what it adds to it */
struct bit {
	int reg;
	int bit;
	size_t offset;
	int value;
};

#define S(reg, bit, member, value) \
	{ reg, bit, offsetof(struct inest_smmuv3, member), value }
#define V(reg, bit, member, value) \
	{ reg, bit, offsetof(struct inest_vtd, member), value }

static const struct bit smmuv3_bits[] = {
	S(0, 2, ttf, 1), S(0, 3, ttf, 2), S(0, 4, coherent, 1), S(0, 10, ats, 1),
	S(0, 12, asid_bits, 16), S(0, 19, cd2l, 1), S(0, 21, ttendian, 1),
	S(0, 22, ttendian, 2), S(0, 24, stall_model, 1),
	S(0, 25, stall_model, 2), S(0, 26, term_model, 1),
	S(1, 6, ssid_bits, 1), S(1, 7, ssid_bits, 2), S(1, 8, ssid_bits, 4),
	S(1, 9, ssid_bits, 8), S(1, 10, ssid_bits, 16), S(3, 2, had, 1),
	S(3, 10, ril, 1), S(5, 0, oas_bits, 36), S(5, 1, oas_bits, 40),
	S(5, 2, oas_bits, 44), S(5, 10, va_bits, 52),
};

static const struct bit vtd_bits[] = {
	V(0, 60, first_level_5, 1), V(0, 56, first_level_1g, 1),
	V(0, 16, mgaw_bits, 2), V(0, 17, mgaw_bits, 3), V(0, 18, mgaw_bits, 5),
	V(0, 19, mgaw_bits, 9), V(0, 20, mgaw_bits, 17),
	V(0, 21, mgaw_bits, 33), V(1, 48, coherent, 1), V(1, 2, device_tlb, 1),
	V(1, 25, memory_type, 1), V(1, 26, nesting, 1),
	V(1, 29, page_request, 1), V(1, 30, execute, 1), V(1, 31, supervisor, 1),
	V(1, 33, no_write_flag, 1), V(1, 34, extended_accessed, 1),
	V(1, 40, pasid, 1), V(1, 49, rid_pasid, 1),
};

static const struct bit *find_bit(const struct bit *bits, size_t count, int reg,
				  int bit)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (bits[i].reg == reg && bits[i].bit == bit)
			return &bits[i];
	return NULL;
}

/* All bytes of two tables but one are the same, and that one has @value */
static bool differs_in(const void *one, const void *other, size_t size,
		       const struct bit *bit)
{
	const unsigned char *a = one, *b = other;
	size_t i;

	for (i = 0; i < size; i++)
		if (bit && i == bit->offset ? b[i] != bit->value : a[i] != b[i])
			return false;
	return true;
}

static void test_smmuv3_bit(int reg, int bit)
{
	struct iommu_nesting_info_smmuv3 none = { 0 }, info = { 0 };
	struct inest_smmuv3 before, after;
	char name[64];

	inest_smmuv3_decode(&none, &before);
	info.idr[reg] = 1U << bit;
	inest_smmuv3_decode(&info, &after);
	if (reg == 5 && bit >= 4 && bit <= 6)
		before.granules = 4096 << (2 * (bit - 4));
	snprintf(name, sizeof(name), "smmuv3: IDR%d bit %d", reg, bit);
	tap(differs_in(&before, &after, sizeof(after),
		       find_bit(smmuv3_bits, ARRAY_SIZE(smmuv3_bits), reg,
				bit)), name);
}

static void test_vtd_bit(int reg, int bit)
{
	struct iommu_nesting_info_vtd none = { 0 }, info = { 0 };
	struct inest_vtd before, after;
	char name[64];

	inest_vtd_decode(&none, &before);
	*(reg ? &info.ecap : &info.cap) = 1ULL << bit;
	inest_vtd_decode(&info, &after);
	if (reg && bit == 40)
		before.pasid_bits = 1;
	snprintf(name, sizeof(name), "vtd: %s bit %d", reg ? "ECAP" : "CAP",
		 bit);
	tap(differs_in(&before, &after, sizeof(after),
		       find_bit(vtd_bits, ARRAY_SIZE(vtd_bits), reg, bit)),
	    name);
}

static void test_combined(void)
{
	static const int widths[] = { 32, 36, 40, 42, 44, 48, 52, 0 };
	struct iommu_nesting_info_smmuv3 smmuv3 = { 0 };
	struct iommu_nesting_info_vtd vtd = { 0 };
	struct inest_smmuv3 s;
	struct inest_vtd v;
	unsigned int i;

	for (i = 0; i < 8; i++) {
		smmuv3.idr[5] = i;
		inest_smmuv3_decode(&smmuv3, &s);
		tap_eq(widths[i], s.oas_bits, "smmuv3: OAS");
	}
	smmuv3.idr[5] = 3 << 10;
	inest_smmuv3_decode(&smmuv3, &s);
	tap_eq(48, s.va_bits, "smmuv3: reserved VAX");
	for (i = 0; i < 32; i++) {
		vtd.ecap = 1ULL << 40 | (__u64)i << 35;
		inest_vtd_decode(&vtd, &v);
		tap_eq(i + 1, v.pasid_bits, "vtd: PSS");
	}
}

void test_decode(void)
{
	int reg, bit;

	for (reg = 0; reg < 6; reg++)
		for (bit = 0; bit < 32; bit++)
			test_smmuv3_bit(reg, bit);
	for (reg = 0; reg < 2; reg++)
		for (bit = 0; bit < 64; bit++)
			test_vtd_bit(reg, bit);
	test_combined();
}
