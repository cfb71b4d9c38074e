/* SPDX-License-Identifier: GPL-2.0-only */
/* How long something takes */
#ifndef SELFTEST_IOMMU_NOW_MS_H
#define SELFTEST_IOMMU_NOW_MS_H

#include <time.h>

/* Milliseconds of a clock that is never set */
static inline long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

#endif /* SELFTEST_IOMMU_NOW_MS_H */
