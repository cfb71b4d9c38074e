/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: arguments in memory that cannot be read, or written, or only in part */

#define PAGE	4096UL

/* Two pages, the second of which has another protection */
static unsigned char *two_pages(int second)
{
	unsigned char *mem = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (mem == MAP_FAILED || mprotect(mem + PAGE, PAGE, second))
		return NULL;
	return mem;
}

/* Addresses at which there is no memory of this process */
static const __u64 nowhere[] = {
	0, 1, PAGE - 1,
	0xffff888000000000ULL,	/* x86-64: the kernel's direct map */
	0xffffffff81000000ULL,	/* and its text */
	0x800000000000ULL,	/* outside of any address space */
	0xfffffffffffff000ULL, 0xfffffff8, 0xfffff000,
};

TEST_F(op, pointer_to_nowhere)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(nowhere); i++)
		EXPECT_EQ(-EFAULT, call_op(self->w.vm.container,
					   (void *)(uintptr_t)nowhere[i]))
			TH_LOG("address %zu", i);
	EXPECT_TRUE(world_unchanged(&self->w));
}

TEST_F(pasid_request, pointer_to_nowhere)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(nowhere); i++)
		EXPECT_EQ(-EFAULT, call_pasid(self->w.vm.container,
					      (void *)(uintptr_t)nowhere[i]))
			TH_LOG("address %zu", i);
	EXPECT_TRUE(world_unchanged(&self->w));
}

/* Readable up to any byte but the last */
TEST_F(op, page_crossing)
{
	unsigned char *end = two_pages(PROT_NONE) + PAGE;
	struct arg *arg = &self->arg;
	size_t readable;

	ASSERT_NE((unsigned char *)PAGE, end);
	for (readable = 0; readable < arg->size; readable++) {
		memcpy(end - readable, arg->raw, readable);
		EXPECT_EQ(-EFAULT, call_op(self->w.vm.container,
					   end - readable))
			TH_LOG("%zu bytes can be read", readable);
		EXPECT_TRUE(world_looks_unchanged(&self->w));
	}
	EXPECT_TRUE(world_unchanged(&self->w));
	memcpy(end - arg->size, arg->raw, arg->size);
	EXPECT_EQ(0, call_op(self->w.vm.container, end - arg->size));
}

/* A tail that would be zero, if it could be read */
TEST_F(op, tail_crosses_page)
{
	unsigned char *end = two_pages(PROT_NONE) + PAGE;
	struct arg *arg = &self->arg;

	ASSERT_NE((unsigned char *)PAGE, end);
	if (variant->op == OP_UNBIND_TABLE)
		SKIP(return, "cannot happen: the operation has no structure");
	arg_set_size(arg, length[variant->op].full + 16);
	memcpy(end - arg->size + 1, arg->raw, arg->size - 1);
	EXPECT_EQ(-EFAULT, call_op(self->w.vm.container, end - arg->size + 1));
	EXPECT_TRUE(world_unchanged(&self->w));
}

/* Where in memory an argument stands does not matter, nor who can write it */
TEST_F(op, misaligned_and_read_only)
{
	unsigned char *mem = two_pages(PROT_READ | PROT_WRITE);
	struct arg *arg = &self->arg;
	size_t offset;

	ASSERT_NE(NULL, mem);
	for (offset = 0; offset < 16; offset++) {
		ASSERT_EQ(0, mprotect(mem, PAGE, PROT_READ | PROT_WRITE));
		memcpy(mem + offset, arg->raw, arg->size);
		ASSERT_EQ(0, mprotect(mem, PAGE, PROT_READ));
		EXPECT_EQ(0, call_op(self->w.vm.container, mem + offset))
			TH_LOG("offset %zu", offset);
		ASSERT_EQ(0, make_ready(&self->w, variant->op));
	}
}

TEST_F(pasid_request, page_crossing)
{
	unsigned char *end = two_pages(PROT_NONE) + PAGE;
	size_t readable, size = sizeof(self->arg.req);

	ASSERT_NE((unsigned char *)PAGE, end);
	for (readable = 0; readable < size; readable++) {
		memcpy(end - readable, self->arg.raw, readable);
		EXPECT_EQ(-EFAULT, call_pasid(self->w.vm.container,
					      end - readable))
			TH_LOG("%zu bytes can be read", readable);
	}
	self->arg.req.argsz = size + 16;
	memcpy(end - size - 15, self->arg.raw, size + 15);
	EXPECT_EQ(-EFAULT, call_pasid(self->w.vm.container, end - size - 15));
	EXPECT_TRUE(world_unchanged(&self->w));
}

TEST_F(pasid_request, misaligned)
{
	unsigned char *mem = two_pages(PROT_READ | PROT_WRITE);
	size_t offset;
	int ret;

	ASSERT_NE(NULL, mem);
	for (offset = 0; offset < 16; offset++) {
		memcpy(mem + offset, self->arg.raw, sizeof(self->arg.req));
		ret = call_pasid(self->w.vm.container, mem + offset);
		EXPECT_LE(0, ret)
			TH_LOG("offset %zu", offset);
		if (variant->request == PASID_FREE)
			EXPECT_EQ(self->w.q,
				  inest_pasid_alloc(self->w.vm.container,
						    self->w.q, self->w.q));
	}
}

/* Only QUOTA writes; when it cannot, that is an error and nothing else is */
TEST_F(pasid_request, read_only)
{
	unsigned char *mem = two_pages(PROT_READ | PROT_WRITE);
	int ret;

	ASSERT_NE(NULL, mem);
	memcpy(mem, self->arg.raw, sizeof(self->arg.req));
	ASSERT_EQ(0, mprotect(mem, PAGE, PROT_READ));
	ret = call_pasid(self->w.vm.container, mem);
	EXPECT_EQ(0, memcmp(mem, self->arg.raw, sizeof(self->arg.req)));
	if (variant->request != PASID_QUOTA) {
		EXPECT_LE(0, ret);
		return;
	}
	EXPECT_EQ(-EFAULT, ret);
	EXPECT_TRUE(world_unchanged(&self->w));
}

/* The answer crosses into a page that can be read, but not written */
TEST_F(pasid_request, read_only_second_page)
{
	unsigned char *mem = two_pages(PROT_READ);
	unsigned char *arg = mem + PAGE - 12;

	ASSERT_NE(NULL, mem);
	if (variant->request != PASID_QUOTA)
		SKIP(return, "cannot happen: only QUOTA writes an answer");
	memcpy(arg, self->arg.raw, 12);
	EXPECT_EQ(-EFAULT, call_pasid(self->w.vm.container, arg));
	EXPECT_TRUE(world_unchanged(&self->w));
}
