/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: the numbers by which a guest knows its PASIDs */

#define GPASID		5

static int bind_gpasid(struct vm *vm, __u32 pasid, const struct vtd_table *s1,
		       __u32 gpasid)
{
	struct iommu_gpasid_bind_data data =
		inest_bind_data(pasid, s1->root, vtd_table_width(s1));

	inest_bind_data_set_gpasid(&data, gpasid);
	return inest_bind_pgtbl(vm->container, ALL, &data);
}

/* @pasid of @info is the guest's number */
static struct iommu_cache_invalidate_info
by_guest(struct iommu_cache_invalidate_info info)
{
	if (info.granularity == IOMMU_INV_GRANU_ADDR)
		info.granu.addr_info.flags |= IOMMU_INV_ADDR_FLAGS_GPASID;
	else
		info.granu.pasid_info.flags |= IOMMU_INV_PASID_FLAGS_GPASID;
	return info;
}

static struct iommu_cache_invalidate_info
guest_page(const struct _test_data_one *self, __u32 gpasid)
{
	return by_guest(vtd_inv_addr(self->caches, gpasid, VA, SZ_4K, 1));
}

static struct iommu_cache_invalidate_info
guest_space(const struct _test_data_one *self, __u32 gpasid)
{
	return by_guest(vtd_inv_pasid(self->caches, gpasid));
}

/* The fixture's address space again, as GPASID */
static void rebind_as_gpasid(struct __test_metadata *_metadata,
			     struct _test_data_one *self)
{
	ASSERT_EQ(0, vtd_unbind(&self->vm, ALL, self->pasid));
	ASSERT_EQ(0, bind_gpasid(&self->vm, self->pasid, &self->s1, GPASID));
}

/* Numbers that the guest does not have: EPERM, and nothing happens */
static void expect_unknown(struct __test_metadata *_metadata,
			   struct _test_data_one *self, __u32 gpasid)
{
	struct vm *vm = &self->vm;

	EXPECT_EQ(-EPERM, vtd_invalidate(vm, ALL, guest_page(self, gpasid)))
		TH_LOG("guest PASID %u", gpasid);
	EXPECT_EQ(-EPERM, vtd_invalidate(vm, ALL, guest_space(self, gpasid)))
		TH_LOG("guest PASID %u", gpasid);
	EXPECT_EQ(-EPERM, vtd_invalidate(vm, ALL,
					 by_guest(vtd_inv_pasid(PASID_CACHE,
								gpasid))))
		TH_LOG("guest PASID %u", gpasid);
}

TEST_F(one, gpasid_invalidate_addr)
{
	if (variant->rid)
		SKIP(return, "cannot happen: the RID has no number");
	rebind_as_gpasid(_metadata, self);
	assert_stale_after_change(_metadata, self);
	expect_unknown(_metadata, self, GPASID + 1);
	ASSERT_EQ(self->a, vtd_lands(&self->vm, 0, self->who, VA));
	expect_fresh_after(_metadata, self, guest_page(self, GPASID));
}

TEST_F(one, gpasid_invalidate_pasid)
{
	if (variant->rid)
		SKIP(return, "cannot happen: the RID has no number");
	rebind_as_gpasid(_metadata, self);
	assert_stale_after_change(_metadata, self);
	expect_unknown(_metadata, self, ITD_PASID_MASK);
	ASSERT_EQ(self->a, vtd_lands(&self->vm, 0, self->who, VA));
	expect_fresh_after(_metadata, self, guest_space(self, GPASID));
}

/* The host's number stays good, and is none of the guest's */
TEST_F(one, gpasid_beside_host_pasid)
{
	struct vm *vm = &self->vm;
	__u32 gpasid = self->pasid == GPASID ? GPASID + 1 : GPASID;

	if (variant->rid)
		SKIP(return, "cannot happen: the RID has no number");
	ASSERT_EQ(0, vtd_unbind(vm, ALL, self->pasid));
	ASSERT_EQ(0, bind_gpasid(vm, self->pasid, &self->s1, gpasid));
	assert_stale_after_change(_metadata, self);
	expect_unknown(_metadata, self, self->pasid);
	EXPECT_EQ(-EPERM, vtd_invalidate(vm, ALL,
					 vtd_inv_pasid(IOTLB, gpasid)));
	expect_fresh_after(_metadata, self, inv_page(self, VA));
}

/* Two address spaces whose numbers are each other's */
TEST_F(one, gpasid_crossed)
{
	struct vm *vm = &self->vm;
	struct vtd_table s1;
	int page, pasid;
	__u32 who;

	if (variant->rid)
		SKIP(return, "cannot happen: the RID has no number");
	pasid = vtd_pasid_alloc(vm);
	ASSERT_LT(0, pasid);
	who = WITH_PASID(pasid) | variant->ats;
	vtd_table_create(&s1, &vm->guest, 4);
	page = vm_alloc(vm);
	map_page(vm, &s1, VA, page);
	ASSERT_EQ(0, vtd_unbind(vm, ALL, self->pasid));
	ASSERT_EQ(0, bind_gpasid(vm, self->pasid, &self->s1, pasid));
	ASSERT_EQ(0, bind_gpasid(vm, pasid, &s1, self->pasid));
	ASSERT_EQ(page, vtd_lands(vm, 0, who, VA));
	map_page(vm, &s1, VA, self->b);
	assert_stale_after_change(_metadata, self);
	ASSERT_EQ(page, vtd_lands(vm, 0, who, VA));
	ASSERT_EQ(0, vtd_invalidate(vm, ALL, guest_space(self, pasid)));
	EXPECT_EQ(self->b, vtd_lands(vm, 0, self->who, VA));
	EXPECT_EQ(page, vtd_lands(vm, 0, who, VA));
	ASSERT_EQ(0, vtd_invalidate(vm, ALL, guest_page(self, self->pasid)));
	EXPECT_EQ(self->b, vtd_lands(vm, 0, who, VA));
}

TEST_F(one, gpasid_ends_with_binding)
{
	struct vm *vm = &self->vm;

	if (variant->rid)
		SKIP(return, "cannot happen: the RID has no number");
	expect_unknown(_metadata, self, GPASID);
	rebind_as_gpasid(_metadata, self);
	EXPECT_EQ(0, vtd_invalidate(vm, ALL, guest_space(self, GPASID)));
	ASSERT_EQ(0, vtd_unbind(vm, ALL, self->pasid));
	expect_unknown(_metadata, self, GPASID);
	ASSERT_EQ(0, bind_gpasid(vm, self->pasid, &self->s1, GPASID + 1));
	expect_unknown(_metadata, self, GPASID);
	EXPECT_EQ(0, vtd_invalidate(vm, ALL, guest_space(self, GPASID + 1)));
}

/* A number of the guest's stands for one address space of a device */
TEST_F(one, gpasid_is_unique)
{
	struct vm *vm = &self->vm;
	int pasid;

	if (variant->rid)
		SKIP(return, "cannot happen: the RID has no number");
	pasid = vtd_pasid_alloc(vm);
	ASSERT_LT(0, pasid);
	rebind_as_gpasid(_metadata, self);
	EXPECT_EQ(-EBUSY, bind_gpasid(vm, pasid, &self->s1, GPASID));
	EXPECT_EQ(VM_NOWHERE, vtd_lands(vm, 0, WITH_PASID(pasid), VA));
	EXPECT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
	ASSERT_EQ(0, bind_gpasid(vm, pasid, &self->s1, 0));
	EXPECT_EQ(0, vtd_invalidate(vm, ALL, guest_space(self, 0)));
}

/* The flag is about the PASID: it needs one */
TEST_F(one, gpasid_flag_alone)
{
	struct iommu_cache_invalidate_info info = guest_page(self, GPASID);
	struct vm *vm = &self->vm;

	info.granu.addr_info.flags &= ~IOMMU_INV_ADDR_FLAGS_PASID;
	EXPECT_EQ(-EINVAL, vtd_invalidate(vm, ALL, info));
	info = guest_space(self, GPASID);
	info.granu.pasid_info.flags &= ~IOMMU_INV_PASID_FLAGS_PASID;
	EXPECT_EQ(-EINVAL, vtd_invalidate(vm, ALL, info));
}
