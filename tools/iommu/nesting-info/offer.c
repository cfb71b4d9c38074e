// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* What the IOMMU of a group offers, or why that cannot be read */
#include <errno.h>
#include <unistd.h>

#include "nesting-info.h"

/* What a function's driver is, in words */
static void driver_words(const char *bdf, char *text, size_t size)
{
	char name[64];

	if (inest_pci_driver(bdf, name, sizeof(name)))
		snprintf(text, size, "%s has no driver", bdf);
	else
		snprintf(text, size, "%s has driver %s", bdf, name);
}

/* A function of the group that keeps it from user space, first one found */
static void blame_driver(int group, struct why *why, const char *what)
{
	struct inest_bdf bdf[64];
	char name[64], words[128];
	int i, count = inest_group_pci(group, bdf, ARRAY_SIZE(bdf));

	if (count <= 0) {
		say_why(why, "group %d: there is no such IOMMU group", group);
		return;
	}
	if (count > (int)ARRAY_SIZE(bdf))
		count = ARRAY_SIZE(bdf);
	for (i = 0; i < count - 1; i++)
		if (!inest_pci_driver(bdf[i].text, name, sizeof(name)) &&
		    strcmp(name, "vfio-pci") && strcmp(name, "pcieport"))
			break;
	driver_words(bdf[i].text, words, sizeof(words));
	say_why(why, "group %d: %s: %s, not vfio-pci", group, what, words);
}

static int find_group(const struct options *options, struct why *why)
{
	const char *bdf = options->bdf.text;
	int group;

	if (options->group >= 0)
		return options->group;
	group = inest_pci_group(bdf);
	if (group == -ENODEV)
		say_why(why, "%s: there is no such PCI function", bdf);
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

static int open_group(int number, struct why *why)
{
	int group = inest_group_open(number);

	if (group == -ENOENT)
		blame_driver(number, why, "not bound to a driver of VFIO");
	else if (group == -EBUSY)
		say_why(why, "group %d: in use by another process", number);
	else if (group < 0)
		say_why(why, "/dev/vfio/%d: %s", number, strerror(-group));
	if (group < 0)
		return group;
	if (inest_group_viable(group) == 1)
		return group;
	blame_driver(number, why, "not all of it is user space's");
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
		say_why(why, "group %d: no interrupt remapping, and vfio_iommu_type1.allow_unsafe_interrupts is off",
			number);
	else if (ret)
		say_why(why, "group %d: VFIO_SET_IOMMU: %s", number,
			strerror(-ret));
	return ret;
}

static int read_offer(int container, struct offer *offer, struct why *why)
{
	int ret = inest_info(container, &offer->info, sizeof(offer->info));

	if (ret == -ENOENT)
		say_why(why, "group %d: no nesting capability: the kernel is without CONFIG_VFIO_NESTING, or the IOMMU uses one stage",
			offer->group);
	else if (ret)
		say_why(why, "group %d: VFIO_IOMMU_GET_INFO: %s", offer->group,
			strerror(-ret));
	if (ret)
		return ret;
	ret = inest_iova_ranges(container, offer->range, MAX_RANGES);
	offer->ranges = ret < 0 ? 0 : ret > MAX_RANGES ? MAX_RANGES : ret;
	if (offer->info.features & IOMMU_NESTING_FEAT_SYSWIDE_PASID)
		offer->has_quota = !inest_pasid_quota(container, &offer->quota);
	return 0;
}

/* The container is gone, and the device as before, when this returns */
static int read_group(int number, int container, struct offer *offer,
		      struct why *why)
{
	int group = open_group(number, why);
	int ret;

	if (group < 0)
		return group;
	ret = set_iommu(number, group, container, why);
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
 * No device is opened, none is reset, and no driver changes.
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
	ret = read_group(offer->group, container, offer, why);
	close(container);
	return ret;
}
