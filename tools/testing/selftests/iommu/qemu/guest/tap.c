// SPDX-License-Identifier: GPL-2.0
/* The port that carries the results to the host, and what is written on it. */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"

#define PORT_NAME "ktap"

static FILE *port;
static int reported;
static bool all_ok = true;

int report_open(void)
{
	port = port_open(PORT_NAME);
	if (!port)
		return -1;
	setvbuf(port, NULL, _IOLBF, 0);
	return 0;
}

void report_plan(int tests)
{
	fprintf(port, "KTAP version 1\n1..%d\n", tests);
}

void report_line(const char *indent, const char *line)
{
	fprintf(port, "%s%s\n", indent, line);
}

void report_comment(const char *format, ...)
{
	va_list args;

	fputs("# ", port);
	va_start(args, format);
	vfprintf(port, format, args);
	va_end(args);
	fputc('\n', port);
}

void report_result(bool ok, const char *name, const char *directive)
{
	fprintf(port, "%sok %d %s%s\n", ok ? "" : "not ", ++reported, name, directive);
	all_ok &= ok;
}

bool report_all_ok(void)
{
	return all_ok;
}

/* The last line on the port: without it the host counts the run as failed. */
void report_verdict(bool ok)
{
	fprintf(port, "# rig verdict: %s\n", ok ? "ok" : "failed");
	fflush(port);
}

/*
 * The machine has all that its programs need, so that a test is only skipped for
 * what no machine can do. Anything else is a kernel without an option.
 */
static bool is_unexpected_skip(const char *text)
{
	static const char allowed[] = "cannot happen: ";
	const char *skip = strcasestr(text, "# SKIP");

	if (!skip)
		return false;
	skip += strlen("# SKIP");
	skip += strspn(skip, " ");
	return strncmp(skip, allowed, strlen(allowed)) != 0;
}

void tap_feed(struct tap *tap, const char *line)
{
	const char *text = line + strspn(line, " \t");
	bool outermost = text == line;

	if (!strncmp(text, "not ok", 6)) {
		tap->failed |= !strstr(text, "# TODO");
		tap->seen += outermost;
	} else if (!strncmp(text, "ok ", 3)) {
		tap->seen += outermost;
		tap->skipped += is_unexpected_skip(text);
	} else if (!strncmp(text, "Bail out!", 9)) {
		tap->failed = true;
	} else if (outermost && !strncmp(text, "1..", 3)) {
		tap->planned = atoi(text + 3);
	}
}

/* Too few results, or none, are a failure, and so is a skip for no good reason. */
bool tap_passed(const struct tap *tap)
{
	return tap->seen && !tap->failed && !tap->skipped &&
	       (tap->planned < 0 || tap->planned == tap->seen);
}
