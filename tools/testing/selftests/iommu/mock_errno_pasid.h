/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests: every errno that the contract of VFIO_IOMMU_PASID_REQUEST lists, from
 * every request; see mock_errno.h for the form
 */

/* As struct errno_cell, for one of VFIO_PASID_REQUEST_* */
struct pasid_cell {
	__u32 request;
	int error;
	int (*provoke)(struct world *w, __u32 request);
	bool instead;
	int gives;
	const char *never;
};

FIXTURE(errno_pasid) {
	struct world w;
	long quota;
};

FIXTURE_VARIANT(errno_pasid) {
	struct pasid_cell cell;
};

/* A request that would be granted */
static struct vfio_iommu_pasid_request good_request(struct world *w,
						    __u32 request)
{
	if (request == PASID_ALLOC)
		return inest_pasid_request(request, 1, PASID_MAX);
	if (request == PASID_FREE)
		return inest_pasid_request(request, w->q, w->q);
	return inest_pasid_request(request, 0, 0);
}

static int call_good(struct world *w, __u32 request)
{
	struct vfio_iommu_pasid_request req = good_request(w, request);

	return call_pasid(w->vm.container, &req);
}

static int pasid_no_memory_there(struct world *w, __u32 request)
{
	return call_pasid(w->vm.container, NULL);
}

static int pasid_unknown_flag(struct world *w, __u32 request)
{
	struct vfio_iommu_pasid_request req = good_request(w, request);

	req.flags |= 1U << 31;
	return call_pasid(w->vm.container, &req);
}

static int pasid_unknown_tail(struct world *w, __u32 request)
{
	struct {
		struct vfio_iommu_pasid_request req;
		__u64 tail;
	} arg = { .req = good_request(w, request), .tail = 1ULL << 63 };

	arg.req.argsz = sizeof(arg);
	return call_pasid(w->vm.container, &arg);
}

/* PASIDs are the guest's own there: see errno_pasid_setup() */
static int pasid_not_offered(struct world *w, __u32 request)
{
	return call_good(w, request);
}

static int pasid_not_the_callers(struct world *w, __u32 request)
{
	return inest_pasid_free(w->vm.container, PASID_MAX, PASID_MAX);
}

static int pasid_quota_used_up(struct world *w, __u32 request)
{
	int ret = mock_set_quota(2);

	world_note(w);
	return ret ?: call_good(w, request);
}

static int pasid_none_in_range(struct world *w, __u32 request)
{
	struct vfio_iommu_pasid_request req =
		inest_pasid_request(request, w->p, w->p);

	if (request == PASID_FREE) {
		req.data.range.min = PASID_MAX - 5;
		req.data.range.max = PASID_MAX;
	}
	return call_pasid(w->vm.container, &req);
}

struct orphan_call {
	struct world w;
	__u32 request;
};

/* The container's opener goes, and its child makes the call */
static void open_and_leave(struct peer *test, void *data)
{
	struct orphan_call *call = data;
	pid_t opener = getpid();
	int ret;

	ret = mock_vm_open(&call->w.vm, VTD, 1, 1);
	if (fork())
		_exit(0);
	wait_for_orphanage(opener);
	if (!ret)
		ret = call_good(&call->w, call->request);
	mock_vm_close(&call->w.vm);
	peer_say(test, ret);
}

static int pasid_without_opener(struct world *w, __u32 request)
{
	struct orphan_call call = { .w.q = PASID_MAX, .request = request };
	struct peer opener;
	int ret;

	ret = peer_start(&opener, open_and_leave, &call);
	if (ret)
		return ret;
	ret = peer_hear(&opener);
	peer_wait(&opener);
	reap_orphans();
	return ret;
}

#define PASID_ROW(e, on_alloc, on_free, on_quota)			\
	FIXTURE_VARIANT_ADD(errno_pasid, alloc_##e) {			\
		.cell = { .request = PASID_ALLOC, .error = (e), on_alloc },	\
	};								\
	FIXTURE_VARIANT_ADD(errno_pasid, free_##e) {			\
		.cell = { .request = PASID_FREE, .error = (e), on_free },	\
	};								\
	FIXTURE_VARIANT_ADD(errno_pasid, quota_##e) {			\
		.cell = { .request = PASID_QUOTA, .error = (e), on_quota },	\
	};

#define NO_RANGE	NEVER("the request names no PASID")

/* An owner, an entry of an XArray: these have no knob in the mock */
#define NOT_THE_MOCKS	\
	NEVER("no allocation of the mock's on the way; nesting_fail_nth fails the others")

/* The columns are, in this order: ALLOC, FREE, QUOTA */
PASID_ROW(EFAULT, VIA(pasid_no_memory_there), VIA(pasid_no_memory_there),
	  VIA(pasid_no_memory_there))
PASID_ROW(EINVAL, VIA(pasid_unknown_flag), VIA(pasid_unknown_flag),
	  VIA(pasid_unknown_flag))
PASID_ROW(E2BIG, VIA(pasid_unknown_tail), VIA(pasid_unknown_tail),
	  VIA(pasid_unknown_tail))
PASID_ROW(EOPNOTSUPP, VIA(pasid_not_offered),
	  INSTEAD(-EPERM, pasid_not_offered), VIA(pasid_not_offered))
PASID_ROW(EPERM, NEVER("a range to allocate from belongs to nobody"),
	  VIA(pasid_not_the_callers), NO_RANGE)
PASID_ROW(EDQUOT, VIA(pasid_quota_used_up), INSTEAD(0, pasid_quota_used_up),
	  INSTEAD(0, pasid_quota_used_up))
PASID_ROW(ENOSPC, VIA(pasid_none_in_range), INSTEAD(0, pasid_none_in_range),
	  NO_RANGE)
PASID_ROW(ESRCH, VIA(pasid_without_opener),
	  INSTEAD(-EPERM, pasid_without_opener),
	  INSTEAD(-ESRCH, pasid_without_opener))
PASID_ROW(ENOMEM, NOT_THE_MOCKS, NOT_THE_MOCKS, NOT_THE_MOCKS)

FIXTURE_SETUP(errno_pasid)
{
	const struct pasid_cell *cell = &variant->cell;
	__u32 format = cell->provoke == pasid_not_offered ? SMMU : VTD;

	self->quota = mock_quota();
	ASSERT_LT(0, self->quota);
	if (cell->never)
		return;
	expect_fresh(_metadata);
	ASSERT_EQ(0, world_open(&self->w, format, 0, 1));
}

FIXTURE_TEARDOWN(errno_pasid)
{
	EXPECT_EQ(0, mock_set_quota(self->quota));
	if (!variant->cell.never)
		world_teardown(_metadata, &self->w);
}

TEST_F(errno_pasid, is_returned)
{
	const struct pasid_cell *cell = &variant->cell;

	if (cell->never)
		SKIP(return, "cannot happen: %s", cell->never);
	EXPECT_EQ(cell->instead ? cell->gives : -cell->error,
		  cell->provoke(&self->w, cell->request));
	if (!cell->instead)
		EXPECT_TRUE(world_unchanged(&self->w));
}
