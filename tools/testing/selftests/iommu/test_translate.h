/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: both stages translate a device's DMA, and stop what is not mapped */

TEST_F(one, capability)
{
	struct iommu_nesting_info *info = &self->vm.info;

	EXPECT_EQ(sizeof(*info), info->argsz);
	EXPECT_EQ(0U, info->flags);
	EXPECT_EQ((__u32)IOMMU_PASID_FORMAT_ARM_SMMUV3, info->format);
	EXPECT_EQ((__u32)(IOMMU_NESTING_FEAT_BIND_PASID_TABLE |
			  IOMMU_NESTING_FEAT_CACHE_INVLD), info->features);
	EXPECT_LE(32, info->addr_width);
	EXPECT_GE(52, info->addr_width);
	EXPECT_GE(20, info->pasid_bits);
	EXPECT_EQ(0, memcmp(info->padding, "\0\0\0", sizeof(info->padding)));
}

/* Arm IHI 0070, 6.3.1, 6.3.2 and 6.3.6 */
TEST_F(one, capability_smmuv3)
{
	struct iommu_nesting_info_smmuv3 *smmuv3 = &self->vm.info.vendor.smmuv3;

	EXPECT_EQ(0U, smmuv3->flags);
	EXPECT_EQ(0U, smmuv3->__reserved);
	EXPECT_EQ(2U, smmuv3->idr[0] & 3) /* S1P and no S2P */
		TH_LOG("IDR0 0x%x", smmuv3->idr[0]);
	EXPECT_EQ(2U, smmuv3->idr[0] >> 2 & 2); /* TTF: AArch64 */
	EXPECT_GE(smmuv3->idr[1] >> 6 & 0x1f, self->vm.info.pasid_bits);
	EXPECT_EQ(1U, smmuv3->idr[5] >> 4 & 1); /* GRAN4K */
	EXPECT_NE(0ULL, smmuv3->msi_size);
	EXPECT_EQ(0ULL, (smmuv3->msi_iova | smmuv3->msi_size) & (SZ_4K - 1));
}

TEST_F(one, write_4k)
{
	EXPECT_EQ(self->a, vm_lands(&self->vm, 0, VA));
	EXPECT_EQ(self->a, vm_lands(&self->vm, 0, VA + 0x240));
	EXPECT_EQ(self->a, vm_lands(&self->vm, 0, VA + SZ_4K - VM_TOKEN_SIZE));
}

TEST_F(one, read_4k)
{
	int out = vm_alloc(&self->vm);

	map_page(&self->vm, &self->s1, VA_OUT, out);
	map_page(&self->vm, &self->s1, VA_2, self->b);
	EXPECT_EQ(self->a, vm_reads(&self->vm, 0, VA + 0x80, VA_OUT, out));
	EXPECT_EQ(self->b, vm_reads(&self->vm, 0, VA_2 + 0xf00, VA_OUT, out));
}

TEST_F(one, lowest_and_highest_address)
{
	const __u64 top = (1ULL << 48) - SZ_4K;

	map_page(&self->vm, &self->s1, 0, self->a);
	map_page(&self->vm, &self->s1, top, self->b);
	EXPECT_EQ(self->a, vm_lands(&self->vm, 0, 0));
	EXPECT_EQ(self->b, vm_lands(&self->vm, 0, top));
}

/* Neighbours in stage 1 that stand in reverse order in stage 2 */
TEST_F(one, write_across_pages)
{
	const int half = VM_TOKEN_SIZE / 2;
	struct vm *vm = &self->vm;

	map_page(vm, &self->s1, VA, self->b);
	map_page(vm, &self->s1, VA + SZ_4K, self->a);
	vm_fill(vm);
	ASSERT_EQ(0, edu_store(&vm->dev[0].edu, VA + SZ_4K - half, 0,
			       VM_TOKEN_SIZE));
	EXPECT_EQ(0, memcmp(vm->page[self->b].mem + SZ_4K - half, vm_token(),
			    half));
	EXPECT_EQ(0, memcmp(vm->page[self->a].mem, vm_token() + half, half));
}

TEST_F(one, block_2m)
{
	struct vm *vm = &self->vm;
	int first, middle, last;

	ASSERT_EQ(0, vm_map_blocks(vm));
	first = vm_watch(vm, GUEST_BLOCKS);
	middle = vm_watch(vm, GUEST_BLOCKS + 0x123000);
	last = vm_watch(vm, GUEST_BLOCKS + SZ_2M - SZ_4K);
	stage1_map_block(&self->s1, VA_BLOCK, GUEST_BLOCKS, STAGE1_RW);

	EXPECT_EQ(first, vm_lands(vm, 0, VA_BLOCK + 0x40));
	EXPECT_EQ(middle, vm_lands(vm, 0, VA_BLOCK + 0x123400));
	EXPECT_EQ(last, vm_lands(vm, 0, VA_BLOCK + SZ_2M - VM_TOKEN_SIZE));
}

TEST_F(one, stage1_read_only)
{
	int out = vm_alloc(&self->vm);

	map_page(&self->vm, &self->s1, VA_OUT, out);
	stage1_map(&self->s1, VA_2, self->vm.page[self->b].gpa, SZ_4K,
		   STAGE1_READ);
	EXPECT_EQ(VM_NOWHERE, vm_lands(&self->vm, 0, VA_2));
	EXPECT_EQ(self->b, vm_reads(&self->vm, 0, VA_2, VA_OUT, out));
}

TEST_F(one, stage1_unmapped_write)
{
	EXPECT_EQ(VM_NOWHERE, vm_lands(&self->vm, 0, VA_UNMAPPED));
	EXPECT_EQ(self->a, vm_lands(&self->vm, 0, VA));
}

TEST_F(one, stage1_unmapped_read)
{
	int out = vm_alloc(&self->vm);

	map_page(&self->vm, &self->s1, VA_OUT, out);
	EXPECT_EQ(VM_NOWHERE, vm_reads(&self->vm, 0, VA_UNMAPPED, VA_OUT, out));
	EXPECT_EQ(self->a, vm_reads(&self->vm, 0, VA, VA_OUT, out));
}

/* A guest physical address means nothing to the device once stage 1 is bound */
TEST_F(one, guest_address_is_unmapped)
{
	EXPECT_EQ(VM_NOWHERE,
		  vm_lands(&self->vm, 0, self->vm.page[self->a].gpa));
}

/* Stage 1 leads out of what the host mapped */
TEST_F(one, stage2_never_mapped)
{
	int block = vm_watch(&self->vm, GUEST_BLOCKS);

	map_page(&self->vm, &self->s1, VA_2, block);
	EXPECT_EQ(VM_NOWHERE, vm_lands(&self->vm, 0, VA_2));
	EXPECT_EQ(self->a, vm_lands(&self->vm, 0, VA));
}

/* The IOMMU has the combined translation when stage 2 goes */
TEST_F(one, stage2_unmapped_at_once)
{
	__u64 gpa = guest_alloc_loose(&self->vm.guest);
	int page = vm_watch(&self->vm, gpa);

	map_page(&self->vm, &self->s1, VA_2, page);
	ASSERT_EQ(page, vm_lands(&self->vm, 0, VA_2));
	ASSERT_EQ(0, inest_dma_unmap(self->vm.container, gpa, SZ_4K));
	EXPECT_EQ(VM_NOWHERE, vm_lands(&self->vm, 0, VA_2));
	EXPECT_EQ(self->a, vm_lands(&self->vm, 0, VA));
}

TEST_F(one, stage2_unmapped_at_once_under_block)
{
	__u64 gpa = guest_alloc_loose(&self->vm.guest);
	__u64 va = VA_BLOCK + (gpa & (SZ_2M - 1));
	int page = vm_watch(&self->vm, gpa);

	stage1_map_block(&self->s1, VA_BLOCK, gpa & ~(SZ_2M - 1), STAGE1_RW);
	ASSERT_EQ(page, vm_lands(&self->vm, 0, va));
	ASSERT_EQ(0, inest_dma_unmap(self->vm.container, gpa, SZ_4K));
	EXPECT_EQ(VM_NOWHERE, vm_lands(&self->vm, 0, va));
}

TEST_F(one, stage2_remapped_at_once)
{
	struct vm *vm = &self->vm;
	__u64 gpa = guest_alloc_loose(&vm->guest);
	void *other = guest_ptr(&vm->guest, GUEST_BLOCKS);
	int before = vm_watch(vm, gpa);
	int after = vm_watch_memory(vm, other);

	map_page(vm, &self->s1, VA_2, before);
	ASSERT_EQ(before, vm_lands(vm, 0, VA_2));
	ASSERT_EQ(0, inest_dma_unmap(vm->container, gpa, SZ_4K));
	ASSERT_EQ(0, inest_dma_map(vm->container, gpa, other, SZ_4K,
				   VFIO_DMA_MAP_FLAG_READ |
				   VFIO_DMA_MAP_FLAG_WRITE));
	EXPECT_EQ(after, vm_lands(vm, 0, VA_2));
}

/* Stage 2 has the last word about writing */
TEST_F(one, stage2_read_only)
{
	struct vm *vm = &self->vm;
	__u64 gpa = guest_alloc_loose(&vm->guest);
	int page = vm_watch(vm, gpa);

	ASSERT_EQ(0, inest_dma_unmap(vm->container, gpa, SZ_4K));
	ASSERT_EQ(0,
		  inest_dma_map(vm->container, gpa, guest_ptr(&vm->guest, gpa),
				SZ_4K, VFIO_DMA_MAP_FLAG_READ));
	map_page(vm, &self->s1, VA_2, page);
	EXPECT_EQ(VM_NOWHERE, vm_lands(vm, 0, VA_2));
}

/* A level 3 table of stage 1 leaves stage 2, and comes back */
TEST_F(one, stage2_of_table_unmapped)
{
	struct vm *vm = &self->vm;
	__u64 table = guest_alloc_loose(&vm->guest);
	__u64 va = VA + SZ_2M;

	stage1_set_table(&self->s1, va, table);
	map_page(vm, &self->s1, va, self->a);
	map_page(vm, &self->s1, va + SZ_4K, self->b);
	ASSERT_EQ(self->a, vm_lands(vm, 0, va));
	ASSERT_EQ(0, inest_dma_unmap(vm->container, table, SZ_4K));
	EXPECT_EQ(VM_NOWHERE, vm_lands(vm, 0, va));
	EXPECT_EQ(VM_NOWHERE, vm_lands(vm, 0, va + SZ_4K));
	ASSERT_EQ(0, inest_dma_map(vm->container, table,
				   guest_ptr(&vm->guest, table), SZ_4K,
				   VFIO_DMA_MAP_FLAG_READ));
	EXPECT_EQ(self->b, vm_lands(vm, 0, va + SZ_4K));
}

static void map_msi_window(struct vm *vm, struct stage1 *s1)
{
	struct iommu_nesting_info_smmuv3 *smmuv3 = &vm->info.vendor.smmuv3;

	stage1_map(s1, smmuv3->msi_iova, smmuv3->msi_iova, smmuv3->msi_size,
		   STAGE1_WRITE | STAGE1_DEVICE);
}

TEST_F(one, msi_through_window)
{
	struct edu *edu = &self->vm.dev[0].edu;

	map_msi_window(&self->vm, &self->s1);
	ASSERT_EQ(0, edu_irq_enable(edu));
	edu_irq_raise(edu);
	EXPECT_TRUE(edu_irq_arrived(edu, 2000));
	EXPECT_EQ(self->a, vm_lands(&self->vm, 0, VA));
	edu_irq_raise(edu);
	EXPECT_TRUE(edu_irq_arrived(edu, 2000));
}

/* Turned on under stage 2 alone, as a guest's firmware may leave it */
TEST_F(one, msi_enabled_before_bind)
{
	struct edu *edu = &self->vm.dev[0].edu;

	ASSERT_EQ(0, inest_unbind_pasid_table(self->vm.container, ALL));
	ASSERT_EQ(0, edu_irq_enable(edu));
	edu_irq_raise(edu);
	EXPECT_TRUE(edu_irq_arrived(edu, 2000));
	map_msi_window(&self->vm, &self->s1);
	ASSERT_EQ(0, vm_bind(&self->vm, ALL, &self->s1));
	edu_irq_raise(edu);
	EXPECT_TRUE(edu_irq_arrived(edu, 2000));
}

/* The window is not a hole in stage 1 */
TEST_F(one, msi_without_window)
{
	struct edu *edu = &self->vm.dev[0].edu;

	ASSERT_EQ(0, edu_irq_enable(edu));
	edu_irq_raise(edu);
	EXPECT_FALSE(edu_irq_arrived(edu, 300));
}
