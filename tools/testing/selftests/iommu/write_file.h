/* SPDX-License-Identifier: GPL-2.0-only */
/* Files of the kernel that take a word */
#ifndef SELFTEST_IOMMU_WRITE_FILE_H
#define SELFTEST_IOMMU_WRITE_FILE_H

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/**
 * write_file - Write to a file of sysfs or debugfs
 * @path: the file, which exists
 * @text: all that is written, at once
 *
 * Return: 0 or a negative errno
 */
static inline int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

#endif /* SELFTEST_IOMMU_WRITE_FILE_H */
