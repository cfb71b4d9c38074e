/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SMMUv3: stage 1 owned by user space over the domain's stage 2
 */
#ifndef _ARM_SMMU_V3_NESTED_H
#define _ARM_SMMU_V3_NESTED_H

#include <linux/rwsem.h>

#include "arm-smmu-v3.h"

struct iommu_nesting_ops;

/* Arm IHI 0070, 5.2: dwords of an STE that hold anything for this driver */
#define NESTED_STE_DWORDS	4

/* Commands that one invalidation of translations may take */
#define NESTED_TLBI_MAX		CMDQ_BATCH_ENTRIES

/* How long a command may take, with those of others that stand in front of it */
#define NESTED_CMD_TIMEOUT	(10 * HZ)

/*
 * The same for the commands that block a device, since an STE that stays cached is
 * worse than waiting. PCIe gives a device a minute for ATC_INV, plus 50% (ATS): by
 * then an SMMU that works has given it up and gone on.
 */
#define NESTED_BLOCK_TIMEOUT	(100 * HZ)

/* arm-smmu-v3-nested-compose.c: pure functions */
void arm_smmu_nested_make_ste(u64 *ste, const struct arm_smmu_device *smmu,
			      const struct arm_smmu_s2_cfg *s2_cfg,
			      const struct iommu_pasid_table_config *cfg,
			      bool ats, bool stall);
void arm_smmu_nested_make_cfgi_ste(u64 *cmd, u32 sid);
void arm_smmu_nested_make_cfgi_all(u64 *cmd);
void arm_smmu_nested_make_tlbi_all(u64 *cmd, u16 vmid);
void arm_smmu_nested_make_cfgi_cd(u64 *cmd, u32 sid,
				  const struct iommu_cache_invalidate_info *inv);
int arm_smmu_nested_make_tlbi(u64 *cmds, const struct arm_smmu_device *smmu,
			      u16 vmid,
			      const struct iommu_cache_invalidate_info *inv);
void arm_smmu_nested_make_resume(u64 *cmd, u32 sid, u16 stag, u32 code);
void arm_smmu_nested_make_stall_term(u64 *cmd, u32 sid);

/* arm-smmu-v3-nested-event.c: pure functions */
bool arm_smmu_nested_make_request(struct iommu_fault_page_request *req,
				  const u64 *evt);
bool arm_smmu_nested_make_event(struct iommu_fault_unrecoverable *event,
				const u64 *evt);
u32 arm_smmu_nested_evtq_target(u32 done, u32 prod, u32 shift);

#ifdef CONFIG_ARM_SMMU_V3_NESTING
/* arm-smmu-v3-nested.c */
extern const struct iommu_nesting_ops arm_smmu_nesting_ops;
int arm_smmu_nested_attach_check(struct arm_smmu_domain *smmu_domain,
				 struct arm_smmu_master *master);
void arm_smmu_nested_detach(struct arm_smmu_domain *smmu_domain,
			    struct arm_smmu_master *master);
struct arm_smmu_master *
arm_smmu_nested_find_master(struct arm_smmu_domain *smmu_domain,
			    struct device *dev);

/* arm-smmu-v3-nested-block.c */
extern const struct iommu_pasid_table_config arm_smmu_nested_blocked;
void arm_smmu_nested_silence(struct arm_smmu_master *master);
void arm_smmu_nested_block(struct arm_smmu_domain *smmu_domain,
			   struct device *dev, u32 reason);
void arm_smmu_nested_block_unanswered(struct arm_smmu_domain *smmu_domain,
				      struct arm_smmu_master *master);
bool arm_smmu_nested_stream_blocked(struct arm_smmu_domain *smmu_domain,
				    u32 sid);
void arm_smmu_nested_block_stream(struct arm_smmu_domain *smmu_domain, u32 sid,
				  u32 reason);

/* arm-smmu-v3-nested-cmdq.c */
int arm_smmu_nested_issue_once(struct arm_smmu_device *smmu, u64 *cmds, int n);
int arm_smmu_nested_issue_within(struct arm_smmu_device *smmu, u64 *cmds, int n,
				 unsigned long timeout);
int arm_smmu_nested_issue(struct arm_smmu_device *smmu, u64 *cmds, int n);
int arm_smmu_nested_issue_atc(struct arm_smmu_device *smmu, u64 *cmds, int n);
int arm_smmu_nested_issue_atc_alone(struct arm_smmu_device *smmu, u64 *cmd);

/* arm-smmu-v3-nested-fault.c */
int arm_smmu_nested_attach(struct arm_smmu_domain *smmu_domain,
			   struct arm_smmu_master *master);
void arm_smmu_nested_stop_faults(struct arm_smmu_master *master);
void arm_smmu_nested_expect(struct arm_smmu_master *master);
int arm_smmu_nested_quiesce(struct arm_smmu_master *master);
bool arm_smmu_nested_handle_evt(struct arm_smmu_device *smmu, const u64 *evt);
void arm_smmu_nested_evtq_overflow(struct arm_smmu_device *smmu);

/* A StreamID of its own, since that is all that a response has to go by */
static inline bool arm_smmu_nested_stalls(const struct arm_smmu_master *master)
{
	return master->stall_enabled && master->num_streams == 1;
}

/* arm-smmu-v3-nested-info.c */
int arm_smmu_nested_get_info(struct iommu_domain *domain, struct device *dev,
			     struct iommu_nesting_info *info);

/* arm-smmu-v3-nested-inv.c */
int arm_smmu_nested_cache_invalidate(struct iommu_domain *domain,
				     struct device *dev,
				     const struct iommu_cache_invalidate_info *inv);
bool arm_smmu_nested_flush_combined(struct arm_smmu_domain *smmu_domain);

/* The error handler dropped a command, or a device did not answer ATC_INV */
static inline void arm_smmu_nested_note_cerror(struct arm_smmu_device *smmu,
					       u32 idx)
{
	if (idx == CMDQ_ERR_CERROR_ATC_INV_IDX)
		atomic_inc(&smmu->nested_atc_errors);
	else if (idx != CMDQ_ERR_CERROR_NONE_IDX &&
		 idx != CMDQ_ERR_CERROR_ABT_IDX)
		atomic_inc(&smmu->nested_cmd_errors);
}

/* arm-smmu-v3.c */
__le64 *arm_smmu_nested_ste(struct arm_smmu_device *smmu, u32 sid);
int arm_smmu_nested_cmdq_sync(struct arm_smmu_device *smmu, u64 *cmds, int n);
void arm_smmu_nested_make_atc_inv(u64 *cmd, u32 sid, u32 ssid, u64 iova,
				  u64 size);
struct arm_smmu_master *
arm_smmu_nested_find_stream(struct arm_smmu_device *smmu, u32 sid);

static inline void arm_smmu_nested_init(struct arm_smmu_device *smmu)
{
	init_rwsem(&smmu->nested_atc_sem);
	smmu->nested_timeout = NESTED_CMD_TIMEOUT;
	smmu->nested_block_timeout = NESTED_BLOCK_TIMEOUT;
	smmu->nested_sync = arm_smmu_nested_cmdq_sync;
}
#else
static inline void arm_smmu_nested_init(struct arm_smmu_device *smmu)
{
}

static inline void arm_smmu_nested_note_cerror(struct arm_smmu_device *smmu,
					       u32 idx)
{
}

static inline int
arm_smmu_nested_attach_check(struct arm_smmu_domain *smmu_domain,
			     struct arm_smmu_master *master)
{
	return 0;
}

static inline int arm_smmu_nested_attach(struct arm_smmu_domain *smmu_domain,
					 struct arm_smmu_master *master)
{
	return 0;
}

static inline void arm_smmu_nested_detach(struct arm_smmu_domain *smmu_domain,
					  struct arm_smmu_master *master)
{
}

static inline bool arm_smmu_nested_handle_evt(struct arm_smmu_device *smmu,
					      const u64 *evt)
{
	return false;
}

static inline void
arm_smmu_nested_evtq_overflow(struct arm_smmu_device *smmu)
{
}

static inline bool
arm_smmu_nested_flush_combined(struct arm_smmu_domain *smmu_domain)
{
	return false;
}
#endif /* CONFIG_ARM_SMMU_V3_NESTING */

#endif /* _ARM_SMMU_V3_NESTED_H */
