/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel holds in the name of a process */
#ifndef SELFTEST_IOMMU_LOCKED_MEMORY_H
#define SELFTEST_IOMMU_LOCKED_MEMORY_H

#include <stdio.h>

/**
 * locked_memory - Memory that is pinned in the name of this process
 *
 * Return: in kB, or -1 when the kernel does not say
 */
static inline long locked_memory(void)
{
	long kb = -1;
	char line[128];
	FILE *f = fopen("/proc/self/status", "r");

	while (f && kb < 0 && fgets(line, sizeof(line), f))
		sscanf(line, "VmLck: %ld kB", &kb);
	if (f)
		fclose(f);
	return kb;
}

#endif /* SELFTEST_IOMMU_LOCKED_MEMORY_H */
