/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: what can be bound in the place of what */

TEST_F(one, bypass)
{
	ASSERT_EQ(self->a, vm_lands(&self->vm, 0, VA));
	ASSERT_EQ(0, bind_config(&self->vm, IOMMU_PASID_CONFIG_BYPASS));
	EXPECT_EQ(self->b, vm_lands(&self->vm, 0, self->vm.page[self->b].gpa));
	EXPECT_EQ(VM_NOWHERE, vm_lands(&self->vm, 0, VA));
	ASSERT_EQ(0, vm_bind(&self->vm, ALL, &self->s1));
	EXPECT_EQ(self->a, vm_lands(&self->vm, 0, VA));
}

TEST_F(one, abort)
{
	ASSERT_EQ(self->a, vm_lands(&self->vm, 0, VA));
	ASSERT_EQ(0, bind_config(&self->vm, IOMMU_PASID_CONFIG_ABORT));
	EXPECT_EQ(VM_NOWHERE, vm_lands(&self->vm, 0, VA));
	EXPECT_EQ(VM_NOWHERE,
		  vm_lands(&self->vm, 0, self->vm.page[self->b].gpa));
	ASSERT_EQ(0, vm_bind(&self->vm, ALL, &self->s1));
	EXPECT_EQ(self->a, vm_lands(&self->vm, 0, VA));
}

TEST_F(one, abort_to_bypass)
{
	ASSERT_EQ(0, bind_config(&self->vm, IOMMU_PASID_CONFIG_ABORT));
	ASSERT_EQ(0, bind_config(&self->vm, IOMMU_PASID_CONFIG_BYPASS));
	EXPECT_EQ(self->a, vm_lands(&self->vm, 0, self->vm.page[self->a].gpa));
}

TEST_F(one, unbind)
{
	__u64 gpa = self->vm.page[self->b].gpa;

	ASSERT_EQ(self->a, vm_lands(&self->vm, 0, VA));
	ASSERT_EQ(0, inest_unbind_pasid_table(self->vm.container, ALL));
	EXPECT_EQ(self->b, vm_lands(&self->vm, 0, gpa));
	EXPECT_EQ(VM_NOWHERE, vm_lands(&self->vm, 0, VA));
}

TEST_F(one, unbind_from_abort)
{
	ASSERT_EQ(0, bind_config(&self->vm, IOMMU_PASID_CONFIG_ABORT));
	ASSERT_EQ(0, inest_unbind_pasid_table(self->vm.container, ALL));
	EXPECT_EQ(self->a, vm_lands(&self->vm, 0, self->vm.page[self->a].gpa));
}

TEST_F(one, unbind_twice)
{
	ASSERT_EQ(0, inest_unbind_pasid_table(self->vm.container, ALL));
	EXPECT_EQ(0, inest_unbind_pasid_table(self->vm.container, ALL));
	EXPECT_EQ(self->a, vm_lands(&self->vm, 0, self->vm.page[self->a].gpa));
}

TEST_F(one, rebind_same)
{
	ASSERT_EQ(0, inest_unbind_pasid_table(self->vm.container, ALL));
	ASSERT_EQ(0, vm_bind(&self->vm, ALL, &self->s1));
	EXPECT_EQ(self->a, vm_lands(&self->vm, 0, VA));
}

TEST_F(one, rebind_other)
{
	struct stage1 other;

	create_stage1(&self->vm, &other, OTHER_ASID);
	map_page(&self->vm, &other, VA, self->b);
	ASSERT_EQ(self->a, vm_lands(&self->vm, 0, VA));
	ASSERT_EQ(0, inest_unbind_pasid_table(self->vm.container, ALL));
	ASSERT_EQ(0, vm_bind(&self->vm, ALL, &other));
	EXPECT_EQ(self->b, vm_lands(&self->vm, 0, VA));
}

/* Bound over the first table, with its ASID: nothing of it may survive */
TEST_F(one, replace_without_unbind)
{
	struct stage1 other;

	create_stage1(&self->vm, &other, ASID);
	map_page(&self->vm, &other, VA, self->b);
	ASSERT_EQ(self->a, vm_lands(&self->vm, 0, VA));
	ASSERT_EQ(0, vm_bind(&self->vm, ALL, &other));
	EXPECT_EQ(self->b, vm_lands(&self->vm, 0, VA));
	ASSERT_EQ(0, vm_bind(&self->vm, ALL, &self->s1));
	EXPECT_EQ(self->a, vm_lands(&self->vm, 0, VA));
}

/* A context descriptor that is not valid stops the device, and no more */
TEST_F(one, invalid_context_descriptor)
{
	__u64 cd = guest_alloc(&self->vm.guest);
	struct iommu_pasid_table_config config = config_translate(cd);

	ASSERT_EQ(0, inest_bind_pasid_table(self->vm.container, ALL, &config));
	EXPECT_EQ(VM_NOWHERE, vm_lands(&self->vm, 0, VA));
	ASSERT_EQ(0, vm_bind(&self->vm, ALL, &self->s1));
	EXPECT_EQ(self->a, vm_lands(&self->vm, 0, VA));
}

/* The table of context descriptors leaves stage 2 while it is bound */
TEST_F(one, table_unmapped_while_bound)
{
	struct vm *vm = &self->vm;
	__u64 cd = guest_alloc_loose(&vm->guest);
	struct iommu_pasid_table_config config = config_translate(cd);

	stage1_write_cd(&self->s1, cd, vm->info.addr_width);
	ASSERT_EQ(0, inest_bind_pasid_table(vm->container, ALL, &config));
	ASSERT_EQ(self->a, vm_lands(vm, 0, VA));
	ASSERT_EQ(0, inest_dma_unmap(vm->container, cd, SZ_4K));
	ASSERT_EQ(0, invalidate(vm, inv_cd(EVERY_ID)));
	EXPECT_EQ(VM_NOWHERE, vm_lands(vm, 0, VA));
	ASSERT_EQ(-ENOENT, inest_bind_pasid_table(vm->container, ALL, &config));
	ASSERT_EQ(0, vm_bind(vm, ALL, &self->s1));
	EXPECT_EQ(self->a, vm_lands(vm, 0, VA));
}

/* Without it being bound, the stage 1 in memory is not even looked at */
TEST_F(one, stage2_change_after_unbind)
{
	struct vm *vm = &self->vm;
	__u64 gpa = guest_alloc_loose(&vm->guest);
	int page = vm_watch(vm, gpa);

	ASSERT_EQ(0, inest_unbind_pasid_table(vm->container, ALL));
	ASSERT_EQ(page, vm_lands(vm, 0, gpa));
	ASSERT_EQ(0, inest_dma_unmap(vm->container, gpa, SZ_4K));
	EXPECT_EQ(VM_NOWHERE, vm_lands(vm, 0, gpa));
}
