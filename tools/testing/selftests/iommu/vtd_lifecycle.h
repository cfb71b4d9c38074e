/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: what is bound goes away in every order, and nothing stays behind */

/* Does @who, of an earlier machine on device @dev, still get anywhere? */
static void expect_usable_dev(struct __test_metadata *_metadata, int dev,
			      __u32 who)
{
	struct vtd_table s1;
	int page, pasid;
	struct vm vm;

	ASSERT_EQ(0, vm_open(&vm, dev, 1));
	vtd_table_create(&s1, &vm.guest, 4);
	page = vm_alloc(&vm);
	map_page(&vm, &s1, VA_2, page);
	EXPECT_EQ(VM_NOWHERE, vtd_lands(&vm, 0, who, VA));
	EXPECT_EQ(page, vtd_lands(&vm, 0, who & WITH_ATS, vm.page[page].gpa));
	pasid = pasid_of(who) ? vtd_pasid_alloc(&vm) : RID;
	ASSERT_LE(0, pasid);
	ASSERT_EQ(0, vtd_bind(&vm, ALL, pasid, &s1));
	who = (who & WITH_ATS) | (pasid ? WITH_PASID(pasid) : 0);
	EXPECT_EQ(page, vtd_lands(&vm, 0, who, VA_2));
	EXPECT_EQ(VM_NOWHERE, vtd_lands(&vm, 0, who, VA));
	vm_close(&vm);
}

static void expect_usable(struct __test_metadata *_metadata, __u32 who)
{
	expect_usable_dev(_metadata, 0, who);
}

/*
 * c: container, g: group, d: device. As long as the device is open its DMA is
 * translated; the PASID belongs to the container.
 */
static void close_in_order(struct __test_metadata *_metadata,
			   struct _test_data_one *self, const char *order)
{
	bool there = true;
	const char *c;

	ASSERT_LT(0, locked_memory());
	ASSERT_EQ(self->a, vtd_lands(&self->vm, 0, self->who, VA));
	for (c = order; *c; c++) {
		vm_close_one(&self->vm, *c);
		there = there && (*c != 'c' || self->pasid == RID);
		if (there && self->vm.dev[0].td.device >= 0) {
			EXPECT_EQ(self->a,
				  vtd_lands(&self->vm, 0, self->who, VA));
		}
	}
	EXPECT_EQ(0, locked_memory());
	expect_usable(_metadata, self->who);
}

TEST_F(one, close_dgc)
{
	close_in_order(_metadata, self, "dgc");
}

TEST_F(one, close_dcg)
{
	close_in_order(_metadata, self, "dcg");
}

TEST_F(one, close_gdc)
{
	close_in_order(_metadata, self, "gdc");
}

TEST_F(one, close_gcd)
{
	close_in_order(_metadata, self, "gcd");
}

TEST_F(one, close_cdg)
{
	close_in_order(_metadata, self, "cdg");
}

TEST_F(one, close_cgd)
{
	close_in_order(_metadata, self, "cgd");
}

/* What is bound belongs to the group in its container, not to the open device */
TEST_F(one, device_reopened)
{
	struct vm *vm = &self->vm;

	ASSERT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
	vm_stop_device(vm, 0);
	ASSERT_EQ(0, vm_start_device(vm, 0));
	EXPECT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
}

/* The last group leaves, and with it the container's IOMMU and mappings */
TEST_F(one, group_detached)
{
	struct vm *vm = &self->vm;
	int group = vm->dev[0].group;

	EXPECT_EQ(-EBUSY, inest_group_detach(group));
	EXPECT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
	vm_stop_device(vm, 0);
	ASSERT_EQ(0, inest_group_detach(group));
	EXPECT_EQ(-EINVAL, vtd_bind(vm, ALL, self->pasid, &self->s1));
	EXPECT_EQ(-EINVAL, vtd_unbind(vm, ALL, self->pasid));

	ASSERT_EQ(0, vm_attach(vm, 0));
	ASSERT_EQ(0, inest_container_set_iommu(vm->container,
					       VFIO_TYPE1_NESTING_IOMMU));
	ASSERT_EQ(0, vm_map(vm));
	ASSERT_EQ(0, vm_start_device(vm, 0));
	EXPECT_EQ(VM_NOWHERE, vtd_lands(vm, 0, self->who, VA));
	ASSERT_EQ(0, vtd_bind(vm, ALL, self->pasid, &self->s1));
	EXPECT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
}

TEST_F(one, driver_unbound)
{
	struct vm *vm = &self->vm;

	vm_stop_device(vm, 0);
	ASSERT_EQ(0, inest_pci_unbind(vm->dev[0].bdf));
	EXPECT_EQ(-EINVAL, vtd_bind(vm, ALL, self->pasid, &self->s1));
	EXPECT_EQ(-EINVAL, vtd_unbind(vm, ALL, self->pasid));
	vm_close(vm);
	ASSERT_EQ(0, inest_pci_claim(vm->dev[0].bdf));
	expect_usable(_metadata, self->who);
}

/* The driver waits for the device, which is in use until it is asked for */
TEST_F(one, driver_unbound_while_open)
{
	struct vm *vm = &self->vm;
	struct leaving leaving;

	ASSERT_EQ(0, leaving_begin(&leaving, vm->dev[0].td.device,
				   vm->dev[0].bdf, unbind_driver));
	EXPECT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
	EXPECT_EQ(0, leaving_end(&leaving, vm, 0));
	vm_close(vm);
	ASSERT_EQ(0, inest_pci_claim(vm->dev[0].bdf));
	expect_usable(_metadata, self->who);
}

/*
 * Between writes, in ns: a device that faults more often than that keeps the thread
 * busy that takes the faults from the unit, when the kernel checks all it does.
 */
#define WRITE_PERIOD	500000

/* Writes to VA again and again, without end */
static void write_forever(struct vm *vm, __u32 who, unsigned int channel)
{
	struct testdev_op op = vtd_fill_op(who, VA);

	op.channel = channel;
	op.cmd |= ITD_CMD_REPEAT;
	op.period = WRITE_PERIOD;
	testdev_start(&vm->dev[0].td, &op);
}

/* Whether the channel gets as far as @times more repeats, of those @reg counts */
static bool repeats(struct vm *vm, unsigned int channel, size_t reg, __u64 times)
{
	struct testdev *td = &vm->dev[0].td;
	__u64 end = testdev_channel64(td, channel, reg) + times;
	int i;

	for (i = 0; i < 5000; i++) {
		if (testdev_channel64(td, channel, reg) >= end)
			return true;
		usleep(1000);
	}
	return false;
}

static void expect_writing(struct __test_metadata *_metadata, struct vm *vm,
			   int page)
{
	vm_fill(vm);
	EXPECT_TRUE(repeats(vm, 3, ITD_RUNS, 3));
	EXPECT_FALSE(vm_page_intact(vm, page));
}

/*
 * Not one more write ends well. The caller comes here straight from the call that
 * took the page away: what is late by a period of the device's is found.
 */
static void expect_stopped(struct __test_metadata *_metadata, struct vm *vm,
			   int page)
{
	struct testdev *td = &vm->dev[0].td;
	__u64 runs = testdev_channel64(td, 3, ITD_RUNS);

	EXPECT_TRUE(repeats(vm, 3, ITD_FAULTS, 3));
	EXPECT_EQ(runs, testdev_channel64(td, 3, ITD_RUNS));
	vm_fill(vm);
	EXPECT_TRUE(repeats(vm, 3, ITD_FAULTS, 3));
	EXPECT_TRUE(vm_page_intact(vm, page));
}

/* A device still writes when everything is closed under it */
TEST_F(one, closed_during_dma)
{
	write_forever(&self->vm, self->who, 3);
	vm_close(&self->vm);
	expect_usable(_metadata, self->who);
}

/* As soon as unbind returns the device no longer writes, however busy it is */
TEST_F_TIMEOUT(one, unbound_during_dma, 60)
{
	struct vm *vm = &self->vm;
	int i;

	write_forever(vm, self->who, 3);
	for (i = 0; i < 40; i++) {
		expect_writing(_metadata, vm, self->a);
		ASSERT_EQ(0, vtd_unbind(vm, ALL, self->pasid));
		expect_stopped(_metadata, vm, self->a);
		ASSERT_EQ(0, vtd_bind(vm, ALL, self->pasid, &self->s1));
	}
	expect_writing(_metadata, vm, self->a);
	testdev_stop(&vm->dev[0].td, 3);
}

/* And the same of memory that is taken out of stage 2 */
TEST_F_TIMEOUT(one, stage2_unmapped_during_dma, 60)
{
	struct vm *vm = &self->vm;
	__u64 gpa = guest_alloc_loose(&vm->guest);
	int i, page = vm_watch(vm, gpa);

	map_page(vm, &self->s1, VA, page);
	ASSERT_EQ(0, flush(vm, self->who));
	write_forever(vm, self->who, 3);
	for (i = 0; i < 40; i++) {
		expect_writing(_metadata, vm, page);
		ASSERT_EQ(0, inest_dma_unmap(vm->container, gpa, SZ_4K));
		expect_stopped(_metadata, vm, page);
		ASSERT_EQ(0, inest_dma_map(vm->container, gpa,
					   guest_ptr(&vm->guest, gpa), SZ_4K,
					   MAP_RW));
	}
	testdev_stop(&vm->dev[0].td, 3);
}

/* The child says over @ready that it is bound and writing, and waits there */
static void bind_and_wait(int ready, __u32 who)
{
	struct vtd_table s1;
	struct vm vm;
	int pasid;

	if (vm_open(&vm, 0, 1))
		_exit(1);
	vtd_table_create(&s1, &vm.guest, 4);
	map_page(&vm, &s1, VA, vm_alloc(&vm));
	pasid = pasid_of(who) ? inest_pasid_alloc(vm.container, pasid_of(who),
						  pasid_of(who)) : RID;
	if (pasid < 0 || vtd_bind(&vm, ALL, pasid, &s1))
		_exit(1);
	write_forever(&vm, who, 3);
	if (write(ready, "", 1) != 1)
		_exit(1);
	pause();
	_exit(1);
}

TEST_F(one, process_killed)
{
	int status, ready[2];
	pid_t child;
	char byte;

	vm_close(&self->vm);
	ASSERT_EQ(0, pipe(ready));
	child = fork();
	ASSERT_LE(0, child);
	if (!child) {
		close(ready[0]);
		bind_and_wait(ready[1], self->who);
	}
	close(ready[1]);
	EXPECT_EQ(1, read(ready[0], &byte, 1));
	kill(child, SIGKILL);
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status));
	expect_usable(_metadata, self->who);
}
