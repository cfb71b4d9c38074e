/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: each operation does what it says, to the container or to one group */

#define PGTBL_LINE	"pasid %d gpgd=0x%llx width=48 flags=0x0 gpasid=-"
#define RID_LINE	"rid gpgd=0x%llx width=48 flags=0x0"
#define TABLE_LINE	"table config=1 base=0x%llx bits=0 s1fmt=0 s1dss=0"

/* How many devices have the line in their stage 1 */
#define COUNT_STAGE1(vm, ...) ({					\
	int _i, _n = 0;							\
	for (_i = 0; _i < (vm)->devices; _i++)				\
		_n += mock_has((vm)->bdf[_i], "stage1", __VA_ARGS__);	\
	_n;								\
})

static int bind_pasid(struct mock_vm *vm, int group, __u32 pasid, __u64 gpgd)
{
	struct iommu_gpasid_bind_data data = inest_bind_data(pasid, gpgd, 48);

	return inest_bind_pgtbl(vm->container, group, &data);
}

static int unbind_pasid(struct mock_vm *vm, int group, __u32 pasid)
{
	struct iommu_gpasid_bind_data data = inest_unbind_data(pasid);

	return inest_unbind_pgtbl(vm->container, group, &data);
}

static int bind_rid(struct mock_vm *vm, int group, __u64 gpgd)
{
	struct iommu_gpasid_bind_data data = inest_bind_rid_data(gpgd, 48);

	return inest_bind_pgtbl(vm->container, group, &data);
}

static int bind_table(struct mock_vm *vm, int group, __u64 base)
{
	struct iommu_pasid_table_config table = inest_table(base, 0, 0, 0);

	return inest_bind_pasid_table(vm->container, group, &table);
}

static int inv_pasid(struct mock_vm *vm, int group, __u8 caches, __u32 pasid)
{
	struct iommu_cache_invalidate_info inv = inest_inv_pasid(caches, pasid);

	return inest_cache_invalidate(vm->container, group, &inv);
}

static int respond(struct mock_vm *vm, int dev, __u32 pasid, __u32 grpid,
		   __u32 code)
{
	struct iommu_page_response resp = inest_response(pasid, grpid, code);

	return inest_page_response(vm->container, vm->device[dev], &resp);
}

TEST_F(op, succeeds)
{
	ASSERT_EQ(0, call_op(self->w.vm.container, &self->arg.op));
}

TEST_F(op, changes_something)
{
	struct mock_snapshot now;

	if (variant->op == OP_FAULTS)
		SKIP(return, "cannot happen: a queue is nothing of the IOMMU's");
	ASSERT_EQ(0, call_op(self->w.vm.container, &self->arg.op));
	mock_take(&now, self->w.vm.bdf, self->w.vm.devices, MOCK_FILES);
	EXPECT_NE(0, strcmp(self->w.before.text, now.text));
}

TEST_F(vtd3, nested_attach)
{
	struct world *w = &self->w;

	EXPECT_EQ(3, COUNT_STAGE1(&w->vm, PGTBL_LINE, w->p, MOCK_PGTBL));
	ASSERT_EQ(0, bind_pasid(&w->vm, ALL, w->q, MOCK_PGTBL_2));
	EXPECT_EQ(3, COUNT_STAGE1(&w->vm, PGTBL_LINE, w->p, MOCK_PGTBL));
	EXPECT_EQ(3, COUNT_STAGE1(&w->vm, PGTBL_LINE, w->q, MOCK_PGTBL_2));
	ASSERT_EQ(0, unbind_pasid(&w->vm, ALL, w->p));
	EXPECT_EQ(0, COUNT_STAGE1(&w->vm, "pasid %d", w->p));
	EXPECT_EQ(3, COUNT_STAGE1(&w->vm, PGTBL_LINE, w->q, MOCK_PGTBL_2));
}

TEST_F(vtd3, bind_pgtbl_to_one_group)
{
	struct world *w = &self->w;

	ASSERT_EQ(0, bind_pasid(&w->vm, w->vm.group[1], w->q, MOCK_PGTBL_2));
	EXPECT_TRUE(mock_has(w->vm.bdf[1], "stage1", PGTBL_LINE, w->q,
			     MOCK_PGTBL_2));
	EXPECT_EQ(1, COUNT_STAGE1(&w->vm, "pasid %d", w->q));
	ASSERT_EQ(0, unbind_pasid(&w->vm, w->vm.group[0], w->p));
	EXPECT_EQ(2, COUNT_STAGE1(&w->vm, "pasid %d", w->p));
	EXPECT_FALSE(mock_has(w->vm.bdf[0], "stage1", "pasid %d", w->p));
}

TEST_F(vtd3, bind_rid)
{
	struct iommu_gpasid_bind_data rid = inest_unbind_rid_data();
	struct mock_vm *vm = &self->w.vm;

	ASSERT_EQ(0, bind_rid(vm, ALL, MOCK_PGTBL_2));
	EXPECT_EQ(3, COUNT_STAGE1(vm, RID_LINE, MOCK_PGTBL_2));
	EXPECT_EQ(-EBUSY, bind_rid(vm, vm->group[2], MOCK_PGTBL));
	ASSERT_EQ(0, inest_unbind_pgtbl(vm->container, vm->group[2], &rid));
	EXPECT_EQ(2, COUNT_STAGE1(vm, "rid"));
	ASSERT_EQ(0, inest_unbind_pgtbl(vm->container, ALL, &rid));
	EXPECT_TRUE(world_unchanged(&self->w));
}

TEST_F(vtd, bind_pgtbl_attributes)
{
	struct world *w = &self->w;
	struct iommu_gpasid_bind_data data =
		inest_bind_data(w->q, MOCK_PGTBL_2, 48);

	inest_bind_data_set_gpasid(&data, 9);
	data.vendor.vtd.flags = IOMMU_SVA_VTD_GPASID_SRE |
				IOMMU_SVA_VTD_GPASID_EAFE;
	ASSERT_EQ(0, inest_bind_pgtbl(w->vm.container, ALL, &data));
	EXPECT_EQ(1, COUNT_STAGE1(&w->vm, "pasid %d gpgd=0x%llx width=48 flags=0x3 gpasid=9",
				  w->q, MOCK_PGTBL_2));
}

TEST_F(smmu3, nested_attach)
{
	struct world *w = &self->w;

	EXPECT_EQ(3, COUNT_STAGE1(&w->vm, TABLE_LINE, MOCK_TABLE));
	ASSERT_EQ(0, bind_table(&w->vm, ALL, MOCK_TABLE_2));
	EXPECT_EQ(3, COUNT_STAGE1(&w->vm, TABLE_LINE, MOCK_TABLE_2));
	ASSERT_EQ(0, inest_unbind_pasid_table(w->vm.container, ALL));
	EXPECT_EQ(0, COUNT_STAGE1(&w->vm, "table"));
}

TEST_F(smmu3, bind_table_to_one_group)
{
	struct world *w = &self->w;
	int group = w->vm.group[1];

	ASSERT_EQ(0, bind_table(&w->vm, group, MOCK_TABLE_2));
	EXPECT_TRUE(mock_has(w->vm.bdf[1], "stage1", TABLE_LINE, MOCK_TABLE_2));
	EXPECT_EQ(2, COUNT_STAGE1(&w->vm, TABLE_LINE, MOCK_TABLE));
	ASSERT_EQ(0, inest_unbind_pasid_table(w->vm.container, group));
	EXPECT_EQ(0, mock_lines(w->vm.bdf[1], "stage1"));
	EXPECT_EQ(2, COUNT_STAGE1(&w->vm, TABLE_LINE, MOCK_TABLE));
}

TEST_F(smmu, bind_bypass_and_abort)
{
	struct iommu_pasid_table_config config =
		inest_no_table(IOMMU_PASID_CONFIG_BYPASS);
	struct mock_vm *vm = &self->w.vm;

	ASSERT_EQ(0, inest_bind_pasid_table(vm->container, ALL, &config));
	EXPECT_EQ(1, COUNT_STAGE1(vm, "table config=2 base=0x0 bits=0"));
	config.config = IOMMU_PASID_CONFIG_ABORT;
	ASSERT_EQ(0, inest_bind_pasid_table(vm->container, vm->group[0],
					    &config));
	EXPECT_EQ(1, COUNT_STAGE1(vm, "table config=3 base=0x0 bits=0"));
	ASSERT_EQ(0, bind_table(vm, ALL, MOCK_TABLE));
	EXPECT_EQ(1, mock_lines(vm->bdf[0], "stage1"));
}

TEST_F(smmu, bind_table_attributes)
{
	struct iommu_pasid_table_config table =
		inest_table(MOCK_TABLE_2, 4, 1, 2);
	struct mock_vm *vm = &self->w.vm;

	ASSERT_EQ(0, inest_bind_pasid_table(vm->container, ALL, &table));
	EXPECT_EQ(1, COUNT_STAGE1(vm, "table config=1 base=0x%llx bits=4 s1fmt=1 s1dss=2",
				  MOCK_TABLE_2));
}

/* Nothing that a blank unbind has to take away */
TEST_F(vtd, unbind_what_is_not_bound)
{
	struct world *w = &self->w;

	EXPECT_EQ(0, unbind_pasid(&w->vm, ALL, w->q));
	EXPECT_EQ(0, unbind_pasid(&w->vm, w->vm.group[0], w->q));
	EXPECT_TRUE(world_unchanged(w));
}

TEST_F(vtd3, page_response_to_one_device)
{
	struct world *w = &self->w;

	ASSERT_EQ(0, bind_rid(&w->vm, w->vm.group[1], MOCK_PGTBL_2));
	ASSERT_EQ(0, mock_write(w->vm.bdf[1], "page_request", "- 9"));
	ASSERT_EQ(0, respond(&w->vm, 1, w->p, GRPID, IOMMU_PAGE_RESP_FAILURE));
	EXPECT_TRUE(mock_has(w->vm.bdf[1], "responses", "%d %d %d", w->p, GRPID,
			     IOMMU_PAGE_RESP_FAILURE));
	EXPECT_EQ(1, mock_lines(w->vm.bdf[0], "page_request"));
	EXPECT_EQ(1, mock_lines(w->vm.bdf[1], "page_request"));
	ASSERT_EQ(0, respond(&w->vm, 1, INEST_NO_PASID, 9,
			     IOMMU_PAGE_RESP_SUCCESS));
	EXPECT_TRUE(mock_has(w->vm.bdf[1], "responses", "- 9 %d",
			     IOMMU_PAGE_RESP_SUCCESS));
	EXPECT_EQ(0, mock_lines(w->vm.bdf[1], "page_request"));
	EXPECT_EQ(-ENOENT, respond(&w->vm, 1, w->p, GRPID,
				   IOMMU_PAGE_RESP_SUCCESS));
}

/* What an unbind leaves without a page table is answered for user space */
TEST_F(vtd, unbind_answers_page_requests)
{
	struct world *w = &self->w;

	ASSERT_EQ(0, unbind_pasid(&w->vm, ALL, w->p));
	EXPECT_EQ(0, mock_lines(w->vm.bdf[0], "page_request"));
	EXPECT_TRUE(mock_has(w->vm.bdf[0], "responses", "%d %d %d", w->p, GRPID,
			     IOMMU_PAGE_RESP_INVALID));
}

/* One entry for each of: page, PASID and ASID, that may be told apart */
static void fill_tlb(const char *bdf, const char *file, int p, int q)
{
	mock_write(bdf, file, "clear");
	mock_write(bdf, file, "%d - 0x1000", p);
	mock_write(bdf, file, "%d - 0x2000", p);
	mock_write(bdf, file, "%d - 0x5000", p);
	mock_write(bdf, file, "%d - 0x1000", q);
	mock_write(bdf, file, "- %d 0x1000", ASID);
}

TEST_F(vtd3, invalidate_range)
{
	static const char * const files[] = { "tlb", "dev_tlb" };
	struct iommu_cache_invalidate_info inv =
		inest_inv_range(0, 0x1000, 4096, 2);
	struct world *w = &self->w;
	const char *bdf;
	size_t i;

	inest_inv_set_pasid(&inv, w->p);
	for (i = 0; i < 6; i++) {
		bdf = w->vm.bdf[i / 2];
		fill_tlb(bdf, files[i % 2], w->p, w->q);
		inv.cache = i % 2 ? DEV_IOTLB : IOTLB;
		ASSERT_EQ(0, inest_cache_invalidate(w->vm.container,
						    w->vm.group[i / 2], &inv));
		EXPECT_EQ(3, mock_lines(bdf, files[i % 2]));
		EXPECT_TRUE(mock_has(bdf, files[i % 2], "%d - 0x5000", w->p));
		EXPECT_TRUE(mock_has(bdf, files[i % 2], "%d - 0x1000", w->q));
		EXPECT_TRUE(mock_has(bdf, files[i % 2], "- %d 0x1000", ASID));
	}
}

TEST_F(vtd3, invalidate_pasid_of_all_groups)
{
	struct world *w = &self->w;
	int i;

	for (i = 0; i < 3; i++)
		fill_tlb(w->vm.bdf[i], "tlb", w->p, w->q);
	ASSERT_EQ(0, inv_pasid(&w->vm, ALL, IOTLB, w->p));
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(2, mock_lines(w->vm.bdf[i], "tlb"));
		EXPECT_EQ(1, mock_lines(w->vm.bdf[i], "dev_tlb"));
		EXPECT_EQ(1, mock_lines(w->vm.bdf[i], "pasid_cache"));
	}
	ASSERT_EQ(0, inv_pasid(&w->vm, w->vm.group[1], PASID_CACHE, w->p));
	EXPECT_EQ(1, mock_lines(w->vm.bdf[0], "pasid_cache"));
	EXPECT_EQ(0, mock_lines(w->vm.bdf[1], "pasid_cache"));
}

/* PASID 0 stands for the requests that carry none */
TEST_F(vtd, invalidate_rid)
{
	struct world *w = &self->w;

	fill_tlb(w->vm.bdf[0], "tlb", w->p, w->q);
	ASSERT_EQ(0, inv_pasid(&w->vm, ALL, IOTLB, 0));
	EXPECT_EQ(4, mock_lines(w->vm.bdf[0], "tlb"));
	EXPECT_FALSE(mock_has(w->vm.bdf[0], "tlb", "- %d 0x1000", ASID));
}

TEST_F(vtd3, invalidate_domain)
{
	struct iommu_cache_invalidate_info inv = inest_inv_all(ALL_CACHES);
	struct world *w = &self->w;
	int i;

	ASSERT_EQ(0, inest_cache_invalidate(w->vm.container, ALL, &inv));
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(0, mock_lines(w->vm.bdf[i], "tlb"));
		EXPECT_EQ(0, mock_lines(w->vm.bdf[i], "dev_tlb"));
		EXPECT_EQ(0, mock_lines(w->vm.bdf[i], "pasid_cache"));
		EXPECT_EQ(1, mock_lines(w->vm.bdf[i], "page_request"));
	}
}

TEST_F(smmu3, invalidate_asid)
{
	struct iommu_cache_invalidate_info inv = inest_inv_archid(IOTLB, ASID);
	struct world *w = &self->w;

	fill_tlb(w->vm.bdf[0], "tlb", w->p, w->q);
	ASSERT_EQ(0, inest_cache_invalidate(w->vm.container, w->vm.group[0],
					    &inv));
	EXPECT_EQ(4, mock_lines(w->vm.bdf[0], "tlb"));
	EXPECT_EQ(1, mock_lines(w->vm.bdf[1], "tlb"));
	ASSERT_EQ(0, inest_cache_invalidate(w->vm.container, ALL, &inv));
	EXPECT_EQ(0, mock_lines(w->vm.bdf[1], "tlb"));
	EXPECT_EQ(0, mock_lines(w->vm.bdf[2], "tlb"));
}
