// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the nesting interface costs on the mock IOMMU, in guest instructions.
 *
 * Only where the time stamp counter counts instructions: in QEMU with
 * "-icount shift=0", which whoever starts the program vouches for by --icount
 * and the program checks as well as it can.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "../kselftest.h"
#include "bench_pasid.h"
#include "bench_report.h"
#include "faults.h"
#include "mock_state.h"
#include "mock_vm.h"

/* An accepted operation may take so many times what a null ioctl takes */
#define RATIO_MAX	3

/**
 * struct bench - What the calls are made on
 * @vtd: container with VT-d's format
 * @smmu: container with SMMUv3's
 * @pasid: PASID that is bound and unbound
 * @spare: PASID that is allocated and freed
 * @arg: argument that was prepared, so that a call is the ioctl and no more
 */
struct bench {
	struct mock_vm vtd;
	struct mock_vm smmu;
	int pasid;
	int spare;
	union {
		struct vfio_iommu_nesting_op op;
		struct vfio_iommu_pasid_request pasid;
		unsigned char raw[128];
	} arg;
};

/**
 * struct cost - One call to measure
 * @call: the call
 * @limited: RATIO_MAX is held against it
 */
struct cost {
	struct bench_call call;
	bool limited;
};

static int call_extension(struct bench *b)
{
	return ioctl(b->vtd.container, VFIO_CHECK_EXTENSION,
		     VFIO_TYPE1v2_IOMMU);
}

static int call_vtd(struct bench *b)
{
	return ioctl(b->vtd.container, VFIO_IOMMU_NESTING_OP, &b->arg);
}

static int call_smmu(struct bench *b)
{
	return ioctl(b->smmu.container, VFIO_IOMMU_NESTING_OP, &b->arg);
}

static int call_pasid(struct bench *b)
{
	return ioctl(b->vtd.container, VFIO_IOMMU_PASID_REQUEST, &b->arg);
}

/* @fd of a group or a device when @flags say that there is one */
static int put_op(struct bench *b, __u32 flags, int fd, const void *data,
		  size_t size)
{
	size_t head = sizeof(b->arg.op);

	memset(&b->arg, 0, sizeof(b->arg));
	if (flags & (VFIO_NESTING_OP_GROUP | VFIO_NESTING_OP_DEVICE)) {
		memcpy(b->arg.op.data, &fd, sizeof(fd));
		head += sizeof(struct vfio_iommu_nesting_group);
	}
	b->arg.op.argsz = head + size;
	b->arg.op.flags = flags;
	if (size)
		memcpy(b->arg.raw + head, data, size);
	return 0;
}

static int put_inv(struct bench *b, struct iommu_cache_invalidate_info inv,
		   __u32 form)
{
	inest_inv_set_pasid(&inv, b->pasid);
	return put_op(b, VFIO_NESTING_OP_CACHE_INVLD | form, b->vtd.group[0],
		      &inv, inv.argsz);
}

static int prepare_inv_page(struct bench *b)
{
	return put_inv(b, inest_inv_range(IOMMU_CACHE_INV_TYPE_IOTLB, 0x1000,
					  4096, 1), 0);
}

static int prepare_inv_pasid(struct bench *b)
{
	return put_inv(b, inest_inv_pasid(IOMMU_CACHE_INV_TYPE_IOTLB, b->pasid),
		       0);
}

static int prepare_inv_group(struct bench *b)
{
	return put_inv(b, inest_inv_pasid(IOMMU_CACHE_INV_TYPE_IOTLB, b->pasid),
		       VFIO_NESTING_OP_GROUP);
}

static int prepare_bind(struct bench *b)
{
	struct iommu_gpasid_bind_data data = inest_unbind_data(b->pasid);
	int ret = inest_unbind_pgtbl(b->vtd.container, INEST_ALL_GROUPS, &data);

	data = inest_bind_data(b->pasid, MOCK_PGTBL, 48);
	return ret ?: put_op(b, VFIO_NESTING_OP_BIND_PGTBL, -1, &data,
			     data.argsz);
}

static int prepare_unbind(struct bench *b)
{
	struct iommu_gpasid_bind_data data =
		inest_bind_data(b->pasid, MOCK_PGTBL, 48);
	int ret = inest_bind_pgtbl(b->vtd.container, INEST_ALL_GROUPS, &data);

	data = inest_unbind_data(b->pasid);
	put_op(b, VFIO_NESTING_OP_UNBIND_PGTBL, -1, &data, data.argsz);
	return ret == -EBUSY ? 0 : ret;
}

static int prepare_bind_table(struct bench *b)
{
	struct iommu_pasid_table_config table = inest_table(MOCK_TABLE, 0, 0, 0);
	int ret = inest_unbind_pasid_table(b->smmu.container, INEST_ALL_GROUPS);

	return ret ?: put_op(b, VFIO_NESTING_OP_BIND_PASID_TABLE, -1, &table,
			     table.argsz);
}

static int prepare_unbind_table(struct bench *b)
{
	struct iommu_pasid_table_config table = inest_table(MOCK_TABLE, 0, 0, 0);
	int ret = inest_bind_pasid_table(b->smmu.container, INEST_ALL_GROUPS,
					 &table);

	return ret ?: put_op(b, VFIO_NESTING_OP_UNBIND_PASID_TABLE, -1, NULL, 0);
}

static int prepare_respond(struct bench *b)
{
	union faults_record record;
	struct iommu_page_response response =
		inest_response(INEST_NO_PASID, 1, IOMMU_PAGE_RESP_SUCCESS);
	int ret = mock_write(b->vtd.bdf[0], "page_request", "- 1");

	/* One record at a time */
	if (!ret && faults_read(b->vtd.faults[0], &record, 0) != 1)
		ret = -EIO;
	return ret ?: put_op(b, VFIO_NESTING_OP_PAGE_RESP |
				VFIO_NESTING_OP_DEVICE, b->vtd.device[0],
			     &response, response.argsz);
}

static int prepare_alloc(struct bench *b)
{
	return bench_pasid_alloc(b->vtd.container, b->spare, &b->arg.pasid);
}

static int prepare_free(struct bench *b)
{
	return bench_pasid_free(b->vtd.container, b->spare, &b->arg.pasid);
}

static int prepare_quota(struct bench *b)
{
	b->arg.pasid = inest_pasid_request(VFIO_PASID_REQUEST_QUOTA, 0, 0);
	return 0;
}

/* The first is what measuring costs, the third what the others are compared to */
enum { COST_NOTHING, COST_SYSCALL, COST_NULL_IOCTL };

static const struct cost costs[] = {
	[COST_NOTHING] = { { "nothing", NULL, bench_call_nothing }, false },
	[COST_SYSCALL] = { { "getppid", NULL, bench_call_getppid }, false },
	[COST_NULL_IOCTL] = { { "VFIO_CHECK_EXTENSION", NULL, call_extension }, false },
	{ { "CACHE_INVLD page", prepare_inv_page, call_vtd }, true },
	{ { "CACHE_INVLD PASID", prepare_inv_pasid, call_vtd }, true },
	{ { "CACHE_INVLD PASID group", prepare_inv_group, call_vtd }, true },
	{ { "BIND_PGTBL", prepare_bind, call_vtd }, false },
	{ { "UNBIND_PGTBL", prepare_unbind, call_vtd }, false },
	{ { "BIND_PASID_TABLE", prepare_bind_table, call_smmu }, false },
	{ { "UNBIND_PASID_TABLE", prepare_unbind_table, call_smmu }, false },
	{ { "PAGE_RESP", prepare_respond, call_vtd }, false },
	{ { "PASID alloc", prepare_alloc, call_pasid }, false },
	{ { "PASID free", prepare_free, call_pasid }, false },
	{ { "PASID quota", prepare_quota, call_pasid }, false },
};

#define COSTS	((int)ARRAY_SIZE(costs))

/* A device that asks for pages without a PASID */
static int open_asking(struct bench *b)
{
	struct iommu_gpasid_bind_data rid = inest_bind_rid_data(MOCK_PGTBL, 48);

	return inest_bind_pgtbl(b->vtd.container, INEST_ALL_GROUPS, &rid) ?:
	       mock_vm_open_faults(&b->vtd, 0, 16);
}

static int open_bench(struct bench *b)
{
	int ret;

	ret = mock_vm_open(&b->vtd, IOMMU_PASID_FORMAT_INTEL_VTD, 0, 1);
	ret = ret ?: mock_vm_open_device(&b->vtd, 0);
	ret = ret ?: open_asking(b);
	ret = ret ?: mock_vm_open(&b->smmu, IOMMU_PASID_FORMAT_ARM_SMMUV3, 1,
				  1);
	if (ret)
		return ret;
	b->pasid = inest_pasid_alloc(b->vtd.container, 1, 1000);
	b->spare = inest_pasid_alloc(b->vtd.container, 1, 1000);
	return b->pasid < 0 ? b->pasid : b->spare;
}

static void report(const struct cost *cost, long long count, long long nothing,
		   long long null)
{
	double ratio = (double)(count - nothing) / (null - nothing);

	ksft_print_msg("%-24s %6lld instructions, %5.2f times a null ioctl\n",
		       cost->call.name, count - nothing, ratio);
	if (cost->limited)
		ksft_test_result(ratio <= RATIO_MAX,
				 "%s costs %lld, a null ioctl %lld, at most %d times as much\n",
				 cost->call.name, count - nothing, null - nothing,
				 RATIO_MAX);
}

static bool counts_instructions(struct bench *b)
{
	struct bench_cost cost = { 0 };
	bool counts = bench_counts_instructions(b, &cost);

	ksft_print_msg("getppid: %llu to %llu, median %llu\n", cost.lower,
		       cost.upper, cost.instructions);
	return counts;
}

static void run_costs(struct bench *b)
{
	long long count[COSTS];
	struct bench_cost cost;
	int i, ret;

	for (i = 0; i < COSTS; i++) {
		ret = bench_measure(b, &costs[i].call, &cost);
		if (ret)
			ksft_exit_fail_msg("%s: %s\n", costs[i].call.name,
					   strerror(-ret));
		count[i] = cost.instructions;
	}
	for (i = COST_SYSCALL; i < COSTS; i++)
		report(&costs[i], count[i], count[COST_NOTHING],
		       count[COST_NULL_IOCTL]);
}

static int limited_costs(void)
{
	int i, n = 0;

	for (i = 0; i < COSTS; i++)
		n += costs[i].limited;
	return n;
}

int main(int argc, char **argv)
{
	bool icount = argc == 2 && !strcmp(argv[1], "--icount");
	struct bench b;
	int ret;

	if (argc > 2 || (argc == 2 && !icount)) {
		fprintf(stderr, "usage: %s [--icount]\n", argv[0]);
		return KSFT_FAIL;
	}
	bench_begin(icount);
	if (mock_open_debugfs())
		ksft_exit_skip("this kernel has no mock IOMMU\n");
	if (mock_claim_devices() < 2)
		ksft_exit_skip("two edu devices with a group each are needed\n");
	ret = open_bench(&b);
	if (ret < 0)
		ksft_exit_fail_msg("no container: %s\n", strerror(-ret));
	ksft_set_plan(limited_costs());
	if (!counts_instructions(&b))
		ksft_exit_skip("the time stamp counter doesn't count instructions here\n");
	run_costs(&b);
	ksft_finished();
}
