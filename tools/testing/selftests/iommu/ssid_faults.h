/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: unrecoverable faults, by SubstreamID */

#define U_PASID		IOMMU_FAULT_UNRECOV_PASID_VALID
#define U_ADDR		IOMMU_FAULT_UNRECOV_ADDR_VALID
#define U_FETCH		IOMMU_FAULT_UNRECOV_FETCH_ADDR_VALID

/* The device writes and is refused. One access may be several to the IOMMU. */
static void ssid_fault(struct __test_metadata *_metadata,
		       struct _test_data_ssid *self, __u32 who, __u64 va,
		       struct iommu_fault_unrecoverable *event)
{
	union faults_record record;

	ASSERT_TRUE(faults_empty(self->queue));
	EXPECT_EQ(VM_NOWHERE, testdev_lands(&self->vm, 0, who, va));
	ASSERT_EQ(1, faults_read(self->queue, &record, 10000));
	do {
		ASSERT_EQ((__u32)IOMMU_FAULT_DMA_UNRECOV, record.type);
		if (record.fault.event.addr <= va)
			*event = record.fault.event;
	} while (faults_read(self->queue, &record, 50) == 1);
}

static void ssid_expect(struct __test_metadata *_metadata,
			struct _test_data_ssid *self, __u32 ssid, __u64 va,
			__u32 reason, __u32 flags)
{
	struct iommu_fault_unrecoverable event = {};

	ssid_fault(_metadata, self, WITH_PASID(ssid), va, &event);
	EXPECT_EQ(reason, event.reason);
	EXPECT_EQ(flags, event.flags);
	EXPECT_EQ(ssid, event.pasid);
	EXPECT_EQ(flags & U_ADDR ? va : 0, event.addr);
	EXPECT_EQ(flags & U_ADDR ? IOMMU_FAULT_PERM_WRITE : 0U, event.perm);
	if (!(flags & U_FETCH))
		EXPECT_EQ(0ULL, event.fetch_addr);
}

TEST_F(ssid, fault_in_each_space)
{
	int i;

	for (i = 0; i < SSID_SPACES; i++) {
		stage1_unmap(&self->s1[i], VA);
		ssid_expect(_metadata, self, variant->ssid[i], VA + 0x240,
			    IOMMU_FAULT_REASON_PTE_FETCH, U_PASID | U_ADDR);
	}
}

TEST_F(ssid, fault_without_one)
{
	struct iommu_fault_unrecoverable event = {};

	ssid_fault(_metadata, self, WITHOUT_PASID, VA_UNMAPPED, &event);
	EXPECT_EQ((__u32)IOMMU_FAULT_REASON_PTE_FETCH, event.reason);
	EXPECT_EQ((__u32)U_ADDR, event.flags);
	EXPECT_EQ(0U, event.pasid);
	EXPECT_EQ(VA_UNMAPPED, event.addr);

	ASSERT_EQ(0, bind_table(&self->vm, &self->table, CD_TABLE_TERMINATE));
	ssid_fault(_metadata, self, WITHOUT_PASID, VA, &event);
	EXPECT_EQ((__u32)IOMMU_FAULT_REASON_PASID_INVALID, event.reason);
	EXPECT_EQ(0U, event.flags & ~U_PASID);
}

TEST_F(ssid, fault_of_descriptor)
{
	const __u32 ssid = variant->ssid[2];

	cd_table_clear(&self->table, ssid);
	ASSERT_EQ(0, invalidate(&self->vm, inv_cd(ssid)));
	ssid_expect(_metadata, self, ssid, VA,
		    IOMMU_FAULT_REASON_BAD_PASID_ENTRY, U_PASID);
	ssid_set(self, ssid, &self->s1[2]);
	ASSERT_EQ(0, invalidate(&self->vm, inv_cd(ssid)));
	EXPECT_EQ(self->page[2], ssid_lands(self, ssid));
}

TEST_F(ssid, fault_of_number)
{
	ssid_expect(_metadata, self, 1 << variant->bits, VA,
		    IOMMU_FAULT_REASON_PASID_INVALID, U_PASID);
	ssid_expect(_metadata, self, ITD_PASID_MASK, VA,
		    IOMMU_FAULT_REASON_PASID_INVALID, U_PASID);
	if (variant->fmt != CD_TABLE_LINEAR)
		ssid_expect(_metadata, self, 3 << 12, VA,
			    IOMMU_FAULT_REASON_PASID_INVALID, U_PASID);
}

TEST_F(ssid, fault_of_permission)
{
	struct vm *vm = &self->vm;

	stage1_map(&self->s1[0], VA, vm->page[self->page[0]].gpa, SZ_4K,
		   STAGE1_READ);
	ssid_expect(_metadata, self, variant->ssid[0], VA,
		    IOMMU_FAULT_REASON_PERMISSION, U_PASID | U_ADDR);
}

/* What the guest's tables point to is not there: to a guest, where memory ends */
TEST_F(ssid, fault_of_stage2)
{
	struct vm *vm = &self->vm;
	__u64 data = guest_alloc_loose(&vm->guest);
	__u64 table = guest_alloc_loose(&vm->guest);

	ASSERT_EQ(0, inest_dma_unmap(vm->container, data, SZ_4K));
	ASSERT_EQ(0, inest_dma_unmap(vm->container, table, SZ_4K));
	stage1_map(&self->s1[0], VA + SZ_4K, data, SZ_4K, STAGE1_RW);
	ssid_expect(_metadata, self, variant->ssid[0], VA + SZ_4K,
		    IOMMU_FAULT_REASON_OOR_ADDRESS, U_PASID | U_ADDR | U_FETCH);
	stage1_set_table(&self->s1[1], VA + SZ_2M, table);
	ssid_expect(_metadata, self, variant->ssid[1], VA + SZ_2M,
		    IOMMU_FAULT_REASON_WALK_EABT, U_PASID | U_ADDR | U_FETCH);
}

TEST_F(ssid, fault_of_stage2_under_leaf)
{
	struct vm *vm = &self->vm;
	__u64 leaf = guest_alloc_loose(&vm->guest);
	/* The first of its leaf, whatever size that has */
	const __u32 ssid = variant->ssid[7] & ~1023U;

	if (variant->fmt == CD_TABLE_LINEAR)
		SKIP(return, "cannot happen: a linear table has no leaves");
	ASSERT_EQ(0, inest_dma_unmap(vm->container, leaf, SZ_4K));
	/* Aligned for both sizes, since GUEST_LOOSE begins at 2 MiB */
	*cd_table_first_level(&self->table, ssid) = leaf | 1;
	ASSERT_EQ(0, invalidate(vm, inv_cd(ssid)));
	ssid_expect(_metadata, self, ssid, VA, IOMMU_FAULT_REASON_PASID_FETCH,
		    U_PASID | U_ADDR | U_FETCH);
}

/* More than there is room for: a marker says how much is missing */
TEST_F(ssid, queue_is_full)
{
	struct vm *vm = &self->vm;
	union faults_record record;
	unsigned int i, lost = 0;

	for (i = 0; i < 100; i++)
		EXPECT_EQ(VM_NOWHERE, testdev_lands(vm, 0, WITHOUT_PASID,
						    VA_UNMAPPED));
	for (i = 0; faults_read(self->queue, &record, 500) == 1; i++) {
		if (record.type == IOMMU_FAULT_LOST)
			lost += record.lost.records;
		else
			EXPECT_EQ((__u32)IOMMU_FAULT_DMA_UNRECOV, record.type);
	}
	EXPECT_LE(64U, i);
	EXPECT_LE(100U, i - 1 + lost);
	EXPECT_EQ(self->own, testdev_lands(vm, 0, WITHOUT_PASID, VA));
}
