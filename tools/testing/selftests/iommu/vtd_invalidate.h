/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests: stage 1 changes in memory, the old page stays in use until the right
 * invalidation and no longer
 */

/*
 * Lets unit and device cache VA -> page a, then makes memory say page b. Every
 * test that calls it ends with VA -> page b.
 */
static void assert_stale_after_change(struct __test_metadata *_metadata,
				      struct _test_data_one *self)
{
	ASSERT_EQ(self->a, vtd_lands(&self->vm, 0, self->who, VA));
	map_page(&self->vm, &self->s1, VA, self->b);
	ASSERT_EQ(self->a, vtd_lands(&self->vm, 0, self->who, VA));
}

static void assert_stale_after(struct __test_metadata *_metadata,
			       struct _test_data_one *self,
			       struct iommu_cache_invalidate_info info)
{
	ASSERT_EQ(0, vtd_invalidate(&self->vm, ALL, info));
	ASSERT_EQ(self->a, vtd_lands(&self->vm, 0, self->who, VA));
}

static void expect_fresh_after(struct __test_metadata *_metadata,
			       struct _test_data_one *self,
			       struct iommu_cache_invalidate_info info)
{
	ASSERT_EQ(0, vtd_invalidate(&self->vm, ALL, info));
	EXPECT_EQ(self->b, vtd_lands(&self->vm, 0, self->who, VA));
}

/* One page of the address space of the fixture */
static struct iommu_cache_invalidate_info
inv_page(const struct _test_data_one *self, __u64 va)
{
	return vtd_inv_addr(self->caches, self->pasid, va, SZ_4K, 1);
}

/* Another address space of the same domain, in which VA is another page */
static __u32 bind_another(struct __test_metadata *_metadata,
			  struct _test_data_one *self)
{
	struct vtd_table s1;
	int page, pasid;

	vtd_table_create(&s1, &self->vm.guest, 4);
	page = vm_alloc(&self->vm);
	map_page(&self->vm, &s1, VA, page);
	pasid = vtd_pasid_alloc(&self->vm);
	ASSERT_LT(0, pasid);
	ASSERT_EQ(0, vtd_bind(&self->vm, ALL, pasid, &s1));
	return pasid;
}

TEST_F(one, invalidate_addr)
{
	__u32 other = bind_another(_metadata, self);

	assert_stale_after_change(_metadata, self);
	assert_stale_after(_metadata, self, inv_page(self, VA + SZ_4K));
	assert_stale_after(_metadata, self,
			   vtd_inv_addr(self->caches, other, VA, SZ_4K, 1));
	expect_fresh_after(_metadata, self, inv_page(self, VA));
}

TEST_F(one, invalidate_addr_leaf)
{
	struct iommu_cache_invalidate_info info = inv_page(self, VA);

	info.granu.addr_info.flags |= IOMMU_INV_ADDR_FLAGS_LEAF;
	assert_stale_after_change(_metadata, self);
	expect_fresh_after(_metadata, self, info);
}

/*
 * A table, not only the leaf, is another: what leads there is dropped as well, but
 * for a guest that says that it changed leaves alone
 */
TEST_F(one, invalidate_addr_of_table)
{
	struct iommu_cache_invalidate_info leaf = inv_page(self, VA);
	struct vm *vm = &self->vm;
	__u64 table = guest_alloc(&vm->guest);
	struct vtd_table other;

	leaf.granu.addr_info.flags |= IOMMU_INV_ADDR_FLAGS_LEAF;
	vtd_table_create(&other, &vm->guest, 4);
	vtd_table_place(&other, VA, table);
	map_page(vm, &other, VA, self->b);
	ASSERT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
	vtd_table_place(&self->s1, VA, table);
	ASSERT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
	assert_stale_after(_metadata, self, leaf);
	expect_fresh_after(_metadata, self, inv_page(self, VA));
}

/* Every address space of the domain, by not naming one */
TEST_F(one, invalidate_addr_of_every_pasid)
{
	assert_stale_after_change(_metadata, self);
	expect_fresh_after(_metadata, self,
			   inest_inv_range(self->caches, VA, SZ_4K, 1));
}

TEST_F(one, invalidate_pasid)
{
	__u32 other = bind_another(_metadata, self);

	assert_stale_after_change(_metadata, self);
	assert_stale_after(_metadata, self, vtd_inv_pasid(self->caches, other));
	expect_fresh_after(_metadata, self,
			   vtd_inv_pasid(self->caches, self->pasid));
}

TEST_F(one, invalidate_domain)
{
	assert_stale_after_change(_metadata, self);
	expect_fresh_after(_metadata, self, vtd_inv_domain(self->caches));
}

/* The device may reach the old page until the entry is invalidated */
TEST_F(one, invalidate_unmapped)
{
	ASSERT_EQ(self->a, vtd_lands(&self->vm, 0, self->who, VA));
	vtd_table_unmap(&self->s1, VA);
	ASSERT_EQ(self->a, vtd_lands(&self->vm, 0, self->who, VA));
	ASSERT_EQ(0, vtd_invalidate(&self->vm, ALL, inv_page(self, VA)));
	EXPECT_EQ(VM_NOWHERE, vtd_lands(&self->vm, 0, self->who, VA));
}

/* A page loses write permission: the device writes until it is told */
TEST_F(one, invalidate_permission)
{
	struct vm *vm = &self->vm;

	ASSERT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
	vtd_table_map(&self->s1, VA, vm->page[self->a].gpa, VTD_READ | VTD_A);
	ASSERT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
	ASSERT_EQ(0, vtd_invalidate(vm, ALL, inv_page(self, VA)));
	EXPECT_EQ(VM_NOWHERE, vtd_lands(vm, 0, self->who, VA));
	EXPECT_EQ(self->a, vtd_reads(vm, 0, self->who, VA));
}

/* Of the two caches neither alone is enough */
static void expect_both_needed(struct __test_metadata *_metadata,
			       struct _test_data_one *self,
			       struct iommu_cache_invalidate_info info)
{
	assert_stale_after_change(_metadata, self);
	info.cache = IOTLB;
	assert_stale_after(_metadata, self, info);
	info.cache = DEV_IOTLB;
	expect_fresh_after(_metadata, self, info);

	map_page(&self->vm, &self->s1, VA, self->a);
	ASSERT_EQ(0, vtd_invalidate(&self->vm, ALL, info));
	ASSERT_EQ(self->b, vtd_lands(&self->vm, 0, self->who, VA));
	info.cache = IOTLB;
	ASSERT_EQ(0, vtd_invalidate(&self->vm, ALL, info));
	ASSERT_EQ(self->b, vtd_lands(&self->vm, 0, self->who, VA));
	info.cache = DEV_IOTLB;
	ASSERT_EQ(0, vtd_invalidate(&self->vm, ALL, info));
	EXPECT_EQ(self->a, vtd_lands(&self->vm, 0, self->who, VA));
}

TEST_F(one, invalidate_addr_unit_then_device)
{
	if (!variant->ats)
		SKIP(return, "cannot happen: without ATS there is one cache");
	expect_both_needed(_metadata, self, inv_page(self, VA));
}

TEST_F(one, invalidate_pasid_unit_then_device)
{
	if (!variant->ats)
		SKIP(return, "cannot happen: without ATS there is one cache");
	expect_both_needed(_metadata, self,
			   vtd_inv_pasid(IOTLB, self->pasid));
}

TEST_F(one, invalidate_domain_unit_then_device)
{
	if (!variant->ats)
		SKIP(return, "cannot happen: without ATS there is one cache");
	expect_both_needed(_metadata, self, vtd_inv_domain(IOTLB));
}

/*
 * The device is told once for a page, with the address space that is meant. For
 * requests without a PASID, it may have used PASID 0 as well: their table is one.
 */
TEST_F(one, invalidation_reaches_device)
{
	struct testdev *td = &self->vm.dev[0].td;

	if (!variant->ats)
		SKIP(return, "cannot happen: without ATS no device is told");
	ASSERT_EQ(self->a, vtd_lands(&self->vm, 0, self->who, VA));
	testdev_write32(td, ITD_ACTION, ITD_ACTION_CLEAR);
	ASSERT_EQ(0, vtd_invalidate(&self->vm, ALL, inv_page(self, VA)));
	EXPECT_EQ(variant->rid ? 2ULL : 1ULL,
		  testdev_read64(td, ITD_CNT_ATC_INVS));
	EXPECT_EQ(1ULL, testdev_read64(td, ITD_CNT_ATC_INVS_PASID));
	EXPECT_EQ(VA, testdev_read64(td, ITD_LAST_INV_ADDR));
	EXPECT_EQ((__u64)SZ_4K, testdev_read64(td, ITD_LAST_INV_SIZE));
	EXPECT_EQ(WITH_PASID(self->pasid),
		  testdev_read32(td, ITD_LAST_INV_PASID));
}

/* The table of the requests without a PASID is the one of PASID 0 */
TEST_F(one, rid_is_pasid_0)
{
	struct vm *vm = &self->vm;
	__u32 who = WITH_PASID(0) | variant->ats;

	if (!variant->rid)
		SKIP(return, "cannot happen: another PASID is bound");
	ASSERT_EQ(self->a, vtd_lands(vm, 0, who, VA));
	map_page(vm, &self->s1, VA, self->b);
	ASSERT_EQ(self->a, vtd_lands(vm, 0, who, VA));
	ASSERT_EQ(0, vtd_invalidate(vm, ALL, inv_page(self, VA)));
	EXPECT_EQ(self->b, vtd_lands(vm, 0, who, VA));
	ASSERT_EQ(0, vtd_unbind(vm, ALL, RID));
	EXPECT_EQ(VM_NOWHERE, vtd_lands(vm, 0, who, VA));
}

/* PASID entries change by bind and unbind alone, which see to their cache */
TEST_F(one, invalidate_pasid_cache)
{
	struct vm *vm = &self->vm;

	EXPECT_EQ(0, vtd_invalidate(vm, ALL,
				    vtd_inv_pasid(PASID_CACHE, self->pasid)));
	EXPECT_EQ(0, vtd_invalidate(vm, ALL, vtd_inv_domain(PASID_CACHE)));
	EXPECT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
}

TEST_F(one, invalidate_pasid_cache_and_translations)
{
	assert_stale_after_change(_metadata, self);
	expect_fresh_after(_metadata, self,
			   vtd_inv_pasid(PASID_CACHE | self->caches,
					 self->pasid));
	map_page(&self->vm, &self->s1, VA, self->a);
	ASSERT_EQ(self->b, vtd_lands(&self->vm, 0, self->who, VA));
	ASSERT_EQ(0, vtd_invalidate(&self->vm, ALL,
				    vtd_inv_domain(PASID_CACHE |
						   self->caches)));
	EXPECT_EQ(self->a, vtd_lands(&self->vm, 0, self->who, VA));
}

/* A guest that can't tell binding an address space from changing it */
TEST_F(one, replace_without_invalidation)
{
	struct vm *vm = &self->vm;
	struct vtd_table other;

	vtd_table_create(&other, &vm->guest, 4);
	map_page(vm, &other, VA, self->b);
	ASSERT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
	EXPECT_EQ(-EBUSY, vtd_bind(vm, ALL, self->pasid, &other));
	EXPECT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
	ASSERT_EQ(0, vtd_unbind(vm, ALL, self->pasid));
	ASSERT_EQ(0, vtd_bind(vm, ALL, self->pasid, &other));
	EXPECT_EQ(self->b, vtd_lands(vm, 0, self->who, VA));
	ASSERT_EQ(0, vtd_unbind(vm, ALL, self->pasid));
	ASSERT_EQ(0, vtd_bind(vm, ALL, self->pasid, &self->s1));
	EXPECT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
}

/* After unbind nothing of the address space can be reached, from no cache */
TEST_F(one, unbind)
{
	struct vm *vm = &self->vm;
	__u64 gpa = vm->page[self->b].gpa;

	ASSERT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
	ASSERT_EQ(0, vtd_unbind(vm, ALL, self->pasid));
	EXPECT_EQ(VM_NOWHERE, vtd_lands(vm, 0, self->who, VA));
	EXPECT_EQ(variant->rid ? self->b : VM_NOWHERE,
		  vtd_lands(vm, 0, self->who, gpa));
	EXPECT_EQ(0, vtd_unbind(vm, ALL, self->pasid));
	EXPECT_EQ(VM_NOWHERE, vtd_lands(vm, 0, self->who, VA));
	ASSERT_EQ(0, vtd_bind(vm, ALL, self->pasid, &self->s1));
	EXPECT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
}

/* What stage 2 alone cached for the RID is of no use once a stage 1 is bound */
TEST_F(one, bind_after_use)
{
	struct vm *vm = &self->vm;
	__u64 gpa = vm->page[self->b].gpa;

	ASSERT_EQ(0, vtd_unbind(vm, ALL, self->pasid));
	ASSERT_EQ(variant->rid ? self->b : VM_NOWHERE,
		  vtd_lands(vm, 0, self->who, gpa));
	map_page(vm, &self->s1, gpa, self->a);
	ASSERT_EQ(0, vtd_bind(vm, ALL, self->pasid, &self->s1));
	EXPECT_EQ(self->a, vtd_lands(vm, 0, self->who, gpa));
}

/* Without a stage 1 there is nothing to invalidate, and no harm in it */
TEST_F(one, invalidate_unbound)
{
	struct vm *vm = &self->vm;

	ASSERT_EQ(0, vtd_unbind(vm, ALL, self->pasid));
	EXPECT_EQ(0, vtd_invalidate(vm, ALL, vtd_inv_domain(self->caches)));
	EXPECT_EQ(0, vtd_invalidate(vm, ALL,
				    vtd_inv_pasid(self->caches, self->pasid)));
	ASSERT_EQ(0, vtd_bind(vm, ALL, self->pasid, &self->s1));
	EXPECT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
}
