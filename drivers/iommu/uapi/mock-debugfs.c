// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: its state and its faults in debugfs
 *
 * /sys/kernel/debug/iommu_nesting_mock/ has what is to go wrong and counters,
 * and a folder for each PCI device with what it holds.
 */
#include <linux/debugfs.h>
#include <linux/iommu_nesting.h>
#include <linux/limits.h>
#include <linux/seq_file.h>

#include "mock.h"

static struct dentry *mock_root;

static int mock_counter_get(void *data, u64 *value)
{
	*value = (u32)atomic_read(data);
	return 0;
}

static int mock_counter_set(void *data, u64 value)
{
	if (value > INT_MAX)
		return -EINVAL;

	atomic_set(data, value);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(mock_counter_fops, mock_counter_get, mock_counter_set,
			 "%llu\n");

static void mock_show_pgtbl(struct seq_file *m,
			    const struct iommu_gpasid_bind_data *data)
{
	if (data->flags & IOMMU_SVA_GPASID_RID)
		seq_puts(m, "rid");
	else
		seq_printf(m, "pasid %llu", data->hpasid);

	seq_printf(m, " gpgd=0x%llx width=%u flags=0x%llx", data->gpgd,
		   data->addr_width, data->vendor.vtd.flags);
	if (data->flags & IOMMU_SVA_GPASID_VAL)
		seq_printf(m, " gpasid=%llu", data->gpasid);
	else if (!(data->flags & IOMMU_SVA_GPASID_RID))
		seq_puts(m, " gpasid=-");
	seq_putc(m, '\n');
}

static void mock_show_table(struct seq_file *m,
			    const struct iommu_pasid_table_config *cfg)
{
	seq_printf(m, "table config=%u base=0x%llx bits=%u s1fmt=%u s1dss=%u\n",
		   cfg->config, cfg->base_ptr, cfg->pasid_bits,
		   cfg->vendor_data.smmuv3.s1fmt,
		   cfg->vendor_data.smmuv3.s1dss);
}

static int mock_stage1_show(struct seq_file *m, void *unused)
{
	const struct iommu_gpasid_bind_data *pgtbl;
	struct mock_device *mdev = m->private;
	unsigned long pasid;

	mutex_lock(&mock_lock);
	if (mdev->table)
		mock_show_table(m, mdev->table);
	xa_for_each(&mdev->pgtbls, pasid, pgtbl)
		mock_show_pgtbl(m, pgtbl);
	mutex_unlock(&mock_lock);

	return 0;
}
DEFINE_SHOW_ATTRIBUTE(mock_stage1);

static int mock_blocked_get(void *data, u64 *value)
{
	struct mock_device *mdev = data;

	mutex_lock(&mock_lock);
	*value = mdev->blocked;
	mutex_unlock(&mock_lock);

	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(mock_blocked_fops, mock_blocked_get, NULL, "%llu\n");

static int mock_format_get(void *data, u64 *value)
{
	struct mock_device *mdev = data;

	*value = READ_ONCE(mdev->format);
	return 0;
}

static int mock_format_set(void *data, u64 value)
{
	struct mock_device *mdev = data;
	int ret = 0;

	if (value != IOMMU_PASID_FORMAT_INTEL_VTD &&
	    value != IOMMU_PASID_FORMAT_ARM_SMMUV3)
		return -EINVAL;

	mutex_lock(&mock_lock);
	if (mdev->domain && mdev->domain->nested)
		ret = -EBUSY;
	else
		WRITE_ONCE(mdev->format, value);
	mutex_unlock(&mock_lock);

	return ret;
}
DEFINE_DEBUGFS_ATTRIBUTE(mock_format_fops, mock_format_get, mock_format_set,
			 "%llu\n");

/**
 * mock_debugfs_add - Create the folder of a device
 * @mdev: device that is not in use yet
 */
void mock_debugfs_add(struct mock_device *mdev)
{
	static const char * const names[] = {
		[MOCK_IOTLB]		= "tlb",
		[MOCK_DEV_IOTLB]	= "dev_tlb",
		[MOCK_PASID_CACHE]	= "pasid_cache",
	};
	struct dentry *dir;
	int i;

	dir = debugfs_create_dir(dev_name(mdev->dev), mock_root);
	mdev->dir = dir;
	debugfs_create_file_unsafe("format", 0600, dir, mdev, &mock_format_fops);
	debugfs_create_file("stage1", 0400, dir, mdev, &mock_stage1_fops);
	debugfs_create_file_unsafe("blocked", 0400, dir, mdev,
				   &mock_blocked_fops);
	for (i = 0; i < MOCK_CACHES; i++)
		debugfs_create_file(names[i], 0600, dir, &mdev->caches[i],
				    &mock_cache_fops);
	debugfs_create_file("page_request", 0600, dir, mdev,
			    &mock_page_request_fops);
	debugfs_create_file("responses", 0400, dir, mdev, &mock_responses_fops);
	debugfs_create_file("request_counts", 0400, dir, mdev,
			    &mock_request_counts_fops);
	debugfs_create_file("fault", 0200, dir, mdev, &mock_fault_fops);
}

/**
 * mock_debugfs_remove - Remove the folder of a device
 * @mdev: the device
 *
 * Context: waits for those who read or write, so mock_lock must not be held.
 */
void mock_debugfs_remove(struct mock_device *mdev)
{
	debugfs_remove(mdev->dir);
}

static void __init mock_add_counter(const char *name, umode_t mode,
				    atomic_t *counter)
{
	debugfs_create_file_unsafe(name, mode, mock_root, counter,
				   &mock_counter_fops);
}

/**
 * mock_debugfs_init - Create the folder of the mock
 */
void __init mock_debugfs_init(void)
{
	mock_root = debugfs_create_dir("iommu_nesting_mock", NULL);
	mock_add_counter("fail_alloc", 0600, &mock_faults.fail_alloc);
	mock_add_counter("fail_command", 0600, &mock_faults.fail_command);
	mock_add_counter("timeout_command", 0600,
			 &mock_faults.timeout_command);
	mock_add_counter("allocs", 0400, &mock_faults.allocs);
	mock_add_counter("commands", 0400, &mock_faults.commands);
}

/**
 * mock_debugfs_exit - Remove the folder of the mock
 */
void __init mock_debugfs_exit(void)
{
	debugfs_remove(mock_root);
}
