/* SPDX-License-Identifier: GPL-2.0-only */
/* A thread that serves the page requests of a device, as a guest's kernel would */
#ifndef SELFTEST_IOMMU_PAGER_H
#define SELFTEST_IOMMU_PAGER_H

#include <pthread.h>
#include <stdbool.h>
#include <linux/types.h>

#include "faults.h"

/**
 * struct pager - The thread
 * @container: file descriptor of the VFIO container
 * @device: file descriptor of the VFIO device
 * @queue: its fault queue
 * @map: make the page of a request present, or NULL to map nothing
 * @data: for @map
 * @code: what is answered
 * @only: serve only requests with this PASID, unless it is zero
 * @stop: ends the thread
 * @thread: the thread itself
 * @requests: requests read
 * @groups: groups answered
 * @others: records that were no page requests
 * @error: the first error, a negative errno
 */
struct pager {
	int container;
	int device;
	int queue;
	void (*map)(void *data, const struct iommu_fault_page_request *req);
	void *data;
	__u32 code;
	__u32 only;
	bool stop;
	pthread_t thread;
	unsigned int requests;
	unsigned int groups;
	unsigned int others;
	int error;
};

void pager_serve(struct pager *pager, const union faults_record *record);
int pager_start(struct pager *pager);
void pager_stop(struct pager *pager);

#endif /* SELFTEST_IOMMU_PAGER_H */
