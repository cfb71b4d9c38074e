/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: page requests that user space serves, by PASID */

#define QUEUE_ENTRIES	512

/*
 * A device with a queue of its faults, and an address space that is bound to one of
 * its PASIDs, which the guest knows as @known. Its buffer is to be in GUEST_BLOCKS.
 */
FIXTURE(fault) {
	struct vm vm;
	struct vtd_table s1;
	struct testdev *td;
	__u32 pasid;
	__u32 known;
	__u32 who;
	int queue;
	struct pager pager;
	long timeout_ms;
};

/* @gpasid: the guest has a number of its own. @rid: no PASID at all. */
FIXTURE_VARIANT(fault) {
	__u32 gpasid;
	bool rid;
};

FIXTURE_VARIANT_ADD(fault, pasid_ats) { .gpasid = 0 };
FIXTURE_VARIANT_ADD(fault, gpasid_ats) { .gpasid = GPASID };
FIXTURE_VARIANT_ADD(fault, rid_ats) { .rid = true };

static int fault_bind(struct _test_data_fault *self, __u32 gpasid)
{
	return gpasid ? bind_gpasid(&self->vm, self->pasid, &self->s1, gpasid) :
			vtd_bind(&self->vm, ALL, self->pasid, &self->s1);
}

/* What a guest's kernel does: the page that belongs there */
static void map_buffer(void *data, const struct iommu_fault_page_request *req)
{
	struct _test_data_fault *self = data;

	vtd_table_map(&self->s1, req->addr, buffer_gpa(req->addr), VTD_RW);
}

FIXTURE_SETUP(fault)
{
	struct vm *vm = &self->vm;

	if (machine.no_ats)
		SKIP_IN_SETUP("the unit has no ATS");
	ASSERT_EQ(0, splat_count());
	ASSERT_EQ(0, vm_open(vm, 0, 1));
	ASSERT_EQ(0, vm_map_blocks(vm));
	vtd_table_create(&self->s1, &vm->guest, 4);
	self->pasid = variant->rid ? RID : vtd_pasid_alloc(vm);
	ASSERT_LE(0, (int)self->pasid);
	self->known = variant->gpasid ?: self->pasid;
	self->who = (variant->rid ? WITHOUT_PASID : WITH_PASID(self->pasid)) |
		    WITH_ATS;
	ASSERT_EQ(0, fault_bind(self, variant->gpasid));
	self->td = &vm->dev[0].td;
	testdev_write32(self->td, ITD_ACTION, ITD_ACTION_CLEAR);
	self->timeout_ms = faults_timeout_ms();
	ASSERT_LT(0, self->timeout_ms);
	self->queue = faults_open(vm->container, self->td->device,
				  QUEUE_ENTRIES, FAULTS_NO_EVENTFD);
	ASSERT_LE(0, self->queue);
	self->pager = buffer_pager(vm, self->queue, map_buffer, self);
}

/* At the device: whatever a test did, nothing waits, and nothing came unasked */
FIXTURE_TEARDOWN(fault)
{
	EXPECT_EQ(0, faults_set_timeout_ms(self->timeout_ms));
	if (self->queue >= 0)
		close(self->queue);
	if (self->td->bar) {
		EXPECT_EQ(0ULL, testdev_read64(self->td,
					       ITD_NOW_PRG_OUTSTANDING));
		EXPECT_EQ(0ULL, testdev_read64(self->td, ITD_CNT_PRG_UNKNOWN));
	}
	vm_close(&self->vm);
	EXPECT_EQ(0, splat_count());
}

/* Writes @pages pages of the buffer */
static struct testdev_op fill_buffer(struct _test_data_fault *self, int pages)
{
	struct testdev_op op = buffer_op(self->who, pages);

	op.cmd |= ITD_CMD_PRI;
	return op;
}

/* Requests pages without any access */
static struct testdev_op ask(struct _test_data_fault *self, int pages,
			     int groups)
{
	struct testdev_op op = {
		.cmd = ITD_OP_REQUEST | ITD_CMD_ATS | ITD_CMD_WRITE,
		.src = BUFFER,
		.src_pasid = self->who & ~WITH_ATS,
		.pages = pages,
		.groups = groups,
	};

	return op;
}

static bool buffer_is_filled(struct _test_data_fault *self, int pages)
{
	return buffer_written(&self->vm, pages);
}

/* The next record is a page request of ours */
static void read_request(struct __test_metadata *_metadata,
			 struct _test_data_fault *self,
			 union faults_record *record)
{
	const struct iommu_fault_page_request *req = &record->fault.prm;
	const __u32 valid = IOMMU_FAULT_PAGE_REQUEST_PASID_VALID |
			    IOMMU_FAULT_PAGE_RESPONSE_NEEDS_PASID;

	ASSERT_EQ(1, faults_read(self->queue, record, 2000));
	ASSERT_EQ((__u32)IOMMU_FAULT_PAGE_REQ, record->type);
	EXPECT_EQ(0U, record->fault.padding);
	EXPECT_EQ(self->known, req->pasid);
	EXPECT_EQ(self->pasid ? valid : 0U, req->flags & valid);
}

static void start_and_read(struct __test_metadata *_metadata,
			   struct _test_data_fault *self,
			   const struct testdev_op *op,
			   union faults_record *record)
{
	testdev_start(self->td, op);
	read_request(_metadata, self, record);
	EXPECT_EQ((__u32)ITD_ST_WAIT, testdev_status(self->td, op->channel));
}

/* The page that @record asks for is there, and @op goes on to its end */
static void expect_served(struct __test_metadata *_metadata,
			  struct _test_data_fault *self,
			  const struct testdev_op *op,
			  const union faults_record *record)
{
	map_buffer(self, &record->fault.prm);
	ASSERT_EQ(0, faults_respond(self->vm.container, self->td->device,
				    record, IOMMU_PAGE_RESP_SUCCESS));
	EXPECT_EQ((__u32)ITD_ST_DONE,
		  testdev_settled(self->td, op->channel, 2000));
}

/* One access, one page: what the record says, and what becomes of it */
TEST_F(fault, served)
{
	struct testdev_op op = fill_buffer(self, 1);
	union faults_record record;

	memset(guest_ptr(&self->vm.guest, GUEST_BLOCKS), 0, SZ_4K);
	start_and_read(_metadata, self, &op, &record);
	EXPECT_EQ(BUFFER, record.fault.prm.addr);
	EXPECT_EQ((__u32)IOMMU_FAULT_PERM_WRITE, record.fault.prm.perm);
	EXPECT_TRUE(faults_is_last(&record));
	EXPECT_TRUE(faults_empty(self->queue));
	expect_served(_metadata, self, &op, &record);
	EXPECT_TRUE(buffer_is_filled(self, 1));
	EXPECT_EQ(-ENOENT, faults_respond(self->vm.container, self->td->device,
					  &record, IOMMU_PAGE_RESP_SUCCESS));
}

/* Demand paging: a buffer that has no page at all when the device begins */
TEST_F_TIMEOUT(fault, demand_paging, 120)
{
	struct testdev_op op = fill_buffer(self, BUFFER_PAGES);

	memset(guest_ptr(&self->vm.guest, GUEST_BLOCKS), 0,
	       BUFFER_PAGES * SZ_4K);
	expect_demand_paging(_metadata, &self->pager, self->td, &op);
	EXPECT_EQ((__u64)BUFFER_PAGES,
		  testdev_read64(self->td, ITD_CNT_PRG_RESP(ITD_PRG_SUCCESS)));
	EXPECT_TRUE(buffer_is_filled(self, BUFFER_PAGES));
}

/* Groups of several requests each, of which the last one wants a response */
TEST_F(fault, groups)
{
	struct testdev_op op = ask(self, 32, 8);
	__u64 next = BUFFER;
	union faults_record record;
	int i;

	testdev_start(self->td, &op);
	for (i = 0; i < 32; i++, next += SZ_4K) {
		read_request(_metadata, self, &record);
		EXPECT_EQ(next, record.fault.prm.addr);
		EXPECT_EQ(i % 4 == 3, faults_is_last(&record));
		if (!faults_is_last(&record))
			continue;
		EXPECT_EQ((__u32)ITD_ST_WAIT,
			  testdev_status(self->td, op.channel));
		ASSERT_EQ(0, faults_respond(self->vm.container,
					    self->td->device, &record,
					    IOMMU_PAGE_RESP_SUCCESS));
	}
	EXPECT_EQ((__u32)ITD_ST_DONE,
		  testdev_settled(self->td, op.channel, 2000));
	EXPECT_EQ(8ULL,
		  testdev_read64(self->td, ITD_CNT_PRG_RESP(ITD_PRG_SUCCESS)));
	EXPECT_TRUE(faults_empty(self->queue));
}

/* What else may be answered, and what of it reaches the device */
TEST_F(fault, refused)
{
	static const struct {
		__u32 code;
		__u32 pri;
	} answers[] = {
		{ IOMMU_PAGE_RESP_INVALID, ITD_PRG_INVALID },
		{ IOMMU_PAGE_RESP_FAILURE, ITD_PRG_FAILURE },
	};
	struct testdev_op op = fill_buffer(self, 1);
	union faults_record record;
	size_t i;

	memset(guest_ptr(&self->vm.guest, GUEST_BLOCKS), 0, SZ_4K);
	for (i = 0; i < ARRAY_SIZE(answers); i++) {
		start_and_read(_metadata, self, &op, &record);
		EXPECT_EQ(-EINVAL, faults_respond(self->vm.container,
						  self->td->device, &record,
						  IOMMU_PAGE_RESP_FAILURE + 1));
		ASSERT_EQ(0, faults_respond(self->vm.container,
					    self->td->device, &record,
					    answers[i].code));
		EXPECT_EQ((__u32)ITD_ST_PRG_FAIL,
			  testdev_settled(self->td, op.channel, 2000));
		EXPECT_EQ(answers[i].pri,
			  testdev_channel32(self->td, op.channel, ITD_CODE));
	}
	EXPECT_FALSE(buffer_is_filled(self, 1));
}

TEST_F(fault, response_to_nothing)
{
	struct testdev_op op = fill_buffer(self, 1);
	union faults_record record;

	start_and_read(_metadata, self, &op, &record);
	expect_no_such_request(_metadata, &self->vm, &record);
	EXPECT_EQ((__u32)ITD_ST_WAIT, testdev_status(self->td, op.channel));
	expect_served(_metadata, self, &op, &record);
}

/* All channels at once, and a thread that serves them */
TEST_F_TIMEOUT(fault, storm, 120)
{
	struct testdev_op op = fill_buffer(self, STORM_PAGES);

	memset(guest_ptr(&self->vm.guest, GUEST_BLOCKS), 0, SZ_4K * 8);
	expect_storm(_metadata, &self->pager, self->td, op);
	EXPECT_TRUE(buffer_is_filled(self, ITD_CHANNELS * STORM_PAGES));
	EXPECT_EQ((__u64)self->pager.groups,
		  testdev_read64(self->td, ITD_CNT_PRG_RESP(ITD_PRG_SUCCESS)));
	EXPECT_EQ((__u64)self->pager.requests,
		  testdev_read64(self->td, ITD_CNT_PRQ_SENT));
}

/* An access that no page request may help is told as a fault, once it is stopped */
TEST_F(fault, unrecoverable)
{
	const struct iommu_fault_unrecoverable *event;
	union faults_record record;

	EXPECT_EQ(VM_NOWHERE, vtd_lands(&self->vm, 0, self->who & ~WITH_ATS,
					BUFFER));
	ASSERT_EQ(1, faults_read(self->queue, &record, 2000));
	ASSERT_EQ((__u32)IOMMU_FAULT_DMA_UNRECOV, record.type);
	event = &record.fault.event;
	EXPECT_EQ((__u32)IOMMU_FAULT_REASON_PTE_FETCH, event->reason);
	EXPECT_EQ((__u32)IOMMU_FAULT_PERM_WRITE, event->perm);
	EXPECT_EQ(BUFFER, event->addr);
	EXPECT_TRUE(!!(event->flags &
		       IOMMU_FAULT_UNRECOV_ADDR_VALID));
	EXPECT_EQ(!variant->rid,
		  !!(event->flags & IOMMU_FAULT_UNRECOV_PASID_VALID));
	EXPECT_EQ(self->known, event->pasid);
}
