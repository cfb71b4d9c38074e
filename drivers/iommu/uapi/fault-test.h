/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KUnit tests of fault queues: a device with a queue, and a driver that notes what it
 * is to answer
 */
#ifndef __IOMMU_NESTING_FAULT_TEST_H
#define __IOMMU_NESTING_FAULT_TEST_H

#include <kunit/test.h>

#include "fault.h"

#define ENTRIES		4
#define ANSWERS		16

#define P		5
#define Q		6
#define GUEST_Q		77

struct answer {
	u32	pasid;
	u32	grpid;
	u32	code;
};

/**
 * struct fault_ctx - A device with a queue
 * @dev: the device
 * @faults: its faults
 * @queue: of ENTRIES
 * @fail: what the driver's respond() says
 * @again: how many times the device asks for the same again, once it is answered
 * @answers: what it was told
 * @n: how many times
 * @drained: how many times the driver was to drain
 * @blocked: how many times it was to block
 */
struct fault_ctx {
	struct device			*dev;
	struct iommu_nesting_faults	*faults;
	struct fault_queue		*queue;
	int				fail;
	unsigned int			again;
	struct answer			answers[ANSWERS];
	unsigned int			n;
	unsigned int			drained;
	unsigned int			blocked;
};

/* fault-test.c; the context is the test's priv */
int fault_test_init(struct kunit *test);
void fault_test_exit(struct kunit *test);
int fault_ask_flags(struct fault_ctx *ctx, u32 pasid, u32 grpid, u32 flags);
int fault_ask(struct fault_ctx *ctx, u32 pasid, u32 grpid);
int fault_respond_flags(struct fault_ctx *ctx, u32 pasid, u32 grpid, u32 flags);
int fault_respond(struct fault_ctx *ctx, u32 pasid, u32 grpid);
struct iommu_fault fault_take(struct fault_ctx *ctx);
void fault_expect_request(struct kunit *test, u32 pasid, u32 grpid);
void fault_expect_lost(struct kunit *test, u64 seq, u32 records, u32 answered,
		       u32 flags);
void fault_expect_answered(struct kunit *test, u32 pasid, u32 grpid, u32 reason,
			   u32 flags);
void fault_expect_nothing(struct kunit *test);
void fault_expect_told(struct kunit *test, unsigned int n, u32 pasid, u32 grpid,
		       u32 code);

#endif /* __IOMMU_NESTING_FAULT_TEST_H */
