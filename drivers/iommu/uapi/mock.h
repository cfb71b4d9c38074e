/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mock IOMMU: tests of the nesting interface on a machine without an IOMMU
 */
#ifndef _IOMMU_NESTING_MOCK_H
#define _IOMMU_NESTING_MOCK_H

#include <linux/atomic.h>
#include <linux/fs.h>
#include <linux/iommu.h>
#include <linux/iommu_nesting.h>
#include <linux/iommu_nesting_fault.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/xarray.h>

struct dentry;

#define MOCK_ADDR_WIDTH		48
#define MOCK_PASID_BITS		20

#define MOCK_CACHE_ENTRIES	256
#define MOCK_PAGE_REQUESTS	64

/* Of an entry: it is not tagged with that id. Of a cover: any id will do. */
#define MOCK_NO_ID		(-1)

/* In the order of the bits IOMMU_CACHE_INV_TYPE_* */
enum mock_cache_type {
	MOCK_IOTLB,
	MOCK_DEV_IOTLB,
	MOCK_PASID_CACHE,
	MOCK_CACHES,
};

/**
 * struct mock_entry - Something cached of one 4 KiB page, or of one PASID
 * @pasid: PASID or MOCK_NO_ID
 * @archid: ASID or MOCK_NO_ID
 * @addr: address of the page, nothing in the PASID cache
 */
struct mock_entry {
	s32	pasid;
	s64	archid;
	u64	addr;
};

/**
 * struct mock_cache - One cache of the fake hardware
 * @n: number of entries
 * @entries: in the order in which they were put in
 */
struct mock_cache {
	unsigned int		n;
	struct mock_entry	entries[MOCK_CACHE_ENTRIES];
};

/**
 * struct mock_cover - What of a cache an invalidation covers
 * @pasid: PASID or MOCK_NO_ID for all; 0 covers what has none as well
 * @archid: ASID or MOCK_NO_ID for all
 * @first: first address
 * @last: last address
 */
struct mock_cover {
	s32	pasid;
	s64	archid;
	u64	first;
	u64	last;
};

extern const struct mock_cover mock_everything;

/* Of a response's code: the device had not asked */
#define MOCK_STRAY		0x80000000

/**
 * struct mock_page_request - Group of page requests, waiting or answered
 * @pasid: PASID or MOCK_NO_ID
 * @grpid: page request group index
 * @code: response code, once answered
 */
struct mock_page_request {
	s32	pasid;
	u32	grpid;
	u32	code;
};

/**
 * struct mock_requests - List of groups of bounded length
 * @n: number of groups
 * @list: oldest first
 */
struct mock_requests {
	unsigned int			n;
	struct mock_page_request	list[MOCK_PAGE_REQUESTS];
};

/* The responses that there are, of enum iommu_page_response_code */
#define MOCK_CODES		3

/**
 * struct mock_request_counts - Groups of page requests since the device was found
 * @sent: by the device
 * @answered: by code
 * @stray: responses that the device had not asked for
 */
struct mock_request_counts {
	u64	sent;
	u64	answered[MOCK_CODES];
	u64	stray;
};

/**
 * struct mock_domain - Domain of the mock
 * @domain: what the core knows
 * @format: format of the devices in it, when it nests
 * @nested: user space may own stage 1
 * @devices: list of struct mock_device
 * @pages: physical page numbers by page number of the IOVA, locked by itself
 */
struct mock_domain {
	struct iommu_domain	domain;
	u32			format;
	bool			nested;
	struct list_head	devices;
	struct xarray		pages;
};

/**
 * struct mock_device - Device behind the mock
 * @dev: the device
 * @dir: its directory in debugfs
 * @domain: domain that it is attached to, or NULL
 * @node: entry in the domain's list of devices
 * @format: IOMMU_PASID_FORMAT_*, constant while it is in a nesting domain
 * @blocked: the hardware failed, and DMA is blocked since
 * @table: PASID table of user space, or NULL
 * @pgtbls: struct iommu_gpasid_bind_data by PASID, 0 for requests without one
 * @caches: what the fake hardware has cached
 * @faults: what is reported to user space while it is in a domain that nests
 * @prq_lock: protects the next three, which the device would have
 * @requests: groups of page requests that wait for a response
 * @responses: the last ones answered
 * @counts: of all of them
 */
struct mock_device {
	struct device				*dev;
	struct dentry				*dir;
	struct mock_domain			*domain;
	struct list_head			node;
	u32					format;
	bool					blocked;
	struct iommu_pasid_table_config		*table;
	struct xarray				pgtbls;
	struct mock_cache			caches[MOCK_CACHES];
	struct iommu_nesting_faults		*faults;
	spinlock_t				prq_lock; /* see above */
	struct mock_requests			requests;
	struct mock_requests			responses;
	struct mock_request_counts		counts;
};

static inline struct mock_domain *to_mock_domain(struct iommu_domain *domain)
{
	return container_of(domain, struct mock_domain, domain);
}

extern struct mutex mock_lock;

/* mock-hw.c: the fake hardware, and what is to go wrong */
struct mock_faults {
	atomic_t	fail_alloc;
	atomic_t	fail_command;
	atomic_t	timeout_command;
	atomic_t	allocs;
	atomic_t	commands;
};

extern struct mock_faults mock_faults;

void *mock_zalloc(size_t size);
int mock_command(void);
int mock_invalidate(struct mock_device *mdev, enum mock_cache_type type,
		    const struct mock_cover *cover);
int mock_flush(struct mock_device *mdev, const struct mock_cover *cover);

/* mock.c */
struct mock_device *mock_find_device(struct iommu_domain *domain,
				     struct device *dev);

/* mock-info.c */
extern const struct iommu_nesting_ops mock_vtd_ops;
extern const struct iommu_nesting_ops mock_smmuv3_ops;

/* mock-stage1.c */
void mock_block(struct mock_device *mdev, u32 reason);
void mock_free_stage1(struct mock_device *mdev);
void mock_reset(struct mock_device *mdev);
void mock_flush_combined(struct mock_domain *mdom);
int mock_bind_pasid_table(struct iommu_domain *domain, struct device *dev,
			  const struct iommu_pasid_table_config *cfg,
			  struct iommu_pasid_table_config *old);
void mock_unbind_pasid_table(struct iommu_domain *domain, struct device *dev);
int mock_bind_pgtbl(struct iommu_domain *domain, struct device *dev,
		    const struct iommu_gpasid_bind_data *data);
void mock_unbind_pgtbl(struct iommu_domain *domain, struct device *dev,
		       ioasid_t pasid);

/* mock-inv.c */
int mock_cache_invalidate(struct iommu_domain *domain, struct device *dev,
			  const struct iommu_cache_invalidate_info *inv);

/* mock-prq.c */
extern const struct iommu_nesting_fault_ops mock_fault_ops;
void mock_drain(struct mock_device *mdev, s32 pasid);
int mock_request(struct mock_device *mdev,
		 const struct iommu_fault_page_request *req);
void mock_block_device(struct iommu_domain *domain, struct device *dev,
		       u32 reason);

/* mock-lists.c */
extern const struct file_operations mock_cache_fops;
extern const struct file_operations mock_page_request_fops;
extern const struct file_operations mock_responses_fops;
extern const struct file_operations mock_request_counts_fops;
extern const struct file_operations mock_fault_fops;

/* mock-debugfs.c */
void mock_debugfs_init(void);
void mock_debugfs_exit(void);
void mock_debugfs_add(struct mock_device *mdev);
void mock_debugfs_remove(struct mock_device *mdev);

#endif /* _IOMMU_NESTING_MOCK_H */
