/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Between the library's files and its tests; none of it is exported */
#ifndef INEST_INTERNAL_H
#define INEST_INTERNAL_H

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/ioctl.h>

#include "iommu-nesting.h"

#define INEST_ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* Where sysfs is mounted */
#define INEST_SYSFS	"/sys"

/* What an ioctl or a system call returned, with errno in the place of -1 */
static inline int inest__result(int ret)
{
	return ret < 0 ? -errno : ret;
}

/* The same for a call that has nothing to return */
static inline int inest__zero(int ret)
{
	return ret < 0 ? -errno : 0;
}

/* Makes a path of PATH_MAX bytes at most: 0 or -ENAMETOOLONG */
#define INEST_PATH(path, ...) \
	(snprintf(path, PATH_MAX, __VA_ARGS__) < PATH_MAX ? 0 : -ENAMETOOLONG)

/* sysfs.c: its files and links */
int inest__write(const char *path, const char *value);
int inest__read_hex(const char *path, __u32 *value);
int inest__link_name(const char *path, char *name, size_t size);

/* pci.c, on any sysfs */
int inest__find(const char *root, __u16 vendor, __u16 device,
		struct inest_bdf *bdf, int max);
int inest__group_pci(const char *root, int number, struct inest_bdf *bdf,
		     int max);
int inest__pci_group(const char *root, const char *bdf);
int inest__pci_driver(const char *root, const char *bdf, char *name,
		      size_t size);
int inest__pci_claim(const char *root, const char *bdf);
int inest__pci_unbind(const char *root, const char *bdf);
int inest__pci_restore(const char *root, const char *bdf);

/* info.c, on what VFIO_IOMMU_GET_INFO filled in */
int inest__parse_info(const void *type1, size_t size, __u32 first,
		      struct iommu_nesting_info *info, size_t info_size);
int inest__parse_ranges(const void *type1, size_t size, __u32 first,
			struct vfio_iova_range *ranges, int max);

#endif /* INEST_INTERNAL_H */
