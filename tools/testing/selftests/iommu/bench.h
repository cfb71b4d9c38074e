/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a call costs: guest instructions, and what a VT-d unit is given to do
 *
 * Instructions are those of the time stamp counter, which counts them in QEMU with
 * "-icount shift=0". The unit's counters are the rig's model's.
 */
#ifndef SELFTEST_IOMMU_BENCH_H
#define SELFTEST_IOMMU_BENCH_H

#include <stdbool.h>
#include <linux/types.h>

/* What the calls are made on: each program has its own */
struct bench;

/**
 * struct bench_call - One call to measure
 * @name: what it is
 * @prepare: makes the call possible, and its argument, so that the call is the
 *	ioctl and no more; returns 0 or a negative errno; may be NULL
 * @call: the call; a negative value is a failure, with errno
 */
struct bench_call {
	const char *name;
	int (*prepare)(struct bench *b);
	int (*call)(struct bench *b);
};

/**
 * struct bench_unit - What a unit was given to do
 * @doorbells: writes to the tail of the invalidation queue
 * @waits: wait descriptors, fences among them
 * @descriptors: other descriptors
 */
struct bench_unit {
	__u64 doorbells;
	__u64 waits;
	__u64 descriptors;
};

/**
 * struct bench_cost - What a call costs
 * @instructions: the median of the runs
 * @lower: a quarter of the runs took less
 * @upper: a quarter took more
 * @unit: what each run gave the unit to do; zeroes without counters
 * @steady: that was the same in each run
 */
struct bench_cost {
	__u64 instructions;
	__u64 lower;
	__u64 upper;
	struct bench_unit unit;
	bool steady;
};

#ifdef __x86_64__
#define BENCH_HAS_COUNTER	true
#else
#define BENCH_HAS_COUNTER	false
#endif

int bench_open_unit(void);
int bench_measure(struct bench *b, const struct bench_call *call,
		  struct bench_cost *cost);
bool bench_counts_instructions(struct bench *b, struct bench_cost *cost);
void bench_by(struct bench_cost *cost, unsigned int parts);
__u64 bench_overhead(struct bench *b);
void bench_print(const char *who, const char *name, const struct bench_cost *cost);

/* Calls of every program */
int bench_call_nothing(struct bench *b);
int bench_call_getppid(struct bench *b);

#endif /* SELFTEST_IOMMU_BENCH_H */
