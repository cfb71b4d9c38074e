/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: stalled accesses that user space serves */

#define STALL_ENTRIES	512
#define STALL_SSID	4242
#define STALL_OTHER	7

/*
 * A device with a queue of its faults and two address spaces, whose accesses stall.
 * @who uses @s1, whose buffer is to be in GUEST_BLOCKS.
 */
FIXTURE(stall) {
	struct vm vm;
	struct cd_table table;
	struct stage1 s1;
	struct stage1 other;
	struct testdev *td;
	__u32 who;
	int page;
	int queue;
	struct pager pager;
	long timeout_ms;
};

/* By which SubstreamID, 0 for none */
FIXTURE_VARIANT(stall) {
	__u32 ssid;
};

FIXTURE_VARIANT_ADD(stall, ssid) { .ssid = STALL_SSID };
FIXTURE_VARIANT_ADD(stall, none) { .ssid = 0 };

/* What a guest's kernel does: the page that belongs there */
static void map_buffer(void *data, const struct iommu_fault_page_request *req)
{
	struct _test_data_stall *self = data;
	__u64 va = req->addr & -SZ_4K;

	stage1_map(&self->s1, va, buffer_gpa(va), SZ_4K, STAGE1_RW);
}

static int stall_open_queue(struct _test_data_stall *self, unsigned int entries)
{
	return faults_open(self->vm.container, self->td->device, entries,
			   FAULTS_NO_EVENTFD);
}

static int stall_bind(struct _test_data_stall *self)
{
	return bind_table(&self->vm, &self->table, CD_TABLE_SSID0);
}

static int stall_respond(struct _test_data_stall *self,
			 const union faults_record *record, __u32 code)
{
	return faults_respond(self->vm.container, self->td->device, record,
			      code);
}

FIXTURE_SETUP(stall)
{
	struct vm *vm = &self->vm;

	self->queue = -1;
	self->timeout_ms = faults_timeout_ms();
	ASSERT_LT(0, self->timeout_ms);
	ASSERT_EQ(0, splat_count());
	ASSERT_EQ(0, vm_open(vm, 0, 1));
	ASSERT_EQ(0, vm_map_blocks(vm));
	memset(guest_ptr(&vm->guest, GUEST_BLOCKS), 0, GUEST_BLOCKS_SIZE);
	self->td = &vm->dev[0].td;
	self->who = variant->ssid ? WITH_PASID(variant->ssid) : WITHOUT_PASID;
	cd_table_create(&self->table, &vm->guest, CD_TABLE_4K,
			CD_TABLE_4K_BITS);
	stage1_create(&self->s1, &vm->guest, ASID, vm->info.addr_width);
	self->page = ssid_space(vm, &self->other, ASID + 1);
	cd_table_set(&self->table, variant->ssid, &self->s1,
		     vm->info.addr_width, true);
	cd_table_set(&self->table, STALL_OTHER, &self->other,
		     vm->info.addr_width, true);
	ASSERT_EQ(0, stall_bind(self));
	testdev_write32(self->td, ITD_ACTION, ITD_ACTION_CLEAR);
	self->queue = stall_open_queue(self, STALL_ENTRIES);
	ASSERT_LE(0, self->queue);
	self->pager = buffer_pager(vm, self->queue, map_buffer, self);
}

/* At the device: whatever a test did, nothing is held once the queue is closed */
FIXTURE_TEARDOWN(stall)
{
	__u64 ended = 0;
	size_t reg;

	EXPECT_EQ(0, faults_set_timeout_ms(self->timeout_ms));
	if (inject_possible())
		EXPECT_EQ(0, inject_failures(0));
	if (self->queue >= 0)
		close(self->queue);
	if (self->td->bar) {
		usleep(10000);
		for (reg = ITD_CNT_STALL_RETRY; reg <= ITD_CNT_STALL_CANCEL;
		     reg += 8)
			ended += testdev_read64(self->td, reg);
		EXPECT_EQ(0ULL, testdev_read64(self->td, ITD_NOW_STALLED));
		EXPECT_EQ(testdev_read64(self->td, ITD_CNT_STALLS), ended);
	}
	vm_close(&self->vm);
	EXPECT_EQ(0, splat_count());
}

/* Writes @pages pages of the buffer */
static struct testdev_op stall_fill(struct _test_data_stall *self, int pages)
{
	return buffer_op(self->who, pages);
}

static bool stall_filled(struct _test_data_stall *self, int pages)
{
	return buffer_written(&self->vm, pages);
}

/* Start, and read the page request that comes of it */
static void stall_start(struct __test_metadata *_metadata,
			struct _test_data_stall *self,
			const struct testdev_op *op,
			union faults_record *record)
{
	const struct iommu_fault_page_request *req = &record->fault.prm;
	const __u32 last = IOMMU_FAULT_PAGE_REQUEST_LAST_PAGE;
	const __u32 valid = IOMMU_FAULT_PAGE_REQUEST_PASID_VALID |
			    IOMMU_FAULT_PAGE_RESPONSE_NEEDS_PASID;

	testdev_start(self->td, op);
	ASSERT_EQ(1, faults_read(self->queue, record, 10000));
	ASSERT_EQ((__u32)IOMMU_FAULT_PAGE_REQ, record->type);
	EXPECT_EQ(0U, record->fault.padding);
	EXPECT_EQ(op->dst_pasid & ITD_PASID_MASK, req->pasid);
	EXPECT_EQ(op->dst_pasid ? last | valid : last, req->flags);
	EXPECT_EQ(op->dst, req->addr);
	EXPECT_EQ((__u32)IOMMU_FAULT_PERM_WRITE, req->perm);
	EXPECT_EQ(0ULL, req->private_data[0] | req->private_data[1]);
	EXPECT_EQ((__u32)ITD_ST_STALL, testdev_status(self->td, op->channel));
}

/* The next access that stalls gets its page, and goes on */
static void expect_stall_served(struct __test_metadata *_metadata,
				struct _test_data_stall *self)
{
	struct testdev_op op = stall_fill(self, 1);
	union faults_record record;

	stall_start(_metadata, self, &op, &record);
	map_buffer(self, &record.fault.prm);
	ASSERT_EQ(0, stall_respond(self, &record, IOMMU_PAGE_RESP_SUCCESS));
	EXPECT_EQ((__u32)ITD_ST_DONE,
		  testdev_settled(self->td, op.channel, 10000));
	EXPECT_TRUE(stall_filled(self, 1));
}

TEST_F(stall, served)
{
	struct testdev_op op = stall_fill(self, 1);
	union faults_record record;

	stall_start(_metadata, self, &op, &record);
	EXPECT_TRUE(faults_empty(self->queue));
	map_buffer(self, &record.fault.prm);
	ASSERT_EQ(0, stall_respond(self, &record, IOMMU_PAGE_RESP_SUCCESS));
	EXPECT_EQ((__u32)ITD_ST_DONE,
		  testdev_settled(self->td, op.channel, 10000));
	EXPECT_TRUE(stall_filled(self, 1));
	EXPECT_EQ(1ULL, testdev_read64(self->td, ITD_CNT_STALL_RETRY));
	EXPECT_EQ(-ENOENT,
		  stall_respond(self, &record, IOMMU_PAGE_RESP_SUCCESS));
}

/* Demand paging: a buffer that has no page at all when the device begins */
TEST_F_TIMEOUT(stall, demand_paging, 120)
{
	struct testdev_op op = stall_fill(self, BUFFER_PAGES);

	expect_demand_paging(_metadata, &self->pager, self->td, &op);
	EXPECT_EQ((__u64)BUFFER_PAGES,
		  testdev_read64(self->td, ITD_CNT_STALL_RETRY));
	EXPECT_TRUE(stall_filled(self, BUFFER_PAGES));
}

/* Retried with nothing changed, it faults again; then for good */
TEST_F(stall, refused)
{
	static const __u32 codes[] = {
		IOMMU_PAGE_RESP_INVALID, IOMMU_PAGE_RESP_FAILURE,
	};
	struct testdev_op op = stall_fill(self, 1);
	union faults_record record;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(codes); i++) {
		stall_start(_metadata, self, &op, &record);
		ASSERT_EQ(0, stall_respond(self, &record,
					   IOMMU_PAGE_RESP_SUCCESS));
		ASSERT_EQ(1, faults_read(self->queue, &record, 10000));
		ASSERT_EQ((__u32)IOMMU_FAULT_PAGE_REQ, record.type);
		EXPECT_EQ(-EINVAL, stall_respond(self, &record,
						 IOMMU_PAGE_RESP_FAILURE + 1));
		ASSERT_EQ(0, stall_respond(self, &record, codes[i]));
		EXPECT_EQ((__u32)ITD_ST_FAULT,
			  testdev_settled(self->td, op.channel, 10000));
	}
	EXPECT_EQ(2ULL, testdev_read64(self->td, ITD_CNT_STALL_ABORT));
	EXPECT_EQ(2ULL, testdev_read64(self->td, ITD_CNT_STALL_RETRY));
	EXPECT_FALSE(stall_filled(self, 1));
}

TEST_F(stall, response_to_nothing)
{
	struct testdev_op op = stall_fill(self, 1);
	union faults_record record;

	stall_start(_metadata, self, &op, &record);
	expect_no_such_request(_metadata, &self->vm, &record);
	EXPECT_EQ((__u32)ITD_ST_STALL, testdev_status(self->td, op.channel));
	map_buffer(self, &record.fault.prm);
	ASSERT_EQ(0, stall_respond(self, &record, IOMMU_PAGE_RESP_SUCCESS));
	EXPECT_EQ((__u32)ITD_ST_DONE,
		  testdev_settled(self->td, op.channel, 10000));
}

/* All channels at once, and a thread that serves them */
TEST_F_TIMEOUT(stall, storm, 120)
{
	struct testdev_op op = stall_fill(self, STORM_PAGES);

	expect_storm(_metadata, &self->pager, self->td, op);
	EXPECT_TRUE(stall_filled(self, ITD_CHANNELS * STORM_PAGES));
	EXPECT_EQ((__u64)self->pager.groups,
		  testdev_read64(self->td, ITD_CNT_STALL_RETRY));
}

/* An address space that nobody serves does not hold another one up */
TEST_F(stall, other_space_goes_on)
{
	struct testdev_op op = stall_fill(self, 1);
	struct testdev_op other = testdev_fill_op(WITH_PASID(STALL_OTHER), VA);
	union faults_record record;
	int i;

	op.channel = 5;
	stall_start(_metadata, self, &op, &record);
	for (i = 0; i < 20; i++)
		EXPECT_EQ(self->page, testdev_lands(&self->vm, 0,
						    WITH_PASID(STALL_OTHER),
						    VA));
	other.channel = 6;
	other.dst = VA_UNMAPPED;
	stall_start(_metadata, self, &other, &record);
	stage1_map(&self->other, VA_UNMAPPED, self->vm.page[self->page].gpa,
		   SZ_4K, STAGE1_RW);
	ASSERT_EQ(0, stall_respond(self, &record, IOMMU_PAGE_RESP_SUCCESS));
	EXPECT_EQ((__u32)ITD_ST_DONE, testdev_settled(self->td, 6, 10000));
	EXPECT_EQ((__u32)ITD_ST_STALL, testdev_status(self->td, 5));
}

/* CD.S is the guest's choice */
TEST_F(stall, not_asked_for)
{
	struct testdev_op op = stall_fill(self, 1);
	union faults_record record;

	cd_table_set(&self->table, variant->ssid, &self->s1,
		     self->vm.info.addr_width, false);
	ASSERT_EQ(0, invalidate(&self->vm, inv_cd(EVERY_ID)));
	EXPECT_EQ((__u32)ITD_ST_FAULT, testdev_run(self->td, &op));
	ASSERT_EQ(1, faults_read(self->queue, &record, 10000));
	EXPECT_EQ((__u32)IOMMU_FAULT_DMA_UNRECOV, record.type);
	EXPECT_EQ(0ULL, testdev_read64(self->td, ITD_CNT_STALLS));
}
