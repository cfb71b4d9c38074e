/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: two devices in one container */

/*
 * Two devices in one container, each with a stage 1 of its own: VA leads device
 * i to page[i]. They share the domain, so their ASIDs differ.
 */
FIXTURE(pair) {
	struct vm vm;
	struct stage1 s1[2];
	int page[2];
	int spare;
};

FIXTURE_SETUP(pair)
{
	int i;

	ASSERT_EQ(0, splat_count());
	ASSERT_EQ(0, vm_open(&self->vm, 0, 2));
	for (i = 0; i < 2; i++) {
		create_stage1(&self->vm, &self->s1[i], ASID + i);
		self->page[i] = vm_alloc(&self->vm);
		map_page(&self->vm, &self->s1[i], VA, self->page[i]);
		ASSERT_EQ(0, vm_bind(&self->vm, self->vm.dev[i].group,
				     &self->s1[i]));
	}
	self->spare = vm_alloc(&self->vm);
}

FIXTURE_TEARDOWN(pair)
{
	vm_close(&self->vm);
	EXPECT_EQ(0, splat_count());
}

static void expect_both(struct __test_metadata *_metadata,
			struct _test_data_pair *self)
{
	EXPECT_EQ(self->page[0], vm_lands(&self->vm, 0, VA));
	EXPECT_EQ(self->page[1], vm_lands(&self->vm, 1, VA));
}

TEST_F(pair, own_tables)
{
	expect_both(_metadata, self);
}

TEST_F(pair, one_table_for_every_group)
{
	ASSERT_EQ(0, vm_bind(&self->vm, ALL, &self->s1[0]));
	EXPECT_EQ(self->page[0], vm_lands(&self->vm, 0, VA));
	EXPECT_EQ(self->page[0], vm_lands(&self->vm, 1, VA));
}

/* What cannot be bound to every device is bound to none */
TEST_F(pair, bad_table_for_every_group)
{
	struct iommu_pasid_table_config config = config_translate(GUEST_BLOCKS);

	ASSERT_EQ(-ENOENT,
		  inest_bind_pasid_table(self->vm.container, ALL, &config));
	expect_both(_metadata, self);
}

TEST_F(pair, unbind_one)
{
	struct vm *vm = &self->vm;

	ASSERT_EQ(0, inest_unbind_pasid_table(vm->container, vm->dev[0].group));
	EXPECT_EQ(VM_NOWHERE, vm_lands(vm, 0, VA));
	EXPECT_EQ(self->spare, vm_lands(vm, 0, vm->page[self->spare].gpa));
	EXPECT_EQ(self->page[1], vm_lands(vm, 1, VA));
	EXPECT_EQ(VM_NOWHERE, vm_lands(vm, 1, vm->page[self->spare].gpa));
}

TEST_F(pair, unbind_every_group)
{
	struct vm *vm = &self->vm;
	int i;

	ASSERT_EQ(0, inest_unbind_pasid_table(vm->container, ALL));
	for (i = 0; i < 2; i++)
		EXPECT_EQ(self->spare,
			  vm_lands(vm, i, vm->page[self->spare].gpa));
}

TEST_F(pair, abort_one)
{
	struct iommu_pasid_table_config config =
		inest_no_table(IOMMU_PASID_CONFIG_ABORT);
	struct vm *vm = &self->vm;

	ASSERT_EQ(0, inest_bind_pasid_table(vm->container, vm->dev[1].group,
					    &config));
	EXPECT_EQ(self->page[0], vm_lands(vm, 0, VA));
	EXPECT_EQ(VM_NOWHERE, vm_lands(vm, 1, VA));
}

/* The ASID, not the group, says whose translations go */
TEST_F(pair, invalidate_by_asid)
{
	struct iommu_cache_invalidate_info info = inv_asid(ASID + 1);
	struct vm *vm = &self->vm;
	int i;

	expect_both(_metadata, self);
	for (i = 0; i < 2; i++)
		map_page(vm, &self->s1[i], VA, self->spare);
	expect_both(_metadata, self);
	ASSERT_EQ(0, inest_cache_invalidate(vm->container, vm->dev[1].group,
					    &info));
	EXPECT_EQ(self->page[0], vm_lands(vm, 0, VA));
	EXPECT_EQ(self->spare, vm_lands(vm, 1, VA));
}

/* A context descriptor is cached for a device: the other one keeps its own */
TEST_F(pair, invalidate_cd_of_one)
{
	struct iommu_cache_invalidate_info info = inv_cd(0);
	struct vm *vm = &self->vm;
	struct stage1 other;
	int i;

	expect_both(_metadata, self);
	for (i = 0; i < 2; i++) {
		create_stage1(vm, &other, 10 + i);
		map_page(vm, &other, VA, self->spare);
		stage1_write_cd(&other, self->s1[i].cd, vm->info.addr_width);
	}
	expect_both(_metadata, self);
	ASSERT_EQ(0, inest_cache_invalidate(vm->container, vm->dev[0].group,
					    &info));
	EXPECT_EQ(self->spare, vm_lands(vm, 0, VA));
	EXPECT_EQ(self->page[1], vm_lands(vm, 1, VA));
	ASSERT_EQ(0, inest_cache_invalidate(vm->container, ALL, &info));
	EXPECT_EQ(self->spare, vm_lands(vm, 1, VA));
}

TEST_F(pair, stage2_unmapped_for_both)
{
	struct vm *vm = &self->vm;
	__u64 gpa;
	int i, loose;

	gpa = guest_alloc_loose(&vm->guest);
	loose = vm_watch(vm, gpa);
	for (i = 0; i < 2; i++) {
		map_page(vm, &self->s1[i], VA_2, loose);
		ASSERT_EQ(loose, vm_lands(vm, i, VA_2));
	}
	ASSERT_EQ(0, inest_dma_unmap(vm->container, gpa, SZ_4K));
	for (i = 0; i < 2; i++)
		EXPECT_EQ(VM_NOWHERE, vm_lands(vm, i, VA_2));
}

/* A group leaves while it is bound; it comes back without a stage 1 */
TEST_F(pair, detach_one)
{
	struct vm *vm = &self->vm;

	expect_both(_metadata, self);
	edu_close(&vm->dev[1].edu);
	ASSERT_EQ(0, inest_group_detach(vm->dev[1].group));
	EXPECT_EQ(self->page[0], vm_lands(vm, 0, VA));
	EXPECT_EQ(-ENODEV, vm_bind(vm, vm->dev[1].group, &self->s1[1]));

	ASSERT_EQ(0, vm_attach(vm, 1));
	ASSERT_EQ(0, vm_start_device(vm, 1));
	EXPECT_EQ(self->spare, vm_lands(vm, 1, vm->page[self->spare].gpa));
	EXPECT_EQ(self->page[0], vm_lands(vm, 0, VA));
	ASSERT_EQ(0, vm_bind(vm, vm->dev[1].group, &self->s1[1]));
	expect_both(_metadata, self);
}

/* vfio-pci loses one of the two devices: its group leaves the container */
TEST_F(pair, driver_unbound_from_one)
{
	struct vm *vm = &self->vm;

	expect_both(_metadata, self);
	edu_close(&vm->dev[1].edu);
	ASSERT_EQ(0, inest_pci_unbind(vm->dev[1].bdf));
	EXPECT_EQ(self->page[0], vm_lands(vm, 0, VA));
	EXPECT_EQ(-ENODEV,
		  inest_unbind_pasid_table(vm->container, vm->dev[1].group));
	EXPECT_EQ(0, inest_unbind_pasid_table(vm->container, ALL));
	EXPECT_EQ(0, vm_bind(vm, ALL, &self->s1[0]));

	vm_close_group(vm, 1);
	ASSERT_EQ(0, inest_pci_claim(vm->dev[1].bdf));
	ASSERT_EQ(0, vm_attach(vm, 1));
	ASSERT_EQ(0, vm_start_device(vm, 1));
	ASSERT_EQ(0, vm_bind(vm, vm->dev[1].group, &self->s1[1]));
	expect_both(_metadata, self);
}
