// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of what nesting reads from fault records and page requests, and of
 * the responses that it gives
 *
 * Values are literal numbers, put together from the bit positions in the VT-d
 * specification 4.1 and not with the driver's macros.
 */
#include <kunit/test.h>
#include <linux/string.h>
#include <uapi/linux/iommu.h>

#include "iommu.h"
#include "nested-batch.h"

#define PASID		IOMMU_FAULT_PAGE_REQUEST_PASID_VALID
#define LAST		IOMMU_FAULT_PAGE_REQUEST_LAST_PAGE
#define PRIV_DATA	IOMMU_FAULT_PAGE_REQUEST_PRIV_DATA
#define NEEDS		IOMMU_FAULT_PAGE_RESPONSE_NEEDS_PASID
#define RD		IOMMU_FAULT_PERM_READ
#define WR		IOMMU_FAULT_PERM_WRITE
#define EXEC		IOMMU_FAULT_PERM_EXEC
#define PRIV		IOMMU_FAULT_PERM_PRIV

/*
 * 7.4.1.1. Word 0: type 7:0, PASID present 8, source id 31:16, PASID 51:32, EXE 52,
 * PRIV 53. Word 1: R 0, W 1, L 2, group 11:3, address 63:12. Private data, words 2
 * and 3, with bit 9 of word 0, in revision 3.
 */
static const struct request_case {
	const char *name;
	u64 desc[4];
	struct iommu_fault_page_request want;
} request_cases[] = {
	{ "read", { 0x00000000abcd0001, 0xffff800012345001 },
	  { .perm = RD, .addr = 0xffff800012345000 } },
	{ "write", { 0x00000000abcd0001, 0x0000000000000002 },
	  { .perm = WR } },
	{ "last", { 0x00000000abcd0001, 0x0000000000001005 },
	  { .flags = LAST, .perm = RD, .addr = 0x1000 } },
	{ "last of nothing", { 0x00000000abcd0001, 0x0000000000001004 },
	  { .flags = LAST, .addr = 0x1000 } },
	{ "group", { 0x00000000abcd0001, 0x0000000000000ff9 },
	  { .grpid = 0x1ff, .perm = RD } },
	{ "group 1", { 0x00000000abcd0001, 0x0000000000000009 },
	  { .grpid = 1, .perm = RD } },
	{ "all of the address", { 0x00000000abcd0001, 0xfffffffffffff001 },
	  { .perm = RD, .addr = 0xfffffffffffff000 } },
	{ "PASID", { 0x00054321abcd0101, 0x0000000000001001 },
	  { .flags = PASID | NEEDS, .pasid = 0x54321, .perm = RD,
	    .addr = 0x1000 } },
	{ "PASID 0", { 0x00000000abcd0101, 0x0000000000001001 },
	  { .flags = PASID | NEEDS, .perm = RD, .addr = 0x1000 } },
	{ "no PASID", { 0x00054321abcd0001, 0x0000000000001001 },
	  { .perm = RD, .addr = 0x1000 } },
	{ "execute", { 0x001fffffabcd0101, 0x0000000000001001 },
	  { .flags = PASID | NEEDS, .pasid = 0xfffff, .perm = RD | EXEC,
	    .addr = 0x1000 } },
	{ "privileged", { 0x002fffffabcd0101, 0x0000000000001003 },
	  { .flags = PASID | NEEDS, .pasid = 0xfffff,
	    .perm = RD | WR | PRIV, .addr = 0x1000 } },
	{ "private data", { 0x00000001abcd0301, 0x0000000000001001, 5, 6 },
	  { .flags = PASID | NEEDS | PRIV_DATA, .pasid = 1, .perm = RD,
	    .addr = 0x1000, .private_data = { 5, 6 } } },
	{ "data that is none", { 0x00000001abcd0101, 0x0000000000001001, 5, 6 },
	  { .flags = PASID | NEEDS, .pasid = 1, .perm = RD,
	    .addr = 0x1000 } },
	{ "reserved bits", { 0xffc54321abcdfdff, 0x0000000000001001 },
	  { .flags = PASID | NEEDS, .pasid = 0x54321, .perm = RD,
	    .addr = 0x1000 } },
};

static void request_desc(const struct request_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(request, request_cases, request_desc);

static void request_golden(struct kunit *test)
{
	const struct request_case *c = test->param_value;
	const struct iommu_fault_page_request *want = &c->want;
	struct iommu_fault_page_request req;

	memset(&req, 0xff, sizeof(req));
	intel_nested_parse_request(&req, c->desc);
	KUNIT_EXPECT_EQ(test, req.flags, want->flags);
	KUNIT_EXPECT_EQ(test, req.pasid, want->pasid);
	KUNIT_EXPECT_EQ(test, req.grpid, want->grpid);
	KUNIT_EXPECT_EQ(test, req.perm, want->perm);
	KUNIT_EXPECT_EQ(test, req.addr, want->addr);
	KUNIT_EXPECT_EQ(test, req.private_data[0], want->private_data[0]);
	KUNIT_EXPECT_EQ(test, req.private_data[1], want->private_data[1]);
	KUNIT_EXPECT_EQ(test, intel_nested_request_rid(c->desc), 0xabcd);
}

/* Only what has a PASID, is the last of its group and asks for nothing */
static void request_marker(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < 16; i++) {
		const u64 desc[4] = { 0xabcd0001 | (i & 8 ? 0x100 : 0),
				      0x8ff8 | (i & 7) };

		KUNIT_EXPECT_EQ_MSG(test, intel_nested_is_marker(desc),
				    i == (8 | 4), "PASID, L, W, R: %#x", i);
	}
}

#define UNKNOWN		IOMMU_FAULT_REASON_UNKNOWN
#define PASID_FETCH	IOMMU_FAULT_REASON_PASID_FETCH
#define BAD_PASID_ENTRY	IOMMU_FAULT_REASON_BAD_PASID_ENTRY
#define PASID_INVALID	IOMMU_FAULT_REASON_PASID_INVALID
#define WALK_EABT	IOMMU_FAULT_REASON_WALK_EABT
#define PTE_FETCH	IOMMU_FAULT_REASON_PTE_FETCH
#define PERMISSION	IOMMU_FAULT_REASON_PERMISSION
#define ACCESS		IOMMU_FAULT_REASON_ACCESS
#define OOR_ADDRESS	IOMMU_FAULT_REASON_OOR_ADDRESS
#define NOT_REPORTED	0xff

/* Every code up to and including each last one, in a row */
static const struct reason_case {
	u8 last;
	u8 want;
} reason_cases[] = {
	{ 0x1f, UNKNOWN },		/* legacy mode */
	{ 0x2f, NOT_REPORTED },		/* interrupts */
	{ 0x44, UNKNOWN },		/* root and context entries */
	{ 0x46, PASID_INVALID },	/* SCT.6, SCT.7 */
	{ 0x4f, UNKNOWN },
	{ 0x50, PASID_FETCH },		/* SPD.1 */
	{ 0x52, BAD_PASID_ENTRY },
	{ 0x57, UNKNOWN },
	{ 0x58, PASID_FETCH },		/* SPT.1 */
	{ 0x5b, BAD_PASID_ENTRY },
	{ 0x5d, PERMISSION },		/* SPT.5, SPT.6 */
	{ 0x6f, UNKNOWN },
	{ 0x70, WALK_EABT },		/* SFS.1 */
	{ 0x72, PTE_FETCH },
	{ 0x73, WALK_EABT },
	{ 0x74, OOR_ADDRESS },
	{ 0x77, WALK_EABT },
	{ 0x78, UNKNOWN },		/* SSS.1 */
	{ 0x79, OOR_ADDRESS },
	{ 0x7f, UNKNOWN },
	{ 0x80, PTE_FETCH },		/* SGN.1 */
	{ 0x82, PERMISSION },
	{ 0x84, OOR_ADDRESS },
	{ 0x86, PERMISSION },
	{ 0x87, OOR_ADDRESS },
	{ 0x8f, UNKNOWN },
	{ 0x90, ACCESS },
	{ 0xff, UNKNOWN },
};

static void fault_reasons(struct kunit *test)
{
	const struct reason_case *c = reason_cases;
	struct iommu_fault_unrecoverable event;
	unsigned int code;
	bool reported;

	for (code = 0; code <= 0xff; code++) {
		if (code > c->last)
			c++;
		reported = intel_nested_parse_fault(&event, 0,
						    (u64)code << 32);
		KUNIT_EXPECT_EQ_MSG(test, reported, c->want != NOT_REPORTED,
				    "%#x", code);
		if (reported)
			KUNIT_EXPECT_EQ_MSG(test, event.reason, (u32)c->want,
					    "%#x", code);
	}
}

/*
 * 11.4.14. Bits of the upper half: SID 15:0, T2 28, PRIV 29, EXE 30, PP 31, FR
 * 39:32, PASID 59:40, AT 61:60, T1 62, F 63. Address in 63:12 of the lower one.
 */
static const struct fault_case {
	const char *name;
	u64 lo, hi;
	struct iommu_fault_unrecoverable want;
} fault_cases[] = {
	{ "write", 0x1000, 0x800000710000abcd,
	  { .perm = WR, .addr = 0x1000 } },
	{ "read", 0x1000, 0xc00000710000abcd,
	  { .perm = RD, .addr = 0x1000 } },
	{ "AtomicOp", 0x1000, 0xc00000711000abcd,
	  { .perm = RD | WR, .addr = 0x1000 } },
	{ "page request", 0x1000, 0x800000711000abcd, { .addr = 0x1000 } },
	{ "translation request", 0x1000, 0xd00000710000abcd,
	  { .perm = RD, .addr = 0x1000 } },
	{ "all of the address", ~0ULL, 0xc00000710000abcd,
	  { .perm = RD, .addr = 0xfffffffffffff000 } },
	{ "PASID", 0x1000, 0xc54321718000abcd,
	  { .flags = IOMMU_FAULT_UNRECOV_PASID_VALID, .pasid = 0x54321,
	    .perm = RD, .addr = 0x1000 } },
	{ "wide PASID", 0x1000, 0xcfffff718000abcd,
	  { .flags = IOMMU_FAULT_UNRECOV_PASID_VALID, .pasid = 0xfffff,
	    .perm = RD, .addr = 0x1000 } },
	{ "no PASID", 0x1000, 0xc54321710000abcd,
	  { .perm = RD, .addr = 0x1000 } },
	{ "privileged", 0x1000, 0x80000171a000abcd,
	  { .flags = IOMMU_FAULT_UNRECOV_PASID_VALID, .pasid = 1,
	    .perm = WR | PRIV, .addr = 0x1000 } },
	{ "execute", 0x1000, 0xc0000171c000abcd,
	  { .flags = IOMMU_FAULT_UNRECOV_PASID_VALID, .pasid = 1,
	    .perm = RD | EXEC, .addr = 0x1000 } },
	{ "prefix that is none", 0x1000, 0xc00001716000abcd,
	  { .perm = RD, .addr = 0x1000 } },
};

static void fault_desc(const struct fault_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(fault, fault_cases, fault_desc);

static void fault_golden(struct kunit *test)
{
	const struct fault_case *c = test->param_value;
	struct iommu_fault_unrecoverable event;

	memset(&event, 0xff, sizeof(event));
	KUNIT_EXPECT_TRUE(test, intel_nested_parse_fault(&event, c->lo, c->hi));
	KUNIT_EXPECT_EQ(test, event.reason, (u32)PTE_FETCH);
	KUNIT_EXPECT_EQ(test, event.flags,
			c->want.flags | IOMMU_FAULT_UNRECOV_ADDR_VALID);
	KUNIT_EXPECT_EQ(test, event.pasid, c->want.pasid);
	KUNIT_EXPECT_EQ(test, event.perm, c->want.perm);
	KUNIT_EXPECT_EQ(test, event.addr, c->want.addr);
	KUNIT_EXPECT_EQ(test, event.fetch_addr, 0ULL);
	KUNIT_EXPECT_EQ(test, intel_nested_fault_sid(c->hi), 0xabcd);
}

/*
 * 7.6.1. Word 0: type 3:0, PASID present 4, code 15:12, source id 31:16, PASID
 * 51:32. Word 1: L 2, group 11:3. Private data as in requests, with bit 5 of word 0.
 */
static const struct response_case {
	const char *name;
	struct iommu_fault_page_request req;
	u32 code;
	u64 want[4];
} response_cases[] = {
	{ "success", { .flags = LAST }, 0, { 0x00000000abcd0009, 4 } },
	{ "invalid", { .flags = LAST }, 1, { 0x00000000abcd1009, 4 } },
	{ "failure", { .flags = LAST }, 2, { 0x00000000abcdf009, 4 } },
	{ "no such code", { .flags = LAST }, 3, { 0x00000000abcd1009, 4 } },
	{ "wide code", { .flags = LAST }, ~0u, { 0x00000000abcd1009, 4 } },
	{ "group", { .flags = LAST, .grpid = 0x1ff }, 0,
	  { 0x00000000abcd0009, 0xffc } },
	{ "PASID", { .flags = LAST | PASID | NEEDS, .pasid = 0xfffff }, 1,
	  { 0x000fffffabcd1019, 4 } },
	{ "PASID 0", { .flags = LAST | PASID | NEEDS }, 0,
	  { 0x00000000abcd0019, 4 } },
	{ "no PASID", { .flags = LAST, .pasid = 1 }, 0,
	  { 0x00000000abcd0009, 4 } },
	{ "private data", { .flags = PASID | NEEDS | PRIV_DATA, .pasid = 1,
			    .private_data = { 5, 6 } }, 0,
	  { 0x00000001abcd0039, 0, 5, 6 } },
	{ "data that is none", { .flags = LAST, .private_data = { 5, 6 } }, 0,
	  { 0x00000000abcd0009, 4 } },
	{ "what is asked for", { .flags = LAST, .perm = ~0u, .addr = ~0ULL }, 0,
	  { 0x00000000abcd0009, 4 } },
};

/* A failure would end the page requests of the PF and of its other VFs, too */
static void response_user_code(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0, intel_nested_user_code(0, false));
	KUNIT_EXPECT_EQ(test, 1, intel_nested_user_code(1, false));
	KUNIT_EXPECT_EQ(test, 2, intel_nested_user_code(2, false));
	KUNIT_EXPECT_EQ(test, 0, intel_nested_user_code(0, true));
	KUNIT_EXPECT_EQ(test, 1, intel_nested_user_code(1, true));
	KUNIT_EXPECT_EQ(test, 1, intel_nested_user_code(2, true));
}

static void response_desc(const struct response_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(response, response_cases, response_desc);

static void response_golden(struct kunit *test)
{
	const struct response_case *c = test->param_value;
	struct qi_desc desc;

	memset(&desc, 0xff, sizeof(desc));
	intel_nested_make_response(&desc, 0xabcd, &c->req, c->code);
	KUNIT_EXPECT_EQ(test, desc.qw0, c->want[0]);
	KUNIT_EXPECT_EQ(test, desc.qw1, c->want[1]);
	KUNIT_EXPECT_EQ(test, desc.qw2, c->want[2]);
	KUNIT_EXPECT_EQ(test, desc.qw3, c->want[3]);
}

/**
 * struct answer_unit - Unit whose first calls fail
 * @iommu: the unit
 * @fails: how many of them fail
 * @err: with what
 * @calls: how often something was submitted
 * @responses: how many of these were responses
 * @others: how many were neither that nor a wait
 */
struct answer_unit {
	struct intel_iommu	iommu;
	unsigned int		fails;
	int			err;
	unsigned int		calls;
	unsigned int		responses;
	unsigned int		others;
};

static int answer_submit(struct intel_iommu *iommu, struct qi_desc *desc,
			 unsigned int count, unsigned long options)
{
	struct answer_unit *unit = container_of(iommu, struct answer_unit,
						iommu);

	if (desc->qw0 == 0xabcd0009 && desc->qw1 == 4)
		unit->responses++;
	else if (desc->qw0 != 0x45 || desc->qw1)
		unit->others++;
	if (count != 1 || options != QI_OPT_NO_RETRY)
		unit->others++;

	return unit->calls++ < unit->fails ? unit->err : 0;
}

static int try_answer(struct answer_unit *unit, unsigned int fails, int err)
{
	const struct iommu_fault_page_request req = { .flags = LAST };
	struct intel_nested_batch batch;

	memset(unit, 0, sizeof(*unit));
	unit->fails = fails;
	unit->err = err;
	unit->iommu.nested_submit = answer_submit;
	intel_nested_batch_init(&batch, &unit->iommu);
	batch.timeout = HZ / 2;
	intel_nested_make_response(intel_nested_batch_next(&batch), 0xabcd,
				   &req, IOMMU_PAGE_RESP_SUCCESS);
	return intel_nested_batch_answer(&batch);
}

/* Whatever others do, a response is submitted once, and is waited for so long */
static void answer_once(struct kunit *test)
{
	struct answer_unit *unit = kunit_kzalloc(test, sizeof(*unit),
						 GFP_KERNEL);
	unsigned int fails;

	KUNIT_ASSERT_NOT_NULL(test, unit);
	for (fails = 0; fails <= 10; fails++) {
		KUNIT_EXPECT_EQ_MSG(test, try_answer(unit, fails, -EAGAIN), 0,
				    "%u", fails);
		KUNIT_EXPECT_EQ(test, unit->calls, fails + 1);
		KUNIT_EXPECT_EQ(test, unit->responses, 1);
		KUNIT_EXPECT_EQ(test, unit->others, 0);
	}

	KUNIT_EXPECT_EQ(test, try_answer(unit, UINT_MAX, -EAGAIN), -EIO);
	KUNIT_EXPECT_GT(test, unit->calls, 16);
	KUNIT_EXPECT_EQ(test, unit->responses, 1);
	KUNIT_EXPECT_EQ(test, unit->others, 0);

	KUNIT_EXPECT_EQ(test, try_answer(unit, 1, -EINVAL), -EIO);
	KUNIT_EXPECT_EQ(test, unit->calls, 1);
}

static struct kunit_case fault_test_cases[] = {
	KUNIT_CASE_PARAM(request_golden, request_gen_params),
	KUNIT_CASE(request_marker),
	KUNIT_CASE(fault_reasons),
	KUNIT_CASE_PARAM(fault_golden, fault_gen_params),
	KUNIT_CASE_PARAM(response_golden, response_gen_params),
	KUNIT_CASE(response_user_code),
	KUNIT_CASE(answer_once),
	{}
};

static struct kunit_suite fault_suite = {
	.name = "intel_iommu_nested_fault",
	.test_cases = fault_test_cases,
};

kunit_test_suite(fault_suite);
