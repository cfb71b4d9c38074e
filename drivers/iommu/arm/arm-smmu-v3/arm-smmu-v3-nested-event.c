// SPDX-License-Identifier: GPL-2.0-only
/*
 * SMMUv3 nesting: from event records to faults as pure functions
 *
 * Only what a guest's stage 1 brings about becomes a fault: its context descriptors,
 * its page tables, and addresses of its own that stage 2 has nothing for. All else
 * is the host's to know (Arm IHI 0070, 7.3).
 */
#include <linux/bitfield.h>
#include <linux/string.h>

#include "arm-smmu-v3-nested.h"

/* 7.3: event numbers that the driver has no other use for */
#define EVT_ID_STREAM_DISABLED		0x06
#define EVT_ID_BAD_SUBSTREAMID		0x08
#define EVT_ID_CD_FETCH			0x09
#define EVT_ID_BAD_CD			0x0a
#define EVT_ID_WALK_EABT		0x0b
#define EVT_ID_TLB_CONFLICT		0x20

/* 7.3: what the access that stage 2 stopped was for */
#define EVT_CLASS_CD			0
#define EVT_CLASS_TT			1
#define EVT_CLASS_IN			2

static u32 event_perm(const u64 *evt)
{
	return (evt[1] & EVTQ_1_RnW ? IOMMU_FAULT_PERM_READ :
				      IOMMU_FAULT_PERM_WRITE) |
	       (evt[1] & EVTQ_1_InD ? IOMMU_FAULT_PERM_EXEC : 0) |
	       (evt[1] & EVTQ_1_PnU ? IOMMU_FAULT_PERM_PRIV : 0);
}

static bool event_can_stall(const u64 *evt)
{
	switch (FIELD_GET(EVTQ_0_ID, evt[0])) {
	case EVT_ID_TRANSLATION_FAULT:
	case EVT_ID_ADDR_SIZE_FAULT:
	case EVT_ID_ACCESS_FAULT:
	case EVT_ID_PERMISSION_FAULT:
		return true;
	default:
		return false;
	}
}

/**
 * arm_smmu_nested_make_request - The page request that a stall is
 * @req: filled in on success
 * @evt: EVTQ_ENT_DWORDS dwords of an event record
 *
 * A stall is a group of its own, whose index is the STAG. One with a SubstreamID
 * is answered with it, since that is how user space knows it.
 *
 * Return: true when the record is that of a stalled transaction
 */
bool arm_smmu_nested_make_request(struct iommu_fault_page_request *req,
				  const u64 *evt)
{
	if (!event_can_stall(evt) || !(evt[1] & EVTQ_1_STALL))
		return false;

	*req = (struct iommu_fault_page_request) {
		.flags	= IOMMU_FAULT_PAGE_REQUEST_LAST_PAGE,
		.grpid	= FIELD_GET(EVTQ_1_STAG, evt[1]),
		.perm	= event_perm(evt),
		.addr	= FIELD_GET(EVTQ_2_ADDR, evt[2]),
	};

	if (evt[0] & EVTQ_0_SSV) {
		req->flags |= IOMMU_FAULT_PAGE_REQUEST_PASID_VALID |
			      IOMMU_FAULT_PAGE_RESPONSE_NEEDS_PASID;
		req->pasid = FIELD_GET(EVTQ_0_SSID, evt[0]);
	}

	return true;
}

static void event_add_addr(struct iommu_fault_unrecoverable *event,
			   const u64 *evt)
{
	event->flags |= IOMMU_FAULT_UNRECOV_ADDR_VALID;
	event->perm = event_perm(evt);
	event->addr = FIELD_GET(EVTQ_2_ADDR, evt[2]);
}

/* Faults of stage 1 that have an address */
static u32 stage1_reason(const u64 *evt)
{
	switch (FIELD_GET(EVTQ_0_ID, evt[0])) {
	case EVT_ID_WALK_EABT:
		return IOMMU_FAULT_REASON_WALK_EABT;
	case EVT_ID_TRANSLATION_FAULT:
		return IOMMU_FAULT_REASON_PTE_FETCH;
	case EVT_ID_ADDR_SIZE_FAULT:
		return IOMMU_FAULT_REASON_OOR_ADDRESS;
	case EVT_ID_ACCESS_FAULT:
		return IOMMU_FAULT_REASON_ACCESS;
	case EVT_ID_PERMISSION_FAULT:
		return IOMMU_FAULT_REASON_PERMISSION;
	default:
		return IOMMU_FAULT_REASON_UNKNOWN;
	}
}

/*
 * Faults of stage 2, as a guest sees them that does not know of it: where its
 * memory ends, a fetch fails, and an output address is out of range.
 */
static u32 stage2_reason(const u64 *evt)
{
	switch (FIELD_GET(EVTQ_1_CLASS, evt[1])) {
	case EVT_CLASS_CD:
		return IOMMU_FAULT_REASON_PASID_FETCH;
	case EVT_CLASS_TT:
		return IOMMU_FAULT_REASON_WALK_EABT;
	case EVT_CLASS_IN:
		return FIELD_GET(EVTQ_0_ID, evt[0]) == EVT_ID_PERMISSION_FAULT ?
		       IOMMU_FAULT_REASON_PERMISSION :
		       IOMMU_FAULT_REASON_OOR_ADDRESS;
	default:
		return IOMMU_FAULT_REASON_UNKNOWN;
	}
}

/* The host's own tables failed where the fault is one of stage 2's walk */
static bool event_make_translation(struct iommu_fault_unrecoverable *event,
				   const u64 *evt)
{
	event_add_addr(event, evt);
	if (!(evt[1] & EVTQ_1_S2)) {
		event->reason = stage1_reason(evt);
		return true;
	}
	if (!event_can_stall(evt))
		return false;

	event->reason = stage2_reason(evt);
	event->flags |= IOMMU_FAULT_UNRECOV_FETCH_ADDR_VALID;
	event->fetch_addr = evt[3] & EVTQ_3_IPA;
	return true;
}

/**
 * arm_smmu_nested_make_event - The unrecoverable fault that an event is
 * @event: filled in on success
 * @evt: EVTQ_ENT_DWORDS dwords of an event record that is not a stall's
 *
 * The address of a fetch is only passed on where it is one of stage 2's input: in
 * F_CD_FETCH and F_WALK_EABT it is one of the host's (7.3).
 *
 * Return: true when a guest's stage 1 is the cause
 */
bool arm_smmu_nested_make_event(struct iommu_fault_unrecoverable *event,
				const u64 *evt)
{
	u8 id = FIELD_GET(EVTQ_0_ID, evt[0]);

	memset(event, 0, sizeof(*event));
	/* A SubstreamID that is bad is one: that record has no SSV (7.3) */
	if (evt[0] & EVTQ_0_SSV || id == EVT_ID_BAD_SUBSTREAMID) {
		event->flags = IOMMU_FAULT_UNRECOV_PASID_VALID;
		event->pasid = FIELD_GET(EVTQ_0_SSID, evt[0]);
	}

	switch (id) {
	case EVT_ID_STREAM_DISABLED:
	case EVT_ID_BAD_SUBSTREAMID:
		event->reason = IOMMU_FAULT_REASON_PASID_INVALID;
		return true;
	case EVT_ID_CD_FETCH:
		event->reason = IOMMU_FAULT_REASON_PASID_FETCH;
		return true;
	case EVT_ID_BAD_CD:
		event->reason = IOMMU_FAULT_REASON_BAD_PASID_ENTRY;
		return true;
	case EVT_ID_WALK_EABT:
	case EVT_ID_TLB_CONFLICT:
	case EVT_ID_TRANSLATION_FAULT:
	case EVT_ID_ADDR_SIZE_FAULT:
	case EVT_ID_ACCESS_FAULT:
	case EVT_ID_PERMISSION_FAULT:
		return event_make_translation(event, evt);
	default:
		return false;
	}
}

/**
 * arm_smmu_nested_evtq_target - How far the event queue goes
 * @done: events taken from it so far, modulo 2^32
 * @prod: register SMMU_EVENTQ_PROD, read after @done
 * @shift: log2 of the queue's size
 *
 * The index and its wrap bit count modulo twice the size (3.5.1), both from 0.
 *
 * Return: what @done is to be when all that was in the queue has been taken
 */
u32 arm_smmu_nested_evtq_target(u32 done, u32 prod, u32 shift)
{
	u32 mask = (2U << shift) - 1;

	return done + ((prod - done) & mask);
}
