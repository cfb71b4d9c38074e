/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: groups that leave and come back, and what stays in the container */

/* A group cannot leave while a device of it is open; then it leaves alone */
TEST_F(vtd3, unset_container_while_bound)
{
	struct world *w = &self->w;
	struct mock_vm *vm = &w->vm;

	EXPECT_EQ(-EBUSY, inest_group_detach(vm->group[1]));
	EXPECT_TRUE(world_unchanged(w));
	mock_close(&vm->device[1]);
	EXPECT_TRUE(world_unchanged(w));
	ASSERT_EQ(0, inest_group_detach(vm->group[1]));
	EXPECT_EQ(0, mock_lines(vm->bdf[1], "stage1"));
	EXPECT_EQ(0, mock_lines(vm->bdf[1], "tlb"));
	EXPECT_EQ(0, mock_lines(vm->bdf[1], "page_request"));
	EXPECT_EQ(2, COUNT_STAGE1(vm, "pasid %d", w->p));
	EXPECT_EQ(1, mock_lines(vm->bdf[2], "tlb"));
	EXPECT_EQ(-ENODEV, bind_pasid(vm, vm->group[1], w->q, MOCK_PGTBL));
	EXPECT_EQ(-ENODEV, unbind_pasid(vm, vm->group[1], w->p));
	EXPECT_EQ(-ENODEV, inv_pasid(vm, vm->group[1], IOTLB, w->p));

	/* It comes back with stage 2 alone, and can be bound to the same */
	ASSERT_EQ(0, inest_group_attach(vm->group[1], vm->container));
	EXPECT_EQ(0, mock_lines(vm->bdf[1], "stage1"));
	ASSERT_EQ(0, bind_pasid(vm, vm->group[1], w->p, MOCK_PGTBL));
	EXPECT_EQ(3, COUNT_STAGE1(vm, "pasid %d", w->p));
}

TEST_F(smmu3, unset_container_while_bound)
{
	struct mock_vm *vm = &self->w.vm;

	EXPECT_EQ(-EBUSY, inest_group_detach(vm->group[0]));
	mock_close(&vm->device[0]);
	ASSERT_EQ(0, inest_group_detach(vm->group[0]));
	EXPECT_EQ(0, mock_lines(vm->bdf[0], "stage1"));
	EXPECT_EQ(2, COUNT_STAGE1(vm, TABLE_LINE, MOCK_TABLE));
	EXPECT_EQ(-ENODEV, bind_table(vm, vm->group[0], MOCK_TABLE_2));
	EXPECT_EQ(-ENODEV, inest_unbind_pasid_table(vm->container,
						    vm->group[0]));
}

/* Without a group the container has no IOMMU, and still its PASIDs */
TEST_F(vtd, last_group_leaves)
{
	struct world *w = &self->w;
	struct mock_vm *vm = &w->vm;

	mock_close(&vm->device[0]);
	ASSERT_EQ(0, inest_group_detach(vm->group[0]));
	EXPECT_TRUE(all_idle());
	EXPECT_EQ(-EINVAL, bind_pasid(vm, ALL, w->q, MOCK_PGTBL));
	EXPECT_EQ(-EINVAL, inest_pasid_alloc(vm->container, 1, PASID_MAX));
	EXPECT_EQ(0, inest_pasid_free(vm->container, w->q, w->q));

	ASSERT_EQ(0, inest_group_attach(vm->group[0], vm->container));
	ASSERT_EQ(0, inest_container_set_iommu(vm->container,
					       VFIO_TYPE1_NESTING_IOMMU));
	ASSERT_EQ(0, inest_dma_map(vm->container, MOCK_GPA, vm->mem,
				   MOCK_MEM_SIZE, VFIO_DMA_MAP_FLAG_READ));
	EXPECT_EQ(w->available + 1, quota_left(vm->container));
	EXPECT_EQ(0, bind_pasid(vm, ALL, w->p, MOCK_PGTBL));
	EXPECT_EQ(-EPERM, bind_pasid(vm, ALL, w->q, MOCK_PGTBL));
}

/* The container's file goes first, and the groups one by one */
TEST_F(vtd3, container_closed_first)
{
	struct world *w = &self->w;
	struct mock_vm *vm = &w->vm;
	int i;

	mock_close(&vm->container);
	EXPECT_EQ(3, COUNT_STAGE1(vm, PGTBL_LINE, w->p, MOCK_PGTBL));
	for (i = 0; i < 3; i++) {
		mock_close(&vm->group[i]);
		EXPECT_EQ(3 - i, COUNT_STAGE1(vm, "pasid %d", w->p));
		mock_close(&vm->device[i]);
		EXPECT_EQ(2 - i, COUNT_STAGE1(vm, "pasid %d", w->p));
	}
	EXPECT_TRUE(all_idle());
}

TEST_F(vtd, device_reopened_while_bound)
{
	struct world *w = &self->w;

	mock_close(&w->vm.device[0]);
	ASSERT_EQ(0, mock_vm_open_device(&w->vm, 0));
	EXPECT_TRUE(world_unchanged(w));
	EXPECT_EQ(0, respond(&w->vm, 0, w->p, GRPID, IOMMU_PAGE_RESP_SUCCESS));
}

/* FREE unbinds from every device, and answers what waits for an answer */
TEST_F(vtd3, free_while_bound)
{
	struct world *w = &self->w;
	int i;

	ASSERT_EQ(0, inest_pasid_free(w->vm.container, w->p, w->p));
	EXPECT_EQ(w->available + 1, quota_left(w->vm.container));
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(0, mock_lines(w->vm.bdf[i], "stage1"));
		EXPECT_EQ(0, mock_lines(w->vm.bdf[i], "tlb"));
		EXPECT_EQ(0, mock_lines(w->vm.bdf[i], "dev_tlb"));
		EXPECT_EQ(0, mock_lines(w->vm.bdf[i], "pasid_cache"));
		EXPECT_EQ(0, mock_lines(w->vm.bdf[i], "page_request"));
	}
}

/* What is bound to no PASID is not touched by PASIDs that are freed */
TEST_F(vtd, free_leaves_rid)
{
	struct mock_vm *vm = &self->w.vm;

	ASSERT_EQ(0, bind_rid(vm, ALL, MOCK_PGTBL_2));
	ASSERT_EQ(0, inest_pasid_free(vm->container, 1, PASID_MAX));
	EXPECT_EQ(1, COUNT_STAGE1(vm, RID_LINE, MOCK_PGTBL_2));
	EXPECT_EQ(1, mock_lines(vm->bdf[0], "stage1"));
}

/* Memory that leaves stage 2 under a live stage 1: combined caches follow */
TEST_F(vtd3, stage2_unmapped_while_bound)
{
	struct mock_vm *vm = &self->w.vm;
	int i;

	ASSERT_EQ(0, inest_dma_unmap(vm->container, MOCK_GPA, MOCK_MEM_SIZE));
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(0, mock_lines(vm->bdf[i], "tlb"));
		EXPECT_EQ(0, mock_lines(vm->bdf[i], "dev_tlb"));
		EXPECT_EQ(0, mock_number(vm->bdf[i], "blocked"));
	}
	EXPECT_EQ(-ENOENT, bind_pasid(vm, ALL, self->w.q, MOCK_PGTBL));
	EXPECT_EQ(3, COUNT_STAGE1(vm, "pasid %d", self->w.p));
}

/* A table has to be in memory that is mapped for reading, all of it */
TEST_F(smmu, table_partly_mapped)
{
	struct iommu_pasid_table_config table =
		inest_table(MOCK_NO_GPA - 64, 0, 0, 0);
	struct mock_vm *vm = &self->w.vm;

	EXPECT_EQ(0, inest_bind_pasid_table(vm->container, ALL, &table));
	world_note(&self->w);
	table = inest_table(MOCK_GPA, 12, 0, 0);
	EXPECT_EQ(-ENOENT, inest_bind_pasid_table(vm->container, ALL, &table));
	EXPECT_EQ(0, inest_dma_map(vm->container, MOCK_NO_GPA, vm->mem,
				   0x1000, VFIO_DMA_MAP_FLAG_WRITE));
	EXPECT_EQ(-ENOENT, bind_table(vm, ALL, MOCK_NO_GPA));
	EXPECT_TRUE(world_unchanged(&self->w));
}
