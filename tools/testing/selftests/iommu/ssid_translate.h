/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: a table of context descriptors, bound as a whole and changed in parts */

#define SSID_SPACES	8

/*
 * A device with a table of @table.bits SubstreamIDs. VA leads to page @own of the
 * address space that SubstreamID 0 has, and to @page[i] of that of @ssid[i].
 */
FIXTURE(ssid) {
	struct vm vm;
	struct cd_table table;
	struct stage1 s1[SSID_SPACES];
	struct stage1 own_s1;
	int page[SSID_SPACES];
	int own;
	int queue;
};

FIXTURE_VARIANT(ssid) {
	__u8 fmt;
	__u8 bits;
	__u32 ssid[SSID_SPACES];
};

FIXTURE_VARIANT_ADD(ssid, linear) {
	.fmt = CD_TABLE_LINEAR, .bits = CD_TABLE_LINEAR_BITS,
	.ssid = { 1, 2, 3, 31, 32, 61, 62, 63 },
};

FIXTURE_VARIANT_ADD(ssid, leaves_4k) {
	.fmt = CD_TABLE_4K, .bits = CD_TABLE_4K_BITS,
	.ssid = { 1, 63, 64, 65, 127, 1000, 20000, 32767 },
};

FIXTURE_VARIANT_ADD(ssid, leaves_64k) {
	.fmt = CD_TABLE_64K, .bits = 16,
	.ssid = { 1, 1023, 1024, 2047, 5000, 30000, 65534, 65535 },
};

/* An address space of @vm where VA leads to a new page, whose index is returned */
static int ssid_space(struct vm *vm, struct stage1 *s1, __u16 asid)
{
	int page = vm_alloc(vm);

	stage1_create(s1, &vm->guest, asid, vm->info.addr_width);
	stage1_map(s1, VA, vm->page[page].gpa, SZ_4K, STAGE1_RW);
	return page;
}

static void ssid_set(struct _test_data_ssid *self, __u32 ssid,
		     const struct stage1 *s1)
{
	cd_table_set(&self->table, ssid, s1, self->vm.info.addr_width, false);
}

FIXTURE_SETUP(ssid)
{
	struct vm *vm = &self->vm;
	int i;

	self->queue = -1;
	ASSERT_EQ(0, splat_count());
	ASSERT_EQ(0, vm_open(vm, 0, 1));
	ASSERT_EQ(0, vm_map_blocks(vm));
	cd_table_create(&self->table, &vm->guest, variant->fmt, variant->bits);
	self->own = ssid_space(vm, &self->own_s1, ASID);
	ssid_set(self, 0, &self->own_s1);
	for (i = 0; i < SSID_SPACES; i++) {
		self->page[i] = ssid_space(vm, &self->s1[i], ASID + 1 + i);
		ssid_set(self, variant->ssid[i], &self->s1[i]);
	}
	ASSERT_EQ(0, bind_table(vm, &self->table, CD_TABLE_SSID0));
	self->queue = faults_open(vm->container, vm->dev[0].td.device, 64,
				  FAULTS_NO_EVENTFD);
	ASSERT_LE(0, self->queue);
}

FIXTURE_TEARDOWN(ssid)
{
	if (self->queue >= 0)
		close(self->queue);
	vm_close(&self->vm);
	EXPECT_EQ(0, splat_count());
}

static int ssid_lands(struct _test_data_ssid *self, __u32 ssid)
{
	return testdev_lands(&self->vm, 0, WITH_PASID(ssid), VA);
}

TEST_F(ssid, capability)
{
	const struct iommu_nesting_info *info = &self->vm.info;

	EXPECT_EQ(16, info->pasid_bits);
	EXPECT_EQ(16U, info->vendor.smmuv3.idr[1] >> 6 & 0x1f);
	EXPECT_EQ(1U, info->vendor.smmuv3.idr[0] >> 19 & 1); /* CD2L */
	EXPECT_EQ(0U, info->vendor.smmuv3.idr[0] >> 24 & 3); /* STALL_MODEL */
	EXPECT_TRUE(!!(info->features & IOMMU_NESTING_FEAT_PAGE_REQUEST));
}

TEST_F(ssid, each_has_its_space)
{
	int i;

	for (i = 0; i < SSID_SPACES; i++) {
		EXPECT_EQ(self->page[i], ssid_lands(self, variant->ssid[i]))
			TH_LOG("SubstreamID %u", variant->ssid[i]);
		EXPECT_EQ(self->page[i],
			  testdev_reads(&self->vm, 0,
					WITH_PASID(variant->ssid[i]), VA));
	}
	EXPECT_EQ(self->own, testdev_lands(&self->vm, 0, WITHOUT_PASID, VA));
	EXPECT_TRUE(faults_empty(self->queue));
}

/* S1DSS */
TEST_F(ssid, accesses_without_one)
{
	struct vm *vm = &self->vm;
	__u64 gpa = vm->page[self->own].gpa;

	ASSERT_EQ(0, bind_table(vm, &self->table, CD_TABLE_TERMINATE));
	EXPECT_EQ(VM_NOWHERE, testdev_lands(vm, 0, WITHOUT_PASID, VA));
	EXPECT_EQ(VM_NOWHERE, testdev_lands(vm, 0, WITHOUT_PASID, gpa));
	ASSERT_EQ(0, bind_table(vm, &self->table, CD_TABLE_BYPASS));
	EXPECT_EQ(VM_NOWHERE, testdev_lands(vm, 0, WITHOUT_PASID, VA));
	EXPECT_EQ(self->own, testdev_lands(vm, 0, WITHOUT_PASID, gpa));
	ASSERT_EQ(0, bind_table(vm, &self->table, CD_TABLE_SSID0));
	EXPECT_EQ(self->own, testdev_lands(vm, 0, WITHOUT_PASID, VA));
	EXPECT_EQ(self->page[3], ssid_lands(self, variant->ssid[3]));
}

/* Stale before the invalidation of this descriptor, fresh after it, and no other */
TEST_F(ssid, changed_one)
{
	struct vm *vm = &self->vm;
	const __u32 ssid = variant->ssid[5];
	int i;

	for (i = 0; i < SSID_SPACES; i++)
		ASSERT_EQ(self->page[i], ssid_lands(self, variant->ssid[i]));
	ssid_set(self, ssid, &self->own_s1);
	ssid_set(self, variant->ssid[4], &self->own_s1);
	EXPECT_EQ(self->page[5], ssid_lands(self, ssid));
	ASSERT_EQ(0, invalidate(vm, inv_cd(variant->ssid[6])));
	EXPECT_EQ(self->page[5], ssid_lands(self, ssid));
	ASSERT_EQ(0, invalidate(vm, inv_cd(ssid)));
	EXPECT_EQ(self->own, ssid_lands(self, ssid));
	EXPECT_EQ(self->page[4], ssid_lands(self, variant->ssid[4]));
	ASSERT_EQ(0, invalidate(vm, inv_cd(EVERY_ID)));
	EXPECT_EQ(self->own, ssid_lands(self, variant->ssid[4]));
	EXPECT_EQ(self->page[7], ssid_lands(self, variant->ssid[7]));
}

/* One address space is changed, by ASID */
TEST_F(ssid, changed_space)
{
	struct vm *vm = &self->vm;
	int other = vm_alloc(vm);

	ASSERT_EQ(self->page[0], ssid_lands(self, variant->ssid[0]));
	ASSERT_EQ(self->page[1], ssid_lands(self, variant->ssid[1]));
	stage1_map(&self->s1[0], VA, vm->page[other].gpa, SZ_4K, STAGE1_RW);
	stage1_map(&self->s1[1], VA, vm->page[other].gpa, SZ_4K, STAGE1_RW);
	EXPECT_EQ(self->page[0], ssid_lands(self, variant->ssid[0]));
	ASSERT_EQ(0, invalidate(vm, inv_asid(ASID + 1)));
	EXPECT_EQ(other, ssid_lands(self, variant->ssid[0]));
	EXPECT_EQ(self->page[1], ssid_lands(self, variant->ssid[1]));
	ASSERT_EQ(0, invalidate(vm, inv_asid(ASID + 2)));
	EXPECT_EQ(other, ssid_lands(self, variant->ssid[1]));
}

/* A second machine's table has the same SubstreamIDs and says other things */
TEST_F(ssid, rebound)
{
	struct vm *vm = &self->vm;
	struct cd_table second;

	cd_table_create(&second, &vm->guest, CD_TABLE_LINEAR, 2);
	cd_table_set(&second, 1, &self->own_s1, vm->info.addr_width, false);
	ASSERT_EQ(self->page[0], ssid_lands(self, variant->ssid[0]));
	ASSERT_EQ(0, bind_table(vm, &second, CD_TABLE_TERMINATE));
	EXPECT_EQ(self->own, ssid_lands(self, 1));
	EXPECT_EQ(VM_NOWHERE, ssid_lands(self, 4));
	ASSERT_EQ(0, bind_table(vm, &self->table, CD_TABLE_SSID0));
	EXPECT_EQ(self->page[0], ssid_lands(self, variant->ssid[0]));
	EXPECT_EQ(self->page[7], ssid_lands(self, variant->ssid[7]));
}

TEST_F(ssid, wider_than_the_device)
{
	struct iommu_pasid_table_config config =
		inest_table(0x40000000, 17, CD_TABLE_64K, CD_TABLE_SSID0);
	struct vm *vm = &self->vm;

	EXPECT_EQ(-EOPNOTSUPP, inest_bind_pasid_table(vm->container, ALL,
						      &config));
	EXPECT_EQ(-EOPNOTSUPP, invalidate(vm, inv_cd(1 << 16)));
	EXPECT_EQ(self->page[0], ssid_lands(self, variant->ssid[0]));
}
