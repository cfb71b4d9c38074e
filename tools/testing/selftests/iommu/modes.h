/* SPDX-License-Identifier: GPL-2.0-only */
/* What the program does besides the tests */
#ifndef SELFTEST_IOMMU_MODES_H
#define SELFTEST_IOMMU_MODES_H

int run_demo(int devices);
int run_no_nesting(void);

#endif /* SELFTEST_IOMMU_MODES_H */
