// SPDX-License-Identifier: GPL-2.0-only
/*
 * The nesting interface on the mock IOMMU: every call from user space down to a
 * driver, what it does seen in the mock's debugfs, and every way in which it is
 * refused, in which hardware fails, and in which processes end.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Child and parent write to one stream: results and reasons stay in order */
#define TH_LOG_STREAM stdout

#include "../kselftest_harness.h"
#include "faults.h"
#include "mock_state.h"
#include "mock_vm.h"
#include "now_ms.h"
#include "pci_user.h"
#include "poke.h"
#include "splat.h"
#include "write_file.h"

#include "mock_world.h"
#include "mock_peer.h"
#include "mock_ops.h"
#include "mock_info.h"
#include "mock_errno.h"
#include "mock_errno_pasid.h"
#include "mock_values.h"
#include "mock_length.h"
#include "mock_pointer.h"
#include "mock_fetch.h"
#include "mock_owner.h"
#include "mock_process.h"
#include "mock_quota.h"
#include "mock_destroy.h"
#include "mock_unplug.h"
#include "mock_hardware.h"
#include "mock_races.h"
#include "mock_fault_world.h"
#include "mock_fault_queue.h"
#include "mock_fault_file.h"
#include "mock_fault_leave.h"
#include "mock_fault_records.h"
#include "mock_fault_bounds.h"
#include "mock_fault_end.h"
#include "mock_fault_table.h"
#include "mock_fault_fail.h"
#include "mock_fault_races.h"

/* What the last test left behind as it exited; fixtures run in this order */
FIXTURE(kernel_log) { };

FIXTURE_SETUP(kernel_log) { }

FIXTURE_TEARDOWN(kernel_log) { }

TEST_F(kernel_log, is_clean)
{
	EXPECT_TRUE(EVENTUALLY(all_idle()));
	EXPECT_EQ(0, splat_count());
}

static void __attribute__((constructor)) __constructor_order_last(void)
{
	if (!__constructor_order)
		__constructor_order = _CONSTRUCTOR_ORDER_BACKWARD;
}

static bool is_chosen(const struct __test_metadata *test, char **names)
{
	const char *fixture = test->fixture->name;
	size_t len = strlen(fixture);

	for (; *names; names++) {
		if (strncmp(*names, fixture, len))
			continue;
		if (!(*names)[len] || ((*names)[len] == '.' &&
				       !strcmp(*names + len + 1, test->name)))
			return true;
	}
	return false;
}

/* Leaves the tests that are named, by their fixture or as fixture.test */
static void choose(char **names)
{
	struct __fixture_metadata *fixture;
	struct __test_metadata *test, *next;

	for (fixture = __fixture_list; fixture; fixture = fixture->next) {
		test = fixture->tests;
		fixture->tests = NULL;
		for (; test; test = next) {
			next = test->next;
			if (is_chosen(test, names))
				__register_test(test);
		}
	}
}

int main(int argc, char **argv)
{
	int devices;

	if (argc > 1 && !strcmp(argv[1], AFTER_EXEC))
		return after_exec(argc, argv);
	if (argc > 1 && argv[1][0] == '-') {
		fprintf(stderr, "usage: %s [FIXTURE[.TEST] ...]\n", argv[0]);
		return KSFT_FAIL;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (mock_open_debugfs())
		ksft_exit_skip("this kernel has no mock IOMMU\n");
	if (splat_open())
		ksft_exit_fail_msg("the kernel log can't be read\n");
	devices = mock_claim_devices();
	if (devices < 0)
		ksft_exit_fail_msg("vfio-pci did not take the edu devices: %s\n",
				   strerror(-devices));
	if (devices < MOCK_SINGLES)
		ksft_exit_skip("%d edu devices with a group each, the tests need %d\n",
			       devices, MOCK_SINGLES);
	if (argc > 1)
		choose(argv + 1);
	return test_harness_run(argc, argv);
}
