/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests: opening a fault queue, and how it is refused. What every operation has in
 * common is in mock_errno.h, mock_length.h and mock_values.h.
 */

#define QUEUE(new, ...) \
	POKE(new, -EINVAL, iommu_fault_queue_config, __VA_ARGS__)

TEST_F(faults, queue_values)
{
	static const struct poke pokes[] = {
		QUEUE(0, version), QUEUE(2, version), QUEUE(1 << 1, flags),
		QUEUE(1U << 31, flags), QUEUE(0, entries), QUEUE(1, entries),
		QUEUE(1025, entries), QUEUE(1U << 31, entries),
		QUEUE(~0U, entries), QUEUE(1, eventfd), QUEUE(-1, eventfd),
		QUEUE(1, padding[0]), QUEUE(1, padding[1]),
		QUEUE(1, padding[2]), QUEUE(1, padding[3]),
		/* Standard input is no eventfd: then it is one that it names */
		QUEUE(IOMMU_FAULT_QUEUE_EVENTFD, flags),
	};

	world_close_faults(&self->w);
	expect_pokes(_metadata, &self->w, OP_FAULTS, pokes, ARRAY_SIZE(pokes));
}

TEST_F(faults, queue_of_least_and_most_entries)
{
	static const unsigned int entries[] = {
		IOMMU_FAULT_QUEUE_ENTRIES_MIN, 3, 1000,
		IOMMU_FAULT_QUEUE_ENTRIES_MAX,
	};
	struct world *w = &self->w;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(entries); i++) {
		EXPECT_EQ(0, reopen_faults(w, 0, entries[i]));
		EXPECT_EQ(0, ask(w, 0, w->p, 1));
		EXPECT_TRUE(next_is_request(w, 0, w->p, 1));
	}
}

/* An argument without the fields that nothing asks for */
TEST_F(faults, queue_of_least_argument)
{
	struct iommu_fault_queue_config config = {
		.argsz = offsetof(struct iommu_fault_queue_config, eventfd),
		.version = IOMMU_FAULT_QUEUE_VERSION_1,
		.entries = ENTRIES,
	};
	struct mock_vm *vm = &self->w.vm;
	int fd;

	world_close_faults(&self->w);
	fd = faults_open_raw(vm->container, vm->device[0], &config,
			     config.argsz);
	ASSERT_LE(0, fd);
	close(fd);
	config.flags = IOMMU_FAULT_QUEUE_EVENTFD;
	EXPECT_EQ(-EINVAL, faults_open_raw(vm->container, vm->device[0],
					   &config, config.argsz));
}

TEST_F(faults, queue_eventfd_values)
{
	struct mock_vm *vm = &self->w.vm;
	int fd = dup(vm->container);
	int device = vm->device[0];

	world_close_faults(&self->w);
	EXPECT_EQ(-EINVAL, faults_open(vm->container, device, ENTRIES, fd));
	EXPECT_EQ(-EINVAL, faults_open(vm->container, device, ENTRIES, device));
	close(fd);
	EXPECT_EQ(-EBADF, faults_open(vm->container, device, ENTRIES, fd));
	EXPECT_EQ(-EBADF, faults_open(vm->container, device, ENTRIES, -2));
	EXPECT_EQ(-EBADF, faults_open(vm->container, device, ENTRIES, INT_MAX));
	EXPECT_EQ(0, mock_vm_open_faults(vm, 0, ENTRIES));
}

/* A refused second queue leaves the first one as it is, and each device has its own */
TEST_F(faults3, queue_of_each_device)
{
	struct mock_vm *vm = &self->w.vm;
	struct world *w = &self->w;
	int i;

	for (i = 0; i < 3; i++)
		EXPECT_EQ(-EBUSY, faults_open(vm->container, vm->device[i],
					      ENTRIES, FAULTS_NO_EVENTFD));
	EXPECT_EQ(0, ask(w, 1, w->p, 5));
	EXPECT_TRUE(nothing_to_read(w, 0));
	EXPECT_TRUE(nothing_to_read(w, 2));
	EXPECT_TRUE(next_is_request(w, 1, w->p, 5));
	EXPECT_EQ(-ENOENT, respond(vm, 0, w->p, 5, IOMMU_PAGE_RESP_SUCCESS));
	EXPECT_EQ(-ENOENT, respond(vm, 2, w->p, 5, IOMMU_PAGE_RESP_SUCCESS));
	EXPECT_EQ(0, respond(vm, 1, w->p, 5, IOMMU_PAGE_RESP_SUCCESS));
	EXPECT_TRUE(got_answer(w, 1, w->p, 5, IOMMU_PAGE_RESP_SUCCESS));
}

TEST_F(faults3, queue_of_a_device_that_left)
{
	struct mock_vm *vm = &self->w.vm, other;
	int device;

	mock_close(&vm->faults[1]);
	device = dup(vm->device[1]);
	mock_close(&vm->device[1]);
	ASSERT_LE(0, device);
	EXPECT_EQ(-EBUSY, inest_group_detach(vm->group[1]));
	close(device);
	EXPECT_EQ(-EBADF, faults_open(vm->container, device, ENTRIES,
				      FAULTS_NO_EVENTFD));
	ASSERT_EQ(0, inest_group_detach(vm->group[1]));
	mock_close(&vm->group[1]);

	/* It is some other container's now */
	ASSERT_EQ(0, mock_vm_open(&other, VTD, 1, 1));
	EXPECT_EQ(0, mock_vm_open_device(&other, 0));
	EXPECT_EQ(-ENODEV, faults_open(vm->container, other.device[0], ENTRIES,
				       FAULTS_NO_EVENTFD));
	EXPECT_EQ(0, mock_vm_open_faults(&other, 0, ENTRIES));
	mock_vm_close(&other);
}

TEST_F(faults, queue_is_closed_on_exec)
{
	EXPECT_EQ(FD_CLOEXEC, fcntl(self->w.vm.faults[0], F_GETFD));
}

/* The queue is gone with its last descriptor only, and then there can be another */
TEST_F(faults, queue_goes_with_its_last_descriptor)
{
	struct world *w = &self->w;
	int twin = dup(w->vm.faults[0]);

	ASSERT_LE(0, twin);
	mock_close(&w->vm.faults[0]);
	EXPECT_EQ(-EBUSY, mock_vm_open_faults(&w->vm, 0, ENTRIES));
	EXPECT_EQ(0, ask(w, 0, w->p, 1));
	EXPECT_EQ(1, waiting(w, 0));
	close(twin);
	EXPECT_EQ(0, waiting(w, 0));
	EXPECT_TRUE(got_answer(w, 0, w->p, 1, IOMMU_PAGE_RESP_INVALID));
	ASSERT_EQ(0, mock_vm_open_faults(&w->vm, 0, ENTRIES));
	EXPECT_TRUE(nothing_to_read(w, 0));
}

/* Nobody to ask: the host says no at once */
TEST_F(faults, no_queue)
{
	struct world *w = &self->w;

	mock_close(&w->vm.faults[0]);
	EXPECT_EQ(0, ask(w, 0, w->p, 1));
	EXPECT_EQ(0, waiting(w, 0));
	EXPECT_TRUE(got_answer(w, 0, w->p, 1, IOMMU_PAGE_RESP_INVALID));
	EXPECT_EQ(-ENOENT, respond(&w->vm, 0, w->p, 1,
				   IOMMU_PAGE_RESP_SUCCESS));
}
