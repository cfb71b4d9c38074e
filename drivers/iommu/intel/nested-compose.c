// SPDX-License-Identifier: GPL-2.0-only
/*
 * VT-d nesting: PASID entries and descriptors as pure functions
 *
 * The domain id, the source id and the second level are the kernel's. User space
 * contributes the fields of its table and nothing else.
 */
#include <linux/bitfield.h>
#include <linux/bitops.h>
#include <linux/iommu_nesting.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "iommu.h"
#include "nested-compose.h"
#include "pasid.h"

/* 9.6: scalable-mode PASID table entry, by its 64-bit words */
#define ENTRY_0_P		BIT_ULL(0)
#define ENTRY_0_AW		GENMASK_ULL(4, 2)
#define ENTRY_0_PGTT		GENMASK_ULL(8, 6)
#define ENTRY_0_SSPTPTR		GENMASK_ULL(63, 12)
#define ENTRY_1_DID		GENMASK_ULL(15, 0)
#define ENTRY_1_PWSNP		BIT_ULL(23)
#define ENTRY_1_PGSNP		BIT_ULL(24)
#define ENTRY_1_CD		BIT_ULL(25)
#define ENTRY_1_EMTE		BIT_ULL(26)
#define ENTRY_1_EMT		GENMASK_ULL(29, 27)
#define ENTRY_1_PWT		BIT_ULL(30)
#define ENTRY_1_PCD		BIT_ULL(31)
#define ENTRY_1_PAT		GENMASK_ULL(63, 32)
#define ENTRY_2_SRE		BIT_ULL(0)
#define ENTRY_2_FSPM		GENMASK_ULL(3, 2)
#define ENTRY_2_WPE		BIT_ULL(4)
#define ENTRY_2_NXE		BIT_ULL(5)
#define ENTRY_2_EAFE		BIT_ULL(7)
#define ENTRY_2_FSPTPTR		GENMASK_ULL(63, 12)

#define FSPM_5LEVEL		1

/* The largest block of a range: 1 GiB */
#define NESTED_ORDER_MAX	18

/* 6.5.2.5, 6.5.2.6: who is to forget */
#define DEV_TLB_SID		GENMASK_ULL(47, 32)
#define DEV_TLB_PASID_SID	GENMASK_ULL(31, 16)

const struct intel_nested_block intel_nested_all = {
	.order = NESTED_ORDER_ALL,
};

/**
 * intel_nested_check_data - Can a unit do what a page table asks for
 * @cap: its Capability Register
 * @ecap: its Extended Capability Register
 * @data: the page table, checked by the core
 *
 * Return: 0 or -EOPNOTSUPP
 */
int intel_nested_check_data(u64 cap, u64 ecap,
			    const struct iommu_gpasid_bind_data *data)
{
	u64 flags = data->vendor.vtd.flags;

	if (data->format != IOMMU_PASID_FORMAT_INTEL_VTD)
		return -EOPNOTSUPP;
	if (data->addr_width == ADDR_WIDTH_5LEVEL && !cap_fl5lp_support(cap))
		return -EOPNOTSUPP;
	if (flags & IOMMU_SVA_VTD_GPASID_SRE && !ecap_srs(ecap))
		return -EOPNOTSUPP;
	if (flags & IOMMU_SVA_VTD_GPASID_EAFE && !ecap_eafs(ecap))
		return -EOPNOTSUPP;
	if (flags & IOMMU_SVA_VTD_GPASID_MTS_MASK && !ecap_mts(ecap))
		return -EOPNOTSUPP;

	return 0;
}

/* Reserved without MTS, so that nothing is set unless it was asked for */
static u64 make_memory_type(const struct iommu_gpasid_bind_data_vtd *vtd)
{
	u64 val = 0;

	if (!(vtd->flags & IOMMU_SVA_VTD_GPASID_MTS_MASK))
		return 0;

	if (vtd->flags & IOMMU_SVA_VTD_GPASID_CD)
		val |= ENTRY_1_CD;
	if (vtd->flags & IOMMU_SVA_VTD_GPASID_EMTE)
		val |= ENTRY_1_EMTE | FIELD_PREP(ENTRY_1_EMT, vtd->emt);
	if (vtd->flags & IOMMU_SVA_VTD_GPASID_PWT)
		val |= ENTRY_1_PWT;
	if (vtd->flags & IOMMU_SVA_VTD_GPASID_PCD)
		val |= ENTRY_1_PCD;

	return val | FIELD_PREP(ENTRY_1_PAT, vtd->pat);
}

/*
 * NXE is always set: tables that are a CPU's have pages with XD. WPE comes with
 * SRE: a guest's kernel runs with CR0.WP, and its read-only pages are read-only
 * for privileged requests as well.
 */
static u64 make_first_stage(const struct iommu_gpasid_bind_data *data)
{
	u64 val = (data->gpgd & ENTRY_2_FSPTPTR) | ENTRY_2_NXE;

	if (data->addr_width == ADDR_WIDTH_5LEVEL)
		val |= FIELD_PREP(ENTRY_2_FSPM, FSPM_5LEVEL);
	if (data->vendor.vtd.flags & IOMMU_SVA_VTD_GPASID_SRE)
		val |= ENTRY_2_SRE | ENTRY_2_WPE;
	if (data->vendor.vtd.flags & IOMMU_SVA_VTD_GPASID_EAFE)
		val |= ENTRY_2_EAFE;

	return val;
}

/**
 * intel_nested_make_entry - Compose the PASID entry of a nested translation
 * @entry: filled in
 * @s2: second level of the domain
 * @data: first stage of user space, checked; @data->gpgd is translated by @s2
 */
void intel_nested_make_entry(struct pasid_entry *entry,
			     const struct intel_nested_s2 *s2,
			     const struct iommu_gpasid_bind_data *data)
{
	memset(entry, 0, sizeof(*entry));
	entry->val[0] = (s2->pgd & ENTRY_0_SSPTPTR) |
			FIELD_PREP(ENTRY_0_PGTT, PASID_ENTRY_PGTT_NESTED) |
			FIELD_PREP(ENTRY_0_AW, s2->aw) | ENTRY_0_P;
	entry->val[1] = FIELD_PREP(ENTRY_1_DID, s2->did) |
			(s2->snoop_walks ? ENTRY_1_PWSNP : 0) |
			(s2->snoop_pages ? ENTRY_1_PGSNP : 0) |
			make_memory_type(&data->vendor.vtd);
	entry->val[2] = make_first_stage(data);
}

/**
 * intel_nested_max_order - The largest block that a unit's descriptors can name
 * @cap: its Capability Register
 *
 * Return: order of the block, at most that of 1 GiB, since units have been seen to
 * refuse more than they offer; negative when the unit knows of no addresses
 */
int intel_nested_max_order(u64 cap)
{
	if (!cap_pgsel_inv(cap))
		return -1;

	return min_t(int, cap_max_amask_val(cap), NESTED_ORDER_MAX);
}

/**
 * intel_nested_split - Divide a range into the blocks that descriptors can name
 * @blocks: room for NESTED_BLOCKS_MAX
 * @addr: first address, a multiple of 4 KiB
 * @pages: number of 4 KiB pages, at least 1
 * @max_order: the largest block
 *
 * Every block is as large as its alignment, what is left, and @max_order allow.
 *
 * Return: number of blocks, or 0 when it would take more than there is room for
 */
int intel_nested_split(struct intel_nested_block *blocks, u64 addr, u64 pages,
		       unsigned int max_order)
{
	int n;

	for (n = 0; pages && n < NESTED_BLOCKS_MAX; n++) {
		unsigned int order = fls64(pages) - 1;

		if (addr)
			order = min_t(unsigned int, order,
				      __ffs64(addr) - VTD_PAGE_SHIFT);
		order = min(order, max_order);

		blocks[n].addr = addr;
		blocks[n].order = order;
		addr += VTD_PAGE_SIZE << order;
		pages -= 1ULL << order;
	}

	return pages ? 0 : n;
}

/**
 * intel_nested_make_fence - Compose a wait that only orders (6.5.2.8)
 * @desc: filled in
 *
 * Whatever follows is not begun before all in front is complete.
 */
void intel_nested_make_fence(struct qi_desc *desc)
{
	memset(desc, 0, sizeof(*desc));
	desc->qw0 = QI_IWD_FENCE | QI_IWD_TYPE;
}

/**
 * intel_nested_make_context - Compose a context-cache invalidation (6.5.2.1)
 * @desc: filled in
 * @did: domain id
 * @sid: source id of the one function
 */
void intel_nested_make_context(struct qi_desc *desc, u16 did, u16 sid)
{
	memset(desc, 0, sizeof(*desc));
	desc->qw0 = QI_CC_SID(sid) | QI_CC_DID(did) |
		    QI_CC_GRAN(DMA_CCMD_DEVICE_INVL) | QI_CC_TYPE;
}

/**
 * intel_nested_make_pasid_all - Compose a PASID-cache invalidation (6.5.2.2)
 * @desc: filled in
 * @did: domain id, all of whose entries are covered
 */
void intel_nested_make_pasid_all(struct qi_desc *desc, u16 did)
{
	memset(desc, 0, sizeof(*desc));
	desc->qw0 = QI_PC_DID(did) | QI_PC_GRAN(QI_PC_ALL_PASIDS) | QI_PC_TYPE;
}

/**
 * intel_nested_make_pasid - Compose a PASID-cache invalidation of one PASID
 * @desc: filled in
 * @did: domain id
 * @pasid: the PASID
 */
void intel_nested_make_pasid(struct qi_desc *desc, u16 did, u32 pasid)
{
	memset(desc, 0, sizeof(*desc));
	desc->qw0 = QI_PC_PASID(pasid) | QI_PC_DID(did) |
		    QI_PC_GRAN(QI_PC_PASID_SEL) | QI_PC_TYPE;
}

/**
 * intel_nested_make_iotlb - Compose an IOTLB invalidation of a domain (6.5.2.3)
 * @desc: filled in
 * @cap: the unit's Capability Register
 * @did: domain id
 *
 * Covers every nested translation and all paging-structure caches of the domain,
 * which the page-selective one by guest physical address does not.
 */
void intel_nested_make_iotlb(struct qi_desc *desc, u64 cap, u16 did)
{
	memset(desc, 0, sizeof(*desc));
	desc->qw0 = QI_IOTLB_DID(did) | QI_IOTLB_DR(cap_read_drain(cap)) |
		    QI_IOTLB_DW(cap_write_drain(cap)) |
		    QI_IOTLB_GRAN(DMA_TLB_DSI_FLUSH) | QI_IOTLB_TYPE;
}

/**
 * intel_nested_make_piotlb - Compose an IOTLB invalidation of a PASID (6.5.2.4)
 * @desc: filled in
 * @did: domain id
 * @pasid: the PASID
 */
void intel_nested_make_piotlb(struct qi_desc *desc, u16 did, u32 pasid)
{
	memset(desc, 0, sizeof(*desc));
	desc->qw0 = QI_EIOTLB_PASID(pasid) | QI_EIOTLB_DID(did) |
		    QI_EIOTLB_GRAN(QI_GRAN_NONG_PASID) | QI_EIOTLB_TYPE;
}

/**
 * intel_nested_make_piotlb_block - Compose an IOTLB invalidation of addresses
 * @desc: filled in
 * @did: domain id
 * @pasid: the PASID
 * @block: the addresses
 * @leaf: no table but those of the last level changed
 */
void intel_nested_make_piotlb_block(struct qi_desc *desc, u16 did, u32 pasid,
				    const struct intel_nested_block *block,
				    bool leaf)
{
	memset(desc, 0, sizeof(*desc));
	desc->qw0 = QI_EIOTLB_PASID(pasid) | QI_EIOTLB_DID(did) |
		    QI_EIOTLB_GRAN(QI_GRAN_PSI_PASID) | QI_EIOTLB_TYPE;
	desc->qw1 = QI_EIOTLB_ADDR(block->addr) | QI_EIOTLB_IH(leaf) |
		    QI_EIOTLB_AM(block->order);
}

/*
 * 6.5.2.5: with S set, the lowest clear bit of the address from bit 12 on is the
 * highest one that does not count.
 */
static u64 make_dev_tlb_addr(const struct intel_nested_block *block, u64 s)
{
	u64 size;

	if (!block->order)
		return block->addr;

	size = 1ULL << (VTD_PAGE_SHIFT + block->order - 1);
	return ((block->addr | (size - 1)) & ~size & VTD_PAGE_MASK) | s;
}

/**
 * intel_nested_make_dev_tlb - Compose a device-TLB invalidation (6.5.2.5)
 * @desc: filled in
 * @fn: the function
 * @block: the addresses
 *
 * Covers translations that were requested without a PASID.
 */
void intel_nested_make_dev_tlb(struct qi_desc *desc,
			       const struct intel_nested_function *fn,
			       const struct intel_nested_block *block)
{
	memset(desc, 0, sizeof(*desc));
	desc->qw0 = QI_DEV_IOTLB_SID(fn->sid) | QI_DEV_IOTLB_QDEP(fn->qdep) |
		    QI_DEV_IOTLB_PFSID(fn->pfsid) | QI_DIOTLB_TYPE;
	desc->qw1 = make_dev_tlb_addr(block, QI_DEV_IOTLB_SIZE);
}

/**
 * intel_nested_make_dev_tlb_pasid - Compose one of a PASID (6.5.2.6)
 * @desc: filled in
 * @fn: the function
 * @pasid: the PASID
 * @block: the addresses
 */
void intel_nested_make_dev_tlb_pasid(struct qi_desc *desc,
				     const struct intel_nested_function *fn,
				     u32 pasid,
				     const struct intel_nested_block *block)
{
	memset(desc, 0, sizeof(*desc));
	desc->qw0 = QI_DEV_EIOTLB_PASID(pasid) | QI_DEV_EIOTLB_SID(fn->sid) |
		    QI_DEV_EIOTLB_QDEP(fn->qdep) |
		    QI_DEV_EIOTLB_PFSID(fn->pfsid) | QI_DEIOTLB_TYPE;
	desc->qw1 = make_dev_tlb_addr(block, QI_DEV_EIOTLB_SIZE);
}

/**
 * intel_nested_user_code - What user space may answer a function
 * @code: what it answers, &enum iommu_page_response_code
 * @vf: the function is a VF
 *
 * A failure ends the page requests of all functions that share a page request
 * interface. A VF has none but its PF's, which other users' VFs have, too.
 *
 * Return: what it is given
 */
u32 intel_nested_user_code(u32 code, bool vf)
{
	return vf && code == IOMMU_PAGE_RESP_FAILURE ? IOMMU_PAGE_RESP_INVALID :
						       code;
}

static u64 response_code(u32 code)
{
	switch (code) {
	case IOMMU_PAGE_RESP_SUCCESS:
		return QI_RESP_SUCCESS;
	case IOMMU_PAGE_RESP_FAILURE:
		return QI_RESP_FAILURE;
	default:
		return QI_RESP_INVALID;
	}
}

/**
 * intel_nested_make_response - Compose a page group response (7.6.1)
 * @desc: filled in
 * @sid: source id of the function that asked
 * @req: the last request of the group; the response has a PASID where that has
 * @code: &enum iommu_page_response_code
 */
void intel_nested_make_response(struct qi_desc *desc, u16 sid,
				const struct iommu_fault_page_request *req,
				u32 code)
{
	memset(desc, 0, sizeof(*desc));
	desc->qw0 = QI_PGRP_DID(sid) | QI_PGRP_RESP_CODE(response_code(code)) |
		    QI_PGRP_RESP_TYPE;
	if (req->flags & IOMMU_FAULT_PAGE_REQUEST_PASID_VALID)
		desc->qw0 |= QI_PGRP_PASID_P(1) | QI_PGRP_PASID(req->pasid);
	desc->qw1 = QI_PGRP_IDX(req->grpid);
	if (req->flags & IOMMU_FAULT_PAGE_REQUEST_LAST_PAGE)
		desc->qw1 |= QI_PGRP_LPIG(1);
	if (req->flags & IOMMU_FAULT_PAGE_REQUEST_PRIV_DATA) {
		desc->qw0 |= QI_PGRP_PDP(1);
		desc->qw2 = req->private_data[0];
		desc->qw3 = req->private_data[1];
	}
}

/**
 * intel_nested_waits_for - Is a function among those that descriptors wait for
 * @desc: the descriptors
 * @n: how many there are
 * @sid: source id of the function
 *
 * Return: true when one of them invalidates the function's TLB
 */
bool intel_nested_waits_for(const struct qi_desc *desc, unsigned int n, u16 sid)
{
	for (; n; n--, desc++) {
		u64 type = desc->qw0 & GENMASK_ULL(3, 0);

		if (type == QI_DIOTLB_TYPE &&
		    FIELD_GET(DEV_TLB_SID, desc->qw0) == sid)
			return true;
		if (type == QI_DEIOTLB_TYPE &&
		    FIELD_GET(DEV_TLB_PASID_SID, desc->qw0) == sid)
			return true;
	}

	return false;
}
