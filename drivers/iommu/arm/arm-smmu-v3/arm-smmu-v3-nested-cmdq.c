// SPDX-License-Identifier: GPL-2.0-only
/*
 * SMMUv3 nesting: commands whose failure does not go unnoticed
 *
 * The command queue is everybody's, and its commands are taken in order: those of
 * others stand in front, among them a CMD_SYNC behind an ATC_INV that a device does
 * not answer. Nobody fails because of that before smmu->nested_timeout, and nobody who
 * blocks a device before smmu->nested_block_timeout.
 *
 * A command that the SMMU refuses is dropped by the error handler, before the
 * CMD_SYNC behind it completes, and the waiter not told. Errors are counted for the
 * whole queue: another user's are told from one's own by trying again.
 */
#include <linux/bitfield.h>
#include <linux/delay.h>
#include <linux/iommu_nesting_fault.h>
#include <linux/sched.h>

#include "arm-smmu-v3-nested.h"

/* The pause between two tries, which gets longer, in ms */
#define NESTED_PAUSE_MIN	1
#define NESTED_PAUSE_MAX	1000

typedef int (*nested_issue_fn)(struct arm_smmu_device *smmu, u64 *cmds, int n,
			       unsigned long timeout);

/* Errors that commands like the one at @cmd can have had a part in */
static u32 nested_errors(struct arm_smmu_device *smmu, const u64 *cmd)
{
	u32 errors = atomic_read(&smmu->nested_cmd_errors);

	if (FIELD_GET(CMDQ_0_OP, cmd[0]) == CMDQ_OP_ATC_INV)
		errors += atomic_read(&smmu->nested_atc_errors);

	return errors;
}

/* Which command the SMMU is at */
static u32 nested_cons(struct arm_smmu_device *smmu)
{
	return readl(smmu->cmdq.q.cons_reg) & ~CMDQ_CONS_ERR;
}

static void nested_set_stuck(struct arm_smmu_device *smmu, unsigned long stuck)
{
	if (READ_ONCE(smmu->nested_stuck) != stuck)
		WRITE_ONCE(smmu->nested_stuck, stuck);
}

/*
 * After a time-out a CMD_SYNC of its own waits for the same commands. An SMMU that has
 * not moved for all of @timeout is given that much no more until it does.
 */
static int nested_issue_and_wait(struct arm_smmu_device *smmu, u64 *cmds, int n,
				 unsigned long timeout)
{
	unsigned long end = jiffies + timeout;
	u32 cons = nested_cons(smmu);
	int ret = smmu->nested_sync(smmu, cmds, n);
	bool moved = !ret || nested_cons(smmu) != cons;

	while (ret && time_before(jiffies, end) &&
	       (moved || READ_ONCE(smmu->nested_stuck) < timeout)) {
		cond_resched();
		ret = smmu->nested_sync(smmu, NULL, 0);
		moved |= !ret || nested_cons(smmu) != cons;
	}
	if (moved)
		nested_set_stuck(smmu, 0);
	else if (READ_ONCE(smmu->nested_stuck) < timeout)
		nested_set_stuck(smmu, timeout);

	return ret ? -EIO : 0;
}

static int nested_issue_once(struct arm_smmu_device *smmu, u64 *cmds, int n,
			     unsigned long timeout)
{
	u32 errors;
	int i, chunk, ret = 0;

	if (!n)
		return 0;
	if (iommu_nesting_fail_command())
		return -EIO;

	errors = nested_errors(smmu, cmds);
	for (i = 0; i < n && !ret; i += chunk) {
		chunk = min_t(int, n - i, CMDQ_BATCH_ENTRIES);
		ret = nested_issue_and_wait(smmu, cmds + i * CMDQ_ENT_DWORDS,
					    chunk, timeout);
	}

	/*
	 * The CMD_SYNC was seen to be complete by a relaxed load. Pairs with the
	 * writel() that tells the SMMU that an error, counted before, was handled.
	 */
	dma_rmb();

	return ret ?: errors == nested_errors(smmu, cmds) ? 0 : -EAGAIN;
}

/**
 * arm_smmu_nested_issue_once - Issue commands that must not be repeated
 * @smmu: the SMMU
 * @cmds: @n commands, all ATC_INV or none
 * @n: any number
 *
 * Context: may sleep.
 * Return: 0 when all of them are complete, -EIO when they are not, -EAGAIN when the
 * SMMU refused a command meanwhile, or, for ATC_INV, a device did not answer one:
 * one of these or another user's
 */
int arm_smmu_nested_issue_once(struct arm_smmu_device *smmu, u64 *cmds, int n)
{
	return nested_issue_once(smmu, cmds, n, smmu->nested_timeout);
}

static int nested_issue_repeatedly(struct arm_smmu_device *smmu, u64 *cmds,
				   int n, unsigned long timeout,
				   nested_issue_fn issue)
{
	unsigned long end = jiffies + timeout;
	unsigned int pause = NESTED_PAUSE_MIN;
	int ret;

	while ((ret = issue(smmu, cmds, n, timeout)) == -EAGAIN &&
	       time_before(jiffies, end)) {
		msleep(pause);
		pause = min(2 * pause, NESTED_PAUSE_MAX);
	}

	return ret ? -EIO : 0;
}

/**
 * arm_smmu_nested_issue_within - Issue commands and wait for a time of one's own
 * @smmu: the SMMU
 * @cmds: @n commands, none of them ATC_INV
 * @n: any number
 * @timeout: how long, in jiffies, and that again when the SMMU refuses a command
 *
 * Context: may sleep.
 * Return: 0 when all of them are complete, -EIO when they are not
 */
int arm_smmu_nested_issue_within(struct arm_smmu_device *smmu, u64 *cmds, int n,
				 unsigned long timeout)
{
	return nested_issue_repeatedly(smmu, cmds, n, timeout,
				       nested_issue_once);
}

/**
 * arm_smmu_nested_issue - Issue commands and wait until the SMMU is done
 * @smmu: the SMMU
 * @cmds: @n commands, none of them ATC_INV
 * @n: any number
 *
 * Context: may sleep.
 * Return: 0 when all of them are complete, -EIO when they are not
 */
int arm_smmu_nested_issue(struct arm_smmu_device *smmu, u64 *cmds, int n)
{
	return arm_smmu_nested_issue_within(smmu, cmds, n,
					    smmu->nested_timeout);
}

/**
 * arm_smmu_nested_issue_atc - Issue commands to devices
 * @smmu: the SMMU
 * @cmds: @n times ATC_INV
 * @n: any number
 *
 * Context: may sleep.
 * Return: 0 when all of them are complete; -EAGAIN when a device did not answer, one of
 * these or another, which arm_smmu_nested_issue_atc_alone() tells; -EIO when the
 * SMMU failed
 */
int arm_smmu_nested_issue_atc(struct arm_smmu_device *smmu, u64 *cmds, int n)
{
	int ret;

	down_read(&smmu->nested_atc_sem);
	ret = arm_smmu_nested_issue_once(smmu, cmds, n);
	up_read(&smmu->nested_atc_sem);

	return ret;
}

static int nested_issue_atc_alone(struct arm_smmu_device *smmu, u64 *cmds, int n,
				  unsigned long timeout)
{
	int ret;

	down_write(&smmu->nested_atc_sem);
	/* What stands in front has failed before errors begin to count */
	ret = nested_issue_and_wait(smmu, NULL, 0, timeout) ?:
	      nested_issue_once(smmu, cmds, n, timeout);
	up_write(&smmu->nested_atc_sem);

	return ret;
}

/**
 * arm_smmu_nested_issue_atc_alone - Issue a command to a device, and see if it answers
 * @smmu: the SMMU
 * @cmd: one ATC_INV
 *
 * No other device of a domain that nests is waited for at the time, nor any that stands
 * in front. What is left are devices of other domains that are asked meanwhile, which
 * are told from this one by trying again: when one of them fails during each try, this
 * one is taken for silent. Between tries nobody is kept from the queue.
 *
 * Context: may sleep.
 * Return: 0 when it is complete, -EIO when the device does not answer or the SMMU
 * failed
 */
int arm_smmu_nested_issue_atc_alone(struct arm_smmu_device *smmu, u64 *cmd)
{
	return nested_issue_repeatedly(smmu, cmd, 1, smmu->nested_timeout,
				       nested_issue_atc_alone);
}
