/* SPDX-License-Identifier: GPL-2.0-only */
/* What the mock IOMMU holds, and what is to go wrong with it, through debugfs */
#ifndef SELFTEST_IOMMU_MOCK_STATE_H
#define SELFTEST_IOMMU_MOCK_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

/* Size of the buffers that files of the mock are read into */
#define MOCK_TEXT_MAX	16384

/* How many files of a device: all, or one that each kind of operation changes */
#define MOCK_FILES	7
#define MOCK_BRIEF	3

/* In place of a device: the files that belong to none */
#define MOCK_TOP	NULL

/**
 * struct mock_snapshot - All that the mock's devices hold
 * @text: contents of the files, each below its name
 */
struct mock_snapshot {
	char text[4 * MOCK_TEXT_MAX];
};

/* Functions that return an int return a negative errno on failure. */
int mock_open_debugfs(void);
int mock_write(const char *bdf, const char *file, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
int mock_read(const char *bdf, const char *file, char *text, size_t size);
long mock_number(const char *bdf, const char *file);
int mock_lines(const char *bdf, const char *file);
bool mock_has(const char *bdf, const char *file, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

void mock_take(struct mock_snapshot *snapshot, const char *const *bdf, int n,
	       int files);
bool mock_unchanged(const struct mock_snapshot *before,
		    const char *const *bdf, int n, int files);
bool mock_is_idle(const char *const *bdf, int n);
void mock_disarm(void);

long mock_quota(void);
int mock_set_quota(unsigned long quota);

#endif /* SELFTEST_IOMMU_MOCK_STATE_H */
