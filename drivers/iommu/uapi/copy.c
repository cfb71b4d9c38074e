// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nesting interface: the one place that reads user memory
 *
 * Each structure is fetched with a single copy and only the copy is looked at,
 * so that nothing user space does meanwhile can change what was checked.
 */
#include <linux/build_bug.h>
#include <linux/export.h>
#include <linux/iommu_nesting.h>
#include <linux/uaccess.h>

/*
 * Copy @size bytes of user space's structure into the @ksize bytes at @dst and
 * zero what user space did not send. The first member of every structure is its
 * argsz, which has to say the same as the transport.
 */
static int nesting_copy_struct(void *dst, size_t ksize,
			       const void __user *data, size_t size)
{
	const __u32 *argsz = dst;
	int ret;

	if (size < sizeof(*argsz))
		return -EINVAL;
	if (size > IOMMU_NESTING_ARGSZ_MAX)
		return -E2BIG;

	ret = copy_struct_from_user(dst, ksize, data, size);
	if (ret)
		return ret;

	return *argsz == size ? 0 : -EINVAL;
}

/**
 * iommu_nesting_copy_pasid_table - Fetch and check a PASID table's description
 * @cfg: the kernel's copy, valid when 0 is returned
 * @data: user pointer to a struct iommu_pasid_table_config
 * @size: bytes at @data, as the transport knows them
 *
 * Return: 0, -EFAULT, -E2BIG for a non-zero tail that this kernel does not know
 * or more than IOMMU_NESTING_ARGSZ_MAX bytes, or what
 * iommu_nesting_check_pasid_table() returns.
 */
int iommu_nesting_copy_pasid_table(struct iommu_pasid_table_config *cfg,
				   const void __user *data, size_t size)
{
	int ret;

	BUILD_BUG_ON(offsetof(typeof(*cfg), argsz));
	ret = nesting_copy_struct(cfg, sizeof(*cfg), data, size);
	return ret ?: iommu_nesting_check_pasid_table(cfg);
}
EXPORT_SYMBOL_GPL(iommu_nesting_copy_pasid_table);

/**
 * iommu_nesting_copy_cache_inv - Fetch and check an invalidation
 * @inv: the kernel's copy, valid when 0 is returned
 * @data: user pointer to a struct iommu_cache_invalidate_info
 * @size: bytes at @data, as the transport knows them
 *
 * Return: 0, -EFAULT, -E2BIG for a non-zero tail that this kernel does not know
 * or more than IOMMU_NESTING_ARGSZ_MAX bytes, or what
 * iommu_nesting_check_cache_inv() returns.
 */
int iommu_nesting_copy_cache_inv(struct iommu_cache_invalidate_info *inv,
				 const void __user *data, size_t size)
{
	int ret;

	BUILD_BUG_ON(offsetof(typeof(*inv), argsz));
	ret = nesting_copy_struct(inv, sizeof(*inv), data, size);
	return ret ?: iommu_nesting_check_cache_inv(inv);
}
EXPORT_SYMBOL_GPL(iommu_nesting_copy_cache_inv);
