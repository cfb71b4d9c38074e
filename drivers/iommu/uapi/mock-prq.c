// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: page requests
 *
 * Debugfs makes them. The device counts those that wait for an answer, and keeps
 * the answers. Each is answered once: by user space, by the core in its place, or
 * by the driver when nobody takes it.
 */
#include <linux/err.h>
#include <linux/iommu_nesting.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "mock.h"

static void mock_add_response(struct mock_device *mdev,
			      struct mock_page_request request, u32 code)
{
	struct mock_requests *done = &mdev->responses;

	if (done->n == MOCK_PAGE_REQUESTS)
		memmove(done->list, done->list + 1,
			--done->n * sizeof(done->list[0]));

	request.code = code;
	done->list[done->n++] = request;
}

static void mock_answer(struct mock_device *mdev, unsigned int i, u32 code)
{
	struct mock_requests *requests = &mdev->requests;

	mock_add_response(mdev, requests->list[i], code);
	mdev->counts.answered[code]++;
	requests->n--;
	memmove(requests->list + i, requests->list + i + 1,
		(requests->n - i) * sizeof(requests->list[0]));
}

/* A response to what the device did not ask for is noted as such */
static void mock_answer_request(struct mock_device *mdev,
				const struct mock_page_request *request)
{
	struct mock_requests *requests = &mdev->requests;
	unsigned int i;

	spin_lock(&mdev->prq_lock);
	for (i = 0; i < requests->n; i++)
		if (requests->list[i].pasid == request->pasid &&
		    requests->list[i].grpid == request->grpid)
			break;
	if (i < requests->n) {
		mock_answer(mdev, i, request->code);
	} else {
		mock_add_response(mdev, *request, MOCK_STRAY | request->code);
		mdev->counts.stray++;
	}
	spin_unlock(&mdev->prq_lock);
}

/**
 * mock_drain - Answer what nobody else will answer
 * @mdev: the device, mock_lock held
 * @pasid: PASID that the requests are for, MOCK_NO_ID for any, 0 for requests
 *	without a PASID as well
 */
void mock_drain(struct mock_device *mdev, s32 pasid)
{
	struct mock_requests *requests = &mdev->requests;
	unsigned int i = 0;

	spin_lock(&mdev->prq_lock);
	while (i < requests->n) {
		if (pasid != MOCK_NO_ID &&
		    pasid != max(requests->list[i].pasid, 0))
			i++;
		else
			mock_answer(mdev, i, IOMMU_PAGE_RESP_INVALID);
	}
	spin_unlock(&mdev->prq_lock);
}

static struct mock_page_request
to_mock_request(const struct iommu_fault_page_request *req, u32 code)
{
	return (struct mock_page_request) {
		.pasid = req->flags & IOMMU_FAULT_PAGE_REQUEST_PASID_VALID ?
			 req->pasid : MOCK_NO_ID,
		.grpid = req->grpid,
		.code = code,
	};
}

static int mock_respond(struct device *dev,
			const struct iommu_fault_page_request *req, u32 code)
{
	struct mock_device *mdev = dev_iommu_priv_get(dev);
	struct mock_page_request request = to_mock_request(req, code);

	if (mock_command())
		return -EIO;

	mock_answer_request(mdev, &request);
	return 0;
}

static void mock_block_silent(struct device *dev)
{
	struct mock_device *mdev = dev_iommu_priv_get(dev);

	mutex_lock(&mock_lock);
	if (mdev->faults)
		mock_block(mdev, IOMMU_FAULT_BLOCKED_RESPONSE);
	mutex_unlock(&mock_lock);
}

const struct iommu_nesting_fault_ops mock_fault_ops = {
	.respond = mock_respond,
	.block = mock_block_silent,
};

/**
 * mock_request - The device sends a page request
 * @mdev: the device, mock_lock held
 * @req: the request
 *
 * Return: 0 whatever becomes of it, -ENOSPC when the device has too many
 */
int mock_request(struct mock_device *mdev,
		 const struct iommu_fault_page_request *req)
{
	bool last = req->flags & IOMMU_FAULT_PAGE_REQUEST_LAST_PAGE;
	struct mock_page_request request =
		to_mock_request(req, IOMMU_PAGE_RESP_INVALID);
	int ret = 0;

	spin_lock(&mdev->prq_lock);
	if (last && mdev->requests.n == MOCK_PAGE_REQUESTS)
		ret = -ENOSPC;
	if (last && !ret) {
		mdev->requests.list[mdev->requests.n++] = request;
		mdev->counts.sent++;
	}
	spin_unlock(&mdev->prq_lock);
	if (ret)
		return ret;

	if (!mdev->faults || iommu_nesting_report_request(mdev->faults, req)) {
		if (last)
			mock_answer_request(mdev, &request);
	}

	return 0;
}
