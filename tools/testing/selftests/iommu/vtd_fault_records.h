/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: faults that the unit records, as user space is told of them */

/* Guest physical, and nowhere in stage 2 */
#define NO_MEMORY		0x50000000ULL

/* Not bound to anything, and not allocated either */
#define STRAY_PASID		0x8000
#define STRAY_PASIDS		32

/* One access, one record of it and no other */
static void expect_event(struct __test_metadata *_metadata,
			 struct _test_data_fault *self, __u64 va, __u32 reason,
			 __u32 perm)
{
	union faults_record record;
	const struct iommu_fault_unrecoverable *event = &record.fault.event;

	ASSERT_EQ(1, faults_read(self->queue, &record, 2000));
	ASSERT_EQ((__u32)IOMMU_FAULT_DMA_UNRECOV, record.type);
	EXPECT_EQ(reason, event->reason);
	EXPECT_EQ(perm, event->perm);
	EXPECT_EQ(va, event->addr);
	EXPECT_EQ(self->known, event->pasid);
	EXPECT_TRUE(faults_empty(self->queue));
}

static void expect_write(struct __test_metadata *_metadata,
			 struct _test_data_fault *self, __u32 with, __u64 va,
			 __u32 reason)
{
	__u32 who = (self->who & ~WITH_ATS) | with;

	EXPECT_EQ(VM_NOWHERE, vtd_lands(&self->vm, 0, who, va));
	expect_event(_metadata, self, va, reason,
		     IOMMU_FAULT_PERM_WRITE |
		     (with & WITH_PRIV ? IOMMU_FAULT_PERM_PRIV : 0));
}

/* Where a walk ended */
TEST_F(fault, reasons)
{
	__u64 va = BUFFER;

	vtd_table_map(&self->s1, va, GUEST_BLOCKS, VTD_READ | VTD_A);
	expect_write(_metadata, self, 0, va, IOMMU_FAULT_REASON_PERMISSION);
	va += SZ_4K;
	vtd_table_map(&self->s1, va, NO_MEMORY, VTD_RW | VTD_A | VTD_D);
	expect_write(_metadata, self, 0, va, IOMMU_FAULT_REASON_OOR_ADDRESS);
	va += SZ_2M;
	vtd_table_place(&self->s1, va, NO_MEMORY);
	expect_write(_metadata, self, 0, va, IOMMU_FAULT_REASON_OOR_ADDRESS);
	va += SZ_2M;
	expect_write(_metadata, self, 0, va, IOMMU_FAULT_REASON_PTE_FETCH);
	EXPECT_EQ(VM_NOWHERE, vtd_reads(&self->vm, 0, self->who & ~WITH_ATS,
					va));
	expect_event(_metadata, self, va, IOMMU_FAULT_REASON_PTE_FETCH,
		     IOMMU_FAULT_PERM_READ);
	va = 1ULL << 52;
	expect_write(_metadata, self, 0, va, IOMMU_FAULT_REASON_PTE_FETCH);
	if (!variant->rid)
		expect_write(_metadata, self, WITH_PRIV, BUFFER + SZ_4K,
			     IOMMU_FAULT_REASON_PERMISSION);
}

/* Numbers that nothing is bound to are passed on as they are */
TEST_F(fault, stray_pasid)
{
	self->who = WITH_PASID(STRAY_PASID);
	self->known = STRAY_PASID;
	expect_write(_metadata, self, 0, BUFFER,
		     IOMMU_FAULT_REASON_BAD_PASID_ENTRY);
}

/* The log drops most of these */
TEST_F(fault, more_than_the_log_takes)
{
	__u64 va;
	int i;

	for (i = 0, va = BUFFER; i < 100; i++, va += SZ_4K)
		expect_write(_metadata, self, 0, va,
			     IOMMU_FAULT_REASON_PTE_FETCH);
}

/* More different faults at once than the unit can record */
TEST_F(fault, lost_by_the_unit)
{
	struct testdev_op op = vtd_fill_op(self->who & ~WITH_ATS, BUFFER);
	union faults_record record;
	bool lost = false;
	unsigned int i;

	op.cmd |= ITD_CMD_REPEAT;
	op.period = 1000;
	for (i = 0; i < STRAY_PASIDS; i++) {
		op.channel = i;
		op.dst_pasid = ITD_PASID_VALID | (STRAY_PASID + i);
		testdev_start(self->td, &op);
	}
	for (i = 0; !lost && i < 20000; i++) {
		ASSERT_EQ(1, faults_read(self->queue, &record, 2000));
		lost = record.type == IOMMU_FAULT_LOST &&
		       record.lost.flags & IOMMU_FAULT_LOST_HARDWARE;
	}
	for (i = 0; i < STRAY_PASIDS; i++)
		testdev_stop(self->td, i);
	EXPECT_TRUE(lost);
}
