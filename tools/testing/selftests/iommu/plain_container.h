/* SPDX-License-Identifier: GPL-2.0-only */
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
