// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Files of sysfs */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "internal.h"

int inest__write(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, value, strlen(value)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

int inest__read_hex(const char *path, __u32 *value)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char text[32];
	ssize_t len;
	char *end;
	int ret;

	if (fd < 0)
		return -errno;
	len = read(fd, text, sizeof(text) - 1);
	ret = len < 0 ? -errno : 0;
	close(fd);
	if (ret)
		return ret;
	text[len] = 0;
	*value = strtoul(text, &end, 16);
	return end == text || (*end && *end != '\n') ? -EINVAL : 0;
}

/* The last part of what a link points to */
int inest__link_name(const char *path, char *name, size_t size)
{
	char target[PATH_MAX];
	ssize_t len = readlink(path, target, sizeof(target) - 1);
	const char *base;

	if (len < 0)
		return -errno;
	target[len] = 0;
	base = strrchr(target, '/');
	base = base ? base + 1 : target;
	if (strlen(base) >= size)
		return -ERANGE;
	memcpy(name, base, strlen(base) + 1);
	return 0;
}
