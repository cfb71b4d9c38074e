/* SPDX-License-Identifier: GPL-2.0-only */
/* Every allocation and user copy of the nesting interface, failed in turn */
#ifndef SELFTEST_IOMMU_FAIL_H
#define SELFTEST_IOMMU_FAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>
#include <linux/iommu.h>
#include <linux/vfio.h>
#include <linux/vfio_nesting.h>

#include "iommu-nesting.h"

#define FAIL_DEVICES	2
#define FAIL_PASIDS	70	/* more than one node of an XArray holds */

/* Where a container has a page mapped for reading and writing */
#define FAIL_IOVA	0x100000ULL

/**
 * struct fail_world - A container with devices behind the mock IOMMU
 * @format: of the devices, IOMMU_PASID_FORMAT_*
 * @groups: how many groups are in the container
 * @bdf: addresses of the devices
 * @container: descriptor, -1 when closed
 * @group: likewise
 * @device: likewise
 * @faults: fault queue of the first device, likewise
 * @mem: page that is mapped
 * @pasid: PASIDs of the process, 0 for none
 */
struct fail_world {
	__u32		format;
	int		groups;
	const char	*bdf[FAIL_DEVICES];
	int		container;
	int		group[FAIL_DEVICES];
	int		device[FAIL_DEVICES];
	int		faults;
	void		*mem;
	__u32		pasid[FAIL_PASIDS];
};

/*
 * What must not change when a call fails; @waits is who is blocked, and the page
 * requests that nobody has answered; @blocked is how many are
 */
struct fail_state {
	char	stage1[1024];
	char	waits[4096];
	char	responses[8192];
	__u32	available;
	unsigned int blocked;
};

/**
 * struct fail_path - A way through the kernel
 * @name: of the test
 * @format: of the devices, 0: it does not matter
 * @groups: how many are in the container before
 * @prepare: what has to be there, or NULL; done again before each try
 * @call: one system call, or @many
 * @undo: back to where @prepare started
 * @stock: the way is mostly through code that isn't of the interface, and may
 *	fail with any error
 * @allocates: the mock allocates on the way
 * @cannot_fail: success is all that there is
 * @pasids: a PASID is allocated, by an allocator that says ENOSPC for no memory
 * @many: several calls, of which some may have been done when one fails
 * @fresh: the container must not have joined its PASID owner before @call: the
 *	quota, which makes it join, is looked at only after the call
 */
struct fail_path {
	const char	*name;
	__u32		format;
	int		groups;
	int		(*prepare)(struct fail_world *w);
	int		(*call)(struct fail_world *w);
	int		(*undo)(struct fail_world *w);
	bool		stock;
	bool		allocates;
	bool		cannot_fail;
	bool		pasids;
	bool		many;
	bool		fresh;
};

#define FAIL_PATH(name_, format_, groups_, prepare_, call_, undo_, ...) { \
	.name = (name_), .format = (format_), .groups = (groups_),	\
	.prepare = (prepare_), .call = (call_), .undo = (undo_),	\
	__VA_ARGS__ }

extern const struct fail_path fail_stage1_paths[];
extern const unsigned int fail_stage1_path_count;
extern const struct fail_path fail_first_paths[];
extern const unsigned int fail_first_path_count;
extern const struct fail_path fail_vfio_paths[];
extern const unsigned int fail_vfio_path_count;

/**
 * struct fail_injector - Makes the n-th thing from now on fail
 * @name: of the tests
 * @setup: once; returns why it can't be used, or NULL
 * @arm: start counting
 * @fired: stop counting; true when something was failed
 */
struct fail_injector {
	const char	*name;
	const char	*(*setup)(void);
	int		(*arm)(unsigned int n);
	bool		(*fired)(void);
};

extern const struct fail_injector fail_nth_injector;
extern const struct fail_injector fail_mock_injector;

/* All of these return a negative errno on failure. */
int fail_world_init(struct fail_world *w);
int fail_open_container(struct fail_world *w);
int fail_open_group(struct fail_world *w, int i);
int fail_open_device(struct fail_world *w, int i);
int fail_map(struct fail_world *w);
int fail_unmap(struct fail_world *w);
int fail_world_open(struct fail_world *w, __u32 format, int groups);
void fail_world_close(struct fail_world *w);
int fail_read_devices(struct fail_world *w, struct fail_state *state);
int fail_read_state(struct fail_world *w, struct fail_state *state);
int fail_open_faults(struct fail_world *w);
void fail_close_faults(struct fail_world *w);
int fail_page_request(struct fail_world *w);

#endif /* SELFTEST_IOMMU_FAIL_H */
