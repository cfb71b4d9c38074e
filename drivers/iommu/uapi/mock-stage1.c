// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: what user space binds to a device
 *
 * The order of commands is that of a real driver: the entry is written, and then
 * everything goes that the hardware cached of the one before. A device that the
 * hardware failed is blocked, has lost its PASID table, and keeps its other page
 * tables; the bind or unbind that ends this flushes all of its caches.
 */
#include <linux/err.h>
#include <linux/iommu_nesting.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "mock.h"

/* What blocks a device on behalf of user space */
static const struct iommu_pasid_table_config mock_abort = {
	.argsz		= sizeof(mock_abort),
	.version	= IOMMU_PASID_TABLE_CONFIG_VERSION_1,
	.format		= IOMMU_PASID_FORMAT_ARM_SMMUV3,
	.config		= IOMMU_PASID_CONFIG_ABORT,
};

/* A PASID table has the PASIDs of the guest, all of them */
static int mock_refuse_table(struct mock_device *mdev)
{
	return mdev->table ?
		iommu_nesting_faults_refuse(mdev->faults,
					    IOMMU_NESTING_PASID_ANY) : 0;
}

/**
 * mock_block - Keep a device from all DMA
 * @mdev: device that the hardware failed, mock_lock held
 * @reason: IOMMU_FAULT_BLOCKED_*
 */
void mock_block(struct mock_device *mdev, u32 reason)
{
	lockdep_assert_held(&mock_lock);

	mock_refuse_table(mdev);
	kvfree(mdev->table);
	mdev->table = NULL;
	if (!mdev->blocked)
		iommu_nesting_report_blocked(mdev->faults, reason);
	mdev->blocked = true;
}

void mock_block_device(struct iommu_domain *domain, struct device *dev,
		       u32 reason)
{
	struct mock_device *mdev;

	mutex_lock(&mock_lock);
	mdev = mock_find_device(domain, dev);
	if (!IS_ERR(mdev))
		mock_block(mdev, reason);
	mutex_unlock(&mock_lock);
}

/**
 * mock_free_stage1 - Free what is bound to a device
 * @mdev: device that nobody else uses, or mock_lock held
 */
void mock_free_stage1(struct mock_device *mdev)
{
	struct iommu_gpasid_bind_data *pgtbl;
	unsigned long pasid;

	kvfree(mdev->table);
	mdev->table = NULL;
	xa_for_each(&mdev->pgtbls, pasid, pgtbl)
		kvfree(pgtbl);
	xa_destroy(&mdev->pgtbls);
}

/**
 * mock_reset - Leave nothing of a domain behind
 * @mdev: device that leaves its domain, mock_lock held
 *
 * When the hardware fails the device is blocked, and the next change of its
 * domain tries again, as a bind or unbind does.
 */
void mock_reset(struct mock_device *mdev)
{
	lockdep_assert_held(&mock_lock);

	mock_free_stage1(mdev);
	mock_drain(mdev, MOCK_NO_ID);
	mdev->blocked = mock_command() ||
			mock_flush(mdev, &mock_everything);
}

static bool mock_has_stage1(const struct mock_device *mdev)
{
	return mdev->table || !xa_empty(&mdev->pgtbls);
}

/**
 * mock_flush_combined - Follow a change of stage 2
 * @mdom: the domain whose stage 2 lost a mapping
 *
 * Cached translations combine both stages. When the hardware fails, what user
 * space gave up may still be reached, and every device with a stage 1 is blocked.
 */
void mock_flush_combined(struct mock_domain *mdom)
{
	struct mock_device *mdev;
	int ret = 0;

	mutex_lock(&mock_lock);
	list_for_each_entry(mdev, &mdom->devices, node)
		if (mock_has_stage1(mdev))
			ret = mock_flush(mdev, &mock_everything) ?: ret;

	if (ret)
		list_for_each_entry(mdev, &mdom->devices, node)
			if (mock_has_stage1(mdev))
				mock_block(mdev,
					   IOMMU_FAULT_BLOCKED_INVALIDATION);
	mutex_unlock(&mock_lock);
}

static int mock_commit_table(struct mock_device *mdev)
{
	if (mock_command() || mock_flush(mdev, &mock_everything)) {
		mock_block(mdev, IOMMU_FAULT_BLOCKED_BIND);
		return -EIO;
	}

	mdev->blocked = false;
	return 0;
}

/* What the table in front of @cfg was asked for is not for @cfg to answer */
static int mock_accept_table(struct mock_device *mdev,
			     const struct iommu_pasid_table_config *cfg)
{
	int ret;

	if (cfg->config == IOMMU_PASID_CONFIG_TRANSLATE)
		ret = iommu_nesting_faults_accept(mdev->faults,
						  IOMMU_NESTING_PASID_ANY, 0) ?:
		      iommu_nesting_faults_answer(mdev->faults,
						  IOMMU_NESTING_PASID_ANY);
	else
		ret = mock_refuse_table(mdev);
	if (ret == -EIO)
		mock_block(mdev, IOMMU_FAULT_BLOCKED_RESPONSE);

	return ret;
}

/* A device that has a table needs no memory for another, as for undoing a bind */
static int mock_do_bind_table(struct mock_device *mdev,
			      const struct iommu_pasid_table_config *cfg,
			      struct iommu_pasid_table_config *old)
{
	struct iommu_pasid_table_config *table = NULL;
	int ret;

	if (cfg->format != mdev->format)
		return -EOPNOTSUPP;

	if (!mdev->table) {
		table = mock_zalloc(sizeof(*table));
		if (!table)
			return -ENOMEM;
	}

	memset(old, 0, sizeof(*old));
	if (mdev->blocked)
		*old = mock_abort;
	else if (mdev->table)
		*old = *mdev->table;

	ret = mock_accept_table(mdev, cfg);
	if (!ret)
		ret = mock_commit_table(mdev);
	if (ret) {
		if (!mdev->table)
			iommu_nesting_faults_refuse(mdev->faults,
						    IOMMU_NESTING_PASID_ANY);
		kvfree(table);
		return ret;
	}

	if (table)
		mdev->table = table;
	*mdev->table = *cfg;
	return 0;
}

int mock_bind_pasid_table(struct iommu_domain *domain, struct device *dev,
			  const struct iommu_pasid_table_config *cfg,
			  struct iommu_pasid_table_config *old)
{
	struct mock_device *mdev;
	int ret;

	mutex_lock(&mock_lock);
	mdev = mock_find_device(domain, dev);
	ret = IS_ERR(mdev) ? PTR_ERR(mdev) : mock_do_bind_table(mdev, cfg, old);
	mutex_unlock(&mock_lock);

	return ret;
}

void mock_unbind_pasid_table(struct iommu_domain *domain, struct device *dev)
{
	struct mock_device *mdev;
	int ret;

	mutex_lock(&mock_lock);
	mdev = mock_find_device(domain, dev);
	if (!IS_ERR(mdev) && (mdev->table || mdev->blocked)) {
		ret = mock_refuse_table(mdev);
		mock_drain(mdev, MOCK_NO_ID);
		kvfree(mdev->table);
		mdev->table = NULL;
		if (ret)
			mock_block(mdev, IOMMU_FAULT_BLOCKED_RESPONSE);
		else
			mock_commit_table(mdev);
	}
	mutex_unlock(&mock_lock);
}

/* After the entry of @pasid changed; of a blocked device nothing may survive */
static int mock_commit_pgtbl(struct mock_device *mdev, ioasid_t pasid)
{
	struct mock_cover cover = mock_everything;

	if (!mdev->blocked)
		cover.pasid = pasid;

	if (mock_command() || mock_flush(mdev, &cover)) {
		mock_block(mdev, IOMMU_FAULT_BLOCKED_BIND);
		return -EIO;
	}

	mdev->blocked = false;
	return 0;
}

static int mock_accept_pgtbl(struct mock_device *mdev,
			     const struct iommu_gpasid_bind_data *data)
{
	return iommu_nesting_faults_accept(mdev->faults, data->hpasid,
					   data->flags & IOMMU_SVA_GPASID_VAL ?
					   data->gpasid : data->hpasid);
}

static int mock_do_bind_pgtbl(struct mock_device *mdev,
			      const struct iommu_gpasid_bind_data *data)
{
	struct iommu_gpasid_bind_data *pgtbl;
	int ret;

	if (data->format != mdev->format || data->addr_width > MOCK_ADDR_WIDTH)
		return -EOPNOTSUPP;
	if (xa_load(&mdev->pgtbls, data->hpasid))
		return -EBUSY;

	pgtbl = mock_zalloc(sizeof(*pgtbl));
	if (!pgtbl)
		return -ENOMEM;

	*pgtbl = *data;
	ret = xa_insert(&mdev->pgtbls, data->hpasid, pgtbl, GFP_KERNEL);
	if (ret)
		goto err_free;
	ret = mock_accept_pgtbl(mdev, data);
	if (ret)
		goto err_erase;
	ret = mock_commit_pgtbl(mdev, data->hpasid);
	if (ret)
		goto err_refuse;

	return 0;

err_refuse:
	iommu_nesting_faults_refuse(mdev->faults, data->hpasid);
err_erase:
	xa_erase(&mdev->pgtbls, data->hpasid);
err_free:
	kvfree(pgtbl);
	return ret;
}

int mock_bind_pgtbl(struct iommu_domain *domain, struct device *dev,
		    const struct iommu_gpasid_bind_data *data)
{
	struct mock_device *mdev;
	int ret;

	mutex_lock(&mock_lock);
	mdev = mock_find_device(domain, dev);
	ret = IS_ERR(mdev) ? PTR_ERR(mdev) : mock_do_bind_pgtbl(mdev, data);
	mutex_unlock(&mock_lock);

	return ret;
}

static void mock_do_unbind_pgtbl(struct mock_device *mdev, ioasid_t pasid)
{
	struct iommu_gpasid_bind_data *pgtbl = xa_erase(&mdev->pgtbls, pasid);
	int ret;

	if (!pgtbl && !mdev->blocked)
		return;

	ret = iommu_nesting_faults_refuse(mdev->faults, pasid);
	mock_drain(mdev, pasid);
	if (ret)
		mock_block(mdev, IOMMU_FAULT_BLOCKED_RESPONSE);
	else
		mock_commit_pgtbl(mdev, pasid);
	kvfree(pgtbl);
}

void mock_unbind_pgtbl(struct iommu_domain *domain, struct device *dev,
		       ioasid_t pasid)
{
	struct mock_device *mdev;

	mutex_lock(&mock_lock);
	mdev = mock_find_device(domain, dev);
	if (!IS_ERR(mdev))
		mock_do_unbind_pgtbl(mdev, pasid);
	mutex_unlock(&mock_lock);
}
