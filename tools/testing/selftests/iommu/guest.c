// SPDX-License-Identifier: GPL-2.0-only
/* Guest physical memory */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "guest.h"

/**
 * guest_create - Make zeroed guest memory
 * @guest: filled in
 *
 * The memory is shared, not private: a fork leaves the pages that the IOMMU
 * has pinned where they are.
 *
 * Return: 0 or a negative errno
 */
int guest_create(struct guest *guest)
{
	void *mem = mmap(NULL, GUEST_END - GUEST_RAM, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (mem == MAP_FAILED)
		return -errno;
	guest->mem = mem;
	guest->next_ram = GUEST_RAM;
	guest->next_loose = GUEST_LOOSE;
	return 0;
}

/**
 * guest_destroy - Give the memory back
 * @guest: what guest_create() made, or zeroes
 */
void guest_destroy(struct guest *guest)
{
	if (guest->mem)
		munmap(guest->mem, GUEST_END - GUEST_RAM);
	guest->mem = NULL;
}

static __u64 take(__u64 *next, __u64 end)
{
	__u64 gpa = *next;

	if (gpa >= end) {
		printf("# guest memory exhausted\n");
		abort();
	}
	*next += SZ_4K;
	return gpa;
}

/**
 * guest_alloc - Take a zeroed 4 KiB page of GUEST_RAM
 * @guest: the memory
 *
 * Return: its guest physical address; ends the process when there is none
 */
__u64 guest_alloc(struct guest *guest)
{
	return take(&guest->next_ram, GUEST_RAM + GUEST_RAM_SIZE);
}

/**
 * guest_alloc_loose - Take a zeroed 4 KiB page of GUEST_LOOSE
 * @guest: the memory
 *
 * Return: its guest physical address; ends the process when there is none
 */
__u64 guest_alloc_loose(struct guest *guest)
{
	return take(&guest->next_loose, GUEST_END);
}

/**
 * guest_ptr - Where a guest physical address is in this process
 * @guest: the memory
 * @gpa: an address in it
 *
 * Return: the pointer; ends the process when @gpa is outside
 */
void *guest_ptr(const struct guest *guest, __u64 gpa)
{
	if (gpa < GUEST_RAM || gpa >= GUEST_END) {
		printf("# no guest memory at 0x%llx\n", gpa);
		abort();
	}
	return guest->mem + (gpa - GUEST_RAM);
}
