// SPDX-License-Identifier: GPL-2.0-only
/* The nesting operations of a VFIO container and their arguments */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

#include "vfio.h"

union op_buffer {
	struct vfio_iommu_nesting_op op;
	unsigned char raw[sizeof(struct vfio_iommu_nesting_op) + OP_DATA_MAX];
};

/**
 * nesting_op - Issue an operation as it is given
 * @container: file descriptor of the container
 * @flags: of struct vfio_iommu_nesting_op
 * @data: what follows the header
 * @size: size of @data in bytes, at most OP_DATA_MAX
 *
 * Return: 0 or a negative errno
 */
int nesting_op(int container, __u32 flags, const void *data, size_t size)
{
	union op_buffer buf = {
		.op.argsz = sizeof(buf.op) + size,
		.op.flags = flags,
	};

	if (size > OP_DATA_MAX)
		return -EMSGSIZE;
	if (size)
		memcpy(buf.op.data, data, size);
	return ioctl(container, VFIO_IOMMU_NESTING_OP, &buf) < 0 ? -errno : 0;
}

static int group_op(int container, int group, __u32 op, const void *data,
		    size_t size)
{
	struct vfio_iommu_nesting_group name = { .group_fd = group };
	unsigned char buf[OP_DATA_MAX];

	if (group == EVERY_GROUP)
		return nesting_op(container, op, data, size);
	memcpy(buf, &name, sizeof(name));
	if (size)
		memcpy(buf + sizeof(name), data, size);
	return nesting_op(container, op | VFIO_NESTING_OP_GROUP, buf,
			  sizeof(name) + size);
}

/**
 * nesting_bind - Bind a PASID table, BYPASS or ABORT
 * @container: file descriptor of the container
 * @group: file descriptor of the one group, or EVERY_GROUP
 * @config: what to bind
 *
 * Return: 0 or a negative errno
 */
int nesting_bind(int container, int group,
		 const struct iommu_pasid_table_config *config)
{
	return group_op(container, group, VFIO_NESTING_OP_BIND_PASID_TABLE,
			config, config->argsz);
}

/**
 * nesting_unbind - Return to stage 2 alone
 * @container: file descriptor of the container
 * @group: file descriptor of the one group, or EVERY_GROUP
 *
 * Return: 0 or a negative errno
 */
int nesting_unbind(int container, int group)
{
	return group_op(container, group, VFIO_NESTING_OP_UNBIND_PASID_TABLE,
			NULL, 0);
}

/**
 * nesting_invalidate - Invalidate what the IOMMU caches of stage 1
 * @container: file descriptor of the container
 * @group: file descriptor of the one group, or EVERY_GROUP
 * @info: what to invalidate
 *
 * Return: 0 or a negative errno
 */
int nesting_invalidate(int container, int group,
		       const struct iommu_cache_invalidate_info *info)
{
	return group_op(container, group, VFIO_NESTING_OP_CACHE_INVLD, info,
			info->argsz);
}

/**
 * config_translate - Describe a table with one context descriptor
 * @base: guest physical address of the descriptor
 *
 * Return: the description
 */
struct iommu_pasid_table_config config_translate(__u64 base)
{
	return (struct iommu_pasid_table_config) {
		.argsz = sizeof(struct iommu_pasid_table_config),
		.version = IOMMU_PASID_TABLE_CONFIG_VERSION_1,
		.base_ptr = base,
		.format = IOMMU_PASID_FORMAT_ARM_SMMUV3,
		.config = IOMMU_PASID_CONFIG_TRANSLATE,
		.vendor_data.smmuv3.version = IOMMU_PASID_SMMUV3_VERSION_1,
	};
}

/**
 * config_other - Describe a stage 1 without a table
 * @config: IOMMU_PASID_CONFIG_BYPASS or IOMMU_PASID_CONFIG_ABORT
 *
 * Return: the description, as short as it may be
 */
struct iommu_pasid_table_config config_other(__u8 config)
{
	return (struct iommu_pasid_table_config) {
		.argsz = offsetof(struct iommu_pasid_table_config, vendor_data),
		.version = IOMMU_PASID_TABLE_CONFIG_VERSION_1,
		.format = IOMMU_PASID_FORMAT_ARM_SMMUV3,
		.config = config,
	};
}

static struct iommu_cache_invalidate_info inv(__u8 caches, __u8 granularity)
{
	return (struct iommu_cache_invalidate_info) {
		.argsz = sizeof(struct iommu_cache_invalidate_info),
		.version = IOMMU_CACHE_INVALIDATE_INFO_VERSION_1,
		.cache = caches,
		.granularity = granularity,
	};
}

/**
 * inv_all - Describe the invalidation of all that a domain has in some caches
 * @caches: IOMMU_CACHE_INV_TYPE_*, or'ed
 *
 * Return: the description
 */
struct iommu_cache_invalidate_info inv_all(__u8 caches)
{
	return inv(caches, IOMMU_INV_GRANU_DOMAIN);
}

/**
 * inv_asid - Describe the invalidation of one address space's translations
 * @asid: id of the address space
 *
 * Return: the description
 */
struct iommu_cache_invalidate_info inv_asid(int asid)
{
	struct iommu_cache_invalidate_info info =
		inv(IOMMU_CACHE_INV_TYPE_IOTLB, IOMMU_INV_GRANU_PASID);

	info.granu.pasid_info.flags = IOMMU_INV_PASID_FLAGS_ARCHID;
	info.granu.pasid_info.archid = asid;
	return info;
}

/**
 * inv_addr - Describe the invalidation of a range of translations
 * @asid: id of the address space, or EVERY_ID
 * @addr: first address
 * @granule: size of a granule in bytes
 * @count: number of granules
 *
 * Return: the description
 */
struct iommu_cache_invalidate_info inv_addr(int asid, __u64 addr,
					    __u64 granule, __u64 count)
{
	struct iommu_cache_invalidate_info info =
		inv(IOMMU_CACHE_INV_TYPE_IOTLB, IOMMU_INV_GRANU_ADDR);

	if (asid != EVERY_ID) {
		info.granu.addr_info.flags = IOMMU_INV_ADDR_FLAGS_ARCHID;
		info.granu.addr_info.archid = asid;
	}
	info.granu.addr_info.addr = addr;
	info.granu.addr_info.granule_size = granule;
	info.granu.addr_info.nb_granules = count;
	return info;
}

/**
 * inv_cd - Describe the invalidation of cached context descriptors
 * @pasid: which one, or EVERY_ID
 *
 * Return: the description
 */
struct iommu_cache_invalidate_info inv_cd(int pasid)
{
	struct iommu_cache_invalidate_info info =
		inv_all(IOMMU_CACHE_INV_TYPE_PASID);

	if (pasid != EVERY_ID) {
		info.granularity = IOMMU_INV_GRANU_PASID;
		info.granu.pasid_info.flags = IOMMU_INV_PASID_FLAGS_PASID;
		info.granu.pasid_info.pasid = pasid;
	}
	return info;
}
