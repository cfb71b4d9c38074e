/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VT-d: stage 1 owned by user space over the second level of the domain
 *
 * Section numbers in this driver's nested*.c are those of the Intel Virtualization
 * Technology for Directed I/O specification, revision 4.1.
 */
#ifndef _INTEL_IOMMU_NESTED_H
#define _INTEL_IOMMU_NESTED_H

#include <linux/list.h>
#include <linux/rwsem.h>
#include <linux/types.h>
#include <linux/xarray.h>

struct device;
struct device_domain_info;
struct dmar_domain;
struct intel_iommu;
struct iommu_cache_invalidate_info;
struct iommu_domain;
struct iommu_gpasid_bind_data;
struct iommu_iotlb_gather;
struct iommu_nesting_faults;
struct iommu_nesting_info;
struct iommu_nesting_ops;
struct pasid_entry;

#ifdef CONFIG_INTEL_IOMMU_NESTING
/**
 * struct intel_nested_domain - Part of a domain
 * @enabled: the domain nests; set before the first device is attached
 * @lock: held for writing to change @devices, what is bound to them and their
 *	PASID entries; for reading to invalidate. Taken inside the group's mutex
 *	and VFIO's locks, outside the domain's spinlock and the unit's.
 * @devices: list of struct intel_nested_device
 * @lost: a device left of which the hardware may still have tables of the domain
 *	cached; these are never freed
 */
struct intel_nested_domain {
	bool			enabled;
	bool			lost;
	struct rw_semaphore	lock; /* see above */
	struct list_head	devices;
};

/**
 * struct intel_nested_device - Part of a device
 *
 * All of it is protected by the lock of the domain that it is attached to.
 *
 * @node: entry in the domain's list of devices, while @attached
 * @bindings: struct iommu_gpasid_bind_data by PASID, 0 for the requests without
 *	one
 * @gpasids: PASID by guest PASID, of those bound with IOMMU_SVA_GPASID_VAL
 * @faults: what is reported of it, while @attached
 * @next_faults: while the device is on its way into a domain, its faults there
 * @did: domain id of what is bound, the device's own
 * @next_did: while the device is on its way into a domain, its id there
 * @pasid_bits: width of the PASIDs that the device can use, 0 for none
 * @attached: to a domain that nests
 * @blocked: the hardware failed, no entry of the device is present, and its ATS
 *	is off
 * @failed: what is cached could not even be dropped when it was blocked
 * @ats: its ATS was on before
 * @silent: it did not answer an invalidation, and is to be blocked for it; may be
 *	set with the lock held for reading
 */
struct intel_nested_device {
	struct list_head	node;
	struct xarray		bindings;
	struct xarray		gpasids;
	struct iommu_nesting_faults *faults;
	struct iommu_nesting_faults *next_faults;
	u16			did;
	u16			next_did;
	u8			pasid_bits;
	bool			attached;
	bool			blocked;
	bool			failed;
	bool			ats;
	bool			silent;
};

/* nested.c */
extern const struct iommu_nesting_ops intel_nesting_ops;
int intel_nested_enable(struct iommu_domain *domain);
bool intel_nested_enabled(const struct dmar_domain *domain);
bool intel_nested_lost(const struct dmar_domain *domain);
int intel_nested_attach_prepare(struct dmar_domain *domain, struct device *dev);
int intel_nested_attach(struct dmar_domain *domain, struct device *dev, int ret);
void intel_nested_detach(struct device_domain_info *info);
int intel_nested_map_check(struct dmar_domain *domain, int prot);
struct device_domain_info *
intel_nested_find(struct dmar_domain *domain, struct device *dev);

/* nested-flush.c */
int intel_nested_flush_pasid(struct device_domain_info *info, u32 pasid,
			     u16 did);
int intel_nested_flush_device(struct device_domain_info *info);
int intel_nested_drain_device(struct device_domain_info *info);
void intel_nested_drain_requests(struct device_domain_info *info);

/* nested-info.c */
u64 intel_nested_cap(u64 cap);
u64 intel_nested_ecap(u64 ecap);
bool intel_nested_same_offer(u64 cap, u64 ecap, u64 other_cap, u64 other_ecap);
int intel_nested_get_info(struct iommu_domain *domain, struct device *dev,
			  struct iommu_nesting_info *info);

/* nested-batch.c */
void intel_nested_timed_out(struct intel_iommu *iommu);

/* nested-commit.c */
int intel_nested_install(struct device_domain_info *info, u32 pasid,
			 const struct iommu_gpasid_bind_data *data);
int intel_nested_remove(struct device_domain_info *info, u32 pasid);
int intel_nested_unblock(struct device_domain_info *info);
void intel_nested_block(struct device_domain_info *info, u32 reason);
void intel_nested_block_silent(struct dmar_domain *domain);
void intel_nested_block_domain(struct dmar_domain *domain);
void intel_nested_leave(struct device_domain_info *info);

/* nested-fault.c */
struct iommu_nesting_faults *
intel_nested_faults_enter(struct device_domain_info *info);
void intel_nested_faults_leave(struct device_domain_info *info,
			       struct iommu_nesting_faults *faults);
bool intel_nested_page_request(struct intel_iommu *iommu, const u64 *desc);
void intel_nested_fault(struct intel_iommu *iommu, int reg);
void intel_nested_overflow(struct intel_iommu *iommu);
bool intel_nested_fault_overflow(struct intel_iommu *iommu);

/* nested-inv.c */
int intel_nested_cache_invalidate(struct iommu_domain *domain,
				  struct device *dev,
				  const struct iommu_cache_invalidate_info *inv);
bool intel_nested_flush_s2(struct dmar_domain *domain, struct list_head *tables);
bool intel_nested_tlb_sync(struct dmar_domain *domain,
			   struct iommu_iotlb_gather *gather);

/* pasid.c: may allocate the page that the entry is in, NULL without memory */
struct pasid_entry *intel_nested_pasid_entry(struct device *dev, u32 pasid);

/*
 * svm.c: bytes of the page request queue from its head to the end of the last
 * request of a function, for a PASID, 0, or INVALID_IOASID for any
 */
unsigned int intel_nested_prq_queued(struct intel_iommu *iommu,
				     unsigned int head, u16 rid, u32 pasid);
#else
static inline bool intel_nested_enabled(const struct dmar_domain *domain)
{
	return false;
}

static inline bool intel_nested_lost(const struct dmar_domain *domain)
{
	return false;
}

static inline int
intel_nested_attach_prepare(struct dmar_domain *domain, struct device *dev)
{
	return 0;
}

static inline int
intel_nested_attach(struct dmar_domain *domain, struct device *dev, int ret)
{
	return ret;
}

static inline void intel_nested_detach(struct device_domain_info *info)
{
}

static inline int intel_nested_map_check(struct dmar_domain *domain, int prot)
{
	return 0;
}

static inline bool
intel_nested_flush_s2(struct dmar_domain *domain, struct list_head *tables)
{
	return false;
}

static inline bool intel_nested_tlb_sync(struct dmar_domain *domain,
					 struct iommu_iotlb_gather *gather)
{
	return false;
}

static inline void intel_nested_timed_out(struct intel_iommu *iommu)
{
}

static inline void intel_nested_fault(struct intel_iommu *iommu, int reg)
{
}

static inline bool intel_nested_fault_overflow(struct intel_iommu *iommu)
{
	return true;
}

/* No functions: gcc gives even empty ones registers, in the middle of svm.c's loop */
#define intel_nested_page_request(iommu, desc)	false
#define intel_nested_overflow(iommu)		do { } while (0)
#endif /* CONFIG_INTEL_IOMMU_NESTING */

#endif /* _INTEL_IOMMU_NESTED_H */
