// SPDX-License-Identifier: GPL-2.0-only
/*
 * SubstreamIDs and faults of a stage 1 that user space owns on an SMMUv3, shown with
 * the rig's test device: many context descriptors in one table, unrecoverable faults
 * by SubstreamID, and stalls that user space resolves.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/vfio.h>

/* Child and parent write to one stream: results and reasons stay in order */
#define TH_LOG_STREAM stdout

#include "../kselftest_harness.h"
#include "cd_table.h"
#include "faults.h"
#include "inject.h"
#include "modes.h"
#include "only.h"
#include "paged_buffer.h"
#include "pci_user.h"
#include "splat.h"
#include "vm_testdev.h"

/* Where devices find their pages: no guest physical address looks like it */
#define VA		0x123456789000ULL
#define VA_UNMAPPED	(VA + 0x20000)

/* Address spaces have this ASID and the next ones */
#define ASID		16

static int invalidate(struct vm *vm, struct iommu_cache_invalidate_info info)
{
	return inest_cache_invalidate(vm->container, ALL, &info);
}

static int bind_table(struct vm *vm, const struct cd_table *table, __u8 dss)
{
	struct iommu_pasid_table_config config =
		inest_table(table->base, table->bits, table->fmt, dss);

	return inest_bind_pasid_table(vm->container, ALL, &config);
}

static int bind_config(struct vm *vm, __u8 what)
{
	struct iommu_pasid_table_config config = inest_no_table(what);

	return inest_bind_pasid_table(vm->container, ALL, &config);
}

#include "ssid_translate.h"
#include "ssid_faults.h"
#include "stall_serve.h"
#include "stall_end.h"
#include "stall_inject.h"
#include "stall_race.h"

static int bad_usage(const char *name)
{
	fprintf(stderr,
		"usage: %s [--only TEST+TEST...] [--rounds NUMBER]\n"
		"       %s --demo\n", name, name);
	return KSFT_FAIL;
}

static void __attribute__((constructor)) __constructor_order_last(void)
{
	if (!__constructor_order)
		__constructor_order = _CONSTRUCTOR_ORDER_BACKWARD;
}

/* Which tests, and how long: returns false for anything else */
static bool parse(int argc, char **argv, const char **only)
{
	int i;

	for (i = 1; i + 1 < argc; i += 2) {
		if (!strcmp(argv[i], "--only"))
			*only = argv[i + 1];
		else if (!strcmp(argv[i], "--rounds"))
			race_rounds = strtoul(argv[i + 1], NULL, 0);
		else
			return false;
	}
	return i == argc && race_rounds;
}

int main(int argc, char **argv)
{
	bool demo = argc == 2 && !strcmp(argv[1], "--demo");
	const char *only = NULL;
	int devices;

	if (!demo && !parse(argc, argv, &only))
		return bad_usage(argv[0]);
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (splat_open())
		ksft_exit_fail_msg("the kernel log can't be read\n");
	devices = vm_claim_devices(&vm_stalling);
	if (demo)
		return run_demo(devices);
	if (devices < 0)
		ksft_exit_fail_msg("vfio-pci did not take the test devices\n");
	if (!devices)
		ksft_exit_skip("no test device that may stall (PCI 19e5:a250)\n");
	if (only)
		keep_only(only);
	return test_harness_run(argc, argv);
}
