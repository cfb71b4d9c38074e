// SPDX-License-Identifier: GPL-2.0
/*
 * PID 1 of the test guest. Mounts what the tests need, does what the kernel
 * command line asks for, reports on the virtio-serial port "ktap" and ends the
 * machine by a reset, which QEMU doesn't follow. Its own messages and the stderr
 * of the tests go to the console.
 *
 *   rig.run=PROGRAM,ARGUMENT...	a test of /kselftest/iommu; may be repeated
 *   rig.demo=PROGRAM,ARGUMENT...	the same, but its output is passed on as it is;
 *					after one that failed no other is run
 *   rig.kunit				report the KUnit suites
 *   rig.kmemleak			look for leaks after the tests
 *   rig.coverage			send the kernel's coverage counters
 *   rig.stderr				stderr of the programs goes to the host, too
 *   rig.shell				a shell on the console instead of all that
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rig.h"

#define MAX_RUNS 32

static struct {
	char *run[MAX_RUNS];
	int runs;
	char *demo[MAX_RUNS];
	int demos;
	bool kunit, kmemleak, coverage, shell;
} wanted;

static char command_line[4096];

bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	size_t length = strlen(text);
	bool ok = fd >= 0 && write(fd, text, length) == (ssize_t)length;

	if (!ok)
		perror(path);
	if (fd >= 0)
		close(fd);
	return ok;
}

static void give_up(const char *why)
{
	fprintf(stderr, "rig: %s: %s\n", why, strerror(errno));
	sync();
	reboot(RB_AUTOBOOT);
	_exit(1);
}

static void mount_one(const char *type, const char *where)
{
	mkdir(where, 0755);
	if (mount(type, where, type, 0, NULL) < 0 && errno != EBUSY)
		give_up(where);
}

static void mount_all(void)
{
	mount_one("proc", "/proc");
	mount_one("sysfs", "/sys");
	mount_one("debugfs", "/sys/kernel/debug");
	mount_one("devtmpfs", "/dev");
	mount_one("tmpfs", "/tmp");
}

/* stdin, stdout and stderr on the console, whatever the kernel opened. */
static void open_console(void)
{
	int fd = open("/dev/console", O_RDWR);

	if (fd < 0)
		give_up("/dev/console");
	for (int std = 0; std <= 2; std++)
		dup2(fd, std);
	if (fd > 2)
		close(fd);
	setvbuf(stdout, NULL, _IOLBF, 0);
}

static void parse_word(char *word)
{
	if (!strncmp(word, "rig.run=", 8) && wanted.runs < MAX_RUNS)
		wanted.run[wanted.runs++] = word + 8;
	else if (!strncmp(word, "rig.demo=", 9) && wanted.demos < MAX_RUNS)
		wanted.demo[wanted.demos++] = word + 9;
	else if (!strcmp(word, "rig.kunit"))
		wanted.kunit = true;
	else if (!strcmp(word, "rig.kmemleak"))
		wanted.kmemleak = true;
	else if (!strcmp(word, "rig.coverage"))
		wanted.coverage = true;
	else if (!strcmp(word, "rig.stderr"))
		program_stderr_to_host();
	else if (!strcmp(word, "rig.shell"))
		wanted.shell = true;
	else if (!strncmp(word, "rig.", 4))
		give_up(word);
}

static void parse_command_line(void)
{
	FILE *file = fopen("/proc/cmdline", "r");
	char *words = command_line, *word;

	if (!file || !fgets(command_line, sizeof(command_line), file))
		give_up("/proc/cmdline");
	fclose(file);
	while ((word = strsep(&words, "\n ")))
		parse_word(word);
}

/* Every time-out is in doubt on a machine whose clock stops when a tick is late. */
static void tell_bad_clock(void)
{
	FILE *file = fopen("/sys/devices/system/clocksource/clocksource0/current_clocksource",
			   "r");
	char name[32] = "";

	if (!file || !fgets(name, sizeof(name), file))
		report_comment("the kernel doesn't say what its clock is");
	else if (strstr(name, "jiffies"))
		report_comment("the clock is the kernel's own ticks, it may stand still: %s",
			       strtok(name, "\n"));
	if (file)
		fclose(file);
}

static void run_tests(void)
{
	report_plan(wanted.runs + wanted.kunit + 1 + wanted.kmemleak +
		    wanted.coverage);
	tell_bad_clock();
	if (wanted.kunit)
		kunit_test();
	for (int i = 0; i < wanted.runs; i++)
		program_test(wanted.run[i]);
	if (wanted.kmemleak) {
		kmemleak_begin();
		kmemleak_test();
	}
	if (wanted.coverage)
		coverage_test();
	/* Last, so that it sees what the others caused. */
	kernel_log_test();
	report_verdict(report_all_ok());
}

static void run_demos(void)
{
	bool ok = true;

	for (int i = 0; ok && i < wanted.demos; i++)
		ok = program_demo(wanted.demo[i]);
	report_verdict(ok);
}

static void run_shell(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		setsid();
		ioctl(STDIN_FILENO, TIOCSCTTY, 1);
		setenv("PATH", "/bin:/kselftest/iommu", 1);
		setenv("HOME", "/kselftest/iommu", 1);
		if (chdir("/kselftest/iommu") == 0)
			execl("/bin/busybox", "sh", "-c",
			      "/bin/busybox --install -s /bin; exec sh -i", NULL);
		perror("/bin/busybox");
		_exit(127);
	}
	while (pid > 0 && wait(NULL) != pid)
		;
}

int main(void)
{
	mount_all();
	open_console();
	parse_command_line();
	if (wanted.shell) {
		run_shell();
	} else {
		if (report_open() < 0)
			give_up("no port named ktap");
		if (wanted.demos)
			run_demos();
		else
			run_tests();
	}
	sync();
	reboot(RB_AUTOBOOT);
	give_up("reset");
}
