// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: devices, domains and a stage 2 that translates nothing
 *
 * Groups are formed as on real hardware, and mappings are kept so that VFIO finds
 * the pages again that it pinned. A device's DMA is not translated at all.
 */
#define pr_fmt(fmt) "iommu_nesting_mock: " fmt

#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/iommu_nesting.h>
#include <linux/pci.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "mock.h"

/* Intel SDM volume 3, "Message Address Register Format" */
#define MOCK_MSI_BASE		0xfee00000
#define MOCK_MSI_SIZE		SZ_1M

/*
 * Protects all of every mock_domain and mock_device, and keeps a mock_device
 * on a domain's list allocated. Taken inside the group's mutex and VFIO's locks,
 * and never while debugfs files are created or removed.
 */
DEFINE_MUTEX(mock_lock);

static struct iommu_device mock_iommu;
static const struct iommu_domain_ops mock_vtd_domain_ops;
static const struct iommu_domain_ops mock_smmuv3_domain_ops;

static bool mock_capable(struct device *dev, enum iommu_cap cap)
{
	return cap == IOMMU_CAP_CACHE_COHERENCY;
}

static struct iommu_domain *mock_domain_alloc(unsigned int type)
{
	struct mock_domain *mdom;

	if (type != IOMMU_DOMAIN_IDENTITY && type != IOMMU_DOMAIN_UNMANAGED)
		return NULL;

	mdom = mock_zalloc(sizeof(*mdom));
	if (!mdom)
		return NULL;

	INIT_LIST_HEAD(&mdom->devices);
	xa_init(&mdom->pages);
	mdom->format = IOMMU_PASID_FORMAT_INTEL_VTD;
	mdom->domain.ops = &mock_vtd_domain_ops;
	mdom->domain.geometry.aperture_end =
		(dma_addr_t)DMA_BIT_MASK(MOCK_ADDR_WIDTH);
	mdom->domain.geometry.force_aperture = true;
	return &mdom->domain;
}

static void mock_domain_free(struct iommu_domain *domain)
{
	struct mock_domain *mdom = to_mock_domain(domain);

	WARN_ON(!list_empty(&mdom->devices));
	xa_destroy(&mdom->pages);
	kvfree(mdom);
}

static int mock_enable_nesting(struct iommu_domain *domain)
{
	struct mock_domain *mdom = to_mock_domain(domain);
	int ret = -EBUSY;

	mutex_lock(&mock_lock);
	if (list_empty(&mdom->devices)) {
		mdom->nested = true;
		ret = 0;
	}
	mutex_unlock(&mock_lock);

	return ret;
}

/*
 * The devices of a nesting domain are of one format, and the first decides
 * which. Nobody looks at the operations of a domain without devices meanwhile.
 */
static int mock_adopt_format(struct mock_domain *mdom, u32 format)
{
	if (!mdom->nested || mdom->format == format)
		return 0;
	if (!list_empty(&mdom->devices))
		return -EINVAL;

	mdom->format = format;
	mdom->domain.ops = format == IOMMU_PASID_FORMAT_INTEL_VTD ?
			   &mock_vtd_domain_ops : &mock_smmuv3_domain_ops;
	return 0;
}

/**
 * mock_find_device - Look a device up among those of a nesting domain
 * @domain: any domain of the mock, mock_lock held
 * @dev: the device, which need not be attached to it
 *
 * Return: the device, valid until mock_lock is dropped; -EOPNOTSUPP when
 * @domain does not nest, -ENODEV when @dev is not attached to it
 */
struct mock_device *mock_find_device(struct iommu_domain *domain,
				     struct device *dev)
{
	struct mock_domain *mdom = to_mock_domain(domain);
	struct mock_device *mdev;

	lockdep_assert_held(&mock_lock);

	if (!mdom->nested)
		return ERR_PTR(-EOPNOTSUPP);

	list_for_each_entry(mdev, &mdom->devices, node)
		if (mdev->dev == dev)
			return mdev;

	return ERR_PTR(-ENODEV);
}

static void mock_leave(struct mock_device *mdev)
{
	if (!mdev->domain)
		return;

	if (mdev->faults)
		iommu_nesting_faults_stop(mdev->faults);
	mock_reset(mdev);
	iommu_nesting_faults_put(mdev->faults);
	mdev->faults = NULL;
	list_del(&mdev->node);
	mdev->domain = NULL;
}

static int mock_enter(struct mock_device *mdev, struct mock_domain *mdom)
{
	struct iommu_nesting_faults *faults = NULL;

	if (mdom->nested) {
		faults = iommu_nesting_faults_alloc(mdev->dev, &mock_fault_ops);
		if (!faults)
			return -ENOMEM;
	}

	mock_leave(mdev);
	list_add_tail(&mdev->node, &mdom->devices);
	mdev->domain = mdom;
	mdev->faults = faults;
	return 0;
}

static int mock_attach_dev(struct iommu_domain *domain, struct device *dev)
{
	struct mock_domain *mdom = to_mock_domain(domain);
	struct mock_device *mdev = dev_iommu_priv_get(dev);
	int ret;

	if (!mdev)
		return -ENODEV;

	/* From a domain that nests a device goes to one that does not, and can */
	if (mdev->faults && mdev->domain != mdom)
		iommu_nesting_faults_leave(mdev->faults);

	mutex_lock(&mock_lock);
	ret = mock_adopt_format(mdom, mdev->format);
	if (!ret && mdev->domain != mdom)
		ret = mock_enter(mdev, mdom);
	mutex_unlock(&mock_lock);

	return ret;
}

static int mock_map_pages(struct iommu_domain *domain, unsigned long iova,
			  phys_addr_t paddr, size_t pgsize, size_t pgcount,
			  int prot, gfp_t gfp, size_t *mapped)
{
	struct mock_domain *mdom = to_mock_domain(domain);
	int ret;

	for (; pgcount; pgcount--) {
		ret = xa_insert(&mdom->pages, iova / SZ_4K,
				xa_mk_value(paddr / SZ_4K), gfp);
		if (ret)
			return ret == -EBUSY ? -EEXIST : ret;
		iova += SZ_4K;
		paddr += SZ_4K;
		*mapped += SZ_4K;
	}

	return 0;
}

static size_t mock_unmap_pages(struct iommu_domain *domain, unsigned long iova,
			       size_t pgsize, size_t pgcount,
			       struct iommu_iotlb_gather *gather)
{
	struct mock_domain *mdom = to_mock_domain(domain);
	size_t unmapped = 0;

	while (pgcount-- && xa_erase(&mdom->pages, (iova + unmapped) / SZ_4K))
		unmapped += SZ_4K;

	return unmapped;
}

static void mock_iotlb_sync(struct iommu_domain *domain,
			    struct iommu_iotlb_gather *gather)
{
	mock_flush_combined(to_mock_domain(domain));
}

static phys_addr_t mock_iova_to_phys(struct iommu_domain *domain,
				     dma_addr_t iova)
{
	struct mock_domain *mdom = to_mock_domain(domain);
	void *page = xa_load(&mdom->pages, iova / SZ_4K);

	if (!page)
		return 0;

	return (phys_addr_t)xa_to_value(page) * SZ_4K + (iova & (SZ_4K - 1));
}

#define MOCK_DOMAIN_OPS(ops) {				\
	.attach_dev	= mock_attach_dev,		\
	.map_pages	= mock_map_pages,		\
	.unmap_pages	= mock_unmap_pages,		\
	.iotlb_sync	= mock_iotlb_sync,		\
	.iova_to_phys	= mock_iova_to_phys,		\
	.enable_nesting	= mock_enable_nesting,		\
	.free		= mock_domain_free,		\
	.nesting	= (ops),			\
}

static const struct iommu_domain_ops mock_vtd_domain_ops =
	MOCK_DOMAIN_OPS(&mock_vtd_ops);
static const struct iommu_domain_ops mock_smmuv3_domain_ops =
	MOCK_DOMAIN_OPS(&mock_smmuv3_ops);

/*
 * A device whose driver came before the mock stays without an IOMMU: the core
 * counts the drivers of a group when they bind, and again when they let go.
 */
static struct iommu_device *mock_probe_device(struct device *dev)
{
	struct mock_device *mdev;

	if (!dev_is_pci(dev) || dev->driver)
		return ERR_PTR(-ENODEV);

	mdev = mock_zalloc(sizeof(*mdev));
	if (!mdev)
		return ERR_PTR(-ENOMEM);

	mdev->dev = dev;
	mdev->format = IOMMU_PASID_FORMAT_INTEL_VTD;
	xa_init(&mdev->pgtbls);
	spin_lock_init(&mdev->prq_lock);
	dev_iommu_priv_set(dev, mdev);
	mock_debugfs_add(mdev);
	return &mock_iommu;
}

/* The core detaches a device that goes away neither before this nor after */
static void mock_release_device(struct device *dev)
{
	struct mock_device *mdev = dev_iommu_priv_get(dev);

	mock_debugfs_remove(mdev);
	if (mdev->faults)
		iommu_nesting_faults_leave(mdev->faults);

	mutex_lock(&mock_lock);
	if (mdev->faults)
		iommu_nesting_faults_stop(mdev->faults);
	iommu_nesting_faults_put(mdev->faults);
	if (mdev->domain)
		list_del(&mdev->node);
	mutex_unlock(&mock_lock);

	mock_free_stage1(mdev);
	dev_iommu_priv_set(dev, NULL);
	kvfree(mdev);
}

static void mock_get_resv_regions(struct device *dev, struct list_head *head)
{
	struct iommu_resv_region *region;

	region = iommu_alloc_resv_region(MOCK_MSI_BASE, MOCK_MSI_SIZE, 0,
					 IOMMU_RESV_MSI, GFP_KERNEL);
	if (region)
		list_add_tail(&region->list, head);
}

static int mock_def_domain_type(struct device *dev)
{
	return IOMMU_DOMAIN_IDENTITY;
}

static const struct iommu_ops mock_iommu_ops = {
	.capable		= mock_capable,
	.domain_alloc		= mock_domain_alloc,
	.probe_device		= mock_probe_device,
	.release_device		= mock_release_device,
	.device_group		= pci_device_group,
	.get_resv_regions	= mock_get_resv_regions,
	.def_domain_type	= mock_def_domain_type,
	.default_domain_ops	= &mock_vtd_domain_ops,
	.pgsize_bitmap		= SZ_4K,
};

static int __init mock_init(void)
{
	int ret;

	if (iommu_present(&pci_bus_type)) {
		pr_info("there is a real IOMMU, not registered\n");
		return 0;
	}

	ret = iommu_device_sysfs_add(&mock_iommu, NULL, NULL,
				     "iommu_nesting_mock");
	if (ret)
		return ret;

	mock_debugfs_init();
	ret = iommu_device_register(&mock_iommu, &mock_iommu_ops, NULL);
	if (ret) {
		mock_debugfs_exit();
		iommu_device_sysfs_remove(&mock_iommu);
		return ret;
	}

	add_taint(TAINT_TEST, LOCKDEP_STILL_OK);
	pr_info("PCI devices are behind a mock IOMMU, their DMA is not translated\n");
	return 0;
}
late_initcall(mock_init);
