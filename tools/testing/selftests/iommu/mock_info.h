/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: containers, the capability, and two devices in one group */

TEST(simple_close)
{
	int container = inest_container_open();

	ASSERT_LE(0, container);
	EXPECT_EQ(0, close(container));
}

/* Neither a group nor an IOMMU, and then a group without an IOMMU */
TEST(cmd_fail)
{
	struct world w = { .p = 1, .q = 2, .vm.device[0] = -1 };
	int op, group, container = inest_container_open();
	struct arg arg;

	ASSERT_LE(0, container);
	for (op = OP_FIRST; op <= OP_LAST; op++) {
		arg_valid(&arg, &w, op);
		EXPECT_EQ(op_is_for_device(op) ? -EBADF : -EINVAL,
			  call_op(container, &arg.op))
			TH_LOG("op %d", op);
	}
	group = inest_group_open_pci(mock_all()[0]);
	ASSERT_LE(0, group);
	ASSERT_EQ(0, inest_group_attach(group, container));
	for (op = OP_FIRST; op < OP_RESP; op++) {
		arg_valid(&arg, &w, op);
		EXPECT_EQ(-EINVAL, call_op(container, &arg.op))
			TH_LOG("op %d", op);
	}
	EXPECT_EQ(-EINVAL, inest_pasid_alloc(container, 1, PASID_MAX));
	EXPECT_EQ(-EINVAL, quota_left(container));
	EXPECT_EQ(-EINVAL, inest_pasid_free(container, 5, 5));
	close(group);
	close(container);
}

/* Containers of the types that do not nest */
FIXTURE(plain) {
	struct mock_vm vm;
};

FIXTURE_VARIANT(plain) {
	unsigned long type;
};

FIXTURE_VARIANT_ADD(plain, type1) { .type = VFIO_TYPE1_IOMMU };
FIXTURE_VARIANT_ADD(plain, type1v2) { .type = VFIO_TYPE1v2_IOMMU };

FIXTURE_SETUP(plain)
{
	expect_fresh(_metadata);
	ASSERT_EQ(0, mock_vm_open_type(&self->vm, VTD, 0, 1, variant->type));
	ASSERT_EQ(0, mock_vm_open_device(&self->vm, 0));
}

FIXTURE_TEARDOWN(plain)
{
	mock_vm_close(&self->vm);
	EXPECT_EQ(0, splat_count());
}

TEST_F(plain, offers_nothing)
{
	struct world w = { .vm = self->vm, .p = 1, .q = 2 };
	struct iommu_nesting_info info;
	struct vfio_pasid_quota quota;
	int op, fd = self->vm.container;
	struct arg arg;

	EXPECT_EQ(-ENOENT, inest_info(fd, &info, sizeof(info)));
	for (op = OP_FIRST; op <= OP_LAST; op++) {
		arg_valid(&arg, &w, op);
		EXPECT_EQ(-EOPNOTSUPP, call_op(fd, &arg.op))
			TH_LOG("op %d", op);
	}
	EXPECT_EQ(-EOPNOTSUPP, inest_pasid_alloc(fd, 1, PASID_MAX));
	EXPECT_EQ(-EOPNOTSUPP, inest_pasid_quota(fd, &quota));
	EXPECT_EQ(-EOPNOTSUPP, inest_pasid_free(fd, 5, 5));
	EXPECT_EQ(-EOPNOTSUPP, inest_pasid_free(fd, 5, 6));
}

TEST_F(vtd3, get_info)
{
	struct iommu_nesting_info info;

	ASSERT_EQ(0, inest_info(self->w.vm.container, &info, sizeof(info)));
	EXPECT_EQ(sizeof(info), info.argsz);
	EXPECT_EQ(0U, info.flags);
	EXPECT_EQ((__u32)VTD, info.format);
	EXPECT_EQ(0U + IOMMU_NESTING_FEAT_SYSWIDE_PASID +
		  IOMMU_NESTING_FEAT_BIND_PGTBL +
		  IOMMU_NESTING_FEAT_CACHE_INVLD +
		  IOMMU_NESTING_FEAT_PAGE_REQUEST, info.features);
	EXPECT_EQ(48, info.addr_width);
	EXPECT_EQ(20, info.pasid_bits);
	EXPECT_NE(0ULL, info.vendor.vtd.ecap);
	EXPECT_EQ(0U, info.vendor.vtd.flags);
}

TEST_F(smmu3, get_info)
{
	struct iommu_nesting_info info;

	ASSERT_EQ(0, inest_info(self->w.vm.container, &info, sizeof(info)));
	EXPECT_EQ((__u32)SMMU, info.format);
	EXPECT_EQ(0U + IOMMU_NESTING_FEAT_BIND_PASID_TABLE +
		  IOMMU_NESTING_FEAT_CACHE_INVLD +
		  IOMMU_NESTING_FEAT_PAGE_REQUEST, info.features);
	EXPECT_NE(0U, info.vendor.smmuv3.idr[0]);
}

/* VFIO_IOMMU_GET_INFO writes argsz bytes at most, and all capabilities or none */
TEST_F(vtd, get_info_canary)
{
	unsigned char buf[1024], canary[sizeof(buf)];
	struct vfio_iommu_type1_info *info = (void *)buf;
	size_t least = offsetof(struct vfio_iommu_type1_info, cap_offset);
	int ret, fd = self->w.vm.container;
	__u32 argsz, end, full;

	memset(canary, 0xa5, sizeof(canary));
	info->argsz = least;
	ASSERT_EQ(0, ioctl(fd, VFIO_IOMMU_GET_INFO, buf));
	full = info->argsz;
	ASSERT_LT(least, full);
	ASSERT_GT(sizeof(buf) - 64, full);
	for (argsz = 0; argsz < full + 64; argsz++) {
		memset(buf, 0xa5, sizeof(buf));
		info->argsz = argsz;
		ret = ioctl(fd, VFIO_IOMMU_GET_INFO, buf);
		EXPECT_EQ(argsz < least ? -1 : 0, ret)
			TH_LOG("argsz %u", argsz);
		end = argsz < sizeof(argsz) ? sizeof(argsz) : argsz;
		EXPECT_EQ(0, memcmp(buf + end, canary, sizeof(buf) - end))
			TH_LOG("argsz %u: bytes behind it were written", argsz);
		if (!ret && argsz >= full)
			EXPECT_NE(0U, info->cap_offset);
	}
	EXPECT_TRUE(world_unchanged(&self->w));
}

/* IOMMUs that offer different things don't meet in one container */
TEST_F(vtd, other_format_is_refused)
{
	struct mock_vm *vm = &self->w.vm;
	const char *bdf = mock_all()[1];
	int group;

	EXPECT_EQ(-EBUSY, mock_write(vm->bdf[0], "format", "%u", SMMU));
	ASSERT_EQ(0, mock_write(bdf, "format", "%u", SMMU));
	group = inest_group_open_pci(bdf);
	ASSERT_LE(0, group);
	EXPECT_EQ(-EINVAL, inest_group_attach(group, vm->container));
	ASSERT_EQ(0, mock_write(bdf, "format", "%u", VTD));
	EXPECT_EQ(0, inest_group_attach(group, vm->container));
	close(group);
	EXPECT_TRUE(world_unchanged(&self->w));
}

/* Two devices in one group: what is for the group is for both */
FIXTURE(shared) {
	struct world w;
};

FIXTURE_SETUP(shared)
{
	if (!mock_shared())
		SKIP(return, "no two edu devices that share a group");
	expect_fresh(_metadata);
	ASSERT_EQ(0, world_open(&self->w, VTD, MOCK_SINGLES, MOCK_SHARED));
}

FIXTURE_TEARDOWN(shared)
{
	if (mock_shared())
		world_teardown(_metadata, &self->w);
}

TEST_F(shared, group_is_both_devices)
{
	struct world *w = &self->w;

	if (!mock_shared())
		return;
	EXPECT_EQ(2, COUNT_STAGE1(&w->vm, PGTBL_LINE, w->p, MOCK_PGTBL));
	ASSERT_EQ(0, bind_pasid(&w->vm, w->vm.group[1], w->q, MOCK_PGTBL_2));
	EXPECT_EQ(2, COUNT_STAGE1(&w->vm, PGTBL_LINE, w->q, MOCK_PGTBL_2));
	ASSERT_EQ(0, inv_pasid(&w->vm, w->vm.group[0], IOTLB, w->p));
	EXPECT_EQ(0, mock_lines(w->vm.bdf[0], "tlb"));
	EXPECT_EQ(0, mock_lines(w->vm.bdf[1], "tlb"));
	ASSERT_EQ(0, unbind_pasid(&w->vm, w->vm.group[0], w->p));
	EXPECT_EQ(0, COUNT_STAGE1(&w->vm, "pasid %d", w->p));
}

TEST_F(shared, page_response_is_one_device)
{
	struct world *w = &self->w;

	if (!mock_shared())
		return;
	ASSERT_EQ(0, respond(&w->vm, 1, w->p, GRPID, IOMMU_PAGE_RESP_SUCCESS));
	EXPECT_EQ(1, mock_lines(w->vm.bdf[0], "page_request"));
	EXPECT_EQ(0, mock_lines(w->vm.bdf[1], "page_request"));
}

/* The last command for the last device fails: the first one is as before */
TEST_F(shared, rollback_within_group)
{
	struct world *w = &self->w;
	long n, before;

	if (!mock_shared())
		return;
	before = mock_number(MOCK_TOP, "commands");
	ASSERT_EQ(0, bind_pasid(&w->vm, ALL, w->q, MOCK_PGTBL_2));
	n = mock_number(MOCK_TOP, "commands") - before;
	ASSERT_EQ(0, unbind_pasid(&w->vm, ALL, w->q));
	ASSERT_EQ(0, mock_write(MOCK_TOP, "fail_command", "%ld", n));
	EXPECT_EQ(-EIO, bind_pasid(&w->vm, ALL, w->q, MOCK_PGTBL_2));
	EXPECT_EQ(0, COUNT_STAGE1(&w->vm, "pasid %d", w->q));
	EXPECT_EQ(0, mock_number(w->vm.bdf[0], "blocked"));
	EXPECT_EQ(1, mock_number(w->vm.bdf[1], "blocked"));
	EXPECT_EQ(2, COUNT_STAGE1(&w->vm, "pasid %d", w->p));
}
