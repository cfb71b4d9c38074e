// SPDX-License-Identifier: GPL-2.0-only
/* A guest's table of context descriptors (Arm IHI 0070, 5.4 and 3.3.3) */
#include <stdio.h>
#include <stdlib.h>

#include "cd_table.h"

#define CD_SIZE		64
#define CD0_S		(1ULL << 44)

#define L1CD_V		1ULL
#define L1CD_L2PTR	0x000ffffffffff000ULL

#define SZ_64K		0x10000ULL

/* log2 of the SubstreamIDs of a leaf */
static unsigned int leaf_bits(const struct cd_table *table)
{
	return table->fmt == CD_TABLE_64K ? 10 : 6;
}

/* Leaves of 64 KiB stand in the second half of GUEST_BLOCKS */
static __u64 alloc_leaf(struct cd_table *table)
{
	__u64 leaf = table->next_leaf;

	if (table->fmt == CD_TABLE_4K)
		return guest_alloc(table->guest);
	if (leaf >= GUEST_BLOCKS + GUEST_BLOCKS_SIZE) {
		printf("# no guest memory for context descriptors\n");
		abort();
	}
	table->next_leaf += SZ_64K;
	return leaf;
}

/**
 * cd_table_create - Make an empty table
 * @table: filled in
 * @guest: memory for it; with CD_TABLE_64K GUEST_BLOCKS has to be mapped
 * @fmt: CD_TABLE_*
 * @bits: log2 of the number of SubstreamIDs, at most CD_TABLE_*_BITS
 */
void cd_table_create(struct cd_table *table, struct guest *guest, __u8 fmt,
		     __u8 bits)
{
	table->guest = guest;
	table->fmt = fmt;
	table->bits = bits;
	table->base = guest_alloc(guest);
	table->next_leaf = GUEST_BLOCKS + SZ_2M;
}

/**
 * cd_table_first_level - The descriptor of the first level for a SubstreamID
 * @table: a table of two levels
 * @ssid: the SubstreamID
 *
 * Return: where it is in this process
 */
__u64 *cd_table_first_level(const struct cd_table *table, __u32 ssid)
{
	__u64 *first = guest_ptr(table->guest, table->base);

	return &first[ssid >> leaf_bits(table)];
}

/**
 * cd_table_slot - Where the context descriptor of a SubstreamID is
 * @table: the table, which gets a leaf for it where it has none
 * @ssid: the SubstreamID
 *
 * Return: its guest physical address
 */
__u64 cd_table_slot(struct cd_table *table, __u32 ssid)
{
	__u64 *first;

	if (table->fmt == CD_TABLE_LINEAR)
		return table->base + ssid * CD_SIZE;

	first = cd_table_first_level(table, ssid);
	if (!(*first & L1CD_V))
		__atomic_store_n(first, alloc_leaf(table) | L1CD_V,
				 __ATOMIC_RELEASE);
	return (*first & L1CD_L2PTR) +
	       (ssid & ((1U << leaf_bits(table)) - 1)) * CD_SIZE;
}

/**
 * cd_table_set - Give a SubstreamID an address space
 * @table: the table
 * @ssid: the SubstreamID
 * @s1: the address space
 * @addr_width: width in bits of guest physical addresses
 * @stall: accesses that fault wait
 *
 * What the IOMMU has cached is not invalidated.
 */
void cd_table_set(struct cd_table *table, __u32 ssid, const struct stage1 *s1,
		  unsigned int addr_width, bool stall)
{
	__u64 cd = cd_table_slot(table, ssid);
	__u64 *word = guest_ptr(table->guest, cd);

	stage1_write_cd(s1, cd, addr_width);
	if (stall)
		__atomic_fetch_or(word, CD0_S, __ATOMIC_RELEASE);
}

/**
 * cd_table_clear - Take the address space of a SubstreamID away
 * @table: the table
 * @ssid: the SubstreamID
 *
 * What the IOMMU has cached is not invalidated.
 */
void cd_table_clear(struct cd_table *table, __u32 ssid)
{
	__u64 *word = guest_ptr(table->guest, cd_table_slot(table, ssid));

	__atomic_store_n(word, 0, __ATOMIC_RELEASE);
}
