/* SPDX-License-Identifier: GPL-2.0-only */
/* A guest's table of context descriptors, one for each SubstreamID */
#ifndef SELFTEST_IOMMU_CD_TABLE_H
#define SELFTEST_IOMMU_CD_TABLE_H

#include <stdbool.h>

#include "stage1.h"

/* STE.S1Fmt and the largest table of each that cd_table_create() makes */
#define CD_TABLE_LINEAR		0
#define CD_TABLE_LINEAR_BITS	6
#define CD_TABLE_4K		1
#define CD_TABLE_4K_BITS	15
#define CD_TABLE_64K		2
#define CD_TABLE_64K_BITS	19

/* STE.S1DSS: what becomes of accesses without a SubstreamID */
#define CD_TABLE_TERMINATE	0
#define CD_TABLE_BYPASS		1
#define CD_TABLE_SSID0		2

/**
 * struct cd_table - The table
 * @guest: memory that holds it
 * @fmt: CD_TABLE_*
 * @bits: log2 of the number of SubstreamIDs
 * @base: guest physical address of the table or of its first level
 * @next_leaf: where the next leaf of 64 KiB goes
 */
struct cd_table {
	struct guest *guest;
	__u8 fmt;
	__u8 bits;
	__u64 base;
	__u64 next_leaf;
};

void cd_table_create(struct cd_table *table, struct guest *guest, __u8 fmt,
		     __u8 bits);
__u64 *cd_table_first_level(const struct cd_table *table, __u32 ssid);
__u64 cd_table_slot(struct cd_table *table, __u32 ssid);
void cd_table_set(struct cd_table *table, __u32 ssid, const struct stage1 *s1,
		  unsigned int addr_width, bool stall);
void cd_table_clear(struct cd_table *table, __u32 ssid);

#endif /* SELFTEST_IOMMU_CD_TABLE_H */
