/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: devices that are reset, and pulled out, while they are bound */

/* The third test device is behind a port: a bus that can be reset, and unplugged */
#define BEHIND_PORT	2

/* A channel that no test uses: its register keeps what is written, until a reset */
#define MARKED		ITD_CHANNEL(ITD_CHANNELS - 1)
#define MARK		0x5a17c3e4

static void mark(struct testdev *td)
{
	testdev_write32(td, MARKED + ITD_IMM, MARK);
}

static bool marked(struct testdev *td)
{
	return testdev_read32(td, MARKED + ITD_IMM) == MARK;
}

/*
 * Invalidates again and again. A device does not answer while it is reset: then
 * the call either knows better than to ask, or fails.
 */
struct flusher {
	struct vm *vm;
	__u32 who;
	pthread_t thread;
	bool stop;
	unsigned long calls;
	unsigned long failed;
	int error;
};

static void *flush_until_stopped(void *arg)
{
	struct flusher *f = arg;
	int ret;

	while (!__atomic_load_n(&f->stop, __ATOMIC_ACQUIRE) && !f->error) {
		ret = flush(f->vm, f->who);
		if (ret == -EIO)
			f->failed++;
		else
			f->error = ret;
		__atomic_add_fetch(&f->calls, 1, __ATOMIC_RELEASE);
	}
	return NULL;
}

static int hot_reset(int device, int group)
{
	char buf[sizeof(struct vfio_pci_hot_reset) + sizeof(__s32)] = { 0 };
	struct vfio_pci_hot_reset *reset = (void *)buf;

	reset->argsz = sizeof(buf);
	reset->count = 1;
	memcpy(reset->group_fds, &group, sizeof(__s32));
	return ioctl(device, VFIO_DEVICE_PCI_HOT_RESET, reset) ? -errno : 0;
}

static int function_reset(int device)
{
	return ioctl(device, VFIO_DEVICE_RESET) ? -errno : 0;
}

/* Ways to reset a device, while another thread counts its @calls */
typedef int (*reset_fn)(struct vm_device *d, const unsigned long *calls);

static int reset_function(struct vm_device *d, const unsigned long *calls)
{
	return function_reset(d->td.device);
}

static int reset_bus(struct vm_device *d, const unsigned long *calls)
{
	return hot_reset(d->td.device, d->group);
}

/* Unlike the other two it takes no time by itself */
static int cycle_power(struct vm_device *d, const unsigned long *calls)
{
	unsigned long before = __atomic_load_n(calls, __ATOMIC_ACQUIRE);
	int ret = pci_user_power(d->td.device, PCI_USER_D3HOT);

	while (!ret && __atomic_load_n(calls, __ATOMIC_ACQUIRE) == before)
		usleep(1000);
	return ret ?: pci_user_power(d->td.device, PCI_USER_D0);
}

/* Resets the device while invalidations go on; how many it met */
static unsigned long reset_and_flush(struct __test_metadata *_metadata,
				     struct vm *vm, struct flusher *f,
				     reset_fn reset)
{
	unsigned long before, after;

	ASSERT_EQ(0, pthread_create(&f->thread, NULL, flush_until_stopped, f));
	while (!(before = __atomic_load_n(&f->calls, __ATOMIC_ACQUIRE)))
		usleep(1000);
	ASSERT_EQ(0, reset(&vm->dev[0], &f->calls));
	after = __atomic_load_n(&f->calls, __ATOMIC_ACQUIRE);
	__atomic_store_n(&f->stop, true, __ATOMIC_RELEASE);
	ASSERT_EQ(0, pthread_join(f->thread, NULL));
	EXPECT_EQ(0, f->error);
	return after - before;
}

/* Resets a device that writes; @pasid leads VA to @page, before and after it */
static void expect_survives_reset(struct __test_metadata *_metadata,
				  struct vm *vm, __u32 who,
				  const struct vtd_table *s1, int page,
				  reset_fn reset)
{
	struct flusher f = { .vm = vm, .who = who };
	struct testdev *td = &vm->dev[0].td;

	write_forever(vm, who, 3);
	mark(td);
	EXPECT_LT(0UL, reset_and_flush(_metadata, vm, &f, reset));
	ASSERT_EQ(0, pci_user_enable(td->device));
	EXPECT_FALSE(marked(td));
	EXPECT_EQ((__u32)ITD_ST_IDLE, testdev_status(td, 3));
	if (f.failed) {
		ASSERT_EQ(0, vtd_unbind(vm, ALL, pasid_of(who)));
		ASSERT_EQ(0, vtd_bind(vm, ALL, pasid_of(who), s1));
	}
	EXPECT_EQ(0, flush(vm, who));
	EXPECT_EQ(page, vtd_lands(vm, 0, who, VA));
}

/* The cache of a device that was reset is empty, its address spaces are bound */
static void expect_still_bound(struct __test_metadata *_metadata,
			       struct _test_data_one *self)
{
	struct vm *vm = &self->vm;

	EXPECT_EQ(0ULL, testdev_read64(&vm->dev[0].td, ITD_NOW_ATC_ENTRIES));
	ASSERT_EQ(0, pci_user_enable(vm->dev[0].td.device));
	EXPECT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
	map_page(vm, &self->s1, VA, self->b);
	EXPECT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
	ASSERT_EQ(0, flush(vm, self->who));
	EXPECT_EQ(self->b, vtd_lands(vm, 0, self->who, VA));
	ASSERT_EQ(0, vtd_unbind(vm, ALL, self->pasid));
	EXPECT_EQ(VM_NOWHERE, vtd_lands(vm, 0, self->who, VA));
	ASSERT_EQ(0, vtd_bind(vm, ALL, self->pasid, &self->s1));
	EXPECT_EQ(self->b, vtd_lands(vm, 0, self->who, VA));
}

TEST_F(one, function_reset)
{
	struct vm *vm = &self->vm;
	struct testdev *td = &vm->dev[0].td;
	__u64 resets = testdev_read64(td, ITD_CNT_FLR);

	ASSERT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
	ASSERT_EQ(0, function_reset(td->device));
	EXPECT_EQ(resets + 1, testdev_read64(td, ITD_CNT_FLR));
	expect_still_bound(_metadata, self);
}

/* In D3hot the device is still told to forget; it comes back as from a reset */
TEST_F(one, power_state)
{
	struct vm *vm = &self->vm;
	struct testdev *td = &vm->dev[0].td;

	ASSERT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
	mark(td);
	ASSERT_EQ(0, pci_user_power(td->device, PCI_USER_D3HOT));
	EXPECT_EQ(0, flush(vm, self->who));
	ASSERT_EQ(0, pci_user_power(td->device, PCI_USER_D0));
	EXPECT_FALSE(marked(td));
	expect_still_bound(_metadata, self);
}

/* The device writes, and is asked to forget, while it does not answer */
TEST_F_TIMEOUT(one, function_reset_during_dma, 60)
{
	int i;

	for (i = 0; i < 5; i++)
		expect_survives_reset(_metadata, &self->vm, self->who,
				      &self->s1, self->a, reset_function);
}

TEST_F_TIMEOUT(one, power_state_during_dma, 60)
{
	int i;

	for (i = 0; i < 5; i++)
		expect_survives_reset(_metadata, &self->vm, self->who,
				      &self->s1, self->a, cycle_power);
}

/* The device behind the port, with one address space: VA leads to page a */
FIXTURE(port) {
	struct vm vm;
	struct vtd_table s1;
	__u32 pasid;
	__u32 who;
	int a;
};

/* @rid: the address space is bound to the requests without a PASID */
FIXTURE_VARIANT(port) {
	__u32 ats;
	bool rid;
};

FIXTURE_VARIANT_ADD(port, plain) { .ats = 0, .rid = false };
FIXTURE_VARIANT_ADD(port, ats) { .ats = WITH_ATS, .rid = false };
FIXTURE_VARIANT_ADD(port, rid) { .ats = 0, .rid = true };
FIXTURE_VARIANT_ADD(port, rid_ats) { .ats = WITH_ATS, .rid = true };

FIXTURE_SETUP(port)
{
	struct vm *vm = &self->vm;
	int pasid = RID;

	if (variant->ats && machine.no_ats)
		SKIP_IN_SETUP("the unit has no ATS");
	ASSERT_LT(BEHIND_PORT, vm_device_count());
	ASSERT_EQ(0, splat_count());
	ASSERT_EQ(0, vm_open(vm, BEHIND_PORT, 1));
	if (!variant->rid)
		pasid = vtd_pasid_alloc(vm);
	ASSERT_LE(0, pasid);
	self->pasid = pasid;
	self->who = (pasid ? WITH_PASID(pasid) : WITHOUT_PASID) | variant->ats;
	vtd_table_create(&self->s1, &vm->guest, 4);
	self->a = vm_alloc(vm);
	map_page(vm, &self->s1, VA, self->a);
	ASSERT_EQ(0, vtd_bind(vm, ALL, self->pasid, &self->s1));
	ASSERT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
}

FIXTURE_TEARDOWN(port)
{
	vm_close(&self->vm);
	EXPECT_EQ(0, splat_count());
}

/* A reset of the bus: nothing is left in the device, and all is bound to it */
TEST_F(port, hot_reset)
{
	struct vm *vm = &self->vm;
	struct testdev *td = &vm->dev[0].td;

	mark(td);
	ASSERT_EQ(0, hot_reset(td->device, vm->dev[0].group));
	ASSERT_EQ(0, pci_user_enable(td->device));
	EXPECT_FALSE(marked(td));
	EXPECT_EQ(0ULL, testdev_read64(td, ITD_NOW_ATC_ENTRIES));
	EXPECT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
	ASSERT_EQ(0, vtd_unbind(vm, ALL, self->pasid));
	EXPECT_EQ(VM_NOWHERE, vtd_lands(vm, 0, self->who, VA));
	ASSERT_EQ(0, vtd_bind(vm, ALL, self->pasid, &self->s1));
	EXPECT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
}

TEST_F_TIMEOUT(port, hot_reset_during_dma, 60)
{
	int i;

	for (i = 0; i < 3; i++)
		expect_survives_reset(_metadata, &self->vm, self->who,
				      &self->s1, self->a, reset_bus);
}

static void *unplug(void *bdf)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/remove",
		 (char *)bdf);
	return (void *)(long)write_file(path, "1");
}

/* The device comes back as after an unplug of the user's, and is taken again */
static void replug(struct __test_metadata *_metadata, const char *bdf)
{
	ASSERT_EQ(0, write_file("/sys/bus/pci/rescan", "1"));
	ASSERT_EQ(0, inest_pci_claim(bdf));
}

/*
 * Its tables are others when it comes back: nothing cached leads to the old ones. With
 * debugging aids it would take too long to make sure of that.
 */
TEST_F_TIMEOUT(port, unplugged, 60)
{
	struct vm *vm = &self->vm;
	void *taken;

	vm_stop_device(vm, 0);
	ASSERT_EQ(0, (long)unplug((void *)vm->dev[0].bdf));
	EXPECT_EQ(-EINVAL, vtd_bind(vm, ALL, self->pasid, &self->s1));
	EXPECT_EQ(-EINVAL, vtd_invalidate(vm, ALL, vtd_inv_domain(IOTLB)));
	vm_close(vm);
	taken = has_kmemleak() ? NULL : take_tables();
	ASSERT_NE(MAP_FAILED, taken);
	replug(_metadata, vm->dev[0].bdf);
	if (taken)
		give_tables(taken);
	expect_usable_dev(_metadata, BEHIND_PORT, self->who);
}

TEST_F(port, unplugged_while_open)
{
	struct vm *vm = &self->vm;
	struct leaving leaving;

	write_forever(vm, self->who, 3);
	ASSERT_EQ(0, leaving_begin(&leaving, vm->dev[0].td.device,
				   vm->dev[0].bdf, unplug));
	EXPECT_EQ(0, leaving_end(&leaving, vm, 0));
	vm_close(vm);
	replug(_metadata, vm->dev[0].bdf);
	expect_usable_dev(_metadata, BEHIND_PORT, self->who);
}
