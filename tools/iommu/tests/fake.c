// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* open(), close(), ioctl() and sysfs as the fake VFIO has them */
#include <fcntl.h>
#include <stdarg.h>
#include <unistd.h>

#include "fake.h"

struct fake fake;

void fake_reset(void)
{
	memset(&fake, 0, sizeof(fake));
	fake.driver = "vfio-pci";
}

static int fail(int error)
{
	errno = error;
	return -1;
}

static int opened(int error, int fd)
{
	if (error)
		return fail(error);
	fake.open++;
	return fd;
}

int __wrap_open(const char *path, int flags, ...)
{
	if (!strcmp(path, "/dev/vfio/vfio"))
		return opened(fake.no_container, FAKE_CONTAINER);
	if (!strncmp(path, "/dev/vfio/", 10))
		return opened(fake.no_group, FAKE_GROUP);
	return __real_open(path, flags);
}

int __wrap_close(int fd)
{
	if (fd != FAKE_CONTAINER && fd != FAKE_GROUP)
		return __real_close(fd);
	fake.open--;
	return 0;
}

static int status(struct vfio_group_status *arg)
{
	arg->flags = fake.not_viable ? 0 : VFIO_GROUP_FLAGS_VIABLE;
	return 0;
}

static int get_info(struct vfio_iommu_type1_info *arg)
{
	size_t size = fake.type1_size;

	if (fake.error)
		return fail(fake.error);
	if (arg->argsz < size)
		size = sizeof(*arg);
	memcpy(arg, fake.type1, size);
	arg->argsz = fake.type1_size;
	fake.type1_size += fake.grows;
	return 0;
}

static int quota(struct vfio_iommu_pasid_request *arg)
{
	if (fake.quota || fake.error)
		return fail(fake.quota ? fake.quota : fake.error);
	arg->data.quota.quota = 1000;
	arg->data.quota.available = 900;
	return 0;
}

static int other(const void *arg)
{
	__u32 argsz;

	memcpy(&argsz, arg, sizeof(argsz));
	memcpy(fake.arg, arg, argsz < FAKE_BYTES ? argsz : FAKE_BYTES);
	return fake.error ? fail(fake.error) : fake.result;
}

static int keep_result(int error)
{
	return error ? fail(error) : 0;
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	void *arg;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	fake.calls++;
	fake.fd = fd;
	fake.request = request;
	switch (request) {
	case VFIO_CHECK_EXTENSION:
		return !fake.no_type1;
	case VFIO_GROUP_GET_STATUS:
		return status(arg);
	case VFIO_GROUP_SET_CONTAINER:
		return keep_result(fake.attach);
	case VFIO_SET_IOMMU:
		return keep_result(fake.set_iommu);
	case VFIO_IOMMU_GET_INFO:
		return get_info(arg);
	case VFIO_IOMMU_PASID_REQUEST:
		other(arg);
		if (((struct vfio_iommu_pasid_request *)arg)->flags ==
		    VFIO_PASID_REQUEST_QUOTA)
			return quota(arg);
		return fake.error ? fail(fake.error) : fake.result;
	case VFIO_IOMMU_UNMAP_DMA:
		((struct vfio_iommu_type1_dma_unmap *)arg)->size += fake.grows;
		return other(arg);
	default:
		return other(arg);
	}
}

int __wrap_inest_pci_group(const char *bdf)
{
	return *bdf ? fake.group_of_pci : -EINVAL;
}

int __wrap_inest_group_pci(int number, struct inest_bdf *bdf, int max)
{
	if (number > 99)
		return -ENOENT;
	if (max > 0)
		inest_bdf_parse("0000:00:03.0", bdf);
	return 1;
}

int __wrap_inest_pci_driver(const char *bdf, char *name, size_t size)
{
	if (!*bdf || !fake.driver)
		return -ENOENT;
	snprintf(name, size, "%s", fake.driver);
	return 0;
}
