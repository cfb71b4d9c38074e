/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: forks, exits and execs with things bound */

#define AFTER_EXEC	"--after-exec"

/* Results of a process that is no child of the test, told one after the other */
static void say_all(struct peer *test, const int *results, int n)
{
	int i;

	for (i = 0; i < n; i++)
		peer_say(test, results[i]);
}

struct child {
	struct world *w;
	int pasid;
};

/* The container is its opener's, whoever uses it */
static void use_inherited(struct peer *test, void *data)
{
	struct world *w = ((struct child *)data)->w;
	int results[] = {
		inest_pasid_alloc(w->vm.container, 1, PASID_MAX),
		bind_pasid(&w->vm, ALL, w->q, MOCK_PGTBL_2),
		inv_pasid(&w->vm, ALL, IOTLB, w->p),
		inest_pasid_free(w->vm.container, w->p, w->p),
	};

	say_all(test, results, ARRAY_SIZE(results));
}

TEST_F(vtd, fork_present)
{
	struct world *w = &self->w;
	struct child child = { .w = w };
	struct peer peer;
	int pasid;

	ASSERT_EQ(0, peer_start(&peer, use_inherited, &child));
	pasid = peer_hear(&peer);
	EXPECT_LT(0, pasid);
	EXPECT_EQ(0, peer_hear(&peer));
	EXPECT_EQ(0, peer_hear(&peer));
	EXPECT_EQ(0, peer_hear(&peer));
	EXPECT_EQ(0, peer_wait(&peer));

	/* The child is gone, and what it did stays */
	EXPECT_EQ(w->available, quota_left(w->vm.container));
	EXPECT_EQ(1, COUNT_STAGE1(&w->vm, PGTBL_LINE, w->q, MOCK_PGTBL_2));
	EXPECT_EQ(0, COUNT_STAGE1(&w->vm, "pasid %d", w->p));
	EXPECT_EQ(0, inest_pasid_free(w->vm.container, pasid, pasid));
}

/* Even when the opener itself has never asked for a PASID */
static void allocate_in_child(struct peer *test, void *data)
{
	struct mock_vm *vm = data;

	peer_say(test, inest_pasid_alloc(vm->container, 1, PASID_MAX));
}

TEST(fork_allocates_first)
{
	struct mock_vm vm;
	struct peer peer;
	int pasid;

	expect_fresh(_metadata);
	ASSERT_EQ(0, mock_vm_open(&vm, VTD, 0, 1));
	ASSERT_EQ(0, peer_start(&peer, allocate_in_child, &vm));
	pasid = peer_hear(&peer);
	EXPECT_LT(0, pasid);
	EXPECT_EQ(0, peer_wait(&peer));
	EXPECT_EQ(mock_quota() - 1, quota_left(vm.container));
	EXPECT_EQ(0, bind_pasid(&vm, ALL, pasid, MOCK_PGTBL));
	mock_vm_close(&vm);
	EXPECT_TRUE(all_idle());
}

/* A container of the child's own: neither has the other's PASIDs */
static void open_own(struct peer *test, void *data)
{
	struct child *child = data;
	struct mock_vm own;
	int results[3];

	results[0] = mock_vm_open(&own, VTD, 1, 1);
	results[1] = bind_pasid(&own, ALL, child->pasid, MOCK_PGTBL);
	results[2] = inest_pasid_free(own.container, child->pasid,
				      child->pasid);
	say_all(test, results, ARRAY_SIZE(results));
	mock_vm_close(&own);
}

TEST_F(vtd, fork_is_no_owner)
{
	struct child child = { .w = &self->w, .pasid = self->w.q };
	struct peer peer;

	ASSERT_EQ(0, peer_start(&peer, open_own, &child));
	EXPECT_EQ(0, peer_hear(&peer));
	EXPECT_EQ(-EPERM, peer_hear(&peer));
	EXPECT_EQ(-EPERM, peer_hear(&peer));
	EXPECT_EQ(0, peer_wait(&peer));
	EXPECT_TRUE(world_unchanged(&self->w));
}

/* The opener exits with things bound; its child goes on with the container */
static void outlive_opener(struct peer *test, void *data)
{
	struct iommu_cache_invalidate_info all = inest_inv_all(ALL_CACHES);
	pid_t opener = getpid();
	struct world w;
	int ret = world_open(&w, VTD, 1, 1);
	int results[7];

	ret = ret ?: bind_rid(&w.vm, ALL, MOCK_PGTBL_2);
	if (fork())
		_exit(0);
	wait_for_orphanage(opener);
	results[0] = ret;
	results[1] = EVENTUALLY(!mock_has(w.vm.bdf[0], "stage1", "pasid %d",
					  w.p));
	results[2] = inest_pasid_alloc(w.vm.container, 1, PASID_MAX);
	results[3] = bind_pasid(&w.vm, ALL, w.q, MOCK_PGTBL);
	results[4] = inv_pasid(&w.vm, ALL, IOTLB, w.p);
	results[5] = inest_pasid_free(w.vm.container, w.q, w.q);
	results[6] = inest_cache_invalidate(w.vm.container, ALL, &all);
	say_all(test, results, ARRAY_SIZE(results));
	peer_say(test, COUNT_STAGE1(&w.vm, RID_LINE, MOCK_PGTBL_2));
	mock_vm_close(&w.vm);
	peer_say(test, w.p);
}

TEST_F(vtd, fork_gone)
{
	struct peer peer;
	int pasid;

	ASSERT_EQ(0, peer_start(&peer, outlive_opener, NULL));
	EXPECT_EQ(0, peer_hear(&peer));
	EXPECT_EQ(1, peer_hear(&peer));
	EXPECT_EQ(-ESRCH, peer_hear(&peer));
	EXPECT_EQ(-EPERM, peer_hear(&peer));
	EXPECT_EQ(-EPERM, peer_hear(&peer));
	EXPECT_EQ(-EPERM, peer_hear(&peer));
	EXPECT_EQ(0, peer_hear(&peer));
	EXPECT_EQ(1, peer_hear(&peer));
	pasid = peer_hear(&peer);
	peer_wait(&peer);
	reap_orphans();
	EXPECT_TRUE(pasid_is_free(&self->w.vm, pasid));
	EXPECT_TRUE(world_unchanged(&self->w));
}

static void keep_over_exec(int fd)
{
	fcntl(fd, F_SETFD, fcntl(fd, F_GETFD) & ~FD_CLOEXEC);
}

/* The same process in a new address space: its PASIDs went with the old one */
static void exec_with_things_bound(struct peer *test, void *data)
{
	char fd[16], pasid[16], out[16];
	struct world w;

	if (world_open(&w, VTD, 1, 1))
		_exit(1);
	keep_over_exec(w.vm.container);
	keep_over_exec(w.vm.group[0]);
	keep_over_exec(w.vm.device[0]);
	snprintf(fd, sizeof(fd), "%d", w.vm.container);
	snprintf(pasid, sizeof(pasid), "%d", w.p);
	snprintf(out, sizeof(out), "%d", test->out);
	execl("/proc/self/exe", "nesting_mock", AFTER_EXEC, fd, pasid, out,
	      w.vm.bdf[0], NULL);
	_exit(1);
}

/* What main() does then */
static int after_exec(int argc, char **argv)
{
	struct peer test = { .in = -1 };
	struct mock_vm vm = { .devices = 1 };
	int pasid, results[5];

	if (argc != 6)
		return 1;
	vm.container = atoi(argv[2]);
	pasid = atoi(argv[3]);
	test.out = atoi(argv[4]);
	vm.bdf[0] = argv[5];
	results[0] = EVENTUALLY(!mock_lines(vm.bdf[0], "stage1"));
	results[1] = inest_pasid_alloc(vm.container, 1, PASID_MAX);
	results[2] = bind_pasid(&vm, ALL, pasid, MOCK_PGTBL);
	results[3] = inest_pasid_free(vm.container, pasid, pasid);
	results[4] = pasid;
	say_all(&test, results, ARRAY_SIZE(results));
	return 0;
}

TEST_F(vtd, exec_while_bound)
{
	struct peer peer;

	ASSERT_EQ(0, peer_start(&peer, exec_with_things_bound, NULL));
	EXPECT_EQ(1, peer_hear(&peer));
	EXPECT_EQ(-ESRCH, peer_hear(&peer));
	EXPECT_EQ(-EPERM, peer_hear(&peer));
	EXPECT_EQ(-EPERM, peer_hear(&peer));
	EXPECT_TRUE(pasid_is_free(&self->w.vm, peer_hear(&peer)));
	EXPECT_EQ(0, peer_wait(&peer));
	EXPECT_TRUE(world_unchanged(&self->w));
}

/* A thread that exits is no process that does */
static void *alloc_and_exit(void *data)
{
	struct world *w = data;

	return (void *)(intptr_t)inest_pasid_alloc(w->vm.container, 1,
						   PASID_MAX);
}

TEST_F(vtd, thread_exits)
{
	struct world *w = &self->w;
	pthread_t thread;
	void *pasid;

	ASSERT_EQ(0, pthread_create(&thread, NULL, alloc_and_exit, w));
	ASSERT_EQ(0, pthread_join(thread, &pasid));
	ASSERT_LT(0, (intptr_t)pasid);
	EXPECT_EQ(0, bind_pasid(&w->vm, ALL, (intptr_t)pasid, MOCK_PGTBL));
	EXPECT_EQ(w->available - 1, quota_left(w->vm.container));
}

/* Closes what the letters say: c(ontainer), g(roup), d(evice) */
static void close_some(struct mock_vm *vm, const char *order, int n)
{
	int i;

	for (i = 0; i < n; i++)
		mock_close(order[i] == 'c' ? &vm->container :
			   order[i] == 'g' ? &vm->group[0] : &vm->device[0]);
}

FIXTURE(close_order) {
	struct world w;
};

FIXTURE_VARIANT(close_order) {
	const char *order;
};

FIXTURE_VARIANT_ADD(close_order, dgc) { .order = "dgc" };
FIXTURE_VARIANT_ADD(close_order, dcg) { .order = "dcg" };
FIXTURE_VARIANT_ADD(close_order, gdc) { .order = "gdc" };
FIXTURE_VARIANT_ADD(close_order, gcd) { .order = "gcd" };
FIXTURE_VARIANT_ADD(close_order, cdg) { .order = "cdg" };
FIXTURE_VARIANT_ADD(close_order, cgd) { .order = "cgd" };

FIXTURE_SETUP(close_order)
{
	expect_fresh(_metadata);
}

FIXTURE_TEARDOWN(close_order)
{
	EXPECT_TRUE(EVENTUALLY(all_idle()));
	EXPECT_EQ(0, splat_count());
}

/* Nothing goes before the group's last file does */
TEST_F(close_order, while_bound)
{
	struct world *w = &self->w;
	bool there;
	int n;

	ASSERT_EQ(0, world_open(w, VTD, 0, 1));
	for (n = 0; n <= 3; n++) {
		close_some(&w->vm, variant->order, n);
		there = w->vm.group[0] >= 0 || w->vm.device[0] >= 0;
		EXPECT_EQ(there, mock_lines(w->vm.bdf[0], "stage1"))
			TH_LOG("%d closed", n);
		EXPECT_EQ(there, mock_lines(w->vm.bdf[0], "tlb"));
	}
	EXPECT_TRUE(all_idle());
	mock_vm_close(&w->vm);
	ASSERT_EQ(0, mock_vm_open(&w->vm, VTD, 0, 1));
	EXPECT_TRUE(pasid_is_free(&w->vm, w->p));
	EXPECT_TRUE(pasid_is_free(&w->vm, w->q));
	mock_vm_close(&w->vm);
}

struct dying {
	const char *order;
	int closed;
};

static void bind_and_wait(struct peer *test, void *data)
{
	struct dying *dying = data;
	struct world w;
	int ret = world_open(&w, VTD, 0, 1);

	if (!ret)
		close_some(&w.vm, dying->order, dying->closed);
	peer_say(test, ret ?: w.p);
	peer_hear(test);
}

/* Some of the files closed, the rest by the end of the process */
TEST_F_TIMEOUT(close_order, process_ends, 60)
{
	struct dying dying = { .order = variant->order };
	struct peer peer;
	int pasid, killed;

	for (dying.closed = 0; dying.closed <= 3; dying.closed++) {
		for (killed = 0; killed < 2; killed++) {
			ASSERT_EQ(0, peer_start(&peer, bind_and_wait, &dying));
			pasid = peer_hear(&peer);
			EXPECT_LT(0, pasid);
			EXPECT_EQ(killed ? -SIGKILL : 0,
				  killed ? peer_kill(&peer) :
					   peer_wait(&peer));
			EXPECT_TRUE(EVENTUALLY(all_idle()));
			ASSERT_EQ(0, mock_vm_open(&self->w.vm, VTD, 0, 1));
			EXPECT_TRUE(EVENTUALLY(pasid_is_free(&self->w.vm,
							     pasid)));
			mock_vm_close(&self->w.vm);
		}
	}
}
