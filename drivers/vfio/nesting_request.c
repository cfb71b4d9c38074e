// SPDX-License-Identifier: GPL-2.0-only
/*
 * VFIO transport of stage 1: fetching a VFIO_IOMMU_NESTING_OP
 *
 * Only the transport's own headers are looked at here. The structures behind
 * them are fetched and checked by drivers/iommu/uapi.
 */
#include <linux/fault-inject-usercopy.h>
#include <linux/file.h>
#include <linux/iommu_nesting.h>
#include <linux/uaccess.h>
#include <linux/vfio.h>

#include "nesting.h"
#include "vfio.h"

/* The ABI: the operation's structure stays 8-byte aligned behind its headers */
static_assert(sizeof(struct vfio_iommu_nesting_op) == 8);
static_assert(offsetof(struct vfio_iommu_nesting_op, flags) == 4);
static_assert(sizeof(struct vfio_iommu_nesting_group) == 8);
static_assert(offsetof(struct vfio_iommu_nesting_group, __reserved) == 4);
static_assert(sizeof(struct vfio_iommu_nesting_device) == 8);
static_assert(offsetof(struct vfio_iommu_nesting_device, __reserved) == 4);
static_assert(sizeof(struct vfio_iommu_type1_info_cap_nesting) == 88);

#define OP_FILE		(VFIO_NESTING_OP_GROUP | VFIO_NESTING_OP_DEVICE)

/* The file's reference keeps the group, and of a device's file the device */
static int request_find_group(struct vfio_nesting_request *req, u32 flags)
{
	struct file *file = req->fd.file;
	struct vfio_device *device;

	if (flags & VFIO_NESTING_OP_DEVICE) {
		device = vfio_device_from_file(file);
		if (!device)
			return -ENODEV;
		req->group = device->group;
		req->dev = device->dev;
		return 0;
	}

	if (!vfio_file_is_group(file))
		return -ENODEV;
	req->group = file->private_data;
	return 0;
}

/*
 * Both words once: what they say is not looked up in user memory again. Inline,
 * since every invalidation comes here, and that of one group twice.
 */
static __always_inline int
request_get_words(u32 *first, u32 *second, const u32 __user *from)
{
	if (should_fail_usercopy() ||
	    !user_read_access_begin(from, 2 * sizeof(*from)))
		return -EFAULT;
	unsafe_get_user(*first, &from[0], err_fault);
	unsafe_get_user(*second, &from[1], err_fault);
	user_read_access_end();

	return 0;

err_fault:
	user_read_access_end();
	return -EFAULT;
}

/* A group's and a device's header have the same layout: the file, and padding */
static int request_get_file(struct vfio_nesting_request *req, u32 flags,
			    const u32 __user *hdr)
{
	u32 fd, padding;
	int ret;

	ret = request_get_words(&fd, &padding, hdr);
	if (ret)
		return ret;
	if (padding)
		return -EINVAL;

	req->fd = fdget((s32)fd);
	if (!req->fd.file)
		return -EBADF;

	ret = request_find_group(req, flags);
	if (ret)
		vfio_nesting_put_request(req);

	return ret;
}

static int request_get_data(struct vfio_nesting_request *req,
			    const void __user *data, size_t size)
{
	switch (req->op) {
	case VFIO_NESTING_OP_BIND_PASID_TABLE:
		return iommu_nesting_copy(IOMMU_NESTING_PASID_TABLE,
					  &req->pasid_table, data, size);
	case VFIO_NESTING_OP_UNBIND_PASID_TABLE:
		return size ? -EINVAL : 0;
	case VFIO_NESTING_OP_CACHE_INVLD:
		return iommu_nesting_copy(IOMMU_NESTING_CACHE_INV,
					  &req->cache_inv, data, size);
	case VFIO_NESTING_OP_BIND_PGTBL:
		return iommu_nesting_copy(IOMMU_NESTING_BIND_PGTBL,
					  &req->pgtbl, data, size);
	case VFIO_NESTING_OP_UNBIND_PGTBL:
		return iommu_nesting_copy(IOMMU_NESTING_UNBIND_PGTBL,
					  &req->pgtbl, data, size);
	case VFIO_NESTING_OP_PAGE_RESP:
		return iommu_nesting_copy(IOMMU_NESTING_PAGE_RESP,
					  &req->page_resp, data, size);
	case VFIO_NESTING_OP_FAULT_QUEUE:
		return iommu_nesting_copy(IOMMU_NESTING_FAULT_QUEUE,
					  &req->fault_queue, data, size);
	default:
		return -EINVAL;
	}
}

/* Whether the flags say that there is a PASID, and that it is the host's number */
static bool inv_host_pasid(u32 flags)
{
	static_assert(IOMMU_INV_ADDR_FLAGS_PASID ==
		      IOMMU_INV_PASID_FLAGS_PASID);
	static_assert(IOMMU_INV_ADDR_FLAGS_GPASID ==
		      IOMMU_INV_PASID_FLAGS_GPASID);

	return (flags & (IOMMU_INV_PASID_FLAGS_PASID |
			 IOMMU_INV_PASID_FLAGS_GPASID)) ==
	       IOMMU_INV_PASID_FLAGS_PASID;
}

/*
 * PASID 0, the requests without one, is every caller's own. A guest's number means
 * nothing outside of what is bound to the container's devices, where the driver
 * looks it up.
 */
static void inv_names_pasid(struct vfio_nesting_request *req)
{
	const struct iommu_cache_invalidate_info *inv = &req->cache_inv;
	bool valid = false;

	switch (inv->granularity) {
	case IOMMU_INV_GRANU_PASID:
		valid = inv_host_pasid(inv->granu.pasid_info.flags);
		req->pasid = inv->granu.pasid_info.pasid;
		break;
	case IOMMU_INV_GRANU_ADDR:
		valid = inv_host_pasid(inv->granu.addr_info.flags);
		req->pasid = inv->granu.addr_info.pasid;
		break;
	}

	req->names_pasid = valid && req->pasid;
}

/* Which PASID, if any, the caller has to own */
static void request_names_pasid(struct vfio_nesting_request *req)
{
	switch (req->op) {
	case VFIO_NESTING_OP_BIND_PGTBL:
	case VFIO_NESTING_OP_UNBIND_PGTBL:
		req->names_pasid = !(req->pgtbl.flags & IOMMU_SVA_GPASID_RID);
		req->pasid = req->pgtbl.hpasid;
		break;
	case VFIO_NESTING_OP_CACHE_INVLD:
		inv_names_pasid(req);
		break;
	}
}

static int request_check_flags(u32 flags)
{
	u32 file = flags & OP_FILE;

	if (flags & ~(VFIO_NESTING_OP_MASK | OP_FILE))
		return -EINVAL;

	switch (flags & VFIO_NESTING_OP_MASK) {
	case VFIO_NESTING_OP_PAGE_RESP:
	case VFIO_NESTING_OP_FAULT_QUEUE:
		return file == VFIO_NESTING_OP_DEVICE ? 0 : -EINVAL;
	default:
		return file & VFIO_NESTING_OP_DEVICE ? -EINVAL : 0;
	}
}

/**
 * vfio_nesting_get_request - Fetch and check a VFIO_IOMMU_NESTING_OP
 * @req: zeroed by the caller, filled in; release it with
 *	vfio_nesting_put_request() on success
 * @arg: user pointer to a struct vfio_iommu_nesting_op
 *
 * Context: may sleep for as long as user space's memory makes it, so no lock may
 * be held.
 * Return: 0 or an error of VFIO_IOMMU_NESTING_OP's contract
 */
int vfio_nesting_get_request(struct vfio_nesting_request *req, void __user *arg)
{
	size_t size = sizeof(struct vfio_iommu_nesting_op);
	u32 argsz, flags;
	int ret;

	ret = request_get_words(&argsz, &flags, arg) ?:
	      request_check_flags(flags);
	if (ret)
		return ret;

	req->op = flags & VFIO_NESTING_OP_MASK;
	if (flags & OP_FILE)
		size += sizeof(struct vfio_iommu_nesting_group);
	if (argsz < size)
		return -EINVAL;

	ret = request_get_data(req, arg + size, argsz - size);
	if (ret)
		return ret;

	request_names_pasid(req);
	return flags & OP_FILE ?
		request_get_file(req, flags,
				 arg + sizeof(struct vfio_iommu_nesting_op)) : 0;
}
