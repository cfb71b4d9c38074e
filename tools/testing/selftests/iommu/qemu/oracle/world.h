/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A machine on upstream's iommufd: guest memory in a stage 2, test devices, and a
 * way to see where their accesses end up
 */
#ifndef ORACLE_WORLD_H
#define ORACLE_WORLD_H

#include <guest.h>
#include <testdev.h>
#include <vtd_table.h>

#include "ifd.h"

#define WORLD_DEVICES	2
#define WORLD_PAGES	16
#define BDF_SIZE	32

/* In place of a watched page: what world_lands() found otherwise */
#define NOWHERE		(-1)	/* the access faulted and touched no watched page */
#define ELSEWHERE	(-2)	/* it went well, and touched no watched page */
#define TORN		(-3)	/* it faulted, and touched a page all the same */
#define STRANGE		(-4)	/* the device did something else altogether */

/* Who does an access: a PASID or RID, with WITH_ATS for a device that caches */
#define WITH_ATS	0x80000000U

/**
 * struct world_device - One device
 * @bdf: address of the PCI function
 * @id: what iommufd calls it
 * @td: the device
 */
struct world_device {
	const char *bdf;
	__u32 id;
	struct testdev td;
};

/**
 * struct world - A machine
 * @fd: the iommufd, -1 when it is not open
 * @ioas: the address space of the guest's physical addresses
 * @parent: the stage 2 that it fills
 * @guest: guest memory
 * @devices: number of devices
 * @dev: the devices
 * @pages: number of pages that are watched
 * @page: where these are in this process
 * @gpa: and in the guest
 */
struct world {
	int fd;
	__u32 ioas;
	__u32 parent;
	struct guest guest;
	int devices;
	struct world_device dev[WORLD_DEVICES];
	int pages;
	unsigned char *page[WORLD_PAGES];
	__u64 gpa[WORLD_PAGES];
};

int world_claim(void);
int world_open(struct world *w, int count);
void world_close(struct world *w);

int world_watch(struct world *w, __u64 gpa);
int world_watch_memory(struct world *w, void *mem);
int world_alloc(struct world *w);
void world_map(struct world *w, struct vtd_table *s1, __u64 va, int page);

int world_nested(struct world *w, const struct vtd_table *s1, __u32 queue, __u32 *id);
int world_attach(struct world *w, int dev, __u32 pasid, __u32 pt);
int world_detach(struct world *w, int dev, __u32 pasid);
int world_invalidate(struct world *w, __u32 hwpt, __u64 addr, __u64 pages);

struct testdev_op world_write_op(__u32 who, __u64 va);
int world_landed(struct world *w, __u64 va, __u32 status);
int world_lands(struct world *w, int dev, __u32 who, __u64 va);

#endif /* ORACLE_WORLD_H */
