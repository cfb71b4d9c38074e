// SPDX-License-Identifier: GPL-2.0-only
/* Paths: the operations on stage 1, on a container and on one group */
#include <errno.h>
#include <stdio.h>

#include "../kselftest.h"
#include "fail.h"

#define VTD	IOMMU_PASID_FORMAT_INTEL_VTD
#define SMMUV3	IOMMU_PASID_FORMAT_ARM_SMMUV3

#define ALL	INEST_ALL_GROUPS

/* SMMUv3: a PASID table */

static int bind_table_on(struct fail_world *w, int group)
{
	struct iommu_pasid_table_config cfg = inest_table(FAIL_IOVA, 0, 0, 0);

	return inest_bind_pasid_table(w->container, group, &cfg);
}

static int bind_table(struct fail_world *w)
{
	return bind_table_on(w, ALL);
}

static int bind_table_group(struct fail_world *w)
{
	return bind_table_on(w, w->group[1]);
}

/* In the place of a table, so that failing has something to restore */
static int bind_bypass(struct fail_world *w)
{
	struct iommu_pasid_table_config cfg = {
		.argsz = offsetof(struct iommu_pasid_table_config, vendor_data),
		.version = IOMMU_PASID_TABLE_CONFIG_VERSION_1,
		.format = SMMUV3,
		.config = IOMMU_PASID_CONFIG_BYPASS,
	};

	return inest_bind_pasid_table(w->container, ALL, &cfg);
}

static int unbind_table(struct fail_world *w)
{
	return inest_unbind_pasid_table(w->container, ALL);
}

static int unbind_table_group(struct fail_world *w)
{
	return inest_unbind_pasid_table(w->container, w->group[1]);
}

static int invalidate_archid(struct fail_world *w)
{
	struct iommu_cache_invalidate_info inv =
		inest_inv_archid(IOMMU_CACHE_INV_TYPE_IOTLB, 1);

	return inest_cache_invalidate(w->container, ALL, &inv);
}

/* VT-d: page tables for PASIDs */

static int own_pasid(struct fail_world *w)
{
	int ret = inest_pasid_alloc(w->container, 1, 0xfffff);

	w->pasid[0] = ret > 0 ? ret : 0;
	return ret < 0 ? ret : 0;
}

static int disown_pasid(struct fail_world *w)
{
	__u32 pasid = w->pasid[0];
	int ret = pasid ? inest_pasid_free(w->container, pasid, pasid) : 0;

	if (!ret)
		w->pasid[0] = 0;
	return ret;
}

static int bind_pgtbl_on(struct fail_world *w, int group)
{
	struct iommu_gpasid_bind_data data =
		inest_bind_data(w->pasid[0], FAIL_IOVA, 48);

	return inest_bind_pgtbl(w->container, group, &data);
}

static int bind_pgtbl(struct fail_world *w)
{
	return bind_pgtbl_on(w, ALL);
}

static int bind_pgtbl_group(struct fail_world *w)
{
	return bind_pgtbl_on(w, w->group[1]);
}

static int own_and_bind(struct fail_world *w)
{
	return own_pasid(w) ?: bind_pgtbl(w);
}

static int unbind_pgtbl_on(struct fail_world *w, int group)
{
	struct iommu_gpasid_bind_data data = inest_unbind_data(w->pasid[0]);

	return inest_unbind_pgtbl(w->container, group, &data);
}

static int unbind_pgtbl(struct fail_world *w)
{
	return unbind_pgtbl_on(w, ALL);
}

static int unbind_pgtbl_group(struct fail_world *w)
{
	return unbind_pgtbl_on(w, w->group[1]);
}

static int bind_rid(struct fail_world *w)
{
	struct iommu_gpasid_bind_data data = inest_bind_rid_data(FAIL_IOVA, 48);

	return inest_bind_pgtbl(w->container, ALL, &data);
}

static int unbind_rid(struct fail_world *w)
{
	struct iommu_gpasid_bind_data data = inest_unbind_rid_data();

	return inest_unbind_pgtbl(w->container, ALL, &data);
}

static int invalidate_pasid_on(struct fail_world *w, int group)
{
	struct iommu_cache_invalidate_info inv =
		inest_inv_pasid(IOMMU_CACHE_INV_TYPE_IOTLB |
				IOMMU_CACHE_INV_TYPE_PASID, w->pasid[0]);

	return inest_cache_invalidate(w->container, group, &inv);
}

static int invalidate_pasid(struct fail_world *w)
{
	return invalidate_pasid_on(w, ALL);
}

static int invalidate_pasid_group(struct fail_world *w)
{
	return invalidate_pasid_on(w, w->group[1]);
}

static int invalidate_domain(struct fail_world *w)
{
	struct iommu_cache_invalidate_info inv =
		inest_inv_all(IOMMU_CACHE_INV_TYPE_IOTLB |
			      IOMMU_CACHE_INV_TYPE_DEV_IOTLB |
			      IOMMU_CACHE_INV_TYPE_PASID);

	return inest_cache_invalidate(w->container, ALL, &inv);
}

/* Page requests, in either format */

static int request_vtd(struct fail_world *w)
{
	return bind_rid(w) ?: fail_open_faults(w) ?: fail_page_request(w);
}

static int request_smmuv3(struct fail_world *w)
{
	return bind_table(w) ?: fail_open_faults(w) ?: fail_page_request(w);
}

static int forget_vtd(struct fail_world *w)
{
	fail_close_faults(w);
	return unbind_rid(w);
}

static int forget_smmuv3(struct fail_world *w)
{
	fail_close_faults(w);
	return unbind_table(w);
}

static int close_faults(struct fail_world *w)
{
	fail_close_faults(w);
	return 0;
}

static int respond(struct fail_world *w)
{
	struct iommu_page_response resp = {
		.argsz = sizeof(resp),
		.version = IOMMU_PAGE_RESP_VERSION_1,
		.grpid = 7,
		.code = IOMMU_PAGE_RESP_SUCCESS,
	};

	return inest_page_response(w->container, w->device[0], &resp);
}

/* Allocating PASIDs */

static int free_pasids(struct fail_world *w)
{
	w->pasid[0] = 0;
	return inest_pasid_free(w->container, 1, 0xfffff);
}

/* Which of them has to grow the tables on the way depends on the others */
static int own_many(struct fail_world *w)
{
	int i, ret = 0;

	for (i = 0; !ret && i < FAIL_PASIDS; i++)
		ret = own_pasid(w);
	return ret;
}

static int own_and_bind_many(struct fail_world *w)
{
	int i, ret = 0;

	for (i = 0; !ret && i < 4; i++)
		ret = own_and_bind(w);
	return ret;
}

static int quota(struct fail_world *w)
{
	struct vfio_pasid_quota left;

	return inest_pasid_quota(w->container, &left);
}

static int alloc_high(struct fail_world *w)
{
	int ret = inest_pasid_alloc(w->container, 0xff000, 0xff000);

	return ret < 0 ? ret : 0;
}

const struct fail_path fail_stage1_paths[] = {
	FAIL_PATH("bind_pasid_table", SMMUV3, 1, NULL, bind_table, unbind_table,
		  .allocates = true),
	FAIL_PATH("bind_pasid_table_two_groups", SMMUV3, 2, NULL, bind_table,
		  unbind_table, .allocates = true),
	FAIL_PATH("bind_pasid_table_named_group", SMMUV3, 2, NULL,
		  bind_table_group, unbind_table, .allocates = true),
	FAIL_PATH("bypass_after_table_two_groups", SMMUV3, 2, bind_table,
		  bind_bypass, unbind_table),
	FAIL_PATH("unbind_pasid_table_two_groups", SMMUV3, 2, bind_table,
		  unbind_table, unbind_table),
	FAIL_PATH("unbind_pasid_table_named_group", SMMUV3, 2, bind_table,
		  unbind_table_group, unbind_table),
	FAIL_PATH("invalidate_archid", SMMUV3, 2, bind_table, invalidate_archid,
		  unbind_table),
	FAIL_PATH("respond_smmuv3", SMMUV3, 1, request_smmuv3, respond,
		  forget_smmuv3),
	FAIL_PATH("bind_pgtbl", VTD, 1, own_pasid, bind_pgtbl, disown_pasid,
		  .allocates = true),
	FAIL_PATH("bind_pgtbl_two_groups", VTD, 2, own_pasid, bind_pgtbl,
		  disown_pasid, .allocates = true),
	FAIL_PATH("bind_pgtbl_named_group", VTD, 2, own_pasid, bind_pgtbl_group,
		  disown_pasid, .allocates = true),
	FAIL_PATH("bind_rid_two_groups", VTD, 2, NULL, bind_rid, unbind_rid,
		  .allocates = true),
	FAIL_PATH("unbind_pgtbl_two_groups", VTD, 2, own_and_bind, unbind_pgtbl,
		  disown_pasid),
	FAIL_PATH("unbind_pgtbl_named_group", VTD, 2, own_and_bind,
		  unbind_pgtbl_group, disown_pasid),
	FAIL_PATH("unbind_rid_two_groups", VTD, 2, bind_rid, unbind_rid,
		  unbind_rid),
	FAIL_PATH("invalidate_domain", VTD, 2, own_and_bind, invalidate_domain,
		  disown_pasid),
	FAIL_PATH("invalidate_pasid_two_groups", VTD, 2, own_and_bind,
		  invalidate_pasid, disown_pasid),
	FAIL_PATH("invalidate_pasid_named_group", VTD, 2, own_and_bind,
		  invalidate_pasid_group, disown_pasid),
	FAIL_PATH("respond_vtd", VTD, 1, request_vtd, respond, forget_vtd),
	FAIL_PATH("fault_queue_smmuv3", SMMUV3, 1, bind_table, fail_open_faults,
		  forget_smmuv3),
	FAIL_PATH("fault_queue_vtd", VTD, 1, NULL, fail_open_faults,
		  close_faults),
	FAIL_PATH("pasid_alloc", VTD, 1, NULL, own_pasid, free_pasids,
		  .pasids = true),
	FAIL_PATH("pasid_alloc_many", VTD, 1, NULL, own_many, free_pasids,
		  .many = true, .pasids = true),
	FAIL_PATH("pasid_alloc_far_off", VTD, 1, own_many, alloc_high,
		  free_pasids, .pasids = true),
	FAIL_PATH("pasid_free", VTD, 1, own_pasid, disown_pasid, free_pasids),
	FAIL_PATH("pasid_free_many_bound", VTD, 2, own_and_bind_many,
		  free_pasids, free_pasids),
	FAIL_PATH("pasid_quota", VTD, 1, own_pasid, quota, free_pasids),
};

const unsigned int fail_stage1_path_count = ARRAY_SIZE(fail_stage1_paths);
