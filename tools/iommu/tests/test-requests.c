// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* PASIDs, stage 2, and the structures that are made inline */
#include "fake.h"

static void expect_request(const char *what, __u32 flags, __u32 min, __u32 max)
{
	struct vfio_iommu_pasid_request seen, expected = {
		.argsz = sizeof(expected),
		.flags = flags,
		.data.range = { min, max },
	};

	memcpy(&seen, fake.arg, sizeof(seen));
	tap(fake.request == VFIO_IOMMU_PASID_REQUEST && fake.fd == 5 &&
	    !memcmp(&seen, &expected, sizeof(seen)), what);
}

static void test_pasids(void)
{
	struct vfio_pasid_quota quota = { 0 };

	fake_reset();
	fake.result = 42;
	tap_eq(42, inest_pasid_alloc(5, 1, 100), "pasid: alloc");
	expect_request("pasid: alloc, argument", VFIO_PASID_REQUEST_ALLOC, 1,
		       100);
	fake.result = 0;
	tap_eq(0, inest_pasid_free(5, 42, 43), "pasid: free");
	expect_request("pasid: free, argument", VFIO_PASID_REQUEST_FREE, 42,
		       43);
	tap_eq(0, inest_pasid_quota(5, &quota), "pasid: quota");
	tap(quota.quota == 1000 && quota.available == 900,
	    "pasid: quota, result");
	expect_request("pasid: quota, argument", VFIO_PASID_REQUEST_QUOTA, 0,
		       0);
	fake.error = EDQUOT;
	tap_eq(-EDQUOT, inest_pasid_alloc(5, 1, 100), "pasid: alloc fails");
	tap_eq(-EDQUOT, inest_pasid_free(5, 1, 100), "pasid: free fails");
	quota.quota = 1;
	tap_eq(-EDQUOT, inest_pasid_quota(5, &quota), "pasid: quota fails");
	tap_eq(1, quota.quota, "pasid: quota fails and changes nothing");
}

static void test_stage2(void)
{
	struct vfio_iommu_type1_dma_map map;

	fake_reset();
	tap_eq(0, inest_dma_map(5, 0x40000000, &map, 4096,
				VFIO_DMA_MAP_FLAG_READ), "map");
	memcpy(&map, fake.arg, sizeof(map));
	tap(fake.request == VFIO_IOMMU_MAP_DMA && map.argsz == sizeof(map) &&
	    map.flags == VFIO_DMA_MAP_FLAG_READ && map.iova == 0x40000000 &&
	    map.size == 4096 && map.vaddr == (unsigned long)&map,
	    "map: argument");
	tap_eq(0, inest_dma_unmap(5, 0x40000000, 4096), "unmap");
	fake.grows = 4096;
	tap_eq(-ENOENT, inest_dma_unmap(5, 0x40000000, 4096),
	       "unmap: another size");
	fake.error = EINVAL;
	tap_eq(-EINVAL, inest_dma_unmap(5, 0x40000000, 4096), "unmap: fails");
	tap_eq(-EINVAL, inest_dma_map(5, 0, &map, 1, 0), "map: fails");
}

static void test_invalidations(void)
{
	struct iommu_cache_invalidate_info pasid =
		inest_inv_pasid(IOMMU_CACHE_INV_TYPE_PASID, 9);
	struct iommu_cache_invalidate_info archid =
		inest_inv_archid(IOMMU_CACHE_INV_TYPE_IOTLB, 8);
	struct iommu_cache_invalidate_info range =
		inest_inv_range(IOMMU_CACHE_INV_TYPE_IOTLB, 0x2000, 4096, 2);
	struct iommu_cache_invalidate_info all = inest_inv_all(3);

	tap(all.argsz == 56 && all.version == 1 && all.cache == 3 &&
	    all.granularity == IOMMU_INV_GRANU_DOMAIN, "inv: all");
	tap(pasid.granu.pasid_info.flags == IOMMU_INV_PASID_FLAGS_PASID &&
	    pasid.granu.pasid_info.pasid == 9 &&
	    pasid.granularity == IOMMU_INV_GRANU_PASID, "inv: PASID");
	tap(archid.granu.pasid_info.flags == IOMMU_INV_PASID_FLAGS_ARCHID &&
	    archid.granu.pasid_info.archid == 8 &&
	    archid.granularity == IOMMU_INV_GRANU_PASID, "inv: ASID");
	inest_inv_set_pasid(&range, 7);
	inest_inv_set_archid(&range, 6);
	tap(range.granu.addr_info.flags == (IOMMU_INV_ADDR_FLAGS_PASID |
					    IOMMU_INV_ADDR_FLAGS_ARCHID) &&
	    range.granu.addr_info.pasid == 7 &&
	    range.granu.addr_info.archid == 6 &&
	    range.granu.addr_info.addr == 0x2000 &&
	    range.granu.addr_info.granule_size == 4096 &&
	    range.granu.addr_info.nb_granules == 2 &&
	    range.granularity == IOMMU_INV_GRANU_ADDR, "inv: range");
}

static void test_structures(void)
{
	struct iommu_gpasid_bind_data rid = inest_bind_rid_data(0x3000, 48);
	struct iommu_gpasid_bind_data unbind = inest_unbind_rid_data();
	struct iommu_gpasid_bind_data data = inest_bind_data(5, 0x3000, 48);
	struct iommu_page_response none =
		inest_response(INEST_NO_PASID, 4, IOMMU_PAGE_RESP_SUCCESS);
	struct iommu_page_response some = inest_response(0, 4, 1);
	struct iommu_pasid_table_config table = inest_table(64, 3, 2, 1);

	inest_bind_data_set_gpasid(&data, 6);
	tap(rid.argsz == 72 && rid.flags == IOMMU_SVA_GPASID_RID &&
	    !rid.hpasid && rid.gpgd == 0x3000 && rid.addr_width == 48,
	    "bind: RID");
	tap(unbind.argsz == 56 && unbind.flags == IOMMU_SVA_GPASID_RID &&
	    unbind.version == 1 && unbind.format == 1, "unbind: RID");
	tap(data.flags == IOMMU_SVA_GPASID_VAL && data.gpasid == 6 &&
	    data.hpasid == 5, "bind: guest's PASID");
	tap(!none.flags && !none.pasid && none.grpid == 4 &&
	    none.argsz == 24 && none.version == 1, "response: no PASID");
	tap(some.flags == IOMMU_PAGE_RESP_PASID_VALID && !some.pasid &&
	    some.code == 1, "response: PASID 0");
	tap(table.argsz == 32 && table.base_ptr == 64 &&
	    table.pasid_bits == 3 && table.config == 1 &&
	    table.format == 2 && table.vendor_data.smmuv3.version == 1 &&
	    table.vendor_data.smmuv3.s1fmt == 2 &&
	    table.vendor_data.smmuv3.s1dss == 1, "table");
}

void test_requests(void)
{
	test_pasids();
	test_stage2();
	test_invalidations();
	test_structures();
}
