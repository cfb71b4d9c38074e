/* SPDX-License-Identifier: GPL-2.0-only */
/* Commands to an IOMMU that fail on demand, with FAIL_IOMMU_NESTING */
#ifndef SELFTEST_IOMMU_INJECT_H
#define SELFTEST_IOMMU_INJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include "write_file.h"

#define INJECT_DIR	"/sys/kernel/debug/fail_iommu_nesting/"
#define INJECT_ALWAYS	(-1)

static inline bool inject_possible(void)
{
	return !access(INJECT_DIR "times", F_OK);
}

/* Of a test that has begun: it cannot happen without (kselftest_harness.h) */
#define SKIP_WITHOUT_INJECTION()					\
	do {								\
		if (!inject_possible())					\
			SKIP(return, "cannot happen: this kernel makes no command fail"); \
	} while (0)

/**
 * inject_failures - Make commands fail
 * @times: the next so many, INJECT_ALWAYS for all from now on, 0 for none
 *
 * Return: 0 or a negative errno
 */
static inline int inject_failures(int times)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", times);
	return write_file(INJECT_DIR "verbose", "0") ?:
	       write_file(INJECT_DIR "interval", "1") ?:
	       write_file(INJECT_DIR "times", text) ?:
	       write_file(INJECT_DIR "probability", times ? "100" : "0");
}

#endif /* SELFTEST_IOMMU_INJECT_H */
