// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stage-1 translation owned by user space, on an SMMUv3, shown with the DMA of
 * QEMU's edu device.
 *
 * A staleness proof needs a unit that caches what it has walked and keeps it
 * until told otherwise, as QEMU's SMMUv3 does for up to 256 translations.
 */
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

/* Child and parent write to one stream: results and reasons stay in order */
#define TH_LOG_STREAM stdout

#include "../kselftest_harness.h"
#include "faults.h"
#include "inject.h"
#include "leaving.h"
#include "locked_memory.h"
#include "modes.h"
#include "only.h"
#include "pci_user.h"
#include "poke.h"
#include "splat.h"
#include "vm.h"

/* Where devices find their pages: no guest physical address looks like it */
#define VA		0x123456789000ULL
#define VA_2		(VA + 0x5000)
#define VA_OUT		(VA + 0x9000)
#define VA_UNMAPPED	(VA + 0x20000)
#define VA_BLOCK	0x7f8000200000ULL

#define ASID		1
#define OTHER_ASID	2

/* Maps @va to a watched page */
static void map_page(struct vm *vm, struct stage1 *s1, __u64 va, int page)
{
	stage1_map(s1, va, vm->page[page].gpa, SZ_4K, STAGE1_RW);
}

static void create_stage1(struct vm *vm, struct stage1 *s1, __u16 asid)
{
	stage1_create(s1, &vm->guest, asid, vm->info.addr_width);
}

static int invalidate(struct vm *vm, struct iommu_cache_invalidate_info info)
{
	return inest_cache_invalidate(vm->container, ALL, &info);
}

static int bind_config(struct vm *vm, __u8 config)
{
	struct iommu_pasid_table_config cfg = inest_no_table(config);

	return inest_bind_pasid_table(vm->container, ALL, &cfg);
}

/* One device, bound to @s1, where VA leads to page @a; page @b is another */
FIXTURE(one) {
	struct vm vm;
	struct stage1 s1;
	int a;
	int b;
};

FIXTURE_SETUP(one)
{
	ASSERT_EQ(0, splat_count());
	ASSERT_EQ(0, vm_open(&self->vm, 0, 1));
	create_stage1(&self->vm, &self->s1, ASID);
	self->a = vm_alloc(&self->vm);
	self->b = vm_alloc(&self->vm);
	map_page(&self->vm, &self->s1, VA, self->a);
	ASSERT_EQ(0, vm_bind(&self->vm, ALL, &self->s1));
}

FIXTURE_TEARDOWN(one)
{
	vm_close(&self->vm);
	EXPECT_EQ(0, splat_count());
}

#include "test_translate.h"
#include "test_config.h"
#include "test_invalidate.h"
#include "test_pair.h"
#include "test_two_vms.h"
#include "test_lifecycle.h"
#include "test_stress.h"
#include "test_op_errors.h"
#include "test_bind_errors.h"
#include "test_inv_errors.h"
#include "plain_container.h"
#include "test_container.h"
#include "test_inject.h"

static int bad_usage(const char *name)
{
	fprintf(stderr,
		"usage: %s [--demo | --no-nesting | --only TEST+TEST...]\n",
		name);
	return KSFT_FAIL;
}

static void __attribute__((constructor)) __constructor_order_last(void)
{
	if (!__constructor_order)
		__constructor_order = _CONSTRUCTOR_ORDER_BACKWARD;
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";
	bool demo = !strcmp(mode, "--demo");
	bool no_nesting = !strcmp(mode, "--no-nesting");
	bool only = !strcmp(mode, "--only");
	int devices;

	if (argc != (only ? 3 : 2) && argc != 1)
		return bad_usage(argv[0]);
	if (argc == 2 && !demo && !no_nesting)
		return bad_usage(argv[0]);
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (splat_open())
		ksft_exit_fail_msg("the kernel log can't be read\n");
	devices = vm_claim_devices(&vm_edu);
	if (demo)
		return run_demo(devices);
	if (devices < 0)
		ksft_exit_fail_msg("vfio-pci did not take the edu devices\n");
	if (!devices)
		ksft_exit_skip("no edu device (PCI 1234:11e8)\n");
	if (no_nesting)
		return run_no_nesting();
	if (devices < 2)
		ksft_exit_skip("one edu device, the tests need two\n");
	if (only)
		keep_only(argv[2]);
	return test_harness_run(argc, argv);
}
