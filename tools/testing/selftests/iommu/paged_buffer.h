/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest's buffer that has no page when a device begins to write to it, and what tests
 * on either unit do with it. Included behind kselftest_harness.h.
 */
#ifndef SELFTEST_IOMMU_PAGED_BUFFER_H
#define SELFTEST_IOMMU_PAGED_BUFFER_H

#include "pager.h"
#include "vm_testdev.h"

#define BUFFER		0x2000000000ULL
#define BUFFER_PAGES	1000

/* What each channel of a storm writes */
#define STORM_PAGES	8

/* The guest physical address that belongs at @va of the buffer */
static inline __u64 buffer_gpa(__u64 va)
{
	return GUEST_BLOCKS + (va - BUFFER);
}

/* Writes the first @pages pages */
static inline struct testdev_op buffer_op(__u32 who, int pages)
{
	struct testdev_op op = testdev_fill_op(who, BUFFER);

	op.len = pages * SZ_4K;
	return op;
}

/* A device has written the first @pages pages */
static inline bool buffer_written(const struct vm *vm, int pages)
{
	const __u64 token = testdev_fill_op(WITHOUT_PASID, BUFFER).imm;
	const __u64 *mem = guest_ptr(&vm->guest, GUEST_BLOCKS);
	size_t i;

	for (i = 0; i < pages * SZ_4K / sizeof(*mem); i++)
		if (mem[i] != token)
			return false;
	return true;
}

/* Serves the requests of the first device by @map, with success */
static inline struct pager
buffer_pager(const struct vm *vm, int queue,
	     void (*map)(void *data, const struct iommu_fault_page_request *req),
	     void *data)
{
	return (struct pager) {
		.container = vm->container,
		.device = vm->dev[0].td.device,
		.queue = queue,
		.map = map,
		.data = data,
		.code = IOMMU_PAGE_RESP_SUCCESS,
	};
}

/*
 * Neither another group nor another address space than those of @request, which the
 * first device waits for, is answered by mistake.
 */
static inline void expect_no_such_request(struct __test_metadata *_metadata,
					  const struct vm *vm,
					  const union faults_record *request)
{
	const struct iommu_fault_page_request *req = &request->fault.prm;
	union faults_record others[] = { *request, *request, *request };
	size_t i;

	others[0].fault.prm.grpid ^= 1;
	others[1].fault.prm.grpid |= 1 << 16;
	others[2].fault.prm.pasid ^= 1;
	for (i = 0; i < ARRAY_SIZE(others); i++) {
		/* A PASID that is not asked for is not looked at */
		if (others[i].fault.prm.pasid != req->pasid &&
		    !(req->flags & IOMMU_FAULT_PAGE_RESPONSE_NEEDS_PASID))
			continue;
		EXPECT_EQ(-ENOENT,
			  faults_respond(vm->container, vm->dev[0].td.device,
					 &others[i], IOMMU_PAGE_RESP_SUCCESS));
	}
}

/* @op writes BUFFER_PAGES pages, and each of them is asked for once */
static inline void expect_demand_paging(struct __test_metadata *_metadata,
					struct pager *pager, struct testdev *td,
					const struct testdev_op *op)
{
	ASSERT_EQ(0, pager_start(pager));
	testdev_start(td, op);
	EXPECT_EQ((__u32)ITD_ST_DONE,
		  testdev_settled(td, op->channel, 100000));
	pager_stop(pager);
	EXPECT_EQ(0, pager->error);
	EXPECT_EQ((unsigned int)BUFFER_PAGES, pager->groups);
	EXPECT_EQ((unsigned int)BUFFER_PAGES, pager->requests);
	EXPECT_EQ(0U, pager->others);
}

/* All channels at once write STORM_PAGES pages each, as @op does */
static inline void expect_storm(struct __test_metadata *_metadata,
				struct pager *pager, struct testdev *td,
				struct testdev_op op)
{
	unsigned int ch;

	ASSERT_EQ(0, pager_start(pager));
	for (ch = 0; ch < ITD_CHANNELS; ch++) {
		op.channel = ch;
		op.dst = BUFFER + ch * STORM_PAGES * SZ_4K;
		testdev_start(td, &op);
	}
	for (ch = 0; ch < ITD_CHANNELS; ch++)
		EXPECT_EQ((__u32)ITD_ST_DONE, testdev_settled(td, ch, 20000))
			TH_LOG("channel %u", ch);
	pager_stop(pager);
	EXPECT_EQ(0, pager->error);
}

#endif /* SELFTEST_IOMMU_PAGED_BUFFER_H */
