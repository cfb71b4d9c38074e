// SPDX-License-Identifier: GPL-2.0-only
/* A container with devices behind the mock IOMMU, and what is bound in it */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../kselftest.h"
#include "fail.h"
#include "faults.h"
#include "iommu-nesting.h"
#include "write_file.h"

#define MOCK	"/sys/kernel/debug/iommu_nesting_mock"
#define SZ_4K	4096

/**
 * fail_world_init - Start with nothing open
 * @w: the world, whose devices are known
 *
 * Return: 0 or a negative errno
 */
int fail_world_init(struct fail_world *w)
{
	int i;

	w->container = -1;
	w->faults = -1;
	for (i = 0; i < FAIL_DEVICES; i++) {
		w->group[i] = -1;
		w->device[i] = -1;
	}
	w->mem = mmap(NULL, SZ_4K, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	return w->mem == MAP_FAILED ? -errno : 0;
}

static int mock_write(const char *bdf, const char *file, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), MOCK "/%s/%s", bdf, file);
	return write_file(path, text);
}

/**
 * fail_open_group - Open a group by its number, which is looked up only once
 * @w: the world
 * @i: which group
 *
 * Return: 0 or a negative errno
 */
int fail_open_group(struct fail_world *w, int i)
{
	static int number[FAIL_DEVICES] = { -1, -1 };

	if (number[i] < 0)
		number[i] = inest_pci_group(w->bdf[i]);
	w->group[i] = inest_group_open(number[i]);
	return w->group[i] < 0 ? w->group[i] : 0;
}

/**
 * fail_open_container - Open the container
 * @w: the world
 *
 * Return: 0 or a negative errno
 */
int fail_open_container(struct fail_world *w)
{
	w->container = inest_container_open();
	return w->container < 0 ? w->container : 0;
}

/**
 * fail_open_device - Open a device
 * @w: the world
 * @i: of which group
 *
 * Return: 0 or a negative errno
 */
int fail_open_device(struct fail_world *w, int i)
{
	w->device[i] = inest_device_open(w->group[i], w->bdf[i]);
	return w->device[i] < 0 ? w->device[i] : 0;
}

/**
 * fail_map - Map the page
 * @w: the world
 *
 * Return: 0 or a negative errno
 */
int fail_map(struct fail_world *w)
{
	return inest_dma_map(w->container, FAIL_IOVA, w->mem, SZ_4K,
			     VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE);
}

/**
 * fail_unmap - Take the page out again
 * @w: the world
 *
 * Return: 0 or a negative errno
 */
int fail_unmap(struct fail_world *w)
{
	return inest_dma_unmap(w->container, FAIL_IOVA, SZ_4K);
}

/**
 * fail_world_open - Open a container, attach groups, open their devices, map
 * @w: the world, with nothing open
 * @format: of the devices
 * @groups: how many groups to attach; with 0 only the container is opened
 *
 * Return: 0 or a negative errno, with some things open
 */
int fail_world_open(struct fail_world *w, __u32 format, int groups)
{
	int i, ret = 0;

	w->format = format ?: IOMMU_PASID_FORMAT_INTEL_VTD;
	w->groups = groups;
	for (i = 0; !ret && i < FAIL_DEVICES; i++)
		ret = mock_write(w->bdf[i], "format",
				 w->format == IOMMU_PASID_FORMAT_INTEL_VTD ?
				 "1" : "2");
	if (!ret)
		ret = fail_open_container(w);
	for (i = 0; !ret && i < groups; i++) {
		ret = fail_open_group(w, i) ?:
		      inest_group_attach(w->group[i], w->container);
		if (!ret && !i)
			ret = inest_container_set_iommu(w->container,
							VFIO_TYPE1_NESTING_IOMMU);
		if (!ret)
			ret = fail_open_device(w, i);
	}
	return ret || !groups ? ret : fail_map(w);
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/**
 * fail_open_faults - Open the fault queue of the first device
 * @w: the world
 *
 * Return: 0 or a negative errno
 */
int fail_open_faults(struct fail_world *w)
{
	w->faults = faults_open(w->container, w->device[0], 16,
				FAULTS_NO_EVENTFD);
	return w->faults < 0 ? w->faults : 0;
}

/**
 * fail_close_faults - Close the fault queue, which may not be open
 * @w: the world
 */
void fail_close_faults(struct fail_world *w)
{
	close_fd(&w->faults);
}

/**
 * fail_page_request - Let the first device ask for a page without a PASID, group 7
 * @w: the world
 *
 * Return: 0 or a negative errno
 */
int fail_page_request(struct fail_world *w)
{
	return mock_write(w->bdf[0], "page_request", "- 7");
}

/**
 * fail_world_close - Close all that is open
 * @w: the world
 */
void fail_world_close(struct fail_world *w)
{
	int i;

	close_fd(&w->faults);
	for (i = 0; i < FAIL_DEVICES; i++) {
		close_fd(&w->device[i]);
		close_fd(&w->group[i]);
	}
	close_fd(&w->container);
	w->groups = 0;
	memset(w->pasid, 0, sizeof(w->pasid));
}

static int append_file(const char *bdf, const char *file, char *text,
		       size_t size)
{
	size_t used = strlen(text);
	char path[128];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), MOCK "/%s/%s", bdf, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	len = read(fd, text + used, size - used - 1);
	close(fd);
	if (len < 0)
		return -errno;
	text[used + len] = 0;
	return used + len < size - 1 ? 0 : -ENOBUFS;
}

/* Counts the device, too, when it is blocked */
static int append_blocked(const char *bdf, struct fail_state *state)
{
	size_t used = strlen(state->waits);
	int ret = append_file(bdf, "blocked", state->waits,
			      sizeof(state->waits));

	state->blocked += !ret && state->waits[used] != '0';
	return ret;
}

/**
 * fail_read_devices - What the mock holds, without asking VFIO
 * @w: the world
 * @state: filled in, without the quota
 *
 * Return: 0 or a negative errno
 */
int fail_read_devices(struct fail_world *w, struct fail_state *state)
{
	int i, ret = 0;

	memset(state, 0, sizeof(*state));
	for (i = 0; !ret && i < FAIL_DEVICES; i++)
		ret = append_file(w->bdf[i], "stage1", state->stage1,
				  sizeof(state->stage1)) ?:
		      append_blocked(w->bdf[i], state) ?:
		      append_file(w->bdf[i], "page_request", state->waits,
				  sizeof(state->waits)) ?:
		      append_file(w->bdf[i], "responses", state->responses,
				  sizeof(state->responses));
	return ret;
}

/**
 * fail_read_state - What the mock holds, and the quota that is left
 * @w: the world
 * @state: filled in
 *
 * Return: 0 or a negative errno
 */
int fail_read_state(struct fail_world *w, struct fail_state *state)
{
	struct vfio_pasid_quota quota = { 0 };
	int ret = fail_read_devices(w, state);

	if (ret || !w->groups || w->format != IOMMU_PASID_FORMAT_INTEL_VTD)
		return ret;
	ret = inest_pasid_quota(w->container, &quota);
	state->available = quota.available;
	return ret;
}
