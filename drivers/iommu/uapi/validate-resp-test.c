// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of what the nesting interface accepts: page responses
 */
#include "validate-test.h"

#define T	struct iommu_page_response
#define ARG	IOMMU_NESTING_PAGE_RESP

static const T with_pasid = {
	.argsz = 24, .version = 1, .flags = 1, .pasid = 5, .grpid = 9,
	.code = 0,
};

/* The fields that are not looked at hold what would be refused */
static const T without_pasid = {
	.argsz = 4096, .version = 1, .flags = 0, .pasid = U32_MAX,
	.grpid = U32_MAX, .code = 2,
};

static const struct axis header[] = {
	ARGSZ(with_pasid),
	LIST(with_pasid.version, 1, 0, 2, 0x101, U32_MAX),
	POWERS(with_pasid.flags, 1),
	LIST(with_pasid.code, 0, 1, 2, 3, 0x100, U32_MAX),
	LIST(with_pasid.pasid, 0, 0xfffff, 0x100000, U32_MAX),
	{}
};

static void resp_header(struct kunit *test)
{
	try_all(test, "header", ARG, &with_pasid, header);
}

static const struct axis codes[] = {
	POWERS(with_pasid.code, 1),
	POWERS(with_pasid.version, 1),
	LIST(with_pasid.flags, 0, 1, 2, 3),
	LIST(with_pasid.grpid, 0, U32_MAX),
	{}
};

static void resp_codes(struct kunit *test)
{
	try_all(test, "codes", ARG, &with_pasid, codes);
}

static const struct axis pasids[] = {
	POWERS(with_pasid.pasid, 1),
	POWERS(with_pasid.grpid, 1),
	LIST(with_pasid.flags, 0, 1, 2),
	LIST(with_pasid.code, 0, 2, 3),
	{}
};

static void resp_pasids(struct kunit *test)
{
	try_all(test, "PASIDs", ARG, &with_pasid, pasids);
}

static void resp_bit_pairs(struct kunit *test)
{
	try_bit_pairs(test, "with PASID", ARG, &with_pasid);
	try_bit_pairs(test, "without PASID", ARG, &without_pasid);
}

static void resp_arg_size(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 24, iommu_nesting_arg_size(ARG));
}

/* Changes of @with_pasid */
static const struct named_case named_cases[] = {
	{ "success", 0, {} },
	{ "invalid request", 0, { SET(with_pasid.code, 1) } },
	{ "failure", 0, { SET(with_pasid.code, 2) } },
	{ "unknown code", -EINVAL, { SET(with_pasid.code, 3) } },
	{ "code -1", -EINVAL, { SET(with_pasid.code, U32_MAX) } },
	{ "argsz 0", -EINVAL, { SET(with_pasid.argsz, 0) } },
	{ "argsz 23", -EINVAL, { SET(with_pasid.argsz, 23) } },
	{ "argsz 25", 0, { SET(with_pasid.argsz, 25) } },
	{ "argsz 4096", 0, { SET(with_pasid.argsz, 4096) } },
	{ "version 0", -EINVAL, { SET(with_pasid.version, 0) } },
	{ "version 2", -EINVAL, { SET(with_pasid.version, 2) } },
	{ "flag 2", -EINVAL, { SET(with_pasid.flags, 2) } },
	{ "flag 3", -EINVAL, { SET(with_pasid.flags, 3) } },
	{ "flag 31", -EINVAL, { SET(with_pasid.flags, 0x80000001) } },
	{ "PASID 0", 0, { SET(with_pasid.pasid, 0) } },
	{ "last PASID", 0, { SET(with_pasid.pasid, 0xfffff) } },
	{ "PASID beyond", -EINVAL, { SET(with_pasid.pasid, 0x100000) } },
	{ "PASID beyond, no flag", 0,
	  { SET(with_pasid.pasid, 0x100000), SET(with_pasid.flags, 0) } },
	{ "any group", 0, { SET(with_pasid.grpid, U32_MAX) } },
};

KUNIT_ARRAY_PARAM(named, named_cases, named_desc);

static void resp_named(struct kunit *test)
{
	try_named(test, ARG, &with_pasid);
}

static struct kunit_case resp_cases[] = {
	KUNIT_CASE(resp_arg_size),
	KUNIT_CASE_PARAM(resp_named, named_gen_params),
	KUNIT_CASE(resp_header),
	KUNIT_CASE(resp_codes),
	KUNIT_CASE(resp_pasids),
	KUNIT_CASE(resp_bit_pairs),
	{}
};

static struct kunit_suite resp_suite = {
	.name = "iommu_nesting_resp",
	.test_cases = resp_cases,
};

kunit_test_suite(resp_suite);
