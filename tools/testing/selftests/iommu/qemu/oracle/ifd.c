// SPDX-License-Identifier: GPL-2.0-only
/* The calls of iommufd and of VFIO's device files that the oracle makes */
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "ifd.h"

static int call(int fd, unsigned long nr, void *arg)
{
	return ioctl(fd, nr, arg) < 0 ? -errno : 0;
}

/**
 * ifd_bind - Give a device to an iommufd
 * @device: file descriptor of the device
 * @fd: the iommufd
 * @id: filled in, the device's id there
 *
 * Return: 0 or a negative errno
 */
int ifd_bind(int device, int fd, __u32 *id)
{
	struct vfio_device_bind_iommufd bind = {
		.argsz = sizeof(bind),
		.iommufd = fd,
	};
	int ret = call(device, VFIO_DEVICE_BIND_IOMMUFD, &bind);

	*id = bind.out_devid;
	return ret;
}

/**
 * ifd_hw_info - Read what a device's unit can do
 * @fd: the iommufd
 * @device_id: the device's id
 * @vtd: filled in
 *
 * Return: 0 or a negative errno, ENODEV when it is not a VT-d unit
 */
int ifd_hw_info(int fd, __u32 device_id, struct iommu_hw_info_vtd *vtd)
{
	struct iommu_hw_info info = {
		.size = sizeof(info),
		.dev_id = device_id,
		.data_len = sizeof(*vtd),
		.data_uptr = (uintptr_t)vtd,
	};
	int ret = call(fd, IOMMU_GET_HW_INFO, &info);

	if (!ret && info.out_data_type != IOMMU_HW_INFO_TYPE_INTEL_VTD)
		ret = -ENODEV;
	return ret;
}

/**
 * ifd_ioas_alloc - Make an empty address space
 * @fd: the iommufd
 * @id: filled in
 *
 * Return: 0 or a negative errno
 */
int ifd_ioas_alloc(int fd, __u32 *id)
{
	struct iommu_ioas_alloc alloc = { .size = sizeof(alloc) };
	int ret = call(fd, IOMMU_IOAS_ALLOC, &alloc);

	*id = alloc.out_ioas_id;
	return ret;
}

/**
 * ifd_map - Map memory for reads and writes
 * @fd: the iommufd
 * @ioas: the address space
 * @mem: the memory
 * @iova: where it shall be
 * @size: bytes of it
 *
 * Return: 0 or a negative errno
 */
int ifd_map(int fd, __u32 ioas, void *mem, __u64 iova, __u64 size)
{
	struct iommu_ioas_map map = {
		.size = sizeof(map),
		.flags = IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_READABLE |
			 IOMMU_IOAS_MAP_WRITEABLE,
		.ioas_id = ioas,
		.user_va = (uintptr_t)mem,
		.length = size,
		.iova = iova,
	};

	return call(fd, IOMMU_IOAS_MAP, &map);
}

/**
 * ifd_unmap - Undo ifd_map()
 * @fd: the iommufd
 * @ioas: the address space
 * @iova: where it was mapped
 * @size: bytes of it
 *
 * Return: 0 or a negative errno
 */
int ifd_unmap(int fd, __u32 ioas, __u64 iova, __u64 size)
{
	struct iommu_ioas_unmap unmap = {
		.size = sizeof(unmap),
		.ioas_id = ioas,
		.iova = iova,
		.length = size,
	};

	return call(fd, IOMMU_IOAS_UNMAP, &unmap);
}

static int alloc_hwpt(int fd, struct iommu_hwpt_alloc *alloc, __u32 *id)
{
	int ret = call(fd, IOMMU_HWPT_ALLOC, alloc);

	*id = alloc->out_hwpt_id;
	return ret;
}

/**
 * ifd_alloc_parent - Make a stage 2
 * @fd: the iommufd
 * @device_id: a device that it is for
 * @ioas: the address space that fills it
 * @flags: IFD_ALLOC_PASID or 0
 * @id: filled in
 *
 * Return: 0 or a negative errno
 */
int ifd_alloc_parent(int fd, __u32 device_id, __u32 ioas, __u32 flags, __u32 *id)
{
	struct iommu_hwpt_alloc alloc = {
		.size = sizeof(alloc),
		.flags = IOMMU_HWPT_ALLOC_NEST_PARENT | flags,
		.dev_id = device_id,
		.pt_id = ioas,
	};

	return alloc_hwpt(fd, &alloc, id);
}

/**
 * ifd_alloc_nested - Make a domain of a guest's stage 1 above a stage 2
 * @fd: the iommufd
 * @device_id: a device that it is for
 * @parent: the stage 2
 * @flags: IFD_ALLOC_PASID or 0
 * @queue: id of a fault queue, or NO_QUEUE
 * @s1: the stage 1
 * @id: filled in
 *
 * Return: 0 or a negative errno
 */
int ifd_alloc_nested(int fd, __u32 device_id, __u32 parent, __u32 flags,
		     __u32 queue, struct iommu_hwpt_vtd_s1 *s1, __u32 *id)
{
	struct iommu_hwpt_alloc alloc = {
		.size = sizeof(alloc),
		.flags = flags | (queue ? IOMMU_HWPT_FAULT_ID_VALID : 0),
		.dev_id = device_id,
		.pt_id = parent,
		.data_type = IOMMU_HWPT_DATA_VTD_S1,
		.data_len = sizeof(*s1),
		.data_uptr = (uintptr_t)s1,
		.fault_id = queue,
	};

	return alloc_hwpt(fd, &alloc, id);
}

/**
 * ifd_destroy - Destroy an object
 * @fd: the iommufd
 * @id: of the object
 *
 * Return: 0 or a negative errno
 */
int ifd_destroy(int fd, __u32 id)
{
	struct iommu_destroy destroy = { .size = sizeof(destroy), .id = id };

	return call(fd, IOMMU_DESTROY, &destroy);
}

/**
 * ifd_attach - Attach a device, or a PASID of it, or put another in its place
 * @device: file descriptor of the device
 * @pasid: the PASID, or RID
 * @pt: the domain
 *
 * Return: 0 or a negative errno
 */
int ifd_attach(int device, __u32 pasid, __u32 pt)
{
	struct vfio_device_attach_iommufd_pt attach = {
		.argsz = sizeof(attach),
		.pt_id = pt,
	};

#if IFD_HAS_PASIDS
	if (pasid != RID) {
		attach.flags = VFIO_DEVICE_ATTACH_PASID;
		attach.pasid = pasid;
	}
#else
	if (pasid != RID)
		return -EOPNOTSUPP;
#endif
	return call(device, VFIO_DEVICE_ATTACH_IOMMUFD_PT, &attach);
}

/**
 * ifd_detach - Undo ifd_attach()
 * @device: file descriptor of the device
 * @pasid: the PASID, or RID
 *
 * Return: 0 or a negative errno
 */
int ifd_detach(int device, __u32 pasid)
{
	struct vfio_device_detach_iommufd_pt detach = { .argsz = sizeof(detach) };

#if IFD_HAS_PASIDS
	if (pasid != RID) {
		detach.flags = VFIO_DEVICE_DETACH_PASID;
		detach.pasid = pasid;
	}
#else
	if (pasid != RID)
		return -EOPNOTSUPP;
#endif
	return call(device, VFIO_DEVICE_DETACH_IOMMUFD_PT, &detach);
}

/**
 * ifd_invalidate - Invalidate what is cached of a stage 1
 * @fd: the iommufd
 * @hwpt: the domain of the stage 1
 * @entries: what to invalidate
 * @count: how many entries; how many were done when it returns
 *
 * Return: 0 or a negative errno
 */
int ifd_invalidate(int fd, __u32 hwpt, struct iommu_hwpt_vtd_s1_invalidate *entries,
		   __u32 *count)
{
	struct iommu_hwpt_invalidate inv = {
		.size = sizeof(inv),
		.hwpt_id = hwpt,
		.data_uptr = (uintptr_t)entries,
		.data_type = IOMMU_HWPT_INVALIDATE_DATA_VTD_S1,
		.entry_len = sizeof(*entries),
		.entry_num = *count,
	};
	int ret = call(fd, IOMMU_HWPT_INVALIDATE, &inv);

	*count = inv.entry_num;
	return ret;
}

/**
 * ifd_fault_alloc - Make a queue for page requests
 * @fd: the iommufd
 * @id: filled in
 * @queue: filled in, file descriptor of the queue
 *
 * Return: 0 or a negative errno
 */
int ifd_fault_alloc(int fd, __u32 *id, int *queue)
{
	struct iommu_fault_alloc alloc = { .size = sizeof(alloc) };
	int ret = call(fd, IOMMU_FAULT_QUEUE_ALLOC, &alloc);

	*id = alloc.out_fault_id;
	*queue = ret ? -1 : (int)alloc.out_fault_fd;
	return ret;
}

/**
 * ifd_fault_read - Take a page request
 * @queue: file descriptor of the queue
 * @fault: filled in
 * @timeout_ms: how long to wait for one
 *
 * Return: 0 or a negative errno, ETIME when none came
 */
int ifd_fault_read(int queue, struct iommu_hwpt_pgfault *fault, int timeout_ms)
{
	struct pollfd pfd = { .fd = queue, .events = POLLIN };
	ssize_t size;

	if (poll(&pfd, 1, timeout_ms) != 1)
		return -ETIME;
	size = read(queue, fault, sizeof(*fault));
	if (size < 0)
		return -errno;
	return size == sizeof(*fault) ? 0 : -EIO;
}

/**
 * ifd_fault_answer - Answer a group of page requests
 * @queue: file descriptor of the queue
 * @cookie: of the group
 * @code: IOMMUFD_PAGE_RESP_*
 *
 * Return: 0 or a negative errno
 */
int ifd_fault_answer(int queue, __u32 cookie, __u32 code)
{
	struct iommu_hwpt_page_response answer = {
		.cookie = cookie,
		.code = code,
	};
	ssize_t size = write(queue, &answer, sizeof(answer));

	if (size < 0)
		return -errno;
	return size == sizeof(answer) ? 0 : -EIO;
}
