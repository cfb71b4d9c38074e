// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs worth changing: those that took an edge which none before took
 *
 * The stored ones are part of the program file. Workers add without a lock: a
 * slot is taken, filled and then marked as ready.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../kselftest.h"
#include "fuzz.h"

extern char fuzz_stored[], fuzz_stored_end[];

__asm__(".section .rodata\n"
	".globl fuzz_stored\n"
	"fuzz_stored:\n"
	".incbin \"fuzz-corpus.txt\"\n"
	".globl fuzz_stored_end\n"
	"fuzz_stored_end:\n"
	".byte 0\n"
	".previous\n");

static FILE *open_corpus(const char *path)
{
	if (path)
		return fopen(path, "r");
	return fmemopen(fuzz_stored, fuzz_stored_end - fuzz_stored, "r");
}

/**
 * fuzz_corpus_load - Read the stored programs
 * @shared: where they go
 * @path: file, or NULL for those in the program
 *
 * Return: 0, or -1 after saying what is wrong
 */
int fuzz_corpus_load(struct fuzz_shared *shared, const char *path)
{
	const char *name = path ?: "fuzz-corpus.txt";
	FILE *in = open_corpus(path);
	int line, n;

	if (!in) {
		fprintf(stderr, "%s: %s\n", name, strerror(errno));
		return -1;
	}
	n = fuzz_read_progs(in, shared->corpus, FUZZ_CORPUS, &line);
	fclose(in);
	if (n < 0) {
		fprintf(stderr, "%s:%d: not a program\n", name, line);
		return -1;
	}
	shared->corpus_n = n;
	memset(shared->ready, 1, n);
	return 0;
}

/**
 * fuzz_corpus_count - How many programs there are
 * @shared: where they are
 *
 * Return: the number
 */
__u32 fuzz_corpus_count(const struct fuzz_shared *shared)
{
	__u32 n = __atomic_load_n(&shared->corpus_n, __ATOMIC_ACQUIRE);

	return n < FUZZ_CORPUS ? n : FUZZ_CORPUS;
}

/**
 * fuzz_corpus_add - Keep a program
 * @shared: where it goes; it is dropped when there is no room
 * @prog: the program
 * @calls: how many of its calls to keep
 */
void fuzz_corpus_add(struct fuzz_shared *shared, const struct fuzz_prog *prog,
		     int calls)
{
	__u32 slot = __atomic_fetch_add(&shared->corpus_n, 1, __ATOMIC_ACQ_REL);

	if (slot >= FUZZ_CORPUS) {
		__atomic_fetch_sub(&shared->corpus_n, 1, __ATOMIC_ACQ_REL);
		return;
	}
	shared->corpus[slot] = *prog;
	shared->corpus[slot].n = calls;
	__atomic_store_n(&shared->ready[slot], 1, __ATOMIC_RELEASE);
}

/**
 * fuzz_corpus_pick - Any program
 * @shared: where they are
 * @rand: random numbers
 *
 * Return: a program, or NULL when there is none
 */
const struct fuzz_prog *fuzz_corpus_pick(const struct fuzz_shared *shared,
					 struct fuzz_rand *rand)
{
	__u32 n = fuzz_corpus_count(shared), slot;

	if (!n)
		return NULL;
	slot = fuzz_below(rand, n);
	if (!__atomic_load_n(&shared->ready[slot], __ATOMIC_ACQUIRE))
		return NULL;
	return &shared->corpus[slot];
}

/* Those of one length and arrangement that still add an edge */
static int dump_some(struct fuzz_worker *w, unsigned int env, int calls)
{
	const struct fuzz_prog *prog = w->shared->corpus;
	const struct fuzz_prog *end = prog + fuzz_corpus_count(w->shared);
	int useful;

	for (; prog < end; prog++) {
		if (prog->env != env || prog->n != calls)
			continue;
		useful = fuzz_exec(w, prog);
		if (useful < 0)
			return -1;
		if (useful)
			fuzz_write_prog(stdout, "# corpus: ", prog);
	}
	return 0;
}

/**
 * fuzz_corpus_dump - Print the fewest programs that take all edges, or nearly
 * @w: a worker with nothing open, the only one
 *
 * Short programs go first. Edges that a program took because of what others left
 * behind are lost.
 *
 * Return: 0, or -1 when a rule was broken
 */
int fuzz_corpus_dump(struct fuzz_worker *w)
{
	unsigned int env;
	int calls, ret = 0;

	fuzz_cov_clear(w->cov);
	for (env = 0; !ret && env < fuzz_env_count; env++) {
		if (!fuzz_exec_open(w, env))
			return -1;
		for (calls = 1; !ret && calls <= FUZZ_CALLS; calls++)
			ret = dump_some(w, env, calls);
		fuzz_machine_close(&w->machine, 0);
	}
	printf("# corpus of %u edges\n", fuzz_cov_edges(w->cov));
	return ret;
}
