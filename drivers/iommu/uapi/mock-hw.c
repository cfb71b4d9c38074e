// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: the hardware that isn't there
 *
 * It has caches, which hold what debugfs put in and lose what a command drops,
 * and takes commands. Debugfs says which allocation or command goes wrong.
 */
#include <linux/delay.h>
#include <linux/iommu_nesting.h>
#include <linux/kernel.h>
#include <linux/slab.h>

#include "mock.h"

/* How long the driver waits for a command, and how often it looks */
#define MOCK_TIMEOUT_MS		60
#define MOCK_POLL_MS		20

const struct mock_cover mock_everything = {
	.pasid	= MOCK_NO_ID,
	.archid	= MOCK_NO_ID,
	.last	= U64_MAX,
};

struct mock_faults mock_faults;

/* True for the one use that the countdown was set for */
static inline bool mock_goes_wrong(atomic_t *countdown)
{
	return atomic_read(countdown) && !atomic_dec_if_positive(countdown);
}

/**
 * mock_zalloc - The one place where the mock allocates memory
 * @size: bytes
 *
 * Return: zeroed memory for kvfree(), or NULL
 */
void *mock_zalloc(size_t size)
{
	atomic_inc(&mock_faults.allocs);
	if (mock_goes_wrong(&mock_faults.fail_alloc))
		return NULL;

	return kvzalloc(size, GFP_KERNEL);
}

static bool mock_covers(const struct mock_cover *cover,
			const struct mock_entry *entry)
{
	if (cover->pasid != MOCK_NO_ID && cover->pasid != max(entry->pasid, 0))
		return false;
	if (cover->archid != MOCK_NO_ID && cover->archid != entry->archid)
		return false;

	return entry->addr >= cover->first && entry->addr <= cover->last;
}

static void mock_drop(struct mock_cache *cache, const struct mock_cover *cover)
{
	unsigned int i, n = 0;

	for (i = 0; i < cache->n; i++)
		if (!mock_covers(cover, &cache->entries[i]))
			cache->entries[n++] = cache->entries[i];

	cache->n = n;
}

/**
 * mock_command - Send a command and wait until it is complete
 *
 * What it does, if anything, is for the caller to do. One that hangs takes effect
 * without ever saying so, and the wait for it is bounded.
 *
 * Return: 0; -EIO when the hardware refused it, -ETIMEDOUT when it hangs
 */
int mock_command(void)
{
	int ms;

	atomic_inc(&mock_faults.commands);
	if (iommu_nesting_fail_command())
		return -EIO;
	if (!mock_goes_wrong(&mock_faults.timeout_command))
		return mock_goes_wrong(&mock_faults.fail_command) ? -EIO : 0;

	for (ms = 0; ms < MOCK_TIMEOUT_MS; ms += MOCK_POLL_MS)
		msleep(MOCK_POLL_MS);
	return -ETIMEDOUT;
}

/**
 * mock_invalidate - Drop entries of one cache
 * @mdev: the device
 * @type: the cache
 * @cover: which entries
 *
 * Return: 0 after it is done, or -EIO
 */
int mock_invalidate(struct mock_device *mdev, enum mock_cache_type type,
		    const struct mock_cover *cover)
{
	int ret = mock_command();

	lockdep_assert_held(&mock_lock);

	if (ret != -EIO)
		mock_drop(&mdev->caches[type], cover);

	return ret ? -EIO : 0;
}

/**
 * mock_flush - Drop entries of every cache
 * @mdev: the device
 * @cover: which entries
 *
 * Return: 0 or -EIO, with the rest of the caches as they were
 */
int mock_flush(struct mock_device *mdev, const struct mock_cover *cover)
{
	return mock_invalidate(mdev, MOCK_PASID_CACHE, cover) ?:
	       mock_invalidate(mdev, MOCK_IOTLB, cover) ?:
	       mock_invalidate(mdev, MOCK_DEV_IOTLB, cover);
}
