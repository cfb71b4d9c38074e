// SPDX-License-Identifier: GPL-2.0-only
/*
 * VT-d nesting: fault records and page requests of a unit as pure functions
 */
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <uapi/linux/iommu.h>

#include "iommu.h"
#include "nested-compose.h"

/* 7.4.1.1: page request descriptor, by its 64-bit words */
#define REQUEST_0_PASID_PRESENT	BIT_ULL(8)
#define REQUEST_0_RID		GENMASK_ULL(31, 16)
#define REQUEST_0_PASID		GENMASK_ULL(51, 32)
#define REQUEST_0_EXEC		BIT_ULL(52)
#define REQUEST_0_PRIV		BIT_ULL(53)
#define REQUEST_1_READ		BIT_ULL(0)
#define REQUEST_1_WRITE		BIT_ULL(1)
#define REQUEST_1_LAST		BIT_ULL(2)
#define REQUEST_1_GROUP		GENMASK_ULL(11, 3)
#define REQUEST_1_ADDR		GENMASK_ULL(63, 12)

/* Before revision 4.0, in words 2 and 3; later units have it zero */
#define REQUEST_0_PRIV_DATA	BIT_ULL(9)

/* 11.4.14: fault recording register */
#define FAULT_LO_ADDR		GENMASK_ULL(63, 12)
#define FAULT_HI_SID		GENMASK_ULL(15, 0)
#define FAULT_HI_TYPE_2		BIT_ULL(28)
#define FAULT_HI_PRIV		BIT_ULL(29)
#define FAULT_HI_EXEC		BIT_ULL(30)
#define FAULT_HI_PASID_PRESENT	BIT_ULL(31)
#define FAULT_HI_REASON		GENMASK_ULL(39, 32)
#define FAULT_HI_PASID		GENMASK_ULL(59, 40)
#define FAULT_HI_TYPE_1		BIT_ULL(62)

/* 7.1: the first one of interrupt remapping, and of DMA in scalable mode */
#define REASON_INTERRUPT	0x20
#define REASON_SCALABLE		0x30

/*
 * 7.1.3: what user space is told for the reasons of scalable mode.
 *
 * Root and context entries and the second stage are the kernel's: an error in one
 * of them is of no known reason. What the first stage yields, a page or the next
 * table, is out of range when the second stage has nothing there, when it is too
 * wide, or when it is the range of interrupts. So is the address of a request
 * without a PASID where no first stage is bound. A table that the second stage has,
 * but not for that kind of access, cannot be fetched. A PASID that is not bound has
 * an entry, or a directory entry, that is not present.
 */
static const u8 reasons[] = {
	[0x45] = IOMMU_FAULT_REASON_PASID_INVALID,	/* PASIDs not enabled */
	[0x46] = IOMMU_FAULT_REASON_PASID_INVALID,	/* PASID too wide */

	[0x50] = IOMMU_FAULT_REASON_PASID_FETCH,	/* directory entry */
	[0x51] = IOMMU_FAULT_REASON_BAD_PASID_ENTRY,	/* P */
	[0x52] = IOMMU_FAULT_REASON_BAD_PASID_ENTRY,	/* reserved bits */
	[0x58] = IOMMU_FAULT_REASON_PASID_FETCH,	/* PASID entry */
	[0x59] = IOMMU_FAULT_REASON_BAD_PASID_ENTRY,	/* P */
	[0x5a] = IOMMU_FAULT_REASON_BAD_PASID_ENTRY,	/* reserved bits */
	[0x5b] = IOMMU_FAULT_REASON_BAD_PASID_ENTRY,	/* unknown type */
	[0x5c] = IOMMU_FAULT_REASON_PERMISSION,		/* ERE */
	[0x5d] = IOMMU_FAULT_REASON_PERMISSION,		/* SRE */

	[0x70] = IOMMU_FAULT_REASON_WALK_EABT,		/* first-stage entry */
	[0x71] = IOMMU_FAULT_REASON_PTE_FETCH,		/* P */
	[0x72] = IOMMU_FAULT_REASON_PTE_FETCH,		/* reserved bits */
	[0x73] = IOMMU_FAULT_REASON_WALK_EABT,		/* top-level entry */
	[0x74] = IOMMU_FAULT_REASON_OOR_ADDRESS,	/* too wide an entry */
	[0x75] = IOMMU_FAULT_REASON_WALK_EABT,		/* stage 2 of the top */
	[0x76] = IOMMU_FAULT_REASON_WALK_EABT,		/* stage 2 of a table */
	[0x77] = IOMMU_FAULT_REASON_WALK_EABT,		/* the same, to write */
	[0x79] = IOMMU_FAULT_REASON_OOR_ADDRESS,	/* not in stage 2 */

	[0x80] = IOMMU_FAULT_REASON_PTE_FETCH,		/* not canonical */
	[0x81] = IOMMU_FAULT_REASON_PERMISSION,		/* U/S */
	[0x82] = IOMMU_FAULT_REASON_PERMISSION,		/* execute */
	[0x83] = IOMMU_FAULT_REASON_OOR_ADDRESS,	/* beyond MGAW */
	[0x84] = IOMMU_FAULT_REASON_OOR_ADDRESS,	/* beyond stage 2 */
	[0x85] = IOMMU_FAULT_REASON_PERMISSION,		/* write */
	[0x86] = IOMMU_FAULT_REASON_PERMISSION,		/* read */
	[0x87] = IOMMU_FAULT_REASON_OOR_ADDRESS,	/* interrupt range */
	[0x90] = IOMMU_FAULT_REASON_ACCESS,		/* accessed, dirty */
};

/**
 * intel_nested_request_rid - Who asks for a page
 * @desc: page request descriptor
 *
 * Return: source id
 */
u16 intel_nested_request_rid(const u64 *desc)
{
	return FIELD_GET(REQUEST_0_RID, desc[0]);
}

/**
 * intel_nested_is_marker - Is a page request a stop marker, which asks for nothing
 * @desc: page request descriptor
 *
 * PCI Express 5.0, 10.4.1.2: it has a PASID, and must not be answered.
 *
 * Return: true when it is
 */
bool intel_nested_is_marker(const u64 *desc)
{
	const u64 kind = REQUEST_1_LAST | REQUEST_1_READ | REQUEST_1_WRITE;

	return desc[0] & REQUEST_0_PASID_PRESENT &&
	       (desc[1] & kind) == REQUEST_1_LAST;
}

/* A response has a PASID where the request has, see iommu_enable_pci_caps() */
static u32 request_flags(const u64 *desc)
{
	u32 flags = 0;

	if (desc[0] & REQUEST_0_PASID_PRESENT)
		flags |= IOMMU_FAULT_PAGE_REQUEST_PASID_VALID |
			 IOMMU_FAULT_PAGE_RESPONSE_NEEDS_PASID;
	if (desc[0] & REQUEST_0_PRIV_DATA)
		flags |= IOMMU_FAULT_PAGE_REQUEST_PRIV_DATA;
	if (desc[1] & REQUEST_1_LAST)
		flags |= IOMMU_FAULT_PAGE_REQUEST_LAST_PAGE;

	return flags;
}

static u32 request_perm(const u64 *desc)
{
	return (desc[1] & REQUEST_1_READ ? IOMMU_FAULT_PERM_READ : 0) |
	       (desc[1] & REQUEST_1_WRITE ? IOMMU_FAULT_PERM_WRITE : 0) |
	       (desc[0] & REQUEST_0_EXEC ? IOMMU_FAULT_PERM_EXEC : 0) |
	       (desc[0] & REQUEST_0_PRIV ? IOMMU_FAULT_PERM_PRIV : 0);
}

/**
 * intel_nested_parse_request - What a device asks for
 * @req: filled in, with the PASID that the device uses
 * @desc: page request descriptor
 */
void intel_nested_parse_request(struct iommu_fault_page_request *req,
				const u64 *desc)
{
	memset(req, 0, sizeof(*req));
	req->flags = request_flags(desc);
	if (req->flags & IOMMU_FAULT_PAGE_REQUEST_PASID_VALID)
		req->pasid = FIELD_GET(REQUEST_0_PASID, desc[0]);
	req->grpid = FIELD_GET(REQUEST_1_GROUP, desc[1]);
	req->perm = request_perm(desc);
	req->addr = desc[1] & REQUEST_1_ADDR;
	if (req->flags & IOMMU_FAULT_PAGE_REQUEST_PRIV_DATA) {
		req->private_data[0] = desc[2];
		req->private_data[1] = desc[3];
	}
}

/**
 * intel_nested_fault_sid - Whose fault was recorded
 * @hi: the upper half of the fault recording register
 *
 * Return: source id
 */
u16 intel_nested_fault_sid(u64 hi)
{
	return FIELD_GET(FAULT_HI_SID, hi);
}

static u32 fault_reason(u8 code)
{
	return code < ARRAY_SIZE(reasons) ? reasons[code] :
					    IOMMU_FAULT_REASON_UNKNOWN;
}

/* T1 and T2: 0 write, 1 page request, 2 read, 3 AtomicOp */
static u32 fault_perm(u64 hi)
{
	u32 perm = 0;

	if (hi & FAULT_HI_TYPE_1)
		perm |= IOMMU_FAULT_PERM_READ;
	if (!(hi & FAULT_HI_TYPE_1) == !(hi & FAULT_HI_TYPE_2))
		perm |= IOMMU_FAULT_PERM_WRITE;

	/* Bits of the PASID prefix */
	if (!(hi & FAULT_HI_PASID_PRESENT))
		return perm;
	if (hi & FAULT_HI_EXEC)
		perm |= IOMMU_FAULT_PERM_EXEC;
	if (hi & FAULT_HI_PRIV)
		perm |= IOMMU_FAULT_PERM_PRIV;

	return perm;
}

/**
 * intel_nested_parse_fault - What a fault recording register says
 * @event: filled in, with the PASID that the device uses
 * @lo: lower half of the register
 * @hi: upper half
 *
 * Return: false when it is about an interrupt, whose remapping is the kernel's
 */
bool intel_nested_parse_fault(struct iommu_fault_unrecoverable *event, u64 lo,
			      u64 hi)
{
	u8 code = FIELD_GET(FAULT_HI_REASON, hi);

	memset(event, 0, sizeof(*event));
	if (code >= REASON_INTERRUPT && code < REASON_SCALABLE)
		return false;

	event->reason = fault_reason(code);
	event->perm = fault_perm(hi);
	event->flags = IOMMU_FAULT_UNRECOV_ADDR_VALID;
	event->addr = lo & FAULT_LO_ADDR;
	if (hi & FAULT_HI_PASID_PRESENT) {
		event->flags |= IOMMU_FAULT_UNRECOV_PASID_VALID;
		event->pasid = FIELD_GET(FAULT_HI_PASID, hi);
	}

	return true;
}
