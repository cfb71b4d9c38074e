/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: what an access may do, and what the walk leaves in the guest's tables */

/* Binds again with other attributes */
static void rebind(struct __test_metadata *_metadata,
		   struct _test_data_one *self, __u64 flags)
{
	ASSERT_EQ(0, vtd_unbind(&self->vm, ALL, self->pasid));
	ASSERT_EQ(0, vtd_bind_flags(&self->vm, ALL, self->pasid, &self->s1,
				    flags));
}

TEST_F(one, read_only)
{
	struct vm *vm = &self->vm;

	vtd_table_map(&self->s1, VA_2, vm->page[self->b].gpa, VTD_READ);
	EXPECT_EQ(VM_NOWHERE, vtd_lands(vm, 0, self->who, VA_2));
	EXPECT_EQ(self->b, vtd_reads(vm, 0, self->who, VA_2));
}

/* A table that forbids writes does so for all that it leads to */
TEST_F(one, read_only_table)
{
	struct vm *vm = &self->vm;
	__u64 va = VA + SZ_2M;
	__u64 *pde;

	map_page(vm, &self->s1, va, self->b);
	pde = vtd_table_entry(&self->s1, va, VTD_PD);
	vtd_table_set(pde, *pde & ~VTD_W);
	EXPECT_EQ(VM_NOWHERE, vtd_lands(vm, 0, self->who, va));
	EXPECT_EQ(self->b, vtd_reads(vm, 0, self->who, va));
}

TEST_F(one, supervisor_page)
{
	struct vm *vm = &self->vm;

	vtd_table_map(&self->s1, VA_2, vm->page[self->b].gpa, VTD_P | VTD_W);
	EXPECT_EQ(VM_NOWHERE, vtd_lands(vm, 0, self->who, VA_2));
	EXPECT_EQ(VM_NOWHERE, vtd_reads(vm, 0, self->who, VA_2));
	EXPECT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
}

/* A request in privileged mode, for an address space that allows none */
TEST_F(one, supervisor_request)
{
	struct vm *vm = &self->vm;

	if (variant->rid)
		SKIP(return, "cannot happen: privileged mode is said with a PASID");
	EXPECT_EQ(VM_NOWHERE, vtd_lands(vm, 0, self->who | WITH_PRIV, VA));
	EXPECT_EQ(VM_NOWHERE, vtd_reads(vm, 0, self->who | WITH_PRIV, VA));
	EXPECT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
}

/* And for one that does */
TEST_F(one, supervisor_request_allowed)
{
	struct vm *vm = &self->vm;
	struct inest_vtd fields;

	if (variant->rid)
		SKIP(return, "cannot happen: privileged mode is said with a PASID");
	inest_vtd_decode(&vm->info.vendor.vtd, &fields);
	ASSERT_EQ(1, fields.supervisor);
	vtd_table_map(&self->s1, VA_2, vm->page[self->b].gpa, VTD_P | VTD_W);
	rebind(_metadata, self, IOMMU_SVA_VTD_GPASID_SRE);
	EXPECT_EQ(self->b, vtd_lands(vm, 0, self->who | WITH_PRIV, VA_2));
	EXPECT_EQ(self->b, vtd_reads(vm, 0, self->who | WITH_PRIV, VA_2));
	EXPECT_EQ(self->a, vtd_lands(vm, 0, self->who | WITH_PRIV, VA));
	EXPECT_EQ(VM_NOWHERE, vtd_lands(vm, 0, self->who, VA_2));
}

/* A read-only page is one for privileged requests, too */
TEST_F(one, supervisor_write_protected)
{
	struct vm *vm = &self->vm;

	if (variant->rid)
		SKIP(return, "cannot happen: privileged mode is said with a PASID");
	vtd_table_map(&self->s1, VA_2, vm->page[self->b].gpa, VTD_P);
	rebind(_metadata, self, IOMMU_SVA_VTD_GPASID_SRE);
	EXPECT_EQ(self->b, vtd_reads(vm, 0, self->who | WITH_PRIV, VA_2));
	EXPECT_EQ(VM_NOWHERE, vtd_lands(vm, 0, self->who | WITH_PRIV, VA_2));
}

/* The guest's operating system goes by these bits when it reclaims memory */
TEST_F(one, accessed_and_dirty)
{
	struct vm *vm = &self->vm;
	__u64 *pte = vtd_table_entry(&self->s1, VA_2, VTD_PT);

	vtd_table_map(&self->s1, VA_2, vm->page[self->b].gpa, VTD_RW);
	ASSERT_EQ(self->b, vtd_reads(vm, 0, self->who, VA_2));
	EXPECT_EQ((__u64)VTD_A, *pte & (VTD_A | VTD_D));
	ASSERT_EQ(self->b, vtd_lands(vm, 0, self->who, VA_2));
	EXPECT_EQ((__u64)(VTD_A | VTD_D), *pte & (VTD_A | VTD_D));
	EXPECT_EQ((__u64)VTD_A,
		  *vtd_table_entry(&self->s1, VA_2, VTD_PD) & VTD_A);
}

/* What faults leaves no trace of a write */
TEST_F(one, no_dirty_after_fault)
{
	struct vm *vm = &self->vm;
	__u64 *pte = vtd_table_entry(&self->s1, VA_2, VTD_PT);

	vtd_table_map(&self->s1, VA_2, vm->page[self->b].gpa, VTD_READ);
	ASSERT_EQ(VM_NOWHERE, vtd_lands(vm, 0, self->who, VA_2));
	EXPECT_EQ(0ULL, *pte & VTD_D);
}

TEST_F(one, extended_accessed)
{
	struct vm *vm = &self->vm;
	__u64 *pte = vtd_table_entry(&self->s1, VA_2, VTD_PT);
	struct inest_vtd fields;

	inest_vtd_decode(&vm->info.vendor.vtd, &fields);
	ASSERT_EQ(1, fields.extended_accessed);
	vtd_table_map(&self->s1, VA_2, vm->page[self->b].gpa, VTD_RW);
	ASSERT_EQ(self->b, vtd_reads(vm, 0, self->who, VA_2));
	EXPECT_EQ(0ULL, *pte & VTD_EA);
	rebind(_metadata, self, IOMMU_SVA_VTD_GPASID_EAFE);
	ASSERT_EQ(self->b, vtd_reads(vm, 0, self->who, VA_2));
	EXPECT_EQ((__u64)VTD_EA, *pte & VTD_EA);
}

/* Reserved bits of an entry must not be set: 51:HAW, or PS at the top */
TEST_F(one, reserved_bits)
{
	struct vm *vm = &self->vm;
	__u64 *top = vtd_table_entry(&self->s1, VA + (1ULL << 39), 4);

	vtd_table_set(top, *vtd_table_entry(&self->s1, VA, 4) | VTD_PS);
	EXPECT_EQ(VM_NOWHERE, vtd_lands(vm, 0, self->who, VA + (1ULL << 39)));
	EXPECT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
}

/* Five levels: addresses that four can't tell apart lead to different pages */
TEST_F(one, five_levels)
{
	const __u64 far = VA | 0x5aULL << 48;
	struct vm *vm = &self->vm;
	struct vtd_table deep;
	struct inest_vtd fields;

	inest_vtd_decode(&vm->info.vendor.vtd, &fields);
	vtd_table_create(&deep, &vm->guest, 5);
	map_page(vm, &deep, VA, self->b);
	map_page(vm, &deep, far, self->a);
	ASSERT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
	ASSERT_EQ(0, vtd_unbind(vm, ALL, self->pasid));
	if (!fields.first_level_5) {
		EXPECT_EQ(-EOPNOTSUPP, vtd_bind(vm, ALL, self->pasid, &deep));
		return;
	}
	ASSERT_EQ(0, vtd_bind(vm, ALL, self->pasid, &deep));
	EXPECT_EQ(self->b, vtd_lands(vm, 0, self->who, VA));
	EXPECT_EQ(self->a, vtd_lands(vm, 0, self->who, far));
	map_page(vm, &deep, far, self->b);
	EXPECT_EQ(self->a, vtd_lands(vm, 0, self->who, far));
	ASSERT_EQ(0, vtd_invalidate(vm, ALL,
				    vtd_inv_addr(self->caches, self->pasid,
						 far, SZ_4K, 1)));
	EXPECT_EQ(self->b, vtd_lands(vm, 0, self->who, far));
}
