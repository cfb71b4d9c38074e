/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests: what was checked is what is used
 *
 * An argument straddles two pages, the second of which userfaultfd supplies.
 * While the kernel waits for it, the first page is overwritten: whoever looks at
 * it once more finds something else than what was checked. Memory of the second
 * page that the kernel fetched is never looked at again either, since it is there
 * from then on.
 */

#include <linux/userfaultfd.h>
#include <sys/syscall.h>

/**
 * struct split - Memory for an argument that straddles two pages
 * @mem: the two pages
 * @fd: the userfaultfd of the second one
 * @arg: the argument, at the end of the first page
 * @first: bytes of it in the first page
 * @second: contents of the second page
 * @replace: what stands in the first page once the second one is asked for
 * @faults: how often it was asked for
 */
struct split {
	unsigned char *mem;
	int fd;
	unsigned char *arg;
	size_t first;
	unsigned char *second;
	unsigned char replace[PAGE];
	int faults;
};

static int split_open(struct split *split)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = { .mode = UFFDIO_REGISTER_MODE_MISSING };

	memset(split, 0, sizeof(*split));
	split->second = calloc(1, PAGE);
	split->mem = two_pages(PROT_READ | PROT_WRITE);
	split->fd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	if (split->fd < 0 || !split->mem || !split->second)
		return -errno;
	range.range.start = (uintptr_t)split->mem + PAGE;
	range.range.len = PAGE;
	if (ioctl(split->fd, UFFDIO_API, &api) ||
	    ioctl(split->fd, UFFDIO_REGISTER, &range))
		return -errno;
	return 0;
}

static void split_close(struct split *split)
{
	close(split->fd);
	munmap(split->mem, 2 * PAGE);
	free(split->second);
}

/* Puts @arg across the pages, with @first bytes before the second one */
static void split_put(struct split *split, const void *arg, size_t size,
		      size_t first)
{
	split->arg = split->mem + PAGE - first;
	split->first = first;
	split->faults = 0;
	memcpy(split->arg, arg, first);
	memset(split->second, 0, PAGE);
	memcpy(split->second, (const char *)arg + first, size - first);
	madvise(split->mem + PAGE, PAGE, MADV_DONTNEED);
}

/* Waits for the kernel to ask for the second page, and then does its worst */
static void *serve_fault(void *data)
{
	struct split *split = data;
	struct pollfd pfd = { .fd = split->fd, .events = POLLIN };
	struct uffdio_copy copy = {
		.dst = (uintptr_t)split->mem + PAGE,
		.src = (uintptr_t)split->second,
		.len = PAGE,
	};
	struct uffd_msg msg;

	if (poll(&pfd, 1, 5000) != 1 ||
	    read(split->fd, &msg, sizeof(msg)) != sizeof(msg))
		return NULL;
	split->faults++;
	memcpy(split->arg, split->replace, split->first);
	return ioctl(split->fd, UFFDIO_COPY, &copy) ? NULL : split;
}

/* Calls with the argument; -EUCLEAN when the second page was not asked for */
static int split_call(struct split *split, int fd,
		      int (*call)(int fd, const void *arg))
{
	pthread_t thread;
	void *served;
	int ret;

	if (pthread_create(&thread, NULL, serve_fault, split))
		return -EUCLEAN;
	ret = call(fd, split->arg);
	pthread_join(thread, &served);
	return served && split->faults == 1 ? ret : -EUCLEAN;
}

#define SPLIT_OPEN(split) do {						\
	int _ret = split_open(split);					\
	if (_ret == -ENOSYS || _ret == -EPERM)				\
		SKIP(return, "no userfaultfd: %s", strerror(-_ret));	\
	ASSERT_EQ(0, _ret);						\
} while (0)

/*
 * Every way to split an argument of the exact size between the words in which it
 * is fetched. All of the first page has been fetched by the time of the fault.
 */
#define WORD	8

TEST_F_TIMEOUT(op, fetched_once, 120)
{
	struct split split;
	size_t first;

	if (variant->op == OP_UNBIND_TABLE)
		SKIP(return, "cannot happen: the argument is its header, fetched in one piece");
	SPLIT_OPEN(&split);
	memset(split.replace, 0xff, sizeof(split.replace));
	/* The file is fetched last: see group_changes_after_fetch */
	if (self->arg.head > sizeof(self->arg.op))
		memcpy(split.replace + sizeof(self->arg.op), self->arg.op.data,
		       WORD);
	for (first = WORD; first < self->arg.size; first += WORD) {
		split_put(&split, self->arg.raw, self->arg.size, first);
		EXPECT_EQ(0, split_call(&split, self->w.vm.container, call_op))
			TH_LOG("split at %zu", first);
		ASSERT_EQ(0, make_ready(&self->w, variant->op));
	}
	split_close(&split);
}

/* argsz says more, and then less; op and flags become those of another call */
TEST_F(op, header_changes_after_fetch)
{
	static const struct vfio_iommu_nesting_op other[] = {
		{ .argsz = 0, .flags = OP_UNBIND_TABLE },
		{ .argsz = 8, .flags = OP_UNBIND_TABLE },
		{ .argsz = UINT32_MAX, .flags = OP_BIND },
		{ .argsz = 8, .flags = OP_UNBIND | VFIO_NESTING_OP_GROUP },
	};
	struct split split;
	size_t i;

	if (variant->op == OP_UNBIND_TABLE)
		SKIP(return, "cannot happen: the argument is its header, fetched in one piece");
	SPLIT_OPEN(&split);
	for (i = 0; i < ARRAY_SIZE(other); i++) {
		memcpy(split.replace, &other[i], sizeof(other[i]));
		split_put(&split, self->arg.raw, self->arg.size, 8);
		EXPECT_EQ(0, split_call(&split, self->w.vm.container, call_op))
			TH_LOG("header %zu", i);
		ASSERT_EQ(0, make_ready(&self->w, variant->op));
	}
	split_close(&split);
}

/*
 * The structure is larger than the kernel's, so that its tail is checked before
 * the rest is fetched: what is fetched then has to be what is judged.
 */
TEST_F(op, structure_changes_before_fetch)
{
	__u32 full = length[variant->op].full, less = 8;
	struct arg *arg = &self->arg;
	struct split split;

	if (variant->op == OP_UNBIND_TABLE)
		SKIP(return, "cannot happen: the operation has no structure");
	SPLIT_OPEN(&split);
	arg_set_size(arg, full + 16);

	/* argsz shrinks below what the rest needs */
	split_put(&split, arg->raw, arg->size, arg->head + full);
	memcpy(split.replace, arg->raw, arg->head + full);
	memcpy(split.replace + arg->head, &less, sizeof(less));
	EXPECT_EQ(-EINVAL, split_call(&split, self->w.vm.container, call_op));
	EXPECT_TRUE(world_unchanged(&self->w));

	/* The version is none */
	split_put(&split, arg->raw, arg->size, arg->head + full);
	memcpy(split.replace, arg->raw, arg->head + full);
	memset(split.replace + arg->head + 4, 0xff, 4);
	EXPECT_EQ(-EINVAL, split_call(&split, self->w.vm.container, call_op));
	EXPECT_TRUE(world_unchanged(&self->w));
	split_close(&split);
}

/* The PASID that is used is the one that was found to be the caller's */
TEST_F(vtd, pasid_changes_before_fetch)
{
	size_t full = sizeof(struct iommu_gpasid_bind_data);
	struct iommu_gpasid_bind_data *data;
	struct world *w = &self->w;
	struct split split;
	struct arg arg;

	SPLIT_OPEN(&split);
	arg_valid(&arg, w, OP_BIND);
	arg_set_size(&arg, full + 8);
	split_put(&split, arg.raw, arg.size, arg.head + full);
	memcpy(split.replace, arg.raw, arg.head + full);
	data = (void *)(split.replace + arg.head);
	data->hpasid = PASID_MAX;
	EXPECT_EQ(-EPERM, split_call(&split, w->vm.container, call_op));
	EXPECT_TRUE(world_unchanged(w));

	/* And after the fetch it may be any */
	arg_valid(&arg, w, OP_BIND);
	split_put(&split, arg.raw, arg.size, arg.size - 8);
	EXPECT_EQ(0, split_call(&split, w->vm.container, call_op));
	EXPECT_EQ(1, COUNT_STAGE1(&w->vm, PGTBL_LINE, w->q, MOCK_PGTBL_2));
	EXPECT_EQ(2, mock_lines(w->vm.bdf[0], "stage1"));
	split_close(&split);
}

/* The file is fetched last, and only once: what stands there by then is used */
TEST_F(vtd3, group_changes_after_fetch)
{
	struct world *w = &self->w;
	struct split split;
	struct arg valid, arg;
	int other = w->vm.group[2];

	SPLIT_OPEN(&split);
	arg_valid(&valid, w, OP_BIND);
	arg_make(&arg, OP_BIND | VFIO_NESTING_OP_GROUP, w->vm.group[1],
		 valid.raw + valid.head, valid.size - valid.head);
	split_put(&split, arg.raw, arg.size, arg.head);
	memcpy(split.replace, arg.raw, arg.head);
	memcpy(split.replace + 8, &other, sizeof(other));
	EXPECT_EQ(0, split_call(&split, w->vm.container, call_op));
	EXPECT_EQ(1, COUNT_STAGE1(&w->vm, "pasid %d", w->q));
	EXPECT_TRUE(mock_has(w->vm.bdf[2], "stage1", "pasid %d", w->q));
	EXPECT_FALSE(mock_has(w->vm.bdf[1], "stage1", "pasid %d", w->q));
	split_close(&split);
}

/* As fetched_once, and with a tail behind */
TEST_F_TIMEOUT(pasid_request, fetched_once, 120)
{
	__u32 size = sizeof(self->arg.req) + 16;
	int ret, fd = self->w.vm.container;
	struct split split;
	size_t first;

	SPLIT_OPEN(&split);
	memset(split.replace, 0xff, sizeof(split.replace));
	for (first = WORD; first < size; first += WORD) {
		self->arg.req.argsz = first < 16 ? 16 : size;
		split_put(&split, self->arg.raw, self->arg.req.argsz, first);
		ret = split_call(&split, fd, call_pasid);
		EXPECT_LE(0, ret)
			TH_LOG("split at %zu", first);
		if (variant->request == PASID_ALLOC && ret > 0)
			EXPECT_EQ(0, inest_pasid_free(fd, ret, ret));
		if (variant->request == PASID_FREE)
			EXPECT_EQ(self->w.q, inest_pasid_alloc(fd, self->w.q,
							       self->w.q));
		EXPECT_TRUE(world_unchanged(&self->w));
	}
	split_close(&split);
}
