/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VT-d nesting: invalidation descriptors that are submitted together
 */
#ifndef _INTEL_IOMMU_NESTED_BATCH_H
#define _INTEL_IOMMU_NESTED_BATCH_H

#include "iommu.h"
#include "nested-compose.h"

#define NESTED_BATCH_MAX	40

/*
 * For variables on the stack with large arrays that are written from the front,
 * and of which nothing is read that was not written: an invalidation has no time
 * to clear them first (CONFIG_INIT_STACK_ALL_ZERO).
 */
#if __has_attribute(__uninitialized__)
#define NESTED_NOT_CLEARED	__attribute__((__uninitialized__))
#else
#define NESTED_NOT_CLEARED
#endif

/**
 * struct intel_nested_batch - Descriptors for one unit
 * @iommu: the unit
 * @n: how many there are
 * @dev_tlb: some of them wait for a device
 * @ret: of those that had no room any more and were submitted already
 * @silent_sid: why that or the last submission failed: source id of the device
 *	that did not answer, 0 when it is another reason or nobody knows
 * @timeout: for how long, in jiffies from the first time on, devices that are not the
 *	batch's may abort it, however often
 * @desc: the descriptors
 */
struct intel_nested_batch {
	struct intel_iommu	*iommu;
	unsigned int		n;
	bool			dev_tlb;
	int			ret;
	u16			silent_sid;
	unsigned long		timeout;
	struct qi_desc		desc[NESTED_BATCH_MAX];
};

void intel_nested_batch_init(struct intel_nested_batch *batch,
			     struct intel_iommu *iommu);
struct qi_desc *intel_nested_batch_next(struct intel_nested_batch *batch);
void intel_nested_batch_fence(struct intel_nested_batch *batch);
void intel_nested_batch_dev_tlb(struct intel_nested_batch *batch,
				const struct device_domain_info *info,
				u32 pasid,
				const struct intel_nested_block *block);
void intel_nested_batch_dev_tlb_all(struct intel_nested_batch *batch,
				    struct device_domain_info *info);
int intel_nested_batch_submit(struct intel_nested_batch *batch,
			      unsigned long options);
int intel_nested_batch_answer(struct intel_nested_batch *batch);

#endif /* _INTEL_IOMMU_NESTED_BATCH_H */
