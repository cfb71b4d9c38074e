// SPDX-License-Identifier: GPL-2.0-only
/*
 * One binary interface, two versions of it: built against today's header and
 * against the one that qemu/next/next.patch makes of it, and run on a kernel of
 * each (Documentation/userspace-api/iommu-extending.rst). Needs the mock IOMMU.
 *
 * The argument says which kernel it is: "old" for today's, "new" for the other.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <linux/vfio.h>
#include <linux/vfio_nesting.h>

#include "next_setup.h"

/* What only the next version has, by number: this is built without it too */
#define FEAT_COOKIE	(1 << 5)
#define FEAT_RANGES	(1 << 6)
#define FEAT_NEXT	(FEAT_COOKIE | FEAT_RANGES)
#define FEAT_TODAY	(IOMMU_NESTING_FEAT_SYSWIDE_PASID | \
			 IOMMU_NESTING_FEAT_BIND_PGTBL | \
			 IOMMU_NESTING_FEAT_CACHE_INVLD)

#define SIZE_MAX_EVER	4096	/* of one operation's structure */
#define SIZE_BEYOND	256	/* more than either version of any structure */

static struct setup setup;
static bool new_kernel;
static int tests, failures;

static void result(bool ok, const char *name)
{
	printf("%sok %d %s\n", ok ? "" : "not ", ++tests, name);
	failures += !ok;
}

/* A call and the errno that it has to end with, 0 for none */
static void expect(int want, int got, const char *name)
{
	if (got != want)
		printf("# %s: %s, not %s\n", name, strerror(got),
		       strerror(want));
	result(got == want, name);
}

/* Header and @size bytes of a structure, of which @have bytes are there */
static int op(__u32 number, const void *data, size_t have, size_t size)
{
	static struct {
		struct vfio_iommu_nesting_op	hdr;
		__u8				data[SIZE_MAX_EVER + 8];
	} arg;

	memset(&arg, 0, sizeof(arg));
	arg.hdr.argsz = sizeof(arg.hdr) + size;
	arg.hdr.flags = number;
	memcpy(arg.data, data, have);
	*(__u32 *)arg.data = size;
	return ioctl(setup.container, VFIO_IOMMU_NESTING_OP, &arg) ? errno : 0;
}

static int bind(struct iommu_gpasid_bind_data *data, size_t size)
{
	return op(VFIO_NESTING_OP_BIND_PGTBL, data, sizeof(*data), size);
}

static int unbind(struct iommu_gpasid_bind_data *data)
{
	return op(VFIO_NESTING_OP_UNBIND_PGTBL, data, sizeof(*data),
		  sizeof(*data));
}

static int invalidate(struct iommu_cache_invalidate_info *inv, size_t size)
{
	return op(VFIO_NESTING_OP_CACHE_INVLD, inv, sizeof(*inv), size);
}

static struct iommu_gpasid_bind_data page_table(void)
{
	return (struct iommu_gpasid_bind_data) {
		.version = IOMMU_GPASID_BIND_VERSION_1,
		.format = IOMMU_PASID_FORMAT_INTEL_VTD,
		.addr_width = 48,
		.flags = IOMMU_SVA_GPASID_VAL,
		.gpgd = TABLE_GPA,
		.hpasid = setup.pasid,
		.gpasid = 7,
	};
}

static struct iommu_cache_invalidate_info one_page(__u64 addr)
{
	return (struct iommu_cache_invalidate_info) {
		.version = IOMMU_CACHE_INVALIDATE_INFO_VERSION_1,
		.cache = IOMMU_CACHE_INV_TYPE_IOTLB,
		.granularity = IOMMU_INV_GRANU_ADDR,
		.granu.addr_info = {
			.flags = IOMMU_INV_ADDR_FLAGS_PASID,
			.pasid = setup.pasid,
			.addr = addr,
			.granule_size = 4096,
			.nb_granules = 1,
		},
	};
}

/* @count cached translations, one for each page from address 0x1000 */
static void fill_tlb(int count)
{
	char line[64];
	int i;

	mock_write(&setup, "tlb", "clear");
	for (i = 1; i <= count; i++) {
		snprintf(line, sizeof(line), "%d - 0x%x", setup.pasid,
			 i * 0x1000);
		mock_write(&setup, "tlb", line);
	}
}

/* Is exactly what @text says bound or cached? "" is nothing */
static bool holds(const char *file, const char *text)
{
	char have[4096];

	mock_read(&setup, file, have, sizeof(have));
	if (!strcmp(have, text))
		return true;
	printf("# %s has \"%s\", not \"%s\"\n", file, have, text);
	return false;
}

static bool tlb_is(const char *format)
{
	char text[256];

	snprintf(text, sizeof(text), format, setup.pasid, setup.pasid,
		 setup.pasid, setup.pasid);
	return holds("tlb", text);
}

static bool bound_is(const char *more)
{
	char text[256];

	snprintf(text, sizeof(text),
		 "pasid %d gpgd=0x%x width=48 flags=0x0 gpasid=7%s\n",
		 setup.pasid, TABLE_GPA, more);
	return holds("stage1", text);
}

/* What a VMM does first: go on only when all that it needs is there */
static int start_virtual_iommu(__u32 needs)
{
	return (setup.info.features & needs) == needs ? 0 : EOPNOTSUPP;
}

static void test_info(void)
{
	__u32 next = new_kernel ? FEAT_NEXT : 0;

	result((setup.info.features & FEAT_NEXT) == next,
	       "the kernel is the one that the test was told");
	result(setup.info_size >= sizeof(setup.info),
	       "the kernel's information covers today's");
	expect(0, start_virtual_iommu(FEAT_TODAY),
	       "what today's features suffice for starts");
	expect(new_kernel ? 0 : EOPNOTSUPP, start_virtual_iommu(FEAT_NEXT),
	       new_kernel ? "what needs the next features starts" :
	       "what needs the next features refuses to start");
}

static void test_today_bind(void)
{
	struct iommu_gpasid_bind_data data = page_table();

	expect(0, bind(&data, sizeof(data)), "today's bind is accepted");
	result(bound_is(""), "and binds what it says");
	expect(0, unbind(&data), "today's unbind is accepted");
	result(holds("stage1", ""), "and nothing is bound");

	data.vendor.vtd.flags = 1ULL << 40;
	expect(EINVAL, bind(&data, sizeof(data)),
	       "an unknown vendor flag is refused");
	result(holds("stage1", ""), "and nothing is bound then");
}

static void test_today_invalidate(void)
{
	struct iommu_cache_invalidate_info inv = one_page(0x2000);

	fill_tlb(3);
	expect(0, invalidate(&inv, sizeof(inv)),
	       "today's invalidation is accepted");
	result(tlb_is("%d - 0x1000\n%d - 0x3000\n"), "and drops what it says");
	inv = one_page(0x1000);
	expect(0, invalidate(&inv, 56), "so it is with the size of today");
	result(tlb_is("%d - 0x3000\n"), "and drops what it says then");

	inv.granularity = IOMMU_INV_GRANU_DOMAIN;
	expect(0, invalidate(&inv, 16), "no more than is needed is accepted");
	result(tlb_is(""), "and everything is dropped");
}

/* A tail that neither version knows, and sizes that none can have */
static void test_garbage(void)
{
	struct {
		struct iommu_cache_invalidate_info inv;
		__u8 tail[SIZE_BEYOND];
	} big = { .inv = one_page(0x1000) };
	int number = VFIO_NESTING_OP_CACHE_INVLD;

	fill_tlb(1);
	expect(E2BIG, op(number, &big, sizeof(big.inv), SIZE_MAX_EVER + 8),
	       "a structure of more than 4096 bytes is refused");
	expect(EINVAL, op(number, &big, sizeof(big.inv), 55),
	       "a structure without its last byte is refused");
	big.tail[SIZE_BEYOND - 1] = 1;
	expect(E2BIG, op(number, &big, sizeof(big), sizeof(big)),
	       "a tail that is not zero is refused");
	memset(&big, 0xa5, sizeof(big));
	expect(E2BIG, op(number, &big, sizeof(big), sizeof(big)),
	       "garbage with a tail is refused");
	expect(EINVAL, op(number, &big, sizeof(big.inv), 56),
	       "garbage without a tail is refused");
	result(tlb_is("%d - 0x1000\n"), "and nothing has been dropped");

	memset(&big, 0, sizeof(big));
	big.inv = one_page(0x1000);
	expect(0, op(number, &big, sizeof(big), sizeof(big)),
	       "a tail of zeroes is accepted");
	result(tlb_is(""), "and the rest is done");
}

#ifdef IOMMU_SVA_GPASID_COOKIE
static void test_cookie(void)
{
	struct iommu_gpasid_bind_data data = page_table();

	data.cookie = 0xc00c1e;
	expect(EINVAL, bind(&data, sizeof(data)),
	       "a cookie without its flag is refused");
	result(holds("stage1", ""), "and nothing is bound for it");

	data.flags |= IOMMU_SVA_GPASID_COOKIE;
	if (!new_kernel) {
		expect(EINVAL, bind(&data, sizeof(data)),
		       "an older kernel refuses the cookie's flag");
		result(holds("stage1", ""), "and binds nothing");
		return;
	}
	expect(0, bind(&data, sizeof(data)), "a cookie is accepted");
	result(bound_is(" cookie=0xc00c1e"), "and arrives in the driver");
	expect(0, unbind(&data), "the same structure unbinds");
}

static struct iommu_cache_invalidate_info pages(__u32 count)
{
	struct iommu_cache_invalidate_info inv = {
		.version = IOMMU_CACHE_INVALIDATE_INFO_VERSION_1,
		.cache = IOMMU_CACHE_INV_TYPE_IOTLB,
		.granularity = IOMMU_INV_GRANU_RANGES,
		.granu.ranges_info = {
			.flags = IOMMU_INV_RANGES_FLAGS_PASID,
			.nr_ranges = count,
			.pasid = setup.pasid,
		},
	};
	__u32 i;

	/* Every other page */
	for (i = 0; i < count; i++) {
		inv.granu.ranges_info.range[i].addr = 0x1000 + i * 0x2000;
		inv.granu.ranges_info.range[i].nb_pages = 1;
	}
	return inv;
}

static void test_ranges_old(void)
{
	struct iommu_cache_invalidate_info one = pages(1), four = pages(4);

	fill_tlb(1);
	expect(EINVAL, invalidate(&one, sizeof(one)),
	       "an older kernel refuses the new granularity");
	expect(E2BIG, invalidate(&four, sizeof(four)),
	       "an older kernel refuses what lies beyond its structure");
	one.granu.ranges_info.pasid = setup.pasid + 1;
	four.granu.ranges_info.pasid = setup.pasid + 1;
	expect(EINVAL, invalidate(&one, sizeof(one)),
	       "so it does with a PASID that is not the caller's");
	expect(E2BIG, invalidate(&four, sizeof(four)),
	       "and with that and more ranges");
	result(tlb_is("%d - 0x1000\n"), "and drops nothing");
}

static void test_ranges_new(void)
{
	struct iommu_cache_invalidate_info four = pages(4), bad = pages(1);

	fill_tlb(8);
	expect(0, invalidate(&four, sizeof(four)), "four ranges are accepted");
	result(tlb_is("%d - 0x2000\n%d - 0x4000\n%d - 0x6000\n%d - 0x8000\n"),
	       "and all of them are dropped");

	expect(EINVAL, invalidate(&bad, sizeof(bad) - 1),
	       "the new granularity needs the new size");
	bad.granu.ranges_info.nr_ranges = 5;
	expect(EINVAL, invalidate(&bad, sizeof(bad)),
	       "five ranges are refused");
	bad = pages(1);
	bad.granu.ranges_info.range[3].nb_pages = 1;
	expect(EINVAL, invalidate(&bad, sizeof(bad)),
	       "a range that is not counted is refused");
	bad = pages(1);
	bad.granu.ranges_info.pasid = setup.pasid + 1;
	expect(EPERM, invalidate(&bad, sizeof(bad)),
	       "another's PASID is refused in the new member too");
	result(tlb_is("%d - 0x2000\n%d - 0x4000\n%d - 0x6000\n%d - 0x8000\n"),
	       "and nothing has been dropped for these");
}

static void test_next(void)
{
	struct iommu_cache_invalidate_info inv = pages(1);

	expect(EINVAL, invalidate(&inv, 56),
	       "the new granularity in today's size is refused");
	test_cookie();
	if (new_kernel)
		test_ranges_new();
	else
		test_ranges_old();
}
#else
/* The same bytes without the names: what an older user may send by mistake */
static void test_next(void)
{
	struct iommu_gpasid_bind_data data = page_table();

	data.padding[3] = 1;
	expect(EINVAL, bind(&data, sizeof(data)),
	       "padding that is not zero is refused");
	result(holds("stage1", ""), "and nothing is bound for it");
}
#endif

int main(int argc, char **argv)
{
	if (argc != 2 || (strcmp(argv[1], "old") && strcmp(argv[1], "new"))) {
		fprintf(stderr, "usage: %s old|new\n", argv[0]);
		return 2;
	}
	new_kernel = !strcmp(argv[1], "new");

	printf("KTAP version 1\n");
	if (setup_open(&setup)) {
		printf("not ok 1 setup: %s\n1..1\n", setup.problem);
		return 1;
	}
	test_info();
	test_today_bind();
	test_today_invalidate();
	test_garbage();
	test_next();
	setup_close(&setup);
	printf("1..%d\n", tests);
	return failures != 0;
}
