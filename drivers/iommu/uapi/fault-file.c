// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nesting interface: the file that user space reads faults from
 *
 * read() copies out. The queue is never mapped, so that there is no memory of
 * user space's that the kernel would have to trust for its indexes or contents.
 */
#include <linux/anon_inodes.h>
#include <linux/eventfd.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/log2.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "fault.h"

/* Records that are copied out at once */
#define READ_BATCH	8

static void queue_wake_work(struct irq_work *work)
{
	fault_queue_wake_now(container_of(work, struct fault_queue, wake_work));
}

/**
 * fault_queue_free - Free a queue that no report can be looking at
 * @queue: the queue
 *
 * Context: may sleep.
 */
void fault_queue_free(struct fault_queue *queue)
{
	irq_work_sync(&queue->wake_work);
	if (queue->eventfd)
		eventfd_ctx_put(queue->eventfd);
	mutex_destroy(&queue->read_lock);
	kvfree(queue->buffer);
	kvfree(queue->groups);
	iommu_nesting_faults_put(queue->faults);
	kfree(queue);
}

static void queue_free_work(struct work_struct *work)
{
	fault_queue_free(container_of(to_rcu_work(work), struct fault_queue,
				      free_work));
}

static int queue_alloc_memory(struct fault_queue *queue, unsigned int entries)
{
	unsigned int n, size = roundup_pow_of_two(entries);

	queue->buffer = kvcalloc(size, sizeof(*queue->buffer),
				 GFP_KERNEL_ACCOUNT);
	queue->groups = kvcalloc(entries, sizeof(*queue->groups),
				 GFP_KERNEL_ACCOUNT);
	if (!queue->buffer || !queue->groups)
		return -ENOMEM;

	for (n = 0; n < entries; n++)
		list_add_tail(&queue->groups[n].node, &queue->unused);

	return kfifo_init(&queue->records, queue->buffer,
			  size * sizeof(*queue->buffer));
}

/**
 * fault_queue_alloc - Make a queue that nothing is reported into yet
 * @faults: the device's, referenced by the caller; the queue takes another one
 * @entries: records that it holds at least, and groups that may wait
 *
 * Return: the queue, or NULL without memory
 */
struct fault_queue *fault_queue_alloc(struct iommu_nesting_faults *faults,
				      unsigned int entries)
{
	struct fault_queue *queue;

	queue = kzalloc(sizeof(*queue), GFP_KERNEL_ACCOUNT);
	if (!queue)
		return NULL;

	queue->lost.type = IOMMU_FAULT_LOST;
	INIT_LIST_HEAD(&queue->waiting);
	INIT_LIST_HEAD(&queue->unused);
	mutex_init(&queue->read_lock);
	init_waitqueue_head(&queue->wait);
	init_irq_work(&queue->wake_work, queue_wake_work);
	INIT_RCU_WORK(&queue->free_work, queue_free_work);
	queue->faults = faults;
	kref_get(&faults->kref);
	if (queue_alloc_memory(queue, entries)) {
		fault_queue_free(queue);
		return NULL;
	}

	return queue;
}

/* Nothing more is put in once the device has left */
static bool queue_ended(struct fault_queue *queue)
{
	return READ_ONCE(queue->faults->queue) != queue;
}

static bool queue_readable(struct fault_queue *queue)
{
	unsigned long flags;
	bool readable;

	raw_spin_lock_irqsave(&queue->faults->lock, flags);
	readable = fault_queue_readable(queue);
	raw_spin_unlock_irqrestore(&queue->faults->lock, flags);

	return readable;
}

static unsigned int queue_peek(struct fault_queue *queue,
			       struct iommu_fault *records, unsigned int max)
{
	unsigned long flags;
	unsigned int n;

	raw_spin_lock_irqsave(&queue->faults->lock, flags);
	n = fault_queue_peek(queue, records, max);
	raw_spin_unlock_irqrestore(&queue->faults->lock, flags);

	return n;
}

static void queue_skip(struct fault_queue *queue, unsigned int n)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&queue->faults->lock, flags);
	while (n--)
		kfifo_skip(&queue->records);
	raw_spin_unlock_irqrestore(&queue->faults->lock, flags);
}

/* Records leave the queue only after they were copied, so that none gets lost */
static ssize_t queue_copy(struct fault_queue *queue, char __user *buf,
			  size_t count)
{
	struct iommu_fault batch[READ_BATCH];
	size_t size, done = 0;
	unsigned int n;

	while (count - done >= sizeof(batch[0])) {
		n = queue_peek(queue, batch,
			       min_t(size_t, READ_BATCH,
				     (count - done) / sizeof(batch[0])));
		if (!n)
			break;
		size = n * sizeof(batch[0]);
		if (copy_to_user(buf + done, batch, size))
			return done ?: -EFAULT;
		queue_skip(queue, n);
		done += size;
	}

	return done;
}

static ssize_t queue_read(struct file *file, char __user *buf, size_t count,
			  loff_t *ppos)
{
	struct fault_queue *queue = file->private_data;
	ssize_t ret;
	bool ended;

	if (count < sizeof(struct iommu_fault))
		return -EINVAL;

	do {
		/* Before the last look, behind which nothing comes any more */
		ended = queue_ended(queue);
		if (mutex_lock_interruptible(&queue->read_lock))
			return -ERESTARTSYS;
		ret = queue_copy(queue, buf, count);
		mutex_unlock(&queue->read_lock);
		if (ret || ended)
			return ret;
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		ret = wait_event_interruptible(queue->wait,
					       queue_readable(queue) ||
					       queue_ended(queue));
	} while (!ret);

	return ret;
}

static __poll_t queue_poll(struct file *file, struct poll_table_struct *wait)
{
	struct fault_queue *queue = file->private_data;
	__poll_t events = 0;

	poll_wait(file, &queue->wait, wait);
	if (queue_ended(queue))
		events |= EPOLLHUP;
	if (queue_readable(queue))
		events |= EPOLLIN | EPOLLRDNORM;

	return events;
}

static int queue_release(struct inode *inode, struct file *file)
{
	struct fault_queue *queue = file->private_data;

	nesting_faults_clear_queue(queue->faults, queue);
	queue_rcu_work(system_unbound_wq, &queue->free_work);
	return 0;
}

static const struct file_operations queue_fops = {
	.owner		= THIS_MODULE,
	.read		= queue_read,
	.poll		= queue_poll,
	.release	= queue_release,
	.llseek		= no_llseek,
};

static int queue_set_eventfd(struct fault_queue *queue,
			     const struct iommu_fault_queue_config *cfg)
{
	struct eventfd_ctx *ctx;

	if (!(cfg->flags & IOMMU_FAULT_QUEUE_EVENTFD))
		return 0;

	ctx = eventfd_ctx_fdget(cfg->eventfd);
	if (IS_ERR(ctx))
		return PTR_ERR(ctx);

	queue->eventfd = ctx;
	return 0;
}

/* The file owns the queue, also when this fails */
static int queue_install(struct fault_queue *queue)
{
	struct file *file;
	int fd, ret;

	file = anon_inode_getfile("[iommu-faults]", &queue_fops, queue,
				  O_RDONLY);
	if (IS_ERR(file)) {
		fault_queue_free(queue);
		return PTR_ERR(file);
	}

	fd = get_unused_fd_flags(O_CLOEXEC);
	ret = fd < 0 ? fd : nesting_faults_set_queue(queue->faults, queue);
	if (ret) {
		if (fd >= 0)
			put_unused_fd(fd);
		fput(file);
		return ret;
	}

	fd_install(fd, file);
	return fd;
}

/**
 * fault_queue_open - Open a queue on the faults of a device
 * @faults: the device's; the caller keeps its reference
 * @cfg: checked by iommu_nesting_check()
 *
 * Return: a file descriptor; -EBADF or -EINVAL for what is no eventfd, -EBUSY when
 * the device has a queue, -ENODEV when it has left, -ENOMEM, -EMFILE, -ENFILE
 */
int fault_queue_open(struct iommu_nesting_faults *faults,
		     const struct iommu_fault_queue_config *cfg)
{
	struct fault_queue *queue;
	int ret;

	/* Found out again when the queue is set, but not at such a price */
	if (READ_ONCE(faults->queue))
		return -EBUSY;

	queue = fault_queue_alloc(faults, cfg->entries);
	if (!queue)
		return -ENOMEM;

	ret = queue_set_eventfd(queue, cfg);
	if (ret) {
		fault_queue_free(queue);
		return ret;
	}

	return queue_install(queue);
}
