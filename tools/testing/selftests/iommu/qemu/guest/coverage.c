// SPDX-License-Identifier: GPL-2.0
/*
 * Sends the kernel's coverage counters to the host, on the port "data":
 *
 *   file SIZE PATH\n	and SIZE bytes, for each file
 *   end COUNT\n	after the last one
 */
#define _GNU_SOURCE
#include <ftw.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"

#define COUNTERS "/sys/kernel/debug/gcov"
#define MAX_SIZE (1 << 20)
#define MAX_DEPTH 16

static FILE *port;
static int sent;

/* The size isn't known before the end. */
static bool send_file(const char *path)
{
	FILE *file = fopen(path, "r");
	char *data = malloc(MAX_SIZE);
	size_t size = 0;
	bool ok = false;

	if (file && data) {
		size = fread(data, 1, MAX_SIZE, file);
		ok = !ferror(file) && size && size < MAX_SIZE;
	}
	if (ok) {
		fprintf(port, "file %zu %s\n", size, path);
		ok = fwrite(data, 1, size, port) == size;
	}
	free(data);
	if (file)
		fclose(file);
	return ok;
}

static int visit(const char *path, const struct stat *stat, int type,
		 struct FTW *at)
{
	const char *end = strrchr(path, '.');

	(void)stat;
	(void)at;
	if (type != FTW_F || !end || strcmp(end, ".gcda"))
		return 0;
	if (!send_file(path)) {
		report_comment("coverage: can't send %s", path);
		return 1;
	}
	sent++;
	return 0;
}

void coverage_test(void)
{
	bool ok;

	port = port_open("data");
	ok = port && !nftw(COUNTERS, visit, MAX_DEPTH, FTW_PHYS) && sent;
	if (!port)
		report_comment("coverage: no port named data");
	else if (!sent)
		report_comment("coverage: no counters in " COUNTERS);
	if (ok)
		fprintf(port, "end %d\n", sent);
	if (port)
		ok &= !fclose(port);
	report_result(ok, "coverage", "");
}
