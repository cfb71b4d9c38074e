// SPDX-License-Identifier: GPL-2.0-only
/* What page tables bound to PASIDs are, in some lines of output */
#include <stdio.h>

#include "../kselftest.h"
#include "demo_testdev.h"
#include "modes.h"
#include "pci_user.h"
#include "vtd_vm.h"

#define VA		0x123456789000ULL
#define VA_UNMAPPED	0x12345678a000ULL
#define VA_ABSENT	0x12345678b000ULL
#define PROCESSES	2

static struct {
	struct vtd_table s1;
	__u32 pasid;
} process[PROCESSES];

/* The device, which has a TLB, writes at @va, and that lands on @page */
static const char *expect(struct demo *demo, const char *label, __u32 who,
			  __u64 va, int page, const char *remark)
{
	return demo_dma(demo, label, "PASID", who | WITH_ATS, va, page, remark);
}

static const char *show_capability(struct demo *demo)
{
	struct iommu_nesting_info *info = &demo->vm.info;

	say("capability", "format %u (1: VT-d), features%s%s%s%s", info->format,
	    info->features & IOMMU_NESTING_FEAT_SYSWIDE_PASID ?
	    " SYSWIDE_PASID" : "",
	    info->features & IOMMU_NESTING_FEAT_BIND_PGTBL ?
	    " BIND_PGTBL" : "",
	    info->features & IOMMU_NESTING_FEAT_CACHE_INVLD ?
	    " CACHE_INVLD" : "",
	    info->features & IOMMU_NESTING_FEAT_PAGE_REQUEST ?
	    " PAGE_REQUEST" : "");
	say("", "%u-bit guest addresses, %u PASID bits", info->addr_width,
	    info->pasid_bits);
	return info->format == IOMMU_PASID_FORMAT_INTEL_VTD ? NULL :
	       "capability";
}

static const char *before(struct demo *demo)
{
	say("stage 2", "the host maps guest memory 0x%llx to 0x%llx",
	    GUEST_RAM, GUEST_RAM + GUEST_RAM_SIZE - 1);
	return expect(demo, "stage 2", WITHOUT_PASID, demo_gpa(demo, demo->a),
		      demo->a, " (a guest address)");
}

/* Two processes of the guest: the same address, another page for each */
static const char *bind(struct demo *demo)
{
	struct vm *vm = &demo->vm;
	const char *why = NULL;
	int i;

	for (i = 0; i < PROCESSES; i++) {
		int page = i ? demo->b : demo->a;
		int pasid = vtd_pasid_alloc(vm);

		if (pasid < 0)
			return "PASID_REQUEST";
		process[i].pasid = pasid;
		vtd_table_create(&process[i].s1, &vm->guest, 4);
		vtd_table_map(&process[i].s1, VA, demo_gpa(demo, page), VTD_RW);
		say("stage 1", "process %d maps 0x%llx to %s at 0x%llx", i + 1,
		    VA, demo_page_name(demo, page), demo_gpa(demo, page));
		if (vtd_bind(vm, ALL, pasid, &process[i].s1))
			return "BIND_PGTBL";
		say("bound", "PASID %d to the page tables at 0x%llx", pasid,
		    process[i].s1.root);
	}
	for (i = 0; !why && i < PROCESSES; i++)
		why = expect(demo, "two stages", WITH_PASID(process[i].pasid), VA,
			     i ? demo->b : demo->a, "");
	return why;
}

static const char *change(struct demo *demo)
{
	struct iommu_cache_invalidate_info info =
		vtd_inv_addr(IOTLB | DEV_IOTLB, process[0].pasid, VA, SZ_4K, 1);
	__u32 who = WITH_PASID(process[0].pasid);
	const char *why;

	vtd_table_map(&process[0].s1, VA, demo_gpa(demo, demo->b), VTD_RW);
	say("changed", "process 1 maps 0x%llx to page B", VA);
	why = expect(demo, "stale", who, VA, demo->a, "");
	if (why)
		return why;
	if (vtd_invalidate(&demo->vm, ALL, info))
		return "CACHE_INVLD";
	say("invalidated", "PASID %u, address 0x%llx, in unit and device",
	    process[0].pasid, VA);
	return expect(demo, "fresh", who, VA, demo->b, "");
}

static const char *fault(struct demo *demo)
{
	__u32 who = WITH_PASID(process[1].pasid);
	const char *why;

	why = expect(demo, "fault", who, VA_UNMAPPED, VM_NOWHERE,
		     " (not in stage 1)");
	if (why)
		return why;
	vtd_table_map(&process[1].s1, VA_UNMAPPED, demo->loose, VTD_RW);
	if (inest_dma_unmap(demo->vm.container, demo->loose, SZ_4K))
		return "unmap of stage 2";
	return expect(demo, "fault", who, VA_UNMAPPED, VM_NOWHERE,
		      " (in stage 1, not in stage 2)");
}

static const char *interrupt(struct demo *demo)
{
	struct testdev *td = &demo->vm.dev[0].td;
	struct testdev_op op = vtd_fill_op(WITH_PASID(process[1].pasid), VA);
	int irq = pci_user_irq(td->device, VFIO_PCI_MSIX_IRQ_INDEX, op.channel);

	op.cmd |= ITD_CMD_IRQ;
	if (irq < 0)
		return "MSI-X cannot be turned on";
	if (testdev_run(td, &op) != ITD_ST_DONE ||
	    !pci_user_irq_arrived(irq, 2000))
		return "MSI-X did not arrive";
	say("interrupt", "the device's MSI-X arrives at the end of its DMA");
	return NULL;
}

static const char *unbind(struct demo *demo)
{
	const char *why;

	if (vtd_unbind(&demo->vm, ALL, process[0].pasid))
		return "UNBIND_PGTBL";
	why = expect(demo, "unbound", WITH_PASID(process[0].pasid), VA,
		     VM_NOWHERE, "");
	if (!why)
		why = expect(demo, "unbound", WITH_PASID(process[1].pasid), VA,
			     demo->b, "");
	return why ?: expect(demo, "unbound", WITHOUT_PASID,
			     demo_gpa(demo, demo->b), demo->b, "");
}

static void map_absent(struct demo *demo, __u64 va, __u64 gpa)
{
	vtd_table_map(&process[1].s1, va, gpa, VTD_RW);
}

static const char *serve(struct demo *demo, int queue)
{
	struct demo_fault fault = {
		.label = "page fault",
		.space = "PASID",
		.group = "",
		.op = vtd_fill_op(WITH_PASID(process[1].pasid) | WITH_ATS,
				  VA_ABSENT),
		.waits = ITD_ST_WAIT,
		.map = map_absent,
	};

	fault.op.cmd |= ITD_CMD_PRI;
	return demo_serve(demo, queue, &fault);
}

static const char *page_fault(struct demo *demo)
{
	return demo_with_faults(demo, serve);
}

/**
 * run_demo - Show what nesting does on VT-d
 * @devices: how many vm_claim_devices() got, or its error
 *
 * Return: exit status of the process
 */
int run_demo(int devices)
{
	static const demo_step steps[] = {
		show_capability, before, bind, change, fault, interrupt,
		unbind, page_fault,
	};
	static const struct demo_plan plan = {
		.title = "User space owns stage 1 of VT-d, by PASID, the host stage 2:",
		.device = "the rig's test device",
		.missing = "no iommu-testdev (PCI 1234:11ff)",
		.steps = steps,
		.count = ARRAY_SIZE(steps),
	};

	return demo_run(&plan, devices);
}
