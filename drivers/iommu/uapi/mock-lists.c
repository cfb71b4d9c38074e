// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: cached entries, page requests and faults as lines of text
 *
 * One line is one entry, and what is written is what is read back. The lists are
 * of bounded length.
 */
#include <linux/array_size.h>
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "mock.h"

/* Bytes of the longest line that is taken, with its end */
#define MOCK_LINE_MAX		80

/* Seen by the file's show function as private, and by its write function */
static void *mock_file_private(struct file *file)
{
	return ((struct seq_file *)file->private_data)->private;
}

static int mock_get_line(char *line, const char __user *buf, size_t count)
{
	loff_t pos = 0;
	ssize_t ret;

	if (!count || count >= MOCK_LINE_MAX)
		return -EINVAL;

	ret = simple_write_to_buffer(line, count, &pos, buf, count);
	if (ret < 0)
		return ret;
	if ((size_t)ret < count)
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

const struct file_operations mock_cache_fops = {
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

	spin_lock(&mdev->prq_lock);
	for (i = 0; i < mdev->requests.n; i++, request++) {
		mock_show_id(m, request->pasid, ' ');
		mock_show_id(m, request->grpid, '\n');
	}
	spin_unlock(&mdev->prq_lock);

	return 0;
}

static int mock_page_request_open(struct inode *inode, struct file *file)
{
	return single_open(file, mock_page_request_show, inode->i_private);
}

/* Two words are a request of one page at address 0 */
static int mock_parse_request(char *line, struct iommu_fault_page_request *req)
{
	char *words[5] = { [2] = "0", [3] = "3", [4] = "last" };
	const char *space = strchr(strim(line), ' ');
	bool full = space && strchr(space + 1, ' ');
	s64 pasid;

	if (mock_split(line, words, full ? ARRAY_SIZE(words) : 2) ||
	    mock_parse_id(words[0], BIT(MOCK_PASID_BITS) - 1, &pasid) ||
	    kstrtou32(words[1], 0, &req->grpid) ||
	    kstrtou64(words[2], 0, &req->addr) ||
	    kstrtou32(words[3], 0, &req->perm) ||
	    (strcmp(words[4], "last") && strcmp(words[4], "more")))
		return -EINVAL;

	if (pasid != MOCK_NO_ID) {
		req->flags = IOMMU_FAULT_PAGE_REQUEST_PASID_VALID |
			     IOMMU_FAULT_PAGE_RESPONSE_NEEDS_PASID;
		req->pasid = pasid;
	}
	if (!strcmp(words[4], "last"))
		req->flags |= IOMMU_FAULT_PAGE_REQUEST_LAST_PAGE;

	return 0;
}

static ssize_t mock_page_request_write(struct file *file,
				       const char __user *buf, size_t count,
				       loff_t *ppos)
{
	struct mock_device *mdev = mock_file_private(file);
	struct iommu_fault_page_request req = {};
	char line[MOCK_LINE_MAX];
	int ret;

	ret = mock_get_line(line, buf, count) ?: mock_parse_request(line, &req);
	if (ret)
		return ret;

	mutex_lock(&mock_lock);
	ret = mock_request(mdev, &req);
	mutex_unlock(&mock_lock);

	return ret ?: count;
}

const struct file_operations mock_page_request_fops = {
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

	spin_lock(&mdev->prq_lock);
	for (i = 0; i < mdev->responses.n; i++, request++) {
		mock_show_id(m, request->pasid, ' ');
		mock_show_id(m, request->grpid, ' ');
		seq_printf(m, "%u%s\n", request->code & ~MOCK_STRAY,
			   request->code & MOCK_STRAY ? " stray" : "");
	}
	spin_unlock(&mdev->prq_lock);

	return 0;
}

static int mock_responses_open(struct inode *inode, struct file *file)
{
	return single_open(file, mock_responses_show, inode->i_private);
}

const struct file_operations mock_responses_fops = {
	.owner		= THIS_MODULE,
	.open		= mock_responses_open,
	.read		= seq_read,
	.llseek		= seq_lseek,
	.release	= single_release,
};

static int mock_request_counts_show(struct seq_file *m, void *unused)
{
	struct mock_device *mdev = m->private;
	const struct mock_request_counts *counts = &mdev->counts;

	spin_lock(&mdev->prq_lock);
	seq_printf(m, "sent %llu success %llu invalid %llu failure %llu stray %llu\n",
		   counts->sent, counts->answered[IOMMU_PAGE_RESP_SUCCESS],
		   counts->answered[IOMMU_PAGE_RESP_INVALID],
		   counts->answered[IOMMU_PAGE_RESP_FAILURE], counts->stray);
	spin_unlock(&mdev->prq_lock);

	return 0;
}

static int mock_request_counts_open(struct inode *inode, struct file *file)
{
	return single_open(file, mock_request_counts_show, inode->i_private);
}

const struct file_operations mock_request_counts_fops = {
	.owner		= THIS_MODULE,
	.open		= mock_request_counts_open,
	.read		= seq_read,
	.llseek		= seq_lseek,
	.release	= single_release,
};

/* fault: PASID, address and reason of an unrecoverable fault, or "overflow" */

static int mock_parse_fault(char *line, struct iommu_fault_unrecoverable *event)
{
	char *words[3];
	s64 pasid;

	if (mock_split(line, words, ARRAY_SIZE(words)) ||
	    mock_parse_id(words[0], BIT(MOCK_PASID_BITS) - 1, &pasid) ||
	    kstrtou64(words[1], 0, &event->addr) ||
	    kstrtou32(words[2], 0, &event->reason))
		return -EINVAL;

	event->flags = IOMMU_FAULT_UNRECOV_ADDR_VALID;
	if (pasid != MOCK_NO_ID) {
		event->flags |= IOMMU_FAULT_UNRECOV_PASID_VALID;
		event->pasid = pasid;
	}

	return 0;
}

static ssize_t mock_fault_write(struct file *file, const char __user *buf,
				size_t count, loff_t *ppos)
{
	struct mock_device *mdev = file->private_data;
	struct iommu_fault_unrecoverable event = {};
	char line[MOCK_LINE_MAX];
	bool overflow;
	int ret;

	ret = mock_get_line(line, buf, count);
	if (ret)
		return ret;

	overflow = sysfs_streq(line, "overflow");
	if (!overflow)
		ret = mock_parse_fault(line, &event);
	if (ret)
		return ret;

	mutex_lock(&mock_lock);
	if (!mdev->faults)
		ret = -ENODEV;
	else if (overflow)
		iommu_nesting_report_overflow(mdev->faults);
	else
		iommu_nesting_report_event(mdev->faults, &event);
	mutex_unlock(&mock_lock);

	return ret ?: count;
}

const struct file_operations mock_fault_fops = {
	.owner		= THIS_MODULE,
	.open		= simple_open,
	.write		= mock_fault_write,
	.llseek		= no_llseek,
};
