/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: responses, new tables and new queues at once */

/* How often the table is bound anew */
static unsigned int race_rounds = 300;

#define RACE_CHANNELS	4

/* Keep channels busy with accesses that stall; returns how many were started */
static unsigned int race_restart(struct _test_data_stall *self)
{
	struct testdev_op op = stall_fill(self, 1);
	unsigned int ch, started = 0;
	__u32 status;

	for (ch = 0; ch < RACE_CHANNELS; ch++) {
		status = testdev_status(self->td, ch);
		if (status == ITD_ST_STALL)
			continue;
		op.channel = ch;
		op.dst = BUFFER + ch * SZ_4K;
		testdev_start(self->td, &op);
		started++;
	}
	return started;
}

/*
 * User space answers each request that it reads with success, without a page, so
 * that the device asks again and again; tables come and go under it. A response that
 * comes too late meets nothing, and no access is held for ever.
 */
TEST_F_TIMEOUT(stall, responses_and_tables, 600)
{
	unsigned int i, started = 0;

	self->pager.map = NULL;
	ASSERT_EQ(0, pager_start(&self->pager));
	for (i = 0; i < race_rounds; i++) {
		started += race_restart(self);
		if (i % 8 == 7)
			ASSERT_EQ(0, end_by_unbinding(self));
		ASSERT_EQ(0, stall_bind(self));
	}
	ASSERT_EQ(0, end_by_unbinding(self));
	pager_stop(&self->pager);
	EXPECT_TRUE(!self->pager.error || self->pager.error == -ENOENT)
		TH_LOG("a response: %d", self->pager.error);
	for (i = 0; i < RACE_CHANNELS; i++)
		EXPECT_EQ((__u32)ITD_ST_FAULT,
			  testdev_settled(self->td, i, 10000));
	TH_LOG("%u rounds, %u accesses, %u requests, %u answered in time",
	       race_rounds, started, self->pager.requests, self->pager.groups);
}

/* Groups that wait, by what is in the queue now */
static int race_waiting(struct __test_metadata *_metadata,
			struct _test_data_stall *self)
{
	union faults_record record;
	int waiting = 0;

	while (faults_read(self->queue, &record, 0) == 1) {
		if (record.type == IOMMU_FAULT_PAGE_REQ)
			waiting++;
		else if (record.type == IOMMU_FAULT_ANSWERED)
			waiting--;
		else
			TH_LOG("a record of type %#x", record.type);
	}
	return waiting;
}

/*
 * All channels stall, and their table goes before the host has seen all of that. What
 * it sees too late is neither reported nor answered in the time of the next table.
 */
TEST_F_TIMEOUT(stall, nothing_comes_late, 300)
{
	struct testdev_op op = stall_fill(self, 1);
	union faults_record record;
	unsigned int i, ch;

	for (i = 0; i < 50; i++) {
		for (ch = 0; ch < ITD_CHANNELS; ch++) {
			op.channel = ch;
			op.dst = BUFFER + ch * SZ_4K;
			testdev_start(self->td, &op);
		}
		ASSERT_EQ(0, end_by_abort(self));
		EXPECT_EQ(0, race_waiting(_metadata, self));
		EXPECT_EQ(0ULL, testdev_read64(self->td, ITD_NOW_STALLED));
		ASSERT_EQ(0, stall_bind(self));
		stall_start(_metadata, self, &op, &record);
		usleep(2000);
		EXPECT_EQ((__u32)ITD_ST_STALL,
			  testdev_status(self->td, op.channel));
		ASSERT_EQ(0, stall_respond(self, &record,
					   IOMMU_PAGE_RESP_INVALID));
		EXPECT_EQ((__u32)ITD_ST_FAULT,
			  testdev_settled(self->td, op.channel, 10000));
	}
}

/* The queue is closed and opened anew while the device asks */
TEST_F_TIMEOUT(stall, requests_and_queues, 600)
{
	unsigned int i;

	for (i = 0; i < race_rounds; i++) {
		race_restart(self);
		close(self->queue);
		self->queue = stall_open_queue(self, 2 + i % 4);
		ASSERT_LE(0, self->queue);
	}
	close(self->queue);
	self->queue = -1;
	for (i = 0; i < RACE_CHANNELS; i++)
		EXPECT_EQ((__u32)ITD_ST_FAULT,
			  testdev_settled(self->td, i, 10000));
}
