/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: devices that lose their driver or leave the bus with things bound */

#define PCI_BUS		"/sys/bus/pci"

static int unplug(const char *bdf)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), PCI_BUS "/devices/%s/remove", bdf);
	return write_file(path, "1");
}

/* The function is found again, and vfio-pci has it again */
static int plug(const char *bdf)
{
	int ret = write_file(PCI_BUS "/rescan", "1");

	return ret ?: inest_pci_claim(bdf);
}

/* A way to take a device away, by which it can be given back */
FIXTURE(taken) {
	struct world w;
};

FIXTURE_VARIANT(taken) {
	int (*take)(const char *bdf);
	int (*give)(const char *bdf);
	__u32 format;
};

FIXTURE_VARIANT_ADD(taken, from_driver) {
	.take = inest_pci_unbind, .give = inest_pci_claim, .format = VTD,
};

FIXTURE_VARIANT_ADD(taken, from_driver_smmu) {
	.take = inest_pci_unbind, .give = inest_pci_claim, .format = SMMU,
};

FIXTURE_VARIANT_ADD(taken, from_bus) {
	.take = unplug, .give = plug, .format = VTD,
};

FIXTURE_VARIANT_ADD(taken, from_bus_smmu) {
	.take = unplug, .give = plug, .format = SMMU,
};

FIXTURE_SETUP(taken)
{
	expect_fresh(_metadata);
	ASSERT_EQ(0, world_open(&self->w, variant->format, 0, MOCK_SINGLES));
}

FIXTURE_TEARDOWN(taken)
{
	world_teardown(_metadata, &self->w);
}

static int bind_any(struct world *w, __u32 format, int group)
{
	return format == VTD ? bind_pasid(&w->vm, group, w->q, MOCK_PGTBL_2) :
			       bind_table(&w->vm, group, MOCK_TABLE_2);
}

static int unbind_any(struct world *w, __u32 format, int group)
{
	return format == VTD ? unbind_pasid(&w->vm, group, w->p) :
			       inest_unbind_pasid_table(w->vm.container, group);
}

/* The others go on; the one that is gone is no device of the container */
static void expect_gone(struct __test_metadata *_metadata, struct world *w,
			__u32 format, int i)
{
	EXPECT_EQ(-ENODEV, bind_any(w, format, w->vm.group[i]));
	EXPECT_EQ(-ENODEV, unbind_any(w, format, w->vm.group[i]));
	EXPECT_EQ(0, bind_any(w, format, ALL));
	EXPECT_EQ(2, format == VTD ? COUNT_STAGE1(&w->vm, "pasid %d", w->q) :
				     COUNT_STAGE1(&w->vm, TABLE_LINE,
						  MOCK_TABLE_2));
}

TEST_F(taken, while_bound)
{
	struct world *w = &self->w;

	mock_close(&w->vm.device[1]);
	ASSERT_EQ(0, variant->take(w->vm.bdf[1]));
	expect_gone(_metadata, w, variant->format, 1);
	mock_close(&w->vm.group[1]);
	EXPECT_EQ(0, unbind_any(w, variant->format, ALL));
	ASSERT_EQ(0, variant->give(w->vm.bdf[1]));
	EXPECT_EQ(0, mock_lines(w->vm.bdf[1], "stage1"));
	EXPECT_EQ(0, mock_lines(w->vm.bdf[1], "tlb"));

	/* And it can join again */
	ASSERT_EQ(0, mock_write(w->vm.bdf[1], "format", "%u",
				variant->format));
	w->vm.group[1] = inest_group_open_pci(w->vm.bdf[1]);
	ASSERT_LE(0, w->vm.group[1]);
	ASSERT_EQ(0, inest_group_attach(w->vm.group[1], w->vm.container));
	EXPECT_EQ(0, bind_any(w, variant->format, w->vm.group[1]));
}

struct taker {
	int (*take)(const char *bdf);
	const char *bdf;
	int ret;
};

static void *take_device(void *data)
{
	struct taker *taker = data;

	taker->ret = taker->take(taker->bdf);
	return NULL;
}

/* The driver waits for user space, which is asked to let go, and still binds */
TEST_F(taken, while_open)
{
	struct world *w = &self->w;
	struct taker taker = { .take = variant->take, .bdf = w->vm.bdf[1] };
	pthread_t thread;
	int asked;

	asked = pci_user_irq(w->vm.device[1], VFIO_PCI_REQ_IRQ_INDEX, 0);
	ASSERT_LE(0, asked);
	ASSERT_EQ(0, pthread_create(&thread, NULL, take_device, &taker));
	EXPECT_TRUE(pci_user_irq_arrived(asked, 10000));
	EXPECT_EQ(0, bind_any(w, variant->format, ALL));
	EXPECT_EQ(0, unbind_any(w, variant->format, ALL));
	mock_close(&w->vm.device[1]);
	ASSERT_EQ(0, pthread_join(thread, NULL));
	EXPECT_EQ(0, taker.ret);
	EXPECT_EQ(-ENODEV, bind_any(w, variant->format, w->vm.group[1]));
	mock_close(&w->vm.group[1]);
	close(asked);
	ASSERT_EQ(0, variant->give(w->vm.bdf[1]));
	EXPECT_EQ(0, mock_lines(w->vm.bdf[1], "stage1"));
}

/* One of the two devices of a group leaves, and comes back to a bound group */
TEST_F(shared, unplugged_while_bound)
{
	struct world *w = &self->w;

	if (!mock_shared())
		return;
	mock_close(&w->vm.device[1]);
	ASSERT_EQ(0, unplug(w->vm.bdf[1]));
	EXPECT_TRUE(mock_has(w->vm.bdf[0], "stage1", "pasid %d", w->p));
	EXPECT_EQ(0, bind_pasid(&w->vm, w->vm.group[0], w->q, MOCK_PGTBL_2));
	EXPECT_EQ(0, inv_pasid(&w->vm, ALL, IOTLB, w->p));
	ASSERT_EQ(0, plug(w->vm.bdf[1]));
	EXPECT_EQ(2, mock_lines(w->vm.bdf[0], "stage1"));
	EXPECT_EQ(0, mock_lines(w->vm.bdf[1], "stage1"));
	EXPECT_EQ(-EBUSY, bind_pasid(&w->vm, ALL, w->q, MOCK_PGTBL_2));
	EXPECT_EQ(0, mock_lines(w->vm.bdf[1], "stage1"));
	EXPECT_EQ(0, unbind_pasid(&w->vm, ALL, w->q));
	EXPECT_EQ(0, bind_pasid(&w->vm, ALL, w->q, MOCK_PGTBL_2));
	EXPECT_EQ(2, COUNT_STAGE1(&w->vm, "pasid %d", w->q));
}
