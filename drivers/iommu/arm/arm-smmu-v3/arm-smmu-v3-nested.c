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

#include "arm-smmu-v3-nested.h"

/* A table walker that bypasses the caches would let a guest read stale memory */
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
 * stages or leaves the coherency of guest-chosen memory attributes open
 */
int arm_smmu_nested_attach_check(struct arm_smmu_domain *smmu_domain,
				 struct arm_smmu_master *master)
{
	if (smmu_domain->stage != ARM_SMMU_DOMAIN_NESTED)
		return 0;

	return master->smmu->features & ARM_SMMU_FEAT_NESTING &&
	       nested_coherent(master) ? 0 : -EOPNOTSUPP;
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

static int nested_sync_ste(struct arm_smmu_master *master)
{
	u64 cmd[CMDQ_ENT_DWORDS];
	int i, ret = 0;

	for (i = 0; i < master->num_streams && !ret; i++) {
		arm_smmu_nested_make_cfgi_ste(cmd, master->streams[i].id);
		ret = arm_smmu_nested_issue(master->smmu, cmd, 1, true);
	}

	return ret;
}

/* Write dwords @first to @last of @ste to every stream, and have them seen */
static int nested_write_ste(struct arm_smmu_master *master, const u64 *ste,
			    int first, int last)
{
	int i, j;

	for (i = 0; i < master->num_streams; i++) {
		__le64 *dst = arm_smmu_nested_ste(master->smmu,
						  master->streams[i].id);

		for (j = first; j <= last; j++)
			WRITE_ONCE(dst[j], cpu_to_le64(ste[j]));
	}

	return nested_sync_ste(master);
}

/* Nothing that the former stage 1 translated may survive it */
static int nested_flush_master(struct arm_smmu_domain *smmu_domain,
			       struct arm_smmu_master *master)
{
	u64 cmd[CMDQ_ENT_DWORDS];
	int i, ret;

	arm_smmu_nested_make_tlbi_all(cmd, smmu_domain->s2_cfg.vmid);
	ret = arm_smmu_nested_issue(master->smmu, cmd, 1, true);

	for (i = 0; master->ats_enabled && i < master->num_streams; i++) {
		arm_smmu_nested_make_atc_inv(cmd, master->streams[i].id,
					     0, 0, 0);
		ret = arm_smmu_nested_issue(master->smmu, cmd, 1, true) ?: ret;
	}

	return ret;
}

/*
 * Replace a live STE. Dword 0 aborts everything while the others change, since
 * the SMMU may read dwords in any order (Arm IHI 0070, 3.21.3.1). An error
 * leaves the STE aborting in memory, except with @force.
 */
static int nested_replace_ste(struct arm_smmu_domain *smmu_domain,
			      struct arm_smmu_master *master, const u64 *ste,
			      bool force)
{
	const u64 abort = STRTAB_STE_0_V;
	int ret;

	ret = nested_write_ste(master, &abort, 0, 0);
	if (!ret || force)
		ret = nested_flush_master(smmu_domain, master) ?: ret;
	if (!ret || force)
		ret = nested_write_ste(master, ste, 1,
				       NESTED_STE_DWORDS - 1) ?: ret;
	if (!ret || force)
		ret = nested_write_ste(master, ste, 0, 0) ?: ret;
	if (ret && !force)
		nested_write_ste(master, &abort, 0, 0);

	return ret;
}

/**
 * arm_smmu_nested_block_master - Queue what keeps a device from all DMA
 * @master: on the list of a domain whose init_mutex and devices_lock are held
 *
 * The caller syncs the command queue.
 */
void arm_smmu_nested_block_master(struct arm_smmu_master *master)
{
	u64 cmd[CMDQ_ENT_DWORDS];
	int i;

	for (i = 0; i < master->num_streams; i++) {
		u32 sid = master->streams[i].id;

		WRITE_ONCE(*arm_smmu_nested_ste(master->smmu, sid),
			   cpu_to_le64(STRTAB_STE_0_V));
		arm_smmu_nested_make_cfgi_ste(cmd, sid);
		arm_smmu_nested_issue(master->smmu, cmd, 1, false);
	}
	master->nested_cfg.config = IOMMU_PASID_CONFIG_ABORT;
}

/* Give @master the stage 1 of @cfg, or block it when the hardware fails */
static int nested_install(struct arm_smmu_domain *smmu_domain,
			  struct arm_smmu_master *master,
			  const struct iommu_pasid_table_config *cfg)
{
	u64 ste[NESTED_STE_DWORDS];

	lockdep_assert_held(&smmu_domain->init_mutex);

	arm_smmu_nested_make_ste(ste, master->smmu, &smmu_domain->s2_cfg, cfg,
				 master->ats_enabled, master->stall_enabled);
	master->nested_cfg = *cfg;
	if (!nested_replace_ste(smmu_domain, master, ste, false))
		return 0;

	dev_err_ratelimited(master->dev,
			    "SMMU failed to change stage 1, device blocked\n");
	master->nested_cfg.config = IOMMU_PASID_CONFIG_ABORT;
	return -EIO;
}

/**
 * arm_smmu_nested_detach - Take stage 1 away from a device that leaves
 * @smmu_domain: the domain that the device leaves
 * @master: the device, no longer on the domain's list
 *
 * The STE is that of plain stage 2 afterwards, whatever user space had bound.
 * Errors of the hardware are ignored as they are when the driver itself takes
 * stage 2 away right after.
 */
void arm_smmu_nested_detach(struct arm_smmu_domain *smmu_domain,
			    struct arm_smmu_master *master)
{
	const struct iommu_pasid_table_config none = {};
	u64 ste[NESTED_STE_DWORDS];

	if (smmu_domain->stage != ARM_SMMU_DOMAIN_NESTED)
		return;

	mutex_lock(&smmu_domain->init_mutex);
	if (master->nested_cfg.config) {
		arm_smmu_nested_make_ste(ste, master->smmu,
					 &smmu_domain->s2_cfg, &none,
					 false, false);
		nested_replace_ste(smmu_domain, master, ste, true);
		master->nested_cfg = none;
	}
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
};
