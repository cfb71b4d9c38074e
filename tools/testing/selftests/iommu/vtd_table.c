// SPDX-License-Identifier: GPL-2.0-only
/* First-stage page tables (VT-d 4.1, 9.8), built in guest memory */
#include "vtd_table.h"

/* Tables allow everything: the leaf decides */
#define TABLE		(VTD_P | VTD_W | VTD_U)

/**
 * vtd_table_create - Make an empty address space
 * @t: filled in
 * @guest: memory for its tables
 * @levels: 4 or 5
 */
void vtd_table_create(struct vtd_table *t, struct guest *guest, int levels)
{
	t->guest = guest;
	t->levels = levels;
	t->root = guest_alloc(guest);
}

/**
 * vtd_table_width - Width of the input addresses
 * @t: the address space
 *
 * Return: number of bits
 */
unsigned int vtd_table_width(const struct vtd_table *t)
{
	return 12 + 9 * t->levels;
}

/**
 * vtd_table_set - Change an entry
 * @entry: the entry
 * @value: what it shall be
 *
 * The IOMMU may read at any time: an entry changes in one piece.
 */
void vtd_table_set(__u64 *entry, __u64 value)
{
	__atomic_store_n(entry, value, __ATOMIC_RELEASE);
}

/**
 * vtd_table_entry - Find an entry
 * @t: the address space
 * @va: address as the device sees it
 * @level: of the table that holds the entry
 *
 * Tables that lead there are made when they are missing.
 *
 * Return: the entry
 */
__u64 *vtd_table_entry(struct vtd_table *t, __u64 va, int level)
{
	__u64 table = t->root;
	__u64 *entry;
	int l;

	for (l = t->levels; ; l--) {
		entry = guest_ptr(t->guest, table);
		entry += va >> VTD_LEVEL_SHIFT(l) & 511;
		if (l == level)
			return entry;
		if (!(*entry & VTD_P))
			vtd_table_set(entry, guest_alloc(t->guest) | TABLE);
		table = *entry & VTD_ADDR;
	}
}

/**
 * vtd_table_map - Map a 4 KiB page, or change what it maps
 * @t: the address space
 * @va: address as the device sees it
 * @gpa: guest physical address
 * @flags: VTD_* bits of the entry
 *
 * What the IOMMU has cached is not invalidated.
 */
void vtd_table_map(struct vtd_table *t, __u64 va, __u64 gpa, __u64 flags)
{
	vtd_table_set(vtd_table_entry(t, va, VTD_PT), gpa | flags);
}

/**
 * vtd_table_map_large - Map a large page, or change what it maps
 * @t: the address space
 * @va: address as the device sees it, aligned to the page
 * @gpa: guest physical address, aligned likewise
 * @level: VTD_PD for 2 MiB, VTD_PDPT for 1 GiB
 * @flags: VTD_* bits of the entry
 */
void vtd_table_map_large(struct vtd_table *t, __u64 va, __u64 gpa, int level,
			 __u64 flags)
{
	vtd_table_set(vtd_table_entry(t, va, level), gpa | flags | VTD_PS);
}

/**
 * vtd_table_map_range - Map 4 KiB pages that stand together on both sides
 * @t: the address space
 * @va: first address as the device sees it
 * @gpa: first guest physical address
 * @size: size in bytes
 * @flags: VTD_* bits of the entries
 */
void vtd_table_map_range(struct vtd_table *t, __u64 va, __u64 gpa, __u64 size,
			 __u64 flags)
{
	__u64 done;

	for (done = 0; done < size; done += SZ_4K)
		vtd_table_map(t, va + done, gpa + done, flags);
}

/**
 * vtd_table_unmap - Make the entry of a 4 KiB page not present
 * @t: the address space
 * @va: address as the device sees it
 */
void vtd_table_unmap(struct vtd_table *t, __u64 va)
{
	vtd_table_set(vtd_table_entry(t, va, VTD_PT), 0);
}

/**
 * vtd_table_place - Put the lowest table of an address where the caller wants it
 * @t: the address space
 * @va: an address of the 2 MiB that the table is for
 * @table: guest physical address of the table
 */
void vtd_table_place(struct vtd_table *t, __u64 va, __u64 table)
{
	vtd_table_set(vtd_table_entry(t, va, VTD_PD), table | TABLE);
}
