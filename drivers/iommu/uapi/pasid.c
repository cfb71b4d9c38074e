// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nesting interface: who owns which PASID
 *
 * PASIDs come from the system's one allocator. They belong to an address space,
 * whose quota they count against, and stay allocated while it lives and one of
 * its users does.
 *
 * Locks: owner->lock protects all of an owner, and is held while the users are
 * asked to unbind. It is therefore never taken inside a lock that unbind() of a
 * user takes; VFIO holds a group's lock when it releases one. Looking up who owns
 * a PASID takes no lock: it is a PASID of the owner's until it leaves the XArray,
 * and it leaves that before anything is unbound. A user that binds does so under
 * the same lock of its own as its unbind() and looks the PASID up inside, so that
 * nothing is bound to a freed PASID.
 */
#include <linux/export.h>
#include <linux/iommu_nesting.h>
#include <linux/kref.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/mmu_notifier.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#undef MODULE_PARAM_PREFIX
#define MODULE_PARAM_PREFIX	"iommu_nesting."

static unsigned int pasid_quota = 1000;
module_param(pasid_quota, uint, 0644);
MODULE_PARM_DESC(pasid_quota,
		 "Number of PASIDs that one process may allocate (default 1000)");

/*
 * Not the set of SVA, whose private pointers are of another type. Ours are NULL:
 * the owner's XArray says more, and an allocator in virtual hardware takes a
 * pointer for a sign of use when the id is freed.
 */
static DECLARE_IOASID_SET(nesting_pasid_set);

/**
 * struct iommu_nesting_owner - The PASIDs of one address space
 * @mn: tells of its end; counts the users
 * @kref: held by @mn and by @exit_work while it is queued
 * @lock: protects @users, @pasids and @count
 * @users: struct iommu_nesting_user
 * @pasids: index is the PASID
 * @count: how many there are
 * @exiting: the address space is gone, never cleared
 * @exit_work: frees all PASIDs then
 */
struct iommu_nesting_owner {
	struct mmu_notifier	mn;
	struct kref		kref;
	struct mutex		lock;	/* protects the next three */
	struct list_head	users;
	struct xarray		pasids;
	unsigned int		count;
	bool			exiting;
	struct work_struct	exit_work;
};

static void owner_destroy(struct kref *kref)
{
	kfree(container_of(kref, struct iommu_nesting_owner, kref));
}

/*
 * Free PASIDs from @min to @max. The work is bounded by the quota and the number
 * of containers that the process keeps open.
 */
static unsigned int owner_free(struct iommu_nesting_owner *owner,
			       unsigned long min, unsigned long max)
{
	struct iommu_nesting_user *user;
	unsigned int freed = 0;
	unsigned long pasid;
	void *entry;

	lockdep_assert_held(&owner->lock);

	xa_for_each_range(&owner->pasids, pasid, entry, min, max) {
		xa_erase(&owner->pasids, pasid);
		list_for_each_entry(user, &owner->users, node) {
			user->unbind(user, pasid);
			cond_resched();
		}
		ioasid_free(pasid);
		freed++;
	}

	owner->count -= freed;
	return freed;
}

static void owner_exit_work(struct work_struct *work)
{
	struct iommu_nesting_owner *owner =
		container_of(work, struct iommu_nesting_owner, exit_work);

	mutex_lock(&owner->lock);
	owner_free(owner, 0, ULONG_MAX);
	mutex_unlock(&owner->lock);
	kref_put(&owner->kref, owner_destroy);
}

/*
 * The last reference on an address space may be dropped under any lock of a
 * user's, so that unbinding is left to a worker.
 */
static void owner_mm_release(struct mmu_notifier *mn, struct mm_struct *mm)
{
	struct iommu_nesting_owner *owner =
		container_of(mn, struct iommu_nesting_owner, mn);

	WRITE_ONCE(owner->exiting, true);
	kref_get(&owner->kref);
	if (!queue_work(system_unbound_wq, &owner->exit_work))
		kref_put(&owner->kref, owner_destroy);
}

static struct mmu_notifier *owner_alloc_notifier(struct mm_struct *mm)
{
	struct iommu_nesting_owner *owner;

	owner = kzalloc(sizeof(*owner), GFP_KERNEL_ACCOUNT);
	if (!owner)
		return ERR_PTR(-ENOMEM);

	kref_init(&owner->kref);
	mutex_init(&owner->lock);
	INIT_LIST_HEAD(&owner->users);
	xa_init(&owner->pasids);
	INIT_WORK(&owner->exit_work, owner_exit_work);
	return &owner->mn;
}

static void owner_free_notifier(struct mmu_notifier *mn)
{
	struct iommu_nesting_owner *owner =
		container_of(mn, struct iommu_nesting_owner, mn);

	kref_put(&owner->kref, owner_destroy);
}

static const struct mmu_notifier_ops owner_mn_ops = {
	.release	= owner_mm_release,
	.alloc_notifier	= owner_alloc_notifier,
	.free_notifier	= owner_free_notifier,
};

/**
 * iommu_nesting_user_init - Prepare a user on behalf of the calling process
 * @user: its unbind() is set by the caller
 */
void iommu_nesting_user_init(struct iommu_nesting_user *user)
{
	user->owner = NULL;
	user->mm = current->mm;
	if (user->mm)
		mmgrab(user->mm);
}
EXPORT_SYMBOL_GPL(iommu_nesting_user_init);

/**
 * iommu_nesting_user_release - End of a user
 * @user: the user, to which nothing is bound any more
 *
 * The last user of an owner frees its PASIDs.
 *
 * Context: may sleep; no lock that unbind() of any user takes may be held.
 */
void iommu_nesting_user_release(struct iommu_nesting_user *user)
{
	struct iommu_nesting_owner *owner = user->owner;

	if (owner) {
		mutex_lock(&owner->lock);
		list_del(&user->node);
		if (list_empty(&owner->users))
			owner_free(owner, 0, ULONG_MAX);
		mutex_unlock(&owner->lock);
		mmu_notifier_put(&owner->mn);
	}

	if (user->mm)
		mmdrop(user->mm);
}
EXPORT_SYMBOL_GPL(iommu_nesting_user_release);

/* Consumes the caller's reference on @owner */
static void owner_add_user(struct iommu_nesting_owner *owner,
			   struct iommu_nesting_user *user)
{
	bool joined;

	mutex_lock(&owner->lock);
	joined = user->owner;
	if (!joined) {
		list_add_tail(&user->node, &owner->users);
		/* Pairs with iommu_nesting_user_owner() */
		smp_store_release(&user->owner, owner);
	}
	mutex_unlock(&owner->lock);

	if (joined)
		mmu_notifier_put(&owner->mn);
}

/**
 * iommu_nesting_user_join - Make a user one of its address space's owner
 * @user: the user, which may have joined already
 *
 * From then on the PASIDs of the owner are the user's as well.
 *
 * Context: may sleep and takes the mmap_lock, so that no lock of the user's may
 * be held.
 * Return: 0, -ESRCH when the address space is gone, -ENOMEM, -ERESTARTNOINTR
 */
int iommu_nesting_user_join(struct iommu_nesting_user *user)
{
	struct mmu_notifier *mn;
	int ret;

	if (iommu_nesting_user_owner(user))
		return 0;
	if (!user->mm || !mmget_not_zero(user->mm))
		return -ESRCH;

	mn = mmu_notifier_get(&owner_mn_ops, user->mm);
	ret = PTR_ERR_OR_ZERO(mn);
	if (!ret)
		owner_add_user(container_of(mn, struct iommu_nesting_owner, mn),
			       user);
	mmput(user->mm);

	/* Registering gives way to a signal, and nothing has been done yet */
	return ret == -EINTR ? -ERESTARTNOINTR : ret;
}
EXPORT_SYMBOL_GPL(iommu_nesting_user_join);

static int owner_alloc(struct iommu_nesting_owner *owner, ioasid_t min,
		       ioasid_t max)
{
	ioasid_t pasid;
	int ret;

	lockdep_assert_held(&owner->lock);

	if (READ_ONCE(owner->exiting))
		return -ESRCH;
	if (owner->count >= READ_ONCE(pasid_quota))
		return -EDQUOT;

	pasid = ioasid_alloc(&nesting_pasid_set, min, max, NULL);
	if (pasid == INVALID_IOASID)
		return -ENOSPC;

	/* An allocator in virtual hardware has a range of its own */
	ret = -ENOSPC;
	if (pasid < min || pasid > max)
		goto err_free;

	ret = xa_insert(&owner->pasids, pasid, xa_mk_value(0),
			GFP_KERNEL_ACCOUNT);
	if (ret)
		goto err_free;

	owner->count++;
	return pasid;

err_free:
	ioasid_free(pasid);
	return ret;
}

/**
 * iommu_nesting_pasid_alloc - Allocate a PASID
 * @user: the user, which joins its owner
 * @min: least PASID, from 1
 * @max: largest PASID, below 2^20
 *
 * Context: may sleep; no lock of the user's may be held.
 * Return: the PASID; -EDQUOT when the quota is used up, -ENOSPC when no PASID is
 * free in the range or the allocator has no memory for it, or what
 * iommu_nesting_user_join() returns
 */
int iommu_nesting_pasid_alloc(struct iommu_nesting_user *user, ioasid_t min,
			      ioasid_t max)
{
	struct iommu_nesting_owner *owner;
	int ret;

	ret = iommu_nesting_user_join(user);
	if (ret)
		return ret;

	owner = iommu_nesting_user_owner(user);
	mutex_lock(&owner->lock);
	ret = owner_alloc(owner, min, max);
	mutex_unlock(&owner->lock);

	return ret;
}
EXPORT_SYMBOL_GPL(iommu_nesting_pasid_alloc);

/**
 * iommu_nesting_pasid_free - Free the PASIDs of a range that the user has
 * @user: the user
 * @min: least PASID
 * @max: largest PASID
 *
 * What is bound to them is unbound first, whichever user bound it.
 *
 * Context: may sleep; no lock of the user's may be held.
 * Return: 0, or -EPERM when the range is a single PASID and it is not the user's
 */
int iommu_nesting_pasid_free(struct iommu_nesting_user *user, ioasid_t min,
			     ioasid_t max)
{
	struct iommu_nesting_owner *owner = iommu_nesting_user_owner(user);
	unsigned int freed = 0;

	if (owner) {
		mutex_lock(&owner->lock);
		freed = owner_free(owner, min, max);
		mutex_unlock(&owner->lock);
	}

	return freed || min != max ? 0 : -EPERM;
}
EXPORT_SYMBOL_GPL(iommu_nesting_pasid_free);

/**
 * iommu_nesting_pasid_owned - Is a PASID one of the user's
 * @user: the user
 * @pasid: any number
 *
 * Context: any. The answer holds until the owner frees the PASID.
 * Return: true when it is, false when nobody has it or somebody else
 */
bool iommu_nesting_pasid_owned(struct iommu_nesting_user *user, u64 pasid)
{
	struct iommu_nesting_owner *owner = iommu_nesting_user_owner(user);

	return owner && !(pasid >> IOMMU_NESTING_PASID_BITS) &&
	       xa_load(&owner->pasids, pasid);
}
EXPORT_SYMBOL_GPL(iommu_nesting_pasid_owned);

/**
 * iommu_nesting_pasid_quota - How many PASIDs a user may have
 * @user: the user, which joins its owner
 * @quota: set to how many there may be over all users of the address space
 * @available: set to how many of them are not allocated
 *
 * Context: may sleep; no lock of the user's may be held.
 * Return: 0, -ESRCH when the address space is gone, -ENOMEM, -ERESTARTNOINTR
 */
int iommu_nesting_pasid_quota(struct iommu_nesting_user *user,
			      unsigned int *quota, unsigned int *available)
{
	struct iommu_nesting_owner *owner;
	int ret;

	ret = iommu_nesting_user_join(user);
	if (ret)
		return ret;

	owner = iommu_nesting_user_owner(user);
	if (READ_ONCE(owner->exiting))
		return -ESRCH;

	*quota = READ_ONCE(pasid_quota);
	mutex_lock(&owner->lock);
	*available = *quota - min(*quota, owner->count);
	mutex_unlock(&owner->lock);

	return 0;
}
EXPORT_SYMBOL_GPL(iommu_nesting_pasid_quota);
