// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* What VFIO_IOMMU_GET_INFO says about nesting and about ranges */
#include "fake.h"

#define AT	sizeof(struct vfio_iommu_type1_info)

/* A type 1 info, the nesting capability, and as much behind it as a test needs */
struct reply {
	struct vfio_iommu_type1_info head;
	struct vfio_iommu_type1_info_cap_nesting cap;
	unsigned char more[64];
};

static struct reply reply(void)
{
	struct reply reply = {
		.head.argsz = sizeof(reply),
		.head.flags = VFIO_IOMMU_INFO_CAPS,
		.head.cap_offset = AT,
		.cap.header.id = VFIO_IOMMU_TYPE1_INFO_CAP_NESTING,
		.cap.header.version = 1,
		.cap.info.argsz = sizeof(reply.cap.info),
		.cap.info.format = IOMMU_PASID_FORMAT_ARM_SMMUV3,
		.cap.info.addr_width = 48,
		.cap.info.vendor.smmuv3.msi_iova = 0x8000000,
	};

	return reply;
}

static int parse(const struct reply *reply, size_t size,
		 struct iommu_nesting_info *info, size_t info_size)
{
	return inest__parse_info(reply, size, reply->head.cap_offset, info,
				 info_size);
}

static void test_sizes(void)
{
	struct iommu_nesting_info info;
	struct reply r = reply();
	const size_t least = offsetof(struct iommu_nesting_info, vendor);
	const size_t info_at = AT + sizeof(struct vfio_info_cap_header);

	memset(&info, 0xff, sizeof(info));
	tap_eq(0, parse(&r, sizeof(r), &info, sizeof(info)), "info: parsed");
	tap(!memcmp(&info, &r.cap.info, sizeof(info)), "info: the same bytes");

	/* A kernel that tells more than this program knows, and less */
	r.cap.info.argsz = sizeof(info) + 16;
	tap_eq(0, parse(&r, sizeof(r), &info, sizeof(info)), "info: newer");
	tap_eq(sizeof(info), info.argsz, "info: newer, argsz");
	r.cap.info.argsz = least;
	memset(&info, 0xff, sizeof(info));
	tap_eq(0, parse(&r, sizeof(r), &info, sizeof(info)), "info: older");
	tap_eq(least, info.argsz, "info: older, argsz");
	tap_eq(0, info.vendor.smmuv3.msi_iova, "info: older, rest is zero");

	r.cap.info.argsz = least - 1;
	tap_eq(-EPROTO, parse(&r, sizeof(r), &info, sizeof(info)),
	       "info: less than the least");
	r.cap.info.argsz = sizeof(r);
	tap_eq(-EPROTO, parse(&r, sizeof(r), &info, sizeof(info)),
	       "info: more than there is");
	r = reply();
	tap_eq(-EPROTO, parse(&r, info_at + least - 4, &info, sizeof(info)),
	       "info: cut");
	tap_eq(-EPROTO, parse(&r, info_at + sizeof(info) - 4, &info,
			      sizeof(info)), "info: cut in the vendor's part");
	tap_eq(-EINVAL, parse(&r, sizeof(r), &info, least - 1),
	       "info: no room for the least");
	r.head.cap_offset = sizeof(r);
	tap_eq(-EPROTO, parse(&r, sizeof(r), &info, sizeof(info)),
	       "info: bad chain");
}

/* A caller that was compiled with a smaller structure */
static void test_smaller_caller(void)
{
	const size_t size = offsetof(struct iommu_nesting_info, vendor) + 8;
	struct iommu_nesting_info info;
	unsigned char *bytes = (unsigned char *)&info;
	struct reply r = reply();
	bool kept = true;
	size_t i;

	memset(&info, 0xa5, sizeof(info));
	tap_eq(0, parse(&r, sizeof(r), &info, size), "info: smaller caller");
	tap_eq(size, info.argsz, "info: smaller caller, argsz");
	for (i = size; i < sizeof(info); i++)
		kept = kept && bytes[i] == 0xa5;
	tap(kept, "info: smaller caller, nothing is put behind it");
}

static void test_ranges(void)
{
	struct {
		struct vfio_iommu_type1_info_cap_iova_range head;
		struct vfio_iova_range range[2];
	} ranges = {
		.head.header.id = VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE,
		.head.nr_iovas = 2,
		.range = { { 0, 0x7ffffff }, { 0x8100000, 0xffffffff } },
	};
	struct vfio_iova_range out[2] = { 0 };
	struct reply r = reply();
	size_t at = offsetof(struct reply, more);
	size_t end = at + sizeof(ranges);

	tap_eq(-ENOENT, inest__parse_ranges(&r, sizeof(r), AT, out, 2),
	       "ranges: none");
	r.cap.header.next = at;
	memcpy(r.more, &ranges, sizeof(ranges));
	tap_eq(2, inest__parse_ranges(&r, end, AT, out, 2), "ranges: two");
	tap(!memcmp(out, ranges.range, sizeof(out)), "ranges: the same");
	memset(out, 0, sizeof(out));
	tap_eq(2, inest__parse_ranges(&r, end, AT, out, 1), "ranges: no room");
	tap_eq(0, out[1].end, "ranges: nothing is put behind the room");
	tap_eq(2, inest__parse_ranges(&r, end, AT, NULL, 0), "ranges: count");
	tap_eq(-EPROTO, inest__parse_ranges(&r, end - 4, AT, out, 2),
	       "ranges: cut");
	tap_eq(-EPROTO, inest__parse_ranges(&r, at + 12, AT, out, 2),
	       "ranges: cut in the head");
	ranges.head.nr_iovas = 0xffffffff;
	memcpy(r.more, &ranges, sizeof(ranges));
	tap_eq(-EPROTO, inest__parse_ranges(&r, end, AT, out, 2),
	       "ranges: more than there can be");
}

static void test_calls(void)
{
	struct iommu_nesting_info info;
	struct reply r = reply();

	fake_reset();
	fake.type1 = &r;
	fake.type1_size = sizeof(r);
	tap_eq(0, inest_info(1, &info, sizeof(info)), "info: called");
	tap_eq(2, fake.calls, "info: called twice, for the size first");
	tap_eq(48, info.addr_width, "info: called, width");

	fake.calls = 0;
	fake.type1_size = sizeof(r) - 16;
	fake.grows = 8;
	tap_eq(-EPROTO, inest_info(1, &info, sizeof(info)),
	       "info: grows with every call");
	tap_eq(8, fake.calls, "info: grows, and is not asked for ever");

	fake_reset();
	r.head.flags = 0;
	fake.type1 = &r;
	fake.type1_size = sizeof(r);
	tap_eq(-ENOENT, inest_info(1, &info, sizeof(info)),
	       "info: no capabilities, whatever the offset");
	fake.error = EINVAL;
	tap_eq(-EINVAL, inest_info(1, &info, sizeof(info)), "info: refused");
}

void test_info(void)
{
	test_sizes();
	test_smaller_caller();
	test_ranges();
	test_calls();
}
