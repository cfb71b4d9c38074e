// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel's own page requests cost: shared virtual addresses, with the same
 * device as nesting_bench.c and the same names for the same things
 *
 * The rig's itd_sva, whose file is the second argument, lends this program's memory
 * to the device. Only where the time stamp counter counts instructions, which whoever
 * starts the program vouches for by --icount.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <iommu-nesting.h>

#include "../kselftest.h"
#include "bench_report.h"
#include "bench_rows.h"
#include "guest.h"
#include "qemu/sva/itd_sva.h"
#include "testdev.h"
#include "write_file.h"

#define SYSFS		"/sys/bus/pci"
#define PATTERN		0x7661732073692069ULL
#define BUFFER_SIZE	(BENCH_FAULTS * SZ_4K)

/* Memory that is allocated and cleared on demand, or has been there all along */
#define KIND_NEW	"new memory"
#define KIND_THERE	"memory that is there"

/* The same without a device */
#define ROW_CPU		"each of 64 pages by the CPU"

/**
 * struct bench - What is measured on
 * @td: the device
 * @sva: file descriptor of itd_sva
 * @pasid: of this process
 * @buffer: where the device writes
 * @op: by which it does
 */
struct bench {
	struct testdev td;
	int sva;
	__u32 pasid;
	__u64 *buffer;
	struct testdev_op op;
};

struct row {
	struct bench_call call;
	unsigned int parts;
};

static int load_module(const char *path)
{
	int ret, fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	ret = syscall(SYS_finit_module, fd, "", 0) ? -errno : 0;
	close(fd);
	return ret == -EEXIST ? 0 : ret;
}

static int map_registers(struct testdev *td, const char *bdf)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), SYSFS "/devices/%s/resource0", bdf);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	*td = testdev_closed();
	td->bar = mmap(NULL, ITD_BAR_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
		       fd, 0);
	close(fd);
	if (td->bar == MAP_FAILED)
		return -errno;
	return testdev_read32(td, ITD_ID) == ITD_ID_VALUE ? 0 : -ENODEV;
}

static int give_device(const char *bdf)
{
	char path[128];
	int ret;

	snprintf(path, sizeof(path), SYSFS "/devices/%s/driver_override", bdf);
	ret = write_file(path, ITD_SVA_NAME);
	return ret ?: write_file(SYSFS "/drivers_probe", bdf);
}

/* Return: 0 or a negative errno */
static int open_bench(struct bench *b, const char *module)
{
	struct inest_bdf bdf;
	int ret = load_module(module);

	if (!ret && inest_pci_find(ITD_VENDOR_ID, ITD_DEVICE_ID, &bdf, 1) < 1)
		ret = -ENODEV;
	if (!ret)
		ret = give_device(bdf.text);
	if (!ret)
		ret = map_registers(&b->td, bdf.text);
	if (ret)
		return ret;
	b->sva = open("/dev/" ITD_SVA_NAME, O_RDWR | O_CLOEXEC);
	if (b->sva < 0)
		return -errno;
	ret = ioctl(b->sva, ITD_SVA_GET_PASID);
	if (ret <= 0)
		return ret ? -errno : -EIO;
	b->pasid = ret;
	return 0;
}

static int take_pages(struct bench *b, int pages)
{
	b->op = (struct testdev_op) {
		.cmd = ITD_OP_FILL | ITD_CMD_ATS | ITD_CMD_PRI,
		.dst = (__u64)(unsigned long)b->buffer,
		.dst_pasid = ITD_PASID_VALID | b->pasid,
		.len = pages * SZ_4K,
		.imm = PATTERN,
	};
	return madvise(b->buffer, BUFFER_SIZE, MADV_DONTNEED) ? -errno : 0;
}

static int prepare_one(struct bench *b)
{
	return take_pages(b, 1);
}

static int prepare_many(struct bench *b)
{
	return take_pages(b, BENCH_FAULTS);
}

/*
 * The kernel's threads go first, see main(), and there is one CPU: it comes back here
 * when the device asks for nothing more.
 */
static int call_on_demand(struct bench *b)
{
	__u32 status;

	testdev_start(&b->td, &b->op);
	do {
		status = testdev_status(&b->td, b->op.channel);
	} while (status == ITD_ST_WAIT);
	if (status == ITD_ST_DONE)
		return 0;
	errno = EIO;
	return -1;
}

static int call_cpu(struct bench *b)
{
	int i;

	for (i = 0; i < BENCH_FAULTS; i++)
		__atomic_store_n(&b->buffer[i * (SZ_4K / sizeof(*b->buffer))],
				 PATTERN, __ATOMIC_RELAXED);
	return 0;
}

static const struct row rows[] = {
	{ { ROW_FAULT_ONE, prepare_one, call_on_demand }, 1 },
	{ { ROW_FAULT_MANY, prepare_many, call_on_demand }, BENCH_FAULTS },
	{ { ROW_CPU, prepare_many, call_cpu }, BENCH_FAULTS },
};

static const struct {
	const char *name;
	int flags;
} kinds[] = {
	{ KIND_NEW, MAP_PRIVATE | MAP_ANONYMOUS },
	{ KIND_THERE, MAP_SHARED | MAP_ANONYMOUS },
};

/* At the device: each page was requested once and answered well, and written */
static bool served(struct bench *b, const struct row *row)
{
	__u64 before = testdev_read64(&b->td, ITD_CNT_PRQ_SENT);
	unsigned int i, wanted = row->call.call == call_cpu ? 0 : row->parts;

	if (row->call.prepare(b) || row->call.call(b))
		return false;
	for (i = 0; wanted && i < row->parts * SZ_4K / sizeof(PATTERN); i++)
		if (b->buffer[i] != PATTERN)
			return false;
	return testdev_read64(&b->td, ITD_CNT_PRQ_SENT) - before == wanted &&
	       testdev_read64(&b->td, ITD_CNT_PRQ_SENT) ==
	       testdev_read64(&b->td, ITD_CNT_PRG_RESP(ITD_PRG_SUCCESS));
}

static void run_row(struct bench *b, const char *who, const struct row *row,
		    __u64 overhead)
{
	struct bench_cost cost = bench_report(b, who, &row->call, row->parts,
					      overhead);

	ksft_test_result(cost.steady && served(b, row), "%s: %s\n", who,
			 row->call.name);
}

static void run_kind(struct bench *b, const char *who, int flags, __u64 overhead)
{
	size_t i;

	b->buffer = mmap(NULL, BUFFER_SIZE, PROT_READ | PROT_WRITE, flags, -1, 0);
	if (b->buffer == MAP_FAILED)
		ksft_exit_fail_msg("no memory\n");
	call_cpu(b);
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		run_row(b, who, &rows[i], overhead);
	munmap(b->buffer, BUFFER_SIZE);
}

int main(int argc, char **argv)
{
	const struct sched_param lowest = { .sched_priority = 0 };
	bool icount = argc == 3 && !strcmp(argv[1], "--icount");
	struct bench b = { 0 };
	__u64 overhead;
	size_t i;
	int ret;

	if (argc > 1 && !icount) {
		fprintf(stderr, "usage: %s [--icount MODULE]\n", argv[0]);
		return KSFT_FAIL;
	}
	bench_begin(icount);
	bench_need_unit();
	ret = open_bench(&b, argv[2]);
	if (ret)
		ksft_exit_fail_msg("no device that shares: %s\n", strerror(-ret));
	bench_need_steady(&b);
	if (sched_setscheduler(0, SCHED_IDLE, &lowest))
		ksft_exit_fail_msg("no SCHED_IDLE\n");
	overhead = bench_overhead(&b);
	ksft_set_plan(ARRAY_SIZE(kinds) * ARRAY_SIZE(rows));
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		run_kind(&b, kinds[i].name, kinds[i].flags, overhead);
	ksft_finished();
}
