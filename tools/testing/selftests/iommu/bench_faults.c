// SPDX-License-Identifier: GPL-2.0-only
/* Page requests, read and answered: the calls that are measured */
#include <errno.h>

#include "bench_faults.h"
#include "bench_rows.h"

static int read_request(struct bench *b)
{
	int ret = bench_faults_read(b);

	bench_faults_of(b)->waits = !ret;
	return ret;
}

static int respond(struct bench *b)
{
	bench_faults_of(b)->waits = false;
	return bench_faults_respond(b);
}

static void give_page(struct bench_faults *f)
{
	vtd_table_map(f->s1, f->va, FAULT_GPA + (f->va - FAULT_VA), VTD_RW);
}

/* None of the pages is there, and the device knows of none */
static int take_pages(struct bench *b, int pages)
{
	struct bench_faults *f = bench_faults_of(b);
	int i, ret = 0;

	if (f->waits) {
		give_page(f);
		ret = respond(b);
	}
	for (i = 0; i < pages; i++)
		vtd_table_unmap(f->s1, FAULT_VA + i * SZ_4K);
	f->pages = pages;
	f->write.cmd |= ITD_CMD_PRI;
	f->write.len = pages * SZ_4K;
	return ret ? ret : bench_faults_invalidate(b);
}

static int prepare_one(struct bench *b)
{
	return take_pages(b, 1);
}

static int prepare_many(struct bench *b)
{
	return take_pages(b, BENCH_FAULTS);
}

/* What bench_measure() wants of a call */
static int as_errno(int ret)
{
	errno = -ret;
	return ret ? -1 : 0;
}

static int call_request(struct bench *b)
{
	struct bench_faults *f = bench_faults_of(b);

	testdev_start(f->td, &f->write);
	return as_errno(read_request(b));
}

static int prepare_answer(struct bench *b)
{
	struct bench_faults *f = bench_faults_of(b);
	int ret = prepare_one(b);

	if (ret)
		return ret;
	testdev_start(f->td, &f->write);
	ret = read_request(b);
	give_page(f);
	return ret;
}

static int call_answer(struct bench *b)
{
	return as_errno(respond(b));
}

/* As a VMM would that has one thread: the device is done when the last is answered */
static int call_on_demand(struct bench *b)
{
	struct bench_faults *f = bench_faults_of(b);
	int i, ret = 0;

	testdev_start(f->td, &f->write);
	for (i = 0; !ret && i < f->pages; i++) {
		ret = read_request(b);
		if (ret)
			break;
		give_page(f);
		ret = respond(b);
	}
	if (!ret && testdev_status(f->td, f->write.channel) != ITD_ST_DONE)
		ret = -EIO;
	return as_errno(ret);
}

const struct bench_fault_row bench_fault_rows[BENCH_FAULT_ROWS] = {
	{ { ROW_FAULT_READ, prepare_one, call_request }, 1, false },
	{ { ROW_FAULT_ANSWER, prepare_answer, call_answer }, 1, true },
	{ { ROW_FAULT_ONE, prepare_one, call_on_demand }, 1, true },
	{ { ROW_FAULT_MANY, prepare_many, call_on_demand }, BENCH_FAULTS, true },
};
