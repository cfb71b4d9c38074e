/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* The tests of the library and of nesting-info, none of which needs VFIO */
#ifndef TESTS_H
#define TESTS_H

#include "internal.h"
#include "nesting-info.h"

void tap(bool passed, const char *name);
int tap_end(void);

/* Result @what, with what was expected when it differs */
void tap_eq(long long expected, long long seen, const char *what);
void tap_str(const char *expected, const char *seen, const char *what);

void test_bdf(void);
void test_sysfs(void);
void test_chain(void);
void test_info(void);
void test_ops(void);
void test_requests(void);
void test_faults(void);
void test_names(void);
void test_decode(void);
void test_check(void);
void test_args(void);
void test_offer(void);
void test_verdict(void);

/* An offer of each format, as nesting-info would read it */
struct offer sample_smmuv3(void);
struct offer sample_vtd(void);

#endif /* TESTS_H */
