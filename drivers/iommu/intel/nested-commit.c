// SPDX-License-Identifier: GPL-2.0-only
/*
 * VT-d nesting: PASID entries of a device, and what follows when they change
 *
 * An entry loses its present bit, everything goes that was cached of it, and only
 * then it is written anew (6.5.3.3). The domain's lock is held for writing.
 *
 * A device that the hardware failed is blocked: none of its PASID entries is
 * present, its context entry refuses translated requests, and its ATS is off, so
 * that nobody waits for its TLB any more. Enabling ATS again makes the device
 * forget what its TLB held (PCI Express 5.0, 10.5.1.3).
 */
#include <linux/iommu_nesting.h>
#include <linux/iommu_nesting_fault.h>
#include <linux/pci-ats.h>
#include <linux/pci.h>
#include <linux/spinlock.h>

#include "iommu.h"
#include "nested-compose.h"
#include "pasid.h"

/* 9.4: device-TLB enable, of a scalable-mode context entry */
#define CONTEXT_0_DTE		BIT_ULL(2)

/* The entry exists: binding made it. That of the RID always does. */
static void write_entry(struct device_domain_info *info, u32 pasid,
			const struct pasid_entry *new)
{
	struct pasid_entry *entry = intel_nested_pasid_entry(info->dev, pasid);
	int i;

	spin_lock(&info->iommu->lock);
	for (i = ARRAY_SIZE(new->val) - 1; i > 0; i--)
		WRITE_ONCE(entry->val[i], new->val[i]);
	dma_wmb();
	WRITE_ONCE(entry->val[0], new->val[0]);
	spin_unlock(&info->iommu->lock);

	__iommu_flush_cache(info->iommu, entry, sizeof(*entry));
	iommu_flush_write_buffer(info->iommu);
}

/* First step of taking an entry away: the rest of it stays as it is */
static void hide_entry(struct device_domain_info *info, u32 pasid)
{
	struct pasid_entry *entry = intel_nested_pasid_entry(info->dev, pasid);

	spin_lock(&info->iommu->lock);
	WRITE_ONCE(entry->val[0], entry->val[0] & ~(u64)PASID_PTE_PRESENT);
	dma_wmb();
	spin_unlock(&info->iommu->lock);

	__iommu_flush_cache(info->iommu, entry, sizeof(*entry));
	iommu_flush_write_buffer(info->iommu);
}

static void hide_all(struct device_domain_info *info)
{
	unsigned long pasid;
	void *binding;

	hide_entry(info, PASID_RID2PASID);
	xa_for_each_start(&info->nested.bindings, pasid, binding, 1)
		hide_entry(info, pasid);
}

static void erase_all(struct device_domain_info *info)
{
	const struct pasid_entry none = {};
	unsigned long pasid;
	void *binding;

	write_entry(info, PASID_RID2PASID, &none);
	xa_for_each_start(&info->nested.bindings, pasid, binding, 1)
		write_entry(info, pasid, &none);
}

static void write_nested(struct device_domain_info *info, u32 pasid,
			 const struct iommu_gpasid_bind_data *data)
{
	const struct dmar_domain *domain = info->domain;
	const struct intel_nested_s2 s2 = {
		.pgd		= virt_to_phys(domain->pgd),
		.did		= info->nested.did,
		.aw		= domain->agaw,
		.snoop_walks	= ecap_smpwc(info->iommu->ecap),
		.snoop_pages	= domain->force_snooping,
	};
	struct pasid_entry entry;

	intel_nested_make_entry(&entry, &s2, data);
	write_entry(info, pasid, &entry);
}

/* Requests without a PASID go back to the second level alone */
static int write_second_level(struct device_domain_info *info)
{
	return intel_pasid_setup_second_level(info->iommu, info->domain,
					      info->dev, PASID_RID2PASID);
}

static void set_ats(struct device_domain_info *info, bool on)
{
	struct pci_dev *pdev = to_pci_dev(info->dev);

	if (on) {
		info->ats_enabled = !pci_enable_ats(pdev, VTD_PAGE_SHIFT);
	} else if (info->ats_enabled) {
		pci_disable_ats(pdev);
		info->ats_enabled = 0;
	}
}

static void set_context_dte(struct device_domain_info *info, bool on)
{
	struct intel_iommu *iommu = info->iommu;
	struct context_entry *context;

	spin_lock(&iommu->lock);
	context = iommu_context_addr(iommu, info->bus, info->devfn, 0);
	if (context && on && info->ats_supported)
		WRITE_ONCE(context->lo, context->lo | CONTEXT_0_DTE);
	else if (context)
		WRITE_ONCE(context->lo, context->lo & ~CONTEXT_0_DTE);
	spin_unlock(&iommu->lock);

	if (context)
		__iommu_flush_cache(iommu, context, sizeof(*context));
	iommu_flush_write_buffer(iommu);
}

/*
 * The queue is of no use any more. Without it nothing else than the device itself
 * can be told to be quiet, which user space may undo. The device's domain id is not
 * used again, and the domain's tables are not freed. But pages of memory are unpinned
 * whatever happens here.
 */
static void block_failed(struct device_domain_info *info)
{
	info->nested.failed = true;
	pci_clear_master(to_pci_dev(info->dev));
	dev_err_ratelimited(info->dev, "VT-d unit %s is out of order\n",
			    info->iommu->name);
}

/**
 * intel_nested_block - Keep a device from all DMA
 * @info: the device, its domain's lock held for writing
 * @reason: what the hardware failed to do, IOMMU_FAULT_BLOCKED_*
 *
 * Its page requests are left to those who wait to answer them.
 */
void intel_nested_block(struct device_domain_info *info, u32 reason)
{
	struct intel_nested_device *nested = &info->nested;

	nested->silent = false;
	if (nested->blocked)
		return;

	nested->blocked = true;
	nested->ats = info->ats_enabled;
	hide_all(info);
	set_ats(info, false);
	set_context_dte(info, false);
	if (intel_nested_flush_device(info))
		block_failed(info);
	iommu_nesting_report_blocked(nested->faults, reason);
	dev_err_ratelimited(info->dev, "VT-d unit failed, device blocked\n");
}

/**
 * intel_nested_block_silent - Keep those devices of a domain from DMA that are silent
 * @domain: the domain, its lock held for writing
 */
void intel_nested_block_silent(struct dmar_domain *domain)
{
	struct device_domain_info *info;

	list_for_each_entry(info, &domain->nested.devices, nested.node)
		if (info->nested.silent)
			intel_nested_block(info,
					   IOMMU_FAULT_BLOCKED_INVALIDATION);
}

/**
 * intel_nested_block_domain - Keep all devices of a domain from DMA
 * @domain: domain whose caches may hold what user space gave up, its lock held for
 *	writing
 */
void intel_nested_block_domain(struct dmar_domain *domain)
{
	struct device_domain_info *info;

	list_for_each_entry(info, &domain->nested.devices, nested.node)
		intel_nested_block(info, IOMMU_FAULT_BLOCKED_INVALIDATION);
}

static int write_all(struct device_domain_info *info)
{
	const struct iommu_gpasid_bind_data *data;
	unsigned long pasid;

	if (!xa_load(&info->nested.bindings, PASID_RID2PASID) &&
	    write_second_level(info))
		return -EIO;

	xa_for_each(&info->nested.bindings, pasid, data)
		write_nested(info, pasid, data);

	return 0;
}

/**
 * intel_nested_unblock - Give a blocked device all back that is bound to it
 * @info: the device, its domain's lock held for writing
 *
 * Return: 0, or -EIO and the device stays blocked
 */
int intel_nested_unblock(struct device_domain_info *info)
{
	set_context_dte(info, true);
	if (intel_nested_drain_device(info) || write_all(info)) {
		hide_all(info);
		set_context_dte(info, false);
		if (intel_nested_flush_device(info))
			block_failed(info);
		iommu_nesting_report_blocked(info->nested.faults,
					     IOMMU_FAULT_BLOCKED_BIND);
		return -EIO;
	}

	if (info->nested.ats)
		set_ats(info, true);
	info->nested.blocked = false;
	info->nested.failed = false;
	return 0;
}

/**
 * intel_nested_install - Put a page table in front of the second level
 * @info: the device, its domain's lock held for writing, not blocked
 * @pasid: PASID without an entry, or 0 for the requests without a PASID
 * @data: the page table
 *
 * Nothing is cached of an entry that is not present: units with caching mode are
 * refused.
 *
 * Return: 0, or -EIO and the device is blocked
 */
int intel_nested_install(struct device_domain_info *info, u32 pasid,
			 const struct iommu_gpasid_bind_data *data)
{
	if (!pasid) {
		u16 did = domain_id_iommu(info->domain, info->iommu);

		hide_entry(info, pasid);
		if (intel_nested_flush_pasid(info, pasid, did)) {
			intel_nested_block(info, IOMMU_FAULT_BLOCKED_BIND);
			return -EIO;
		}
	}

	write_nested(info, pasid, data);
	return 0;
}

/**
 * intel_nested_remove - Take a page table away
 * @info: the device, its domain's lock held for writing, not blocked
 * @pasid: PASID that has one, or 0 for the requests without a PASID
 *
 * Return: 0, or -EIO and the device is blocked
 */
int intel_nested_remove(struct device_domain_info *info, u32 pasid)
{
	const struct pasid_entry none = {};
	int ret;

	hide_entry(info, pasid);
	ret = intel_nested_flush_pasid(info, pasid, info->nested.did);
	if (!ret) {
		write_entry(info, pasid, &none);
		if (!pasid)
			ret = write_second_level(info);
	}
	if (!ret)
		return 0;

	intel_nested_block(info, IOMMU_FAULT_BLOCKED_BIND);
	return -EIO;
}

/**
 * intel_nested_leave - Leave nothing of user space's in a device
 * @info: device that leaves its domain, whose lock is held for writing
 *
 * What is not present afterwards, the driver does not look at before it writes
 * it. A TLB that cannot be emptied is switched off. A device whose unit does not
 * work remains without translated requests.
 */
void intel_nested_leave(struct device_domain_info *info)
{
	hide_all(info);
	if (!pci_device_is_present(to_pci_dev(info->dev)))
		set_ats(info, false);
	if (intel_nested_drain_device(info))
		intel_nested_block(info, IOMMU_FAULT_BLOCKED_BIND);

	erase_all(info);
	if (info->nested.blocked && !info->nested.failed) {
		set_context_dte(info, true);
		info->nested.failed = intel_nested_flush_device(info);
	}
	info->nested.blocked = false;
}
