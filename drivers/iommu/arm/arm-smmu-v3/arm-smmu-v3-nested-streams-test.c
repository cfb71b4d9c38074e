// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of which streams an invalidation goes to, and which devices are blocked
 * when it fails
 */
#include <linux/completion.h>
#include <linux/iommu_nesting_fault.h>
#include <linux/jiffies.h>
#include <linux/pci.h>

#include "arm-smmu-v3-nested-fake.h"

#define MASTERS		3
#define STREAMS_MAX	30

#define VMID		0xbeef
#define SHORT		(HZ / 10)
#define LONG		(30 * HZ)

/* 5.2: dword 0 of an STE that translates, and of one that aborts */
#define STE_LIVE	0x4fULL
#define STE_ABORT	0x1ULL

/**
 * struct fake_master - A device
 * @pdev: not there, so that nothing becomes of what is written to it
 * @master: its part of the driver's
 * @streams: its streams, whose numbers follow those of the device in front
 * @released: nobody has the device any more
 */
struct fake_master {
	struct pci_dev		pdev;
	struct arm_smmu_master	master;
	struct arm_smmu_stream	streams[STREAMS_MAX];
	struct completion	released;
};

struct streams_test {
	struct fake_smmu	fake;
	struct arm_smmu_domain	domain;
	struct fake_master	masters[MASTERS];
	__le64			strtab[FAKE_SIDS * STRTAB_STE_DWORDS];
};

static const struct iommu_nesting_fault_ops no_ops = {};

static const struct iommu_cache_invalidate_info inv_devices = {
	.cache		= IOMMU_CACHE_INV_TYPE_DEV_IOTLB,
	.granularity	= IOMMU_INV_GRANU_DOMAIN,
};

static void fake_release(struct device *dev)
{
	complete(&container_of(dev, struct fake_master, pdev.dev)->released);
}

static void add_master(struct kunit *test, int i)
{
	struct streams_test *t = test->priv;
	struct arm_smmu_master *master = &t->masters[i].master;
	struct pci_dev *pdev = &t->masters[i].pdev;

	init_completion(&t->masters[i].released);
	device_initialize(&pdev->dev);
	pdev->dev.release = fake_release;
	pdev->dev.bus = &pci_bus_type;
	pdev->error_state = pci_channel_io_perm_failure;
	pdev->is_busmaster = 1;
	master->dev = &pdev->dev;
	master->smmu = &t->fake.smmu;
	master->streams = t->masters[i].streams;
	master->ssid_bits = 10;
	master->ats_enabled = true;
	master->nested_faults = iommu_nesting_faults_alloc(master->dev, &no_ops);
	KUNIT_ASSERT_NOT_NULL(test, master->nested_faults);
	list_add_tail(&master->domain_head, &t->domain.devices);
}

/* Give the devices so many streams, all translating */
static void set_streams(struct streams_test *t, unsigned int first,
			unsigned int second, unsigned int third)
{
	const unsigned int n[MASTERS] = { first, second, third };
	unsigned int i, k, sid = 0;

	for (i = 0; i < MASTERS; i++) {
		t->masters[i].master.num_streams = n[i];
		t->masters[i].master.nested_blocked = false;
		t->masters[i].pdev.is_busmaster = 1;
		for (k = 0; k < n[i]; k++)
			t->masters[i].streams[k].id = sid++;
	}
	for (sid = 0; sid < FAKE_SIDS; sid++)
		t->strtab[sid * STRTAB_STE_DWORDS] = cpu_to_le64(STE_LIVE);
	arm_smmu_nested_fake_forget(&t->fake);
}

static int streams_test_init(struct kunit *test)
{
	struct streams_test *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);
	int i;

	if (!t)
		return -ENOMEM;

	test->priv = t;
	arm_smmu_nested_fake_init(&t->fake);
	t->fake.smmu.features = ARM_SMMU_FEAT_ATS;
	t->fake.smmu.strtab_cfg.strtab = t->strtab;
	t->fake.smmu.nested_timeout = SHORT;
	t->fake.smmu.nested_block_timeout = LONG;
	t->domain.smmu = &t->fake.smmu;
	t->domain.stage = ARM_SMMU_DOMAIN_NESTED;
	t->domain.s2_cfg.vmid = VMID;
	mutex_init(&t->domain.init_mutex);
	spin_lock_init(&t->domain.devices_lock);
	INIT_LIST_HEAD(&t->domain.devices);
	for (i = 0; i < MASTERS; i++)
		add_master(test, i);
	set_streams(t, 5, 4, 3);
	return 0;
}

static void streams_test_exit(struct kunit *test)
{
	struct streams_test *t = test->priv;
	int i;

	for (i = 0; t && i < MASTERS; i++) {
		struct arm_smmu_master *master = &t->masters[i].master;

		if (!master->nested_faults)
			continue;
		iommu_nesting_faults_leave(master->nested_faults);
		iommu_nesting_faults_stop(master->nested_faults);
		iommu_nesting_faults_put(master->nested_faults);
		put_device(master->dev);
		wait_for_completion(&t->masters[i].released);
	}
	test->priv = NULL;
}

static int invalidate(struct streams_test *t, struct device *dev,
		      const struct iommu_cache_invalidate_info *inv)
{
	arm_smmu_nested_fake_forget(&t->fake);
	return arm_smmu_nested_cache_invalidate(&t->domain.domain, dev, inv);
}

/* How often a stream was sent a command (opcode 7:0, StreamID 63:32) */
static unsigned int sent(const struct streams_test *t, u8 opcode, u32 sid)
{
	unsigned int i, n = 0;

	for (i = 0; i < t->fake.n && i < FAKE_CMDS; i++)
		if ((t->fake.cmds[i][0] & 0xff) == opcode &&
		    t->fake.cmds[i][0] >> 32 == sid)
			n++;

	return n;
}

static const struct arm_smmu_master *owner(const struct streams_test *t, u32 sid)
{
	const struct fake_master *m = t->masters;

	while (sid > m->streams[m->master.num_streams - 1].id)
		m++;

	return &m->master;
}

/* Those of @blocked, a bit for each, have no DMA, and the others have what they had */
static void expect_blocked(struct kunit *test, unsigned int blocked, int line)
{
	struct streams_test *t = test->priv;
	int i, k;

	for (i = 0; i < MASTERS; i++) {
		const struct arm_smmu_master *master = &t->masters[i].master;
		bool is = blocked & BIT(i);

		KUNIT_EXPECT_EQ_MSG(test, is, master->nested_blocked,
				    "device %d, from line %d", i, line);
		for (k = 0; k < master->num_streams; k++) {
			u32 sid = master->streams[k].id;

			KUNIT_EXPECT_EQ(test, is ? STE_ABORT : STE_LIVE,
					le64_to_cpu(t->strtab[sid * STRTAB_STE_DWORDS]));
		}
	}
}

#define EXPECT_BLOCKED(blocked)	expect_blocked(test, blocked, __LINE__)

/* However many there are, each is told once, all of them in as few calls as will do */
static void streams_number(struct kunit *test)
{
	static const struct {
		unsigned int n[MASTERS], calls;
	} cases[] = {
		{ { 1, 1, 1 }, 1 }, { { 3, 3, 2 }, 1 }, { { 3, 3, 3 }, 1 },
		{ { 9, 1, 1 }, 1 }, { { 1, 1, 7 }, 1 }, { { 30, 30, 4 }, 1 },
		{ { 30, 30, 5 }, 2 }, { { 30, 30, 30 }, 2 },
	};
	struct streams_test *t = test->priv;
	unsigned int i, sid, n;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const unsigned int *of = cases[i].n;

		set_streams(t, of[0], of[1], of[2]);
		n = of[0] + of[1] + of[2];
		KUNIT_EXPECT_EQ(test, 0, invalidate(t, NULL, &inv_devices));
		KUNIT_EXPECT_EQ(test, n, t->fake.n);
		KUNIT_EXPECT_EQ(test, cases[i].calls, t->fake.calls);
		for (sid = 0; sid < n; sid++)
			KUNIT_EXPECT_EQ_MSG(test, 1U, sent(t, 0x40, sid),
					    "stream %u of %u", sid, n);
	}
	EXPECT_BLOCKED(0);
}

/* One device that is named, and those that cannot have anything cached are left out */
static void streams_left_out(struct kunit *test)
{
	struct iommu_cache_invalidate_info inv = {
		.cache		= IOMMU_CACHE_INV_TYPE_PASID,
		.granularity	= IOMMU_INV_GRANU_PASID,
		.granu.pasid_info = {
			.flags = IOMMU_INV_PASID_FLAGS_PASID, .pasid = 0x200,
		},
	};
	struct streams_test *t = test->priv;

	KUNIT_EXPECT_EQ(test, 0,
			invalidate(t, t->masters[1].master.dev, &inv_devices));
	KUNIT_EXPECT_EQ(test, 4U, t->fake.n);
	KUNIT_EXPECT_EQ(test, 1U, sent(t, 0x40, 5));

	t->masters[0].master.ats_enabled = false;
	KUNIT_EXPECT_EQ(test, 0, invalidate(t, NULL, &inv_devices));
	KUNIT_EXPECT_EQ(test, 7U, t->fake.n);
	KUNIT_EXPECT_EQ(test, 0U, sent(t, 0x40, 0));

	t->masters[2].master.ssid_bits = 9;
	KUNIT_EXPECT_EQ(test, 0, invalidate(t, NULL, &inv));
	KUNIT_EXPECT_EQ(test, 9U, t->fake.n);
	KUNIT_EXPECT_EQ(test, 1U, sent(t, 0x05, 0));
	KUNIT_EXPECT_EQ(test, 0U, sent(t, 0x05, 9));
	inv.granu.pasid_info.pasid = 0x400;
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP, invalidate(t, NULL, &inv));
	KUNIT_EXPECT_EQ(test, 0U, t->fake.n);
}

/*
 * Each of twelve streams in turn does not answer: its device alone is blocked, is not
 * asked any more from then on, and nobody fails for it
 */
static void streams_silent(struct kunit *test)
{
	struct streams_test *t = test->priv;
	u32 silent, sid;

	for (silent = 0; silent < 12; silent++) {
		set_streams(t, 5, 4, 3);
		set_bit(silent, t->fake.silent);
		KUNIT_EXPECT_EQ(test, -EIO, invalidate(t, NULL, &inv_devices));
		EXPECT_BLOCKED(silent < 5 ? 1 : silent < 9 ? 2 : 4);
		for (sid = 0; sid < 12; sid++) {
			bool same = owner(t, sid) == owner(t, silent);
			unsigned int n = sent(t, 0x40, sid);

			if (sid == silent)
				KUNIT_EXPECT_LE(test, 2U, n);
			else
				KUNIT_EXPECT_EQ_MSG(test, n,
						    same && sid > silent ? 1U : 2U,
						    "stream %u, silent %u", sid,
						    silent);
		}
		KUNIT_EXPECT_EQ(test, 0, invalidate(t, NULL, &inv_devices));
		KUNIT_EXPECT_EQ(test, 12 - owner(t, silent)->num_streams,
				t->fake.n);
		KUNIT_EXPECT_EQ(test, 1U, t->fake.calls);
		clear_bit(silent, t->fake.silent);
	}
	KUNIT_EXPECT_TRUE(test, t->masters[2].pdev.is_busmaster);
}

/* Another's device was silent. All have time to show that they are not. */
static void streams_others_silent(struct kunit *test)
{
	struct streams_test *t = test->priv;

	t->fake.others_silent = 1;
	KUNIT_EXPECT_EQ(test, 0, invalidate(t, NULL, &inv_devices));
	KUNIT_EXPECT_EQ(test, 24U, t->fake.n);
	EXPECT_BLOCKED(0);
}

/* When it takes too long to find out, who has not been asked yet counts as silent */
static void streams_deadline(struct kunit *test)
{
	struct streams_test *t = test->priv;
	unsigned long start = jiffies;

	set_streams(t, 1, 20, 1);
	t->fake.others_silent = 1;
	t->fake.takes = 100;
	t->fake.smmu.nested_block_timeout = 2 * HZ;
	KUNIT_EXPECT_EQ(test, -EIO, invalidate(t, NULL, &inv_devices));
	KUNIT_EXPECT_GE(test, jiffies - start, 2 * HZ);
	EXPECT_BLOCKED(6);
	KUNIT_EXPECT_EQ(test, 2U, sent(t, 0x40, 0));
	KUNIT_EXPECT_EQ(test, 1U, sent(t, 0x40, 20));
	KUNIT_EXPECT_EQ(test, 1U, sent(t, 0x40, 21));
}

/* The SMMU fails, but drops the STEs in the longer time that this is given */
static void streams_smmu_slow(struct kunit *test)
{
	struct streams_test *t = test->priv;
	int i;

	t->fake.takes = 1;
	t->fake.until = jiffies + 20 * SHORT;
	KUNIT_EXPECT_EQ(test, -EIO, invalidate(t, NULL, &inv_devices));
	KUNIT_EXPECT_FALSE(test, time_before(jiffies, t->fake.until));
	EXPECT_BLOCKED(7);
	for (i = 0; i < MASTERS; i++)
		KUNIT_EXPECT_TRUE(test, t->masters[i].pdev.is_busmaster);
}

/* It does not even do that: the devices themselves are told to be quiet */
static void streams_smmu_fails(struct kunit *test)
{
	struct streams_test *t = test->priv;
	unsigned long start = jiffies;
	int i;

	t->fake.takes = 1;
	t->fake.until = jiffies + LONG;
	t->fake.smmu.nested_block_timeout = 3 * SHORT;
	KUNIT_EXPECT_EQ(test, -EIO, invalidate(t, NULL, &inv_devices));
	KUNIT_EXPECT_GE(test, jiffies - start, 3 * SHORT);
	EXPECT_BLOCKED(7);
	for (i = 0; i < MASTERS; i++)
		KUNIT_EXPECT_FALSE(test, t->masters[i].pdev.is_busmaster);
}

/* After stage 2 changed: the SMMU forgets, and then each device */
static void streams_stage2(struct kunit *test)
{
	struct streams_test *t = test->priv;

	set_bit(8, t->fake.silent);
	KUNIT_EXPECT_TRUE(test, arm_smmu_nested_flush_combined(&t->domain));
	EXPECT_BLOCKED(2);
	KUNIT_EXPECT_EQ(test, 0x0000beef00000010, t->fake.cmds[0][0]);
	KUNIT_EXPECT_EQ(test, 1U, t->fake.issued[0]);
	KUNIT_EXPECT_EQ(test, 12U, t->fake.issued[1]);

	arm_smmu_nested_fake_forget(&t->fake);
	KUNIT_EXPECT_TRUE(test, arm_smmu_nested_flush_combined(&t->domain));
	KUNIT_EXPECT_EQ(test, 9U, t->fake.n);
	EXPECT_BLOCKED(2);
}

static struct kunit_case streams_cases[] = {
	KUNIT_CASE(streams_number),
	KUNIT_CASE(streams_left_out),
	KUNIT_CASE(streams_silent),
	KUNIT_CASE(streams_others_silent),
	KUNIT_CASE(streams_deadline),
	KUNIT_CASE(streams_smmu_slow),
	KUNIT_CASE(streams_smmu_fails),
	KUNIT_CASE(streams_stage2),
	{}
};

static struct kunit_suite streams_suite = {
	.name = "arm_smmu_nested_streams",
	.init = streams_test_init,
	.exit = streams_test_exit,
	.test_cases = streams_cases,
};

kunit_test_suite(streams_suite);
