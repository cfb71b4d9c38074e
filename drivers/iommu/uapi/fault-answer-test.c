// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of fault queues: what they hold, and who answers in the place of user
 * space
 */
#include <linux/device.h>
#include <linux/jiffies.h>

#include "fault-test.h"

static void fault_full(struct kunit *test)
{
	struct fault_ctx *ctx = test->priv;
	u32 i;

	for (i = 0; i < ENTRIES; i++) {
		KUNIT_EXPECT_EQ(test, 0, fault_ask(ctx, P, i));
		KUNIT_EXPECT_EQ(test, 0, fault_respond(ctx, P, i));
	}
	KUNIT_EXPECT_EQ(test, -ENOSPC, fault_ask(ctx, P, 10));
	iommu_nesting_report_blocked(ctx->faults, 1);
	fault_expect_request(test, P, 0);

	/* There has to be room for the marker and the record */
	KUNIT_EXPECT_EQ(test, -ENOSPC, fault_ask(ctx, P, 11));
	fault_expect_request(test, P, 1);
	KUNIT_EXPECT_EQ(test, 0, fault_ask(ctx, P, 12));
	fault_expect_request(test, P, 2);
	fault_expect_request(test, P, 3);
	fault_expect_lost(test, 3, 3, 2, IOMMU_FAULT_LOST_BLOCKED);
	fault_expect_request(test, P, 12);
	fault_expect_nothing(test);
}

static void fault_groups_bounded(struct kunit *test)
{
	struct fault_ctx *ctx = test->priv;
	u32 i;

	for (i = 0; i < ENTRIES; i++) {
		KUNIT_EXPECT_EQ(test, 0, fault_ask(ctx, P, i));
		fault_expect_request(test, P, i);
	}
	KUNIT_EXPECT_EQ(test, -ENOSPC, fault_ask(ctx, P, ENTRIES));
	fault_expect_lost(test, 1, 1, 1, 0);
	fault_expect_nothing(test);
	KUNIT_EXPECT_EQ(test, 0, fault_respond(ctx, P, 2));
	KUNIT_EXPECT_EQ(test, 0, fault_ask(ctx, P, ENTRIES));
	fault_expect_request(test, P, ENTRIES);
	KUNIT_EXPECT_EQ(test, 1U, ctx->n);
}

static void fault_overflow(struct kunit *test)
{
	struct fault_ctx *ctx = test->priv;

	iommu_nesting_report_overflow(ctx->faults);
	KUNIT_EXPECT_EQ(test, 0, fault_ask(ctx, P, 1));
	fault_expect_lost(test, 0, 0, 0, IOMMU_FAULT_LOST_HARDWARE);
	fault_expect_request(test, P, 1);
	fault_expect_nothing(test);
}

/* The time of the group that came last is over */
static void time_out_last(struct fault_ctx *ctx)
{
	list_last_entry(&ctx->queue->waiting, struct fault_group,
			node)->deadline = jiffies - 1;
	kref_get(&ctx->faults->kref);
	nesting_faults_timeout(&ctx->faults->timeout.work);
}

/* Only what is due is answered, wherever it stands; the timer stays for the rest */
static void fault_timeout(struct kunit *test)
{
	struct fault_ctx *ctx = test->priv;

	KUNIT_EXPECT_EQ(test, 0, fault_ask(ctx, P, 1));
	KUNIT_EXPECT_EQ(test, 0, fault_ask(ctx, Q, 2));
	fault_take(ctx);
	fault_take(ctx);
	time_out_last(ctx);
	KUNIT_EXPECT_EQ(test, 1U, ctx->n);
	fault_expect_told(test, 0, Q, 2, IOMMU_PAGE_RESP_INVALID);
	fault_expect_answered(test, GUEST_Q, 2, IOMMU_FAULT_ANSWERED_TIMEOUT, 0);
	fault_expect_nothing(test);
	KUNIT_EXPECT_TRUE(test, delayed_work_pending(&ctx->faults->timeout));
	KUNIT_EXPECT_EQ(test, -ENOENT, fault_respond(ctx, GUEST_Q, 2));
	KUNIT_EXPECT_EQ(test, 0, fault_respond(ctx, P, 1));
}

/* A number that is free again is used again: the records are in order of lives */
static void fault_answered_in_order(struct kunit *test)
{
	struct fault_ctx *ctx = test->priv;

	ctx->again = 1;
	KUNIT_EXPECT_EQ(test, 0, fault_ask(ctx, P, 1));
	time_out_last(ctx);
	KUNIT_EXPECT_EQ(test, 1U, ctx->n);
	fault_expect_request(test, P, 1);
	fault_expect_answered(test, P, 1, IOMMU_FAULT_ANSWERED_TIMEOUT, 0);
	fault_expect_request(test, P, 1);
	fault_expect_nothing(test);
	KUNIT_EXPECT_EQ(test, 0, fault_respond(ctx, P, 1));
}

/* A device that asks as fast as it is answered keeps nobody */
static void fault_reset_ends(struct kunit *test)
{
	struct fault_ctx *ctx = test->priv;

	ctx->again = 1000;
	KUNIT_EXPECT_EQ(test, 0, fault_ask(ctx, P, 1));
	iommu_nesting_device_reset(ctx->dev, false);
	iommu_nesting_device_reset(ctx->dev, true);
	KUNIT_EXPECT_EQ(test, 1U, ctx->n);
	ctx->again = 0;
}

/* The earliest deadline counts, and the timer has one reference */
static void fault_timer(struct kunit *test)
{
	struct fault_ctx *ctx = test->priv;
	unsigned int refs = kref_read(&ctx->faults->kref);
	unsigned long now = jiffies;

	raw_spin_lock_irq(&ctx->faults->lock);
	nesting_faults_arm(ctx->faults, now + 1000 * HZ);
	KUNIT_EXPECT_EQ(test, ctx->faults->timeout_at, now + 1000 * HZ);
	nesting_faults_arm(ctx->faults, now + 500 * HZ);
	KUNIT_EXPECT_EQ(test, ctx->faults->timeout_at, now + 500 * HZ);
	nesting_faults_arm(ctx->faults, now + 700 * HZ);
	KUNIT_EXPECT_EQ(test, ctx->faults->timeout_at, now + 500 * HZ);
	raw_spin_unlock_irq(&ctx->faults->lock);
	KUNIT_EXPECT_EQ(test, refs + 1, kref_read(&ctx->faults->kref));
	iommu_nesting_faults_stop(ctx->faults);
	KUNIT_EXPECT_EQ(test, refs, kref_read(&ctx->faults->kref));
}

static void fault_refuse(struct kunit *test)
{
	struct fault_ctx *ctx = test->priv;

	KUNIT_EXPECT_EQ(test, 0, fault_ask(ctx, P, 1));
	KUNIT_EXPECT_EQ(test, 0, fault_ask(ctx, Q, 1));
	fault_take(ctx);
	fault_take(ctx);
	KUNIT_EXPECT_EQ(test, 0, iommu_nesting_faults_refuse(ctx->faults, Q));
	fault_expect_answered(test, GUEST_Q, 1, IOMMU_FAULT_ANSWERED_UNBOUND, 0);
	fault_expect_nothing(test);
	KUNIT_EXPECT_EQ(test, -ENOENT, fault_ask(ctx, Q, 2));
	KUNIT_EXPECT_EQ(test, 0, iommu_nesting_faults_answer(ctx->faults, P));
	fault_expect_answered(test, P, 1, IOMMU_FAULT_ANSWERED_UNBOUND, 0);
	KUNIT_EXPECT_EQ(test, 0, fault_ask(ctx, P, 2));
	KUNIT_EXPECT_EQ(test, 2U, ctx->n);
}

static void fault_stop(struct kunit *test)
{
	struct fault_ctx *ctx = test->priv;
	struct iommu_nesting_faults *found;

	found = nesting_faults_find(ctx->dev);
	KUNIT_EXPECT_PTR_EQ(test, found, ctx->faults);
	iommu_nesting_faults_put(found);
	KUNIT_EXPECT_EQ(test, -EBUSY,
			nesting_faults_set_queue(ctx->faults, ctx->queue));
	KUNIT_EXPECT_EQ(test, 0, fault_ask(ctx, P, 1));
	iommu_nesting_faults_stop(ctx->faults);
	fault_expect_told(test, 0, P, 1, IOMMU_PAGE_RESP_INVALID);
	fault_expect_request(test, P, 1);
	fault_expect_answered(test, P, 1, IOMMU_FAULT_ANSWERED_UNBOUND, 0);
	KUNIT_EXPECT_EQ(test, -ENOENT, fault_respond(ctx, P, 1));
	KUNIT_EXPECT_EQ(test, -ENOENT, fault_ask(ctx, P, 2));
	KUNIT_EXPECT_NULL(test, nesting_faults_find(ctx->dev));
	KUNIT_EXPECT_EQ(test, -ENODEV,
			nesting_faults_set_queue(ctx->faults, ctx->queue));
	KUNIT_EXPECT_EQ(test, 1U, ctx->n);
}

static void fault_reset(struct kunit *test)
{
	struct fault_ctx *ctx = test->priv;

	KUNIT_EXPECT_EQ(test, 0, fault_ask(ctx, Q, 1));
	fault_take(ctx);
	iommu_nesting_device_reset(ctx->dev, false);
	fault_expect_answered(test, GUEST_Q, 1, IOMMU_FAULT_ANSWERED_RESET, 0);
	KUNIT_EXPECT_EQ(test, -ENOENT, fault_respond(ctx, GUEST_Q, 1));
	KUNIT_EXPECT_EQ(test, -ENOENT, fault_ask(ctx, Q, 1));
	iommu_nesting_device_reset(ctx->dev, true);
	KUNIT_EXPECT_EQ(test, 1U, ctx->drained);
	fault_expect_nothing(test);
	KUNIT_EXPECT_EQ(test, 0, fault_ask(ctx, Q, 1));
	KUNIT_EXPECT_EQ(test, 0, fault_respond(ctx, GUEST_Q, 1));
	KUNIT_EXPECT_EQ(test, 2U, ctx->n);
}

/* A queue that closes leaves nobody waiting, and nothing comes in any more */
static void fault_close(struct kunit *test)
{
	struct fault_ctx *ctx = test->priv;

	KUNIT_EXPECT_EQ(test, 0, fault_ask(ctx, P, 1));
	nesting_faults_clear_queue(ctx->faults, ctx->queue);
	fault_expect_told(test, 0, P, 1, IOMMU_PAGE_RESP_INVALID);
	KUNIT_EXPECT_EQ(test, -ENOENT, fault_ask(ctx, P, 2));
	KUNIT_EXPECT_EQ(test, -ENOENT, fault_respond(ctx, P, 1));
	KUNIT_EXPECT_EQ(test, 1U, ctx->n);
}

/*
 * What the IOMMU did not take is told as that, and is not tried again, nor are those
 * behind it
 */
static void fault_respond_fails(struct kunit *test)
{
	struct fault_ctx *ctx = test->priv;

	ctx->fail = -EIO;
	KUNIT_EXPECT_EQ(test, 0, fault_ask(ctx, P, 1));
	KUNIT_EXPECT_EQ(test, 0, fault_ask(ctx, P, 2));
	fault_take(ctx);
	fault_take(ctx);
	KUNIT_EXPECT_EQ(test, -EIO, fault_respond(ctx, P, 1));
	KUNIT_EXPECT_EQ(test, -ENOENT, fault_respond(ctx, P, 1));
	KUNIT_EXPECT_EQ(test, 0, fault_ask(ctx, P, 3));
	fault_take(ctx);
	KUNIT_EXPECT_EQ(test, -EIO,
			iommu_nesting_faults_answer(ctx->faults, P));
	fault_expect_answered(test, P, 2, IOMMU_FAULT_ANSWERED_UNBOUND, 0);
	fault_expect_answered(test, P, 3, IOMMU_FAULT_ANSWERED_UNBOUND, 0);
	fault_expect_answered(test, P, 2, IOMMU_FAULT_ANSWERED_UNBOUND,
			      IOMMU_FAULT_ANSWERED_FAILED);
	fault_expect_answered(test, P, 3, IOMMU_FAULT_ANSWERED_UNBOUND,
			      IOMMU_FAULT_ANSWERED_FAILED);
	KUNIT_EXPECT_EQ(test, 2U, ctx->n);
}

static void take_all(struct fault_ctx *ctx)
{
	while (fault_take(ctx).type)
		;
}

static void expect_blocked(struct kunit *test, unsigned int times)
{
	struct fault_ctx *ctx = test->priv;

	flush_work(&ctx->faults->failed);
	KUNIT_EXPECT_EQ(test, times, ctx->blocked);
}

/*
 * Where no caller learns that the IOMMU did not take the host's answer, the driver
 * blocks the device; a device that leaves is left alone
 */
static void fault_failure_blocks(struct kunit *test)
{
	struct fault_ctx *ctx = test->priv;

	ctx->fail = -EIO;
	KUNIT_EXPECT_EQ(test, 0, fault_ask(ctx, P, 1));
	KUNIT_EXPECT_EQ(test, -EIO, fault_respond(ctx, P, 1));
	KUNIT_EXPECT_EQ(test, 0, fault_ask(ctx, P, 2));
	KUNIT_EXPECT_EQ(test, -EIO,
			iommu_nesting_faults_answer(ctx->faults, P));
	expect_blocked(test, 0);
	take_all(ctx);

	KUNIT_EXPECT_EQ(test, 0, fault_ask(ctx, P, 3));
	time_out_last(ctx);
	expect_blocked(test, 1);
	take_all(ctx);

	KUNIT_EXPECT_EQ(test, 0, fault_ask(ctx, P, 4));
	iommu_nesting_device_reset(ctx->dev, true);
	expect_blocked(test, 2);
	take_all(ctx);

	KUNIT_EXPECT_EQ(test, 0, fault_ask(ctx, P, 5));
	nesting_faults_clear_queue(ctx->faults, ctx->queue);
	expect_blocked(test, 3);

	iommu_nesting_faults_leave(ctx->faults);
	iommu_nesting_faults_failed(ctx->faults);
	expect_blocked(test, 3);
}

static struct kunit_case answer_cases[] = {
	KUNIT_CASE(fault_full),
	KUNIT_CASE(fault_groups_bounded),
	KUNIT_CASE(fault_overflow),
	KUNIT_CASE(fault_timeout),
	KUNIT_CASE(fault_answered_in_order),
	KUNIT_CASE(fault_reset_ends),
	KUNIT_CASE(fault_timer),
	KUNIT_CASE(fault_refuse),
	KUNIT_CASE(fault_stop),
	KUNIT_CASE(fault_reset),
	KUNIT_CASE(fault_close),
	KUNIT_CASE(fault_respond_fails),
	KUNIT_CASE(fault_failure_blocks),
	{}
};

static struct kunit_suite answer_suite = {
	.name = "iommu_nesting_answer",
	.init = fault_test_init,
	.exit = fault_test_exit,
	.test_cases = answer_cases,
};

kunit_test_suite(answer_suite);
