/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: the end of a fault queue, which is when its device leaves */

/* The device leaves: what is there can be read, and then comes the end */
TEST_F(faults, device_leaves)
{
	struct world *w = &self->w;
	struct iommu_fault record;
	int fd = w->vm.faults[0];

	ASSERT_EQ(0, ask_many(w, 2));
	mock_close(&w->vm.device[0]);
	EXPECT_EQ(POLLIN, faults_wait(fd, 0));
	ASSERT_EQ(0, inest_group_detach(w->vm.group[0]));
	EXPECT_EQ(0, waiting(w, 0));
	EXPECT_EQ(POLLIN | POLLHUP, faults_wait(fd, SOON_MS));
	EXPECT_TRUE(next_is_request(w, 0, w->p, 0));
	EXPECT_TRUE(next_is_request(w, 0, w->p, 1));
	EXPECT_TRUE(next_is_answered(w, 0, w->p, 0,
				     IOMMU_FAULT_ANSWERED_UNBOUND));
	EXPECT_TRUE(next_is_answered(w, 0, w->p, 1,
				     IOMMU_FAULT_ANSWERED_UNBOUND));
	EXPECT_EQ(POLLHUP, faults_wait(fd, SOON_MS));
	EXPECT_EQ(0, read(fd, &record, RECORD));
	EXPECT_EQ(0, read(fd, &record, RECORD));
	ASSERT_EQ(0, set_nonblock(w));
	EXPECT_EQ(0, read(fd, &record, RECORD));
}

TEST_F(faults, device_leaves_wakes_reader)
{
	struct reader reader = { .fd = self->w.vm.faults[0], .ret = -EBUSY };
	struct world *w = &self->w;
	int event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	eventfd_t count = 0;
	pthread_t thread;

	mock_close(&w->vm.faults[0]);
	w->vm.faults[0] = faults_open(w->vm.container, w->vm.device[0],
				      ENTRIES, event);
	reader.fd = w->vm.faults[0];
	ASSERT_EQ(0, pthread_create(&thread, NULL, read_one, &reader));
	usleep(100000);
	mock_close(&w->vm.device[0]);
	ASSERT_EQ(0, inest_group_detach(w->vm.group[0]));
	ASSERT_EQ(0, pthread_join(thread, NULL));
	EXPECT_EQ(0, reader.ret);
	EXPECT_EQ(0, eventfd_read(event, &count));
	EXPECT_EQ(1U, count);
	close(event);
}

static void *poll_for_end(void *data)
{
	struct pollfd *poll_fd = data;

	return (void *)(intptr_t)poll(poll_fd, 1, SOON_MS);
}

/* Who waits for nothing but the end is woken by it */
TEST_F(faults, device_leaves_wakes_poll)
{
	struct world *w = &self->w;
	struct pollfd poll_fd = { .fd = w->vm.faults[0] };
	long long start;
	pthread_t thread;
	void *result;

	ASSERT_EQ(0, pthread_create(&thread, NULL, poll_for_end, &poll_fd));
	usleep(100000);
	mock_close(&w->vm.device[0]);
	start = now_ms();
	ASSERT_EQ(0, inest_group_detach(w->vm.group[0]));
	ASSERT_EQ(0, pthread_join(thread, &result));
	EXPECT_EQ(1, (intptr_t)result);
	EXPECT_EQ(POLLHUP, poll_fd.revents);

	/* When its time is up, poll() looks again as well */
	EXPECT_GT(SOON_MS / 2, now_ms() - start);
}

/* The same device in a container again: the old queue stays at its end */
TEST_F(faults, device_comes_back)
{
	struct world *w = &self->w;
	struct iommu_fault record;
	struct mock_vm other;
	int fd = dup(w->vm.faults[0]);

	mock_close(&w->vm.faults[0]);
	mock_close(&w->vm.device[0]);
	mock_close(&w->vm.group[0]);
	ASSERT_EQ(0, mock_vm_open(&other, VTD, 0, 1));
	EXPECT_EQ(0, mock_vm_open_device(&other, 0));
	EXPECT_EQ(0, mock_vm_open_faults(&other, 0, ENTRIES));
	EXPECT_EQ(0, bind_rid(&other, ALL, MOCK_PGTBL));
	EXPECT_EQ(0, ask(w, 0, INEST_NO_PASID, 1));
	EXPECT_EQ(POLLHUP, faults_wait(fd, 0));
	EXPECT_EQ(0, read(fd, &record, RECORD));
	EXPECT_EQ(POLLIN, faults_wait(other.faults[0], 0));
	close(fd);
	EXPECT_EQ(1, waiting(w, 0));
	EXPECT_EQ(0, respond(&other, 0, INEST_NO_PASID, 1,
			     IOMMU_PAGE_RESP_SUCCESS));
	mock_vm_close(&other);
}
