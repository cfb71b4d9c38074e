// SPDX-License-Identifier: GPL-2.0-only
/* Fault queues of the fuzzer's devices: opened by programs, read, closed */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../kselftest.h"
#include "fuzz.h"

/* Where struct vfio_iommu_nesting_device has the descriptor */
#define DEVICE_FD	8

#define RECORD_SIZE	64

/**
 * fuzz_queue_device - The device that an operation on one device is for
 * @call: the call
 *
 * Return: its index, or -1 when it is none of the machine's
 */
int fuzz_queue_device(const struct fuzz_call *call)
{
	__s32 i = (__s32)fuzz_get(call->data, DEVICE_FD, 4) - FUZZ_FD_DEVICE;

	return i >= 0 && i < FUZZ_DEVICES ? i : -1;
}

/**
 * fuzz_queue_place - Give a queue that was opened the number of its device
 * @m: the machine
 * @call: the call that opened it
 * @fd: its file descriptor
 */
void fuzz_queue_place(struct fuzz_machine *m, const struct fuzz_call *call,
		      int fd)
{
	int i = fuzz_queue_device(call);

	if (i >= 0 && dup2(fd, FUZZ_FD_QUEUE + i) >= 0) {
		fcntl(FUZZ_FD_QUEUE + i, F_SETFL, O_NONBLOCK);
		m->queue[i] = true;
	}
	close(fd);
}

/**
 * fuzz_queue_close - Close every queue
 * @m: the machine
 *
 * Return: true when there was one
 */
bool fuzz_queue_close(struct fuzz_machine *m)
{
	bool any = false;
	int i;

	for (i = 0; i < FUZZ_DEVICES; i++) {
		if (m->queue[i])
			close(FUZZ_FD_QUEUE + i);
		any |= m->queue[i];
		m->queue[i] = false;
	}
	return any;
}

static bool zero_from(const __u8 *record, size_t from)
{
	while (from < RECORD_SIZE)
		if (record[from++])
			return false;
	return true;
}

static const char *bad_answered(const __u8 *record)
{
	__u64 flags = fuzz_get(record, 8, 4), reason = fuzz_get(record, 24, 4);

	if (flags > 3 || (!(flags & 1) && fuzz_get(record, 12, 4)))
		return "flags of a record of an answer";
	return fuzz_get(record, 20, 4) != 1 || reason < 1 || reason > 3 ||
	       !zero_from(record, 28) ? "record of an answer" : NULL;
}

static const char *bad_lost(const __u8 *record)
{
	__u64 records = fuzz_get(record, 16, 4), flags = fuzz_get(record, 24, 4);

	if (flags > 3 || (!records && flags != 1))
		return "loss marker without a loss";
	return fuzz_get(record, 20, 4) > records ||
	       fuzz_get(record, 8, 8) < records || !zero_from(record, 28) ?
	       "loss marker" : NULL;
}

/* From the text of the headers, as fuzz_check.c is */
static const char *bad_record(const __u8 *record)
{
	__u64 word = fuzz_get(record, 8, 4);

	if (fuzz_get(record, 4, 4))
		return "padding of a record";
	switch (fuzz_get(record, 0, 4)) {
	case 1:
		return zero_from(record, 40) ? NULL : "unrecoverable fault";
	case 2:
		return word > 15 || !zero_from(record, 48) ?
		       "page request" : NULL;
	case 0x100:
		return bad_lost(record);
	case 0x101:
		return bad_answered(record);
	case 0x102:
		return word < 1 || word > 3 || !zero_from(record, 12) ?
		       "record of a block" : NULL;
	default:
		return "type of a record";
	}
}

static const char *read_queue(int i, size_t size)
{
	__u8 records[4 * RECORD_SIZE];
	const char *bad = NULL;
	ssize_t n, at;

	n = read(FUZZ_FD_QUEUE + i, records, size);
	if (n < 0 && size < RECORD_SIZE)
		return errno == EINVAL ? NULL : "error of too short a read";
	if (n < 0)
		return errno == EAGAIN ? NULL : "error of a read";
	if (n > (ssize_t)size || n % RECORD_SIZE)
		return "part of a record";
	for (at = 0; !bad && at < n; at += RECORD_SIZE)
		bad = bad_record(records + at);
	return bad;
}

static void report(struct fuzz_machine *m, const struct fuzz_event *event,
		   int i)
{
	static const char * const lines[] = {
		"- 0x1000 0\n", "5 0x40000000 6\n", "overflow\n",
	};
	const char *line = lines[event->value % ARRAY_SIZE(lines)];

	if (write(m->fault[i], line, strlen(line)) < 0)
		errno = 0;
}

/**
 * fuzz_queue_event - Read or close a queue, or make a fault
 * @w: the worker
 * @call: a call of FUZZ_QUEUE: which of it; how much is read, or which fault
 *
 * Return: false when a rule was broken
 */
bool fuzz_queue_event(struct fuzz_worker *w, const struct fuzz_call *call)
{
	static const size_t sizes[] = { 64, 256, 200, 63, 0 };
	struct fuzz_machine *m = &w->machine;
	int i = call->target < m->devices ? call->target : 0;
	const char *bad = NULL;
	struct fuzz_event event;

	memcpy(&event, call->data, sizeof(event));
	switch (event.what % 3) {
	case 0:
		if (m->queue[i])
			bad = read_queue(i, sizes[event.id % 5]);
		break;
	case 1:
		report(m, &event, i);
		break;
	default:
		if (m->queue[i])
			close(FUZZ_FD_QUEUE + i);
		m->queue[i] = false;
	}
	return bad ? fuzz_violation(w, "fault queue: %s", bad) : true;
}

static bool has(int fd, const char *word)
{
	char text[4096];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = 0;
	return n < 0 || strstr(text, word);
}

/**
 * fuzz_queue_unanswered - Was each page request answered once
 * @m: the machine, of which every queue is closed
 *
 * Return: what is wrong, or NULL
 */
const char *fuzz_queue_unanswered(const struct fuzz_machine *m)
{
	int i;

	for (i = 0; i < m->devices; i++) {
		if (has(m->page_request[i], "\n"))
			return "a page request has no answer";
		if (has(m->responses[i], "stray"))
			return "a page request has two answers";
	}
	return NULL;
}
