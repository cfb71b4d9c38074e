/* SPDX-License-Identifier: GPL-2.0-only */
/* Rows of nesting_bench.c: page requests, read from the queue and answered */

/* Where the device writes, and where those pages are in guest memory */
#define FAULT_VA		0x2000000000ULL
#define FAULT_GPA		GUEST_BLOCKS

#define FAULT_ENTRIES		256

static __u64 fault_page(__u64 va)
{
	return FAULT_GPA + (va - FAULT_VA);
}

static int answer(struct bench *b)
{
	int ret = faults_respond(b->vm.container, b->vm.dev[0].td.device,
				 &b->record, IOMMU_PAGE_RESP_SUCCESS);

	b->record.type = 0;
	return ret;
}

static int take_request(struct bench *b)
{
	int ret = faults_read(b->queue, &b->record, FAULTS_FOREVER);

	if (ret == 1 && faults_is_last(&b->record))
		return 0;
	return ret < 0 ? ret : -EUCLEAN;
}

static void give_page(struct bench *b)
{
	__u64 va = b->record.fault.prm.addr;

	vtd_table_map(&b->s1, va, fault_page(va), VTD_RW);
}

/* None of the pages is there, and the device knows of none */
static int take_pages(struct bench *b, int pages)
{
	int i, ret = 0;

	if (b->record.type) {
		give_page(b);
		ret = answer(b);
	}
	for (i = 0; i < pages; i++)
		vtd_table_unmap(&b->s1, FAULT_VA + i * SZ_4K);
	b->pages = pages;
	b->op = vtd_fill_op(WITH_PASID(b->pasid) | WITH_ATS, FAULT_VA);
	b->op.cmd |= ITD_CMD_PRI;
	b->op.len = pages * SZ_4K;
	return ret ?: vtd_invalidate(&b->vm, ALL,
				     vtd_inv_addr(IOTLB | DEV_IOTLB, b->pasid,
						  FAULT_VA, SZ_4K, pages));
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
	testdev_start(&b->vm.dev[0].td, &b->op);
	return as_errno(take_request(b));
}

static int prepare_answer(struct bench *b)
{
	int ret = prepare_one(b);

	if (ret)
		return ret;
	testdev_start(&b->vm.dev[0].td, &b->op);
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
	struct testdev *td = &b->vm.dev[0].td;
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

static const struct row faults[] = {
	{ { ROW_FAULT_READ, prepare_one, call_request }, 0, 0, 1 },
	{ { ROW_FAULT_ANSWER, prepare_answer, call_answer }, 1, 0, 1 },
	{ { ROW_FAULT_ONE, prepare_one, call_on_demand }, 1, 0, 1 },
	{ { ROW_FAULT_MANY, prepare_many, call_on_demand }, 1, 0,
	  BENCH_FAULTS },
};

static int open_faults(struct bench *b)
{
	int ret = vm_map_blocks(&b->vm);

	if (!ret)
		ret = bind(b);
	if (ret)
		return ret;
	b->record.type = 0;
	b->queue = faults_open(b->vm.container, b->vm.dev[0].td.device,
			       FAULT_ENTRIES, FAULTS_NO_EVENTFD);
	return b->queue < 0 ? b->queue : 0;
}

static void close_faults(struct bench *b)
{
	close(b->queue);
	vtd_unbind(&b->vm, ALL, b->pasid);
}
