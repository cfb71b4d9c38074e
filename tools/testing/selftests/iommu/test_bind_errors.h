/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: tables that cannot be bound */

#define CONFIG(member, new, err) \
	POKE(new, err, iommu_pasid_table_config, member)

static const struct poke bad_tables[] = {
	CONFIG(version, 0, -EINVAL),
	CONFIG(version, 2, -EINVAL),
	CONFIG(version, 0xffffffff, -EINVAL),
	CONFIG(format, 0, -EINVAL),
	CONFIG(format, 3, -EINVAL),
	CONFIG(format, 0x80000002, -EINVAL),
	CONFIG(format, IOMMU_PASID_FORMAT_INTEL_VTD, -EOPNOTSUPP),
	CONFIG(config, 0, -EINVAL),
	CONFIG(config, 4, -EINVAL),
	CONFIG(config, 0xff, -EINVAL),
	CONFIG(pasid_bits, 21, -EINVAL),
	CONFIG(pasid_bits, 64, -EINVAL),
	CONFIG(pasid_bits, 0xff, -EINVAL),
	CONFIG(padding[0], 1, -EINVAL),
	CONFIG(padding[1], 0x80, -EINVAL),
	CONFIG(vendor_data.smmuv3.version, 0, -EINVAL),
	CONFIG(vendor_data.smmuv3.version, 2, -EINVAL),
	CONFIG(vendor_data.smmuv3.s1fmt, 3, -EINVAL),
	CONFIG(vendor_data.smmuv3.s1fmt, 0xff, -EINVAL),
	CONFIG(vendor_data.smmuv3.s1dss, 3, -EINVAL),
	CONFIG(vendor_data.smmuv3.s1dss, 0xff, -EINVAL),
	CONFIG(vendor_data.smmuv3.padding[0], 1, -EINVAL),
	CONFIG(vendor_data.smmuv3.padding[1], 0x80, -EINVAL),
	/* Never aligned, never an address, never mapped */
	CONFIG(base_ptr, GUEST_RAM + 1, -EINVAL),
	CONFIG(base_ptr, GUEST_RAM + 32, -EINVAL),
	CONFIG(base_ptr, 1ULL << 52, -EINVAL),
	CONFIG(base_ptr, -64ULL, -EINVAL),
	CONFIG(base_ptr, 0, -ENOENT),
	CONFIG(base_ptr, GUEST_RAM - 64, -ENOENT),
	CONFIG(base_ptr, GUEST_RAM + GUEST_RAM_SIZE, -ENOENT),
	CONFIG(base_ptr, (1ULL << 52) - 64, -ENOENT),
};

static void apply_all(struct iommu_pasid_table_config *config,
		      const struct poke *poke, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		poke_apply(config, &poke[i]);
}

static void expect_bad_tables(struct __test_metadata *_metadata,
			      struct _test_data_one *self, int group)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad_tables); i++) {
		struct iommu_pasid_table_config config =
			config_translate(self->s1.cd);

		poke_apply(&config, &bad_tables[i]);
		EXPECT_EQ(bad_tables[i].error,
			  inest_bind_pasid_table(self->vm.container, group,
						 &config))
			TH_LOG("%s", bad_tables[i].what);
		expect_same(_metadata, self, bad_tables[i].what);
	}
}

TEST_F(one, bind_bad_table)
{
	expect_bad_tables(_metadata, self, ALL);
}

/* The same for one group that is named */
TEST_F(one, bind_bad_table_to_group)
{
	expect_bad_tables(_metadata, self, self->vm.dev[0].group);
}

/* BYPASS and ABORT have no table */
TEST_F(one, bind_table_with_nothing_to_translate)
{
	static const struct poke bad[] = {
		CONFIG(base_ptr, GUEST_RAM, -EINVAL),
		CONFIG(pasid_bits, 1, -EINVAL),
		CONFIG(version, 2, -EINVAL),
		CONFIG(format, 0, -EINVAL),
		CONFIG(format, IOMMU_PASID_FORMAT_INTEL_VTD, -EOPNOTSUPP),
		CONFIG(padding[0], 1, -EINVAL),
		CONFIG(argsz, 23, -EINVAL),
	};
	__u8 kind;
	size_t i;

	for (kind = IOMMU_PASID_CONFIG_BYPASS;
	     kind <= IOMMU_PASID_CONFIG_ABORT; kind++) {
		for (i = 0; i < ARRAY_SIZE(bad); i++) {
			struct iommu_pasid_table_config config =
				inest_no_table(kind);

			poke_apply(&config, &bad[i]);
			EXPECT_EQ(bad[i].error,
				  inest_bind_pasid_table(self->vm.container,
							 ALL, &config))
				TH_LOG("config %u, %s", kind, bad[i].what);
		}
		expect_same(_metadata, self, "BYPASS or ABORT with a bad field");
	}
}

/* S1CDMax beyond the unit; the formats only matter once there is a table */
TEST_F(one, bind_more_pasids_than_there_are)
{
	const __u8 bits = self->vm.info.pasid_bits + 1;
	struct vm *vm = &self->vm;
	__u8 s1fmt;

	for (s1fmt = 0; s1fmt < 3; s1fmt++) {
		struct iommu_pasid_table_config config =
			config_translate(GUEST_RAM);

		config.pasid_bits = bits;
		config.vendor_data.smmuv3.s1fmt = s1fmt;
		EXPECT_EQ(-EOPNOTSUPP,
			  inest_bind_pasid_table(vm->container, ALL, &config))
			TH_LOG("s1fmt %u", s1fmt);
		expect_same(_metadata, self, "too many PASIDs");
	}
}

/* Aligned to 64 bytes, but not to its size of 64 << 4 */
TEST_F(one, bind_table_not_aligned_to_its_size)
{
	const struct poke pokes[] = {
		CONFIG(pasid_bits, 4, 0),
		CONFIG(base_ptr, GUEST_RAM + 64, 0),
	};
	struct iommu_pasid_table_config config = config_translate(0);

	apply_all(&config, pokes, ARRAY_SIZE(pokes));
	EXPECT_EQ(-EINVAL,
		  inest_bind_pasid_table(self->vm.container, ALL, &config));
	expect_same(_metadata, self, "misaligned table");
}

/* 2^20 descriptors take 64 MiB, of which only the start is mapped */
TEST_F(one, bind_table_not_wholly_mapped)
{
	const struct poke pokes[] = {
		CONFIG(pasid_bits, 20, 0),
		CONFIG(base_ptr, GUEST_RAM, 0),
	};
	struct iommu_pasid_table_config config = config_translate(0);
	int ret;

	apply_all(&config, pokes, ARRAY_SIZE(pokes));
	ret = inest_bind_pasid_table(self->vm.container, ALL, &config);
	EXPECT_TRUE(ret == -ENOENT || ret == -EOPNOTSUPP)
		TH_LOG("got %d", ret);
	expect_same(_metadata, self, "table that is mapped in part");
}

/* The IOMMU reads the table on the device's behalf */
TEST_F(one, bind_table_that_device_cannot_read)
{
	struct vm *vm = &self->vm;
	__u64 gpa = guest_alloc_loose(&vm->guest);
	struct iommu_pasid_table_config config = config_translate(gpa);

	ASSERT_EQ(0, inest_dma_unmap(vm->container, gpa, SZ_4K));
	ASSERT_EQ(0,
		  inest_dma_map(vm->container, gpa, guest_ptr(&vm->guest, gpa),
				SZ_4K, VFIO_DMA_MAP_FLAG_WRITE));
	EXPECT_EQ(-ENOENT, inest_bind_pasid_table(vm->container, ALL, &config));
	expect_same(_metadata, self, "table that is write-only");
}

static int sized_bind(struct vm *vm, struct iommu_pasid_table_config config,
		      size_t argsz, unsigned char tail)
{
	return sized_op(vm, OP_BIND, &config, sizeof(config), argsz, tail);
}

TEST_F(one, bind_argsz)
{
	struct iommu_pasid_table_config translate =
		config_translate(self->s1.cd);
	struct iommu_pasid_table_config abort =
		inest_no_table(IOMMU_PASID_CONFIG_ABORT);
	const size_t full = sizeof(translate);
	struct vm *vm = &self->vm;
	size_t size;

	for (size = 0; size < full; size++)
		EXPECT_EQ(-EINVAL, sized_bind(vm, translate, size, 0))
			TH_LOG("%zu bytes", size);
	EXPECT_EQ(-E2BIG, sized_bind(vm, translate, full + 1, 1));
	EXPECT_EQ(-E2BIG, sized_bind(vm, translate, full + 64, 0x80));
	expect_same(_metadata, self, "bad argsz");

	EXPECT_EQ(0, sized_bind(vm, translate, full, 0));
	EXPECT_EQ(0, sized_bind(vm, translate, full + 1, 0));
	EXPECT_EQ(0, sized_bind(vm, translate, full + 64, 0));
	expect_same(_metadata, self, "long argsz with zeroes");

	EXPECT_EQ(-E2BIG, sized_bind(vm, abort, full + 8, 1));
	expect_same(_metadata, self, "ABORT with a tail");
	EXPECT_EQ(0, sized_bind(vm, abort, full + 8, 0));
	EXPECT_EQ(VM_NOWHERE, vm_lands(vm, 0, VA));
}
