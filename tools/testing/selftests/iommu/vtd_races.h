/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: everything at once, with devices that do as they are told and without */

/**
 * struct stress - What the threads have in common
 * @vm: a machine of two devices
 * @s1: what is bound
 * @pasid: to which PASID
 * @caches: IOTLB, DEV_IOTLB or both
 * @gpa: a page of stage 2 that comes and goes
 * @failing: devices do not always answer, so that a call may end with -EIO
 * @end: when to stop
 */
struct stress {
	struct vm *vm;
	struct vtd_table *s1;
	__u32 pasid;
	__u8 caches;
	__u64 gpa;
	bool failing;
	time_t end;
};

/* What each thread does at least, however slow the machine is */
#define STRESS_STEPS	5

/* Returns what the calls did: the first result that is not 0, or 0 */
typedef int (*stress_step)(struct stress *stress);

/**
 * struct stress_thread - One thread
 * @name: for the log
 * @step: what it does over and over again
 * @stress: with what
 * @id: the thread
 * @steps: how often it did it
 * @failed: how often the hardware failed it
 * @result: the first result that may not be, or 0
 */
struct stress_thread {
	const char *name;
	stress_step step;
	struct stress *stress;
	pthread_t id;
	unsigned long steps;
	unsigned long failed;
	int result;
};

static int one_of(int ret, int allowed)
{
	return ret == allowed ? 0 : ret;
}

static void *repeat(void *arg)
{
	struct stress_thread *t = arg;
	int ret;

	while (!t->result &&
	       (t->steps < STRESS_STEPS || time(NULL) < t->stress->end)) {
		ret = t->step(t->stress);
		if (ret == -EIO && t->stress->failing)
			t->failed++;
		else
			t->result = ret;
		t->steps++;
	}
	return NULL;
}

static int step_bind(struct stress *stress)
{
	int group = stress->vm->dev[0].group;
	int ret = vtd_unbind(stress->vm, group, stress->pasid);

	return ret ?: vtd_bind(stress->vm, group, stress->pasid, stress->s1);
}

static int step_invalidate(struct stress *stress)
{
	struct vm *vm = stress->vm;
	int ret;

	ret = vtd_invalidate(vm, ALL, vtd_inv_addr(stress->caches,
						   stress->pasid, VA, SZ_4K,
						   3));
	if (!ret)
		ret = vtd_invalidate(vm, ALL, vtd_inv_pasid(stress->caches,
							    stress->pasid));
	return ret ?: vtd_invalidate(vm, ALL, vtd_inv_domain(stress->caches));
}

/* The other group may be gone at any time */
static int step_other_group(struct stress *stress)
{
	struct vm *vm = stress->vm;
	int group = vm->dev[1].group;
	int ret;

	ret = one_of(vtd_bind(vm, group, stress->pasid, stress->s1), -ENODEV);
	if (!ret)
		ret = one_of(vtd_invalidate(vm, group,
					    vtd_inv_pasid(stress->caches,
							  stress->pasid)),
			     -ENODEV);
	return one_of(vtd_unbind(vm, group, stress->pasid), -ENODEV) ?: ret;
}

static int step_map(struct stress *stress)
{
	struct vm *vm = stress->vm;
	int ret = inest_dma_unmap(vm->container, stress->gpa, SZ_4K);

	return ret ?: inest_dma_map(vm->container, stress->gpa,
				    guest_ptr(&vm->guest, stress->gpa), SZ_4K,
				    MAP_RW);
}

static int step_detach(struct stress *stress)
{
	struct vm *vm = stress->vm;
	int ret = inest_group_detach(vm->dev[1].group);

	return ret ?: inest_group_attach(vm->dev[1].group, vm->container);
}

static int step_pasid(struct stress *stress)
{
	struct vm *vm = stress->vm;
	int pasid = vtd_pasid_alloc(vm), ret;

	if (pasid < 0)
		return pasid;
	ret = vtd_bind(vm, vm->dev[0].group, pasid, stress->s1);
	return inest_pasid_free(vm->container, pasid, pasid) ?: ret;
}

/*
 * The status when no response is waited for any more, or ITD_ST_WAIT. The host's own
 * time limits may come first, one after the other.
 */
static __u32 answered(struct testdev *td, unsigned int channel)
{
	__u32 status;
	int i;

	for (i = 0; i < 10000; i++) {
		status = testdev_status(td, channel);
		if (status != ITD_ST_WAIT)
			break;
		usleep(1000);
	}
	return status;
}

/* Whatever becomes of the address space meanwhile, each request is answered */
static int step_request(struct stress *stress)
{
	struct testdev_op op = {
		.channel = 4,
		.cmd = ITD_OP_REQUEST | ITD_CMD_ATS | ITD_CMD_WRITE,
		.src = VA_UNMAPPED,
		.src_pasid = WITH_PASID(stress->pasid),
		.pages = 8,
		.groups = 4,
	};
	struct testdev *td = &stress->vm->dev[0].td;
	__u64 resets = testdev_read64(td, ITD_CNT_FLR);

	testdev_start(td, &op);
	switch (answered(td, op.channel)) {
	case ITD_ST_PRG_FAIL:
	/* Unbound just now: the unit does not take the request */
	case ITD_ST_FAULT:
		return 0;
	case ITD_ST_WAIT:
		return -ETIMEDOUT;
	/* Blocked: its ATS is off until the next bind or unbind */
	case ITD_ST_DISABLED:
		return stress->failing ? 0 : -EPROTO;
	}
	/* A reset forgets the request, or half of it while it is written */
	return testdev_read64(td, ITD_CNT_FLR) != resets ? 0 : -EPROTO;
}

/* Silent for a moment, then as ever */
static int step_mute(struct stress *stress)
{
	struct testdev *td = &stress->vm->dev[0].td;
	int ret;

	testdev_write32(td, ITD_INV_MUTE, ITD_INV_MUTE_ALL);
	ret = vtd_invalidate(stress->vm, ALL, vtd_inv_domain(stress->caches));
	testdev_write32(td, ITD_INV_MUTE, 0);
	usleep(20000);
	return ret;
}

static int step_reset(struct stress *stress)
{
	struct testdev *td = &stress->vm->dev[0].td;
	int ret = function_reset(td->device);

	if (!ret)
		ret = pci_user_enable(td->device);
	write_forever(stress->vm, WITH_PASID(stress->pasid), 3);
	usleep(100000);
	return ret;
}

#define STRESS_THREAD(what, with)	\
	{ .name = #what, .step = step_##what, .stress = (with) }

/* Runs the threads to their ends; returns how often the hardware failed one */
static unsigned long run_threads(struct __test_metadata *_metadata,
				 struct stress_thread *t, size_t count)
{
	unsigned long failed = 0;
	size_t i;

	for (i = 0; i < count; i++)
		ASSERT_EQ(0, pthread_create(&t[i].id, NULL, repeat, &t[i]));
	for (i = 0; i < count; i++) {
		ASSERT_EQ(0, pthread_join(t[i].id, NULL));
		EXPECT_EQ(0, t[i].result)
			TH_LOG("thread %s", t[i].name);
		EXPECT_LE((unsigned long)STRESS_STEPS, t[i].steps)
			TH_LOG("thread %s", t[i].name);
		failed += t[i].failed;
	}
	return failed;
}

/* Device 0 writes; device 1 is closed, so that its group can leave */
static void begin_stress(struct __test_metadata *_metadata,
			 struct _test_data_pair *self, struct stress *stress)
{
	struct vm *vm = &self->vm;

	*stress = (struct stress){
		.vm = vm,
		.s1 = &self->s1,
		.pasid = self->pasid,
		.caches = self->caches,
		.gpa = guest_alloc_loose(&vm->guest),
		.end = time(NULL) + STRESS_SECONDS,
	};
	vm_stop_device(vm, 1);
	ASSERT_EQ(0, vtd_unbind(vm, vm->dev[1].group, self->pasid));
	write_forever(vm, self->who, 3);
}

static void expect_usable_pair(struct __test_metadata *_metadata,
			       struct _test_data_pair *self)
{
	struct vm *vm = &self->vm;

	testdev_stop(&vm->dev[0].td, 3);
	ASSERT_EQ(0, vtd_unbind(vm, ALL, self->pasid));
	ASSERT_EQ(0, vm_start_device(vm, 1));
	ASSERT_EQ(0, vtd_bind(vm, ALL, self->pasid, &self->s1));
	expect_pair(_metadata, self, self->a, self->a);
}

/*
 * Everything at once: page requests with @ats, and a device that is silent now and
 * then and is reset when it is @failing. Returns how often the hardware failed.
 */
static unsigned long stress_pair(struct __test_metadata *_metadata,
				 struct _test_data_pair *self, bool ats,
				 bool failing)
{
	struct stress stress;
	struct stress_thread threads[] = {
		STRESS_THREAD(bind, &stress),
		STRESS_THREAD(invalidate, &stress),
		STRESS_THREAD(other_group, &stress),
		STRESS_THREAD(map, &stress),
		STRESS_THREAD(detach, &stress),
		STRESS_THREAD(pasid, &stress),
		STRESS_THREAD(request, &stress),
		STRESS_THREAD(mute, &stress),
		STRESS_THREAD(reset, &stress),
	};
	size_t count = failing ? ARRAY_SIZE(threads) : ats ? 7 : 6;

	begin_stress(_metadata, self, &stress);
	stress.failing = failing;
	return run_threads(_metadata, threads, count);
}

TEST_F_TIMEOUT(pair, everything_at_once, 90)
{
	struct testdev *td = &self->vm.dev[0].td;

	EXPECT_EQ(0UL, stress_pair(_metadata, self, variant->ats, false));
	EXPECT_EQ(0ULL, testdev_read64(td, ITD_NOW_PRG_OUTSTANDING));
	EXPECT_EQ(0ULL, testdev_read64(td, ITD_CNT_PRG_UNKNOWN));
	expect_usable_pair(_metadata, self);
}

/* The same with a device that is silent now and then, and is reset */
TEST_F_TIMEOUT(pair, everything_fails_at_once, 90)
{
	struct testdev *td = &self->vm.dev[0].td;

	if (!variant->ats)
		SKIP(return, "cannot happen: without ATS no device is asked");
	EXPECT_LT(0UL, stress_pair(_metadata, self, true, true));
	testdev_write32(td, ITD_INV_MUTE, 0);
	EXPECT_EQ(0ULL, testdev_read64(td, ITD_NOW_PRG_OUTSTANDING));
	expect_usable_pair(_metadata, self);
}
