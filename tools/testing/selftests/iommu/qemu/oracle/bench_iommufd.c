// SPDX-License-Identifier: GPL-2.0-only
/*
 * What upstream's iommufd costs on the rig's VT-d unit: the counterpart of
 * nesting_bench.c, with the same names for the same things
 *
 * Only where the time stamp counter counts instructions, which whoever starts the
 * program vouches for by --icount.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../kselftest.h"
#include <bench_faults.h>
#include <bench_report.h>
#include <bench_rows.h>
#include "world.h"

#define PASID		0x12345U

/* VT-d 4.1, 11.4.3 */
#define ECAP_DEVICE_TLB	0x4ULL

/**
 * struct bench - What the calls are made on
 * @w: the machine, of one device
 * @s1: what is bound
 * @loose: page of guest memory that is mapped and unmapped
 * @pasid: to which @s1 is bound, or RID
 * @hwpt: domain of @s1 while that is bound, or 0
 * @s1_data: argument of the domain's allocation
 * @alloc: the allocation
 * @attach: what puts the domain in front of the device
 * @detach: what takes a PASID's away
 * @entry: what is invalidated
 * @inv: the invalidation
 * @has_faults: the unit has device TLBs and with them page requests, and the kernel
 *	PASIDs
 * @queue: page requests of @hwpt
 * @faults: what is in it
 * @fault: the last one
 * @map: argument of a mapping
 * @unmap: and its opposite
 */
struct bench {
	struct world w;
	struct vtd_table s1;
	__u64 loose;
	__u32 pasid;
	__u32 hwpt;
	struct iommu_hwpt_vtd_s1 s1_data;
	struct iommu_hwpt_alloc alloc;
	struct vfio_device_attach_iommufd_pt attach;
	struct vfio_device_detach_iommufd_pt detach;
	struct iommu_hwpt_vtd_s1_invalidate entry[BENCH_APART];
	struct iommu_hwpt_invalidate inv;
	bool has_faults;
	int queue;
	struct bench_faults faults;
	struct iommu_hwpt_pgfault fault;
	struct iommu_ioas_map map;
	struct iommu_ioas_unmap unmap;
};

static int device_of(const struct bench *b)
{
	return b->w.dev[0].td.device;
}

static int call_null(struct bench *b)
{
	return ioctl(b->w.fd, VFIO_GET_API_VERSION);
}

/* Bound is what has a domain of its own and is attached to it. */
static int call_bind(struct bench *b)
{
	int ret = ioctl(b->w.fd, IOMMU_HWPT_ALLOC, &b->alloc);

	if (ret)
		return ret;
	b->hwpt = b->alloc.out_hwpt_id;
	b->attach.pt_id = b->hwpt;
	return ioctl(device_of(b), VFIO_DEVICE_ATTACH_IOMMUFD_PT, &b->attach);
}

/* A device goes back to stage 2, a PASID to nothing. */
static int call_unbind(struct bench *b)
{
	struct iommu_destroy destroy = { .size = sizeof(destroy), .id = b->hwpt };
	int ret;

	b->attach.pt_id = b->w.parent;
	ret = b->pasid == RID ?
	      ioctl(device_of(b), VFIO_DEVICE_ATTACH_IOMMUFD_PT, &b->attach) :
	      ioctl(device_of(b), VFIO_DEVICE_DETACH_IOMMUFD_PT, &b->detach);
	b->hwpt = 0;
	return ret ? ret : ioctl(b->w.fd, IOMMU_DESTROY, &destroy);
}

static int call_inv(struct bench *b)
{
	return ioctl(b->w.fd, IOMMU_HWPT_INVALIDATE, &b->inv);
}

static int call_map(struct bench *b)
{
	return ioctl(b->w.fd, IOMMU_IOAS_MAP, &b->map);
}

static int call_unmap(struct bench *b)
{
	return ioctl(b->w.fd, IOMMU_IOAS_UNMAP, &b->unmap);
}

/* Arguments that never change while one thing is bound */
static void put_bind(struct bench *b)
{
	b->s1_data = (struct iommu_hwpt_vtd_s1) {
		.pgtbl_addr = b->s1.root,
		.addr_width = vtd_table_width(&b->s1),
	};
	b->alloc = (struct iommu_hwpt_alloc) {
		.size = sizeof(b->alloc),
		.flags = IFD_ALLOC_PASID,
		.dev_id = b->w.dev[0].id,
		.pt_id = b->w.parent,
		.data_type = IOMMU_HWPT_DATA_VTD_S1,
		.data_len = sizeof(b->s1_data),
		.data_uptr = (uintptr_t)&b->s1_data,
	};
	b->attach = (struct vfio_device_attach_iommufd_pt) {
		.argsz = sizeof(b->attach),
	};
	b->detach = (struct vfio_device_detach_iommufd_pt) {
		.argsz = sizeof(b->detach),
	};
#if IFD_HAS_PASIDS
	if (b->pasid != RID) {
		b->attach.flags = VFIO_DEVICE_ATTACH_PASID;
		b->attach.pasid = b->pasid;
		b->detach.flags = VFIO_DEVICE_DETACH_PASID;
		b->detach.pasid = b->pasid;
	}
#endif
}

static int prepare_bind(struct bench *b)
{
	int ret = b->hwpt ? call_unbind(b) : 0;

	put_bind(b);
	return ret ? -errno : 0;
}

static int prepare_unbind(struct bench *b)
{
	if (b->hwpt)
		return 0;
	put_bind(b);
	return call_bind(b) ? -errno : 0;
}

static int put_inv(struct bench *b, __u64 addr, __u64 pages, int entries)
{
	int i;

	for (i = 0; i < entries; i++)
		b->entry[i] = (struct iommu_hwpt_vtd_s1_invalidate) {
			.addr = addr + i * BENCH_STRIDE,
			.npages = pages,
		};
	b->inv = (struct iommu_hwpt_invalidate) {
		.size = sizeof(b->inv),
		.hwpt_id = b->hwpt,
		.data_uptr = (uintptr_t)b->entry,
		.data_type = IOMMU_HWPT_INVALIDATE_DATA_VTD_S1,
		.entry_len = sizeof(b->entry[0]),
		.entry_num = entries,
	};
	return 0;
}

static int prepare_inv_page(struct bench *b)
{
	return put_inv(b, BENCH_VA, 1, 1);
}

static int prepare_inv_512(struct bench *b)
{
	return put_inv(b, BENCH_VA, 512, 1);
}

static int prepare_inv_odd(struct bench *b)
{
	return put_inv(b, BENCH_VA + SZ_4K, 511, 1);
}

static int prepare_inv_apart(struct bench *b)
{
	return put_inv(b, BENCH_VA, 1, BENCH_APART);
}

static int prepare_inv_all(struct bench *b)
{
	return put_inv(b, 0, ~0ULL, 1);
}

static int prepare_map(struct bench *b)
{
	int ret = ifd_unmap(b->w.fd, b->w.ioas, b->loose, SZ_4K);

	b->map = (struct iommu_ioas_map) {
		.size = sizeof(b->map),
		.flags = IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_READABLE |
			 IOMMU_IOAS_MAP_WRITEABLE,
		.ioas_id = b->w.ioas,
		.user_va = (uintptr_t)guest_ptr(&b->w.guest, b->loose),
		.length = SZ_4K,
		.iova = b->loose,
	};
	return ret == -ENOENT ? 0 : ret;
}

static int prepare_unmap(struct bench *b)
{
	int ret = ifd_map(b->w.fd, b->w.ioas, guest_ptr(&b->w.guest, b->loose),
			  b->loose, SZ_4K);

	b->unmap = (struct iommu_ioas_unmap) {
		.size = sizeof(b->unmap),
		.ioas_id = b->w.ioas,
		.iova = b->loose,
		.length = SZ_4K,
	};
	return ret == -EEXIST || ret == -EADDRINUSE ? 0 : ret;
}

static const struct bench_call alone[] = {
	{ ROW_SYSCALL, NULL, bench_call_getppid },
	{ ROW_NULL, NULL, call_null },
	{ ROW_MAP, prepare_map, call_map },
	{ ROW_UNMAP, prepare_unmap, call_unmap },
};

/* For RID and PASID; the second leaves nothing bound, the others want it */
static const struct bench_call bound[] = {
	{ ROW_BIND, prepare_bind, call_bind },
	{ ROW_UNBIND, prepare_unbind, call_unbind },
	{ ROW_INV_PAGE, prepare_inv_page, call_inv },
	{ ROW_INV_512, prepare_inv_512, call_inv },
	{ ROW_INV_ODD, prepare_inv_odd, call_inv },
	{ ROW_INV_APART, prepare_inv_apart, call_inv },
	{ ROW_INV_ALL, prepare_inv_all, call_inv },
	{ ROW_UNMAP_BOUND, prepare_unmap, call_unmap },
};

struct bench_faults *bench_faults_of(struct bench *b)
{
	return &b->faults;
}

int bench_faults_read(struct bench *b)
{
	int ret = ifd_fault_read(b->queue, &b->fault, -1);

	b->faults.va = b->fault.addr;
	return ret;
}

int bench_faults_respond(struct bench *b)
{
	return ifd_fault_answer(b->queue, b->fault.cookie,
				IOMMUFD_PAGE_RESP_SUCCESS);
}

int bench_faults_invalidate(struct bench *b)
{
	return world_invalidate(&b->w, b->hwpt, FAULT_VA, b->faults.pages);
}

static int open_faults(struct bench *b)
{
	__u32 id;
	int ret = ifd_fault_alloc(b->w.fd, &id, &b->queue);

	b->faults = (struct bench_faults) {
		.td = &b->w.dev[0].td,
		.s1 = &b->s1,
		.write = world_write_op(b->pasid | WITH_ATS, FAULT_VA),
	};
	if (!ret)
		ret = world_nested(&b->w, &b->s1, id, &b->hwpt);
	return ret ?: world_attach(&b->w, 0, b->pasid, b->hwpt);
}

/* What is attached and allocated, world_close() closes with the iommufd */
static void close_faults(struct bench *b)
{
	world_detach(&b->w, 0, b->pasid);
	close(b->queue);
}

static const __u32 kinds[] = { RID, PASID };

#define KINDS	(IFD_HAS_PASIDS ? ARRAY_SIZE(kinds) : 1)

static void run_call(struct bench *b, const char *who,
		     const struct bench_call *call, unsigned int parts,
		     __u64 overhead)
{
	struct bench_cost cost = bench_report(b, who, call, parts, overhead);

	ksft_test_result(cost.steady, "%s%s%s: measured\n", who, *who ? " " : "",
			 call->name);
}

static void run_bound(struct bench *b, __u32 pasid, __u64 overhead)
{
	const char *who = pasid == RID ? ROW_RID : ROW_PASID;
	size_t i;

	b->pasid = pasid;
	for (i = 0; i < ARRAY_SIZE(bound); i++) {
		if (i == 2 && prepare_unbind(b))
			ksft_exit_fail_msg("%s: can't bind\n", who);
		run_call(b, who, &bound[i], 1, overhead);
	}
	call_unbind(b);
}

static void run_faults(struct bench *b, __u64 overhead)
{
	size_t i;

	b->pasid = PASID;
	if (open_faults(b))
		ksft_exit_fail_msg("no fault queue\n");
	for (i = 0; i < BENCH_FAULT_ROWS; i++)
		run_call(b, ROW_PASID, &bench_fault_rows[i].call,
			 bench_fault_rows[i].parts, overhead);
	close_faults(b);
}

static void run_all(struct bench *b)
{
	__u64 overhead = bench_overhead(b);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(alone); i++)
		run_call(b, "", &alone[i], 1, overhead);
	for (i = 0; i < KINDS; i++)
		run_bound(b, kinds[i], overhead);
	if (b->has_faults)
		run_faults(b, overhead);
}

static bool has_device_tlb(struct bench *b)
{
	struct iommu_hw_info_vtd vtd;

	return !ifd_hw_info(b->w.fd, b->w.dev[0].id, &vtd) &&
	       vtd.ecap_reg & ECAP_DEVICE_TLB;
}

int main(int argc, char **argv)
{
	bool icount = argc == 2 && !strcmp(argv[1], "--icount");
	struct bench b = { 0 };

	if (argc > 1 + icount) {
		fprintf(stderr, "usage: %s [--icount]\n", argv[0]);
		return KSFT_FAIL;
	}
	bench_begin(icount);
	bench_need_unit();
	if (world_claim() < 1)
		ksft_exit_skip("an iommu-testdev is needed\n");
	if (world_open(&b.w, 1))
		ksft_exit_fail_msg("no machine\n");
	vtd_table_create(&b.s1, &b.w.guest, 4);
	b.loose = guest_alloc_loose(&b.w.guest);
	bench_need_steady(&b);
	b.has_faults = IFD_HAS_PASIDS && has_device_tlb(&b);
	ksft_set_plan(ARRAY_SIZE(alone) + KINDS * ARRAY_SIZE(bound) +
		      (b.has_faults ? BENCH_FAULT_ROWS : 0));
	run_all(&b);
	world_close(&b.w);
	ksft_finished();
}
