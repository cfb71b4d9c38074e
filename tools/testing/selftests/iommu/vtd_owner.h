/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: PASIDs belong to a process, which alone can name them */

/* As another process would try it, on a device of its own: 0 when all is refused */
static int try_foreign_pasid(__u32 pasid)
{
	struct vtd_table s1;
	struct vm vm;

	if (vm_open(&vm, 1, 1))
		return 1;
	vtd_table_create(&s1, &vm.guest, 4);
	map_page(&vm, &s1, VA, vm_alloc(&vm));
	if (vtd_bind(&vm, ALL, pasid, &s1) != -EPERM)
		return 2;
	if (vtd_unbind(&vm, ALL, pasid) != -EPERM)
		return 3;
	if (vtd_invalidate(&vm, ALL, vtd_inv_pasid(IOTLB, pasid)) != -EPERM)
		return 4;
	if (vtd_invalidate(&vm, ALL, vtd_inv_addr(IOTLB, pasid, VA, SZ_4K, 1)) !=
	    -EPERM)
		return 5;
	if (inest_pasid_free(vm.container, pasid, pasid) != -EPERM)
		return 6;
	if (vtd_lands(&vm, 0, WITH_PASID(pasid), VA) != VM_NOWHERE)
		return 7;
	/* What it may do to all of its own reaches nobody else */
	if (vtd_invalidate(&vm, ALL, vtd_inv_domain(IOTLB | PASID_CACHE)))
		return 8;
	vm_close(&vm);
	return 0;
}

TEST_F(one, pasid_of_another_process)
{
	int status;
	pid_t child;

	if (variant->rid)
		SKIP(return, "cannot happen: the RID has no owner");
	assert_stale_after_change(_metadata, self);
	child = fork();
	ASSERT_LE(0, child);
	if (!child)
		_exit(try_foreign_pasid(self->pasid));
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status)
		TH_LOG("step %d", WEXITSTATUS(status));
	EXPECT_EQ(self->a, vtd_lands(&self->vm, 0, self->who, VA));
	expect_fresh_after(_metadata, self, inv_page(self, VA));
}

/* Nobody's PASID gets the same answer as somebody else's */
TEST_F(one, pasid_of_nobody)
{
	struct vm *vm = &self->vm;
	__u32 pasid = ITD_PASID_MASK;

	EXPECT_EQ(-EPERM, vtd_bind(vm, ALL, pasid, &self->s1));
	EXPECT_EQ(-EPERM, vtd_unbind(vm, ALL, pasid));
	EXPECT_EQ(-EPERM, vtd_invalidate(vm, ALL, vtd_inv_pasid(IOTLB, pasid)));
	EXPECT_EQ(-EPERM, vtd_invalidate(vm, ALL,
					 vtd_inv_pasid(PASID_CACHE, pasid)));
	EXPECT_EQ(VM_NOWHERE, vtd_lands(vm, 0, WITH_PASID(pasid), VA));
}

/*
 * Two machines of one process: a PASID of either can be bound on both, with the
 * memory of each behind it. The owner of PASIDs is the process, not the container:
 * a container is foreign when its process is, see pasid_of_another_process.
 */
FIXTURE(two_vms) {
	struct vm vm[2];
	struct vtd_table s1[2];
	__u32 pasid;
	__u32 who;
	__u8 caches;
	int a[2];
	int b[2];
};

FIXTURE_VARIANT(two_vms) {
	__u32 ats;
};

FIXTURE_VARIANT_ADD(two_vms, plain) { .ats = 0 };
FIXTURE_VARIANT_ADD(two_vms, ats) { .ats = WITH_ATS };

FIXTURE_SETUP(two_vms)
{
	int i;

	if (variant->ats && machine.no_ats)
		SKIP_IN_SETUP("the unit has no ATS");
	ASSERT_EQ(0, splat_count());
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, vm_open(&self->vm[i], i, 1));
	self->pasid = vtd_pasid_alloc(self->vm);
	self->who = WITH_PASID(self->pasid) | variant->ats;
	self->caches = caches_of(self->who);
	for (i = 0; i < 2; i++) {
		struct vm *vm = &self->vm[i];

		vtd_table_create(&self->s1[i], &vm->guest, 4);
		self->a[i] = vm_alloc(vm);
		self->b[i] = vm_alloc(vm);
		map_page(vm, &self->s1[i], VA, self->a[i]);
		ASSERT_EQ(0, vtd_bind(vm, ALL, self->pasid, &self->s1[i]));
	}
}

FIXTURE_TEARDOWN(two_vms)
{
	int i;

	for (i = 0; i < 2; i++)
		vm_close(&self->vm[i]);
	EXPECT_EQ(0, splat_count());
}

/* Equal addresses, equal PASIDs, memory of their own */
TEST_F(two_vms, apart)
{
	int i;

	for (i = 0; i < 2; i++) {
		vm_fill(&self->vm[!i]);
		EXPECT_EQ(self->a[i],
			  vtd_lands(&self->vm[i], 0, self->who, VA));
		EXPECT_TRUE(vm_page_intact(&self->vm[!i], self->a[!i]));
		EXPECT_TRUE(vm_page_intact(&self->vm[!i], self->b[!i]));
	}
}

/* The domain id is the kernel's: no invalidation reaches into another machine */
TEST_F(two_vms, invalidate_only_own)
{
	struct iommu_cache_invalidate_info all[] = {
		vtd_inv_addr(self->caches, self->pasid, VA, SZ_4K, 1),
		inest_inv_range(self->caches, VA, SZ_4K, 1),
		vtd_inv_pasid(self->caches, self->pasid),
		vtd_inv_domain(self->caches | PASID_CACHE),
	};
	struct vm *vm = self->vm;
	size_t i;

	ASSERT_EQ(self->a[0], vtd_lands(&vm[0], 0, self->who, VA));
	map_page(&vm[0], &self->s1[0], VA, self->b[0]);
	for (i = 0; i < ARRAY_SIZE(all); i++) {
		ASSERT_EQ(0, vtd_invalidate(&vm[1], ALL, all[i]));
		EXPECT_EQ(self->a[0], vtd_lands(&vm[0], 0, self->who, VA));
	}
	ASSERT_EQ(0, vtd_invalidate(&vm[0], ALL, all[0]));
	EXPECT_EQ(self->b[0], vtd_lands(&vm[0], 0, self->who, VA));
}

TEST_F(two_vms, foreign_group)
{
	struct vm *vm = self->vm;
	int group = vm[1].dev[0].group;

	EXPECT_EQ(-ENODEV, vtd_bind(&vm[0], group, self->pasid, &self->s1[0]));
	EXPECT_EQ(-ENODEV, vtd_unbind(&vm[0], group, self->pasid));
	EXPECT_EQ(-ENODEV, vtd_invalidate(&vm[0], group,
					  vtd_inv_domain(IOTLB)));
	EXPECT_EQ(self->a[0], vtd_lands(&vm[0], 0, self->who, VA));
	EXPECT_EQ(self->a[1], vtd_lands(&vm[1], 0, self->who, VA));
}

/* To free a PASID is to unbind it in every container */
TEST_F(two_vms, free)
{
	int i;

	for (i = 0; i < 2; i++) {
		ASSERT_EQ(self->a[i],
			  vtd_lands(&self->vm[i], 0, self->who, VA));
	}
	ASSERT_EQ(0, inest_pasid_free(self->vm[1].container, self->pasid,
				      self->pasid));
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(VM_NOWHERE,
			  vtd_lands(&self->vm[i], 0, self->who, VA));
	}
}

TEST_F(two_vms, close_one)
{
	struct vm *vm = self->vm;

	ASSERT_EQ(self->a[0], vtd_lands(&vm[0], 0, self->who, VA));
	vm_close(&vm[1]);
	EXPECT_EQ(self->a[0], vtd_lands(&vm[0], 0, self->who, VA));
	map_page(&vm[0], &self->s1[0], VA, self->b[0]);
	ASSERT_EQ(0, flush(&vm[0], self->who));
	EXPECT_EQ(self->b[0], vtd_lands(&vm[0], 0, self->who, VA));
}
