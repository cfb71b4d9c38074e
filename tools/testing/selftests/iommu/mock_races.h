/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests: everything at once. Each call returns what the contract allows when
 * others free, unbind and detach meanwhile, and in the end nothing is left.
 */

#define RACE_SECONDS	5
#define KILLS		10

struct race {
	struct world *w;
	time_t end;
};

typedef int (*race_step)(struct race *race);

/* What a call may meet when another one came first */
static int may_be(int ret)
{
	switch (ret) {
	case -EPERM:
	case -EBUSY:
	case -ENODEV:
	case -ENOENT:
	case -EDQUOT:
		return 0;
	default:
		return ret < 0 ? ret : 0;
	}
}

static void *race_loop(struct race *race, race_step step)
{
	int ret = 0;

	while (!ret && time(NULL) < race->end)
		ret = step(race);
	return (void *)(intptr_t)ret;
}

static int step_lifecycle(struct race *race)
{
	struct mock_vm *vm = &race->w->vm;
	int pasid = alloc_any(vm);
	int ret;

	if (pasid < 0)
		return may_be(pasid);
	ret = may_be(bind_pasid(vm, ALL, pasid, MOCK_PGTBL));
	if (!ret)
		ret = may_be(inv_pasid(vm, ALL, ALL_CACHES, pasid));
	return ret ?: may_be(inest_pasid_free(vm->container, pasid, pasid));
}

static int step_bind(struct race *race)
{
	struct mock_vm *vm = &race->w->vm;
	int ret = may_be(bind_pasid(vm, ALL, race->w->q, MOCK_PGTBL_2));

	return ret ?: may_be(unbind_pasid(vm, vm->group[0], race->w->q));
}

static int step_bind_group(struct race *race)
{
	struct mock_vm *vm = &race->w->vm;
	int ret = may_be(bind_pasid(vm, vm->group[2], race->w->q, MOCK_PGTBL));

	return ret ?: may_be(unbind_pasid(vm, ALL, race->w->q));
}

static int step_invalidate(struct race *race)
{
	return hw_invalidate(race->w) ?: may_be(hw_invalidate_group(race->w));
}

static int step_respond(struct race *race)
{
	struct world *w = race->w;

	world_drain(w, 0);
	mock_write(w->vm.bdf[0], "page_request", "%d 1", w->q);
	return may_be(respond(&w->vm, 0, w->q, 1, IOMMU_PAGE_RESP_SUCCESS));
}

/* Frees what the others use, and allocates it again */
static int step_free(struct race *race)
{
	struct world *w = race->w;
	int ret;

	usleep(2000);
	ret = may_be(inest_pasid_free(w->vm.container, w->q, w->q));
	if (!ret)
		ret = inest_pasid_alloc(w->vm.container, w->q, w->q);
	return ret == -ENOSPC ? 0 : may_be(ret);
}

static int step_detach(struct race *race)
{
	struct mock_vm *vm = &race->w->vm;
	int ret = inest_group_detach(vm->group[2]);

	return ret ?: inest_group_attach(vm->group[2], vm->container);
}

static int step_ask(struct race *race)
{
	struct iommu_nesting_info info;
	struct vfio_pasid_quota quota;
	int fd = race->w->vm.container;
	int ret = inest_info(fd, &info, sizeof(info));

	return ret ?: inest_pasid_quota(fd, &quota);
}

/* A second container of the same process comes and goes */
static int step_twin(struct race *race)
{
	int ret, fd = inest_container_open();

	if (fd < 0)
		return fd;
	ret = inest_pasid_free(fd, race->w->p, race->w->p);
	close(fd);
	return ret == -EINVAL ? 0 : -EUCLEAN;
}

#define RACER(name)							\
	static void *race_##name(void *race)				\
	{								\
		return race_loop(race, step_##name);			\
	}

RACER(lifecycle)
RACER(bind)
RACER(bind_group)
RACER(invalidate)
RACER(respond)
RACER(free)
RACER(detach)
RACER(ask)
RACER(twin)

static void *(*const race_threads[])(void *) = {
	race_lifecycle, race_bind, race_bind_group, race_invalidate,
	race_respond, race_free, race_detach, race_ask, race_twin,
};

#define RACE_THREADS	ARRAY_SIZE(race_threads)

static int race_start(struct race *race, pthread_t *thread, int seconds)
{
	size_t i;
	int ret = 0;

	race->end = time(NULL) + seconds;
	for (i = 0; i < RACE_THREADS && !ret; i++)
		ret = pthread_create(&thread[i], NULL, race_threads[i], race);
	return ret;
}

TEST_F_TIMEOUT(vtd3, everything_at_once, 60)
{
	struct race race = { .w = &self->w };
	pthread_t thread[RACE_THREADS];
	struct mock_vm *vm = &self->w.vm;
	void *result;
	size_t i;

	mock_close(&vm->device[2]);
	ASSERT_EQ(0, race_start(&race, thread, RACE_SECONDS));
	for (i = 0; i < RACE_THREADS; i++) {
		ASSERT_EQ(0, pthread_join(thread[i], &result));
		EXPECT_EQ(0, (intptr_t)result)
			TH_LOG("thread %zu", i);
	}
	ASSERT_EQ(0, inest_pasid_free(vm->container, 1, PASID_MAX));
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(0, mock_lines(vm->bdf[i], "stage1"));
		EXPECT_EQ(0, mock_number(vm->bdf[i], "blocked"));
	}
	EXPECT_EQ(self->w.available + 2, quota_left(vm->container));
	EXPECT_LT(0, alloc_any(vm));
}

static void race_until_killed(struct peer *test, void *data)
{
	pthread_t thread[RACE_THREADS];
	struct world w;
	struct race race = { .w = &w };
	int ret = world_open(&w, VTD, 0, MOCK_SINGLES);

	mock_close(&w.vm.device[2]);
	if (!ret)
		ret = race_start(&race, thread, 60);
	peer_say(test, ret);
	pause();
}

FIXTURE(killed) {
	struct mock_vm vm;
};

FIXTURE_SETUP(killed)
{
	expect_fresh(_metadata);
}

FIXTURE_TEARDOWN(killed)
{
	EXPECT_TRUE(all_idle());
	EXPECT_EQ(0, splat_count());
}

TEST_F_TIMEOUT(killed, in_the_middle, 60)
{
	struct mock_vm *vm = &self->vm;
	struct peer peer;
	int i;

	for (i = 0; i < KILLS; i++) {
		ASSERT_EQ(0, peer_start(&peer, race_until_killed, NULL));
		ASSERT_EQ(0, peer_hear(&peer));
		usleep(100000 + i * 7000);
		EXPECT_EQ(-SIGKILL, peer_kill(&peer));
		ASSERT_TRUE(EVENTUALLY(!mock_vm_open(vm, VTD, 0,
						     MOCK_SINGLES)));
		EXPECT_EQ(0, COUNT_STAGE1(vm, "pasid"));
		mock_vm_close(vm);
	}
}
