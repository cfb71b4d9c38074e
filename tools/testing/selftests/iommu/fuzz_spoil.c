// SPDX-License-Identifier: GPL-2.0-only
/* Calls made wrong, or merely unusual: sizes, places, fields */
#include <string.h>
#include <linux/vfio_nesting.h>

#include "../kselftest.h"
#include "fuzz.h"

static __u16 told(const struct fuzz_call *call)
{
	return call->len < FUZZ_DATA ? call->len : FUZZ_DATA;
}

/* The bytes that come into view have the value of the fill */
static void set_len(struct fuzz_call *call, __u32 len)
{
	__u16 old = told(call);

	call->len = len < FUZZ_LEN ? len : FUZZ_LEN;
	if (told(call) > old)
		memset(call->data + old, call->fill, told(call) - old);
	if (call->cut > call->len)
		call->cut = call->len;
}

/**
 * fuzz_set_size - Let the argument end with a structure of some size
 * @call: an input
 * @size: of the structure, in bytes
 *
 * Every size that the argument gives agrees with it.
 */
void fuzz_set_size(struct fuzz_call *call, __u32 size)
{
	size_t body = fuzz_body_offset(call);

	set_len(call, body + size);
	fuzz_put(call->data, 0, 4, body + size);
	if (body && size >= 4)
		fuzz_put(call->data, body, 4, size);
}

/**
 * fuzz_boundary - A value that is likely not meant to be there
 * @rand: random numbers
 * @value: what is there
 * @width: of the value, in bytes
 *
 * Return: the value to put in its place
 */
__u64 fuzz_boundary(struct fuzz_rand *rand, __u64 value, size_t width)
{
	static const __u64 values[] = {
		0, 1, 2, 3, 4, 8, 63, 64, 0xff, 0xfff, 0x1000, 0x1001,
		0xfffff, 0x100000, 0x7fffffff, 0x80000000, 0xffffffff,
		1ULL << 32, 1ULL << 48, 1ULL << 52, 1ULL << 63,
		-0x1000ULL, -1ULL,
	};

	switch (fuzz_below(rand, 6)) {
	case 0:
		return value + 1;
	case 1:
		return value - 1;
	case 2:
	case 3:
		return value ^ 1ULL << fuzz_below(rand, 8 * width);
	default:
		return values[fuzz_below(rand, ARRAY_SIZE(values))];
	}
}

/**
 * fuzz_spoil_size - Make the sizes of an input wrong, or merely unusual
 * @call: an input
 * @rand: random numbers
 */
void fuzz_spoil_size(struct fuzz_call *call, struct fuzz_rand *rand)
{
	size_t body = fuzz_body_offset(call);
	__u32 size = call->len > body ? call->len - body : 0;

	switch (fuzz_below(rand, 7)) {
	case 0:
		fuzz_set_size(call, fuzz_below(rand, size + 1));
		break;
	case 1:
		fuzz_set_size(call, size + 1 + fuzz_below(rand, 24));
		break;
	case 2:
		call->fill = fuzz_one_in(rand, 2);
		fuzz_set_size(call, size + 1 + fuzz_below(rand, 64));
		break;
	case 3:
		call->fill = fuzz_one_in(rand, 4);
		fuzz_set_size(call, 4095 + fuzz_below(rand, 3));
		break;
	case 4:
		fuzz_put(call->data, 0, 4,
			 fuzz_boundary(rand, fuzz_get(call->data, 0, 4), 4));
		break;
	case 5:
		fuzz_put(call->data, body, 4,
			 fuzz_boundary(rand, fuzz_get(call->data, body, 4), 4));
		break;
	default:
		set_len(call, fuzz_below(rand, call->len + 16));
	}
}

/**
 * fuzz_spoil_place - Put an argument somewhere else
 * @call: an input
 * @rand: random numbers
 */
void fuzz_spoil_place(struct fuzz_call *call, struct fuzz_rand *rand)
{
	call->place = fuzz_below(rand, FUZZ_PLACES);
	call->cut = 0;
	if (call->place == FUZZ_PAGE_END && fuzz_one_in(rand, 2))
		call->cut = fuzz_below(rand, call->len + 1);
}

/* The header's own fields: flags, descriptor, reserved */
static void spoil_header(struct fuzz_call *call, struct fuzz_rand *rand)
{
	size_t at = 4 + 4 * fuzz_below(rand, 3);

	if (call->kind != FUZZ_NEST)
		at = 4;
	fuzz_put(call->data, at, 4,
		 fuzz_boundary(rand, fuzz_get(call->data, at, 4), 4));
}

/**
 * fuzz_spoil_field - Change one field of an input
 * @call: an input
 * @rand: random numbers
 */
void fuzz_spoil_field(struct fuzz_call *call, struct fuzz_rand *rand)
{
	const struct fuzz_struct *s = fuzz_struct_of(fuzz_op_of(call));
	__u8 *body = call->data + fuzz_body_offset(call);
	const struct fuzz_field *field;
	__u64 value;

	if (!s || !s->count || fuzz_one_in(rand, 6)) {
		spoil_header(call, rand);
		return;
	}
	field = &s->fields[fuzz_below(rand, s->count)];
	value = fuzz_get(body, field->offset, field->width);
	if (fuzz_one_in(rand, 4))
		value = fuzz_gen_value(field, rand);
	else
		value = fuzz_boundary(rand, value, field->width);
	fuzz_put(body, field->offset, field->width, value);
}
