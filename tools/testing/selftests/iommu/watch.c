// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where a device's accesses end up: every watched page is filled with a pattern
 * of its own, and looked at as a whole after the access.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vm.h"

static unsigned char pattern(int page, size_t i)
{
	return 0x80 | (page * 31 + i + (i >> 7));
}

/**
 * vm_watch_memory - Watch a page of memory
 * @vm: the machine
 * @mem: the page
 *
 * Return: its index; ends the process when there are too many
 */
int vm_watch_memory(struct vm *vm, void *mem)
{
	if (vm->pages == VM_PAGES) {
		printf("# too many watched pages\n");
		abort();
	}
	vm->page[vm->pages].gpa = 0;
	vm->page[vm->pages].mem = mem;
	return vm->pages++;
}

/**
 * vm_watch - Watch a page of guest memory
 * @vm: the machine
 * @gpa: its guest physical address
 *
 * Return: its index
 */
int vm_watch(struct vm *vm, __u64 gpa)
{
	int page = vm_watch_memory(vm, guest_ptr(&vm->guest, gpa));

	vm->page[page].gpa = gpa;
	return page;
}

/**
 * vm_alloc - Take a page of GUEST_RAM and watch it
 * @vm: the machine
 *
 * Return: its index
 */
int vm_alloc(struct vm *vm)
{
	return vm_watch(vm, guest_alloc(&vm->guest));
}

/**
 * vm_fill - Write each watched page's pattern
 * @vm: the machine
 */
void vm_fill(struct vm *vm)
{
	size_t i;
	int p;

	for (p = 0; p < vm->pages; p++)
		for (i = 0; i < SZ_4K; i++)
			vm->page[p].mem[i] = pattern(p, i);
}

/* Whether [from, to) of a page still has the pattern */
static bool intact(const struct vm *vm, int page, size_t from, size_t to)
{
	size_t i;

	for (i = from; i < to; i++)
		if (vm->page[page].mem[i] != pattern(page, i))
			return false;
	return true;
}

/**
 * vm_page_intact - Whether a watched page has what vm_fill() wrote
 * @vm: the machine
 * @page: index of the page
 *
 * Return: true if it does
 */
bool vm_page_intact(const struct vm *vm, int page)
{
	return intact(vm, page, 0, SZ_4K);
}

static bool has_alone(const struct vm *vm, int page, size_t offset,
		      const void *bytes, size_t size)
{
	return !memcmp(vm->page[page].mem + offset, bytes, size) &&
	       intact(vm, page, 0, offset) &&
	       intact(vm, page, offset + size, SZ_4K);
}

/**
 * vm_find - Find the watched page that was written since vm_fill()
 * @vm: the machine
 * @offset: where in a page
 * @bytes: what was written
 * @size: number of bytes, not across the end of a page
 *
 * Return: index of the watched page that has @bytes at @offset, when no other
 *	byte of any watched page changed; else VM_NOWHERE when no byte changed at
 *	all, or VM_TORN
 */
int vm_find(const struct vm *vm, size_t offset, const void *bytes, size_t size)
{
	int p, found = VM_NOWHERE;

	for (p = 0; p < vm->pages; p++) {
		if (vm_page_intact(vm, p))
			continue;
		if (found != VM_NOWHERE ||
		    !has_alone(vm, p, offset, bytes, size))
			return VM_TORN;
		found = p;
	}
	return found;
}

static bool is_pattern_of(const unsigned char *bytes, size_t size, int page,
			  size_t offset)
{
	size_t i;

	for (i = 0; i < size; i++)
		if (bytes[i] != pattern(page, offset + i))
			return false;
	return true;
}

/**
 * vm_origin - Which watched page some bytes were read from since vm_fill()
 * @vm: the machine
 * @offset: where in the page they were read
 * @bytes: what was read
 * @size: number of bytes, enough to tell the pages apart
 *
 * Return: index of the page, or VM_NOWHERE when they are no page's
 */
int vm_origin(const struct vm *vm, size_t offset, const void *bytes,
	      size_t size)
{
	int p;

	for (p = 0; p < vm->pages; p++)
		if (is_pattern_of(bytes, size, p, offset))
			return p;
	return VM_NOWHERE;
}
