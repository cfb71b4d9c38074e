// SPDX-License-Identifier: GPL-2.0-only
/* New calls out of the structures' description */
#include <string.h>
#include <linux/vfio.h>
#include <linux/vfio_nesting.h>

#include "../kselftest.h"
#include "fuzz.h"

#define HEADER	sizeof(struct vfio_iommu_nesting_op)
#define NAME	sizeof(struct vfio_iommu_nesting_group)

/* How often a call is of each operation, events and nonsense apart */
static const __u8 op_weights[FUZZ_OPS] = {
	[FUZZ_OP_BIND_PASID_TABLE]	= 14,
	[FUZZ_OP_UNBIND_PASID_TABLE]	= 5,
	[FUZZ_OP_CACHE_INVLD]		= 22,
	[FUZZ_OP_BIND_PGTBL]		= 14,
	[FUZZ_OP_UNBIND_PGTBL]		= 8,
	[FUZZ_OP_PAGE_RESP]		= 12,
	[FUZZ_OP_FAULT_QUEUE]		= 8,
	[FUZZ_OP_PASID_ALLOC]		= 12,
	[FUZZ_OP_PASID_FREE]		= 8,
	[FUZZ_OP_PASID_QUOTA]		= 2,
	[FUZZ_OP_GET_INFO]		= 2,
	[FUZZ_OP_MAP_DMA]		= 1,
	[FUZZ_OP_UNMAP_DMA]		= 1,
};

/*
 * Of 10000 calls, how many are which event. To close and open devices is slow,
 * so that it is rarely asked for while there are any.
 */
static const struct {
	__u8	kind;
	__u16	share;
	__u16	share_without_devices;
} event_shares[] = {
	{ FUZZ_REQUEST, 250, 50 },
	{ FUZZ_CACHE, 50, 50 },
	{ FUZZ_KNOB, 20, 20 },
	{ FUZZ_ATTACH, 2, 15 },
	{ FUZZ_DETACH, 1, 15 },
	{ FUZZ_CYCLE, 0, 10 },
	{ FUZZ_QUEUE, 250, 50 },
};

/**
 * fuzz_op_of - What a call asks for
 * @call: the call
 *
 * Return: the operation, FUZZ_OP_NONE also for events
 */
enum fuzz_op fuzz_op_of(const struct fuzz_call *call)
{
	__u64 flags = fuzz_get(call->data, 4, 4);

	switch (call->kind) {
	case FUZZ_NEST:
		flags &= VFIO_NESTING_OP_MASK;
		if (flags < VFIO_NESTING_OP_BIND_PASID_TABLE ||
		    flags > VFIO_NESTING_OP_FAULT_QUEUE)
			return FUZZ_OP_NONE;
		return FUZZ_OP_BIND_PASID_TABLE + flags - 1;
	case FUZZ_PASID:
		if (flags == VFIO_PASID_REQUEST_ALLOC)
			return FUZZ_OP_PASID_ALLOC;
		if (flags == VFIO_PASID_REQUEST_FREE)
			return FUZZ_OP_PASID_FREE;
		return flags == VFIO_PASID_REQUEST_QUOTA ? FUZZ_OP_PASID_QUOTA :
							   FUZZ_OP_NONE;
	case FUZZ_INFO:
		return FUZZ_OP_GET_INFO;
	case FUZZ_MAP:
		return FUZZ_OP_MAP_DMA;
	case FUZZ_UNMAP:
		return FUZZ_OP_UNMAP_DMA;
	default:
		return FUZZ_OP_NONE;
	}
}

/**
 * fuzz_body_offset - Where the operation's own structure starts
 * @call: an input
 *
 * Return: offset in bytes
 */
size_t fuzz_body_offset(const struct fuzz_call *call)
{
	__u64 flags = fuzz_get(call->data, 4, 4);

	if (call->kind != FUZZ_NEST)
		return 0;
	if (flags & (VFIO_NESTING_OP_GROUP | VFIO_NESTING_OP_DEVICE))
		return HEADER + NAME;
	return HEADER;
}

/**
 * fuzz_gen_value - A value that a field may have
 * @field: the field
 * @rand: random numbers
 *
 * Return: the value
 */
__u64 fuzz_gen_value(const struct fuzz_field *field, struct fuzz_rand *rand)
{
	switch (field->type) {
	case FUZZ_FIELD_CHOICE:
		return field->values[fuzz_below(rand, field->count)];
	case FUZZ_FIELD_FLAGS:
		return fuzz_next(rand) & field->values[0];
	case FUZZ_FIELD_OWNED:
		if (fuzz_one_in(rand, 5))
			return field->values[fuzz_below(rand, field->count)];
		return FUZZ_PASID_OWNED + fuzz_below(rand, 3);
	default:
		return 0;
	}
}

/* The structure at the call's body, with the sizes set */
static void gen_body(struct fuzz_call *call, struct fuzz_rand *rand,
		     enum fuzz_op op, const struct fuzz_env *env)
{
	const struct fuzz_struct *s = fuzz_struct_of(op);
	__u8 *body = call->data + fuzz_body_offset(call);
	__u16 need;
	int i;

	if (!s) {
		fuzz_set_size(call, 0);
		return;
	}
	for (i = 0; i < s->count; i++)
		fuzz_put(body, s->fields[i].offset, s->fields[i].width,
			 fuzz_gen_value(&s->fields[i], rand));
	call->len = FUZZ_DATA;
	need = s->settle(body, rand, env);
	switch (fuzz_below(rand, 8)) {
	case 0:
		fuzz_set_size(call, s->size + 8 * fuzz_below(rand, 3));
		break;
	case 1:
	case 2:
		fuzz_set_size(call, need);
		break;
	default:
		fuzz_set_size(call, need < s->size ? s->size : need);
	}
}

static __s32 gen_fd(struct fuzz_rand *rand, __s32 first)
{
	static const __s32 others[] = {
		-1, 0, FUZZ_FD_CLOSED, FUZZ_FD_CONTAINER, FUZZ_FD_GROUP,
		FUZZ_FD_DEVICE, 0x7fffffff,
	};

	if (fuzz_one_in(rand, 16))
		return others[fuzz_below(rand, ARRAY_SIZE(others))];
	return first + !fuzz_below(rand, 3);
}

static void gen_header(struct fuzz_call *call, struct fuzz_rand *rand,
		       enum fuzz_op op)
{
	__u32 flags = VFIO_NESTING_OP_BIND_PASID_TABLE + op;
	__s32 first = FUZZ_FD_GROUP;

	if (op == FUZZ_OP_PAGE_RESP || op == FUZZ_OP_FAULT_QUEUE) {
		flags |= VFIO_NESTING_OP_DEVICE;
		first = FUZZ_FD_DEVICE;
	} else if (fuzz_one_in(rand, 3)) {
		flags |= VFIO_NESTING_OP_GROUP;
	}
	fuzz_put(call->data, 4, 4, flags);
	if (fuzz_body_offset(call) > HEADER)
		fuzz_put(call->data, HEADER, 4, gen_fd(rand, first));
}

static void gen_input(struct fuzz_call *call, struct fuzz_rand *rand,
		      enum fuzz_op op, const struct fuzz_env *env)
{
	if (op <= FUZZ_OP_FAULT_QUEUE) {
		call->kind = FUZZ_NEST;
		gen_header(call, rand, op);
	} else if (op <= FUZZ_OP_PASID_QUOTA) {
		call->kind = FUZZ_PASID;
	} else {
		call->kind = FUZZ_INFO + op - FUZZ_OP_GET_INFO;
	}
	gen_body(call, rand, op, env);
}

static enum fuzz_op gen_op(struct fuzz_rand *rand)
{
	__u32 sum = 0, at;
	int op;

	for (op = 0; op < FUZZ_OPS; op++)
		sum += op_weights[op];
	at = fuzz_below(rand, sum);
	for (op = 0; at >= op_weights[op]; op++)
		at -= op_weights[op];
	return op;
}

static void gen_event(struct fuzz_call *call, struct fuzz_rand *rand, __u8 kind)
{
	struct fuzz_event event = {
		.what = fuzz_below(rand, 3),
		.id = FUZZ_PASID_OWNED,
		.value = fuzz_below(rand, 3),
	};

	if (fuzz_one_in(rand, 3))
		event.id = fuzz_one_in(rand, 2) ? -1 : (int)fuzz_below(rand, 6);
	if (kind == FUZZ_CACHE)
		event.value = fuzz_below(rand, 2) ? 0x40000000 : 0x1000;
	if (kind == FUZZ_KNOB) {
		event.what = fuzz_one_in(rand, 64) ? 2 : fuzz_below(rand, 2);
		event.id = 1 + fuzz_below(rand, 5);
	}
	if (kind == FUZZ_QUEUE)
		event.id = fuzz_below(rand, 5);
	call->kind = kind;
	call->len = sizeof(event);
	memcpy(call->data, &event, sizeof(event));
}

/* FUZZ_KINDS for no event at all */
static __u8 gen_event_kind(struct fuzz_rand *rand, const struct fuzz_env *env)
{
	__u32 at = fuzz_below(rand, 10000), share;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(event_shares); i++) {
		share = env->device[0] ? event_shares[i].share :
					 event_shares[i].share_without_devices;
		if (at < share)
			return event_shares[i].kind;
		at -= share;
	}
	return FUZZ_KINDS;
}

/**
 * fuzz_gen_call - Make a new call
 * @call: filled in
 * @rand: random numbers
 * @env: which arrangement it is for
 */
void fuzz_gen_call(struct fuzz_call *call, struct fuzz_rand *rand,
		   unsigned int env)
{
	__u8 event = gen_event_kind(rand, &fuzz_envs[env]);

	memset(call, 0, sizeof(*call));
	call->target = fuzz_one_in(rand, 4);
	if (event < FUZZ_KINDS) {
		gen_event(call, rand, event);
		return;
	}
	gen_input(call, rand, gen_op(rand), &fuzz_envs[env]);
	switch (fuzz_below(rand, 16)) {
	case 0:
		fuzz_spoil_place(call, rand);
		break;
	case 1:
	case 2:
		fuzz_spoil_size(call, rand);
		break;
	case 3:
	case 4:
	case 5:
	case 6:
		do {
			fuzz_spoil_field(call, rand);
		} while (fuzz_one_in(rand, 4));
		break;
	default:
		break;
	}
}

/**
 * fuzz_gen_prog - Make a new program
 * @prog: filled in
 * @rand: random numbers
 * @env: which arrangement it is for
 */
void fuzz_gen_prog(struct fuzz_prog *prog, struct fuzz_rand *rand,
		   unsigned int env)
{
	int i;

	prog->env = env;
	prog->n = 2 + fuzz_below(rand, FUZZ_CALLS - 3);
	for (i = 0; i < prog->n; i++)
		fuzz_gen_call(&prog->call[i], rand, env);
}
