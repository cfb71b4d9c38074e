/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: containers on which nothing can be bound */

/* All three operations, in a form that would be right elsewhere */
static void expect_every_op(struct __test_metadata *_metadata, int error,
			    int fd)
{
	struct iommu_pasid_table_config table = config_translate(GUEST_RAM);
	struct iommu_pasid_table_config bypass =
		inest_no_table(IOMMU_PASID_CONFIG_BYPASS);
	struct iommu_cache_invalidate_info info = inv_asid(ASID);

	EXPECT_EQ(error, inest_bind_pasid_table(fd, ALL, &table));
	EXPECT_EQ(error, inest_bind_pasid_table(fd, ALL, &bypass));
	EXPECT_EQ(error, inest_unbind_pasid_table(fd, ALL));
	EXPECT_EQ(error, inest_cache_invalidate(fd, ALL, &info));
}

TEST(extension_is_offered)
{
	int container = inest_container_open();

	ASSERT_LE(0, container);
	EXPECT_EQ(1, ioctl(container, VFIO_CHECK_EXTENSION,
			   VFIO_TYPE1_NESTING_IOMMU));
	close(container);
}

TEST(op_before_group)
{
	int container = inest_container_open();

	ASSERT_LE(0, container);
	expect_every_op(_metadata, -EINVAL, container);
	close(container);
}

TEST(op_before_iommu)
{
	int container = inest_container_open();
	int group = inest_group_open_pci(vm_device_bdf(0));

	ASSERT_LE(0, container);
	ASSERT_LE(0, group);
	ASSERT_EQ(0, inest_group_attach(group, container));
	expect_every_op(_metadata, -EINVAL, container);
	close(group);
	close(container);
}

TEST_F(plain, no_capability)
{
	struct iommu_nesting_info info;

	EXPECT_EQ(-ENOENT, inest_info(self->vm.container, &info, sizeof(info)));
}

TEST_F(plain, no_operations)
{
	struct vm *vm = &self->vm;

	expect_every_op(_metadata, -EOPNOTSUPP, vm->container);
	EXPECT_EQ(-EOPNOTSUPP,
		  inest_unbind_pasid_table(vm->container, vm->dev[0].group));
	EXPECT_EQ(self->page, vm_lands(vm, 0, vm->page[self->page].gpa));
}

/* What the last test left behind as it exited; fixtures run in this order */
FIXTURE(kernel_log) { };

FIXTURE_SETUP(kernel_log) { }

FIXTURE_TEARDOWN(kernel_log) { }

TEST_F(kernel_log, is_clean)
{
	EXPECT_EQ(0, splat_count());
}
