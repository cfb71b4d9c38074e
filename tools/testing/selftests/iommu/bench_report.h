/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A program that measures: what it needs, and how it tells what it found. Included
 * behind kselftest.h, whose counts are those of the file that includes it.
 */
#ifndef SELFTEST_IOMMU_BENCH_REPORT_H
#define SELFTEST_IOMMU_BENCH_REPORT_H

#include <string.h>

#include "bench.h"

/**
 * bench_begin - Begin the output, and skip where instructions are not counted
 * @icount: the caller of the program says that they are
 */
static inline void bench_begin(bool icount)
{
	ksft_print_header();
	if (!BENCH_HAS_COUNTER || !icount)
		ksft_exit_skip("only in x86-64 QEMU with -icount shift=0\n");
}

/**
 * bench_need_unit - Skip without the counters of the model's unit
 */
static inline void bench_need_unit(void)
{
	if (bench_open_unit())
		ksft_exit_skip("/dev/mem is needed, for the unit's counters\n");
}

/**
 * bench_need_steady - Skip where a call that repeats does not count the same
 * @b: passed on
 */
static inline void bench_need_steady(struct bench *b)
{
	struct bench_cost cost = { 0 };

	if (!bench_counts_instructions(b, &cost))
		ksft_exit_skip("the time stamp counter doesn't count instructions here\n");
}

/**
 * bench_report - Measure a call, and say what it costs; what fails ends the program
 * @b: what it is made on
 * @who: whose call it is, or an empty string
 * @call: the call
 * @parts: each of which costs that, when the call has several
 * @overhead: what measuring costs
 *
 * Return: what each part costs
 */
static inline struct bench_cost bench_report(struct bench *b, const char *who,
					     const struct bench_call *call,
					     unsigned int parts, __u64 overhead)
{
	struct bench_cost cost = { 0 };
	int ret = bench_measure(b, call, &cost);

	if (ret)
		ksft_exit_fail_msg("%s %s: %s\n", who, call->name, strerror(-ret));
	cost.instructions -= overhead;
	bench_by(&cost, parts);
	bench_print(who, call->name, &cost);
	return cost;
}

#endif /* SELFTEST_IOMMU_BENCH_REPORT_H */
