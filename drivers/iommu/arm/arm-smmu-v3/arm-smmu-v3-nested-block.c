// SPDX-License-Identifier: GPL-2.0-only
/*
 * SMMUv3 nesting: devices that are kept from DMA because the hardware failed
 */
#include <linux/iommu_nesting_fault.h>
#include <linux/pci.h>

#include "arm-smmu-v3-nested.h"

/* What a device has that was blocked because the hardware failed */
const struct iommu_pasid_table_config arm_smmu_nested_blocked = {
	.argsz		= sizeof(arm_smmu_nested_blocked),
	.version	= IOMMU_PASID_TABLE_CONFIG_VERSION_1,
	.format		= IOMMU_PASID_FORMAT_ARM_SMMUV3,
	.config		= IOMMU_PASID_CONFIG_ABORT,
};

/**
 * arm_smmu_nested_silence - Keep a device from all DMA without the SMMU
 * @master: device in a nesting domain whose init_mutex is held
 *
 * The SMMU may go on with the STE that it has cached. Nothing else than the device
 * itself can be told to be quiet then.
 */
void arm_smmu_nested_silence(struct arm_smmu_master *master)
{
	if (dev_is_pci(master->dev))
		pci_clear_master(to_pci_dev(master->dev));
	dev_err_ratelimited(master->dev, "SMMU is out of order\n");
}

/* A master that nested_block_stes() has left work for, valid under init_mutex */
static struct arm_smmu_master *
nested_next_blocked(struct arm_smmu_domain *smmu_domain)
{
	struct arm_smmu_master *master, *found = NULL;
	unsigned long flags;

	spin_lock_irqsave(&smmu_domain->devices_lock, flags);
	list_for_each_entry(master, &smmu_domain->devices, domain_head) {
		if (master->nested_blocking) {
			master->nested_blocking = false;
			found = master;
			break;
		}
	}
	spin_unlock_irqrestore(&smmu_domain->devices_lock, flags);

	return found;
}

/* Those that are blocked already stay as they are. False when all are. */
static bool nested_block_stes(struct arm_smmu_domain *smmu_domain,
			      struct device *dev)
{
	struct arm_smmu_master *master;
	unsigned long flags;
	bool any = false;
	int i;

	spin_lock_irqsave(&smmu_domain->devices_lock, flags);
	list_for_each_entry(master, &smmu_domain->devices, domain_head) {
		if ((dev && master->dev != dev) || master->nested_blocked)
			continue;
		for (i = 0; i < master->num_streams; i++)
			WRITE_ONCE(*arm_smmu_nested_ste(master->smmu,
							master->streams[i].id),
				   cpu_to_le64(STRTAB_STE_0_V));
		master->nested_cfg = arm_smmu_nested_blocked;
		master->nested_blocked = true;
		master->nested_blocking = true;
		any = true;
	}
	spin_unlock_irqrestore(&smmu_domain->devices_lock, flags);

	return any;
}

static void nested_block(struct arm_smmu_domain *smmu_domain,
			 struct device *dev, u32 reason)
{
	struct arm_smmu_device *smmu = smmu_domain->smmu;
	struct arm_smmu_master *master;
	u64 cmd[CMDQ_ENT_DWORDS];
	int ret = 0;

	lockdep_assert_held(&smmu_domain->init_mutex);

	if (nested_block_stes(smmu_domain, dev)) {
		arm_smmu_nested_make_cfgi_all(cmd);
		ret = arm_smmu_nested_issue_within(smmu, cmd, 1,
						   smmu->nested_block_timeout);
	}

	while ((master = nested_next_blocked(smmu_domain))) {
		if (ret)
			arm_smmu_nested_silence(master);
		arm_smmu_nested_quiesce(master);
		iommu_nesting_report_blocked(master->nested_faults, reason);
	}
}

/**
 * arm_smmu_nested_block - Keep devices from all DMA
 * @smmu_domain: domain whose caches may hold what user space gave up
 * @dev: one device, attached or not, or NULL for all of the domain
 * @reason: what failed (IOMMU_FAULT_BLOCKED_*), for user space
 *
 * Binding again flushes everything first, so that user space may undo this. Until
 * then nobody waits for the TLB of such a device.
 */
void arm_smmu_nested_block(struct arm_smmu_domain *smmu_domain,
			   struct device *dev, u32 reason)
{
	mutex_lock(&smmu_domain->init_mutex);
	nested_block(smmu_domain, dev, reason);
	mutex_unlock(&smmu_domain->init_mutex);
}

/**
 * arm_smmu_nested_block_unanswered - Block a device that may wait for an answer
 * @smmu_domain: its domain, which it may be about to enter or to leave
 * @master: the device
 *
 * Nothing is done when its stalls have ended since: its stage 1 is another by then.
 */
void arm_smmu_nested_block_unanswered(struct arm_smmu_domain *smmu_domain,
				      struct arm_smmu_master *master)
{
	mutex_lock(&smmu_domain->init_mutex);
	if (READ_ONCE(master->nested_unanswered))
		nested_block(smmu_domain, master->dev,
			     IOMMU_FAULT_BLOCKED_RESPONSE);
	mutex_unlock(&smmu_domain->init_mutex);
}

/* The device of a domain that has a stream, or NULL */
static struct arm_smmu_master *
nested_find_stream_locked(struct arm_smmu_domain *smmu_domain, u32 sid)
{
	struct arm_smmu_master *master;
	int i;

	lockdep_assert_held(&smmu_domain->devices_lock);

	list_for_each_entry(master, &smmu_domain->devices, domain_head)
		for (i = 0; i < master->num_streams; i++)
			if (master->streams[i].id == sid)
				return master;

	return NULL;
}

/* The same, valid under init_mutex */
static struct arm_smmu_master *
nested_find_stream(struct arm_smmu_domain *smmu_domain, u32 sid)
{
	struct arm_smmu_master *master;
	unsigned long flags;

	spin_lock_irqsave(&smmu_domain->devices_lock, flags);
	master = nested_find_stream_locked(smmu_domain, sid);
	spin_unlock_irqrestore(&smmu_domain->devices_lock, flags);

	return master;
}

/**
 * arm_smmu_nested_stream_blocked - Is a device blocked, or about to be
 * @smmu_domain: its domain, which it may have left
 * @sid: one of its streams
 *
 * Return: true when it is: nobody waits for its TLB then. It stays so for as long as
 * init_mutex is not taken by who binds again.
 */
bool arm_smmu_nested_stream_blocked(struct arm_smmu_domain *smmu_domain,
				    u32 sid)
{
	struct arm_smmu_master *master;
	unsigned long flags;
	bool blocked;

	spin_lock_irqsave(&smmu_domain->devices_lock, flags);
	master = nested_find_stream_locked(smmu_domain, sid);
	blocked = master && master->nested_blocked;
	spin_unlock_irqrestore(&smmu_domain->devices_lock, flags);

	return blocked;
}

/**
 * arm_smmu_nested_block_stream - Keep one device from all DMA
 * @smmu_domain: its domain, which it may have left
 * @sid: one of its streams
 * @reason: what failed (IOMMU_FAULT_BLOCKED_*), for user space
 *
 * As arm_smmu_nested_block() does.
 */
void arm_smmu_nested_block_stream(struct arm_smmu_domain *smmu_domain, u32 sid,
				  u32 reason)
{
	struct arm_smmu_master *master;

	mutex_lock(&smmu_domain->init_mutex);
	master = nested_find_stream(smmu_domain, sid);
	if (master)
		nested_block(smmu_domain, master->dev, reason);
	mutex_unlock(&smmu_domain->init_mutex);
}
