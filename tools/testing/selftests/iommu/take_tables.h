/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory that the kernel freed, taken so that nobody is given it again */
#ifndef SELFTEST_IOMMU_TAKE_TABLES_H
#define SELFTEST_IOMMU_TAKE_TABLES_H

#include <stddef.h>
#include <sys/mman.h>

/* More than the tables of a device: 256 MiB of page tables, each of which maps 2 MiB */
#define TAKEN_TABLES	65536UL
#define TAKEN_SPAN	0x200000UL

/**
 * take_tables - Take free memory of the kernel's, for page tables with next to nothing
 *
 * What a unit still takes for a device's tables then leads nowhere, instead of being
 * by chance those of after.
 *
 * Return: for give_tables(), or MAP_FAILED
 */
static inline void *take_tables(void)
{
	char *mem = mmap(NULL, TAKEN_TABLES * TAKEN_SPAN, PROT_READ,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	size_t i;

	for (i = 0; mem != MAP_FAILED && i < TAKEN_TABLES; i++)
		(void)__atomic_load_n(&mem[i * TAKEN_SPAN], __ATOMIC_RELAXED);
	return mem;
}

/**
 * give_tables - Undo take_tables()
 * @taken: what that returned
 */
static inline void give_tables(void *taken)
{
	munmap(taken, TAKEN_TABLES * TAKEN_SPAN);
}

#endif /* SELFTEST_IOMMU_TAKE_TABLES_H */
