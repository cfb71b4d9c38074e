// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Records of a fault queue, and the names of what they say */
#include <assert.h>
#include <unistd.h>

#include "internal.h"

#define RECORD_SIZE	sizeof(union inest_fault)

static_assert(sizeof(union inest_fault) == sizeof(struct iommu_fault),
	      "all records are of one size");

static const char * const reasons[] = {
	[IOMMU_FAULT_REASON_UNKNOWN]		= "unknown",
	[IOMMU_FAULT_REASON_PASID_FETCH]	= "pasid_fetch",
	[IOMMU_FAULT_REASON_BAD_PASID_ENTRY]	= "bad_pasid_entry",
	[IOMMU_FAULT_REASON_PASID_INVALID]	= "pasid_invalid",
	[IOMMU_FAULT_REASON_WALK_EABT]		= "walk_eabt",
	[IOMMU_FAULT_REASON_PTE_FETCH]		= "pte_fetch",
	[IOMMU_FAULT_REASON_PERMISSION]		= "permission",
	[IOMMU_FAULT_REASON_ACCESS]		= "access",
	[IOMMU_FAULT_REASON_OOR_ADDRESS]	= "oor_address",
}, * const answered[] = {
	[IOMMU_FAULT_ANSWERED_TIMEOUT]		= "timeout",
	[IOMMU_FAULT_ANSWERED_UNBOUND]		= "unbound",
	[IOMMU_FAULT_ANSWERED_RESET]		= "reset",
}, * const blocked[] = {
	[IOMMU_FAULT_BLOCKED_INVALIDATION]	= "invalidation",
	[IOMMU_FAULT_BLOCKED_BIND]		= "bind",
	[IOMMU_FAULT_BLOCKED_RESPONSE]		= "response",
}, * const responses[] = {
	[IOMMU_PAGE_RESP_SUCCESS]		= "success",
	[IOMMU_PAGE_RESP_INVALID]		= "invalid",
	[IOMMU_PAGE_RESP_FAILURE]		= "failure",
};

#define NAME_OF(names, value) \
	((value) < INEST_ARRAY_SIZE(names) ? (names)[value] : NULL)

const char *inest_fault_type_name(__u32 type)
{
	switch (type) {
	case IOMMU_FAULT_DMA_UNRECOV:
		return "unrecoverable";
	case IOMMU_FAULT_PAGE_REQ:
		return "page_request";
	case IOMMU_FAULT_LOST:
		return "lost";
	case IOMMU_FAULT_ANSWERED:
		return "answered";
	case IOMMU_FAULT_BLOCKED:
		return "blocked";
	default:
		return NULL;
	}
}

const char *inest_fault_reason_name(__u32 reason)
{
	return NAME_OF(reasons, reason);
}

const char *inest_answered_reason_name(__u32 reason)
{
	return NAME_OF(answered, reason);
}

const char *inest_blocked_reason_name(__u32 reason)
{
	return NAME_OF(blocked, reason);
}

const char *inest_page_response_name(__u32 code)
{
	return NAME_OF(responses, code);
}

int inest_fault_read(int queue, union inest_fault *faults, int max)
{
	ssize_t size;

	if (max < 1)
		return -EINVAL;
	size = read(queue, faults, max * RECORD_SIZE);
	if (size < 0)
		return -errno;
	return size % RECORD_SIZE ? -EPROTO : (int)(size / RECORD_SIZE);
}
