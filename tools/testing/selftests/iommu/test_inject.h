/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests: the SMMU fails a command. The caller is told, the device is blocked, its
 * queue says why, and binding again ends it.
 */

static int open_queue(struct vm *vm)
{
	return faults_open(vm->container, vm->dev[0].edu.device, 16,
			   FAULTS_NO_EVENTFD);
}

static void expect_record(struct __test_metadata *_metadata, int queue,
			  __u32 reason)
{
	union faults_record record;

	ASSERT_EQ(0, inject_failures(0));
	ASSERT_EQ(1, faults_next(queue, IOMMU_FAULT_BLOCKED, &record, 2000));
	EXPECT_EQ(reason, record.blocked.reason);
	close(queue);
}

static void expect_blocked(struct __test_metadata *_metadata,
			   struct _test_data_one *self, int queue, __u32 reason)
{
	expect_record(_metadata, queue, reason);
	EXPECT_EQ(VM_NOWHERE, vm_lands(&self->vm, 0, VA));
	ASSERT_EQ(0, vm_bind(&self->vm, ALL, &self->s1));
	EXPECT_EQ(self->a, vm_lands(&self->vm, 0, VA));
}

TEST_F(one, injected_invalidation)
{
	int queue;

	SKIP_WITHOUT_INJECTION();
	queue = open_queue(&self->vm);
	ASSERT_LE(0, queue);
	ASSERT_EQ(0, inject_failures(1));
	EXPECT_EQ(-EIO, invalidate(&self->vm, inv_asid(ASID)));
	expect_blocked(_metadata, self, queue,
		       IOMMU_FAULT_BLOCKED_INVALIDATION);
}

/* Memory that leaves stage 2 is out of reach, also when nobody could drop it */
TEST_F(one, injected_unmap)
{
	__u64 loose = guest_alloc_loose(&self->vm.guest);
	int queue;

	SKIP_WITHOUT_INJECTION();
	queue = open_queue(&self->vm);
	ASSERT_LE(0, queue);
	ASSERT_EQ(0, inject_failures(1));
	ASSERT_EQ(0, inest_dma_unmap(self->vm.container, loose, SZ_4K));
	expect_blocked(_metadata, self, queue,
		       IOMMU_FAULT_BLOCKED_INVALIDATION);
}

TEST_F(one, injected_bind)
{
	int queue;

	SKIP_WITHOUT_INJECTION();
	queue = open_queue(&self->vm);
	ASSERT_LE(0, queue);
	ASSERT_EQ(0, inject_failures(1));
	EXPECT_EQ(-EIO, vm_bind(&self->vm, ALL, &self->s1));
	expect_blocked(_metadata, self, queue, IOMMU_FAULT_BLOCKED_BIND);
}

/*
 * Not even blocking works, and the SMMU goes on with what it has cached: the device
 * itself is kept from DMA, until it is enabled again
 */
static void expect_silenced(struct __test_metadata *_metadata,
			    struct _test_data_one *self, int queue)
{
	expect_record(_metadata, queue, IOMMU_FAULT_BLOCKED_INVALIDATION);
	EXPECT_EQ(VM_NOWHERE, vm_lands(&self->vm, 0, VA));
	ASSERT_EQ(0, vm_bind(&self->vm, ALL, &self->s1));
	EXPECT_EQ(VM_NOWHERE, vm_lands(&self->vm, 0, VA));
	ASSERT_EQ(0, pci_user_enable(self->vm.dev[0].edu.device));
	EXPECT_EQ(self->a, vm_lands(&self->vm, 0, VA));
}

TEST_F(one, injected_for_ever)
{
	int queue;

	SKIP_WITHOUT_INJECTION();
	queue = open_queue(&self->vm);
	ASSERT_LE(0, queue);
	EXPECT_EQ(self->a, vm_lands(&self->vm, 0, VA));
	ASSERT_EQ(0, inject_failures(INJECT_ALWAYS));
	EXPECT_EQ(-EIO, invalidate(&self->vm, inv_asid(ASID)));
	EXPECT_EQ(-EIO, vm_bind(&self->vm, ALL, &self->s1));
	expect_silenced(_metadata, self, queue);
}

/* The same for memory that leaves stage 2, with just the two commands failing */
TEST_F(one, injected_unmap_and_block)
{
	__u64 loose = guest_alloc_loose(&self->vm.guest);
	int queue;

	SKIP_WITHOUT_INJECTION();
	queue = open_queue(&self->vm);
	ASSERT_LE(0, queue);
	EXPECT_EQ(self->a, vm_lands(&self->vm, 0, VA));
	ASSERT_EQ(0, inject_failures(2));
	ASSERT_EQ(0, inest_dma_unmap(self->vm.container, loose, SZ_4K));
	expect_silenced(_metadata, self, queue);
}

/* Somebody else's failure is nobody's but theirs */
TEST_F(two_vms, injected_failure_of_one)
{
	SKIP_WITHOUT_INJECTION();
	ASSERT_EQ(0, inject_failures(1));
	EXPECT_EQ(-EIO, invalidate(&self->vm[0], inv_asid(ASID)));
	ASSERT_EQ(0, inject_failures(0));
	EXPECT_EQ(VM_NOWHERE, vm_lands(&self->vm[0], 0, VA));
	EXPECT_EQ(self->a[1], vm_lands(&self->vm[1], 0, VA));
}
