/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: page requests that nobody serves are answered all the same */

/* A device with PRI asks for a page that stage 1 does not have */
TEST_F(one, page_request_is_answered)
{
	struct testdev *td = &self->vm.dev[0].td;
	struct testdev_op op = vtd_fill_op(self->who, VA_UNMAPPED);
	__u32 status;

	if (!variant->ats || variant->rid)
		SKIP(return, "cannot happen: page requests need ATS and a PASID");
	op.cmd |= ITD_CMD_PRI;
	status = testdev_run(td, &op);
	EXPECT_EQ((__u32)ITD_ST_PRG_FAIL, status);
	EXPECT_EQ(0ULL, testdev_read64(td, ITD_NOW_PRG_OUTSTANDING));
	EXPECT_EQ(self->a, vtd_lands(&self->vm, 0, self->who, VA));
}

/* Many at once, in several groups */
TEST_F(one, page_requests_are_answered)
{
	struct testdev *td = &self->vm.dev[0].td;
	struct testdev_op op = {
		.cmd = ITD_OP_REQUEST | ITD_CMD_ATS | ITD_CMD_WRITE,
		.src = VA_UNMAPPED,
		.src_pasid = WITH_PASID(self->pasid),
		.pages = 32,
		.groups = 8,
	};
	__u32 status;

	if (!variant->ats || variant->rid)
		SKIP(return, "cannot happen: page requests need ATS and a PASID");
	status = testdev_run(td, &op);
	EXPECT_EQ((__u32)ITD_ST_PRG_FAIL, status);
	EXPECT_EQ(0ULL, testdev_read64(td, ITD_NOW_PRG_OUTSTANDING));
}

/*
 * When unbind returns, no request of the address space waits for an answer. On a
 * unit with x-prq-delay some are not in the queue yet when it begins. A thread of the
 * kernel answers: on its CPU, nothing else runs before it has; on another, whoever
 * doesn't wait sees them unanswered.
 */
TEST_F(one, unbind_drains_page_requests)
{
	struct vm *vm = &self->vm;
	struct testdev *td = &vm->dev[0].td;
	struct testdev_op op = {
		.cmd = ITD_OP_REQUEST | ITD_CMD_ATS | ITD_CMD_WRITE,
		.src = VA_UNMAPPED,
		.src_pasid = WITH_PASID(self->pasid),
		.pages = 8,
		.groups = 8,
	};
	int i;

	if (!variant->ats || variant->rid)
		SKIP(return, "cannot happen: page requests need ATS and a PASID");
	for (i = 0; i < 20; i++) {
		ASSERT_EQ(0, on_cpu(i));
		testdev_start(td, &op);
		ASSERT_NE((__u32)ITD_ST_DISABLED,
			  testdev_status(td, op.channel));
		ASSERT_EQ(0, vtd_unbind(vm, ALL, self->pasid));
		EXPECT_EQ(0ULL, testdev_read64(td, ITD_NOW_PRG_OUTSTANDING));
		ASSERT_EQ(0, vtd_bind(vm, ALL, self->pasid, &self->s1));
	}
	EXPECT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
}
