// SPDX-License-Identifier: GPL-2.0-only
/* Measuring calls in guest instructions and in work for a VT-d unit */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench.h"
#include "qemu/model/include/hw/i386/intel-iommu-counters.h"

#define RUNS		201
#define WARM_UP		20

/* A call that does the same each time is not counted as anything else */
#define SPREAD_MAX	2

#define PAGE		4096UL
#define WAIT_TYPE	5
#define DESC_TYPES	16

/* NULL when the unit has none */
static const unsigned char *counters;

#ifdef __x86_64__
/* The fences keep nothing out that instructions count; they order the reads */
static __u64 instructions(void)
{
	__u32 low, high;

	asm volatile("lfence; rdtsc; lfence" : "=a" (low), "=d" (high) : :
		     "memory");
	return (__u64)high << 32 | low;
}
#else
static __u64 instructions(void)
{
	return 0;
}
#endif

/**
 * bench_open_unit - Find the counters of the model's unit
 *
 * Return: 0 or a negative errno
 */
int bench_open_unit(void)
{
	int fd = open("/dev/mem", O_RDONLY | O_SYNC | O_CLOEXEC);
	void *page;
	int ret;

	if (fd < 0)
		return -errno;
	page = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd,
		    VTD_COUNTERS_ADDR & ~(PAGE - 1));
	ret = page == MAP_FAILED ? -errno : 0;
	close(fd);
	if (!ret)
		counters = (const unsigned char *)page +
			   (VTD_COUNTERS_ADDR & (PAGE - 1));
	return ret;
}

static __u64 counter(unsigned int offset)
{
	return __atomic_load_n((const __u64 *)(counters + offset),
			       __ATOMIC_RELAXED);
}

static struct bench_unit read_unit(void)
{
	struct bench_unit unit = { 0 };
	int type;

	if (!counters)
		return unit;
	unit.doorbells = counter(VTD_CNT_DOORBELLS);
	unit.waits = counter(VTD_CNT_DESC_WAIT);
	for (type = 0; type < DESC_TYPES; type++)
		if (type != WAIT_TYPE)
			unit.descriptors += counter(VTD_CNT_DESC(type));
	return unit;
}

static struct bench_unit unit_since(const struct bench_unit *before)
{
	struct bench_unit unit = read_unit();

	unit.doorbells -= before->doorbells;
	unit.waits -= before->waits;
	unit.descriptors -= before->descriptors;
	return unit;
}

static bool same_unit(const struct bench_unit *a, const struct bench_unit *b)
{
	return a->doorbells == b->doorbells && a->waits == b->waits &&
	       a->descriptors == b->descriptors;
}

/* One run, with its instructions in @count */
static int run(struct bench *b, const struct bench_call *call, __u64 *count,
	       struct bench_unit *unit)
{
	int ret = call->prepare ? call->prepare(b) : 0;
	struct bench_unit before;
	__u64 start;

	if (ret < 0)
		return ret;
	before = read_unit();
	start = instructions();
	ret = call->call(b);
	*count = instructions() - start;
	if (ret < 0)
		return -errno;
	*unit = unit_since(&before);
	return 0;
}

static int compare(const void *a, const void *b)
{
	__u64 x = *(const __u64 *)a, y = *(const __u64 *)b;

	return x < y ? -1 : x > y;
}

/**
 * bench_measure - Make a call many times
 * @b: what it is made on
 * @call: the call
 * @cost: filled in
 *
 * The median leaves out runs that were interrupted.
 *
 * Return: 0 or a negative errno
 */
int bench_measure(struct bench *b, const struct bench_call *call,
		  struct bench_cost *cost)
{
	__u64 count[RUNS], ignored;
	struct bench_unit unit;
	int i, ret;

	cost->steady = true;
	for (i = -WARM_UP; i < RUNS; i++) {
		ret = run(b, call, i < 0 ? &ignored : &count[i], &unit);
		if (ret)
			return ret;
		if (i == 0)
			cost->unit = unit;
		if (i > 0 && !same_unit(&unit, &cost->unit))
			cost->steady = false;
	}
	qsort(count, RUNS, sizeof(count[0]), compare);
	cost->lower = count[RUNS / 4];
	cost->instructions = count[RUNS / 2];
	cost->upper = count[3 * RUNS / 4];
	return 0;
}

/**
 * bench_call_nothing - The call that costs what measuring costs
 * @b: unused
 *
 * Return: 0
 */
int bench_call_nothing(struct bench *b)
{
	(void)b;
	return 0;
}

/**
 * bench_call_getppid - The least that a system call costs
 * @b: unused
 *
 * Return: a process id
 */
int bench_call_getppid(struct bench *b)
{
	(void)b;
	return syscall(SYS_getppid);
}

/**
 * bench_counts_instructions - Does a call that repeats count the same
 * @b: passed on
 * @cost: filled in, of a getppid
 *
 * Return: true when it does
 */
bool bench_counts_instructions(struct bench *b, struct bench_cost *cost)
{
	const struct bench_call getppid = {
		.name = "getppid",
		.call = bench_call_getppid,
	};

	return !bench_measure(b, &getppid, cost) && cost->instructions > 0 &&
	       cost->upper - cost->lower <= SPREAD_MAX;
}

/**
 * bench_overhead - What measuring costs
 * @b: passed on
 *
 * Return: instructions of a call that does nothing
 */
__u64 bench_overhead(struct bench *b)
{
	const struct bench_call nothing = {
		.name = "nothing",
		.call = bench_call_nothing,
	};
	struct bench_cost cost = { 0 };

	bench_measure(b, &nothing, &cost);
	return cost.instructions;
}

/**
 * bench_by - Share a call's cost among its parts
 * @cost: of the call; replaced by that of one part, rounded down
 * @parts: how many they are
 */
void bench_by(struct bench_cost *cost, unsigned int parts)
{
	cost->instructions /= parts;
	cost->lower /= parts;
	cost->upper /= parts;
	cost->unit.doorbells /= parts;
	cost->unit.waits /= parts;
	cost->unit.descriptors /= parts;
}

/**
 * bench_print - Say what a call costs, for the host to make a table of
 * @who: whose call it is, or an empty string
 * @name: what it is
 * @cost: of the call
 */
void bench_print(const char *who, const char *name, const struct bench_cost *cost)
{
	printf("# bench: %s|%s|%llu|%llu|%llu|%llu\n", who, name,
	       (unsigned long long)cost->instructions,
	       (unsigned long long)cost->unit.doorbells,
	       (unsigned long long)cost->unit.descriptors,
	       (unsigned long long)cost->unit.waits);
}
