/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: PASIDs belong to the process that opened the container */

/* What the other process is asked */
enum { ASK_UNCHANGED, ASK_CLOSE };

/**
 * struct other - A second process with a world of its own, on the next device
 * @peer: the process
 * @p: its PASID that is bound
 * @q: its PASID that is not
 */
struct other {
	struct peer peer;
	int p;
	int q;
};

static void run_other(struct peer *test, void *data)
{
	struct world w;
	int ret = world_open(&w, VTD, 1, 1);

	peer_say(test, ret ?: w.p);
	peer_say(test, ret ?: w.q);
	while (!ret && peer_hear(test) == ASK_UNCHANGED)
		peer_say(test, world_unchanged(&w));
	mock_vm_close(&w.vm);
}

static int other_start(struct other *other)
{
	int ret = peer_start(&other->peer, run_other, NULL);

	if (ret)
		return ret;
	other->p = peer_hear(&other->peer);
	other->q = peer_hear(&other->peer);
	return other->p < 0 ? other->p : other->q < 0 ? other->q : 0;
}

/* Nobody has the PASID: it can be allocated */
static bool pasid_is_free(struct mock_vm *vm, int pasid)
{
	if (inest_pasid_alloc(vm->container, pasid, pasid) != pasid)
		return false;
	return !inest_pasid_free(vm->container, pasid, pasid);
}

FIXTURE(thief) {
	struct world w;
	struct other other;
};

/* The same answer for a PASID that somebody has and for one that nobody has */
FIXTURE_VARIANT(thief) {
	bool taken;
};

FIXTURE_VARIANT_ADD(thief, of_taken_pasid) { .taken = true };
FIXTURE_VARIANT_ADD(thief, of_free_pasid) { .taken = false };

FIXTURE_SETUP(thief)
{
	expect_fresh(_metadata);
	ASSERT_EQ(0, world_open(&self->w, VTD, 0, 1));
	ASSERT_EQ(0, other_start(&self->other));
	if (!variant->taken) {
		self->other.p = PASID_MAX;
		self->other.q = PASID_MAX - 1;
	}
}

FIXTURE_TEARDOWN(thief)
{
	EXPECT_TRUE(world_unchanged(&self->w));
	EXPECT_EQ(1, peer_ask(&self->other.peer, ASK_UNCHANGED));
	peer_say(&self->other.peer, ASK_CLOSE);
	EXPECT_EQ(0, peer_wait(&self->other.peer));
	world_teardown(_metadata, &self->w);
}

TEST_F(thief, binds)
{
	struct mock_vm *vm = &self->w.vm;

	EXPECT_EQ(-EPERM, bind_pasid(vm, ALL, self->other.q, MOCK_PGTBL));
	EXPECT_EQ(-EPERM, bind_pasid(vm, ALL, self->other.p, MOCK_PGTBL));
	EXPECT_EQ(-EPERM, bind_pasid(vm, vm->group[0], self->other.q,
				     MOCK_PGTBL));
	/* Nor does the thief learn whether the table is mapped */
	EXPECT_EQ(-EPERM, bind_pasid(vm, ALL, self->other.q, MOCK_NO_GPA));
}

TEST_F(thief, unbinds)
{
	struct mock_vm *vm = &self->w.vm;

	EXPECT_EQ(-EPERM, unbind_pasid(vm, ALL, self->other.p));
	EXPECT_EQ(-EPERM, unbind_pasid(vm, ALL, self->other.q));
	EXPECT_EQ(-EPERM, unbind_pasid(vm, vm->group[0], self->other.p));
}

TEST_F(thief, invalidates)
{
	struct iommu_cache_invalidate_info range =
		inest_inv_range(IOTLB | DEV_IOTLB, 0x1000, 4096, 1);
	struct mock_vm *vm = &self->w.vm;

	inest_inv_set_pasid(&range, self->other.p);
	EXPECT_EQ(-EPERM, inv_pasid(vm, ALL, IOTLB, self->other.p));
	EXPECT_EQ(-EPERM, inv_pasid(vm, ALL, ALL_CACHES, self->other.q));
	EXPECT_EQ(-EPERM, inv_pasid(vm, vm->group[0], IOTLB, self->other.p));
	EXPECT_EQ(-EPERM, inest_cache_invalidate(vm->container, ALL, &range));
	EXPECT_EQ(-EPERM, inest_cache_invalidate(vm->container, vm->group[0],
						 &range));
}

TEST_F(thief, responds)
{
	EXPECT_EQ(-ENOENT, respond(&self->w.vm, 0, self->other.p, GRPID,
				   IOMMU_PAGE_RESP_SUCCESS));
	EXPECT_EQ(-ENOENT, respond(&self->w.vm, 0, self->other.q, GRPID,
				   IOMMU_PAGE_RESP_SUCCESS));
}

TEST_F(thief, frees)
{
	int fd = self->w.vm.container;

	EXPECT_EQ(-EPERM, inest_pasid_free(fd, self->other.p, self->other.p));
	EXPECT_EQ(-EPERM, inest_pasid_free(fd, self->other.q, self->other.q));
}

/* A range is no error, and takes only what is the caller's */
TEST_F(thief, frees_range)
{
	struct world *w = &self->w;

	ASSERT_EQ(0, inest_pasid_free(w->vm.container, w->p + 1, PASID_MAX));
	EXPECT_EQ(w->available + 1, quota_left(w->vm.container));
	EXPECT_EQ(1, peer_ask(&self->other.peer, ASK_UNCHANGED));
	EXPECT_EQ(w->q, inest_pasid_alloc(w->vm.container, w->q, w->q));
}

TEST_F(thief, allocates)
{
	struct world *w = &self->w;
	int expected = variant->taken ? -ENOSPC : self->other.p;
	int ret;

	ret = inest_pasid_alloc(w->vm.container, self->other.p, self->other.p);
	EXPECT_EQ(expected, ret);
	if (ret > 0)
		EXPECT_EQ(0, inest_pasid_free(w->vm.container, ret, ret));
}

/* The owner goes, one way or the other: nothing of it stays */
TEST_F(vtd, pasids_of_a_process_that_closed)
{
	struct other other;

	ASSERT_EQ(0, other_start(&other));
	EXPECT_FALSE(pasid_is_free(&self->w.vm, other.p));
	peer_say(&other.peer, ASK_CLOSE);
	EXPECT_EQ(0, peer_wait(&other.peer));
	EXPECT_TRUE(EVENTUALLY(pasid_is_free(&self->w.vm, other.p)));
	EXPECT_TRUE(EVENTUALLY(pasid_is_free(&self->w.vm, other.q)));
}

TEST_F(vtd, pasids_of_a_process_that_was_killed)
{
	struct other other;

	ASSERT_EQ(0, other_start(&other));
	EXPECT_FALSE(pasid_is_free(&self->w.vm, other.q));
	EXPECT_EQ(-SIGKILL, peer_kill(&other.peer));
	EXPECT_TRUE(EVENTUALLY(pasid_is_free(&self->w.vm, other.p)));
	EXPECT_TRUE(EVENTUALLY(pasid_is_free(&self->w.vm, other.q)));
}

/* Two containers of one process, with a device each */
FIXTURE(twin) {
	struct world w;
	struct mock_vm twin;
};

FIXTURE_SETUP(twin)
{
	expect_fresh(_metadata);
	ASSERT_EQ(0, world_open(&self->w, VTD, 0, 1));
	ASSERT_EQ(0, mock_vm_open(&self->twin, VTD, 1, 1));
}

FIXTURE_TEARDOWN(twin)
{
	mock_vm_close(&self->twin);
	world_teardown(_metadata, &self->w);
}

TEST_F(twin, pasid_in_both)
{
	struct mock_vm *vm = &self->w.vm, *twin = &self->twin;
	int p = self->w.p;

	ASSERT_EQ(0, bind_pasid(twin, ALL, p, MOCK_PGTBL_2));
	EXPECT_EQ(1, COUNT_STAGE1(twin, PGTBL_LINE, p, MOCK_PGTBL_2));
	EXPECT_EQ(1, COUNT_STAGE1(vm, PGTBL_LINE, p, MOCK_PGTBL));
	ASSERT_EQ(0, unbind_pasid(vm, ALL, p));
	EXPECT_EQ(1, COUNT_STAGE1(twin, "pasid %d", p));
	EXPECT_EQ(-ENODEV, bind_pasid(vm, twin->group[0], self->w.q,
				      MOCK_PGTBL));
}

/* FREE through one container takes what is bound in the other */
TEST_F(twin, free_unbinds_in_both)
{
	struct mock_vm *vm = &self->w.vm, *twin = &self->twin;
	int p = self->w.p, q = self->w.q;

	ASSERT_EQ(0, bind_pasid(twin, ALL, p, MOCK_PGTBL_2));
	ASSERT_EQ(0, bind_pasid(twin, ALL, q, MOCK_PGTBL_2));
	ASSERT_EQ(0, inest_pasid_free(twin->container, p, p));
	EXPECT_EQ(0, COUNT_STAGE1(vm, "pasid %d", p));
	EXPECT_EQ(0, COUNT_STAGE1(twin, "pasid %d", p));
	EXPECT_EQ(1, COUNT_STAGE1(twin, "pasid %d", q));
	EXPECT_EQ(0, mock_lines(vm->bdf[0], "tlb"));
	EXPECT_EQ(0, mock_lines(vm->bdf[0], "page_request"));
	EXPECT_EQ(-EPERM, bind_pasid(vm, ALL, p, MOCK_PGTBL));
	EXPECT_EQ(-EPERM, inest_pasid_free(vm->container, p, p));
	EXPECT_TRUE(pasid_is_free(twin, p));
}

/* PASIDs live for as long as one container does that took part */
TEST_F(twin, last_close_frees)
{
	struct mock_vm *vm = &self->w.vm, *twin = &self->twin;
	int p = self->w.p, q = self->w.q;

	ASSERT_EQ(0, bind_pasid(twin, ALL, q, MOCK_PGTBL_2));
	mock_vm_close(vm);
	EXPECT_EQ(1, COUNT_STAGE1(twin, "pasid %d", q));
	EXPECT_EQ(self->w.available, quota_left(twin->container));
	ASSERT_EQ(0, bind_pasid(twin, ALL, p, MOCK_PGTBL));
	mock_vm_close(twin);
	EXPECT_TRUE(all_idle());

	ASSERT_EQ(0, mock_vm_open(vm, VTD, 0, 1));
	EXPECT_EQ(self->w.available + 2, quota_left(vm->container));
	EXPECT_TRUE(pasid_is_free(vm, p));
	EXPECT_TRUE(pasid_is_free(vm, q));
}
