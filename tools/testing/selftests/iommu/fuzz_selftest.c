// SPDX-License-Identifier: GPL-2.0-only
/* Tests of the fuzzer itself, which need no kernel */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/iommu.h>
#include <linux/vfio.h>
#include <linux/vfio_nesting.h>

#include "../kselftest.h"
#include "fuzz.h"

#define MANY	20000

static struct fuzz_prog a, b, read_back[4];

/* What lies behind the last call is no part of a program */
static bool same_program(const struct fuzz_prog *x, const struct fuzz_prog *y)
{
	return x->env == y->env && x->n == y->n &&
	       !memcmp(x->call, y->call, x->n * sizeof(x->call[0]));
}

static bool same_seed_same_programs(void)
{
	struct fuzz_rand r1, r2;
	int i;

	fuzz_seed(&r1, 7);
	fuzz_seed(&r2, 7);
	for (i = 0; i < MANY; i++) {
		memset(&a, 0, sizeof(a));
		memset(&b, 0xff, sizeof(b));
		fuzz_gen_prog(&a, &r1, i % fuzz_env_count);
		fuzz_gen_prog(&b, &r2, i % fuzz_env_count);
		if (!same_program(&a, &b))
			return false;
	}
	return true;
}

static bool other_seed_other_programs(void)
{
	struct fuzz_rand r1, r2;

	fuzz_seed(&r1, 7);
	fuzz_seed(&r2, 8);
	fuzz_gen_prog(&a, &r1, 0);
	fuzz_gen_prog(&b, &r2, 0);
	return !same_program(&a, &b);
}

static bool mutants_in_bounds(void)
{
	struct fuzz_rand rand;
	int i;

	fuzz_seed(&rand, 9);
	fuzz_gen_prog(&a, &rand, 0);
	for (i = 0; i < MANY; i++) {
		fuzz_gen_prog(&b, &rand, i % fuzz_env_count);
		if (!fuzz_prog_ok(&b))
			return false;
		fuzz_mutate(&a, &rand, &b);
		if (!fuzz_prog_ok(&a))
			return false;
	}
	return true;
}

static bool same_text(FILE *file, const struct fuzz_prog *prog)
{
	char *text = NULL, *again = NULL;
	size_t size, size_again;
	FILE *out;
	int line;
	bool ok;

	rewind(file);
	if (fuzz_read_progs(file, read_back, 4, &line) != 1)
		return false;
	out = open_memstream(&text, &size);
	fuzz_write_prog(out, "", prog);
	fclose(out);
	out = open_memstream(&again, &size_again);
	fuzz_write_prog(out, "", &read_back[0]);
	fclose(out);
	ok = !strcmp(text, again);
	free(text);
	free(again);
	return ok;
}

/* What is read runs the same: all that is told of each call is equal */
static bool same_calls(const struct fuzz_prog *x, const struct fuzz_prog *y)
{
	const struct fuzz_call *c, *d;
	int i;

	if (x->n != y->n || x->env != y->env)
		return false;
	for (i = 0; i < x->n; i++) {
		c = &x->call[i];
		d = &y->call[i];
		if (memcmp(c, d, offsetof(struct fuzz_call, data)) ||
		    memcmp(c->data, d->data,
			   c->len < FUZZ_DATA ? c->len : FUZZ_DATA))
			return false;
	}
	return true;
}

static bool text_round_trip(void)
{
	struct fuzz_rand rand;
	bool ok = true;
	FILE *file;
	int i;

	fuzz_seed(&rand, 11);
	for (i = 0; ok && i < 500; i++) {
		memset(&a, 0, sizeof(a));
		fuzz_gen_prog(&a, &rand, i % fuzz_env_count);
		file = tmpfile();
		if (!file || fuzz_write_prog(file, "", &a) < 0)
			return false;
		ok = same_text(file, &a) && same_calls(&a, &read_back[0]);
		fclose(file);
	}
	return ok;
}

static bool bad_text_refused(void)
{
	static const char * const bad[] = {
		"nest 0 normal 8 0 0 -\n",
		"prog 99\nnest 0 normal 8 0 0 -\n",
		"prog 0\n",
		"prog 0\nfly 0 normal 8 0 0 -\n",
		"prog 0\nnest 0 nowhere 8 0 0 -\n",
		"prog 0\nnest 0 normal 9999 0 0 -\n",
		"prog 0\nnest 0 normal 8 9 0 -\n",
		"prog 0\nnest 7 normal 8 0 0 -\n",
		"prog 0\nnest 0 normal 8 0 256 -\n",
		"prog 0\nnest 0 normal 1 0 0 0000\n",
		"prog 0\nnest 0 normal 8 0 0 0\n",
		"prog 0\nnest 0 normal 8 0 0 zz\n",
		"prog 0\nnest 0 normal 8 0 0\n",
	};
	size_t i;
	int line;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		FILE *in = fmemopen((void *)bad[i], strlen(bad[i]), "r");
		int n = fuzz_read_progs(in, read_back, 4, &line);

		fclose(in);
		if (n < 0)
			continue;
		ksft_print_msg("taken for a program: %s", bad[i]);
		return false;
	}
	return true;
}

static bool stored_corpus_is_read(void)
{
	struct fuzz_shared *shared = calloc(1, sizeof(*shared));
	__u32 i;
	bool ok;

	ok = shared && !fuzz_corpus_load(shared, NULL);
	for (i = 0; ok && i < fuzz_corpus_count(shared); i++)
		ok = fuzz_prog_ok(&shared->corpus[i]);
	free(shared);
	return ok;
}

/* The structures as they are meant to be: the oracle has to let them pass */
static bool valid_calls_pass(void)
{
	int seen[FUZZ_OPS] = { 0 };
	struct fuzz_rand rand;
	struct fuzz_call call;
	int i, op;

	fuzz_seed(&rand, 12);
	for (i = 0; i < MANY; i++) {
		fuzz_gen_call(&call, &rand, i % 2);
		if (call.kind < FUZZ_INPUTS && !fuzz_call_malformed(&call))
			seen[fuzz_op_of(&call)]++;
	}
	for (op = 0; op < FUZZ_OP_NONE; op++)
		if (!seen[op])
			return false;
	return true;
}

struct flaw {
	const char	*what;
	enum fuzz_op	op;
	size_t		offset;
	size_t		width;
	__u64		value;
};

#define FLAW(op_, in, member, value_) {					\
	#member " = " #value_, FUZZ_OP_##op_,				\
	offsetof(struct in, member), sizeof(((struct in *)0)->member),	\
	value_ }

static const struct flaw flaws[] = {
	FLAW(BIND_PASID_TABLE, iommu_pasid_table_config, argsz, 31),
	FLAW(BIND_PASID_TABLE, iommu_pasid_table_config, version, 2),
	FLAW(BIND_PASID_TABLE, iommu_pasid_table_config, base_ptr, 0x100020),
	FLAW(BIND_PASID_TABLE, iommu_pasid_table_config, base_ptr, 1ULL << 52),
	FLAW(BIND_PASID_TABLE, iommu_pasid_table_config, format, 3),
	FLAW(BIND_PASID_TABLE, iommu_pasid_table_config, pasid_bits, 21),
	FLAW(BIND_PASID_TABLE, iommu_pasid_table_config, config, 4),
	FLAW(BIND_PASID_TABLE, iommu_pasid_table_config, padding, 1),
	FLAW(BIND_PASID_TABLE, iommu_pasid_table_config,
	     vendor_data.smmuv3.s1fmt, 3),
	FLAW(BIND_PGTBL, iommu_gpasid_bind_data, flags, 4),
	FLAW(BIND_PGTBL, iommu_gpasid_bind_data, gpgd, 0x100800),
	FLAW(BIND_PGTBL, iommu_gpasid_bind_data, hpasid, 0),
	FLAW(BIND_PGTBL, iommu_gpasid_bind_data, hpasid, 1 << 20),
	FLAW(BIND_PGTBL, iommu_gpasid_bind_data, addr_width, 39),
	FLAW(BIND_PGTBL, iommu_gpasid_bind_data, padding, 1),
	FLAW(BIND_PGTBL, iommu_gpasid_bind_data, vendor.vtd.flags, 64),
	FLAW(CACHE_INVLD, iommu_cache_invalidate_info, cache, 0),
	FLAW(CACHE_INVLD, iommu_cache_invalidate_info, cache, 8),
	FLAW(CACHE_INVLD, iommu_cache_invalidate_info, granularity, 3),
	FLAW(CACHE_INVLD, iommu_cache_invalidate_info, padding, 1ULL << 40),
	FLAW(CACHE_INVLD, iommu_cache_invalidate_info,
	     granu.addr_info.nb_granules, 0),
	FLAW(CACHE_INVLD, iommu_cache_invalidate_info,
	     granu.addr_info.granule_size, 0x1800),
	FLAW(PAGE_RESP, iommu_page_response, code, 3),
	FLAW(PAGE_RESP, iommu_page_response, flags, 2),
	FLAW(FAULT_QUEUE, iommu_fault_queue_config, version, 2),
	FLAW(FAULT_QUEUE, iommu_fault_queue_config, flags, 2),
	FLAW(FAULT_QUEUE, iommu_fault_queue_config, entries, 1),
	FLAW(FAULT_QUEUE, iommu_fault_queue_config, entries, 1025),
	FLAW(FAULT_QUEUE, iommu_fault_queue_config, eventfd, 199),
	FLAW(FAULT_QUEUE, iommu_fault_queue_config, padding, 1),
	FLAW(PASID_ALLOC, vfio_iommu_pasid_request, data.range.max, 1 << 20),
	FLAW(PASID_FREE, vfio_iommu_pasid_request, data.range.min, 0),
};

/* A call of that operation that is well-formed and has everything in it */
static bool find_valid(struct fuzz_call *call, struct fuzz_rand *rand,
		       enum fuzz_op op)
{
	const struct fuzz_struct *s = fuzz_struct_of(op);
	int i;

	for (i = 0; i < 100 * MANY; i++) {
		fuzz_gen_call(call, rand, op == FUZZ_OP_BIND_PASID_TABLE);
		if (call->kind >= FUZZ_INPUTS || fuzz_op_of(call) != op ||
		    call->place || fuzz_call_malformed(call) ||
		    call->len != fuzz_body_offset(call) + s->size)
			continue;
		if (op == FUZZ_OP_BIND_PGTBL &&
		    fuzz_get(call->data + fuzz_body_offset(call), 16, 8) & 2)
			continue;
		if (op == FUZZ_OP_BIND_PASID_TABLE &&
		    call->data[fuzz_body_offset(call) + 21] != 1)
			continue;
		if (op == FUZZ_OP_CACHE_INVLD &&
		    call->data[fuzz_body_offset(call) + 9] != 2)
			continue;
		return true;
	}
	return false;
}

static bool flaws_are_seen(void)
{
	struct fuzz_rand rand;
	struct fuzz_call call;
	size_t i;

	fuzz_seed(&rand, 13);
	for (i = 0; i < ARRAY_SIZE(flaws); i++) {
		if (!find_valid(&call, &rand, flaws[i].op))
			return false;
		fuzz_put(call.data + fuzz_body_offset(&call), flaws[i].offset,
			 flaws[i].width, flaws[i].value);
		if (fuzz_call_malformed(&call))
			continue;
		ksft_print_msg("not seen: %s\n", flaws[i].what);
		return false;
	}
	return true;
}

static bool errors_of_each_operation(void)
{
	int op;

	for (op = 0; op < FUZZ_OPS; op++)
		if (!fuzz_errno_ok(op, EINVAL, false) ||
		    !fuzz_errno_ok(op, EFAULT, false) ||
		    fuzz_errno_ok(op, EIO, false) ||
		    fuzz_errno_ok(op, ENOMEM, false) ||
		    fuzz_errno_ok(op, ENOTTY, true))
			return false;
	return fuzz_errno_ok(FUZZ_OP_CACHE_INVLD, EIO, true) &&
	       !fuzz_errno_ok(FUZZ_OP_UNBIND_PASID_TABLE, EIO, true) &&
	       fuzz_errno_ok(FUZZ_OP_BIND_PGTBL, EBUSY, false) &&
	       fuzz_errno_ok(FUZZ_OP_FAULT_QUEUE, EBUSY, false) &&
	       fuzz_errno_ok(FUZZ_OP_PAGE_RESP, ENOENT, false) &&
	       !fuzz_errno_ok(FUZZ_OP_PAGE_RESP, EPERM, true) &&
	       !fuzz_errno_ok(FUZZ_OP_CACHE_INVLD, EBUSY, false);
}

static bool pasids_are_counted(void)
{
	static struct fuzz_pasids p;

	fuzz_pasids_add(&p, 3);
	fuzz_pasids_add(&p, 9);
	fuzz_pasids_add(&p, 5);
	return fuzz_pasids_have(&p, 5) && !fuzz_pasids_have(&p, 4) &&
	       fuzz_pasids_resolve(&p, FUZZ_PASID_OWNED + 4) == 9 &&
	       fuzz_pasids_resolve(&p, 4) == 4 &&
	       fuzz_pasids_drop(&p, 4, 9) == 2 && p.count == 1 &&
	       fuzz_pasids_drop(&p, 1, 100) == 1 && !p.count;
}

/**
 * fuzz_selftest - Run the tests
 *
 * Return: exit code
 */
int fuzz_selftest(void)
{
	ksft_print_header();
	ksft_set_plan(10);
	ksft_test_result(same_seed_same_programs(), "same_seed_same_programs\n");
	ksft_test_result(other_seed_other_programs(),
			 "other_seed_other_programs\n");
	ksft_test_result(mutants_in_bounds(), "mutants_in_bounds\n");
	ksft_test_result(text_round_trip(), "text_round_trip\n");
	ksft_test_result(bad_text_refused(), "bad_text_refused\n");
	ksft_test_result(stored_corpus_is_read(), "stored_corpus_is_read\n");
	ksft_test_result(valid_calls_pass(), "valid_calls_pass\n");
	ksft_test_result(flaws_are_seen(), "flaws_are_seen\n");
	ksft_test_result(errors_of_each_operation(),
			 "errors_of_each_operation\n");
	ksft_test_result(pasids_are_counted(), "pasids_are_counted\n");
	return ksft_get_fail_cnt() ? KSFT_FAIL : KSFT_PASS;
}
