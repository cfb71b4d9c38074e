/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: several address spaces on one device at once */

#define SPACES	3

/*
 * Three PASIDs of one device, far apart and next to each other, and the requests
 * without one: VA leads space i to page[i], the RID's being the last.
 */
FIXTURE(spaces) {
	struct vm vm;
	struct vtd_table s1[SPACES + 1];
	__u32 pasid[SPACES + 1];
	__u32 who[SPACES + 1];
	int page[SPACES + 1];
	int spare;
	__u8 caches;
};

FIXTURE_VARIANT(spaces) {
	__u32 ats;
};

FIXTURE_VARIANT_ADD(spaces, plain) { .ats = 0 };
FIXTURE_VARIANT_ADD(spaces, ats) { .ats = WITH_ATS };

FIXTURE_SETUP(spaces)
{
	static const __u32 wanted[SPACES] = { 7, 8, ITD_PASID_MASK };
	struct vm *vm = &self->vm;
	int i;

	if (variant->ats && machine.no_ats)
		SKIP_IN_SETUP("the unit has no ATS");
	ASSERT_EQ(0, splat_count());
	ASSERT_EQ(0, vm_open(vm, 0, 1));
	self->caches = caches_of(variant->ats);
	for (i = 0; i <= SPACES; i++) {
		self->pasid[i] = i == SPACES ? RID : wanted[i];
		self->who[i] = variant->ats |
			       (i == SPACES ? 0 : WITH_PASID(wanted[i]));
		if (i < SPACES) {
			ASSERT_EQ((int)wanted[i],
				  inest_pasid_alloc(vm->container, wanted[i],
						    wanted[i]));
		}
		vtd_table_create(&self->s1[i], &vm->guest, 4);
		self->page[i] = vm_alloc(vm);
		map_page(vm, &self->s1[i], VA, self->page[i]);
		ASSERT_EQ(0, vtd_bind(vm, ALL, self->pasid[i], &self->s1[i]));
	}
	self->spare = vm_alloc(vm);
}

FIXTURE_TEARDOWN(spaces)
{
	vm_close(&self->vm);
	EXPECT_EQ(0, splat_count());
}

/* All but the space @but lead to their own pages */
static void expect_own_pages(struct __test_metadata *_metadata,
			     struct _test_data_spaces *self, int but)
{
	int i;

	for (i = 0; i <= SPACES; i++) {
		if (i == but)
			continue;
		EXPECT_EQ(self->page[i],
			  vtd_lands(&self->vm, 0, self->who[i], VA))
			TH_LOG("PASID %u", self->pasid[i]);
	}
}

TEST_F(spaces, at_once)
{
	expect_own_pages(_metadata, self, -1);
	expect_own_pages(_metadata, self, -1);
}

/* Each number of the device's that is not bound leads nowhere */
TEST_F(spaces, others_lead_nowhere)
{
	const __u32 other[] = { 1, 6, 9, 63, 64, 72, 0x4007, 0xffffe, 0x7ffff };
	size_t i;

	expect_own_pages(_metadata, self, -1);
	for (i = 0; i < ARRAY_SIZE(other); i++) {
		EXPECT_EQ(VM_NOWHERE,
			  vtd_lands(&self->vm, 0,
				    WITH_PASID(other[i]) | variant->ats, VA))
			TH_LOG("PASID %u", other[i]);
	}
}

TEST_F(spaces, copy_from_one_to_another)
{
	struct vm *vm = &self->vm;
	struct testdev_op op = {
		.cmd = ITD_OP_COPY | (variant->ats ? ITD_CMD_ATS : 0),
		.src = VA,
		.dst = VA,
		.len = 512,
		.src_pasid = WITH_PASID(self->pasid[0]),
		.dst_pasid = WITH_PASID(self->pasid[2]),
	};

	vm_fill(vm);
	ASSERT_EQ((__u32)ITD_ST_DONE, testdev_run(&vm->dev[0].td, &op));
	EXPECT_EQ(0, memcmp(vm->page[self->page[0]].mem,
			    vm->page[self->page[2]].mem, 512));
	EXPECT_TRUE(vm_page_intact(vm, self->page[0]));
	EXPECT_TRUE(vm_page_intact(vm, self->page[1]));
	EXPECT_TRUE(vm_page_intact(vm, self->page[3]));
}

TEST_F(spaces, unbind_one)
{
	struct vm *vm = &self->vm;
	int i;

	for (i = 0; i <= SPACES; i++) {
		expect_own_pages(_metadata, self, -1);
		ASSERT_EQ(0, vtd_unbind(vm, ALL, self->pasid[i]));
		EXPECT_EQ(VM_NOWHERE, vtd_lands(vm, 0, self->who[i], VA));
		expect_own_pages(_metadata, self, i);
		ASSERT_EQ(0, vtd_bind(vm, ALL, self->pasid[i], &self->s1[i]));
	}
	expect_own_pages(_metadata, self, -1);
}

/* Space @i gets the spare page in memory, and unit and device do not know */
static void assert_all_stale(struct __test_metadata *_metadata,
			     struct _test_data_spaces *self)
{
	int i;

	expect_own_pages(_metadata, self, -1);
	for (i = 0; i <= SPACES; i++)
		map_page(&self->vm, &self->s1[i], VA, self->spare);
	for (i = 0; i <= SPACES; i++) {
		ASSERT_EQ(self->page[i],
			  vtd_lands(&self->vm, 0, self->who[i], VA));
	}
}

/* The first @fresh spaces see the spare page, the others still their own */
static void expect_fresh_up_to(struct __test_metadata *_metadata,
			       struct _test_data_spaces *self, int fresh)
{
	int i;

	for (i = 0; i <= SPACES; i++) {
		EXPECT_EQ(i < fresh ? self->spare : self->page[i],
			  vtd_lands(&self->vm, 0, self->who[i], VA))
			TH_LOG("PASID %u, %d are fresh", self->pasid[i], fresh);
	}
}

TEST_F(spaces, invalidate_pasid_one_by_one)
{
	int i;

	assert_all_stale(_metadata, self);
	for (i = 0; i <= SPACES; i++) {
		ASSERT_EQ(0, vtd_invalidate(&self->vm, ALL,
					    vtd_inv_pasid(self->caches,
							  self->pasid[i])));
		expect_fresh_up_to(_metadata, self, i + 1);
	}
}

TEST_F(spaces, invalidate_addr_one_by_one)
{
	int i;

	assert_all_stale(_metadata, self);
	for (i = 0; i <= SPACES; i++) {
		ASSERT_EQ(0, vtd_invalidate(&self->vm, ALL,
					    vtd_inv_addr(self->caches,
							 self->pasid[i], VA,
							 SZ_4K, 1)));
		expect_fresh_up_to(_metadata, self, i + 1);
	}
}

TEST_F(spaces, invalidate_domain)
{
	assert_all_stale(_metadata, self);
	ASSERT_EQ(0, vtd_invalidate(&self->vm, ALL,
				    vtd_inv_domain(self->caches)));
	expect_fresh_up_to(_metadata, self, SPACES + 1);
}

TEST_F(spaces, invalidate_addr_of_all)
{
	assert_all_stale(_metadata, self);
	ASSERT_EQ(0, vtd_invalidate(&self->vm, ALL,
				    inest_inv_range(self->caches, VA, SZ_4K,
						    1)));
	expect_fresh_up_to(_metadata, self, SPACES + 1);
}

/* Stage 2 is under all of them */
TEST_F(spaces, stage2_unmapped)
{
	struct vm *vm = &self->vm;
	__u64 gpa = guest_alloc_loose(&vm->guest);
	int i, loose = vm_watch(vm, gpa);

	for (i = 0; i <= SPACES; i++) {
		map_page(vm, &self->s1[i], VA_2, loose);
		ASSERT_EQ(loose, vtd_lands(vm, 0, self->who[i], VA_2));
	}
	ASSERT_EQ(0, inest_dma_unmap(vm->container, gpa, SZ_4K));
	for (i = 0; i <= SPACES; i++)
		EXPECT_EQ(VM_NOWHERE, vtd_lands(vm, 0, self->who[i], VA_2));
	expect_own_pages(_metadata, self, -1);
}

/* To free a PASID is to unbind it */
TEST_F(spaces, free_one)
{
	struct vm *vm = &self->vm;
	__u32 pasid = self->pasid[1];

	expect_own_pages(_metadata, self, -1);
	ASSERT_EQ(0, inest_pasid_free(vm->container, pasid, pasid));
	EXPECT_EQ(VM_NOWHERE, vtd_lands(vm, 0, self->who[1], VA));
	expect_own_pages(_metadata, self, 1);
	EXPECT_EQ(-EPERM, vtd_bind(vm, ALL, pasid, &self->s1[1]));
	EXPECT_EQ(-EPERM, vtd_invalidate(vm, ALL,
					 vtd_inv_pasid(IOTLB, pasid)));
	ASSERT_EQ((int)pasid, inest_pasid_alloc(vm->container, pasid, pasid));
	EXPECT_EQ(VM_NOWHERE, vtd_lands(vm, 0, self->who[1], VA));
	ASSERT_EQ(0, vtd_bind(vm, ALL, pasid, &self->s1[1]));
	expect_own_pages(_metadata, self, -1);
}

TEST_F(spaces, free_all)
{
	struct vm *vm = &self->vm;
	int i;

	expect_own_pages(_metadata, self, -1);
	ASSERT_EQ(0, inest_pasid_free(vm->container, 1, ITD_PASID_MASK));
	for (i = 0; i < SPACES; i++)
		EXPECT_EQ(VM_NOWHERE, vtd_lands(vm, 0, self->who[i], VA));
	EXPECT_EQ(self->page[SPACES],
		  vtd_lands(vm, 0, self->who[SPACES], VA));
}

/* The same table in two spaces: a change shows in each when that is told */
TEST_F(spaces, two_share_a_table)
{
	struct vm *vm = &self->vm;

	ASSERT_EQ(0, vtd_unbind(vm, ALL, self->pasid[1]));
	ASSERT_EQ(0, vtd_bind(vm, ALL, self->pasid[1], &self->s1[0]));
	EXPECT_EQ(self->page[0], vtd_lands(vm, 0, self->who[0], VA));
	EXPECT_EQ(self->page[0], vtd_lands(vm, 0, self->who[1], VA));
	map_page(vm, &self->s1[0], VA, self->spare);
	ASSERT_EQ(0, vtd_invalidate(vm, ALL, vtd_inv_pasid(self->caches,
							   self->pasid[1])));
	EXPECT_EQ(self->page[0], vtd_lands(vm, 0, self->who[0], VA));
	EXPECT_EQ(self->spare, vtd_lands(vm, 0, self->who[1], VA));
}

/* Many channels at once, each with an address space of its own */
TEST_F(spaces, many_channels)
{
	struct testdev *td = &self->vm.dev[0].td;
	struct testdev_op op;
	unsigned int i;

	vm_fill(&self->vm);
	for (i = 0; i < ITD_CHANNELS; i++) {
		op = vtd_fill_op(self->who[i % 4], VA + i * 8);
		op.channel = i;
		op.len = 8;
		op.imm = ~(__u64)i;
		testdev_start(td, &op);
	}
	for (i = 0; i < ITD_CHANNELS; i++) {
		__u64 *mem = (void *)self->vm.page[self->page[i % 4]].mem;

		EXPECT_EQ((__u32)ITD_ST_DONE, testdev_settled(td, i, 2000));
		EXPECT_EQ(~(__u64)i, mem[i]);
	}
}
