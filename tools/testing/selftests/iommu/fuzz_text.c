// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs as text
 *
 *	prog ENV
 *	KIND TARGET PLACE LEN CUT FILL HEX
 *
 * One line for each call. HEX is the argument without the bytes at its end that
 * have the value FILL, or "-". Lines that start with # are comments.
 */
#include <stdlib.h>
#include <string.h>

#include "../kselftest.h"
#include "fuzz.h"

#define LINE_MAX_BYTES	512

static const char * const kinds[FUZZ_KINDS] = {
	[FUZZ_NEST]	= "nest",
	[FUZZ_PASID]	= "pasid",
	[FUZZ_INFO]	= "info",
	[FUZZ_MAP]	= "map",
	[FUZZ_UNMAP]	= "unmap",
	[FUZZ_REQUEST]	= "request",
	[FUZZ_CACHE]	= "cache",
	[FUZZ_KNOB]	= "knob",
	[FUZZ_ATTACH]	= "attach",
	[FUZZ_DETACH]	= "detach",
	[FUZZ_CYCLE]	= "cycle",
	[FUZZ_QUEUE]	= "queue",
};

static const char * const places[FUZZ_PLACES] = {
	[FUZZ_NORMAL]		= "normal",
	[FUZZ_PAGE_END]		= "page-end",
	[FUZZ_CROSS]		= "cross",
	[FUZZ_ODD]		= "odd",
	[FUZZ_READ_ONLY]	= "read-only",
	[FUZZ_NULL]		= "null",
	[FUZZ_KERNEL]		= "kernel",
};

static int lookup(const char * const *names, int count, const char *name)
{
	int i;

	for (i = 0; i < count; i++)
		if (!strcmp(names[i], name))
			return i;
	return -1;
}

static bool call_ok(const struct fuzz_call *call)
{
	return call->kind < FUZZ_KINDS && call->place < FUZZ_PLACES &&
	       call->target < FUZZ_DEVICES && call->len <= FUZZ_LEN &&
	       call->cut <= call->len;
}

/**
 * fuzz_prog_ok - Is a program one that can be run
 * @prog: the program
 *
 * Return: true when all of it is within its bounds
 */
bool fuzz_prog_ok(const struct fuzz_prog *prog)
{
	int i;

	if (prog->env >= fuzz_env_count || !prog->n || prog->n > FUZZ_CALLS)
		return false;
	for (i = 0; i < prog->n; i++)
		if (!call_ok(&prog->call[i]))
			return false;
	return true;
}

static int write_call(FILE *out, const char *prefix,
		      const struct fuzz_call *call)
{
	int n = call->len < FUZZ_DATA ? call->len : FUZZ_DATA;
	int i;

	while (n && call->data[n - 1] == call->fill)
		n--;
	fprintf(out, "%s%s %u %s %u %u %u ", prefix, kinds[call->kind],
		call->target, places[call->place], call->len, call->cut,
		call->fill);
	for (i = 0; i < n; i++)
		fprintf(out, "%02x", call->data[i]);
	return fprintf(out, n ? "\n" : "-\n");
}

/**
 * fuzz_write_prog - Write a program as text
 * @out: where to
 * @prefix: what each line starts with
 * @prog: the program
 *
 * Return: negative when it could not be written
 */
int fuzz_write_prog(FILE *out, const char *prefix, const struct fuzz_prog *prog)
{
	int i, ret;

	ret = fprintf(out, "%sprog %u\n", prefix, prog->env);
	for (i = 0; ret >= 0 && i < prog->n; i++)
		ret = write_call(out, prefix, &prog->call[i]);
	return ret;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_hex(struct fuzz_call *call, const char *hex)
{
	size_t n = call->len < FUZZ_DATA ? call->len : FUZZ_DATA;
	size_t i;

	memset(call->data, call->fill, n);
	if (!strcmp(hex, "-"))
		return true;
	if (strlen(hex) > 2 * n || strlen(hex) % 2)
		return false;
	for (i = 0; hex[i]; i += 2) {
		if (digit(hex[i]) < 0 || digit(hex[i + 1]) < 0)
			return false;
		call->data[i / 2] = digit(hex[i]) << 4 | digit(hex[i + 1]);
	}
	return true;
}

static bool read_call(struct fuzz_call *call, const char *line)
{
	unsigned int target, len, cut, fill;
	char kind[16], place[16], hex[2 * FUZZ_DATA + 1];
	int k, p;

	if (sscanf(line, "%15s %u %15s %u %u %u %304s", kind, &target, place,
		   &len, &cut, &fill, hex) != 7)
		return false;
	k = lookup(kinds, FUZZ_KINDS, kind);
	p = lookup(places, FUZZ_PLACES, place);
	if (k < 0 || p < 0 || len > FUZZ_LEN || cut > len || fill > 255 ||
	    target >= FUZZ_DEVICES)
		return false;
	*call = (struct fuzz_call) {
		.kind = k, .target = target, .place = p, .fill = fill,
		.len = len, .cut = cut,
	};
	return read_hex(call, hex);
}

/* A line that isn't blank or a comment, into the last of @count programs */
static int read_line(struct fuzz_prog *progs, int count, int max,
		     const char *line)
{
	struct fuzz_prog *prog;
	unsigned int env;

	if (sscanf(line, "prog %u", &env) == 1) {
		if (count == max || env >= fuzz_env_count ||
		    (count && !progs[count - 1].n))
			return -1;
		progs[count].env = env;
		progs[count].n = 0;
		return count + 1;
	}
	if (!count || progs[count - 1].n == FUZZ_CALLS)
		return -1;
	prog = &progs[count - 1];
	return read_call(&prog->call[prog->n++], line) ? count : -1;
}

/**
 * fuzz_read_progs - Read programs from text
 * @in: where from
 * @progs: filled in
 * @max: number of entries in @progs
 * @line: number of the line that was read last
 *
 * Return: how many there were, or -1 when @line isn't part of a program or there
 *	are too many
 */
int fuzz_read_progs(FILE *in, struct fuzz_prog *progs, int max, int *line)
{
	char text[LINE_MAX_BYTES];
	int count = 0;

	for (*line = 1; fgets(text, sizeof(text), in); ++*line) {
		if (text[0] == '#' || text[0] == '\n')
			continue;
		count = read_line(progs, count, max, text);
		if (count < 0)
			return -1;
	}
	return count && !progs[count - 1].n ? -1 : count;
}
