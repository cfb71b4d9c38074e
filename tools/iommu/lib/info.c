// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* VFIO_IOMMU_GET_INFO and its chain of capabilities */
#include <stdlib.h>

#include "internal.h"

/* More than any kernel has to say */
#define MAX_INFO	0x100000U
#define MAX_TRIES	8

int inest_cap_find(const void *info, size_t size, __u32 first, __u16 id,
		   const struct vfio_info_cap_header **cap)
{
	const char *bytes = info;
	struct vfio_info_cap_header header;
	size_t steps = size / sizeof(header);
	__u32 offset;

	for (offset = first; offset; offset = header.next) {
		if (offset % sizeof(__u32) || size < sizeof(header) ||
		    offset > size - sizeof(header))
			return -EINVAL;
		if (!steps--)
			return -ELOOP;
		memcpy(&header, bytes + offset, sizeof(header));
		if (header.id == id) {
			*cap = (const void *)(bytes + offset);
			return size - offset;
		}
	}
	return -ENOENT;
}

static int find(const void *type1, size_t size, __u32 first, __u16 id,
		const struct vfio_info_cap_header **cap)
{
	int ret = inest_cap_find(type1, size, first, id, cap);

	return ret < 0 && ret != -ENOENT ? -EPROTO : ret;
}

int inest__parse_info(const void *type1, size_t size, __u32 first,
		      struct iommu_nesting_info *info, size_t info_size)
{
	const size_t least = offsetof(struct iommu_nesting_info, vendor);
	const struct vfio_info_cap_header *cap;
	__u32 told;
	int room;

	if (info_size < least)
		return -EINVAL;
	room = find(type1, size, first, VFIO_IOMMU_TYPE1_INFO_CAP_NESTING,
		    &cap);
	if (room < 0)
		return room;
	room -= sizeof(*cap);
	if ((size_t)room < least)
		return -EPROTO;
	memcpy(&told, cap + 1, sizeof(told));
	if (told < least || told > (size_t)room)
		return -EPROTO;
	if (told > info_size)
		told = info_size;
	memset(info, 0, info_size);
	memcpy(info, cap + 1, told);
	info->argsz = told;
	return 0;
}

int inest__parse_ranges(const void *type1, size_t size, __u32 first,
			struct vfio_iova_range *ranges, int max)
{
	struct vfio_iommu_type1_info_cap_iova_range head;
	const struct vfio_info_cap_header *cap;
	size_t count;
	int room;

	room = find(type1, size, first, VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE,
		    &cap);
	if (room < 0)
		return room;
	if ((size_t)room < sizeof(head))
		return -EPROTO;
	memcpy(&head, cap, sizeof(head));
	count = head.nr_iovas;
	if (count > ((size_t)room - sizeof(head)) / sizeof(*ranges))
		return -EPROTO;
	if (max > 0)
		memcpy(ranges, (const char *)cap + sizeof(head),
		       (count < (size_t)max ? count : (size_t)max) *
		       sizeof(*ranges));
	return count;
}

static int read_info(int container, struct vfio_iommu_type1_info *info,
		     __u32 size)
{
	memset(info, 0, size);
	info->argsz = size;
	return inest__zero(ioctl(container, VFIO_IOMMU_GET_INFO, info));
}

int inest_type1_info(int container, struct vfio_iommu_type1_info **info)
{
	struct vfio_iommu_type1_info *buf = NULL, *larger;
	__u32 needed = sizeof(*buf), size = 0;
	int ret, tries;

	/* The chain can grow from one call to the next. */
	for (tries = 0; needed > size; tries++) {
		size = needed;
		ret = -EPROTO;
		if (tries == MAX_TRIES || size > MAX_INFO)
			goto fail;
		ret = -ENOMEM;
		larger = realloc(buf, size);
		if (!larger)
			goto fail;
		buf = larger;
		ret = read_info(container, buf, size);
		if (ret)
			goto fail;
		needed = buf->argsz;
	}
	/* What the kernel did not fill in is zero. */
	buf->argsz = size;
	*info = buf;
	return 0;
fail:
	free(buf);
	return ret;
}

static __u32 first_cap(const struct vfio_iommu_type1_info *info)
{
	return info->flags & VFIO_IOMMU_INFO_CAPS ? info->cap_offset : 0;
}

int inest_info(int container, struct iommu_nesting_info *info, size_t size)
{
	struct vfio_iommu_type1_info *type1;
	int ret = inest_type1_info(container, &type1);

	if (ret)
		return ret;
	ret = inest__parse_info(type1, type1->argsz, first_cap(type1), info,
				size);
	free(type1);
	return ret;
}

int inest_iova_ranges(int container, struct vfio_iova_range *ranges, int max)
{
	struct vfio_iommu_type1_info *type1;
	int ret = inest_type1_info(container, &type1);

	if (ret)
		return ret;
	ret = inest__parse_ranges(type1, type1->argsz, first_cap(type1), ranges,
				  max);
	free(type1);
	return ret;
}
