/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Structured fuzzer of the nesting interface
 *
 * A program is a short list of calls. Its bytes say everything: descriptors have
 * fixed numbers and memory has fixed addresses, so that a program read from a
 * file does the same again. One input is one ioctl with an argument structure.
 */
#ifndef SELFTEST_IOMMU_FUZZ_H
#define SELFTEST_IOMMU_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>
#include <linux/types.h>

#include "iommu-nesting.h"

#ifndef __printf
#define __printf(a, b)	__attribute__((format(printf, a, b)))
#endif

#define FUZZ_CALLS	12	/* most calls of a program */
#define FUZZ_VARIANTS	384	/* inputs tried after a program */
#define FUZZ_DATA	152	/* most bytes of an argument that are told one by one */
#define FUZZ_LEN	4224	/* most bytes of an argument */
#define FUZZ_CORPUS	4096	/* most programs of a corpus */
#define FUZZ_WORKERS	8
#define FUZZ_DEVICES	2	/* devices of one worker */
#define FUZZ_ERRNO	134	/* one more than the largest errno */

/* Numbers of the descriptors, so that programs can name them */
enum {
	FUZZ_FD_CLOSED		= 199,
	FUZZ_FD_CONTAINER	= 200,
	FUZZ_FD_GROUP		= 210,
	FUZZ_FD_DEVICE		= 220,
	FUZZ_FD_QUEUE		= 230,	/* of faults, of the device with that index */
	FUZZ_FD_EVENT		= 240,	/* an eventfd */
};

/*
 * Stands for the PASIDs that the process owns, the n-th of them for
 * FUZZ_PASID_OWNED + n. A real PASID that large is taken out of the allocator's
 * reach only by a program that asks for it.
 */
#define FUZZ_PASID_OWNED	0xa0000
#define FUZZ_PASID_OWNED_MASK	0xf

/* What a container maps at the start of each program: see fuzz_windows[] */
#define FUZZ_MEM		0x200000000ULL
#define FUZZ_MEM_SIZE		0x100000ULL

enum fuzz_kind {
	/* Inputs */
	FUZZ_NEST,		/* VFIO_IOMMU_NESTING_OP */
	FUZZ_PASID,		/* VFIO_IOMMU_PASID_REQUEST */
	FUZZ_INFO,		/* VFIO_IOMMU_GET_INFO */
	FUZZ_MAP,		/* VFIO_IOMMU_MAP_DMA */
	FUZZ_UNMAP,		/* VFIO_IOMMU_UNMAP_DMA */
	FUZZ_INPUTS,
	/* What goes on around them; data[] is a struct fuzz_event */
	FUZZ_REQUEST = FUZZ_INPUTS, /* a device makes a page request */
	FUZZ_CACHE,		/* a device caches a translation */
	FUZZ_KNOB,		/* the mock is told to fail */
	FUZZ_ATTACH,		/* a group enters a container */
	FUZZ_DETACH,		/* a group leaves its container */
	FUZZ_CYCLE,		/* everything is closed and opened again */
	FUZZ_QUEUE,		/* a fault queue is read or closed, or a fault comes */
	FUZZ_KINDS
};

/* Where an argument lies */
enum fuzz_place {
	FUZZ_NORMAL,
	FUZZ_PAGE_END,		/* the last bytes, cut of them, cannot be read */
	FUZZ_CROSS,		/* on two pages */
	FUZZ_ODD,		/* not aligned */
	FUZZ_READ_ONLY,
	FUZZ_NULL,
	FUZZ_KERNEL,		/* an address of the kernel */
	FUZZ_PLACES
};

/**
 * struct fuzz_call - One call of a program
 * @kind: enum fuzz_kind
 * @target: which container; for events which device or group
 * @place: enum fuzz_place
 * @fill: value of the argument's bytes behind @data
 * @len: size of the argument in bytes
 * @cut: with FUZZ_PAGE_END how many of them cannot be read
 * @data: the argument's first bytes, as many of @len as there are
 */
struct fuzz_call {
	__u8	kind;
	__u8	target;
	__u8	place;
	__u8	fill;
	__u16	len;
	__u16	cut;
	__u8	data[FUZZ_DATA];
};

/**
 * struct fuzz_event - What events need
 * @what: the file, the container, or the order of closing
 * @id: a PASID, or when to fail
 * @value: page request group, address, or the container's type
 */
struct fuzz_event {
	__u32	what;
	__u32	id;
	__u64	value;
};

/**
 * struct fuzz_prog - A program
 * @env: which arrangement of containers it is for
 * @n: number of calls
 * @call: the calls
 */
struct fuzz_prog {
	__u8			env;
	__u8			n;
	struct fuzz_call	call[FUZZ_CALLS];
};

/* What accepted and refused inputs are counted by */
enum fuzz_op {
	FUZZ_OP_BIND_PASID_TABLE,
	FUZZ_OP_UNBIND_PASID_TABLE,
	FUZZ_OP_CACHE_INVLD,
	FUZZ_OP_BIND_PGTBL,
	FUZZ_OP_UNBIND_PGTBL,
	FUZZ_OP_PAGE_RESP,
	FUZZ_OP_FAULT_QUEUE,
	FUZZ_OP_PASID_ALLOC,
	FUZZ_OP_PASID_FREE,
	FUZZ_OP_PASID_QUOTA,
	FUZZ_OP_GET_INFO,
	FUZZ_OP_MAP_DMA,
	FUZZ_OP_UNMAP_DMA,
	FUZZ_OP_NONE,		/* no operation that there is */
	FUZZ_OPS
};

/**
 * struct fuzz_stats - What one worker did
 * @inputs: ioctls issued with an argument structure
 * @programs: programs run
 * @cycles: times that everything was closed and opened
 * @result: inputs by operation and errno, 0 for accepted
 */
struct fuzz_stats {
	__u64	inputs;
	__u64	programs;
	__u64	cycles;
	__u64	result[FUZZ_OPS][FUZZ_ERRNO];
};

/* An arrangement of containers */
struct fuzz_env {
	const char	*name;
	__u32		format;		/* of the devices */
	__u32		type;		/* of the containers' IOMMU */
	int		container[FUZZ_DEVICES]; /* that each group is in */
	bool		device[FUZZ_DEVICES];	 /* is opened */
};

extern const struct fuzz_env fuzz_envs[];
extern const unsigned int fuzz_env_count;

/* A piece of memory that every container maps at first */
struct fuzz_window {
	__u64	iova;
	__u64	size;
	__u32	flags;
};

extern const struct fuzz_window fuzz_windows[];
extern const unsigned int fuzz_window_count;

/* fuzz_rand.c: numbers that depend on nothing but the seed */
struct fuzz_rand {
	__u64 state;
};

void fuzz_seed(struct fuzz_rand *rand, __u64 seed);
__u64 fuzz_next(struct fuzz_rand *rand);
__u32 fuzz_below(struct fuzz_rand *rand, __u32 n);
bool fuzz_one_in(struct fuzz_rand *rand, __u32 n);

/* fuzz_structs.c: what the structures look like */
enum fuzz_field_type {
	FUZZ_FIELD_CHOICE,	/* one of values[] */
	FUZZ_FIELD_FLAGS,	/* any of the bits in values[0] */
	FUZZ_FIELD_OWNED,	/* a PASID of the process, or one of values[] */
	FUZZ_FIELD_ZERO,	/* padding */
};

struct fuzz_field {
	__u8			offset;
	__u8			width;
	enum fuzz_field_type	type;
	const __u64		*values;
	__u8			count;
};

/**
 * struct fuzz_struct - A structure that starts with its argsz
 * @size: of the structure, in bytes
 * @fields: its fields, without argsz
 * @count: how many of them
 * @settle: make fields that depend on each other agree, and say how many bytes
 *	are needed at least
 */
struct fuzz_struct {
	__u16			size;
	const struct fuzz_field	*fields;
	__u8			count;
	__u16			(*settle)(void *data, struct fuzz_rand *rand,
					  const struct fuzz_env *env);
};

const struct fuzz_struct *fuzz_struct_of(enum fuzz_op op);
__u64 fuzz_get(const void *data, size_t offset, size_t width);
void fuzz_put(void *data, size_t offset, size_t width, __u64 value);

/* fuzz_gen.c, fuzz_spoil.c, fuzz_mutate.c: new programs, and changed ones */
enum fuzz_op fuzz_op_of(const struct fuzz_call *call);
size_t fuzz_body_offset(const struct fuzz_call *call);
__u64 fuzz_gen_value(const struct fuzz_field *field, struct fuzz_rand *rand);
void fuzz_gen_call(struct fuzz_call *call, struct fuzz_rand *rand,
		   unsigned int env);
void fuzz_gen_prog(struct fuzz_prog *prog, struct fuzz_rand *rand,
		   unsigned int env);
void fuzz_set_size(struct fuzz_call *call, __u32 size);
__u64 fuzz_boundary(struct fuzz_rand *rand, __u64 value, size_t width);
void fuzz_spoil_field(struct fuzz_call *call, struct fuzz_rand *rand);
void fuzz_spoil_size(struct fuzz_call *call, struct fuzz_rand *rand);
void fuzz_spoil_place(struct fuzz_call *call, struct fuzz_rand *rand);
void fuzz_spoil(struct fuzz_call *call, struct fuzz_rand *rand);
void fuzz_mutate(struct fuzz_prog *prog, struct fuzz_rand *rand,
		 const struct fuzz_prog *other);

/* fuzz_text.c: programs as text */
bool fuzz_prog_ok(const struct fuzz_prog *prog);
int fuzz_write_prog(FILE *out, const char *prefix,
		    const struct fuzz_prog *prog);
int fuzz_read_progs(FILE *in, struct fuzz_prog *progs, int max, int *line);

/* fuzz_check.c: what the answer to a call must not be */
struct fuzz_view {
	const struct fuzz_call	*call;
	const __u8		*arg;
	size_t			size;		/* of the argument */
	size_t			readable;	/* from its start on */
};

const char *fuzz_malformed(const struct fuzz_view *view);
const char *fuzz_call_malformed(const struct fuzz_call *call);
bool fuzz_errno_ok(enum fuzz_op op, int error, bool faults);

/* fuzz_cov.c: which edges of the kernel's code were taken */
struct fuzz_cov;
size_t fuzz_cov_size(void);
int fuzz_cov_open(struct fuzz_cov *cov);
void fuzz_cov_start(void);
unsigned int fuzz_cov_collect(struct fuzz_cov *cov);
void fuzz_cov_clear(struct fuzz_cov *cov);
unsigned int fuzz_cov_edges(const struct fuzz_cov *cov);

/* fuzz_machine.c: containers, groups and devices of one worker */
#define FUZZ_FUNCTIONS	8

struct fuzz_function {
	struct inest_bdf	bdf;
	int			stage1;
};

struct fuzz_machine {
	const struct fuzz_env	*env;
	const char		*failed;	/* step of opening */
	int			devices;	/* each in a group of its own */
	const char		*bdf[FUZZ_DEVICES];
	struct fuzz_function	function[FUZZ_FUNCTIONS]; /* of all groups */
	int			functions;
	int			page_request[FUZZ_DEVICES];
	int			responses[FUZZ_DEVICES];
	int			fault[FUZZ_DEVICES];
	bool			queue[FUZZ_DEVICES];	/* is open */
	int			cache[FUZZ_DEVICES][3];
	int			knob[3];
};

int fuzz_machine_init(struct fuzz_machine *m, int devices);
int fuzz_machine_open(struct fuzz_machine *m, unsigned int env);
void fuzz_machine_close(struct fuzz_machine *m, unsigned int order);
int fuzz_machine_map(struct fuzz_machine *m);
int fuzz_machine_bound(const struct fuzz_machine *m, char *text, size_t size);
bool fuzz_machine_blocked(const struct fuzz_machine *m);
int fuzz_machine_event(struct fuzz_machine *m, const struct fuzz_call *call,
		       __u32 pasid);

/* fuzz_queue.c: fault queues */
int fuzz_queue_device(const struct fuzz_call *call);
void fuzz_queue_place(struct fuzz_machine *m, const struct fuzz_call *call,
		      int fd);
bool fuzz_queue_close(struct fuzz_machine *m);
const char *fuzz_queue_unanswered(const struct fuzz_machine *m);

/* fuzz_pasids.c: which PASIDs the process must have */
struct fuzz_pasids {
	__u32	quota;
	__u32	count;
	__u32	owned[4096];
};

bool fuzz_pasids_have(const struct fuzz_pasids *p, __u64 pasid);
void fuzz_pasids_add(struct fuzz_pasids *p, __u32 pasid);
__u32 fuzz_pasids_drop(struct fuzz_pasids *p, __u32 min, __u32 max);
__u64 fuzz_pasids_resolve(const struct fuzz_pasids *p, __u64 value);

/* What all workers share */
struct fuzz_shared {
	struct fuzz_stats	stats[FUZZ_WORKERS];
	__u32			corpus_n;	/* taken slots */
	__u8			ready[FUZZ_CORPUS];
	struct fuzz_prog	corpus[FUZZ_CORPUS];
	__u32			armed;		/* faults that were asked for */
	bool			knobs_locked;	/* while they are changed */
	__u64			limit;		/* inputs */
	bool			covered;	/* the kernel has KCOV */
	bool			stop;
	bool			violated;
	char			why[512];
	struct fuzz_prog	culprit;
};

/* fuzz_exec.c: one program on the machine */
struct fuzz_worker {
	struct fuzz_shared	*shared;
	struct fuzz_stats	*stats;
	struct fuzz_cov		*cov;
	struct fuzz_machine	machine;
	struct fuzz_pasids	pasids;
	const struct fuzz_prog	*prog;
	unsigned int		env;
	__u32			armed;		/* shared->armed at the last cycle */
	unsigned int		resets;
	bool			trace;
	bool			dirty;		/* something was accepted */
	bool			remap;		/* mappings were changed */
	bool			rebuild;	/* groups moved */
	bool			keep;		/* leave things as programs do */
};

int fuzz_exec_init(void);
int fuzz_exec(struct fuzz_worker *w, const struct fuzz_prog *prog);
bool fuzz_exec_variants(struct fuzz_worker *w, const struct fuzz_prog *prog,
			struct fuzz_rand *rand);
__printf(2, 3)
bool fuzz_violation(struct fuzz_worker *w, const char *format, ...);

/* fuzz_queue.c: what is read is right, too */
bool fuzz_queue_event(struct fuzz_worker *w, const struct fuzz_call *call);

/* fuzz_judge.c: was an answer right */
struct fuzz_answer {
	const struct fuzz_call	*call;
	enum fuzz_op		op;
	int			ret;	/* a negative errno or what ioctl() gave */
	const __u8		*in;	/* the argument before the call, or NULL */
	const __u8		*out;	/* and after it */
	size_t			size;	/* of the argument */
	size_t			readable; /* memory from its start on */
};

bool fuzz_judge(struct fuzz_worker *w, const struct fuzz_answer *a);

/* fuzz_reset.c: back to where a program starts */
bool fuzz_exec_open(struct fuzz_worker *w, unsigned int env);
bool fuzz_exec_cycle(struct fuzz_worker *w, unsigned int order);
bool fuzz_reset(struct fuzz_worker *w);
int fuzz_arm(struct fuzz_worker *w, const struct fuzz_call *call);
bool fuzz_check_quota(struct fuzz_worker *w);
bool fuzz_check_idle(struct fuzz_worker *w);

/* fuzz_corpus.c: programs worth changing */
int fuzz_corpus_load(struct fuzz_shared *shared, const char *path);
__u32 fuzz_corpus_count(const struct fuzz_shared *shared);
void fuzz_corpus_add(struct fuzz_shared *shared, const struct fuzz_prog *prog,
		     int calls);
const struct fuzz_prog *fuzz_corpus_pick(const struct fuzz_shared *shared,
					 struct fuzz_rand *rand);
int fuzz_corpus_dump(struct fuzz_worker *w);

/* fuzz_report.c: what is said while it runs and at the end */
const char *fuzz_op_name(enum fuzz_op op);
__u64 fuzz_total_inputs(const struct fuzz_shared *shared);
void fuzz_progress(const struct fuzz_shared *shared, const struct fuzz_cov *cov,
		   double seconds);
int fuzz_report(const struct fuzz_shared *shared, const struct fuzz_cov *cov,
		double seconds);

/* fuzz_selftest.c */
int fuzz_selftest(void);

#endif /* SELFTEST_IOMMU_FUZZ_H */
