// SPDX-License-Identifier: GPL-2.0-only
/* Back to where a program starts, and is everything gone then */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <linux/vfio.h>
#include <linux/vfio_nesting.h>

#include "fuzz.h"

/* After how many programs the mock is asked whether anything is left */
#define LOOK_EVERY	16

/* How often an arrangement is tried while another worker makes things fail */
#define TRIES		10

struct op_bind {
	struct vfio_iommu_nesting_op	op;
	struct iommu_gpasid_bind_data	data;
};

static bool has_pasids(const struct fuzz_worker *w)
{
	return w->machine.env->format == IOMMU_PASID_FORMAT_INTEL_VTD &&
	       w->machine.env->type == VFIO_TYPE1_NESTING_IOMMU;
}

static int pasid_request(__u32 flags, struct vfio_iommu_pasid_request *req)
{
	req->argsz = sizeof(*req);
	req->flags = flags;
	return ioctl(FUZZ_FD_CONTAINER, VFIO_IOMMU_PASID_REQUEST, req) < 0 ?
	       -errno : 0;
}

/**
 * fuzz_check_quota - Does the kernel count as many PASIDs as the worker
 * @w: the worker, no program running
 *
 * Return: false when a rule was broken
 */
bool fuzz_check_quota(struct fuzz_worker *w)
{
	struct vfio_iommu_pasid_request req = { 0 };
	struct fuzz_pasids *p = &w->pasids;
	int ret;

	if (!has_pasids(w))
		return true;
	ret = pasid_request(VFIO_PASID_REQUEST_QUOTA, &req);
	if (ret)
		return fuzz_violation(w, "quota: error %d", -ret);
	if (!p->quota)
		p->quota = req.data.quota.quota;
	if (req.data.quota.quota == p->quota &&
	    req.data.quota.available == p->quota - p->count)
		return true;
	return fuzz_violation(w, "quota %u, %u left, but %u of %u are used",
			      req.data.quota.quota, req.data.quota.available,
			      p->count, p->quota);
}

static bool faults(const struct fuzz_worker *w)
{
	return __atomic_load_n(&w->shared->armed, __ATOMIC_ACQUIRE) != w->armed;
}

static bool check_answered(struct fuzz_worker *w)
{
	const char *bad = faults(w) ? NULL :
				      fuzz_queue_unanswered(&w->machine);

	return bad ? fuzz_violation(w, "%s", bad) : true;
}

/**
 * fuzz_check_idle - Does the mock have nothing bound, and no request without answer
 * @w: the worker, which unbound or closed everything
 *
 * Return: false when a rule was broken
 */
bool fuzz_check_idle(struct fuzz_worker *w)
{
	char text[256];
	int ret = fuzz_machine_bound(&w->machine, text, sizeof(text));

	if (!ret)
		return check_answered(w);
	text[strcspn(text, "\n")] = 0;
	return fuzz_violation(w, "still bound: %s", ret < 0 ? "?" : text);
}

static void unbind_table(int c)
{
	struct vfio_iommu_nesting_op op = {
		.argsz = sizeof(op),
		.flags = VFIO_NESTING_OP_UNBIND_PASID_TABLE,
	};

	ioctl(FUZZ_FD_CONTAINER + c, VFIO_IOMMU_NESTING_OP, &op);
}

static void unbind_rid(int c)
{
	struct op_bind arg = {
		.op.argsz = sizeof(arg),
		.op.flags = VFIO_NESTING_OP_UNBIND_PGTBL,
		.data.argsz = sizeof(arg.data),
		.data.version = IOMMU_GPASID_BIND_VERSION_1,
		.data.format = IOMMU_PASID_FORMAT_INTEL_VTD,
		.data.flags = IOMMU_SVA_GPASID_RID,
	};

	ioctl(FUZZ_FD_CONTAINER + c, VFIO_IOMMU_NESTING_OP, &arg);
}

static void free_pasids(struct fuzz_worker *w)
{
	struct vfio_iommu_pasid_request req = {
		.data.range = { 1, 0xfffff },
	};

	if (!pasid_request(VFIO_PASID_REQUEST_FREE, &req))
		w->pasids.count = 0;
}

static void unbind_all(struct fuzz_worker *w)
{
	int c;

	for (c = 0; c < w->machine.devices; c++) {
		if (has_pasids(w))
			unbind_rid(c);
		else
			unbind_table(c);
	}
	if (w->pasids.count)
		free_pasids(w);
}

static void lock_knobs(struct fuzz_shared *shared)
{
	while (__atomic_exchange_n(&shared->knobs_locked, true,
				   __ATOMIC_ACQUIRE))
		sched_yield();
}

static void unlock_knobs(struct fuzz_shared *shared)
{
	__atomic_store_n(&shared->knobs_locked, false, __ATOMIC_RELEASE);
}

/**
 * fuzz_arm - Ask the mock to fail; every worker knows that it may from now on
 * @w: the worker
 * @call: a call of FUZZ_KNOB
 *
 * Return: 0 or a negative errno
 */
int fuzz_arm(struct fuzz_worker *w, const struct fuzz_call *call)
{
	int ret;

	lock_knobs(w->shared);
	__atomic_add_fetch(&w->shared->armed, 1, __ATOMIC_ACQ_REL);
	ret = fuzz_machine_event(&w->machine, call, 0);
	unlock_knobs(w->shared);
	return ret;
}

/* Under the lock, so that nothing is armed that @w->armed counts already */
static void disarm(struct fuzz_worker *w)
{
	struct fuzz_call off = { .kind = FUZZ_KNOB };
	struct fuzz_event event = { 0 };

	lock_knobs(w->shared);
	w->armed = __atomic_load_n(&w->shared->armed, __ATOMIC_ACQUIRE);
	for (event.what = 0; event.what < 3; event.what++) {
		memcpy(off.data, &event, sizeof(event));
		fuzz_machine_event(&w->machine, &off, 0);
	}
	unlock_knobs(w->shared);
}

/**
 * fuzz_reset - Back to where a program starts
 * @w: the worker
 *
 * Return: false when a rule was broken
 */
bool fuzz_reset(struct fuzz_worker *w)
{
	bool faulty = faults(w);

	if (w->keep)
		return true;
	if (faulty)
		disarm(w);
	if (w->rebuild)
		return fuzz_exec_cycle(w, w->stats->programs);
	if (w->dirty || faulty) {
		/* Before what is unbound is drained */
		if (fuzz_queue_close(&w->machine) && !faulty &&
		    !check_answered(w))
			return false;
		unbind_all(w);
		w->dirty = false;
		if (faulty && (fuzz_machine_blocked(&w->machine) ||
			       fuzz_queue_unanswered(&w->machine)))
			return fuzz_exec_cycle(w, w->stats->programs);
		if (!fuzz_check_quota(w))
			return false;
		if (++w->resets % LOOK_EVERY == 0 && !fuzz_check_idle(w))
			return false;
	}
	if (w->remap) {
		w->remap = false;
		if (fuzz_machine_map(&w->machine))
			return fuzz_exec_cycle(w, w->stats->programs);
	}
	return true;
}

/**
 * fuzz_exec_open - Set up an arrangement of containers
 * @w: the worker, with nothing open
 * @env: which arrangement
 *
 * Return: false when that failed or a rule was broken
 */
bool fuzz_exec_open(struct fuzz_worker *w, unsigned int env)
{
	int i, ret = 0;

	w->env = env;
	w->dirty = false;
	w->remap = false;
	w->rebuild = false;
	w->pasids.count = 0;
	for (i = 0; i < TRIES; i++) {
		disarm(w);
		ret = fuzz_machine_open(&w->machine, env);
		if (!ret)
			return fuzz_check_quota(w);
		fuzz_machine_close(&w->machine, i);
		if (!faults(w))
			break;
	}
	return fuzz_violation(w, "%s: %s: %s", fuzz_envs[env].name,
			      w->machine.failed, strerror(-ret));
}

/**
 * fuzz_exec_cycle - Close everything, see that nothing is left, open it again
 * @w: the worker
 * @order: what is closed first
 *
 * Return: false when a rule was broken
 */
bool fuzz_exec_cycle(struct fuzz_worker *w, unsigned int order)
{
	w->stats->cycles++;
	fuzz_machine_close(&w->machine, order);
	return fuzz_check_idle(w) && fuzz_exec_open(w, w->env);
}
