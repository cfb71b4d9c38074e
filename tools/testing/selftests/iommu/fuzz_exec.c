// SPDX-License-Identifier: GPL-2.0-only
/* One program on the machine */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <linux/vfio.h>
#include <linux/vfio_nesting.h>

#include "../kselftest.h"
#include "fuzz.h"

/* Two pages for arguments, one that cannot be read behind them, and an alias */
#define ARENA		((__u8 *)0x300000000)
#define ARENA_READ_ONLY	((__u8 *)0x310000000)
#define ARENA_SIZE	8192UL
#define PAGE		4096UL
#define KERNEL_ADDRESS	((__u8 *)0xffff888000001000)

/* Bytes before and behind an argument that must stay as they are */
#define CANARY		32
#define CANARY_BYTE	0xa5

/* An argument in memory */
struct arg {
	__u8	*user;		/* what the kernel is given */
	__u8	*at;		/* where it can be written, or NULL */
	size_t	readable;
	__u8	before[CANARY + FUZZ_LEN + CANARY];
};

static struct arg arg;

static int map_at(void *at, size_t size, int prot, int flags, int fd)
{
	return mmap(at, size, prot, flags | MAP_FIXED_NOREPLACE, fd, 0) == at ?
	       0 : -errno;
}

/**
 * fuzz_exec_init - Map the memory of arguments and of DMA, once in a process
 *
 * Return: 0 or a negative errno
 */
int fuzz_exec_init(void)
{
	int fd = memfd_create("arguments", MFD_CLOEXEC);
	int ret;

	if (fd < 0 || ftruncate(fd, ARENA_SIZE))
		return -errno;
	ret = map_at(ARENA, ARENA_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	if (!ret)
		ret = map_at(ARENA_READ_ONLY, ARENA_SIZE, PROT_READ, MAP_SHARED,
			     fd);
	if (!ret)
		ret = map_at((void *)FUZZ_MEM, FUZZ_MEM_SIZE,
			     PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1);
	if (!ret)
		ret = map_at(ARENA + ARENA_SIZE, PAGE, PROT_NONE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1);
	if (!ret)
		memset(ARENA, CANARY_BYTE, ARENA_SIZE);
	close(fd);
	return ret;
}

/**
 * fuzz_violation - Note that a rule was broken, and stop all workers
 * @w: the worker
 * @format: what happened
 *
 * Return: false
 */
bool fuzz_violation(struct fuzz_worker *w, const char *format, ...)
{
	struct fuzz_shared *shared = w->shared;
	va_list ap;

	if (!__atomic_exchange_n(&shared->violated, true, __ATOMIC_ACQ_REL)) {
		va_start(ap, format);
		vsnprintf(shared->why, sizeof(shared->why), format, ap);
		va_end(ap);
		if (w->prog)
			shared->culprit = *w->prog;
	}
	__atomic_store_n(&shared->stop, true, __ATOMIC_RELEASE);
	return false;
}

static void place(const struct fuzz_call *call)
{
	size_t len = call->len;

	arg.readable = len;
	arg.at = ARENA + 2 * CANARY;
	switch (call->place) {
	case FUZZ_PAGE_END:
		arg.readable = len - call->cut;
		arg.at = ARENA + ARENA_SIZE - arg.readable;
		break;
	case FUZZ_CROSS:
		arg.at = ARENA + PAGE - len / 2;
		break;
	case FUZZ_ODD:
		arg.at++;
		break;
	case FUZZ_NULL:
	case FUZZ_KERNEL:
		arg.user = call->place == FUZZ_NULL ? NULL : KERNEL_ADDRESS;
		arg.at = NULL;
		arg.readable = 0;
		return;
	}
	arg.user = arg.at;
	if (call->place == FUZZ_READ_ONLY)
		arg.user += ARENA_READ_ONLY - ARENA;
}

static size_t canary_behind(void)
{
	return arg.at + arg.readable + CANARY <= ARENA + ARENA_SIZE ? CANARY : 0;
}

static void put_arg(const struct fuzz_call *call)
{
	size_t told = arg.readable < FUZZ_DATA ? arg.readable : FUZZ_DATA;

	if (!arg.at)
		return;
	memcpy(arg.at, call->data, told);
	memset(arg.at + told, call->fill, arg.readable - told);
	memcpy(arg.before, arg.at - CANARY,
	       CANARY + arg.readable + canary_behind());
}

/* Which bytes the kernel may write */
static void output(const struct fuzz_call *call, size_t *from, size_t *to)
{
	const __u8 *data = arg.before + CANARY;

	*from = 0;
	*to = 0;
	if (arg.readable + canary_behind() < 8)
		return;
	if (call->kind == FUZZ_INFO)
		*to = fuzz_get(data, 0, 4);
	if (call->kind == FUZZ_UNMAP) {
		*from = 16;
		*to = 24;
	}
	if (call->kind == FUZZ_PASID &&
	    fuzz_get(data, 4, 4) == VFIO_PASID_REQUEST_QUOTA) {
		*from = 8;
		*to = 16;
	}
}

static bool arg_intact(const struct fuzz_call *call)
{
	const __u8 *before = arg.before + CANARY;
	size_t from, to, end = arg.readable + canary_behind();

	output(call, &from, &to);
	if (memcmp(arg.at - CANARY, arg.before, CANARY))
		return false;
	if (memcmp(arg.at, before, from < end ? from : end))
		return false;
	return to >= end || !memcmp(arg.at + to, before + to, end - to);
}

/* Memory that tells nothing is all the same again */
static void wipe_arg(const struct fuzz_call *call)
{
	size_t from, to, end = ARENA + ARENA_SIZE - arg.at;

	output(call, &from, &to);
	if (to < arg.readable)
		to = arg.readable;
	memset(arg.at, CANARY_BYTE, to < end ? to : end);
}

static const unsigned long requests[FUZZ_INPUTS] = {
	[FUZZ_NEST]	= VFIO_IOMMU_NESTING_OP,
	[FUZZ_PASID]	= VFIO_IOMMU_PASID_REQUEST,
	[FUZZ_INFO]	= VFIO_IOMMU_GET_INFO,
	[FUZZ_MAP]	= VFIO_IOMMU_MAP_DMA,
	[FUZZ_UNMAP]	= VFIO_IOMMU_UNMAP_DMA,
};

/* Numbers that stand for PASIDs of the process become those */
static void resolve(struct fuzz_worker *w, struct fuzz_call *call)
{
	static const struct {
		__u8 offset, width;
	} at[FUZZ_OPS] = {
		[FUZZ_OP_CACHE_INVLD]	= { 24, 8 },
		[FUZZ_OP_BIND_PGTBL]	= { 32, 8 },
		[FUZZ_OP_UNBIND_PGTBL]	= { 32, 8 },
		[FUZZ_OP_PAGE_RESP]	= { 12, 4 },
		[FUZZ_OP_PASID_ALLOC]	= { 8, 4 },
		[FUZZ_OP_PASID_FREE]	= { 8, 4 },
	};
	enum fuzz_op op = fuzz_op_of(call);
	size_t offset = fuzz_body_offset(call) + at[op].offset;
	int width = at[op].width;

	if (!width)
		return;
	fuzz_put(call->data, offset, width,
		 fuzz_pasids_resolve(&w->pasids,
				     fuzz_get(call->data, offset, width)));
	if (call->kind == FUZZ_PASID)
		fuzz_put(call->data, 12, 4,
			 fuzz_pasids_resolve(&w->pasids,
					     fuzz_get(call->data, 12, 4)));
}

/*
 * Not part of the interface: a remapping that makes everybody wait for the
 * second half of it, and a bitmap whose page size of zero vfio shifts by.
 */
static void keep_out(struct fuzz_call *call)
{
	__u64 flags = fuzz_get(call->data, 4, 4);

	if (call->kind == FUZZ_MAP)
		flags &= ~(__u64)VFIO_DMA_MAP_FLAG_VADDR;
	if (call->kind == FUZZ_UNMAP)
		flags &= ~(__u64)(VFIO_DMA_UNMAP_FLAG_VADDR |
				  VFIO_DMA_UNMAP_FLAG_GET_DIRTY_BITMAP);
	fuzz_put(call->data, 4, 4, flags);
}

static void trace(const struct fuzz_worker *w, const char *what, int ret)
{
	if (w->trace)
		fprintf(stderr, "fuzz: %s %d\n", what, ret);
}

static bool input(struct fuzz_worker *w, struct fuzz_call *call)
{
	struct fuzz_answer answer = { .call = call, .op = fuzz_op_of(call) };
	int ret;

	keep_out(call);
	resolve(w, call);
	place(call);
	put_arg(call);
	ret = ioctl(FUZZ_FD_CONTAINER + call->target, requests[call->kind],
		    arg.user);
	answer.ret = ret < 0 ? -errno : ret;
	trace(w, fuzz_op_name(answer.op), answer.ret);
	w->stats->inputs++;
	if (answer.ret > -FUZZ_ERRNO)
		w->stats->result[answer.op][ret < 0 ? -answer.ret : 0]++;
	if (arg.at && !arg_intact(call))
		return fuzz_violation(w, "%s wrote where it must not",
				      fuzz_op_name(answer.op));
	answer.in = arg.at ? arg.before + CANARY : NULL;
	answer.out = arg.at;
	answer.size = arg.readable;
	answer.readable = arg.at ? ARENA + ARENA_SIZE - arg.at : 0;
	if (!fuzz_judge(w, &answer))
		return false;
	if (answer.op == FUZZ_OP_FAULT_QUEUE && ret >= 0)
		fuzz_queue_place(&w->machine, call, ret);
	if (arg.at)
		wipe_arg(call);
	return true;
}

static bool event(struct fuzz_worker *w, const struct fuzz_call *call)
{
	struct fuzz_event e;
	int ret;

	memcpy(&e, call->data, sizeof(e));
	if (call->kind == FUZZ_QUEUE)
		return fuzz_queue_event(w, call);
	if (call->kind == FUZZ_CYCLE)
		return fuzz_exec_cycle(w, e.what);
	if (call->kind == FUZZ_KNOB)
		ret = fuzz_arm(w, call);
	else
		ret = fuzz_machine_event(&w->machine, call,
					 fuzz_pasids_resolve(&w->pasids, e.id));
	trace(w, "event", ret);
	if (!ret && (call->kind == FUZZ_ATTACH || call->kind == FUZZ_DETACH))
		w->rebuild = true;
	return true;
}

static bool one_call(struct fuzz_worker *w, struct fuzz_call *call,
		     unsigned int *fresh)
{
	bool ok;

	fuzz_cov_start();
	ok = call->kind < FUZZ_INPUTS ? input(w, call) : event(w, call);
	*fresh = ok ? fuzz_cov_collect(w->cov) : 0;
	return ok;
}

static int all_calls(struct fuzz_worker *w, const struct fuzz_prog *prog)
{
	unsigned int fresh;
	struct fuzz_call call;
	int i, useful = 0;

	w->prog = prog;
	if (w->trace)
		fuzz_write_prog(stderr, "", prog);
	for (i = 0; i < prog->n; i++) {
		call = prog->call[i];
		if (!one_call(w, &call, &fresh))
			return -1;
		if (fresh)
			useful = i + 1;
	}
	w->stats->programs++;
	return useful;
}

/**
 * fuzz_exec - Run a program, and leave the machine as it was before
 * @w: the worker
 * @prog: the program
 *
 * Return: how many of its calls it takes to get to all the edges that are new, 0
 *	when there are none, -1 when a rule was broken
 */
int fuzz_exec(struct fuzz_worker *w, const struct fuzz_prog *prog)
{
	int useful = all_calls(w, prog);

	return useful < 0 || fuzz_reset(w) ? useful : -1;
}

/* The program, and as its last call one that was tried after it */
static void add_variant(struct fuzz_worker *w, const struct fuzz_prog *prog,
			const struct fuzz_call *call)
{
	struct fuzz_prog longer = *prog;

	if (longer.n == FUZZ_CALLS)
		longer.n--;
	longer.call[longer.n++] = *call;
	fuzz_corpus_add(w->shared, &longer, longer.n);
}

/* Seven of eight are made such that they must be refused, if that can be had */
static void make_variant(struct fuzz_call *call, struct fuzz_rand *rand)
{
	bool refused = !fuzz_one_in(rand, 8);
	int tries = 6;

	do {
		fuzz_spoil(call, rand);
	} while (refused && --tries && !fuzz_call_malformed(call));
}

/*
 * Inputs of the program, each spoilt anew, on what the program left. Most are
 * refused, which costs little and changes nothing.
 */
static bool variants(struct fuzz_worker *w, const struct fuzz_prog *prog,
		     struct fuzz_rand *rand)
{
	static struct fuzz_prog so_far;
	struct fuzz_call *call, issued;
	unsigned int fresh;
	int i;

	so_far = *prog;
	if (so_far.n == FUZZ_CALLS)
		so_far.n--;
	call = &so_far.call[so_far.n++];
	w->prog = &so_far;
	for (i = 0; i < FUZZ_VARIANTS; i++) {
		*call = prog->call[fuzz_below(rand, prog->n)];
		if (call->kind >= FUZZ_INPUTS)
			continue;
		make_variant(call, rand);
		issued = *call;
		if (!one_call(w, &issued, &fresh))
			return false;
		if (fresh)
			add_variant(w, prog, call);
	}
	return true;
}

/**
 * fuzz_exec_variants - Run a program and many variants of its calls
 * @w: the worker
 * @prog: the program
 * @rand: random numbers
 *
 * What takes new edges is added to the corpus.
 *
 * Return: false when a rule was broken
 */
bool fuzz_exec_variants(struct fuzz_worker *w, const struct fuzz_prog *prog,
			struct fuzz_rand *rand)
{
	int useful = all_calls(w, prog);

	if (useful < 0)
		return false;
	if (useful)
		fuzz_corpus_add(w->shared, prog, useful);
	return variants(w, prog, rand) && fuzz_reset(w);
}
