// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nesting interface: the one place that reads user memory
 *
 * Each structure is fetched with a single copy and only the copy is looked at,
 * so that nothing user space does meanwhile can change what was checked.
 */
#include <linux/export.h>
#include <linux/iommu_nesting.h>
#include <linux/uaccess.h>

/**
 * iommu_nesting_copy - Fetch a structure from user space and check it
 * @arg: which one
 * @dst: where the kernel's copy goes, of iommu_nesting_arg_size() bytes; valid
 *	when 0 is returned, zero-filled beyond what user space sent
 * @data: user pointer to the structure
 * @size: bytes at @data, as the transport knows them; the structure's first
 *	member, its argsz, has to say the same
 *
 * Context: may sleep for as long as user space's memory makes it, so no lock may
 * be held.
 * Return: 0, -EFAULT, -E2BIG for a non-zero tail that this kernel does not know
 * or more than IOMMU_NESTING_ARGSZ_MAX bytes, or what iommu_nesting_check()
 * returns
 */
int iommu_nesting_copy(enum iommu_nesting_arg arg, void *dst,
		       const void __user *data, size_t size)
{
	const __u32 *argsz = dst;
	int ret;

	if (size < sizeof(*argsz))
		return -EINVAL;
	if (size > IOMMU_NESTING_ARGSZ_MAX)
		return -E2BIG;

	ret = copy_struct_from_user(dst, iommu_nesting_arg_size(arg), data,
				    size);
	if (ret)
		return ret;
	if (*argsz != size)
		return -EINVAL;

	return iommu_nesting_check(arg, dst);
}
EXPORT_SYMBOL_GPL(iommu_nesting_copy);
