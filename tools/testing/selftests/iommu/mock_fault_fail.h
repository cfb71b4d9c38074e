/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests: hardware that fails is told truly: by EIO, by a record that says what failed,
 * and by a device that is blocked. Other devices go on unharmed.
 */

static int broken_response(struct world *w)
{
	return respond(&w->vm, 1, w->p, 1, IOMMU_PAGE_RESP_SUCCESS);
}

static int broken_inv_group(struct world *w)
{
	return inv_pasid(&w->vm, w->vm.group[1], IOTLB | DEV_IOTLB, w->p);
}

static int broken_bind(struct world *w)
{
	return bind_rid(&w->vm, w->vm.group[1], MOCK_PGTBL);
}

static int broken_unbind(struct world *w)
{
	return unbind_pasid(&w->vm, w->vm.group[1], w->q);
}

FIXTURE(broken) {
	struct world w;
	struct counts before[MOCK_SINGLES];
};

/**
 * @call: on the second device, of three in a container
 * @how: how the first command of it goes wrong
 * @ret: what it returns
 * @reason: why devices are blocked then
 * @all: every device is
 */
FIXTURE_VARIANT(broken) {
	int (*call)(struct world *w);
	const char *how;
	int ret;
	__u32 reason;
	bool all;
};

#define BROKEN(command, does, returns, why, whole) {			\
	.call = (does), .how = #command "_command", .ret = (returns),	\
	.reason = IOMMU_FAULT_BLOCKED_##why, .all = (whole),		\
}

/* The hardware says that it failed, or nothing at all */
#define BROKEN_VARIANTS(what, ...)					\
	FIXTURE_VARIANT_ADD(broken, what##_fails)			\
		BROKEN(fail, __VA_ARGS__);				\
	FIXTURE_VARIANT_ADD(broken, what##_times_out)			\
		BROKEN(timeout, __VA_ARGS__)

BROKEN_VARIANTS(response, broken_response, -EIO, RESPONSE, false);
BROKEN_VARIANTS(invalidation, hw_invalidate, -EIO, INVALIDATION, true);
BROKEN_VARIANTS(invalidation_of_group, broken_inv_group, -EIO, INVALIDATION, true);
BROKEN_VARIANTS(bind, broken_bind, -EIO, BIND, false);
BROKEN_VARIANTS(unbind, broken_unbind, 0, BIND, false);

FIXTURE_SETUP(broken)
{
	int i;

	expect_fresh(_metadata);
	ASSERT_EQ(0, faults_world_open(&self->w, self->before, MOCK_SINGLES));
	for (i = 0; i < MOCK_SINGLES; i++) {
		ASSERT_EQ(0, ask(&self->w, i, self->w.p, 1));
		world_drain(&self->w, i);
	}
}

FIXTURE_TEARDOWN(broken)
{
	faults_world_close(_metadata, &self->w, self->before);
}

TEST_F(broken, blocks_and_says_so)
{
	struct world *w = &self->w;
	bool blocked;
	int i;

	ASSERT_EQ(0, mock_write(MOCK_TOP, variant->how, "1"));
	EXPECT_EQ(variant->ret, variant->call(w));
	EXPECT_EQ(0, mock_number(MOCK_TOP, variant->how));
	for (i = 0; i < 3; i++) {
		blocked = variant->all || i == 1;
		EXPECT_EQ(blocked, mock_number(w->vm.bdf[i], "blocked"));
		if (blocked)
			EXPECT_TRUE(next_is_blocked(w, i, variant->reason));
		EXPECT_TRUE(nothing_to_read(w, i));
	}
}

/* A second failure is no news; the end of the block makes the third one news again */
TEST_F(broken, says_so_once)
{
	struct world *w = &self->w;

	ASSERT_EQ(0, mock_write(MOCK_TOP, variant->how, "1"));
	EXPECT_EQ(variant->ret, variant->call(w));
	EXPECT_TRUE(next_is_blocked(w, 1, variant->reason));
	ASSERT_EQ(0, mock_write(MOCK_TOP, "fail_command", "1"));
	EXPECT_EQ(-EIO, hw_invalidate(w));
	EXPECT_TRUE(nothing_to_read(w, 1));
	unbind_pasid(&w->vm, ALL, w->q);
	ASSERT_EQ(0, bind_pasid(&w->vm, ALL, w->q, MOCK_PGTBL));
	EXPECT_EQ(0, count_blocked(w));
	world_drain(w, 1);
	ASSERT_EQ(0, mock_write(MOCK_TOP, "fail_command", "1"));
	EXPECT_EQ(-EIO, hw_invalidate(w));
	EXPECT_TRUE(next_is_blocked(w, 1, IOMMU_FAULT_BLOCKED_INVALIDATION));
}

static void expect_unharmed(struct __test_metadata *_metadata, struct world *w)
{
	EXPECT_EQ(0, respond(&w->vm, 0, w->p, 1, IOMMU_PAGE_RESP_SUCCESS));
	EXPECT_TRUE(got_answer(w, 0, w->p, 1, IOMMU_PAGE_RESP_SUCCESS));
	EXPECT_EQ(0, ask(w, 2, w->p, 2));
	EXPECT_TRUE(next_is_request(w, 2, w->p, 2));
	EXPECT_EQ(0, respond(&w->vm, 2, w->p, 2, IOMMU_PAGE_RESP_SUCCESS));
	EXPECT_EQ(0, inv_pasid(&w->vm, w->vm.group[0], IOTLB, w->p));
	EXPECT_EQ(1, count_blocked(w));
}

/* Who is not blocked asks, is answered, and is invalidated like before */
TEST_F(broken, others_go_on)
{
	struct world *w = &self->w, other;
	struct counts before[2];

	if (!mock_shared())
		SKIP(return, "no devices for another container");
	ASSERT_EQ(0, faults_world_open_at(&other, before, MOCK_SINGLES, 2));
	ASSERT_EQ(0, mock_write(MOCK_TOP, variant->how, "1"));
	EXPECT_EQ(variant->ret, variant->call(w));
	if (!variant->all)
		expect_unharmed(_metadata, w);
	EXPECT_EQ(variant->all ? 3 : 1, count_blocked(w));
	EXPECT_EQ(0, count_blocked(&other));
	EXPECT_TRUE(nothing_to_read(&other, 0));
	EXPECT_EQ(0, ask(&other, 0, other.p, 2));
	EXPECT_TRUE(next_is_request(&other, 0, other.p, 2));
	EXPECT_EQ(0, respond(&other.vm, 0, other.p, 2,
			     IOMMU_PAGE_RESP_SUCCESS));
	EXPECT_EQ(0, hw_invalidate(&other));
	mock_vm_close(&other.vm);
}

/* A response that failed is gone: it is not there to be answered again */
TEST_F(faults, response_fails)
{
	struct world *w = &self->w;

	ASSERT_EQ(0, ask(w, 0, w->p, 1));
	ASSERT_EQ(0, ask(w, 0, w->p, 2));
	world_drain(w, 0);
	ASSERT_EQ(0, mock_write(MOCK_TOP, "fail_command", "1"));
	EXPECT_EQ(-EIO, respond_p(w, 1));
	EXPECT_EQ(-ENOENT, respond_p(w, 1));
	EXPECT_TRUE(next_is_blocked(w, 0, IOMMU_FAULT_BLOCKED_RESPONSE));

	/* The other one can be answered while the device is blocked */
	EXPECT_EQ(0, respond_p(w, 2));
	EXPECT_TRUE(got_answer(w, 0, w->p, 2, IOMMU_PAGE_RESP_SUCCESS));
	EXPECT_EQ(0, unbind_pasid(&w->vm, ALL, w->p));
	EXPECT_EQ(0, waiting(w, 0));
	EXPECT_EQ(0, count_blocked(w));
}

/* The flush of memory that leaves stage 2 */
TEST_F(faults3, unmap_fails)
{
	struct world *w = &self->w;
	int i;

	ASSERT_EQ(0, mock_write(MOCK_TOP, "fail_command", "1"));
	inest_dma_unmap(w->vm.container, MOCK_GPA, MOCK_MEM_SIZE);
	for (i = 0; i < 3; i++)
		EXPECT_TRUE(next_is_blocked(w, i,
					    IOMMU_FAULT_BLOCKED_INVALIDATION));
}

/* Commands of an unbind that answers requests: each of them fails once */
TEST_F_TIMEOUT(faults, unbind_fails_at_each_command, 120)
{
	struct world *w = &self->w;
	long left = 0;
	int n;

	for (n = 1; n < NTH_MAX && !left; n++) {
		ASSERT_EQ(0, ask_many(w, 3));
		ASSERT_EQ(0, mock_write(MOCK_TOP, "fail_command", "%d", n));
		EXPECT_EQ(0, unbind_pasid(&w->vm, ALL, w->p));
		left = mock_number(MOCK_TOP, "fail_command");
		mock_disarm();
		EXPECT_EQ(0, waiting(w, 0));
		EXPECT_EQ(-ENOENT, respond_p(w, 0));
		ASSERT_EQ(0, bind_pasid(&w->vm, ALL, w->p, MOCK_PGTBL));
		EXPECT_EQ(0, count_blocked(w));
		world_drain(w, 0);
	}
	EXPECT_LT(4, n);
}
