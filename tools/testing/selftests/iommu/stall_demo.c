// SPDX-License-Identifier: GPL-2.0-only
/* What SubstreamIDs and stalled accesses are, in some lines of output */
#include <stdio.h>

#include "../kselftest.h"
#include "cd_table.h"
#include "demo_testdev.h"
#include "faults.h"
#include "modes.h"

#define VA		0x123456789000ULL
#define VA_ABSENT	0x12345678b000ULL
#define PROCESSES	2

/* Process i has SubstreamID i + 1 and ASID i + 1, this one is nobody's */
#define SSID_NOBODY	(PROCESSES + 1)

static struct stage1 process[PROCESSES];
static struct cd_table table;

static const char *expect(struct demo *demo, const char *label, __u32 who,
			  __u64 va, int page, const char *remark)
{
	return demo_dma(demo, label, "SubstreamID", who, va, page, remark);
}

static const char *show_capability(struct demo *demo)
{
	struct iommu_nesting_info *info = &demo->vm.info;
	bool requests = info->features & IOMMU_NESTING_FEAT_PAGE_REQUEST;

	say("capability", "%u PASID bits, features%s%s", info->pasid_bits,
	    info->features & IOMMU_NESTING_FEAT_BIND_PASID_TABLE ?
	    " BIND_PASID_TABLE" : "", requests ? " PAGE_REQUEST" : "");
	return requests && info->pasid_bits ? NULL : "capability";
}

/* Two processes of the guest: the same address, another page for each */
static const char *bind(struct demo *demo)
{
	struct iommu_pasid_table_config config;
	struct vm *vm = &demo->vm;
	int i;

	cd_table_create(&table, &vm->guest, CD_TABLE_4K, CD_TABLE_4K_BITS);
	for (i = 0; i < PROCESSES; i++) {
		int page = i ? demo->b : demo->a;

		stage1_create(&process[i], &vm->guest, i + 1,
			      vm->info.addr_width);
		stage1_map(&process[i], VA, demo_gpa(demo, page), SZ_4K,
			   STAGE1_RW);
		cd_table_set(&table, i + 1, &process[i], vm->info.addr_width,
			     true);
		say("stage 1", "SubstreamID %d maps 0x%llx to %s at 0x%llx",
		    i + 1, VA, demo_page_name(demo, page),
		    demo_gpa(demo, page));
	}
	config = inest_table(table.base, table.bits, table.fmt,
			     CD_TABLE_BYPASS);
	if (inest_bind_pasid_table(vm->container, ALL, &config))
		return "BIND_PASID_TABLE";
	say("bound", "table of %u context descriptors at 0x%llx, in two levels",
	    1U << table.bits, table.base);
	return NULL;
}

static const char *translate(struct demo *demo)
{
	const char *why;

	why = expect(demo, "two stages", WITH_PASID(1), VA, demo->a, "");
	if (!why)
		why = expect(demo, "two stages", WITH_PASID(2), VA, demo->b,
			     "");
	return why ?: expect(demo, "stage 2", WITHOUT_PASID,
			     demo_gpa(demo, demo->a), demo->a,
			     " (a guest address)");
}

/* What cannot be served is told as well */
static const char *refuse(struct demo *demo, int queue)
{
	union faults_record record;
	const char *why;

	why = expect(demo, "fault", WITH_PASID(SSID_NOBODY), VA, VM_NOWHERE,
		     " (no context)");
	if (why)
		return why;
	if (faults_read(queue, &record, 2000) != 1 ||
	    record.type != IOMMU_FAULT_DMA_UNRECOV ||
	    record.fault.event.pasid != SSID_NOBODY)
		return "the fault is not in the queue";
	say("", "the queue says: PASID %u, %s", record.fault.event.pasid,
	    inest_fault_reason_name(record.fault.event.reason));
	while (faults_read(queue, &record, 50) == 1)
		if (record.type != IOMMU_FAULT_DMA_UNRECOV)
			return "another record after the fault";
	return NULL;
}

/* Process 2 has no page there */
static void map_absent(struct demo *demo, __u64 va, __u64 gpa)
{
	stage1_map(&process[1], va, gpa, SZ_4K, STAGE1_RW);
}

static const char *refuse_and_serve(struct demo *demo, int queue)
{
	const struct demo_fault fault = {
		.label = "stall",
		.space = "SubstreamID",
		.group = " (STAG)",
		.op = testdev_fill_op(WITH_PASID(2), VA_ABSENT),
		.waits = ITD_ST_STALL,
		.map = map_absent,
	};

	return refuse(demo, queue) ?: demo_serve(demo, queue, &fault);
}

static const char *faults(struct demo *demo)
{
	return demo_with_faults(demo, refuse_and_serve);
}

/**
 * run_demo - Show SubstreamIDs and stalls
 * @devices: how many vm_claim_devices() got, or its error
 *
 * Return: exit status of the process
 */
int run_demo(int devices)
{
	static const demo_step steps[] = {
		show_capability, bind, translate, faults,
	};
	static const struct demo_plan plan = {
		.title = "Many address spaces of one device, by SubstreamID:",
		.device = "the rig's test device",
		.missing = "no test device that may stall (PCI 19e5:a250)",
		.steps = steps,
		.count = ARRAY_SIZE(steps),
	};

	return demo_run(&plan, devices);
}
