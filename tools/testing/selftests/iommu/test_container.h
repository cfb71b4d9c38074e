/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: containers on which nothing can be bound */

/* All three operations, in a form that would be right elsewhere */
static void expect_every_op(struct __test_metadata *_metadata, int error,
			    int fd)
{
	struct iommu_pasid_table_config table = config_translate(GUEST_RAM);
	struct iommu_pasid_table_config bypass =
		config_other(IOMMU_PASID_CONFIG_BYPASS);
	struct iommu_cache_invalidate_info info = inv_asid(ASID);

	EXPECT_EQ(error, nesting_bind(fd, EVERY_GROUP, &table));
	EXPECT_EQ(error, nesting_bind(fd, EVERY_GROUP, &bypass));
	EXPECT_EQ(error, nesting_unbind(fd, EVERY_GROUP));
	EXPECT_EQ(error, nesting_invalidate(fd, EVERY_GROUP, &info));
}

TEST(extension_is_offered)
{
	int container = vfio_open_container();

	ASSERT_LE(0, container);
	EXPECT_EQ(1, ioctl(container, VFIO_CHECK_EXTENSION,
			   VFIO_TYPE1_NESTING_IOMMU));
	close(container);
}

TEST(op_before_group)
{
	int container = vfio_open_container();

	ASSERT_LE(0, container);
	expect_every_op(_metadata, -EINVAL, container);
	close(container);
}

TEST(op_before_iommu)
{
	int container = vfio_open_container();
	int group = vfio_open_group(vm_device_bdf(0));

	ASSERT_LE(0, container);
	ASSERT_LE(0, group);
	ASSERT_EQ(0, vfio_set_container(group, container));
	expect_every_op(_metadata, -EINVAL, container);
	close(group);
	close(container);
}

/* Containers of the types that do not nest; their DMA is as ever */
FIXTURE(plain) {
	struct vm vm;
	int page;
};

FIXTURE_VARIANT(plain) {
	unsigned long type;
};

FIXTURE_VARIANT_ADD(plain, type1) { .type = VFIO_TYPE1_IOMMU };
FIXTURE_VARIANT_ADD(plain, type1v2) { .type = VFIO_TYPE1v2_IOMMU };

FIXTURE_SETUP(plain)
{
	ASSERT_EQ(0, vm_open_type(&self->vm, 0, 1, variant->type));
	self->page = vm_alloc(&self->vm);
}

FIXTURE_TEARDOWN(plain)
{
	vm_close(&self->vm);
	EXPECT_EQ(0, splat_count());
}

TEST_F(plain, no_capability)
{
	struct iommu_nesting_info info;

	EXPECT_EQ(-ENOENT, vfio_nesting_info(self->vm.container, &info));
}

TEST_F(plain, no_operations)
{
	struct vm *vm = &self->vm;

	expect_every_op(_metadata, -EOPNOTSUPP, vm->container);
	EXPECT_EQ(-EOPNOTSUPP, nesting_unbind(vm->container,
					      vm->dev[0].group));
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
