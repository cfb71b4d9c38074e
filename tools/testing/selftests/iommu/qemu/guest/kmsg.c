// SPDX-License-Identifier: GPL-2.0
/*
 * Two tests that read the kernel log: the results of KUnit, which ran before
 * PID 1 started, and a search for complaints of the kernel.
 *
 * KUnit's debugfs files aren't used: they cut each log at 512 bytes.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rig.h"

/* Bit 18, set by KUnit: no complaint. */
#define TAINT_TEST 0x40000UL
#define MAX_SHOWN 40

static const char *const complaints[] = {
	"WARNING:", "BUG:", "Oops", "Internal error:", "INFO: possible",
	"INFO: task", "INFO: rcu", "rcu: INFO:", "KASAN:", "KCSAN:", "UBSAN:", "kmemleak:",
	"refcount_t:", "list_add corruption", "list_del corruption",
	"scheduling while atomic", "Call trace:", "Call Trace:", "ODEBUG:", "Kernel panic",
	NULL,
};

/* kmemleak's reports, and whether it could scan, have a test of their own. */
static const char *const harmless[] = {
	"kmemleak: Kernel memory leak detector initialized",
	"kmemleak: Kernel memory leak detector disabled",
	"new suspected memory leaks (see",
	NULL,
};

static bool contains_any(const char *text, const char *const list[])
{
	while (*list && !strstr(text, *list))
		list++;
	return *list;
}

/* Undoes the kernel's \xNN for control characters, in place. */
static void unescape(char *text)
{
	char *to = text, digits[3] = "";

	while (*text) {
		if (text[0] == '\\' && text[1] == 'x' && text[2] && text[3]) {
			memcpy(digits, text + 2, 2);
			*to++ = strtol(digits, NULL, 16);
			text += 4;
		} else {
			*to++ = *text++;
		}
	}
	*to = '\0';
}

/* Calls LINE for each line of the log so far; false when some were lost. */
static bool each_line(void (*line)(char *text, void *data), void *data)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	char record[8192], *text, *part;
	bool complete = true, first = true;
	ssize_t size;

	if (fd < 0)
		return false;
	while ((size = read(fd, record, sizeof(record) - 1)) > 0) {
		record[size] = '\0';
		if (first && !strstr(record, ",0,"))
			complete = false;
		first = false;
		text = strchr(record, ';');
		if (!text)
			continue;
		text++;
		text[strcspn(text, "\n")] = '\0';
		unescape(text);
		while ((part = strsep(&text, "\n")))
			line(part, data);
	}
	close(fd);
	return complete && !first;
}

struct kunit_scan {
	struct tap tap;
	bool started;
};

static void kunit_line(char *line, void *data)
{
	struct kunit_scan *scan = data;
	const char *text = line + strspn(line, " ");
	bool ktap = !strncmp(text, "ok ", 3) || !strncmp(text, "not ok ", 7) ||
		    !strncmp(text, "# ", 2) || !strncmp(text, "1..", 3) ||
		    !strncmp(text, "KTAP version", 12);

	if (!scan->started && strcmp(line, "KTAP version 1"))
		return;
	scan->started = true;
	if (scan->tap.planned >= 0 && scan->tap.seen >= scan->tap.planned)
		return;
	if (ktap) {
		tap_feed(&scan->tap, line);
		report_line("    ", line);
	}
}

void kunit_test(void)
{
	struct kunit_scan scan = { .tap = TAP_INIT };
	bool complete = each_line(kunit_line, &scan);

	if (!complete)
		report_comment("kunit: the start of the kernel log is lost");
	if (!scan.tap.seen)
		report_comment("kunit: no results in the kernel log");
	else if (scan.tap.seen != scan.tap.planned)
		report_comment("kunit: %d suites of %d planned", scan.tap.seen,
			       scan.tap.planned);
	if (scan.tap.skipped)
		report_comment("kunit: %d skipped that could have run",
			       scan.tap.skipped);
	report_result(complete && tap_passed(&scan.tap), "kunit", "");
}

static void complaint_line(char *line, void *data)
{
	int *found = data;

	if (!contains_any(line, complaints) || contains_any(line, harmless))
		return;
	if ((*found)++ < MAX_SHOWN)
		report_comment("%s", line);
}

static unsigned long taint(void)
{
	FILE *file = fopen("/proc/sys/kernel/tainted", "r");
	unsigned long value = ~0UL;

	if (!file || fscanf(file, "%lu", &value) != 1)
		value = ~0UL;
	if (file)
		fclose(file);
	return value & ~TAINT_TEST;
}

void kernel_log_test(void)
{
	int found = 0;
	bool complete = each_line(complaint_line, &found);

	if (!complete)
		report_comment("kernel log: its start is lost");
	if (taint())
		report_comment("kernel log: tainted %#lx", taint());
	report_result(complete && !found && !taint(), "kernel_log", "");
}
