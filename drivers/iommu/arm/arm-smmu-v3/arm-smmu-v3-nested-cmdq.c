// SPDX-License-Identifier: GPL-2.0-only
/*
 * SMMUv3 nesting: commands whose failure does not go unnoticed
 */
#include <linux/bitfield.h>
#include <linux/iommu_nesting_fault.h>

#include "arm-smmu-v3-nested.h"

/* How often commands are tried while the queue reports errors */
#define NESTED_ISSUE_TRIES	3

/* Errors that commands like the one at @cmd can have had a part in */
static u32 nested_errors(struct arm_smmu_device *smmu, const u64 *cmd)
{
	u32 errors = atomic_read(&smmu->nested_cmd_errors);

	if (FIELD_GET(CMDQ_0_OP, cmd[0]) == CMDQ_OP_ATC_INV)
		errors += atomic_read(&smmu->nested_atc_errors);

	return errors;
}

/**
 * arm_smmu_nested_issue_once - Issue commands that must not be repeated
 * @smmu: the SMMU
 * @cmds: @n commands, all ATC_INV or none
 * @n: any number
 *
 * Context: any.
 * Return: 0 when all of them are complete, -EIO when they are not, -EAGAIN when the
 * SMMU refused a command meanwhile, one of these or another user's
 */
int arm_smmu_nested_issue_once(struct arm_smmu_device *smmu, u64 *cmds, int n)
{
	u32 errors = nested_errors(smmu, cmds);
	int i, chunk, ret = 0;

	if (iommu_nesting_fail_command())
		return -EIO;

	for (i = 0; i < n && !ret; i += chunk) {
		chunk = min_t(int, n - i, CMDQ_BATCH_ENTRIES);
		ret = arm_smmu_nested_cmdq_sync(smmu,
						cmds + i * CMDQ_ENT_DWORDS,
						chunk);
	}
	if (ret)
		return -EIO;

	return errors == nested_errors(smmu, cmds) ? 0 : -EAGAIN;
}

/**
 * arm_smmu_nested_issue - Issue commands and wait until the SMMU is done
 * @smmu: the SMMU
 * @cmds: @n commands, all ATC_INV or none
 * @n: any number
 *
 * A command that the SMMU refuses is dropped by the error handler, before the
 * CMD_SYNC behind it completes, and the waiter not told. Errors are counted for
 * the whole queue: another user's are told from one's own by trying again.
 *
 * Context: any.
 * Return: 0 when all of them are complete, -EIO when they are not
 */
int arm_smmu_nested_issue(struct arm_smmu_device *smmu, u64 *cmds, int n)
{
	int try, ret = 0;

	for (try = 0; n && try < NESTED_ISSUE_TRIES; try++) {
		ret = arm_smmu_nested_issue_once(smmu, cmds, n);
		if (ret != -EAGAIN)
			return ret;
	}

	return ret ? -EIO : 0;
}
