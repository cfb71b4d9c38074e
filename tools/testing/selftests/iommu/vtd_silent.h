/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests: one of two devices of a container does not answer when it is told to forget.
 * The unit names it: it alone is blocked, and the other one does what it is told.
 */

static void open_queues(struct __test_metadata *_metadata,
			struct _test_data_pair *self, int *queue)
{
	struct vm *vm = &self->vm;
	int i;

	for (i = 0; i < 2; i++) {
		queue[i] = faults_open(vm->container, vm->dev[i].td.device, 64,
				       FAULTS_NO_EVENTFD);
		ASSERT_LE(0, queue[i]);
	}
}

static void close_queues(int *queue)
{
	close(queue[0]);
	close(queue[1]);
}

/* No record of that. The unit may tell late of accesses that it did not let pass. */
static void expect_not_blocked(struct __test_metadata *_metadata, int queue)
{
	union faults_record record;

	while (!faults_empty(queue)) {
		ASSERT_EQ(1, faults_read(queue, &record, 0));
		EXPECT_EQ((__u32)IOMMU_FAULT_DMA_UNRECOV, record.type);
	}
}

/* It was blocked once, for that */
static void expect_blocked_once(struct __test_metadata *_metadata, int queue)
{
	union faults_record record;

	ASSERT_EQ(1, faults_next(queue, IOMMU_FAULT_BLOCKED, &record, 2000));
	EXPECT_EQ((__u32)IOMMU_FAULT_BLOCKED_INVALIDATION,
		  record.blocked.reason);
	expect_not_blocked(_metadata, queue);
}

/* Device @dev of the pair comes back, with VA at @page */
static void expect_back(struct __test_metadata *_metadata,
			struct _test_data_pair *self, int dev, int page)
{
	struct vm *vm = &self->vm;
	int group = vm->dev[dev].group;

	mute(vm, dev, 0);
	ASSERT_EQ(0, vtd_unbind(vm, group, self->pasid));
	ASSERT_EQ(0, vtd_bind(vm, group, self->pasid, &self->s1));
	EXPECT_EQ(page, vtd_lands(vm, dev, self->who, VA));
}

/* Both devices are blocked, and each comes back by itself */
static void expect_both_blocked(struct __test_metadata *_metadata,
				struct _test_data_pair *self, const int *queue)
{
	struct vm *vm = &self->vm;
	int i;

	for (i = 0; i < 2; i++) {
		expect_blocked_once(_metadata, queue[i]);
		expect_blocked(_metadata, vm, i, self->who, VA,
			       vm->page[self->b].gpa);
	}
	expect_back(_metadata, self, 1, self->a);
	expect_blocked(_metadata, vm, 0, self->who, VA, vm->page[self->b].gpa);
	expect_back(_metadata, self, 0, self->a);
}

/* The other device has forgotten, goes on to forget, and nobody asks the silent one */
static void expect_other_unharmed(struct __test_metadata *_metadata,
				  struct _test_data_pair *self, int silent,
				  struct iommu_cache_invalidate_info info)
{
	struct vm *vm = &self->vm;
	struct testdev *td = &vm->dev[silent].td;
	__u64 asked = testdev_read64(td, ITD_CNT_ATC_INVS_MUTED);

	EXPECT_LT(0ULL, asked);
	EXPECT_EQ(self->b, vtd_lands(vm, !silent, self->who, VA));
	map_page(vm, &self->s1, VA, self->a);
	EXPECT_EQ(-EIO, vtd_invalidate(vm, ALL, info));
	EXPECT_EQ(self->a, vtd_lands(vm, !silent, self->who, VA));
	map_page(vm, &self->s1, VA, self->b);
	EXPECT_EQ(0, vtd_invalidate(vm, vm->dev[!silent].group, info));
	EXPECT_EQ(self->b, vtd_lands(vm, !silent, self->who, VA));
	EXPECT_EQ(asked, testdev_read64(td, ITD_CNT_ATC_INVS_MUTED));
}

static void expect_silent_alone(struct __test_metadata *_metadata,
				struct _test_data_pair *self,
				struct iommu_cache_invalidate_info info)
{
	struct vm *vm = &self->vm;
	int silent, queue[2];

	open_queues(_metadata, self, queue);
	for (silent = 0; silent < 2; silent++) {
		expect_pair(_metadata, self, self->a, self->a);
		map_page(vm, &self->s1, VA, self->b);
		expect_pair(_metadata, self, self->a, self->a);
		mute(vm, silent, ITD_INV_MUTE_ALL);
		EXPECT_EQ(-EIO, vtd_invalidate(vm, ALL, info));
		expect_blocked_once(_metadata, queue[silent]);
		expect_other_unharmed(_metadata, self, silent, info);
		expect_blocked(_metadata, vm, silent, self->who, VA,
			       vm->page[self->b].gpa);
		expect_back(_metadata, self, silent, self->b);
		map_page(vm, &self->s1, VA, self->a);
		ASSERT_EQ(0, vtd_invalidate(vm, ALL, info));
		expect_not_blocked(_metadata, queue[silent]);
		expect_not_blocked(_metadata, queue[!silent]);
	}
	close_queues(queue);
}

TEST_F(pair, silent_addr)
{
	if (!variant->ats)
		SKIP(return, "cannot happen: without ATS no device is asked");
	expect_silent_alone(_metadata, self,
			    vtd_inv_addr(self->caches, self->pasid, VA, SZ_4K,
					 1));
}

TEST_F(pair, silent_pasid)
{
	if (!variant->ats)
		SKIP(return, "cannot happen: without ATS no device is asked");
	expect_silent_alone(_metadata, self,
			    vtd_inv_pasid(self->caches, self->pasid));
}

TEST_F(pair, silent_domain)
{
	if (!variant->ats)
		SKIP(return, "cannot happen: without ATS no device is asked");
	expect_silent_alone(_metadata, self, vtd_inv_domain(self->caches));
}

/* Only one is named, and it is silent: the other one is not even asked */
TEST_F(pair, silent_named)
{
	struct iommu_cache_invalidate_info info =
		vtd_inv_pasid(self->caches, self->pasid);
	struct vm *vm = &self->vm;
	int queue[2];

	if (!variant->ats)
		SKIP(return, "cannot happen: without ATS no device is asked");
	open_queues(_metadata, self, queue);
	mute(vm, 0, ITD_INV_MUTE_ALL);
	EXPECT_EQ(0, vtd_invalidate(vm, vm->dev[1].group, info));
	expect_pair(_metadata, self, self->a, self->a);
	map_page(vm, &self->s1, VA, self->b);
	EXPECT_EQ(-EIO, vtd_invalidate(vm, vm->dev[0].group, info));
	expect_blocked_once(_metadata, queue[0]);
	EXPECT_TRUE(faults_empty(queue[1]));
	expect_blocked(_metadata, vm, 0, self->who, VA, vm->page[self->b].gpa);
	EXPECT_EQ(self->a, vtd_lands(vm, 1, self->who, VA));
	EXPECT_EQ(0, vtd_invalidate(vm, vm->dev[1].group, info));
	EXPECT_EQ(self->b, vtd_lands(vm, 1, self->who, VA));
	expect_back(_metadata, self, 0, self->b);
	close_queues(queue);
}

/* Both are: each is blocked, and comes back by itself */
TEST_F(pair, silent_both)
{
	struct vm *vm = &self->vm;
	int i, queue[2];

	if (!variant->ats)
		SKIP(return, "cannot happen: without ATS no device is asked");
	open_queues(_metadata, self, queue);
	expect_pair(_metadata, self, self->a, self->a);
	for (i = 0; i < 2; i++)
		mute(vm, i, ITD_INV_MUTE_ALL);
	EXPECT_EQ(-EIO, flush(vm, self->who));
	expect_both_blocked(_metadata, self, queue);
	ASSERT_EQ(0, flush(vm, self->who));
	expect_pair(_metadata, self, self->a, self->a);
	close_queues(queue);
}

/* Memory that left stage 2 can be reached through neither, and the other goes on */
TEST_F(pair, silent_unmap)
{
	struct vm *vm = &self->vm;
	int silent, page, queue[2];
	__u64 gpa;

	if (!variant->ats)
		SKIP(return, "cannot happen: without ATS no device is asked");
	for (silent = 0; silent < 2; silent++) {
		open_queues(_metadata, self, queue);
		gpa = guest_alloc_loose(&vm->guest);
		page = vm_watch(vm, gpa);
		map_page(vm, &self->s1, VA_2, page);
		ASSERT_EQ(0, flush(vm, self->who));
		ASSERT_EQ(page, vtd_lands(vm, 0, self->who, VA_2));
		ASSERT_EQ(page, vtd_lands(vm, 1, self->who, VA_2));
		mute(vm, silent, ITD_INV_MUTE_ALL);
		ASSERT_EQ(0, inest_dma_unmap(vm->container, gpa, SZ_4K));
		expect_blocked_once(_metadata, queue[silent]);
		expect_not_blocked(_metadata, queue[!silent]);
		EXPECT_NE(page, vtd_lands(vm, silent, self->who, VA_2));
		EXPECT_EQ(VM_NOWHERE, vtd_lands(vm, !silent, self->who, VA_2));
		EXPECT_EQ(self->a, vtd_lands(vm, !silent, self->who, VA));
		expect_blocked(_metadata, vm, silent, self->who, VA,
			       vm->page[self->b].gpa);
		expect_back(_metadata, self, silent, self->a);
		close_queues(queue);
	}
}

/*
 * The first device of a machine, which does not answer the first @silence requests of
 * each invalidation for all of the machine's devices that are made on @cpu: how many of
 * these there were, how many of them failed, and how long one took at most.
 */
struct silent_neighbour {
	struct vm *vm;
	struct vtd_table *s1;
	__u32 pasid;
	__u32 who;
	pthread_t thread;
	__u32 silence;
	unsigned int cpu;
	bool stop;
	unsigned int rounds;
	unsigned int failed;
	long long longest_ms;
	int error;
};

static int flush_silent(struct silent_neighbour *n)
{
	long long took = now_ms();
	int ret = flush(n->vm, n->who);

	took = now_ms() - took;
	if (took > n->longest_ms)
		n->longest_ms = took;
	n->failed += ret == -EIO;
	__atomic_fetch_add(&n->rounds, 1, __ATOMIC_RELAXED);
	return ret;
}

/* Binding ends the block each time, so that the device is asked again */
static void *be_silent(void *data)
{
	struct silent_neighbour *n = data;
	int group = n->vm->dev[0].group;

	on_cpu(n->cpu);
	while (!__atomic_load_n(&n->stop, __ATOMIC_RELAXED) && !n->error) {
		mute(n->vm, 0, n->silence);
		if (!flush_silent(n))
			continue;
		mute(n->vm, 0, 0);
		n->error = vtd_unbind(n->vm, group, n->pasid) ?:
			   vtd_bind(n->vm, group, n->pasid, n->s1);
	}
	return NULL;
}

static int silent_start(struct silent_neighbour *n)
{
	return pthread_create(&n->thread, NULL, be_silent, n);
}

static unsigned int silent_rounds(const struct silent_neighbour *n)
{
	return __atomic_load_n(&n->rounds, __ATOMIC_RELAXED);
}

static void silent_stop(struct silent_neighbour *n)
{
	__atomic_store_n(&n->stop, true, __ATOMIC_RELAXED);
	pthread_join(n->thread, NULL);
}

/* However often the device of another machine is silent, nobody else pays for it */
TEST_F_TIMEOUT(two_vms, silent_over_and_over, 60)
{
	struct vm *vm = self->vm;
	struct silent_neighbour n = {
		.vm = &vm[0], .s1 = &self->s1[0], .pasid = self->pasid,
		.who = self->who, .silence = ITD_INV_MUTE_ALL,
	};
	int i, failed = 0, queue;

	if (!variant->ats)
		SKIP(return, "cannot happen: without ATS no device is asked");
	queue = faults_open(vm[1].container, vm[1].dev[0].td.device, 64,
			    FAULTS_NO_EVENTFD);
	ASSERT_LE(0, queue);
	ASSERT_EQ(0, silent_start(&n));
	for (i = 0; !n.error && (i < 500 || silent_rounds(&n) < 20); i++)
		failed += flush(&vm[1], self->who) != 0;
	silent_stop(&n);
	EXPECT_EQ(0, n.error);
	EXPECT_EQ(n.rounds, n.failed);
	EXPECT_EQ(0, failed);
	EXPECT_TRUE(faults_empty(queue));
	EXPECT_EQ(self->a[1], vtd_lands(&vm[1], 0, self->who, VA));
	close(queue);
}
