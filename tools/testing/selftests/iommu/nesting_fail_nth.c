// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every allocation and every copy from and to user space on the paths of the
 * nesting interface, failed in turn, on the mock IOMMU
 *
 * A call in which something failed either reports it, and has changed nothing,
 * or has done all that it was asked for: what is there then is what a call in
 * which nothing failed left. In both cases it works the next time. The n-th
 * thing can also be a command to the IOMMU (CONFIG_FAIL_IOMMU_NESTING): then a
 * device is blocked, the call says EIO or could not fail, and a new container
 * has the device back.
 * Leaks are for kmemleak to find after this program.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../kselftest.h"
#include "fail.h"

#define EDU_VENDOR_ID	0x1234
#define EDU_DEVICE_ID	0x11e8
#define MAX_DEVICES	16

/* No path has more points of failure */
#define MAX_POINTS	5000

/* What a path went through */
struct outcome {
	unsigned int	points;
	unsigned int	refused;
	unsigned int	blocked;
	char		problem[256];
};

static struct inest_bdf devices[MAX_DEVICES];
static int device_count;
static struct fail_world world;

/* Two devices, each in a group of its own; all are claimed, for the groups' sake */
static int claim_devices(void)
{
	int i, ret, found = 0;

	device_count = inest_pci_find(EDU_VENDOR_ID, EDU_DEVICE_ID, devices,
				      MAX_DEVICES);
	for (i = 0; i < device_count; i++) {
		ret = inest_pci_claim(devices[i].text);
		if (ret)
			return ret;
		if (found == FAIL_DEVICES ||
		    (found && inest_pci_group(world.bdf[0]) ==
			      inest_pci_group(devices[i].text)))
			continue;
		world.bdf[found++] = devices[i].text;
	}
	return found;
}

static void release_devices(void)
{
	int i;

	for (i = 0; i < device_count; i++)
		inest_pci_restore(devices[i].text);
}

static bool error_ok(const struct fail_path *path, int error)
{
	if (path->cannot_fail)
		return false;
	if (path->pasids && error == -ENOSPC)
		return true;
	return path->stock || error == -ENOMEM || error == -EFAULT;
}

static bool problem(struct outcome *out, const char *what, int ret)
{
	if (ret < 0)
		snprintf(out->problem, sizeof(out->problem), "point %u: %s: %s",
			 out->points + 1, what, strerror(-ret));
	else
		snprintf(out->problem, sizeof(out->problem), "point %u: %s",
			 out->points + 1, what);
	return false;
}

/* To ask for the quota would make a fresh container join its owner */
static int read_before(const struct fail_path *path, struct fail_state *state)
{
	return path->fresh ? fail_read_devices(&world, state) :
			     fail_read_state(&world, state);
}

/* Responses of earlier tries stay in the mock's list: they are no part of it */
static bool same_result(const struct fail_state *x, const struct fail_state *y)
{
	return !strcmp(x->stage1, y->stage1) && !strcmp(x->waits, y->waits) &&
	       x->available == y->available;
}

/* After a call that succeeded: what is there is what it is to leave */
static bool check_done(struct outcome *out, const struct fail_state *clean)
{
	struct fail_state after;
	int ret = fail_read_state(&world, &after);

	if (ret)
		return problem(out, "state", ret);
	return same_result(clean, &after) ? true :
	       problem(out, "success, and not what a clean call leaves", 0);
}

/* After a call that failed: nothing changed, and it works when it is repeated */
static bool check_refused(const struct fail_path *path, struct outcome *out,
			  const struct fail_state *before,
			  const struct fail_state *clean, int error)
{
	struct fail_state after;
	int ret;

	out->refused++;
	if (!error_ok(path, error))
		return problem(out, "not an error for this", error);
	ret = read_before(path, &after);
	if (ret)
		return problem(out, "state", ret);
	if (strcmp(before->stage1, after.stage1))
		return problem(out, "what is bound has changed", 0);
	if (strcmp(before->waits, after.waits) ||
	    strcmp(before->responses, after.responses))
		return problem(out, "blocks or page requests have changed", 0);
	if (before->available != after.available && !path->many)
		return problem(out, "the quota has changed", 0);
	ret = path->call(&world);
	if (ret)
		return problem(out, "failed when repeated", ret);
	/* Some of several calls have been done twice then */
	return path->many ? true : check_done(out, clean);
}

/* What a call in which nothing fails leaves */
static bool clean_call(const struct fail_path *path, struct outcome *out,
		       struct fail_state *clean)
{
	int ret = path->prepare ? path->prepare(&world) : 0;

	ret = ret ?: path->call(&world);
	ret = ret ?: fail_read_state(&world, clean);
	if (path->undo)
		ret = path->undo(&world) ?: ret;
	return ret ? problem(out, "clean call", ret) : true;
}

/* After a command to the IOMMU that failed: everything is to be opened anew */
static bool check_blocked(const struct fail_path *path, struct outcome *out,
			  int error)
{
	int ret;

	if (error && error != -EIO)
		return problem(out, "blocked, and not an error for this",
			       error);
	fail_world_close(&world);
	ret = path->groups ? fail_world_open(&world, path->format,
					     path->groups) : 0;
	if (ret)
		return problem(out, "blocked, and cannot be opened anew", ret);
	out->blocked++;
	return true;
}

/* One try with the next point failing; *done when there is no such point */
static bool try_point(const struct fail_path *path,
		      const struct fail_injector *injector,
		      struct outcome *out, const struct fail_state *clean,
		      bool *done)
{
	struct fail_state before = { 0 }, after;
	int error, ret = path->prepare ? path->prepare(&world) : 0;
	bool ok;

	if (ret)
		return problem(out, "prepare", ret);
	ret = read_before(path, &before);
	if (ret)
		return problem(out, "state", ret);
	ret = injector->arm(out->points + 1);
	if (ret)
		return problem(out, "arm", ret);
	error = path->call(&world);
	*done = !injector->fired();
	if (*done && error)
		return problem(out, "failed with nothing injected", error);
	ret = fail_read_devices(&world, &after);
	if (ret)
		return problem(out, "state", ret);
	if (!*done && after.blocked) {
		ok = check_blocked(path, out, error);
		out->points++;
		return ok;
	}
	ok = error ? check_refused(path, out, &before, clean, error) :
		     check_done(out, clean);
	if (!*done)
		out->points++;
	ret = path->undo ? path->undo(&world) : 0;
	return ok && ret ? problem(out, "undo", ret) : ok;
}

static bool all_points(const struct fail_path *path,
		       const struct fail_injector *injector,
		       struct outcome *out)
{
	struct fail_state clean;
	bool done = false;
	int ret = 0;

	if (path->groups)
		ret = fail_world_open(&world, path->format, path->groups);
	if (ret)
		return problem(out, "open", ret);
	if (!clean_call(path, out, &clean))
		return false;
	while (!done && out->points < MAX_POINTS)
		if (!try_point(path, injector, out, &clean, &done))
			return false;
	return done ? true : problem(out, "no end", 0);
}

/* After all has been closed: a new container finds nothing left of the old one */
static bool nothing_left(struct outcome *out)
{
	static __u32 quota;
	struct fail_state state;
	int ret;

	fail_world_close(&world);
	ret = fail_world_open(&world, IOMMU_PASID_FORMAT_INTEL_VTD, 1);
	if (!ret)
		ret = fail_read_state(&world, &state);
	fail_world_close(&world);
	if (ret)
		return problem(out, "open anew", ret);
	if (state.stage1[0])
		return problem(out, "something stays bound", 0);
	if (!quota)
		quota = state.available;
	if (state.available != quota)
		return problem(out, "PASIDs stay allocated", 0);
	return true;
}

static void test_path(const struct fail_path *path,
		      const struct fail_injector *injector)
{
	struct outcome out = { 0 };
	bool ok = all_points(path, injector, &out);

	ok = nothing_left(&out) && ok;
	if (!ok)
		ksft_print_msg("%s\n", out.problem);
	ksft_print_msg("%s: %u points of failure, %u refused, %u blocked, %u done all the same\n",
		       path->name, out.points, out.refused, out.blocked,
		       out.points - out.refused - out.blocked);
	if (!out.points)
		ksft_print_msg("nothing to fail\n");
	ksft_test_result(ok && out.points, "%s_%s\n", injector->name,
			 path->name);
}

static void test_paths(const struct fail_path *paths, unsigned int count,
		       const struct fail_injector *injector, const char *why,
		       bool allocating)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (allocating && !paths[i].allocates)
			continue;
		if (why)
			ksft_test_result_skip("%s_%s: %s\n", injector->name,
					      paths[i].name, why);
		else
			test_path(&paths[i], injector);
	}
}

static void test_injector(const struct fail_injector *injector, bool allocating)
{
	const char *why = injector->setup();

	test_paths(fail_vfio_paths, fail_vfio_path_count, injector, why,
		   allocating);
	test_paths(fail_stage1_paths, fail_stage1_path_count, injector, why,
		   allocating);
	test_paths(fail_first_paths, fail_first_path_count, injector, why,
		   allocating);
}

static unsigned int count_paths(const struct fail_path *paths,
				unsigned int count)
{
	unsigned int i, tests = count;

	for (i = 0; i < count; i++)
		tests += paths[i].allocates;
	return tests;
}

int main(void)
{
	struct outcome first = { 0 };
	int groups;

	ksft_print_header();
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (fail_mock_injector.setup())
		ksft_exit_skip("%s\n", fail_mock_injector.setup());
	groups = claim_devices();
	if (groups < FAIL_DEVICES)
		ksft_exit_skip("no two edu devices (PCI 1234:11e8) with groups of their own\n");
	ksft_set_plan(count_paths(fail_vfio_paths, fail_vfio_path_count) +
		      count_paths(fail_stage1_paths, fail_stage1_path_count) +
		      count_paths(fail_first_paths, fail_first_path_count));
	if (fail_world_init(&world) || !nothing_left(&first))
		ksft_exit_fail_msg("%s\n", first.problem);
	test_injector(&fail_nth_injector, false);
	test_injector(&fail_mock_injector, true);
	release_devices();
	ksft_finished();

	return KSFT_FAIL;
}
