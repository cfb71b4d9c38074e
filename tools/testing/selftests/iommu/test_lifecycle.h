/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: what is bound goes away in every order, and nothing stays behind */

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

/* A second machine on the same device proves that the first one left it */
static void expect_usable(struct __test_metadata *_metadata)
{
	struct stage1 s1;
	struct vm vm;
	int page;

	ASSERT_EQ(0, vm_open(&vm, 0, 1));
	create_stage1(&vm, &s1, ASID);
	page = vm_alloc(&vm);
	map_page(&vm, &s1, VA_2, page);
	EXPECT_EQ(page, vm_lands(&vm, 0, vm.page[page].gpa));
	ASSERT_EQ(0, vm_bind(&vm, ALL, &s1));
	EXPECT_EQ(page, vm_lands(&vm, 0, VA_2));
	EXPECT_EQ(VM_NOWHERE, vm_lands(&vm, 0, VA));
	vm_close(&vm);
}

FIXTURE(close_order) {
	struct vm vm;
	struct stage1 s1;
	int page;
};

/* c: container, g: group, d: device */
FIXTURE_VARIANT(close_order) {
	const char *order;
};

FIXTURE_VARIANT_ADD(close_order, dgc) { .order = "dgc" };
FIXTURE_VARIANT_ADD(close_order, dcg) { .order = "dcg" };
FIXTURE_VARIANT_ADD(close_order, gdc) { .order = "gdc" };
FIXTURE_VARIANT_ADD(close_order, gcd) { .order = "gcd" };
FIXTURE_VARIANT_ADD(close_order, cdg) { .order = "cdg" };
FIXTURE_VARIANT_ADD(close_order, cgd) { .order = "cgd" };

FIXTURE_SETUP(close_order)
{
	ASSERT_EQ(0, splat_count());
	ASSERT_EQ(0, locked_memory());
	ASSERT_EQ(0, vm_open(&self->vm, 0, 1));
	create_stage1(&self->vm, &self->s1, ASID);
	self->page = vm_alloc(&self->vm);
	map_page(&self->vm, &self->s1, VA, self->page);
	ASSERT_EQ(0, vm_bind(&self->vm, ALL, &self->s1));
	ASSERT_LT(0, locked_memory());
}

FIXTURE_TEARDOWN(close_order)
{
	vm_close(&self->vm);
	EXPECT_EQ(0, locked_memory());
	EXPECT_EQ(0, splat_count());
}

/* As long as the device is open, its DMA is translated */
TEST_F(close_order, while_bound)
{
	const char *c;

	ASSERT_EQ(self->page, vm_lands(&self->vm, 0, VA));
	for (c = variant->order; *c; c++) {
		vm_close_one(&self->vm, *c);
		if (self->vm.dev[0].edu.device >= 0)
			EXPECT_EQ(self->page, vm_lands(&self->vm, 0, VA));
	}
	EXPECT_EQ(0, locked_memory());
	expect_usable(_metadata);
}

/* The table belongs to the group in its container, not to the open device */
TEST_F(one, device_reopened_while_bound)
{
	struct vm_device *dev = &self->vm.dev[0];

	edu_close(&dev->edu);
	ASSERT_EQ(0, edu_open(&dev->edu, dev->group, dev->bdf));
	EXPECT_EQ(self->a, vm_lands(&self->vm, 0, VA));
}

/* The last group leaves, and with it the container's IOMMU and mappings */
TEST_F(one, group_detached_while_bound)
{
	struct vm *vm = &self->vm;
	int group = vm->dev[0].group;

	EXPECT_EQ(-EBUSY, inest_group_detach(group));
	EXPECT_EQ(self->a, vm_lands(vm, 0, VA));
	edu_close(&vm->dev[0].edu);
	ASSERT_EQ(0, inest_group_detach(group));
	EXPECT_EQ(-EINVAL, vm_bind(vm, ALL, &self->s1));
	EXPECT_EQ(-EINVAL, inest_unbind_pasid_table(vm->container, ALL));

	ASSERT_EQ(0, vm_attach(vm, 0));
	ASSERT_EQ(0, inest_container_set_iommu(vm->container,
					       VFIO_TYPE1_NESTING_IOMMU));
	ASSERT_EQ(0, vm_map(vm));
	ASSERT_EQ(0, vm_start_device(vm, 0));
	EXPECT_EQ(self->b, vm_lands(vm, 0, vm->page[self->b].gpa));
	ASSERT_EQ(0, vm_bind(vm, ALL, &self->s1));
	EXPECT_EQ(self->a, vm_lands(vm, 0, VA));
}

TEST_F(one, driver_unbound_while_bound)
{
	struct vm *vm = &self->vm;

	edu_close(&vm->dev[0].edu);
	ASSERT_EQ(0, inest_pci_unbind(vm->dev[0].bdf));
	EXPECT_EQ(-EINVAL, vm_bind(vm, ALL, &self->s1));
	EXPECT_EQ(-EINVAL, inest_unbind_pasid_table(vm->container, ALL));
	vm_close(vm);
	ASSERT_EQ(0, inest_pci_claim(vm->dev[0].bdf));
	expect_usable(_metadata);
}

/* The driver waits for the device, which is in use until it is asked for */
TEST_F(one, driver_unbound_while_open)
{
	struct vm *vm = &self->vm;
	struct leaving leaving;

	ASSERT_EQ(0, leaving_begin(&leaving, vm->dev[0].edu.device,
				   vm->dev[0].bdf, unbind_driver));
	EXPECT_EQ(self->a, vm_lands(vm, 0, VA));
	EXPECT_EQ(0, vm_bind(vm, ALL, &self->s1));
	EXPECT_EQ(0, leaving_end(&leaving, vm, 0));
	EXPECT_EQ(-EINVAL, vm_bind(vm, ALL, &self->s1));
	vm_close(vm);
	ASSERT_EQ(0, inest_pci_claim(vm->dev[0].bdf));
	expect_usable(_metadata);
}

/* A device still writes when everything is closed under it */
TEST_F(one, closed_during_dma)
{
	ASSERT_EQ(0, edu_start_store(&self->vm.dev[0].edu, VA, 0,
				     VM_TOKEN_SIZE));
	vm_close(&self->vm);
	expect_usable(_metadata);
}

/* The child says over @ready that it is bound and writing, and waits there */
static void bind_and_wait(int ready)
{
	struct vm vm;
	struct stage1 s1;

	if (vm_open(&vm, 0, 1))
		_exit(1);
	create_stage1(&vm, &s1, ASID);
	map_page(&vm, &s1, VA, vm_alloc(&vm));
	if (vm_bind(&vm, ALL, &s1) ||
	    edu_start_store(&vm.dev[0].edu, VA, 0, VM_TOKEN_SIZE) ||
	    write(ready, "", 1) != 1)
		_exit(1);
	pause();
	_exit(1);
}

TEST(process_killed_while_bound)
{
	int status, ready[2];
	pid_t child;
	char byte;

	ASSERT_EQ(0, pipe(ready));
	child = fork();
	ASSERT_LE(0, child);
	if (!child) {
		close(ready[0]);
		bind_and_wait(ready[1]);
	}
	close(ready[1]);
	EXPECT_EQ(1, read(ready[0], &byte, 1));
	kill(child, SIGKILL);
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status));
	expect_usable(_metadata);
	EXPECT_EQ(0, splat_count());
}
