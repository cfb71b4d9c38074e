/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage-1 translation owned by user space: core and driver interface
 *
 * Three layers, never mixed: copy and validate (drivers/iommu/uapi), authorise
 * (the transport, VFIO), compose and commit (the IOMMU driver). A driver sees
 * only kernel copies that passed validation.
 */
#ifndef __LINUX_IOMMU_NESTING_H
#define __LINUX_IOMMU_NESTING_H

#include <linux/ioasid.h>
#include <linux/list.h>
#include <linux/types.h>
#include <asm/barrier.h>
#include <uapi/linux/iommu.h>
#include <uapi/linux/iommu_nesting.h>

struct device;
struct iommu_domain;
struct iommu_nesting_owner;
struct mm_struct;

/* Upper bound of one operation's structure, in bytes, tail included */
#define IOMMU_NESTING_ARGSZ_MAX		4096

/* PCI Express 5.0, 6.20: a PASID has 20 bits */
#define IOMMU_NESTING_PASID_BITS	20

/**
 * struct iommu_nesting_ops - Stage-1 operations of an IOMMU driver
 *
 * @owned_pasids: PASIDs that user space names come from the system-wide
 *	allocator, and the transport checks who owns them. False when the guest
 *	owns the numbers.
 * @get_info: describe what @dev, attached to @domain, can be offered. @info
 *	comes zeroed. -EOPNOTSUPP when @domain is not one that nests.
 * @bind_pasid_table: put @cfg in the place of the stage 1 that @dev has, and
 *	return that one in @old (@old->config is 0 when there was none), in a
 *	form that this operation takes again. Arguments are checked before
 *	anything changes, so that any error but -EIO leaves the device as it
 *	was. After -EIO the device is blocked from DMA. Taking back what was
 *	returned in @old needs no memory, so that only the hardware can fail it.
 * @unbind_pasid_table: return @dev to stage 2 alone. Nothing bound is no error;
 *	a device that the hardware fails to move is blocked from DMA.
 * @bind_pgtbl: give a PASID of @dev, or its requests without one
 *	(IOMMU_SVA_GPASID_RID), the page table that @data describes. -EBUSY when
 *	there is one already, or another one has its guest PASID. Any error but
 *	-EIO leaves the device as it was; after -EIO it is blocked from DMA. A PASID
 *	wider than the device's own is -EOPNOTSUPP.
 * @unbind_pgtbl: take it away again, drop all that the hardware cached of it, and
 *	answer the page requests that wait. @pasid is 0 for the requests without
 *	a PASID. Nothing bound is no error; a device that the hardware fails to
 *	move is blocked from DMA.
 * @cache_invalidate: drop cached stage-1 state of @dev, or of every device
 *	attached to @domain when @dev is NULL. Returns 0 only after the hardware
 *	has completed it, -EIO when the hardware failed, -EOPNOTSUPP for what it
 *	cannot do, -EPERM for a guest's number of a PASID that is bound to none of
 *	the devices, -ENOMEM when a part of it may not have been done. The ids that
 *	tag the caches (VMID, domain id, stream id) are the driver's own. PASID 0
 *	are the requests without a PASID.
 * @block: block @dev from DMA, since the hardware failed to take a response; no
 *	error when it is no longer attached. Reports @reason
 *	(IOMMU_FAULT_BLOCKED_*) as every block does. A driver that has this reports
 *	faults (linux/iommu_nesting_fault.h).
 *
 * A device that leaves its domain loses all that was bound, and nothing that was
 * cached or requested outlives it. A successful bind or unbind ends a block, also
 * one that is undone later in the same call or that freeing a PASID asks for:
 * the driver drops all cached stage-1 state of the device before.
 *
 * All may sleep. The caller keeps @domain alive and holds a reference on @dev,
 * but @dev may lose its attachment to @domain at any time: the driver answers
 * -ENODEV then. Binding and unbinding of one device do not overlap, all else may.
 */
struct iommu_nesting_ops {
	bool owned_pasids;
	int (*get_info)(struct iommu_domain *domain, struct device *dev,
			struct iommu_nesting_info *info);
	int (*bind_pasid_table)(struct iommu_domain *domain, struct device *dev,
				const struct iommu_pasid_table_config *cfg,
				struct iommu_pasid_table_config *old);
	void (*unbind_pasid_table)(struct iommu_domain *domain,
				   struct device *dev);
	int (*bind_pgtbl)(struct iommu_domain *domain, struct device *dev,
			  const struct iommu_gpasid_bind_data *data);
	void (*unbind_pgtbl)(struct iommu_domain *domain, struct device *dev,
			     ioasid_t pasid);
	int (*cache_invalidate)(struct iommu_domain *domain, struct device *dev,
				const struct iommu_cache_invalidate_info *inv);
	void (*block)(struct iommu_domain *domain, struct device *dev,
		      u32 reason);
};

/**
 * struct iommu_nesting_target - One device that an operation is for
 *
 * @node: entry in the caller's list of targets
 * @domain: nesting domain that @dev is attached to
 * @dev: the device, referenced by the caller
 * @old: stage 1 that the core's bind replaced, for undoing it
 */
struct iommu_nesting_target {
	struct list_head		node;
	struct iommu_domain		*domain;
	struct device			*dev;
	struct iommu_pasid_table_config	old;
};

/**
 * enum iommu_nesting_arg - Structures that user space passes
 *
 * The kernel's copy of each starts with its argsz and is of the type named here.
 *
 * @IOMMU_NESTING_PASID_TABLE: struct iommu_pasid_table_config
 * @IOMMU_NESTING_BIND_PGTBL: struct iommu_gpasid_bind_data, to bind
 * @IOMMU_NESTING_UNBIND_PGTBL: struct iommu_gpasid_bind_data, to unbind
 * @IOMMU_NESTING_CACHE_INV: struct iommu_cache_invalidate_info
 * @IOMMU_NESTING_PAGE_RESP: struct iommu_page_response
 * @IOMMU_NESTING_FAULT_QUEUE: struct iommu_fault_queue_config
 */
enum iommu_nesting_arg {
	IOMMU_NESTING_PASID_TABLE,
	IOMMU_NESTING_BIND_PGTBL,
	IOMMU_NESTING_UNBIND_PGTBL,
	IOMMU_NESTING_CACHE_INV,
	IOMMU_NESTING_PAGE_RESP,
	IOMMU_NESTING_FAULT_QUEUE,
};

/* copy.c: the only place that reads user memory */
int iommu_nesting_copy(enum iommu_nesting_arg arg, void *dst,
		       const void __user *data, size_t size);

/* validate.c, values.c: pure functions */
int iommu_nesting_check(enum iommu_nesting_arg arg, const void *copy);
size_t iommu_nesting_arg_size(enum iommu_nesting_arg arg);
size_t
iommu_nesting_pasid_table_size(const struct iommu_pasid_table_config *cfg);

/* dispatch.c: into the driver */
bool iommu_nesting_offers(struct iommu_domain *domain,
			  enum iommu_nesting_arg arg);
int iommu_nesting_owned_pasids(struct iommu_domain *domain);
int iommu_nesting_get_info(struct iommu_domain *domain, struct device *dev,
			   struct iommu_nesting_info *info);
int iommu_nesting_merge_info(struct iommu_nesting_info *all,
			     const struct iommu_nesting_info *info);
int iommu_nesting_bind_pasid_table(struct list_head *targets,
				   const struct iommu_pasid_table_config *cfg);
void iommu_nesting_unbind_pasid_table(struct iommu_domain *domain,
				      struct device *dev);
int iommu_nesting_bind_pgtbl(struct list_head *targets,
			     const struct iommu_gpasid_bind_data *data);
void iommu_nesting_unbind_pgtbl(struct iommu_domain *domain, struct device *dev,
				ioasid_t pasid);
int iommu_nesting_cache_invalidate(struct iommu_domain *domain,
				   struct device *dev,
				   const struct iommu_cache_invalidate_info *inv);
int iommu_nesting_page_response(struct iommu_domain *domain,
				struct device *dev,
				const struct iommu_page_response *resp);
int iommu_nesting_open_faults(struct iommu_domain *domain, struct device *dev,
			      const struct iommu_fault_queue_config *cfg);
void iommu_nesting_device_reset(struct device *dev, bool done);

/**
 * struct iommu_nesting_user - A user of the PASIDs of one process
 *
 * Embedded in what a transport calls a container.
 *
 * @node: entry in the owner's list of users, protected by the owner's lock
 * @mm: address space that opened the container; only pinned, not kept in use
 * @owner: the owner of @mm's PASIDs once the user has joined it
 * @unbind: take all that is bound to a PASID, of any device in this container,
 *	away. Called with the owner's lock held, may sleep, cannot fail.
 */
struct iommu_nesting_user {
	struct list_head		node;
	struct mm_struct		*mm;
	struct iommu_nesting_owner	*owner;
	void (*unbind)(struct iommu_nesting_user *user, ioasid_t pasid);
};

/**
 * iommu_nesting_user_owner - The owner that a user has joined
 * @user: the user
 *
 * Return: the owner, the same one from then on, or NULL while it has not joined
 */
static inline struct iommu_nesting_owner *
iommu_nesting_user_owner(struct iommu_nesting_user *user)
{
	/* Pairs with smp_store_release() in pasid.c */
	return smp_load_acquire(&user->owner);
}

/* pasid.c: who owns which PASID */
void iommu_nesting_user_init(struct iommu_nesting_user *user);
void iommu_nesting_user_release(struct iommu_nesting_user *user);
int iommu_nesting_user_join(struct iommu_nesting_user *user);
int iommu_nesting_pasid_alloc(struct iommu_nesting_user *user, ioasid_t min,
			      ioasid_t max);
int iommu_nesting_pasid_free(struct iommu_nesting_user *user, ioasid_t min,
			     ioasid_t max);
bool iommu_nesting_pasid_owned(struct iommu_nesting_user *user, u64 pasid);
int iommu_nesting_pasid_quota(struct iommu_nesting_user *user,
			      unsigned int *quota, unsigned int *available);

#endif /* __LINUX_IOMMU_NESTING_H */
