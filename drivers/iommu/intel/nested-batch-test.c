// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of how nesting submits descriptors: when, with which options, and how
 * often when a device does not answer
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/pci.h>
#include <linux/string.h>

#include "iommu.h"
#include "nested-batch.h"

#define SID		0x1234
#define SID_2		0x1235
#define OTHER_SID	0x4321
#define TRIES_MAX	16

/**
 * struct fake_unit - Unit whose queue is this
 * @iommu: the unit
 * @qi: its queue
 * @calls: how often something was submitted
 * @n: number of descriptors of each call
 * @first: the first one of each call
 * @options: options of each call
 * @fails: the first calls that time out
 * @slow: how long the first call takes, in ms
 * @sid: who times out in each call
 * @err: what the call behind these returns
 */
struct fake_unit {
	struct intel_iommu	iommu;
	struct q_inval		qi;
	unsigned int		calls;
	unsigned int		n[TRIES_MAX];
	u64			first[TRIES_MAX];
	unsigned long		options[TRIES_MAX];
	unsigned int		fails;
	unsigned int		slow;
	u16			sid[TRIES_MAX];
	int			err;
};

/* A device with PASIDs and a TLB, behind a unit, and a batch for the unit */
struct batch_test {
	struct fake_unit		unit;
	struct pci_dev			pdev;
	struct device_domain_info	info;
	struct intel_nested_batch	batch;
};

static int fake_submit(struct intel_iommu *iommu, struct qi_desc *desc,
		       unsigned int count, unsigned long options)
{
	struct fake_unit *unit = container_of(iommu, struct fake_unit, iommu);
	unsigned int call = unit->calls++;

	if (!call && unit->slow)
		msleep(unit->slow);
	if (call >= TRIES_MAX)
		return call < unit->fails ? -EAGAIN : unit->err;

	unit->n[call] = count;
	unit->first[call] = desc->qw0;
	unit->options[call] = options;
	unit->qi.silent_sid = unit->sid[call];
	return call < unit->fails ? -EAGAIN : unit->err;
}

static int batch_test_init(struct kunit *test)
{
	struct batch_test *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, t);
	t->unit.iommu.qi = &t->unit.qi;
	t->info.dev = &t->pdev.dev;
	t->info.iommu = &t->unit.iommu;
	t->info.bus = SID >> 8;
	t->info.devfn = SID & 0xff;
	t->info.ats_enabled = 1;
	t->info.pasid_enabled = 1;
	t->unit.iommu.nested_submit = fake_submit;
	intel_nested_batch_init(&t->batch, &t->unit.iommu);
	test->priv = t;
	return 0;
}

static void add_others(struct batch_test *t, unsigned int n)
{
	while (n--)
		intel_nested_make_piotlb(intel_nested_batch_next(&t->batch), 1,
					 2);
}

/* Wherever the batch is cut, what waits for a device is submitted as such */
static void batch_cut(struct kunit *test)
{
	struct batch_test *t = test->priv;
	struct fake_unit *unit = &t->unit;
	unsigned int others, call, first;

	for (others = 0; others <= NESTED_BATCH_MAX + 1; others++) {
		unit->calls = 0;
		add_others(t, others);
		intel_nested_batch_dev_tlb(&t->batch, &t->info, 0,
					   &intel_nested_all);
		KUNIT_EXPECT_EQ(test, 0,
				intel_nested_batch_submit(&t->batch, 0));

		first = 0;
		for (call = 0; call < unit->calls; call++) {
			bool waits = first + unit->n[call] > others;

			KUNIT_EXPECT_LE(test, unit->n[call], NESTED_BATCH_MAX);
			KUNIT_EXPECT_EQ_MSG(test,
					    unit->options[call],
					    waits ? QI_OPT_NO_RETRY : 0,
					    "%u others, call %u", others, call);
			first += unit->n[call];
		}
		KUNIT_EXPECT_EQ(test, first, others + 2);
		KUNIT_EXPECT_EQ(test, unit->calls,
				others + 2 > NESTED_BATCH_MAX ? 2 : 1);
	}
}

static void batch_option(struct kunit *test)
{
	struct batch_test *t = test->priv;

	add_others(t, 1);
	KUNIT_EXPECT_EQ(test, 0,
			intel_nested_batch_submit(&t->batch,
						  QI_OPT_WAIT_DRAIN));
	KUNIT_EXPECT_EQ(test, t->unit.options[0], QI_OPT_WAIT_DRAIN);
	KUNIT_EXPECT_EQ(test, 0,
			intel_nested_batch_submit(&t->batch, 0));
	KUNIT_EXPECT_EQ(test, t->unit.calls, 1);
	intel_nested_batch_dev_tlb(&t->batch, &t->info, 7, &intel_nested_all);
	KUNIT_EXPECT_EQ(test, 0,
			intel_nested_batch_submit(&t->batch,
						  QI_OPT_WAIT_DRAIN));
	KUNIT_EXPECT_EQ(test, t->unit.options[1],
			QI_OPT_WAIT_DRAIN | QI_OPT_NO_RETRY);
	KUNIT_EXPECT_EQ(test, t->unit.n[1], 1);
}

static const struct retry_case {
	const char *name;
	u16 sid[TRIES_MAX];
	unsigned int fails;
	unsigned int calls;
	int ret;
	u16 blame;
} retry_cases[] = {
	{ "answered", {}, 0, 1, 0, 0 },
	{ "answered late", { SID }, 1, 2, 0, 0 },
	{ "not answered", { SID, SID }, 16, 2, -EIO, SID },
	{ "nobody is named", { 0, 0 }, 2, 3, 0, 0 },
	{ "another one", { OTHER_SID }, 1, 2, 0, 0 },
	{ "another one, 12 times",
	  { OTHER_SID, OTHER_SID, OTHER_SID, OTHER_SID, OTHER_SID, OTHER_SID,
	    OTHER_SID, OTHER_SID, OTHER_SID, OTHER_SID, OTHER_SID,
	    OTHER_SID }, 12, 13, 0, 0 },
	{ "another one, then its own",
	  { OTHER_SID, SID, OTHER_SID, SID }, 16, 4, -EIO, SID },
	{ "two of its own, each once", { SID, SID_2 }, 2, 3, 0, 0 },
	{ "two of its own", { SID, SID_2, SID_2 }, 16, 3, -EIO, SID_2 },
	{ "two of its own by turns", { SID, SID_2, SID, SID_2 }, 16, 3, -EIO,
	  SID },
};

static void retry_desc(const struct retry_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(retry, retry_cases, retry_desc);

static void add_two_devices(struct batch_test *t)
{
	struct device_domain_info second = t->info;

	second.devfn = SID_2 & 0xff;
	intel_nested_batch_dev_tlb(&t->batch, &t->info, 0, &intel_nested_all);
	intel_nested_batch_dev_tlb(&t->batch, &second, 0, &intel_nested_all);
}

/* A device that does not answer is its own user's, and nobody else's */
static void batch_retry(struct kunit *test)
{
	const struct retry_case *c = test->param_value;
	struct batch_test *t = test->priv;

	memcpy(t->unit.sid, c->sid, sizeof(c->sid));
	t->unit.fails = c->fails;
	add_others(t, 3);
	add_two_devices(t);
	KUNIT_EXPECT_EQ(test, c->ret, intel_nested_batch_submit(&t->batch, 0));
	KUNIT_EXPECT_EQ(test, c->calls, t->unit.calls);
	KUNIT_EXPECT_EQ(test, c->blame, t->batch.silent_sid);
}

/* Others may abort it for so long, and then nobody of its own is to blame */
static void batch_patience(struct kunit *test)
{
	struct batch_test *t = test->priv;
	unsigned long start = jiffies;
	int i;

	for (i = 0; i < TRIES_MAX; i++)
		t->unit.sid[i] = OTHER_SID;
	t->unit.fails = UINT_MAX;
	t->batch.timeout = HZ / 2;
	add_two_devices(t);
	KUNIT_EXPECT_EQ(test, -EIO, intel_nested_batch_submit(&t->batch, 0));
	KUNIT_EXPECT_GE(test, jiffies - start, HZ / 2);
	KUNIT_EXPECT_LT(test, jiffies - start, 5 * HZ);
	KUNIT_EXPECT_GT(test, t->unit.calls, TRIES_MAX);
	KUNIT_EXPECT_EQ(test, 0, t->batch.silent_sid);
}

/*
 * However long the unit waits for another's device, at least eight tries are made, for
 * a response too, and a device of its own is asked twice.
 */
static void batch_slow_unit(struct kunit *test)
{
	struct batch_test *t = test->priv;

	t->unit.sid[0] = OTHER_SID;
	t->unit.fails = 1;
	t->unit.slow = 60;
	t->batch.timeout = msecs_to_jiffies(20);
	add_two_devices(t);
	KUNIT_EXPECT_EQ(test, 0, intel_nested_batch_submit(&t->batch, 0));
	KUNIT_EXPECT_EQ(test, 2, t->unit.calls);

	t->unit.calls = 0;
	add_others(t, 1);
	KUNIT_EXPECT_EQ(test, 0, intel_nested_batch_answer(&t->batch));
	KUNIT_EXPECT_EQ(test, 2, t->unit.calls);

	t->unit.calls = 0;
	t->unit.sid[0] = SID;
	add_two_devices(t);
	KUNIT_EXPECT_EQ(test, 0, intel_nested_batch_submit(&t->batch, 0));
	KUNIT_EXPECT_EQ(test, 2, t->unit.calls);
}

/* Without time left it is as many tries as there have to be, and no more */
static void batch_tries(struct kunit *test)
{
	static const u16 sids[] = { OTHER_SID, 0 };
	struct batch_test *t = test->priv;
	int i, k;

	t->unit.fails = UINT_MAX;
	t->batch.timeout = 0;
	for (k = 0; k < ARRAY_SIZE(sids); k++) {
		for (i = 0; i < TRIES_MAX; i++)
			t->unit.sid[i] = sids[k];
		t->unit.calls = 0;
		add_two_devices(t);
		KUNIT_EXPECT_EQ(test, -EIO,
				intel_nested_batch_submit(&t->batch, 0));
		KUNIT_EXPECT_EQ(test, 8, t->unit.calls);
		KUNIT_EXPECT_EQ(test, 0, t->batch.silent_sid);
	}

	t->unit.calls = 0;
	add_others(t, 1);
	KUNIT_EXPECT_EQ(test, -EIO, intel_nested_batch_answer(&t->batch));
	KUNIT_EXPECT_EQ(test, 8, t->unit.calls);
}

/* An error of another kind is not blamed on who was silent before */
static void batch_other_error(struct kunit *test)
{
	struct batch_test *t = test->priv;

	t->unit.sid[0] = SID;
	t->unit.fails = 1;
	t->unit.err = -EINVAL;
	add_two_devices(t);
	KUNIT_EXPECT_EQ(test, -EIO, intel_nested_batch_submit(&t->batch, 0));
	KUNIT_EXPECT_EQ(test, 2, t->unit.calls);
	KUNIT_EXPECT_EQ(test, 0, t->batch.silent_sid);
}

/* Who was silent when a full batch was submitted is still known at the end */
static void batch_silent_first(struct kunit *test)
{
	struct batch_test *t = test->priv;
	unsigned int i;

	t->unit.sid[0] = SID_2;
	t->unit.sid[1] = SID_2;
	t->unit.fails = 2;
	add_two_devices(t);
	for (i = 0; i < NESTED_BATCH_MAX; i++)
		intel_nested_batch_dev_tlb(&t->batch, &t->info, i,
					   &intel_nested_all);
	KUNIT_EXPECT_EQ(test, -EIO, intel_nested_batch_submit(&t->batch, 0));
	KUNIT_EXPECT_EQ(test, 2, t->unit.calls);
	KUNIT_EXPECT_EQ(test, SID_2, t->batch.silent_sid);
}

/* What was aborted is submitted again as it was, before anything that follows it */
static void batch_long(struct kunit *test)
{
	static const u32 n[] = { 40, 40, 40, 40, 20 };
	static const u32 pasid[] = { 1, 1, 1, 41, 81 };
	struct batch_test *t = test->priv;
	unsigned int i;

	BUILD_BUG_ON(NESTED_BATCH_MAX != 40);
	t->unit.sid[0] = OTHER_SID;
	t->unit.sid[1] = SID;
	t->unit.fails = 2;
	for (i = 1; i <= 100; i++)
		intel_nested_batch_dev_tlb(&t->batch, &t->info, i,
					   &intel_nested_all);
	KUNIT_EXPECT_EQ(test, 0, intel_nested_batch_submit(&t->batch, 0));
	KUNIT_ASSERT_EQ(test, (unsigned int)ARRAY_SIZE(n), t->unit.calls);
	for (i = 0; i < ARRAY_SIZE(n); i++) {
		KUNIT_EXPECT_EQ(test, n[i], t->unit.n[i]);
		KUNIT_EXPECT_EQ(test, pasid[i],
				(u32)(t->unit.first[i] >> 32 & 0xfffff));
	}
}

/* 6.5.2.5: SID 47:32; 6.5.2.6: SID 31:16 */
static void waits_for(struct kunit *test)
{
	struct qi_desc desc[] = {
		{ .qw0 = 0x0000123400000006 },
		{ .qw0 = 0x0000000012340007 },
		{ .qw0 = 0x1230abcd001f4003 },
		{ .qw0 = 0x123fffff567841f8 },
	};

	KUNIT_EXPECT_TRUE(test, intel_nested_waits_for(desc, 4, 0xabcd));
	KUNIT_EXPECT_TRUE(test, intel_nested_waits_for(desc, 4, 0x5678));
	KUNIT_EXPECT_FALSE(test, intel_nested_waits_for(desc, 3, 0x5678));
	KUNIT_EXPECT_FALSE(test, intel_nested_waits_for(desc, 4, 0x1234));
	KUNIT_EXPECT_FALSE(test, intel_nested_waits_for(desc, 4, 0x001f));
	KUNIT_EXPECT_FALSE(test, intel_nested_waits_for(desc, 4, 0xffff));
	KUNIT_EXPECT_FALSE(test, intel_nested_waits_for(desc, 0, 0xabcd));
}

static struct kunit_case batch_cases[] = {
	KUNIT_CASE(batch_cut),
	KUNIT_CASE(batch_option),
	KUNIT_CASE_PARAM(batch_retry, retry_gen_params),
	KUNIT_CASE(batch_patience),
	KUNIT_CASE(batch_slow_unit),
	KUNIT_CASE(batch_tries),
	KUNIT_CASE(batch_other_error),
	KUNIT_CASE(batch_silent_first),
	KUNIT_CASE(batch_long),
	KUNIT_CASE(waits_for),
	{}
};

static struct kunit_suite batch_suite = {
	.name = "intel_iommu_nested_batch",
	.init = batch_test_init,
	.test_cases = batch_cases,
};

kunit_test_suite(batch_suite);
