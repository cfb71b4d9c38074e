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

SAME(bind_size, sizeof(struct iommu_gpasid_bind_data), 72);
AT(bind_argsz, iommu_gpasid_bind_data, argsz, 0);
AT(bind_version, iommu_gpasid_bind_data, version, 4);
AT(bind_format, iommu_gpasid_bind_data, format, 8);
AT(bind_addr_width, iommu_gpasid_bind_data, addr_width, 12);
AT(bind_flags, iommu_gpasid_bind_data, flags, 16);
AT(bind_gpgd, iommu_gpasid_bind_data, gpgd, 24);
AT(bind_hpasid, iommu_gpasid_bind_data, hpasid, 32);
AT(bind_gpasid, iommu_gpasid_bind_data, gpasid, 40);
AT(bind_padding, iommu_gpasid_bind_data, padding, 48);
AT(bind_vendor, iommu_gpasid_bind_data, vendor, 56);
AT(bind_vendor_vtd, iommu_gpasid_bind_data, vendor.vtd, 56);
SAME(gpasid_bind_version_1, IOMMU_GPASID_BIND_VERSION_1, 1);
SAME(pasid_format_intel_vtd, IOMMU_PASID_FORMAT_INTEL_VTD, 1);
SAME(pasid_format_last, IOMMU_PASID_FORMAT_LAST, 2);
SAME(sva_gpasid_val, IOMMU_SVA_GPASID_VAL, 1);

SAME(bind_vtd_size, sizeof(struct iommu_gpasid_bind_data_vtd), 16);
AT(bind_vtd_flags, iommu_gpasid_bind_data_vtd, flags, 0);
AT(bind_vtd_pat, iommu_gpasid_bind_data_vtd, pat, 8);
AT(bind_vtd_emt, iommu_gpasid_bind_data_vtd, emt, 12);
SAME(sva_vtd_gpasid_sre, IOMMU_SVA_VTD_GPASID_SRE, 1);
SAME(sva_vtd_gpasid_eafe, IOMMU_SVA_VTD_GPASID_EAFE, 2);
SAME(sva_vtd_gpasid_pcd, IOMMU_SVA_VTD_GPASID_PCD, 4);
SAME(sva_vtd_gpasid_pwt, IOMMU_SVA_VTD_GPASID_PWT, 8);
SAME(sva_vtd_gpasid_emte, IOMMU_SVA_VTD_GPASID_EMTE, 16);
SAME(sva_vtd_gpasid_cd, IOMMU_SVA_VTD_GPASID_CD, 32);
SAME(sva_vtd_gpasid_last, IOMMU_SVA_VTD_GPASID_LAST, 64);
SAME(sva_vtd_gpasid_mts_mask, IOMMU_SVA_VTD_GPASID_MTS_MASK, 60);

SAME(fault_size, sizeof(struct iommu_fault), 64);
AT(fault_type, iommu_fault, type, 0);
AT(fault_padding, iommu_fault, padding, 4);
AT(fault_event, iommu_fault, event, 8);
AT(fault_prm, iommu_fault, prm, 8);
SAME(fault_dma_unrecov, IOMMU_FAULT_DMA_UNRECOV, 1);
SAME(fault_page_req, IOMMU_FAULT_PAGE_REQ, 2);
SAME(fault_perm_read, IOMMU_FAULT_PERM_READ, 1);
SAME(fault_perm_write, IOMMU_FAULT_PERM_WRITE, 2);
SAME(fault_perm_exec, IOMMU_FAULT_PERM_EXEC, 4);
SAME(fault_perm_priv, IOMMU_FAULT_PERM_PRIV, 8);
SAME(fault_reason_unknown, IOMMU_FAULT_REASON_UNKNOWN, 0);
SAME(fault_reason_pasid_fetch, IOMMU_FAULT_REASON_PASID_FETCH, 1);
SAME(fault_reason_bad_pasid_entry, IOMMU_FAULT_REASON_BAD_PASID_ENTRY, 2);
SAME(fault_reason_pasid_invalid, IOMMU_FAULT_REASON_PASID_INVALID, 3);
SAME(fault_reason_walk_eabt, IOMMU_FAULT_REASON_WALK_EABT, 4);
SAME(fault_reason_pte_fetch, IOMMU_FAULT_REASON_PTE_FETCH, 5);
SAME(fault_reason_permission, IOMMU_FAULT_REASON_PERMISSION, 6);
SAME(fault_reason_access, IOMMU_FAULT_REASON_ACCESS, 7);
SAME(fault_reason_oor_address, IOMMU_FAULT_REASON_OOR_ADDRESS, 8);

SAME(unrecov_size, sizeof(struct iommu_fault_unrecoverable), 32);
AT(unrecov_reason, iommu_fault_unrecoverable, reason, 0);
AT(unrecov_flags, iommu_fault_unrecoverable, flags, 4);
AT(unrecov_pasid, iommu_fault_unrecoverable, pasid, 8);
AT(unrecov_perm, iommu_fault_unrecoverable, perm, 12);
AT(unrecov_addr, iommu_fault_unrecoverable, addr, 16);
AT(unrecov_fetch_addr, iommu_fault_unrecoverable, fetch_addr, 24);
SAME(fault_unrecov_pasid_valid, IOMMU_FAULT_UNRECOV_PASID_VALID, 1);
SAME(fault_unrecov_addr_valid, IOMMU_FAULT_UNRECOV_ADDR_VALID, 2);
SAME(fault_unrecov_fetch_addr_valid, IOMMU_FAULT_UNRECOV_FETCH_ADDR_VALID, 4);

SAME(prm_size, sizeof(struct iommu_fault_page_request), 40);
AT(prm_flags, iommu_fault_page_request, flags, 0);
AT(prm_pasid, iommu_fault_page_request, pasid, 4);
AT(prm_grpid, iommu_fault_page_request, grpid, 8);
AT(prm_perm, iommu_fault_page_request, perm, 12);
AT(prm_addr, iommu_fault_page_request, addr, 16);
AT(prm_private_data, iommu_fault_page_request, private_data, 24);
SAME(fault_page_request_pasid_valid, IOMMU_FAULT_PAGE_REQUEST_PASID_VALID, 1);
SAME(fault_page_request_last_page, IOMMU_FAULT_PAGE_REQUEST_LAST_PAGE, 2);
SAME(fault_page_request_priv_data, IOMMU_FAULT_PAGE_REQUEST_PRIV_DATA, 4);
SAME(fault_page_response_needs_pasid, IOMMU_FAULT_PAGE_RESPONSE_NEEDS_PASID, 8);
SAME(page_resp_success, IOMMU_PAGE_RESP_SUCCESS, 0);
SAME(page_resp_invalid, IOMMU_PAGE_RESP_INVALID, 1);
SAME(page_resp_failure, IOMMU_PAGE_RESP_FAILURE, 2);
