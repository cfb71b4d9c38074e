// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Chains of capabilities, well-formed and not */
#include "tests.h"

#define SIZE	256
#define ID	4

static union {
	char bytes[SIZE];
	__u64 aligned;
} buf;

static void put_cap(__u32 offset, __u16 id, __u32 next)
{
	struct vfio_info_cap_header cap = { .id = id, .next = next };

	memcpy(buf.bytes + offset, &cap, sizeof(cap));
}

static int find(size_t size, __u32 first)
{
	const struct vfio_info_cap_header *cap = NULL;
	int ret = inest_cap_find(buf.bytes, size, first, ID, &cap);

	if (ret >= 0 && (const char *)cap + ret != buf.bytes + size)
		return -EBADMSG;
	return ret;
}

/* 32 -> 64 -> 96, which is the one */
static void put_three(void)
{
	memset(&buf, 0, sizeof(buf));
	put_cap(32, 1, 64);
	put_cap(64, 2, 96);
	put_cap(96, ID, 0);
}

static void test_good(void)
{
	put_three();
	tap_eq(SIZE - 96, find(SIZE, 32), "chain: last of three");
	tap_eq(SIZE - 96, find(SIZE, 96), "chain: first");
	tap_eq(-ENOENT, find(SIZE, 0), "chain: none");
	put_cap(96, 3, 0);
	tap_eq(-ENOENT, find(SIZE, 32), "chain: not in it");
	put_cap(64, ID, 0xffffffff);
	tap_eq(SIZE - 64, find(SIZE, 32), "chain: found before a bad offset");
	put_cap(96, ID, 0);
	put_cap(64, 2, 32);
	put_cap(32, ID, 0);
	tap_eq(SIZE - 32, find(SIZE, 64), "chain: backwards");
	put_three();
	put_cap(64, 2, SIZE - 8);
	put_cap(SIZE - 8, ID, 0);
	tap_eq(8, find(SIZE, 32), "chain: a header and no more");
}

static void test_offsets(void)
{
	static const __u32 bad[] = {
		1, 2, 97, 98, SIZE - 4, SIZE, SIZE + 4, SIZE - 7, 0x7ffffffc,
		0x80000000, 0xfffffffc, 0xffffffff,
	};
	char name[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		put_three();
		snprintf(name, sizeof(name), "chain: first is 0x%x", bad[i]);
		tap_eq(-EINVAL, find(SIZE, bad[i]), name);
		put_cap(64, 2, bad[i]);
		snprintf(name, sizeof(name), "chain: next is 0x%x", bad[i]);
		tap_eq(-EINVAL, find(SIZE, 32), name);
	}
}

static void test_truncated(void)
{
	char name[64];
	size_t size;

	put_three();
	for (size = 0; size < 104; size += 4) {
		snprintf(name, sizeof(name), "chain: cut to %zu bytes", size);
		tap_eq(-EINVAL, find(size, 32), name);
	}
	tap_eq(8, find(104, 32), "chain: cut to 104 bytes");
}

static void test_loops(void)
{
	put_three();
	put_cap(32, 1, 32);
	tap_eq(-ELOOP, find(SIZE, 32), "chain: points to itself");
	put_three();
	put_cap(96, 3, 32);
	tap_eq(-ELOOP, find(SIZE, 32), "chain: back to the first");
	put_three();
	put_cap(64, 2, 32);
	tap_eq(-ELOOP, find(SIZE, 32), "chain: never to the last");
}

/* As long as can be: every 8 bytes a header, all but the last of another id */
static void test_longest(void)
{
	__u32 offset;

	for (offset = 8; offset < SIZE - 8; offset += 8)
		put_cap(offset, 1, offset + 8);
	put_cap(SIZE - 8, ID, 0);
	tap_eq(8, find(SIZE, 8), "chain: as long as can be");
}

void test_chain(void)
{
	test_good();
	test_offsets();
	test_truncated();
	test_loops();
	test_longest();
}
