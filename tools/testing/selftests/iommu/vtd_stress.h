/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: the same thing very often */

#define MANY_BINDS	10000
#define MANY_ATTACHES	1000
#define MANY_PASIDS	1000
#define STRESS_SECONDS	5

/* Where all is checked each cycle takes ten times longer */
static int cycles(int many)
{
	return has_kmemleak() ? many / 50 : many;
}

/* Memory, in kB, that the kernel can't get back, or -1 */
static long kernel_memory(void)
{
	char line[128];
	long kb = -1, value;
	FILE *f = fopen("/proc/meminfo", "r");

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "SUnreclaim: %ld kB", &value) == 1)
			kb = value;
	if (f)
		fclose(f);
	return kb;
}

/*
 * What cycles leave behind shows in the kernel's memory, unless it is KASAN that
 * holds on to what was freed: kmemleak is the judge there.
 */
static void expect_no_more_than(struct __test_metadata *_metadata, long before)
{
	long now = kernel_memory();

	ASSERT_LT(0, before);
	ASSERT_LT(0, now);
	if (has_kmemleak())
		return;
	EXPECT_GT(256, now - before)
		TH_LOG("%ld kB more", now - before);
}

/* Ten thousand, where each costs little */
TEST_F_TIMEOUT(one, binds_leave_nothing, 200)
{
	struct vm *vm = &self->vm;
	struct vfio_pasid_quota before, after;
	int i, count = cycles(MANY_BINDS);
	long memory = -1;

	ASSERT_EQ(0, inest_pasid_quota(vm->container, &before));
	for (i = 0; i < count; i++) {
		ASSERT_EQ(0, vtd_unbind(vm, ALL, self->pasid));
		ASSERT_EQ(0, vtd_bind(vm, ALL, self->pasid, &self->s1));
		if (i == count / 10)
			memory = kernel_memory();
		if (i % (count / 10) == 0)
			ASSERT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
	}
	expect_no_more_than(_metadata, memory);
	ASSERT_EQ(0, inest_pasid_quota(vm->container, &after));
	EXPECT_EQ(before.available, after.available);
	EXPECT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
}

/* Each takes a domain id, of which a unit has few, and leaves with all that is bound */
TEST_F_TIMEOUT(pair, attaches_leave_nothing, 200)
{
	struct vm *vm = &self->vm;
	int i, j, count = cycles(MANY_ATTACHES), group = vm->dev[1].group;
	int pasid[] = { self->pasid, vtd_pasid_alloc(vm), vtd_pasid_alloc(vm), RID };
	long memory = -1;

	vm_stop_device(vm, 1);
	for (i = 0; i < count; i++) {
		ASSERT_EQ(0, inest_group_detach(group));
		ASSERT_EQ(0, inest_group_attach(group, vm->container))
			TH_LOG("after %d times", i);
		for (j = 0; j < (int)ARRAY_SIZE(pasid); j++)
			ASSERT_EQ(0, vtd_bind(vm, group, pasid[j], &self->s1));
		if (i == count / 10)
			memory = kernel_memory();
	}
	expect_no_more_than(_metadata, memory);
	ASSERT_EQ(0, vm_start_device(vm, 1));
	expect_pair(_metadata, self, self->a, self->a);
}

/* And with PASIDs that come and go, over all of their space */
TEST_F_TIMEOUT(one, pasids_from_everywhere, 200)
{
	const int count = cycles(MANY_PASIDS);
	struct vm *vm = &self->vm;
	__u32 who;
	int i;

	if (variant->rid)
		SKIP(return, "cannot happen: the RID can't be allocated");
	for (i = 0; i < count; i++) {
		int want = 1 + i * (MANY_PASIDS / count) * 1039 % ITD_PASID_MASK;
		int pasid = inest_pasid_alloc(vm->container, want,
					      ITD_PASID_MASK);

		ASSERT_LE(want, pasid);
		who = WITH_PASID(pasid) | variant->ats;
		ASSERT_EQ(0, vtd_bind(vm, ALL, pasid, &self->s1));
		ASSERT_EQ(self->a, vtd_reads(vm, 0, who, VA));
		ASSERT_EQ(0, inest_pasid_free(vm->container, pasid, pasid));
		ASSERT_EQ(VM_NOWHERE, vtd_reads(vm, 0, who, VA));
	}
}
