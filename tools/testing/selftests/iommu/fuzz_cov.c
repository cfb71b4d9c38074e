// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which edges of the kernel's code were taken
 *
 * KCOV records the addresses that the calling thread passes in code that was
 * built for it. Two that follow each other in one call are an edge. The set of
 * edges is shared by all workers, only grows, and takes no lock.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <linux/kcov.h>

#include "fuzz.h"

#define SLOTS		(1 << 16)
#define RECORDS		(16 << 10)	/* addresses that one call can leave */

struct fuzz_cov {
	__u32 edges;
	__u64 slot[SLOTS];	/* 0: free */
};

/* Ways through the code that this process has seen whole, by their hash */
#define WAYS		(1 << 14)

static __u64 *records;
static __u64 ways[WAYS];

/**
 * fuzz_cov_size - How large a struct fuzz_cov is
 *
 * Return: the size in bytes
 */
size_t fuzz_cov_size(void)
{
	return sizeof(struct fuzz_cov);
}

/**
 * fuzz_cov_open - Record what the calling thread does from here on
 * @cov: the set of edges
 *
 * Return: 0 or a negative errno: ENOENT when the kernel has no KCOV
 */
int fuzz_cov_open(struct fuzz_cov *cov)
{
	int fd = open("/sys/kernel/debug/kcov", O_RDWR | O_CLOEXEC);
	void *mem;

	if (fd < 0)
		return -errno;
	if (ioctl(fd, KCOV_INIT_TRACE, RECORDS))
		return -errno;
	mem = mmap(NULL, RECORDS * sizeof(*records), PROT_READ | PROT_WRITE,
		   MAP_SHARED, fd, 0);
	if (mem == MAP_FAILED || ioctl(fd, KCOV_ENABLE, KCOV_TRACE_PC))
		return -errno;
	records = mem;
	return 0;
}

/** fuzz_cov_start - Forget what was recorded */
void fuzz_cov_start(void)
{
	if (records)
		__atomic_store_n(&records[0], 0, __ATOMIC_RELAXED);
}

/* True when the edge is new */
static bool add_edge(struct fuzz_cov *cov, __u64 edge)
{
	__u64 at = edge * 0x9e3779b97f4a7c15ULL >> 48;
	__u64 found;
	int i;

	for (i = 0; i < SLOTS; i++, at = (at + 1) % SLOTS) {
		found = __atomic_load_n(&cov->slot[at], __ATOMIC_RELAXED);
		if (found == edge)
			return false;
		if (found)
			continue;
		if (__atomic_compare_exchange_n(&cov->slot[at], &found, edge,
						false, __ATOMIC_RELAXED,
						__ATOMIC_RELAXED))
			return true;
		if (found == edge)
			return false;
	}
	return false;
}

static __u64 hash_records(__u64 n)
{
	__u64 hash = n, i;

	for (i = 1; i <= n; i++)
		hash = (hash ^ records[i]) * 0x9e3779b97f4a7c15ULL;
	return hash ?: 1;
}

/*
 * Most calls go a way that was gone before, so that it need not be looked at
 * edge by edge. The hash of another way in its place is merely forgotten.
 */
static bool known_way(__u64 n)
{
	__u64 hash = hash_records(n), *way = &ways[hash >> 50];

	if (*way == hash)
		return true;
	*way = hash;
	return false;
}

/**
 * fuzz_cov_collect - Add what was recorded since fuzz_cov_start()
 * @cov: the set of edges
 *
 * Return: how many of the edges are new
 */
unsigned int fuzz_cov_collect(struct fuzz_cov *cov)
{
	__u64 i, n, before = 0;
	unsigned int fresh = 0;

	if (!records)
		return 0;
	n = __atomic_load_n(&records[0], __ATOMIC_RELAXED);
	if (n >= RECORDS)
		n = RECORDS - 1;
	if (known_way(n))
		return 0;
	for (i = 1; i <= n; i++) {
		/* The kernel's text is within 2 GiB: 32 bits tell it apart */
		fresh += add_edge(cov, before << 32 | (__u32)records[i]);
		before = (__u32)records[i];
	}
	if (fresh)
		__atomic_add_fetch(&cov->edges, fresh, __ATOMIC_RELAXED);
	return fresh;
}

/**
 * fuzz_cov_clear - Forget all edges
 * @cov: the set of edges, which nobody adds to
 */
void fuzz_cov_clear(struct fuzz_cov *cov)
{
	memset(cov, 0, sizeof(*cov));
	memset(ways, 0, sizeof(ways));
}

/**
 * fuzz_cov_edges - Size of the set
 * @cov: the set of edges
 *
 * Return: number of edges
 */
unsigned int fuzz_cov_edges(const struct fuzz_cov *cov)
{
	return __atomic_load_n(&cov->edges, __ATOMIC_RELAXED);
}
