// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of what the nesting interface accepts: fault queues to open
 */
#include "validate-test.h"

#define T	struct iommu_fault_queue_config
#define ARG	IOMMU_NESTING_FAULT_QUEUE

static const T with_eventfd = {
	.argsz = 24, .version = 1, .flags = 1, .entries = 64, .eventfd = 3,
};

static const T without_eventfd = {
	.argsz = 24, .version = 1, .flags = 0, .entries = 64, .eventfd = 0,
};

static const struct axis header[] = {
	ARGSZ(with_eventfd),
	LIST(with_eventfd.version, 1, 0, 2, 0x101, U32_MAX),
	POWERS(with_eventfd.flags, 1),
	LIST(with_eventfd.entries, 0, 1, 2, 64, 1024, 1025, U32_MAX),
	LIST(with_eventfd.eventfd, 0, 3, U32_MAX),
	{}
};

static void queue_header(struct kunit *test)
{
	try_all(test, "header", ARG, &with_eventfd, header);
}

static const struct axis values[] = {
	POWERS(with_eventfd.entries, 1),
	POWERS(with_eventfd.eventfd, 1),
	LIST(with_eventfd.flags, 0, 1, 2, 3),
	LIST(with_eventfd.padding[0], 0, 1),
	LIST(with_eventfd.padding[3], 0, 0x80),
	{}
};

static void queue_values(struct kunit *test)
{
	try_all(test, "values", ARG, &with_eventfd, values);
}

static const struct axis counts[] = {
	COUNT(with_eventfd.entries, 5000),
	LIST(with_eventfd.flags, 0, 1),
	LIST(with_eventfd.eventfd, 0, 1),
	{}
};

static void queue_entries(struct kunit *test)
{
	try_all(test, "entries", ARG, &with_eventfd, counts);
}

static void queue_bit_pairs(struct kunit *test)
{
	try_bit_pairs(test, "with eventfd", ARG, &with_eventfd);
	try_bit_pairs(test, "without eventfd", ARG, &without_eventfd);
}

static void queue_arg_size(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 24, iommu_nesting_arg_size(ARG));
}

/* Changes of @with_eventfd */
static const struct named_case named_cases[] = {
	{ "eventfd", 0, {} },
	{ "eventfd 0", 0, { SET(with_eventfd.eventfd, 0) } },
	{ "eventfd -1", 0, { SET(with_eventfd.eventfd, U32_MAX) } },
	{ "no eventfd", 0,
	  { SET(with_eventfd.flags, 0), SET(with_eventfd.eventfd, 0) } },
	{ "eventfd, no flag", -EINVAL, { SET(with_eventfd.flags, 0) } },
	{ "eventfd -1, no flag", -EINVAL,
	  { SET(with_eventfd.flags, 0), SET(with_eventfd.eventfd, U32_MAX) } },
	{ "argsz 0", -EINVAL, { SET(with_eventfd.argsz, 0) } },
	{ "argsz 19", -EINVAL, { SET(with_eventfd.argsz, 19) } },
	{ "argsz 20", 0, { SET(with_eventfd.argsz, 20) } },
	{ "argsz 16, no eventfd", 0,
	  { SET(with_eventfd.argsz, 16), SET(with_eventfd.flags, 0) } },
	{ "argsz 15, no eventfd", -EINVAL,
	  { SET(with_eventfd.argsz, 15), SET(with_eventfd.flags, 0) } },
	{ "argsz 4096", 0, { SET(with_eventfd.argsz, 4096) } },
	{ "version 0", -EINVAL, { SET(with_eventfd.version, 0) } },
	{ "version 2", -EINVAL, { SET(with_eventfd.version, 2) } },
	{ "flag 1", -EINVAL, { SET(with_eventfd.flags, 3) } },
	{ "flag 31", -EINVAL, { SET(with_eventfd.flags, 0x80000001) } },
	{ "no entries", -EINVAL, { SET(with_eventfd.entries, 0) } },
	{ "one entry", -EINVAL, { SET(with_eventfd.entries, 1) } },
	{ "two entries", 0, { SET(with_eventfd.entries, 2) } },
	{ "most entries", 0, { SET(with_eventfd.entries, 1024) } },
	{ "too many entries", -EINVAL, { SET(with_eventfd.entries, 1025) } },
	{ "padding", -EINVAL, { SET(with_eventfd.padding[2], 1) } },
};

KUNIT_ARRAY_PARAM(named, named_cases, named_desc);

static void queue_named(struct kunit *test)
{
	try_named(test, ARG, &with_eventfd);
}

static struct kunit_case queue_cases[] = {
	KUNIT_CASE(queue_arg_size),
	KUNIT_CASE_PARAM(queue_named, named_gen_params),
	KUNIT_CASE(queue_header),
	KUNIT_CASE(queue_values),
	KUNIT_CASE(queue_entries),
	KUNIT_CASE(queue_bit_pairs),
	{}
};

static struct kunit_suite queue_suite = {
	.name = "iommu_nesting_queue",
	.test_cases = queue_cases,
};

kunit_test_suite(queue_suite);
