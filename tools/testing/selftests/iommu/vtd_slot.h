/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: a slot is switched off while its device is bound */

/*
 * The fourth test device is in a slot of its own. Switched off, it is gone for as
 * long as the machine runs: one test, the last that needs four devices.
 */
#define IN_SLOT		3
#define SLOTS		"/sys/bus/pci/slots/"

/* A device that stays, behind a port, and the one in the slot share a container */
#define STAYS		0
#define GOES		1

FIXTURE(slot) {
	struct vm vm;
	struct vtd_table s1;
	__u32 pasid;
	__u32 who;
	int a;
	int b;
};

FIXTURE_SETUP(slot)
{
	struct vm *vm = &self->vm;
	int i;

	ASSERT_LT(IN_SLOT, vm_device_count());
	ASSERT_EQ(0, splat_count());
	ASSERT_EQ(0, vm_open(vm, BEHIND_PORT, 2));
	self->pasid = vtd_pasid_alloc(vm);
	self->who = WITH_PASID(self->pasid) | (machine.no_ats ? 0 : WITH_ATS);
	vtd_table_create(&self->s1, &vm->guest, 4);
	self->a = vm_alloc(vm);
	self->b = vm_alloc(vm);
	map_page(vm, &self->s1, VA, self->a);
	ASSERT_EQ(0, vtd_bind(vm, ALL, self->pasid, &self->s1));
	ASSERT_EQ(0, vtd_bind(vm, ALL, RID, &self->s1));
	for (i = 0; i < vm->devices; i++)
		ASSERT_EQ(self->a, vtd_lands(vm, i, self->who, VA));
}

FIXTURE_TEARDOWN(slot)
{
	vm_close(&self->vm);
	EXPECT_EQ(0, splat_count());
}

/* Whether the file at @path starts with the slot, without the function, of @bdf */
static bool names_slot_of(const char *path, const char *bdf)
{
	char line[32] = "";
	FILE *f = fopen(path, "r");
	char *got = f ? fgets(line, sizeof(line), f) : NULL;

	if (f)
		fclose(f);
	if (!got)
		return false;
	line[strcspn(line, "\n")] = 0;
	return *line && !strncmp(line, bdf, strlen(line));
}

/* Returns 0 or a negative errno: ENOENT when no slot holds @bdf */
static int power_off_slot_of(const char *bdf)
{
	char path[300];
	struct dirent *slot;
	DIR *dir = opendir(SLOTS);
	int ret = -ENOENT;

	while (dir && ret == -ENOENT && (slot = readdir(dir))) {
		snprintf(path, sizeof(path), SLOTS "%s/address", slot->d_name);
		if (!names_slot_of(path, bdf))
			continue;
		snprintf(path, sizeof(path), SLOTS "%s/power", slot->d_name);
		ret = write_file(path, "0");
	}
	if (dir)
		closedir(dir);
	return ret;
}

static void *power_off(void *bdf)
{
	return (void *)(long)power_off_slot_of(bdf);
}

/* Writes without end from the device that goes */
static void write_until_gone(struct vm *vm, __u32 who)
{
	struct testdev_op op = vtd_fill_op(who, VA);

	op.channel = 3;
	op.cmd |= ITD_CMD_REPEAT;
	op.period = 500000;
	testdev_start(&vm->dev[GOES].td, &op);
}

static bool is_there(const char *bdf)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s", bdf);
	return !access(path, F_OK);
}

/* What is left works on, and nothing waits for the device that went */
static void expect_only_one_gone(struct __test_metadata *_metadata,
				 struct _test_data_slot *self)
{
	struct vm *vm = &self->vm;
	int gone = vm->dev[GOES].group;

	EXPECT_EQ(-ENODEV, vtd_bind(vm, gone, self->pasid, &self->s1));
	EXPECT_EQ(-ENODEV, vtd_unbind(vm, gone, self->pasid));
	EXPECT_EQ(self->a, vtd_lands(vm, STAYS, self->who, VA));
	map_page(vm, &self->s1, VA, self->b);
	EXPECT_EQ(self->a, vtd_lands(vm, STAYS, self->who, VA));
	EXPECT_EQ(0, flush(vm, self->who));
	EXPECT_EQ(self->b, vtd_lands(vm, STAYS, self->who, VA));
	EXPECT_EQ(0, vtd_unbind(vm, ALL, self->pasid));
	EXPECT_EQ(VM_NOWHERE, vtd_lands(vm, STAYS, self->who, VA));
	EXPECT_EQ(0, vtd_bind(vm, ALL, self->pasid, &self->s1));
	EXPECT_EQ(self->b, vtd_lands(vm, STAYS, self->who, VA));
}

/* The driver asks for the device, which writes until user space gives it up */
TEST_F_TIMEOUT(slot, switched_off_during_dma, 90)
{
	struct vm *vm = &self->vm;
	const char *bdf = vm->dev[GOES].bdf;
	struct leaving leaving;

	write_until_gone(vm, self->who);
	ASSERT_EQ(0, leaving_begin(&leaving, vm->dev[GOES].td.device, bdf,
				   power_off));
	EXPECT_EQ(self->a, vtd_lands(vm, GOES, self->who, VA));
	EXPECT_TRUE(is_there(bdf));
	EXPECT_EQ(0, leaving_end(&leaving, vm, GOES));
	EXPECT_FALSE(is_there(bdf));
	expect_only_one_gone(_metadata, self);
	vm_close(vm);
	EXPECT_EQ(0, write_file("/sys/bus/pci/rescan", "1"));
	EXPECT_FALSE(is_there(bdf));
	expect_usable_dev(_metadata, BEHIND_PORT, self->who);
}
