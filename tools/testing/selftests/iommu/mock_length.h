/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: every argsz from 0 to beyond the structures */

/* How far behind the structures, and beyond any */
#define BEYOND		64
#define ARGSZ_MAX	4096

/* Least number of bytes for what arg_valid() asks for, and the structure's own */
static const struct {
	__u32 least;
	__u32 full;
} length[] = {
	[OP_BIND_TABLE] = { 32, sizeof(struct iommu_pasid_table_config) },
	[OP_UNBIND_TABLE] = { 0, 0 },
	[OP_INVLD] = { 32, sizeof(struct iommu_cache_invalidate_info) },
	[OP_BIND] = { 72, sizeof(struct iommu_gpasid_bind_data) },
	[OP_UNBIND] = { 56, sizeof(struct iommu_gpasid_bind_data) },
	[OP_RESP] = { 24, sizeof(struct iommu_page_response) },
	[OP_FAULTS] = { 16, sizeof(struct iommu_fault_queue_config) },
};

/* After a call that was granted: what makes the next one possible */
static int make_ready(struct world *w, int op)
{
	int ret = 0;

	if (op == OP_BIND)
		ret = unbind_pasid(&w->vm, ALL, w->q);
	else if (op == OP_RESP)
		ret = mock_write(w->vm.bdf[0], "page_request", "%d %d", w->p,
				 GRPID);
	world_note(w);
	return ret;
}

/* One call; what is refused changes nothing */
static void expect_call(struct __test_metadata *_metadata, struct world *w,
			int op, int expected, const struct arg *arg)
{
	int ret = call_op(w->vm.container, &arg->op);
	__u32 inner = 0;

	if (arg->size > arg->head)
		memcpy(&inner, arg->raw + arg->head, sizeof(inner));
	EXPECT_EQ(expected, ret)
		TH_LOG("argsz %u, inner %u", arg->op.argsz, inner);
	if (ret) {
		EXPECT_TRUE(world_looks_unchanged(w));
	} else {
		EXPECT_EQ(0, make_ready(w, op));
	}
}

TEST_F_TIMEOUT(op, cmd_length, 120)
{
	int op = variant->op;
	struct arg arg;
	__u32 size;

	for (size = 0; size <= length[op].full + BEYOND; size++) {
		arg_valid(&arg, &self->w, op);
		arg_set_size(&arg, size);
		expect_call(_metadata, &self->w, op,
			    size < length[op].least ||
			    size > length[op].full + (op == OP_UNBIND_TABLE ?
						      0 : ARGSZ_MAX) ?
			    -EINVAL : 0, &arg);
	}
	EXPECT_TRUE(world_unchanged(&self->w));
}

/* Bytes that this kernel does not know: nothing may be asked for with them */
TEST_F_TIMEOUT(op, cmd_ex_fail, 120)
{
	int op = variant->op;
	struct arg arg;
	__u32 size;

	for (size = length[op].full + 1; size <= length[op].full + BEYOND;
	     size++) {
		arg_valid(&arg, &self->w, op);
		arg_set_size(&arg, size);
		arg.raw[arg.size - 1] = 1;
		expect_call(_metadata, &self->w, op,
			    op == OP_UNBIND_TABLE ? -EINVAL : -E2BIG, &arg);
		arg.raw[arg.size - 1] = 0;
		arg.raw[arg.head + length[op].full] = 0x80;
		expect_call(_metadata, &self->w, op,
			    op == OP_UNBIND_TABLE ? -EINVAL : -E2BIG, &arg);
	}
	EXPECT_TRUE(world_unchanged(&self->w));
}

TEST_F(op, cmd_too_large)
{
	static const __u32 sizes[] = { ARGSZ_MAX, ARGSZ_MAX + 1, UINT32_MAX };
	int op = variant->op;
	struct arg arg;
	__u32 size;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		arg_valid(&arg, &self->w, op);
		size = sizes[i];
		memcpy(arg.raw + arg.head, &size, sizeof(size));
		arg.op.argsz = size == UINT32_MAX ? size : arg.head + size;
		expect_call(_metadata, &self->w, op,
			    op == OP_UNBIND_TABLE ? -EINVAL :
			    size == ARGSZ_MAX ? 0 : -E2BIG, &arg);
	}
	EXPECT_TRUE(world_unchanged(&self->w));
}

/* The header's size and the structure's have to agree, in every form */
TEST_F_TIMEOUT(op, sizes_that_disagree, 120)
{
	int op = variant->op;
	struct arg arg;
	__u32 size;

	for (size = 0; size <= self->arg.size + BEYOND; size++) {
		arg_valid(&arg, &self->w, op);
		if (size == arg.size)
			continue;
		arg.op.argsz = size;
		expect_call(_metadata, &self->w, op, -EINVAL, &arg);
	}
	EXPECT_TRUE(world_unchanged(&self->w));
}

/* The header of a group's form is 8 bytes longer */
TEST_F(op, group_header_length)
{
	__u32 form = op_is_for_device(variant->op) ?
		     VFIO_NESTING_OP_DEVICE : VFIO_NESTING_OP_GROUP;
	struct arg arg;
	__u32 size;

	for (size = 0; size < 16; size++) {
		arg_make(&arg, variant->op | form, self->w.vm.group[0], NULL,
			 0);
		arg.op.argsz = size;
		expect_call(_metadata, &self->w, variant->op, -EINVAL, &arg);
	}
	EXPECT_TRUE(world_unchanged(&self->w));
}

union pasid_arg {
	struct vfio_iommu_pasid_request req;
	unsigned char raw[5000];
};

FIXTURE(pasid_request) {
	struct world w;
	union pasid_arg arg;
};

FIXTURE_VARIANT(pasid_request) {
	__u32 request;
};

FIXTURE_VARIANT_ADD(pasid_request, alloc) { .request = PASID_ALLOC };
FIXTURE_VARIANT_ADD(pasid_request, free) { .request = PASID_FREE };
FIXTURE_VARIANT_ADD(pasid_request, quota) { .request = PASID_QUOTA };

FIXTURE_SETUP(pasid_request)
{
	expect_fresh(_metadata);
	ASSERT_EQ(0, world_open(&self->w, VTD, 0, 1));
	self->arg.req = good_request(&self->w, variant->request);
}

FIXTURE_TEARDOWN(pasid_request)
{
	world_teardown(_metadata, &self->w);
}

/* One request, which is undone when it was granted */
static void expect_request(struct __test_metadata *_metadata, struct world *w,
			   int expected, const union pasid_arg *arg)
{
	union pasid_arg copy = *arg;
	int ret = call_pasid(w->vm.container, &copy);

	EXPECT_EQ(expected, ret < 0 ? ret : 0)
		TH_LOG("argsz %u", arg->req.argsz);
	if (ret >= 0 && arg->req.flags == PASID_ALLOC)
		EXPECT_EQ(0, inest_pasid_free(w->vm.container, ret, ret));
	if (ret >= 0 && arg->req.flags == PASID_FREE)
		EXPECT_EQ(w->q, inest_pasid_alloc(w->vm.container, w->q, w->q));
	EXPECT_EQ(w->available, quota_left(w->vm.container));
}

TEST_F_TIMEOUT(pasid_request, cmd_length, 120)
{
	__u32 least = sizeof(self->arg.req);
	__u32 size;

	for (size = 0; size <= least + BEYOND; size++) {
		self->arg.req.argsz = size;
		expect_request(_metadata, &self->w, size < least ? -EINVAL : 0,
			       &self->arg);
	}
	EXPECT_TRUE(world_unchanged(&self->w));
}

TEST_F_TIMEOUT(pasid_request, cmd_ex_fail, 120)
{
	__u32 least = sizeof(self->arg.req);
	__u32 size;

	for (size = least + 1; size <= least + BEYOND; size++) {
		self->arg.req.argsz = size;
		self->arg.raw[size - 1] = 1;
		expect_request(_metadata, &self->w, -E2BIG, &self->arg);
		self->arg.raw[size - 1] = 0;
		self->arg.raw[least] = 0x80;
		expect_request(_metadata, &self->w, -E2BIG, &self->arg);
		self->arg.raw[least] = 0;
	}
	EXPECT_TRUE(world_unchanged(&self->w));
}

TEST_F(pasid_request, cmd_too_large)
{
	self->arg.req.argsz = ARGSZ_MAX;
	expect_request(_metadata, &self->w, 0, &self->arg);
	self->arg.req.argsz = ARGSZ_MAX + 1;
	expect_request(_metadata, &self->w, -E2BIG, &self->arg);
	self->arg.req.argsz = UINT32_MAX;
	expect_request(_metadata, &self->w, -E2BIG, &self->arg);
	EXPECT_TRUE(world_unchanged(&self->w));
}
