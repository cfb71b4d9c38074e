/* SPDX-License-Identifier: GPL-2.0-only */
/* A demonstration: a machine with one device, and steps that say what they show */
#ifndef SELFTEST_IOMMU_DEMO_RUN_H
#define SELFTEST_IOMMU_DEMO_RUN_H

#include <stdio.h>

#include "vm.h"

#define say(label, fmt, ...) \
	printf("  %-11s " fmt "\n", label, ##__VA_ARGS__)

/**
 * struct demo - What the steps have in common
 * @vm: a machine with one device
 * @a: a watched page
 * @b: another
 * @loose: guest physical address of a watched page that stage 2 maps on its own
 */
struct demo {
	struct vm vm;
	int a;
	int b;
	__u64 loose;
};

/* Says what it shows. Returns NULL, or what went wrong. */
typedef const char *(*demo_step)(struct demo *demo);

/**
 * struct demo_plan - What is shown
 * @title: first line of the output
 * @device: what the device is
 * @missing: why it fails when there is no such device
 * @steps: what is done with it
 * @count: number of steps
 */
struct demo_plan {
	const char *title;
	const char *device;
	const char *missing;
	const demo_step *steps;
	size_t count;
};

int demo_run(const struct demo_plan *plan, int devices);
const char *demo_page_name(const struct demo *demo, int page);
const char *demo_astray(const struct demo *demo, const char *label,
			const char *dma, int found, int page);

static inline __u64 demo_gpa(const struct demo *demo, int page)
{
	return demo->vm.page[page].gpa;
}

#endif /* SELFTEST_IOMMU_DEMO_RUN_H */
