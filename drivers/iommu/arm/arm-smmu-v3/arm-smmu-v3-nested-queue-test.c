// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of how long nesting waits for the command queue, and of what it does
 * again
 */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/string.h>

#include "arm-smmu-v3-nested-fake.h"

/* 4.5.1, 4.7.1: opcode 7:0, StreamID 63:32 */
#define ATC_INV(sid)	((u64)(sid) << 32 | 0x40)
#define TLBI_ALL	0x0000beef00000010ULL

#define SHORT		(HZ / 5)
#define LONG		(30 * HZ)

/* The error handler counts before the CMD_SYNC behind it is complete */
static void fake_take(struct fake_smmu *fake, const u64 *cmd)
{
	u32 sid = cmd[0] >> 32;

	if (fake->n < FAKE_CMDS)
		memcpy(fake->cmds[fake->n], cmd, sizeof(fake->cmds[0]));
	fake->n++;
	if ((cmd[0] & 0xff) == 0x40 && sid < FAKE_SIDS &&
	    test_bit(sid, fake->silent))
		arm_smmu_nested_note_cerror(&fake->smmu,
					    CMDQ_ERR_CERROR_ATC_INV_IDX);
}

static void fake_others(struct fake_smmu *fake)
{
	if (fake->refused) {
		fake->refused--;
		arm_smmu_nested_note_cerror(&fake->smmu,
					    CMDQ_ERR_CERROR_ILL_IDX);
	}
	if (fake->others_silent) {
		fake->others_silent--;
		arm_smmu_nested_note_cerror(&fake->smmu,
					    CMDQ_ERR_CERROR_ATC_INV_IDX);
	}
}

static int fake_sync(struct arm_smmu_device *smmu, u64 *cmds, int n)
{
	struct fake_smmu *fake = container_of(smmu, struct fake_smmu, smmu);
	bool late;
	int i;

	if (fake->calls < FAKE_CALLS)
		fake->issued[fake->calls] = n;
	fake->calls++;
	for (i = 0; i < n; i++)
		fake_take(fake, cmds + i * CMDQ_ENT_DWORDS);
	if (n)
		fake_others(fake);
	if (fake->takes)
		msleep(fake->takes);

	late = time_before(jiffies, fake->until);
	if (!late || fake->moves)
		fake->cons++;
	return late ? -ETIMEDOUT : 0;
}

/**
 * arm_smmu_nested_fake_init - Make an SMMU that does all that it is told
 * @fake: zeroed
 */
void arm_smmu_nested_fake_init(struct fake_smmu *fake)
{
	struct arm_smmu_device *smmu = &fake->smmu;

	arm_smmu_nested_init(smmu);
	smmu->nested_sync = fake_sync;
	smmu->cmdq.q.cons_reg = (u32 __force __iomem *)&fake->cons;
	fake->until = jiffies;
}

/**
 * arm_smmu_nested_fake_forget - Note what comes from now on
 * @fake: the SMMU
 */
void arm_smmu_nested_fake_forget(struct fake_smmu *fake)
{
	fake->calls = 0;
	fake->n = 0;
}

static int queue_test_init(struct kunit *test)
{
	struct fake_smmu *fake = kunit_kzalloc(test, sizeof(*fake), GFP_KERNEL);

	if (!fake)
		return -ENOMEM;

	arm_smmu_nested_fake_init(fake);
	test->priv = fake;
	return 0;
}

static void be_late(struct fake_smmu *fake, unsigned long how_long)
{
	fake->until = jiffies + how_long;
	fake->takes = 1;
}

/* One command without a device. How long it took, in jiffies. */
static unsigned long issue_within(struct kunit *test, unsigned long timeout,
				  int want)
{
	struct fake_smmu *fake = test->priv;
	u64 cmd[CMDQ_ENT_DWORDS] = { TLBI_ALL };
	unsigned long start = jiffies;

	arm_smmu_nested_fake_forget(fake);
	KUNIT_EXPECT_EQ(test, want,
			arm_smmu_nested_issue_within(&fake->smmu, cmd, 1,
						     timeout));
	return jiffies - start;
}

/* Nobody fails before ten seconds, nor who blocks before a hundred */
static void queue_times(struct kunit *test)
{
	struct fake_smmu *fake = test->priv;

	KUNIT_EXPECT_EQ(test, 10 * HZ, fake->smmu.nested_timeout);
	KUNIT_EXPECT_EQ(test, 100 * HZ, fake->smmu.nested_block_timeout);
}

/* Any number of commands, in their order, and none behind those that failed */
static void queue_chunks(struct kunit *test)
{
	struct fake_smmu *fake = test->priv;
	unsigned int i, n = 2 * CMDQ_BATCH_ENTRIES + 1;
	u64 *cmds = kunit_kcalloc(test, n, CMDQ_ENT_DWORDS * sizeof(u64),
				  GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, cmds);
	for (i = 0; i < n; i++)
		cmds[i * CMDQ_ENT_DWORDS] = TLBI_ALL | (u64)i << 48;
	KUNIT_EXPECT_EQ(test, 0, arm_smmu_nested_issue(&fake->smmu, cmds, 0));
	KUNIT_EXPECT_EQ(test, 0U, fake->calls);
	KUNIT_EXPECT_EQ(test, 0, arm_smmu_nested_issue(&fake->smmu, cmds, n));
	KUNIT_EXPECT_EQ(test, 3U, fake->calls);
	KUNIT_EXPECT_EQ(test, 1U, fake->issued[2]);
	KUNIT_ASSERT_EQ(test, n, fake->n);
	for (i = 0; i < n; i++)
		KUNIT_EXPECT_EQ(test, fake->cmds[i][0],
				TLBI_ALL | (u64)i << 48);

	arm_smmu_nested_fake_forget(fake);
	fake->smmu.nested_timeout = SHORT;
	be_late(fake, LONG);
	KUNIT_EXPECT_EQ(test, -EIO,
			arm_smmu_nested_issue(&fake->smmu, cmds, n));
	KUNIT_EXPECT_EQ(test, (unsigned int)CMDQ_BATCH_ENTRIES, fake->n);
}

/* What completes before its time is over has not failed, and is issued once */
static void queue_late(struct kunit *test)
{
	struct fake_smmu *fake = test->priv;
	unsigned long start = jiffies;

	be_late(fake, SHORT);
	issue_within(test, LONG, 0);
	KUNIT_EXPECT_GE(test, jiffies - start, SHORT);
	KUNIT_EXPECT_EQ(test, 1U, fake->n);
	KUNIT_EXPECT_EQ(test, 0UL, fake->smmu.nested_stuck);
}

/* A queue that moves is given its time whenever it is asked */
static void queue_moves(struct kunit *test)
{
	struct fake_smmu *fake = test->priv;
	int i;

	fake->moves = true;
	be_late(fake, LONG);
	for (i = 0; i < 2; i++) {
		KUNIT_EXPECT_GE(test, issue_within(test, SHORT, -EIO), SHORT);
		KUNIT_EXPECT_EQ(test, 0UL, fake->smmu.nested_stuck);
	}
}

/* One that has stood still for so long is not, until it moves; for longer it is */
static void queue_stands(struct kunit *test)
{
	struct fake_smmu *fake = test->priv;

	be_late(fake, LONG);
	KUNIT_EXPECT_GE(test, issue_within(test, SHORT, -EIO), SHORT);
	KUNIT_EXPECT_EQ(test, (unsigned long)SHORT, fake->smmu.nested_stuck);
	issue_within(test, SHORT, -EIO);
	KUNIT_EXPECT_EQ(test, 1U, fake->calls);
	KUNIT_EXPECT_GE(test, issue_within(test, 2 * SHORT, -EIO), 2 * SHORT);
	KUNIT_EXPECT_EQ(test, 2UL * SHORT, fake->smmu.nested_stuck);
	issue_within(test, SHORT, -EIO);
	KUNIT_EXPECT_EQ(test, 1U, fake->calls);
	KUNIT_EXPECT_EQ(test, 2UL * SHORT, fake->smmu.nested_stuck);
	issue_within(test, 2 * SHORT, -EIO);
	KUNIT_EXPECT_EQ(test, 1U, fake->calls);

	fake->moves = true;
	KUNIT_EXPECT_GE(test, issue_within(test, SHORT, -EIO), SHORT);
	KUNIT_EXPECT_EQ(test, 0UL, fake->smmu.nested_stuck);
	fake->moves = false;
	KUNIT_EXPECT_GE(test, issue_within(test, SHORT, -EIO), SHORT);
	fake->until = jiffies;
	issue_within(test, SHORT, 0);
	KUNIT_EXPECT_EQ(test, 0UL, fake->smmu.nested_stuck);
}

/* A refusal may be another's: it is tried again, for so long, or told */
static void queue_refused(struct kunit *test)
{
	struct fake_smmu *fake = test->priv;
	u64 cmd[CMDQ_ENT_DWORDS] = { TLBI_ALL };

	fake->refused = 3;
	issue_within(test, LONG, 0);
	KUNIT_EXPECT_EQ(test, 4U, fake->n);
	fake->refused = UINT_MAX;
	KUNIT_EXPECT_GE(test, issue_within(test, SHORT, -EIO), SHORT);

	arm_smmu_nested_fake_forget(fake);
	KUNIT_EXPECT_EQ(test, -EAGAIN,
			arm_smmu_nested_issue_once(&fake->smmu, cmd, 1));
	KUNIT_EXPECT_EQ(test, 1U, fake->n);
}

/* Who does not answer ATC_INV is nobody's business who has sent none */
static void queue_silent(struct kunit *test)
{
	struct fake_smmu *fake = test->priv;
	u64 cmd[CMDQ_ENT_DWORDS] = { ATC_INV(5) };

	fake->others_silent = UINT_MAX;
	issue_within(test, LONG, 0);
	KUNIT_EXPECT_EQ(test, 1U, fake->n);
	KUNIT_EXPECT_EQ(test, -EAGAIN,
			arm_smmu_nested_issue_atc(&fake->smmu, cmd, 1));

	/* Each time behind what stands in front */
	arm_smmu_nested_fake_forget(fake);
	fake->others_silent = 3;
	KUNIT_EXPECT_EQ(test, 0,
			arm_smmu_nested_issue_atc_alone(&fake->smmu, cmd));
	KUNIT_EXPECT_EQ(test, 4U, fake->n);
	KUNIT_EXPECT_EQ(test, 8U, fake->calls);
	KUNIT_EXPECT_EQ(test, 0U, fake->issued[0]);

	fake->smmu.nested_timeout = SHORT;
	set_bit(5, fake->silent);
	KUNIT_EXPECT_EQ(test, -EIO,
			arm_smmu_nested_issue_atc_alone(&fake->smmu, cmd));
	set_bit(6, fake->silent);
	clear_bit(5, fake->silent);
	KUNIT_EXPECT_EQ(test, 0,
			arm_smmu_nested_issue_atc_alone(&fake->smmu, cmd));
}

static struct kunit_case queue_cases[] = {
	KUNIT_CASE(queue_times),
	KUNIT_CASE(queue_chunks),
	KUNIT_CASE(queue_late),
	KUNIT_CASE(queue_moves),
	KUNIT_CASE(queue_stands),
	KUNIT_CASE(queue_refused),
	KUNIT_CASE(queue_silent),
	{}
};

static struct kunit_suite queue_suite = {
	.name = "arm_smmu_nested_queue",
	.init = queue_test_init,
	.test_cases = queue_cases,
};

kunit_test_suite(queue_suite);
