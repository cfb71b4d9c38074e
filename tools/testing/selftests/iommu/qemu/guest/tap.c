// SPDX-License-Identifier: GPL-2.0
/* The virtio-serial port that carries the results to the host. */
#include <dirent.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rig.h"

#define PORTS "/sys/class/virtio-ports"
#define PORT_TRIES	200
#define PORT_WAIT_US	50000
#define PORT_NAME "ktap"

static FILE *port;
static int reported;
static bool all_ok = true;

static bool port_is_ours(const char *node)
{
	char path[512], name[64] = "";
	FILE *file;

	snprintf(path, sizeof(path), PORTS "/%s/name", node);
	file = fopen(path, "r");
	if (!file)
		return false;
	if (!fgets(name, sizeof(name), file))
		name[0] = '\0';
	fclose(file);
	name[strcspn(name, "\n")] = '\0';
	return !strcmp(name, PORT_NAME);
}

/* The port has no fixed number: look for it by name. */
static FILE *find_port(void)
{
	DIR *dir = opendir(PORTS);
	struct dirent *entry;
	FILE *found = NULL;
	char path[300];

	while (dir && !found && (entry = readdir(dir))) {
		if (!port_is_ours(entry->d_name))
			continue;
		snprintf(path, sizeof(path), "/dev/%s", entry->d_name);
		found = fopen(path, "we");
	}
	if (dir)
		closedir(dir);
	return found;
}

/* The host names the port in a message, which may come after user space starts. */
int report_open(void)
{
	int tries;

	for (tries = 0; !port && tries < PORT_TRIES; tries++) {
		port = find_port();
		if (!port)
			usleep(PORT_WAIT_US);
	}
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

void tap_feed(struct tap *tap, const char *line)
{
	const char *text = line + strspn(line, " \t");
	bool outermost = text == line;

	if (!strncmp(text, "not ok", 6)) {
		tap->failed |= !strstr(text, "# TODO");
		tap->seen += outermost;
	} else if (!strncmp(text, "ok ", 3)) {
		tap->seen += outermost;
	} else if (!strncmp(text, "Bail out!", 9)) {
		tap->failed = true;
	} else if (outermost && !strncmp(text, "1..", 3)) {
		tap->planned = atoi(text + 3);
	}
}

/* Too few results, or none, are a failure. */
bool tap_passed(const struct tap *tap)
{
	return tap->seen && !tap->failed &&
	       (tap->planned < 0 || tap->planned == tap->seen);
}
