// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of what becomes of events, and of the answers to stalls
 *
 * Event records and expected values are literal numbers, put together from the bit
 * positions in Arm IHI 0070 and not with the driver's macros.
 */
#include <kunit/test.h>
#include <linux/iommu_nesting.h>
#include <linux/string.h>

#include "arm-smmu-v3-nested.h"

/*
 * 7.3: Dword 0: number 7:0, SSV 11, SubstreamID 31:12, StreamID 63:32
 * Dword 1: STAG 15:0, Stall 31, PnU 33, InD 34, RnW 35, S2 39, Class 41:40
 * Dword 2: input address. Dword 3: IPA 51:12, or address of a fetch
 */
#define ID(id)		(0xdeadbeef00000000ULL | (id))
#define ID_SSID(id)	(0xdeadbeefabcde800ULL | (id))
#define STAG		0x1234ULL
#define STALL		0x80000000ULL
#define PNU		0x0000000200000000ULL
#define IND		0x0000000400000000ULL
#define RNW		0x0000000800000000ULL
#define S2(class)	(0x0000008000000000ULL | (u64)(class) << 40)
#define ADDR		0xffff123456789abcULL
#define FETCH		0xfff7eeeeeeeef00fULL
#define IPA		0x0007eeeeeeeef000ULL

/* Flags and permissions as numbers, since they are user space's interface */
#define U_PASID		0x1
#define U_ADDR		0x2
#define U_FETCH		0x4
#define P_READ		0x1
#define P_WRITE		0x2
#define P_EXEC		0x4
#define P_PRIV		0x8

static const struct event_case {
	const char *name;
	u64 evt[EVTQ_ENT_DWORDS];
	bool guest;
	u32 reason, flags, perm;
} event_cases[] = {
	{ "F_UUT", { ID(0x01) } },
	{ "C_BAD_STREAMID", { ID(0x02) } },
	{ "F_STE_FETCH", { ID(0x03), 0, 0, FETCH } },
	{ "C_BAD_STE", { ID(0x04) } },
	{ "F_BAD_ATS_TREQ", { ID_SSID(0x05), RNW, ADDR } },
	{ "F_STREAM_DISABLED", { ID(0x06) }, true, 3 },
	{ "F_TRANSL_FORBIDDEN", { ID(0x07), RNW, ADDR } },
	{ "C_BAD_SUBSTREAMID", { ID_SSID(0x08) & ~0x800ULL }, true, 3, U_PASID },
	{ "F_CD_FETCH", { ID(0x09), 0, 0, FETCH }, true, 1 },
	{ "F_CD_FETCH, SSID", { ID_SSID(0x09), 0, 0, FETCH }, true, 1, U_PASID },
	{ "C_BAD_CD", { ID(0x0a) }, true, 2 },
	{ "C_BAD_CD, SSID", { ID_SSID(0x0a) }, true, 2, U_PASID },
	{ "F_WALK_EABT", { ID(0x0b), RNW, ADDR, FETCH }, true, 4,
	  U_ADDR, P_READ },
	{ "F_WALK_EABT, S2", { ID(0x0b), RNW | S2(2), ADDR, FETCH } },
	{ "F_TRANSLATION", { ID(0x10), RNW | 2ULL << 40, ADDR, FETCH }, true,
	  5, U_ADDR, P_READ },
	{ "F_TRANSLATION, SSID", { ID_SSID(0x10), PNU, ADDR, FETCH }, true,
	  5, U_ADDR | U_PASID, P_WRITE | P_PRIV },
	{ "F_ADDR_SIZE", { ID_SSID(0x11), IND | RNW, ADDR, FETCH }, true,
	  8, U_ADDR | U_PASID, P_READ | P_EXEC },
	{ "F_ACCESS", { ID_SSID(0x12), 0, ADDR, FETCH }, true,
	  7, U_ADDR | U_PASID, P_WRITE },
	{ "F_PERMISSION", { ID_SSID(0x13), PNU | IND | RNW, ADDR, FETCH },
	  true, 6, U_ADDR | U_PASID, P_READ | P_EXEC | P_PRIV },
	{ "stage 2, CD", { ID_SSID(0x10), RNW | S2(0), ADDR, FETCH }, true,
	  1, U_ADDR | U_PASID | U_FETCH, P_READ },
	{ "stage 2, table", { ID(0x10), S2(1), ADDR, FETCH }, true,
	  4, U_ADDR | U_FETCH, P_WRITE },
	{ "stage 2, output", { ID_SSID(0x10), S2(2), ADDR, FETCH }, true,
	  8, U_ADDR | U_PASID | U_FETCH, P_WRITE },
	{ "stage 2, output too large", { ID(0x11), S2(2), ADDR, FETCH }, true,
	  8, U_ADDR | U_FETCH, P_WRITE },
	{ "stage 2, not to be written", { ID(0x13), S2(2), ADDR, FETCH }, true,
	  6, U_ADDR | U_FETCH, P_WRITE },
	{ "stage 2, CD not to be read", { ID(0x13), S2(0), ADDR, FETCH }, true,
	  1, U_ADDR | U_FETCH, P_WRITE },
	{ "stage 2, reserved class", { ID(0x10), S2(3), ADDR, FETCH }, true,
	  0, U_ADDR | U_FETCH, P_WRITE },
	{ "F_TLB_CONFLICT", { ID_SSID(0x20), RNW, ADDR, FETCH }, true,
	  0, U_ADDR | U_PASID, P_READ },
	{ "F_TLB_CONFLICT, S2", { ID_SSID(0x20), RNW | S2(2), ADDR, FETCH } },
	{ "F_CFG_CONFLICT", { ID(0x21) } },
	{ "E_PAGE_REQUEST", { ID(0x24), RNW, ADDR } },
	{ "F_VMS_FETCH", { ID(0x25), 0, 0, FETCH } },
	{ "implementation's own", { ID(0xe0), RNW, ADDR, FETCH } },
};

static void event_desc(const struct event_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(event, event_cases, event_desc);

/* What is valid is as expected, and the rest gives nothing of the host's away */
static void event_golden(struct kunit *test)
{
	const struct event_case *c = test->param_value;
	struct iommu_fault_unrecoverable event;

	memset(&event, 0xa5, sizeof(event));
	KUNIT_ASSERT_EQ(test, c->guest,
			arm_smmu_nested_make_event(&event, c->evt));
	if (!c->guest)
		return;

	KUNIT_EXPECT_EQ(test, event.reason, c->reason);
	KUNIT_EXPECT_EQ(test, event.flags, c->flags);
	KUNIT_EXPECT_EQ(test, event.pasid, c->flags & U_PASID ? 0xabcde : 0);
	KUNIT_EXPECT_EQ(test, event.perm, c->perm);
	KUNIT_EXPECT_EQ(test, event.addr, c->flags & U_ADDR ? ADDR : 0);
	KUNIT_EXPECT_EQ(test, event.fetch_addr, c->flags & U_FETCH ? IPA : 0);
}

static const struct request_case {
	const char *name;
	u64 evt[EVTQ_ENT_DWORDS];
	bool stall;
	u32 flags, perm;
} request_cases[] = {
	{ "translation", { ID_SSID(0x10), STALL | STAG | RNW, ADDR, FETCH },
	  true, 0xb, P_READ },
	{ "address size", { ID_SSID(0x11), STALL | STAG, ADDR, FETCH },
	  true, 0xb, P_WRITE },
	{ "access flag", { ID_SSID(0x12), STALL | STAG | IND | RNW, ADDR },
	  true, 0xb, P_READ | P_EXEC },
	{ "permission", { ID_SSID(0x13), STALL | STAG | PNU, ADDR },
	  true, 0xb, P_WRITE | P_PRIV },
	{ "no SubstreamID", { ID(0x10), STALL | STAG | RNW, ADDR },
	  true, 0x2, P_READ },
	{ "not stalled", { ID_SSID(0x10), STAG | RNW, ADDR } },
	{ "C_BAD_CD", { ID_SSID(0x0a), STALL | STAG, ADDR } },
	{ "F_WALK_EABT", { ID_SSID(0x0b), STALL | STAG, ADDR } },
	{ "F_TLB_CONFLICT", { ID_SSID(0x20), STALL | STAG, ADDR } },
	{ "E_PAGE_REQUEST", { ID_SSID(0x24), STALL | STAG, ADDR } },
};

static void request_desc(const struct request_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(request, request_cases, request_desc);

static void request_golden(struct kunit *test)
{
	const struct request_case *c = test->param_value;
	struct iommu_fault_page_request req;

	memset(&req, 0xa5, sizeof(req));
	KUNIT_ASSERT_EQ(test, c->stall,
			arm_smmu_nested_make_request(&req, c->evt));
	if (!c->stall)
		return;

	KUNIT_EXPECT_EQ(test, req.flags, c->flags);
	KUNIT_EXPECT_EQ(test, req.pasid, c->flags & 1 ? 0xabcde : 0);
	KUNIT_EXPECT_EQ(test, req.grpid, STAG);
	KUNIT_EXPECT_EQ(test, req.perm, c->perm);
	KUNIT_EXPECT_EQ(test, req.addr, ADDR);
	KUNIT_EXPECT_EQ(test, req.private_data[0], 0);
	KUNIT_EXPECT_EQ(test, req.private_data[1], 0);
}

/* Opcode 7:0, Resp 13:12 (1 retry, 2 abort), StreamID 63:32, STAG 79:64 */
static void resume_golden(struct kunit *test)
{
	static const struct {
		u32 code;
		u64 want;
	} cases[] = {
		{ 0, 0xdeadbeef00001044 },	/* success */
		{ 1, 0xdeadbeef00002044 },	/* invalid */
		{ 2, 0xdeadbeef00002044 },	/* failure */
		{ 3, 0xdeadbeef00002044 },
		{ U32_MAX, 0xdeadbeef00002044 },
	};
	u64 cmd[CMDQ_ENT_DWORDS];
	int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		memset(cmd, 0xa5, sizeof(cmd));
		arm_smmu_nested_make_resume(cmd, 0xdeadbeef, 0xf1e2,
					    cases[i].code);
		KUNIT_EXPECT_EQ(test, cmd[0], cases[i].want);
		KUNIT_EXPECT_EQ(test, cmd[1], 0xf1e2);
	}
}

/* Opcode 7:0, StreamID 63:32 */
static void stall_term_golden(struct kunit *test)
{
	u64 cmd[CMDQ_ENT_DWORDS];

	memset(cmd, 0xa5, sizeof(cmd));
	arm_smmu_nested_make_stall_term(cmd, 0xdeadbeef);
	KUNIT_EXPECT_EQ(test, cmd[0], 0xdeadbeef00000045);
	KUNIT_EXPECT_EQ(test, cmd[1], 0);
}

/* 3.5.1: a queue of 8 counts to 16; bit 31 says that it overflowed */
static void evtq_target(struct kunit *test)
{
	static const struct {
		u32 done, prod, want;
	} cases[] = {
		{ 0, 0, 0 },			/* never used */
		{ 0, 3, 3 },
		{ 0, 8, 8 },			/* full */
		{ 0, 0x80000008, 8 },		/* and overflowed */
		{ 5, 5, 5 },			/* empty */
		{ 5, 13, 13 },
		{ 15, 15, 15 },
		{ 15, 0, 16 },			/* around the wrap bit */
		{ 15, 0x80000007, 23 },
		{ 16, 0, 16 },
		{ 0x12345678, 0xc, 0x1234567c },
		{ U32_MAX, 0xf, U32_MAX },
		{ U32_MAX, 2, 2 },		/* around 32 bits */
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		KUNIT_EXPECT_EQ_MSG(test,
				    arm_smmu_nested_evtq_target(cases[i].done,
								cases[i].prod,
								3),
				    cases[i].want, "done %#x prod %#x",
				    cases[i].done, cases[i].prod);
}

static struct kunit_case nested_fault_cases[] = {
	KUNIT_CASE_PARAM(event_golden, event_gen_params),
	KUNIT_CASE_PARAM(request_golden, request_gen_params),
	KUNIT_CASE(resume_golden),
	KUNIT_CASE(stall_term_golden),
	KUNIT_CASE(evtq_target),
	{}
};

static struct kunit_suite nested_fault_suite = {
	.name = "arm_smmu_nested_fault",
	.test_cases = nested_fault_cases,
};

kunit_test_suite(nested_fault_suite);
