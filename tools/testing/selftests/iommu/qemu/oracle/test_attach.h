/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: what was cached of one domain does not outlive its attachment */

TEST_F(one, replaced_by_another_stage_1)
{
	struct world *w = &self->w;
	struct vtd_table s1;
	__u32 hwpt;

	ASSERT_EQ(self->a, world_lands(w, 0, self->who, VA));
	vtd_table_create(&s1, &w->guest, 4);
	world_map(w, &s1, VA, self->b);
	ASSERT_EQ(0, world_nested(w, &s1, NO_QUEUE, &hwpt));
	ASSERT_EQ(0, world_attach(w, 0, variant->pasid, hwpt));
	EXPECT_EQ(self->b, world_lands(w, 0, self->who, VA));
	ASSERT_EQ(0, world_attach(w, 0, variant->pasid, self->hwpt));
	EXPECT_EQ(self->a, world_lands(w, 0, self->who, VA));
}

TEST_F(one, replaced_by_stage_2)
{
	struct world *w = &self->w;

	ASSERT_EQ(self->a, world_lands(w, 0, self->who, VA));
	ASSERT_EQ(0, world_attach(w, 0, variant->pasid, w->parent));
	EXPECT_EQ(NOWHERE, world_lands(w, 0, self->who, VA));
	EXPECT_EQ(self->a, world_lands(w, 0, self->who, w->gpa[self->a]));
}

TEST_F(one, detached)
{
	struct world *w = &self->w;

	ASSERT_EQ(self->a, world_lands(w, 0, self->who, VA));
	ASSERT_EQ(0, world_detach(w, 0, variant->pasid));
	EXPECT_EQ(NOWHERE, world_lands(w, 0, self->who, VA));
	ASSERT_EQ(0, world_attach(w, 0, variant->pasid, self->hwpt));
	EXPECT_EQ(self->a, world_lands(w, 0, self->who, VA));
}

/* While a PASID has a stage 1, the requests without one have stage 2 only. */
TEST_F(one, pasid_and_rid_apart)
{
	struct world *w = &self->w;

	if (variant->pasid == RID)
		SKIP(return, "cannot happen: the stage 1 is the RID's");
	EXPECT_EQ(self->a, world_lands(w, 0, self->who, VA));
	EXPECT_EQ(NOWHERE, world_lands(w, 0, RID | variant->ats, VA));
	EXPECT_EQ(NOWHERE, world_lands(w, 0, (PASID + 1) | variant->ats, VA));
	EXPECT_EQ(self->a, world_lands(w, 0, RID | variant->ats, w->gpa[self->a]));
}

/* What is found again has tables of its own: nothing cached leads to the old ones. */
TEST_F(one, device_found_again)
{
	struct world *w = &self->w;

	ASSERT_EQ(self->a, world_lands(w, 0, self->who, VA));
	world_close(w);
	ASSERT_EQ(0, claimed_replug(0));
	open_one(_metadata, self, variant->pasid, variant->ats, 1);
	EXPECT_EQ(self->a, world_lands(w, 0, self->who, VA));
	EXPECT_EQ(NOWHERE, world_lands(w, 0, self->who, VA_UNMAPPED));
}
