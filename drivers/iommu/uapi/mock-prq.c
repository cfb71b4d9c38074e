// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: page requests
 *
 * Debugfs makes them. Each is answered once: by user space, or by the driver when
 * what it asked for is unbound or its device leaves.
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

static void mock_remove_request(struct mock_requests *requests, unsigned int i)
{
	requests->n--;
	memmove(requests->list + i, requests->list + i + 1,
		(requests->n - i) * sizeof(requests->list[0]));
}

/**
 * mock_refuse_requests - Answer what nobody else will answer
 * @mdev: the device, mock_lock held
 * @pasid: PASID that the requests are for, MOCK_NO_ID for any, 0 for requests
 *	without a PASID as well
 */
void mock_refuse_requests(struct mock_device *mdev, s32 pasid)
{
	struct mock_requests *requests = &mdev->requests;
	unsigned int i = 0;

	while (i < requests->n) {
		if (pasid != MOCK_NO_ID &&
		    pasid != max(requests->list[i].pasid, 0)) {
			i++;
			continue;
		}
		mock_add_response(mdev, requests->list[i],
				  IOMMU_PAGE_RESP_INVALID);
		mock_remove_request(requests, i);
	}
}

static int mock_do_respond(struct mock_device *mdev,
			   const struct iommu_page_response *resp)
{
	struct mock_requests *requests = &mdev->requests;
	s32 pasid = resp->flags & IOMMU_PAGE_RESP_PASID_VALID ?
		    resp->pasid : MOCK_NO_ID;
	unsigned int i;

	for (i = 0; i < requests->n; i++)
		if (requests->list[i].pasid == pasid &&
		    requests->list[i].grpid == resp->grpid)
			break;
	if (i == requests->n)
		return -ENOENT;

	if (mock_command()) {
		mock_block(mdev);
		return -EIO;
	}

	mock_add_response(mdev, requests->list[i], resp->code);
	mock_remove_request(requests, i);
	return 0;
}

int mock_page_response(struct iommu_domain *domain, struct device *dev,
		       const struct iommu_page_response *resp)
{
	struct mock_device *mdev;
	int ret;

	mutex_lock(&mock_lock);
	mdev = mock_find_device(domain, dev);
	ret = IS_ERR(mdev) ? PTR_ERR(mdev) : mock_do_respond(mdev, resp);
	mutex_unlock(&mock_lock);

	return ret;
}
