// SPDX-License-Identifier: GPL-2.0-only
/*
 * Paths: the first call of a container that needs to know whose PASIDs it uses.
 * Another container of this process has some, where the call is about one.
 */
#include <unistd.h>

#include "../kselftest.h"
#include "fail.h"

#define VTD	IOMMU_PASID_FORMAT_INTEL_VTD

/* The other container, with the second group in it */
static int keeper = -1;

static int leave(struct fail_world *w)
{
	fail_world_close(w);
	if (keeper >= 0)
		close(keeper);
	keeper = -1;
	return 0;
}

static int fresh(struct fail_world *w)
{
	leave(w);
	return fail_world_open(w, VTD, 1);
}

static int fresh_beside_keeper(struct fail_world *w)
{
	int ret = fresh(w) ?: fail_open_group(w, 1);

	if (ret)
		return ret;
	keeper = inest_container_open();
	if (keeper < 0)
		return keeper;
	ret = inest_group_attach(w->group[1], keeper) ?:
	      inest_container_set_iommu(keeper, VFIO_TYPE1_NESTING_IOMMU) ?:
	      inest_pasid_alloc(keeper, 1, 0xfffff);
	if (ret < 0)
		return ret;
	w->pasid[0] = ret;
	return 0;
}

static int fresh_with_request(struct fail_world *w)
{
	struct iommu_gpasid_bind_data rid = inest_bind_rid_data(FAIL_IOVA, 48);
	int ret = fresh(w);

	return ret ?: inest_bind_pgtbl(w->container, INEST_ALL_GROUPS, &rid) ?:
	       fail_open_faults(w) ?: fail_page_request(w);
}

static int alloc(struct fail_world *w)
{
	int ret = inest_pasid_alloc(w->container, 1, 0xfffff);

	return ret < 0 ? ret : 0;
}

static int quota(struct fail_world *w)
{
	struct vfio_pasid_quota left;

	return inest_pasid_quota(w->container, &left);
}

static int free_pasid(struct fail_world *w)
{
	return inest_pasid_free(w->container, w->pasid[0], w->pasid[0]);
}

static int bind(struct fail_world *w)
{
	struct iommu_gpasid_bind_data data =
		inest_bind_data(w->pasid[0], FAIL_IOVA, 48);

	return inest_bind_pgtbl(w->container, INEST_ALL_GROUPS, &data);
}

static int invalidate(struct fail_world *w)
{
	struct iommu_cache_invalidate_info inv =
		inest_inv_pasid(IOMMU_CACHE_INV_TYPE_IOTLB, w->pasid[0]);

	return inest_cache_invalidate(w->container, INEST_ALL_GROUPS, &inv);
}

static int unbind(struct fail_world *w)
{
	struct iommu_gpasid_bind_data data = inest_unbind_data(w->pasid[0]);

	return inest_unbind_pgtbl(w->container, INEST_ALL_GROUPS, &data);
}

static int respond(struct fail_world *w)
{
	struct iommu_page_response resp =
		inest_response(INEST_NO_PASID, 7, IOMMU_PAGE_RESP_SUCCESS);

	return inest_page_response(w->container, w->device[0], &resp);
}

const struct fail_path fail_first_paths[] = {
	FAIL_PATH("first_alloc", VTD, 0, fresh, alloc, leave, .fresh = true,
		  .pasids = true),
	FAIL_PATH("first_quota", VTD, 0, fresh, quota, leave, .fresh = true),
	FAIL_PATH("first_free", VTD, 0, fresh_beside_keeper, free_pasid, leave,
		  .fresh = true),
	FAIL_PATH("first_bind", VTD, 0, fresh_beside_keeper, bind, leave,
		  .fresh = true, .allocates = true),
	FAIL_PATH("first_invalidate", VTD, 0, fresh_beside_keeper, invalidate,
		  leave, .fresh = true),
	FAIL_PATH("first_unbind", VTD, 0, fresh_beside_keeper, unbind, leave,
		  .fresh = true),
	FAIL_PATH("first_respond", VTD, 0, fresh_with_request, respond, leave,
		  .fresh = true),
};

const unsigned int fail_first_path_count = ARRAY_SIZE(fail_first_paths);
