/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests: invalidated ranges. The unit takes aligned powers of two: a range is cut
 * up, or covered by something larger, and never by something smaller.
 */

/* What a device reads at @va, without a look at any other page */
static __u64 peek(struct vm *vm, __u32 who, __u64 va)
{
	struct testdev *td = &vm->dev[0].td;
	struct testdev_op op = {
		.channel = TESTDEV_CHANNEL,
		.cmd = ITD_OP_READ | (who & WITH_ATS ? ITD_CMD_ATS : 0),
		.src = va,
		.src_pasid = who & ~WITH_ATS,
		.len = 8,
	};

	if (testdev_run(td, &op) != ITD_ST_DONE)
		return 0;
	return testdev_channel64(td, op.channel, ITD_IMM);
}

/* Pages @from to @to of @base lead to @page */
static void map_all(struct _test_data_one *self, __u64 base, int from, int to,
		    int page)
{
	int i;

	for (i = from; i < to; i++)
		map_page(&self->vm, &self->s1, base + i * SZ_4K, page);
}

static int count_seen(struct _test_data_one *self, __u64 base, int from, int to,
		      int page)
{
	__u64 value = *(__u64 *)self->vm.page[page].mem;
	int i, seen = 0;

	for (i = from; i < to; i++)
		seen += peek(&self->vm, self->who, base + i * SZ_4K) == value;
	return seen;
}

/* Every start and length up to the window: all of the range is fresh */
TEST_F_TIMEOUT(one, invalidate_every_small_range, 120)
{
	const int window = 9;
	struct vm *vm = &self->vm;
	int first, count;

	vm_fill(vm);
	for (first = 0; first < window; first++) {
		for (count = 1; first + count <= window; count++) {
			int end = first + count;

			map_all(self, VA, 0, window, self->a);
			ASSERT_EQ(0, flush(vm, self->who));
			ASSERT_EQ(window,
				  count_seen(self, VA, 0, window, self->a));
			map_all(self, VA, 0, window, self->b);
			ASSERT_EQ(count,
				  count_seen(self, VA, first, end, self->a));
			ASSERT_EQ(0, vtd_invalidate(vm, ALL,
						    vtd_inv_addr(self->caches,
								 self->pasid,
								 VA + first *
								 SZ_4K, SZ_4K,
								 count)));
			EXPECT_EQ(count,
				  count_seen(self, VA, first, end, self->b))
				TH_LOG("first %d count %d", first, count);
		}
	}
}

/* Pages at the ends and in the middle of @count pages from VA + @first */
static void expect_large_range(struct __test_metadata *_metadata,
			       struct _test_data_one *self, int first,
			       int count)
{
	const int at[] = {
		first, first + 1, first + count / 2, first + count - 2,
		first + count - 1,
	};
	struct vm *vm = &self->vm;
	size_t i;

	vm_fill(vm);
	for (i = 0; i < ARRAY_SIZE(at); i++)
		map_all(self, VA, at[i], at[i] + 1, self->a);
	for (i = 0; i < ARRAY_SIZE(at); i++)
		ASSERT_EQ(1, count_seen(self, VA, at[i], at[i] + 1, self->a));
	for (i = 0; i < ARRAY_SIZE(at); i++)
		map_all(self, VA, at[i], at[i] + 1, self->b);
	for (i = 0; i < ARRAY_SIZE(at); i++)
		ASSERT_EQ(1, count_seen(self, VA, at[i], at[i] + 1, self->a));
	ASSERT_EQ(0, vtd_invalidate(vm, ALL,
				    vtd_inv_addr(self->caches, self->pasid,
						 VA + first * SZ_4K, SZ_4K,
						 count)));
	for (i = 0; i < ARRAY_SIZE(at); i++) {
		EXPECT_EQ(1, count_seen(self, VA, at[i], at[i] + 1, self->b))
			TH_LOG("page %d", at[i]);
	}
	for (i = 0; i < ARRAY_SIZE(at); i++)
		vtd_table_unmap(&self->s1, VA + at[i] * SZ_4K);
	ASSERT_EQ(0, flush(vm, self->who));
}

TEST_F(one, invalidate_512_pages)
{
	expect_large_range(_metadata, self, 16, 512);
}

TEST_F(one, invalidate_uneven_ranges)
{
	expect_large_range(_metadata, self, 17, 511);
	expect_large_range(_metadata, self, 1, 1023);
	expect_large_range(_metadata, self, 3, 4099);
}

/* More than any descriptor, and any number of them, covers */
TEST_F(one, invalidate_huge_range)
{
	expect_large_range(_metadata, self, 5, (1 << 20) + 3);
}

/* As many granules as there are: the work must not grow with the number */
TEST_F(one, invalidate_whole_address_space)
{
	assert_stale_after_change(_metadata, self);
	expect_fresh_after(_metadata, self,
			   vtd_inv_addr(self->caches, self->pasid, 0, SZ_4K,
					1ULL << 36));
	map_page(&self->vm, &self->s1, VA, self->a);
	ASSERT_EQ(self->b, vtd_lands(&self->vm, 0, self->who, VA));
	ASSERT_EQ(0, vtd_invalidate(&self->vm, ALL,
				    vtd_inv_addr(self->caches, self->pasid, 0,
						 SZ_4K, 1ULL << 52)));
	EXPECT_EQ(self->a, vtd_lands(&self->vm, 0, self->who, VA));
}

/* The page that ends with the range, and the one that ends before it */
TEST_F(one, invalidate_up_to_page)
{
	const __u64 start = VA - 6 * SZ_4K;

	assert_stale_after_change(_metadata, self);
	assert_stale_after(_metadata, self,
			   vtd_inv_addr(self->caches, self->pasid,
					VA - 8 * SZ_4K, SZ_4K, 8));
	expect_fresh_after(_metadata, self,
			   vtd_inv_addr(self->caches, self->pasid, start,
					SZ_4K, 7));
}

/* A granule counts for as many pages as it has */
TEST_F(one, invalidate_granules_of_2m)
{
	const __u64 block = VA & ~(SZ_2M - 1);

	assert_stale_after_change(_metadata, self);
	assert_stale_after(_metadata, self,
			   vtd_inv_addr(self->caches, self->pasid,
					block + SZ_2M, SZ_2M, 1));
	expect_fresh_after(_metadata, self,
			   vtd_inv_addr(self->caches, self->pasid,
					block - SZ_2M, SZ_2M, 2));
}

TEST_F(one, invalidate_granule_of_1g)
{
	struct inest_vtd fields;

	inest_vtd_decode(&self->vm.info.vendor.vtd, &fields);
	ASSERT_EQ(1, fields.first_level_1g);
	assert_stale_after_change(_metadata, self);
	expect_fresh_after(_metadata, self,
			   vtd_inv_addr(self->caches, self->pasid,
					VA & ~(SZ_1G - 1), SZ_1G, 1));
}

TEST_F(one, invalidate_page_of_2m)
{
	struct vm *vm = &self->vm;
	const __u64 va = VA_BLOCK + 0x5040;
	int before, after;

	ASSERT_EQ(0, vm_map_blocks(vm));
	before = vm_watch(vm, GUEST_BLOCKS + 0x5000);
	after = vm_watch(vm, GUEST_BLOCKS + SZ_2M + 0x5000);
	vtd_table_map_large(&self->s1, VA_BLOCK, GUEST_BLOCKS, VTD_PD, VTD_RW);
	ASSERT_EQ(before, vtd_lands(vm, 0, self->who, va));
	vtd_table_map_large(&self->s1, VA_BLOCK, GUEST_BLOCKS + SZ_2M, VTD_PD,
			    VTD_RW);
	ASSERT_EQ(before, vtd_lands(vm, 0, self->who, va));
	ASSERT_EQ(0, vtd_invalidate(vm, ALL,
				    vtd_inv_addr(self->caches, self->pasid,
						 VA_BLOCK + SZ_2M, SZ_2M, 1)));
	ASSERT_EQ(before, vtd_lands(vm, 0, self->who, va));
	ASSERT_EQ(0, vtd_invalidate(vm, ALL,
				    vtd_inv_addr(self->caches, self->pasid,
						 VA_BLOCK, SZ_2M, 1)));
	EXPECT_EQ(after, vtd_lands(vm, 0, self->who, va));
}

/* A large page that became small ones; the guest invalidates it as one */
TEST_F(one, invalidate_split_page)
{
	struct vm *vm = &self->vm;
	const __u64 va = VA_BLOCK + 0x5000;
	int before;

	ASSERT_EQ(0, vm_map_blocks(vm));
	before = vm_watch(vm, GUEST_BLOCKS + 0x5000);
	vtd_table_map_large(&self->s1, VA_BLOCK, GUEST_BLOCKS, VTD_PD, VTD_RW);
	ASSERT_EQ(before, vtd_lands(vm, 0, self->who, va));
	vtd_table_place(&self->s1, va, guest_alloc(&vm->guest));
	map_page(vm, &self->s1, va, self->a);
	ASSERT_EQ(before, vtd_lands(vm, 0, self->who, va));
	ASSERT_EQ(0, vtd_invalidate(vm, ALL,
				    vtd_inv_addr(self->caches, self->pasid,
						 VA_BLOCK, SZ_4K, 512)));
	EXPECT_EQ(self->a, vtd_lands(vm, 0, self->who, va));
}
