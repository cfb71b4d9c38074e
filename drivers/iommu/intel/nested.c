// SPDX-License-Identifier: GPL-2.0-only
/*
 * VT-d nesting: stage 1 owned by user space over the second level of the domain
 *
 * Each device has a PASID table of its own, so that one PASID, or the requests
 * without one, can have different page tables on several devices. The IOTLB knows
 * translations by domain id and PASID (6.2.4): what is bound to a device has a
 * domain id of the device's own, and the second level keeps the domain's.
 *
 * PASID, page requests and ATS of a device are on for as long as it is attached,
 * which the driver sees to already: PCI Express leaves open what becomes of a
 * device whose PASIDs are enabled while ATS is on. What is not bound has no PASID
 * entry, and faults; page requests for it are answered as invalid.
 *
 * The pages of a PASID table are the driver's, 4 KiB for 64 PASIDs, and stay until
 * the device is gone: at most 64 MiB for a device with 20 bits of PASID.
 *
 * A reset of the device does not concern its IOMMU: what is bound stays bound.
 */
#define pr_fmt(fmt)	"DMAR: " fmt

#include <linux/iommu_nesting.h>
#include <linux/iommu_nesting_fault.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "iommu.h"
#include "nested-compose.h"
#include "pasid.h"

/**
 * intel_nested_enable - Make a domain one that nests
 * @domain: domain without devices
 *
 * Its mappings go to the second level then.
 *
 * Return: 0 or -EINVAL
 */
int intel_nested_enable(struct iommu_domain *domain)
{
	struct dmar_domain *dmar_domain = to_dmar_domain(domain);
	struct intel_nested_domain *nested = &dmar_domain->nested;

	if (domain->type != IOMMU_DOMAIN_UNMANAGED || nested->enabled ||
	    !list_empty(&dmar_domain->devices))
		return -EINVAL;

	init_rwsem(&nested->lock);
	INIT_LIST_HEAD(&nested->devices);
	dmar_domain->flags &= ~DOMAIN_FLAG_USE_FIRST_LEVEL;
	nested->enabled = true;
	return 0;
}

/**
 * intel_nested_enabled - Does a domain nest
 * @domain: any domain
 *
 * Return: what intel_nested_enable() made of it
 */
bool intel_nested_enabled(const struct dmar_domain *domain)
{
	return domain->nested.enabled;
}

/**
 * intel_nested_lost - May the hardware have tables of a domain cached for ever
 * @domain: any domain, without devices
 *
 * Return: true when its tables must not be freed
 */
bool intel_nested_lost(const struct dmar_domain *domain)
{
	return domain->nested.lost;
}

/**
 * intel_nested_map_check - May memory be mapped like this
 * @domain: the domain, nesting or not
 * @prot: IOMMU_READ, IOMMU_WRITE, ...
 *
 * Erratum 772415: units write to pages that the second level has read-only when
 * they set accessed bits of a first level. 6.1 cannot tell which units do.
 *
 * Return: 0, or -EINVAL when the domain nests and the mapping is read-only
 */
int intel_nested_map_check(struct dmar_domain *domain, int prot)
{
	if (!domain->nested.enabled || prot & IOMMU_WRITE)
		return 0;

	pr_notice_ratelimited("no read-only mappings where devices nest (erratum 772415)\n");
	return -EINVAL;
}

/**
 * intel_nested_find - Look a device up among those of a domain
 * @domain: domain that nests, its lock held
 * @dev: the device, which need not be attached to it
 *
 * Return: the device, attached until the lock is dropped, or NULL
 */
struct device_domain_info *
intel_nested_find(struct dmar_domain *domain, struct device *dev)
{
	struct device_domain_info *info;

	lockdep_assert_held(&domain->nested.lock);

	list_for_each_entry(info, &domain->nested.devices, nested.node)
		if (info->dev == dev)
			return info;

	return NULL;
}

static int nested_add(struct intel_nested_device *nested,
		      const struct iommu_gpasid_bind_data *data)
{
	struct iommu_gpasid_bind_data *binding;
	int ret;

	binding = kmemdup(data, sizeof(*data), GFP_KERNEL_ACCOUNT);
	if (!binding)
		return -ENOMEM;

	ret = xa_insert(&nested->bindings, data->hpasid, binding,
			GFP_KERNEL_ACCOUNT);
	if (ret)
		goto err_free;

	if (data->flags & IOMMU_SVA_GPASID_VAL) {
		ret = xa_insert(&nested->gpasids, data->gpasid,
				xa_mk_value(data->hpasid), GFP_KERNEL_ACCOUNT);
		if (ret)
			goto err_erase;
	}

	return 0;

err_erase:
	xa_erase(&nested->bindings, data->hpasid);
err_free:
	kfree(binding);
	return ret;
}

static bool nested_del(struct intel_nested_device *nested, ioasid_t pasid)
{
	struct iommu_gpasid_bind_data *binding;

	binding = xa_erase(&nested->bindings, pasid);
	if (!binding)
		return false;

	if (binding->flags & IOMMU_SVA_GPASID_VAL)
		xa_erase(&nested->gpasids, binding->gpasid);
	kfree(binding);
	return true;
}

static int nested_check_bind(struct device_domain_info *info,
			     const struct iommu_gpasid_bind_data *data)
{
	struct pasid_entry *entry;
	int ret;

	ret = intel_nested_check_data(info->iommu->cap, info->iommu->ecap,
				      data);
	if (ret)
		return ret;
	if (data->hpasid >> info->nested.pasid_bits)
		return -EOPNOTSUPP;
	if (xa_load(&info->nested.bindings, data->hpasid))
		return -EBUSY;

	entry = intel_nested_pasid_entry(info->dev, data->hpasid);
	if (!entry)
		return -ENOMEM;

	/* The kernel's own */
	return data->hpasid && pasid_pte_is_present(entry) ? -EBUSY : 0;
}

/* The device can ask for pages as soon as the entry is there */
static int nested_accept(struct intel_nested_device *nested,
			 const struct iommu_gpasid_bind_data *data)
{
	return iommu_nesting_faults_accept(nested->faults, data->hpasid,
					   data->flags & IOMMU_SVA_GPASID_VAL ?
					   data->gpasid : data->hpasid);
}

static int nested_bind(struct device_domain_info *info,
		       const struct iommu_gpasid_bind_data *data)
{
	struct intel_nested_device *nested = &info->nested;
	int ret;

	ret = nested_check_bind(info, data);
	if (ret)
		return ret;

	ret = nested_add(nested, data);
	if (ret)
		return ret;

	ret = nested_accept(nested, data);
	if (ret)
		goto err_del;

	ret = nested->blocked ?
		intel_nested_unblock(info) :
		intel_nested_install(info, data->hpasid, data);
	if (ret)
		goto err_refuse;

	return 0;

err_refuse:
	iommu_nesting_faults_refuse(nested->faults, data->hpasid);
err_del:
	nested_del(nested, data->hpasid);
	return ret;
}

/* A device of a domain that nests, whose lock is held for writing then, or NULL */
static struct device_domain_info *nested_lock(struct iommu_domain *domain,
					      struct device *dev)
{
	struct dmar_domain *dmar_domain = to_dmar_domain(domain);
	struct device_domain_info *info;

	if (!dmar_domain->nested.enabled)
		return NULL;

	down_write(&dmar_domain->nested.lock);
	info = intel_nested_find(dmar_domain, dev);
	if (!info)
		up_write(&dmar_domain->nested.lock);

	return info;
}

static void nested_unlock(struct device_domain_info *info)
{
	up_write(&info->domain->nested.lock);
}

static int intel_nested_bind_pgtbl(struct iommu_domain *domain,
				   struct device *dev,
				   const struct iommu_gpasid_bind_data *data)
{
	struct device_domain_info *info;
	int ret;

	if (!intel_nested_enabled(to_dmar_domain(domain)))
		return -EOPNOTSUPP;

	info = nested_lock(domain, dev);
	if (!info)
		return -ENODEV;

	ret = nested_bind(info, data);
	nested_unlock(info);
	return ret;
}

/*
 * Page requests are answered before the entry goes, so that draining covers the
 * responses. A device that was not given one stays blocked.
 */
static void nested_unbind(struct device_domain_info *info, ioasid_t pasid)
{
	struct intel_nested_device *nested = &info->nested;

	if (iommu_nesting_faults_refuse(nested->faults, pasid)) {
		intel_nested_block(info, IOMMU_FAULT_BLOCKED_RESPONSE);
		nested_del(nested, pasid);
	} else if (nested->blocked) {
		nested_del(nested, pasid);
		intel_nested_unblock(info);
	} else if (xa_load(&nested->bindings, pasid)) {
		intel_nested_remove(info, pasid);
		nested_del(nested, pasid);
	}
}

static void intel_nested_unbind_pgtbl(struct iommu_domain *domain,
				      struct device *dev, ioasid_t pasid)
{
	struct device_domain_info *info = nested_lock(domain, dev);

	if (!info)
		return;

	nested_unbind(info, pasid);
	nested_unlock(info);
}

static void intel_nested_block_device(struct iommu_domain *domain,
				      struct device *dev, u32 reason)
{
	struct device_domain_info *info = nested_lock(domain, dev);

	if (!info)
		return;

	intel_nested_block(info, reason);
	nested_unlock(info);
}

const struct iommu_nesting_ops intel_nesting_ops = {
	.owned_pasids		= true,
	.get_info		= intel_nested_get_info,
	.bind_pgtbl		= intel_nested_bind_pgtbl,
	.unbind_pgtbl		= intel_nested_unbind_pgtbl,
	.cache_invalidate	= intel_nested_cache_invalidate,
	.block			= intel_nested_block_device,
};
