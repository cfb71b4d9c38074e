// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: invalidation on behalf of user space
 */
#include <linux/array_size.h>
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
static int mock_cover_vtd(const struct mock_cover *cover)
{
	return cover->archid == MOCK_NO_ID ? 0 : -EOPNOTSUPP;
}

/* Translations are tagged with the ASID, all else with the PASID */
static int mock_cover_smmuv3(const struct iommu_cache_invalidate_info *inv,
			     enum mock_cache_type type,
			     struct mock_cover *cover)
{
	if (cover->archid > U16_MAX)
		return -EINVAL;

	if (type == MOCK_IOTLB) {
		if (cover->pasid != MOCK_NO_ID && cover->archid == MOCK_NO_ID)
			return -EOPNOTSUPP;
		if (inv->granularity == IOMMU_INV_GRANU_ADDR &&
		    !(inv->granu.addr_info.granule_size & MOCK_SMMUV3_PGSIZES))
			return -EOPNOTSUPP;
		cover->pasid = MOCK_NO_ID;
		return 0;
	}

	if (type == MOCK_PASID_CACHE && cover->pasid == MOCK_NO_ID)
		return -EOPNOTSUPP;
	if (type == MOCK_DEV_IOTLB && !cover->pasid)
		cover->pasid = MOCK_NO_ID;
	cover->archid = MOCK_NO_ID;
	return 0;
}

/* What of one cache @inv asks for, or why this IOMMU cannot do it */
static int mock_make_cover(u32 format,
			   const struct iommu_cache_invalidate_info *inv,
			   enum mock_cache_type type, struct mock_cover *cover)
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

	*cover = mock_everything;
	if (inv->granularity == IOMMU_INV_GRANU_DOMAIN)
		return 0;

	if (ids->flags & IOMMU_INV_PASID_FLAGS_PASID)
		cover->pasid = ids->pasid;
	if (ids->flags & IOMMU_INV_PASID_FLAGS_ARCHID)
		cover->archid = ids->archid;
	if (inv->granularity == IOMMU_INV_GRANU_ADDR) {
		cover->first = addr->addr;
		cover->last = addr->addr +
			      addr->granule_size * addr->nb_granules - 1;
	}

	return format == IOMMU_PASID_FORMAT_INTEL_VTD ?
	       mock_cover_vtd(cover) : mock_cover_smmuv3(inv, type, cover);
}

static int mock_make_covers(u32 format,
			    const struct iommu_cache_invalidate_info *inv,
			    struct mock_cover *covers)
{
	enum mock_cache_type type;
	int ret = 0;

	for (type = 0; type < MOCK_CACHES && !ret; type++)
		if (inv->cache & BIT(type))
			ret = mock_make_cover(format, inv, type, &covers[type]);

	return ret;
}

/* An older step could be refilled from what a younger one has yet to drop */
static int mock_invalidate_device(struct mock_device *mdev, u8 caches,
				  const struct mock_cover *covers)
{
	static const enum mock_cache_type order[] = {
		MOCK_PASID_CACHE, MOCK_IOTLB, MOCK_DEV_IOTLB,
	};
	int i, ret = 0;

	for (i = 0; i < ARRAY_SIZE(order) && !ret; i++)
		if (caches & BIT(order[i]))
			ret = mock_invalidate(mdev, order[i],
					      &covers[order[i]]);

	return ret ?: mock_sync(mdev);
}

/* When one device fails, every device of the domain is blocked */
static int mock_invalidate_domain(struct mock_domain *mdom, u8 caches,
				  const struct mock_device *only,
				  const struct mock_cover *covers)
{
	struct mock_device *mdev;
	int ret = 0;

	list_for_each_entry(mdev, &mdom->devices, node) {
		if (only && mdev != only)
			continue;
		ret = mock_invalidate_device(mdev, caches, covers);
		if (ret)
			break;
	}
	if (!ret)
		return 0;

	list_for_each_entry(mdev, &mdom->devices, node)
		mock_block(mdev);
	return ret;
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
 * nest, for an ASID in VT-d's format, and in SMMUv3's for translations by PASID
 * without an ASID, a PASID entry by ASID alone, and a granule that is no page or
 * block; -EINVAL for an ASID wider than 16 bits; -ENODEV
 */
int mock_cache_invalidate(struct iommu_domain *domain, struct device *dev,
			  const struct iommu_cache_invalidate_info *inv)
{
	struct mock_domain *mdom = to_mock_domain(domain);
	struct mock_cover covers[MOCK_CACHES];
	struct mock_device *only = NULL;
	int ret;

	if (!mdom->nested)
		return -EOPNOTSUPP;

	mutex_lock(&mock_lock);
	if (dev)
		only = mock_find_device(domain, dev);
	ret = PTR_ERR_OR_ZERO(only);
	if (!ret)
		ret = mock_make_covers(mdom->format, inv, covers);
	if (!ret)
		ret = mock_invalidate_domain(mdom, inv->cache, only, covers);
	mutex_unlock(&mock_lock);

	return ret;
}
