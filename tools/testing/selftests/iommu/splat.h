/* SPDX-License-Identifier: GPL-2.0-only */
/* Warnings of the kernel, as they turn up in its log */
#ifndef SELFTEST_IOMMU_SPLAT_H
#define SELFTEST_IOMMU_SPLAT_H

#include <stdbool.h>

int splat_open(void);
int splat_count(void);

#endif /* SELFTEST_IOMMU_SPLAT_H */
