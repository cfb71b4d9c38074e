// SPDX-License-Identifier: GPL-2.0-only
/* Was an answer right, going by what happened before */
#include <errno.h>
#include <linux/iommu.h>
#include <linux/vfio.h>
#include <linux/vfio_nesting.h>

#include "fuzz.h"

#define NO_PASID	(~0ULL)

static bool wrong(struct fuzz_worker *w, const struct fuzz_answer *a,
		  const char *what)
{
	return fuzz_violation(w, "%s returned %d: %s", fuzz_op_name(a->op),
			      a->ret, what);
}

/* Is the container of the call one that nests, and untouched by the program */
static bool nests(const struct fuzz_worker *w, const struct fuzz_answer *a)
{
	const struct fuzz_env *env = w->machine.env;
	int i;

	if (env->type != VFIO_TYPE1_NESTING_IOMMU)
		return false;
	for (i = 0; i < w->machine.devices; i++)
		if (env->container[i] == a->call->target)
			return true;
	return false;
}

static bool owned_pasids(const struct fuzz_worker *w)
{
	return w->machine.env->format == IOMMU_PASID_FORMAT_INTEL_VTD;
}

/* The PASID that an operation on stage 1 is about; @a->in is well-formed */
static __u64 named_pasid(const struct fuzz_answer *a)
{
	const __u8 *body = a->in + fuzz_body_offset(a->call);

	switch (a->op) {
	case FUZZ_OP_BIND_PGTBL:
	case FUZZ_OP_UNBIND_PGTBL:
		if (fuzz_get(body, 16, 8) & IOMMU_SVA_GPASID_RID)
			return NO_PASID;
		return fuzz_get(body, 32, 8);
	case FUZZ_OP_CACHE_INVLD:
		if (fuzz_get(body, 9, 1) == IOMMU_INV_GRANU_DOMAIN ||
		    !(fuzz_get(body, 16, 4) & IOMMU_INV_PASID_FLAGS_PASID))
			return NO_PASID;
		/* PASID 0, the requests without one, is everybody's own */
		return fuzz_get(body, 24, 8) ?: NO_PASID;
	default:
		return NO_PASID;
	}
}

/* True also when the program changed the mappings */
static bool inside_windows(const struct fuzz_worker *w, __u64 iova)
{
	const struct fuzz_window *win;
	unsigned int i;

	for (i = 0; i < fuzz_window_count; i++) {
		win = &fuzz_windows[i];
		if (iova >= win->iova && iova < win->iova + win->size &&
		    win->flags & VFIO_DMA_MAP_FLAG_READ)
			return true;
	}
	return w->remap;
}

static bool judge_bind(struct fuzz_worker *w, const struct fuzz_answer *a)
{
	const __u8 *body = a->in + fuzz_body_offset(a->call);

	if (a->op == FUZZ_OP_BIND_PASID_TABLE &&
	    fuzz_get(body, 21, 1) == IOMMU_PASID_CONFIG_TRANSLATE &&
	    !inside_windows(w, fuzz_get(body, 8, 8)))
		return wrong(w, a, "table outside of mapped memory");
	if (a->op == FUZZ_OP_BIND_PGTBL &&
	    !inside_windows(w, fuzz_get(body, 24, 8)))
		return wrong(w, a, "page table outside of mapped memory");
	return true;
}

/* A guest's number: the program does not know which of them are bound */
static bool names_guest_pasid(const struct fuzz_answer *a)
{
	const __u8 *body = a->in + fuzz_body_offset(a->call);

	return a->op == FUZZ_OP_CACHE_INVLD &&
	       fuzz_get(body, 9, 1) != IOMMU_INV_GRANU_DOMAIN &&
	       fuzz_get(body, 16, 4) & IOMMU_INV_PASID_FLAGS_GPASID;
}

static bool judge_nest(struct fuzz_worker *w, const struct fuzz_answer *a)
{
	__u64 pasid = named_pasid(a);
	bool have = fuzz_pasids_have(&w->pasids, pasid);

	if (!nests(w, a))
		return a->ret ? true : wrong(w, a, "nothing nests here");
	if (!owned_pasids(w) && a->ret == -EPERM)
		return wrong(w, a, "the guest owns the numbers");
	if (names_guest_pasid(a))
		return owned_pasids(w) || a->ret ? true :
		       wrong(w, a, "there are no guest PASIDs here");
	if (pasid == NO_PASID || !owned_pasids(w))
		return a->ret == -EPERM ? wrong(w, a, "no PASID is named") :
		       a->ret ? true : judge_bind(w, a);
	if (!a->ret && !have)
		return wrong(w, a, "the PASID is somebody else's");
	if (a->ret == -EPERM && have)
		return wrong(w, a, "the PASID is the caller's");
	return a->ret ? true : judge_bind(w, a);
}

/* Operations on the faults of one device: no PASID of them has an owner */
static bool judge_faults(struct fuzz_worker *w, const struct fuzz_answer *a)
{
	int i = fuzz_queue_device(a->call);
	bool open = i >= 0 && w->machine.queue[i];

	if (!nests(w, a))
		return a->ret < 0 ? true : wrong(w, a, "nothing nests here");
	if (i < 0 || w->machine.env->container[i] != a->call->target)
		return a->ret < 0 ? true : wrong(w, a, "no device of it");
	if (a->op == FUZZ_OP_PAGE_RESP)
		return a->ret || open ? true :
		       wrong(w, a, "nobody could read the request");
	if (a->ret == -EBUSY && !open)
		return wrong(w, a, "the device has no queue");
	return a->ret < 0 || !open ? true :
	       wrong(w, a, "the device has a queue");
}

static bool judge_alloc(struct fuzz_worker *w, const struct fuzz_answer *a)
{
	__u32 min = fuzz_get(a->in, 8, 4), max = fuzz_get(a->in, 12, 4);
	const struct fuzz_pasids *p = &w->pasids;

	if (a->ret == -EDQUOT && p->count < p->quota)
		return wrong(w, a, "the quota is not used up");
	if (a->ret == -ENOSPC && max - min > 100000)
		return wrong(w, a, "the range is not used up");
	if (a->ret < 0)
		return true;
	if (!nests(w, a) || !owned_pasids(w))
		return wrong(w, a, "no PASIDs are to be had here");
	if (p->count >= p->quota)
		return wrong(w, a, "more than the quota");
	if ((__u32)a->ret < min || (__u32)a->ret > max)
		return wrong(w, a, "outside of the range");
	if (fuzz_pasids_have(p, a->ret))
		return wrong(w, a, "the caller has it already");
	fuzz_pasids_add(&w->pasids, a->ret);
	return true;
}

static bool judge_free(struct fuzz_worker *w, const struct fuzz_answer *a)
{
	__u32 min = fuzz_get(a->in, 8, 4), max = fuzz_get(a->in, 12, 4);
	bool have = fuzz_pasids_have(&w->pasids, min);

	if (a->ret == -EPERM && (min != max || have))
		return wrong(w, a, "nobody else's PASID was named");
	if (a->ret)
		return true;
	if (min == max && !have)
		return wrong(w, a, "the PASID is somebody else's");
	fuzz_pasids_drop(&w->pasids, min, max);
	return true;
}

static bool judge_quota(struct fuzz_worker *w, const struct fuzz_answer *a)
{
	const struct fuzz_pasids *p = &w->pasids;

	if (a->ret)
		return true;
	if (!nests(w, a) || !owned_pasids(w))
		return wrong(w, a, "no PASIDs are to be had here");
	if (fuzz_get(a->out, 8, 4) == p->quota &&
	    fuzz_get(a->out, 12, 4) == p->quota - p->count)
		return true;
	return fuzz_violation(w, "quota %llu, %llu left, but %u of %u are used",
			      fuzz_get(a->out, 8, 4), fuzz_get(a->out, 12, 4),
			      p->count, p->quota);
}

static bool judge_by_state(struct fuzz_worker *w, const struct fuzz_answer *a)
{
	switch (a->op) {
	case FUZZ_OP_PAGE_RESP:
	case FUZZ_OP_FAULT_QUEUE:
		return judge_faults(w, a);
	case FUZZ_OP_PASID_ALLOC:
		return judge_alloc(w, a);
	case FUZZ_OP_PASID_FREE:
		return judge_free(w, a);
	case FUZZ_OP_PASID_QUOTA:
		return judge_quota(w, a);
	case FUZZ_OP_GET_INFO:
	case FUZZ_OP_MAP_DMA:
	case FUZZ_OP_UNMAP_DMA:
	case FUZZ_OP_NONE:
		return true;
	default:
		return judge_nest(w, a);
	}
}

static void note(struct fuzz_worker *w, const struct fuzz_answer *a)
{
	if (a->op == FUZZ_OP_MAP_DMA || a->op == FUZZ_OP_UNMAP_DMA)
		w->remap |= a->ret != -EFAULT && a->ret != -EINVAL;
	if (a->ret >= 0 && a->op <= FUZZ_OP_PASID_FREE)
		w->dirty = true;
}

/**
 * fuzz_judge - Hold an answer against the contract
 * @w: the worker, whose idea of the state is brought up to date
 * @a: the answer
 *
 * Return: true when it is one that the contract allows
 */
bool fuzz_judge(struct fuzz_worker *w, const struct fuzz_answer *a)
{
	struct fuzz_view view = { a->call, a->in, a->size, a->readable };
	bool faults = __atomic_load_n(&w->shared->armed, __ATOMIC_ACQUIRE) !=
		      w->armed;
	const char *bad = fuzz_malformed(&view);

	note(w, a);
	if (a->ret >= 0 && bad)
		return wrong(w, a, bad);
	if (a->ret > 0 && a->op != FUZZ_OP_PASID_ALLOC &&
	    a->op != FUZZ_OP_FAULT_QUEUE)
		return wrong(w, a, "neither 0 nor an error");
	if (a->ret < 0 && !fuzz_errno_ok(a->op, -a->ret, faults))
		return wrong(w, a, "not an error of the contract");
	if (bad || w->rebuild)
		return true;
	return judge_by_state(w, a);
}
