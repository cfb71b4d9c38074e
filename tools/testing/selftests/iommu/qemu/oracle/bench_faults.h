/* SPDX-License-Identifier: GPL-2.0-only */
/* Rows of bench_iommufd.c: page requests, read from the fault queue and answered */

/* Where the device writes, and where those pages are in guest memory */
#define FAULT_VA		0x2000000000ULL
#define FAULT_GPA		GUEST_BLOCKS

static int answer(struct bench *b)
{
	b->waits = false;
	return ifd_fault_answer(b->queue, b->fault.cookie,
				IOMMUFD_PAGE_RESP_SUCCESS);
}

static int take_request(struct bench *b)
{
	int ret = ifd_fault_read(b->queue, &b->fault, -1);

	b->waits = !ret;
	return ret;
}

static void give_page(struct bench *b)
{
	vtd_table_map(&b->s1, b->fault.addr,
		      FAULT_GPA + (b->fault.addr - FAULT_VA), VTD_RW);
}

/* None of the pages is there, and the device knows of none */
static int take_pages(struct bench *b, int pages)
{
	int i, ret = 0;

	if (b->waits) {
		give_page(b);
		ret = answer(b);
	}
	for (i = 0; i < pages; i++)
		vtd_table_unmap(&b->s1, FAULT_VA + i * SZ_4K);
	b->pages = pages;
	b->op = world_write_op(b->pasid | WITH_ATS, FAULT_VA);
	b->op.cmd |= ITD_CMD_PRI;
	b->op.len = pages * SZ_4K;
	return ret ?: world_invalidate(&b->w, b->hwpt, FAULT_VA, pages);
}

static int prepare_one(struct bench *b)
{
	return take_pages(b, 1);
}

static int prepare_many(struct bench *b)
{
	return take_pages(b, BENCH_FAULTS);
}

/* What bench_measure() wants of a call */
static int as_errno(int ret)
{
	errno = -ret;
	return ret ? -1 : 0;
}

static int call_request(struct bench *b)
{
	testdev_start(&b->w.dev[0].td, &b->op);
	return as_errno(take_request(b));
}

static int prepare_answer(struct bench *b)
{
	int ret = prepare_one(b);

	if (ret)
		return ret;
	testdev_start(&b->w.dev[0].td, &b->op);
	ret = take_request(b);
	give_page(b);
	return ret;
}

static int call_answer(struct bench *b)
{
	return as_errno(answer(b));
}

/* As a VMM would that has one thread: the device is done when the last is answered */
static int call_on_demand(struct bench *b)
{
	struct testdev *td = &b->w.dev[0].td;
	int i, ret = 0;

	testdev_start(td, &b->op);
	for (i = 0; !ret && i < b->pages; i++) {
		ret = take_request(b);
		if (ret)
			break;
		give_page(b);
		ret = answer(b);
	}
	if (!ret && testdev_status(td, b->op.channel) != ITD_ST_DONE)
		ret = -EIO;
	return as_errno(ret);
}

/* A call of several parts costs that much for each. */
static const struct fault_row {
	struct bench_call call;
	unsigned int parts;
} faults[] = {
	{ { ROW_FAULT_READ, prepare_one, call_request }, 1 },
	{ { ROW_FAULT_ANSWER, prepare_answer, call_answer }, 1 },
	{ { ROW_FAULT_ONE, prepare_one, call_on_demand }, 1 },
	{ { ROW_FAULT_MANY, prepare_many, call_on_demand }, BENCH_FAULTS },
};

static int open_faults(struct bench *b)
{
	__u32 id;
	int ret = ifd_fault_alloc(b->w.fd, &id, &b->queue);

	if (!ret)
		ret = world_nested(&b->w, &b->s1, id, &b->hwpt);
	return ret ?: world_attach(&b->w, 0, b->pasid, b->hwpt);
}

/* What is attached and allocated, world_close() closes with the iommufd */
static void close_faults(struct bench *b)
{
	world_detach(&b->w, 0, b->pasid);
	close(b->queue);
}
