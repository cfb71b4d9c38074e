/* SPDX-License-Identifier: GPL-2.0-only */
/* What all tests start from: containers with something bound, and arguments */

#define VTD	IOMMU_PASID_FORMAT_INTEL_VTD
#define SMMU	IOMMU_PASID_FORMAT_ARM_SMMUV3

#define OP_BIND_TABLE	VFIO_NESTING_OP_BIND_PASID_TABLE
#define OP_UNBIND_TABLE	VFIO_NESTING_OP_UNBIND_PASID_TABLE
#define OP_INVLD	VFIO_NESTING_OP_CACHE_INVLD
#define OP_BIND		VFIO_NESTING_OP_BIND_PGTBL
#define OP_UNBIND	VFIO_NESTING_OP_UNBIND_PGTBL
#define OP_RESP		VFIO_NESTING_OP_PAGE_RESP
#define OP_FAULTS	VFIO_NESTING_OP_FAULT_QUEUE
#define OP_FIRST	OP_BIND_TABLE
#define OP_LAST		OP_FAULTS

#define PASID_ALLOC	VFIO_PASID_REQUEST_ALLOC
#define PASID_FREE	VFIO_PASID_REQUEST_FREE
#define PASID_QUOTA	VFIO_PASID_REQUEST_QUOTA

#define PASID_MAX	((1 << 20) - 1)
#define IOTLB		IOMMU_CACHE_INV_TYPE_IOTLB
#define DEV_IOTLB	IOMMU_CACHE_INV_TYPE_DEV_IOTLB
#define PASID_CACHE	IOMMU_CACHE_INV_TYPE_PASID
#define ALL_CACHES	(IOTLB | DEV_IOTLB | PASID_CACHE)

/* What every fault queue holds: no test makes more records without reading */
#define ENTRIES		256

/* A page request group that waits in every world, and an ASID */
#define GRPID		7
#define ASID		5

#define ALL		INEST_ALL_GROUPS

/* What ends by itself, but not at once, is waited for that long */
#define WAIT_STEPS	500
#define WAIT_STEP_US	10000

#define EVENTUALLY(condition) ({					\
	int _steps = 0;							\
	while (!(condition) && ++_steps < WAIT_STEPS)			\
		usleep(WAIT_STEP_US);					\
	_steps < WAIT_STEPS;						\
})

/**
 * struct world - A container with something of everything in it
 * @vm: the container
 * @p: PASID that is bound (VTD)
 * @q: PASID that is allocated and not bound (VTD)
 * @before: what the devices held when world_note() was called last
 * @brief: less of that, quicker to look at
 * @available: how much of the quota was left then, or a negative errno
 */
struct world {
	struct mock_vm vm;
	int p;
	int q;
	struct mock_snapshot before;
	struct mock_snapshot brief;
	long available;
};

/* Something in each cache and a page request, for others to be left alone */
static int fill_device(const char *bdf, int pasid)
{
	static const char * const caches[] = { "tlb", "dev_tlb", "pasid_cache" };
	int ret = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(caches) && !ret; i++)
		ret = mock_write(bdf, caches[i], "%d %d 0x1000", pasid, ASID);
	return ret ?: mock_write(bdf, "page_request", "%d %d", pasid, GRPID);
}

static int fill_vtd(struct world *w)
{
	struct iommu_gpasid_bind_data data;

	w->p = inest_pasid_alloc(w->vm.container, 1, PASID_MAX);
	w->q = inest_pasid_alloc(w->vm.container, 1, PASID_MAX);
	if (w->p < 0 || w->q < 0)
		return w->p < 0 ? w->p : w->q;
	data = inest_bind_data(w->p, MOCK_PGTBL, 48);
	return inest_bind_pgtbl(w->vm.container, ALL, &data);
}

static int fill_smmu(struct world *w)
{
	struct iommu_pasid_table_config table = inest_table(MOCK_TABLE, 0, 0, 0);

	w->p = 1;
	w->q = 2;
	return inest_bind_pasid_table(w->vm.container, ALL, &table);
}

/* How much is left, or a negative errno */
static long quota_left(int container)
{
	struct vfio_pasid_quota quota;
	int ret = inest_pasid_quota(container, &quota);

	return ret ?: (long)quota.available;
}

static void world_note(struct world *w)
{
	mock_take(&w->before, w->vm.bdf, w->vm.devices, MOCK_FILES);
	mock_take(&w->brief, w->vm.bdf, w->vm.devices, MOCK_BRIEF);
	w->available = quota_left(w->vm.container);
}

static bool world_unchanged(const struct world *w)
{
	long available = quota_left(w->vm.container);

	if (available != w->available)
		printf("# %ld PASIDs were available, now %ld\n", w->available,
		       available);
	return mock_unchanged(&w->before, w->vm.bdf, w->vm.devices,
			      MOCK_FILES) && available == w->available;
}

/* For loops, with world_unchanged() behind them */
static bool world_looks_unchanged(const struct world *w)
{
	return mock_unchanged(&w->brief, w->vm.bdf, w->vm.devices, MOCK_BRIEF);
}

static int world_open(struct world *w, __u32 format, int first, int count)
{
	int i, ret;

	ret = mock_vm_open(&w->vm, format, first, count);
	if (!ret)
		ret = format == VTD ? fill_vtd(w) : fill_smmu(w);
	for (i = 0; i < count && !ret; i++)
		ret = mock_vm_open_device(&w->vm, i) ?:
		      mock_vm_open_faults(&w->vm, i, ENTRIES);
	for (i = 0; i < count && !ret; i++)
		ret = fill_device(w->vm.bdf[i], w->p);
	if (!ret)
		world_note(w);
	return ret;
}

/* The queue of the first device goes, and what waits in it */
static void world_close_faults(struct world *w)
{
	mock_close(&w->vm.faults[0]);
	world_note(w);
}

/* All that there is to read */
static void world_drain(struct world *w, int i)
{
	union faults_record record;

	while (faults_read(w->vm.faults[i], &record, 0) > 0)
		;
}

static bool all_idle(void)
{
	return mock_is_idle(mock_all(), mock_all_count());
}

/* Nothing of the last test is left, and the kernel has nothing to say */
static void expect_fresh(struct __test_metadata *_metadata)
{
	mock_disarm();
	ASSERT_TRUE(EVENTUALLY(all_idle()));
	ASSERT_EQ(0, splat_count());
}

static void world_teardown(struct __test_metadata *_metadata, struct world *w)
{
	mock_disarm();
	mock_vm_close(&w->vm);
	EXPECT_TRUE(all_idle());
	EXPECT_EQ(0, splat_count());
}

/* An argument of VFIO_IOMMU_NESTING_OP, with room for more than there may be */
struct arg {
	size_t head;
	size_t size;
	union {
		struct vfio_iommu_nesting_op op;
		unsigned char raw[5000];
	};
};

/* Whom it is for: @fd of a group or a device, with the flag that says which */
static void arg_make(struct arg *arg, __u32 flags, int fd, const void *data,
		     size_t size)
{
	memset(arg, 0, sizeof(*arg));
	arg->head = sizeof(arg->op);
	if (flags & (VFIO_NESTING_OP_GROUP | VFIO_NESTING_OP_DEVICE)) {
		memcpy(arg->op.data, &fd, sizeof(fd));
		arg->head += sizeof(struct vfio_iommu_nesting_group);
	}
	if (size)
		memcpy(arg->raw + arg->head, data, size);
	arg->size = arg->head + size;
	arg->op.argsz = arg->size;
	arg->op.flags = flags;
}

/* A queue that it opens is closed again */
static int call_op(int container, const void *arg)
{
	int ret = ioctl(container, VFIO_IOMMU_NESTING_OP, arg);

	if (ret > 0)
		close(ret);
	return ret < 0 ? -errno : 0;
}

/* What VFIO_NESTING_OP_DEVICE belongs to */
static bool op_is_for_device(int op)
{
	return op == OP_RESP || op == OP_FAULTS;
}

static int call_pasid(int container, const void *arg)
{
	int ret = ioctl(container, VFIO_IOMMU_PASID_REQUEST, arg);

	return ret < 0 ? -errno : ret;
}

static __u32 op_format(int op)
{
	return op == OP_BIND_TABLE || op == OP_UNBIND_TABLE ? SMMU : VTD;
}

/*
 * An argument that will do, of full length. Only what has to name its device does,
 * and a queue can be opened because the device's is closed.
 */
static void arg_valid(struct arg *arg, struct world *w, int op)
{
	struct iommu_pasid_table_config table =
		inest_table(MOCK_TABLE_2, 0, 0, 0);
	struct iommu_cache_invalidate_info inv = inest_inv_pasid(IOTLB, w->p);
	struct iommu_gpasid_bind_data bind =
		inest_bind_data(w->q, MOCK_PGTBL_2, 48);
	struct iommu_gpasid_bind_data bound =
		inest_bind_data(w->p, MOCK_PGTBL, 48);
	struct iommu_page_response resp =
		inest_response(w->p, GRPID, IOMMU_PAGE_RESP_SUCCESS);
	struct iommu_fault_queue_config queue = {
		.argsz = sizeof(queue),
		.version = IOMMU_FAULT_QUEUE_VERSION_1,
		.entries = ENTRIES,
	};

	if (op == OP_BIND_TABLE)
		arg_make(arg, op, 0, &table, sizeof(table));
	else if (op == OP_UNBIND_TABLE)
		arg_make(arg, op, 0, NULL, 0);
	else if (op == OP_INVLD)
		arg_make(arg, op, 0, &inv, sizeof(inv));
	else if (op == OP_BIND)
		arg_make(arg, op, 0, &bind, sizeof(bind));
	else if (op == OP_UNBIND)
		arg_make(arg, op, 0, &bound, sizeof(bound));
	else if (op == OP_RESP)
		arg_make(arg, op | VFIO_NESTING_OP_DEVICE, w->vm.device[0],
			 &resp, sizeof(resp));
	else
		arg_make(arg, op | VFIO_NESTING_OP_DEVICE, w->vm.device[0],
			 &queue, sizeof(queue));
}

/* Sets the inner argsz and, with it, the outer one */
static void arg_set_size(struct arg *arg, __u32 size)
{
	memcpy(arg->raw + arg->head, &size, sizeof(size));
	arg->size = arg->head + size;
	arg->op.argsz = arg->size;
}

/* One device */
FIXTURE(vtd) {
	struct world w;
};

FIXTURE_SETUP(vtd)
{
	expect_fresh(_metadata);
	ASSERT_EQ(0, world_open(&self->w, VTD, 0, 1));
}

FIXTURE_TEARDOWN(vtd)
{
	world_teardown(_metadata, &self->w);
}

FIXTURE(smmu) {
	struct world w;
};

FIXTURE_SETUP(smmu)
{
	expect_fresh(_metadata);
	ASSERT_EQ(0, world_open(&self->w, SMMU, 0, 1));
}

FIXTURE_TEARDOWN(smmu)
{
	world_teardown(_metadata, &self->w);
}

/* Three devices, each in a group of its own, in one container */
FIXTURE(vtd3) {
	struct world w;
};

FIXTURE_SETUP(vtd3)
{
	expect_fresh(_metadata);
	ASSERT_EQ(0, world_open(&self->w, VTD, 0, MOCK_SINGLES));
}

FIXTURE_TEARDOWN(vtd3)
{
	world_teardown(_metadata, &self->w);
}

FIXTURE(smmu3) {
	struct world w;
};

FIXTURE_SETUP(smmu3)
{
	expect_fresh(_metadata);
	ASSERT_EQ(0, world_open(&self->w, SMMU, 0, MOCK_SINGLES));
}

FIXTURE_TEARDOWN(smmu3)
{
	world_teardown(_metadata, &self->w);
}

/* An operation in the world where it is offered */
FIXTURE(op) {
	struct world w;
	struct arg arg;
};

FIXTURE_VARIANT(op) {
	int op;
};

FIXTURE_VARIANT_ADD(op, bind_pasid_table) { .op = OP_BIND_TABLE };
FIXTURE_VARIANT_ADD(op, unbind_pasid_table) { .op = OP_UNBIND_TABLE };
FIXTURE_VARIANT_ADD(op, cache_invld) { .op = OP_INVLD };
FIXTURE_VARIANT_ADD(op, bind_pgtbl) { .op = OP_BIND };
FIXTURE_VARIANT_ADD(op, unbind_pgtbl) { .op = OP_UNBIND };
FIXTURE_VARIANT_ADD(op, page_resp) { .op = OP_RESP };
FIXTURE_VARIANT_ADD(op, fault_queue) { .op = OP_FAULTS };

FIXTURE_SETUP(op)
{
	expect_fresh(_metadata);
	ASSERT_EQ(0, world_open(&self->w, op_format(variant->op), 0, 1));
	if (variant->op == OP_FAULTS)
		world_close_faults(&self->w);
	arg_valid(&self->arg, &self->w, variant->op);
}

FIXTURE_TEARDOWN(op)
{
	world_teardown(_metadata, &self->w);
}
