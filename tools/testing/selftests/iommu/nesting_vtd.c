// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stage-1 translation owned by user space, on VT-d: page tables bound to PASIDs
 * and to the requests without one, shown with the DMA of the rig's test device.
 *
 * A staleness proof needs a unit and a device that cache what they have learned
 * and keep it until told otherwise, as those of the rig do.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Child and parent write to one stream: results and reasons stay in order */
#define TH_LOG_STREAM stdout

#include "../kselftest_harness.h"
#include "leaving.h"
#include "locked_memory.h"
#include "inject.h"
#include "modes.h"
#include "now_ms.h"
#include "only.h"
#include "on_cpu.h"
#include "paged_buffer.h"
#include "pci_user.h"
#include "poke.h"
#include "qemu/model/include/hw/i386/intel-iommu-counters.h"
#include "splat.h"
#include "take_tables.h"
#include "vtd_vm.h"
#include "write_file.h"

/* Where devices find their pages: no guest physical address looks like it */
#define VA		0x123456789000ULL
#define VA_2		(VA + 0x5000)
#define VA_UNMAPPED	(VA + 0x20000)
#define VA_BLOCK	0x7f8000200000ULL

/* What the machine lacks or has beyond the ordinary, as the caller says */
static struct {
	bool no_ats;
	bool five_levels;
} machine;

/* A kernel with every debugging aid, which looks for leaks when the tests are over */
static bool has_kmemleak(void)
{
	return !access("/sys/kernel/debug/kmemleak", F_OK);
}

/* The harness runs a test all the same when its setup was skipped by SKIP() */
#define SKIP_IN_SETUP(reason)	SKIP(_exit(255), "cannot happen: " reason)

/* Maps @va to a watched page */
static void map_page(struct vm *vm, struct vtd_table *s1, __u64 va, int page)
{
	vtd_table_map(s1, va, vm->page[page].gpa, VTD_RW | VTD_A | VTD_D);
}

/* Translations: of the unit, and of the device when @who uses its own */
static __u8 caches_of(__u32 who)
{
	return who & WITH_ATS ? IOTLB | DEV_IOTLB : IOTLB;
}

static __u32 pasid_of(__u32 who)
{
	return who & ITD_PASID_VALID ? who & ITD_PASID_MASK : RID;
}

/* Drops what is cached of one address space */
static int flush(struct vm *vm, __u32 who)
{
	return vtd_invalidate(vm, ALL,
			      vtd_inv_pasid(caches_of(who), pasid_of(who)));
}

/*
 * One device, and one address space bound to it, where VA leads to page @a; page
 * @b is another. @who does accesses through it.
 */
FIXTURE(one) {
	struct vm vm;
	struct vtd_table s1;
	__u32 pasid;
	__u32 who;
	__u8 caches;
	int a;
	int b;
};

/* @rid: the address space is bound to the requests without a PASID */
FIXTURE_VARIANT(one) {
	__u32 ats;
	bool rid;
};

FIXTURE_VARIANT_ADD(one, pasid) { .ats = 0, .rid = false };
FIXTURE_VARIANT_ADD(one, pasid_ats) { .ats = WITH_ATS, .rid = false };
FIXTURE_VARIANT_ADD(one, rid) { .ats = 0, .rid = true };
FIXTURE_VARIANT_ADD(one, rid_ats) { .ats = WITH_ATS, .rid = true };

FIXTURE_SETUP(one)
{
	struct vm *vm = &self->vm;
	int pasid = RID;

	if (variant->ats && machine.no_ats)
		SKIP_IN_SETUP("the unit has no ATS");
	ASSERT_EQ(0, splat_count());
	ASSERT_EQ(0, vm_open(vm, 0, 1));
	vtd_table_create(&self->s1, &vm->guest, 4);
	self->a = vm_alloc(vm);
	self->b = vm_alloc(vm);
	map_page(vm, &self->s1, VA, self->a);
	if (!variant->rid)
		pasid = vtd_pasid_alloc(vm);
	ASSERT_LE(0, pasid);
	self->pasid = pasid;
	self->who = (pasid ? WITH_PASID(pasid) : WITHOUT_PASID) | variant->ats;
	self->caches = caches_of(self->who);
	ASSERT_EQ(0, vtd_bind(vm, ALL, self->pasid, &self->s1));
}

FIXTURE_TEARDOWN(one)
{
	vm_close(&self->vm);
	EXPECT_EQ(0, splat_count());
}

#include "vtd_translate.h"
#include "vtd_access.h"
#include "vtd_invalidate.h"
#include "vtd_ranges.h"
#include "vtd_pasids.h"
#include "vtd_gpasid.h"
#include "vtd_owner.h"
#include "vtd_pair.h"
#include "vtd_lifecycle.h"
#include "vtd_reset.h"
#include "vtd_fail.h"
#include "vtd_silent.h"
#include "vtd_neighbours.h"
#include "vtd_slot.h"
#include "vtd_prq.h"
#include "vtd_faults.h"
#include "vtd_answers.h"
#include "vtd_inject.h"
#include "vtd_fault_records.h"
#include "plain_container.h"
#include "vtd_errors.h"
#include "vtd_superpage.h"
#include "vtd_mixed.h"
#include "vtd_stress.h"
#include "vtd_races.h"

/* What the last test left behind as it exited; fixtures run in this order */
FIXTURE(kernel_log) { };

FIXTURE_SETUP(kernel_log) { }

FIXTURE_TEARDOWN(kernel_log) { }

TEST_F(kernel_log, is_clean)
{
	EXPECT_EQ(0, splat_count());
}

static int bad_usage(const char *name)
{
	fprintf(stderr,
		"usage: %s [--no-ats | --ats] [--five-levels] [--only TEST+TEST...]\n"
		"       %s --demo | --no-nesting\n", name, name);
	return KSFT_FAIL;
}

static bool has_ats(const struct __fixture_variant_metadata *v)
{
	size_t length = strlen(v->name);

	return length >= 3 && !strcmp(v->name + length - 3, "ats");
}

/*
 * Takes the variants whose requests are not translated by the device out of the
 * fixtures that have both: the kernel does the same for either.
 */
static void keep_ats(void)
{
	struct __fixture_variant_metadata **v, *i;
	struct __fixture_metadata *f;

	for (f = __fixture_list; f; f = f->next) {
		for (i = f->variant; i && !has_ats(i); i = i->next)
			;
		for (v = &f->variant; i && *v;) {
			if (has_ats(*v))
				v = &(*v)->next;
			else
				*v = (*v)->next;
		}
	}
}

static void __attribute__((constructor)) __constructor_order_last(void)
{
	if (!__constructor_order)
		__constructor_order = _CONSTRUCTOR_ORDER_BACKWARD;
}

static int no_nesting(void)
{
	int devices = vm_claim_devices(&vm_edu);

	if (devices < 0)
		ksft_exit_fail_msg("vfio-pci did not take the edu devices\n");
	if (!devices)
		ksft_exit_skip("no edu device (PCI 1234:11e8)\n");
	return run_no_nesting();
}

static int run_tests(const char *only, int argc, char **argv)
{
	int devices = vm_claim_devices(&vm_testdev);

	if (devices < 0)
		ksft_exit_fail_msg("vfio-pci did not take the test devices\n");
	if (!devices)
		ksft_exit_skip("no iommu-testdev (PCI 1234:11ff)\n");
	if (devices <= IN_SLOT)
		ksft_exit_skip("the tests need four devices, two of them behind ports\n");
	if (only)
		keep_only(only);
	return test_harness_run(argc, argv);
}

/* What the machine is like, and which tests: returns false for anything else */
static bool parse(int argc, char **argv, const char **only)
{
	int i;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--no-ats"))
			machine.no_ats = true;
		else if (!strcmp(argv[i], "--ats"))
			keep_ats();
		else if (!strcmp(argv[i], "--five-levels"))
			machine.five_levels = true;
		else if (!strcmp(argv[i], "--only") && argv[i + 1])
			*only = argv[++i];
		else
			return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	bool demo = argc == 2 && !strcmp(argv[1], "--demo");
	bool refused = argc == 2 && !strcmp(argv[1], "--no-nesting");
	const char *only = NULL;

	if (!demo && !refused && !parse(argc, argv, &only))
		return bad_usage(argv[0]);
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (splat_open())
		ksft_exit_fail_msg("the kernel log can't be read\n");
	if (demo)
		return run_demo(vm_claim_devices(&vm_testdev));
	if (refused)
		return no_nesting();
	return run_tests(only, argc, argv);
}
