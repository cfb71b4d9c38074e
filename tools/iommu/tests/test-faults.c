// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Records of a fault queue, which a pipe stands for */
#define _GNU_SOURCE
#include <fcntl.h>
#include <unistd.h>

#include "fake.h"

static void test_read(void)
{
	union inest_fault in[3] = { 0 }, out[4];
	int ends[2];

	if (pipe2(ends, O_NONBLOCK)) {
		tap(false, "faults: a pipe");
		return;
	}
	in[0].type = IOMMU_FAULT_LOST;
	in[1].type = IOMMU_FAULT_PAGE_REQ;
	in[2].type = IOMMU_FAULT_BLOCKED;
	in[2].blocked.reason = IOMMU_FAULT_BLOCKED_BIND;
	tap_eq(-EAGAIN, inest_fault_read(ends[0], out, 4), "faults: none yet");
	tap_eq(sizeof(in), write(ends[1], in, sizeof(in)), "faults: 3 written");
	tap_eq(2, inest_fault_read(ends[0], out, 2), "faults: as asked for");
	tap(!memcmp(in, out, 2 * sizeof(in[0])), "faults: the oldest first");
	tap_eq(1, inest_fault_read(ends[0], out, 4), "faults: what is left");
	tap(!memcmp(&in[2], out, sizeof(in[0])), "faults: the youngest last");
	tap_eq(7, write(ends[1], in, 7), "faults: 7 bytes written");
	tap_eq(-EPROTO, inest_fault_read(ends[0], out, 4), "faults: a part");
	tap_eq(-EINVAL, inest_fault_read(ends[0], out, 0), "faults: of none");
	tap_eq(-EINVAL, inest_fault_read(ends[0], out, -1), "faults: of -1");
	close(ends[1]);
	tap_eq(0, inest_fault_read(ends[0], out, 4), "faults: the end");
	close(ends[0]);
	tap_eq(-EBADF, inest_fault_read(ends[0], out, 4), "faults: closed");
}

static void test_config(void)
{
	struct iommu_fault_queue_config none = inest_fault_queue(16, -1);
	struct iommu_fault_queue_config zero = inest_fault_queue(2, 0);

	tap(none.argsz == 24 && none.version == 1 && none.entries == 16 &&
	    !none.flags && !none.eventfd, "fault queue: no eventfd");
	tap(zero.flags == IOMMU_FAULT_QUEUE_EVENTFD && !zero.eventfd,
	    "fault queue: eventfd 0");
}

static union inest_fault request(__u32 flags)
{
	union inest_fault fault = { 0 };

	fault.type = IOMMU_FAULT_PAGE_REQ;
	fault.fault.prm.flags = flags;
	fault.fault.prm.pasid = 5;
	fault.fault.prm.grpid = 8;
	return fault;
}

static void test_waits(void)
{
	union inest_fault more = request(0);
	union inest_fault last = request(IOMMU_FAULT_PAGE_REQUEST_LAST_PAGE);
	union inest_fault data = request(IOMMU_FAULT_PAGE_REQUEST_PRIV_DATA);
	union inest_fault event = last;

	event.type = IOMMU_FAULT_DMA_UNRECOV;
	tap(!inest_fault_waits(&more), "faults: more to come");
	tap(inest_fault_waits(&last), "faults: last of a group");
	tap(inest_fault_waits(&data), "faults: private data");
	tap(!inest_fault_waits(&event), "faults: no page request");
}

static void test_response(void)
{
	union inest_fault with =
		request(IOMMU_FAULT_PAGE_REQUEST_PASID_VALID |
			IOMMU_FAULT_PAGE_RESPONSE_NEEDS_PASID);
	union inest_fault without =
		request(IOMMU_FAULT_PAGE_REQUEST_PASID_VALID);
	struct iommu_page_response response;

	response = inest_fault_response(&with, IOMMU_PAGE_RESP_FAILURE);
	tap(response.flags == IOMMU_PAGE_RESP_PASID_VALID &&
	    response.pasid == 5 && response.grpid == 8 && response.code == 2 &&
	    response.argsz == 24, "faults: response with a PASID");
	response = inest_fault_response(&without, IOMMU_PAGE_RESP_SUCCESS);
	tap(!response.flags && !response.pasid && response.grpid == 8 &&
	    !response.code, "faults: response without a PASID");
}

/* Of 0 to 9, exactly those from @first to @last have one, and none has two */
static void test_names_of(const char *(*name)(__u32), __u32 first, __u32 last,
			  const char *what)
{
	bool ok = !name(0xffffffff);
	__u32 i, other;

	for (i = 0; i < 10; i++) {
		ok &= !!name(i) == (i >= first && i <= last);
		for (other = first; name(i) && other < i; other++)
			ok &= !!strcmp(name(i), name(other));
	}
	tap(ok, what);
}

static void test_all_names(void)
{
	test_names_of(inest_fault_type_name, 1, 2, "names: types of 5.10");
	tap_str("lost", inest_fault_type_name(0x100), "names: 0x100");
	tap_str("answered", inest_fault_type_name(0x101), "names: 0x101");
	tap_str("blocked", inest_fault_type_name(0x102), "names: 0x102");
	tap(!inest_fault_type_name(0x103), "names: 0x103");
	test_names_of(inest_fault_reason_name, 0, 8, "names: faults");
	tap_str("oor_address", inest_fault_reason_name(8), "names: fault 8");
	test_names_of(inest_answered_reason_name, 1, 3, "names: answers");
	tap_str("reset", inest_answered_reason_name(3), "names: answer 3");
	test_names_of(inest_blocked_reason_name, 1, 3, "names: blocks");
	tap_str("response", inest_blocked_reason_name(3), "names: block 3");
	test_names_of(inest_page_response_name, 0, 2, "names: responses");
	tap_str("invalid", inest_page_response_name(1), "names: response 1");
}

void test_faults(void)
{
	test_read();
	test_config();
	test_waits();
	test_response();
	test_all_names();
}
