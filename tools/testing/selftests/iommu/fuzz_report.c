// SPDX-License-Identifier: GPL-2.0-only
/* What is said while it runs and at the end */
#define _GNU_SOURCE
#include <string.h>

#include "../kselftest.h"
#include "fuzz.h"

static const char * const names[FUZZ_OPS] = {
	[FUZZ_OP_BIND_PASID_TABLE]	= "bind_pasid_table",
	[FUZZ_OP_UNBIND_PASID_TABLE]	= "unbind_pasid_table",
	[FUZZ_OP_CACHE_INVLD]		= "cache_invld",
	[FUZZ_OP_BIND_PGTBL]		= "bind_pgtbl",
	[FUZZ_OP_UNBIND_PGTBL]		= "unbind_pgtbl",
	[FUZZ_OP_PAGE_RESP]		= "page_resp",
	[FUZZ_OP_FAULT_QUEUE]		= "fault_queue",
	[FUZZ_OP_PASID_ALLOC]		= "pasid_alloc",
	[FUZZ_OP_PASID_FREE]		= "pasid_free",
	[FUZZ_OP_PASID_QUOTA]		= "pasid_quota",
	[FUZZ_OP_GET_INFO]		= "get_info",
	[FUZZ_OP_MAP_DMA]		= "map_dma",
	[FUZZ_OP_UNMAP_DMA]		= "unmap_dma",
	[FUZZ_OP_NONE]			= "no operation",
};

/**
 * fuzz_op_name - Name of an operation
 * @op: the operation
 *
 * Return: the name
 */
const char *fuzz_op_name(enum fuzz_op op)
{
	return names[op];
}

static __u64 results(const struct fuzz_shared *shared, int op, int error)
{
	__u64 sum = 0;
	int w;

	for (w = 0; w < FUZZ_WORKERS; w++)
		sum += shared->stats[w].result[op][error];
	return sum;
}

/**
 * fuzz_total_inputs - Inputs of all workers so far
 * @shared: what the workers share
 *
 * Return: the number
 */
__u64 fuzz_total_inputs(const struct fuzz_shared *shared)
{
	__u64 sum = 0;
	int w;

	for (w = 0; w < FUZZ_WORKERS; w++)
		sum += __atomic_load_n(&shared->stats[w].inputs,
				       __ATOMIC_RELAXED);
	return sum;
}

/**
 * fuzz_progress - One line about how far it is
 * @shared: what the workers share
 * @cov: the edges
 * @seconds: since the start
 */
void fuzz_progress(const struct fuzz_shared *shared, const struct fuzz_cov *cov,
		   double seconds)
{
	__u64 inputs = fuzz_total_inputs(shared);

	fprintf(stderr,
		"fuzz: %llu inputs in %.0f s, %.0f/s, %u edges, corpus %u\n",
		inputs, seconds, inputs / seconds, fuzz_cov_edges(cov),
		fuzz_corpus_count(shared));
}

static __u64 refused(const struct fuzz_shared *shared, int op)
{
	__u64 sum = 0;
	int error;

	for (error = 1; error < FUZZ_ERRNO; error++)
		sum += results(shared, op, error);
	return sum;
}

static void report_operations(const struct fuzz_shared *shared)
{
	int op, error;
	__u64 count;

	for (op = 0; op < FUZZ_OPS; op++) {
		printf("# %s: %llu accepted, %llu refused:", names[op],
		       results(shared, op, 0), refused(shared, op));
		for (error = 1; error < FUZZ_ERRNO; error++) {
			count = results(shared, op, error);
			if (count)
				printf(" %s %llu", strerrorname_np(error),
				       count);
		}
		printf("\n");
	}
}

static void report_errors(const struct fuzz_shared *shared)
{
	__u64 count;
	int op, error;

	printf("# errno:");
	for (error = 0; error < FUZZ_ERRNO; error++) {
		for (op = 0, count = 0; op < FUZZ_OPS; op++)
			count += results(shared, op, error);
		if (count)
			printf(" %s %llu", error ? strerrorname_np(error) :
						   "none", count);
	}
	printf("\n");
}

static void report_totals(const struct fuzz_shared *shared,
			  const struct fuzz_cov *cov, double seconds)
{
	__u64 inputs = fuzz_total_inputs(shared), programs = 0, cycles = 0;
	int w;

	for (w = 0; w < FUZZ_WORKERS; w++) {
		programs += shared->stats[w].programs;
		cycles += shared->stats[w].cycles;
	}
	printf("# %llu inputs in %.1f s, %.0f/s\n", inputs, seconds,
	       inputs / seconds);
	printf("# %llu programs, containers opened anew %llu times\n",
	       programs, cycles);
	printf("# %u edges covered, corpus of %u programs\n",
	       fuzz_cov_edges(cov), fuzz_corpus_count(shared));
}

static bool both_ways(const struct fuzz_shared *shared)
{
	bool ok = true;
	int op;

	for (op = 0; op < FUZZ_OP_NONE; op++) {
		if (results(shared, op, 0) && refused(shared, op))
			continue;
		ksft_print_msg("%s was never %s\n", names[op],
			       results(shared, op, 0) ? "refused" : "accepted");
		ok = false;
	}
	return ok;
}

static void report_violation(const struct fuzz_shared *shared)
{
	if (!shared->violated)
		return;
	ksft_print_msg("%s\n", shared->why);
	if (shared->culprit.n)
		fuzz_write_prog(stdout, "# ", &shared->culprit);
}

/**
 * fuzz_report - All numbers, and three results
 * @shared: what the workers share
 * @cov: the edges
 * @seconds: that it took
 *
 * Return: number of results that are failures
 */
int fuzz_report(const struct fuzz_shared *shared, const struct fuzz_cov *cov,
		double seconds)
{
	report_operations(shared);
	report_errors(shared);
	report_totals(shared, cov, seconds);
	report_violation(shared);
	ksft_test_result(!shared->violated, "answers_as_the_contract_has_them\n");
	if (shared->covered)
		ksft_test_result(fuzz_cov_edges(cov), "edges_covered\n");
	else
		ksft_test_result_skip("edges_covered: no KCOV, blind inputs\n");
	ksft_test_result(both_ways(shared),
			 "each_operation_accepted_and_refused\n");
	return ksft_get_fail_cnt();
}
