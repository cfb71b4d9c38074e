/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: two devices, with one stage 1 for both or each with its own */

/* The first device is attached */
FIXTURE(pair) {
	FIXTURE_DATA(one) one;
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
	if (variant->ats && no_ats)
		SKIP(return, "cannot happen: the unit has no ATS");
	if (variant->pasid != RID && !IFD_HAS_PASIDS)
		SKIP(return, "cannot happen: this kernel attaches no PASIDs");
	open_one(_metadata, &self->one, variant->pasid, variant->ats, 2);
}

FIXTURE_TEARDOWN(pair)
{
	world_close(&self->one.w);
	EXPECT_EQ(0, splat_count());
}

/* One call reaches both devices. */
TEST_F(pair, one_stage_1_for_both)
{
	struct world *w = &self->one.w;
	int dev;

	ASSERT_EQ(0, world_attach(w, 1, variant->pasid, self->one.hwpt));
	for (dev = 0; dev < 2; dev++)
		ASSERT_EQ(self->one.a, world_lands(w, dev, self->one.who, VA));
	world_map(w, &self->one.s1, VA, self->one.b);
	for (dev = 0; dev < 2; dev++)
		ASSERT_EQ(self->one.a, world_lands(w, dev, self->one.who, VA));
	ASSERT_EQ(0, world_invalidate(w, self->one.hwpt, VA, 1));
	for (dev = 0; dev < 2; dev++)
		EXPECT_EQ(self->one.b, world_lands(w, dev, self->one.who, VA));
}

TEST_F(pair, each_its_own)
{
	struct world *w = &self->one.w;
	struct vtd_table s1;
	__u32 hwpt;

	vtd_table_create(&s1, &w->guest, 4);
	world_map(w, &s1, VA, self->one.b);
	ASSERT_EQ(0, world_nested(w, &s1, NO_QUEUE, &hwpt));
	ASSERT_EQ(0, world_attach(w, 1, variant->pasid, hwpt));
	EXPECT_EQ(self->one.a, world_lands(w, 0, self->one.who, VA));
	EXPECT_EQ(self->one.b, world_lands(w, 1, self->one.who, VA));
	EXPECT_EQ(self->one.a, world_lands(w, 0, self->one.who, VA));
}

/* Stage 2 is both devices', and so is its invalidation. */
TEST_F(pair, stage_2_unmap)
{
	struct world *w = &self->one.w;
	__u64 gpa = guest_alloc_loose(&w->guest);
	int page = world_watch(w, gpa), dev;

	world_map(w, &self->one.s1, VA, page);
	ASSERT_EQ(0, world_attach(w, 1, variant->pasid, self->one.hwpt));
	for (dev = 0; dev < 2; dev++)
		ASSERT_EQ(page, world_lands(w, dev, self->one.who, VA));
	ASSERT_EQ(0, ifd_unmap(w->fd, w->ioas, gpa, SZ_4K));
	for (dev = 0; dev < 2; dev++)
		EXPECT_EQ(NOWHERE, world_lands(w, dev, self->one.who, VA));
}
