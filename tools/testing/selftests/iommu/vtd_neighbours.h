/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests: whoever shares a unit with devices that do not answer. While the unit waits for
 * one, what others asked for stands behind it, and is aborted along with it.
 */

/* An invalidation may take 10 s because of others' devices; the host may be busy */
#define PATIENCE_MS	30000

/* How often each invalidates at least, and those that do not answer all together */
#define NEIGHBOUR_ROUNDS	500
#define SILENT_ROUNDS		20
#define ALL_SILENT_ROUNDS	8000

/*
 * The first two devices share a container and an address space, the third and the
 * fourth have their own: VA leads the second one to page @a or @b, and VA_2 to one that
 * nobody looks at. The first one is silent, and blocked for it each time; of the third
 * and the fourth each first answer is lost, which nobody is blocked for.
 */
#define SILENT_OTHERS	2
#define NEIGHBOUR	1

FIXTURE(neighbours) {
	struct vm vm;
	struct vtd_table s1;
	struct vm other[SILENT_OTHERS];
	struct vtd_table other_s1[SILENT_OTHERS];
	struct silent_neighbour silent[1 + SILENT_OTHERS];
	__u32 pasid;
	__u32 who;
	int queue;
	int a;
	int b;
};

static struct silent_neighbour silent_one(struct vm *vm, struct vtd_table *s1,
					  __u32 pasid, __u32 silence)
{
	return (struct silent_neighbour) {
		.vm = vm,
		.s1 = s1,
		.pasid = pasid,
		.who = WITH_PASID(pasid) | WITH_ATS,
		.silence = silence,
	};
}

static void set_up_others(struct __test_metadata *_metadata,
			  struct _test_data_neighbours *self)
{
	int i;

	for (i = 0; i < SILENT_OTHERS; i++) {
		struct vm *vm = &self->other[i];
		struct vtd_table *s1 = &self->other_s1[i];

		ASSERT_EQ(0, vm_open(vm, 2 + i, 1));
		vtd_table_create(s1, &vm->guest, 4);
		map_page(vm, s1, VA, vm_alloc(vm));
		ASSERT_EQ(0, vtd_bind(vm, ALL, self->pasid, s1));
		self->silent[1 + i] = silent_one(vm, s1, self->pasid, 1);
	}
}

FIXTURE_SETUP(neighbours)
{
	struct vm *vm = &self->vm;

	if (machine.no_ats)
		SKIP_IN_SETUP("the unit has no ATS");
	ASSERT_EQ(0, splat_count());
	ASSERT_EQ(0, vm_open(vm, 0, 2));
	self->pasid = vtd_pasid_alloc(vm);
	self->who = WITH_PASID(self->pasid) | WITH_ATS;
	vtd_table_create(&self->s1, &vm->guest, 4);
	self->a = vm_alloc(vm);
	self->b = vm_alloc(vm);
	map_page(vm, &self->s1, VA, self->a);
	vtd_table_map(&self->s1, VA_2, guest_alloc_loose(&vm->guest),
		      VTD_RW | VTD_A | VTD_D);
	ASSERT_EQ(0, vtd_bind(vm, ALL, self->pasid, &self->s1));
	self->silent[0] = silent_one(vm, &self->s1, self->pasid,
				     ITD_INV_MUTE_ALL);
	set_up_others(_metadata, self);
	self->queue = faults_open(vm->container, vm->dev[NEIGHBOUR].td.device,
				  64, FAULTS_NO_EVENTFD);
	ASSERT_LE(0, self->queue);
}

FIXTURE_TEARDOWN(neighbours)
{
	int i;

	close(self->queue);
	for (i = 0; i < SILENT_OTHERS; i++)
		vm_close(&self->other[i]);
	vm_close(&self->vm);
	EXPECT_EQ(0, splat_count());
}

/* The neighbour writes where nobody looks, all the time */
static void neighbour_writes(struct _test_data_neighbours *self)
{
	struct testdev_op op = vtd_fill_op(self->who, VA_2);

	op.channel = 3;
	op.cmd |= ITD_CMD_REPEAT;
	op.period = WRITE_PERIOD;
	testdev_start(&self->vm.dev[NEIGHBOUR].td, &op);
}

/* One of its invalidations, and now and then a look at whether it is done */
static int neighbour_flushes(struct __test_metadata *_metadata,
			     struct _test_data_neighbours *self, int round)
{
	struct vm *vm = &self->vm;
	int page = round % 3 ? self->a : self->b;
	int ret;

	map_page(vm, &self->s1, VA, page);
	ret = vtd_invalidate(vm, vm->dev[NEIGHBOUR].group,
			     vtd_inv_pasid(IOTLB | DEV_IOTLB, self->pasid));
	if (!ret && round % 16 == 0)
		EXPECT_EQ(page, vtd_lands(vm, NEIGHBOUR, self->who, VA));
	return ret;
}

static bool silent_enough(struct silent_neighbour *silent)
{
	unsigned int rounds, all = 0;
	bool each = true;
	int i;

	for (i = 0; i < 1 + SILENT_OTHERS; i++) {
		if (silent[i].error)
			return true;
		rounds = silent_rounds(&silent[i]);
		each &= rounds >= SILENT_ROUNDS;
		all += rounds;
	}
	return each && all >= ALL_SILENT_ROUNDS;
}

/* Each got what it deserves each time, and no later for what others did meanwhile */
static void expect_silent_blocked(struct __test_metadata *_metadata,
				  struct silent_neighbour *silent)
{
	int i;

	for (i = 0; i < 1 + SILENT_OTHERS; i++) {
		silent_stop(&silent[i]);
		EXPECT_EQ(0, silent[i].error);
		EXPECT_LE(SILENT_ROUNDS, (int)silent[i].rounds);
		EXPECT_EQ(i ? 0 : silent[i].rounds, silent[i].failed);
		EXPECT_GT(PATIENCE_MS, silent[i].longest_ms);
		TH_LOG("device %d: %u rounds, %u failed, %lld ms at most", i,
		       silent[i].rounds, silent[i].failed,
		       silent[i].longest_ms);
	}
}

/*
 * One in its own container, and one in each of two others: it does what it is told, is
 * not blocked, and goes on with its DMA.
 */
TEST_F_TIMEOUT(neighbours, silent, 240)
{
	struct testdev *td = &self->vm.dev[NEIGHBOUR].td;
	int i, ret = 0;

	neighbour_writes(self);
	ASSERT_EQ(0, on_cpu(0));
	for (i = 0; i < 1 + SILENT_OTHERS; i++) {
		self->silent[i].cpu = 1 + i;
		ASSERT_EQ(0, silent_start(&self->silent[i]));
	}
	for (i = 0; !ret && (i < NEIGHBOUR_ROUNDS ||
			     !silent_enough(self->silent)); i++)
		ret = neighbour_flushes(_metadata, self, i);
	EXPECT_EQ(0, ret)
		TH_LOG("round %d", i);
	expect_silent_blocked(_metadata, self->silent);
	EXPECT_TRUE(faults_empty(self->queue));
	EXPECT_LT(0ULL, testdev_channel64(td, 3, ITD_RUNS));
	EXPECT_EQ(0ULL, testdev_channel64(td, 3, ITD_FAULTS));
	EXPECT_EQ((__u32)ITD_ST_REPEAT, testdev_status(td, 3));
}
