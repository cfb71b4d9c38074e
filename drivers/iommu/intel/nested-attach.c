// SPDX-License-Identifier: GPL-2.0-only
/*
 * VT-d nesting: devices that enter and leave a domain
 */
#include <linux/iommu_nesting.h>
#include <linux/iommu_nesting_fault.h>
#include <linux/log2.h>
#include <linux/pci-ats.h>
#include <linux/pci.h>
#include <linux/slab.h>

#include "iommu.h"
#include "pasid.h"

static int is_other_alias(struct pci_dev *pdev, u16 alias, void *data)
{
	return alias != *(u16 *)data;
}

/* The unit would take requests of others for the device's, or the other way round */
static bool has_aliases(struct pci_dev *pdev)
{
	u16 rid = pci_dev_id(pdev);

	return pci_for_each_dma_alias(pdev, is_other_alias, &rid);
}

/* What keeps a device from nesting, for the log, or NULL */
static const char *nested_obstacle(const struct device_domain_info *info)
{
	const struct intel_iommu *iommu = info->iommu;

	if (!dev_is_pci(info->dev) || !info->pasid_table)
		return "device has no PASID table";
	if (has_aliases(to_pci_dev(info->dev)))
		return "device shares its requester id";
	if (!iommu->qi || !ecap_flts(iommu->ecap) || !ecap_slts(iommu->ecap) ||
	    !ecap_nest(iommu->ecap))
		return "unit cannot nest";
	if (!ecap_smpwc(iommu->ecap))
		return "unit does not snoop page walks";
	/* Mappings would have to be flushed that nobody can name by address */
	if (cap_caching_mode(iommu->cap))
		return "unit caches what is not present";
	return NULL;
}

/* All units of a domain can do what the first one can */
static bool nested_same_unit(struct intel_nested_domain *nested,
			     const struct intel_iommu *iommu)
{
	const struct device_domain_info *first;
	bool same = true;

	down_read(&nested->lock);
	first = list_first_entry_or_null(&nested->devices,
					 struct device_domain_info,
					 nested.node);
	if (first)
		same = intel_nested_same_offer(iommu->cap, iommu->ecap,
					       first->iommu->cap,
					       first->iommu->ecap);
	up_read(&nested->lock);

	return same;
}

static int nested_attach_check(struct dmar_domain *domain,
			       struct device_domain_info *info)
{
	struct device *dev = info->dev;
	const char *obstacle;

	obstacle = nested_obstacle(info);
	if (obstacle) {
		dev_notice_ratelimited(dev, "no nesting on %s: %s\n",
				       info->iommu->name, obstacle);
		return -EOPNOTSUPP;
	}
	if (!nested_same_unit(&domain->nested, info->iommu)) {
		dev_notice_ratelimited(dev, "%s differs from the container's\n",
				       info->iommu->name);
		return -EINVAL;
	}

	return 0;
}

static unsigned int nested_pasid_bits(const struct device_domain_info *info)
{
	if (!info->pasid_enabled)
		return 0;

	return ilog2(min_t(u32, pci_max_pasids(to_pci_dev(info->dev)),
			   intel_pasid_max_id));
}

static int nested_get_did(struct intel_iommu *iommu, u16 *did)
{
	unsigned long ndomains = cap_ndoms(iommu->cap);
	unsigned long id;

	spin_lock(&iommu->lock);
	id = find_first_zero_bit(iommu->domain_ids, ndomains);
	if (id < ndomains)
		set_bit(id, iommu->domain_ids);
	spin_unlock(&iommu->lock);

	*did = id;
	return id < ndomains ? 0 : -ENOSPC;
}

static void nested_put_did(struct intel_iommu *iommu, u16 did)
{
	spin_lock(&iommu->lock);
	clear_bit(did, iommu->domain_ids);
	spin_unlock(&iommu->lock);
}

/**
 * intel_nested_attach_prepare - May a device enter a domain
 * @domain: the domain, nesting or not
 * @dev: the device, still where it is
 *
 * Return: 0, and intel_nested_attach() has to follow; -EOPNOTSUPP when the domain
 * nests and the unit or the device cannot, -EINVAL when the unit differs from
 * those of the other devices, -ENOSPC when it has no domain id left, -ENOMEM
 */
int intel_nested_attach_prepare(struct dmar_domain *domain, struct device *dev)
{
	struct device_domain_info *info = dev_iommu_priv_get(dev);
	int ret;

	if (!domain->nested.enabled)
		return 0;

	ret = nested_attach_check(domain, info) ?:
	      nested_get_did(info->iommu, &info->nested.next_did);
	if (ret)
		return ret;

	info->nested.next_faults = intel_nested_faults_enter(info);
	if (!info->nested.next_faults) {
		nested_put_did(info->iommu, info->nested.next_did);
		return -ENOMEM;
	}

	return 0;
}

/**
 * intel_nested_attach - A device has entered a domain, or failed to
 * @domain: the domain, nesting or not
 * @dev: the device
 * @ret: 0, or what kept the device from entering
 *
 * Return: @ret
 */
int intel_nested_attach(struct dmar_domain *domain, struct device *dev, int ret)
{
	struct device_domain_info *info = dev_iommu_priv_get(dev);
	struct intel_nested_device *nested = &info->nested;

	if (!domain->nested.enabled)
		return ret;

	if (ret) {
		iommu_nesting_faults_leave(nested->next_faults);
		iommu_nesting_faults_stop(nested->next_faults);
		intel_nested_faults_leave(info, nested->next_faults);
		nested_put_did(info->iommu, nested->next_did);
		return ret;
	}

	nested->faults = nested->next_faults;
	nested->did = nested->next_did;
	xa_init(&nested->bindings);
	xa_init(&nested->gpasids);
	nested->pasid_bits = nested_pasid_bits(info);
	nested->blocked = false;
	nested->failed = false;
	nested->silent = false;

	down_write(&domain->nested.lock);
	list_add_tail(&nested->node, &domain->nested.devices);
	nested->attached = true;
	up_write(&domain->nested.lock);

	return 0;
}

/**
 * intel_nested_detach - A device is about to leave its domain
 * @info: the device, still attached if it ever was
 *
 * Nobody finds the device any more when this returns, nothing of user space's is
 * left in it, its page requests are answered, and it has no translation of the
 * domain's either, which could not be dropped any more when memory is unmapped.
 */
void intel_nested_detach(struct device_domain_info *info)
{
	struct intel_nested_device *nested = &info->nested;
	struct dmar_domain *domain = info->domain;
	unsigned long pasid;
	void *binding;

	if (!domain || !domain->nested.enabled)
		return;

	/* What it waits for takes the lock */
	if (nested->attached)
		iommu_nesting_faults_leave(nested->faults);

	down_write(&domain->nested.lock);
	if (nested->attached) {
		list_del(&nested->node);
		nested->attached = false;
		iommu_nesting_faults_stop(nested->faults);
		intel_nested_leave(info);
		intel_nested_faults_leave(info, nested->faults);
		xa_for_each(&nested->bindings, pasid, binding)
			kfree(binding);
		xa_destroy(&nested->bindings);
		xa_destroy(&nested->gpasids);
		if (nested->failed) {
			domain->nested.lost = true;
			dev_err(info->dev, "%s: domain id %u is used no more\n",
				info->iommu->name, nested->did);
		} else {
			nested_put_did(info->iommu, nested->did);
		}
	}
	up_write(&domain->nested.lock);
}
