/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Nesting interface: values that no table describes
 *
 * Each takes the kernel's copy, whose size, version, flags and padding were found
 * right, and returns 0, -EINVAL or -EOPNOTSUPP.
 */
#ifndef __IOMMU_NESTING_RULES_H
#define __IOMMU_NESTING_RULES_H

int iommu_nesting_pasid_table_values(const void *copy);
int iommu_nesting_bind_pgtbl_values(const void *copy);
int iommu_nesting_unbind_pgtbl_values(const void *copy);
int iommu_nesting_cache_inv_values(const void *copy);
int iommu_nesting_page_resp_values(const void *copy);
int iommu_nesting_fault_queue_values(const void *copy);

#endif /* __IOMMU_NESTING_RULES_H */
