/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: records byte by byte, whom they name, groups of requests, and responses */

struct bytes {
	size_t offset;
	size_t size;
	__u64 value;
};

/* Those bytes, little end first, and zero elsewhere */
static void expect_bytes(struct __test_metadata *_metadata,
			 const union faults_record *record,
			 const struct bytes *bytes, size_t n)
{
	unsigned char expected[64] = { 0 };
	size_t i;

	for (i = 0; i < n; i++)
		memcpy(expected + bytes[i].offset, &bytes[i].value,
		       bytes[i].size);
	for (i = 0; i < sizeof(expected); i++)
		EXPECT_EQ(expected[i], record->raw[i])
			TH_LOG("byte %zu", i);
}

#define EXPECT_BYTES(record, ...) do {					\
	const struct bytes _bytes[] = { __VA_ARGS__ };			\
	expect_bytes(_metadata, record, _bytes, ARRAY_SIZE(_bytes));	\
} while (0)

/* Linux 5.10's layout: flags at 8, PASID, group, permissions, address */
TEST_F(faults, layout_of_page_request)
{
	struct world *w = &self->w;
	union faults_record record;

	ASSERT_EQ(0, mock_write(w->vm.bdf[0], "page_request",
				"%d 0x12345678 0xfedcba9876543000 5 last",
				w->p));
	ASSERT_EQ(1, next_record(w, 0, &record));
	EXPECT_BYTES(&record, { 0, 4, 2 }, { 8, 4, 0xb }, { 12, 4, w->p },
		     { 16, 4, 0x12345678 }, { 20, 4, 5 },
		     { 24, 8, 0xfedcba9876543000 });
}

TEST_F(faults, layout_without_pasid)
{
	struct world *w = &self->w;
	union faults_record record;

	ASSERT_EQ(0, bind_rid(&w->vm, ALL, MOCK_PGTBL));
	ASSERT_EQ(0, mock_write(w->vm.bdf[0], "page_request",
				"- 7 0x5000 1 more"));
	ASSERT_EQ(1, next_record(w, 0, &record));
	EXPECT_BYTES(&record, { 0, 4, 2 }, { 16, 4, 7 }, { 20, 4, 1 },
		     { 24, 8, 0x5000 });
	EXPECT_EQ(0, waiting(w, 0));
}

/* Reason at 8, flags, PASID, permissions, address */
TEST_F(faults, layout_of_fault)
{
	struct world *w = &self->w;
	union faults_record record;

	ASSERT_EQ(0, mock_write(w->vm.bdf[0], "fault", "%d 0x1122334455667788 6",
				w->p));
	ASSERT_EQ(1, next_record(w, 0, &record));
	EXPECT_BYTES(&record, { 0, 4, 1 }, { 8, 4, 6 }, { 12, 4, 3 },
		     { 16, 4, w->p }, { 24, 8, 0x1122334455667788 });
	ASSERT_EQ(0, mock_write(w->vm.bdf[0], "fault", "- 0x2000 8"));
	ASSERT_EQ(1, next_record(w, 0, &record));
	EXPECT_BYTES(&record, { 0, 4, 1 }, { 8, 4, 8 }, { 12, 4, 2 },
		     { 24, 8, 0x2000 });
}

TEST_F(faults, layout_of_lost)
{
	struct world *w = &self->w;
	union faults_record record;
	int i;

	ASSERT_EQ(0, reopen_faults(w, 0, 2));
	for (i = 0; i < 5; i++)
		ASSERT_EQ(0, ask_page(w, 0, w->p, i, 0, i < 4 ? "more" :
								"last"));
	ASSERT_EQ(0, mock_write(w->vm.bdf[0], "fault", "overflow"));
	for (i = 0; i < 3; i++)
		ASSERT_EQ(1, next_record(w, 0, &record));
	EXPECT_BYTES(&record, { 0, 4, 0x100 }, { 8, 8, 3 }, { 16, 4, 3 },
		     { 20, 4, 1 }, { 24, 4, 1 });
}

TEST_F(faults, layout_of_answered)
{
	struct world *w = &self->w;
	union faults_record record;

	ASSERT_EQ(0, ask(w, 0, w->q, 0x87654321));
	ASSERT_EQ(1, next_record(w, 0, &record));
	ASSERT_EQ(0, unbind_pasid(&w->vm, ALL, w->q));
	ASSERT_EQ(1, next_record(w, 0, &record));
	EXPECT_BYTES(&record, { 0, 4, 0x101 }, { 8, 4, 1 }, { 12, 4, GPASID },
		     { 16, 4, 0x87654321 }, { 20, 4, 1 }, { 24, 4, 2 });
}

TEST_F(faults, layout_of_blocked)
{
	struct world *w = &self->w;
	union faults_record record;

	ASSERT_EQ(0, mock_write(MOCK_TOP, "fail_command", "1"));
	EXPECT_EQ(-EIO, inv_pasid(&w->vm, ALL, IOTLB, w->p));
	ASSERT_EQ(1, next_record(w, 0, &record));
	EXPECT_BYTES(&record, { 0, 4, 0x102 }, { 8, 4, 1 });
}

/* The guest's number stands in records, and is what a response has to name */
TEST_F(faults, guest_pasid)
{
	struct world *w = &self->w;
	union faults_record record;

	ASSERT_EQ(0, ask(w, 0, w->q, 3));
	EXPECT_TRUE(next_is_request(w, 0, GPASID, 3));
	EXPECT_EQ(-ENOENT, respond(&w->vm, 0, w->q, 3,
				   IOMMU_PAGE_RESP_SUCCESS));
	EXPECT_EQ(0, respond(&w->vm, 0, GPASID, 3, IOMMU_PAGE_RESP_SUCCESS));
	EXPECT_TRUE(got_answer(w, 0, w->q, 3, IOMMU_PAGE_RESP_SUCCESS));
	ASSERT_EQ(0, mock_write(w->vm.bdf[0], "fault", "%d 0x1000 5", w->q));
	ASSERT_EQ(1, next_record(w, 0, &record));
	EXPECT_EQ((__u32)GPASID, record.fault.event.pasid);

	/* A binding without a number of the guest's ends that */
	ASSERT_EQ(0, unbind_pasid(&w->vm, ALL, w->q));
	ASSERT_EQ(0, bind_pasid(&w->vm, ALL, w->q, MOCK_PGTBL));
	ASSERT_EQ(0, ask(w, 0, w->q, 4));
	EXPECT_TRUE(next_is_request(w, 0, w->q, 4));
}

/* Nothing is bound: the host says no, and user space is not asked */
TEST_F(faults, unbound_pasid)
{
	struct world *w = &self->w;
	union faults_record record;
	int pasid = PASID_MAX;

	ASSERT_EQ(0, ask(w, 0, pasid, 1));
	EXPECT_TRUE(got_answer(w, 0, pasid, 1, IOMMU_PAGE_RESP_INVALID));
	ASSERT_EQ(0, ask(w, 0, INEST_NO_PASID, 2));
	EXPECT_TRUE(mock_has(w->vm.bdf[0], "responses", "- 2 %d",
			     IOMMU_PAGE_RESP_INVALID));
	EXPECT_TRUE(nothing_to_read(w, 0));

	/* A fault is told, with the number that there is */
	ASSERT_EQ(0, mock_write(w->vm.bdf[0], "fault", "%d 0x1000 3", pasid));
	ASSERT_EQ(1, next_record(w, 0, &record));
	EXPECT_EQ((__u32)PASID_MAX, record.fault.event.pasid);
}

/* Three requests, one response, and none before the last */
TEST_F(faults, group_of_requests)
{
	struct world *w = &self->w;
	struct counts c = { 0 };
	union faults_record record;
	__u64 addr;

	for (addr = 0x1000; addr <= 0x3000; addr += 0x1000) {
		EXPECT_EQ(-ENOENT, respond(&w->vm, 0, w->p, 9,
					   IOMMU_PAGE_RESP_SUCCESS));
		ASSERT_EQ(0, ask_page(w, 0, w->p, 9, addr,
				      addr < 0x3000 ? "more" : "last"));
		ASSERT_EQ(1, next_record(w, 0, &record));
		EXPECT_EQ(addr, record.fault.prm.addr);
		EXPECT_EQ(addr == 0x3000, faults_is_last(&record));
	}
	EXPECT_EQ(1, waiting(w, 0));
	EXPECT_EQ(0, faults_respond(w->vm.container, w->vm.device[0], &record,
				    IOMMU_PAGE_RESP_SUCCESS));
	EXPECT_EQ(-ENOENT, faults_respond(w->vm.container, w->vm.device[0],
					  &record, IOMMU_PAGE_RESP_SUCCESS));
	counts_since(w->vm.bdf[0], self->before, &c);
	EXPECT_EQ(1, c.sent);
	EXPECT_EQ(1, c.success);
}

TEST_F(faults, every_code_arrives)
{
	struct world *w = &self->w;
	__u32 code;

	for (code = IOMMU_PAGE_RESP_SUCCESS; code <= IOMMU_PAGE_RESP_FAILURE;
	     code++) {
		ASSERT_EQ(0, ask(w, 0, w->p, code));
		EXPECT_EQ(0, respond(&w->vm, 0, w->p, code, code));
		EXPECT_TRUE(got_answer(w, 0, w->p, code, code));
		EXPECT_EQ(-ENOENT, respond(&w->vm, 0, w->p, code, code));
	}
	EXPECT_EQ(0, waiting(w, 0));
}

/* What a response does not match stays, and can be answered then */
TEST_F(faults, response_that_matches_nothing)
{
	struct world *w = &self->w;
	struct mock_vm *vm = &w->vm;
	__u32 ok = IOMMU_PAGE_RESP_SUCCESS;

	ASSERT_EQ(0, bind_rid(vm, ALL, MOCK_PGTBL));
	ASSERT_EQ(0, ask(w, 0, w->p, 3));
	ASSERT_EQ(0, ask(w, 0, INEST_NO_PASID, 4));
	EXPECT_EQ(-ENOENT, respond(vm, 0, w->q, 3, ok));
	EXPECT_EQ(-ENOENT, respond(vm, 0, PASID_MAX, 3, ok));
	EXPECT_EQ(-ENOENT, respond(vm, 0, w->p, 2, ok));
	EXPECT_EQ(-ENOENT, respond(vm, 0, w->p, ~0U, ok));
	EXPECT_EQ(-ENOENT, respond(vm, 0, INEST_NO_PASID, 3, ok));
	EXPECT_EQ(2, waiting(w, 0));
	EXPECT_EQ(0, respond(vm, 0, w->p, 3, ok));

	/* A PASID that was not asked for is ignored, as in Linux 5.10 */
	EXPECT_EQ(0, respond(vm, 0, w->p, 4, ok));
	EXPECT_EQ(-ENOENT, respond(vm, 0, INEST_NO_PASID, 4, ok));
	EXPECT_EQ(0, waiting(w, 0));
}

/* Groups are counted per PASID, and answered in any order */
TEST_F(faults, same_group_of_two_pasids)
{
	struct world *w = &self->w;

	ASSERT_EQ(0, ask(w, 0, w->p, 3));
	ASSERT_EQ(0, ask(w, 0, w->q, 3));
	EXPECT_TRUE(next_is_request(w, 0, w->p, 3));
	EXPECT_TRUE(next_is_request(w, 0, GPASID, 3));
	EXPECT_EQ(0, respond(&w->vm, 0, GPASID, 3, IOMMU_PAGE_RESP_FAILURE));
	EXPECT_TRUE(got_answer(w, 0, w->q, 3, IOMMU_PAGE_RESP_FAILURE));
	EXPECT_EQ(1, waiting(w, 0));
	EXPECT_EQ(0, respond(&w->vm, 0, w->p, 3, IOMMU_PAGE_RESP_SUCCESS));
	EXPECT_TRUE(got_answer(w, 0, w->p, 3, IOMMU_PAGE_RESP_SUCCESS));
}

/* The last of many, the first and one between */
TEST_F(faults, response_out_of_order)
{
	static const __u32 order[] = { 9, 0, 5, 1, 8, 2, 7, 3, 6, 4 };
	struct world *w = &self->w;
	__u32 i;

	for (i = 0; i < ARRAY_SIZE(order); i++)
		ASSERT_EQ(0, ask(w, 0, w->p, i));
	for (i = 0; i < ARRAY_SIZE(order); i++) {
		EXPECT_TRUE(next_is_request(w, 0, w->p, i));
		EXPECT_EQ(0, respond(&w->vm, 0, w->p, order[i],
				     IOMMU_PAGE_RESP_SUCCESS));
		EXPECT_TRUE(got_answer(w, 0, w->p, order[i],
				       IOMMU_PAGE_RESP_SUCCESS));
	}
	EXPECT_EQ(0, waiting(w, 0));
}
