// SPDX-License-Identifier: GPL-2.0-only
/* Paths: a container from its opening to its end, with stage 1 bound in it */
#include <errno.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../kselftest.h"
#include "fail.h"

#define VTD	IOMMU_PASID_FORMAT_INTEL_VTD
#define SMMUV3	IOMMU_PASID_FORMAT_ARM_SMMUV3

static int close_all(struct fail_world *w)
{
	fail_world_close(w);
	return 0;
}

static int open_group(struct fail_world *w)
{
	return fail_open_group(w, 0);
}

static int open_both(struct fail_world *w)
{
	return fail_open_container(w) ?: fail_open_group(w, 0);
}

static int enter(struct fail_world *w)
{
	return inest_group_attach(w->group[0], w->container);
}

static int open_and_enter(struct fail_world *w)
{
	return open_both(w) ?: enter(w);
}

static int set_iommu(struct fail_world *w)
{
	return inest_container_set_iommu(w->container,
					 VFIO_TYPE1_NESTING_IOMMU);
}

static int open_second_group(struct fail_world *w)
{
	return w->group[1] < 0 ? fail_open_group(w, 1) : 0;
}

static int enter_second_group(struct fail_world *w)
{
	return inest_group_attach(w->group[1], w->container);
}

static int leave_second_group(struct fail_world *w)
{
	return inest_group_detach(w->group[1]);
}

static int add_second_group(struct fail_world *w)
{
	return open_second_group(w) ?: enter_second_group(w);
}

static int bind_table(struct fail_world *w)
{
	struct iommu_pasid_table_config cfg = inest_table(FAIL_IOVA, 0, 0, 0);

	return inest_bind_pasid_table(w->container, INEST_ALL_GROUPS, &cfg);
}

static int add_and_bind(struct fail_world *w)
{
	return add_second_group(w) ?: bind_table(w);
}

static int drop_second_group(struct fail_world *w)
{
	inest_unbind_pasid_table(w->container, INEST_ALL_GROUPS);
	if (w->group[1] >= 0)
		close(w->group[1]);
	w->group[1] = -1;
	return 0;
}

static int get_info(struct fail_world *w)
{
	static struct {
		struct vfio_iommu_type1_info info;
		char rest[1024];
	} buf;

	buf.info.argsz = sizeof(buf);
	return ioctl(w->container, VFIO_IOMMU_GET_INFO, &buf) ? -errno : 0;
}

/* What fail_world_open() opened, as far as this path makes it anew */
static int close_device(struct fail_world *w)
{
	if (w->device[0] >= 0)
		close(w->device[0]);
	w->device[0] = -1;
	return 0;
}

static int open_device(struct fail_world *w)
{
	return fail_open_device(w, 0);
}

static int unmap(struct fail_world *w)
{
	int ret = fail_unmap(w);

	/* An unmap whose answer could not be delivered is done all the same */
	return ret == -ENOENT ? 0 : ret;
}

static int map_again(struct fail_world *w)
{
	int ret = fail_map(w);

	return ret == -EEXIST ? 0 : ret;
}

static int unmap_and_bind_rid(struct fail_world *w)
{
	struct iommu_gpasid_bind_data data = inest_bind_rid_data(FAIL_IOVA, 48);

	return map_again(w) ?:
	       inest_bind_pgtbl(w->container, INEST_ALL_GROUPS, &data);
}

static int restore_map(struct fail_world *w)
{
	struct iommu_gpasid_bind_data data = inest_unbind_rid_data();

	inest_unbind_pgtbl(w->container, INEST_ALL_GROUPS, &data);
	return map_again(w);
}

/* Everything open, with PASIDs and page tables */
static int open_and_bind(struct fail_world *w)
{
	struct iommu_gpasid_bind_data data;
	int ret, i;

	ret = fail_world_open(w, VTD, 2);
	for (i = 0; !ret && i < 3; i++) {
		ret = inest_pasid_alloc(w->container, 1, 0xfffff);
		if (ret < 0)
			return ret;
		data = inest_bind_data(ret, FAIL_IOVA, 48);
		ret = inest_bind_pgtbl(w->container, INEST_ALL_GROUPS, &data);
	}
	return ret;
}

const struct fail_path fail_vfio_paths[] = {
	FAIL_PATH("open_container", 0, 0, close_all, fail_open_container,
		  close_all, .stock = true),
	FAIL_PATH("open_group", 0, 0, close_all, open_group, close_all,
		  .stock = true),
	FAIL_PATH("set_nesting_iommu", 0, 0, open_and_enter, set_iommu,
		  close_all, .stock = true, .allocates = true),
	FAIL_PATH("attach_second_group", VTD, 1, open_second_group,
		  enter_second_group, drop_second_group, .stock = true,
		  .allocates = true),
	FAIL_PATH("detach_bound_group", SMMUV3, 1, add_and_bind,
		  leave_second_group, drop_second_group, .stock = true),
	FAIL_PATH("open_device", VTD, 1, close_device, open_device, NULL,
		  .stock = true),
	FAIL_PATH("get_info_vtd", VTD, 2, NULL, get_info, NULL),
	FAIL_PATH("get_info_smmuv3", SMMUV3, 2, NULL, get_info, NULL),
	FAIL_PATH("map_dma", VTD, 1, unmap, fail_map, map_again, .stock = true),
	FAIL_PATH("unmap_dma_under_stage1", VTD, 1, unmap_and_bind_rid,
		  unmap, restore_map, .stock = true),
	FAIL_PATH("close_with_page_tables", 0, 0, open_and_bind, close_all,
		  close_all, .cannot_fail = true),
};

const unsigned int fail_vfio_path_count = ARRAY_SIZE(fail_vfio_paths);
