/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest's stage 1 for VT-d: first-stage page tables of four or five levels,
 * which are those of the x86 CPU in 64-bit mode (VT-d 4.1, 9.8)
 */
#ifndef SELFTEST_IOMMU_VTD_TABLE_H
#define SELFTEST_IOMMU_VTD_TABLE_H

#include <linux/types.h>

#include "guest.h"

#define SZ_1G		0x40000000UL

#define VTD_BIT(n)	(1ULL << (n))

/* Bits of an entry */
#define VTD_P		VTD_BIT(0)	/* present, so it can be read */
#define VTD_W		VTD_BIT(1)	/* writes */
#define VTD_U		VTD_BIT(2)	/* requests of user privilege */
#define VTD_A		VTD_BIT(5)	/* accessed */
#define VTD_D		VTD_BIT(6)	/* dirty */
#define VTD_PS		VTD_BIT(7)	/* a page, not a table */
#define VTD_EA		VTD_BIT(10)	/* extended accessed */
#define VTD_XD		VTD_BIT(63)	/* no instruction fetches */
#define VTD_ADDR	0x000ffffffffff000ULL

/* What most leaves are */
#define VTD_READ	(VTD_P | VTD_U)
#define VTD_RW		(VTD_P | VTD_W | VTD_U)

/* Levels, from the tables whose entries map 4 KiB */
#define VTD_PT		1
#define VTD_PD		2
#define VTD_PDPT	3
#define VTD_LEVEL_SHIFT(l)	(12 + 9 * ((l) - 1))

/**
 * struct vtd_table - An address space
 * @guest: memory that holds the tables
 * @root: guest physical address of the top-level table
 * @levels: 4 or 5
 */
struct vtd_table {
	struct guest *guest;
	__u64 root;
	int levels;
};

void vtd_table_create(struct vtd_table *t, struct guest *guest, int levels);
unsigned int vtd_table_width(const struct vtd_table *t);
__u64 *vtd_table_entry(struct vtd_table *t, __u64 va, int level);
void vtd_table_set(__u64 *entry, __u64 value);
void vtd_table_map(struct vtd_table *t, __u64 va, __u64 gpa, __u64 flags);
void vtd_table_map_large(struct vtd_table *t, __u64 va, __u64 gpa, int level,
			 __u64 flags);
void vtd_table_map_range(struct vtd_table *t, __u64 va, __u64 gpa, __u64 size,
			 __u64 flags);
void vtd_table_unmap(struct vtd_table *t, __u64 va);
void vtd_table_place(struct vtd_table *t, __u64 va, __u64 table);

#endif /* SELFTEST_IOMMU_VTD_TABLE_H */
