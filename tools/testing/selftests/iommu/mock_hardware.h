/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests: hardware that fails, at every command, and allocations that fail. Calls
 * are for three groups in one container: all of them, or none.
 */

/* No operation on three devices has more commands or allocations */
#define NTH_MAX		100

static int hw_bind_pgtbl(struct world *w)
{
	return bind_pasid(&w->vm, ALL, w->q, MOCK_PGTBL_2);
}

static int hw_unbind_pgtbl(struct world *w)
{
	return unbind_pasid(&w->vm, ALL, w->p);
}

static int hw_bind_rid(struct world *w)
{
	return bind_rid(&w->vm, ALL, MOCK_PGTBL_2);
}

static int hw_free(struct world *w)
{
	return inest_pasid_free(w->vm.container, w->p, w->p);
}

static int hw_bind_table(struct world *w)
{
	return bind_table(&w->vm, ALL, MOCK_TABLE_2);
}

static int hw_unbind_table(struct world *w)
{
	return inest_unbind_pasid_table(w->vm.container, ALL);
}

static int hw_invalidate(struct world *w)
{
	struct iommu_cache_invalidate_info inv = inest_inv_all(ALL_CACHES);

	return inest_cache_invalidate(w->vm.container, ALL, &inv);
}

static int hw_invalidate_group(struct world *w)
{
	return inv_pasid(&w->vm, w->vm.group[1], IOTLB | DEV_IOTLB, w->p);
}

static int hw_respond(struct world *w)
{
	return respond(&w->vm, 1, w->p, GRPID, IOMMU_PAGE_RESP_SUCCESS);
}

FIXTURE(hardware) {
	struct world w;
};

/**
 * @call: the operation
 * @format: where it is offered
 * @fails: what it returns when the hardware fails: unbinding cannot
 * @blocks: how many devices are blocked then
 * @allocates: it allocates memory
 */
FIXTURE_VARIANT(hardware) {
	int (*call)(struct world *w);
	__u32 format;
	int fails;
	int blocks;
	bool allocates;
};

FIXTURE_VARIANT_ADD(hardware, bind_pgtbl) {
	.call = hw_bind_pgtbl, .format = VTD, .fails = -EIO, .blocks = 1,
	.allocates = true,
};

FIXTURE_VARIANT_ADD(hardware, unbind_pgtbl) {
	.call = hw_unbind_pgtbl, .format = VTD, .fails = 0, .blocks = 1,
};

FIXTURE_VARIANT_ADD(hardware, bind_rid) {
	.call = hw_bind_rid, .format = VTD, .fails = -EIO, .blocks = 1,
	.allocates = true,
};

FIXTURE_VARIANT_ADD(hardware, free) {
	.call = hw_free, .format = VTD, .fails = 0, .blocks = 1,
};

FIXTURE_VARIANT_ADD(hardware, bind_pasid_table) {
	.call = hw_bind_table, .format = SMMU, .fails = -EIO, .blocks = 1,
	.allocates = true,
};

FIXTURE_VARIANT_ADD(hardware, unbind_pasid_table) {
	.call = hw_unbind_table, .format = SMMU, .fails = 0, .blocks = 1,
};

FIXTURE_VARIANT_ADD(hardware, cache_invld) {
	.call = hw_invalidate, .format = VTD, .fails = -EIO, .blocks = 3,
};

FIXTURE_VARIANT_ADD(hardware, cache_invld_smmu) {
	.call = hw_invalidate, .format = SMMU, .fails = -EIO, .blocks = 3,
};

FIXTURE_VARIANT_ADD(hardware, cache_invld_group) {
	.call = hw_invalidate_group, .format = VTD, .fails = -EIO, .blocks = 3,
};

FIXTURE_VARIANT_ADD(hardware, page_resp) {
	.call = hw_respond, .format = VTD, .fails = -EIO, .blocks = 1,
};

/* Caches are emptied by what is undone as well, so that they start empty */
static void clear_caches(struct world *w)
{
	int i;

	for (i = 0; i < w->vm.devices; i++) {
		mock_write(w->vm.bdf[i], "tlb", "clear");
		mock_write(w->vm.bdf[i], "dev_tlb", "clear");
		mock_write(w->vm.bdf[i], "pasid_cache", "clear");
	}
	world_note(w);
}

FIXTURE_SETUP(hardware)
{
	expect_fresh(_metadata);
	ASSERT_EQ(0, world_open(&self->w, variant->format, 0, MOCK_SINGLES));
	clear_caches(&self->w);
}

FIXTURE_TEARDOWN(hardware)
{
	world_teardown(_metadata, &self->w);
}

static int count_blocked(struct world *w)
{
	int i, n = 0;

	for (i = 0; i < w->vm.devices; i++)
		n += mock_number(w->vm.bdf[i], "blocked");
	return n;
}

static int count_bound(struct world *w, __u32 format)
{
	return format == VTD ?
		COUNT_STAGE1(&w->vm, PGTBL_LINE, w->p, MOCK_PGTBL) :
		COUNT_STAGE1(&w->vm, TABLE_LINE, MOCK_TABLE);
}

/* The stage 1 that a bind which failed would have given */
static int count_new(struct world *w, __u32 format)
{
	return format == VTD ? COUNT_STAGE1(&w->vm, "pasid %d", w->q) +
			       COUNT_STAGE1(&w->vm, "rid") :
			       COUNT_STAGE1(&w->vm, TABLE_LINE, MOCK_TABLE_2);
}

/* Everything as world_open() left it, which also ends all blocks */
static int restore(struct world *w, __u32 format)
{
	struct iommu_gpasid_bind_data rid = inest_unbind_rid_data();
	int i, ret;

	mock_disarm();
	if (format == SMMU)
		return bind_table(&w->vm, ALL, MOCK_TABLE);
	ret = inest_unbind_pgtbl(w->vm.container, ALL, &rid);
	ret = ret ?: unbind_pasid(&w->vm, ALL, w->q);
	if (unbind_pasid(&w->vm, ALL, w->p) == -EPERM)
		ret = inest_pasid_alloc(w->vm.container, w->p, w->p) - w->p;
	ret = ret ?: bind_pasid(&w->vm, ALL, w->p, MOCK_PGTBL);
	for (i = 0; i < w->vm.devices && !ret; i++)
		ret = mock_write(w->vm.bdf[i], "page_request", "%d %d", w->p,
				 GRPID);
	return ret;
}

static void expect_failure(struct __test_metadata *_metadata, struct world *w,
			   __u32 format, int fails, int blocks)
{
	EXPECT_EQ(blocks, count_blocked(w));
	EXPECT_EQ(0, fails ? count_new(w, format) : 0);
	/* A blocked device has no PASID table; page tables stay */
	EXPECT_EQ(fails ? 3 - (format == SMMU ? blocks : 0) : 0,
		  count_bound(w, format));
}

/* Runs @call with the n-th command going wrong, until it needs fewer than n */
static void expect_nth_command(struct __test_metadata *_metadata,
			       struct world *w,
			       const FIXTURE_VARIANT(hardware) *variant,
			       const char *how)
{
	int n, ret;

	for (n = 1; n < NTH_MAX; n++) {
		ASSERT_EQ(0, mock_write(MOCK_TOP, how, "%d", n));
		ret = variant->call(w);
		if (mock_number(MOCK_TOP, how))
			break;
		EXPECT_EQ(variant->fails, ret)
			TH_LOG("%s %d", how, n);
		expect_failure(_metadata, w, variant->format, variant->fails,
			       variant->blocks);
		ASSERT_EQ(0, restore(w, variant->format));
		EXPECT_EQ(0, count_blocked(w));
		EXPECT_EQ(3, count_bound(w, variant->format));
	}
	mock_disarm();
	EXPECT_EQ(0, ret);
	EXPECT_EQ(0, count_blocked(w));
	EXPECT_LT(1, n);
	EXPECT_GT(NTH_MAX, n);
}

TEST_F_TIMEOUT(hardware, nth_command_fails, 120)
{
	expect_nth_command(_metadata, &self->w, variant, "fail_command");
}

TEST_F_TIMEOUT(hardware, nth_command_times_out, 120)
{
	expect_nth_command(_metadata, &self->w, variant, "timeout_command");
}

TEST_F(hardware, nth_allocation_fails)
{
	struct world *w = &self->w;
	int n, ret;

	/* A table that replaces one takes over the memory of that */
	if (variant->call == hw_bind_table)
		ASSERT_EQ(0, hw_unbind_table(w));
	world_note(w);
	for (n = 1; n < NTH_MAX; n++) {
		ASSERT_EQ(0, mock_write(MOCK_TOP, "fail_alloc", "%d", n));
		ret = variant->call(w);
		if (mock_number(MOCK_TOP, "fail_alloc"))
			break;
		EXPECT_EQ(-ENOMEM, ret)
			TH_LOG("allocation %d", n);
		EXPECT_TRUE(world_unchanged(w));
	}
	mock_disarm();
	EXPECT_EQ(0, ret);
	EXPECT_EQ(variant->allocates ? 4 : 1, n);
}

/* A device that is blocked is there again after the next bind that succeeds */
TEST_F(hardware, next_bind_unblocks)
{
	struct world *w = &self->w;
	__u32 format = variant->format;

	ASSERT_EQ(0, mock_write(MOCK_TOP, "fail_command", "1"));
	EXPECT_EQ(variant->fails, variant->call(w));
	EXPECT_EQ(variant->blocks, count_blocked(w));
	if (format == VTD)
		unbind_pasid(&w->vm, ALL, w->q);
	EXPECT_EQ(0, bind_any(w, format, ALL));
	EXPECT_EQ(0, count_blocked(w));
	EXPECT_EQ(3, format == VTD ? COUNT_STAGE1(&w->vm, "pasid %d", w->q) :
				     COUNT_STAGE1(&w->vm, TABLE_LINE,
						  MOCK_TABLE_2));
}

/* A second failure, while the first one is undone */
TEST_F(hardware, undoing_fails_as_well)
{
	long before, commands;
	struct world *w = &self->w;
	__u32 format = variant->format;
	int i;

	if (!variant->allocates)
		SKIP(return, "cannot happen: the operation has nothing to undo");
	/* What waits would be answered by commands of its own */
	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, respond(&w->vm, i, w->p, GRPID,
				     IOMMU_PAGE_RESP_SUCCESS));
	before = mock_number(MOCK_TOP, "commands");
	ASSERT_EQ(0, variant->call(w));
	commands = (mock_number(MOCK_TOP, "commands") - before) / 3;
	ASSERT_EQ(0, restore(w, format));
	ASSERT_EQ(0, mock_write(MOCK_TOP, "fail_command", "%ld",
				2 * commands + 1));
	ASSERT_EQ(0, mock_write(MOCK_TOP, "timeout_command", "%ld",
				2 * commands + 2));
	EXPECT_EQ(-EIO, variant->call(w));
	EXPECT_EQ(0, mock_number(w->vm.bdf[0], "blocked"));
	EXPECT_EQ(1, mock_number(w->vm.bdf[1], "blocked"));
	EXPECT_EQ(1, mock_number(w->vm.bdf[2], "blocked"));
	EXPECT_EQ(0, count_new(w, format));
	EXPECT_EQ(0, restore(w, format));
	EXPECT_EQ(0, count_blocked(w));
}

/* One group of three: the others never notice */
TEST_F(vtd3, failure_in_one_group)
{
	struct world *w = &self->w;

	ASSERT_EQ(0, mock_write(MOCK_TOP, "fail_command", "1"));
	EXPECT_EQ(-EIO, bind_pasid(&w->vm, w->vm.group[1], w->q, MOCK_PGTBL));
	EXPECT_EQ(1, mock_number(w->vm.bdf[1], "blocked"));
	EXPECT_EQ(1, count_blocked(w));
	EXPECT_EQ(1, mock_lines(w->vm.bdf[0], "tlb"));
	EXPECT_EQ(1, mock_lines(w->vm.bdf[2], "tlb"));
	EXPECT_EQ(0, bind_pasid(&w->vm, w->vm.group[0], w->q, MOCK_PGTBL));
	EXPECT_EQ(1, count_blocked(w));
}

/* A bind that finds the PASID bound in the last group takes back the others */
TEST_F(vtd3, busy_in_last_group)
{
	struct world *w = &self->w;

	ASSERT_EQ(0, bind_pasid(&w->vm, w->vm.group[2], w->q, MOCK_PGTBL));
	world_note(w);
	EXPECT_EQ(-EBUSY, bind_pasid(&w->vm, ALL, w->q, MOCK_PGTBL_2));
	EXPECT_TRUE(world_unchanged(w));
}

/* What VFIO gives back before the flush is done is out of the device's reach */
TEST_F(vtd3, flush_after_unmap_fails)
{
	struct world *w = &self->w;
	int i;

	ASSERT_EQ(0, mock_write(MOCK_TOP, "fail_command", "1"));
	inest_dma_unmap(w->vm.container, MOCK_GPA, MOCK_MEM_SIZE);
	EXPECT_LE(1, count_blocked(w));
	for (i = 0; i < 3; i++)
		EXPECT_TRUE(!mock_lines(w->vm.bdf[i], "tlb") ||
			    mock_number(w->vm.bdf[i], "blocked") == 1);
}

/*
 * A device leaves while hardware fails: what it had goes all the same, it keeps
 * cached translations only where it is blocked, and that ends with the next
 * change that succeeds.
 */
TEST_F(vtd, detach_fails)
{
	struct world *w = &self->w;
	struct mock_vm *vm = &w->vm;
	int n, left = 0;

	for (n = 1; n < NTH_MAX && !left; n++) {
		ASSERT_EQ(0, mock_write(MOCK_TOP, "fail_command", "%d", n));
		mock_vm_close(vm);
		left = mock_number(MOCK_TOP, "fail_command");
		EXPECT_EQ(0, mock_lines(vm->bdf[0], "stage1"));
		EXPECT_EQ(0, mock_lines(vm->bdf[0], "page_request"));
		EXPECT_TRUE(!mock_lines(vm->bdf[0], "tlb") ||
			    mock_number(vm->bdf[0], "blocked") == 1);
		mock_disarm();
		ASSERT_EQ(0, world_open(w, VTD, 0, 1));
		EXPECT_EQ(0, mock_number(vm->bdf[0], "blocked"));
	}
	EXPECT_LT(2, n);
	mock_vm_close(vm);
	EXPECT_TRUE(all_idle());
}

/* A container that cannot be made leaves nothing behind */
TEST(nth_allocation_of_a_container_fails)
{
	struct mock_vm vm;
	int n, ret;

	expect_fresh(_metadata);
	for (n = 1; n < NTH_MAX; n++) {
		ASSERT_EQ(0, mock_write(MOCK_TOP, "fail_alloc", "%d", n));
		ret = mock_vm_open(&vm, VTD, 0, MOCK_SINGLES);
		if (mock_number(MOCK_TOP, "fail_alloc"))
			break;
		EXPECT_NE(0, ret)
			TH_LOG("allocation %d", n);
		EXPECT_TRUE(all_idle());
	}
	mock_disarm();
	EXPECT_EQ(0, ret);
	EXPECT_LT(1, n);
	mock_vm_close(&vm);
	EXPECT_EQ(0, splat_count());
}
