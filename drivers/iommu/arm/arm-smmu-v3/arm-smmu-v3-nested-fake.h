/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KUnit tests of SMMUv3 nesting: an SMMU that notes its commands, and may fail
 */
#ifndef _ARM_SMMU_V3_NESTED_FAKE_H
#define _ARM_SMMU_V3_NESTED_FAKE_H

#include <kunit/test.h>

#include "arm-smmu-v3-nested.h"

#define FAKE_CMDS	512
#define FAKE_CALLS	8
#define FAKE_SIDS	128

/**
 * struct fake_smmu - SMMU whose command queue is this
 * @smmu: the SMMU
 * @cons: its register CMDQ_CONS
 * @calls: how often commands were issued or waited for
 * @issued: number of commands of each of the first calls
 * @n: how many commands were issued
 * @cmds: the first of them
 * @takes: how long a call takes, in ms
 * @until: calls time out until then, in jiffies
 * @moves: the queue moves on all the same
 * @refused: in so many calls another's command is refused
 * @others_silent: in so many calls another's device does not answer
 * @silent: devices that do not answer ATC_INV, by StreamID
 */
struct fake_smmu {
	struct arm_smmu_device	smmu;
	u32			cons;
	unsigned int		calls;
	unsigned int		issued[FAKE_CALLS];
	unsigned int		n;
	u64			cmds[FAKE_CMDS][CMDQ_ENT_DWORDS];
	unsigned int		takes;
	unsigned long		until;
	bool			moves;
	unsigned int		refused;
	unsigned int		others_silent;
	DECLARE_BITMAP(silent, FAKE_SIDS);
};

/* arm-smmu-v3-nested-queue-test.c */
void arm_smmu_nested_fake_init(struct fake_smmu *fake);
void arm_smmu_nested_fake_forget(struct fake_smmu *fake);

#endif /* _ARM_SMMU_V3_NESTED_FAKE_H */
