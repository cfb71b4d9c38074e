// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the PASID entries and descriptors that nesting composes
 *
 * Expected values are literal numbers, put together from the bit positions in the
 * VT-d specification 4.1 and not with the driver's macros, so that a wrong macro
 * shows.
 */
#include <kunit/test.h>
#include <linux/iommu_nesting.h>
#include <linux/string.h>

#include "iommu.h"
#include "nested-compose.h"
#include "pasid.h"

#define DID		0xbeef
#define PGD		0x000123456789a000ULL

#define SRE		IOMMU_SVA_VTD_GPASID_SRE
#define EAFE		IOMMU_SVA_VTD_GPASID_EAFE
#define PCD		IOMMU_SVA_VTD_GPASID_PCD
#define PWT		IOMMU_SVA_VTD_GPASID_PWT
#define EMTE		IOMMU_SVA_VTD_GPASID_EMTE
#define CD		IOMMU_SVA_VTD_GPASID_CD

#define TABLE(width, flag)						\
	{ .argsz = 72, .version = 1, .format = 1, .addr_width = width,	\
	  .gpgd = 0xfedcba9876000, .hpasid = 0x12345,			\
	  .vendor.vtd = { .flags = flag, .pat = 0x87654321, .emt = 5 } }

/*
 * 9.6. Word 0: P 0, AW 4:2, PGTT 8:6, SSPTPTR 63:12
 * Word 1: DID 15:0, PWSNP 23, PGSNP 24, CD 25, EMTE 26, EMT 29:27, PWT 30, PCD 31,
 *	   PAT 63:32
 * Word 2: SRE 0, FSPM 3:2, WPE 4, NXE 5, EAFE 7, FSPTPTR 63:12
 */
static const struct entry_case {
	const char *name;
	struct iommu_gpasid_bind_data data;
	struct intel_nested_s2 s2;
	u64 want[3];
} entry_cases[] = {
	{ "4 levels", TABLE(48, 0), { PGD, DID, 2, true, false },
	  { 0x000123456789a0c9, 0x000000000080beef, 0x000fedcba9876020 } },
	{ "5 levels", TABLE(57, 0), { PGD, DID, 2, true, false },
	  { 0x000123456789a0c9, 0x000000000080beef, 0x000fedcba9876024 } },
	{ "second level of 5", TABLE(48, 0), { PGD, DID, 3, true, false },
	  { 0x000123456789a0cd, 0x000000000080beef, 0x000fedcba9876020 } },
	{ "second level of 3", TABLE(48, 0), { PGD, DID, 1, true, false },
	  { 0x000123456789a0c5, 0x000000000080beef, 0x000fedcba9876020 } },
	{ "low bits of the pointer", TABLE(48, 0),
	  { PGD | 0xfff, DID, 2, true, false },
	  { 0x000123456789a0c9, 0x000000000080beef, 0x000fedcba9876020 } },
	{ "no snooping", TABLE(48, 0), { PGD, DID, 2, false, false },
	  { 0x000123456789a0c9, 0x000000000000beef, 0x000fedcba9876020 } },
	{ "snooping forced", TABLE(48, 0), { PGD, DID, 2, true, true },
	  { 0x000123456789a0c9, 0x000000000180beef, 0x000fedcba9876020 } },
	{ "domain 0xffff", TABLE(48, 0), { PGD, 0xffff, 2, true, false },
	  { 0x000123456789a0c9, 0x000000000080ffff, 0x000fedcba9876020 } },
	{ "SRE", TABLE(48, SRE), { PGD, DID, 2, true, false },
	  { 0x000123456789a0c9, 0x000000000080beef, 0x000fedcba9876031 } },
	{ "EAFE", TABLE(48, EAFE), { PGD, DID, 2, true, false },
	  { 0x000123456789a0c9, 0x000000000080beef, 0x000fedcba98760a0 } },
	{ "CD", TABLE(48, CD), { PGD, DID, 2, true, false },
	  { 0x000123456789a0c9, 0x876543210280beef, 0x000fedcba9876020 } },
	{ "EMTE", TABLE(48, EMTE), { PGD, DID, 2, true, false },
	  { 0x000123456789a0c9, 0x876543212c80beef, 0x000fedcba9876020 } },
	{ "PWT", TABLE(48, PWT), { PGD, DID, 2, true, false },
	  { 0x000123456789a0c9, 0x876543214080beef, 0x000fedcba9876020 } },
	{ "PCD", TABLE(48, PCD), { PGD, DID, 2, true, false },
	  { 0x000123456789a0c9, 0x876543218080beef, 0x000fedcba9876020 } },
	{ "everything", TABLE(57, SRE | EAFE | CD | EMTE | PWT | PCD),
	  { PGD, DID, 3, true, true },
	  { 0x000123456789a0cd, 0x87654321ef80beef, 0x000fedcba98760b5 } },
};

static void entry_desc(const struct entry_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(entry, entry_cases, entry_desc);

static void entry_golden(struct kunit *test)
{
	const struct entry_case *c = test->param_value;
	struct pasid_entry entry;
	u64 want;
	int i;

	memset(&entry, 0xff, sizeof(entry));
	intel_nested_make_entry(&entry, &c->s2, &c->data);
	for (i = 0; i < ARRAY_SIZE(entry.val); i++) {
		want = i < ARRAY_SIZE(c->want) ? c->want[i] : 0;
		KUNIT_EXPECT_EQ_MSG(test, entry.val[i], want,
				    "word %d: %#llx, not %#llx", i,
				    entry.val[i], want);
	}
}

/* No bit of user space's reaches a field that is not its own */
static void entry_user_bits(struct kunit *test)
{
	const struct entry_case *c = test->param_value;
	const u64 user[8] = { 0, 0xfffffffffe000000, 0xfffffffffffff0b5 };
	struct iommu_gpasid_bind_data data = c->data;
	u8 *byte = (u8 *)&data;
	struct pasid_entry entry;
	u64 want;
	int bit, i;

	for (bit = 0; bit < 8 * sizeof(data); bit++) {
		byte[bit / 8] ^= 1 << bit % 8;
		intel_nested_make_entry(&entry, &c->s2, &data);
		byte[bit / 8] ^= 1 << bit % 8;

		for (i = 0; i < ARRAY_SIZE(entry.val); i++) {
			want = i < ARRAY_SIZE(c->want) ? c->want[i] : 0;
			KUNIT_EXPECT_EQ_MSG(test, 0,
					    (entry.val[i] ^ want) & ~user[i],
					    "user bit %d in word %d", bit, i);
		}
	}
}

#define CAP_FL5LP	BIT_ULL(60)
#define ECAP_MTS	BIT_ULL(25)
#define ECAP_SRS	BIT_ULL(31)
#define ECAP_EAFS	BIT_ULL(34)

static const struct check_case {
	const char *name;
	struct iommu_gpasid_bind_data data;
	u64 cap, ecap;
} check_cases[] = {
	{ "4 levels", TABLE(48, 0), 0, 0 },
	{ "5 levels", TABLE(57, 0), CAP_FL5LP, 0 },
	{ "SRE", TABLE(48, SRE), 0, ECAP_SRS },
	{ "EAFE", TABLE(48, EAFE), 0, ECAP_EAFS },
	{ "CD", TABLE(48, CD), 0, ECAP_MTS },
	{ "EMTE", TABLE(48, EMTE), 0, ECAP_MTS },
	{ "PWT", TABLE(48, PWT), 0, ECAP_MTS },
	{ "PCD", TABLE(48, PCD), 0, ECAP_MTS },
	{ "everything", TABLE(57, 0x3f), CAP_FL5LP,
	  ECAP_SRS | ECAP_EAFS | ECAP_MTS },
};

static void check_desc(const struct check_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(check, check_cases, check_desc);

/* Exactly the capabilities that are named, each of them */
static void check_capabilities(struct kunit *test)
{
	const struct check_case *c = test->param_value;
	u64 bit;

	KUNIT_EXPECT_EQ(test, 0,
			intel_nested_check_data(c->cap, c->ecap, &c->data));
	KUNIT_EXPECT_EQ(test, 0,
			intel_nested_check_data(~0ULL, ~0ULL, &c->data));
	for (bit = 1; bit; bit <<= 1) {
		if (c->cap & bit)
			KUNIT_EXPECT_EQ(test, -EOPNOTSUPP,
					intel_nested_check_data(~bit, ~0ULL,
								&c->data));
		if (c->ecap & bit)
			KUNIT_EXPECT_EQ(test, -EOPNOTSUPP,
					intel_nested_check_data(~0ULL, ~bit,
								&c->data));
	}
}

static void check_format(struct kunit *test)
{
	struct iommu_gpasid_bind_data data = TABLE(48, 0);

	data.format = IOMMU_PASID_FORMAT_ARM_SMMUV3;
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP,
			intel_nested_check_data(~0ULL, ~0ULL, &data));
}

static void expect_desc(struct kunit *test, const char *name,
			struct qi_desc *desc, u64 qw0, u64 qw1)
{
	KUNIT_EXPECT_EQ_MSG(test, desc->qw0, qw0, "%s: qw0 %#llx, not %#llx",
			    name, desc->qw0, qw0);
	KUNIT_EXPECT_EQ_MSG(test, desc->qw1, qw1, "%s: qw1 %#llx, not %#llx",
			    name, desc->qw1, qw1);
	KUNIT_EXPECT_EQ(test, desc->qw2, 0ULL);
	KUNIT_EXPECT_EQ(test, desc->qw3, 0ULL);
	memset(desc, 0xff, sizeof(*desc));
}

/* 6.5.2.1, 6.5.2.2, 6.5.2.8 */
static void desc_entries(struct kunit *test)
{
	struct qi_desc desc;

	memset(&desc, 0xff, sizeof(desc));
	intel_nested_make_fence(&desc);
	expect_desc(test, "fence", &desc, 0x45, 0);
	intel_nested_make_context(&desc, DID, 0xabcd);
	expect_desc(test, "context", &desc, 0x0000abcdbeef0031, 0);
	intel_nested_make_pasid_all(&desc, DID);
	expect_desc(test, "PASIDs", &desc, 0x00000000beef0007, 0);
	intel_nested_make_pasid(&desc, DID, 0xfffff);
	expect_desc(test, "PASID", &desc, 0x000fffffbeef0017, 0);
	intel_nested_make_pasid(&desc, DID, 0);
	expect_desc(test, "PASID 0", &desc, 0x00000000beef0017, 0);
}

/* 6.5.2.3: DW 6 and DR 7 where the unit drains, 11.4.2: DWD 54, DRD 55 */
static void desc_iotlb(struct kunit *test)
{
	struct qi_desc desc;

	intel_nested_make_iotlb(&desc, 0, DID);
	expect_desc(test, "no drain", &desc, 0x00000000beef0022, 0);
	intel_nested_make_iotlb(&desc, 1ULL << 54, DID);
	expect_desc(test, "DWD", &desc, 0x00000000beef0062, 0);
	intel_nested_make_iotlb(&desc, 1ULL << 55, DID);
	expect_desc(test, "DRD", &desc, 0x00000000beef00a2, 0);
}

static const struct intel_nested_function fn = { 0xabcd, 0x1234, 31 };
static const struct intel_nested_function deep = { 0xffff, 0, 32 };
static const struct intel_nested_block page = { 0xffff800012345000, 0 };
static const struct intel_nested_block two = { 0x12346000, 1 };
static const struct intel_nested_block mib = { 0x12200000, 9 };

/* 6.5.2.4: AM 5:0, IH 6 */
static void desc_piotlb(struct kunit *test)
{
	const struct intel_nested_block gib = { 0x0000123440000000, 18 };
	struct qi_desc desc;

	intel_nested_make_piotlb(&desc, DID, 0x54321);
	expect_desc(test, "PASID", &desc, 0x00054321beef0026, 0);
	intel_nested_make_piotlb_block(&desc, DID, 0x54321, &page, false);
	expect_desc(test, "page", &desc, 0x00054321beef0036,
		    0xffff800012345000);
	intel_nested_make_piotlb_block(&desc, DID, 0, &page, true);
	expect_desc(test, "leaf", &desc, 0x00000000beef0036,
		    0xffff800012345040);
	intel_nested_make_piotlb_block(&desc, DID, 1, &gib, false);
	expect_desc(test, "GiB", &desc, 0x00000001beef0036,
		    0x0000123440000012);
}

/* 6.5.2.5: PFSID 15:12 and 63:52, MIP 20:16, SID 47:32; S 0 */
static void desc_dev_tlb(struct kunit *test)
{
	struct qi_desc desc;

	intel_nested_make_dev_tlb(&desc, &fn, &page);
	expect_desc(test, "page", &desc, 0x1230abcd001f4003,
		    0xffff800012345000);
	intel_nested_make_dev_tlb(&desc, &deep, &two);
	expect_desc(test, "2 pages", &desc, 0x0000ffff00000003, 0x12346001);
	intel_nested_make_dev_tlb(&desc, &deep, &mib);
	expect_desc(test, "2 MiB", &desc, 0x0000ffff00000003, 0x122ff001);
	intel_nested_make_dev_tlb(&desc, &deep, &intel_nested_all);
	expect_desc(test, "all", &desc, 0x0000ffff00000003,
		    0x7ffffffffffff001);
}

/* 6.5.2.6: MIP 8:4, PFSID 15:12 and 63:52, SID 31:16, PASID 51:32; S 11 */
static void desc_dev_tlb_pasid(struct kunit *test)
{
	struct qi_desc desc;

	intel_nested_make_dev_tlb_pasid(&desc, &fn, 0xfffff, &page);
	expect_desc(test, "page", &desc, 0x123fffffabcd41f8,
		    0xffff800012345000);
	intel_nested_make_dev_tlb_pasid(&desc, &deep, 0, &page);
	expect_desc(test, "PASID 0", &desc, 0x00000000ffff0008,
		    0xffff800012345000);
	intel_nested_make_dev_tlb_pasid(&desc, &deep, 1, &two);
	expect_desc(test, "2 pages", &desc, 0x00000001ffff0008, 0x12346800);
	intel_nested_make_dev_tlb_pasid(&desc, &deep, 1, &mib);
	expect_desc(test, "2 MiB", &desc, 0x00000001ffff0008, 0x122ff800);
	intel_nested_make_dev_tlb_pasid(&desc, &deep, 1,
					&intel_nested_all);
	expect_desc(test, "all", &desc, 0x00000001ffff0008,
		    0x7ffffffffffff800);
}

/*
 * 11.4.2: SAGAW 12:8, MGAW 21:16, SSLPS 37:34, FS1GP 56, FS5LP 60
 * 11.4.3: C 0, DT 2, SC 7, MTS 25, NEST 26, PRS 29, SRS 31, EAFS 34, PSS 39:35,
 *	   PASID 40, SMTS 43, SSTS 46, FSTS 47, SMPWC 48
 */
static void offer_compared(struct kunit *test)
{
	const u64 cap = 0x1100003c003f1f00, ecap = 0x0001c9fca6000085;
	int i;

	for (i = 0; i < 64; i++) {
		u64 bit = 1ULL << i;

		KUNIT_EXPECT_EQ(test, !(cap & bit),
				intel_nested_same_offer(cap, ecap, cap ^ bit,
							ecap));
		KUNIT_EXPECT_EQ(test, !(ecap & bit),
				intel_nested_same_offer(cap, ecap, cap,
							ecap ^ bit));
		KUNIT_EXPECT_EQ(test, cap & bit, intel_nested_cap(bit));
		KUNIT_EXPECT_EQ(test, ecap & bit, intel_nested_ecap(bit));
	}
}

static struct kunit_case nested_cases[] = {
	KUNIT_CASE_PARAM(entry_golden, entry_gen_params),
	KUNIT_CASE_PARAM(entry_user_bits, entry_gen_params),
	KUNIT_CASE_PARAM(check_capabilities, check_gen_params),
	KUNIT_CASE(check_format),
	KUNIT_CASE(desc_entries),
	KUNIT_CASE(desc_iotlb),
	KUNIT_CASE(desc_piotlb),
	KUNIT_CASE(desc_dev_tlb),
	KUNIT_CASE(desc_dev_tlb_pasid),
	KUNIT_CASE(offer_compared),
	{}
};

static struct kunit_suite nested_suite = {
	.name = "intel_iommu_nested",
	.test_cases = nested_cases,
};

kunit_test_suite(nested_suite);
