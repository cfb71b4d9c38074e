// SPDX-License-Identifier: GPL-2.0
/*
 * A program that goes wrong in the way its argument names, so that the rig's own
 * test can see the rig notice.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PROVOKE "/sys/kernel/debug/provoke-crash/DIRECT"

static void results(const char *text)
{
	printf("KTAP version 1\n%s", text);
	fflush(stdout);
}

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void load(const char *module)
{
	int fd = open(module, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || (syscall(SYS_finit_module, fd, "", 0) < 0 && errno != EEXIST))
		die(module);
	close(fd);
}

/* One of lkdtm's crash types. */
static void provoke(const char *type)
{
	int fd;

	load("/modules/lkdtm.ko");
	fd = open(PROVOKE, O_WRONLY);
	if (fd < 0 || write(fd, type, strlen(type)) < 0)
		die(type);
	close(fd);
}

static int good(void)
{
	results("1..2\nok 1 one\nok 2 two # SKIP cannot happen: on purpose\n");
	return 0;
}

/* Exit code 0 all the same: the rig must read the results. */
static int fail(void)
{
	results("1..2\nok 1 one\nnot ok 2 two\n");
	return 0;
}

/* As kselftest.h prints it for a kernel that lacks something */
static int skip(void)
{
	results("1..2\nok 1 one\nok 2 # SKIP two: no such option\n");
	return 0;
}

/* As a nested result, with the reason in other letters */
static int nested_skip(void)
{
	results("1..1\n    1..1\n    ok 1 inner # skip no such option\nok 1 outer\n");
	return 0;
}

static int nested_fail(void)
{
	results("1..1\n    1..1\n    not ok 1 inner\nok 1 outer\n");
	return 0;
}

static int exit_code(void)
{
	results("1..1\nok 1 one\n");
	return 1;
}

static int killed(void)
{
	results("1..1\nok 1 one\n");
	return raise(SIGSEGV);
}

static int silent(void)
{
	return 0;
}

static int short_plan(void)
{
	results("1..3\nok 1 one\nok 2 two\n");
	return 0;
}

static int warn(void)
{
	provoke("WARNING");
	return good();
}

static int kasan(void)
{
	provoke("READ_AFTER_FREE");
	return good();
}

static int ubsan(void)
{
	load("/modules/test_ubsan.ko");
	return good();
}

static int leak(void)
{
	load("/modules/kmemleak-test.ko");
	return good();
}

static int hang(void)
{
	results("1..1\n");
	sleep(100000);
	return 0;
}

static int panic(void)
{
	provoke("PANIC");
	return good();
}

static int power_off(void)
{
	results("1..1\nok 1 one\n");
	return reboot(RB_AUTOBOOT);
}

static const struct {
	const char *name;
	int (*run)(void);
} faults[] = {
	{ "good", good },
	{ "fail", fail },
	{ "nested_fail", nested_fail },
	{ "skip", skip },
	{ "nested_skip", nested_skip },
	{ "exit_code", exit_code },
	{ "killed", killed },
	{ "silent", silent },
	{ "short_plan", short_plan },
	{ "warn", warn },
	{ "kasan", kasan },
	{ "ubsan", ubsan },
	{ "leak", leak },
	{ "hang", hang },
	{ "panic", panic },
	{ "power_off", power_off },
};

int main(int argc, char *argv[])
{
	for (size_t i = 0; argc == 2 && i < sizeof(faults) / sizeof(*faults); i++) {
		if (!strcmp(argv[1], faults[i].name))
			return faults[i].run();
	}
	fprintf(stderr, "usage: faulty FAULT\n");
	return 2;
}
