/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: two devices in one container */

/* Two devices that share a PASID and its address space: VA leads both to page a */
FIXTURE(pair) {
	struct vm vm;
	struct vtd_table s1;
	__u32 pasid;
	__u32 who;
	__u8 caches;
	int a;
	int b;
};

FIXTURE_VARIANT(pair) {
	__u32 ats;
};

FIXTURE_VARIANT_ADD(pair, plain) { .ats = 0 };
FIXTURE_VARIANT_ADD(pair, ats) { .ats = WITH_ATS };

FIXTURE_SETUP(pair)
{
	struct vm *vm = &self->vm;

	if (variant->ats && machine.no_ats)
		SKIP_IN_SETUP("the unit has no ATS");
	ASSERT_EQ(0, splat_count());
	ASSERT_EQ(0, vm_open(vm, 0, 2));
	self->pasid = vtd_pasid_alloc(vm);
	self->who = WITH_PASID(self->pasid) | variant->ats;
	self->caches = caches_of(self->who);
	vtd_table_create(&self->s1, &vm->guest, 4);
	self->a = vm_alloc(vm);
	self->b = vm_alloc(vm);
	map_page(vm, &self->s1, VA, self->a);
	ASSERT_EQ(0, vtd_bind(vm, ALL, self->pasid, &self->s1));
}

FIXTURE_TEARDOWN(pair)
{
	vm_close(&self->vm);
	EXPECT_EQ(0, splat_count());
}

static void expect_pair(struct __test_metadata *_metadata,
			struct _test_data_pair *self, int first, int second)
{
	EXPECT_EQ(first, vtd_lands(&self->vm, 0, self->who, VA));
	EXPECT_EQ(second, vtd_lands(&self->vm, 1, self->who, VA));
}

TEST_F(pair, share_a_pasid)
{
	expect_pair(_metadata, self, self->a, self->a);
}

/* What cannot be bound to every device is bound to none */
TEST_F(pair, all_or_nothing)
{
	struct vm *vm = &self->vm;
	int group = vm->dev[0].group;

	ASSERT_EQ(0, vtd_unbind(vm, group, self->pasid));
	EXPECT_EQ(-EBUSY, vtd_bind(vm, ALL, self->pasid, &self->s1));
	expect_pair(_metadata, self, VM_NOWHERE, self->a);
	ASSERT_EQ(0, vtd_bind(vm, group, self->pasid, &self->s1));
	expect_pair(_metadata, self, self->a, self->a);
}

TEST_F(pair, unbind_one)
{
	struct vm *vm = &self->vm;
	int i;

	for (i = 0; i < 2; i++) {
		expect_pair(_metadata, self, self->a, self->a);
		ASSERT_EQ(0, vtd_unbind(vm, vm->dev[i].group, self->pasid));
		expect_pair(_metadata, self, i ? self->a : VM_NOWHERE,
			    i ? VM_NOWHERE : self->a);
		ASSERT_EQ(0, vtd_bind(vm, vm->dev[i].group, self->pasid,
				      &self->s1));
	}
}

TEST_F(pair, unbind_both)
{
	expect_pair(_metadata, self, self->a, self->a);
	ASSERT_EQ(0, vtd_unbind(&self->vm, ALL, self->pasid));
	expect_pair(_metadata, self, VM_NOWHERE, VM_NOWHERE);
}

/* An invalidation without a group reaches every device that has the PASID */
static void expect_pair_fresh(struct __test_metadata *_metadata,
			      struct _test_data_pair *self,
			      struct iommu_cache_invalidate_info info)
{
	expect_pair(_metadata, self, self->a, self->a);
	map_page(&self->vm, &self->s1, VA, self->b);
	expect_pair(_metadata, self, self->a, self->a);
	ASSERT_EQ(0, vtd_invalidate(&self->vm, ALL, info));
	expect_pair(_metadata, self, self->b, self->b);
	map_page(&self->vm, &self->s1, VA, self->a);
	ASSERT_EQ(0, vtd_invalidate(&self->vm, ALL, info));
	expect_pair(_metadata, self, self->a, self->a);
}

TEST_F(pair, invalidate_addr)
{
	expect_pair_fresh(_metadata, self,
			  vtd_inv_addr(self->caches, self->pasid, VA, SZ_4K, 1));
}

TEST_F(pair, invalidate_pasid)
{
	expect_pair_fresh(_metadata, self,
			  vtd_inv_pasid(self->caches, self->pasid));
}

TEST_F(pair, invalidate_domain)
{
	expect_pair_fresh(_metadata, self, vtd_inv_domain(self->caches));
}

/* The cache of a device is its own: one named group does not speak for both */
TEST_F(pair, invalidate_device_of_one)
{
	struct vm *vm = &self->vm;

	if (!variant->ats)
		SKIP(return, "cannot happen: without ATS no device caches");
	expect_pair(_metadata, self, self->a, self->a);
	map_page(vm, &self->s1, VA, self->b);
	ASSERT_EQ(0, vtd_invalidate(vm, vm->dev[1].group,
				    vtd_inv_pasid(self->caches, self->pasid)));
	expect_pair(_metadata, self, self->a, self->b);
	ASSERT_EQ(0, vtd_invalidate(vm, vm->dev[0].group,
				    vtd_inv_pasid(self->caches, self->pasid)));
	expect_pair(_metadata, self, self->b, self->b);
}

TEST_F(pair, stage2_unmapped)
{
	struct vm *vm = &self->vm;
	__u64 gpa = guest_alloc_loose(&vm->guest);
	int i, loose = vm_watch(vm, gpa);

	map_page(vm, &self->s1, VA_2, loose);
	for (i = 0; i < 2; i++)
		ASSERT_EQ(loose, vtd_lands(vm, i, self->who, VA_2));
	ASSERT_EQ(0, inest_dma_unmap(vm->container, gpa, SZ_4K));
	for (i = 0; i < 2; i++)
		EXPECT_EQ(VM_NOWHERE, vtd_lands(vm, i, self->who, VA_2));
}

/* A PASID and the RID of the one, another PASID of the other */
TEST_F(pair, different_spaces)
{
	struct vm *vm = &self->vm;
	struct vtd_table s1;
	int pasid = vtd_pasid_alloc(vm);

	ASSERT_LT(0, pasid);
	vtd_table_create(&s1, &vm->guest, 4);
	map_page(vm, &s1, VA, self->b);
	ASSERT_EQ(0, vtd_bind(vm, vm->dev[0].group, RID, &s1));
	ASSERT_EQ(0, vtd_bind(vm, vm->dev[1].group, pasid, &s1));
	expect_pair(_metadata, self, self->a, self->a);
	EXPECT_EQ(self->b, vtd_lands(vm, 0, variant->ats, VA));
	EXPECT_EQ(VM_NOWHERE,
		  vtd_lands(vm, 0, WITH_PASID(pasid) | variant->ats, VA));
	EXPECT_EQ(self->b,
		  vtd_lands(vm, 1, WITH_PASID(pasid) | variant->ats, VA));
	EXPECT_EQ(self->b,
		  vtd_lands(vm, 1, variant->ats, vm->page[self->b].gpa));
}

/*
 * What a unit caches is tagged with domain and PASID, not with the device: two
 * tables at one PASID are either kept apart or refused, never mixed up
 */
static void expect_apart_or_refused(struct __test_metadata *_metadata,
				    struct _test_data_pair *self, __u32 pasid)
{
	__u32 who = (pasid ? WITH_PASID(pasid) : 0) |
		    (self->who & WITH_ATS);
	struct vm *vm = &self->vm;
	struct vtd_table s1;
	int ret;

	vtd_table_create(&s1, &vm->guest, 4);
	map_page(vm, &s1, VA, self->b);
	ASSERT_EQ(0, vtd_unbind(vm, ALL, pasid));
	ASSERT_EQ(0, vtd_bind(vm, vm->dev[0].group, pasid, &self->s1));
	ASSERT_EQ(self->a, vtd_lands(vm, 0, who, VA));
	ret = vtd_bind(vm, vm->dev[1].group, pasid, &s1);
	EXPECT_TRUE(!ret || ret == -EBUSY || ret == -EOPNOTSUPP)
		TH_LOG("bind returned %d", ret);
	EXPECT_EQ(self->a, vtd_lands(vm, 0, who, VA));
	EXPECT_EQ(ret ? VM_NOWHERE : self->b, vtd_lands(vm, 1, who, VA));
	EXPECT_EQ(self->a, vtd_lands(vm, 0, who, VA));
}

TEST_F(pair, one_pasid_two_tables)
{
	expect_apart_or_refused(_metadata, self, self->pasid);
}

TEST_F(pair, rid_two_tables)
{
	expect_apart_or_refused(_metadata, self, RID);
}

/* A group leaves while it is bound; it comes back without a stage 1 */
TEST_F(pair, detach_one)
{
	struct vm *vm = &self->vm;

	expect_pair(_metadata, self, self->a, self->a);
	vm_stop_device(vm, 1);
	ASSERT_EQ(0, inest_group_detach(vm->dev[1].group));
	EXPECT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
	EXPECT_EQ(-ENODEV, vtd_bind(vm, vm->dev[1].group, self->pasid,
				    &self->s1));
	EXPECT_EQ(0, flush(vm, self->who));

	ASSERT_EQ(0, vm_attach(vm, 1));
	ASSERT_EQ(0, vm_start_device(vm, 1));
	expect_pair(_metadata, self, self->a, VM_NOWHERE);
	ASSERT_EQ(0, vtd_bind(vm, vm->dev[1].group, self->pasid, &self->s1));
	expect_pair(_metadata, self, self->a, self->a);
}

/* vfio-pci loses one of the two devices: its group leaves the container */
TEST_F(pair, driver_unbound_from_one)
{
	struct vm *vm = &self->vm;

	expect_pair(_metadata, self, self->a, self->a);
	vm_stop_device(vm, 1);
	ASSERT_EQ(0, inest_pci_unbind(vm->dev[1].bdf));
	EXPECT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
	EXPECT_EQ(-ENODEV, vtd_unbind(vm, vm->dev[1].group, self->pasid));
	EXPECT_EQ(0, vtd_unbind(vm, ALL, self->pasid));
	EXPECT_EQ(0, vtd_bind(vm, ALL, self->pasid, &self->s1));

	vm_close_group(vm, 1);
	ASSERT_EQ(0, inest_pci_claim(vm->dev[1].bdf));
	ASSERT_EQ(0, vm_attach(vm, 1));
	ASSERT_EQ(0, vm_start_device(vm, 1));
	ASSERT_EQ(0, vtd_bind(vm, vm->dev[1].group, self->pasid, &self->s1));
	expect_pair(_metadata, self, self->a, self->a);
}
