/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: page requests of devices that have a PASID table */

/* A PASID table has the guest's PASIDs, all of them */
TEST_F(smmu, all_pasids_of_a_table)
{
	static const int pasids[] = { 0, 1, 77, PASID_MAX };
	struct iommu_pasid_table_config abort =
		inest_no_table(IOMMU_PASID_CONFIG_ABORT);
	struct world *w = &self->w;
	size_t i;

	world_drain(w, 0);
	for (i = 0; i < ARRAY_SIZE(pasids); i++) {
		EXPECT_EQ(0, ask(w, 0, pasids[i], 1));
		EXPECT_TRUE(next_is_request(w, 0, pasids[i], 1));
		EXPECT_EQ(0, respond(&w->vm, 0, pasids[i], 1,
				     IOMMU_PAGE_RESP_SUCCESS));
	}
	EXPECT_EQ(0, ask(w, 0, 5, 1));
	EXPECT_TRUE(next_is_request(w, 0, 5, 1));
	ASSERT_EQ(0, inest_bind_pasid_table(w->vm.container, ALL, &abort));
	EXPECT_EQ(0, waiting(w, 0));
	EXPECT_TRUE(got_answer(w, 0, 5, 1, IOMMU_PAGE_RESP_INVALID));
	world_drain(w, 0);
	EXPECT_EQ(0, ask(w, 0, 5, 1));
	EXPECT_TRUE(nothing_to_read(w, 0));
}

/* A bind that replaces a table, or takes it away: its requests were the old one's */
TEST_F(smmu, every_bind_answers)
{
	struct iommu_pasid_table_config bypass =
		inest_no_table(IOMMU_PASID_CONFIG_BYPASS);
	struct world *w = &self->w;
	struct counts before, c;
	int i;

	ASSERT_EQ(0, read_counts(w->vm.bdf[0], &before));
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(1, waiting(w, 0));
		ASSERT_EQ(0, i == 0 ? bind_table(&w->vm, ALL, MOCK_TABLE_2) :
			  i == 1 ? inest_bind_pasid_table(w->vm.container, ALL,
							  &bypass) :
				   inest_unbind_pasid_table(w->vm.container,
							    ALL));
		EXPECT_EQ(0, waiting(w, 0));
		EXPECT_EQ(-ENOENT, respond(&w->vm, 0, w->p, GRPID,
					   IOMMU_PAGE_RESP_SUCCESS));
		ASSERT_EQ(0, bind_table(&w->vm, ALL, MOCK_TABLE));
		ASSERT_EQ(0, ask(w, 0, w->p, GRPID));
	}
	counts_since(w->vm.bdf[0], &before, &c);
	EXPECT_EQ(3, c.sent);
	EXPECT_EQ(3, c.invalid);
	EXPECT_EQ(0, c.stray);
}

/* A first bind that fails at any command leaves nothing that could ask */
TEST_F(smmu, failed_bind_passes_nothing_on)
{
	struct world *w = &self->w;
	struct counts before, c;
	int n, ret;

	ASSERT_EQ(0, inest_unbind_pasid_table(w->vm.container, ALL));
	world_drain(w, 0);
	ASSERT_EQ(0, read_counts(w->vm.bdf[0], &before));
	for (n = 1; n < NTH_MAX; n++) {
		ASSERT_EQ(0, mock_write(MOCK_TOP, "fail_command", "%d", n));
		ret = bind_table(&w->vm, ALL, MOCK_TABLE);
		if (!ret)
			break;
		EXPECT_EQ(-EIO, ret);
		world_drain(w, 0);
		ASSERT_EQ(0, ask(w, 0, 5, 1));
		EXPECT_EQ(0, waiting(w, 0));
		EXPECT_TRUE(nothing_to_read(w, 0));
		ASSERT_EQ(0, inest_unbind_pasid_table(w->vm.container, ALL));
		EXPECT_EQ(-ENOENT, respond(&w->vm, 0, 5, 1,
					   IOMMU_PAGE_RESP_SUCCESS));
	}
	mock_disarm();
	EXPECT_LT(2, n);
	counts_since(w->vm.bdf[0], &before, &c);
	EXPECT_EQ(n - 1, c.invalid);
	EXPECT_EQ(0, c.stray);
}
