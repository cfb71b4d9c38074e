// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* The command line of nesting-info */
#include "tests.h"

#define WORDS	12

static int parse(const char *line, struct options *options, struct why *why)
{
	static char buf[256];
	char *argv[WORDS + 2] = { (char *)"nesting-info" };
	int argc = 1;
	char *word;

	snprintf(buf, sizeof(buf), "%s", line);
	for (word = strtok(buf, " "); word && argc <= WORDS;
	     word = strtok(NULL, " "))
		argv[argc++] = word;
	memset(why, 0, sizeof(*why));
	return args_parse(argc, argv, options, why);
}

static void test_bad(void)
{
	static const struct {
		const char *line;
		const char *why;
	} bad[] = {
		{ "", "no group or device given; see --help" },
		{ "1 2", "more than one group or device: 2" },
		{ "x", "neither a group's number nor a PCI address: x" },
		{ "-- -1", "neither a group's number nor a PCI address: -1" },
		{ "+1", "neither a group's number nor a PCI address: +1" },
		{ "2147483648",
		  "neither a group's number nor a PCI address: 2147483648" },
		{ "--frob 1", "unknown option --frob" },
		{ "-x 1", "unknown option -x" },
		{ "1 -x", "unknown option -x" },
		{ "--check -jxh 1", "unknown option -x" },
		{ "--json=1 1", "--json=1: it takes no value" },
		{ "--ats=1 1", "--ats=1: it takes no value" },
		{ "--check --at=1 1", "--at=1: it takes no value" },
		{ "--addr-width 40 1", "a requirement needs --check" },
		{ "--ats 1", "a requirement needs --check" },
		{ "--check --ats", "no group or device given; see --help" },
		{ "--check 1 --addr-width", "--addr-width needs a value" },
		{ "--check --addr-width 0 1",
		  "--addr-width takes a number from 1 to 64, not '0'" },
		{ "--check --addr-width 65 1",
		  "--addr-width takes a number from 1 to 64, not '65'" },
		{ "--check --addr-width 4x 1",
		  "--addr-width takes a number from 1 to 64, not '4x'" },
		{ "--check --addr-width=-1 1",
		  "--addr-width takes a number from 1 to 64, not '-1'" },
		{ "--check --addr-width=99999999999999999999 1",
		  "--addr-width takes a number from 1 to 64, not '99999999999999999999'" },
		{ "--check --pasid-bits 21 1",
		  "--pasid-bits takes a number from 0 to 20, not '21'" },
		{ "--check --s1fmt 3 1",
		  "--s1fmt takes a number from 0 to 2, not '3'" },
		{ "--check --format arm 1",
		  "--format takes smmuv3 or vtd, not 'arm'" },
		{ "--check --features bind,x 1",
		  "--features: unknown feature in 'bind,x'" },
		{ "--check --granules 4k,8k 1",
		  "--granules: unknown size in '4k,8k'" },
		{ "--check --granules 4k, 1",
		  "--granules: unknown size in '4k,'" },
	};
	struct options options;
	struct why why;
	char name[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		snprintf(name, sizeof(name), "args: bad, row %zu", i);
		tap_eq(-EINVAL, parse(bad[i].line, &options, &why), name);
		snprintf(name, sizeof(name), "args: reason, row %zu", i);
		tap_str(bad[i].why, why.text, name);
	}
}

static void test_good(void)
{
	struct options o;
	struct why why;

	tap_eq(0, parse("17", &o, &why), "args: a group");
	tap(o.group == 17 && !o.check && !o.json, "args: a group, its number");
	tap_eq(0, parse("03:00.0", &o, &why), "args: a device");
	tap_eq(-1, o.group, "args: a device has no group yet");
	tap_str("0000:03:00.0", o.bdf.text, "args: a device's address");
	tap_eq(0, parse("0 --json", &o, &why), "args: an option behind it");
	tap(o.json && !o.group, "args: group 0 as JSON");
	tap_eq(0, parse("-j -c 0", &o, &why), "args: short options");
	tap(o.json && o.check, "args: short options are taken");
	tap_eq(0, parse("--help", &o, &why), "args: help alone");
	tap(o.help, "args: help");
	tap_eq(0, parse("-V", &o, &why), "args: version alone");
	tap(o.version, "args: version");
}

static void expect_guest(const char *line, const struct inest_guest *want)
{
	struct options o;
	struct why why;
	int ret = parse(line, &o, &why);

	tap(!ret && o.check && !memcmp(&o.guest, want, sizeof(*want)), line);
}

static void test_requirements(void)
{
	struct inest_guest want = inest_guest_none();

	want.format = IOMMU_PASID_FORMAT_ARM_SMMUV3;
	want.features = IOMMU_NESTING_FEAT_BIND_PGTBL |
			IOMMU_NESTING_FEAT_CACHE_INVLD;
	expect_guest("-c --format smmuv3 --features bind_pgtbl,cache_invld 1",
		     &want);
	want = inest_guest_none();
	want.addr_width = 40;
	want.input_width = 52;
	want.granules = 0x11000;
	expect_guest("-c --addr-width 40 --input-width=52 --granules 4k,64k 1",
		     &want);
	want = inest_guest_none();
	want.pasid_bits = 5;
	want.pasids = 1048576;
	expect_guest("--check --pasid-bits 5 1 --pasids 1048576", &want);
	want = inest_guest_none();
	want.asid_bits = 16;
	want.s1fmt = 2;
	want.ats = 1;
	expect_guest("1 --asid-bits 16 --s1fmt 2 --ats --check", &want);
}

void test_args(void)
{
	test_bad();
	test_good();
	test_requirements();
}
