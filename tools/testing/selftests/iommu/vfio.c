// SPDX-License-Identifier: GPL-2.0-only
/* VFIO containers, groups and DMA mappings */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "pci.h"
#include "vfio.h"

static int zero_or_errno(int ret)
{
	return ret < 0 ? -errno : 0;
}

/**
 * vfio_open_container - Open a new container
 *
 * Return: its file descriptor or a negative errno
 */
int vfio_open_container(void)
{
	int fd = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/**
 * vfio_open_group - Open the group of a PCI function
 * @bdf: address of the function, which vfio-pci has
 *
 * Return: the group's file descriptor or a negative errno
 */
int vfio_open_group(const char *bdf)
{
	int number = pci_iommu_group(bdf);
	char path[32];
	int fd;

	if (number < 0)
		return number;
	snprintf(path, sizeof(path), "/dev/vfio/%d", number);
	fd = open(path, O_RDWR | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/**
 * vfio_set_container - Attach a group to a container
 * @group: file descriptor of the group
 * @container: file descriptor of the container
 *
 * Return: 0 or a negative errno
 */
int vfio_set_container(int group, int container)
{
	return zero_or_errno(ioctl(group, VFIO_GROUP_SET_CONTAINER,
				   &container));
}

/**
 * vfio_unset_container - Detach a group from its container
 * @group: file descriptor of the group
 *
 * Return: 0 or a negative errno
 */
int vfio_unset_container(int group)
{
	return zero_or_errno(ioctl(group, VFIO_GROUP_UNSET_CONTAINER));
}

/**
 * vfio_set_iommu - Choose the IOMMU model of a container
 * @container: file descriptor of the container, which has a group
 * @type: VFIO_*_IOMMU
 *
 * Return: 0 or a negative errno
 */
int vfio_set_iommu(int container, unsigned long type)
{
	return zero_or_errno(ioctl(container, VFIO_SET_IOMMU, type));
}

/**
 * vfio_map - Put memory into stage 2
 * @container: file descriptor of the container
 * @iova: guest physical address
 * @mem: the memory
 * @size: size in bytes, of whole pages
 * @flags: VFIO_DMA_MAP_FLAG_*
 *
 * Return: 0 or a negative errno
 */
int vfio_map(int container, __u64 iova, void *mem, size_t size, __u32 flags)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = flags,
		.vaddr = (uintptr_t)mem,
		.iova = iova,
		.size = size,
	};

	return zero_or_errno(ioctl(container, VFIO_IOMMU_MAP_DMA, &map));
}

/**
 * vfio_unmap - Take memory out of stage 2
 * @container: file descriptor of the container
 * @iova: guest physical address of a piece that was mapped
 * @size: its size in bytes
 *
 * Return: 0, or a negative errno: ENOENT when other than @size was unmapped
 */
int vfio_unmap(int container, __u64 iova, size_t size)
{
	struct vfio_iommu_type1_dma_unmap unmap = {
		.argsz = sizeof(unmap),
		.iova = iova,
		.size = size,
	};

	if (ioctl(container, VFIO_IOMMU_UNMAP_DMA, &unmap) < 0)
		return -errno;
	return unmap.size == size ? 0 : -ENOENT;
}

static struct vfio_iommu_type1_info *get_info(int container)
{
	struct vfio_iommu_type1_info head = { .argsz = sizeof(head) };
	struct vfio_iommu_type1_info *info;

	if (ioctl(container, VFIO_IOMMU_GET_INFO, &head) < 0)
		return NULL;
	info = calloc(1, head.argsz);
	if (!info)
		return NULL;
	info->argsz = head.argsz;
	if (ioctl(container, VFIO_IOMMU_GET_INFO, info) < 0) {
		free(info);
		return NULL;
	}
	return info;
}

static struct vfio_info_cap_header *find_cap(struct vfio_iommu_type1_info *info,
					     __u16 id)
{
	struct vfio_info_cap_header *cap;
	__u32 offset;

	if (!(info->flags & VFIO_IOMMU_INFO_CAPS))
		return NULL;
	for (offset = info->cap_offset;
	     offset && offset + sizeof(*cap) <= info->argsz;
	     offset = cap->next) {
		cap = (void *)((char *)info + offset);
		if (cap->id == id)
			return cap;
	}
	return NULL;
}

/**
 * vfio_nesting_info - Read the nesting capability of a container
 * @container: file descriptor of the container
 * @info: filled in
 *
 * Return: 0, or a negative errno: ENOENT when the container has none
 */
int vfio_nesting_info(int container, struct iommu_nesting_info *info)
{
	struct vfio_iommu_type1_info *type1 = get_info(container);
	struct vfio_iommu_type1_info_cap_nesting *cap;
	int ret = -ENOENT;

	if (!type1)
		return -errno;
	cap = (void *)find_cap(type1, VFIO_IOMMU_TYPE1_INFO_CAP_NESTING);
	if (cap) {
		memcpy(info, &cap->info, sizeof(*info));
		ret = 0;
	}
	free(type1);
	return ret;
}
