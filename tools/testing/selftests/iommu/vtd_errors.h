/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests: what VT-d can't do is refused, and changes nothing. What no IOMMU can do
 * is tested on the mock.
 */

#define BIND(member, new, err)	POKE(new, err, iommu_gpasid_bind_data, member)
#define INV(member, new, err)	\
	POKE(new, err, iommu_cache_invalidate_info, member)

static const struct poke bad_binds[] = {
	BIND(version, 0, -EINVAL),
	BIND(version, 2, -EINVAL),
	BIND(format, 0, -EINVAL),
	BIND(format, IOMMU_PASID_FORMAT_ARM_SMMUV3, -EOPNOTSUPP),
	BIND(addr_width, 0, -EINVAL),
	BIND(addr_width, 39, -EINVAL),
	BIND(addr_width, 64, -EINVAL),
	BIND(flags, 1 << 2, -EINVAL),
	BIND(flags, 1ULL << 63, -EINVAL),
	BIND(gpgd, GUEST_RAM + 8, -EINVAL),
	BIND(gpgd, 1ULL << 52, -EINVAL),
	/* Aligned, and never mapped */
	BIND(gpgd, 0, -ENOENT),
	BIND(gpgd, GUEST_RAM - SZ_4K, -ENOENT),
	BIND(gpgd, GUEST_BLOCKS, -ENOENT),
	BIND(gpgd, (1ULL << 52) - SZ_4K, -ENOENT),
	BIND(padding[0], 1, -EINVAL),
	BIND(vendor.vtd.flags, IOMMU_SVA_VTD_GPASID_LAST, -EINVAL),
	BIND(vendor.vtd.flags, 1ULL << 63, -EINVAL),
};

/* Each is refused for a PASID or RID that is free */
TEST_F(one, bind_bad)
{
	struct vm *vm = &self->vm;
	size_t i;

	ASSERT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
	ASSERT_EQ(0, vtd_unbind(vm, ALL, self->pasid));
	for (i = 0; i < ARRAY_SIZE(bad_binds); i++) {
		struct iommu_gpasid_bind_data data = variant->rid ?
			inest_bind_rid_data(self->s1.root, 48) :
			inest_bind_data(self->pasid, self->s1.root, 48);

		poke_apply(&data, &bad_binds[i]);
		EXPECT_EQ(bad_binds[i].error,
			  inest_bind_pgtbl(vm->container, ALL, &data))
			TH_LOG("%s", bad_binds[i].what);
		EXPECT_EQ(VM_NOWHERE, vtd_lands(vm, 0, self->who, VA))
			TH_LOG("after %s", bad_binds[i].what);
	}
	ASSERT_EQ(0, vtd_bind(vm, ALL, self->pasid, &self->s1));
	EXPECT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
}

/* Attributes that the unit does not offer */
TEST_F(one, bind_unoffered)
{
	struct vm *vm = &self->vm;
	struct inest_vtd fields;
	__u64 flag;

	inest_vtd_decode(&vm->info.vendor.vtd, &fields);
	for (flag = 1; flag < IOMMU_SVA_VTD_GPASID_LAST; flag <<= 1) {
		bool offered = flag == IOMMU_SVA_VTD_GPASID_SRE ?
				       fields.supervisor :
			       flag == IOMMU_SVA_VTD_GPASID_EAFE ?
				       fields.extended_accessed :
				       fields.memory_type;

		ASSERT_EQ(0, vtd_unbind(vm, ALL, self->pasid));
		EXPECT_EQ(offered ? 0 : -EOPNOTSUPP,
			  vtd_bind_flags(vm, ALL, self->pasid, &self->s1, flag))
			TH_LOG("flag 0x%llx", flag);
		ASSERT_EQ(0, vtd_unbind(vm, ALL, self->pasid));
		ASSERT_EQ(0, vtd_bind(vm, ALL, self->pasid, &self->s1));
		EXPECT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
	}
}

/* VT-d has no tables of PASIDs that a guest owns */
TEST_F(one, pasid_table)
{
	struct iommu_pasid_table_config table = config_translate(GUEST_RAM);
	struct iommu_pasid_table_config none =
		inest_no_table(IOMMU_PASID_CONFIG_ABORT);
	int fd = self->vm.container;

	EXPECT_EQ(-EOPNOTSUPP, inest_bind_pasid_table(fd, ALL, &table));
	EXPECT_EQ(-EOPNOTSUPP, inest_bind_pasid_table(fd, ALL, &none));
	EXPECT_EQ(-EOPNOTSUPP, inest_unbind_pasid_table(fd, ALL));
	EXPECT_EQ(self->a, vtd_lands(&self->vm, 0, self->who, VA));
}

static const struct poke bad_ranges[] = {
	INV(version, 2, -EINVAL),
	INV(cache, 0, -EINVAL),
	INV(cache, 8, -EINVAL),
	INV(cache, PASID_CACHE, -EINVAL),
	INV(cache, IOTLB | PASID_CACHE, -EINVAL),
	INV(granularity, IOMMU_INV_GRANU_NR, -EINVAL),
	INV(granu.addr_info.granule_size, 0, -EINVAL),
	INV(granu.addr_info.granule_size, 2048, -EINVAL),
	INV(granu.addr_info.granule_size, 0x3000, -EINVAL),
	INV(granu.addr_info.nb_granules, 0, -EINVAL),
	INV(granu.addr_info.nb_granules, 1ULL << 52, -EINVAL),
	INV(granu.addr_info.addr, VA + 8, -EINVAL),
	INV(granu.addr_info.pasid, 1 << 20, -EINVAL),
	/* Only PASIDs tell address spaces apart */
	INV(granu.addr_info.flags, IOMMU_INV_ADDR_FLAGS_ARCHID, -EOPNOTSUPP),
	INV(granu.addr_info.flags, IOMMU_INV_ADDR_FLAGS_ARCHID |
	    IOMMU_INV_ADDR_FLAGS_PASID, -EOPNOTSUPP),
};

static const struct poke bad_spaces[] = {
	INV(granu.pasid_info.flags, 0, -EINVAL),
	INV(granu.pasid_info.flags, 1U << 31, -EINVAL),
	INV(granu.pasid_info.pasid, 1 << 20, -EINVAL),
	INV(granu.pasid_info.pasid, -1ULL, -EINVAL),
	INV(granu.pasid_info.flags, IOMMU_INV_PASID_FLAGS_ARCHID, -EOPNOTSUPP),
	INV(granu.pasid_info.flags, IOMMU_INV_PASID_FLAGS_ARCHID |
	    IOMMU_INV_PASID_FLAGS_PASID, -EOPNOTSUPP),
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
		EXPECT_EQ(pokes[i].error,
			  vtd_invalidate(&self->vm, ALL, info))
			TH_LOG("%s", pokes[i].what);
		EXPECT_EQ(self->a, vtd_lands(&self->vm, 0, self->who, VA))
			TH_LOG("after %s", pokes[i].what);
	}
	expect_fresh_after(_metadata, self, good);
}

TEST_F(one, invalidate_bad_range)
{
	expect_refused(_metadata, self, inv_page(self, VA), bad_ranges,
		       ARRAY_SIZE(bad_ranges));
}

TEST_F(one, invalidate_bad_space)
{
	expect_refused(_metadata, self,
		       vtd_inv_pasid(self->caches, self->pasid), bad_spaces,
		       ARRAY_SIZE(bad_spaces));
}

/* A device without ATS has no cache: to say that it is clean would be no help */
TEST_F(one, invalidate_device_without_ats)
{
	struct vm *vm = &self->vm;

	if (!machine.no_ats)
		SKIP(return, "cannot happen: the device has ATS");
	EXPECT_EQ(-EOPNOTSUPP,
		  vtd_invalidate(vm, ALL,
				 vtd_inv_pasid(DEV_IOTLB, self->pasid)));
	EXPECT_EQ(-EOPNOTSUPP, vtd_invalidate(vm, ALL,
					      vtd_inv_domain(DEV_IOTLB)));
	EXPECT_EQ(-EOPNOTSUPP,
		  vtd_invalidate(vm, ALL,
				 vtd_inv_addr(IOTLB | DEV_IOTLB, self->pasid,
					      VA, SZ_4K, 1)));
}

TEST(extension_is_offered)
{
	int container = inest_container_open();

	ASSERT_LE(0, container);
	EXPECT_EQ(1, inest_container_extension(container,
					       VFIO_TYPE1_NESTING_IOMMU));
	close(container);
}

TEST_F(plain, no_operations)
{
	struct iommu_gpasid_bind_data data = inest_bind_data(1, GUEST_RAM, 48);
	struct vm *vm = &self->vm;
	struct iommu_nesting_info info;
	int fd = vm->container;

	EXPECT_EQ(-ENOENT, inest_info(fd, &info, sizeof(info)));
	EXPECT_EQ(-EOPNOTSUPP, inest_bind_pgtbl(fd, ALL, &data));
	EXPECT_EQ(-EOPNOTSUPP, vtd_unbind(vm, ALL, 1));
	EXPECT_EQ(-EOPNOTSUPP, vtd_invalidate(vm, ALL, vtd_inv_domain(IOTLB)));
	EXPECT_EQ(-EOPNOTSUPP, inest_pasid_alloc(fd, 1, ITD_PASID_MASK));
	EXPECT_EQ(self->page,
		  vtd_lands(vm, 0, WITHOUT_PASID, vm->page[self->page].gpa));
	EXPECT_EQ(VM_NOWHERE, vtd_lands(vm, 0, WITH_PASID(1), VA));
}
