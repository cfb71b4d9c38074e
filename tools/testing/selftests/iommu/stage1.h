/* SPDX-License-Identifier: GPL-2.0-only */
/* A guest's stage 1 for an SMMUv3: context descriptor and page tables */
#ifndef SELFTEST_IOMMU_STAGE1_H
#define SELFTEST_IOMMU_STAGE1_H

#include <linux/types.h>

#include "guest.h"

/* What a mapping allows and is, or'ed */
#define STAGE1_READ	0x1
#define STAGE1_WRITE	0x2
#define STAGE1_DEVICE	0x4
#define STAGE1_RW	(STAGE1_READ | STAGE1_WRITE)

/**
 * struct stage1 - An address space: 48-bit addresses, 4 KiB granule
 * @guest: memory that holds the tables
 * @root: guest physical address of the level 0 table
 * @cd: guest physical address of the context descriptor, alone in its table
 * @asid: id of the address space
 */
struct stage1 {
	struct guest *guest;
	__u64 root;
	__u64 cd;
	__u16 asid;
};

void stage1_create(struct stage1 *s1, struct guest *guest, __u16 asid,
		   unsigned int addr_width);
void stage1_write_cd(const struct stage1 *s1, __u64 cd,
		     unsigned int addr_width);
void stage1_map(struct stage1 *s1, __u64 va, __u64 gpa, __u64 size, int prot);
void stage1_map_block(struct stage1 *s1, __u64 va, __u64 gpa, int prot);
void stage1_unmap(struct stage1 *s1, __u64 va);
void stage1_set_table(struct stage1 *s1, __u64 va, __u64 table);

#endif /* SELFTEST_IOMMU_STAGE1_H */
