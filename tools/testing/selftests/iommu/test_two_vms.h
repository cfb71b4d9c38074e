/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: two containers know nothing of each other */

/* Two virtual machines, with one device each */
FIXTURE(two_vms) {
	struct vm vm[2];
	struct stage1 s1[2];
	int a[2];
	int b[2];
};

FIXTURE_SETUP(two_vms)
{
	int i;

	ASSERT_EQ(0, splat_count());
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, vm_open(&self->vm[i], i, 1));
		create_stage1(&self->vm[i], &self->s1[i], ASID);
		self->a[i] = vm_alloc(&self->vm[i]);
		self->b[i] = vm_alloc(&self->vm[i]);
		map_page(&self->vm[i], &self->s1[i], VA, self->a[i]);
		ASSERT_EQ(0, vm_bind(&self->vm[i], ALL, &self->s1[i]));
	}
}

FIXTURE_TEARDOWN(two_vms)
{
	int i;

	for (i = 0; i < 2; i++)
		vm_close(&self->vm[i]);
	EXPECT_EQ(0, splat_count());
}

/* Equal addresses, equal ASIDs, memory of their own */
TEST_F(two_vms, apart)
{
	int i;

	for (i = 0; i < 2; i++) {
		vm_fill(&self->vm[!i]);
		EXPECT_EQ(self->a[i], vm_lands(&self->vm[i], 0, VA));
		EXPECT_TRUE(vm_page_intact(&self->vm[!i], self->a[!i]));
		EXPECT_TRUE(vm_page_intact(&self->vm[!i], self->b[!i]));
	}
}

/* The VMID is the kernel's: no invalidation reaches into another machine */
TEST_F(two_vms, invalidate_only_own)
{
	struct iommu_cache_invalidate_info all[] = {
		inv_addr(ASID, VA, SZ_4K, 1),
		inv_addr(EVERY_ID, VA, SZ_4K, 1),
		inv_asid(ASID),
		inest_inv_all(IOMMU_CACHE_INV_TYPE_IOTLB |
			      IOMMU_CACHE_INV_TYPE_PASID),
	};
	struct vm *vm = self->vm;
	size_t i;

	ASSERT_EQ(self->a[0], vm_lands(&vm[0], 0, VA));
	map_page(&vm[0], &self->s1[0], VA, self->b[0]);
	for (i = 0; i < ARRAY_SIZE(all); i++) {
		ASSERT_EQ(0, invalidate(&vm[1], all[i]));
		EXPECT_EQ(self->a[0], vm_lands(&vm[0], 0, VA));
	}
	ASSERT_EQ(0, invalidate(&vm[0], inv_asid(ASID)));
	EXPECT_EQ(self->b[0], vm_lands(&vm[0], 0, VA));
}

TEST_F(two_vms, foreign_group)
{
	struct iommu_cache_invalidate_info info = inv_asid(ASID);
	struct vm *vm = self->vm;
	int container, group;

	container = vm[0].container;
	group = vm[1].dev[0].group;
	EXPECT_EQ(-ENODEV, vm_bind(&vm[0], group, &self->s1[0]));
	EXPECT_EQ(-ENODEV, inest_unbind_pasid_table(container, group));
	EXPECT_EQ(-ENODEV, inest_cache_invalidate(container, group, &info));
	EXPECT_EQ(self->a[0], vm_lands(&vm[0], 0, VA));
	EXPECT_EQ(self->a[1], vm_lands(&vm[1], 0, VA));
}

/* Whatever one of them does to every group of its own */
TEST_F(two_vms, unbind_only_own)
{
	struct vm *vm = self->vm;

	ASSERT_EQ(0, inest_unbind_pasid_table(vm[1].container, ALL));
	EXPECT_EQ(self->a[0], vm_lands(&vm[0], 0, VA));
	EXPECT_EQ(VM_NOWHERE, vm_lands(&vm[1], 0, VA));
	vm_close(&vm[1]);
	EXPECT_EQ(self->a[0], vm_lands(&vm[0], 0, VA));
}
