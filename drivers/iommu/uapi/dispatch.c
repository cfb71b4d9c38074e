// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nesting interface: from a checked request into the IOMMU drivers
 */
#include <linux/err.h>
#include <linux/export.h>
#include <linux/iommu.h>
#include <linux/iommu_nesting.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "fault.h"

/**
 * iommu_nesting_offers - Does the driver of a domain have an operation at all
 * @domain: any domain
 * @arg: structure that the operation takes
 *
 * Return: true when it does; whether this domain can use it is for the operation
 * to say
 */
bool iommu_nesting_offers(struct iommu_domain *domain,
			  enum iommu_nesting_arg arg)
{
	const struct iommu_nesting_ops *ops = domain->ops->nesting;

	if (!ops)
		return false;

	switch (arg) {
	case IOMMU_NESTING_PASID_TABLE:
		return ops->bind_pasid_table;
	case IOMMU_NESTING_BIND_PGTBL:
	case IOMMU_NESTING_UNBIND_PGTBL:
		return ops->bind_pgtbl;
	case IOMMU_NESTING_CACHE_INV:
		return ops->cache_invalidate;
	case IOMMU_NESTING_PAGE_RESP:
	case IOMMU_NESTING_FAULT_QUEUE:
		return ops->block;
	default:
		return false;
	}
}
EXPORT_SYMBOL_GPL(iommu_nesting_offers);

/**
 * iommu_nesting_owned_pasids - Are the PASIDs of a domain those of an owner
 * @domain: any domain
 *
 * Return: 1 when PASIDs that user space names come from the system-wide allocator,
 * so that the caller has to own them, 0 when the guest owns the numbers, or
 * -EOPNOTSUPP when the domain's driver does not nest
 */
int iommu_nesting_owned_pasids(struct iommu_domain *domain)
{
	const struct iommu_nesting_ops *ops = domain->ops->nesting;

	return ops ? ops->owned_pasids : -EOPNOTSUPP;
}
EXPORT_SYMBOL_GPL(iommu_nesting_owned_pasids);

/**
 * iommu_nesting_get_info - What a device in a nesting domain can be offered
 * @domain: the domain
 * @dev: device attached to it
 * @info: filled in on success
 *
 * Return: 0, -EOPNOTSUPP when driver or domain do not nest, -ENODEV when @dev
 * is not attached to @domain
 */
int iommu_nesting_get_info(struct iommu_domain *domain, struct device *dev,
			   struct iommu_nesting_info *info)
{
	const struct iommu_nesting_ops *ops = domain->ops->nesting;

	if (!ops)
		return -EOPNOTSUPP;

	memset(info, 0, sizeof(*info));
	info->argsz = sizeof(*info);
	return ops->get_info(domain, dev, info);
}
EXPORT_SYMBOL_GPL(iommu_nesting_get_info);

/**
 * iommu_nesting_merge_info - Reduce what a container offers to what all have
 * @all: what the devices so far have in common; @all->format is 0 for none yet
 * @info: what one more device offers
 *
 * Return: 0, or -EINVAL when the IOMMUs differ in format or vendor part, with
 * @all unchanged
 */
int iommu_nesting_merge_info(struct iommu_nesting_info *all,
			     const struct iommu_nesting_info *info)
{
	if (!all->format) {
		*all = *info;
		return 0;
	}

	if (all->format != info->format ||
	    memcmp(&all->vendor, &info->vendor, sizeof(all->vendor)))
		return -EINVAL;

	all->features &= info->features;
	all->addr_width = min(all->addr_width, info->addr_width);
	all->pasid_bits = min(all->pasid_bits, info->pasid_bits);
	return 0;
}
EXPORT_SYMBOL_GPL(iommu_nesting_merge_info);

/**
 * iommu_nesting_unbind_pasid_table - Return a device to stage 2 alone
 * @domain: any domain
 * @dev: device, which may have left @domain
 *
 * Context: may sleep. Cannot fail: nothing bound is what it asks for.
 */
void iommu_nesting_unbind_pasid_table(struct iommu_domain *domain,
				      struct device *dev)
{
	const struct iommu_nesting_ops *ops = domain->ops->nesting;

	if (ops && ops->unbind_pasid_table)
		ops->unbind_pasid_table(domain, dev);
}
EXPORT_SYMBOL_GPL(iommu_nesting_unbind_pasid_table);

static int nesting_bind_one(struct iommu_nesting_target *target,
			    const struct iommu_pasid_table_config *cfg)
{
	const struct iommu_nesting_ops *ops = target->domain->ops->nesting;

	if (!ops || !ops->bind_pasid_table)
		return -EOPNOTSUPP;

	return ops->bind_pasid_table(target->domain, target->dev, cfg,
				     &target->old);
}

/*
 * Undo exactly what the targets in front of @failed went through. A driver takes
 * back every configuration that it handed out, so that only hardware can fail
 * here, and the driver blocks the device then.
 */
static void nesting_rollback(struct list_head *targets,
			     struct iommu_nesting_target *failed)
{
	struct iommu_nesting_target *target = failed;

	list_for_each_entry_continue_reverse(target, targets, node) {
		struct iommu_pasid_table_config old = target->old;

		if (old.config)
			nesting_bind_one(target, &old);
		else
			iommu_nesting_unbind_pasid_table(target->domain,
							 target->dev);
	}
}

/**
 * iommu_nesting_bind_pasid_table - Give devices a stage 1 of user space
 * @targets: list of struct iommu_nesting_target
 * @cfg: checked by iommu_nesting_check(), and its table found to be memory of the
 *	same user
 *
 * All or nothing: when one device fails, those before it get back the stage 1
 * that they had.
 *
 * Context: may sleep. The caller keeps other binds and unbinds of the same
 * devices out, else one call would undo what another did.
 * Return: 0, -EOPNOTSUPP for what an IOMMU does not offer, -ENODEV when a device
 * is no longer attached, -EIO when an IOMMU failed, whose device then is blocked
 * from DMA
 */
int iommu_nesting_bind_pasid_table(struct list_head *targets,
				   const struct iommu_pasid_table_config *cfg)
{
	struct iommu_nesting_target *target;
	int ret;

	list_for_each_entry(target, targets, node) {
		ret = nesting_bind_one(target, cfg);
		if (ret) {
			nesting_rollback(targets, target);
			return ret;
		}
	}

	return 0;
}
EXPORT_SYMBOL_GPL(iommu_nesting_bind_pasid_table);

/**
 * iommu_nesting_unbind_pgtbl - Take a page table from a PASID of a device
 * @domain: any domain
 * @dev: device, which may have left @domain
 * @pasid: the PASID, 0 for the requests without one
 *
 * Context: may sleep. Cannot fail: nothing bound is what it asks for.
 */
void iommu_nesting_unbind_pgtbl(struct iommu_domain *domain, struct device *dev,
				ioasid_t pasid)
{
	const struct iommu_nesting_ops *ops = domain->ops->nesting;

	if (ops && ops->unbind_pgtbl)
		ops->unbind_pgtbl(domain, dev, pasid);
}
EXPORT_SYMBOL_GPL(iommu_nesting_unbind_pgtbl);

static int nesting_bind_one_pgtbl(struct iommu_nesting_target *target,
				  const struct iommu_gpasid_bind_data *data)
{
	const struct iommu_nesting_ops *ops = target->domain->ops->nesting;

	if (!ops || !ops->bind_pgtbl)
		return -EOPNOTSUPP;

	return ops->bind_pgtbl(target->domain, target->dev, data);
}

/**
 * iommu_nesting_bind_pgtbl - Give a PASID of devices a page table of user space
 * @targets: list of struct iommu_nesting_target
 * @data: checked by iommu_nesting_check(), its table found to be memory of the
 *	same user, and its PASID to be owned by the caller
 *
 * All or nothing: when one device fails, those before it are unbound again.
 *
 * Context: may sleep. The caller keeps other binds and unbinds of the same
 * devices out, and the PASID from being freed.
 * Return: 0, -EBUSY when there is a page table already, -EOPNOTSUPP for what an
 * IOMMU does not offer, -ENODEV when a device is no longer attached, -EIO when an
 * IOMMU failed, whose device then is blocked from DMA
 */
int iommu_nesting_bind_pgtbl(struct list_head *targets,
			     const struct iommu_gpasid_bind_data *data)
{
	struct iommu_nesting_target *target;
	int ret;

	list_for_each_entry(target, targets, node) {
		ret = nesting_bind_one_pgtbl(target, data);
		if (ret)
			goto err_unbind;
	}

	return 0;

err_unbind:
	list_for_each_entry_continue_reverse(target, targets, node)
		iommu_nesting_unbind_pgtbl(target->domain, target->dev,
					   data->hpasid);
	return ret;
}
EXPORT_SYMBOL_GPL(iommu_nesting_bind_pgtbl);

/**
 * iommu_nesting_cache_invalidate - Drop cached stage-1 state
 * @domain: nesting domain
 * @dev: one device attached to it, or NULL for all
 * @inv: checked by iommu_nesting_check(), and the caller owns its PASID
 *
 * Context: may sleep. Calls do not exclude each other.
 * Return: 0 after the hardware has completed it; -EOPNOTSUPP for what the IOMMU
 * cannot do, -ENODEV when @dev is not attached, -EIO when the hardware failed,
 * -ENOMEM
 */
int iommu_nesting_cache_invalidate(struct iommu_domain *domain,
				   struct device *dev,
				   const struct iommu_cache_invalidate_info *inv)
{
	const struct iommu_nesting_ops *ops = domain->ops->nesting;

	if (!ops || !ops->cache_invalidate)
		return -EOPNOTSUPP;

	return ops->cache_invalidate(domain, dev, inv);
}
EXPORT_SYMBOL_GPL(iommu_nesting_cache_invalidate);

/*
 * The faults of @dev for one call that is about them, to be put; else -EOPNOTSUPP
 * when the driver never reports any, -ENODEV when @dev is in no domain that nests
 */
static struct iommu_nesting_faults *
nesting_faults_of(struct iommu_domain *domain, struct device *dev)
{
	struct iommu_nesting_faults *faults;

	if (!domain->ops->nesting || !domain->ops->nesting->block)
		return ERR_PTR(-EOPNOTSUPP);

	faults = nesting_faults_find(dev);
	return faults ?: ERR_PTR(-ENODEV);
}

/**
 * iommu_nesting_page_response - Answer a page request
 * @domain: nesting domain
 * @dev: device attached to it
 * @resp: checked by iommu_nesting_check(). Its PASID is looked for among those of
 *	the device's own page requests alone.
 *
 * Context: may sleep.
 * Return: 0; -ENOENT when no such request waits, -EOPNOTSUPP when the driver never
 * reports any, -ENODEV when @dev is in no domain that nests, -EIO when the
 * hardware failed, and @dev is blocked from DMA
 */
int iommu_nesting_page_response(struct iommu_domain *domain, struct device *dev,
				const struct iommu_page_response *resp)
{
	struct iommu_nesting_faults *faults = nesting_faults_of(domain, dev);
	int ret;

	if (IS_ERR(faults))
		return PTR_ERR(faults);

	ret = nesting_faults_respond(faults, resp);
	iommu_nesting_faults_put(faults);
	if (ret == -EIO)
		domain->ops->nesting->block(domain, dev,
					    IOMMU_FAULT_BLOCKED_RESPONSE);

	return ret;
}
EXPORT_SYMBOL_GPL(iommu_nesting_page_response);

/**
 * iommu_nesting_open_faults - Open a queue on the faults of a device
 * @domain: nesting domain
 * @dev: device attached to it
 * @cfg: checked by iommu_nesting_check()
 *
 * Context: may sleep.
 * Return: a file descriptor; -EOPNOTSUPP when the IOMMU reports no faults, -ENODEV
 * when @dev is in no domain that nests, -EBUSY when it has a queue already, -EBADF
 * or -EINVAL for what is no eventfd, -ENOMEM, -EMFILE, -ENFILE
 */
int iommu_nesting_open_faults(struct iommu_domain *domain, struct device *dev,
			      const struct iommu_fault_queue_config *cfg)
{
	struct iommu_nesting_faults *faults = nesting_faults_of(domain, dev);
	int ret;

	if (IS_ERR(faults))
		return PTR_ERR(faults);

	ret = fault_queue_open(faults, cfg);
	iommu_nesting_faults_put(faults);
	return ret;
}
EXPORT_SYMBOL_GPL(iommu_nesting_open_faults);

/**
 * iommu_nesting_device_reset - A device is being reset, or has been
 * @dev: any device
 * @done: it has been, and @dev was passed in with false before
 *
 * The device forgets what it asked for. Its page requests are answered, and no
 * response of user space's to one of them is taken for one to a later request.
 *
 * Context: may sleep.
 */
void iommu_nesting_device_reset(struct device *dev, bool done)
{
	struct iommu_nesting_faults *faults = nesting_faults_find(dev);

	if (!faults)
		return;

	nesting_faults_reset(faults, done);
	iommu_nesting_faults_put(faults);
}
EXPORT_SYMBOL_GPL(iommu_nesting_device_reset);
