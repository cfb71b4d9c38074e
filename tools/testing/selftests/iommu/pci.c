// SPDX-License-Identifier: GPL-2.0-only
/* PCI functions through sysfs */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pci.h"

#define PCI_DEVICES	"/sys/bus/pci/devices"

static int sysfs_write(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY);
	int ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, value, strlen(value)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

static int device_write(const char *bdf, const char *file, const char *value)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), PCI_DEVICES "/%s/%s", bdf, file);
	return sysfs_write(path, value);
}

static long device_id(const char *bdf, const char *file)
{
	char path[PATH_MAX];
	long id = -1;
	FILE *f;

	snprintf(path, sizeof(path), PCI_DEVICES "/%s/%s", bdf, file);
	f = fopen(path, "r");
	if (!f)
		return -1;
	if (fscanf(f, "%lx", &id) != 1)
		id = -1;
	fclose(f);
	return id;
}

/**
 * pci_find - List the functions that carry an id
 * @vendor: vendor id
 * @device: device id
 * @bdf: where the addresses are put, in the order of the bus
 * @max: number of entries in @bdf
 *
 * Return: how many there are, at most @max, or a negative errno
 */
int pci_find(__u16 vendor, __u16 device, struct pci_bdf *bdf, int max)
{
	struct dirent **entry;
	int all, i, found = 0;

	all = scandir(PCI_DEVICES, &entry, NULL, alphasort);
	if (all < 0)
		return -errno;
	for (i = 0; i < all; i++) {
		const char *name = entry[i]->d_name;

		if (found < max && strlen(name) < sizeof(bdf->text) &&
		    device_id(name, "vendor") == vendor &&
		    device_id(name, "device") == device)
			strcpy(bdf[found++].text, name);
		free(entry[i]);
	}
	free(entry);
	return found;
}

static int device_link(const char *bdf, const char *file, char *target)
{
	char path[PATH_MAX];
	ssize_t len;

	snprintf(path, sizeof(path), PCI_DEVICES "/%s/%s", bdf, file);
	len = readlink(path, target, PATH_MAX - 1);
	if (len < 0)
		return -errno;
	target[len] = 0;
	return 0;
}

/**
 * pci_unbind - Take a function away from its driver
 * @bdf: address of the function
 *
 * vfio-pci lets go only when user space has closed the device: until then the
 * call blocks.
 *
 * Return: 0, also when no driver had it, or a negative errno
 */
int pci_unbind(const char *bdf)
{
	char target[PATH_MAX];
	int ret = device_link(bdf, "driver", target);

	if (ret == -ENOENT)
		return 0;
	return ret ?: device_write(bdf, "driver/unbind", bdf);
}

static bool driver_is(const char *bdf, const char *name)
{
	char target[PATH_MAX];
	const char *base;

	if (device_link(bdf, "driver", target))
		return false;
	base = strrchr(target, '/');
	return base && !strcmp(base + 1, name);
}

/**
 * pci_bind_vfio - Hand a function to vfio-pci
 * @bdf: address of the function
 *
 * Return: 0, or a negative errno: ENODEV when there is no vfio-pci or it
 *	refused the function
 */
int pci_bind_vfio(const char *bdf)
{
	int ret;

	if (driver_is(bdf, "vfio-pci"))
		return 0;
	ret = device_write(bdf, "driver_override", "vfio-pci");
	if (!ret)
		ret = pci_unbind(bdf);
	if (!ret)
		ret = sysfs_write("/sys/bus/pci/drivers_probe", bdf);
	if (ret)
		return ret;
	return driver_is(bdf, "vfio-pci") ? 0 : -ENODEV;
}

/**
 * pci_restore - Undo pci_bind_vfio()
 * @bdf: address of the function
 *
 * Return: 0 or a negative errno
 */
int pci_restore(const char *bdf)
{
	int ret = device_write(bdf, "driver_override", "\n");

	if (!ret)
		ret = pci_unbind(bdf);
	return ret ?: sysfs_write("/sys/bus/pci/drivers_probe", bdf);
}

/**
 * pci_iommu_group - Number of a function's IOMMU group
 * @bdf: address of the function
 *
 * Return: the number, or a negative errno: ENOENT when no IOMMU has it
 */
int pci_iommu_group(const char *bdf)
{
	char target[PATH_MAX];
	int ret = device_link(bdf, "iommu_group", target);

	return ret ?: atoi(strrchr(target, '/') + 1);
}
