// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Whether a guest is served, around each limit */
#include "tests.h"

/**
 * sample_smmuv3 - An offer of an SMMUv3
 *
 * Return: 48-bit input, 44-bit output, 4K and 64K granules, 16-bit ASIDs, tables
 *	of two levels, no ATS
 */
struct offer sample_smmuv3(void)
{
	struct offer offer = {
		.group = 3,
		.info = {
			.argsz = sizeof(offer.info),
			.format = IOMMU_PASID_FORMAT_ARM_SMMUV3,
			.features = IOMMU_NESTING_FEAT_BIND_PASID_TABLE |
				    IOMMU_NESTING_FEAT_CACHE_INVLD,
			.addr_width = 44,
			.pasid_bits = 6,
			.vendor.smmuv3 = {
				.idr = { 1 << 12 | 1 << 19 | 1 << 4 | 2 << 2, 6 << 6,
					 0, 1 << 10, 0, 1 << 4 | 1 << 6 | 4 },
				.msi_iova = 0x8000000,
				.msi_size = 0x100000,
			},
		},
		.ranges = 2,
		.range = { { 0, 0x7ffffff }, { 0x8100000, 0xfffffffffffULL } },
	};

	return offer;
}

/**
 * sample_vtd - An offer of a VT-d unit
 *
 * Return: 48-bit input, no pages of 1 GiB, device TLBs, 20-bit PASIDs
 */
struct offer sample_vtd(void)
{
	struct offer offer = {
		.group = 4,
		.info = {
			.argsz = sizeof(offer.info),
			.format = IOMMU_PASID_FORMAT_INTEL_VTD,
			.features = IOMMU_NESTING_FEAT_SYSWIDE_PASID |
				    IOMMU_NESTING_FEAT_BIND_PGTBL |
				    IOMMU_NESTING_FEAT_CACHE_INVLD | 1U << 31,
			.addr_width = 46,
			.pasid_bits = 20,
			.vendor.vtd = {
				.cap = 47 << 16,
				.ecap = 1 << 2 | 1 << 26 | 1ULL << 40 |
					19ULL << 35,
			},
		},
		.has_quota = true,
		.quota = { .quota = 1000, .available = 900 },
	};

	return offer;
}

/* A requirement, a value of it, and what an SMMUv3 and a VT-d unit lack */
struct row {
	size_t offset;
	__u32 value;
	int smmuv3;
	int vtd;
};

#define ROW(member, value, smmuv3, vtd) \
	{ offsetof(struct inest_guest, member), value, smmuv3, vtd }

static const struct row rows[] = {
	ROW(format, 0, 0, 0),
	ROW(format, 1, INEST_LACKS_FORMAT, 0),
	ROW(format, 2, 0, INEST_LACKS_FORMAT),
	ROW(format, 3, -EINVAL, -EINVAL),
	ROW(features, IOMMU_NESTING_FEAT_CACHE_INVLD, 0, 0),
	ROW(features, IOMMU_NESTING_FEAT_BIND_PASID_TABLE, 0,
	    INEST_LACKS_FEATURES),
	ROW(features, IOMMU_NESTING_FEAT_BIND_PGTBL, INEST_LACKS_FEATURES, 0),
	ROW(features, IOMMU_NESTING_FEAT_PAGE_REQUEST, INEST_LACKS_FEATURES,
	    INEST_LACKS_FEATURES),
	ROW(features, 1 << 5, -EINVAL, -EINVAL),
	ROW(features, 1U << 31, -EINVAL, -EINVAL),
	ROW(addr_width, 44, 0, 0),
	ROW(addr_width, 45, INEST_LACKS_ADDR_WIDTH, 0),
	ROW(addr_width, 46, INEST_LACKS_ADDR_WIDTH, 0),
	ROW(addr_width, 47, INEST_LACKS_ADDR_WIDTH, INEST_LACKS_ADDR_WIDTH),
	ROW(input_width, 48, 0, 0),
	ROW(input_width, 49, INEST_LACKS_INPUT_WIDTH, INEST_LACKS_INPUT_WIDTH),
	ROW(pasid_bits, 6, 0, 0),
	ROW(pasid_bits, 7, INEST_LACKS_PASID_BITS, 0),
	ROW(pasid_bits, 20, INEST_LACKS_PASID_BITS, 0),
	ROW(pasid_bits, 21, INEST_LACKS_PASID_BITS, INEST_LACKS_PASID_BITS),
	ROW(granules, 0x1000, 0, 0),
	ROW(granules, 0x4000, INEST_LACKS_GRANULES, INEST_LACKS_GRANULES),
	ROW(granules, 0x11000, 0, INEST_LACKS_GRANULES),
	ROW(granules, 0x15000, INEST_LACKS_GRANULES, INEST_LACKS_GRANULES),
	ROW(granules, 0x200000, INEST_LACKS_GRANULES, 0),
	ROW(granules, 0x40000000, INEST_LACKS_GRANULES, INEST_LACKS_GRANULES),
	ROW(asid_bits, 16, 0, INEST_LACKS_ASID_BITS),
	ROW(asid_bits, 17, INEST_LACKS_ASID_BITS, INEST_LACKS_ASID_BITS),
	ROW(s1fmt, 1, 0, INEST_LACKS_S1FMT),
	ROW(s1fmt, 2, 0, INEST_LACKS_S1FMT),
	ROW(s1fmt, 3, -EINVAL, -EINVAL),
	ROW(ats, 1, INEST_LACKS_ATS, 0),
	ROW(pasids, 1, 0, 0),
	ROW(size, 3, -EINVAL, -EINVAL),
	ROW(size, 4, 0, 0),
	ROW(__reserved, 1, -EINVAL, -EINVAL),
};

static int check(struct offer offer, const struct row *row)
{
	struct inest_guest guest = inest_guest_none();

	memcpy((char *)&guest + row->offset, &row->value, sizeof(row->value));
	return inest_check(&offer.info, &guest);
}

static void test_rows(void)
{
	char name[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		snprintf(name, sizeof(name), "check: smmuv3, row %zu", i);
		tap_eq(rows[i].smmuv3, check(sample_smmuv3(), &rows[i]), name);
		snprintf(name, sizeof(name), "check: vtd, row %zu", i);
		tap_eq(rows[i].vtd, check(sample_vtd(), &rows[i]), name);
	}
}

/* What only counts together with something else */
static void test_pairs(void)
{
	struct inest_guest guest = inest_guest_none();
	struct offer offer = sample_smmuv3();

	offer.info.vendor.smmuv3.idr[0] &= ~(1U << 19);
	guest.s1fmt = 1;
	tap_eq(0, inest_check(&offer.info, &guest),
	       "check: two levels with one PASID are none");
	guest.pasid_bits = 1;
	tap_eq(INEST_LACKS_S1FMT, inest_check(&offer.info, &guest),
	       "check: two levels");
	guest.addr_width = 64;
	tap_eq(INEST_LACKS_S1FMT | INEST_LACKS_ADDR_WIDTH,
	       inest_check(&offer.info, &guest), "check: two are missing");
	guest.format = IOMMU_PASID_FORMAT_INTEL_VTD;
	tap_eq(INEST_LACKS_FORMAT | INEST_LACKS_ADDR_WIDTH,
	       inest_check(&offer.info, &guest),
	       "check: another format, nothing of the vendor's");
	guest.format = 0;
	offer.info.format = 9;
	tap(inest_check(&offer.info, &guest) & INEST_LACKS_FORMAT,
	    "check: a format that is not known");
}

/* A kernel that told nothing of the vendor's, and a caller of the future */
static void test_sizes(void)
{
	struct {
		struct inest_guest guest;
		__u32 more;
	} newer = { .guest = inest_guest_none() };
	struct offer offer = sample_smmuv3();

	newer.guest.size = sizeof(newer);
	tap_eq(0, inest_check(&offer.info, &newer.guest),
	       "check: more fields, all zero");
	newer.more = 1;
	tap_eq(-EINVAL, inest_check(&offer.info, &newer.guest),
	       "check: more fields, one set");
	newer.guest = inest_guest_none();
	newer.guest.asid_bits = 16;
	tap_eq(0, inest_check(&offer.info, &newer.guest), "check: 16 bits");
	offer.info.argsz = offsetof(struct iommu_nesting_info, vendor);
	tap_eq(INEST_LACKS_ASID_BITS, inest_check(&offer.info, &newer.guest),
	       "check: what the kernel did not tell is not there");
}

void test_check(void)
{
	test_rows();
	test_pairs();
	test_sizes();
}
