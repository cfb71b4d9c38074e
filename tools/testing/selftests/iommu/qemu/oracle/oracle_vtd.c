// SPDX-License-Identifier: GPL-2.0-only
/*
 * Upstream's VT-d nesting (iommufd) on the rig's emulated unit. It was written for
 * hardware and by others: what works and what goes stale with it tells whether the
 * model is like hardware.
 *
 * Each proof of staleness also fails when the model ignores the invalidation.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* Child and parent write to one stream: results and reasons stay in order */
#define TH_LOG_STREAM stdout

#include "../kselftest_harness.h"
#include <on_cpu.h>
#include <splat.h>
#include "claim.h"

/* Where devices find their pages: no guest physical address looks like it */
#define VA		0x123456789000ULL
#define VA_UNMAPPED	(VA + 0x20000)
#define VA_BLOCK	0x7f8000200000ULL
#define PASID		0x12345U

/* In a guest physical address: nothing is mapped there in stage 2 */
#define GPA_HOLE	0x80000000ULL

#define EVERYTHING	(~0ULL)

static bool no_ats;

/*
 * One device with a stage 1, where VA leads to page @a; page @b is another.
 * Attached is the device, or a PASID of it; @who does accesses through it.
 */
FIXTURE(one) {
	struct world w;
	struct vtd_table s1;
	__u32 hwpt;
	__u32 who;
	int a;
	int b;
};

FIXTURE_VARIANT(one) {
	__u32 pasid;
	__u32 ats;
};

FIXTURE_VARIANT_ADD(one, rid) { .pasid = RID, .ats = 0 };
FIXTURE_VARIANT_ADD(one, rid_ats) { .pasid = RID, .ats = WITH_ATS };
FIXTURE_VARIANT_ADD(one, pasid) { .pasid = PASID, .ats = 0 };
FIXTURE_VARIANT_ADD(one, pasid_ats) { .pasid = PASID, .ats = WITH_ATS };

static void open_one(struct __test_metadata *_metadata, FIXTURE_DATA(one) * self,
		     __u32 pasid, __u32 ats, int devices)
{
	struct world *w = &self->w;

	ASSERT_EQ(0, world_open(w, devices));
	vtd_table_create(&self->s1, &w->guest, 4);
	self->a = world_alloc(w);
	self->b = world_alloc(w);
	world_map(w, &self->s1, VA, self->a);
	self->who = pasid | ats;
	ASSERT_EQ(0, world_nested(w, &self->s1, NO_QUEUE, &self->hwpt));
	ASSERT_EQ(0, world_attach(w, 0, pasid, self->hwpt));
}

FIXTURE_SETUP(one)
{
	if (variant->ats && no_ats)
		SKIP(return, "cannot happen: the unit has no ATS");
	if (variant->pasid != RID && !IFD_HAS_PASIDS)
		SKIP(return, "cannot happen: this kernel attaches no PASIDs");
	open_one(_metadata, self, variant->pasid, variant->ats, 1);
}

FIXTURE_TEARDOWN(one)
{
	world_close(&self->w);
	EXPECT_EQ(0, splat_count());
}

#include "test_translate.h"
#include "test_stale.h"
#include "test_attach.h"
#include "test_pair.h"
#include "test_requests.h"

/* What follows --no-ats is for the harness: -t TEST and more, see -h */
int main(int argc, char **argv)
{
	int devices;

	no_ats = argc > 1 && !strcmp(argv[1], "--no-ats");
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (splat_open())
		ksft_exit_fail_msg("the kernel log can't be read\n");
	devices = world_claim();
	if (devices < WORLD_DEVICES)
		ksft_exit_fail_msg("%d test devices of %d\n", devices, WORLD_DEVICES);
	return test_harness_run(argc - no_ats, argv + no_ats);
}
