/* SPDX-License-Identifier: GPL-2.0-only */
/* One device behind the mock IOMMU in one nesting container */
#ifndef SELFTEST_IOMMU_NEXT_SETUP_H
#define SELFTEST_IOMMU_NEXT_SETUP_H

#include <stddef.h>
#include <linux/iommu_nesting.h>

/* Where a page of the guest's memory is, which holds the page table to bind */
#define TABLE_GPA	0x100000

/**
 * struct setup - What setup_open() made
 * @container: file descriptor of the container
 * @group: file descriptor of the group in it
 * @bdf: address of the device
 * @pasid: a PASID that this process owns
 * @info: what the container offers, as much as this was built to know
 * @info_size: how many bytes of that the kernel has
 * @problem: what went wrong
 */
struct setup {
	int				container;
	int				group;
	char				bdf[16];
	int				pasid;
	struct iommu_nesting_info	info;
	size_t				info_size;
	char				problem[128];
};

int setup_open(struct setup *setup);
void setup_close(struct setup *setup);
int mock_write(const struct setup *setup, const char *file, const char *text);
void mock_read(const struct setup *setup, const char *file, char *text,
	       size_t size);

#endif /* SELFTEST_IOMMU_NEXT_SETUP_H */
