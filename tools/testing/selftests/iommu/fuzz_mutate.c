// SPDX-License-Identifier: GPL-2.0-only
/* Programs made out of other programs */
#include <string.h>

#include "fuzz.h"

static bool is_input(const struct fuzz_call *call)
{
	return call->kind < FUZZ_INPUTS;
}

static void open_gap(struct fuzz_prog *prog, int at)
{
	if (prog->n == FUZZ_CALLS)
		prog->n--;
	memmove(&prog->call[at + 1], &prog->call[at],
		(prog->n - at) * sizeof(prog->call[0]));
	prog->n++;
}

static void duplicate(struct fuzz_prog *prog, struct fuzz_rand *rand)
{
	int at = fuzz_below(rand, prog->n);

	if (at == FUZZ_CALLS - 1)
		return;
	open_gap(prog, at + 1);
	prog->call[at + 1] = prog->call[at];
}

static void insert(struct fuzz_prog *prog, struct fuzz_rand *rand)
{
	int at = fuzz_below(rand, prog->n);

	open_gap(prog, at);
	fuzz_gen_call(&prog->call[at], rand, prog->env);
}

static void delete(struct fuzz_prog *prog, struct fuzz_rand *rand)
{
	int at = fuzz_below(rand, prog->n);

	if (prog->n == 1)
		return;
	prog->n--;
	memmove(&prog->call[at], &prog->call[at + 1],
		(prog->n - at) * sizeof(prog->call[0]));
}

static void swap(struct fuzz_prog *prog, struct fuzz_rand *rand)
{
	int a = fuzz_below(rand, prog->n), b = fuzz_below(rand, prog->n);
	struct fuzz_call call = prog->call[a];

	prog->call[a] = prog->call[b];
	prog->call[b] = call;
}

/* The end of @other takes the place of the end of @prog */
static void splice(struct fuzz_prog *prog, struct fuzz_rand *rand,
		   const struct fuzz_prog *other)
{
	int at = fuzz_below(rand, prog->n) + 1;
	int from = fuzz_below(rand, other->n);

	while (at < FUZZ_CALLS && from < other->n)
		prog->call[at++] = other->call[from++];
	prog->n = at;
}

static void flip_bit(struct fuzz_call *call, struct fuzz_rand *rand)
{
	__u32 bytes = call->len < FUZZ_DATA ? call->len : FUZZ_DATA;
	__u32 bit;

	if (!bytes)
		return;
	bit = fuzz_below(rand, 8 * bytes);
	call->data[bit / 8] ^= 1 << bit % 8;
}

static void change_word(struct fuzz_call *call, struct fuzz_rand *rand)
{
	size_t width = 4 << fuzz_below(rand, 2);
	__u32 at;

	if (call->len < width)
		return;
	at = fuzz_below(rand, (call->len < FUZZ_DATA ? call->len : FUZZ_DATA) /
			width) * width;
	fuzz_put(call->data, at, width,
		 fuzz_boundary(rand, fuzz_get(call->data, at, width), width));
}

/**
 * fuzz_spoil - Change something about an input
 * @call: the call; an event stays as it is
 * @rand: random numbers
 */
void fuzz_spoil(struct fuzz_call *call, struct fuzz_rand *rand)
{
	if (!is_input(call))
		return;
	switch (fuzz_below(rand, 12)) {
	case 0:
		call->target ^= 1;
		break;
	case 1:
		fuzz_spoil_place(call, rand);
		break;
	case 2:
	case 3:
		fuzz_spoil_size(call, rand);
		break;
	case 4:
		flip_bit(call, rand);
		break;
	case 5:
		change_word(call, rand);
		break;
	default:
		fuzz_spoil_field(call, rand);
	}
}

/**
 * fuzz_mutate - Change a program a little
 * @prog: the program
 * @rand: random numbers
 * @other: another one, of which pieces may be taken
 */
void fuzz_mutate(struct fuzz_prog *prog, struct fuzz_rand *rand,
		 const struct fuzz_prog *other)
{
	int times = 1 + fuzz_below(rand, 4);

	while (times--) {
		switch (fuzz_below(rand, 12)) {
		case 0:
			duplicate(prog, rand);
			break;
		case 1:
		case 2:
			insert(prog, rand);
			break;
		case 3:
			delete(prog, rand);
			break;
		case 4:
			swap(prog, rand);
			break;
		case 5:
			splice(prog, rand, other);
			break;
		default:
			fuzz_spoil(&prog->call[fuzz_below(rand, prog->n)], rand);
		}
	}
}
