// SPDX-License-Identifier: GPL-2.0-only
/*
 * SMMUv3 nesting: stage 1 owned by user space over the domain's stage 2
 *
 * smmu_domain->init_mutex serialises everything that changes the STE of a
 * master in a nesting domain. A master on smmu_domain->devices stays allocated
 * while init_mutex or devices_lock is held: detaching takes the master off the
 * list first, and then the mutex, before its STE leaves stage 2.
 */
#include <linux/bitfield.h>
#include <linux/dma-map-ops.h>
#include <linux/iommu_nesting.h>

#include "arm-smmu-v3-nested.h"

/* How often commands are tried while the queue reports errors */
#define NESTED_ISSUE_TRIES	3

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
 * every fault, which nobody would resolve
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

/* Errors that commands like the one at @cmd can have had a part in */
static u32 nested_errors(struct arm_smmu_device *smmu, const u64 *cmd)
{
	u32 errors = atomic_read(&smmu->nested_cmd_errors);

	if (FIELD_GET(CMDQ_0_OP, cmd[0]) == CMDQ_OP_ATC_INV)
		errors += atomic_read(&smmu->nested_atc_errors);

	return errors;
}

static int nested_issue_once(struct arm_smmu_device *smmu, u64 *cmds, int n)
{
	u32 errors = nested_errors(smmu, cmds);
	int i, chunk, ret = 0;

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
		ret = nested_issue_once(smmu, cmds, n);
		if (ret != -EAGAIN)
			return ret;
	}

	return ret ? -EIO : 0;
}

/* Write dwords @first to @last of @ste to every stream, and have them seen */
static int nested_write_ste(struct arm_smmu_master *master, const u64 *ste,
			    int first, int last)
{
	u64 cmd[CMDQ_ENT_DWORDS];
	int i, j, ret = 0;

	for (i = 0; i < master->num_streams; i++) {
		u32 sid = master->streams[i].id;
		__le64 *dst = arm_smmu_nested_ste(master->smmu, sid);

		for (j = first; j <= last; j++)
			WRITE_ONCE(dst[j], cpu_to_le64(ste[j]));

		arm_smmu_nested_make_cfgi_ste(cmd, sid);
		ret = arm_smmu_nested_issue(master->smmu, cmd, 1) ?: ret;
	}

	return ret;
}

/* Nothing that the former stage 1 translated may survive it */
static int nested_flush_master(struct arm_smmu_domain *smmu_domain,
			       struct arm_smmu_master *master)
{
	u64 cmd[CMDQ_ENT_DWORDS];
	int i, ret;

	arm_smmu_nested_make_tlbi_all(cmd, smmu_domain->s2_cfg.vmid);
	ret = arm_smmu_nested_issue(master->smmu, cmd, 1);

	for (i = 0; master->ats_enabled && i < master->num_streams; i++) {
		arm_smmu_nested_make_atc_inv(cmd, master->streams[i].id,
					     0, 0, 0);
		ret = arm_smmu_nested_issue(master->smmu, cmd, 1) ?: ret;
	}

	return ret;
}

static int nested_abort(struct arm_smmu_domain *smmu_domain,
			struct arm_smmu_master *master)
{
	const u64 abort = STRTAB_STE_0_V;

	return nested_write_ste(master, &abort, 0, 0) ?:
	       nested_flush_master(smmu_domain, master);
}

/*
 * Replace a live STE. Dword 0 aborts everything while the others change, since
 * the SMMU may read dwords in any order (Arm IHI 0070, 3.21.3.1). An error
 * leaves the STE aborting.
 */
static int nested_replace_ste(struct arm_smmu_domain *smmu_domain,
			      struct arm_smmu_master *master, const u64 *ste)
{
	int ret;

	ret = nested_abort(smmu_domain, master);
	if (!ret)
		ret = nested_write_ste(master, ste, 1, NESTED_STE_DWORDS - 1);
	if (!ret)
		ret = nested_write_ste(master, ste, 0, 0);
	if (ret)
		nested_abort(smmu_domain, master);

	return ret;
}

/* What a device has that was blocked because the hardware failed */
static const struct iommu_pasid_table_config nested_blocked = {
	.argsz		= sizeof(nested_blocked),
	.version	= IOMMU_PASID_TABLE_CONFIG_VERSION_1,
	.format		= IOMMU_PASID_FORMAT_ARM_SMMUV3,
	.config		= IOMMU_PASID_CONFIG_ABORT,
};

/* Give @master the stage 1 of @cfg, or block it when the hardware fails */
static int nested_install(struct arm_smmu_domain *smmu_domain,
			  struct arm_smmu_master *master,
			  const struct iommu_pasid_table_config *cfg)
{
	u64 ste[NESTED_STE_DWORDS];

	lockdep_assert_held(&smmu_domain->init_mutex);

	arm_smmu_nested_make_ste(ste, master->smmu, &smmu_domain->s2_cfg, cfg,
				 master->ats_enabled);
	master->nested_cfg = *cfg;
	if (!nested_replace_ste(smmu_domain, master, ste))
		return 0;

	dev_err_ratelimited(master->dev,
			    "SMMU failed to change stage 1, device blocked\n");
	master->nested_cfg = nested_blocked;
	return -EIO;
}

/**
 * arm_smmu_nested_block - Keep the devices of a domain from all DMA
 * @smmu_domain: domain whose caches may hold what user space gave up
 *
 * Binding again flushes everything first, so that user space may undo this.
 */
void arm_smmu_nested_block(struct arm_smmu_domain *smmu_domain)
{
	struct arm_smmu_master *master;
	u64 cmd[CMDQ_ENT_DWORDS];
	unsigned long flags;
	int i;

	mutex_lock(&smmu_domain->init_mutex);
	spin_lock_irqsave(&smmu_domain->devices_lock, flags);
	list_for_each_entry(master, &smmu_domain->devices, domain_head) {
		for (i = 0; i < master->num_streams; i++)
			WRITE_ONCE(*arm_smmu_nested_ste(master->smmu,
							master->streams[i].id),
				   cpu_to_le64(STRTAB_STE_0_V));
		master->nested_cfg = nested_blocked;
	}
	spin_unlock_irqrestore(&smmu_domain->devices_lock, flags);

	arm_smmu_nested_make_cfgi_all(cmd);
	arm_smmu_nested_issue(smmu_domain->smmu, cmd, 1);
	mutex_unlock(&smmu_domain->init_mutex);
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

	mutex_lock(&smmu_domain->init_mutex);
	if (master->nested_cfg.config) {
		nested_abort(smmu_domain, master);
		for (i = 0; i < master->num_streams; i++)
			WRITE_ONCE(*arm_smmu_nested_ste(master->smmu,
							master->streams[i].id),
				   0);
		memset(&master->nested_cfg, 0, sizeof(master->nested_cfg));
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
