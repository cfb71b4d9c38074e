/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests: the SMMU does not take a response. The device would wait for ever: it is
 * blocked, which ends its stalls, and binding again ends that.
 */

/* Nothing is held, or goes anywhere, until a table is bound again */
static void stall_blocked(struct __test_metadata *_metadata,
			  struct _test_data_stall *self)
{
	EXPECT_EQ((__u32)ITD_ST_FAULT,
		  testdev_settled(self->td, TESTDEV_CHANNEL, 10000));
	EXPECT_EQ(0ULL, testdev_read64(self->td, ITD_NOW_STALLED));
	EXPECT_EQ(VM_NOWHERE, testdev_lands(&self->vm, 0,
					    WITH_PASID(STALL_OTHER), VA));
}

static void stall_works_again(struct __test_metadata *_metadata,
			      struct _test_data_stall *self)
{
	ASSERT_EQ(0, inject_failures(0));
	ASSERT_EQ(0, stall_bind(self));
	EXPECT_EQ(self->page, testdev_lands(&self->vm, 0,
					    WITH_PASID(STALL_OTHER), VA));
	EXPECT_TRUE(faults_empty(self->queue));
	expect_stall_served(_metadata, self);
}

static void expect_answered(struct __test_metadata *_metadata,
			    struct _test_data_stall *self, __u32 grpid,
			    __u32 reason, bool failed)
{
	const __u32 flag = IOMMU_FAULT_ANSWERED_FAILED;
	union faults_record record;

	ASSERT_EQ(1, faults_read(self->queue, &record, 10000));
	ASSERT_EQ((__u32)IOMMU_FAULT_ANSWERED, record.type);
	EXPECT_EQ(grpid, record.answered.grpid);
	EXPECT_EQ(reason, record.answered.reason);
	EXPECT_EQ(failed ? flag : 0U, record.answered.flags & flag);
}

static void expect_blocked(struct __test_metadata *_metadata,
			   struct _test_data_stall *self)
{
	union faults_record record;

	ASSERT_EQ(1, faults_read(self->queue, &record, 20000));
	ASSERT_EQ((__u32)IOMMU_FAULT_BLOCKED, record.type);
	EXPECT_EQ((__u32)IOMMU_FAULT_BLOCKED_RESPONSE, record.blocked.reason);
	EXPECT_TRUE(faults_empty(self->queue));
}

/* Nobody's response is tried twice: the STAG may be a younger stall's */
TEST_F(stall, injected_response)
{
	struct testdev_op op = stall_fill(self, 1);
	union faults_record record;

	SKIP_WITHOUT_INJECTION();
	stall_start(_metadata, self, &op, &record);
	ASSERT_EQ(0, inject_failures(1));
	EXPECT_EQ(-EIO, stall_respond(self, &record, IOMMU_PAGE_RESP_SUCCESS));
	EXPECT_EQ(-ENOENT,
		  stall_respond(self, &record, IOMMU_PAGE_RESP_SUCCESS));
	expect_blocked(_metadata, self);
	stall_blocked(_metadata, self);
	stall_works_again(_metadata, self);
}

/* The host answers for user space, and that fails */
TEST_F(stall, injected_timeout)
{
	struct testdev_op op = stall_fill(self, 1);
	union faults_record record;
	__u32 grpid;

	SKIP_WITHOUT_INJECTION();
	ASSERT_EQ(0, faults_set_timeout_ms(1000));
	stall_start(_metadata, self, &op, &record);
	grpid = record.fault.prm.grpid;
	ASSERT_EQ(0, inject_failures(1));
	expect_answered(_metadata, self, grpid, IOMMU_FAULT_ANSWERED_TIMEOUT,
			false);
	expect_answered(_metadata, self, grpid, IOMMU_FAULT_ANSWERED_TIMEOUT,
			true);
	expect_blocked(_metadata, self);
	stall_blocked(_metadata, self);
	EXPECT_EQ(-ENOENT,
		  stall_respond(self, &record, IOMMU_PAGE_RESP_SUCCESS));
	ASSERT_EQ(0, faults_set_timeout_ms(self->timeout_ms));
	stall_works_again(_metadata, self);
}

/* The same where the queue goes: nobody is left to be told */
TEST_F(stall, injected_close)
{
	struct testdev_op op = stall_fill(self, 1);
	union faults_record record;

	SKIP_WITHOUT_INJECTION();
	stall_start(_metadata, self, &op, &record);
	ASSERT_EQ(0, inject_failures(1));
	close(self->queue);
	stall_blocked(_metadata, self);
	self->queue = stall_open_queue(self, STALL_ENTRIES);
	ASSERT_LE(0, self->queue);
	stall_works_again(_metadata, self);
}

/* And for what was never reported: no queue is open */
TEST_F(stall, injected_refusal)
{
	struct testdev_op op = stall_fill(self, 1);

	SKIP_WITHOUT_INJECTION();
	close(self->queue);
	ASSERT_EQ(0, inject_failures(1));
	testdev_start(self->td, &op);
	stall_blocked(_metadata, self);
	self->queue = stall_open_queue(self, STALL_ENTRIES);
	ASSERT_LE(0, self->queue);
	stall_works_again(_metadata, self);
}

/* What took the place of the table ended the stall, and nothing is wrong any more */
TEST_F(stall, injected_unbind)
{
	struct testdev_op op = stall_fill(self, 1);
	union faults_record record;
	__u32 grpid;

	SKIP_WITHOUT_INJECTION();
	stall_start(_metadata, self, &op, &record);
	grpid = record.fault.prm.grpid;
	/* Behind CFGI_STE and TLBI: what costs less than is left does not fail */
	ASSERT_EQ(0, write_file(INJECT_DIR "space", "3"));
	ASSERT_EQ(0, inject_failures(1));
	ASSERT_EQ(0, end_by_unbinding(self));
	EXPECT_EQ((__u32)ITD_ST_FAULT,
		  testdev_settled(self->td, op.channel, 10000));
	EXPECT_EQ(0ULL, testdev_read64(self->td, ITD_NOW_STALLED));
	expect_answered(_metadata, self, grpid, IOMMU_FAULT_ANSWERED_UNBOUND,
			false);
	expect_answered(_metadata, self, grpid, IOMMU_FAULT_ANSWERED_UNBOUND,
			true);
	EXPECT_TRUE(faults_empty(self->queue));
	stall_works_again(_metadata, self);
}

/*
 * Nothing that the SMMU is told works: the device itself is kept from DMA. Its stall
 * ends when a command can end it.
 */
TEST_F(stall, injected_for_ever)
{
	struct testdev_op op = stall_fill(self, 1);
	union faults_record record;

	SKIP_WITHOUT_INJECTION();
	stall_start(_metadata, self, &op, &record);
	ASSERT_EQ(0, inject_failures(INJECT_ALWAYS));
	EXPECT_EQ(-EIO, stall_respond(self, &record, IOMMU_PAGE_RESP_SUCCESS));
	expect_blocked(_metadata, self);
	op.channel = 1;
	EXPECT_EQ((__u32)ITD_ST_DISABLED, testdev_run(self->td, &op));
	EXPECT_EQ(1ULL, testdev_read64(self->td, ITD_NOW_STALLED));
	EXPECT_EQ(-EIO, stall_bind(self));
	ASSERT_EQ(0, inject_failures(0));
	ASSERT_EQ(0, stall_bind(self));
	EXPECT_EQ(0ULL, testdev_read64(self->td, ITD_NOW_STALLED));
	EXPECT_EQ((__u32)ITD_ST_FAULT,
		  testdev_status(self->td, TESTDEV_CHANNEL));
	ASSERT_EQ(0, pci_user_enable(self->td->device));
	while (faults_read(self->queue, &record, 200) == 1)
		EXPECT_EQ((__u32)IOMMU_FAULT_BLOCKED, record.type);
	stall_works_again(_metadata, self);
}
