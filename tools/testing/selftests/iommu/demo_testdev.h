/* SPDX-License-Identifier: GPL-2.0-only */
/* Steps of a demonstration whose device is the rig's test device */
#ifndef SELFTEST_IOMMU_DEMO_TESTDEV_H
#define SELFTEST_IOMMU_DEMO_TESTDEV_H

#include "demo_run.h"
#include "vm_testdev.h"

/*
 * These say what they show, and return NULL or what went wrong. @space names what
 * tells address spaces apart: "PASID", "SubstreamID".
 */
const char *demo_dma(struct demo *demo, const char *label, const char *space,
		     __u32 who, __u64 va, int page, const char *remark);
const char *demo_with_faults(struct demo *demo,
			     const char *(*step)(struct demo *demo, int queue));

/**
 * struct demo_fault - An access to a page that is not there yet
 * @label: what the step is called
 * @space: what tells address spaces apart
 * @group: what the IOMMU calls the group of its requests, or an empty string
 * @op: writes to the page, with a PASID
 * @waits: ITD_ST_* of the device meanwhile
 * @map: maps the page that a request asks for
 */
struct demo_fault {
	const char *label;
	const char *space;
	const char *group;
	struct testdev_op op;
	__u32 waits;
	void (*map)(struct demo *demo, __u64 va, __u64 gpa);
};

const char *demo_serve(struct demo *demo, int queue, const struct demo_fault *fault);

#endif /* SELFTEST_IOMMU_DEMO_TESTDEV_H */
