// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the stream table entries that nesting composes, and of the commands
 * that drop them
 *
 * Expected values are literal numbers, put together from the bit positions in
 * Arm IHI 0070 and not with the driver's macros, so that a wrong macro shows.
 */
#include <kunit/test.h>
#include <linux/iommu_nesting.h>
#include <linux/string.h>

#include "arm-smmu-v3-nested.h"

#define VMID		0xbeef

/* 5.2: S2ENDI follows the CPU, whose page tables stage 2 are */
#ifdef __BIG_ENDIAN
#define STE2		(0x044d23450000beefULL | 1ULL << 52)
#else
#define STE2		0x044d23450000beefULL
#endif
#define STE3		0x0001234567890000ULL

/* VTCR with its first and last bit; VTTBR with bits around the field */
static const struct arm_smmu_s2_cfg s2_cfg = {
	.vmid = VMID, .vtcr = 0x52345, .vttbr = 0xfff1234567890008ULL,
};

#define TRANSLATE(base, bits, fmt, dss) {				\
	.argsz = 32, .version = 1, .base_ptr = base, .format = 2,	\
	.pasid_bits = bits, .config = 1,				\
	.vendor_data.smmuv3 = { .version = 1, .s1fmt = fmt, .s1dss = dss }, \
}

#define STALLS		ARM_SMMU_FEAT_STALLS

/*
 * Dword 0: V 0, Config 3:1, S1Fmt 5:4, S1ContextPtr 51:6, S1CDMax 63:59
 * Dword 1: S1DSS 1:0, S1CIR 3:2, S1COR 5:4, S1CSH 7:6, S1STALLD 27, EATS 29:28,
 *	    STRW 31:30, SHCFG 45:44
 * Dword 2: S2VMID 15:0, VTCR 50:32, S2AA64 51, S2ENDI 52, S2PTW 54, S2R 58
 * Dword 3: S2TTB 51:4
 */
static const struct ste_case {
	const char *name;
	struct iommu_pasid_table_config cfg;
	u32 features;
	bool ats;
	u64 want[NESTED_STE_DWORDS];
	bool stall;
} ste_cases[] = {
	{ "one CD", TRANSLATE(0xabcdef040, 0, 0, 0), 0, false,
	  { 0x0000000abcdef04f, 0x00001000000000d4, STE2, STE3 } },
	{ "one CD, S1Fmt and S1DSS ignored", TRANSLATE(0xabcdef040, 0, 2, 2),
	  0, false,
	  { 0x0000000abcdef04f, 0x00001000000000d4, STE2, STE3 } },
	{ "linear, terminate", TRANSLATE(0xabcdef000, 3, 0, 0), 0, false,
	  { 0x1800000abcdef00f, 0x00001000000000d4, STE2, STE3 } },
	{ "linear, bypass", TRANSLATE(0xabcdef000, 3, 0, 1), 0, false,
	  { 0x1800000abcdef00f, 0x00001000000000d5, STE2, STE3 } },
	{ "4K leaves, CD 0", TRANSLATE(0xfffffffffe000, 16, 1, 2), 0, false,
	  { 0x800fffffffffe01f, 0x00001000000000d6, STE2, STE3 } },
	{ "64K leaves, CD 0", TRANSLATE(0xfffffffffe000, 20, 2, 2), 0, false,
	  { 0xa00fffffffffe02f, 0x00001000000000d6, STE2, STE3 } },
	{ "translate, ATS", TRANSLATE(0x40, 0, 0, 0), 0, true,
	  { 0x000000000000004f, 0x00001000100000d4, STE2, STE3 } },
	{ "translate, stall model", TRANSLATE(0x40, 0, 0, 0), STALLS, false,
	  { 0x000000000000004f, 0x00001000080000d4, STE2, STE3 } },
	{ "translate, no stall model", TRANSLATE(0x40, 0, 0, 0), ~STALLS, false,
	  { 0x000000000000004f, 0x00001000000000d4, STE2, STE3 } },
	{ "translate, ATS, stall model", TRANSLATE(0x40, 0, 0, 0), STALLS,
	  true, { 0x4f, 0x00001000180000d4, STE2, STE3 } },
	{ "translate, may stall", TRANSLATE(0x40, 0, 0, 0), STALLS, false,
	  { 0x4f, 0x00001000000000d4, STE2, STE3 }, true },
	{ "linear, CD 0, may stall", TRANSLATE(0xabcdef000, 3, 0, 2), STALLS,
	  false, { 0x1800000abcdef00f, 0x00001000000000d6, STE2, STE3 }, true },
	{ "bypass, may stall", { .config = 2 }, STALLS, false,
	  { 0xd, 0x0000100000000000, STE2, STE3 }, true },
	{ "bypass", { .config = 2 }, STALLS, false,
	  { 0xd, 0x0000100000000000, STE2, STE3 } },
	{ "bypass, ATS", { .config = 2 }, STALLS, true,
	  { 0xd, 0x0000100010000000, STE2, STE3 } },
	{ "none", { .config = 0 }, STALLS, false,
	  { 0xd, 0x0000100000000000, STE2, STE3 } },
	{ "none, ATS", { .config = 0 }, 0, true,
	  { 0xd, 0x0000100010000000, STE2, STE3 } },
	{ "abort", { .config = 3 }, STALLS, true,
	  { 0x1, 0x0000100000000000, 0, 0 } },
};

static void ste_desc(const struct ste_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(ste, ste_cases, ste_desc);

static void ste_golden(struct kunit *test)
{
	const struct ste_case *c = test->param_value;
	struct arm_smmu_device *smmu = test->priv;
	u64 ste[NESTED_STE_DWORDS];
	int i;

	memset(ste, 0xff, sizeof(ste));
	smmu->features = c->features;
	arm_smmu_nested_make_ste(ste, smmu, &s2_cfg, &c->cfg, c->ats, c->stall);
	for (i = 0; i < NESTED_STE_DWORDS; i++)
		KUNIT_EXPECT_EQ_MSG(test, ste[i], c->want[i],
				    "dword %d: %#llx, not %#llx", i, ste[i],
				    c->want[i]);
}

/* No bit of user space's reaches a field that is not its own */
static void ste_user_bits(struct kunit *test)
{
	const struct ste_case *c = test->param_value;
	const u64 user[NESTED_STE_DWORDS] = { 0xf80ffffffffffff0, 0x3 };
	struct iommu_pasid_table_config cfg = c->cfg;
	struct arm_smmu_device *smmu = test->priv;
	u64 ste[NESTED_STE_DWORDS], diff;
	u8 *byte = (u8 *)&cfg;
	int bit, i;

	smmu->features = c->features;
	for (bit = 0; bit < 8 * sizeof(cfg); bit++) {
		if (bit / 8 == offsetof(typeof(cfg), config))
			continue;
		byte[bit / 8] ^= 1 << bit % 8;
		arm_smmu_nested_make_ste(ste, smmu, &s2_cfg, &cfg, c->ats,
					 c->stall);
		byte[bit / 8] ^= 1 << bit % 8;

		for (i = 0; i < NESTED_STE_DWORDS; i++) {
			diff = ste[i] ^ c->want[i];
			if (cfg.config == 1)
				diff &= ~user[i];
			KUNIT_EXPECT_EQ_MSG(test, diff, 0,
					    "user bit %d in dword %d: %#llx",
					    bit, i, diff);
		}
	}
}

#define UNTOUCHED	0xa5a5a5a5a5a5a5a5ULL

/* 4.3: opcode 7:0, SubstreamID 31:12, StreamID 63:32; Leaf 64, Range 68:64 */
static void cfgi_golden(struct kunit *test)
{
	struct iommu_cache_invalidate_info inv = { .granularity = 1 };
	u64 cmd[2] = { UNTOUCHED, UNTOUCHED };

	arm_smmu_nested_make_cfgi_ste(cmd, 0xdeadbeef);
	KUNIT_EXPECT_EQ(test, cmd[0], 0xdeadbeef00000003);
	KUNIT_EXPECT_EQ(test, cmd[1], 0x1);

	memset(cmd, 0xa5, sizeof(cmd));
	inv.granu.pasid_info.flags = IOMMU_INV_PASID_FLAGS_PASID;
	inv.granu.pasid_info.archid = U32_MAX;
	inv.granu.pasid_info.pasid = 0xabcde;
	arm_smmu_nested_make_cfgi_cd(cmd, 0x92345678, &inv);
	KUNIT_EXPECT_EQ(test, cmd[0], 0x92345678abcde005);
	KUNIT_EXPECT_EQ(test, cmd[1], 0);

	inv.granu.pasid_info.pasid = 0;
	arm_smmu_nested_make_cfgi_cd(cmd, 0x92345678, &inv);
	KUNIT_EXPECT_EQ(test, cmd[0], 0x9234567800000005);

	memset(cmd, 0xa5, sizeof(cmd));
	memset(&inv.granu, 0xff, sizeof(inv.granu));
	inv.granularity = 0;
	arm_smmu_nested_make_cfgi_cd(cmd, 0x92345678, &inv);
	KUNIT_EXPECT_EQ(test, cmd[0], 0x9234567800000006);
	KUNIT_EXPECT_EQ(test, cmd[1], 0);

	memset(cmd, 0xa5, sizeof(cmd));
	arm_smmu_nested_make_cfgi_all(cmd);
	KUNIT_EXPECT_EQ(test, cmd[0], 0x4);
	KUNIT_EXPECT_EQ(test, cmd[1], 0x1f);

	memset(cmd, 0xa5, sizeof(cmd));
	arm_smmu_nested_make_tlbi_all(cmd, VMID);
	KUNIT_EXPECT_EQ(test, cmd[0], 0x0000beef00000010);
	KUNIT_EXPECT_EQ(test, cmd[1], 0);
}

static int nested_test_init(struct kunit *test)
{
	test->priv = kunit_kzalloc(test, sizeof(struct arm_smmu_device),
				   GFP_KERNEL);
	return test->priv ? 0 : -ENOMEM;
}

static struct kunit_case nested_cases[] = {
	KUNIT_CASE_PARAM(ste_golden, ste_gen_params),
	KUNIT_CASE_PARAM(ste_user_bits, ste_gen_params),
	KUNIT_CASE(cfgi_golden),
	{}
};

static struct kunit_suite nested_suite = {
	.name = "arm_smmu_nested",
	.init = nested_test_init,
	.test_cases = nested_cases,
};

kunit_test_suite(nested_suite);
