/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VT-d nesting: what units are given and what they report, as pure functions
 */
#ifndef _INTEL_IOMMU_NESTED_COMPOSE_H
#define _INTEL_IOMMU_NESTED_COMPOSE_H

#include <linux/types.h>

struct iommu_fault_page_request;
struct iommu_fault_unrecoverable;
struct iommu_gpasid_bind_data;
struct pasid_entry;
struct qi_desc;

/* Blocks that one range of addresses may be divided into */
#define NESTED_BLOCKS_MAX	16

/* The order of a block that is the whole address space */
#define NESTED_ORDER_ALL	52

/**
 * struct intel_nested_s2 - Second level of a domain, as one unit knows it
 * @pgd: physical address of its top-level table
 * @did: domain id
 * @aw: address width as the PASID entry encodes it
 * @snoop_walks: the unit can snoop the processor's caches in page walks
 * @snoop_pages: all of the domain's accesses have to snoop
 */
struct intel_nested_s2 {
	u64	pgd;
	u16	did;
	u8	aw;
	bool	snoop_walks;
	bool	snoop_pages;
};

/**
 * struct intel_nested_block - Aligned block of addresses
 * @addr: first address
 * @order: log2 of the number of 4 KiB pages
 */
struct intel_nested_block {
	u64	addr;
	u8	order;
};

/**
 * struct intel_nested_function - PCI function, as a device-TLB invalidation
 *	addresses it
 * @sid: source id
 * @pfsid: source id of the physical function, or 0
 * @qdep: invalidations that the device can queue, 1 to 32
 */
struct intel_nested_function {
	u16	sid;
	u16	pfsid;
	u8	qdep;
};

/* nested-compose.c */
extern const struct intel_nested_block intel_nested_all;

int intel_nested_check_data(u64 cap, u64 ecap,
			    const struct iommu_gpasid_bind_data *data);
void intel_nested_make_entry(struct pasid_entry *entry,
			     const struct intel_nested_s2 *s2,
			     const struct iommu_gpasid_bind_data *data);

int intel_nested_max_order(u64 cap);
int intel_nested_split(struct intel_nested_block *blocks, u64 addr, u64 pages,
		       unsigned int max_order);

void intel_nested_make_fence(struct qi_desc *desc);
void intel_nested_make_context(struct qi_desc *desc, u16 did, u16 sid);
void intel_nested_make_pasid_all(struct qi_desc *desc, u16 did);
void intel_nested_make_pasid(struct qi_desc *desc, u16 did, u32 pasid);
void intel_nested_make_iotlb(struct qi_desc *desc, u64 cap, u16 did);
void intel_nested_make_piotlb(struct qi_desc *desc, u16 did, u32 pasid);
void intel_nested_make_piotlb_block(struct qi_desc *desc, u16 did, u32 pasid,
				    const struct intel_nested_block *block,
				    bool leaf);
void intel_nested_make_dev_tlb(struct qi_desc *desc,
			       const struct intel_nested_function *fn,
			       const struct intel_nested_block *block);
void intel_nested_make_dev_tlb_pasid(struct qi_desc *desc,
				     const struct intel_nested_function *fn,
				     u32 pasid,
				     const struct intel_nested_block *block);
u32 intel_nested_user_code(u32 code, bool vf);
void intel_nested_make_response(struct qi_desc *desc, u16 sid,
				const struct iommu_fault_page_request *req,
				u32 code);
bool intel_nested_waits_for(const struct qi_desc *desc, unsigned int n,
			    u16 sid);

/* nested-record.c */
u16 intel_nested_request_rid(const u64 *desc);
bool intel_nested_is_marker(const u64 *desc);
void intel_nested_parse_request(struct iommu_fault_page_request *req,
				const u64 *desc);
u16 intel_nested_fault_sid(u64 hi);
bool intel_nested_parse_fault(struct iommu_fault_unrecoverable *event, u64 lo,
			      u64 hi);

#endif /* _INTEL_IOMMU_NESTED_COMPOSE_H */
