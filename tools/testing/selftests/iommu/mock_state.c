// SPDX-License-Identifier: GPL-2.0-only
/* What the mock IOMMU holds, and what is to go wrong with it, through debugfs */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "mock_state.h"
#include "write_file.h"

#define DEBUGFS		"/sys/kernel/debug"
#define MOCK		DEBUGFS "/iommu_nesting_mock"
#define QUOTA		"/sys/module/iommu_nesting/parameters/pasid_quota"

/* Files of a device that a refused call must leave as they are */
static const char * const state_files[MOCK_FILES] = {
	"stage1", "tlb", "page_request", "blocked", "dev_tlb", "pasid_cache",
	"responses",
};

/**
 * mock_open_debugfs - Make the mock's files available
 *
 * Return: 0, or a negative errno: ENOENT when this kernel has no mock
 */
int mock_open_debugfs(void)
{
	if (access(MOCK, F_OK) &&
	    mount("debugfs", DEBUGFS, "debugfs", 0, NULL) && errno != EBUSY)
		return -errno;
	return access(MOCK, F_OK) ? -errno : 0;
}

static void make_path(char *path, const char *bdf, const char *file)
{
	if (bdf)
		snprintf(path, PATH_MAX, MOCK "/%s/%s", bdf, file);
	else
		snprintf(path, PATH_MAX, MOCK "/%s", file);
}

static int read_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t got = 0;
	ssize_t len;

	text[0] = 0;
	if (fd < 0)
		return -errno;
	do {
		len = read(fd, text + got, size - 1 - got);
		if (len > 0)
			got += len;
	} while (len > 0);
	text[got] = 0;
	close(fd);
	return len < 0 ? -EIO : (int)got;
}

/**
 * mock_write - Write a line into a file of the mock
 * @bdf: address of the device, or MOCK_TOP
 * @file: name of the file
 * @format: the line, as for printf()
 *
 * Return: 0 or a negative errno
 */
int mock_write(const char *bdf, const char *file, const char *format, ...)
{
	char path[PATH_MAX], line[128];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	make_path(path, bdf, file);
	return write_file(path, line);
}

/**
 * mock_read - Read a file of the mock
 * @bdf: address of the device, or MOCK_TOP
 * @file: name of the file
 * @text: filled in, with its terminating zero; empty on failure
 * @size: size of @text
 *
 * Return: number of bytes or a negative errno
 */
int mock_read(const char *bdf, const char *file, char *text, size_t size)
{
	char path[PATH_MAX];

	make_path(path, bdf, file);
	return read_text(path, text, size);
}

/**
 * mock_number - Read a file that holds one number
 * @bdf: address of the device, or MOCK_TOP
 * @file: name of the file
 *
 * Return: the number or a negative errno
 */
long mock_number(const char *bdf, const char *file)
{
	char text[32];
	int ret = mock_read(bdf, file, text, sizeof(text));

	return ret < 0 ? ret : strtol(text, NULL, 0);
}

/**
 * mock_lines - Count the lines of a file
 * @bdf: address of the device
 * @file: name of the file
 *
 * Return: how many there are or a negative errno
 */
int mock_lines(const char *bdf, const char *file)
{
	char text[MOCK_TEXT_MAX];
	int ret = mock_read(bdf, file, text, sizeof(text));
	int lines = 0;
	char *p;

	if (ret < 0)
		return ret;
	for (p = text; (p = strchr(p, '\n')); p++)
		lines++;
	return lines;
}

/**
 * mock_has - Look for a line in a file
 * @bdf: address of the device
 * @file: name of the file
 * @format: how the line starts, up to the end of a word, as for printf()
 *
 * Return: whether there is such a line
 */
bool mock_has(const char *bdf, const char *file, const char *format, ...)
{
	char text[MOCK_TEXT_MAX], start[128];
	va_list args;
	size_t len;
	char *line;

	va_start(args, format);
	len = vsnprintf(start, sizeof(start), format, args);
	va_end(args);
	if (mock_read(bdf, file, text, sizeof(text)) < 0)
		return false;
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		if (!strncmp(line, start, len) &&
		    (!line[len] || line[len] == ' '))
			return true;
	return false;
}

/**
 * mock_take - Note what devices hold
 * @snapshot: filled in
 * @bdf: addresses of the devices
 * @n: how many
 * @files: MOCK_FILES or MOCK_BRIEF
 */
void mock_take(struct mock_snapshot *snapshot, const char *const *bdf, int n,
	       int files)
{
	char *p = snapshot->text, *end = p + sizeof(snapshot->text);
	int i, file;

	*p = 0;
	for (i = 0; i < n; i++) {
		for (file = 0; file < files && end - p > 64; file++) {
			p += snprintf(p, end - p, "[%s %s]\n", bdf[i],
				      state_files[file]);
			if (mock_read(bdf[i], state_files[file], p,
				      end - p) > 0)
				p += strlen(p);
		}
	}
}

static void print_text(const char *what, const char *text)
{
	size_t len;

	printf("# %s:\n", what);
	for (; *text; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		printf("#   %.*s\n", (int)len, text);
	}
}

/**
 * mock_unchanged - Compare what devices hold with what they held
 * @before: from mock_take()
 * @bdf: addresses of the same devices
 * @n: how many
 * @files: what mock_take() was given
 *
 * Return: whether all is the same; both are printed when it is not
 */
bool mock_unchanged(const struct mock_snapshot *before,
		    const char *const *bdf, int n, int files)
{
	struct mock_snapshot now;

	mock_take(&now, bdf, n, files);
	if (!strcmp(before->text, now.text))
		return true;
	print_text("before", before->text);
	print_text("now", now.text);
	return false;
}

/**
 * mock_is_idle - Whether nothing is bound, cached, blocked or waiting
 * @bdf: addresses of the devices
 * @n: how many
 *
 * Return: whether it is so of all of them
 */
bool mock_is_idle(const char *const *bdf, int n)
{
	int i, file;

	for (i = 0; i < n; i++) {
		for (file = 0; file < MOCK_FILES; file++) {
			if (!strcmp(state_files[file], "responses"))
				continue;
			if (!strcmp(state_files[file], "blocked")) {
				if (mock_number(bdf[i], "blocked"))
					return false;
			} else if (mock_lines(bdf[i], state_files[file])) {
				return false;
			}
		}
	}
	return true;
}

/** mock_disarm - Let nothing go wrong any more */
void mock_disarm(void)
{
	mock_write(MOCK_TOP, "fail_alloc", "0");
	mock_write(MOCK_TOP, "fail_command", "0");
	mock_write(MOCK_TOP, "timeout_command", "0");
}

/**
 * mock_quota - Number of PASIDs that a process may have
 *
 * Return: the module parameter or a negative errno
 */
long mock_quota(void)
{
	char text[32];
	int ret = read_text(QUOTA, text, sizeof(text));

	return ret < 0 ? ret : strtol(text, NULL, 0);
}

/**
 * mock_set_quota - Set how many PASIDs a process may have
 * @quota: the number
 *
 * Return: 0 or a negative errno
 */
int mock_set_quota(unsigned long quota)
{
	char text[32];

	snprintf(text, sizeof(text), "%lu", quota);
	return write_file(QUOTA, text);
}
