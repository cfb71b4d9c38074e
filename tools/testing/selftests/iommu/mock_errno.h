/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests: every errno that the contract of VFIO_IOMMU_NESTING_OP lists, from
 * every operation
 *
 * ERRNO_TABLE below is the list: a row for each errno, a column for each
 * operation, so that none can be missing. Each cell is a test of its own.
 */

/**
 * struct errno_cell - How an operation is made to return an errno
 * @op: the operation
 * @error: the errno, positive
 * @provoke: the way; returns what the call returned
 * @instead: the operation does not have that errno in that situation
 * @gives: what it returns instead: 0 or a negative errno
 * @never: there is no such situation; why
 */
struct errno_cell {
	int op;
	int error;
	int (*provoke)(struct world *w, int op);
	bool instead;
	int gives;
	const char *never;
};

FIXTURE(errno_op) {
	struct world w;
};

FIXTURE_VARIANT(errno_op) {
	struct errno_cell cell;
};

static int call_valid(struct world *w, int op)
{
	struct arg arg;

	arg_valid(&arg, w, op);
	return call_op(w->vm.container, &arg.op);
}

static int no_memory_there(struct world *w, int op)
{
	return call_op(w->vm.container, NULL);
}

static int unknown_flag(struct world *w, int op)
{
	struct arg arg;

	arg_valid(&arg, w, op);
	arg.op.flags |= 1U << 31;
	return call_op(w->vm.container, &arg.op);
}

static int unknown_tail(struct world *w, int op)
{
	struct arg arg;

	arg_valid(&arg, w, op);
	arg_set_size(&arg, arg.size - arg.head + 8);
	arg.raw[arg.size - 1] = 1;
	return call_op(w->vm.container, &arg.op);
}

/* The other format's container: see errno_op_setup() */
static int other_format(struct world *w, int op)
{
	return call_valid(w, op);
}

/* VT-d tags nothing with an ASID */
static int id_not_offered(struct world *w, int op)
{
	struct iommu_cache_invalidate_info inv = inest_inv_archid(IOTLB, ASID);

	return inest_cache_invalidate(w->vm.container, ALL, &inv);
}

/* A container without nesting has none to ask */
static int plain_container(struct world *w, int op)
{
	struct mock_vm plain;
	struct arg arg;
	int ret;

	ret = mock_vm_open_type(&plain, VTD, 1, 1, VFIO_TYPE1v2_IOMMU);
	if (ret)
		return ret;
	ret = mock_vm_open_device(&plain, 0);
	if (!ret) {
		arg_valid(&arg, w, op);
		memcpy(arg.op.data, &plain.device[0], sizeof(__s32));
		ret = call_op(plain.container, &arg.op);
	}
	mock_vm_close(&plain);
	return ret;
}

/* PASIDs that nobody has are refused like somebody else's: see mock_owner.h */
static int not_the_callers(struct world *w, int op)
{
	int p = w->p, q = w->q;
	int ret;

	w->p = PASID_MAX;
	w->q = PASID_MAX;
	ret = call_valid(w, op);
	w->p = p;
	w->q = q;
	return ret;
}

static int call_with_fd(struct world *w, int op, int fd)
{
	struct arg valid, arg;

	arg_valid(&valid, w, op);
	arg_make(&arg, op | (op_is_for_device(op) ? VFIO_NESTING_OP_DEVICE :
						    VFIO_NESTING_OP_GROUP), fd,
		 valid.raw + valid.head, valid.size - valid.head);
	return call_op(w->vm.container, &arg.op);
}

static int closed_file(struct world *w, int op)
{
	int fd = dup(w->vm.group[0]);

	close(fd);
	return call_with_fd(w, op, fd);
}

static int other_file(struct world *w, int op)
{
	return call_with_fd(w, op, w->vm.container);
}

/* A queue that stays open */
static int queue_there(struct world *w, int op)
{
	int ret = mock_vm_open_faults(&w->vm, 0, ENTRIES);

	world_note(w);
	return ret ?: call_valid(w, op);
}

static int no_descriptor_left(struct world *w, int op)
{
	struct rlimit old, none = { 0 };
	int ret;

	getrlimit(RLIMIT_NOFILE, &old);
	none.rlim_max = old.rlim_max;
	setrlimit(RLIMIT_NOFILE, &none);
	ret = call_valid(w, op);
	setrlimit(RLIMIT_NOFILE, &old);
	return ret;
}

#define FILE_MAX	"/proc/sys/fs/file-max"

static int write_file_max(long max)
{
	int fd = open(FILE_MAX, O_WRONLY | O_CLOEXEC);
	int ret = fd < 0 ? -errno : 0;

	if (!ret && dprintf(fd, "%ld", max) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

/* Who is root is not limited */
static int no_file_left(struct world *w, int op)
{
	int ret = write_file_max(0);

	if (ret)
		return ret;
	ret = seteuid(65534) ? -errno : call_valid(w, op);
	if (seteuid(0))
		return -errno;
	return write_file_max(INT_MAX) ?: ret;
}

static int twice(struct world *w, int op)
{
	int ret = call_valid(w, op);

	world_note(w);
	return ret ?: call_valid(w, op);
}

static int nothing_there(struct world *w, int op)
{
	struct iommu_page_response resp =
		inest_response(w->p, GRPID + 1, IOMMU_PAGE_RESP_SUCCESS);
	int ret;

	switch (op) {
	case OP_BIND_TABLE:
		return bind_table(&w->vm, ALL, MOCK_NO_GPA);
	case OP_BIND:
		return bind_pasid(&w->vm, ALL, w->q, MOCK_NO_GPA);
	case OP_RESP:
		return inest_page_response(w->vm.container, w->vm.device[0],
					   &resp);
	case OP_FAULTS:
		return call_valid(w, op);
	case OP_UNBIND_TABLE:
		ret = inest_unbind_pasid_table(w->vm.container, ALL);
		break;
	default:
		ret = unbind_pasid(&w->vm, ALL, w->p);
	}
	return ret ?: call_valid(w, op);
}

/* A table that replaces one takes over the memory of that */
static int no_memory(struct world *w, int op)
{
	int ret = 0;

	if (op == OP_BIND_TABLE)
		ret = inest_unbind_pasid_table(w->vm.container, ALL);
	world_note(w);
	ret = ret ?: mock_write(MOCK_TOP, "fail_alloc", "1");
	return ret ?: call_valid(w, op);
}

static int bad_hardware(struct world *w, int op)
{
	int ret = mock_write(MOCK_TOP, "fail_command", "1");

	if (!ret)
		ret = call_valid(w, op);
	if (mock_number(w->vm.bdf[0], "blocked") != 1)
		return -EUCLEAN;
	return ret;
}

#define VIA(how)		.provoke = how
#define INSTEAD(what, how)	.provoke = how, .instead = true, .gives = what
#define NEVER(why)		.never = why

/* The names of errnos stay names: they are not expanded beside a ## */
#define ERRNO_ROW(e, c1, c2, c3, c4, c5, c6, c7)			\
	FIXTURE_VARIANT_ADD(errno_op, bind_pasid_table_##e) {		\
		.cell = { .op = OP_BIND_TABLE, .error = (e), c1 },	\
	};								\
	FIXTURE_VARIANT_ADD(errno_op, unbind_pasid_table_##e) {		\
		.cell = { .op = OP_UNBIND_TABLE, .error = (e), c2 },	\
	};								\
	FIXTURE_VARIANT_ADD(errno_op, cache_invld_##e) {		\
		.cell = { .op = OP_INVLD, .error = (e), c3 },		\
	};								\
	FIXTURE_VARIANT_ADD(errno_op, bind_pgtbl_##e) {			\
		.cell = { .op = OP_BIND, .error = (e), c4 },		\
	};								\
	FIXTURE_VARIANT_ADD(errno_op, unbind_pgtbl_##e) {		\
		.cell = { .op = OP_UNBIND, .error = (e), c5 },		\
	};								\
	FIXTURE_VARIANT_ADD(errno_op, page_resp_##e) {			\
		.cell = { .op = OP_RESP, .error = (e), c6 },		\
	};								\
	FIXTURE_VARIANT_ADD(errno_op, fault_queue_##e) {		\
		.cell = { .op = OP_FAULTS, .error = (e), c7 },		\
	};

#define NO_PASID	NEVER("the operation names no PASID")
#define NO_FILE		NEVER("the operation opens no file")

/*
 * ERRNO_TABLE. The columns are, in this order: BIND_PASID_TABLE,
 * UNBIND_PASID_TABLE, CACHE_INVLD, BIND_PGTBL, UNBIND_PGTBL, PAGE_RESP, FAULT_QUEUE.
 */
ERRNO_ROW(EFAULT,
	  VIA(no_memory_there), VIA(no_memory_there), VIA(no_memory_there),
	  VIA(no_memory_there), VIA(no_memory_there), VIA(no_memory_there),
	  VIA(no_memory_there))
ERRNO_ROW(EINVAL,
	  VIA(unknown_flag), VIA(unknown_flag), VIA(unknown_flag),
	  VIA(unknown_flag), VIA(unknown_flag), VIA(unknown_flag),
	  VIA(unknown_flag))
ERRNO_ROW(E2BIG,
	  VIA(unknown_tail), INSTEAD(-EINVAL, unknown_tail), VIA(unknown_tail),
	  VIA(unknown_tail), VIA(unknown_tail), VIA(unknown_tail),
	  VIA(unknown_tail))
ERRNO_ROW(EOPNOTSUPP,
	  VIA(other_format), VIA(other_format), VIA(id_not_offered),
	  VIA(other_format), VIA(other_format), VIA(plain_container),
	  VIA(plain_container))
ERRNO_ROW(EPERM,
	  NO_PASID, NO_PASID, VIA(not_the_callers),
	  VIA(not_the_callers), VIA(not_the_callers),
	  INSTEAD(-ENOENT, not_the_callers), NO_PASID)
ERRNO_ROW(EBADF,
	  VIA(closed_file), VIA(closed_file), VIA(closed_file),
	  VIA(closed_file), VIA(closed_file), VIA(closed_file),
	  VIA(closed_file))
ERRNO_ROW(ENODEV,
	  VIA(other_file), VIA(other_file), VIA(other_file),
	  VIA(other_file), VIA(other_file), VIA(other_file),
	  VIA(other_file))
ERRNO_ROW(EBUSY,
	  INSTEAD(0, twice), INSTEAD(0, twice), INSTEAD(0, twice),
	  VIA(twice), INSTEAD(0, twice), INSTEAD(-ENOENT, twice),
	  VIA(queue_there))
ERRNO_ROW(ENOENT,
	  VIA(nothing_there), INSTEAD(0, nothing_there),
	  INSTEAD(0, nothing_there),
	  VIA(nothing_there), INSTEAD(0, nothing_there), VIA(nothing_there),
	  INSTEAD(0, nothing_there))
ERRNO_ROW(ENOMEM,
	  VIA(no_memory), INSTEAD(0, no_memory), INSTEAD(0, no_memory),
	  VIA(no_memory), INSTEAD(0, no_memory), INSTEAD(0, no_memory),
	  INSTEAD(0, no_memory))
ERRNO_ROW(EIO,
	  VIA(bad_hardware), INSTEAD(0, bad_hardware), VIA(bad_hardware),
	  VIA(bad_hardware), INSTEAD(0, bad_hardware), VIA(bad_hardware),
	  NEVER("opening a queue sends no command"))
ERRNO_ROW(EMFILE,
	  NO_FILE, NO_FILE, NO_FILE, NO_FILE, NO_FILE, NO_FILE,
	  VIA(no_descriptor_left))
ERRNO_ROW(ENFILE,
	  NO_FILE, NO_FILE, NO_FILE, NO_FILE, NO_FILE, NO_FILE,
	  VIA(no_file_left))

static __u32 cell_format(const struct errno_cell *cell)
{
	__u32 format = op_format(cell->op);

	if (cell->provoke != other_format)
		return format;
	return format == VTD ? SMMU : VTD;
}

FIXTURE_SETUP(errno_op)
{
	if (variant->cell.never)
		return;
	expect_fresh(_metadata);
	ASSERT_EQ(0, world_open(&self->w, cell_format(&variant->cell), 0, 1));
	if (variant->cell.op == OP_FAULTS)
		world_close_faults(&self->w);
}

FIXTURE_TEARDOWN(errno_op)
{
	if (!variant->cell.never)
		world_teardown(_metadata, &self->w);
}

/* A call that is refused changes nothing; only EIO says that something broke */
TEST_F(errno_op, is_returned)
{
	const struct errno_cell *cell = &variant->cell;

	if (cell->never)
		SKIP(return, "cannot happen: %s", cell->never);
	EXPECT_EQ(cell->instead ? cell->gives : -cell->error,
		  cell->provoke(&self->w, cell->op));
	if (!cell->instead && cell->error != EIO)
		EXPECT_TRUE(world_unchanged(&self->w));
}
