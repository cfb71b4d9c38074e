/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* A VFIO that says what a test wants; open() and ioctl() are linked to it */
#ifndef FAKE_H
#define FAKE_H

#include "tests.h"

#define FAKE_CONTAINER	100
#define FAKE_GROUP	101

/* Bytes of an argument that are kept */
#define FAKE_BYTES	(INEST_OP_DATA_MAX + 16)

/**
 * struct fake - What VFIO answers, and what it was asked
 * @no_container: errno of opening /dev/vfio/vfio, or zero
 * @no_group: errno of opening a group, or zero
 * @no_type1: whether type 1 is missing
 * @not_viable: whether a device of the group is the kernel's
 * @attach: errno of VFIO_GROUP_SET_CONTAINER, or zero
 * @set_iommu: errno of VFIO_SET_IOMMU, or zero
 * @quota: errno of asking for the quota of PASIDs, or zero
 * @error: errno of any other ioctl, or zero
 * @result: what any other ioctl returns without an error
 * @type1: what VFIO_IOMMU_GET_INFO has to say
 * @type1_size: its size in bytes
 * @grows: bytes by which it grows with each call
 * @group_of_pci: what inest_pci_group() returns
 * @driver: driver of every function, or NULL
 * @calls: number of ioctls
 * @request: the last one
 * @fd: what it was made on
 * @arg: its argument: argsz bytes
 * @open: file descriptors that are open
 */
struct fake {
	int no_container;
	int no_group;
	bool no_type1;
	bool not_viable;
	int attach;
	int set_iommu;
	int quota;
	int error;
	int result;
	const void *type1;
	size_t type1_size;
	size_t grows;
	int group_of_pci;
	const char *driver;
	int calls;
	unsigned long request;
	int fd;
	unsigned char arg[FAKE_BYTES];
	int open;
};

extern struct fake fake;

/* Every answer is a success without data */
void fake_reset(void);

/* What the linker puts in the place of functions, see -Wl,--wrap */
int __real_open(const char *path, int flags, ...);
int __real_close(int fd);
int __wrap_open(const char *path, int flags, ...);
int __wrap_close(int fd);
int __wrap_ioctl(int fd, unsigned long request, ...);
int __wrap_inest_pci_group(const char *bdf);
int __wrap_inest_group_pci(int number, struct inest_bdf *bdf, int max);
int __wrap_inest_pci_driver(const char *bdf, char *name, size_t size);

#endif /* FAKE_H */
