// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: its state and its faults in debugfs
 *
 * /sys/kernel/debug/iommu_nesting_mock/ has what is to go wrong and counters,
 * and a folder for each PCI device with what it holds. Everything that can be
 * put in has a bound.
 */
#include <linux/array_size.h>
#include <linux/bits.h>
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/iommu_nesting.h>
#include <linux/kernel.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "mock.h"

/* Bytes of the longest line that is taken, with its end */
#define MOCK_LINE_MAX		80

static struct dentry *mock_root;

/* Seen by the file's show function as private, and by its write function */
static void *mock_file_private(struct file *file)
{
	return ((struct seq_file *)file->private_data)->private;
}

static int mock_get_line(char *line, const char __user *buf, size_t count)
{
	if (!count || count >= MOCK_LINE_MAX)
		return -EINVAL;
	if (copy_from_user(line, buf, count))
		return -EFAULT;

	line[count] = '\0';
	return strlen(line) == count ? 0 : -EINVAL;
}

/* One of the ids of a line, MOCK_NO_ID for "-" */
static int mock_parse_id(const char *word, u64 max, s64 *id)
{
	u64 value;
	int ret;

	*id = MOCK_NO_ID;
	if (!strcmp(word, "-"))
		return 0;

	ret = kstrtou64(word, 0, &value);
	if (ret || value > max)
		return -EINVAL;

	*id = value;
	return 0;
}

/* Cut @line into exactly @n words */
static int mock_split(char *line, char **words, int n)
{
	char *rest = strim(line);
	int i;

	for (i = 0; i < n; i++) {
		words[i] = strsep(&rest, " ");
		if (!words[i] || !*words[i])
			return -EINVAL;
	}

	return rest ? -EINVAL : 0;
}

static void mock_show_id(struct seq_file *m, s64 id, char end)
{
	if (id == MOCK_NO_ID)
		seq_puts(m, "-");
	else
		seq_printf(m, "%lld", id);
	seq_putc(m, end);
}

/* tlb, dev_tlb, pasid_cache */

static int mock_cache_show(struct seq_file *m, void *unused)
{
	struct mock_cache *cache = m->private;
	unsigned int i;

	mutex_lock(&mock_lock);
	for (i = 0; i < cache->n; i++) {
		mock_show_id(m, cache->entries[i].pasid, ' ');
		mock_show_id(m, cache->entries[i].archid, ' ');
		seq_printf(m, "0x%llx\n", cache->entries[i].addr);
	}
	mutex_unlock(&mock_lock);

	return 0;
}

static int mock_cache_open(struct inode *inode, struct file *file)
{
	return single_open(file, mock_cache_show, inode->i_private);
}

static int mock_parse_entry(char *line, struct mock_entry *entry)
{
	char *words[3];
	s64 pasid;
	int ret;

	ret = mock_split(line, words, ARRAY_SIZE(words)) ?:
	      mock_parse_id(words[0], BIT(MOCK_PASID_BITS) - 1, &pasid) ?:
	      mock_parse_id(words[1], U32_MAX, &entry->archid) ?:
	      kstrtou64(words[2], 0, &entry->addr);
	entry->pasid = pasid;
	return ret ? -EINVAL : 0;
}

static ssize_t mock_cache_write(struct file *file, const char __user *buf,
				size_t count, loff_t *ppos)
{
	struct mock_cache *cache = mock_file_private(file);
	struct mock_entry entry = {};
	char line[MOCK_LINE_MAX];
	bool clear;
	int ret;

	ret = mock_get_line(line, buf, count);
	if (ret)
		return ret;

	clear = sysfs_streq(line, "clear");
	if (!clear) {
		ret = mock_parse_entry(line, &entry);
		if (ret)
			return ret;
	}

	mutex_lock(&mock_lock);
	if (clear)
		cache->n = 0;
	else if (cache->n < MOCK_CACHE_ENTRIES)
		cache->entries[cache->n++] = entry;
	else
		ret = -ENOSPC;
	mutex_unlock(&mock_lock);

	return ret ?: count;
}

static const struct file_operations mock_cache_fops = {
	.owner		= THIS_MODULE,
	.open		= mock_cache_open,
	.read		= seq_read,
	.write		= mock_cache_write,
	.llseek		= seq_lseek,
	.release	= single_release,
};

/* page_request, responses */

static int mock_page_request_show(struct seq_file *m, void *unused)
{
	struct mock_device *mdev = m->private;
	const struct mock_page_request *request = mdev->requests.list;
	unsigned int i;

	mutex_lock(&mock_lock);
	for (i = 0; i < mdev->requests.n; i++, request++) {
		mock_show_id(m, request->pasid, ' ');
		mock_show_id(m, request->grpid, '\n');
	}
	mutex_unlock(&mock_lock);

	return 0;
}

static int mock_page_request_open(struct inode *inode, struct file *file)
{
	return single_open(file, mock_page_request_show, inode->i_private);
}

static ssize_t mock_page_request_write(struct file *file,
				       const char __user *buf, size_t count,
				       loff_t *ppos)
{
	struct mock_device *mdev = mock_file_private(file);
	struct mock_page_request request = {};
	char line[MOCK_LINE_MAX], *words[2];
	s64 pasid;
	int ret;

	ret = mock_get_line(line, buf, count);
	if (ret)
		return ret;
	if (mock_split(line, words, ARRAY_SIZE(words)) ||
	    mock_parse_id(words[0], BIT(MOCK_PASID_BITS) - 1, &pasid) ||
	    kstrtou32(words[1], 0, &request.grpid))
		return -EINVAL;

	request.pasid = pasid;
	mutex_lock(&mock_lock);
	if (mdev->requests.n < MOCK_PAGE_REQUESTS)
		mdev->requests.list[mdev->requests.n++] = request;
	else
		ret = -ENOSPC;
	mutex_unlock(&mock_lock);

	return ret ?: count;
}

static const struct file_operations mock_page_request_fops = {
	.owner		= THIS_MODULE,
	.open		= mock_page_request_open,
	.read		= seq_read,
	.write		= mock_page_request_write,
	.llseek		= seq_lseek,
	.release	= single_release,
};

static int mock_responses_show(struct seq_file *m, void *unused)
{
	struct mock_device *mdev = m->private;
	const struct mock_page_request *request = mdev->responses.list;
	unsigned int i;

	mutex_lock(&mock_lock);
	for (i = 0; i < mdev->responses.n; i++, request++) {
		mock_show_id(m, request->pasid, ' ');
		mock_show_id(m, request->grpid, ' ');
		mock_show_id(m, request->code, '\n');
	}
	mutex_unlock(&mock_lock);

	return 0;
}
DEFINE_SHOW_ATTRIBUTE(mock_responses);

/* stage1, blocked, format */

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

/**
 * mock_debugfs_init - Create the folder of the mock
 */
void __init mock_debugfs_init(void)
{
	mock_root = debugfs_create_dir("iommu_nesting_mock", NULL);
	debugfs_create_atomic_t("fail_alloc", 0600, mock_root,
				&mock_faults.fail_alloc);
	debugfs_create_atomic_t("fail_command", 0600, mock_root,
				&mock_faults.fail_command);
	debugfs_create_atomic_t("timeout_command", 0600, mock_root,
				&mock_faults.timeout_command);
	debugfs_create_atomic_t("allocs", 0400, mock_root,
				&mock_faults.allocs);
	debugfs_create_atomic_t("commands", 0400, mock_root,
				&mock_faults.commands);
}

/**
 * mock_debugfs_exit - Remove the folder of the mock
 */
void __init mock_debugfs_exit(void)
{
	debugfs_remove(mock_root);
}
