// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* PCI functions and groups, on a sysfs made of plain files */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests.h"

static char root[32];

static const char *below(const char *path)
{
	static char full[PATH_MAX];

	snprintf(full, sizeof(full), "%s/%s", root, path);
	return full;
}

static void put(const char *path, const char *text)
{
	int fd = open(below(path), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		tap(false, path);
	if (fd >= 0)
		close(fd);
}

static void point(const char *path, const char *target)
{
	if (symlink(target, below(path)))
		tap(false, path);
}

static const char *get(const char *path)
{
	static char text[64];
	int fd = open(below(path), O_RDONLY);
	ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	text[len < 0 ? 0 : len] = 0;
	if (fd >= 0)
		close(fd);
	return text;
}

static const char *const dirs[] = {
	"bus", "bus/pci", "bus/pci/devices", "bus/pci/devices/0000:00:03.0",
	"bus/pci/devices/0000:00:02.0", "bus/pci/devices/0000:00:04.0",
	"bus/pci/devices/0000:00:05.0", "bus/pci/devices/junk", "drivers",
	"drivers/edu", "drivers/vfio-pci",
	"kernel", "kernel/iommu_groups", "kernel/iommu_groups/7",
	"kernel/iommu_groups/7/devices",
	"kernel/iommu_groups/7/devices/0000:00:03.0",
	"kernel/iommu_groups/7/devices/serial",
	"kernel/iommu_groups/7/devices/0000:00:02.0",
};

/* 02.0 and 03.0 are edu, the latter has a driver and a group; others are odd */
static void make_sysfs(void)
{
	size_t i;

	strcpy(root, "/tmp/test-lib.XXXXXX");
	if (!mkdtemp(root))
		tap(false, "a temporary directory");
	for (i = 0; i < ARRAY_SIZE(dirs); i++)
		if (mkdir(below(dirs[i]), 0700))
			tap(false, dirs[i]);
	put("bus/pci/devices/0000:00:03.0/vendor", "0x1234\n");
	put("bus/pci/devices/0000:00:03.0/device", "0x11e8\n");
	put("bus/pci/devices/0000:00:02.0/vendor", "0x1234\n");
	put("bus/pci/devices/0000:00:02.0/device", "0x11e8");
	put("bus/pci/devices/0000:00:04.0/vendor", "0x1234 x\n");
	put("bus/pci/devices/0000:00:04.0/device", "0x11e8\n");
	put("bus/pci/devices/0000:00:05.0/vendor", "\n");
	put("bus/pci/devices/0000:00:05.0/device", "\n");
	put("bus/pci/devices/junk/vendor", "0x1234\n");
	put("bus/pci/devices/junk/device", "0x11e8\n");
	put("bus/pci/devices/0000:00:03.0/driver_override", "");
	put("bus/pci/drivers_probe", "");
	put("drivers/edu/unbind", "");
	put("drivers/vfio-pci/unbind", "");
	point("bus/pci/devices/0000:00:03.0/iommu_group",
	      "../../../kernel/iommu_groups/7");
	point("bus/pci/devices/0000:00:03.0/driver", "../../../../drivers/edu");
}

static void test_find(void)
{
	struct inest_bdf bdf[2];

	tap_eq(2, inest__find(root, 0x1234, 0x11e8, bdf, 2), "sysfs: find");
	tap_str("0000:00:02.0", bdf[0].text, "sysfs: find, first");
	tap_str("0000:00:03.0", bdf[1].text, "sysfs: find, second");
	memset(bdf, 0, sizeof(bdf));
	tap_eq(2, inest__find(root, 0x1234, 0x11e8, bdf, 1),
	       "sysfs: find more than there is room for");
	tap_str("", bdf[1].text, "sysfs: nothing is put behind the room");
	tap_eq(0, inest__find(root, 0x1234, 0x11e9, bdf, 2),
	       "sysfs: find another id");
	tap_eq(0, inest__find(root, 0, 0, bdf, 2), "sysfs: no id is not 0");
	tap_eq(-ENOENT, inest__find("/nowhere", 0x1234, 0x11e8, bdf, 2),
	       "sysfs: find without a bus");
	tap_eq(2, inest__group_pci(root, 7, bdf, 2), "sysfs: group's devices");
	tap_str("0000:00:02.0", bdf[0].text, "sysfs: group's first device");
	tap_eq(-ENOENT, inest__group_pci(root, 8, bdf, 2),
	       "sysfs: devices of no group");
}

static void test_links(void)
{
	char name[8];

	tap_eq(7, inest__pci_group(root, "0000:00:03.0"), "sysfs: group");
	tap_eq(7, inest__pci_group(root, "00:03.0"), "sysfs: group, short");
	tap_eq(-ENOENT, inest__pci_group(root, "00:02.0"), "sysfs: no group");
	tap_eq(-ENODEV, inest__pci_group(root, "00:06.0"),
	       "sysfs: group of no device");
	tap_eq(-EINVAL, inest__pci_group(root, "../devices/0000:00:03.0"),
	       "sysfs: group of a path");
	tap_eq(0, inest__pci_driver(root, "00:03.0", name, sizeof(name)),
	       "sysfs: driver");
	tap_str("edu", name, "sysfs: name of the driver");
	tap_eq(-ERANGE, inest__pci_driver(root, "00:03.0", name, 3),
	       "sysfs: driver's name without room");
	tap_eq(-ENOENT, inest__pci_driver(root, "00:02.0", name, sizeof(name)),
	       "sysfs: no driver");
	tap_eq(-ENODEV, inest__pci_driver(root, "00:06.0", name, sizeof(name)),
	       "sysfs: driver of no device");
}

/* The kernel is not there to bind: what it is told is all there is to see */
static void test_claim(void)
{
	const char *driver = "bus/pci/devices/0000:00:03.0/driver";

	tap_eq(-ENODEV, inest__pci_claim(root, "00:03.0"),
	       "sysfs: claim that vfio-pci does not take");
	tap_str("vfio-pci", get("bus/pci/devices/0000:00:03.0/driver_override"),
		"sysfs: claim overrides the driver");
	tap_str("0000:00:03.0", get("drivers/edu/unbind"),
		"sysfs: claim unbinds the old driver");
	tap_str("0000:00:03.0", get("bus/pci/drivers_probe"),
		"sysfs: claim probes");
	unlink(below(driver));
	point(driver, "../../../../drivers/vfio-pci");
	put("bus/pci/drivers_probe", "");
	put("bus/pci/devices/0000:00:03.0/driver_override", "");
	tap_eq(0, inest__pci_claim(root, "00:03.0"), "sysfs: claimed already");
	tap_str("", get("bus/pci/drivers_probe"),
		"sysfs: claimed already, nothing is probed");
	tap_eq(0, inest__pci_restore(root, "00:03.0"), "sysfs: restore");
	tap_str("\n", get("bus/pci/devices/0000:00:03.0/driver_override"),
		"sysfs: restore ends the override");
	tap_str("0000:00:03.0", get("drivers/vfio-pci/unbind"),
		"sysfs: restore unbinds vfio-pci");
	tap_str("0000:00:03.0", get("bus/pci/drivers_probe"),
		"sysfs: restore probes");
	tap_eq(0, inest__pci_unbind(root, "00:02.0"),
	       "sysfs: unbind without a driver");
	tap_eq(-ENODEV, inest__pci_unbind(root, "00:06.0"),
	       "sysfs: unbind no device");
	tap_eq(-EINVAL, inest__pci_claim(root, ""), "sysfs: claim no address");
}

static void remove_sysfs(void)
{
	char command[sizeof(root) + 16];

	snprintf(command, sizeof(command), "rm -rf '%s'", root);
	tap(!system(command), "sysfs: removed");
}

void test_sysfs(void)
{
	make_sysfs();
	test_find();
	test_links();
	test_claim();
	remove_sysfs();
}
