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

/* Where in the device's buffer vm_reads() puts what it read */
#define READ_OFFSET	1024

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

static bool has_token_alone(const struct vm *vm, int page, size_t offset)
{
	return !memcmp(vm->page[page].mem + offset, vm_token(),
		       VM_TOKEN_SIZE) &&
	       intact(vm, page, 0, offset) &&
	       intact(vm, page, offset + VM_TOKEN_SIZE, SZ_4K);
}

/**
 * vm_lands - Let a device write, and see where that lands
 * @vm: the machine
 * @dev: which device
 * @va: where the device writes; not across the end of a page
 *
 * Return: index of the watched page that has the device's bytes at the offset
 *	of @va, when no other byte of any watched page changed; else VM_NOWHERE
 *	when no byte changed at all, VM_TORN, or VM_TIMEOUT
 */
int vm_lands(struct vm *vm, int dev, __u64 va)
{
	int p, found = VM_NOWHERE;

	vm_fill(vm);
	if (edu_store(&vm->dev[dev].edu, va, 0, VM_TOKEN_SIZE))
		return VM_TIMEOUT;
	for (p = 0; p < vm->pages; p++) {
		if (vm_page_intact(vm, p))
			continue;
		if (found != VM_NOWHERE ||
		    !has_token_alone(vm, p, va & (SZ_4K - 1)))
			return VM_TORN;
		found = p;
	}
	return found;
}

static bool is_pattern_of(const unsigned char *bytes, int page, size_t offset)
{
	size_t i;

	for (i = 0; i < VM_TOKEN_SIZE; i++)
		if (bytes[i] != pattern(page, offset + i))
			return false;
	return true;
}

/**
 * vm_reads - Let a device read, and see which page that came from
 * @vm: the machine
 * @dev: which device
 * @va: where the device reads; not across the end of a page
 * @out_va: where the device can write what it read
 * @out: index of the watched page that is mapped there
 *
 * Return: index of the watched page whose bytes came; else VM_NOWHERE when it
 *	is no page's, VM_TORN when the device could not write them out, or
 *	VM_TIMEOUT
 */
int vm_reads(struct vm *vm, int dev, __u64 va, __u64 out_va, int out)
{
	const unsigned char *got = vm->page[out].mem + (out_va & (SZ_4K - 1));
	struct edu *edu = &vm->dev[dev].edu;
	int p;

	vm_fill(vm);
	if (edu_load(edu, READ_OFFSET, va, VM_TOKEN_SIZE) ||
	    edu_store(edu, out_va, READ_OFFSET, VM_TOKEN_SIZE))
		return VM_TIMEOUT;
	if (vm_page_intact(vm, out))
		return VM_TORN;
	for (p = 0; p < vm->pages; p++)
		if (is_pattern_of(got, p, va & (SZ_4K - 1)))
			return p;
	return VM_NOWHERE;
}
