/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: two devices, with one stage 1 for both or each with its own */

FIXTURE(pair) {
	struct world w;
	struct vtd_table s1;
	__u32 hwpt;
	__u32 who;
	int a;
	int b;
};

FIXTURE_VARIANT(pair) {
	__u32 pasid;
	__u32 ats;
};

FIXTURE_VARIANT_ADD(pair, rid) { .pasid = RID, .ats = 0 };
FIXTURE_VARIANT_ADD(pair, rid_ats) { .pasid = RID, .ats = WITH_ATS };
FIXTURE_VARIANT_ADD(pair, pasid) { .pasid = PASID, .ats = 0 };
FIXTURE_VARIANT_ADD(pair, pasid_ats) { .pasid = PASID, .ats = WITH_ATS };

FIXTURE_SETUP(pair)
{
	struct world *w = &self->w;

	if (variant->ats && no_ats)
		SKIP(return, "cannot happen: the unit has no ATS");
	if (variant->pasid != RID && !IFD_HAS_PASIDS)
		SKIP(return, "cannot happen: this kernel attaches no PASIDs");
	ASSERT_EQ(0, world_open(w, 2));
	vtd_table_create(&self->s1, &w->guest, 4);
	self->a = world_alloc(w);
	self->b = world_alloc(w);
	world_map(w, &self->s1, VA, self->a);
	self->who = variant->pasid | variant->ats;
	ASSERT_EQ(0, world_nested(w, &self->s1, NO_QUEUE, &self->hwpt));
	ASSERT_EQ(0, world_attach(w, 0, variant->pasid, self->hwpt));
}

FIXTURE_TEARDOWN(pair)
{
	world_close(&self->w);
	EXPECT_EQ(0, splat_count());
}

/* One call reaches both devices. */
TEST_F(pair, one_stage_1_for_both)
{
	struct world *w = &self->w;
	int dev;

	ASSERT_EQ(0, world_attach(w, 1, variant->pasid, self->hwpt));
	for (dev = 0; dev < 2; dev++)
		ASSERT_EQ(self->a, world_lands(w, dev, self->who, VA));
	world_map(w, &self->s1, VA, self->b);
	for (dev = 0; dev < 2; dev++)
		ASSERT_EQ(self->a, world_lands(w, dev, self->who, VA));
	ASSERT_EQ(0, world_invalidate(w, self->hwpt, VA, 1));
	for (dev = 0; dev < 2; dev++)
		EXPECT_EQ(self->b, world_lands(w, dev, self->who, VA));
}

TEST_F(pair, each_its_own)
{
	struct world *w = &self->w;
	struct vtd_table s1;
	__u32 hwpt;

	vtd_table_create(&s1, &w->guest, 4);
	world_map(w, &s1, VA, self->b);
	ASSERT_EQ(0, world_nested(w, &s1, NO_QUEUE, &hwpt));
	ASSERT_EQ(0, world_attach(w, 1, variant->pasid, hwpt));
	EXPECT_EQ(self->a, world_lands(w, 0, self->who, VA));
	EXPECT_EQ(self->b, world_lands(w, 1, self->who, VA));
	EXPECT_EQ(self->a, world_lands(w, 0, self->who, VA));
}

/* Stage 2 is both devices', and so is its invalidation. */
TEST_F(pair, stage_2_unmap)
{
	struct world *w = &self->w;
	__u64 gpa = guest_alloc_loose(&w->guest);
	int page = world_watch(w, gpa), dev;

	world_map(w, &self->s1, VA, page);
	ASSERT_EQ(0, world_attach(w, 1, variant->pasid, self->hwpt));
	for (dev = 0; dev < 2; dev++)
		ASSERT_EQ(page, world_lands(w, dev, self->who, VA));
	ASSERT_EQ(0, ifd_unmap(w->fd, w->ioas, gpa, SZ_4K));
	for (dev = 0; dev < 2; dev++)
		EXPECT_EQ(NOWHERE, world_lands(w, dev, self->who, VA));
}
