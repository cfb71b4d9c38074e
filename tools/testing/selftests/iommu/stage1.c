// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest's stage 1 for an SMMUv3.
 *
 * Context descriptor: Arm IHI 0070, 5.4. Page tables: VMSAv8-64 with 4 KiB
 * granule and 48-bit input, so four levels from 0 to 3 (Arm DDI 0487, D8.3).
 */
#include <stdio.h>
#include <stdlib.h>

#include "../kselftest.h"
#include "stage1.h"

#define BIT64(n)	(1ULL << (n))

#define CD0_T0SZ_48		(64ULL - 48)
#define CD0_TG0_4K		(0ULL << 6)
#define CD0_IR0_WBWA		BIT64(8)
#define CD0_OR0_WBWA		BIT64(10)
#define CD0_SH0_INNER		(3ULL << 12)
#define CD0_EPD1		BIT64(30)
#define CD0_V			BIT64(31)
#define CD0_IPS_SHIFT		32
#define CD0_AA64		BIT64(41)
#define CD0_R			BIT64(45)
#define CD0_A			BIT64(46)
#define CD0_ASET		BIT64(47)
#define CD0_ASID_SHIFT		48

/* Attribute 0: normal write-back memory. Attribute 1: Device-nGnRE. */
#define CD3_MAIR		0x04ffULL

#define PTE_VALID		BIT64(0)
#define PTE_TABLE_OR_PAGE	BIT64(1)
#define PTE_ATTR_DEVICE		BIT64(2)
#define PTE_AP_UNPRIV		BIT64(6)
#define PTE_AP_RDONLY		BIT64(7)
#define PTE_SH_INNER		(3ULL << 8)
#define PTE_AF			BIT64(10)
#define PTE_NG			BIT64(11)
#define PTE_ADDR		0x0000fffffffff000ULL

#define LEVEL_BLOCK	2
#define LEVEL_PAGE	3
#define LEVEL_SHIFT(l)	(39 - 9 * (l))

/*
 * Largest CD.IPS that is no wider than @addr_width; 52 bits would need a 64 KiB
 * granule.
 */
static __u64 ips(unsigned int addr_width)
{
	static const unsigned int bits[] = { 32, 36, 40, 42, 44, 48 };
	__u64 i = ARRAY_SIZE(bits) - 1;

	while (i && bits[i] > addr_width)
		i--;
	return i;
}

/* The IOMMU may read at any time: an entry changes in one piece */
static void set(__u64 *entry, __u64 value)
{
	__atomic_store_n(entry, value, __ATOMIC_RELEASE);
}

/**
 * stage1_write_cd - Write a context descriptor that selects an address space
 * @s1: the address space
 * @cd: guest physical address of the descriptor
 * @addr_width: width in bits of guest physical addresses
 */
void stage1_write_cd(const struct stage1 *s1, __u64 cd,
		     unsigned int addr_width)
{
	__u64 *word = guest_ptr(s1->guest, cd);

	set(&word[1], s1->root);
	set(&word[3], CD3_MAIR);
	set(&word[0], CD0_T0SZ_48 | CD0_TG0_4K | CD0_IR0_WBWA | CD0_OR0_WBWA |
		      CD0_SH0_INNER | CD0_EPD1 | CD0_V |
		      ips(addr_width) << CD0_IPS_SHIFT | CD0_AA64 | CD0_R |
		      CD0_A | CD0_ASET | (__u64)s1->asid << CD0_ASID_SHIFT);
}

/**
 * stage1_create - Make an empty address space
 * @s1: filled in
 * @guest: memory for its tables
 * @asid: id of the address space
 * @addr_width: width in bits of guest physical addresses
 */
void stage1_create(struct stage1 *s1, struct guest *guest, __u16 asid,
		   unsigned int addr_width)
{
	s1->guest = guest;
	s1->asid = asid;
	s1->root = guest_alloc(guest);
	s1->cd = guest_alloc(guest);
	stage1_write_cd(s1, s1->cd, addr_width);
}

static __u64 *entry(const struct stage1 *s1, __u64 table, __u64 va, int level)
{
	__u64 *entries = guest_ptr(s1->guest, table);

	return &entries[(va >> LEVEL_SHIFT(level)) & 511];
}

/* The entry for @va at @level, with the tables that lead to it */
static __u64 *walk(struct stage1 *s1, __u64 va, int level)
{
	__u64 table = s1->root;
	int l;

	for (l = 0; l < level; l++) {
		__u64 *e = entry(s1, table, va, l);

		if (!(*e & PTE_VALID))
			set(e, guest_alloc(s1->guest) | PTE_TABLE_OR_PAGE |
			       PTE_VALID);
		table = *e & PTE_ADDR;
	}
	return entry(s1, table, va, level);
}

static __u64 leaf(__u64 gpa, int prot)
{
	__u64 pte = gpa | PTE_VALID | PTE_AP_UNPRIV | PTE_AF | PTE_NG;

	if (!(prot & STAGE1_WRITE))
		pte |= PTE_AP_RDONLY;
	return pte | (prot & STAGE1_DEVICE ? PTE_ATTR_DEVICE : PTE_SH_INNER);
}

/**
 * stage1_map - Map 4 KiB pages, or change what they map
 * @s1: the address space
 * @va: first address as the device sees it
 * @gpa: first guest physical address
 * @size: size in bytes
 * @prot: STAGE1_*
 *
 * What the IOMMU has cached is not invalidated.
 */
void stage1_map(struct stage1 *s1, __u64 va, __u64 gpa, __u64 size, int prot)
{
	__u64 done;

	for (done = 0; done < size; done += SZ_4K)
		set(walk(s1, va + done, LEVEL_PAGE),
		    leaf(gpa + done, prot) | PTE_TABLE_OR_PAGE);
}

/**
 * stage1_map_block - Map a 2 MiB block, or change what it maps
 * @s1: the address space
 * @va: address as the device sees it, aligned to 2 MiB
 * @gpa: guest physical address, aligned to 2 MiB
 * @prot: STAGE1_*
 */
void stage1_map_block(struct stage1 *s1, __u64 va, __u64 gpa, int prot)
{
	set(walk(s1, va, LEVEL_BLOCK), leaf(gpa, prot));
}

/**
 * stage1_unmap - Make the entry of a 4 KiB page invalid
 * @s1: the address space
 * @va: address as the device sees it
 */
void stage1_unmap(struct stage1 *s1, __u64 va)
{
	set(walk(s1, va, LEVEL_PAGE), 0);
}

/**
 * stage1_set_table - Place the level 3 table of an address by hand
 * @s1: the address space
 * @va: an address of the 2 MiB that the table is for
 * @table: guest physical address of the table
 */
void stage1_set_table(struct stage1 *s1, __u64 va, __u64 table)
{
	set(walk(s1, va, LEVEL_BLOCK),
	    table | PTE_TABLE_OR_PAGE | PTE_VALID);
}
