/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: both stages translate a device's DMA, and stop what is not mapped */

TEST_F(one, capability)
{
	struct iommu_nesting_info *info = &self->vm.info;
	struct inest_vtd fields;

	EXPECT_EQ(sizeof(*info), info->argsz);
	EXPECT_EQ(0U, info->flags);
	EXPECT_EQ((__u32)IOMMU_PASID_FORMAT_INTEL_VTD, info->format);
	EXPECT_EQ((__u32)(IOMMU_NESTING_FEAT_SYSWIDE_PASID |
			  IOMMU_NESTING_FEAT_BIND_PGTBL |
			  IOMMU_NESTING_FEAT_CACHE_INVLD),
		  info->features & ~IOMMU_NESTING_FEAT_PAGE_REQUEST);
	EXPECT_LE(39, info->addr_width);
	EXPECT_GE(57, info->addr_width);
	EXPECT_EQ(20, info->pasid_bits);
	EXPECT_EQ(0, memcmp(info->padding, "\0\0\0", sizeof(info->padding)));
	EXPECT_EQ(0U, info->vendor.vtd.flags);
	EXPECT_EQ(0U, info->vendor.vtd.__reserved);
	inest_vtd_decode(&info->vendor.vtd, &fields);
	EXPECT_EQ(1, fields.nesting);
	EXPECT_EQ(1, fields.pasid);
	EXPECT_EQ(20, fields.pasid_bits);
	EXPECT_EQ(1, fields.first_level_1g);
	EXPECT_EQ(machine.five_levels, fields.first_level_5);
	EXPECT_EQ(!machine.no_ats, fields.device_tlb);
	EXPECT_EQ(1, fields.supervisor);
	EXPECT_EQ(1, fields.extended_accessed);
	EXPECT_EQ(0, fields.memory_type);
}

TEST_F(one, write_4k)
{
	struct vm *vm = &self->vm;

	EXPECT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
	EXPECT_EQ(self->a, vtd_lands(vm, 0, self->who, VA + 0x240));
	EXPECT_EQ(self->a, vtd_lands(vm, 0, self->who,
				     VA + SZ_4K - VM_TOKEN_SIZE));
}

TEST_F(one, read_4k)
{
	struct vm *vm = &self->vm;

	map_page(vm, &self->s1, VA_2, self->b);
	EXPECT_EQ(self->a, vtd_reads(vm, 0, self->who, VA + 0x80));
	EXPECT_EQ(self->b, vtd_reads(vm, 0, self->who, VA_2 + 0xf00));
}

/* Both halves of the canonical addresses; the hole between them is no address */
TEST_F(one, canonical_addresses)
{
	const __u64 low = (1ULL << 47) - SZ_4K, high = -(1ULL << 47);
	struct vm *vm = &self->vm;

	map_page(vm, &self->s1, 0, self->a);
	map_page(vm, &self->s1, low, self->b);
	map_page(vm, &self->s1, high, self->a);
	map_page(vm, &self->s1, -SZ_4K, self->b);
	EXPECT_EQ(self->a, vtd_lands(vm, 0, self->who, 0));
	EXPECT_EQ(self->b, vtd_lands(vm, 0, self->who, low));
	EXPECT_EQ(self->a, vtd_lands(vm, 0, self->who, high));
	EXPECT_EQ(self->b, vtd_lands(vm, 0, self->who, -SZ_4K));
	EXPECT_EQ(VM_NOWHERE, vtd_lands(vm, 0, self->who, 1ULL << 47));
	EXPECT_EQ(VM_NOWHERE, vtd_lands(vm, 0, self->who, VA | 1ULL << 60));
}

/* Neighbours in stage 1 that stand in reverse order in stage 2 */
TEST_F(one, write_across_pages)
{
	const int half = VM_TOKEN_SIZE / 2;
	struct vm *vm = &self->vm;
	struct testdev_op op = vtd_fill_op(self->who, VA + SZ_4K - half);

	map_page(vm, &self->s1, VA, self->b);
	map_page(vm, &self->s1, VA + SZ_4K, self->a);
	ASSERT_EQ(0, flush(vm, self->who));
	vm_fill(vm);
	ASSERT_EQ((__u32)ITD_ST_DONE, testdev_run(&vm->dev[0].td, &op));
	EXPECT_EQ(0, memcmp(vm->page[self->b].mem + SZ_4K - half, &op.imm, 8));
	EXPECT_EQ(0, memcmp(vm->page[self->a].mem + half - 8, &op.imm, 8));
}

TEST_F(one, page_2m)
{
	struct vm *vm = &self->vm;
	int first, middle, last;

	ASSERT_EQ(0, vm_map_blocks(vm));
	first = vm_watch(vm, GUEST_BLOCKS);
	middle = vm_watch(vm, GUEST_BLOCKS + 0x123000);
	last = vm_watch(vm, GUEST_BLOCKS + SZ_2M - SZ_4K);
	vtd_table_map_large(&self->s1, VA_BLOCK, GUEST_BLOCKS, VTD_PD, VTD_RW);

	EXPECT_EQ(first, vtd_lands(vm, 0, self->who, VA_BLOCK + 0x40));
	EXPECT_EQ(middle, vtd_lands(vm, 0, self->who, VA_BLOCK + 0x123400));
	EXPECT_EQ(last, vtd_lands(vm, 0, self->who,
				  VA_BLOCK + SZ_2M - VM_TOKEN_SIZE));
}

/* A page far larger than what stage 2 has of it: the rest is not there */
TEST_F(one, page_1g)
{
	const __u64 va = 0x7f8000000000ULL, base = GUEST_RAM & ~(SZ_1G - 1);
	struct vm *vm = &self->vm;
	struct inest_vtd fields;

	inest_vtd_decode(&vm->info.vendor.vtd, &fields);
	vtd_table_map_large(&self->s1, va, base, VTD_PDPT, VTD_RW);
	ASSERT_EQ(1, fields.first_level_1g);
	EXPECT_EQ(self->a, vtd_lands(vm, 0, self->who,
				     va + vm->page[self->a].gpa - base));
	EXPECT_EQ(self->b, vtd_lands(vm, 0, self->who,
				     va + vm->page[self->b].gpa - base));
	EXPECT_EQ(VM_NOWHERE, vtd_lands(vm, 0, self->who,
					va + GUEST_BLOCKS - base));
	EXPECT_EQ(VM_NOWHERE, vtd_lands(vm, 0, self->who, va + SZ_1G - SZ_4K));
}

TEST_F(one, stage1_unmapped)
{
	struct vm *vm = &self->vm;

	EXPECT_EQ(VM_NOWHERE, vtd_lands(vm, 0, self->who, VA_UNMAPPED));
	EXPECT_EQ(VM_NOWHERE, vtd_reads(vm, 0, self->who, VA_UNMAPPED));
	EXPECT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
}

/* A guest physical address means nothing where stage 1 is bound */
TEST_F(one, guest_address_is_unmapped)
{
	EXPECT_EQ(VM_NOWHERE, vtd_lands(&self->vm, 0, self->who,
					self->vm.page[self->a].gpa));
}

/* Without a PASID stage 2 alone translates, and the other way round */
TEST_F(one, requests_without_stage1)
{
	__u64 va = variant->rid ? VA : self->vm.page[self->b].gpa;
	__u32 who = variant->rid ? WITH_PASID(1) : WITHOUT_PASID;

	EXPECT_EQ(variant->rid ? VM_NOWHERE : self->b,
		  vtd_lands(&self->vm, 0, who | variant->ats, va));
}

/* Stage 1 leads out of what the host mapped */
TEST_F(one, stage2_never_mapped)
{
	int block = vm_watch(&self->vm, GUEST_BLOCKS);

	map_page(&self->vm, &self->s1, VA_2, block);
	EXPECT_EQ(VM_NOWHERE, vtd_lands(&self->vm, 0, self->who, VA_2));
	EXPECT_EQ(self->a, vtd_lands(&self->vm, 0, self->who, VA));
}

/* The combined translation is cached when stage 2 goes */
TEST_F(one, stage2_unmapped_at_once)
{
	struct vm *vm = &self->vm;
	__u64 gpa = guest_alloc_loose(&vm->guest);
	int page = vm_watch(vm, gpa);

	map_page(vm, &self->s1, VA_2, page);
	ASSERT_EQ(page, vtd_lands(vm, 0, self->who, VA_2));
	ASSERT_EQ(0, inest_dma_unmap(vm->container, gpa, SZ_4K));
	EXPECT_EQ(VM_NOWHERE, vtd_lands(vm, 0, self->who, VA_2));
	EXPECT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
}

TEST_F(one, stage2_unmapped_at_once_under_2m)
{
	struct vm *vm = &self->vm;
	__u64 gpa = guest_alloc_loose(&vm->guest);
	__u64 va = VA_BLOCK + (gpa & (SZ_2M - 1));
	int page = vm_watch(vm, gpa);

	vtd_table_map_large(&self->s1, VA_BLOCK, gpa & ~(SZ_2M - 1), VTD_PD,
			    VTD_RW);
	ASSERT_EQ(page, vtd_lands(vm, 0, self->who, va));
	ASSERT_EQ(0, inest_dma_unmap(vm->container, gpa, SZ_4K));
	EXPECT_EQ(VM_NOWHERE, vtd_lands(vm, 0, self->who, va));
}

TEST_F(one, stage2_remapped_at_once)
{
	struct vm *vm = &self->vm;
	__u64 gpa = guest_alloc_loose(&vm->guest);
	void *other = guest_ptr(&vm->guest, GUEST_BLOCKS);
	int before = vm_watch(vm, gpa);
	int after = vm_watch_memory(vm, other);

	map_page(vm, &self->s1, VA_2, before);
	ASSERT_EQ(before, vtd_lands(vm, 0, self->who, VA_2));
	ASSERT_EQ(0, inest_dma_unmap(vm->container, gpa, SZ_4K));
	ASSERT_EQ(0, inest_dma_map(vm->container, gpa, other, SZ_4K, MAP_RW));
	EXPECT_EQ(after, vtd_lands(vm, 0, self->who, VA_2));
}

/* The lowest table of stage 1 leaves stage 2, and comes back */
TEST_F(one, stage2_of_table_unmapped)
{
	struct vm *vm = &self->vm;
	__u64 table = guest_alloc_loose(&vm->guest);
	__u64 va = VA + SZ_2M;

	vtd_table_place(&self->s1, va, table);
	map_page(vm, &self->s1, va, self->a);
	map_page(vm, &self->s1, va + SZ_4K, self->b);
	ASSERT_EQ(self->a, vtd_lands(vm, 0, self->who, va));
	ASSERT_EQ(0, inest_dma_unmap(vm->container, table, SZ_4K));
	EXPECT_EQ(VM_NOWHERE, vtd_lands(vm, 0, self->who, va));
	EXPECT_EQ(VM_NOWHERE, vtd_lands(vm, 0, self->who, va + SZ_4K));
	ASSERT_EQ(0, inest_dma_map(vm->container, table,
				   guest_ptr(&vm->guest, table), SZ_4K,
				   MAP_RW));
	EXPECT_EQ(self->b, vtd_lands(vm, 0, self->who, va + SZ_4K));
}

/* The top-level table leaves stage 2 while it is bound */
TEST_F(one, stage2_of_root_unmapped)
{
	struct vm *vm = &self->vm;
	__u64 root = guest_alloc_loose(&vm->guest);
	struct vtd_table moved = self->s1;

	moved.root = root;
	memcpy(guest_ptr(&vm->guest, root),
	       guest_ptr(&vm->guest, self->s1.root), SZ_4K);
	ASSERT_EQ(0, vtd_unbind(vm, ALL, self->pasid));
	ASSERT_EQ(0, vtd_bind(vm, ALL, self->pasid, &moved));
	ASSERT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
	ASSERT_EQ(0, inest_dma_unmap(vm->container, root, SZ_4K));
	EXPECT_EQ(VM_NOWHERE, vtd_lands(vm, 0, self->who, VA));
	ASSERT_EQ(0, vtd_unbind(vm, ALL, self->pasid));
	EXPECT_EQ(-ENOENT, vtd_bind(vm, ALL, self->pasid, &moved));
	ASSERT_EQ(0, vtd_bind(vm, ALL, self->pasid, &self->s1));
	EXPECT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
}

/*
 * A unit may write to stage 2 what the guest only reads (erratum 772415): a
 * mapping that the device must not write can't be made
 */
TEST_F(one, stage2_read_only_is_refused)
{
	struct vm *vm = &self->vm;

	EXPECT_EQ(-EINVAL,
		  inest_dma_map(vm->container, GUEST_BLOCKS,
				guest_ptr(&vm->guest, GUEST_BLOCKS), SZ_4K,
				VFIO_DMA_MAP_FLAG_READ));
	EXPECT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
}

/* Interrupts carry no PASID, and their addresses are not translated */
TEST_F(one, msi)
{
	struct vm *vm = &self->vm;
	struct testdev_op op = vtd_fill_op(self->who, VA);
	int irq = pci_user_irq(vm->dev[0].td.device, VFIO_PCI_MSIX_IRQ_INDEX,
			       op.channel);

	ASSERT_LE(0, irq);
	op.cmd |= ITD_CMD_IRQ;
	ASSERT_EQ((__u32)ITD_ST_DONE, testdev_run(&vm->dev[0].td, &op));
	EXPECT_TRUE(pci_user_irq_arrived(irq, 2000));
	EXPECT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
	EXPECT_FALSE(pci_user_irq_arrived(irq, 100));
	close(irq);
}

/*
 * Where interrupts are sent without a PASID; with one it is an address like any
 * other, unless it is where stage 1 leads (VT-d 4.1, 3.14)
 */
TEST_F(one, interrupt_range)
{
	struct vm *vm = &self->vm;

	map_page(vm, &self->s1, 0xfee01000, self->b);
	vtd_table_map(&self->s1, VA_2, 0xfee01000, VTD_RW);
	EXPECT_EQ(variant->rid ? VM_NOWHERE : self->b,
		  vtd_lands(vm, 0, self->who, 0xfee01000));
	EXPECT_EQ(VM_NOWHERE, vtd_lands(vm, 0, self->who, VA_2));
	EXPECT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
}
