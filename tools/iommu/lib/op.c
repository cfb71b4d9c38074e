// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* VFIO_IOMMU_NESTING_OP */
#include "internal.h"

/* What stands between the header and the operation's structure */
#define NAME_SIZE	sizeof(struct vfio_iommu_nesting_group)

union op_buffer {
	struct vfio_iommu_nesting_op op;
	unsigned char raw[sizeof(struct vfio_iommu_nesting_op) +
			  INEST_OP_DATA_MAX];
};

int inest_op_raw(int container, const void *arg)
{
	return inest__result(ioctl(container, VFIO_IOMMU_NESTING_OP, arg));
}

/* Puts header, @name, which may be of no bytes, and @data together */
static int issue(int container, __u32 flags, const void *name, size_t name_size,
		 const void *data, size_t size)
{
	union op_buffer buf;

	if (size > INEST_OP_DATA_MAX - name_size)
		return -EMSGSIZE;
	buf.op.argsz = sizeof(buf.op) + name_size + size;
	buf.op.flags = flags;
	if (name_size)
		memcpy(buf.op.data, name, name_size);
	if (size)
		memcpy(buf.op.data + name_size, data, size);
	return inest_op_raw(container, &buf);
}

int inest_op(int container, __u32 flags, const void *data, size_t size)
{
	return issue(container, flags, NULL, 0, data, size);
}

static int group_op(int container, int group, __u32 op, const void *data,
		    size_t size)
{
	const struct vfio_iommu_nesting_group name = { .group_fd = group };

	if (group == INEST_ALL_GROUPS)
		return inest_op(container, op, data, size);
	return issue(container, op | VFIO_NESTING_OP_GROUP, &name, NAME_SIZE,
		     data, size);
}

int inest_bind_pasid_table(int container, int group,
			   const struct iommu_pasid_table_config *config)
{
	return group_op(container, group, VFIO_NESTING_OP_BIND_PASID_TABLE,
			config, config->argsz);
}

int inest_unbind_pasid_table(int container, int group)
{
	return group_op(container, group, VFIO_NESTING_OP_UNBIND_PASID_TABLE,
			NULL, 0);
}

int inest_cache_invalidate(int container, int group,
			   const struct iommu_cache_invalidate_info *info)
{
	return group_op(container, group, VFIO_NESTING_OP_CACHE_INVLD, info,
			info->argsz);
}

int inest_bind_pgtbl(int container, int group,
		     const struct iommu_gpasid_bind_data *data)
{
	return group_op(container, group, VFIO_NESTING_OP_BIND_PGTBL, data,
			data->argsz);
}

int inest_unbind_pgtbl(int container, int group,
		       const struct iommu_gpasid_bind_data *data)
{
	return group_op(container, group, VFIO_NESTING_OP_UNBIND_PGTBL, data,
			data->argsz);
}

static int device_op(int container, int device, __u32 op, const void *data,
		     size_t size)
{
	const struct vfio_iommu_nesting_device name = { .device_fd = device };

	return issue(container, op | VFIO_NESTING_OP_DEVICE, &name, NAME_SIZE,
		     data, size);
}

int inest_page_response(int container, int device,
			const struct iommu_page_response *response)
{
	return device_op(container, device, VFIO_NESTING_OP_PAGE_RESP, response,
			 response->argsz);
}

int inest_fault_queue_open(int container, int device,
			   const struct iommu_fault_queue_config *config)
{
	return device_op(container, device, VFIO_NESTING_OP_FAULT_QUEUE, config,
			 config->argsz);
}
