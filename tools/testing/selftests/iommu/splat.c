// SPDX-License-Identifier: GPL-2.0-only
/* Warnings of the kernel, as they turn up in its log */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../kselftest.h"
#include "splat.h"

/* What follows a warning explains it: this many lines */
#define EXPLANATION	40

static int kmsg = -1;

static const char * const signs[] = {
	"WARNING:", "BUG:", "INFO: possible ", "INFO: task ", "INFO: rcu",
	"Internal error:", "Unable to handle kernel", "refcount_t:",
	"kernel BUG at", "cut here", "unreferenced object",
	"suspicious RCU usage", "possible circular locking",
	"Call trace:", "list_add corruption", "list_del corruption", "KASAN:",
	"UBSAN:",
};

/**
 * splat_open - Watch the kernel's log from here on
 *
 * The position in the log is shared with children that are forked later: each
 * line is seen once.
 *
 * Return: 0 or a negative errno
 */
int splat_open(void)
{
	kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (kmsg < 0 || lseek(kmsg, 0, SEEK_END) < 0)
		return -errno;
	return 0;
}

static bool is_splat(const char *line)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(signs); i++)
		if (strstr(line, signs[i]))
			return true;
	return false;
}

/**
 * splat_count - Read what the kernel logged since the last call
 *
 * Warnings are repeated on stdout, as diagnostics, with the lines behind them.
 *
 * Return: how many lines of it are a warning, 0 also when the log is not
 *	watched
 */
int splat_count(void)
{
	char line[8192], *text;
	int count = 0, shown = 0;
	ssize_t len;

	while (kmsg >= 0) {
		len = read(kmsg, line, sizeof(line) - 1);
		if (len < 0 && errno == EPIPE) /* the log lapped the reader */
			continue;
		if (len <= 0)
			break;
		line[len] = 0;
		if (is_splat(line)) {
			count++;
			shown = EXPLANATION;
		}
		if (shown > 0) {
			text = strchr(line, ';') + 1;
			printf("# kernel: %.*s\n", (int)strcspn(text, "\n"),
			       text);
			shown--;
		}
	}
	return count;
}
