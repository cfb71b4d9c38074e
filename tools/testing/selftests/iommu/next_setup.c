// SPDX-License-Identifier: GPL-2.0-only
/*
 * One device behind the mock IOMMU in one nesting container
 *
 * No structure here is shared with the other tests, because each of two builds
 * sees other ones.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <linux/vfio.h>
#include <linux/vfio_nesting.h>

#include "next_setup.h"
#include "write_file.h"

#define PCI		"/sys/bus/pci/"
#define DEBUGFS		"/sys/kernel/debug"
#define MOCK		DEBUGFS "/iommu_nesting_mock"

static void read_file(const char *path, char *text, size_t size)
{
	FILE *file = fopen(path, "r");
	size_t n = 0;

	if (file) {
		n = fread(text, 1, size - 1, file);
		fclose(file);
	}
	text[n] = 0;
}

/* Both as one word: "0x1234 0x11e8" is QEMU's edu device */
static int is_edu(const char *bdf)
{
	char path[300], vendor[16], device[16];

	snprintf(path, sizeof(path), PCI "devices/%s/vendor", bdf);
	read_file(path, vendor, sizeof(vendor));
	snprintf(path, sizeof(path), PCI "devices/%s/device", bdf);
	read_file(path, device, sizeof(device));
	return !strcmp(vendor, "0x1234\n") && !strcmp(device, "0x11e8\n");
}

static int find_device(struct setup *setup)
{
	DIR *dir = opendir(PCI "devices");
	struct dirent *entry;
	int ret = -ENODEV;

	while (dir && ret && (entry = readdir(dir))) {
		if (strlen(entry->d_name) < sizeof(setup->bdf) &&
		    is_edu(entry->d_name)) {
			strcpy(setup->bdf, entry->d_name);
			ret = 0;
		}
	}
	if (dir)
		closedir(dir);
	return ret;
}

static int bind_vfio(const struct setup *setup)
{
	char path[64];

	snprintf(path, sizeof(path), PCI "devices/%s/driver/unbind",
		 setup->bdf);
	write_file(path, setup->bdf);
	snprintf(path, sizeof(path), PCI "devices/%s/driver_override",
		 setup->bdf);
	return write_file(path, "vfio-pci") ?:
	       write_file(PCI "drivers_probe", setup->bdf);
}

static int open_group(struct setup *setup)
{
	char path[64], link[256];
	ssize_t n;

	snprintf(path, sizeof(path), PCI "devices/%s/iommu_group", setup->bdf);
	n = readlink(path, link, sizeof(link) - 1);
	if (n < 0)
		return -errno;
	link[n] = 0;
	snprintf(path, sizeof(path), "/dev/vfio/%d",
		 atoi(strrchr(link, '/') + 1));
	setup->group = open(path, O_RDWR);
	return setup->group < 0 ? -errno : 0;
}

static int open_container(struct setup *setup)
{
	setup->container = open("/dev/vfio/vfio", O_RDWR);
	if (setup->container < 0 ||
	    ioctl(setup->group, VFIO_GROUP_SET_CONTAINER, &setup->container) ||
	    ioctl(setup->container, VFIO_SET_IOMMU, VFIO_TYPE1_NESTING_IOMMU))
		return -errno;
	return 0;
}

static int map_memory(const struct setup *setup)
{
	void *mem = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.vaddr = (uintptr_t)mem,
		.iova = TABLE_GPA,
		.size = 4096,
	};

	if (mem == MAP_FAILED ||
	    ioctl(setup->container, VFIO_IOMMU_MAP_DMA, &map))
		return -errno;
	return 0;
}

/* Take as much of the kernel's structure as both know, and not a byte more */
static void take_info(struct setup *setup, const void *capability)
{
	const struct vfio_iommu_type1_info_cap_nesting *cap = capability;
	size_t size = cap->info.argsz;

	setup->info_size = size;
	if (size > sizeof(setup->info))
		size = sizeof(setup->info);
	memcpy(&setup->info, &cap->info, size);
}

static int read_info(struct setup *setup)
{
	static __u64 space[512];
	struct vfio_iommu_type1_info *info = (void *)space;
	struct vfio_info_cap_header *cap;
	__u32 at;

	info->argsz = sizeof(space);
	if (ioctl(setup->container, VFIO_IOMMU_GET_INFO, info))
		return -errno;

	at = info->flags & VFIO_IOMMU_INFO_CAPS ? info->cap_offset : 0;
	for (; at; at = cap->next) {
		cap = (void *)((char *)info + at);
		if (cap->id == VFIO_IOMMU_TYPE1_INFO_CAP_NESTING) {
			take_info(setup, cap);
			return 0;
		}
	}
	return -EOPNOTSUPP;
}

static int alloc_pasid(struct setup *setup)
{
	struct vfio_iommu_pasid_request req = {
		.argsz = sizeof(req),
		.flags = VFIO_PASID_REQUEST_ALLOC,
		.data.range = { .min = 1, .max = 1000 },
	};

	setup->pasid = ioctl(setup->container, VFIO_IOMMU_PASID_REQUEST, &req);
	return setup->pasid < 0 ? -errno : 0;
}

static int step(struct setup *setup, const char *what, int ret)
{
	if (ret)
		snprintf(setup->problem, sizeof(setup->problem), "%s: %s",
			 what, strerror(-ret));
	return ret;
}

/**
 * setup_open - Put the first edu device into a nesting container
 * @setup: filled in
 *
 * Return: 0, or a negative errno with @setup->problem set
 */
int setup_open(struct setup *setup)
{
	mount("debugfs", DEBUGFS, "debugfs", 0, NULL);
	return step(setup, "no edu device", find_device(setup)) ?:
	       step(setup, "no mock IOMMU", access(MOCK, F_OK) ? -errno : 0) ?:
	       step(setup, "format", mock_write(setup, "format", "1")) ?:
	       step(setup, "vfio-pci", bind_vfio(setup)) ?:
	       step(setup, "group", open_group(setup)) ?:
	       step(setup, "container", open_container(setup)) ?:
	       step(setup, "memory", map_memory(setup)) ?:
	       step(setup, "capability", read_info(setup)) ?:
	       step(setup, "PASID", alloc_pasid(setup));
}

/**
 * setup_close - Give everything back
 * @setup: what setup_open() made
 */
void setup_close(struct setup *setup)
{
	close(setup->container);
	close(setup->group);
}

/**
 * mock_write - Write a file of the device in the mock's debugfs
 * @setup: what setup_open() makes or made
 * @file: its name
 * @text: what to write
 *
 * Return: 0 or a negative errno
 */
int mock_write(const struct setup *setup, const char *file, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), MOCK "/%s/%s", setup->bdf, file);
	return write_file(path, text);
}

/**
 * mock_read - Read a file of the device in the mock's debugfs
 * @setup: what setup_open() made
 * @file: its name
 * @text: set to the contents, as much as fits
 * @size: of @text
 */
void mock_read(const struct setup *setup, const char *file, char *text,
	       size_t size)
{
	char path[128];

	snprintf(path, sizeof(path), MOCK "/%s/%s", setup->bdf, file);
	read_file(path, text, size);
}
