/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests: invalidations that cannot be. The translation of VA is kept stale
 * throughout: as long as page a is found there, nothing was invalidated.
 */

#define INV(member, new, err) \
	POKE(new, err, iommu_cache_invalidate_info, member)
#define ADDR(member, new, err)	INV(granu.addr_info.member, new, err)
#define PASID(member, new, err)	INV(granu.pasid_info.member, new, err)

#define IOTLB		IOMMU_CACHE_INV_TYPE_IOTLB
#define DEV_IOTLB	IOMMU_CACHE_INV_TYPE_DEV_IOTLB
#define PASID_CACHE	IOMMU_CACHE_INV_TYPE_PASID

static const struct poke bad_heads[] = {
	INV(version, 0, -EINVAL),
	INV(version, 2, -EINVAL),
	INV(cache, 0, -EINVAL),
	INV(cache, 1 << IOMMU_CACHE_INV_TYPE_NR, -EINVAL),
	INV(cache, IOTLB | 0x80, -EINVAL),
	INV(granularity, IOMMU_INV_GRANU_NR, -EINVAL),
	INV(granularity, 0xff, -EINVAL),
	INV(padding[0], 1, -EINVAL),
	INV(padding[1], 1, -EINVAL),
	INV(padding[2], 1, -EINVAL),
	INV(padding[3], 1, -EINVAL),
	INV(padding[4], 1, -EINVAL),
	INV(padding[5], 0x80, -EINVAL),
	/* edu behind this SMMU has no ATS */
	INV(cache, DEV_IOTLB, -EOPNOTSUPP),
	INV(cache, IOTLB | DEV_IOTLB, -EOPNOTSUPP),
};

static const struct poke bad_ranges[] = {
	INV(cache, PASID_CACHE, -EINVAL),
	INV(cache, IOTLB | PASID_CACHE, -EINVAL),
	ADDR(flags, 1 << 4, -EINVAL),
	/* A guest owns its SubstreamIDs: it has no other numbers for them */
	ADDR(flags, IOMMU_INV_ADDR_FLAGS_GPASID, -EINVAL),
	ADDR(flags, IOMMU_INV_ADDR_FLAGS_GPASID | IOMMU_INV_ADDR_FLAGS_PASID,
	     -EOPNOTSUPP),
	ADDR(flags, 1U << 31, -EINVAL),
	ADDR(flags, IOMMU_INV_ADDR_FLAGS_PASID, -EOPNOTSUPP),
	ADDR(archid, 0x10000, -EINVAL),
	ADDR(archid, 0x80000001, -EINVAL),
	ADDR(granule_size, 0, -EINVAL),
	ADDR(granule_size, 1, -EINVAL),
	ADDR(granule_size, 2048, -EINVAL),
	ADDR(granule_size, 0x3000, -EINVAL),
	ADDR(granule_size, -1ULL, -EINVAL),
	ADDR(addr, VA + 1, -EINVAL),
	ADDR(addr, VA + 2048, -EINVAL),
	ADDR(nb_granules, 0, -EINVAL),
	ADDR(nb_granules, -1ULL, -EINVAL),
	ADDR(nb_granules, 1ULL << 52, -EINVAL),
	ADDR(nb_granules, (1ULL << 52) - (VA >> 12) + 1, -EINVAL),
};

static const struct poke bad_spaces[] = {
	PASID(flags, 0, -EINVAL),
	PASID(flags, 1 << 2, -EINVAL),
	PASID(flags, 1 << 4, -EINVAL),
	PASID(flags, IOMMU_INV_PASID_FLAGS_GPASID, -EINVAL),
	PASID(flags, IOMMU_INV_PASID_FLAGS_GPASID |
		     IOMMU_INV_PASID_FLAGS_PASID, -EOPNOTSUPP),
	PASID(flags, 1U << 31 | IOMMU_INV_PASID_FLAGS_ARCHID, -EINVAL),
	PASID(flags, IOMMU_INV_PASID_FLAGS_PASID, -EOPNOTSUPP),
	PASID(archid, 0x10000, -EINVAL),
	PASID(archid, 0xffffffff, -EINVAL),
	/* Cached descriptors are known by their PASID */
	INV(cache, PASID_CACHE, -EOPNOTSUPP),
	INV(cache, IOTLB | PASID_CACHE, -EOPNOTSUPP),
};

static const struct poke bad_cds[] = {
	PASID(flags, 0, -EINVAL),
	PASID(pasid, 1 << 20, -EINVAL),
	PASID(pasid, 1ULL << 32, -EINVAL),
	PASID(pasid, -1ULL, -EINVAL),
};

static void expect_refused(struct __test_metadata *_metadata,
			   struct _test_data_one *self,
			   struct iommu_cache_invalidate_info good,
			   const struct poke *pokes, size_t count)
{
	size_t i;

	assert_stale_after_change(_metadata, self);
	for (i = 0; i < count; i++) {
		struct iommu_cache_invalidate_info info = good;

		poke_apply(&info, &pokes[i]);
		EXPECT_EQ(pokes[i].error, invalidate(&self->vm, info))
			TH_LOG("%s", pokes[i].what);
		expect_same(_metadata, self, pokes[i].what);
	}
	expect_fresh_after(_metadata, self, inest_inv_all(IOTLB));
}

TEST_F(one, invalidate_bad_head)
{
	expect_refused(_metadata, self, inest_inv_all(IOTLB), bad_heads,
		       ARRAY_SIZE(bad_heads));
}

TEST_F(one, invalidate_bad_range)
{
	expect_refused(_metadata, self, inv_addr(ASID, VA, SZ_4K, 1), bad_ranges,
		       ARRAY_SIZE(bad_ranges));
}

TEST_F(one, invalidate_bad_space)
{
	expect_refused(_metadata, self, inv_asid(ASID), bad_spaces,
		       ARRAY_SIZE(bad_spaces));
}

TEST_F(one, invalidate_bad_cd)
{
	expect_refused(_metadata, self, inv_cd(0), bad_cds,
		       ARRAY_SIZE(bad_cds));
}

/* A PASID that no device of the container can use */
TEST_F(one, invalidate_cd_of_too_large_pasid)
{
	EXPECT_EQ(-EOPNOTSUPP,
		  invalidate(&self->vm,
			     inv_cd(1 << self->vm.info.pasid_bits)));
	expect_same(_metadata, self, "too large PASID");
}

/* A granule of a size that is neither a page nor a block, in any granule */
TEST_F(one, invalidate_odd_granule)
{
	assert_stale_after_change(_metadata, self);
	EXPECT_EQ(-EOPNOTSUPP, invalidate(&self->vm,
					  inv_addr(ASID, VA & ~0x1fffULL,
						   0x2000, 1)));
	expect_same(_metadata, self, "odd granule");
	expect_fresh_after(_metadata, self, inest_inv_all(IOTLB));
}

/* A granule of a size that the range is not aligned to */
TEST_F(one, invalidate_misaligned_block)
{
	assert_stale_after_change(_metadata, self);
	EXPECT_EQ(-EINVAL, invalidate(&self->vm,
				      inv_addr(ASID, VA, SZ_2M, 1)));
	expect_same(_metadata, self, "misaligned block");
	expect_fresh_after(_metadata, self, inest_inv_all(IOTLB));
}

/* What no flag selects is not looked at */
TEST_F(one, invalidate_ignores_what_is_not_selected)
{
	struct iommu_cache_invalidate_info info = inv_asid(ASID);

	assert_stale_after_change(_metadata, self);
	info.granu.pasid_info.pasid = -1ULL;
	expect_fresh_after(_metadata, self, info);

	info = inv_addr(EVERY_ID, VA, SZ_4K, 1);
	info.granu.addr_info.archid = 0xffffffff;
	info.granu.addr_info.pasid = -1ULL;
	EXPECT_EQ(0, invalidate(&self->vm, info));
	info.granularity = IOMMU_INV_GRANU_DOMAIN;
	info.granu.addr_info.flags = 0xffffffff;
	EXPECT_EQ(0, invalidate(&self->vm, info));
}

static int sized_invalidate(struct vm *vm,
			    struct iommu_cache_invalidate_info info,
			    size_t argsz, unsigned char tail)
{
	return sized_op(vm, OP_INVLD, &info, sizeof(info), argsz, tail);
}

/* The granularity says how much there has to be, and no more is needed */
TEST_F(one, invalidate_argsz)
{
	const struct {
		struct iommu_cache_invalidate_info info;
		size_t least;
	} kind[] = {
		{ inv_addr(ASID, VA, SZ_4K, 1), 56 },
		{ inv_asid(ASID), 32 },
		{ inv_cd(0), 32 },
		{ inest_inv_all(IOTLB), 16 },
	};
	const size_t full = sizeof(kind[0].info);
	struct vm *vm = &self->vm;
	size_t i, size;

	assert_stale_after_change(_metadata, self);
	for (i = 0; i < ARRAY_SIZE(kind); i++) {
		for (size = 0; size < kind[i].least; size++)
			EXPECT_EQ(-EINVAL, sized_invalidate(vm, kind[i].info,
							    size, 0))
				TH_LOG("kind %zu, %zu bytes", i, size);
		EXPECT_EQ(-E2BIG, sized_invalidate(vm, kind[i].info, full + 1,
						   1));
		EXPECT_EQ(-E2BIG, sized_invalidate(vm, kind[i].info, full + 99,
						   0x80));
		expect_same(_metadata, self, "bad argsz");
	}
	for (i = 0; i < ARRAY_SIZE(kind); i++) {
		EXPECT_EQ(0, sized_invalidate(vm, kind[i].info, kind[i].least,
					      0));
		EXPECT_EQ(0, sized_invalidate(vm, kind[i].info, full + 1, 0));
		EXPECT_EQ(0, sized_invalidate(vm, kind[i].info, full + 99, 0));
	}
	EXPECT_EQ(self->b, vm_lands(vm, 0, VA));
}

/* The shortest form of each does what it says */
TEST_F(one, invalidate_shortest)
{
	assert_stale_after_change(_metadata, self);
	ASSERT_EQ(0, sized_invalidate(&self->vm, inest_inv_all(IOTLB), 16, 0));
	EXPECT_EQ(self->b, vm_lands(&self->vm, 0, VA));
	map_page(&self->vm, &self->s1, VA, self->a);
	ASSERT_EQ(self->b, vm_lands(&self->vm, 0, VA));
	ASSERT_EQ(0, sized_invalidate(&self->vm, inv_asid(ASID), 32, 0));
	EXPECT_EQ(self->a, vm_lands(&self->vm, 0, VA));
}
