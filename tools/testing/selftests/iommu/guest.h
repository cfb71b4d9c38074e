/* SPDX-License-Identifier: GPL-2.0-only */
/* Guest physical memory, as a VMM's guest has it, and an allocator of pages */
#ifndef SELFTEST_IOMMU_GUEST_H
#define SELFTEST_IOMMU_GUEST_H

#include <stddef.h>
#include <linux/types.h>

#define SZ_4K		0x1000UL
#define SZ_2M		0x200000UL

/*
 * Guest physical addresses of the three areas. Page tables and plain data live
 * in RAM. BLOCKS holds what a 2 MiB block can map. VFIO unmaps only what was
 * mapped as one piece, so every page that a test takes out of stage 2 stands
 * in LOOSE, where each is a piece of its own.
 */
#define GUEST_RAM		0x40000000ULL
#define GUEST_RAM_SIZE		0x80000UL
#define GUEST_BLOCKS		0x40200000ULL
#define GUEST_BLOCKS_SIZE	(2 * SZ_2M)
#define GUEST_LOOSE		0x40600000ULL
#define GUEST_LOOSE_SIZE	0x10000UL
#define GUEST_END		(GUEST_LOOSE + GUEST_LOOSE_SIZE)

/**
 * struct guest - Memory of a guest
 * @mem: where GUEST_RAM starts in this process
 * @next_ram: next page of GUEST_RAM that is free
 * @next_loose: next page of GUEST_LOOSE that is free
 */
struct guest {
	unsigned char *mem;
	__u64 next_ram;
	__u64 next_loose;
};

int guest_create(struct guest *guest);
void guest_destroy(struct guest *guest);
__u64 guest_alloc(struct guest *guest);
__u64 guest_alloc_loose(struct guest *guest);
void *guest_ptr(const struct guest *guest, __u64 gpa);

#endif /* SELFTEST_IOMMU_GUEST_H */
