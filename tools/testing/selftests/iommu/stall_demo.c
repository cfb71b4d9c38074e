// SPDX-License-Identifier: GPL-2.0-only
/* What SubstreamIDs and stalled accesses are, in some lines of output */
#include <stdio.h>
#include <unistd.h>

#include "../kselftest.h"
#include "cd_table.h"
#include "demo_run.h"
#include "faults.h"
#include "modes.h"
#include "vm_testdev.h"

#define VA		0x123456789000ULL
#define VA_ABSENT	0x12345678b000ULL
#define PROCESSES	2

/* Process i has SubstreamID i + 1 and ASID i + 1, this one is nobody's */
#define SSID_NOBODY	(PROCESSES + 1)

static struct stage1 process[PROCESSES];
static struct cd_table table;

/* How a failed step is told */
static char reason[160];

static const char *who_name(__u32 who)
{
	static char name[32];

	if (!(who & ITD_PASID_VALID))
		return "no SubstreamID";
	snprintf(name, sizeof(name), "SubstreamID %u", who & ITD_PASID_MASK);
	return name;
}

/* The device writes at @va. Returns NULL when that lands on @page, or why not. */
static const char *expect(struct demo *demo, const char *label, __u32 who,
			  __u64 va, int page, const char *remark)
{
	int found = testdev_lands(&demo->vm, 0, who, va);

	if (found == page && page == VM_NOWHERE)
		say(label, "DMA to 0x%llx with %s is stopped%s", va,
		    who_name(who), remark);
	else if (found == page)
		say(label, "DMA to 0x%llx with %s lands on %s%s", va,
		    who_name(who), demo_page_name(demo, page), remark);
	else
		snprintf(reason, sizeof(reason),
			 "%s: DMA to 0x%llx with %s reached %s (%d), not %s",
			 label, va, who_name(who), demo_page_name(demo, found),
			 found, demo_page_name(demo, page));
	return found == page ? NULL : reason;
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

/* The device writes where process 2 has no page; returns with what the queue says */
static const char *stall(struct demo *demo, int queue,
			 const struct testdev_op *op,
			 union faults_record *record)
{
	struct testdev *td = &demo->vm.dev[0].td;
	struct iommu_fault_page_request *req = &record->fault.prm;

	vm_fill(&demo->vm);
	testdev_start(td, op);
	if (faults_read(queue, record, 2000) != 1 ||
	    record->type != IOMMU_FAULT_PAGE_REQ)
		return "no page request";
	if (req->pasid != 2 || req->addr != VA_ABSENT)
		return "a page request for something else";
	if (testdev_status(td, op->channel) != ITD_ST_STALL)
		return "the access does not wait for the response";
	say("stall", "DMA to 0x%llx with SubstreamID 2 waits: not in stage 1",
	    VA_ABSENT);
	say("", "the queue says: PASID %u, group %u (STAG), %s 0x%llx",
	    req->pasid, req->grpid,
	    req->perm & IOMMU_FAULT_PERM_WRITE ? "write" : "read", req->addr);
	return NULL;
}

/* A page that is not there when the device gets to it, and is when it goes on */
static const char *serve(struct demo *demo, int queue)
{
	struct testdev_op op = testdev_fill_op(WITH_PASID(2), VA_ABSENT);
	struct testdev *td = &demo->vm.dev[0].td;
	union faults_record record;
	__u64 token[VM_TOKEN_SIZE / sizeof(op.imm)];
	const char *why;
	size_t i;

	why = stall(demo, queue, &op, &record);
	if (why)
		return why;
	stage1_map(&process[1], record.fault.prm.addr, demo_gpa(demo, demo->a),
		   SZ_4K, STAGE1_RW);
	say("", "the guest maps it to page A, and answers: success");
	if (faults_respond(demo->vm.container, td->device, &record,
			   IOMMU_PAGE_RESP_SUCCESS))
		return "PAGE_RESP";
	if (testdev_settled(td, op.channel, 2000) != ITD_ST_DONE)
		return "the access did not go on";
	for (i = 0; i < ARRAY_SIZE(token); i++)
		token[i] = op.imm;
	if (vm_find(&demo->vm, 0, token, sizeof(token)) != demo->a)
		return "the access that waited is not on page A alone";
	say("served", "the DMA that waited goes on, and lands on page A");
	return NULL;
}

static const char *faults(struct demo *demo)
{
	int queue = faults_open(demo->vm.container, demo->vm.dev[0].td.device,
				16, FAULTS_NO_EVENTFD);
	const char *why;

	if (queue < 0)
		return "FAULT_QUEUE";
	why = refuse(demo, queue);
	if (!why)
		why = serve(demo, queue);
	close(queue);
	return why;
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
