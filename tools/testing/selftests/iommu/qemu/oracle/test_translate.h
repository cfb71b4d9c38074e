/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: DMA goes through both stages, or faults */

TEST_F(one, unit_says_that_it_nests)
{
	struct iommu_hw_info_vtd vtd;

	ASSERT_EQ(0, ifd_hw_info(self->w.fd, self->w.dev[0].id, &vtd));
	EXPECT_NE(0ULL, vtd.ecap_reg & VTD_BIT(26));
}

TEST_F(one, writes_land_in_the_page)
{
	EXPECT_EQ(self->a, world_lands(&self->w, 0, self->who, VA));
	EXPECT_EQ(self->a, world_lands(&self->w, 0, self->who, VA + 0x480));
}

TEST_F(one, large_page)
{
	struct world *w = &self->w;
	int page = world_watch(w, GUEST_BLOCKS + 0x3000);

	vtd_table_map_large(&self->s1, VA_BLOCK, GUEST_BLOCKS, VTD_PD,
			    VTD_RW | VTD_A | VTD_D);
	EXPECT_EQ(page, world_lands(w, 0, self->who, VA_BLOCK + 0x3000));
}

/* A guest physical address is no address of the device */
TEST_F(one, guest_physical_addresses_fault)
{
	struct world *w = &self->w;

	EXPECT_EQ(NOWHERE, world_lands(w, 0, self->who, w->gpa[self->a]));
}

TEST_F(one, unmapped_in_stage_1_faults)
{
	EXPECT_EQ(NOWHERE, world_lands(&self->w, 0, self->who, VA_UNMAPPED));
	EXPECT_EQ(self->a, world_lands(&self->w, 0, self->who, VA));
}

TEST_F(one, read_only_in_stage_1_faults)
{
	struct world *w = &self->w;

	vtd_table_map(&self->s1, VA_UNMAPPED, w->gpa[self->b], VTD_READ | VTD_A);
	EXPECT_EQ(NOWHERE, world_lands(w, 0, self->who, VA_UNMAPPED));
}

TEST_F(one, unmapped_in_stage_2_faults)
{
	vtd_table_map(&self->s1, VA_UNMAPPED, GPA_HOLE, VTD_RW | VTD_A | VTD_D);
	EXPECT_EQ(NOWHERE, world_lands(&self->w, 0, self->who, VA_UNMAPPED));
}

TEST_F(one, table_outside_stage_2_faults)
{
	vtd_table_place(&self->s1, VA_BLOCK, GPA_HOLE);
	EXPECT_EQ(NOWHERE, world_lands(&self->w, 0, self->who, VA_BLOCK));
}

/* Accessed and dirty are set in the guest's own tables */
TEST_F(one, accessed_and_dirty)
{
	struct world *w = &self->w;
	__u64 *entry = vtd_table_entry(&self->s1, VA_UNMAPPED, VTD_PT);

	vtd_table_map(&self->s1, VA_UNMAPPED, w->gpa[self->b], VTD_RW);
	EXPECT_EQ(self->b, world_lands(w, 0, self->who, VA_UNMAPPED));
	EXPECT_EQ(VTD_A | VTD_D, *entry & (VTD_A | VTD_D));
}
