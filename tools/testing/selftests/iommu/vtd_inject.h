/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests: the unit fails a command. The caller is told, the device is blocked, its
 * queue says why, and binding again ends it.
 */

static void expect_record(struct __test_metadata *_metadata,
			  struct _test_data_fault *self, __u32 reason)
{
	union faults_record record;

	ASSERT_EQ(1, faults_next(self->queue, IOMMU_FAULT_BLOCKED, &record,
				 2000));
	EXPECT_EQ(reason, record.blocked.reason);
}

static void expect_blocked_record(struct __test_metadata *_metadata,
				  struct _test_data_fault *self, __u32 reason)
{
	expect_record(_metadata, self, reason);
	expect_blocked(_metadata, &self->vm, 0, self->who, VA, GUEST_BLOCKS);
}

static void expect_works_again(struct __test_metadata *_metadata,
			       struct _test_data_fault *self, __u32 gpasid)
{
	struct vm *vm = &self->vm;
	int page = vm_alloc(vm);

	ASSERT_EQ(0, inject_failures(0));
	ASSERT_EQ(0, vtd_unbind(vm, ALL, self->pasid));
	map_page(vm, &self->s1, VA, page);
	ASSERT_EQ(0, fault_bind(self, gpasid));
	EXPECT_EQ(page, vtd_lands(vm, 0, self->who, VA));
}

TEST_F(fault, injected_invalidation)
{
	struct vm *vm = &self->vm;

	SKIP_WITHOUT_INJECTION();
	ASSERT_EQ(0, inject_failures(1));
	EXPECT_EQ(-EIO, vtd_invalidate(vm, ALL,
				       vtd_inv_pasid(IOTLB, self->pasid)));
	expect_blocked_record(_metadata, self,
			      IOMMU_FAULT_BLOCKED_INVALIDATION);
	expect_works_again(_metadata, self, variant->gpasid);
}

/* Memory that leaves stage 2 is out of reach, also when nobody could drop it */
TEST_F(fault, injected_unmap)
{
	struct vm *vm = &self->vm;
	__u64 loose = guest_alloc_loose(&vm->guest);

	SKIP_WITHOUT_INJECTION();
	ASSERT_EQ(0, inject_failures(1));
	ASSERT_EQ(0, inest_dma_unmap(vm->container, loose, SZ_4K));
	expect_blocked_record(_metadata, self,
			      IOMMU_FAULT_BLOCKED_INVALIDATION);
	expect_works_again(_metadata, self, variant->gpasid);
}

/* A response that the unit does not take: nobody knows what the device waits for */
TEST_F(fault, injected_response)
{
	struct testdev_op op = fill_buffer(self, 1);
	union faults_record record;

	SKIP_WITHOUT_INJECTION();
	start_and_read(_metadata, self, &op, &record);
	ASSERT_EQ(0, inject_failures(1));
	EXPECT_EQ(-EIO, faults_respond(self->vm.container, self->td->device,
				       &record, IOMMU_PAGE_RESP_SUCCESS));
	EXPECT_EQ(-ENOENT, faults_respond(self->vm.container, self->td->device,
					  &record, IOMMU_PAGE_RESP_SUCCESS));
	testdev_stop(self->td, op.channel);
	expect_blocked_record(_metadata, self, IOMMU_FAULT_BLOCKED_RESPONSE);
	expect_works_again(_metadata, self, variant->gpasid);
}

/* The time is over, but the unit does not take the host's answer either */
TEST_F(fault, injected_time_out)
{
	struct testdev_op op = fill_buffer(self, 1);
	union faults_record request, record;
	int i;

	SKIP_WITHOUT_INJECTION();
	ASSERT_EQ(0, faults_set_timeout_ms(5 * SHORT_MS));
	start_and_read(_metadata, self, &op, &request);
	ASSERT_EQ(0, inject_failures(1));
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(1, faults_read(self->queue, &record, 10000));
		ASSERT_EQ((__u32)IOMMU_FAULT_ANSWERED, record.type);
		EXPECT_EQ((__u32)IOMMU_FAULT_ANSWERED_TIMEOUT,
			  record.answered.reason);
		EXPECT_EQ(request.fault.prm.grpid, record.answered.grpid);
		EXPECT_EQ(self->known, record.answered.pasid);
		EXPECT_EQ(i == 1, !!(record.answered.flags &
				     IOMMU_FAULT_ANSWERED_FAILED));
	}
	expect_record(_metadata, self, IOMMU_FAULT_BLOCKED_RESPONSE);
	EXPECT_EQ((__u32)ITD_ST_WAIT, testdev_status(self->td, op.channel));
	testdev_stop(self->td, op.channel);
	expect_blocked(_metadata, &self->vm, 0, self->who, VA, GUEST_BLOCKS);
	expect_works_again(_metadata, self, variant->gpasid);
}

/* Unbinding answers what waits. It can't fail, but leaves the device blocked. */
TEST_F(fault, injected_unbind)
{
	struct testdev_op op = fill_buffer(self, 1);
	union faults_record request;

	SKIP_WITHOUT_INJECTION();
	start_and_read(_metadata, self, &op, &request);
	ASSERT_EQ(0, inject_failures(1));
	ASSERT_EQ(0, vtd_unbind(&self->vm, ALL, self->pasid));
	expect_record(_metadata, self, IOMMU_FAULT_BLOCKED_RESPONSE);
	EXPECT_EQ((__u32)ITD_ST_WAIT, testdev_status(self->td, op.channel));
	testdev_stop(self->td, op.channel);
	expect_blocked(_metadata, &self->vm, 0, self->who, VA, GUEST_BLOCKS);
	expect_works_again(_metadata, self, variant->gpasid);
}

/* What is not even reported the host answers at once: in vain */
TEST_F(fault, injected_refusal)
{
	struct testdev_op op = ask(self, 1, 1);
	int pasid = vtd_pasid_alloc(&self->vm);

	SKIP_WITHOUT_INJECTION();
	ASSERT_LT(0, pasid);
	op.src_pasid = WITH_PASID(pasid);
	ASSERT_EQ(0, inject_failures(1));
	testdev_start(self->td, &op);
	expect_record(_metadata, self, IOMMU_FAULT_BLOCKED_RESPONSE);
	EXPECT_EQ((__u32)ITD_ST_WAIT, testdev_status(self->td, op.channel));
	testdev_stop(self->td, op.channel);
	expect_blocked(_metadata, &self->vm, 0, self->who, VA, GUEST_BLOCKS);
	expect_works_again(_metadata, self, variant->gpasid);
}

/* The queue is closed, and nobody reads what became of the answer */
TEST_F(fault, injected_close)
{
	struct testdev_op op = fill_buffer(self, 1);
	union faults_record request;
	struct vm *vm = &self->vm;
	int i, page = vm_alloc(vm);

	SKIP_WITHOUT_INJECTION();
	map_page(vm, &self->s1, VA, page);
	ASSERT_EQ(page, vtd_lands(vm, 0, self->who, VA));
	start_and_read(_metadata, self, &op, &request);
	ASSERT_EQ(0, inject_failures(1));
	close(self->queue);
	self->queue = -1;
	testdev_stop(self->td, op.channel);
	for (i = 0; i < 200 && vtd_lands(vm, 0, self->who, VA) == page; i++)
		usleep(10000);
	expect_blocked(_metadata, vm, 0, self->who, VA, GUEST_BLOCKS);
	expect_works_again(_metadata, self, variant->gpasid);
}

/* Binding drops what was cached before; of a PASID without an entry nothing is */
TEST_F(fault, injected_bind)
{
	SKIP_WITHOUT_INJECTION();
	if (!variant->rid)
		SKIP(return, "cannot happen: binding a PASID sends no command");
	ASSERT_EQ(0, vtd_unbind(&self->vm, ALL, self->pasid));
	ASSERT_EQ(0, inject_failures(1));
	EXPECT_EQ(-EIO, fault_bind(self, 0));
	expect_blocked_record(_metadata, self, IOMMU_FAULT_BLOCKED_BIND);
	expect_works_again(_metadata, self, 0);
}

/* Nothing that the unit is told works: the device itself is kept from DMA then */
TEST_F(fault, injected_for_ever)
{
	const __u32 all[] = { self->who, self->who & ~WITH_ATS,
			      self->who | WITH_ROGUE_ATS, WITHOUT_PASID };
	struct vm *vm = &self->vm;
	size_t i;

	SKIP_WITHOUT_INJECTION();
	ASSERT_EQ(0, inject_failures(INJECT_ALWAYS));
	EXPECT_EQ(-EIO, vtd_invalidate(vm, ALL,
				       vtd_inv_pasid(IOTLB, self->pasid)));
	expect_record(_metadata, self, IOMMU_FAULT_BLOCKED_INVALIDATION);
	for (i = 0; i < ARRAY_SIZE(all); i++)
		EXPECT_EQ(VM_DISABLED, vtd_lands(vm, 0, all[i], GUEST_BLOCKS));
	EXPECT_EQ(0, vtd_unbind(vm, ALL, self->pasid));
	EXPECT_EQ(-EIO, fault_bind(self, variant->gpasid));
	ASSERT_EQ(0, inject_failures(0));
	ASSERT_EQ(0, pci_user_enable(self->td->device));
	expect_works_again(_metadata, self, variant->gpasid);
}

/* Somebody else's failure is nobody's but theirs */
TEST_F(two_vms, injected_failure_of_one)
{
	SKIP_WITHOUT_INJECTION();
	ASSERT_EQ(0, inject_failures(1));
	EXPECT_EQ(-EIO, vtd_invalidate(&self->vm[0], ALL,
				       vtd_inv_pasid(IOTLB, self->pasid)));
	ASSERT_EQ(0, inject_failures(0));
	expect_blocked(_metadata, &self->vm[0], 0, self->who, VA,
		       self->vm[0].page[self->a[0]].gpa);
	EXPECT_EQ(self->a[1], vtd_lands(&self->vm[1], 0, self->who, VA));
}

/* Nobody knows whose fault it is: both devices of the container are blocked */
TEST_F(pair, injected_failure)
{
	int queue[2];

	SKIP_WITHOUT_INJECTION();
	open_queues(_metadata, self, queue);
	expect_pair(_metadata, self, self->a, self->a);
	ASSERT_EQ(0, inject_failures(1));
	EXPECT_EQ(-EIO, flush(&self->vm, self->who));
	ASSERT_EQ(0, inject_failures(0));
	expect_both_blocked(_metadata, self, queue);
	close_queues(queue);
}
