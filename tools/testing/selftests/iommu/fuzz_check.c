// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the answer to a call must not be
 *
 * Written from the text of the UAPI headers, with numbers instead of sizeof(),
 * and without the tables that programs are generated from, so that a mistake in
 * one place is not repeated in the other.
 */
#include <errno.h>
#include <string.h>

#include "../kselftest.h"
#include "fuzz.h"

/* Errors of every operation on stage 1 */
static const int nest_errors[] = {
	EFAULT, EINVAL, E2BIG, EOPNOTSUPP, EBADF, ENODEV, 0
};

/* Errors of the contract beside those, and those of an IOMMU that fails */
static const int errors[FUZZ_OPS][8] = {
	[FUZZ_OP_BIND_PASID_TABLE]	= { ENOENT },
	[FUZZ_OP_CACHE_INVLD]		= { EPERM },
	[FUZZ_OP_BIND_PGTBL]		= { EPERM, EBUSY, ENOENT },
	[FUZZ_OP_UNBIND_PGTBL]		= { EPERM },
	[FUZZ_OP_PAGE_RESP]		= { ENOENT },
	[FUZZ_OP_FAULT_QUEUE]		= { EBUSY },
	[FUZZ_OP_PASID_ALLOC]		= { EFAULT, EINVAL, E2BIG, EOPNOTSUPP,
					    EDQUOT, ENOSPC },
	[FUZZ_OP_PASID_FREE]		= { EFAULT, EINVAL, E2BIG, EOPNOTSUPP,
					    EPERM },
	[FUZZ_OP_PASID_QUOTA]		= { EFAULT, EINVAL, E2BIG, EOPNOTSUPP },
	[FUZZ_OP_GET_INFO]		= { EFAULT, EINVAL },
	[FUZZ_OP_MAP_DMA]		= { EFAULT, EINVAL, EEXIST, ENOENT,
					    ENOSPC, EBUSY },
	[FUZZ_OP_UNMAP_DMA]		= { EFAULT, EINVAL, ENOENT },
	[FUZZ_OP_NONE]			= { EFAULT, EINVAL, E2BIG },
};

/* Operations that can lack memory, and those that need the hardware */
#define MAY_LACK_MEMORY	(1 << FUZZ_OP_BIND_PASID_TABLE | \
			 1 << FUZZ_OP_BIND_PGTBL | 1 << FUZZ_OP_FAULT_QUEUE | \
			 1 << FUZZ_OP_PASID_ALLOC | 1 << FUZZ_OP_GET_INFO | \
			 1 << FUZZ_OP_MAP_DMA)
#define MAY_BREAK	(1 << FUZZ_OP_BIND_PASID_TABLE | \
			 1 << FUZZ_OP_BIND_PGTBL | 1 << FUZZ_OP_CACHE_INVLD | \
			 1 << FUZZ_OP_PAGE_RESP)

static bool is_one_of(const int *list, int error)
{
	while (*list && *list != error)
		list++;
	return *list;
}

/**
 * fuzz_errno_ok - Does the contract know an error
 * @op: the operation that failed
 * @error: errno
 * @faults: the mock was told to fail
 *
 * Return: true when it does
 */
bool fuzz_errno_ok(enum fuzz_op op, int error, bool faults)
{
	if (faults && error == ENOMEM)
		return MAY_LACK_MEMORY & 1 << op;
	if (faults && error == EIO)
		return MAY_BREAK & 1 << op;
	if (op <= FUZZ_OP_FAULT_QUEUE && is_one_of(nest_errors, error))
		return true;
	return is_one_of(errors[op], error);
}

/* What memory behind an argument is filled with */
#define FILLING	0xa5

/*
 * One structure inside the argument: it may be shorter than what is asked for,
 * and end in memory that the argument doesn't tell.
 */
struct bytes {
	const __u8	*at;
	size_t		known;
	size_t		size;
};

static __u8 byte(const struct bytes *b, size_t at)
{
	if (at >= b->size)
		return 0;
	return at < b->known ? b->at[at] : FILLING;
}

static __u64 number(const struct bytes *b, size_t at, size_t width)
{
	__u64 value = 0;
	size_t i;

	for (i = 0; i < width; i++)
		value |= (__u64)byte(b, at + i) << 8 * i;
	return value;
}

static bool zero(const struct bytes *b, size_t at, size_t size)
{
	size_t i;

	for (i = at; i < at + size; i++)
		if (byte(b, i))
			return false;
	return true;
}

static const char *bad_smmuv3(const struct bytes *b)
{
	__u64 base = number(b, 8, 8), bits = number(b, 20, 1);
	__u64 format = number(b, 28, 1), leaf = format == 1 ? 6 : 10, size;

	if (b->size < 32)
		return "a table without its vendor part";
	if (number(b, 24, 4) != 1 || format > 2 || number(b, 29, 1) > 2 ||
	    !zero(b, 30, 2))
		return "vendor part";
	if (!format || !bits)
		size = 64ULL << bits;
	else
		size = bits > leaf ? 8ULL << (bits - leaf) : 8;
	if (size < 64)
		size = 64;
	return base >> 52 || base % size ? "table's base" : NULL;
}

static const char *bad_table(const struct bytes *b)
{
	__u64 config = number(b, 21, 1), format = number(b, 16, 4);

	if (b->size < 24)
		return "size";
	if (!zero(b, 22, 2))
		return "padding";
	if (config < 1 || config > 3)
		return "configuration";
	if (config > 1)
		return number(b, 8, 8) || number(b, 20, 1) || format < 1 ||
		       format > 2 ? "table that isn't one" : NULL;
	if (format != 2)
		return "format";
	return number(b, 20, 1) > 20 ? "PASID bits" : bad_smmuv3(b);
}

static const char *bad_pgtbl_name(const struct bytes *b)
{
	__u64 flags = number(b, 16, 8), pasid = number(b, 32, 8);

	if (b->size < 56)
		return "size";
	if (number(b, 8, 4) != 1)
		return "format";
	if (flags > 2 || !zero(b, 48, 8))
		return "flags or padding";
	if (flags & 2)
		return pasid ? "PASID of none" : NULL;
	return !pasid || pasid >> 20 ? "PASID" : NULL;
}

static const char *bad_pgtbl(const struct bytes *b)
{
	__u64 width = number(b, 12, 4), gpgd = number(b, 24, 8);
	__u64 flags = number(b, 56, 8);
	const char *bad = bad_pgtbl_name(b);

	if (bad)
		return bad;
	if (b->size < 72)
		return "a page table without its vendor part";
	if (width != 48 && width != 57)
		return "address width";
	if (gpgd >> 52 || gpgd & 0xfff)
		return "address of the page table";
	if (number(b, 16, 8) & 1 && number(b, 40, 8) >> 20)
		return "guest PASID";
	if (flags >> 6)
		return "attributes";
	return flags & 16 && number(b, 68, 4) > 7 ? "memory type" : NULL;
}

static const char *bad_range(const struct bytes *b)
{
	__u64 addr = number(b, 32, 8), granule = number(b, 40, 8);
	__u64 count = number(b, 48, 8);

	if (b->size < 56)
		return "size for a range";
	if (granule < 4096 || granule & (granule - 1) || addr & (granule - 1))
		return "granule";
	if (!count || (__u64)(count - 1) > (-1ULL - addr) / granule)
		return "number of granules";
	return NULL;
}

static const char *bad_invalidation(const struct bytes *b)
{
	__u64 cache = number(b, 8, 1), granularity = number(b, 9, 1);
	__u64 flags = number(b, 16, 4);

	if (b->size < 16)
		return "size";
	if (!cache || cache > 7 || granularity > 2 || !zero(b, 10, 6))
		return "cache, granularity or padding";
	if (!granularity)
		return NULL;
	if (b->size < 32)
		return "size for an id";
	if (flags & ~(granularity == 1 ? 0xbULL : 0xfULL) ||
	    (granularity == 1 && !flags) || (flags & 9) == 8)
		return "flags";
	if (flags & 1 && number(b, 24, 8) >> 20)
		return "PASID";
	if (granularity == 1)
		return NULL;
	return cache & 4 ? "PASID cache by address" : bad_range(b);
}

static const char *bad_response(const struct bytes *b)
{
	__u64 flags = number(b, 8, 4);

	if (b->size < 24)
		return "size";
	if (flags > 1 || number(b, 20, 4) > 2)
		return "flags or code";
	return flags && number(b, 12, 4) >> 20 ? "PASID" : NULL;
}

static const char *bad_queue(const struct bytes *b)
{
	__u64 flags = number(b, 8, 4), entries = number(b, 12, 4);

	if (b->size < (flags & 1 ? 20 : 16))
		return "size";
	if (flags > 1 || !zero(b, 20, 4))
		return "flags or padding";
	if (number(b, 16, 4) != (flags ? FUZZ_FD_EVENT : 0))
		return "eventfd";
	return entries < 2 || entries > 1024 ? "entries" : NULL;
}

static const struct {
	__u16		size;
	const char	*(*bad)(const struct bytes *b);
} bodies[] = {
	[1] = { 32, bad_table },
	[3] = { 56, bad_invalidation },
	[4] = { 72, bad_pgtbl },
	[5] = { 72, bad_pgtbl_name },
	[6] = { 24, bad_response },
	[7] = { 24, bad_queue },
};

/* The operation's own structure; @b->size is what the header leaves for it */
static const char *bad_body(const struct bytes *b, __u64 op)
{
	if (b->size < 8 || b->size > 4096)
		return "size of the structure";
	if (number(b, 0, 4) != b->size)
		return "two sizes that disagree";
	if (number(b, 4, 4) != 1)
		return "version";
	if (b->size > bodies[op].size &&
	    !zero(b, bodies[op].size, b->size - bodies[op].size))
		return "tail";
	return bodies[op].bad(b);
}

static const char *bad_name(const struct bytes *b, bool device)
{
	__s32 fd = number(b, 8, 4);
	__s32 first = device ? FUZZ_FD_DEVICE : FUZZ_FD_GROUP;

	if (number(b, 12, 4))
		return "reserved word";
	return fd < first || fd >= first + FUZZ_DEVICES ? "descriptor" : NULL;
}

static const char *bad_nest(const struct bytes *b)
{
	__u64 argsz = number(b, 0, 4), flags = number(b, 4, 4);
	__u64 op = flags & 0xffff, form = flags >> 16;
	size_t header = form ? 16 : 8;
	struct bytes body;
	const char *bad;

	if (op < 1 || op > 7 || form > 2)
		return "flags";
	if (op >= 6 ? form != 2 : form == 2)
		return "device named by the wrong operation";
	if (argsz < header || argsz > b->size)
		return "size";
	bad = form ? bad_name(b, form == 2) : NULL;
	if (bad)
		return bad;
	body.at = b->at + header;
	body.known = b->known > header ? b->known - header : 0;
	body.size = argsz - header;
	if (op == 2)
		return body.size ? "data of no use" : NULL;
	return bad_body(&body, op);
}

static const char *bad_pasid_request(const struct bytes *b)
{
	__u64 argsz = number(b, 0, 4), flags = number(b, 4, 4);
	__u64 min = number(b, 8, 4), max = number(b, 12, 4);

	if (argsz < 16 || argsz > 4096 || argsz > b->size)
		return "size";
	if (flags != 1 && flags != 2 && flags != 4)
		return "flags";
	if (!zero(b, 16, argsz - 16))
		return "tail";
	if (flags == 4)
		return NULL;
	return !min || max < min || max >> 20 ? "range" : NULL;
}

static bool fits(const struct bytes *b, size_t least)
{
	return number(b, 0, 4) >= least && b->size >= least;
}

/**
 * fuzz_malformed - Must a call be refused, whatever the state
 * @view: the call, and what the kernel can read of its argument
 *
 * Return: why it must not succeed, or NULL
 */
const char *fuzz_malformed(const struct fuzz_view *view)
{
	struct bytes b = { view->arg, view->size, view->readable };

	switch (view->call->kind) {
	case FUZZ_NEST:
		return bad_nest(&b);
	case FUZZ_PASID:
		return bad_pasid_request(&b);
	case FUZZ_INFO:
		return fits(&b, 16) ? NULL : "size";
	case FUZZ_MAP:
		return !fits(&b, 32) || number(&b, 4, 4) & ~7ULL ||
		       !number(&b, 24, 8) ? "mapping" : NULL;
	case FUZZ_UNMAP:
		return !fits(&b, 24) || number(&b, 4, 4) & ~7ULL ?
		       "unmapping" : NULL;
	default:
		return NULL;
	}
}

/**
 * fuzz_call_malformed - The same for a call that was not issued
 * @call: the call, whose PASIDs are not resolved
 *
 * Return: why it must not succeed, or NULL
 */
const char *fuzz_call_malformed(const struct fuzz_call *call)
{
	static __u8 arg[FUZZ_LEN];
	struct fuzz_view view = { call, arg, call->len, call->len };
	size_t told = call->len < FUZZ_DATA ? call->len : FUZZ_DATA;

	memcpy(arg, call->data, told);
	memset(arg + told, call->fill, call->len - told);
	return fuzz_malformed(&view);
}
