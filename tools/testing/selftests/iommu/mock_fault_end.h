/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests: what ends while page requests wait, in every way that there is. All are
 * answered, nobody else's are, and a response that comes afterwards finds nothing.
 */

static int end_unbind(struct world *w)
{
	return unbind_pasid(&w->vm, ALL, w->p);
}

static int end_free(struct world *w)
{
	return inest_pasid_free(w->vm.container, w->p, w->p);
}

/* What takes the one PASID takes its requests, and leaves the other's */
FIXTURE(fault_end) {
	struct world w;
	struct counts before[MOCK_SINGLES];
};

FIXTURE_VARIANT(fault_end) {
	int (*end)(struct world *w);
};

FIXTURE_VARIANT_ADD(fault_end, by_unbind) { .end = end_unbind };
FIXTURE_VARIANT_ADD(fault_end, by_free) { .end = end_free };

FIXTURE_SETUP(fault_end)
{
	expect_fresh(_metadata);
	ASSERT_EQ(0, faults_world_open(&self->w, self->before, MOCK_SINGLES));
}

FIXTURE_TEARDOWN(fault_end)
{
	faults_world_close(_metadata, &self->w, self->before);
}

TEST_F(fault_end, of_one_pasid)
{
	struct world *w = &self->w;
	__u32 n;
	int i;

	for (i = 0; i < 3; i++) {
		for (n = 0; n < 3; n++)
			ASSERT_EQ(0, ask(w, i, w->p, n));
		ASSERT_EQ(0, ask(w, i, w->q, 1));
		world_drain(w, i);
	}
	ASSERT_EQ(0, variant->end(w));
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(1, waiting(w, i));
		for (n = 0; n < 3; n++) {
			EXPECT_TRUE(got_answer(w, i, w->p, n,
					       IOMMU_PAGE_RESP_INVALID));
			EXPECT_TRUE(next_is_answered(w, i, w->p, n,
						     IOMMU_FAULT_ANSWERED_UNBOUND));
			EXPECT_EQ(-ENOENT, respond(&w->vm, i, w->p, n,
						   IOMMU_PAGE_RESP_SUCCESS));
		}
		EXPECT_TRUE(nothing_to_read(w, i));
		EXPECT_EQ(0, respond(&w->vm, i, GPASID, 1,
				     IOMMU_PAGE_RESP_SUCCESS));
	}
}

/* What comes for it afterwards is not for user space any more */
TEST_F(fault_end, and_nothing_after_it)
{
	struct world *w = &self->w;

	ASSERT_EQ(0, variant->end(w));
	ASSERT_EQ(0, ask(w, 0, w->p, 1));
	EXPECT_EQ(0, waiting(w, 0));
	EXPECT_TRUE(nothing_to_read(w, 0));
	ASSERT_EQ(0, ask(w, 0, w->q, 1));
	EXPECT_TRUE(next_is_request(w, 0, GPASID, 1));
}

TEST_F(faults, unbind_rid_answers)
{
	struct iommu_gpasid_bind_data rid = inest_unbind_rid_data();
	struct world *w = &self->w;
	union faults_record record;

	ASSERT_EQ(0, bind_rid(&w->vm, ALL, MOCK_PGTBL));
	ASSERT_EQ(0, ask(w, 0, INEST_NO_PASID, 1));
	ASSERT_EQ(0, ask(w, 0, w->p, 1));
	world_drain(w, 0);
	ASSERT_EQ(0, inest_unbind_pgtbl(w->vm.container, ALL, &rid));
	EXPECT_EQ(1, waiting(w, 0));
	ASSERT_EQ(1, next_record(w, 0, &record));
	EXPECT_EQ((__u32)IOMMU_FAULT_ANSWERED, record.type);
	EXPECT_EQ(0U, record.answered.flags);
	EXPECT_EQ(0U, record.answered.pasid);
	EXPECT_EQ(-ENOENT, respond(&w->vm, 0, INEST_NO_PASID, 1,
				   IOMMU_PAGE_RESP_SUCCESS));
}

/* The queue is closed and opened again: nothing of the old one is in the new one */
TEST_F(faults, queue_closed)
{
	struct world *w = &self->w;

	ASSERT_EQ(0, ask_many(w, 5));
	ASSERT_EQ(5, waiting(w, 0));
	ASSERT_EQ(0, reopen_faults(w, 0, ENTRIES));
	EXPECT_EQ(0, waiting(w, 0));
	EXPECT_TRUE(got_answer(w, 0, w->p, 4, IOMMU_PAGE_RESP_INVALID));
	EXPECT_EQ(-ENOENT, respond_p(w, 4));
	EXPECT_TRUE(nothing_to_read(w, 0));
	ASSERT_EQ(0, ask(w, 0, w->p, 6));
	EXPECT_TRUE(next_is_request(w, 0, w->p, 6));
}

static bool becomes_blocked(struct world *w, int i)
{
	int tries;

	for (tries = 0; tries < 1000; tries++) {
		if (mock_number(w->vm.bdf[i], "blocked") == 1)
			return true;
		usleep(10 * 1000);
	}

	return false;
}

/* Nobody reads that the hardware took no answer: the device does not go on all the same */
TEST_F(faults, queue_close_fails)
{
	struct world *w = &self->w;

	ASSERT_EQ(0, ask(w, 0, w->p, 1));
	ASSERT_EQ(0, mock_write(MOCK_TOP, "fail_command", "1"));
	ASSERT_EQ(0, reopen_faults(w, 0, ENTRIES));
	EXPECT_TRUE(becomes_blocked(w, 0));
	EXPECT_EQ(0, unbind_pasid(&w->vm, ALL, w->p));
	EXPECT_EQ(0, mock_number(w->vm.bdf[0], "blocked"));
	EXPECT_EQ(0, waiting(w, 0));
}

/* The container's file, the group's, the device's: the last one ends it */
TEST_F(close_order, while_asking)
{
	struct world *w = &self->w;
	struct counts before;
	bool there;
	int n;

	ASSERT_EQ(0, world_open(w, VTD, 0, 1));
	ASSERT_EQ(0, read_counts(w->vm.bdf[0], &before));
	ASSERT_EQ(0, ask(w, 0, w->p, 1));
	for (n = 0; n <= 3; n++) {
		close_some(&w->vm, variant->order, n);
		there = w->vm.group[0] >= 0 || w->vm.device[0] >= 0;
		EXPECT_EQ(there ? 2 : 0, waiting(w, 0))
			TH_LOG("%d closed", n);
	}
	EXPECT_EQ(POLLIN | POLLHUP, faults_wait(w->vm.faults[0], SOON_MS));
	EXPECT_TRUE(got_answer(w, 0, w->p, 1, IOMMU_PAGE_RESP_INVALID));
	mock_vm_close(&w->vm);
}

/* The process that reads dies; the one that opened it goes on */
static void read_until_killed(struct peer *test, void *data)
{
	struct world *w = data;
	union faults_record record;

	peer_say(test, next_record(w, 0, &record));
	pause();
}

TEST_F(faults, handler_killed)
{
	struct world *w = &self->w;
	struct peer handler;

	ASSERT_EQ(0, peer_start(&handler, read_until_killed, w));
	mock_close(&w->vm.faults[0]);
	ASSERT_EQ(0, ask_many(w, 7));
	EXPECT_EQ(1, peer_hear(&handler));
	EXPECT_EQ(7, waiting(w, 0));
	EXPECT_EQ(-SIGKILL, peer_kill(&handler));
	EXPECT_TRUE(EVENTUALLY(!waiting(w, 0)));
	EXPECT_EQ(-ENOENT, respond_p(w, 0));
	ASSERT_TRUE(EVENTUALLY(!mock_vm_open_faults(&w->vm, 0, ENTRIES)));
	ASSERT_EQ(0, ask(w, 0, w->p, 6));
	EXPECT_TRUE(next_is_request(w, 0, w->p, 6));
	EXPECT_EQ(0, respond_p(w, 6));
}

/* The whole VMM exits or is killed, with a read going on and many requests waiting */
static void ask_and_end(struct peer *test, void *data)
{
	struct world w;
	struct counts before[1];
	struct reader reader;
	pthread_t thread;
	int ret = faults_world_open(&w, before, 1);

	reader.fd = w.vm.faults[0];
	ret = ret ?: pthread_create(&thread, NULL, read_one, &reader);
	ret = ret ?: ask_many(&w, 20) ?: ask(&w, 0, w.q, 1);
	peer_say(test, ret);
	peer_hear(test);
}

TEST_F(killed, while_asking)
{
	const char *bdf = mock_all()[0];
	struct counts before;
	struct peer peer;
	int i;

	ASSERT_EQ(0, read_counts(bdf, &before));
	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, peer_start(&peer, ask_and_end, NULL));
		EXPECT_EQ(0, peer_hear(&peer));
		EXPECT_EQ(i % 2 ? -SIGKILL : 0,
			  i % 2 ? peer_kill(&peer) : peer_wait(&peer));
		EXPECT_TRUE(EVENTUALLY(all_idle()));
		expect_all_answered(_metadata, bdf, &before);
	}
}

/* Somebody takes the device away, and gets it, or finds it open and waits */
TEST_F(taken, while_asking)
{
	struct world *w = &self->w;
	struct iommu_fault record;
	int fd = w->vm.faults[1];

	world_drain(w, 1);
	mock_close(&w->vm.device[1]);
	ASSERT_EQ(0, variant->take(w->vm.bdf[1]));
	EXPECT_EQ(POLLIN | POLLHUP, faults_wait(fd, SOON_MS));
	EXPECT_TRUE(next_is_answered(w, 1, w->p, GRPID,
				     IOMMU_FAULT_ANSWERED_UNBOUND));
	EXPECT_EQ(0, read(fd, &record, RECORD));
	EXPECT_EQ(POLLHUP, faults_wait(fd, 0));
	EXPECT_EQ(1, waiting(w, 0));
	EXPECT_EQ(0, respond(&w->vm, 0, w->p, GRPID, IOMMU_PAGE_RESP_SUCCESS));
	mock_close(&w->vm.group[1]);
	ASSERT_EQ(0, variant->give(w->vm.bdf[1]));
	EXPECT_EQ(0, waiting(w, 1));
	EXPECT_EQ(0, read(fd, &record, RECORD));
}

static int hot_reset(struct mock_vm *vm)
{
	char buf[sizeof(struct vfio_pci_hot_reset) + sizeof(__s32)] = { 0 };
	struct vfio_pci_hot_reset *reset = (void *)buf;
	__s32 group = vm->group[0];

	reset->argsz = sizeof(buf);
	reset->count = 1;
	memcpy(reset->group_fds, &group, sizeof(group));
	return ioctl(vm->device[0], VFIO_DEVICE_PCI_HOT_RESET, reset) < 0 ?
	       -errno : 0;
}

/* Both devices of the bus forget what they asked for */
TEST_F(shared, reset_answers)
{
	struct world *w = &self->w;
	struct counts before[2];
	int i;

	if (!mock_shared())
		SKIP(return, "no two devices that share a bus");
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, read_counts(w->vm.bdf[i], &before[i]));
		ASSERT_EQ(0, ask(w, i, w->p, 1));
		world_drain(w, i);
	}
	ASSERT_EQ(0, hot_reset(&w->vm));
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(0, waiting(w, i));
		EXPECT_TRUE(next_is_answered(w, i, w->p, GRPID,
					     IOMMU_FAULT_ANSWERED_RESET));
		EXPECT_TRUE(next_is_answered(w, i, w->p, 1,
					     IOMMU_FAULT_ANSWERED_RESET));
		EXPECT_EQ(-ENOENT, respond(&w->vm, i, w->p, 1,
					   IOMMU_PAGE_RESP_SUCCESS));
		EXPECT_EQ(0, ask(w, i, w->p, 2));
		EXPECT_TRUE(next_is_request(w, i, w->p, 2));
		EXPECT_EQ(0, respond(&w->vm, i, w->p, 2,
				     IOMMU_PAGE_RESP_SUCCESS));
	}
}
