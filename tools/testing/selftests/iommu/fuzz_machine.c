// SPDX-License-Identifier: GPL-2.0-only
/* Containers, groups and devices of one worker, behind the mock IOMMU */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <linux/vfio.h>
#include <linux/vfio_nesting.h>

#include "../kselftest.h"
#include "fuzz.h"

#define MOCK	"/sys/kernel/debug/iommu_nesting_mock"
#define RW	(VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE)

const struct fuzz_env fuzz_envs[] = {
	{ "vtd", IOMMU_PASID_FORMAT_INTEL_VTD, VFIO_TYPE1_NESTING_IOMMU,
	  { 0, 0 }, { true, true } },
	{ "smmuv3", IOMMU_PASID_FORMAT_ARM_SMMUV3, VFIO_TYPE1_NESTING_IOMMU,
	  { 0, 0 }, { true, true } },
	{ "vtd, two containers", IOMMU_PASID_FORMAT_INTEL_VTD,
	  VFIO_TYPE1_NESTING_IOMMU, { 0, 1 }, { true, false } },
	{ "smmuv3, two containers", IOMMU_PASID_FORMAT_ARM_SMMUV3,
	  VFIO_TYPE1_NESTING_IOMMU, { 0, 1 }, { true, false } },
	{ "no nesting", IOMMU_PASID_FORMAT_INTEL_VTD, VFIO_TYPE1v2_IOMMU,
	  { 0, 0 }, { true, true } },
	{ "vtd, no device open", IOMMU_PASID_FORMAT_INTEL_VTD,
	  VFIO_TYPE1_NESTING_IOMMU, { 0, 0 }, { false, false } },
	{ "smmuv3, no device open", IOMMU_PASID_FORMAT_ARM_SMMUV3,
	  VFIO_TYPE1_NESTING_IOMMU, { 0, 1 }, { false, false } },
};

const unsigned int fuzz_env_count = ARRAY_SIZE(fuzz_envs);

const struct fuzz_window fuzz_windows[] = {
	{ 0x100000, 0x4000, RW },
	{ 0x200000, 0x1000, VFIO_DMA_MAP_FLAG_READ },
	{ 0x300000, 0x1000, VFIO_DMA_MAP_FLAG_WRITE },
	{ (1ULL << 48) - 0x1000, 0x1000, RW },
};

const unsigned int fuzz_window_count = ARRAY_SIZE(fuzz_windows);

static int open_mock(const char *bdf, const char *file)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), MOCK "/%s/%s", bdf, file);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		fd = open(path, O_WRONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int write_text(int fd, const char *text)
{
	return write(fd, text, strlen(text)) < 0 ? -errno : 0;
}

static int open_device_files(struct fuzz_machine *m, int i)
{
	static const char * const caches[] = {
		"tlb", "dev_tlb", "pasid_cache",
	};
	size_t c;

	m->page_request[i] = open_mock(m->bdf[i], "page_request");
	m->responses[i] = open_mock(m->bdf[i], "responses");
	m->fault[i] = open_mock(m->bdf[i], "fault");
	for (c = 0; c < ARRAY_SIZE(caches); c++)
		m->cache[i][c] = open_mock(m->bdf[i], caches[c]);
	if (m->responses[i] < 0 || m->fault[i] < 0)
		return -ENOENT;
	return m->page_request[i] < 0 ? m->page_request[i] : 0;
}

/* A group can have more functions than the one that is used, bridges too */
static int add_functions(struct fuzz_machine *m, int number)
{
	struct inest_bdf bdf[FUZZ_FUNCTIONS];
	int n = inest_group_pci(number, bdf, FUZZ_FUNCTIONS), i;
	struct fuzz_function *f;

	for (i = 0; i < n && m->functions < FUZZ_FUNCTIONS; i++) {
		f = &m->function[m->functions++];
		f->bdf = bdf[i];
		f->stage1 = open_mock(f->bdf.text, "stage1");
		if (f->stage1 < 0)
			return f->stage1;
	}
	return n < 0 ? n : 0;
}

/* Moves a descriptor to the number that programs know it by */
static int place_fd(int fd, int number)
{
	if (fd < 0)
		return -errno;
	if (dup2(fd, number) < 0)
		return -errno;
	close(fd);
	return 0;
}

/**
 * fuzz_machine_init - Get at the mock's side of some devices
 * @m: filled in, but for the addresses of the devices
 * @devices: number of devices, which vfio-pci has
 *
 * Return: 0, or a negative errno: ENOENT when there is no mock
 */
int fuzz_machine_init(struct fuzz_machine *m, int devices)
{
	static const char * const knobs[] = {
		"fail_alloc", "fail_command", "timeout_command",
	};
	int i, ret;

	m->devices = devices;
	ret = place_fd(eventfd(0, EFD_NONBLOCK), FUZZ_FD_EVENT);
	for (i = 0; !ret && i < devices; i++) {
		ret = open_device_files(m, i);
		if (!ret)
			ret = add_functions(m, inest_pci_group(m->bdf[i]));
	}
	for (i = 0; !ret && i < 3; i++) {
		m->knob[i] = open_mock(".", knobs[i]);
		ret = m->knob[i] < 0 ? m->knob[i] : 0;
	}
	return ret;
}

static int open_container(int c)
{
	return place_fd(open("/dev/vfio/vfio", O_RDWR), FUZZ_FD_CONTAINER + c);
}

static int enter_container(int group, int c)
{
	int fd = FUZZ_FD_CONTAINER + c;

	return ioctl(FUZZ_FD_GROUP + group, VFIO_GROUP_SET_CONTAINER, &fd) ?
	       -errno : 0;
}

static int set_iommu(int c, unsigned long type)
{
	return ioctl(FUZZ_FD_CONTAINER + c, VFIO_SET_IOMMU, type) ? -errno : 0;
}

static int set_format(const struct fuzz_machine *m, const char *bdf)
{
	int fd = open_mock(bdf, "format"), ret;
	char text[16];

	if (fd < 0)
		return fd;
	snprintf(text, sizeof(text), "%u", m->env->format);
	ret = write_text(fd, text);
	close(fd);
	return ret;
}

/* Notes which step of opening failed; hands the result on */
static int step(struct fuzz_machine *m, const char *what, int ret)
{
	if (ret)
		m->failed = what;
	return ret;
}

/* The first group of a container chooses its IOMMU */
static int open_group(struct fuzz_machine *m, int i)
{
	int c = m->env->container[i], ret;
	char path[32];

	snprintf(path, sizeof(path), "/dev/vfio/%d",
		 inest_pci_group(m->bdf[i]));
	ret = step(m, "open group",
		   place_fd(open(path, O_RDWR), FUZZ_FD_GROUP + i));
	if (!ret)
		ret = step(m, "attach group", enter_container(i, c));
	if (!ret && (!i || m->env->container[0] != c))
		ret = step(m, "set IOMMU", set_iommu(c, m->env->type));
	if (!ret && m->env->device[i])
		ret = step(m, "open device",
			   place_fd(ioctl(FUZZ_FD_GROUP + i,
					  VFIO_GROUP_GET_DEVICE_FD, m->bdf[i]),
				    FUZZ_FD_DEVICE + i));
	return ret;
}

/**
 * fuzz_machine_open - Set up an arrangement of containers
 * @m: the machine, with nothing open
 * @env: which arrangement
 *
 * Return: 0, or a negative errno with some things open
 */
int fuzz_machine_open(struct fuzz_machine *m, unsigned int env)
{
	int i, ret = 0;

	m->env = &fuzz_envs[env];
	for (i = 0; !ret && i < m->functions; i++)
		ret = step(m, "set format",
			   set_format(m, m->function[i].bdf.text));
	for (i = 0; !ret && i < FUZZ_DEVICES; i++)
		ret = step(m, "open container", open_container(i));
	for (i = 0; !ret && i < m->devices; i++)
		ret = open_group(m, i);
	return ret ?: step(m, "map", fuzz_machine_map(m));
}

/**
 * fuzz_machine_close - Close all that fuzz_machine_open() opened
 * @m: the machine
 * @order: any number; selects what is closed first, next and last
 */
void fuzz_machine_close(struct fuzz_machine *m, unsigned int order)
{
	static const int orders[6][3] = {
		{ FUZZ_FD_DEVICE, FUZZ_FD_GROUP, FUZZ_FD_CONTAINER },
		{ FUZZ_FD_CONTAINER, FUZZ_FD_GROUP, FUZZ_FD_DEVICE },
		{ FUZZ_FD_GROUP, FUZZ_FD_DEVICE, FUZZ_FD_CONTAINER },
		{ FUZZ_FD_GROUP, FUZZ_FD_CONTAINER, FUZZ_FD_DEVICE },
		{ FUZZ_FD_CONTAINER, FUZZ_FD_DEVICE, FUZZ_FD_GROUP },
		{ FUZZ_FD_DEVICE, FUZZ_FD_CONTAINER, FUZZ_FD_GROUP },
	};
	int k, i;

	if (order & 1)
		fuzz_queue_close(m);
	for (k = 0; k < 3; k++)
		for (i = 0; i < FUZZ_DEVICES; i++)
			close(orders[order % 6][k] + i);
	fuzz_queue_close(m);
}

static int map_windows(int c)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map), .vaddr = FUZZ_MEM,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fuzz_windows); i++) {
		map.iova = fuzz_windows[i].iova;
		map.size = fuzz_windows[i].size;
		map.flags = fuzz_windows[i].flags;
		if (ioctl(FUZZ_FD_CONTAINER + c, VFIO_IOMMU_MAP_DMA, &map))
			return -errno;
		map.vaddr += map.size;
	}
	return 0;
}

/**
 * fuzz_machine_map - Leave the windows mapped and nothing else
 * @m: the machine
 *
 * Return: 0 or a negative errno
 */
int fuzz_machine_map(struct fuzz_machine *m)
{
	struct vfio_iommu_type1_dma_unmap all = {
		.argsz = offsetof(struct vfio_iommu_type1_dma_unmap, data),
		.flags = VFIO_DMA_UNMAP_FLAG_ALL,
	};
	int i, c, ret = 0;

	for (i = 0; !ret && i < m->devices; i++) {
		c = m->env->container[i];
		if (i && c == m->env->container[0])
			continue;
		all.size = 0;
		if (ioctl(FUZZ_FD_CONTAINER + c, VFIO_IOMMU_UNMAP_DMA, &all))
			return -errno;
		ret = map_windows(c);
	}
	return ret;
}

static int append(int fd, char *text, size_t size)
{
	size_t used = strlen(text);
	ssize_t len;

	if (fd < 0)
		return 0;
	len = pread(fd, text + used, size - used - 1, 0);
	if (len < 0)
		return -errno;
	text[used + len] = 0;
	return len;
}

/**
 * fuzz_machine_bound - What the mock says that devices have bound
 * @m: the machine
 * @text: filled in with the mock's own lines
 * @size: size of @text in bytes
 *
 * Return: number of devices that have something, or a negative errno
 */
int fuzz_machine_bound(const struct fuzz_machine *m, char *text, size_t size)
{
	int i, ret, count = 0;

	*text = 0;
	for (i = 0; i < m->functions; i++) {
		ret = append(m->function[i].stage1, text, size);
		if (ret < 0)
			return ret;
		count += !!ret;
	}
	return count;
}

static bool blocked(const char *bdf)
{
	int fd = open_mock(bdf, "blocked");
	char digit = '1';

	if (read(fd, &digit, 1) != 1)
		digit = '1';
	close(fd);
	return digit != '0';
}

/**
 * fuzz_machine_blocked - Does a device still suffer from a fault
 * @m: the machine
 *
 * Return: true when one is blocked from DMA
 */
bool fuzz_machine_blocked(const struct fuzz_machine *m)
{
	int i;

	for (i = 0; i < m->functions; i++)
		if (blocked(m->function[i].bdf.text))
			return true;
	return false;
}

static int request(struct fuzz_machine *m, const struct fuzz_event *event,
		   __u32 pasid, int i)
{
	char text[64];

	const char *more = event->what == 2 ? " 0x1000 3 more" : "";

	if (pasid == -1U)
		snprintf(text, sizeof(text), "- %llu%s", event->value, more);
	else
		snprintf(text, sizeof(text), "%u %llu%s", pasid, event->value,
			 more);
	return write_text(m->page_request[i], text);
}

static int cache(struct fuzz_machine *m, const struct fuzz_event *event,
		 __u32 pasid, int i)
{
	char text[64];

	if (pasid == -1U)
		snprintf(text, sizeof(text), "- 1 %llu", event->value);
	else
		snprintf(text, sizeof(text), "%u - %llu", pasid, event->value);
	return write_text(m->cache[i][event->what % 3], text);
}

static int knob(struct fuzz_machine *m, const struct fuzz_event *event)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", event->id % 64);
	return write_text(m->knob[event->what % 3], text);
}

static int attach(struct fuzz_machine *m, const struct fuzz_event *event, int i)
{
	int c = event->what % FUZZ_DEVICES;
	int ret = enter_container(i, c);

	if (!ret && event->value & 1)
		set_iommu(c, m->env->type);
	return ret;
}

/**
 * fuzz_machine_event - Do what isn't an input
 * @m: the machine
 * @call: the call
 * @pasid: the PASID that its event names
 *
 * Return: 0 or a negative errno
 */
int fuzz_machine_event(struct fuzz_machine *m, const struct fuzz_call *call,
		       __u32 pasid)
{
	int i = call->target < m->devices ? call->target : 0;
	struct fuzz_event event;

	memcpy(&event, call->data, sizeof(event));
	switch (call->kind) {
	case FUZZ_REQUEST:
		return request(m, &event, pasid, i);
	case FUZZ_CACHE:
		return cache(m, &event, pasid, i);
	case FUZZ_KNOB:
		return knob(m, &event);
	case FUZZ_ATTACH:
		return attach(m, &event, i);
	case FUZZ_DETACH:
		return ioctl(FUZZ_FD_GROUP + i, VFIO_GROUP_UNSET_CONTAINER) ?
		       -errno : 0;
	default:
		return -EINVAL;
	}
}
