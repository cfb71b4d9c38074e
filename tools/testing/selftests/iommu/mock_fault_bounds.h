/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests: a queue is bounded, in records and in groups that wait, and what it does not
 * take is answered and counted at its place. Nobody waits for ever.
 */

static bool next_is_lost(struct world *w, int i, __u64 seq, __u32 records,
			 __u32 answered, __u32 flags)
{
	union faults_record record;
	int ret = next_record(w, i, &record);

	if (ret != 1) {
		printf("# no record: %d\n", ret);
		return false;
	}
	if (record.type == IOMMU_FAULT_LOST && record.lost.seq == seq &&
	    record.lost.records == records &&
	    record.lost.answered == answered && record.lost.flags == flags)
		return true;
	faults_print(&record);
	return false;
}

static int respond_p(struct world *w, __u32 grpid)
{
	return respond(&w->vm, 0, w->p, grpid, IOMMU_PAGE_RESP_SUCCESS);
}

/* Each loss is told once, between what came before and what comes behind */
TEST_F(faults, full_queue)
{
	struct world *w = &self->w;

	ASSERT_EQ(0, reopen_faults(w, 0, 2));
	ASSERT_EQ(0, ask_many(w, 4));
	EXPECT_EQ(2, waiting(w, 0));
	EXPECT_TRUE(got_answer(w, 0, w->p, 2, IOMMU_PAGE_RESP_INVALID));
	EXPECT_TRUE(got_answer(w, 0, w->p, 3, IOMMU_PAGE_RESP_INVALID));
	EXPECT_EQ(-ENOENT, respond_p(w, 2));
	EXPECT_EQ(0, respond_p(w, 0));
	EXPECT_EQ(0, respond_p(w, 1));

	/* A place for one record is not enough for the marker and the record */
	EXPECT_TRUE(next_is_request(w, 0, w->p, 0));
	ASSERT_EQ(0, ask(w, 0, w->p, 4));
	EXPECT_TRUE(got_answer(w, 0, w->p, 4, IOMMU_PAGE_RESP_INVALID));
	EXPECT_TRUE(next_is_request(w, 0, w->p, 1));
	ASSERT_EQ(0, ask(w, 0, w->p, 5));
	EXPECT_EQ(1, waiting(w, 0));
	EXPECT_TRUE(next_is_lost(w, 0, 3, 3, 3, 0));
	EXPECT_TRUE(next_is_request(w, 0, w->p, 5));
	EXPECT_TRUE(nothing_to_read(w, 0));

	/* The sequence goes on */
	ASSERT_EQ(0, respond_p(w, 5));
	ASSERT_EQ(0, ask_many(w, 3));
	EXPECT_TRUE(next_is_request(w, 0, w->p, 0));
	EXPECT_TRUE(next_is_request(w, 0, w->p, 1));
	EXPECT_TRUE(next_is_lost(w, 0, 4, 1, 1, 0));
	EXPECT_TRUE(nothing_to_read(w, 0));
}

/* Of faults, and of requests that are not the last of a group, none is answered */
TEST_F(faults, lost_records_of_all_kinds)
{
	struct world *w = &self->w;
	int i;

	ASSERT_EQ(0, reopen_faults(w, 0, 4));
	for (i = 0; i < 4; i++)
		ASSERT_EQ(0, mock_write(w->vm.bdf[0], "fault", "%d %d 1", w->p,
					i));
	ASSERT_EQ(0, mock_write(w->vm.bdf[0], "fault", "- 0x5000 1"));
	ASSERT_EQ(0, ask_page(w, 0, w->p, 1, 0x1000, "more"));
	ASSERT_EQ(0, ask_page(w, 0, w->p, 1, 0x2000, "last"));
	ASSERT_EQ(0, ask_page(w, 0, w->p, 2, 0x2000, "last"));
	EXPECT_EQ(0, waiting(w, 0));
	for (i = 0; i < 4; i++)
		faults_next(w->vm.faults[0], IOMMU_FAULT_DMA_UNRECOV,
			    &(union faults_record){ 0 }, 0);
	EXPECT_TRUE(next_is_lost(w, 0, 4, 4, 2, 0));
	EXPECT_TRUE(nothing_to_read(w, 0));
}

/* That the device is blocked is told even then */
TEST_F(faults, lost_block)
{
	struct world *w = &self->w;

	ASSERT_EQ(0, reopen_faults(w, 0, 2));
	ASSERT_EQ(0, ask_many(w, 3));
	ASSERT_EQ(0, mock_write(MOCK_TOP, "fail_command", "1"));
	EXPECT_EQ(-EIO, inv_pasid(&w->vm, ALL, IOTLB, w->p));
	EXPECT_TRUE(next_is_request(w, 0, w->p, 0));
	EXPECT_TRUE(next_is_request(w, 0, w->p, 1));
	EXPECT_TRUE(next_is_lost(w, 0, 2, 2, 1, IOMMU_FAULT_LOST_BLOCKED));
	EXPECT_TRUE(nothing_to_read(w, 0));
}

TEST_F(faults, hardware_overflow)
{
	struct world *w = &self->w;

	ASSERT_EQ(0, mock_write(w->vm.bdf[0], "fault", "overflow"));
	ASSERT_EQ(0, mock_write(w->vm.bdf[0], "fault", "overflow"));
	EXPECT_EQ(POLLIN, faults_wait(w->vm.faults[0], SOON_MS));
	EXPECT_TRUE(next_is_lost(w, 0, 0, 0, 0, IOMMU_FAULT_LOST_HARDWARE));
	EXPECT_TRUE(nothing_to_read(w, 0));
	ASSERT_EQ(0, mock_write(w->vm.bdf[0], "fault", "overflow"));
	ASSERT_EQ(0, ask(w, 0, w->p, 1));
	EXPECT_TRUE(next_is_lost(w, 0, 0, 0, 0, IOMMU_FAULT_LOST_HARDWARE));
	EXPECT_TRUE(next_is_request(w, 0, w->p, 1));
}

/* Read or not: no more groups wait than the queue has entries */
TEST_F(faults, groups_that_wait_are_bounded)
{
	struct world *w = &self->w;
	int i;

	ASSERT_EQ(0, reopen_faults(w, 0, 3));
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, ask(w, 0, w->p, i));
		EXPECT_TRUE(next_is_request(w, 0, w->p, i));
	}
	ASSERT_EQ(0, ask(w, 0, w->p, 3));
	EXPECT_EQ(3, waiting(w, 0));
	EXPECT_TRUE(got_answer(w, 0, w->p, 3, IOMMU_PAGE_RESP_INVALID));
	EXPECT_TRUE(next_is_lost(w, 0, 1, 1, 1, 0));

	/* One that is not the last does not wait, and each answer makes room */
	ASSERT_EQ(0, ask_page(w, 0, w->p, 4, 0, "more"));
	EXPECT_TRUE(next_is_request(w, 0, w->p, 4));
	EXPECT_EQ(0, respond_p(w, 1));
	ASSERT_EQ(0, ask_page(w, 0, w->p, 4, 0, "last"));
	EXPECT_TRUE(next_is_request(w, 0, w->p, 4));
	EXPECT_EQ(3, waiting(w, 0));
}

TEST(ten_seconds_by_default)
{
	EXPECT_EQ(10000, faults_timeout_ms());
}

TEST_F(faults, timeout)
{
	struct world *w = &self->w;
	long long start = now_ms();

	ASSERT_EQ(0, set_timeout_ms(TIMEOUT_MS));
	ASSERT_EQ(0, ask(w, 0, w->q, 1));
	EXPECT_TRUE(next_is_request(w, 0, GPASID, 1));
	EXPECT_TRUE(next_is_answered(w, 0, GPASID, 1,
				     IOMMU_FAULT_ANSWERED_TIMEOUT));
	EXPECT_LE(TIMEOUT_MS - 10, now_ms() - start);
	EXPECT_GE(TIMEOUT_MS + LATE_MS, now_ms() - start);
	EXPECT_EQ(0, waiting(w, 0));
	EXPECT_TRUE(got_answer(w, 0, w->q, 1, IOMMU_PAGE_RESP_INVALID));
	EXPECT_EQ(-ENOENT, respond(&w->vm, 0, GPASID, 1,
				   IOMMU_PAGE_RESP_SUCCESS));
}

/* A response in time is the only one */
TEST_F(faults, response_before_timeout)
{
	struct world *w = &self->w;
	struct counts c = { 0 };

	ASSERT_EQ(0, set_timeout_ms(TIMEOUT_MS));
	ASSERT_EQ(0, ask(w, 0, w->p, 1));
	EXPECT_EQ(0, respond_p(w, 1));
	EXPECT_TRUE(next_is_request(w, 0, w->p, 1));
	EXPECT_EQ(-ETIMEDOUT, faults_wait(w->vm.faults[0], 3 * TIMEOUT_MS));
	counts_since(w->vm.bdf[0], self->before, &c);
	EXPECT_EQ(1, c.success);
	EXPECT_EQ(0, c.invalid);
}

/* Each group has its own time */
TEST_F(faults, timeouts_of_several)
{
	struct world *w = &self->w;
	long long start = now_ms();
	__u32 i;

	ASSERT_EQ(0, set_timeout_ms(TIMEOUT_MS));
	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, ask(w, 0, w->p, i));
		EXPECT_TRUE(next_is_request(w, 0, w->p, i));
		if (i < 3)
			usleep(TIMEOUT_MS * 100);
	}
	EXPECT_EQ(0, respond_p(w, 1));
	for (i = 0; i < 4; i++)
		if (i != 1)
			EXPECT_TRUE(next_is_answered(w, 0, w->p, i,
						     IOMMU_FAULT_ANSWERED_TIMEOUT));
	EXPECT_LE(TIMEOUT_MS + TIMEOUT_MS / 4, now_ms() - start);
	EXPECT_EQ(0, waiting(w, 0));
}

/* No time at all is still a time */
TEST_F(faults, timeout_of_zero)
{
	struct world *w = &self->w;

	ASSERT_EQ(0, set_timeout_ms(0));
	ASSERT_EQ(0, ask(w, 0, w->p, 1));
	EXPECT_TRUE(next_is_request(w, 0, w->p, 1));
	EXPECT_TRUE(next_is_answered(w, 0, w->p, 1,
				     IOMMU_FAULT_ANSWERED_TIMEOUT));
	ASSERT_EQ(0, faults_set_timeout_ms(~0U));
	ASSERT_EQ(0, ask(w, 0, w->p, 1));
	EXPECT_TRUE(next_is_request(w, 0, w->p, 1));
	EXPECT_EQ(-ETIMEDOUT, faults_wait(w->vm.faults[0], TIMEOUT_MS));
	EXPECT_EQ(0, respond_p(w, 1));
}

/* Nobody answers for the one PASID: the other one goes on as if nothing were */
TEST_F_TIMEOUT(faults, stuck_pasid_delays_no_other, 60)
{
	struct world *w = &self->w;
	long long start = now_ms();
	int i;

	ASSERT_EQ(0, ask(w, 0, w->p, 1));
	EXPECT_TRUE(next_is_request(w, 0, w->p, 1));
	for (i = 0; i < 100; i++) {
		ASSERT_EQ(0, ask(w, 0, w->q, i));
		EXPECT_TRUE(next_is_request(w, 0, GPASID, i));
		EXPECT_EQ(0, respond(&w->vm, 0, GPASID, i,
				     IOMMU_PAGE_RESP_SUCCESS));
	}
	EXPECT_GT(10000, now_ms() - start);
	EXPECT_EQ(1, waiting(w, 0));
	EXPECT_EQ(0, respond_p(w, 1));
}

/* Time-outs of one device are not those of another */
TEST_F(faults3, stuck_device_delays_no_other)
{
	struct world *w = &self->w;

	ASSERT_EQ(0, ask(w, 0, w->p, 1));
	ASSERT_EQ(0, set_timeout_ms(TIMEOUT_MS));
	ASSERT_EQ(0, ask(w, 1, w->p, 1));
	ASSERT_EQ(0, ask(w, 2, w->p, 1));
	EXPECT_TRUE(next_is_request(w, 1, w->p, 1));
	EXPECT_EQ(0, respond(&w->vm, 2, w->p, 1, IOMMU_PAGE_RESP_SUCCESS));
	EXPECT_TRUE(next_is_answered(w, 1, w->p, 1,
				     IOMMU_FAULT_ANSWERED_TIMEOUT));
	EXPECT_EQ(1, waiting(w, 0));
	EXPECT_TRUE(got_answer(w, 2, w->p, 1, IOMMU_PAGE_RESP_SUCCESS));
	EXPECT_EQ(0, respond(&w->vm, 0, w->p, 1, IOMMU_PAGE_RESP_SUCCESS));
}

/*
 * The hardware does not take the host's own answer: a second record says so, and the
 * device, which may wait for ever, is blocked
 */
TEST_F(faults, timeout_fails)
{
	struct world *w = &self->w;
	union faults_record record;

	ASSERT_EQ(0, set_timeout_ms(TIMEOUT_MS));
	ASSERT_EQ(0, mock_write(MOCK_TOP, "fail_command", "1"));
	ASSERT_EQ(0, ask(w, 0, w->p, 1));
	EXPECT_TRUE(next_is_request(w, 0, w->p, 1));
	EXPECT_TRUE(next_is_answered(w, 0, w->p, 1,
				     IOMMU_FAULT_ANSWERED_TIMEOUT));
	ASSERT_EQ(1, next_record(w, 0, &record));
	EXPECT_EQ((__u32)IOMMU_FAULT_ANSWERED, record.type);
	EXPECT_EQ(0U | IOMMU_FAULT_ANSWERED_PASID_VALID |
		  IOMMU_FAULT_ANSWERED_FAILED, record.answered.flags);
	EXPECT_TRUE(next_is_blocked(w, 0, IOMMU_FAULT_BLOCKED_RESPONSE));
	EXPECT_EQ(1, mock_number(w->vm.bdf[0], "blocked"));
	EXPECT_EQ(-ENOENT, respond_p(w, 1));
	EXPECT_EQ(0, unbind_pasid(&w->vm, ALL, w->p));
	EXPECT_EQ(0, mock_number(w->vm.bdf[0], "blocked"));
	EXPECT_EQ(0, waiting(w, 0));
}
