// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* PCI functions and their groups, through sysfs */
#include <dirent.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "internal.h"

#define DEVICES		"%s/bus/pci/devices"
#define VFIO_DRIVER	"vfio-pci"

/* Path of a function's own file; -ENODEV when there is no such function */
static int device_path(char path[PATH_MAX], const char *root, const char *bdf,
		       const char *file)
{
	struct inest_bdf addr;
	int ret = inest_bdf_parse(bdf, &addr);

	if (!ret)
		ret = INEST_PATH(path, DEVICES "/%s", root, addr.text);
	if (ret)
		return ret;
	if (access(path, F_OK))
		return -ENODEV;
	return INEST_PATH(path, DEVICES "/%s/%s", root, addr.text, file);
}

static bool has_id(const char *root, const char *bdf, const char *file,
		   __u16 id)
{
	char path[PATH_MAX];
	__u32 value;

	return !device_path(path, root, bdf, file) &&
	       !inest__read_hex(path, &value) && value == id;
}

struct wanted {
	const char *root;
	bool any;
	__u16 vendor;
	__u16 device;
};

static bool is_wanted(const struct wanted *wanted, const char *name)
{
	return wanted->any ||
	       (has_id(wanted->root, name, "vendor", wanted->vendor) &&
		has_id(wanted->root, name, "device", wanted->device));
}

/* Lists the functions in a directory; names that are no address are not */
static int list(const char *dir, const struct wanted *wanted,
		struct inest_bdf *bdf, int max)
{
	struct dirent **entry;
	struct inest_bdf addr;
	int all, i, found = 0;

	all = scandir(dir, &entry, NULL, alphasort);
	if (all < 0)
		return -errno;
	for (i = 0; i < all; i++) {
		const char *name = entry[i]->d_name;

		if (!inest_bdf_parse(name, &addr) && is_wanted(wanted, name)) {
			if (found < max)
				bdf[found] = addr;
			found++;
		}
		free(entry[i]);
	}
	free(entry);
	return found;
}

int inest__find(const char *root, __u16 vendor, __u16 device,
		struct inest_bdf *bdf, int max)
{
	const struct wanted wanted = {
		.root = root,
		.vendor = vendor,
		.device = device,
	};
	char path[PATH_MAX];
	int ret = INEST_PATH(path, DEVICES, root);

	return ret ? ret : list(path, &wanted, bdf, max);
}

int inest__group_pci(const char *root, int number, struct inest_bdf *bdf,
		     int max)
{
	const struct wanted wanted = { .root = root, .any = true };
	char path[PATH_MAX];
	int ret;

	ret = INEST_PATH(path, "%s/kernel/iommu_groups/%d/devices", root,
			 number);
	return ret ? ret : list(path, &wanted, bdf, max);
}

int inest__pci_group(const char *root, const char *bdf)
{
	char path[PATH_MAX], name[16];
	int ret = device_path(path, root, bdf, "iommu_group");

	if (!ret)
		ret = inest__link_name(path, name, sizeof(name));
	return ret ? ret : atoi(name);
}

int inest__pci_driver(const char *root, const char *bdf, char *name,
		      size_t size)
{
	char path[PATH_MAX];
	int ret = device_path(path, root, bdf, "driver");

	return ret ? ret : inest__link_name(path, name, size);
}

int inest__pci_unbind(const char *root, const char *bdf)
{
	char path[PATH_MAX], driver[NAME_MAX + 1];
	struct inest_bdf addr;
	int ret = inest_bdf_parse(bdf, &addr);

	if (!ret)
		ret = inest__pci_driver(root, bdf, driver, sizeof(driver));
	if (ret)
		return ret == -ENOENT ? 0 : ret;
	ret = device_path(path, root, bdf, "driver/unbind");
	return ret ? ret : inest__write(path, addr.text);
}

static int probe(const char *root, const char *bdf)
{
	char path[PATH_MAX];
	struct inest_bdf addr;
	int ret = inest_bdf_parse(bdf, &addr);

	if (!ret)
		ret = INEST_PATH(path, "%s/bus/pci/drivers_probe", root);
	return ret ? ret : inest__write(path, addr.text);
}

static int override(const char *root, const char *bdf, const char *driver)
{
	char path[PATH_MAX];
	int ret = device_path(path, root, bdf, "driver_override");

	return ret ? ret : inest__write(path, driver);
}

static bool vfio_has(const char *root, const char *bdf)
{
	char driver[NAME_MAX + 1];

	return !inest__pci_driver(root, bdf, driver, sizeof(driver)) &&
	       !strcmp(driver, VFIO_DRIVER);
}

int inest__pci_claim(const char *root, const char *bdf)
{
	int ret;

	if (vfio_has(root, bdf))
		return 0;
	ret = override(root, bdf, VFIO_DRIVER);
	if (!ret)
		ret = inest__pci_unbind(root, bdf);
	if (!ret)
		ret = probe(root, bdf);
	if (ret)
		return ret;
	return vfio_has(root, bdf) ? 0 : -ENODEV;
}

int inest__pci_restore(const char *root, const char *bdf)
{
	int ret = override(root, bdf, "\n");

	if (!ret)
		ret = inest__pci_unbind(root, bdf);
	return ret ? ret : probe(root, bdf);
}

int inest_pci_find(__u16 vendor, __u16 device, struct inest_bdf *bdf, int max)
{
	return inest__find(INEST_SYSFS, vendor, device, bdf, max);
}

int inest_group_pci(int number, struct inest_bdf *bdf, int max)
{
	return inest__group_pci(INEST_SYSFS, number, bdf, max);
}

int inest_pci_group(const char *bdf)
{
	return inest__pci_group(INEST_SYSFS, bdf);
}

int inest_pci_driver(const char *bdf, char *name, size_t size)
{
	return inest__pci_driver(INEST_SYSFS, bdf, name, size);
}

int inest_pci_claim(const char *bdf)
{
	return inest__pci_claim(INEST_SYSFS, bdf);
}

int inest_pci_unbind(const char *bdf)
{
	return inest__pci_unbind(INEST_SYSFS, bdf);
}

int inest_pci_restore(const char *bdf)
{
	return inest__pci_restore(INEST_SYSFS, bdf);
}
