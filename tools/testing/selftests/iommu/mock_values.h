/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: values outside the contract, one at a time; state stays as it is */

static void expect_pokes(struct __test_metadata *_metadata, struct world *w,
			 int op, const struct poke *poke, size_t n)
{
	struct arg arg;
	size_t i;

	for (i = 0; i < n; i++) {
		arg_valid(&arg, w, op);
		memcpy(arg.raw + arg.head + poke[i].offset, &poke[i].value,
		       poke[i].size);
		EXPECT_EQ(poke[i].error, call_op(w->vm.container, &arg.op))
			TH_LOG("%s", poke[i].what);
	}
	EXPECT_TRUE(world_unchanged(w));
}

#define BIND_DATA(new, ...) \
	POKE(new, -EINVAL, iommu_gpasid_bind_data, __VA_ARGS__)

/* What a bind and an unbind refuse alike */
#define BIND_DATA_POKES							\
	BIND_DATA(0, version), BIND_DATA(2, version),			\
	BIND_DATA(0, format), BIND_DATA(3, format),			\
	POKE(SMMU, -EOPNOTSUPP, iommu_gpasid_bind_data, format),	\
	BIND_DATA(1 << 2, flags), BIND_DATA(1ULL << 63, flags),		\
	BIND_DATA(IOMMU_SVA_GPASID_RID, flags),				\
	BIND_DATA(0, hpasid), BIND_DATA(1 << 20, hpasid),		\
	BIND_DATA(1ULL << 32, hpasid), BIND_DATA(~0ULL, hpasid),	\
	BIND_DATA(1, padding[0]), BIND_DATA(1, padding[7])

TEST_F(vtd, bind_pgtbl_values)
{
	static const struct poke pokes[] = {
		BIND_DATA_POKES,
		BIND_DATA(0, addr_width), BIND_DATA(47, addr_width),
		BIND_DATA(MOCK_PGTBL + 1, gpgd),
		BIND_DATA(MOCK_PGTBL + 0x800, gpgd),
		BIND_DATA(1ULL << 52, gpgd),
		BIND_DATA(1 << 6, vendor.vtd.flags),
		BIND_DATA(1ULL << 63, vendor.vtd.flags),
		POKE(57, -EOPNOTSUPP, iommu_gpasid_bind_data, addr_width),
		POKE(0, -ENOENT, iommu_gpasid_bind_data, gpgd),
		POKE(MOCK_GPA - 0x1000, -ENOENT, iommu_gpasid_bind_data, gpgd),
	};

	expect_pokes(_metadata, &self->w, OP_BIND, pokes, ARRAY_SIZE(pokes));
}

TEST_F(vtd, unbind_pgtbl_values)
{
	static const struct poke pokes[] = { BIND_DATA_POKES };

	expect_pokes(_metadata, &self->w, OP_UNBIND, pokes, ARRAY_SIZE(pokes));
}

TEST_F(vtd, gpasid_values)
{
	struct world *w = &self->w;
	struct iommu_gpasid_bind_data data =
		inest_bind_data(w->q, MOCK_PGTBL_2, 48);

	inest_bind_data_set_gpasid(&data, 1 << 20);
	EXPECT_EQ(-EINVAL, inest_bind_pgtbl(w->vm.container, ALL, &data));
	data.vendor.vtd.flags = IOMMU_SVA_VTD_GPASID_EMTE;
	data.vendor.vtd.emt = 8;
	data.gpasid = 0;
	EXPECT_EQ(-EINVAL, inest_bind_pgtbl(w->vm.container, ALL, &data));
	EXPECT_TRUE(world_unchanged(w));
	data.vendor.vtd.emt = 7;
	EXPECT_EQ(0, inest_bind_pgtbl(w->vm.container, ALL, &data));
}

#define TABLE(new, ...) \
	POKE(new, -EINVAL, iommu_pasid_table_config, __VA_ARGS__)

TEST_F(smmu, bind_pasid_table_values)
{
	static const struct poke pokes[] = {
		TABLE(0, version), TABLE(2, version), TABLE(0, format),
		TABLE(3, format), TABLE(21, pasid_bits), TABLE(0, config),
		TABLE(4, config), TABLE(IOMMU_PASID_CONFIG_ABORT, config),
		TABLE(IOMMU_PASID_CONFIG_BYPASS, config),
		TABLE(1, padding[0]), TABLE(1, padding[1]),
		TABLE(MOCK_TABLE + 32, base_ptr), TABLE(1ULL << 52, base_ptr),
		TABLE(0, vendor_data.smmuv3.version),
		TABLE(3, vendor_data.smmuv3.s1fmt),
		TABLE(3, vendor_data.smmuv3.s1dss),
		TABLE(1, vendor_data.smmuv3.padding[0]),
		TABLE(1, vendor_data.smmuv3.padding[1]),
		POKE(VTD, -EOPNOTSUPP, iommu_pasid_table_config, format),
		POKE(0, -ENOENT, iommu_pasid_table_config, base_ptr),
	};

	expect_pokes(_metadata, &self->w, OP_BIND_TABLE, pokes,
		     ARRAY_SIZE(pokes));
}

#define INV(new, ...) \
	POKE(new, -EINVAL, iommu_cache_invalidate_info, __VA_ARGS__)

TEST_F(vtd, cache_invld_values)
{
	static const struct poke pokes[] = {
		INV(0, version), INV(2, version), INV(0, cache),
		INV(1 << 3, cache), INV(0xff, cache), INV(3, granularity),
		INV(0xff, granularity), INV(1, padding[0]), INV(1, padding[5]),
		INV(0, granu.pasid_info.flags),
		INV(1 << 2, granu.pasid_info.flags),
		INV(1 << 4, granu.pasid_info.flags),
		INV(IOMMU_INV_PASID_FLAGS_GPASID, granu.pasid_info.flags),
		INV(1 << 20, granu.pasid_info.pasid),
		INV(~0ULL, granu.pasid_info.pasid),
		POKE(PASID_MAX, -EPERM, iommu_cache_invalidate_info,
		     granu.pasid_info.pasid),
	};

	expect_pokes(_metadata, &self->w, OP_INVLD, pokes, ARRAY_SIZE(pokes));
}

TEST_F(vtd, cache_invld_range_values)
{
	static const struct {
		__u64 addr;
		__u64 granule;
		__u64 count;
		int ret;
	} range[] = {
		{ 0x1000, 4096, 0, -EINVAL },
		{ 0x1000, 0, 1, -EINVAL },
		{ 0x1000, 2048, 1, -EINVAL },
		{ 0x1000, 4097, 1, -EINVAL },
		{ 0x1800, 4096, 1, -EINVAL },
		{ -4096ULL, 4096, 2, -EINVAL },
		{ 0, 1ULL << 63, 3, -EINVAL },
		{ 0, 4096, ~0ULL, -EINVAL },
		{ 0x10000, 4096, 1, 0 },
	};
	struct iommu_cache_invalidate_info inv;
	struct world *w = &self->w;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(range); i++) {
		inv = inest_inv_range(IOTLB, range[i].addr, range[i].granule,
				      range[i].count);
		EXPECT_EQ(range[i].ret,
			  inest_cache_invalidate(w->vm.container, ALL, &inv))
			TH_LOG("range %zu", i);
	}
	inv.cache = PASID_CACHE;
	EXPECT_EQ(-EINVAL, inest_cache_invalidate(w->vm.container, ALL, &inv));
	EXPECT_TRUE(world_unchanged(w));
	inv = inest_inv_range(IOTLB, 0, 4096, 1ULL << 52);
	EXPECT_EQ(0, inest_cache_invalidate(w->vm.container, ALL, &inv));
	EXPECT_EQ(0, mock_lines(w->vm.bdf[0], "tlb"));
}

#define RESP(new, ...) \
	POKE(new, -EINVAL, iommu_page_response, __VA_ARGS__)

TEST_F(vtd, page_resp_values)
{
	static const struct poke pokes[] = {
		RESP(0, version), RESP(2, version), RESP(1 << 1, flags),
		RESP(1U << 31, flags), RESP(1 << 20, pasid), RESP(~0U, pasid),
		RESP(IOMMU_PAGE_RESP_FAILURE + 1, code), RESP(~0U, code),
		POKE(0, -ENOENT, iommu_page_response, pasid),
		POKE(0, -ENOENT, iommu_page_response, flags),
	};

	expect_pokes(_metadata, &self->w, OP_RESP, pokes, ARRAY_SIZE(pokes));
}

/* The header: unknown operations and flags, forms that an operation lacks */
TEST_F(op, header_values)
{
	static const __u32 refused[] = { 0, OP_LAST + 1, VFIO_NESTING_OP_MASK,
					 1 << 18, 1 << 19, 1U << 31 };
	__u32 group = VFIO_NESTING_OP_GROUP, device = VFIO_NESTING_OP_DEVICE;
	int fd = self->w.vm.container;
	struct arg *arg = &self->arg;
	__u32 flags = arg->op.flags;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(refused); i++) {
		arg->op.flags = refused[i] > VFIO_NESTING_OP_MASK ?
				flags | refused[i] : refused[i];
		EXPECT_EQ(-EINVAL, call_op(fd, &arg->op))
			TH_LOG("flags 0x%x", arg->op.flags);
	}
	for (i = 0; i < 3; i++) {
		arg->op.flags = variant->op | (i ? group : device) |
				(i == 2 ? device : 0);
		if (arg->op.flags == flags)
			arg->op.flags = variant->op;
		if (i == 1 && !op_is_for_device(variant->op))
			continue;
		EXPECT_EQ(-EINVAL, call_op(fd, &arg->op))
			TH_LOG("flags 0x%x", arg->op.flags);
	}
	EXPECT_TRUE(world_unchanged(&self->w));
}

/* The file that an operation names: see mock_errno.h for those that are wrong */
TEST_F(op, file_values)
{
	struct world *w = &self->w;
	bool device = op_is_for_device(variant->op);
	int right = device ? w->vm.device[0] : w->vm.group[0];
	int wrong = device ? w->vm.group[0] : w->vm.device[0];
	struct mock_vm other;
	struct arg arg;

	EXPECT_EQ(-ENODEV, call_with_fd(w, variant->op, wrong));
	EXPECT_EQ(-EBADF, call_with_fd(w, variant->op, -1));
	arg_make(&arg, variant->op | (device ? VFIO_NESTING_OP_DEVICE :
					       VFIO_NESTING_OP_GROUP), right,
		 self->arg.raw + self->arg.head,
		 self->arg.size - self->arg.head);
	arg.op.data[4] = 1;
	EXPECT_EQ(-EINVAL, call_op(w->vm.container, &arg.op));

	/* Of another container */
	ASSERT_EQ(0, mock_vm_open(&other, op_format(variant->op), 1, 1));
	EXPECT_EQ(0, mock_vm_open_device(&other, 0));
	EXPECT_EQ(-ENODEV, call_with_fd(w, variant->op,
					device ?
					other.device[0] : other.group[0]));
	mock_vm_close(&other);
	EXPECT_TRUE(world_unchanged(w));
	EXPECT_EQ(0, call_with_fd(w, variant->op, right));
}

TEST_F(vtd, pasid_request_values)
{
	static const struct vfio_pasid_range range[] = {
		{ 0, 0 }, { 0, 10 }, { 10, 9 }, { 1, 1 << 20 },
		{ 1 << 20, 1 << 20 }, { 1, ~0U }, { ~0U, ~0U }, { ~0U, 0 },
	};
	static const __u32 flags[] = {
		0, PASID_ALLOC | PASID_FREE, PASID_ALLOC | PASID_QUOTA,
		PASID_FREE | PASID_QUOTA, 7, 1 << 3, 1U << 31,
	};
	struct vfio_iommu_pasid_request req;
	int fd = self->w.vm.container;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(range); i++) {
		EXPECT_EQ(-EINVAL, inest_pasid_alloc(fd, range[i].min,
						     range[i].max))
			TH_LOG("alloc range %zu", i);
		EXPECT_EQ(-EINVAL, inest_pasid_free(fd, range[i].min,
						    range[i].max))
			TH_LOG("free range %zu", i);
	}
	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		req = inest_pasid_request(flags[i], 1, PASID_MAX);
		EXPECT_EQ(-EINVAL, call_pasid(fd, &req))
			TH_LOG("flags 0x%x", flags[i]);
	}
	/* Where the answer goes may hold anything */
	req = inest_pasid_request(PASID_QUOTA, ~0U, ~0U);
	EXPECT_EQ(0, call_pasid(fd, &req));
	EXPECT_TRUE(world_unchanged(&self->w));
}
