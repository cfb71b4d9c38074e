/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: how many PASIDs a process may have */

#define SMALL_QUOTA	10
#define RACE_QUOTA	100
#define RACERS		8

FIXTURE(quota) {
	long initial;
	struct mock_vm vm;
	struct mock_vm twin;
};

FIXTURE_SETUP(quota)
{
	self->initial = mock_quota();
	ASSERT_LT(0, self->initial);
	expect_fresh(_metadata);
	ASSERT_EQ(0, mock_vm_open(&self->vm, VTD, 0, 1));
	ASSERT_EQ(0, mock_vm_open(&self->twin, VTD, 1, 1));
}

FIXTURE_TEARDOWN(quota)
{
	EXPECT_EQ(0, mock_set_quota(self->initial));
	mock_vm_close(&self->twin);
	mock_vm_close(&self->vm);
	EXPECT_TRUE(all_idle());
	EXPECT_EQ(0, splat_count());
}

static int alloc_any(struct mock_vm *vm)
{
	return inest_pasid_alloc(vm->container, 1, PASID_MAX);
}

TEST_F(quota, default_is_1000)
{
	struct vfio_pasid_quota quota;

	EXPECT_EQ(1000, self->initial);
	ASSERT_EQ(0, inest_pasid_quota(self->vm.container, &quota));
	EXPECT_EQ(1000U, quota.quota);
	EXPECT_EQ(1000U, quota.available);
}

TEST_F(quota, used_up_and_given_back)
{
	int i, last = -1, ret;

	ASSERT_EQ(0, mock_set_quota(SMALL_QUOTA));
	for (i = 0; i < SMALL_QUOTA; i++) {
		EXPECT_EQ(SMALL_QUOTA - i, quota_left(self->vm.container));
		last = alloc_any(&self->vm);
		ASSERT_LT(0, last);
	}
	EXPECT_EQ(0, quota_left(self->vm.container));
	EXPECT_EQ(-EDQUOT, alloc_any(&self->vm));
	EXPECT_EQ(0, quota_left(self->vm.container));
	ASSERT_EQ(0, inest_pasid_free(self->vm.container, last, last));
	EXPECT_EQ(1, quota_left(self->vm.container));
	ret = alloc_any(&self->vm);
	EXPECT_LT(0, ret);
	EXPECT_EQ(-EDQUOT, alloc_any(&self->vm));
	ASSERT_EQ(0, inest_pasid_free(self->vm.container, 1, PASID_MAX));
	EXPECT_EQ(SMALL_QUOTA, quota_left(self->vm.container));
}

/* One quota for all containers of a process */
TEST_F(quota, over_two_containers)
{
	int i;

	ASSERT_EQ(0, mock_set_quota(SMALL_QUOTA));
	for (i = 0; i < SMALL_QUOTA; i++)
		ASSERT_LT(0, alloc_any(i % 2 ? &self->twin : &self->vm));
	EXPECT_EQ(-EDQUOT, alloc_any(&self->vm));
	EXPECT_EQ(-EDQUOT, alloc_any(&self->twin));
	EXPECT_EQ(0, quota_left(self->vm.container));
	EXPECT_EQ(0, quota_left(self->twin.container));
	mock_vm_close(&self->twin);
	EXPECT_EQ(0, quota_left(self->vm.container));
	EXPECT_EQ(0, inest_pasid_free(self->vm.container, 1, PASID_MAX));
	EXPECT_EQ(SMALL_QUOTA, quota_left(self->vm.container));
}

TEST_F(quota, changed_at_run_time)
{
	struct vfio_pasid_quota quota;
	int pasid = -1, i;

	for (i = 0; i < 5; i++) {
		pasid = alloc_any(&self->vm);
		ASSERT_LT(0, pasid);
	}
	ASSERT_EQ(0, mock_set_quota(3));
	ASSERT_EQ(0, inest_pasid_quota(self->vm.container, &quota));
	EXPECT_EQ(3U, quota.quota);
	EXPECT_EQ(0U, quota.available);
	EXPECT_EQ(-EDQUOT, alloc_any(&self->vm));
	EXPECT_EQ(0, bind_pasid(&self->vm, ALL, pasid, MOCK_PGTBL));
	ASSERT_EQ(0, inest_pasid_free(self->vm.container, pasid, pasid));
	EXPECT_EQ(-EDQUOT, alloc_any(&self->vm));
	ASSERT_EQ(0, mock_set_quota(5));
	EXPECT_EQ(1, quota_left(self->vm.container));
	EXPECT_LT(0, alloc_any(&self->vm));
	EXPECT_EQ(-EDQUOT, alloc_any(&self->vm));
	ASSERT_EQ(0, mock_set_quota(0));
	EXPECT_EQ(0, quota_left(self->vm.container));
	EXPECT_EQ(0, inest_pasid_free(self->vm.container, 1, PASID_MAX));
	EXPECT_EQ(-EDQUOT, alloc_any(&self->vm));
}

/* Each process has a quota of its own */
static void fill_quota(struct peer *test, void *data)
{
	struct mock_vm own;
	int n = 0, ret = mock_vm_open(&own, VTD, 2, 1);

	while (!ret && alloc_any(&own) > 0)
		n++;
	peer_say(test, ret ?: n);
	peer_hear(test);
}

TEST_F(quota, of_another_process)
{
	struct peer peer;

	ASSERT_EQ(0, mock_set_quota(SMALL_QUOTA));
	ASSERT_LT(0, alloc_any(&self->vm));
	ASSERT_EQ(0, peer_start(&peer, fill_quota, NULL));
	EXPECT_EQ(SMALL_QUOTA, peer_hear(&peer));
	EXPECT_EQ(SMALL_QUOTA - 1, quota_left(self->vm.container));
	EXPECT_LT(0, alloc_any(&self->vm));
	EXPECT_EQ(0, peer_wait(&peer));
}

TEST_F(quota, range_is_kept_and_can_be_full)
{
	int i, fd = self->vm.container;
	bool seen[4] = { false };
	int pasid;

	for (i = 0; i < 4; i++) {
		pasid = inest_pasid_alloc(fd, 100, 103);
		ASSERT_LE(100, pasid);
		ASSERT_GE(103, pasid);
		EXPECT_FALSE(seen[pasid - 100]);
		seen[pasid - 100] = true;
	}
	EXPECT_EQ(-ENOSPC, inest_pasid_alloc(fd, 100, 103));
	EXPECT_EQ(-ENOSPC, inest_pasid_alloc(self->twin.container, 101, 102));
	EXPECT_EQ(self->initial - 4, quota_left(fd));
	EXPECT_EQ(PASID_MAX, inest_pasid_alloc(fd, PASID_MAX, PASID_MAX));
	EXPECT_EQ(1, inest_pasid_alloc(fd, 1, 1));
	ASSERT_EQ(0, inest_pasid_free(fd, 102, 102));
	EXPECT_EQ(102, inest_pasid_alloc(fd, 100, 103));
}

TEST_F(quota, free_of_a_range)
{
	int i, fd = self->vm.container;

	for (i = 0; i < 10; i++)
		ASSERT_EQ(100 + i, inest_pasid_alloc(fd, 100 + i, 100 + i));
	for (i = 0; i < 10; i++)
		ASSERT_EQ(0, bind_pasid(&self->vm, ALL, 100 + i, MOCK_PGTBL));
	ASSERT_EQ(0, inest_pasid_free(fd, 103, 106));
	EXPECT_EQ(self->initial - 6, quota_left(fd));
	for (i = 0; i < 10; i++)
		EXPECT_EQ(i < 3 || i > 6, COUNT_STAGE1(&self->vm, "pasid %d",
						       100 + i));
	EXPECT_EQ(0, inest_pasid_free(fd, 103, 106));
	EXPECT_EQ(-EPERM, inest_pasid_free(fd, 103, 103));
	EXPECT_EQ(self->initial - 6, quota_left(fd));
	ASSERT_EQ(0, inest_pasid_free(fd, 1, PASID_MAX));
	EXPECT_EQ(self->initial, quota_left(fd));
	EXPECT_EQ(0, mock_lines(self->vm.bdf[0], "stage1"));
}

/* What one thread allocated, and how its last call ended */
struct racer {
	struct mock_vm *vm;
	int n;
	int last;
	__u32 pasid[RACE_QUOTA + 1];
};

static void *race_to_allocate(void *data)
{
	struct racer *racer = data;

	while (racer->n <= RACE_QUOTA) {
		racer->last = alloc_any(racer->vm);
		if (racer->last < 0)
			break;
		racer->pasid[racer->n++] = racer->last;
	}
	return NULL;
}

TEST_F(quota, raced_for_is_exact)
{
	static struct racer racer[RACERS];
	static unsigned char seen[PASID_MAX + 1];
	pthread_t thread[RACERS];
	int i, j, n = 0;

	ASSERT_EQ(0, mock_set_quota(RACE_QUOTA));
	for (i = 0; i < RACERS; i++) {
		racer[i].vm = i % 2 ? &self->twin : &self->vm;
		ASSERT_EQ(0, pthread_create(&thread[i], NULL, race_to_allocate,
					    &racer[i]));
	}
	for (i = 0; i < RACERS; i++) {
		ASSERT_EQ(0, pthread_join(thread[i], NULL));
		EXPECT_EQ(-EDQUOT, racer[i].last);
		for (j = 0; j < racer[i].n; j++)
			EXPECT_EQ(0, seen[racer[i].pasid[j]]++);
		n += racer[i].n;
	}
	EXPECT_EQ(RACE_QUOTA, n);
	EXPECT_EQ(0, quota_left(self->vm.container));
}
