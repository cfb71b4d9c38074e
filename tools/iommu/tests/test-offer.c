// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Reading an offer, and what is said when that cannot be done */
#include "fake.h"

static struct {
	struct vfio_iommu_type1_info head;
	struct vfio_iommu_type1_info_cap_nesting cap;
	struct vfio_iommu_type1_info_cap_iova_range ranges;
	struct vfio_iova_range range;
} reply;

static void good(void)
{
	fake_reset();
	memset(&reply, 0, sizeof(reply));
	reply.head.flags = VFIO_IOMMU_INFO_CAPS;
	reply.head.cap_offset = sizeof(reply.head);
	reply.cap.header.id = VFIO_IOMMU_TYPE1_INFO_CAP_NESTING;
	reply.cap.info = sample_vtd().info;
	fake.type1 = &reply;
	fake.type1_size = sizeof(reply);
	fake.group_of_pci = 4;
}

static struct options device(void)
{
	struct options options = { .group = -1 };

	inest_bdf_parse("00:03.0", &options.bdf);
	return options;
}

static void expect(struct options options, const char *reason)
{
	struct why why = { "" };
	struct offer offer;
	int ret = offer_read(&options, &offer, &why);
	char name[96];

	snprintf(name, sizeof(name), "offer: fails: %s", reason);
	tap(ret < 0, name);
	tap_str(reason, why.text, name);
	snprintf(name, sizeof(name), "offer: closed: %s", reason);
	tap_eq(0, fake.open, name);
	good();
}

static void test_devices(void)
{
	good();
	fake.group_of_pci = -ENODEV;
	expect(device(), "0000:00:03.0: there is no such PCI function");
	fake.group_of_pci = -ENOENT;
	expect(device(), "0000:00:03.0: no IOMMU translates its accesses");
	fake.group_of_pci = -ENOENT;
	fake.driver = NULL;
	expect(device(), "0000:00:03.0: has no driver: bind it to vfio-pci");
	fake.no_group = ENOENT;
	fake.driver = "edu";
	expect(device(), "0000:00:03.0: has driver edu: bind it to vfio-pci");
	fake.no_group = ENOENT;
	fake.driver = NULL;
	expect(device(), "0000:00:03.0: has no driver: bind it to vfio-pci");
}

static void test_groups(void)
{
	struct options seven = { .group = 7 }, none = { .group = 100 };

	good();
	fake.no_group = ENOENT;
	fake.driver = "edu";
	expect(seven, "0000:00:03.0: has driver edu: bind it to vfio-pci");
	fake.no_group = ENOENT;
	expect(none, "group 100: there is no such group of PCI functions");
	fake.no_group = EBUSY;
	expect(seven, "group 7: in use by another process");
	fake.no_group = EACCES;
	expect(seven, "/dev/vfio/7: Permission denied");
	fake.not_viable = true;
	fake.driver = "nvme";
	expect(seven,
	       "group 7: its 0000:00:03.0 has driver nvme: bind it to vfio-pci");
	fake.not_viable = true;
	expect(seven,
	       "group 7: one of its devices has a driver of the kernel's");
}

static void test_vfio(void)
{
	struct options seven = { .group = 7 };

	good();
	fake.no_container = ENOENT;
	expect(seven, "VFIO is missing: /dev/vfio/vfio: No such file or directory");
	fake.no_container = EACCES;
	expect(seven, "/dev/vfio/vfio: Permission denied");
	fake.no_type1 = true;
	expect(seven, "VFIO is missing its type 1 for IOMMUs (vfio_iommu_type1)");
	fake.attach = EINVAL;
	expect(seven,
	       "group 7: can't be attached to a container: Invalid argument");
	fake.set_iommu = EINVAL;
	expect(seven, "group 7: the driver of its IOMMU knows no nesting");
	fake.set_iommu = EOPNOTSUPP;
	expect(seven, "group 7: its IOMMU cannot nest");
	fake.set_iommu = EPERM;
	expect(seven,
	       "group 7: no interrupt remapping, and unsafe interrupts are not allowed");
	fake.set_iommu = ENOMEM;
	expect(seven, "group 7: VFIO_SET_IOMMU: Cannot allocate memory");
	reply.cap.header.id = 1;
	expect(seven,
	       "group 7: no nesting capability: no CONFIG_VFIO_NESTING, or an IOMMU of one stage");
	reply.cap.header.next = 3;
	reply.cap.header.id = 1;
	expect(seven, "group 7: VFIO_IOMMU_GET_INFO: Protocol error");
}

static void add_range(__u32 count)
{
	reply.cap.header.next = (char *)&reply.ranges - (char *)&reply;
	reply.ranges.header.id = VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE;
	reply.ranges.nr_iovas = count;
	reply.range.start = 0x1000;
	reply.range.end = 0x1fff;
}

static void test_rest(void)
{
	struct options seven = { .group = 7 };

	good();
	fake.quota = ESRCH;
	expect(seven, "group 7: its quota of PASIDs: No such process");
	fake.quota = EOPNOTSUPP;
	expect(seven, "group 7: its quota of PASIDs: Operation not supported");
	add_range(2);
	expect(seven, "group 7: its ranges of addresses: Protocol error");
}

static void test_numbers_of_the_guest(void)
{
	struct options options = device();
	struct offer offer;
	struct why why;

	good();
	reply.cap.info.features &= ~IOMMU_NESTING_FEAT_SYSWIDE_PASID;
	fake.quota = EOPNOTSUPP;
	tap_eq(0, offer_read(&options, &offer, &why), "offer: no quota");
	tap(!offer.has_quota, "offer: the guest's own PASIDs");
}

static void test_read(void)
{
	struct options options = device();
	struct offer offer;
	struct why why;

	good();
	tap_eq(0, offer_read(&options, &offer, &why), "offer: read");
	tap_eq(4, offer.group, "offer: group");
	tap_eq(46, offer.info.addr_width, "offer: width");
	tap(offer.has_quota && offer.quota.available == 900, "offer: quota");
	tap_eq(0, offer.ranges, "offer: no ranges");
	tap_eq(0, fake.open, "offer: closed again");
	add_range(1);
	tap_eq(0, offer_read(&options, &offer, &why), "offer: read anew");
	tap_eq(1, offer.ranges, "offer: a range");
	tap(offer.range[0].start == 0x1000 && offer.range[0].end == 0x1fff,
	    "offer: its addresses");
}

void test_offer(void)
{
	test_devices();
	test_groups();
	test_vfio();
	test_rest();
	test_numbers_of_the_guest();
	test_read();
}
