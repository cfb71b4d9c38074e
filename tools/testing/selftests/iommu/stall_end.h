/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: stalls that user space does not serve, and how they end */

/* The host has ended the stall of @record, and user space is too late */
static void stall_ended(struct __test_metadata *_metadata,
			struct _test_data_stall *self,
			const union faults_record *record)
{
	EXPECT_EQ((__u32)ITD_ST_FAULT,
		  testdev_settled(self->td, TESTDEV_CHANNEL, 10000));
	EXPECT_EQ(0ULL, testdev_read64(self->td, ITD_NOW_STALLED));
	EXPECT_EQ(-ENOENT,
		  stall_respond(self, record, IOMMU_PAGE_RESP_SUCCESS));
}

/* And it says so */
static void stall_told(struct __test_metadata *_metadata,
		       struct _test_data_stall *self,
		       const union faults_record *request, __u32 reason)
{
	union faults_record record;

	ASSERT_EQ(1, faults_read(self->queue, &record, 10000));
	ASSERT_EQ((__u32)IOMMU_FAULT_ANSWERED, record.type);
	EXPECT_EQ(request->fault.prm.grpid, record.answered.grpid);
	EXPECT_EQ(request->fault.prm.pasid, record.answered.pasid);
	EXPECT_EQ((__u32)IOMMU_PAGE_RESP_INVALID, record.answered.code);
	EXPECT_EQ(reason, record.answered.reason);
	EXPECT_TRUE(faults_empty(self->queue));
}

TEST_F(stall, nobody_answers)
{
	struct testdev_op op = stall_fill(self, 1);
	union faults_record record;

	ASSERT_EQ(0, faults_set_timeout_ms(2000));
	stall_start(_metadata, self, &op, &record);
	usleep(100000);
	EXPECT_EQ((__u32)ITD_ST_STALL, testdev_status(self->td, op.channel));
	stall_ended(_metadata, self, &record);
	stall_told(_metadata, self, &record, IOMMU_FAULT_ANSWERED_TIMEOUT);
}

TEST_F(stall, nobody_listens)
{
	struct testdev_op op = stall_fill(self, 1);

	close(self->queue);
	EXPECT_EQ((__u32)ITD_ST_FAULT, testdev_run(self->td, &op));
	EXPECT_EQ(1ULL, testdev_read64(self->td, ITD_CNT_STALL_ABORT));
	self->queue = stall_open_queue(self, 2);
	ASSERT_LE(0, self->queue);
	EXPECT_TRUE(faults_empty(self->queue));
}

TEST_F(stall, queue_closed)
{
	struct testdev_op op = stall_fill(self, 1);
	union faults_record record;

	stall_start(_metadata, self, &op, &record);
	close(self->queue);
	self->queue = -1;
	stall_ended(_metadata, self, &record);
}

/* The process that listens is killed in the middle */
TEST_F(stall, handler_killed)
{
	struct testdev_op op = stall_fill(self, 1);
	int status, ready[2];
	char byte;
	pid_t pid;

	close(self->queue);
	self->queue = -1;
	ASSERT_EQ(0, pipe(ready));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		int queue = stall_open_queue(self, 8);

		write(ready[1], queue < 0 ? "n" : "y", 1);
		for (;;)
			pause();
	}
	ASSERT_EQ(1, read(ready[0], &byte, 1));
	EXPECT_EQ('y', byte);
	testdev_start(self->td, &op);
	usleep(100000);
	EXPECT_EQ((__u32)ITD_ST_STALL, testdev_status(self->td, op.channel));
	kill(pid, SIGKILL);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ((__u32)ITD_ST_FAULT,
		  testdev_settled(self->td, op.channel, 10000));
	EXPECT_EQ(0ULL, testdev_read64(self->td, ITD_NOW_STALLED));
	close(ready[0]);
	close(ready[1]);
}

static int end_by_unbinding(struct _test_data_stall *self)
{
	return inest_unbind_pasid_table(self->vm.container, ALL);
}

static int end_by_rebinding(struct _test_data_stall *self)
{
	return stall_bind(self);
}

static int end_by_bypass(struct _test_data_stall *self)
{
	return bind_config(&self->vm, IOMMU_PASID_CONFIG_BYPASS);
}

static int end_by_abort(struct _test_data_stall *self)
{
	return bind_config(&self->vm, IOMMU_PASID_CONFIG_ABORT);
}

/* Whatever takes the place of the table; the next table serves as ever */
TEST_F(stall, table_goes)
{
	static int (*const ends[])(struct _test_data_stall *self) = {
		end_by_unbinding, end_by_rebinding, end_by_bypass, end_by_abort,
	};
	struct testdev_op op = stall_fill(self, 1);
	union faults_record record;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		stall_start(_metadata, self, &op, &record);
		ASSERT_EQ(0, ends[i](self));
		stall_ended(_metadata, self, &record);
		stall_told(_metadata, self, &record,
			   IOMMU_FAULT_ANSWERED_UNBOUND);
		ASSERT_EQ(0, stall_bind(self));
	}
	expect_stall_served(_metadata, self);
}

/* More stalls than the queue takes: the host answers the others, and counts them */
TEST_F(stall, queue_is_full)
{
	struct testdev_op op = stall_fill(self, 1);
	union faults_record record, first;
	unsigned int ch, lost = 0, answered = 0, requests = 0;

	close(self->queue);
	self->queue = stall_open_queue(self, 2);
	ASSERT_LE(0, self->queue);
	for (ch = 0; ch < 8; ch++) {
		op.channel = ch;
		op.dst = BUFFER + ch * SZ_4K;
		testdev_start(self->td, &op);
	}
	usleep(200000);
	EXPECT_GE(2ULL, testdev_read64(self->td, ITD_NOW_STALLED));
	while (faults_read(self->queue, &record, 500) == 1) {
		if (record.type == IOMMU_FAULT_LOST) {
			lost += record.lost.records;
			answered += record.lost.answered;
			continue;
		}
		ASSERT_EQ((__u32)IOMMU_FAULT_PAGE_REQ, record.type);
		if (!requests++)
			first = record;
	}
	EXPECT_LE(1U, requests);
	EXPECT_EQ(8U, requests + lost);
	EXPECT_EQ(lost, answered);
	EXPECT_EQ((__u64)lost, testdev_read64(self->td, ITD_CNT_STALL_ABORT));
	map_buffer(self, &first.fault.prm);
	ASSERT_EQ(0, stall_respond(self, &first, IOMMU_PAGE_RESP_SUCCESS));
}

/* The device forgets what it asked for, and begins anew */
TEST_F(stall, device_reset)
{
	struct testdev_op op = stall_fill(self, 1);
	union faults_record record;

	stall_start(_metadata, self, &op, &record);
	ASSERT_EQ(0, ioctl(self->td->device, VFIO_DEVICE_RESET));
	EXPECT_EQ(-ENOENT,
		  stall_respond(self, &record, IOMMU_PAGE_RESP_SUCCESS));
	stall_told(_metadata, self, &record, IOMMU_FAULT_ANSWERED_RESET);
	EXPECT_EQ(0ULL, testdev_read64(self->td, ITD_NOW_STALLED));
	ASSERT_EQ(0, pci_user_enable(self->td->device));
	expect_stall_served(_metadata, self);
}

/* D3hot is left as a reset is, and until then the stall is held */
TEST_F(stall, power_state)
{
	struct testdev_op op = stall_fill(self, 1);
	union faults_record record;

	stall_start(_metadata, self, &op, &record);
	ASSERT_EQ(0, pci_user_power(self->td->device, PCI_USER_D3HOT));
	EXPECT_TRUE(faults_empty(self->queue));
	ASSERT_EQ(0, pci_user_power(self->td->device, PCI_USER_D0));
	EXPECT_EQ(-ENOENT,
		  stall_respond(self, &record, IOMMU_PAGE_RESP_SUCCESS));
	stall_told(_metadata, self, &record, IOMMU_FAULT_ANSWERED_RESET);
	EXPECT_EQ(0ULL, testdev_read64(self->td, ITD_NOW_STALLED));
	expect_stall_served(_metadata, self);
	ASSERT_EQ(0, end_by_rebinding(self));
	EXPECT_EQ(self->page, testdev_lands(&self->vm, 0,
					    WITH_PASID(STALL_OTHER), VA));
}

/* The device leaves: its file, its group, its container, in the order of a VMM's exit */
TEST_F(stall, device_leaves)
{
	struct testdev_op op = stall_fill(self, 1);
	union faults_record record;

	stall_start(_metadata, self, &op, &record);
	vm_stop_device(&self->vm, 0);
	vm_close_group(&self->vm, 0);
	vm_close_container(&self->vm);
	while (faults_read(self->queue, &record, 10000) == 1)
		EXPECT_EQ((__u32)IOMMU_FAULT_ANSWERED, record.type);
	EXPECT_EQ(0, faults_read(self->queue, &record, 10000));
	ASSERT_EQ(0, vm_open(&self->vm, 0, 1));
	EXPECT_EQ(0ULL, testdev_read64(self->td, ITD_NOW_STALLED));
}
