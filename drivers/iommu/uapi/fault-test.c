// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of fault queues: order, numbers, groups, and answers, once each
 *
 * A driver that only notes what it is to answer takes the place of an IOMMU's.
 */
#include <linux/device.h>
#include <linux/err.h>

#include "fault-test.h"

static int note_answer(struct device *dev,
		       const struct iommu_fault_page_request *req, u32 code)
{
	struct fault_ctx *ctx = dev_get_drvdata(dev);
	struct answer *answer = &ctx->answers[ctx->n++ % ANSWERS];

	answer->pasid = req->pasid;
	answer->grpid = req->grpid;
	answer->code = code;
	if (ctx->again) {
		ctx->again--;
		fault_ask(ctx, req->pasid, req->grpid);
	}

	return ctx->fail;
}

static void note_drain(struct device *dev)
{
	struct fault_ctx *ctx = dev_get_drvdata(dev);

	ctx->drained++;
}

static void note_block(struct device *dev)
{
	struct fault_ctx *ctx = dev_get_drvdata(dev);

	ctx->blocked++;
}

static const struct iommu_nesting_fault_ops note_ops = {
	.respond = note_answer,
	.drain = note_drain,
	.block = note_block,
};

/**
 * fault_test_init - Make a device with a queue that takes requests of two PASIDs
 * @test: the test, whose context it becomes
 *
 * Return: 0, or the test has failed
 */
int fault_test_init(struct kunit *test)
{
	struct fault_ctx *ctx = kunit_kzalloc(test, sizeof(*ctx), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, ctx);
	ctx->dev = root_device_register("iommu-nesting-fault-test");
	KUNIT_ASSERT_FALSE(test, IS_ERR(ctx->dev));
	dev_set_drvdata(ctx->dev, ctx);
	ctx->faults = iommu_nesting_faults_alloc(ctx->dev, &note_ops);
	KUNIT_ASSERT_NOT_NULL(test, ctx->faults);
	ctx->queue = fault_queue_alloc(ctx->faults, ENTRIES);
	KUNIT_ASSERT_NOT_NULL(test, ctx->queue);
	KUNIT_ASSERT_EQ(test, 0,
			nesting_faults_set_queue(ctx->faults, ctx->queue));
	KUNIT_ASSERT_EQ(test, 0,
			iommu_nesting_faults_accept(ctx->faults, P, P));
	KUNIT_ASSERT_EQ(test, 0,
			iommu_nesting_faults_accept(ctx->faults, Q, GUEST_Q));
	test->priv = ctx;
	return 0;
}

/**
 * fault_test_exit - Take it away again
 * @test: the test
 */
void fault_test_exit(struct kunit *test)
{
	struct fault_ctx *ctx = test->priv;

	if (!ctx)
		return;

	iommu_nesting_faults_leave(ctx->faults);
	if (!ctx->faults->stopped)
		iommu_nesting_faults_stop(ctx->faults);
	nesting_faults_clear_queue(ctx->faults, ctx->queue);
	synchronize_rcu();
	fault_queue_free(ctx->queue);
	iommu_nesting_faults_put(ctx->faults);
	root_device_unregister(ctx->dev);
}

/**
 * fault_ask_flags - Report a page request
 * @ctx: of the device
 * @pasid: that the device uses
 * @grpid: its group
 * @flags: IOMMU_FAULT_PAGE_*
 *
 * Return: what the driver is told
 */
int fault_ask_flags(struct fault_ctx *ctx, u32 pasid, u32 grpid, u32 flags)
{
	const struct iommu_fault_page_request req = {
		.flags = flags, .pasid = pasid, .grpid = grpid,
	};

	return iommu_nesting_report_request(ctx->faults, &req);
}

/**
 * fault_ask - Report a group of one page request
 * @ctx: of the device
 * @pasid: that the device uses
 * @grpid: the group
 *
 * Return: what the driver is told
 */
int fault_ask(struct fault_ctx *ctx, u32 pasid, u32 grpid)
{
	return fault_ask_flags(ctx, pasid, grpid,
			       IOMMU_FAULT_PAGE_REQUEST_PASID_VALID |
			 IOMMU_FAULT_PAGE_RESPONSE_NEEDS_PASID |
			 IOMMU_FAULT_PAGE_REQUEST_LAST_PAGE);
}

/**
 * fault_respond_flags - Answer as user space does
 * @ctx: of the device
 * @pasid: by which user space knows it
 * @grpid: the group
 * @flags: IOMMU_PAGE_RESP_*
 *
 * Return: what user space is told
 */
int fault_respond_flags(struct fault_ctx *ctx, u32 pasid, u32 grpid, u32 flags)
{
	const struct iommu_page_response resp = {
		.flags = flags, .pasid = pasid, .grpid = grpid,
		.code = IOMMU_PAGE_RESP_SUCCESS,
	};

	return nesting_faults_respond(ctx->faults, &resp);
}

/**
 * fault_respond - Answer a group that has a PASID as user space does
 * @ctx: of the device
 * @pasid: by which user space knows it
 * @grpid: the group
 *
 * Return: what user space is told
 */
int fault_respond(struct fault_ctx *ctx, u32 pasid, u32 grpid)
{
	return fault_respond_flags(ctx, pasid, grpid, IOMMU_PAGE_RESP_PASID_VALID);
}

/**
 * fault_take - Take the oldest record
 * @ctx: of the device
 *
 * Return: the record, whose type is 0 when there is none
 */
struct iommu_fault fault_take(struct fault_ctx *ctx)
{
	struct iommu_fault record = {};

	raw_spin_lock_irq(&ctx->faults->lock);
	if (fault_queue_peek(ctx->queue, &record, 1))
		kfifo_skip(&ctx->queue->records);
	raw_spin_unlock_irq(&ctx->faults->lock);

	return record;
}

/**
 * fault_expect_request - Hold the oldest record against a page request
 * @test: the test
 * @pasid: by which user space knows it
 * @grpid: its group
 */
void fault_expect_request(struct kunit *test, u32 pasid, u32 grpid)
{
	struct iommu_fault record = fault_take(test->priv);

	KUNIT_EXPECT_EQ(test, record.type, (u32)IOMMU_FAULT_PAGE_REQ);
	KUNIT_EXPECT_EQ(test, record.prm.pasid, pasid);
	KUNIT_EXPECT_EQ(test, record.prm.grpid, grpid);
}

/**
 * fault_expect_lost - Hold the oldest record against a marker
 * @test: the test
 * @seq: records lost so far
 * @records: lost here
 * @answered: of these
 * @flags: IOMMU_FAULT_LOST_*
 */
void fault_expect_lost(struct kunit *test, u64 seq, u32 records, u32 answered,
		       u32 flags)
{
	struct iommu_fault record = fault_take(test->priv);
	const struct iommu_fault_lost *lost = (void *)&record;

	KUNIT_EXPECT_EQ(test, lost->type, (u32)IOMMU_FAULT_LOST);
	KUNIT_EXPECT_EQ(test, lost->seq, seq);
	KUNIT_EXPECT_EQ(test, lost->records, records);
	KUNIT_EXPECT_EQ(test, lost->answered, answered);
	KUNIT_EXPECT_EQ(test, lost->flags, flags);
}

/**
 * fault_expect_answered - Hold the oldest record against an answer of the host
 * @test: the test
 * @pasid: by which user space knows it
 * @grpid: the group
 * @reason: IOMMU_FAULT_ANSWERED_*
 * @flags: IOMMU_FAULT_ANSWERED_*, besides that the PASID is valid
 */
void fault_expect_answered(struct kunit *test, u32 pasid, u32 grpid,
			   u32 reason, u32 flags)
{
	struct iommu_fault record = fault_take(test->priv);
	const struct iommu_fault_answered *answered = (void *)&record;

	KUNIT_EXPECT_EQ(test, answered->type, (u32)IOMMU_FAULT_ANSWERED);
	KUNIT_EXPECT_EQ(test, answered->pasid, pasid);
	KUNIT_EXPECT_EQ(test, answered->grpid, grpid);
	KUNIT_EXPECT_EQ(test, answered->code, (u32)IOMMU_PAGE_RESP_INVALID);
	KUNIT_EXPECT_EQ(test, answered->reason, reason);
	KUNIT_EXPECT_EQ(test, answered->flags,
			flags | IOMMU_FAULT_ANSWERED_PASID_VALID);
}

/**
 * fault_expect_nothing - There is no record
 * @test: the test
 */
void fault_expect_nothing(struct kunit *test)
{
	struct iommu_fault record = fault_take(test->priv);

	KUNIT_EXPECT_EQ(test, record.type, 0U);
}

/**
 * fault_expect_told - The driver was told so
 * @test: the test
 * @n: how many calls ago, 0 for the last one
 * @pasid: that the device uses
 * @grpid: the group
 * @code: IOMMU_PAGE_RESP_*
 */
void fault_expect_told(struct kunit *test, unsigned int n, u32 pasid,
		       u32 grpid, u32 code)
{
	struct fault_ctx *ctx = test->priv;
	const struct answer *answer;

	KUNIT_ASSERT_LT(test, n, ctx->n);
	answer = &ctx->answers[(ctx->n - 1 - n) % ANSWERS];
	KUNIT_EXPECT_EQ(test, answer->pasid, pasid);
	KUNIT_EXPECT_EQ(test, answer->grpid, grpid);
	KUNIT_EXPECT_EQ(test, answer->code, code);
}

static void fault_order(struct kunit *test)
{
	struct fault_ctx *ctx = test->priv;
	u32 i;

	for (i = 0; i < ENTRIES; i++)
		KUNIT_EXPECT_EQ(test, 0, fault_ask(ctx, P, i));
	for (i = 0; i < ENTRIES; i++)
		fault_expect_request(test, P, i);
	for (i = ENTRIES; i--; ) {
		KUNIT_EXPECT_EQ(test, 0, fault_respond(ctx, P, i));
		fault_expect_told(test, 0, P, i, IOMMU_PAGE_RESP_SUCCESS);
		KUNIT_EXPECT_EQ(test, -ENOENT, fault_respond(ctx, P, i));
	}
	KUNIT_EXPECT_EQ(test, ENTRIES, ctx->n);
	fault_expect_nothing(test);
}

/* User space knows its number, the driver the device's */
static void fault_translation(struct kunit *test)
{
	struct fault_ctx *ctx = test->priv;

	KUNIT_EXPECT_EQ(test, 0, fault_ask(ctx, Q, 1));
	fault_expect_request(test, GUEST_Q, 1);
	KUNIT_EXPECT_EQ(test, -ENOENT, fault_respond(ctx, Q, 1));
	KUNIT_EXPECT_EQ(test, 0, fault_respond(ctx, GUEST_Q, 1));
	fault_expect_told(test, 0, Q, 1, IOMMU_PAGE_RESP_SUCCESS);
}

static void fault_event_translation(struct kunit *test)
{
	struct iommu_fault_unrecoverable event = {
		.flags = IOMMU_FAULT_UNRECOV_PASID_VALID, .pasid = Q,
	};
	struct fault_ctx *ctx = test->priv;

	iommu_nesting_report_event(ctx->faults, &event);
	KUNIT_EXPECT_EQ(test, fault_take(ctx).event.pasid, (u32)GUEST_Q);
	event.flags = 0;
	iommu_nesting_report_event(ctx->faults, &event);
	KUNIT_EXPECT_EQ(test, fault_take(ctx).event.pasid, (u32)Q);
}

static void fault_not_accepted(struct kunit *test)
{
	struct fault_ctx *ctx = test->priv;

	KUNIT_EXPECT_EQ(test, -ENOENT, fault_ask(ctx, 9, 1));
	KUNIT_EXPECT_EQ(test, -ENOENT,
			fault_ask_flags(ctx, 0, 1,
					IOMMU_FAULT_PAGE_REQUEST_LAST_PAGE));
	fault_expect_nothing(test);
	KUNIT_ASSERT_EQ(test, 0,
			iommu_nesting_faults_accept(ctx->faults,
						    IOMMU_NESTING_PASID_ANY,
						    0));
	KUNIT_EXPECT_EQ(test, 0, fault_ask(ctx, 9, 1));
	fault_expect_request(test, 9, 1);
	KUNIT_EXPECT_EQ(test, 0,
			iommu_nesting_faults_refuse(ctx->faults,
						    IOMMU_NESTING_PASID_ANY));
	fault_expect_told(test, 0, 9, 1, IOMMU_PAGE_RESP_INVALID);
	KUNIT_EXPECT_EQ(test, -ENOENT, fault_ask(ctx, 9, 1));
}

/* A request that has to be answered: the last of a group, and private data */
static void fault_groups(struct kunit *test)
{
	const u32 more = IOMMU_FAULT_PAGE_REQUEST_PASID_VALID |
			 IOMMU_FAULT_PAGE_RESPONSE_NEEDS_PASID;
	struct fault_ctx *ctx = test->priv;

	KUNIT_EXPECT_EQ(test, 0, fault_ask_flags(ctx, P, 1, more));
	KUNIT_EXPECT_EQ(test, -ENOENT, fault_respond(ctx, P, 1));
	KUNIT_EXPECT_EQ(test, 0, fault_ask(ctx, P, 1));
	KUNIT_EXPECT_EQ(test, 0, fault_respond(ctx, P, 1));
	KUNIT_EXPECT_EQ(test, -ENOENT, fault_respond(ctx, P, 1));
	KUNIT_EXPECT_EQ(test, 0,
			fault_ask_flags(ctx, P, 2,
					more | IOMMU_FAULT_PAGE_REQUEST_PRIV_DATA));
	KUNIT_EXPECT_EQ(test, 0, fault_respond(ctx, P, 2));
	KUNIT_EXPECT_EQ(test, 2U, ctx->n);
}

/* Whether a response has to have a PASID is the request's to say */
static void fault_response_pasid(struct kunit *test)
{
	struct fault_ctx *ctx = test->priv;

	KUNIT_EXPECT_EQ(test, 0, fault_ask(ctx, P, 1));
	KUNIT_EXPECT_EQ(test, -ENOENT, fault_respond_flags(ctx, P, 1, 0));
	KUNIT_EXPECT_EQ(test, 0, fault_respond(ctx, P, 1));
	KUNIT_EXPECT_EQ(test, 0,
			fault_ask_flags(ctx, P, 2,
					IOMMU_FAULT_PAGE_REQUEST_PASID_VALID |
				  IOMMU_FAULT_PAGE_REQUEST_LAST_PAGE));
	KUNIT_EXPECT_EQ(test, 0, fault_respond(ctx, Q, 2));
	KUNIT_EXPECT_EQ(test, -ENOENT, fault_respond_flags(ctx, P, 2, 0));
}

static struct kunit_case fault_cases[] = {
	KUNIT_CASE(fault_order),
	KUNIT_CASE(fault_translation),
	KUNIT_CASE(fault_event_translation),
	KUNIT_CASE(fault_not_accepted),
	KUNIT_CASE(fault_groups),
	KUNIT_CASE(fault_response_pasid),
	{}
};

static struct kunit_suite fault_suite = {
	.name = "iommu_nesting_fault",
	.init = fault_test_init,
	.exit = fault_test_exit,
	.test_cases = fault_cases,
};

kunit_test_suite(fault_suite);
