/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a VMM sets up: a nesting container with devices and guest memory, and a
 * way to see where a device's accesses end up.
 */
#ifndef SELFTEST_IOMMU_VM_H
#define SELFTEST_IOMMU_VM_H

#include "args.h"
#include "edu.h"
#include "guest.h"
#include "stage1.h"
#include "testdev.h"

/* As a guest's memory is mapped */
#define MAP_RW	(VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE)

#define VM_DEVICES	4
#define VM_PAGES	16

/* Size in bytes of what one access moves */
#define VM_TOKEN_SIZE	64

/* In place of a watched page: what vm_lands() and vm_reads() found otherwise */
#define VM_NOWHERE	(-1)	/* no page was touched, or no page's bytes came */
#define VM_TORN		(-2)	/* several pages, or the wrong bytes of one */
#define VM_TIMEOUT	(-3)	/* the device did not end the transfer */

/**
 * struct vm_device - One device
 * @bdf: address of the PCI function
 * @group: file descriptor of its VFIO group, -1 when it is not open
 * @edu: the device, when it is an edu
 * @td: the device, when it is an iommu-testdev
 */
struct vm_device {
	const char *bdf;
	int group;
	struct edu edu;
	struct testdev td;
};

struct vm;

/**
 * struct vm_kind - The devices that a program drives
 * @vendor: their PCI vendor id
 * @device: their PCI device id
 * @open: open a device and make it ready for DMA; returns 0 or a negative errno
 * @close: close it, whatever it is doing; closing it twice is fine
 */
struct vm_kind {
	__u16 vendor;
	__u16 device;
	int (*open)(struct vm *vm, int dev);
	void (*close)(struct vm *vm, int dev);
};

extern const struct vm_kind vm_edu;
extern const struct vm_kind vm_testdev;

/**
 * struct vm_page - A page that is watched
 * @gpa: its guest physical address, zero when it is outside GUEST_RAM
 * @mem: the page
 */
struct vm_page {
	__u64 gpa;
	unsigned char *mem;
};

/**
 * struct vm - A virtual machine, as far as its IOMMU goes
 * @container: file descriptor of the VFIO container, -1 when it is not open
 * @info: the nesting capability
 * @guest: guest memory
 * @devices: number of devices
 * @dev: the devices
 * @pages: number of pages that are watched
 * @page: the pages; a test names one by its index
 */
struct vm {
	int container;
	struct iommu_nesting_info info;
	struct guest guest;
	int devices;
	struct vm_device dev[VM_DEVICES];
	int pages;
	struct vm_page page[VM_PAGES];
};

int vm_claim_devices(const struct vm_kind *kind);
int vm_device_count(void);
const char *vm_device_bdf(int i);

int vm_open(struct vm *vm, int first, int count);
int vm_open_type(struct vm *vm, int first, int count, unsigned long type);
void vm_close(struct vm *vm);
void vm_close_container(struct vm *vm);
void vm_close_group(struct vm *vm, int dev);
void vm_close_one(struct vm *vm, char what);
int vm_attach(struct vm *vm, int dev);
int vm_map(struct vm *vm);
int vm_map_blocks(struct vm *vm);
int vm_start_device(struct vm *vm, int dev);
void vm_stop_device(struct vm *vm, int dev);

int vm_bind(struct vm *vm, int group, const struct stage1 *s1);
int vm_watch(struct vm *vm, __u64 gpa);
int vm_watch_memory(struct vm *vm, void *mem);
int vm_alloc(struct vm *vm);
int vm_find(const struct vm *vm, size_t offset, const void *bytes, size_t size);
int vm_origin(const struct vm *vm, size_t offset, const void *bytes,
	      size_t size);
void vm_fill(struct vm *vm);
bool vm_page_intact(const struct vm *vm, int page);

/* With an edu (vm_edu.c) */
int vm_lands(struct vm *vm, int dev, __u64 va);
int vm_reads(struct vm *vm, int dev, __u64 va, __u64 out_va, int out);
const unsigned char *vm_token(void);

#endif /* SELFTEST_IOMMU_VM_H */
