/* SPDX-License-Identifier: GPL-2.0 */
/* PID 1 of the test guest. */
#ifndef RIG_H
#define RIG_H

#include <stdbool.h>
#include <stdio.h>

/* Results of one KTAP stream, counted at its outermost level. */
struct tap {
	int planned;	/* -1 until "1..N" was seen */
	int seen;
	bool failed;	/* "not ok" at any level */
	int skipped;	/* what the machine should have been able to run */
};

#define TAP_INIT { .planned = -1 }

/* port.c: an open port to the host, or NULL */
FILE *port_open(const char *name);

/* tap.c: the port to the host and what is written on it. */
int report_open(void);
void report_plan(int tests);
void report_line(const char *indent, const char *line);
void report_comment(const char *format, ...);
void report_result(bool ok, const char *name, const char *directive);
void report_verdict(bool ok);
bool report_all_ok(void);
void tap_feed(struct tap *tap, const char *line);
bool tap_passed(const struct tap *tap);

/* program.c: one test program. */
void program_stderr_to_host(void);
void program_test(char *spec);
bool program_demo(char *spec);

/* kmsg.c: KUnit's results and complaints in the kernel log. */
void kunit_test(void);
void kernel_log_test(void);

/* kmemleak.c */
void kmemleak_begin(void);
void kmemleak_test(void);

/* coverage.c */
void coverage_test(void);

bool write_file(const char *path, const char *text);

#endif
