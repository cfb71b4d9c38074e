/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KUnit tests of what the nesting interface accepts: oracle and enumerations
 */
#ifndef __IOMMU_NESTING_VALIDATE_TEST_H
#define __IOMMU_NESTING_VALIDATE_TEST_H

#include <kunit/test.h>
#include <linux/iommu_nesting.h>
#include <linux/kernel.h>

/* validate-oracle-test.c: from the text of the headers, with literal numbers */
size_t oracle_size(enum iommu_nesting_arg arg);
int oracle_check(enum iommu_nesting_arg arg, const void *copy);
u64 oracle_table_size(const struct iommu_pasid_table_config *cfg);

/**
 * enum axis_kind - How an axis counts through the values of its field
 *
 * @AXIS_LIST: the values of a list
 * @AXIS_COUNT: 0, 1, 2, ...
 * @AXIS_POWERS: around each power of two: one step below, itself, one above;
 *	and all ones
 * @AXIS_ARGSZ: 0 to two bytes more than the structure has, and 4096
 * @AXIS_BITS: the field as the base has it, then with each one bit flipped
 */
enum axis_kind {
	AXIS_LIST,
	AXIS_COUNT,
	AXIS_POWERS,
	AXIS_ARGSZ,
	AXIS_BITS,
};

/**
 * struct axis - One field of a structure, and the values that it goes through
 *
 * @kind: how it counts
 * @field: the field in the base that the combinations start from; NULL ends a
 *	list of axes
 * @size: of the field, in bytes
 * @nr: number of values of AXIS_LIST and AXIS_COUNT
 * @values: those of AXIS_LIST
 * @step: that of AXIS_POWERS
 */
struct axis {
	enum axis_kind kind;
	const void *field;
	u32 size, nr;
	const u64 *values;
	u64 step;
};

#define AXIS(_kind, _field, ...)					\
	{ .kind = (_kind), .field = &(_field), .size = sizeof(_field),	\
	  ##__VA_ARGS__ }

#define LIST(field, ...)						\
	AXIS(AXIS_LIST, field, .values = (const u64[]){ __VA_ARGS__ },	\
	     .nr = ARRAY_SIZE(((const u64[]){ __VA_ARGS__ })))
#define COUNT(field, _nr)						\
	AXIS(AXIS_COUNT, field, .nr = (_nr))
#define POWERS(field, _step)						\
	AXIS(AXIS_POWERS, field, .step = (_step))
#define ARGSZ(base)							\
	AXIS(AXIS_ARGSZ, (base).argsz)
#define BITS(field)							\
	AXIS(AXIS_BITS, field)

/* Most axes of one enumeration */
#define AXES_MAX	8

/**
 * struct trial - One run over many combinations
 *
 * @test: reports here
 * @name: of the run, for what it prints
 * @arg: structure under test
 * @size: of it, in bytes
 * @base: content that the run started from
 * @work: the combination, to be changed between two calls of trial_check()
 * @copy: what the validator gets: @work, zero from argsz on. Exactly @size
 *	bytes on the heap, so that KASAN sees a read beyond.
 * @done: number of combinations so far
 * @accepted: with the result 0
 * @refused: with -EINVAL
 * @unsupported: with -EOPNOTSUPP
 * @wrong: combinations where validator and oracle differ
 */
struct trial {
	struct kunit *test;
	const char *name;
	enum iommu_nesting_arg arg;
	size_t size;
	const void *base;
	void *work, *copy;
	u32 done, accepted, refused, unsupported, wrong;
};

void trial_start(struct trial *trial, struct kunit *test, const char *name,
		 enum iommu_nesting_arg arg, const void *base);
bool trial_check(struct trial *trial);
void trial_end(struct trial *trial);

void try_all(struct kunit *test, const char *name, enum iommu_nesting_arg arg,
	     const void *base, const struct axis *axes);
void try_bit_pairs(struct kunit *test, const char *name,
		   enum iommu_nesting_arg arg, const void *base);

/**
 * struct field_value - One field of a named case that differs from the base
 *
 * @field: the field in the base, or NULL
 * @size: of the field, in bytes
 * @value: of the field
 */
struct field_value {
	const void *field;
	u32 size;
	u64 value;
};

#define SET(field, value)	{ &(field), sizeof(field), value }

/**
 * struct named_case - One combination with its result written by hand
 *
 * @name: of the case
 * @want: result
 * @set: fields that differ from the base
 */
struct named_case {
	const char *name;
	int want;
	struct field_value set[4];
};

void named_desc(const struct named_case *c, char *desc);
void try_named(struct kunit *test, enum iommu_nesting_arg arg,
	       const void *base);

#endif /* __IOMMU_NESTING_VALIDATE_TEST_H */
