// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the nesting interface costs on VT-d: guest instructions, and doorbells,
 * descriptors and waits at the unit
 *
 * Only on the rig's emulated unit, and where the time stamp counter counts
 * instructions, which whoever starts the program vouches for by --icount.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../kselftest.h"
#include "bench_faults.h"
#include "bench_pasid.h"
#include "bench_report.h"
#include "bench_rows.h"
#include "faults.h"
#include "vtd_vm.h"

/* In place of how often a call rings: that is not the same for RID and PASID */
#define ANY	0xffU

#define FAULT_ENTRIES	256

/**
 * struct bench - What the calls are made on
 * @vm: container with one device
 * @s1: what is bound
 * @loose: page of guest memory that is mapped and unmapped
 * @ats: the device has a TLB
 * @pasid: to which @s1 is bound, or RID
 * @spare: PASID that is allocated and freed
 * @queue: of the device's faults, or -1
 * @faults: what is in it
 * @record: the last page request
 * @arg: argument that was prepared
 */
struct bench {
	struct vm vm;
	struct vtd_table s1;
	__u64 loose;
	bool ats;
	__u32 pasid;
	__u32 spare;
	int queue;
	struct bench_faults faults;
	union faults_record record;
	union {
		struct vfio_iommu_nesting_op op;
		struct vfio_iommu_pasid_request pasid;
		struct vfio_iommu_type1_dma_map map;
		struct vfio_iommu_type1_dma_unmap unmap;
		unsigned char raw[128];
	} arg;
};

/**
 * struct row - One call to measure, and what it may give the unit to do
 * @call: the call
 * @doorbells: how many times it rings, and then waits, or ANY
 * @fences: waits besides, for which the unit waits and nobody else
 */
struct row {
	struct bench_call call;
	unsigned int doorbells;
	unsigned int fences;
};

static int call_null(struct bench *b)
{
	return ioctl(b->vm.container, VFIO_GET_API_VERSION);
}

static int call_op(struct bench *b)
{
	return ioctl(b->vm.container, VFIO_IOMMU_NESTING_OP, &b->arg);
}

static int call_pasid(struct bench *b)
{
	return ioctl(b->vm.container, VFIO_IOMMU_PASID_REQUEST, &b->arg);
}

static int call_map(struct bench *b)
{
	return ioctl(b->vm.container, VFIO_IOMMU_MAP_DMA, &b->arg);
}

static int call_unmap(struct bench *b)
{
	return ioctl(b->vm.container, VFIO_IOMMU_UNMAP_DMA, &b->arg);
}

static void put_op(struct bench *b, __u32 op, const void *data, size_t size)
{
	memset(&b->arg, 0, sizeof(b->arg));
	b->arg.op.argsz = sizeof(b->arg.op) + size;
	b->arg.op.flags = op;
	memcpy(b->arg.op.data, data, size);
}

static int put_inv(struct bench *b, struct iommu_cache_invalidate_info info)
{
	put_op(b, VFIO_NESTING_OP_CACHE_INVLD, &info, info.argsz);
	return 0;
}

static int put_range(struct bench *b, __u64 addr, __u64 pages)
{
	__u8 caches = b->ats ? IOTLB | DEV_IOTLB : IOTLB;

	return put_inv(b, vtd_inv_addr(caches, b->pasid, addr, SZ_4K, pages));
}

static int prepare_inv_page(struct bench *b)
{
	return put_range(b, BENCH_VA, 1);
}

static int prepare_inv_512(struct bench *b)
{
	return put_range(b, BENCH_VA, 512);
}

static int prepare_inv_odd(struct bench *b)
{
	return put_range(b, BENCH_VA + SZ_4K, 511);
}

static int prepare_inv_all(struct bench *b)
{
	return put_inv(b, vtd_inv_pasid(b->ats ? IOTLB | DEV_IOTLB : IOTLB,
					b->pasid));
}

/* A call names one range */
static int call_inv_apart(struct bench *b)
{
	struct iommu_cache_invalidate_info *info = (void *)b->arg.op.data;
	int i, ret = 0;

	for (i = 0; !ret && i < BENCH_APART; i++) {
		info->granu.addr_info.addr = BENCH_VA + i * BENCH_STRIDE;
		ret = call_op(b);
	}
	return ret;
}

static int prepare_bind(struct bench *b)
{
	struct iommu_gpasid_bind_data data = vtd_bind_data(b->pasid, &b->s1);

	put_op(b, VFIO_NESTING_OP_BIND_PGTBL, &data, data.argsz);
	return vtd_unbind(&b->vm, ALL, b->pasid);
}

static int bind(struct bench *b)
{
	int ret = vtd_bind(&b->vm, ALL, b->pasid, &b->s1);

	return ret == -EBUSY ? 0 : ret;
}

static int prepare_unbind(struct bench *b)
{
	struct iommu_gpasid_bind_data data = vtd_unbind_data(b->pasid);

	put_op(b, VFIO_NESTING_OP_UNBIND_PGTBL, &data, data.argsz);
	return bind(b);
}

static int prepare_alloc(struct bench *b)
{
	return bench_pasid_alloc(b->vm.container, b->spare, &b->arg.pasid);
}

static int prepare_free(struct bench *b)
{
	return bench_pasid_free(b->vm.container, b->spare, &b->arg.pasid);
}

static int map_loose(struct bench *b)
{
	int ret = inest_dma_map(b->vm.container, b->loose,
				guest_ptr(&b->vm.guest, b->loose), SZ_4K, MAP_RW);

	return ret == -EEXIST ? 0 : ret;
}

static int prepare_map(struct bench *b)
{
	memset(&b->arg, 0, sizeof(b->arg));
	b->arg.map.argsz = sizeof(b->arg.map);
	b->arg.map.flags = MAP_RW;
	b->arg.map.vaddr = (__u64)(uintptr_t)guest_ptr(&b->vm.guest, b->loose);
	b->arg.map.iova = b->loose;
	b->arg.map.size = SZ_4K;
	return inest_dma_unmap(b->vm.container, b->loose, SZ_4K);
}

static int prepare_unmap(struct bench *b)
{
	memset(&b->arg, 0, sizeof(b->arg));
	b->arg.unmap.argsz = sizeof(b->arg.unmap);
	b->arg.unmap.iova = b->loose;
	b->arg.unmap.size = SZ_4K;
	return map_loose(b);
}

/* With nothing bound */
static const struct row alone[] = {
	{ { ROW_SYSCALL, NULL, bench_call_getppid }, 0, 0 },
	{ { ROW_NULL, NULL, call_null }, 0, 0 },
	{ { ROW_PASID_ALLOC, prepare_alloc, call_pasid }, 0, 0 },
	{ { ROW_PASID_FREE, prepare_free, call_pasid }, 0, 0 },
	{ { ROW_MAP, prepare_map, call_map }, 0, 0 },
	{ { ROW_UNMAP, prepare_unmap, call_unmap }, 1, 0 },
};

/* For RID and PASID; from the third row on something is bound */
static const struct row bound[] = {
	{ { ROW_BIND, prepare_bind, call_op }, ANY, 0 },
	{ { ROW_UNBIND, prepare_unbind, call_op }, 1, 1 },
	{ { ROW_INV_PAGE, prepare_inv_page, call_op }, 1, 0 },
	{ { ROW_INV_512, prepare_inv_512, call_op }, 1, 0 },
	{ { ROW_INV_ODD, prepare_inv_odd, call_op }, 1, 0 },
	{ { ROW_INV_APART, prepare_inv_page, call_inv_apart }, BENCH_APART, 0 },
	{ { ROW_INV_ALL, prepare_inv_all, call_op }, 1, 0 },
	{ { ROW_UNMAP_BOUND, prepare_unmap, call_unmap }, 1, 0 },
};

struct bench_faults *bench_faults_of(struct bench *b)
{
	return &b->faults;
}

int bench_faults_read(struct bench *b)
{
	int ret = faults_read(b->queue, &b->record, FAULTS_FOREVER);

	if (ret != 1 || !faults_is_last(&b->record))
		return ret < 0 ? ret : -EUCLEAN;
	b->faults.va = b->record.fault.prm.addr;
	return 0;
}

int bench_faults_respond(struct bench *b)
{
	return faults_respond(b->vm.container, b->vm.dev[0].td.device,
			      &b->record, IOMMU_PAGE_RESP_SUCCESS);
}

int bench_faults_invalidate(struct bench *b)
{
	return vtd_invalidate(&b->vm, ALL,
			      vtd_inv_addr(IOTLB | DEV_IOTLB, b->pasid, FAULT_VA,
					   SZ_4K, b->faults.pages));
}

static int open_faults(struct bench *b)
{
	struct testdev *td = &b->vm.dev[0].td;
	int ret = vm_map_blocks(&b->vm);

	if (!ret)
		ret = bind(b);
	if (ret)
		return ret;
	b->faults = (struct bench_faults) {
		.td = td,
		.s1 = &b->s1,
		.write = vtd_fill_op(WITH_PASID(b->pasid) | WITH_ATS, FAULT_VA),
	};
	b->queue = faults_open(b->vm.container, td->device, FAULT_ENTRIES,
			       FAULTS_NO_EVENTFD);
	return b->queue < 0 ? b->queue : 0;
}

static void close_faults(struct bench *b)
{
	close(b->queue);
	vtd_unbind(&b->vm, ALL, b->pasid);
}

/* Does a call ring and wait as often as it may, and no more */
static bool within(const struct row *row, const struct bench_cost *cost)
{
	if (!cost->steady)
		return false;
	return row->doorbells == ANY ||
	       (cost->unit.doorbells == row->doorbells &&
		cost->unit.waits == row->doorbells + row->fences);
}

static void run_row(struct bench *b, const char *who, const struct row *row,
		    unsigned int parts, __u64 overhead)
{
	struct bench_cost cost = bench_report(b, who, &row->call, parts, overhead);

	ksft_test_result(within(row, &cost),
			 "%s%s%s: %llu doorbells, %llu waits\n", who,
			 *who ? " " : "", row->call.name, cost.unit.doorbells,
			 cost.unit.waits);
}

static void run_bound(struct bench *b, __u32 pasid, __u64 overhead)
{
	const char *who = pasid == RID ? ROW_RID : ROW_PASID;
	size_t i;

	b->pasid = pasid;
	for (i = 0; i < ARRAY_SIZE(bound); i++) {
		if (i == 2 && bind(b))
			ksft_exit_fail_msg("%s: can't bind\n", who);
		run_row(b, who, &bound[i], 1, overhead);
	}
	vtd_unbind(&b->vm, ALL, pasid);
}

/*
 * Page requests are the PASID's: by it 6.1 shares address spaces, too. A response rings
 * once, a request that is read never.
 */
static void run_faults(struct bench *b, __u32 pasid, __u64 overhead)
{
	size_t i;
	int ret;

	b->pasid = pasid;
	ret = open_faults(b);
	if (ret)
		ksft_exit_fail_msg("no fault queue: %s\n", strerror(-ret));
	for (i = 0; i < BENCH_FAULT_ROWS; i++) {
		const struct bench_fault_row *fault = &bench_fault_rows[i];
		struct row row = { fault->call, fault->responds, 0 };

		run_row(b, ROW_PASID, &row, fault->parts, overhead);
	}
	close_faults(b);
}

static int open_bench(struct bench *b, int *pasid)
{
	int spare, ret = vm_open(&b->vm, 0, 1);
	struct inest_vtd vtd;

	if (ret)
		return ret;
	inest_vtd_decode(&b->vm.info.vendor.vtd, &vtd);
	b->ats = vtd.device_tlb;
	vtd_table_create(&b->s1, &b->vm.guest, 4);
	b->loose = guest_alloc_loose(&b->vm.guest);
	*pasid = vtd_pasid_alloc(&b->vm);
	spare = vtd_pasid_alloc(&b->vm);
	b->spare = spare;
	return *pasid < 0 ? *pasid : spare < 0 ? spare : 0;
}

static void run_all(struct bench *b, __u32 pasid)
{
	__u64 overhead = bench_overhead(b);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(alone); i++)
		run_row(b, "", &alone[i], 1, overhead);
	run_bound(b, RID, overhead);
	run_bound(b, pasid, overhead);
	if (b->ats)
		run_faults(b, pasid, overhead);
}

int main(int argc, char **argv)
{
	bool icount = argc == 2 && !strcmp(argv[1], "--icount");
	struct bench b;
	int ret, pasid = -1;

	if (argc > 1 + icount) {
		fprintf(stderr, "usage: %s [--icount]\n", argv[0]);
		return KSFT_FAIL;
	}
	bench_begin(icount);
	bench_need_unit();
	if (vm_claim_devices(&vm_testdev) < 1)
		ksft_exit_skip("an iommu-testdev is needed\n");
	ret = open_bench(&b, &pasid);
	if (ret < 0)
		ksft_exit_fail_msg("no container: %s\n", strerror(-ret));
	bench_need_steady(&b);
	ksft_set_plan(ARRAY_SIZE(alone) + 2 * ARRAY_SIZE(bound) +
		      (b.ats ? BENCH_FAULT_ROWS : 0));
	run_all(&b, pasid);
	vm_close(&b.vm);
	ksft_finished();
}
