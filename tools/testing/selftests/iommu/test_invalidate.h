/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests: stage 1 changes in memory, the old page stays in use until the right
 * invalidation and no longer
 */

/*
 * Lets the IOMMU cache VA -> page a, then makes memory say page b. Every test
 * that calls it ends with VA -> page b.
 */
static void assert_stale_after_change(struct __test_metadata *_metadata,
				      struct _test_data_one *self)
{
	ASSERT_EQ(self->a, vm_lands(&self->vm, 0, VA));
	map_page(&self->vm, &self->s1, VA, self->b);
	ASSERT_EQ(self->a, vm_lands(&self->vm, 0, VA));
}

static void assert_stale_after(struct __test_metadata *_metadata,
			       struct _test_data_one *self,
			       struct iommu_cache_invalidate_info info)
{
	ASSERT_EQ(0, invalidate(&self->vm, info));
	ASSERT_EQ(self->a, vm_lands(&self->vm, 0, VA));
}

static void expect_fresh_after(struct __test_metadata *_metadata,
			       struct _test_data_one *self,
			       struct iommu_cache_invalidate_info info)
{
	ASSERT_EQ(0, invalidate(&self->vm, info));
	EXPECT_EQ(self->b, vm_lands(&self->vm, 0, VA));
}

TEST_F(one, invalidate_addr)
{
	assert_stale_after_change(_metadata, self);
	assert_stale_after(_metadata, self, inv_addr(ASID, VA + SZ_4K, SZ_4K, 1));
	assert_stale_after(_metadata, self, inv_addr(OTHER_ASID, VA, SZ_4K, 1));
	expect_fresh_after(_metadata, self, inv_addr(ASID, VA, SZ_4K, 1));
}

TEST_F(one, invalidate_addr_of_every_asid)
{
	assert_stale_after_change(_metadata, self);
	assert_stale_after(_metadata, self, inv_addr(EVERY_ID, VA + SZ_4K, SZ_4K, 1));
	expect_fresh_after(_metadata, self, inv_addr(EVERY_ID, VA, SZ_4K, 1));
}

TEST_F(one, invalidate_addr_leaf)
{
	struct iommu_cache_invalidate_info info = inv_addr(ASID, VA, SZ_4K, 1);

	info.granu.addr_info.flags |= IOMMU_INV_ADDR_FLAGS_LEAF;
	assert_stale_after_change(_metadata, self);
	expect_fresh_after(_metadata, self, info);
}

/* The PASID, where an ASID is there as well, selects nothing more */
TEST_F(one, invalidate_addr_with_pasid)
{
	struct iommu_cache_invalidate_info info = inv_addr(ASID, VA, SZ_4K, 1);

	info.granu.addr_info.flags |= IOMMU_INV_ADDR_FLAGS_PASID;
	assert_stale_after_change(_metadata, self);
	expect_fresh_after(_metadata, self, info);
}

/* One page at the end of the range, and one behind its end */
TEST_F(one, invalidate_range)
{
	assert_stale_after_change(_metadata, self);
	assert_stale_after(_metadata, self, inv_addr(ASID, VA - 6 * SZ_4K, SZ_4K, 6));
	expect_fresh_after(_metadata, self, inv_addr(ASID, VA - 6 * SZ_4K, SZ_4K, 7));
}

/* A count that no single command can express */
TEST_F(one, invalidate_odd_range)
{
	const __u64 count = 0x10001;

	assert_stale_after_change(_metadata, self);
	expect_fresh_after(_metadata, self,
			   inv_addr(ASID, VA - (count - 1) * SZ_4K, SZ_4K,
				    count));
}

TEST_F(one, invalidate_range_of_2m)
{
	const __u64 block = VA & ~(SZ_2M - 1);

	assert_stale_after_change(_metadata, self);
	expect_fresh_after(_metadata, self, inv_addr(ASID, block - SZ_2M, SZ_2M, 2));
}

/* As many granules as there are: the work must not grow with the number */
TEST_F(one, invalidate_whole_address_space)
{
	assert_stale_after_change(_metadata, self);
	expect_fresh_after(_metadata, self, inv_addr(ASID, 0, SZ_4K, 1ULL << 36));
	map_page(&self->vm, &self->s1, VA, self->a);
	ASSERT_EQ(0, invalidate(&self->vm,
				inv_addr(EVERY_ID, 0, SZ_4K, 1ULL << 52)));
	EXPECT_EQ(self->a, vm_lands(&self->vm, 0, VA));
}

TEST_F(one, invalidate_block)
{
	struct vm *vm = &self->vm;
	const __u64 va = VA_BLOCK + 0x5040;
	int before, after;

	ASSERT_EQ(0, vm_map_blocks(vm));
	before = vm_watch(vm, GUEST_BLOCKS + 0x5000);
	after = vm_watch(vm, GUEST_BLOCKS + SZ_2M + 0x5000);
	stage1_map_block(&self->s1, VA_BLOCK, GUEST_BLOCKS, STAGE1_RW);
	ASSERT_EQ(before, vm_lands(vm, 0, va));
	stage1_map_block(&self->s1, VA_BLOCK, GUEST_BLOCKS + SZ_2M, STAGE1_RW);
	ASSERT_EQ(before, vm_lands(vm, 0, va));
	ASSERT_EQ(0, invalidate(vm, inv_addr(ASID, VA_BLOCK + SZ_2M, SZ_2M,
					     1)));
	ASSERT_EQ(before, vm_lands(vm, 0, va));
	ASSERT_EQ(0, invalidate(vm, inv_addr(ASID, VA_BLOCK, SZ_2M, 1)));
	EXPECT_EQ(after, vm_lands(vm, 0, va));
}

TEST_F(one, invalidate_asid)
{
	assert_stale_after_change(_metadata, self);
	assert_stale_after(_metadata, self, inv_asid(OTHER_ASID));
	expect_fresh_after(_metadata, self, inv_asid(ASID));
}

TEST_F(one, invalidate_domain)
{
	assert_stale_after_change(_metadata, self);
	expect_fresh_after(_metadata, self,
			   inest_inv_all(IOMMU_CACHE_INV_TYPE_IOTLB));
}

/* The device may reach the old page until the entry is invalidated */
TEST_F(one, invalidate_unmapped)
{
	ASSERT_EQ(self->a, vm_lands(&self->vm, 0, VA));
	stage1_unmap(&self->s1, VA);
	ASSERT_EQ(self->a, vm_lands(&self->vm, 0, VA));
	ASSERT_EQ(0, invalidate(&self->vm, inv_addr(ASID, VA, SZ_4K, 1)));
	EXPECT_EQ(VM_NOWHERE, vm_lands(&self->vm, 0, VA));
}

/*
 * The bound context descriptor selects another address space, where VA and VA_2
 * lead to page b, while VA_2 is not in the IOTLB yet: what still goes to page a
 * goes there because the old descriptor is in use.
 */
static void change_cd(struct vm *vm, struct stage1 *s1, int a, int b)
{
	struct stage1 other;

	map_page(vm, s1, VA_2, a);
	create_stage1(vm, &other, OTHER_ASID);
	map_page(vm, &other, VA, b);
	map_page(vm, &other, VA_2, b);
	stage1_write_cd(&other, s1->cd, vm->info.addr_width);
}

static void assert_stale_cd_after_change(struct __test_metadata *_metadata,
					 struct _test_data_one *self)
{
	ASSERT_EQ(self->a, vm_lands(&self->vm, 0, VA));
	change_cd(&self->vm, &self->s1, self->a, self->b);
	ASSERT_EQ(self->a, vm_lands(&self->vm, 0, VA_2));
}

TEST_F(one, invalidate_cd)
{
	assert_stale_cd_after_change(_metadata, self);
	assert_stale_after(_metadata, self,
			   inest_inv_all(IOMMU_CACHE_INV_TYPE_IOTLB));
	expect_fresh_after(_metadata, self, inv_cd(0));
	EXPECT_EQ(self->b, vm_lands(&self->vm, 0, VA_2));
}

TEST_F(one, invalidate_all_cds)
{
	assert_stale_cd_after_change(_metadata, self);
	assert_stale_after(_metadata, self, inv_asid(ASID));
	expect_fresh_after(_metadata, self, inv_cd(EVERY_ID));
	EXPECT_EQ(self->b, vm_lands(&self->vm, 0, VA_2));
}

/* Descriptor and translations in one call, with an ASID that stays the same */
TEST_F(one, invalidate_cd_and_iotlb)
{
	struct stage1 other;

	create_stage1(&self->vm, &other, ASID);
	map_page(&self->vm, &other, VA, self->b);
	ASSERT_EQ(self->a, vm_lands(&self->vm, 0, VA));
	stage1_write_cd(&other, self->s1.cd, self->vm.info.addr_width);
	assert_stale_after(_metadata, self, inv_cd(EVERY_ID));
	expect_fresh_after(_metadata, self,
			   inest_inv_all(IOMMU_CACHE_INV_TYPE_IOTLB |
					 IOMMU_CACHE_INV_TYPE_PASID));
}

TEST_F(one, invalidate_cd_and_asid)
{
	struct iommu_cache_invalidate_info info = inv_asid(ASID);

	info.cache |= IOMMU_CACHE_INV_TYPE_PASID;
	info.granu.pasid_info.flags |= IOMMU_INV_PASID_FLAGS_PASID;
	assert_stale_cd_after_change(_metadata, self);
	expect_fresh_after(_metadata, self, info);
}

/* Without a stage 1 there is nothing to invalidate, and no harm in it */
TEST_F(one, invalidate_unbound)
{
	ASSERT_EQ(0, inest_unbind_pasid_table(self->vm.container, ALL));
	EXPECT_EQ(0, invalidate(&self->vm,
				inest_inv_all(IOMMU_CACHE_INV_TYPE_IOTLB |
					      IOMMU_CACHE_INV_TYPE_PASID)));
	EXPECT_EQ(self->a, vm_lands(&self->vm, 0, self->vm.page[self->a].gpa));
}
