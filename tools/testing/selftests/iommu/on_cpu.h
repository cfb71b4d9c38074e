/* SPDX-License-Identifier: GPL-2.0-only */
/* Each CPU in turn, for what depends on where a thread of the kernel runs */
#ifndef SELFTEST_IOMMU_ON_CPU_H
#define SELFTEST_IOMMU_ON_CPU_H

#include <sched.h>
#include <sys/sysinfo.h>

/**
 * on_cpu - Go on with one CPU
 * @round: any number; the next one means another CPU, if there is one
 *
 * Return: 0 or -1 with errno
 */
static inline int on_cpu(unsigned int round)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(round % get_nprocs(), &set);
	return sched_setaffinity(0, sizeof(set), &set);
}

#endif /* SELFTEST_IOMMU_ON_CPU_H */
