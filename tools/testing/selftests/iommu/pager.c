// SPDX-License-Identifier: GPL-2.0-only
/* A thread that serves the page requests of a device */
#include <errno.h>

#include "pager.h"

/* How long the thread may take to notice that it is to end */
#define POLL_MS		50

/**
 * pager_serve - Serve one record
 * @pager: whose counters say what became of it
 * @record: the record
 */
void pager_serve(struct pager *pager, const union faults_record *record)
{
	const struct iommu_fault_page_request *req = &record->fault.prm;
	int ret;

	if (record->type != IOMMU_FAULT_PAGE_REQ) {
		pager->others++;
		return;
	}
	if (pager->only && req->pasid != pager->only)
		return;
	pager->requests++;
	if (pager->map)
		pager->map(pager->data, req);
	if (!faults_is_last(record))
		return;
	ret = faults_respond(pager->container, pager->device, record,
			     pager->code);
	if (!ret)
		pager->groups++;
	else if (!pager->error)
		pager->error = ret;
}

static void *serve(void *data)
{
	struct pager *pager = data;
	union faults_record record;
	int ret;

	while (!__atomic_load_n(&pager->stop, __ATOMIC_SEQ_CST)) {
		ret = faults_read(pager->queue, &record, POLL_MS);
		if (ret == 1)
			pager_serve(pager, &record);
		else if (!ret)
			break;
		else if (ret != -ETIMEDOUT && !pager->error)
			pager->error = ret;
	}
	return NULL;
}

/**
 * pager_start - Start the thread
 * @pager: filled in up to @only
 *
 * Return: 0 or a negative errno
 */
int pager_start(struct pager *pager)
{
	pager->stop = false;
	pager->requests = 0;
	pager->groups = 0;
	pager->others = 0;
	pager->error = 0;
	return -pthread_create(&pager->thread, NULL, serve, pager);
}

/**
 * pager_stop - End the thread
 * @pager: started
 */
void pager_stop(struct pager *pager)
{
	__atomic_store_n(&pager->stop, true, __ATOMIC_SEQ_CST);
	pthread_join(pager->thread, NULL);
}
