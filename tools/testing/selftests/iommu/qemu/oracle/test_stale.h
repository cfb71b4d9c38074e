/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests: a stage changes in memory, the old page stays in use until the right
 * invalidation and no longer
 */

/* Lets unit and device cache VA -> page a, then makes memory say page b. */
static void assert_stale(struct __test_metadata *_metadata,
			 FIXTURE_DATA(one) * self)
{
	ASSERT_EQ(self->a, world_lands(&self->w, 0, self->who, VA));
	world_map(&self->w, &self->s1, VA, self->b);
	ASSERT_EQ(self->a, world_lands(&self->w, 0, self->who, VA));
}

TEST_F(one, invalidate_page)
{
	struct world *w = &self->w;

	assert_stale(_metadata, self);
	ASSERT_EQ(0, world_invalidate(w, self->hwpt, VA + SZ_4K, 1));
	ASSERT_EQ(self->a, world_lands(w, 0, self->who, VA));
	ASSERT_EQ(0, world_invalidate(w, self->hwpt, VA, 1));
	EXPECT_EQ(self->b, world_lands(w, 0, self->who, VA));
}

/* The last of five pages, whose range is no power of two */
TEST_F(one, invalidate_range)
{
	struct world *w = &self->w;

	assert_stale(_metadata, self);
	ASSERT_EQ(0, world_invalidate(w, self->hwpt, VA - 8 * SZ_4K, 5));
	ASSERT_EQ(self->a, world_lands(w, 0, self->who, VA));
	ASSERT_EQ(0, world_invalidate(w, self->hwpt, VA - 4 * SZ_4K, 5));
	EXPECT_EQ(self->b, world_lands(w, 0, self->who, VA));
}

TEST_F(one, invalidate_everything)
{
	assert_stale(_metadata, self);
	ASSERT_EQ(0, world_invalidate(&self->w, self->hwpt, 0, EVERYTHING));
	EXPECT_EQ(self->b, world_lands(&self->w, 0, self->who, VA));
}

/* Only the last level has changed, says the hint */
TEST_F(one, invalidate_leaf)
{
	struct iommu_hwpt_vtd_s1_invalidate entry = {
		.addr = VA,
		.npages = 1,
		.flags = IOMMU_VTD_INV_FLAGS_LEAF,
	};
	struct world *w = &self->w;
	__u32 count = 1;

	assert_stale(_metadata, self);
	ASSERT_EQ(0, ifd_invalidate(w->fd, self->hwpt, &entry, &count));
	EXPECT_EQ(self->b, world_lands(w, 0, self->who, VA));
}

TEST_F(one, invalidate_large_page)
{
	struct world *w = &self->w;
	int old = world_watch(w, GUEST_BLOCKS);
	int new = world_watch(w, GUEST_BLOCKS + SZ_2M);

	vtd_table_map_large(&self->s1, VA_BLOCK, w->gpa[old], VTD_PD,
			    VTD_RW | VTD_A | VTD_D);
	ASSERT_EQ(old, world_lands(w, 0, self->who, VA_BLOCK));
	vtd_table_map_large(&self->s1, VA_BLOCK, w->gpa[new], VTD_PD,
			    VTD_RW | VTD_A | VTD_D);
	ASSERT_EQ(old, world_lands(w, 0, self->who, VA_BLOCK));
	ASSERT_EQ(0, world_invalidate(w, self->hwpt, VA_BLOCK, 512));
	EXPECT_EQ(new, world_lands(w, 0, self->who, VA_BLOCK));
}

TEST_F(one, invalidate_unmapped)
{
	struct world *w = &self->w;

	ASSERT_EQ(self->a, world_lands(w, 0, self->who, VA));
	vtd_table_unmap(&self->s1, VA);
	ASSERT_EQ(self->a, world_lands(w, 0, self->who, VA));
	ASSERT_EQ(0, world_invalidate(w, self->hwpt, VA, 1));
	EXPECT_EQ(NOWHERE, world_lands(w, 0, self->who, VA));
}

/* Two entries of one call, in the order of the array */
TEST_F(one, invalidate_two_entries)
{
	struct world *w = &self->w;
	struct iommu_hwpt_vtd_s1_invalidate entries[] = {
		{ .addr = VA_UNMAPPED, .npages = 1 },
		{ .addr = VA, .npages = 1 },
	};
	__u32 count = ARRAY_SIZE(entries);

	assert_stale(_metadata, self);
	ASSERT_EQ(0, ifd_invalidate(w->fd, self->hwpt, entries, &count));
	EXPECT_EQ(2U, count);
	EXPECT_EQ(self->b, world_lands(w, 0, self->who, VA));
}

/* The kernel invalidates on its own when stage 2 changes. */
TEST_F(one, stage_2_unmap)
{
	struct world *w = &self->w;
	__u64 gpa = guest_alloc_loose(&w->guest);
	int page = world_watch(w, gpa);

	world_map(w, &self->s1, VA, page);
	ASSERT_EQ(page, world_lands(w, 0, self->who, VA));
	ASSERT_EQ(0, ifd_unmap(w->fd, w->ioas, gpa, SZ_4K));
	EXPECT_EQ(NOWHERE, world_lands(w, 0, self->who, VA));
}

TEST_F(one, stage_2_remap)
{
	struct world *w = &self->w;
	__u64 gpa = guest_alloc_loose(&w->guest);
	void *other = guest_ptr(&w->guest, guest_alloc(&w->guest));
	int page = world_watch(w, gpa), replacement = world_watch_memory(w, other);

	world_map(w, &self->s1, VA, page);
	ASSERT_EQ(page, world_lands(w, 0, self->who, VA));
	ASSERT_EQ(0, ifd_unmap(w->fd, w->ioas, gpa, SZ_4K));
	ASSERT_EQ(0, ifd_map(w->fd, w->ioas, other, gpa, SZ_4K));
	EXPECT_EQ(replacement, world_lands(w, 0, self->who, VA));
}
