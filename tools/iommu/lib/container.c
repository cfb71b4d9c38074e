// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Containers, groups and devices of VFIO, and the memory of stage 2 */
#include <fcntl.h>
#include <stdint.h>

#include "internal.h"

int inest_container_open(void)
{
	return inest__result(open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC));
}

int inest_container_extension(int container, unsigned long extension)
{
	return inest__result(ioctl(container, VFIO_CHECK_EXTENSION, extension));
}

int inest_container_set_iommu(int container, unsigned long type)
{
	return inest__zero(ioctl(container, VFIO_SET_IOMMU, type));
}

int inest_group_open(int number)
{
	char path[32];

	snprintf(path, sizeof(path), "/dev/vfio/%d", number);
	return inest__result(open(path, O_RDWR | O_CLOEXEC));
}

int inest_group_open_pci(const char *bdf)
{
	int number = inest_pci_group(bdf);

	return number < 0 ? number : inest_group_open(number);
}

int inest_group_viable(int group)
{
	struct vfio_group_status status = { .argsz = sizeof(status) };

	if (ioctl(group, VFIO_GROUP_GET_STATUS, &status) < 0)
		return -errno;
	return !!(status.flags & VFIO_GROUP_FLAGS_VIABLE);
}

int inest_group_attach(int group, int container)
{
	return inest__zero(ioctl(group, VFIO_GROUP_SET_CONTAINER, &container));
}

int inest_group_detach(int group)
{
	return inest__zero(ioctl(group, VFIO_GROUP_UNSET_CONTAINER));
}

int inest_device_open(int group, const char *name)
{
	return inest__result(ioctl(group, VFIO_GROUP_GET_DEVICE_FD, name));
}

int inest_dma_map(int container, __u64 iova, void *mem, __u64 size, __u32 flags)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = flags,
		.vaddr = (uintptr_t)mem,
		.iova = iova,
		.size = size,
	};

	return inest__zero(ioctl(container, VFIO_IOMMU_MAP_DMA, &map));
}

int inest_dma_unmap(int container, __u64 iova, __u64 size)
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
