// SPDX-License-Identifier: GPL-2.0
/*
 * A leak is reported when two scans see the same unreferenced object and it is
 * at least five seconds old at the second.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rig.h"

#define KMEMLEAK "/sys/kernel/debug/kmemleak"
#define MIN_AGE_SECONDS 6
#define MAX_SHOWN 60

static bool scanned;

/* The first scan; kmemleak_test() does the second. */
void kmemleak_begin(void)
{
	scanned = write_file(KMEMLEAK, "scan");
}

static int report_leaks(void)
{
	FILE *file = fopen(KMEMLEAK, "r");
	size_t size = 0;
	char *line = NULL;
	int lines = 0;

	if (!file)
		return -1;
	while (getline(&line, &size, file) >= 0) {
		line[strcspn(line, "\n")] = '\0';
		fprintf(stderr, "%s\n", line);
		if (lines++ < MAX_SHOWN)
			report_comment("%s", line);
	}
	free(line);
	fclose(file);
	return lines;
}

void kmemleak_test(void)
{
	int lines = -1;

	sleep(MIN_AGE_SECONDS);
	if (scanned && write_file(KMEMLEAK, "scan"))
		lines = report_leaks();
	if (lines < 0)
		report_comment("kmemleak: can't scan");
	report_result(lines == 0, "kmemleak", "");
}
