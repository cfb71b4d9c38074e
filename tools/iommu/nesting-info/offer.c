// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* What the IOMMU of a group offers, or why that cannot be read */
#include <errno.h>
#include <unistd.h>

#include "nesting-info.h"

/* Drivers beside which the rest of a group can be user space's */
static bool is_harmless(const char *driver)
{
	return !strncmp(driver, "vfio", 4) || !strcmp(driver, "pcieport") ||
	       !strcmp(driver, "pci-stub");
}

/* A function that a driver has to have before anything can be asked */
static void want_vfio(const char *bdf, struct why *why)
{
	char driver[64];

	if (inest_pci_driver(bdf, driver, sizeof(driver)))
		say_why(why, "%s: has no driver: bind it to vfio-pci", bdf);
	else
		say_why(why, "%s: has driver %s: bind it to vfio-pci", bdf,
			driver);
}

/* No device of the group has a driver of VFIO: says which one it has */
static void blame_driver(const struct options *options, int group,
			 struct why *why)
{
	struct inest_bdf bdf = options->bdf;

	if (options->group >= 0 && inest_group_pci(group, &bdf, 1) < 1)
		say_why(why, "group %d: there is no such group of PCI functions",
			group);
	else
		want_vfio(bdf.text, why);
}

/* A device of the group is the kernel's: says which */
static void blame_sibling(int group, struct why *why)
{
	struct inest_bdf bdf[64];
	char driver[64];
	int i, count = inest_group_pci(group, bdf, ARRAY_SIZE(bdf));

	say_why(why, "group %d: one of its devices has a driver of the kernel's",
		group);
	for (i = 0; i < count && i < (int)ARRAY_SIZE(bdf); i++)
		if (!inest_pci_driver(bdf[i].text, driver, sizeof(driver)) &&
		    !is_harmless(driver))
			say_why(why, "group %d: its %.23s has driver %s: bind it to vfio-pci",
				group, bdf[i].text, driver);
}

static int find_group(const struct options *options, struct why *why)
{
	const char *bdf = options->bdf.text;
	char driver[64];
	int group;

	if (options->group >= 0)
		return options->group;
	group = inest_pci_group(bdf);
	if (group == -ENODEV)
		say_why(why, "%s: there is no such PCI function", bdf);
	else if (group == -ENOENT &&
		 inest_pci_driver(bdf, driver, sizeof(driver)) == -ENOENT)
		want_vfio(bdf, why);
	else if (group == -ENOENT)
		say_why(why, "%s: no IOMMU translates its accesses", bdf);
	else if (group < 0)
		say_why(why, "%s: %s", bdf, strerror(-group));
	return group;
}

static int open_container(struct why *why)
{
	int container = inest_container_open();
	int ret;

	if (container == -ENOENT || container == -ENODEV) {
		say_why(why, "VFIO is missing: /dev/vfio/vfio: %s",
			strerror(-container));
		return container;
	}
	if (container < 0) {
		say_why(why, "/dev/vfio/vfio: %s", strerror(-container));
		return container;
	}
	ret = inest_container_extension(container, VFIO_TYPE1_NESTING_IOMMU);
	if (ret > 0)
		return container;
	say_why(why, "VFIO is missing its type 1 for IOMMUs (vfio_iommu_type1)");
	close(container);
	return ret < 0 ? ret : -ENODEV;
}

static int open_group(const struct options *options, int number,
		      struct why *why)
{
	int group = inest_group_open(number);

	if (group == -ENOENT)
		blame_driver(options, number, why);
	else if (group == -EBUSY)
		say_why(why, "group %d: in use by another process", number);
	else if (group < 0)
		say_why(why, "/dev/vfio/%d: %s", number, strerror(-group));
	if (group < 0)
		return group;
	if (inest_group_viable(group) == 1)
		return group;
	blame_sibling(number, why);
	close(group);
	return -EPERM;
}

static int set_iommu(int number, int group, int container, struct why *why)
{
	int ret = inest_group_attach(group, container);

	if (ret) {
		say_why(why, "group %d: can't be attached to a container: %s",
			number, strerror(-ret));
		return ret;
	}
	ret = inest_container_set_iommu(container, VFIO_TYPE1_NESTING_IOMMU);
	if (ret == -EINVAL)
		say_why(why, "group %d: the driver of its IOMMU knows no nesting",
			number);
	else if (ret == -EOPNOTSUPP)
		say_why(why, "group %d: its IOMMU cannot nest", number);
	else if (ret == -EPERM)
		say_why(why, "group %d: no interrupt remapping, and %s", number,
			"unsafe interrupts are not allowed");
	else if (ret)
		say_why(why, "group %d: VFIO_SET_IOMMU: %s", number,
			strerror(-ret));
	return ret;
}

/* A kernel that names no ranges puts no limits on them */
static int read_ranges(int container, struct offer *offer, struct why *why)
{
	int ret = inest_iova_ranges(container, offer->range, MAX_RANGES);

	if (ret < 0 && ret != -ENOENT) {
		say_why(why, "group %d: its ranges of addresses: %s",
			offer->group, strerror(-ret));
		return ret;
	}
	offer->ranges = ret < 0 ? 0 : ret > MAX_RANGES ? MAX_RANGES : ret;
	return 0;
}

static int read_quota(int container, struct offer *offer, struct why *why)
{
	int ret = inest_pasid_quota(container, &offer->quota);

	if (ret)
		say_why(why, "group %d: its quota of PASIDs: %s", offer->group,
			strerror(-ret));
	offer->has_quota = !ret;
	return ret;
}

static int read_offer(int container, struct offer *offer, struct why *why)
{
	int ret = inest_info(container, &offer->info, sizeof(offer->info));

	if (ret == -ENOENT)
		say_why(why, "group %d: no nesting capability: %s",
			offer->group,
			"no CONFIG_VFIO_NESTING, or an IOMMU of one stage");
	else if (ret)
		say_why(why, "group %d: VFIO_IOMMU_GET_INFO: %s", offer->group,
			strerror(-ret));
	if (ret)
		return ret;
	ret = read_ranges(container, offer, why);
	if (ret || !(offer->info.features & IOMMU_NESTING_FEAT_SYSWIDE_PASID))
		return ret;
	return read_quota(container, offer, why);
}

static int read_group(const struct options *options, int container,
		      struct offer *offer, struct why *why)
{
	int group = open_group(options, offer->group, why);
	int ret;

	if (group < 0)
		return group;
	ret = set_iommu(offer->group, group, container, why);
	if (!ret)
		ret = read_offer(container, offer, why);
	close(group);
	return ret;
}

/**
 * offer_read - Ask VFIO what the IOMMU of a group offers
 * @options: which group
 * @offer: filled in
 * @why: filled in on failure
 *
 * No device is opened, none is reset, and no driver changes. Closing the group
 * and the container puts the group back to where it was.
 *
 * Return: 0 or a negative errno
 */
int offer_read(const struct options *options, struct offer *offer,
	       struct why *why)
{
	int container, ret;

	memset(offer, 0, sizeof(*offer));
	ret = find_group(options, why);
	if (ret < 0)
		return ret;
	offer->group = ret;
	container = open_container(why);
	if (container < 0)
		return container;
	ret = read_group(options, container, offer, why);
	close(container);
	return ret;
}
