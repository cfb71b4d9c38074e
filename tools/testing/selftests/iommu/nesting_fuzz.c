// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzer of the nesting interface, on the mock IOMMU
 *
 * Programs of calls are made from a description of the structures, run, and kept
 * when they take an edge of the kernel's code that none before took; KCOV says
 * so. Each worker is a process with devices and PASIDs of its own. What the
 * kernel answers is held against an independent reading of the contract.
 */
#define _GNU_SOURCE
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../kselftest.h"
#include "fuzz.h"
#include "iommu-nesting.h"

#define EDU_VENDOR_ID	0x1234
#define EDU_DEVICE_ID	0x11e8
#define MAX_DEVICES	(FUZZ_WORKERS * FUZZ_DEVICES)

#define MOCK		"/sys/kernel/debug/iommu_nesting_mock"

#define PROGRESS_SECONDS	5
#define SECONDS_DEFAULT		20
#define SEED_DEFAULT		1

/* Programs run before a worker turns to the next arrangement of containers */
#define PROGRAMS_IN_A_ROW	256

static struct {
	double		seconds;
	__u64		inputs;
	__u64		seed;
	int		workers;
	const char	*corpus;
	bool		dump;
	bool		trace;
	bool		selftest;
} options = { .seed = SEED_DEFAULT };

static struct inest_bdf devices[MAX_DEVICES];
static int device_count;

/* One device of each group */
static const char *groups[MAX_DEVICES];
static int group_count;

static struct fuzz_shared *shared;
static struct fuzz_cov *cov;
static double start;

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static bool stopped(void)
{
	if (__atomic_load_n(&shared->stop, __ATOMIC_ACQUIRE))
		return true;
	return shared->limit && fuzz_total_inputs(shared) >= shared->limit;
}

static int workers_possible(void)
{
	int n = options.workers ?: (int)sysconf(_SC_NPROCESSORS_ONLN);

	if (n > FUZZ_WORKERS)
		n = FUZZ_WORKERS;
	return n < group_count ? n : group_count;
}

static bool setup(struct fuzz_worker *w, int index, int workers)
{
	int each = group_count / workers, i;

	memset(w, 0, sizeof(*w));
	w->shared = shared;
	w->stats = &shared->stats[index];
	w->cov = cov;
	w->trace = options.trace;
	if (each > FUZZ_DEVICES)
		each = FUZZ_DEVICES;
	for (i = 0; i < each; i++)
		w->machine.bdf[i] = groups[index * each + i];
	if (fuzz_exec_init() || fuzz_machine_init(&w->machine, each))
		return fuzz_violation(w, "no memory, or not a mock device");
	if (!fuzz_cov_open(cov))
		__atomic_store_n(&shared->covered, true, __ATOMIC_RELAXED);
	return true;
}

/* This worker's share of the stored programs of an arrangement */
static bool replay(struct fuzz_worker *w, int index, int workers, __u32 stored)
{
	__u32 i;

	for (i = index; i < stored && !stopped(); i += workers)
		if (shared->corpus[i].env == w->env &&
		    fuzz_exec(w, &shared->corpus[i]) < 0)
			return false;
	return true;
}

static bool fuzz_one(struct fuzz_worker *w, struct fuzz_rand *rand)
{
	const struct fuzz_prog *from = fuzz_corpus_pick(shared, rand);
	const struct fuzz_prog *other = fuzz_corpus_pick(shared, rand);
	struct fuzz_prog prog;

	if (!from || !other || fuzz_one_in(rand, 3)) {
		fuzz_gen_prog(&prog, rand, w->env);
	} else {
		prog = *from;
		prog.env = w->env;
		fuzz_mutate(&prog, rand, other);
	}
	return fuzz_exec_variants(w, &prog, rand);
}

/*
 * Programs in one arrangement; then everything is closed with what the last one
 * left bound, and nothing may be left.
 */
static bool round_of(struct fuzz_worker *w, struct fuzz_rand *rand,
		     unsigned int env, int programs)
{
	if (!fuzz_exec_open(w, env))
		return false;
	while (programs-- && !stopped()) {
		w->keep = !programs;
		if (!fuzz_one(w, rand))
			return false;
	}
	w->keep = false;
	w->prog = NULL;
	w->stats->cycles++;
	fuzz_machine_close(&w->machine, fuzz_next(rand) % 6);
	return fuzz_check_idle(w);
}

static bool replay_all(struct fuzz_worker *w, int index, int workers)
{
	__u32 stored = fuzz_corpus_count(shared);
	unsigned int env;

	for (env = 0; env < fuzz_env_count; env++) {
		if (!fuzz_exec_open(w, env) ||
		    !replay(w, index, workers, stored))
			return false;
		w->prog = NULL;
		fuzz_machine_close(&w->machine, env);
		if (!fuzz_check_idle(w))
			return false;
	}
	return true;
}

static int work(int index, int workers)
{
	static const unsigned char turns[] = { 0, 1, 5, 0, 2, 6, 1, 3, 0, 4 };
	static struct fuzz_worker w;
	struct fuzz_rand rand;
	unsigned int turn = index;

	fuzz_seed(&rand, options.seed + ((__u64)index << 32));
	if (!setup(&w, index, workers) || !replay_all(&w, index, workers))
		return 1;
	while (!stopped())
		if (!round_of(&w, &rand, turns[turn++ % sizeof(turns)],
			      PROGRAMS_IN_A_ROW))
			return 1;
	return 0;
}

static int dump(void)
{
	static struct fuzz_worker w;

	if (!setup(&w, 0, 1))
		return 1;
	return fuzz_corpus_dump(&w) ? 1 : 0;
}

/* A worker that dies is a violation even if it can't say so */
static bool reap(bool wait)
{
	int status = 0;
	pid_t pid = waitpid(-1, &status, wait ? 0 : WNOHANG);

	if (pid <= 0)
		return false;
	if (status && !shared->violated) {
		shared->violated = true;
		snprintf(shared->why, sizeof(shared->why),
			 "a worker ended with status 0x%x", status);
	}
	return true;
}

static void start_child(int index, int workers)
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid < 0)
		ksft_exit_fail_msg("fork: %s\n", strerror(errno));
	if (pid)
		return;
	index = index < 0 ? dump() : work(index, workers);
	fflush(NULL);
	_exit(index);
}

static void watch(int running)
{
	double said = start;

	while (running) {
		usleep(100000);
		running -= reap(false);
		if (shared->violated ||
		    (options.seconds && now() - start >= options.seconds))
			__atomic_store_n(&shared->stop, true, __ATOMIC_RELEASE);
		if (now() - said < PROGRESS_SECONDS)
			continue;
		said = now();
		fuzz_progress(shared, cov, said - start);
	}
}

static void *map_shared(size_t size)
{
	void *mem = mmap(NULL, size, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (mem == MAP_FAILED)
		ksft_exit_fail_msg("mmap: %s\n", strerror(errno));
	return mem;
}

static void add_to_groups(const char *bdf)
{
	int number = inest_pci_group(bdf), i;

	for (i = 0; i < group_count; i++)
		if (inest_pci_group(groups[i]) == number)
			return;
	groups[group_count++] = bdf;
}

static void claim_devices(void)
{
	int i, ret;

	if (access(MOCK, F_OK))
		ksft_exit_skip("no mock IOMMU (CONFIG_IOMMU_NESTING_MOCK)\n");
	device_count = inest_pci_find(EDU_VENDOR_ID, EDU_DEVICE_ID, devices,
				      MAX_DEVICES);
	if (device_count <= 0)
		ksft_exit_skip("no edu device (PCI 1234:11e8)\n");
	if (device_count > MAX_DEVICES)
		device_count = MAX_DEVICES;
	for (i = 0; i < device_count; i++) {
		ret = inest_pci_claim(devices[i].text);
		if (ret)
			ksft_exit_fail_msg("%s: vfio-pci: %s\n",
					   devices[i].text, strerror(-ret));
		add_to_groups(devices[i].text);
	}
}

static void release_devices(void)
{
	int i;

	for (i = 0; i < device_count; i++)
		inest_pci_restore(devices[i].text);
}

static int fuzz(void)
{
	int workers, i, failed;

	ksft_print_header();
	ksft_set_plan(3);
	claim_devices();
	shared = map_shared(sizeof(*shared));
	cov = map_shared(fuzz_cov_size());
	if (fuzz_corpus_load(shared, options.corpus))
		return KSFT_FAIL;
	shared->limit = options.inputs;
	workers = workers_possible();
	ksft_print_msg("seed %llu, %d workers, %d groups, %u stored programs\n",
		       options.seed, workers, group_count,
		       fuzz_corpus_count(shared));
	start = now();
	for (i = 0; i < workers; i++)
		start_child(i, workers);
	watch(workers);
	failed = fuzz_report(shared, cov, now() - start);
	if (options.dump && !failed) {
		start_child(-1, 1);
		reap(true);
		failed = shared->violated;
	}
	release_devices();
	return failed ? KSFT_FAIL : KSFT_PASS;
}

static int bad_usage(const char *name)
{
	fprintf(stderr,
		"usage: %s [--seconds N] [--inputs N] [--seed N] [--workers N] [--corpus FILE] [--dump] [--trace] | --selftest\n",
		name);
	return KSFT_FAIL;
}

static bool number(const char *text, __u64 *value)
{
	char *end;

	*value = strtoull(text, &end, 0);
	return *text && !*end;
}

static bool parse_option(int opt, const char *text)
{
	__u64 value = 0;

	if (strchr("sinw", opt) && !number(text, &value))
		return false;
	switch (opt) {
	case 's':
		options.seconds = value;
		return value;
	case 'i':
		options.inputs = value;
		return value;
	case 'n':
		options.seed = value;
		return true;
	case 'w':
		options.workers = value;
		return value > 0 && value <= FUZZ_WORKERS;
	case 'c':
		options.corpus = text;
		return true;
	case 'd':
		return options.dump = true;
	case 't':
		return options.trace = true;
	case 'x':
		return options.selftest = true;
	default:
		return false;
	}
}

int main(int argc, char **argv)
{
	static const struct option known[] = {
		{ "seconds", required_argument, NULL, 's' },
		{ "inputs", required_argument, NULL, 'i' },
		{ "seed", required_argument, NULL, 'n' },
		{ "workers", required_argument, NULL, 'w' },
		{ "corpus", required_argument, NULL, 'c' },
		{ "dump", no_argument, NULL, 'd' },
		{ "trace", no_argument, NULL, 't' },
		{ "selftest", no_argument, NULL, 'x' },
		{ }
	};
	int opt;

	while ((opt = getopt_long(argc, argv, "", known, NULL)) != -1)
		if (!parse_option(opt, optarg))
			return bad_usage(argv[0]);
	if (optind < argc)
		return bad_usage(argv[0]);
	if (options.selftest)
		return fuzz_selftest();
	if (!options.seconds && !options.inputs)
		options.seconds = SECONDS_DEFAULT;
	return fuzz();
}
