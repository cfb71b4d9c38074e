/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: what a fault queue is as a file */

#include <sys/epoll.h>
#include <sys/eventfd.h>

#define RECORD	((ssize_t)sizeof(struct iommu_fault))

/* The queue of the first device does not wait */
static int set_nonblock(struct world *w)
{
	return fcntl(w->vm.faults[0], F_SETFL, O_NONBLOCK);
}

static int ask_many(struct world *w, int n)
{
	int i, ret = 0;

	for (i = 0; i < n && !ret; i++)
		ret = ask(w, 0, w->p, i);
	return ret;
}

/* Whole records only, as many as fit */
TEST_F(faults, read_sizes)
{
	static const struct {
		ssize_t size;
		ssize_t ret;
	} reads[] = {
		{ 0, -EINVAL }, { 1, -EINVAL }, { RECORD - 1, -EINVAL },
		{ RECORD, RECORD }, { 2 * RECORD - 1, RECORD },
		{ 2 * RECORD, 2 * RECORD }, { 9 * RECORD + 5, 9 * RECORD },
		{ 100 * RECORD, 7 * RECORD }, { RECORD, -EAGAIN },
		{ RECORD - 1, -EINVAL },
	};
	struct iommu_fault record[100];
	struct world *w = &self->w;
	__u32 grpid = 0;
	ssize_t j, ret;
	size_t i;

	ASSERT_EQ(0, set_nonblock(w));
	ASSERT_EQ(0, ask_many(w, 20));
	for (i = 0; i < ARRAY_SIZE(reads); i++) {
		ret = read(w->vm.faults[0], record, reads[i].size);
		EXPECT_EQ(reads[i].ret, ret < 0 ? -errno : ret)
			TH_LOG("%zd bytes", reads[i].size);
		for (j = 0; ret > 0 && j < ret / RECORD; j++)
			EXPECT_EQ(grpid++, record[j].prm.grpid);
	}
	EXPECT_EQ(20U, grpid);
}

/* What cannot be copied out is still there */
TEST_F(faults, read_to_bad_address)
{
	struct world *w = &self->w;
	char *page = mmap(NULL, 2 * 4096, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = w->vm.faults[0];

	ASSERT_NE(MAP_FAILED, (void *)page);
	ASSERT_EQ(0, mprotect(page + 4096, 4096, PROT_NONE));
	ASSERT_EQ(0, ask_many(w, 3));
	EXPECT_EQ(-1, read(fd, page + 4096 + RECORD, RECORD));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, read(fd, page + 4096, 3 * RECORD));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, read(fd, page + 4096 - RECORD, 3 * RECORD));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, read(fd, page + 4096 - 1, RECORD));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_TRUE(next_is_request(w, 0, w->p, 0));
	EXPECT_EQ(RECORD, read(fd, page + 4096 - RECORD, RECORD));
	EXPECT_TRUE(next_is_request(w, 0, w->p, 2));
	munmap(page, 2 * 4096);
}

struct reader {
	int fd;
	ssize_t ret;
	struct iommu_fault record;
};

static void *read_one(void *data)
{
	struct reader *reader = data;

	reader->ret = read(reader->fd, &reader->record, RECORD);
	return NULL;
}

TEST_F(faults, blocking_read_is_woken)
{
	struct reader reader = { .fd = self->w.vm.faults[0], .ret = -EBUSY };
	struct world *w = &self->w;
	pthread_t thread;

	ASSERT_EQ(0, pthread_create(&thread, NULL, read_one, &reader));
	usleep(200000);
	EXPECT_EQ(-EBUSY, reader.ret);
	ASSERT_EQ(0, ask(w, 0, w->p, 5));
	ASSERT_EQ(0, pthread_join(thread, NULL));
	EXPECT_EQ(RECORD, reader.ret);
	EXPECT_EQ(5U, reader.record.prm.grpid);
}

static void ignore(int signal)
{
}

/* A signal ends a read that waits, and takes nothing with it */
TEST_F(faults, blocking_read_is_interrupted)
{
	struct sigaction action = { .sa_handler = ignore };
	struct iommu_fault record;
	struct world *w = &self->w;

	ASSERT_EQ(0, sigaction(SIGALRM, &action, NULL));
	alarm(1);
	EXPECT_EQ(-1, read(w->vm.faults[0], &record, RECORD));
	EXPECT_EQ(EINTR, errno);
	ASSERT_EQ(0, ask(w, 0, w->p, 5));
	EXPECT_TRUE(next_is_request(w, 0, w->p, 5));
}

/* Each record goes to one of the readers */
TEST_F(faults, two_readers)
{
	struct reader reader[2] = {
		{ .fd = self->w.vm.faults[0] }, { .fd = self->w.vm.faults[0] },
	};
	struct world *w = &self->w;
	pthread_t thread[2];
	int i;

	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, pthread_create(&thread[i], NULL, read_one,
					    &reader[i]));
	ASSERT_EQ(0, ask_many(w, 2));
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, pthread_join(thread[i], NULL));
		EXPECT_EQ(RECORD, reader[i].ret);
	}
	EXPECT_EQ(1U, reader[0].record.prm.grpid + reader[1].record.prm.grpid);
	EXPECT_TRUE(nothing_to_read(w, 0));
}

TEST_F(faults, poll_and_epoll)
{
	struct epoll_event event = { .events = EPOLLIN };
	struct world *w = &self->w;
	int fd = w->vm.faults[0];
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	ASSERT_LE(0, epoll);
	ASSERT_EQ(0, epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
	EXPECT_EQ(-ETIMEDOUT, faults_wait(fd, 100));
	EXPECT_EQ(0, epoll_wait(epoll, &event, 1, 100));
	ASSERT_EQ(0, ask(w, 0, w->p, 1));
	EXPECT_EQ(POLLIN, faults_wait(fd, SOON_MS));
	EXPECT_EQ(1, epoll_wait(epoll, &event, 1, SOON_MS));
	EXPECT_EQ((__u32)EPOLLIN, event.events);
	EXPECT_TRUE(next_is_request(w, 0, w->p, 1));
	EXPECT_EQ(-ETIMEDOUT, faults_wait(fd, 0));
	EXPECT_EQ(0, epoll_wait(epoll, &event, 1, 0));
	close(epoll);
}

/* One signal for each report, also of what found no room */
TEST_F(faults, eventfd_counts)
{
	struct world *w = &self->w;
	int event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	eventfd_t count = 0;

	ASSERT_LE(0, event);
	mock_close(&w->vm.faults[0]);
	w->vm.faults[0] = faults_open(w->vm.container, w->vm.device[0], 2,
				      event);
	ASSERT_LE(0, w->vm.faults[0]);
	EXPECT_EQ(-1, eventfd_read(event, &count));
	EXPECT_EQ(EAGAIN, errno);
	ASSERT_EQ(0, ask_many(w, 3));
	EXPECT_EQ(0, eventfd_read(event, &count));
	EXPECT_EQ(3U, count);
	ASSERT_EQ(0, mock_write(w->vm.bdf[0], "fault", "overflow"));
	EXPECT_EQ(0, eventfd_read(event, &count));
	EXPECT_EQ(1U, count);
	close(event);
	ASSERT_EQ(0, ask(w, 0, w->p, 4));
}

/* What is not for user space wakes nobody */
TEST_F(faults, eventfd_of_nothing)
{
	struct world *w = &self->w;
	int event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	eventfd_t count;

	mock_close(&w->vm.faults[0]);
	w->vm.faults[0] = faults_open(w->vm.container, w->vm.device[0],
				      ENTRIES, event);
	ASSERT_LE(0, w->vm.faults[0]);
	ASSERT_EQ(0, ask(w, 0, PASID_MAX, 1));
	EXPECT_EQ(-1, eventfd_read(event, &count));
	EXPECT_EQ(EAGAIN, errno);
	close(event);
}

/* The queue keeps its eventfd, and lets it go */
TEST_F(faults, eventfd_is_the_queues)
{
	struct world *w = &self->w;
	int event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	int watch = dup(event);
	eventfd_t count;

	mock_close(&w->vm.faults[0]);
	w->vm.faults[0] = faults_open(w->vm.container, w->vm.device[0],
				      ENTRIES, event);
	ASSERT_LE(0, w->vm.faults[0]);
	close(event);
	ASSERT_EQ(0, ask(w, 0, w->p, 1));
	EXPECT_EQ(0, eventfd_read(watch, &count));
	EXPECT_EQ(0, respond(&w->vm, 0, w->p, 1, IOMMU_PAGE_RESP_SUCCESS));
	mock_close(&w->vm.faults[0]);
	ASSERT_EQ(0, ask(w, 0, w->p, 2));
	EXPECT_EQ(-1, eventfd_read(watch, &count));
	close(watch);
}

TEST_F(faults, no_other_use_of_the_file)
{
	struct iommu_fault record = { 0 };
	struct world *w = &self->w;
	int fd = w->vm.faults[0];

	EXPECT_EQ(MAP_FAILED, mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0));
	EXPECT_EQ(ENODEV, errno);
	EXPECT_EQ(MAP_FAILED, mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0));
	EXPECT_EQ(ENODEV, errno);
	EXPECT_EQ(-1, write(fd, &record, RECORD));
	EXPECT_EQ(EBADF, errno);
	EXPECT_EQ(-1, lseek(fd, 0, SEEK_SET));
	EXPECT_EQ(ESPIPE, errno);
	EXPECT_EQ(-1, ioctl(fd, VFIO_IOMMU_NESTING_OP, &record));
	EXPECT_EQ(ENOTTY, errno);
}
