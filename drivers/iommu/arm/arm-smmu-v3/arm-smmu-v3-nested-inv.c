// SPDX-License-Identifier: GPL-2.0-only
/*
 * SMMUv3 nesting: invalidation on behalf of user space, and after stage 2 changed
 *
 * Nothing here waits for another device: commands of different callers meet only
 * in the command queue, and where it is to be found out who does not answer.
 */
#include <linux/bitfield.h>
#include <linux/iommu_nesting.h>
#include <linux/slab.h>

#include "arm-smmu-v3-nested.h"

/* Streams that one invalidation covers without allocating memory */
#define NESTED_STREAMS_FEW	8

/* The SubstreamID that an invalidation is for, 0 for none */
static u32 inv_ssid(const struct iommu_cache_invalidate_info *inv)
{
	const struct iommu_inv_pasid_info *pasid = &inv->granu.pasid_info;
	const struct iommu_inv_addr_info *addr = &inv->granu.addr_info;

	switch (inv->granularity) {
	case IOMMU_INV_GRANU_PASID:
		return pasid->flags & IOMMU_INV_PASID_FLAGS_PASID ?
		       pasid->pasid : 0;
	case IOMMU_INV_GRANU_ADDR:
		return addr->flags & IOMMU_INV_ADDR_FLAGS_PASID ?
		       addr->pasid : 0;
	default:
		return 0;
	}
}

static void make_atc_inv(u64 *cmd, u32 sid,
			 const struct iommu_cache_invalidate_info *inv)
{
	const struct iommu_inv_addr_info *addr = &inv->granu.addr_info;

	if (inv->granularity == IOMMU_INV_GRANU_ADDR)
		arm_smmu_nested_make_atc_inv(cmd, sid, inv_ssid(inv),
					     addr->addr, addr->granule_size *
							 addr->nb_granules);
	else
		arm_smmu_nested_make_atc_inv(cmd, sid, inv_ssid(inv), 0, 0);
}

/* Commands for the streams of devices, collected under devices_lock */
struct nested_streams {
	const struct iommu_cache_invalidate_info	*inv;
	bool						atc;
	u64						*cmds;
	int						max;
	int						n;
	/* A device was left out because it is blocked, or about to be */
	bool						blocked;
};

static void nested_add_master(struct nested_streams *streams,
			      struct arm_smmu_master *master)
{
	int i;

	if (streams->atc && !master->ats_enabled)
		return;

	/* A TLB is not used while the STE aborts, and emptied before it doesn't */
	if (streams->atc && master->nested_blocked) {
		streams->blocked = true;
		return;
	}

	for (i = 0; i < master->num_streams; i++, streams->n++) {
		u32 sid = master->streams[i].id;
		u64 *cmd;

		if (streams->n >= streams->max)
			continue;
		cmd = streams->cmds + streams->n * CMDQ_ENT_DWORDS;
		if (streams->atc)
			make_atc_inv(cmd, sid, streams->inv);
		else
			arm_smmu_nested_make_cfgi_cd(cmd, sid, streams->inv);
	}
}

/*
 * Fill @streams up to its maximum; its n says how many there are, of which any may be
 * left out when they are more. A device that cannot use the PASID has nothing
 * cached for it, and must not be sent a message with a PASID that it may never
 * answer. -EOPNOTSUPP when that is true of all.
 */
static int nested_collect(struct arm_smmu_domain *smmu_domain,
			  struct device *dev, struct nested_streams *streams)
{
	int ret = dev ? -ENODEV : 0;
	struct arm_smmu_master *master;
	bool any = false;
	unsigned long flags;

	streams->n = 0;
	streams->blocked = false;
	spin_lock_irqsave(&smmu_domain->devices_lock, flags);
	list_for_each_entry(master, &smmu_domain->devices, domain_head) {
		if (dev && master->dev != dev)
			continue;
		if (inv_ssid(streams->inv) >> master->ssid_bits) {
			ret = -EOPNOTSUPP;
			continue;
		}
		any = true;
		nested_add_master(streams, master);
	}
	spin_unlock_irqrestore(&smmu_domain->devices_lock, flags);

	return any ? 0 : ret;
}

/* The SMMU itself fails: nobody knows what it goes on with for any of its devices */
static int nested_issue_or_block(struct arm_smmu_domain *smmu_domain,
				 u64 *cmds, int n)
{
	int ret = arm_smmu_nested_issue(smmu_domain->smmu, cmds, n);

	if (ret)
		arm_smmu_nested_block(smmu_domain, NULL,
				      IOMMU_FAULT_BLOCKED_INVALIDATION);

	return ret;
}

/*
 * Which device does not answer is found out by one after the other; others go on. When
 * that takes too long, those that are left count as silent. To block one again is to
 * wait until it is.
 */
static int nested_block_silent(struct arm_smmu_domain *smmu_domain,
			       u64 *cmds, int n)
{
	unsigned long end = jiffies + smmu_domain->smmu->nested_block_timeout;
	int i, ret = 0;

	for (i = 0; i < n; i++, cmds += CMDQ_ENT_DWORDS) {
		u32 sid = FIELD_GET(CMDQ_ATC_0_SID, cmds[0]);

		if (time_before(jiffies, end) &&
		    !arm_smmu_nested_stream_blocked(smmu_domain, sid) &&
		    !arm_smmu_nested_issue_atc_alone(smmu_domain->smmu, cmds))
			continue;
		arm_smmu_nested_block_stream(smmu_domain, sid,
					     IOMMU_FAULT_BLOCKED_INVALIDATION);
		ret = -EIO;
	}

	return ret;
}

static int nested_issue_atc_or_block(struct arm_smmu_domain *smmu_domain,
				     u64 *cmds, int n)
{
	int ret = arm_smmu_nested_issue_atc(smmu_domain->smmu, cmds, n);

	if (ret == -EAGAIN)
		return nested_block_silent(smmu_domain, cmds, n);
	if (ret)
		arm_smmu_nested_block(smmu_domain, NULL,
				      IOMMU_FAULT_BLOCKED_INVALIDATION);

	return ret;
}

/*
 * nested_blocked is set before the SMMU has dropped the STE that it has cached, or the
 * device was silenced. Who blocks keeps init_mutex until that is so.
 */
static void nested_wait_blocked(struct arm_smmu_domain *smmu_domain)
{
	mutex_lock(&smmu_domain->init_mutex);
	mutex_unlock(&smmu_domain->init_mutex);
}

static int nested_issue_streams(struct arm_smmu_domain *smmu_domain,
				const struct nested_streams *streams)
{
	int ret;

	ret = streams->atc ?
	      nested_issue_atc_or_block(smmu_domain, streams->cmds,
					streams->n) :
	      nested_issue_or_block(smmu_domain, streams->cmds, streams->n);
	if (streams->blocked)
		nested_wait_blocked(smmu_domain);

	return ret;
}

/*
 * Drop cached CDs, or what the devices' own TLBs hold. While memory is allocated
 * devices may come, which start clean, and blocked ones may translate again, which
 * must not be left out: whatever does not fit is collected once more. -EIO when
 * devices had to be blocked.
 */
static int
nested_inv_streams(struct arm_smmu_domain *smmu_domain, struct device *dev,
		   const struct iommu_cache_invalidate_info *inv, bool atc)
{
	u64 few[NESTED_STREAMS_FEW * CMDQ_ENT_DWORDS], *many = NULL;
	struct nested_streams streams = {
		.inv	= inv,
		.atc	= atc,
		.cmds	= few,
		.max	= NESTED_STREAMS_FEW,
	};
	int ret;

	while (!(ret = nested_collect(smmu_domain, dev, &streams)) &&
	       streams.n > streams.max) {
		kfree(many);
		many = kcalloc(streams.n, sizeof(*many) * CMDQ_ENT_DWORDS,
			       GFP_KERNEL);
		if (!many)
			return -ENOMEM;
		streams.cmds = many;
		streams.max = streams.n;
	}

	if (!ret)
		ret = nested_issue_streams(smmu_domain, &streams);
	kfree(many);
	return ret;
}

/* A guest owns its SubstreamIDs: it has no other numbers for them */
static bool inv_guest_pasid(const struct iommu_cache_invalidate_info *inv)
{
	switch (inv->granularity) {
	case IOMMU_INV_GRANU_PASID:
		return inv->granu.pasid_info.flags &
		       IOMMU_INV_PASID_FLAGS_GPASID;
	case IOMMU_INV_GRANU_ADDR:
		return inv->granu.addr_info.flags &
		       IOMMU_INV_ADDR_FLAGS_GPASID;
	default:
		return false;
	}
}

static int nested_check_inv(struct arm_smmu_domain *smmu_domain,
			    struct device *dev,
			    const struct iommu_cache_invalidate_info *inv)
{
	const u8 per_stream = IOMMU_CACHE_INV_TYPE_DEV_IOTLB |
			      IOMMU_CACHE_INV_TYPE_PASID;
	struct nested_streams none = { .inv = inv };

	if (inv_guest_pasid(inv))
		return -EOPNOTSUPP;

	if (inv->cache & IOMMU_CACHE_INV_TYPE_DEV_IOTLB &&
	    !(smmu_domain->smmu->features & ARM_SMMU_FEAT_ATS))
		return -EOPNOTSUPP;

	/* Cached CDs are known by SubstreamID, not by the ASID in them */
	if (inv->cache & IOMMU_CACHE_INV_TYPE_PASID &&
	    inv->granularity == IOMMU_INV_GRANU_PASID &&
	    !(inv->granu.pasid_info.flags & IOMMU_INV_PASID_FLAGS_PASID))
		return -EOPNOTSUPP;

	return dev || inv->cache & per_stream ?
	       nested_collect(smmu_domain, dev, &none) : 0;
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
		ret = nested_issue_or_block(smmu_domain, cmds, n);
	if (!ret && inv->cache & IOMMU_CACHE_INV_TYPE_DEV_IOTLB)
		ret = nested_inv_streams(smmu_domain, dev, inv, true);

	return ret;
}

/**
 * arm_smmu_nested_cache_invalidate - Drop cached stage-1 state
 * @domain: domain that nests
 * @dev: one device, or NULL for all that are attached
 * @inv: checked by the core
 *
 * All of @inv is checked before the first command is queued. A device that does not
 * answer is blocked from DMA; when the SMMU fails, every device of the domain is.
 *
 * Return: 0 when the SMMU has completed it all, -EIO when it did not, -ENOMEM,
 * or -ENODEV, -EINVAL and -EOPNOTSUPP with nothing done
 */
int arm_smmu_nested_cache_invalidate(struct iommu_domain *domain,
				     struct device *dev,
				     const struct iommu_cache_invalidate_info *inv)
{
	struct arm_smmu_domain *smmu_domain = to_smmu_domain(domain);
	int ret;

	if (smmu_domain->stage != ARM_SMMU_DOMAIN_NESTED)
		return -EOPNOTSUPP;

	ret = nested_check_inv(smmu_domain, dev, inv);

	return ret ?: nested_invalidate(smmu_domain, dev, inv);
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
 * When that fails, memory that user space gave up may still be reached: the
 * devices are blocked before it can be used for anything else, and one that does not
 * answer alone. All are when there is no memory for the commands.
 *
 * Context: may sleep, without init_mutex. The caller is an unmap of VFIO's, or a map
 * that replaces a table of stage 2 by a block.
 * Return: true when that was all, false for a domain that does not nest
 */
bool arm_smmu_nested_flush_combined(struct arm_smmu_domain *smmu_domain)
{
	const struct iommu_cache_invalidate_info all = {
		.granularity = IOMMU_INV_GRANU_DOMAIN,
	};
	u64 cmd[CMDQ_ENT_DWORDS];

	if (smmu_domain->stage != ARM_SMMU_DOMAIN_NESTED)
		return false;

	arm_smmu_nested_make_tlbi_all(cmd, smmu_domain->s2_cfg.vmid);
	if (!nested_issue_or_block(smmu_domain, cmd, 1) &&
	    nested_inv_streams(smmu_domain, NULL, &all, true) == -ENOMEM)
		arm_smmu_nested_block(smmu_domain, NULL,
				      IOMMU_FAULT_BLOCKED_INVALIDATION);

	return true;
}
