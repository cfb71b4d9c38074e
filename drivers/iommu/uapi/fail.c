// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nesting interface: commands to an IOMMU that fail on demand
 *
 * /sys/kernel/debug/fail_iommu_nesting/, see
 * Documentation/fault-injection/fault-injection.rst
 */
#include <linux/err.h>
#include <linux/export.h>
#include <linux/fault-inject.h>
#include <linux/init.h>
#include <linux/iommu_nesting_fault.h>

static DECLARE_FAULT_ATTR(fail_command);

/**
 * iommu_nesting_fail_command - Is a command to fail
 *
 * For a driver to ask where it submits commands on behalf of user space.
 *
 * Context: any.
 * Return: true when it is to do as if the hardware had failed
 */
bool iommu_nesting_fail_command(void)
{
	return should_fail(&fail_command, 1);
}
EXPORT_SYMBOL_GPL(iommu_nesting_fail_command);

static int __init fail_init(void)
{
	return PTR_ERR_OR_ZERO(fault_create_debugfs_attr("fail_iommu_nesting",
							 NULL, &fail_command));
}
late_initcall(fail_init);
