// SPDX-License-Identifier: GPL-2.0-only
/* Making the n-th allocation, user copy or IOMMU command of this thread fail */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../kselftest.h"
#include "fail.h"
#include "write_file.h"

#define DEBUGFS		"/sys/kernel/debug/"
#define FAIL_IOMMU	DEBUGFS "fail_iommu_nesting/verbose"
#define FAIL_ALLOC	DEBUGFS "iommu_nesting_mock/fail_alloc"

static int nth = -1;

/* Also allocations that may wait, of every order, and no word about it */
static const char *setup_nth(void)
{
	static const char * const settings[][2] = {
		{ DEBUGFS "failslab/verbose", "0" },
		{ DEBUGFS "failslab/ignore-gfp-wait", "N" },
		{ DEBUGFS "fail_page_alloc/verbose", "0" },
		{ DEBUGFS "fail_page_alloc/ignore-gfp-wait", "N" },
		{ DEBUGFS "fail_page_alloc/ignore-gfp-highmem", "N" },
		{ DEBUGFS "fail_page_alloc/min-order", "0" },
		{ DEBUGFS "fail_usercopy/verbose", "0" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(settings); i++)
		if (write_file(settings[i][0], settings[i][1]))
			return "no CONFIG_FAULT_INJECTION_DEBUG_FS with all three kinds";
	/* Counts, too, where there is CONFIG_FAIL_IOMMU_NESTING */
	if (!access(FAIL_IOMMU, F_OK) && write_file(FAIL_IOMMU, "0"))
		return "fail_iommu_nesting/verbose cannot be written";
	nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	return nth < 0 ? "no /proc/thread-self/fail-nth (CONFIG_FAULT_INJECTION)" :
			 NULL;
}

static int write_number(int fd, unsigned int n)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", n);
	return pwrite(fd, text, strlen(text), 0) < 0 ? -errno : 0;
}

static int arm_nth(unsigned int n)
{
	return write_number(nth, n);
}

/*
 * What is left of the count fails in reading and writing the file itself, if
 * anything: a read that fails says that there was some left.
 */
static bool fired_nth(void)
{
	char text[16] = "";
	bool fired = pread(nth, text, sizeof(text) - 1, 0) > 0 && !atoi(text);

	if (write_number(nth, 0))
		write_number(nth, 0);
	return fired;
}

const struct fail_injector fail_nth_injector = {
	"fail_nth", setup_nth, arm_nth, fired_nth,
};

static const char *setup_mock(void)
{
	return access(FAIL_ALLOC, W_OK) ?
	       "no mock IOMMU (CONFIG_IOMMU_NESTING_MOCK)" : NULL;
}

/* The mock's files cannot be sought */
static int arm_mock(unsigned int n)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", n);
	return write_file(FAIL_ALLOC, text);
}

static bool fired_mock(void)
{
	int fd = open(FAIL_ALLOC, O_RDONLY | O_CLOEXEC);
	char text[16] = "";
	bool fired;

	fired = read(fd, text, sizeof(text) - 1) > 0 && !atoi(text);
	close(fd);
	arm_mock(0);
	return fired;
}

const struct fail_injector fail_mock_injector = {
	"mock_fail_alloc", setup_mock, arm_mock, fired_mock,
};
