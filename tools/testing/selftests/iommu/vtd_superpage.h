/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tests: a large page of stage 2 where small ones were. The table that led to them
 * is free memory then, and the unit may have learned where it is.
 */

/*
 * Memory that the kernel was told not to use ("mem=1020M"): 2 MiB in one piece, and
 * at an address that a large page can have.
 */
#define RESERVED_PA	0x3fc00000

static void *physical_memory(__u64 addr, size_t size)
{
	int fd = open("/dev/mem", O_RDWR | O_CLOEXEC | O_SYNC);
	void *mem;

	if (fd < 0)
		return MAP_FAILED;
	mem = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, addr);
	close(fd);
	return mem;
}

/* How often the unit was told to forget translations of a domain (6.5.2.3) */
static __u64 forgotten(const void *unit)
{
	const void *counter = (const char *)unit + VTD_COUNTERS_ADDR % SZ_4K +
			      VTD_CNT_DESC(2);

	return __atomic_load_n((const __u64 *)counter, __ATOMIC_RELAXED);
}

/*
 * The small page is the only one of its table, which unmapping leaves empty. The
 * table is cached with the domain id of what is bound and with that of the second
 * level: at least two have to go.
 */
TEST_F(one, large_page_replaces_table)
{
	struct vm *vm = &self->vm;
	void *mem = physical_memory(RESERVED_PA, SZ_2M);
	void *unit = physical_memory(VTD_COUNTERS_ADDR & ~(SZ_4K - 1), SZ_4K);
	int round, small, large;
	__u64 before;

	ASSERT_NE(MAP_FAILED, mem);
	ASSERT_NE(MAP_FAILED, unit);
	small = vm_watch(vm, GUEST_BLOCKS);
	large = vm_watch_memory(vm, mem);
	map_page(vm, &self->s1, VA, small);
	ASSERT_EQ(0, flush(vm, self->who));

	for (round = 0; round < 4; round++) {
		ASSERT_EQ(0, inest_dma_map(vm->container, GUEST_BLOCKS,
					   guest_ptr(&vm->guest, GUEST_BLOCKS),
					   SZ_4K, MAP_RW));
		EXPECT_EQ(small, vtd_lands(vm, 0, self->who, VA));
		ASSERT_EQ(0, inest_dma_unmap(vm->container, GUEST_BLOCKS,
					     SZ_4K));
		EXPECT_EQ(VM_NOWHERE, vtd_lands(vm, 0, self->who, VA));
		before = forgotten(unit);
		ASSERT_EQ(0, inest_dma_map(vm->container, GUEST_BLOCKS, mem,
					   SZ_2M, MAP_RW));
		EXPECT_LE(before + 2, forgotten(unit));
		EXPECT_EQ(large, vtd_lands(vm, 0, self->who, VA));
		ASSERT_EQ(0, inest_dma_unmap(vm->container, GUEST_BLOCKS,
					     SZ_2M));
		EXPECT_EQ(VM_NOWHERE, vtd_lands(vm, 0, self->who, VA));
	}
	munmap(unit, SZ_4K);
	munmap(mem, SZ_2M);
}
