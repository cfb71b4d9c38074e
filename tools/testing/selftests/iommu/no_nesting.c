// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests for a machine whose IOMMU does not nest: nesting is refused and never
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
	int container = inest_container_open();
	int group = inest_group_open_pci(vm_device_bdf(0));
	int ret = inest_group_attach(group, container);

	ksft_test_result(!ret, "attach_group\n");
	ret = inest_container_set_iommu(container, VFIO_TYPE1_NESTING_IOMMU);
	if (ret != -EOPNOTSUPP)
		ksft_print_msg("VFIO_SET_IOMMU returned %d\n", ret);
	ksft_test_result(ret == -EOPNOTSUPP, "set_nesting_iommu_refused\n");
	ret = inest_container_set_iommu(container, VFIO_TYPE1v2_IOMMU);
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

/* Those of guests that own page tables rather than tables of PASIDs */
static void test_pgtbl_operations(struct vm *vm)
{
	struct iommu_gpasid_bind_data bind = inest_bind_data(1, GUEST_RAM, 48);
	struct iommu_gpasid_bind_data rid = inest_bind_rid_data(GUEST_RAM, 48);
	struct iommu_gpasid_bind_data unbind = inest_unbind_data(1);
	struct iommu_cache_invalidate_info inv =
		inest_inv_pasid(IOMMU_CACHE_INV_TYPE_IOTLB, 1);
	int fd = vm->container;

	test_refused_op("pasid_alloc", inest_pasid_alloc(fd, 1, 1));
	test_refused_op("bind_pgtbl", inest_bind_pgtbl(fd, ALL, &bind));
	test_refused_op("bind_rid", inest_bind_pgtbl(fd, ALL, &rid));
	test_refused_op("unbind_pgtbl", inest_unbind_pgtbl(fd, ALL, &unbind));
	test_refused_op("invalidate_pasid",
			inest_cache_invalidate(fd, ALL, &inv));
}

static void test_operations(struct vm *vm)
{
	struct iommu_pasid_table_config bypass =
		inest_no_table(IOMMU_PASID_CONFIG_BYPASS);
	struct iommu_pasid_table_config table = config_translate(GUEST_RAM);
	struct iommu_cache_invalidate_info inv = inv_asid(1);
	struct iommu_nesting_info info;
	int fd = vm->container;

	ksft_test_result(inest_info(fd, &info, sizeof(info)) == -ENOENT,
			 "no_capability\n");
	test_refused_op("bind", inest_bind_pasid_table(fd, ALL, &table));
	test_refused_op("bypass", inest_bind_pasid_table(fd, ALL, &bypass));
	test_refused_op("unbind", inest_unbind_pasid_table(fd, ALL));
	test_refused_op("invalidate", inest_cache_invalidate(fd, ALL, &inv));
	test_pgtbl_operations(vm);
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
	ksft_set_plan(16);
	test_set_iommu();
	test_plain_container();
	ksft_test_result(!splat_count(), "kernel_log_is_clean\n");
	ksft_finished();

	return KSFT_FAIL;
}
