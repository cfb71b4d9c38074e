// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests for a machine whose SMMU has one stage: nesting is refused and never
 * served with less, and everything else is as ever
 */
#include <errno.h>
#include <unistd.h>

#include "../kselftest.h"
#include "modes.h"
#include "splat.h"
#include "vm.h"

/* What a container gave when nesting was asked for, and then a plain IOMMU */
static void test_set_iommu(void)
{
	int container = vfio_open_container();
	int group = vfio_open_group(vm_device_bdf(0));
	int ret = vfio_set_container(group, container);

	ksft_test_result(!ret, "attach_group\n");
	ret = vfio_set_iommu(container, VFIO_TYPE1_NESTING_IOMMU);
	if (ret != -EOPNOTSUPP)
		ksft_print_msg("VFIO_SET_IOMMU returned %d\n", ret);
	ksft_test_result(ret == -EOPNOTSUPP, "set_nesting_iommu_refused\n");
	ret = vfio_set_iommu(container, VFIO_TYPE1v2_IOMMU);
	ksft_test_result(!ret, "set_plain_iommu_after_refusal\n");
	close(group);
	close(container);
}

static void test_refused_op(const char *name, int ret)
{
	if (ret != -EOPNOTSUPP)
		ksft_print_msg("%s returned %d\n", name, ret);
	ksft_test_result(ret == -EOPNOTSUPP, "%s_refused\n", name);
}

static void test_operations(struct vm *vm)
{
	struct iommu_pasid_table_config bypass =
		config_other(IOMMU_PASID_CONFIG_BYPASS);
	struct iommu_pasid_table_config table = config_translate(GUEST_RAM);
	struct iommu_cache_invalidate_info inv = inv_asid(1);
	struct iommu_nesting_info info;
	int fd = vm->container;

	ksft_test_result(vfio_nesting_info(fd, &info) == -ENOENT,
			 "no_capability\n");
	test_refused_op("bind", nesting_bind(fd, EVERY_GROUP, &table));
	test_refused_op("bypass", nesting_bind(fd, EVERY_GROUP, &bypass));
	test_refused_op("unbind", nesting_unbind(fd, EVERY_GROUP));
	test_refused_op("invalidate",
			nesting_invalidate(fd, EVERY_GROUP, &inv));
}

static void test_plain_container(void)
{
	struct vm vm;
	int page;

	if (vm_open_type(&vm, 0, 1, VFIO_TYPE1v2_IOMMU))
		ksft_exit_fail_msg("no plain container either\n");
	page = vm_alloc(&vm);
	ksft_test_result(vm_lands(&vm, 0, vm.page[page].gpa) == page,
			 "plain_dma\n");
	test_operations(&vm);
	ksft_test_result(vm_lands(&vm, 0, vm.page[page].gpa) == page,
			 "plain_dma_after_operations\n");
	vm_close(&vm);
}

/**
 * run_no_nesting - Run the tests for a machine without nesting
 *
 * The process exits with the result.
 *
 * Return: never
 */
int run_no_nesting(void)
{
	ksft_print_header();
	ksft_set_plan(11);
	test_set_iommu();
	test_plain_container();
	ksft_test_result(!splat_count(), "kernel_log_is_clean\n");
	ksft_finished();

	return KSFT_FAIL;
}
