/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests: page requests from everywhere, and responses against what else answers. The
 * device counts: as many answers as it asked for, and what user space was told of
 * each response is what the device got.
 */

#define STORM_THREADS	64
#define STORM_ROUNDS	25
/* A busy machine may take longer than the time-out's 10 s for a storm */
#define STORM_PATIENCE_MS	200000
#define RACE_ROUNDS	10000
#define LATE_ROUNDS	1000

/* More than the time-out of one millisecond takes by the clock's ticks */
#define LATE		16

struct storm {
	struct world *w;
	pthread_barrier_t start;
	int threads;
	int stop;
	long long answered;
};

/* A channel of the device has one request at a time, and 64 wait at most */
static void *storm_ask(void *data)
{
	struct storm *storm = data;
	struct world *w = storm->w;
	int me = __atomic_fetch_add(&storm->threads, 1, __ATOMIC_RELAXED);
	int i, ret = 0;

	pthread_barrier_wait(&storm->start);
	for (i = 0; i < STORM_ROUNDS && !ret; i++)
		do {
			ret = ask(w, 0, me % 2 ? w->p : w->q,
				  me * STORM_ROUNDS + i);
		} while (ret == -ENOSPC && !usleep(10000));
	return (void *)(intptr_t)ret;
}

static void *storm_answer(void *data)
{
	struct storm *storm = data;
	struct mock_vm *vm = &storm->w->vm;
	union faults_record record;
	int ret = 0;

	while (!ret) {
		ret = faults_read(vm->faults[0], &record, 100);
		if (ret == -ETIMEDOUT && !storm->stop)
			ret = 0;
		else if (ret == 1)
			ret = faults_respond(vm->container, vm->device[0],
					     &record, IOMMU_PAGE_RESP_SUCCESS);
		else
			break;
		storm->answered += !ret && record.type == IOMMU_FAULT_PAGE_REQ;
		memset(&record, 0, sizeof(record));
	}
	return (void *)(intptr_t)(ret == -ETIMEDOUT ? 0 : ret);
}

TEST_F_TIMEOUT(faults, storm, 300)
{
	struct storm storm = { .w = &self->w };
	pthread_t asking[STORM_THREADS], answering;
	struct counts c = { 0 };
	void *result;
	int i;

	ASSERT_EQ(0, set_timeout_ms(STORM_PATIENCE_MS));
	ASSERT_EQ(0, reopen_faults(&self->w, 0, IOMMU_FAULT_QUEUE_ENTRIES_MAX));
	pthread_barrier_init(&storm.start, NULL, STORM_THREADS);
	for (i = 0; i < STORM_THREADS; i++)
		ASSERT_EQ(0, pthread_create(&asking[i], NULL, storm_ask,
					    &storm));
	ASSERT_EQ(0, pthread_create(&answering, NULL, storm_answer, &storm));
	for (i = 0; i < STORM_THREADS; i++) {
		ASSERT_EQ(0, pthread_join(asking[i], &result));
		EXPECT_EQ(0, (intptr_t)result);
	}
	storm.stop = 1;
	ASSERT_EQ(0, pthread_join(answering, &result));
	EXPECT_EQ(0, (intptr_t)result);
	EXPECT_EQ(STORM_THREADS * STORM_ROUNDS, storm.answered);
	EXPECT_EQ(0, waiting(&self->w, 0));
	counts_since(self->w.vm.bdf[0], self->before, &c);
	EXPECT_EQ(STORM_THREADS * STORM_ROUNDS, c.sent);
	EXPECT_EQ(STORM_THREADS * STORM_ROUNDS, c.success);
}

/* 64 at once, and nobody who answers: a queue for 16 takes 16, the host the rest */
TEST_F_TIMEOUT(faults, storm_without_an_answer, 120)
{
	struct storm storm = { .w = &self->w };
	pthread_t asking[STORM_THREADS];
	long long lost = 0, taken = 0;
	union faults_record record;
	struct counts c = { 0 };
	int i;

	ASSERT_EQ(0, set_timeout_ms(STORM_PATIENCE_MS));
	ASSERT_EQ(0, reopen_faults(&self->w, 0, 16));
	pthread_barrier_init(&storm.start, NULL, STORM_THREADS);
	for (i = 0; i < STORM_THREADS; i++)
		ASSERT_EQ(0, pthread_create(&asking[i], NULL, storm_ask,
					    &storm));
	for (i = 0; i < STORM_THREADS; i++)
		ASSERT_EQ(0, pthread_join(asking[i], NULL));
	EXPECT_EQ(16, waiting(&self->w, 0));
	while (faults_read(self->w.vm.faults[0], &record, 0) == 1) {
		taken += record.type == IOMMU_FAULT_PAGE_REQ;
		if (record.type == IOMMU_FAULT_LOST) {
			lost += record.lost.records;
			EXPECT_EQ(lost, (long long)record.lost.seq);
			EXPECT_EQ(record.lost.records, record.lost.answered);
		}
	}
	EXPECT_EQ(16, taken);
	EXPECT_EQ(STORM_THREADS * STORM_ROUNDS - 16, lost);
	counts_since(self->w.vm.bdf[0], self->before, &c);
	EXPECT_EQ(lost, c.invalid);
}

/**
 * struct duel - A response against something else that answers, round for round
 * @w: the world
 * @start: both wait for each other before a round
 * @end: and after it
 * @rounds: how many
 * @rival: what else answers
 * @late: the response may come up to so many milliseconds late
 * @taken: responses that were the device's answer
 * @error: what went wrong
 */
struct duel {
	struct world *w;
	pthread_barrier_t start;
	pthread_barrier_t end;
	int rounds;
	int (*rival)(struct world *w);
	int late;
	long long taken;
	int error;
};

static void *duel_respond(void *data)
{
	struct duel *duel = data;
	int i, ret;

	for (i = 0; i < duel->rounds; i++) {
		pthread_barrier_wait(&duel->start);
		if (duel->late)
			usleep(i % (duel->late * 8) * 125);
		ret = respond(&duel->w->vm, 0, duel->w->p, 1,
			      IOMMU_PAGE_RESP_SUCCESS);
		if (!ret)
			duel->taken++;
		else if (ret != -ENOENT)
			duel->error = ret;
		pthread_barrier_wait(&duel->end);
	}
	return NULL;
}

/* Whoever is faster by a little, or by more: the advantage wanders */
static void wander(int round)
{
	int n;

	if (round % 4 == 3)
		usleep(round % 7 * 100);
	for (n = 0; n < round % 97 * 40; n++)
		__asm__ __volatile__("" ::: "memory");
}

static int duel_round(struct duel *duel, int round)
{
	struct world *w = duel->w;
	int ret = ask(w, 0, w->p, 1);

	pthread_barrier_wait(&duel->start);
	wander(round);
	ret = duel->rival(w) ?: ret;
	pthread_barrier_wait(&duel->end);
	if (!ret && waiting(w, 0))
		ret = -EBUSY;
	world_drain(w, 0);
	return ret;
}

static int rival_unbind(struct world *w)
{
	return unbind_pasid(&w->vm, ALL, w->p);
}

static int rival_close(struct world *w)
{
	mock_close(&w->vm.faults[0]);
	return 0;
}

static int rival_timeout(struct world *w)
{
	return EVENTUALLY(!waiting(w, 0)) ? 0 : -ETIMEDOUT;
}

/* What the rival took away is there again for the next round */
static int duel_ready(struct world *w)
{
	int ret = bind_pasid(&w->vm, ALL, w->p, MOCK_PGTBL);

	if (ret == -EBUSY)
		ret = 0;
	return ret || w->vm.faults[0] >= 0 ? ret :
	       mock_vm_open_faults(&w->vm, 0, ENTRIES);
}

/* Returns how many responses were the answer, or a negative errno */
static long long run_duel(struct world *w, int (*rival)(struct world *w),
			  int rounds)
{
	struct duel duel = {
		.w = w, .rounds = rounds, .rival = rival,
		.late = rival == rival_timeout ? LATE : 0,
	};
	pthread_t thread;
	int i, ret;

	pthread_barrier_init(&duel.start, NULL, 2);
	pthread_barrier_init(&duel.end, NULL, 2);
	ret = pthread_create(&thread, NULL, duel_respond, &duel);
	if (ret)
		return -ret;
	for (i = 0; i < rounds; i++) {
		ret = duel_ready(w);
		ret = duel_round(&duel, i) ?: ret;
		if (ret)
			duel.error = ret;
	}
	pthread_join(thread, NULL);
	return duel.error ?: (long long)duel.taken;
}

static void expect_duel(struct __test_metadata *_metadata, struct world *w,
			const struct counts *before, long long taken,
			int rounds)
{
	struct counts c = { 0 };

	counts_since(w->vm.bdf[0], before, &c);
	printf("# %lld of %d answered by user space\n", taken, rounds);
	EXPECT_LT(0, taken);
	EXPECT_GT(rounds, taken);
	EXPECT_EQ(rounds, c.sent);
	EXPECT_EQ(taken, c.success);
	EXPECT_EQ(rounds - taken, c.invalid);
	EXPECT_EQ(0, c.stray);
	EXPECT_EQ(0, splat_count());
}

TEST_F_TIMEOUT(faults, response_against_unbind, 900)
{
	long long taken = run_duel(&self->w, rival_unbind, RACE_ROUNDS);

	ASSERT_LE(0, taken);
	expect_duel(_metadata, &self->w, self->before, taken, RACE_ROUNDS);
}

TEST_F_TIMEOUT(faults, response_against_close, 300)
{
	long long taken = run_duel(&self->w, rival_close, LATE_ROUNDS);

	ASSERT_LE(0, taken);
	expect_duel(_metadata, &self->w, self->before, taken, LATE_ROUNDS);
}

TEST_F_TIMEOUT(faults, response_against_timeout, 300)
{
	long long taken;

	ASSERT_EQ(0, set_timeout_ms(1));
	taken = run_duel(&self->w, rival_timeout, LATE_ROUNDS);
	ASSERT_LE(0, taken);
	expect_duel(_metadata, &self->w, self->before, taken, LATE_ROUNDS);
}
