// SPDX-License-Identifier: GPL-2.0
/*
 * Layout and constants of what Linux 5.10 shipped in <linux/iommu.h> and this
 * series brings back: a program built against 5.10's header runs unchanged.
 *
 * The numbers are facts of that release, not taken from this tree's headers.
 */
#include <linux/iommu.h>

#define SAME(name, what, value) \
	typedef char same_##name[(what) == (value) ? 1 : -1]
#define AT(name, type, member, offset) \
	SAME(name, __builtin_offsetof(struct type, member), offset)

SAME(inv_size, sizeof(struct iommu_cache_invalidate_info), 56);
AT(inv_argsz, iommu_cache_invalidate_info, argsz, 0);
AT(inv_version, iommu_cache_invalidate_info, version, 4);
AT(inv_cache, iommu_cache_invalidate_info, cache, 8);
AT(inv_granularity, iommu_cache_invalidate_info, granularity, 9);
AT(inv_padding, iommu_cache_invalidate_info, padding, 10);
AT(inv_pasid, iommu_cache_invalidate_info, granu.pasid_info, 16);
AT(inv_addr, iommu_cache_invalidate_info, granu.addr_info, 16);
SAME(inv_v1, IOMMU_CACHE_INVALIDATE_INFO_VERSION_1, 1);
SAME(inv_iotlb, IOMMU_CACHE_INV_TYPE_IOTLB, 1);
SAME(inv_dev_iotlb, IOMMU_CACHE_INV_TYPE_DEV_IOTLB, 2);
SAME(inv_type_pasid, IOMMU_CACHE_INV_TYPE_PASID, 4);
SAME(inv_type_nr, IOMMU_CACHE_INV_TYPE_NR, 3);
SAME(granu_domain, IOMMU_INV_GRANU_DOMAIN, 0);
SAME(granu_pasid, IOMMU_INV_GRANU_PASID, 1);
SAME(granu_addr, IOMMU_INV_GRANU_ADDR, 2);
SAME(granu_nr, IOMMU_INV_GRANU_NR, 3);

SAME(addr_size, sizeof(struct iommu_inv_addr_info), 40);
AT(addr_flags, iommu_inv_addr_info, flags, 0);
AT(addr_archid, iommu_inv_addr_info, archid, 4);
AT(addr_pasid, iommu_inv_addr_info, pasid, 8);
AT(addr_addr, iommu_inv_addr_info, addr, 16);
AT(addr_granule_size, iommu_inv_addr_info, granule_size, 24);
AT(addr_nb_granules, iommu_inv_addr_info, nb_granules, 32);
SAME(addr_flag_pasid, IOMMU_INV_ADDR_FLAGS_PASID, 1);
SAME(addr_flag_archid, IOMMU_INV_ADDR_FLAGS_ARCHID, 2);
SAME(addr_flag_leaf, IOMMU_INV_ADDR_FLAGS_LEAF, 4);

SAME(pasid_size, sizeof(struct iommu_inv_pasid_info), 16);
AT(pasid_flags, iommu_inv_pasid_info, flags, 0);
AT(pasid_archid, iommu_inv_pasid_info, archid, 4);
AT(pasid_pasid, iommu_inv_pasid_info, pasid, 8);
SAME(pasid_flag_pasid, IOMMU_INV_PASID_FLAGS_PASID, 1);
SAME(pasid_flag_archid, IOMMU_INV_PASID_FLAGS_ARCHID, 2);

SAME(resp_size, sizeof(struct iommu_page_response), 24);
AT(resp_argsz, iommu_page_response, argsz, 0);
AT(resp_version, iommu_page_response, version, 4);
AT(resp_flags, iommu_page_response, flags, 8);
AT(resp_pasid, iommu_page_response, pasid, 12);
AT(resp_grpid, iommu_page_response, grpid, 16);
AT(resp_code, iommu_page_response, code, 20);
SAME(resp_v1, IOMMU_PAGE_RESP_VERSION_1, 1);
SAME(resp_flag_pasid, IOMMU_PAGE_RESP_PASID_VALID, 1);

SAME(fault_size, sizeof(struct iommu_fault), 64);
AT(fault_type, iommu_fault, type, 0);
AT(fault_event, iommu_fault, event, 8);
AT(fault_prm, iommu_fault, prm, 8);
SAME(unrecov_size, sizeof(struct iommu_fault_unrecoverable), 32);
SAME(prm_size, sizeof(struct iommu_fault_page_request), 40);
SAME(format_vtd, IOMMU_PASID_FORMAT_INTEL_VTD, 1);
