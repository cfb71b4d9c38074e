// SPDX-License-Identifier: GPL-2.0-only
/*
 * SMMUv3 nesting: stage 1 owned by user space over the domain's stage 2
 *
 * smmu_domain->init_mutex serialises everything that changes the STE of a
 * master in a nesting domain. A master on smmu_domain->devices stays allocated
 * while init_mutex or devices_lock is held: detaching takes the master off the
 * list first, and then the mutex, before its STE leaves stage 2.
 */
#include <linux/dma-map-ops.h>
#include <linux/iommu_nesting.h>
#include <linux/iommu_nesting_fault.h>

#include "arm-smmu-v3-nested.h"

/*
 * A guest chooses the memory attributes of stage 1. Where neither the SMMU nor
 * the device is coherent, that would let it read around the CPU's caches.
 */
static bool nested_coherent(struct arm_smmu_master *master)
{
	return master->smmu->features & ARM_SMMU_FEAT_COHERENCY ||
	       dev_is_dma_coherent(master->dev);
}

/**
 * arm_smmu_nested_attach_check - May this device enter this domain
 * @smmu_domain: the domain, nesting or not
 * @master: the device
 *
 * Return: 0, or -EOPNOTSUPP when the domain nests and the SMMU cannot do both
 * stages, leaves the coherency of guest-chosen memory attributes open, or stalls
 * every fault: those of stage 2 as well, which nobody resolves (Arm IHI 0070, 5.5)
 */
int arm_smmu_nested_attach_check(struct arm_smmu_domain *smmu_domain,
				 struct arm_smmu_master *master)
{
	u32 features = master->smmu->features;

	if (smmu_domain->stage != ARM_SMMU_DOMAIN_NESTED)
		return 0;

	if (!(features & ARM_SMMU_FEAT_NESTING) ||
	    features & ARM_SMMU_FEAT_STALL_FORCE || !nested_coherent(master))
		return -EOPNOTSUPP;

	return 0;
}

/**
 * arm_smmu_nested_find_master - Look a device up among those of a domain
 * @smmu_domain: the domain, its init_mutex held
 * @dev: the device, which need not be attached to it
 *
 * Return: its master, valid until init_mutex is dropped, or NULL
 */
struct arm_smmu_master *
arm_smmu_nested_find_master(struct arm_smmu_domain *smmu_domain, struct device *dev)
{
	struct arm_smmu_master *master, *found = NULL;
	unsigned long flags;

	lockdep_assert_held(&smmu_domain->init_mutex);

	spin_lock_irqsave(&smmu_domain->devices_lock, flags);
	list_for_each_entry(master, &smmu_domain->devices, domain_head) {
		if (master->dev == dev) {
			found = master;
			break;
		}
	}
	spin_unlock_irqrestore(&smmu_domain->devices_lock, flags);

	return found;
}

/* Write dwords @first to @last of @ste to every stream, and have them seen */
static int nested_write_ste(struct arm_smmu_master *master, const u64 *ste,
			    int first, int last, unsigned long timeout)
{
	u64 cmd[CMDQ_ENT_DWORDS];
	int i, j, ret = 0;

	for (i = 0; i < master->num_streams; i++) {
		u32 sid = master->streams[i].id;
		__le64 *dst = arm_smmu_nested_ste(master->smmu, sid);

		for (j = first; j <= last; j++)
			WRITE_ONCE(dst[j], cpu_to_le64(ste[j]));

		arm_smmu_nested_make_cfgi_ste(cmd, sid);
		ret = arm_smmu_nested_issue_within(master->smmu, cmd, 1,
						   timeout) ?: ret;
	}

	return ret;
}

/* Nothing that the former stage 1 translated may survive it: in the SMMU */
static int nested_flush_tlb(struct arm_smmu_domain *smmu_domain)
{
	u64 cmd[CMDQ_ENT_DWORDS];

	arm_smmu_nested_make_tlbi_all(cmd, smmu_domain->s2_cfg.vmid);
	return arm_smmu_nested_issue(smmu_domain->smmu, cmd, 1);
}

/* And in the device */
static int nested_flush_atc(struct arm_smmu_master *master)
{
	u64 cmd[CMDQ_ENT_DWORDS];
	int i, ret = 0;

	if (!master->ats_enabled)
		return 0;

	for (i = 0; i < master->num_streams && !ret; i++) {
		arm_smmu_nested_make_atc_inv(cmd, master->streams[i].id,
					     0, 0, 0);
		ret = arm_smmu_nested_issue_atc_alone(master->smmu, cmd);
	}

	return ret;
}

static int nested_abort(struct arm_smmu_master *master, unsigned long timeout)
{
	const u64 abort = STRTAB_STE_0_V;

	return nested_write_ste(master, &abort, 0, 0, timeout);
}

/* Make an end of @master's stage 1, whatever it is, and of its faults */
static int nested_stop(struct arm_smmu_domain *smmu_domain,
		       struct arm_smmu_master *master)
{
	int ret = nested_abort(master, master->smmu->nested_timeout) ?:
		  nested_flush_tlb(smmu_domain) ?: nested_flush_atc(master);

	return arm_smmu_nested_quiesce(master) ?: ret;
}

/*
 * The same where nothing else is left to be done when it fails. Translations that
 * stay cached do no harm: an STE that aborts does not use them. Those of the device
 * are dropped before it translates again, and ATS is off in one that leaves.
 */
static void nested_force_stop(struct arm_smmu_domain *smmu_domain,
			      struct arm_smmu_master *master)
{
	if (nested_abort(master, master->smmu->nested_block_timeout))
		arm_smmu_nested_silence(master);
	else
		nested_flush_tlb(smmu_domain);
	arm_smmu_nested_quiesce(master);
}

/*
 * Dword 0 of a live STE aborts everything while the others change, since the SMMU
 * may read dwords in any order (Arm IHI 0070, 3.21.3.1).
 */
static int nested_start(struct arm_smmu_master *master, const u64 *ste,
			const struct iommu_pasid_table_config *cfg)
{
	unsigned long timeout = master->smmu->nested_timeout;

	if (cfg->config == IOMMU_PASID_CONFIG_TRANSLATE)
		arm_smmu_nested_expect(master);

	return nested_write_ste(master, ste, 1, NESTED_STE_DWORDS - 1,
				timeout) ?:
	       nested_write_ste(master, ste, 0, 0, timeout);
}

static void nested_set_blocked(struct arm_smmu_domain *smmu_domain,
			       struct arm_smmu_master *master, bool blocked)
{
	unsigned long flags;

	spin_lock_irqsave(&smmu_domain->devices_lock, flags);
	master->nested_blocked = blocked;
	spin_unlock_irqrestore(&smmu_domain->devices_lock, flags);
}

/* The device is waited for again from before its TLB can be filled */
static int nested_restart(struct arm_smmu_domain *smmu_domain,
			  struct arm_smmu_master *master, const u64 *ste,
			  const struct iommu_pasid_table_config *cfg)
{
	int ret = nested_stop(smmu_domain, master);

	if (ret)
		return ret;

	nested_set_blocked(smmu_domain, master, false);
	return nested_start(master, ste, cfg);
}

/* Give @master the stage 1 of @cfg, or block it when the hardware fails */
static int nested_install(struct arm_smmu_domain *smmu_domain,
			  struct arm_smmu_master *master,
			  const struct iommu_pasid_table_config *cfg)
{
	u64 ste[NESTED_STE_DWORDS];

	lockdep_assert_held(&smmu_domain->init_mutex);

	arm_smmu_nested_make_ste(ste, master->smmu, &smmu_domain->s2_cfg, cfg,
				 master->ats_enabled,
				 arm_smmu_nested_stalls(master));
	master->nested_cfg = *cfg;
	if (!nested_restart(smmu_domain, master, ste, cfg))
		return 0;

	dev_err_ratelimited(master->dev,
			    "SMMU failed to change stage 1, device blocked\n");
	nested_force_stop(smmu_domain, master);
	nested_set_blocked(smmu_domain, master, true);
	master->nested_cfg = arm_smmu_nested_blocked;
	iommu_nesting_report_blocked(master->nested_faults,
				     IOMMU_FAULT_BLOCKED_BIND);
	return -EIO;
}

static void arm_smmu_nested_block_dev(struct iommu_domain *domain,
				      struct device *dev, u32 reason)
{
	arm_smmu_nested_block(to_smmu_domain(domain), dev, reason);
}

/**
 * arm_smmu_nested_detach - Take stage 1 away from a device that leaves
 * @smmu_domain: the domain that the device leaves
 * @master: the device, no longer on the domain's list
 *
 * Whatever user space had bound aborts first, and leaves no translation behind.
 * Then the STE is marked as not valid, which is what the driver expects of one
 * that nothing is known about.
 */
void arm_smmu_nested_detach(struct arm_smmu_domain *smmu_domain,
			    struct arm_smmu_master *master)
{
	int i;

	if (smmu_domain->stage != ARM_SMMU_DOMAIN_NESTED)
		return;

	/* Attaching set it, and is over: under the group's mutex, or the device goes away */
	iommu_nesting_faults_leave(master->nested_faults);

	mutex_lock(&smmu_domain->init_mutex);
	if (master->nested_cfg.config) {
		nested_force_stop(smmu_domain, master);
		for (i = 0; i < master->num_streams; i++)
			WRITE_ONCE(*arm_smmu_nested_ste(master->smmu,
							master->streams[i].id),
				   0);
		memset(&master->nested_cfg, 0, sizeof(master->nested_cfg));
	}
	master->nested_blocking = false;
	master->nested_blocked = false;
	arm_smmu_nested_stop_faults(master);
	WRITE_ONCE(master->nested_unanswered, false);
	mutex_unlock(&smmu_domain->init_mutex);
}

static int nested_check_cfg(struct arm_smmu_master *master,
			    const struct iommu_pasid_table_config *cfg)
{
	if (cfg->format != IOMMU_PASID_FORMAT_ARM_SMMUV3)
		return -EOPNOTSUPP;
	if (cfg->config != IOMMU_PASID_CONFIG_TRANSLATE || !cfg->pasid_bits)
		return 0;
	if (cfg->pasid_bits > master->ssid_bits)
		return -EOPNOTSUPP;
	if (cfg->vendor_data.smmuv3.s1fmt != STRTAB_STE_0_S1FMT_LINEAR &&
	    !(master->smmu->features & ARM_SMMU_FEAT_2_LVL_CDTAB))
		return -EOPNOTSUPP;

	return 0;
}

static int
arm_smmu_nested_bind_pasid_table(struct iommu_domain *domain,
				 struct device *dev,
				 const struct iommu_pasid_table_config *cfg,
				 struct iommu_pasid_table_config *old)
{
	struct arm_smmu_domain *smmu_domain = to_smmu_domain(domain);
	struct arm_smmu_master *master;
	int ret = -ENODEV;

	if (smmu_domain->stage != ARM_SMMU_DOMAIN_NESTED)
		return -EOPNOTSUPP;

	mutex_lock(&smmu_domain->init_mutex);
	master = arm_smmu_nested_find_master(smmu_domain, dev);
	if (!master)
		goto out_unlock;

	ret = nested_check_cfg(master, cfg);
	if (ret)
		goto out_unlock;

	*old = master->nested_cfg;
	ret = nested_install(smmu_domain, master, cfg);

out_unlock:
	mutex_unlock(&smmu_domain->init_mutex);
	return ret;
}

static void arm_smmu_nested_unbind_pasid_table(struct iommu_domain *domain,
					       struct device *dev)
{
	const struct iommu_pasid_table_config none = {};
	struct arm_smmu_domain *smmu_domain = to_smmu_domain(domain);
	struct arm_smmu_master *master;

	mutex_lock(&smmu_domain->init_mutex);
	master = arm_smmu_nested_find_master(smmu_domain, dev);
	if (master && master->nested_cfg.config)
		nested_install(smmu_domain, master, &none);
	mutex_unlock(&smmu_domain->init_mutex);
}

const struct iommu_nesting_ops arm_smmu_nesting_ops = {
	.get_info		= arm_smmu_nested_get_info,
	.bind_pasid_table	= arm_smmu_nested_bind_pasid_table,
	.unbind_pasid_table	= arm_smmu_nested_unbind_pasid_table,
	.cache_invalidate	= arm_smmu_nested_cache_invalidate,
	.block			= arm_smmu_nested_block_dev,
};
