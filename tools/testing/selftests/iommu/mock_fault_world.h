/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What tests of fault queues start from: devices with two PASIDs that are bound and a
 * queue that is empty. Whatever a test did, in the end each device has got one answer
 * to each group of page requests.
 */

/* The number by which the guest knows the second PASID */
#define GPASID		77

/* What has to come comes by then */
#define SOON_MS		5000

/* How long the host is told to wait, and how much longer it may take */
#define TIMEOUT_MS	300
#define LATE_MS		4000

/* struct counts - What a device says of its page requests, in groups */
struct counts {
	long long sent;
	long long success;
	long long invalid;
	long long failure;
	long long stray;
};

static int read_counts(const char *bdf, struct counts *c)
{
	char text[160];
	int ret = mock_read(bdf, "request_counts", text, sizeof(text));

	if (ret < 0)
		return ret;
	return sscanf(text,
		      "sent %lld success %lld invalid %lld failure %lld stray %lld",
		      &c->sent, &c->success, &c->invalid, &c->failure,
		      &c->stray) == 5 ? 0 : -EPROTO;
}

static void counts_since(const char *bdf, const struct counts *before,
			 struct counts *c)
{
	read_counts(bdf, c);
	c->sent -= before->sent;
	c->success -= before->success;
	c->invalid -= before->invalid;
	c->failure -= before->failure;
	c->stray -= before->stray;
}

/* Groups that wait for an answer */
static int waiting(struct world *w, int i)
{
	return mock_lines(w->vm.bdf[i], "page_request");
}

static void expect_all_answered(struct __test_metadata *_metadata,
				const char *bdf, const struct counts *before)
{
	struct counts c = { 0 };

	EXPECT_TRUE(EVENTUALLY(!mock_lines(bdf, "page_request")));
	counts_since(bdf, before, &c);
	EXPECT_EQ(c.sent, c.success + c.invalid + c.failure);
	EXPECT_EQ(0, c.stray);
}

/* A group of one request at address 0, of PASID or INEST_NO_PASID */
static int ask(struct world *w, int i, int pasid, __u32 grpid)
{
	if (pasid == (int)INEST_NO_PASID)
		return mock_write(w->vm.bdf[i], "page_request", "- %u", grpid);
	return mock_write(w->vm.bdf[i], "page_request", "%d %u", pasid, grpid);
}

/* One request of a group, with "more" to come or the "last" */
static int ask_page(struct world *w, int i, int pasid, __u32 grpid, __u64 addr,
		    const char *which)
{
	return mock_write(w->vm.bdf[i], "page_request", "%d %u 0x%llx %u %s",
			  pasid, grpid, addr, IOMMU_FAULT_PERM_WRITE, which);
}

static int next_record(struct world *w, int i, union faults_record *record)
{
	return faults_read(w->vm.faults[i], record, SOON_MS);
}

/* The next record is a page request of that group */
static bool next_is_request(struct world *w, int i, __u32 pasid, __u32 grpid)
{
	union faults_record record;
	int ret = next_record(w, i, &record);

	if (ret != 1) {
		printf("# no record: %d\n", ret);
		return false;
	}
	if (record.type == IOMMU_FAULT_PAGE_REQ &&
	    record.fault.prm.pasid == pasid && record.fault.prm.grpid == grpid)
		return true;
	faults_print(&record);
	return false;
}

/* The next record says that the host has answered that group, and why */
static bool next_is_answered(struct world *w, int i, __u32 pasid, __u32 grpid,
			     __u32 reason)
{
	union faults_record record;
	int ret = next_record(w, i, &record);

	if (ret != 1) {
		printf("# no record: %d\n", ret);
		return false;
	}
	if (record.type == IOMMU_FAULT_ANSWERED &&
	    record.answered.flags == IOMMU_FAULT_ANSWERED_PASID_VALID &&
	    record.answered.pasid == pasid && record.answered.grpid == grpid &&
	    record.answered.code == IOMMU_PAGE_RESP_INVALID &&
	    record.answered.reason == reason)
		return true;
	faults_print(&record);
	return false;
}

static bool next_is_blocked(struct world *w, int i, __u32 reason)
{
	union faults_record record;
	int ret = next_record(w, i, &record);

	if (ret != 1) {
		printf("# no record: %d\n", ret);
		return false;
	}
	if (record.type == IOMMU_FAULT_BLOCKED &&
	    record.blocked.reason == reason)
		return true;
	faults_print(&record);
	return false;
}

static bool nothing_to_read(struct world *w, int i)
{
	union faults_record record;

	if (faults_empty(w->vm.faults[i]))
		return true;
	if (next_record(w, i, &record) == 1)
		faults_print(&record);
	return false;
}

/* The device has got that answer, not long ago */
static bool got_answer(struct world *w, int i, int pasid, __u32 grpid,
		       __u32 code)
{
	return mock_has(w->vm.bdf[i], "responses", "%d %u %u", pasid, grpid,
			code);
}

static int reopen_faults(struct world *w, int i, unsigned int entries)
{
	mock_close(&w->vm.faults[i]);
	return mock_vm_open_faults(&w->vm, i, entries);
}

static int bind_gpasid(struct world *w, __u32 pasid, __u32 gpasid)
{
	struct iommu_gpasid_bind_data data =
		inest_bind_data(pasid, MOCK_PGTBL_2, 48);

	inest_bind_data_set_gpasid(&data, gpasid);
	return inest_bind_pgtbl(w->vm.container, ALL, &data);
}

/* What world_open() made the devices ask for is answered, and q is bound */
static int faults_world_open_at(struct world *w, struct counts *before,
				int first, int count)
{
	int i, ret = world_open(w, VTD, first, count);

	ret = ret ?: bind_gpasid(w, w->q, GPASID);
	for (i = 0; i < count && !ret; i++) {
		ret = respond(&w->vm, i, w->p, GRPID, IOMMU_PAGE_RESP_SUCCESS);
		world_drain(w, i);
		ret = ret ?: read_counts(w->vm.bdf[i], &before[i]);
	}
	return ret;
}

static int faults_world_open(struct world *w, struct counts *before, int count)
{
	return faults_world_open_at(w, before, 0, count);
}

static long default_timeout_ms;

static void faults_world_close(struct __test_metadata *_metadata,
			       struct world *w, const struct counts *before)
{
	int i, devices = w->vm.devices;

	mock_disarm();
	mock_vm_close(&w->vm);
	for (i = 0; i < devices; i++)
		expect_all_answered(_metadata, w->vm.bdf[i], &before[i]);
	if (default_timeout_ms)
		EXPECT_EQ(0, faults_set_timeout_ms(default_timeout_ms));
	world_teardown(_metadata, w);
}

/* From here to the test's end */
static int set_timeout_ms(unsigned int ms)
{
	default_timeout_ms = faults_timeout_ms();
	return faults_set_timeout_ms(ms);
}

FIXTURE(faults) {
	struct world w;
	struct counts before[1];
};

FIXTURE_SETUP(faults)
{
	expect_fresh(_metadata);
	ASSERT_EQ(0, faults_world_open(&self->w, self->before, 1));
}

FIXTURE_TEARDOWN(faults)
{
	faults_world_close(_metadata, &self->w, self->before);
}

FIXTURE(faults3) {
	struct world w;
	struct counts before[MOCK_SINGLES];
};

FIXTURE_SETUP(faults3)
{
	expect_fresh(_metadata);
	ASSERT_EQ(0, faults_world_open(&self->w, self->before, MOCK_SINGLES));
}

FIXTURE_TEARDOWN(faults3)
{
	faults_world_close(_metadata, &self->w, self->before);
}
