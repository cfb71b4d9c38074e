/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests: a device that does not answer when it is told to forget. Nobody knows what
 * it holds: it is blocked, and user space is told.
 */

static void mute(struct vm *vm, int dev, __u32 count)
{
	testdev_write32(&vm->dev[dev].td, ITD_INV_MUTE, count);
}

/*
 * No access of any kind, neither through a cache of its own nor through the unit,
 * although @va and @gpa lead somewhere. A device that goes on using its cache with
 * ATS off is kept out by its context entry.
 */
static void expect_blocked(struct __test_metadata *_metadata, struct vm *vm,
			   int dev, __u32 who, __u64 va, __u64 gpa)
{
	int found = vtd_lands(vm, dev, who, va);

	EXPECT_TRUE(found == VM_NOWHERE || found == VM_DISABLED)
		TH_LOG("found %d", found);
	EXPECT_EQ(VM_NOWHERE, vtd_lands(vm, dev, who | WITH_ROGUE_ATS, va));
	EXPECT_EQ(VM_NOWHERE, vtd_lands(vm, dev, who & ~WITH_ATS, va));
	EXPECT_EQ(VM_NOWHERE, vtd_lands(vm, dev, WITHOUT_PASID, gpa));
}

/* An answer that is lost once is asked for again */
TEST_F(one, device_answers_late)
{
	if (!variant->ats)
		SKIP(return, "cannot happen: without ATS no device is asked");
	assert_stale_after_change(_metadata, self);
	mute(&self->vm, 0, 1);
	expect_fresh_after(_metadata, self, inv_page(self, VA));
}

TEST_F(one, device_does_not_answer)
{
	struct vm *vm = &self->vm;

	if (!variant->ats)
		SKIP(return, "cannot happen: without ATS no device is asked");
	assert_stale_after_change(_metadata, self);
	mute(vm, 0, ITD_INV_MUTE_ALL);
	EXPECT_EQ(-EIO, vtd_invalidate(vm, ALL, inv_page(self, VA)));
	expect_blocked(_metadata, vm, 0, self->who, VA,
		       vm->page[self->b].gpa);
	mute(vm, 0, 0);
	ASSERT_EQ(0, vtd_unbind(vm, ALL, self->pasid));
	ASSERT_EQ(0, vtd_bind(vm, ALL, self->pasid, &self->s1));
	EXPECT_EQ(self->b, vtd_lands(vm, 0, self->who, VA));
}

/* To take a table away can't fail: what it can't do with the cache, it blocks */
TEST_F(one, device_does_not_answer_unbind)
{
	struct vm *vm = &self->vm;

	if (!variant->ats)
		SKIP(return, "cannot happen: without ATS no device is asked");
	ASSERT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
	mute(vm, 0, ITD_INV_MUTE_ALL);
	EXPECT_EQ(0, vtd_unbind(vm, ALL, self->pasid));
	expect_blocked(_metadata, vm, 0, self->who, VA,
		       vm->page[self->b].gpa);
	mute(vm, 0, 0);
	map_page(vm, &self->s1, VA, self->b);
	ASSERT_EQ(0, vtd_bind(vm, ALL, self->pasid, &self->s1));
	EXPECT_EQ(self->b, vtd_lands(vm, 0, self->who, VA));
}

/*
 * Memory that is taken out of stage 2 is out of reach whatever the device does, and
 * so is all else, until it can be told
 */
TEST_F(one, device_does_not_answer_unmap)
{
	struct vm *vm = &self->vm;
	__u64 gpa = guest_alloc_loose(&vm->guest);
	int page = vm_watch(vm, gpa);

	if (!variant->ats)
		SKIP(return, "cannot happen: without ATS no device is asked");
	map_page(vm, &self->s1, VA, page);
	map_page(vm, &self->s1, VA_2, self->b);
	ASSERT_EQ(page, vtd_lands(vm, 0, self->who, VA));
	ASSERT_EQ(self->b, vtd_lands(vm, 0, self->who, VA_2));
	mute(vm, 0, ITD_INV_MUTE_ALL);
	ASSERT_EQ(0, inest_dma_unmap(vm->container, gpa, SZ_4K));
	EXPECT_NE(page, vtd_lands(vm, 0, self->who, VA));
	expect_blocked(_metadata, vm, 0, self->who, VA_2,
		       vm->page[self->a].gpa);
	mute(vm, 0, 0);
	map_page(vm, &self->s1, VA, self->a);
	ASSERT_EQ(0, vtd_unbind(vm, ALL, self->pasid));
	ASSERT_EQ(0, vtd_bind(vm, ALL, self->pasid, &self->s1));
	EXPECT_EQ(self->a, vtd_lands(vm, 0, self->who, VA));
}

TEST_F(one, device_does_not_answer_close)
{
	if (!variant->ats)
		SKIP(return, "cannot happen: without ATS no device is asked");
	ASSERT_EQ(self->a, vtd_lands(&self->vm, 0, self->who, VA));
	mute(&self->vm, 0, ITD_INV_MUTE_ALL);
	vm_close(&self->vm);
	expect_usable(_metadata, self->who);
}

/* The device of another machine is not made to pay for it */
TEST_F(two_vms, device_does_not_answer)
{
	struct vm *vm = self->vm;

	if (!variant->ats)
		SKIP(return, "cannot happen: without ATS no device is asked");
	ASSERT_EQ(self->a[0], vtd_lands(&vm[0], 0, self->who, VA));
	ASSERT_EQ(self->a[1], vtd_lands(&vm[1], 0, self->who, VA));
	mute(&vm[0], 0, ITD_INV_MUTE_ALL);
	EXPECT_EQ(-EIO, flush(&vm[0], self->who));
	EXPECT_EQ(self->a[1], vtd_lands(&vm[1], 0, self->who, VA));
	map_page(&vm[1], &self->s1[1], VA, self->b[1]);
	EXPECT_EQ(0, flush(&vm[1], self->who));
	EXPECT_EQ(self->b[1], vtd_lands(&vm[1], 0, self->who, VA));
	mute(&vm[0], 0, 0);
}

/* Unbind blocks the device that it is for, and leaves the other alone */
TEST_F(pair, device_does_not_answer_unbind)
{
	struct vm *vm = &self->vm;

	if (!variant->ats)
		SKIP(return, "cannot happen: without ATS no device is asked");
	expect_pair(_metadata, self, self->a, self->a);
	mute(vm, 0, ITD_INV_MUTE_ALL);
	EXPECT_EQ(0, vtd_unbind(vm, vm->dev[0].group, self->pasid));
	expect_blocked(_metadata, vm, 0, self->who, VA, vm->page[self->b].gpa);
	EXPECT_EQ(self->a, vtd_lands(vm, 1, self->who, VA));
	EXPECT_EQ(self->b, vtd_lands(vm, 1, variant->ats,
				     vm->page[self->b].gpa));
	mute(vm, 0, 0);
	ASSERT_EQ(0, vtd_bind(vm, vm->dev[0].group, self->pasid, &self->s1));
	expect_pair(_metadata, self, self->a, self->a);
}
