// SPDX-License-Identifier: GPL-2.0-only
/*
 * SMMUv3 nesting: invalidation on behalf of user space, and after stage 2 changed
 *
 * Nothing here waits for another device: commands of different callers meet only
 * in the command queue.
 */
#include <linux/iommu_nesting.h>

#include "arm-smmu-v3-nested.h"

static void make_atc_inv(u64 *cmd, u32 sid,
			 const struct iommu_cache_invalidate_info *inv)
{
	const struct iommu_inv_addr_info *addr = &inv->granu.addr_info;
	u32 ssid = 0;

	if (inv->granularity != IOMMU_INV_GRANU_DOMAIN &&
	    addr->flags & IOMMU_INV_ADDR_FLAGS_PASID)
		ssid = inv->granularity == IOMMU_INV_GRANU_ADDR ?
		       addr->pasid : inv->granu.pasid_info.pasid;

	if (inv->granularity == IOMMU_INV_GRANU_ADDR)
		arm_smmu_nested_make_atc_inv(cmd, sid, ssid, addr->addr,
					     addr->granule_size *
					     addr->nb_granules);
	else
		arm_smmu_nested_make_atc_inv(cmd, sid, ssid, 0, 0);
}

/*
 * Queue one command for each stream of @dev, or of all devices. Commands are
 * queued in order, so that one sync at the end waits for all of them.
 */
static int
nested_inv_streams(struct arm_smmu_domain *smmu_domain, struct device *dev,
		   const struct iommu_cache_invalidate_info *inv, bool atc)
{
	int i, ret = dev ? -ENODEV : 0;
	struct arm_smmu_master *master;
	u64 cmd[CMDQ_ENT_DWORDS];
	unsigned long flags;

	spin_lock_irqsave(&smmu_domain->devices_lock, flags);
	list_for_each_entry(master, &smmu_domain->devices, domain_head) {
		if (dev && master->dev != dev)
			continue;

		ret = 0;
		for (i = 0; i < master->num_streams; i++) {
			u32 sid = master->streams[i].id;

			if (!atc)
				arm_smmu_nested_make_cfgi_cd(cmd, sid, inv);
			else if (master->ats_enabled)
				make_atc_inv(cmd, sid, inv);
			else
				continue;
			arm_smmu_nested_issue(smmu_domain->smmu, cmd, 1, false);
		}
	}
	spin_unlock_irqrestore(&smmu_domain->devices_lock, flags);

	return ret ?: arm_smmu_nested_issue(smmu_domain->smmu, NULL, 0, true);
}

static int nested_check_inv(struct arm_smmu_domain *smmu_domain,
			    const struct iommu_cache_invalidate_info *inv)
{
	u32 features = smmu_domain->smmu->features;

	if (inv->cache & IOMMU_CACHE_INV_TYPE_DEV_IOTLB &&
	    !(features & ARM_SMMU_FEAT_ATS))
		return -EOPNOTSUPP;

	/* Cached CDs are known by SubstreamID, not by the ASID in them */
	if (inv->cache & IOMMU_CACHE_INV_TYPE_PASID &&
	    inv->granularity == IOMMU_INV_GRANU_PASID &&
	    !(inv->granu.pasid_info.flags & IOMMU_INV_PASID_FLAGS_PASID))
		return -EOPNOTSUPP;

	return 0;
}

/*
 * Configuration first, translations next, devices last, each complete before the
 * next begins: an older one could refill a younger one (Arm IHI 0070, 3.21).
 */
static int nested_invalidate(struct arm_smmu_domain *smmu_domain,
			     struct device *dev,
			     const struct iommu_cache_invalidate_info *inv)
{
	u64 cmds[NESTED_TLBI_MAX * CMDQ_ENT_DWORDS];
	int n = 0, ret = 0;

	if (inv->cache & IOMMU_CACHE_INV_TYPE_IOTLB) {
		n = arm_smmu_nested_make_tlbi(cmds, smmu_domain->smmu,
					      smmu_domain->s2_cfg.vmid, inv);
		if (n < 0)
			return n;
	}

	if (inv->cache & IOMMU_CACHE_INV_TYPE_PASID)
		ret = nested_inv_streams(smmu_domain, dev, inv, false);
	if (!ret && n)
		ret = arm_smmu_nested_issue(smmu_domain->smmu, cmds, n, true);
	if (!ret && inv->cache & IOMMU_CACHE_INV_TYPE_DEV_IOTLB)
		ret = nested_inv_streams(smmu_domain, dev, inv, true);

	return ret;
}

/*
 * A cache may hold what user space gave up: keep the devices away. Binding again
 * flushes everything first, so that it is safe to leave to user space.
 */
static void nested_block(struct arm_smmu_domain *smmu_domain)
{
	struct arm_smmu_master *master;
	unsigned long flags;

	mutex_lock(&smmu_domain->init_mutex);
	spin_lock_irqsave(&smmu_domain->devices_lock, flags);
	list_for_each_entry(master, &smmu_domain->devices, domain_head)
		arm_smmu_nested_block_master(master);
	spin_unlock_irqrestore(&smmu_domain->devices_lock, flags);
	arm_smmu_nested_issue(smmu_domain->smmu, NULL, 0, true);
	mutex_unlock(&smmu_domain->init_mutex);
}

/**
 * arm_smmu_nested_cache_invalidate - Drop cached stage-1 state
 * @domain: domain that nests
 * @dev: one device, or NULL for all that are attached
 * @inv: checked by the core
 *
 * All of @inv is checked before the first command is queued. When the hardware
 * fails, every device of the domain is blocked from DMA.
 *
 * Return: 0 when the SMMU has completed it all, -EIO when it did not, -ENODEV,
 * -EINVAL and -EOPNOTSUPP with nothing done
 */
int arm_smmu_nested_cache_invalidate(struct iommu_domain *domain,
				     struct device *dev,
				     const struct iommu_cache_invalidate_info *inv)
{
	struct arm_smmu_domain *smmu_domain = to_smmu_domain(domain);
	int ret;

	if (smmu_domain->stage != ARM_SMMU_DOMAIN_NESTED)
		return -EOPNOTSUPP;

	ret = nested_check_inv(smmu_domain, inv);
	if (ret)
		return ret;

	ret = nested_invalidate(smmu_domain, dev, inv);
	if (ret != -ETIMEDOUT)
		return ret;

	nested_block(smmu_domain);
	return -EIO;
}

/**
 * arm_smmu_nested_flush_combined - Follow a change of stage 2
 * @smmu_domain: the domain whose stage 2 lost a mapping
 *
 * CMD_TLBI_S2_IPA leaves translations alone that combine both stages, and a
 * device TLB is indexed by stage-1 addresses which nobody can derive from the
 * range of stage 2: all of them go, those with a PASID included (Arm IHI 0070,
 * 4.4.3.1 and 4.5.1).
 *
 * Context: any, as the caller is an unmap.
 */
void arm_smmu_nested_flush_combined(struct arm_smmu_domain *smmu_domain)
{
	u64 cmd[CMDQ_ENT_DWORDS];

	if (smmu_domain->stage != ARM_SMMU_DOMAIN_NESTED)
		return;

	arm_smmu_nested_make_tlbi_all(cmd, smmu_domain->s2_cfg.vmid);
	arm_smmu_nested_issue(smmu_domain->smmu, cmd, 1, true);
	arm_smmu_atc_inv_domain(smmu_domain, 0, 0, 0);
}
