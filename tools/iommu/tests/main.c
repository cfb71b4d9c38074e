// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Runs all tests, prints TAP. "--json": only an offer of each format. */
#include "tests.h"

static int results, failures;

void tap(bool passed, const char *name)
{
	if (!passed)
		failures++;
	printf("%sok %d %s\n", passed ? "" : "not ", ++results, name);
}

void tap_eq(long long expected, long long seen, const char *what)
{
	if (expected != seen)
		printf("# expected %lld (0x%llx), is %lld (0x%llx)\n", expected,
		       expected, seen, seen);
	tap(expected == seen, what);
}

void tap_str(const char *expected, const char *seen, const char *what)
{
	bool same = !strcmp(expected, seen);

	if (!same)
		printf("# expected '%s'\n#       is '%s'\n", expected, seen);
	tap(same, what);
}

int tap_end(void)
{
	printf("1..%d\n", results);
	return failures || !results;
}

static int print_json(void)
{
	struct offer offers[] = { sample_smmuv3(), sample_vtd() };
	struct inest_guest guest = inest_guest_none();
	size_t i;

	guest.format = IOMMU_PASID_FORMAT_ARM_SMMUV3;
	guest.features = IOMMU_NESTING_FEAT_CACHE_INVLD;
	guest.pasids = 1;
	puts("[");
	for (i = 0; i < ARRAY_SIZE(offers); i++) {
		json_print(stdout, &offers[i], NULL, 0);
		puts(",");
		json_print(stdout, &offers[i], &guest,
			   verdict(&offers[i], &guest));
		puts(i + 1 < ARRAY_SIZE(offers) ? "," : "]");
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "--json"))
		return print_json();
	puts("TAP version 13");
	test_bdf();
	test_sysfs();
	test_chain();
	test_info();
	test_ops();
	test_requests();
	test_faults();
	test_names();
	test_decode();
	test_check();
	test_args();
	test_offer();
	test_verdict();
	return tap_end();
}
