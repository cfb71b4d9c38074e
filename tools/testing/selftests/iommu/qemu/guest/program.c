// SPDX-License-Identifier: GPL-2.0
/* Runs a test program and passes on what it prints. */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rig.h"

#define TESTS "/kselftest/iommu/"
#define MAX_ARGS 16

/* Exit codes of tools/testing/selftests/kselftest.h */
#define KSFT_PASS 0
#define KSFT_SKIP 4

static bool stderr_to_host;

/* A program's stderr goes to the console otherwise. */
void program_stderr_to_host(void)
{
	stderr_to_host = true;
}

/* "program,argument,argument" becomes an argument vector. */
static void split(char *spec, char *argv[MAX_ARGS])
{
	int count = 0;

	while (count < MAX_ARGS - 1 && (argv[count] = strsep(&spec, ",")))
		count++;
	argv[count] = NULL;
}

static void exec_program(char *argv[], int out)
{
	char path[256];

	snprintf(path, sizeof(path), TESTS "%s", argv[0]);
	dup2(out, STDOUT_FILENO);
	if (stderr_to_host)
		dup2(out, STDERR_FILENO);
	if (chdir(TESTS) == 0)
		execv(path, argv);
	perror(path);
	_exit(127);
}

static FILE *start(char *argv[], pid_t *pid)
{
	int ends[2];

	if (pipe(ends) < 0)
		return NULL;
	*pid = fork();
	if (*pid == 0) {
		close(ends[0]);
		exec_program(argv, ends[1]);
	}
	close(ends[1]);
	return fdopen(ends[0], "r");
}

/* Orphans come to PID 1 too: wait until it's PID that ended. */
static int wait_for(pid_t pid)
{
	int status = 0;
	pid_t ended;

	do {
		ended = wait(&status);
	} while (ended > 0 && ended != pid);
	return ended == pid ? status : -1;
}

/* Returns the wait status; what was printed is counted in TAP. */
static int run(char *argv[], const char *indent, struct tap *tap)
{
	size_t size = 0;
	char *line = NULL;
	pid_t pid = -1;
	FILE *out = start(argv, &pid);

	if (!out || pid < 0)
		return -1;
	while (getline(&line, &size, out) >= 0) {
		line[strcspn(line, "\n")] = '\0';
		tap_feed(tap, line);
		report_line(indent, line);
	}
	free(line);
	fclose(out);
	return wait_for(pid);
}

static bool exited_with(int status, int code)
{
	return status >= 0 && WIFEXITED(status) && WEXITSTATUS(status) == code;
}

static void explain(const char *name, int status, const struct tap *tap)
{
	if (status < 0)
		report_comment("%s: could not be run", name);
	else if (WIFSIGNALED(status))
		report_comment("%s: killed by signal %d", name, WTERMSIG(status));
	else if (!exited_with(status, KSFT_PASS))
		report_comment("%s: exit code %d", name, WEXITSTATUS(status));
	if (tap->planned >= 0 && tap->planned != tap->seen)
		report_comment("%s: %d results of %d planned", name, tap->seen,
			       tap->planned);
	else if (!tap->seen)
		report_comment("%s: no results", name);
	if (tap->skipped)
		report_comment("%s: %d skipped that could have run", name,
			       tap->skipped);
}

/* The result is named as one would type the command. */
static void set_name(char *name, size_t size, const char *spec)
{
	snprintf(name, size, "%s", spec);
	while ((name = strchr(name, ',')))
		*name = ' ';
}

void program_test(char *spec)
{
	struct tap tap = TAP_INIT;
	char *argv[MAX_ARGS], name[128];
	int status;

	set_name(name, sizeof(name), spec);
	split(spec, argv);
	status = run(argv, "    ", &tap);
	/* The machine has all that its programs need: nothing to skip them for */
	if (exited_with(status, KSFT_SKIP))
		report_comment("%s: skipped itself", name);
	if (exited_with(status, KSFT_PASS) && tap_passed(&tap)) {
		report_result(true, name, "");
		return;
	}
	explain(name, status, &tap);
	report_result(false, name, "");
}

bool program_demo(char *spec)
{
	struct tap tap = TAP_INIT;
	char *argv[MAX_ARGS];

	split(spec, argv);
	return exited_with(run(argv, "", &tap), 0);
}
