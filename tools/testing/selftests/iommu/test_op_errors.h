/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: the header of VFIO_IOMMU_NESTING_OP, and the groups that it names */

#define OP_BIND		VFIO_NESTING_OP_BIND_PASID_TABLE
#define OP_UNBIND	VFIO_NESTING_OP_UNBIND_PASID_TABLE
#define OP_INVLD	VFIO_NESTING_OP_CACHE_INVLD
#define OP_GROUP	VFIO_NESTING_OP_GROUP

/* After a call that failed: the stage 1 of before is in place */
static void expect_same(struct __test_metadata *_metadata,
			struct _test_data_one *self,
			const char *what)
{
	EXPECT_EQ(self->a, vm_lands(&self->vm, 0, VA))
		TH_LOG("after: %s", what);
}

/* A header that gives its size as it likes, with nothing behind it */
static int bare_op(int container, __u32 argsz, __u32 flags)
{
	struct vfio_iommu_nesting_op op = { .argsz = argsz, .flags = flags };

	return ioctl(container, VFIO_IOMMU_NESTING_OP, &op) < 0 ? -errno : 0;
}

/* Data whose argsz says @argsz, of which so much is passed; @tail is the last byte */
static int sized_op(struct vm *vm, __u32 op, const void *data, size_t size,
		    __u32 argsz, unsigned char tail)
{
	unsigned char arg[OP_DATA_MAX] = { 0 };

	memcpy(arg, data, size);
	memcpy(arg, &argsz, sizeof(argsz));
	if (argsz > size)
		arg[argsz - 1] = tail;
	return inest_op(vm->container, op, arg, argsz);
}

TEST_F(one, op_header)
{
	static const struct {
		__u32 argsz;
		__u32 flags;
	} bad[] = {
		{ 0, OP_UNBIND },
		{ 4, OP_UNBIND },
		{ 7, OP_UNBIND },
		{ 8, 0 },
		{ 8, 4 },
		{ 8, VFIO_NESTING_OP_MASK },
		{ 8, OP_UNBIND | 1 << 17 },
		{ 8, OP_UNBIND | 1U << 31 },
		{ 8, OP_UNBIND | OP_GROUP },
		{ 15, OP_UNBIND | OP_GROUP },
		{ 8, OP_BIND },
		{ 8, OP_INVLD },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-EINVAL, bare_op(self->vm.container, bad[i].argsz,
					   bad[i].flags))
			TH_LOG("argsz %u flags 0x%x", bad[i].argsz,
			       bad[i].flags);
	}
	expect_same(_metadata, self, "bad headers");
}

TEST_F(one, op_unbind_takes_no_data)
{
	EXPECT_EQ(-EINVAL,
		  inest_op(self->vm.container, OP_UNBIND, "\0\0\0\0\0\0\0", 8));
	expect_same(_metadata, self, "unbind with data");
}

/* The inner size has to be what the outer one leaves */
TEST_F(one, op_sizes_that_disagree)
{
	struct iommu_pasid_table_config config = config_translate(0);
	struct iommu_cache_invalidate_info info = inv_asid(ASID);
	unsigned char data[OP_DATA_MAX] = { 0 };
	size_t size;

	memcpy(data, &config, sizeof(config));
	for (size = 0; size < sizeof(config) + 8; size++) {
		if (size == sizeof(config))
			continue;
		EXPECT_EQ(-EINVAL,
			  inest_op(self->vm.container, OP_BIND, data, size))
			TH_LOG("bind of %zu bytes", size);
	}
	memcpy(data, &info, sizeof(info));
	for (size = 0; size < sizeof(info) + 8; size++) {
		if (size == sizeof(info))
			continue;
		EXPECT_EQ(-EINVAL,
			  inest_op(self->vm.container, OP_INVLD, data, size))
			TH_LOG("invalidation of %zu bytes", size);
	}
	expect_same(_metadata, self, "sizes that disagree");
}

/* Far beyond any structure, whether or not there is memory */
TEST_F(one, op_too_large)
{
	EXPECT_EQ(-E2BIG, bare_op(self->vm.container, 8 + 4097, OP_BIND));
	EXPECT_EQ(-E2BIG, bare_op(self->vm.container, 0xffffffff, OP_BIND));
	EXPECT_EQ(-E2BIG, bare_op(self->vm.container, 0xffffffff, OP_INVLD));
	EXPECT_EQ(-EINVAL, bare_op(self->vm.container, 0xffffffff, OP_UNBIND));
	expect_same(_metadata, self, "sizes that are too large");
}

/* Two pages, the second of which cannot be read */
static unsigned char *guarded_page(void)
{
	unsigned char *mem = mmap(NULL, 2 * SZ_4K, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (mem == MAP_FAILED || mprotect(mem + SZ_4K, SZ_4K, PROT_NONE))
		return NULL;
	return mem;
}

TEST_F(one, op_pointers)
{
	struct iommu_pasid_table_config config = config_translate(0);
	struct vfio_iommu_nesting_op op = {
		.argsz = sizeof(op) + sizeof(config),
		.flags = OP_BIND,
	};
	unsigned char *mem = guarded_page();
	unsigned char *end = mem + SZ_4K;
	size_t readable;

	ASSERT_NE(NULL, mem);
	EXPECT_EQ(-1, ioctl(self->vm.container, VFIO_IOMMU_NESTING_OP, NULL));
	EXPECT_EQ(EFAULT, errno);
	for (readable = 0; readable < op.argsz; readable += 4) {
		unsigned char *arg = end - readable;

		memcpy(arg, &op, readable < 8 ? readable : 8);
		if (readable > 8)
			memcpy(arg + 8, &config, readable - 8);
		EXPECT_EQ(-1, ioctl(self->vm.container, VFIO_IOMMU_NESTING_OP,
				    arg));
		EXPECT_EQ(EFAULT, errno)
			TH_LOG("%zu bytes can be read", readable);
	}
	expect_same(_metadata, self, "pointers that cannot be read");
}

static int group_op_on(struct vm *vm, __s32 fd, __u32 reserved)
{
	struct vfio_iommu_nesting_group group = {
		.group_fd = fd,
		.__reserved = reserved,
	};

	return inest_op(vm->container, OP_UNBIND | OP_GROUP, &group,
			sizeof(group));
}

TEST_F(one, op_group)
{
	struct vm *vm = &self->vm;
	int closed = dup(vm->dev[0].group);

	ASSERT_LE(0, closed);
	close(closed);
	EXPECT_EQ(-EBADF, group_op_on(vm, -1, 0));
	EXPECT_EQ(-EBADF, group_op_on(vm, closed, 0));
	EXPECT_EQ(-ENODEV, group_op_on(vm, vm->container, 0));
	EXPECT_EQ(-ENODEV, group_op_on(vm, vm->dev[0].edu.device, 0));
	EXPECT_EQ(-EINVAL, group_op_on(vm, vm->dev[0].group, 1));
	EXPECT_EQ(-EINVAL, group_op_on(vm, vm->dev[0].group, 1U << 31));
	expect_same(_metadata, self, "bad groups");

	ASSERT_EQ(0, group_op_on(vm, vm->dev[0].group, 0));
	EXPECT_EQ(VM_NOWHERE, vm_lands(vm, 0, VA));
}

/* A group that vfio-pci has, in no container */
TEST_F(one, op_group_in_no_container)
{
	struct iommu_cache_invalidate_info info = inv_asid(ASID);
	struct vm *vm = &self->vm;
	int group;

	group = inest_group_open_pci(vm_device_bdf(1));
	ASSERT_LE(0, group);
	EXPECT_EQ(-ENODEV, vm_bind(vm, group, &self->s1));
	EXPECT_EQ(-ENODEV, inest_unbind_pasid_table(vm->container, group));
	EXPECT_EQ(-ENODEV, inest_cache_invalidate(vm->container, group, &info));
	expect_same(_metadata, self, "a group in no container");
	close(group);
}
