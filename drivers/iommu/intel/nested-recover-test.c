// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of what nesting does again after a device did not answer or a unit
 * failed, and of what is not freed then
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/iommu_nesting.h>
#include <linux/iommu_nesting_fault.h>
#include <linux/mm.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "iommu.h"
#include "nested-batch.h"
#include "pasid.h"

#define DEVICES		2
#define SID		0x1230
#define DID		7
#define OWN_DID		20

/* More than two submissions hold, for two devices */
#define PASIDS		51

/**
 * struct fake_unit - Unit that does what it is told, or fails
 * @iommu: the unit
 * @qi: its queue
 * @calls: how often something was submitted
 * @fails: submissions that fail, a bit for each
 * @silent: device that does not answer
 * @asked: how often that was waited for
 * @flushed: how often the context entry of each device was dropped
 * @forgotten: address spaces that the TLB of each device was emptied of
 * @domain_ids: that are in use
 */
struct fake_unit {
	struct intel_iommu	iommu;
	struct q_inval		qi;
	unsigned int		calls;
	u64			fails;
	u16			silent;
	unsigned int		asked;
	unsigned int		flushed[DEVICES];
	u64			forgotten[DEVICES];
	DECLARE_BITMAP(domain_ids, 64);
};

struct fake_device {
	struct pci_dev			pdev;
	struct dev_iommu		dev_iommu;
	struct device_domain_info	info;
	struct completion		released;
};

struct recover_test {
	struct fake_unit		unit;
	struct root_entry		root[256];
	struct pci_bus			bus;
	struct iommu_domain_info	at_unit;
	struct dmar_domain		domain;
	struct fake_device		device[DEVICES];
	struct page			*table;
};

/* 6.5.2.1: SID 47:32; 6.5.2.5: SID 47:32; 6.5.2.6: SID 31:16, PASID 51:32 */
static void note_desc(struct fake_unit *unit, u64 qw0)
{
	switch (qw0 & 0xf) {
	case 1:
		unit->flushed[qw0 >> 32 & 1]++;
		break;
	case 3:
		unit->forgotten[qw0 >> 32 & 1] |= BIT_ULL(63);
		break;
	case 8:
		unit->forgotten[qw0 >> 16 & 1] |= BIT_ULL(qw0 >> 32 & 0x3f);
		break;
	}
}

static int fake_submit(struct intel_iommu *iommu, struct qi_desc *desc,
		       unsigned int count, unsigned long options)
{
	struct fake_unit *unit = container_of(iommu, struct fake_unit, iommu);
	unsigned int i, call = unit->calls++;

	if (unit->fails & BIT_ULL(call % 64))
		return -EINVAL;

	unit->qi.silent_sid = unit->silent;
	if (unit->silent && intel_nested_waits_for(desc, count, unit->silent)) {
		unit->asked++;
		return -EAGAIN;
	}

	for (i = 0; i < count; i++)
		note_desc(unit, desc[i].qw0);

	return 0;
}

static int fake_read(struct pci_bus *bus, unsigned int devfn, int where,
		     int size, u32 *val)
{
	*val = U32_MAX;
	return PCIBIOS_SUCCESSFUL;
}

static int fake_write(struct pci_bus *bus, unsigned int devfn, int where,
		      int size, u32 val)
{
	return PCIBIOS_SUCCESSFUL;
}

static struct pci_ops fake_pci_ops = {
	.read	= fake_read,
	.write	= fake_write,
};

static void fake_release(struct device *dev)
{
	complete(&container_of(dev, struct fake_device, pdev.dev)->released);
}

static void init_unit(struct recover_test *t)
{
	struct intel_iommu *iommu = &t->unit.iommu;

	/* None that the machine has; coherent, with device TLBs (11.4.3) */
	iommu->seq_id = 0x7fff;
	iommu->node = NUMA_NO_NODE;
	iommu->ecap = 0x5;
	iommu->qi = &t->unit.qi;
	iommu->domain_ids = t->unit.domain_ids;
	iommu->root_entry = t->root;
	iommu->nested_submit = fake_submit;
	spin_lock_init(&iommu->lock);
}

static void init_domain(struct kunit *test)
{
	struct recover_test *t = test->priv;
	struct dmar_domain *domain = &t->domain;

	INIT_LIST_HEAD(&domain->devices);
	xa_init(&domain->iommu_array);
	t->at_unit.did = DID;
	KUNIT_ASSERT_FALSE(test, xa_err(xa_store(&domain->iommu_array,
						 t->unit.iommu.seq_id,
						 &t->at_unit, GFP_KERNEL)));
	domain->domain.type = IOMMU_DOMAIN_UNMANAGED;
	KUNIT_ASSERT_EQ(test, 0, intel_nested_enable(&domain->domain));
}

static void init_device(struct recover_test *t, struct fake_device *d, u16 sid)
{
	init_completion(&d->released);
	device_initialize(&d->pdev.dev);
	d->pdev.dev.release = fake_release;
	d->pdev.dev.bus = &pci_bus_type;
	d->pdev.dev.iommu = &d->dev_iommu;
	d->pdev.bus = &t->bus;
	d->pdev.devfn = sid & 0xff;
	d->pdev.ats_enabled = 1;
	d->dev_iommu.priv = &d->info;
	d->info.dev = &d->pdev.dev;
	d->info.iommu = &t->unit.iommu;
	d->info.domain = &t->domain;
	d->info.bus = sid >> 8;
	d->info.devfn = sid & 0xff;
	d->info.ats_enabled = 1;
	d->info.pasid_enabled = 1;
}

/* With something bound to each of the PASIDs from 1 on */
static void attach(struct kunit *test, int i)
{
	struct recover_test *t = test->priv;
	struct fake_device *d = &t->device[i];
	struct intel_nested_device *nested = &d->info.nested;
	struct iommu_gpasid_bind_data *data;
	u32 pasid;

	init_device(t, d, SID + i);
	KUNIT_ASSERT_EQ(test, 0, intel_pasid_alloc_table(&d->pdev.dev));
	nested->next_faults = intel_nested_faults_enter(&d->info);
	KUNIT_ASSERT_NOT_NULL(test, nested->next_faults);
	nested->next_did = OWN_DID + i;
	set_bit(OWN_DID + i, t->unit.domain_ids);
	KUNIT_ASSERT_EQ(test, 0,
			intel_nested_attach(&t->domain, &d->pdev.dev, 0));

	for (pasid = 1; pasid < PASIDS; pasid++) {
		data = kzalloc(sizeof(*data), GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, data);
		KUNIT_ASSERT_EQ(test, 0, xa_insert(&nested->bindings, pasid,
						   data, GFP_KERNEL));
	}
}

static int recover_test_init(struct kunit *test)
{
	struct recover_test *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, t);
	test->priv = t;
	t->table = alloc_page(GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, t->table);
	t->bus.ops = &fake_pci_ops;
	init_unit(t);
	init_domain(test);
	for (i = 0; i < DEVICES; i++)
		attach(test, i);
	return 0;
}

static void recover_test_exit(struct kunit *test)
{
	struct recover_test *t = test->priv;
	int i;

	if (!t)
		return;

	t->unit.fails = 0;
	t->unit.silent = 0;
	for (i = 0; i < DEVICES && t->device[i].info.dev; i++) {
		intel_nested_detach(&t->device[i].info);
		intel_pasid_free_table(t->device[i].info.dev);
		put_device(t->device[i].info.dev);
		wait_for_completion(&t->device[i].released);
	}
	xa_destroy(&t->domain.iommu_array);
	if (t->table)
		put_page(t->table);
	test->priv = NULL;
}

static void forget_calls(struct fake_unit *unit)
{
	unit->calls = 0;
	unit->asked = 0;
	memset(unit->flushed, 0, sizeof(unit->flushed));
	memset(unit->forgotten, 0, sizeof(unit->forgotten));
}

/* Stage 2 loses a table. Is the table freed? */
static bool lose_table(struct recover_test *t)
{
	LIST_HEAD(tables);

	forget_calls(&t->unit);
	get_page(t->table);
	list_add(&t->table->lru, &tables);
	intel_nested_flush_s2(&t->domain, &tables);
	if (page_count(t->table) == 1)
		return true;

	list_del(&t->table->lru);
	put_page(t->table);
	return false;
}

static void expect_failed(struct kunit *test, bool first, bool second)
{
	struct recover_test *t = test->priv;

	KUNIT_EXPECT_EQ(test, first, t->device[0].info.nested.failed);
	KUNIT_EXPECT_EQ(test, second, t->device[1].info.nested.failed);
}

static const int silent_devices[] = { 0, 1 };

static void silent_desc(const int *silent, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "device %d", *silent);
}

KUNIT_ARRAY_PARAM(silent, silent_devices, silent_desc);

/*
 * More than one submission, and a device does not answer the first or the last one: it
 * alone is blocked and not asked again, and the other forgets every address space
 */
static void recover_long(struct kunit *test)
{
	static const struct iommu_cache_invalidate_info info = {
		.cache		= IOMMU_CACHE_INV_TYPE_IOTLB |
				  IOMMU_CACHE_INV_TYPE_DEV_IOTLB,
		.granularity	= IOMMU_INV_GRANU_DOMAIN,
	};
	const u64 all = BIT_ULL(63) | (BIT_ULL(PASIDS) - 1);
	struct recover_test *t = test->priv;
	struct fake_unit *unit = &t->unit;
	struct iommu_domain *domain = &t->domain.domain;
	int silent = *(const int *)test->param_value;

	KUNIT_EXPECT_EQ(test, 0,
			intel_nested_cache_invalidate(domain, NULL, &info));
	KUNIT_EXPECT_EQ(test, 3U, unit->calls);
	KUNIT_EXPECT_EQ(test, all, unit->forgotten[0]);
	KUNIT_EXPECT_EQ(test, all, unit->forgotten[1]);

	forget_calls(unit);
	unit->silent = SID + silent;
	KUNIT_EXPECT_EQ(test, -EIO,
			intel_nested_cache_invalidate(domain, NULL, &info));
	KUNIT_EXPECT_EQ(test, 2U, unit->asked);
	KUNIT_EXPECT_EQ(test, all, unit->forgotten[!silent]);
	KUNIT_EXPECT_TRUE(test, t->device[silent].info.nested.blocked);
	KUNIT_EXPECT_FALSE(test, t->device[!silent].info.nested.blocked);
	KUNIT_EXPECT_EQ(test, 1U, unit->flushed[silent]);
	expect_failed(test, false, false);
}

/* A unit that works again drops what it did not: the tables wait for that */
static void recover_failed(struct kunit *test)
{
	struct recover_test *t = test->priv;

	KUNIT_EXPECT_TRUE(test, lose_table(t));
	t->unit.fails = U64_MAX;
	KUNIT_EXPECT_FALSE(test, lose_table(t));
	expect_failed(test, true, true);
	KUNIT_EXPECT_FALSE(test, lose_table(t));

	/* All works, but what is to be done again for the second device */
	t->unit.fails = BIT_ULL(2);
	KUNIT_EXPECT_FALSE(test, lose_table(t));
	KUNIT_EXPECT_EQ(test, 3U, t->unit.calls);
	expect_failed(test, false, true);

	t->unit.fails = 0;
	KUNIT_EXPECT_TRUE(test, lose_table(t));
	KUNIT_EXPECT_EQ(test, 0U, t->unit.flushed[0]);
	KUNIT_EXPECT_EQ(test, 1U, t->unit.flushed[1]);
	expect_failed(test, false, false);
	KUNIT_EXPECT_TRUE(test, t->device[0].info.nested.blocked);
	KUNIT_EXPECT_TRUE(test, t->device[1].info.nested.blocked);

	KUNIT_EXPECT_TRUE(test, lose_table(t));
	KUNIT_EXPECT_EQ(test, 1U, t->unit.calls);
}

/* Who has failed and left may come back to any table of the domain, for ever */
static void recover_lost(struct kunit *test)
{
	struct recover_test *t = test->priv;

	t->unit.fails = U64_MAX;
	KUNIT_EXPECT_FALSE(test, lose_table(t));
	KUNIT_EXPECT_FALSE(test, intel_nested_lost(&t->domain));
	intel_nested_detach(&t->device[0].info);
	KUNIT_EXPECT_TRUE(test, intel_nested_lost(&t->domain));
	KUNIT_EXPECT_TRUE(test, test_bit(OWN_DID, t->unit.domain_ids));

	t->unit.fails = 0;
	KUNIT_EXPECT_FALSE(test, lose_table(t));
	KUNIT_EXPECT_FALSE(test, t->device[1].info.nested.failed);
	intel_nested_detach(&t->device[1].info);
	KUNIT_EXPECT_FALSE(test, test_bit(OWN_DID + 1, t->unit.domain_ids));
	KUNIT_EXPECT_TRUE(test, intel_nested_lost(&t->domain));
}

/* Nothing is lost with a device of which all could be dropped before it leaves */
static void recover_nothing_lost(struct kunit *test)
{
	struct recover_test *t = test->priv;

	t->unit.fails = U64_MAX;
	lose_table(t);
	t->unit.fails = 0;
	lose_table(t);
	intel_nested_detach(&t->device[0].info);
	KUNIT_EXPECT_FALSE(test, intel_nested_lost(&t->domain));
	KUNIT_EXPECT_FALSE(test, test_bit(OWN_DID, t->unit.domain_ids));
	KUNIT_EXPECT_TRUE(test, lose_table(t));
}

static struct kunit_case recover_cases[] = {
	KUNIT_CASE_PARAM(recover_long, silent_gen_params),
	KUNIT_CASE(recover_failed),
	KUNIT_CASE(recover_lost),
	KUNIT_CASE(recover_nothing_lost),
	{}
};

static struct kunit_suite recover_suite = {
	.name = "intel_iommu_nested_recover",
	.init = recover_test_init,
	.exit = recover_test_exit,
	.test_cases = recover_cases,
};

kunit_test_suite(recover_suite);
