/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: a device without PASIDs and ATS in the container of one that has them */

/* An edu beside the test device; its DMA has no PASID */
struct guest_edu {
	struct edu edu;
	struct inest_bdf bdf;
	int group;
};

static int add_edu(struct vm *vm, struct guest_edu *g)
{
	int ret;

	g->edu.device = -1;
	if (inest_pci_find(EDU_VENDOR_ID, EDU_DEVICE_ID, &g->bdf, 1) <= 0)
		return -ENODEV;
	ret = inest_pci_claim(g->bdf.text);
	if (ret)
		return ret;
	g->group = inest_group_open_pci(g->bdf.text);
	if (g->group < 0)
		return g->group;
	ret = inest_group_attach(g->group, vm->container);
	if (ret)
		return ret;
	ret = edu_open(&g->edu, g->group, g->bdf.text);
	if (ret)
		return ret;
	memcpy(guest_ptr(&vm->guest, GUEST_RAM), vm_token(), VM_TOKEN_SIZE);
	return edu_load(&g->edu, 0, GUEST_RAM, VM_TOKEN_SIZE);
}

static void remove_edu(struct guest_edu *g)
{
	edu_close(&g->edu);
	close(g->group);
	inest_pci_restore(g->bdf.text);
}

static int edu_lands(struct vm *vm, struct guest_edu *g, __u64 va)
{
	vm_fill(vm);
	if (edu_store(&g->edu, va, 0, VM_TOKEN_SIZE))
		return VM_TIMEOUT;
	return vm_find(vm, va & (SZ_4K - 1), vm_token(), VM_TOKEN_SIZE);
}

/* Its requests can be given a stage 1, and are told apart from the other's */
TEST_F(one, edu_rid)
{
	struct vm *vm = &self->vm;
	struct guest_edu g;
	struct vtd_table s1;
	int ret;

	if (variant->rid)
		SKIP(return, "cannot happen: the RID is not bound alone");
	ret = add_edu(vm, &g);
	ASSERT_EQ(0, ret);
	vtd_table_create(&s1, &vm->guest, 4);
	map_page(vm, &s1, VA, self->b);
	EXPECT_EQ(self->b, edu_lands(vm, &g, vm->page[self->b].gpa));
	ASSERT_EQ(0, vtd_bind(vm, g.group, RID, &s1));
	EXPECT_EQ(self->b, edu_lands(vm, &g, VA));
	EXPECT_EQ(VM_NOWHERE, edu_lands(vm, &g, vm->page[self->b].gpa));
	EXPECT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
	map_page(vm, &s1, VA, self->a);
	EXPECT_EQ(self->b, edu_lands(vm, &g, VA));
	ASSERT_EQ(0, vtd_invalidate(vm, g.group,
				    vtd_inv_addr(IOTLB, RID, VA, SZ_4K, 1)));
	EXPECT_EQ(self->a, edu_lands(vm, &g, VA));
	ASSERT_EQ(0, vtd_unbind(vm, g.group, RID));
	EXPECT_EQ(self->b, edu_lands(vm, &g, vm->page[self->b].gpa));
	remove_edu(&g);
}

/* What it can't do is refused for it, and for all together */
TEST_F(one, edu_has_no_pasids)
{
	struct vm *vm = &self->vm;
	struct iommu_nesting_info info;
	struct guest_edu g;
	int ret = add_edu(vm, &g);
	__u32 pasid = self->pasid;

	ASSERT_EQ(0, ret);
	ASSERT_EQ(0, inest_info(vm->container, &info, sizeof(info)));
	EXPECT_EQ(0, info.pasid_bits);
	if (pasid == RID)
		pasid = 1;
	EXPECT_GT(0, vtd_bind(vm, g.group, pasid, &self->s1));
	EXPECT_GT(0, vtd_bind(vm, ALL, pasid, &self->s1));
	EXPECT_GT(0, inest_pasid_alloc(vm->container, 1, ITD_PASID_MASK));
	EXPECT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
	remove_edu(&g);
	EXPECT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
}
