/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Page requests of a test device that a program reads and answers: what each part of
 * that costs, on whatever interface the program reads and answers them by
 */
#ifndef SELFTEST_IOMMU_BENCH_FAULTS_H
#define SELFTEST_IOMMU_BENCH_FAULTS_H

#include "bench.h"
#include "testdev.h"
#include "vtd_table.h"

/* Where the device writes, and where those pages are in guest memory */
#define FAULT_VA		0x2000000000ULL
#define FAULT_GPA		GUEST_BLOCKS

/**
 * struct bench_faults - A device that asks for the pages that it writes
 * @td: the device
 * @s1: page tables that its requests go through
 * @write: writes at FAULT_VA, so that the device asks
 * @pages: how many it writes
 * @waits: a request was read and is not answered
 * @va: what the last one asked for
 */
struct bench_faults {
	struct testdev *td;
	struct vtd_table *s1;
	struct testdev_op write;
	int pages;
	bool waits;
	__u64 va;
};

/* Each program has its own of these, which return 0 or a negative errno */
struct bench_faults *bench_faults_of(struct bench *b);
/* Waits for a request, and stores its address in @va */
int bench_faults_read(struct bench *b);
/* Answers that request: success */
int bench_faults_respond(struct bench *b);
/* Drops the @pages from FAULT_VA from every cache */
int bench_faults_invalidate(struct bench *b);

/**
 * struct bench_fault_row - One row
 * @call: to measure
 * @parts: each of which costs that, when the call has several
 * @responds: each part has a response
 */
struct bench_fault_row {
	struct bench_call call;
	unsigned int parts;
	bool responds;
};

#define BENCH_FAULT_ROWS	4

extern const struct bench_fault_row bench_fault_rows[BENCH_FAULT_ROWS];

#endif /* SELFTEST_IOMMU_BENCH_FAULTS_H */
