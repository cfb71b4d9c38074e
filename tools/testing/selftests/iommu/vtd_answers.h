/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: page requests that user space does not serve are answered by the host */

#define SHORT_MS	200

/* Nobody answers: the host does, says so, and takes no answer any more */
TEST_F(fault, time_out)
{
	struct testdev_op op = fill_buffer(self, 1);
	union faults_record request, record;

	ASSERT_EQ(0, faults_set_timeout_ms(SHORT_MS));
	start_and_read(_metadata, self, &op, &request);
	EXPECT_EQ((__u32)ITD_ST_PRG_FAIL,
		  testdev_settled(self->td, op.channel, 10 * SHORT_MS));
	EXPECT_EQ((__u32)ITD_PRG_INVALID,
		  testdev_channel32(self->td, op.channel, ITD_CODE));
	ASSERT_EQ(1, faults_read(self->queue, &record, 2000));
	ASSERT_EQ((__u32)IOMMU_FAULT_ANSWERED, record.type);
	EXPECT_EQ((__u32)IOMMU_FAULT_ANSWERED_TIMEOUT, record.answered.reason);
	EXPECT_EQ(request.fault.prm.grpid, record.answered.grpid);
	EXPECT_EQ(self->known, record.answered.pasid);
	EXPECT_EQ((__u32)IOMMU_PAGE_RESP_INVALID, record.answered.code);
	EXPECT_EQ(-ENOENT, faults_respond(self->vm.container, self->td->device,
					  &request, IOMMU_PAGE_RESP_SUCCESS));
}

/* One address space has nobody who answers; another does not notice */
TEST_F(fault, stuck_neighbour)
{
	struct testdev_op op = fill_buffer(self, 1), other;
	struct vm *vm = &self->vm;
	struct vtd_table s1 = self->s1;
	int pasid = vtd_pasid_alloc(vm);
	union faults_record record;

	ASSERT_LT(0, pasid);
	ASSERT_EQ(0, vtd_bind(vm, ALL, pasid, &s1));
	other = vtd_fill_op(WITH_PASID(pasid) | WITH_ATS, BUFFER + SZ_4K);
	other.cmd |= ITD_CMD_PRI;
	other.channel = 1;
	start_and_read(_metadata, self, &op, &record);
	self->pager.only = pasid;
	ASSERT_EQ(0, pager_start(&self->pager));
	testdev_start(self->td, &other);
	EXPECT_EQ((__u32)ITD_ST_DONE,
		  testdev_settled(self->td, other.channel, 2000));
	pager_stop(&self->pager);
	EXPECT_EQ((__u32)ITD_ST_WAIT, testdev_status(self->td, op.channel));
	ASSERT_EQ(0, vtd_unbind(vm, ALL, self->pasid));
	EXPECT_EQ((__u32)ITD_ST_PRG_FAIL, testdev_status(self->td, op.channel));
}

/* A queue of two: what has no room is answered, and counted where it is missing */
TEST_F(fault, overflow)
{
	struct testdev_op op = ask(self, 8, 8);
	union faults_record record;
	int i;

	close(self->queue);
	self->queue = faults_open(self->vm.container, self->td->device, 2,
				  FAULTS_NO_EVENTFD);
	ASSERT_LE(0, self->queue);
	testdev_start(self->td, &op);
	for (i = 0; i < 2000 && testdev_read64(self->td,
					       ITD_NOW_PRG_OUTSTANDING) > 2; i++)
		usleep(1000);
	EXPECT_EQ(6ULL,
		  testdev_read64(self->td, ITD_CNT_PRG_RESP(ITD_PRG_INVALID)));
	for (i = 0; i < 2; i++) {
		read_request(_metadata, self, &record);
		EXPECT_EQ(BUFFER + i * SZ_4K, record.fault.prm.addr);
		EXPECT_EQ(0, faults_respond(self->vm.container,
					    self->td->device, &record,
					    IOMMU_PAGE_RESP_SUCCESS));
	}
	ASSERT_EQ(1, faults_read(self->queue, &record, 2000));
	ASSERT_EQ((__u32)IOMMU_FAULT_LOST, record.type);
	EXPECT_EQ(6ULL, record.lost.seq);
	EXPECT_EQ(6U, record.lost.records);
	EXPECT_EQ(6U, record.lost.answered);
	EXPECT_EQ(0U, record.lost.flags);
	EXPECT_EQ((__u32)ITD_ST_PRG_FAIL,
		  testdev_settled(self->td, op.channel, 2000));
}

/* Each of these leaves nothing behind that waits: the fixture looks, too */
static void expect_answered(struct __test_metadata *_metadata,
			    struct _test_data_fault *self,
			    const union faults_record *request)
{
	EXPECT_EQ(0ULL, testdev_read64(self->td, ITD_NOW_PRG_OUTSTANDING));
	EXPECT_EQ(-ENOENT, faults_respond(self->vm.container, self->td->device,
					  request, IOMMU_PAGE_RESP_SUCCESS));
}

TEST_F(fault, unbound)
{
	struct testdev_op op = fill_buffer(self, 1);
	union faults_record request, record;

	start_and_read(_metadata, self, &op, &request);
	ASSERT_EQ(0, vtd_unbind(&self->vm, ALL, self->pasid));
	EXPECT_EQ((__u32)ITD_ST_PRG_FAIL, testdev_status(self->td, op.channel));
	expect_answered(_metadata, self, &request);
	ASSERT_EQ(1, faults_next(self->queue, IOMMU_FAULT_ANSWERED, &record,
				 2000));
	EXPECT_EQ((__u32)IOMMU_FAULT_ANSWERED_UNBOUND, record.answered.reason);
	/* Nor is a response to the last life taken for one in the next */
	ASSERT_EQ(0, fault_bind(self, variant->gpasid));
	start_and_read(_metadata, self, &op, &record);
	EXPECT_EQ((__u32)ITD_ST_WAIT, testdev_status(self->td, op.channel));
}

TEST_F(fault, queue_closed)
{
	struct testdev_op op = fill_buffer(self, 1);
	union faults_record request;

	start_and_read(_metadata, self, &op, &request);
	close(self->queue);
	self->queue = -1;
	EXPECT_EQ((__u32)ITD_ST_PRG_FAIL, testdev_status(self->td, op.channel));
	expect_answered(_metadata, self, &request);
	/* Without a queue the host answers at once */
	testdev_start(self->td, &op);
	EXPECT_EQ((__u32)ITD_ST_PRG_FAIL,
		  testdev_settled(self->td, op.channel, 2000));
}

/* The process that reads is killed with a request in its hands */
TEST_F(fault, handler_killed)
{
	struct testdev_op op = fill_buffer(self, 1);
	union faults_record request;
	int status;
	pid_t pid;

	start_and_read(_metadata, self, &op, &request);
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid)
		pause();
	close(self->queue);
	self->queue = -1;
	EXPECT_EQ((__u32)ITD_ST_WAIT, testdev_status(self->td, op.channel));
	ASSERT_EQ(0, kill(pid, SIGKILL));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ((__u32)ITD_ST_PRG_FAIL,
		  testdev_settled(self->td, op.channel, 2000));
	expect_answered(_metadata, self, &request);
}

/* A reset forgets requests; those that it forgot are nobody's to answer */
static void expect_forgotten(struct __test_metadata *_metadata,
			     struct _test_data_fault *self,
			     const union faults_record *request)
{
	union faults_record record;

	expect_answered(_metadata, self, request);
	ASSERT_EQ(1, faults_next(self->queue, IOMMU_FAULT_ANSWERED, &record,
				 2000));
	EXPECT_EQ((__u32)IOMMU_FAULT_ANSWERED_RESET, record.answered.reason);
	EXPECT_EQ(request->fault.prm.grpid, record.answered.grpid);
	EXPECT_TRUE(faults_empty(self->queue));
}

TEST_F(fault, device_reset)
{
	struct testdev_op op = fill_buffer(self, 1);
	union faults_record request;

	start_and_read(_metadata, self, &op, &request);
	ASSERT_EQ(0, function_reset(self->td->device));
	expect_forgotten(_metadata, self, &request);
}

/* So does D3hot, when it is left; the next request has the same number */
TEST_F(fault, power_state)
{
	struct testdev_op op = fill_buffer(self, 1);
	union faults_record request;

	start_and_read(_metadata, self, &op, &request);
	ASSERT_EQ(0, pci_user_power(self->td->device, PCI_USER_D3HOT));
	EXPECT_TRUE(faults_empty(self->queue));
	ASSERT_EQ(0, pci_user_power(self->td->device, PCI_USER_D0));
	expect_forgotten(_metadata, self, &request);
	start_and_read(_metadata, self, &op, &request);
	expect_served(_metadata, self, &op, &request);
	ASSERT_EQ(0, vtd_unbind(&self->vm, ALL, self->pasid));
	ASSERT_EQ(0, fault_bind(self, variant->gpasid));
	EXPECT_TRUE(faults_empty(self->queue));
}

/* The device leaves: the rest can be read, then comes the end */
TEST_F(fault, detached)
{
	struct testdev_op op = fill_buffer(self, 1);
	struct pollfd poll_fd = { .fd = self->queue, .events = POLLIN };
	struct vm *vm = &self->vm;
	union faults_record record;
	int left = 0;

	testdev_start(self->td, &op);
	vm_stop_device(vm, 0);
	vm_close_group(vm, 0);
	while (faults_read(self->queue, &record, 2000) == 1)
		left++;
	EXPECT_GE(2, left);
	EXPECT_EQ(0, faults_read(self->queue, &record, 2000));
	ASSERT_EQ(1, poll(&poll_fd, 1, 0));
	EXPECT_EQ(POLLHUP, poll_fd.revents & POLLHUP);
}

/* A device that does not complete an invalidation: the caller and the queue say so */
TEST_F(fault, blocked)
{
	struct vm *vm = &self->vm;
	union faults_record record;

	mute(vm, 0, ITD_INV_MUTE_ALL);
	EXPECT_EQ(-EIO, vtd_invalidate(vm, ALL,
				       vtd_inv_pasid(IOTLB | DEV_IOTLB,
						     self->pasid)));
	ASSERT_EQ(1, faults_next(self->queue, IOMMU_FAULT_BLOCKED, &record,
				 2000));
	EXPECT_EQ((__u32)IOMMU_FAULT_BLOCKED_INVALIDATION,
		  record.blocked.reason);
	mute(vm, 0, 0);
	ASSERT_EQ(0, vtd_unbind(vm, ALL, self->pasid));
	ASSERT_EQ(0, fault_bind(self, variant->gpasid));
}
