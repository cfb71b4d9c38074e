// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: invalidation on behalf of user space
 */
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/err.h>
#include <linux/iommu_nesting.h>
#include <linux/limits.h>
#include <linux/sizes.h>

#include "mock.h"

/* Pages and blocks of the 4K, 16K and 64K granules (Arm IHI 0070, 6.3.6) */
#define MOCK_SMMUV3_PGSIZES	(SZ_4K | SZ_2M | SZ_1G | SZ_16K | SZ_32M | \
				 SZ_64K | SZ_512M)

/* VT-d 4.1, 6.5.2: there, address spaces have no other id than the PASID */
static int mock_check_vtd(const struct iommu_inv_pasid_info *ids)
{
	const u32 slow = IOMMU_INV_PASID_FLAGS_ARCHID |
			 IOMMU_INV_PASID_FLAGS_GPASID;

	if (!(ids->flags & slow))
		return 0;

	return ids->flags & IOMMU_INV_PASID_FLAGS_ARCHID ? -EOPNOTSUPP : 1;
}

/* Translations are tagged with the ASID, all else with the PASID */
static int mock_check_smmuv3(const struct iommu_cache_invalidate_info *inv,
			     const struct iommu_inv_pasid_info *ids)
{
	bool archid = ids->flags & IOMMU_INV_PASID_FLAGS_ARCHID;
	bool pasid = ids->flags & IOMMU_INV_PASID_FLAGS_PASID;

	if (ids->flags & IOMMU_INV_PASID_FLAGS_GPASID)
		return -EOPNOTSUPP;
	if (archid && ids->archid > U16_MAX)
		return -EINVAL;
	if (inv->cache & IOMMU_CACHE_INV_TYPE_PASID && !pasid)
		return -EOPNOTSUPP;
	if (!(inv->cache & IOMMU_CACHE_INV_TYPE_IOTLB))
		return 0;

	if (pasid && !archid)
		return -EOPNOTSUPP;

	return inv->granularity == IOMMU_INV_GRANU_ADDR &&
	       !(inv->granu.addr_info.granule_size & MOCK_SMMUV3_PGSIZES) ?
	       -EOPNOTSUPP : 0;
}

/* Can this IOMMU do all that @inv asks for? 1 when it names a guest's PASID. */
static int mock_check_inv(u32 format,
			  const struct iommu_cache_invalidate_info *inv)
{
	const struct iommu_inv_pasid_info *ids = &inv->granu.pasid_info;
	const struct iommu_inv_addr_info *addr = &inv->granu.addr_info;

	/* Both members start with flags, archid and pasid, with the same bits */
	static_assert(offsetof(typeof(*ids), pasid) ==
		      offsetof(typeof(*addr), pasid));
	static_assert(IOMMU_INV_PASID_FLAGS_PASID ==
		      IOMMU_INV_ADDR_FLAGS_PASID);
	static_assert(IOMMU_INV_PASID_FLAGS_ARCHID ==
		      IOMMU_INV_ADDR_FLAGS_ARCHID);
	static_assert(IOMMU_INV_PASID_FLAGS_GPASID ==
		      IOMMU_INV_ADDR_FLAGS_GPASID);

	if (inv->granularity == IOMMU_INV_GRANU_DOMAIN)
		return 0;

	return format == IOMMU_PASID_FORMAT_INTEL_VTD ?
	       mock_check_vtd(ids) : mock_check_smmuv3(inv, ids);
}

/* SMMUv3 knows translations by ASID, and a device's or a PASID entry by PASID */
static void mock_cover_smmuv3(enum mock_cache_type type,
			      struct mock_cover *cover)
{
	if (type == MOCK_IOTLB) {
		cover->pasid = MOCK_NO_ID;
		return;
	}

	if (type == MOCK_DEV_IOTLB && !cover->pasid)
		cover->pasid = MOCK_NO_ID;
	cover->archid = MOCK_NO_ID;
}

/* What @inv covers of one cache */
static struct mock_cover
mock_cover_of(u32 format, const struct iommu_cache_invalidate_info *inv,
	      enum mock_cache_type type)
{
	const struct iommu_inv_pasid_info *ids = &inv->granu.pasid_info;
	const struct iommu_inv_addr_info *addr = &inv->granu.addr_info;
	struct mock_cover cover = mock_everything;

	if (inv->granularity == IOMMU_INV_GRANU_DOMAIN)
		return cover;

	if (ids->flags & IOMMU_INV_PASID_FLAGS_PASID)
		cover.pasid = ids->pasid;
	if (ids->flags & IOMMU_INV_PASID_FLAGS_ARCHID)
		cover.archid = ids->archid;
	if (inv->granularity == IOMMU_INV_GRANU_ADDR) {
		cover.first = addr->addr;
		cover.last = addr->addr +
			     addr->granule_size * addr->nb_granules - 1;
	}
	if (format == IOMMU_PASID_FORMAT_ARM_SMMUV3)
		mock_cover_smmuv3(type, &cover);

	return cover;
}

static int mock_invalidate_cache(struct mock_device *mdev,
				 const struct iommu_cache_invalidate_info *inv,
				 enum mock_cache_type type)
{
	struct mock_cover cover = mock_cover_of(mdev->format, inv, type);

	return mock_invalidate(mdev, type, &cover);
}

/* An older step could be refilled from what a younger one has yet to drop */
static int mock_invalidate_device(struct mock_device *mdev,
				  const struct iommu_cache_invalidate_info *inv)
{
	int ret = 0;

	if (inv->cache & IOMMU_CACHE_INV_TYPE_PASID)
		ret = mock_invalidate_cache(mdev, inv, MOCK_PASID_CACHE);
	if (!ret && inv->cache & IOMMU_CACHE_INV_TYPE_IOTLB)
		ret = mock_invalidate_cache(mdev, inv, MOCK_IOTLB);
	if (!ret && inv->cache & IOMMU_CACHE_INV_TYPE_DEV_IOTLB)
		ret = mock_invalidate_cache(mdev, inv, MOCK_DEV_IOTLB);

	return ret;
}

static int mock_invalidate_devices(struct mock_domain *mdom,
				   const struct iommu_cache_invalidate_info *inv)
{
	struct mock_device *mdev;
	int ret = 0;

	list_for_each_entry(mdev, &mdom->devices, node) {
		ret = mock_invalidate_device(mdev, inv);
		if (ret)
			break;
	}

	return ret;
}

/* The PASID that a device uses where the guest has @gpasid, or MOCK_NO_ID */
static s32 mock_host_pasid(struct mock_device *mdev, u64 gpasid)
{
	struct iommu_gpasid_bind_data *pgtbl;
	unsigned long pasid;

	xa_for_each(&mdev->pgtbls, pasid, pgtbl)
		if (pgtbl->flags & IOMMU_SVA_GPASID_VAL &&
		    pgtbl->gpasid == gpasid)
			return pasid;

	return MOCK_NO_ID;
}

/* Of a device where nothing is bound to the guest's number, nothing is cached */
static int mock_invalidate_guest(struct mock_domain *mdom,
				 const struct mock_device *only,
				 const struct iommu_cache_invalidate_info *inv)
{
	struct iommu_cache_invalidate_info host = *inv;
	struct mock_device *mdev;
	int ret = -EPERM;
	s32 pasid;

	host.granu.pasid_info.flags &= ~IOMMU_INV_PASID_FLAGS_GPASID;
	list_for_each_entry(mdev, &mdom->devices, node) {
		pasid = mock_host_pasid(mdev, inv->granu.pasid_info.pasid);
		if ((only && mdev != only) || pasid == MOCK_NO_ID)
			continue;
		host.granu.pasid_info.pasid = pasid;
		ret = mock_invalidate_device(mdev, &host);
		if (ret)
			break;
	}

	return ret;
}

/* Whatever fails, what the domain's devices have cached is in doubt */
static void mock_block_devices(struct mock_domain *mdom)
{
	struct mock_device *mdev;

	list_for_each_entry(mdev, &mdom->devices, node)
		mock_block(mdev, IOMMU_FAULT_BLOCKED_INVALIDATION);
}

/**
 * mock_cache_invalidate - Drop what the fake hardware cached
 * @domain: domain of the mock
 * @dev: one device, or NULL for all that are attached
 * @inv: checked by the core
 *
 * All of @inv is checked before the first command.
 *
 * Return: 0; -EIO when the hardware failed; -EOPNOTSUPP when @domain does not
 * nest, for an ASID in VT-d's format, and in SMMUv3's for a guest PASID,
 * translations by PASID without an ASID, a PASID entry by ASID alone, and a granule
 * that is no page or block; -EPERM for a guest PASID that is bound to none of the
 * devices; -EINVAL for an ASID wider than 16 bits; -ENODEV
 */
int mock_cache_invalidate(struct iommu_domain *domain, struct device *dev,
			  const struct iommu_cache_invalidate_info *inv)
{
	struct mock_domain *mdom = to_mock_domain(domain);
	struct mock_device *mdev = NULL;
	int ret;

	if (!mdom->nested)
		return -EOPNOTSUPP;

	mutex_lock(&mock_lock);
	if (dev)
		mdev = mock_find_device(domain, dev);
	ret = PTR_ERR_OR_ZERO(mdev) ?: mock_check_inv(mdom->format, inv);
	if (ret >= 0) {
		if (ret)
			ret = mock_invalidate_guest(mdom, mdev, inv);
		else
			ret = mdev ? mock_invalidate_device(mdev, inv) :
				     mock_invalidate_devices(mdom, inv);
		if (ret && ret != -EPERM)
			mock_block_devices(mdom);
	}
	mutex_unlock(&mock_lock);

	return ret;
}
