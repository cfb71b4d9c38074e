/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: page requests, taken from a fault queue and answered there */

/*
 * As fixture one, with a fault queue at the stage 1: a write to VA_UNMAPPED asks for
 * the page.
 */
FIXTURE(queue) {
	struct world w;
	struct vtd_table s1;
	__u32 hwpt;
	__u32 id;
	int fd;
	int a;
	struct testdev_op op;
};

FIXTURE_VARIANT(queue) {
	__u32 pasid;
};

FIXTURE_VARIANT_ADD(queue, rid) { .pasid = RID };
FIXTURE_VARIANT_ADD(queue, pasid) { .pasid = PASID };

FIXTURE_SETUP(queue)
{
	struct world *w = &self->w;

	if (no_ats)
		SKIP(return, "cannot happen: page requests need ATS");
	if (variant->pasid != RID && !IFD_HAS_PASIDS)
		SKIP(return, "cannot happen: this kernel attaches no PASIDs");
	ASSERT_EQ(0, world_open(w, 1));
	ASSERT_EQ(0, ifd_fault_alloc(w->fd, &self->id, &self->fd));
	vtd_table_create(&self->s1, &w->guest, 4);
	self->a = world_alloc(w);
	ASSERT_EQ(0, world_nested(w, &self->s1, self->id, &self->hwpt));
	ASSERT_EQ(0, world_attach(w, 0, variant->pasid, self->hwpt));
	self->op = world_write_op(variant->pasid | WITH_ATS, VA_UNMAPPED);
	self->op.cmd |= ITD_CMD_PRI;
}

FIXTURE_TEARDOWN(queue)
{
	world_close(&self->w);
	if (self->fd > 0)
		close(self->fd);
	EXPECT_EQ(0, splat_count());
}

/* Starts an access that ends in a page request, and takes that. */
static void take_request(struct __test_metadata *_metadata,
			 FIXTURE_DATA(queue) * self,
			 struct iommu_hwpt_pgfault *fault)
{
	struct testdev *td = &self->w.dev[0].td;

	testdev_start(td, &self->op);
	ASSERT_EQ(0, ifd_fault_read(self->fd, fault, 2000));
	EXPECT_EQ((__u32)ITD_ST_WAIT, testdev_status(td, self->op.channel));
}

TEST_F(queue, request_says_what_is_missing)
{
	struct iommu_hwpt_pgfault fault = { 0 };

	take_request(_metadata, self, &fault);
	EXPECT_EQ(variant->pasid != RID,
		  !!(fault.flags & IOMMU_PGFAULT_FLAGS_PASID_VALID));
	EXPECT_NE(0U, fault.flags & IOMMU_PGFAULT_FLAGS_LAST_PAGE);
	EXPECT_EQ(variant->pasid, fault.pasid);
	EXPECT_EQ(VA_UNMAPPED, fault.addr);
	EXPECT_NE(0U, fault.perm & IOMMU_PGFAULT_PERM_WRITE);
	EXPECT_EQ(self->w.dev[0].id, fault.dev_id);
	EXPECT_EQ(0, ifd_fault_answer(self->fd, fault.cookie,
				      IOMMUFD_PAGE_RESP_INVALID));
}

TEST_F(queue, access_goes_on_after_success)
{
	struct world *w = &self->w;
	struct iommu_hwpt_pgfault fault = { 0 };
	__u32 status;

	take_request(_metadata, self, &fault);
	world_map(w, &self->s1, VA_UNMAPPED, self->a);
	ASSERT_EQ(0, ifd_fault_answer(self->fd, fault.cookie,
				      IOMMUFD_PAGE_RESP_SUCCESS));
	status = testdev_settled(&w->dev[0].td, self->op.channel, 2000);
	EXPECT_EQ(self->a, world_landed(w, VA_UNMAPPED, status));
}

TEST_F(queue, access_fails_after_invalid)
{
	struct testdev *td = &self->w.dev[0].td;
	struct iommu_hwpt_pgfault fault = { 0 };

	take_request(_metadata, self, &fault);
	ASSERT_EQ(0, ifd_fault_answer(self->fd, fault.cookie,
				      IOMMUFD_PAGE_RESP_INVALID));
	EXPECT_EQ((__u32)ITD_ST_PRG_FAIL,
		  testdev_settled(td, self->op.channel, 2000));
	EXPECT_EQ(1ULL, testdev_read64(td, ITD_CNT_PRG_RESP(ITD_PRG_INVALID)));
}

/* What nobody answered is answered when the stage 1 goes. */
TEST_F(queue, detach_answers_what_waits)
{
	struct testdev *td = &self->w.dev[0].td;
	struct iommu_hwpt_pgfault fault = { 0 };

	take_request(_metadata, self, &fault);
	ASSERT_EQ(0, world_detach(&self->w, 0, variant->pasid));
	EXPECT_EQ((__u32)ITD_ST_PRG_FAIL,
		  testdev_settled(td, self->op.channel, 2000));
	EXPECT_EQ(0ULL, testdev_read64(td, ITD_NOW_PRG_OUTSTANDING));
}

/*
 * A request that is on its way when the stage 1 goes is answered, too; with the drain
 * of the unit, before detaching returns. The kernel's thread that answers is not
 * waited for, but on its CPU nothing else runs before it has.
 *
 * Something else with the queue stays attached: without, the kernel stops listening
 * to the device before that thread comes, and warns.
 */
TEST_F(queue, detach_with_a_request_on_its_way)
{
	struct world *w = &self->w;
	struct testdev *td = &w->dev[0].td;
	int round, drained = 0;

	if (IFD_HAS_PASIDS)
		ASSERT_EQ(0, world_attach(w, 0, variant->pasid == RID ? PASID : RID,
					  self->hwpt));
	for (round = 0; round < 8; round++) {
		ASSERT_EQ(0, on_cpu(round));
		testdev_start(td, &self->op);
		ASSERT_EQ(0, world_detach(w, 0, variant->pasid));
		drained += !testdev_read64(td, ITD_NOW_PRG_OUTSTANDING);
		EXPECT_EQ((__u32)ITD_ST_PRG_FAIL,
			  testdev_settled(td, self->op.channel, 2000));
		ASSERT_EQ(0, world_attach(w, 0, variant->pasid, self->hwpt));
	}
	EXPECT_NE(0, drained);
}
