// SPDX-License-Identifier: GPL-2.0-only
/* What stage-1 translation owned by user space is, in twenty lines of output */
#include <stdio.h>
#include <string.h>

#include "../kselftest.h"
#include "demo_run.h"
#include "modes.h"

#define VA		0x123456789000ULL
#define VA_UNMAPPED	0x12345678a000ULL
#define ASID		1

static struct stage1 s1;

/* The device writes at @va. Returns NULL when that lands on @page, or why not. */
static const char *expect(struct demo *demo, const char *label, __u64 va,
			  int page, const char *remark)
{
	int found = vm_lands(&demo->vm, 0, va);
	char dma[40];

	if (found == VM_TIMEOUT)
		return "the device did not end its transfer";
	snprintf(dma, sizeof(dma), "DMA to 0x%llx", va);
	if (found != page)
		return demo_astray(demo, label, dma, found, page);
	if (page == VM_NOWHERE)
		say(label, "%s touches nothing%s", dma, remark);
	else
		say(label, "%s lands on %s: \"%.14s...\"%s", dma,
		    demo_page_name(demo, page), demo->vm.page[page].mem, remark);
	return NULL;
}

static const char *show_capability(struct demo *demo)
{
	struct iommu_nesting_info *info = &demo->vm.info;

	say("capability", "format %u (2: SMMUv3), features%s%s", info->format,
	    info->features & IOMMU_NESTING_FEAT_BIND_PASID_TABLE ?
	    " BIND_PASID_TABLE" : "",
	    info->features & IOMMU_NESTING_FEAT_CACHE_INVLD ?
	    " CACHE_INVLD" : "");
	say("", "%u-bit guest addresses, %u PASID bits, MSIs at 0x%llx",
	    info->addr_width, info->pasid_bits,
	    info->vendor.smmuv3.msi_iova);
	return info->format == IOMMU_PASID_FORMAT_ARM_SMMUV3 ?
	       NULL : "capability";
}

static const char *before(struct demo *demo)
{
	say("stage 2", "the host maps guest memory 0x%llx to 0x%llx",
	    GUEST_RAM, GUEST_RAM + GUEST_RAM_SIZE - 1);
	return expect(demo, "stage 2", demo_gpa(demo, demo->a), demo->a,
		      " (a guest address)");
}

static const char *bind(struct demo *demo)
{
	struct vm *vm = &demo->vm;

	stage1_create(&s1, &vm->guest, ASID, vm->info.addr_width);
	stage1_map(&s1, VA, demo_gpa(demo, demo->a), SZ_4K, STAGE1_RW);
	say("stage 1", "the guest maps 0x%llx to page A at 0x%llx", VA,
	    demo_gpa(demo, demo->a));
	if (vm_bind(vm, ALL, &s1))
		return "BIND_PASID_TABLE";
	say("bound", "table of context descriptors at 0x%llx, page tables at 0x%llx",
	    s1.cd, s1.root);
	return expect(demo, "two stages", VA, demo->a, "");
}

static const char *change(struct demo *demo)
{
	struct iommu_cache_invalidate_info info = inv_addr(ASID, VA, SZ_4K, 1);
	const char *why;

	stage1_map(&s1, VA, demo_gpa(demo, demo->b), SZ_4K, STAGE1_RW);
	say("changed", "the guest maps 0x%llx to page B at 0x%llx", VA,
	    demo_gpa(demo, demo->b));
	why = expect(demo, "stale", VA, demo->a, "");
	if (why)
		return why;
	if (inest_cache_invalidate(demo->vm.container, ALL, &info))
		return "CACHE_INVLD";
	say("invalidated", "ASID %u, address 0x%llx, one granule of 4 KiB",
	    ASID, VA);
	return expect(demo, "fresh", VA, demo->b, "");
}

static const char *fault(struct demo *demo)
{
	const char *why;

	why = expect(demo, "fault", VA_UNMAPPED, VM_NOWHERE,
		     " (not in stage 1)");
	if (why)
		return why;
	stage1_map(&s1, VA_UNMAPPED, demo->loose, SZ_4K, STAGE1_RW);
	if (inest_dma_unmap(demo->vm.container, demo->loose, SZ_4K))
		return "unmap of stage 2";
	return expect(demo, "fault", VA_UNMAPPED, VM_NOWHERE,
		      " (in stage 1, not in stage 2)");
}

static const char *interrupt(struct demo *demo)
{
	struct iommu_nesting_info_smmuv3 *smmuv3 = &demo->vm.info.vendor.smmuv3;
	struct edu *edu = &demo->vm.dev[0].edu;

	stage1_map(&s1, smmuv3->msi_iova, smmuv3->msi_iova,
		   smmuv3->msi_size, STAGE1_WRITE | STAGE1_DEVICE);
	if (edu_irq_enable(edu))
		return "MSI cannot be turned on";
	edu_irq_raise(edu);
	if (!edu_irq_arrived(edu, 2000))
		return "MSI did not arrive";
	say("interrupt", "MSI arrives through stage 1, which maps the window 1:1");
	return NULL;
}

static const char *unbind(struct demo *demo)
{
	const char *why;

	if (inest_unbind_pasid_table(demo->vm.container, ALL))
		return "UNBIND_PASID_TABLE";
	why = expect(demo, "unbound", VA, VM_NOWHERE, "");
	return why ?: expect(demo, "unbound", demo_gpa(demo, demo->b), demo->b,
			     " (a guest address)");
}

/**
 * run_demo - Show what nesting does on an SMMUv3
 * @devices: how many vm_claim_devices() got, or its error
 *
 * Return: exit status of the process
 */
int run_demo(int devices)
{
	static const demo_step steps[] = {
		show_capability, before, bind, change, fault, interrupt,
		unbind,
	};
	static const struct demo_plan plan = {
		.title = "User space owns stage 1 of an SMMUv3, the host stage 2:",
		.device = "QEMU's edu",
		.missing = "no edu device (PCI 1234:11e8)",
		.steps = steps,
		.count = ARRAY_SIZE(steps),
	};

	return demo_run(&plan, devices);
}
