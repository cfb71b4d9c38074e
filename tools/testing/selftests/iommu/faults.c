// SPDX-License-Identifier: GPL-2.0-only
/* The queue of a device's faults: opened, read and answered */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <iommu-nesting.h>
#include <linux/vfio_nesting.h>

#include "faults.h"
#include "now_ms.h"

#define TIMEOUT \
	"/sys/module/iommu_nesting/parameters/response_timeout_ms"

/* More than the largest argument that the tests make */
#define CONFIG_MAX	256

struct queue_op {
	struct vfio_iommu_nesting_op op;
	struct vfio_iommu_nesting_device device;
	unsigned char config[CONFIG_MAX];
};

/**
 * faults_open_raw - Open the queue of a device with any argument
 * @container: file descriptor of the container
 * @device: file descriptor of the device
 * @config: bytes in the place of a struct iommu_fault_queue_config
 * @size: how many, at most CONFIG_MAX
 *
 * Return: file descriptor of the queue or a negative errno
 */
int faults_open_raw(int container, int device, const void *config, size_t size)
{
	struct queue_op arg = {
		.op.flags = VFIO_NESTING_OP_FAULT_QUEUE |
			    VFIO_NESTING_OP_DEVICE,
		.device.device_fd = device,
	};
	int fd;

	if (size > CONFIG_MAX)
		return -EMSGSIZE;
	memcpy(arg.config, config, size);
	arg.op.argsz = sizeof(arg.op) + sizeof(arg.device) + size;
	fd = ioctl(container, VFIO_IOMMU_NESTING_OP, &arg);
	return fd < 0 ? -errno : fd;
}

/**
 * faults_open - Open the queue of a device
 * @container: file descriptor of the container
 * @device: file descriptor of the device
 * @entries: records that it has to hold
 * @eventfd: to be signalled, or FAULTS_NO_EVENTFD
 *
 * Return: file descriptor of the queue or a negative errno
 */
int faults_open(int container, int device, unsigned int entries, int eventfd)
{
	struct iommu_fault_queue_config config = {
		.argsz = sizeof(config),
		.version = IOMMU_FAULT_QUEUE_VERSION_1,
		.entries = entries,
	};

	if (eventfd != FAULTS_NO_EVENTFD) {
		config.flags = IOMMU_FAULT_QUEUE_EVENTFD;
		config.eventfd = eventfd;
	}
	return faults_open_raw(container, device, &config, sizeof(config));
}

/**
 * faults_wait - Wait until there is something to read, or nothing ever will be
 * @fd: file descriptor of the queue
 * @timeout_ms: how long, or FAULTS_FOREVER
 *
 * Return: poll()'s events, or a negative errno: ETIMEDOUT when none came in time
 */
int faults_wait(int fd, int timeout_ms)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	int ret = poll(&poll_fd, 1, timeout_ms);

	if (ret < 0)
		return -errno;
	return ret ? poll_fd.revents : -ETIMEDOUT;
}

/**
 * faults_read - Read one record
 * @fd: file descriptor of the queue
 * @record: filled in when 1 is returned
 * @timeout_ms: how long to wait for it, or FAULTS_FOREVER
 *
 * Return: 1, 0 at the end of the queue, or a negative errno: ETIMEDOUT when none
 * came in time, EUCLEAN when something else came than one record
 */
int faults_read(int fd, union faults_record *record, int timeout_ms)
{
	ssize_t size;
	int ret = faults_wait(fd, timeout_ms);

	if (ret < 0)
		return ret;
	size = read(fd, record, sizeof(*record));
	if (size < 0)
		return -errno;
	if (size && size != sizeof(*record))
		return -EUCLEAN;
	return !!size;
}

/**
 * faults_next - Read records up to one of a type
 * @fd: file descriptor of the queue
 * @type: the type that is looked for
 * @record: filled in when 1 is returned
 * @timeout_ms: how long to wait for it in all
 *
 * Records of other types are printed and forgotten.
 *
 * Return: as faults_read()
 */
int faults_next(int fd, __u32 type, union faults_record *record,
		int timeout_ms)
{
	long long left, end = now_ms() + timeout_ms;
	int ret;

	do {
		left = end - now_ms();
		ret = faults_read(fd, record, left > 0 ? left : 0);
		if (ret <= 0 || record->type == type)
			return ret;
		faults_print(record);
	} while (1);
}

/**
 * faults_empty - Whether there is nothing to read now
 * @fd: file descriptor of the queue
 *
 * Return: whether it is so
 */
bool faults_empty(int fd)
{
	int events = faults_wait(fd, 0);

	return events == -ETIMEDOUT || (events >= 0 && !(events & POLLIN));
}

/**
 * faults_is_last - Whether a record asks for a response
 * @record: any record
 *
 * Return: whether it is the last page request of its group
 */
bool faults_is_last(const union faults_record *record)
{
	return record->type == IOMMU_FAULT_PAGE_REQ &&
	       record->fault.prm.flags & IOMMU_FAULT_PAGE_REQUEST_LAST_PAGE;
}

/**
 * faults_response - The response that a page request asks for
 * @request: its record
 * @code: IOMMU_PAGE_RESP_*
 *
 * Return: the response
 */
struct iommu_page_response faults_response(const union faults_record *request,
					   __u32 code)
{
	const struct iommu_fault_page_request *prm = &request->fault.prm;
	bool pasid = prm->flags & IOMMU_FAULT_PAGE_RESPONSE_NEEDS_PASID;

	return inest_response(pasid ? prm->pasid : INEST_NO_PASID, prm->grpid,
			      code);
}

/**
 * faults_respond - Answer a group of page requests
 * @container: file descriptor of the container
 * @device: file descriptor of the device
 * @request: record of the group's last request
 * @code: IOMMU_PAGE_RESP_*
 *
 * Return: 0 or a negative errno
 */
int faults_respond(int container, int device,
		   const union faults_record *request, __u32 code)
{
	struct iommu_page_response resp = faults_response(request, code);

	return inest_page_response(container, device, &resp);
}

/**
 * faults_timeout_ms - How long the host waits for a response
 *
 * Return: the module parameter in milliseconds or a negative errno
 */
long faults_timeout_ms(void)
{
	char text[32] = "";
	int fd = open(TIMEOUT, O_RDONLY | O_CLOEXEC);
	ssize_t size;

	if (fd < 0)
		return -errno;
	size = read(fd, text, sizeof(text) - 1);
	close(fd);
	return size > 0 ? strtol(text, NULL, 0) : -EIO;
}

/**
 * faults_set_timeout_ms - Set how long the host waits for a response
 * @ms: time in milliseconds, for groups that come from now on
 *
 * Return: 0 or a negative errno
 */
int faults_set_timeout_ms(unsigned int ms)
{
	int ret = 0, fd = open(TIMEOUT, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (dprintf(fd, "%u", ms) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

static void event_text(const struct iommu_fault_unrecoverable *event,
		       char *text)
{
	snprintf(text, FAULTS_TEXT_MAX,
		 "fault reason=%u flags=0x%x pasid=%u perm=0x%x addr=0x%llx fetch=0x%llx",
		 event->reason, event->flags, event->pasid, event->perm,
		 event->addr, event->fetch_addr);
}

static void request_text(const struct iommu_fault_page_request *prm, char *text)
{
	snprintf(text, FAULTS_TEXT_MAX,
		 "page request flags=0x%x pasid=%u grpid=%u perm=0x%x addr=0x%llx",
		 prm->flags, prm->pasid, prm->grpid, prm->perm, prm->addr);
}

static void answered_text(const struct iommu_fault_answered *answered,
			  char *text)
{
	static const char * const reasons[] = {
		[IOMMU_FAULT_ANSWERED_TIMEOUT]	= "time-out",
		[IOMMU_FAULT_ANSWERED_UNBOUND]	= "unbound",
		[IOMMU_FAULT_ANSWERED_RESET]	= "reset",
	};
	__u32 reason = answered->reason;

	if (reason > IOMMU_FAULT_ANSWERED_RESET || !reasons[reason])
		reason = 0;
	snprintf(text, FAULTS_TEXT_MAX,
		 "answered flags=0x%x pasid=%u grpid=%u code=%u: %s",
		 answered->flags, answered->pasid, answered->grpid,
		 answered->code, reason ? reasons[reason] : "unknown reason");
}

static void blocked_text(const struct iommu_fault_blocked *blocked, char *text)
{
	static const char * const reasons[] = {
		[IOMMU_FAULT_BLOCKED_INVALIDATION]	= "invalidation",
		[IOMMU_FAULT_BLOCKED_BIND]		= "bind",
		[IOMMU_FAULT_BLOCKED_RESPONSE]		= "response",
	};
	__u32 reason = blocked->reason;

	if (reason > IOMMU_FAULT_BLOCKED_RESPONSE || !reasons[reason])
		reason = 0;
	snprintf(text, FAULTS_TEXT_MAX, "blocked, what failed: %s",
		 reason ? reasons[reason] : "unknown");
}

/**
 * faults_text - Say what a record is
 * @record: the record
 * @text: filled in, room for FAULTS_TEXT_MAX characters
 *
 * Return: @text
 */
const char *faults_text(const union faults_record *record, char *text)
{
	switch (record->type) {
	case IOMMU_FAULT_DMA_UNRECOV:
		event_text(&record->fault.event, text);
		break;
	case IOMMU_FAULT_PAGE_REQ:
		request_text(&record->fault.prm, text);
		break;
	case IOMMU_FAULT_LOST:
		snprintf(text, FAULTS_TEXT_MAX,
			 "lost seq=%llu records=%u answered=%u flags=0x%x",
			 record->lost.seq, record->lost.records,
			 record->lost.answered, record->lost.flags);
		break;
	case IOMMU_FAULT_ANSWERED:
		answered_text(&record->answered, text);
		break;
	case IOMMU_FAULT_BLOCKED:
		blocked_text(&record->blocked, text);
		break;
	default:
		snprintf(text, FAULTS_TEXT_MAX, "record of unknown type %u",
			 record->type);
	}
	return text;
}

/**
 * faults_print - Print a record as a diagnostic
 * @record: the record
 */
void faults_print(const union faults_record *record)
{
	char text[FAULTS_TEXT_MAX];

	printf("# %s\n", faults_text(record, text));
}
