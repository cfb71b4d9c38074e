// SPDX-License-Identifier: GPL-2.0-only
/* A machine on upstream's iommufd */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "claim.h"

/* What a device writes, eight times over */
#define TOKEN		0x6b6f7420646e6168ULL
#define TOKEN_SIZE	64

/* Says which step failed; hands the result on */
static int step(const char *what, int ret)
{
	if (ret < 0)
		printf("# %s: %s\n", what, strerror(-ret));
	return ret;
}

/* A device takes part in nothing before iommufd has it. */
static int open_device(struct world *w, int dev)
{
	int ret, device = step("open device", claimed_open(dev));

	if (device < 0)
		return device;
	ret = step("bind device", ifd_bind(device, w->fd, &w->dev[dev].id));
	if (ret) {
		close(device);
		return ret;
	}
	return step("use device", testdev_use(&w->dev[dev].td, device));
}

/* Each page of the loose area is mapped alone, so that it can be unmapped alone. */
static int map_guest(struct world *w)
{
	__u64 gpa;
	int ret;

	ret = ifd_map(w->fd, w->ioas, guest_ptr(&w->guest, GUEST_RAM), GUEST_RAM,
		      GUEST_LOOSE - GUEST_RAM);
	for (gpa = GUEST_LOOSE; !ret && gpa < GUEST_END; gpa += SZ_4K)
		ret = ifd_map(w->fd, w->ioas, guest_ptr(&w->guest, gpa), gpa, SZ_4K);
	return step("map guest memory", ret);
}

static int open_iommufd(struct world *w)
{
	w->fd = open("/dev/iommu", O_RDWR | O_CLOEXEC);
	if (w->fd < 0)
		return step("/dev/iommu", -errno);
	return step("allocate IOAS", ifd_ioas_alloc(w->fd, &w->ioas));
}

static int open_parent(struct world *w)
{
	int i, ret;

	ret = step("allocate stage 2",
		   ifd_alloc_parent(w->fd, w->dev[0].id, w->ioas, IFD_ALLOC_PASID,
				    &w->parent));
	for (i = 0; !ret && i < w->devices; i++)
		ret = step("attach stage 2", world_attach(w, i, RID, w->parent));
	return ret;
}

/**
 * world_open - Make a machine whose devices reach memory through stage 2 alone
 * @w: filled in
 * @count: number of devices
 *
 * Return: 0, or a negative errno with everything closed again
 */
int world_open(struct world *w, int count)
{
	int i, ret;

	memset(w, 0, sizeof(*w));
	w->fd = -1;
	w->devices = count;
	for (i = 0; i < count; i++) {
		w->dev[i].bdf = claimed_bdf(i);
		w->dev[i].td = testdev_closed();
	}
	ret = step("guest memory", guest_create(&w->guest));
	if (!ret)
		ret = open_iommufd(w);
	for (i = 0; !ret && i < count; i++)
		ret = open_device(w, i);
	if (!ret)
		ret = map_guest(w);
	if (!ret)
		ret = open_parent(w);
	if (ret)
		world_close(w);
	return ret;
}

/**
 * world_close - Close what is open
 * @w: the machine, or zeroes
 */
void world_close(struct world *w)
{
	int i;

	for (i = 0; i < w->devices; i++)
		testdev_close(&w->dev[i].td);
	if (w->devices && w->fd >= 0)
		close(w->fd);
	w->fd = -1;
	guest_destroy(&w->guest);
}

/**
 * world_watch_memory - Watch a page of this process
 * @w: the machine
 * @mem: the page
 *
 * Return: its index
 */
int world_watch_memory(struct world *w, void *mem)
{
	w->page[w->pages] = mem;
	return w->pages++;
}

/**
 * world_watch - Watch a page of guest memory
 * @w: the machine
 * @gpa: its address
 *
 * Return: its index
 */
int world_watch(struct world *w, __u64 gpa)
{
	w->gpa[w->pages] = gpa;
	return world_watch_memory(w, guest_ptr(&w->guest, gpa));
}

/**
 * world_alloc - Take a page of guest memory and watch it
 * @w: the machine
 *
 * Return: its index
 */
int world_alloc(struct world *w)
{
	return world_watch(w, guest_alloc(&w->guest));
}

/**
 * world_map - Map a watched page in a stage 1, or let an entry lead to it
 * @w: the machine
 * @s1: the stage 1
 * @va: where
 * @page: the page's index
 */
void world_map(struct world *w, struct vtd_table *s1, __u64 va, int page)
{
	vtd_table_map(s1, va, w->gpa[page], VTD_RW | VTD_A | VTD_D);
}

/**
 * world_nested - Make a domain of a stage 1 above the machine's stage 2
 * @w: the machine
 * @s1: the stage 1
 * @queue: id of a fault queue, or NO_QUEUE
 * @id: filled in
 *
 * Return: 0 or a negative errno
 */
int world_nested(struct world *w, const struct vtd_table *s1, __u32 queue, __u32 *id)
{
	struct iommu_hwpt_vtd_s1 data = {
		.pgtbl_addr = s1->root,
		.addr_width = vtd_table_width(s1),
	};

	return step("allocate stage 1",
		    ifd_alloc_nested(w->fd, w->dev[0].id, w->parent, IFD_ALLOC_PASID,
				     queue, &data, id));
}

/**
 * world_attach - Attach a device, or a PASID of it
 * @w: the machine
 * @dev: the device's index
 * @pasid: the PASID, or RID
 * @pt: the domain
 *
 * Return: 0 or a negative errno
 */
int world_attach(struct world *w, int dev, __u32 pasid, __u32 pt)
{
	return ifd_attach(w->dev[dev].td.device, pasid, pt);
}

/**
 * world_detach - Undo world_attach()
 * @w: the machine
 * @dev: the device's index
 * @pasid: the PASID, or RID
 *
 * Return: 0 or a negative errno
 */
int world_detach(struct world *w, int dev, __u32 pasid)
{
	return ifd_detach(w->dev[dev].td.device, pasid);
}

/**
 * world_invalidate - Invalidate pages of a stage 1
 * @w: the machine
 * @hwpt: the domain of the stage 1
 * @addr: first address
 * @pages: how many pages of 4 KiB; with @addr 0 and ~0ULL everything
 *
 * Return: 0 or a negative errno
 */
int world_invalidate(struct world *w, __u32 hwpt, __u64 addr, __u64 pages)
{
	struct iommu_hwpt_vtd_s1_invalidate entry = { .addr = addr, .npages = pages };
	__u32 count = 1;
	int ret = ifd_invalidate(w->fd, hwpt, &entry, &count);

	if (!ret && count != 1)
		ret = -EIO;
	return step("invalidate", ret);
}

/* The bytes that page @i has before an access */
static unsigned char filling(int i)
{
	return 0x11 * (i + 1) & 0xff;
}

/**
 * world_write_op - An operation that writes the token
 * @who: a PASID or RID, and WITH_ATS
 * @va: where
 *
 * Return: the operation
 */
struct testdev_op world_write_op(__u32 who, __u64 va)
{
	__u32 pasid = who & ~WITH_ATS;
	struct testdev_op op = {
		.channel = TESTDEV_CHANNEL,
		.cmd = ITD_OP_FILL | (who & WITH_ATS ? ITD_CMD_ATS : 0),
		.dst = va,
		.dst_pasid = pasid ? ITD_PASID_VALID | pasid : 0,
		.len = TOKEN_SIZE,
		.imm = TOKEN,
	};

	return op;
}

static void fill(struct world *w)
{
	int i;

	for (i = 0; i < w->pages; i++)
		memset(w->page[i], filling(i), SZ_4K);
}

/* The page that has the token at the offset of @va; NOWHERE when none has */
static int find(const struct world *w, __u64 va)
{
	__u64 token[TOKEN_SIZE / 8];
	size_t i;
	int page;

	for (i = 0; i < TOKEN_SIZE / 8; i++)
		token[i] = TOKEN;
	for (page = 0; page < w->pages; page++)
		if (!memcmp(w->page[page] + (va & (SZ_4K - 1)), token, TOKEN_SIZE))
			return page;
	return NOWHERE;
}

/**
 * world_landed - See where a write of the token landed
 * @w: the machine
 * @va: where the device wrote
 * @status: how that ended, ITD_ST_*
 *
 * Return: index of the watched page, or NOWHERE, ELSEWHERE, TORN, STRANGE
 */
int world_landed(struct world *w, __u64 va, __u32 status)
{
	int page = find(w, va);

	if (status == ITD_ST_DONE)
		return page == NOWHERE ? ELSEWHERE : page;
	if (status != ITD_ST_FAULT)
		return STRANGE;
	return page == NOWHERE ? NOWHERE : TORN;
}

/**
 * world_lands - Let a device write, and see where that lands
 * @w: the machine
 * @dev: the device's index
 * @who: a PASID or RID, and WITH_ATS
 * @va: where the device writes
 *
 * Return: as world_landed()
 */
int world_lands(struct world *w, int dev, __u32 who, __u64 va)
{
	struct testdev_op op = world_write_op(who, va);

	fill(w);
	return world_landed(w, va, testdev_run(&w->dev[dev].td, &op));
}
