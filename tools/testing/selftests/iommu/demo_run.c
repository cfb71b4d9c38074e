// SPDX-License-Identifier: GPL-2.0-only
/* The frame of a demonstration */
#include "demo_run.h"
#include "splat.h"

/**
 * demo_page_name - How a page is called in the output
 * @demo: the demonstration
 * @page: what vm_find() returned
 *
 * Return: its name
 */
const char *demo_page_name(const struct demo *demo, int page)
{
	return page == demo->a ? "page A" : page == demo->b ? "page B" :
	       page == VM_NOWHERE ? "nothing" : "something else";
}

/**
 * demo_astray - How a step is told whose access ended up elsewhere
 * @demo: the demonstration
 * @label: what the step is called
 * @dma: the access
 * @found: what vm_find() returned
 * @page: what it should have
 *
 * Return: the text, until the next call
 */
const char *demo_astray(const struct demo *demo, const char *label,
			const char *dma, int found, int page)
{
	static char reason[160];

	snprintf(reason, sizeof(reason), "%s: %s reached %s (%d), not %s", label,
		 dma, demo_page_name(demo, found), found,
		 demo_page_name(demo, page));
	return reason;
}

static const char *start(struct demo *demo, const struct demo_plan *plan,
			 int devices)
{
	if (devices < 0)
		return "vfio-pci did not take the device";
	if (!devices)
		return plan->missing;
	say("device", "%s at %s, IOMMU group %d, driven through VFIO",
	    plan->device, vm_device_bdf(0), inest_pci_group(vm_device_bdf(0)));
	if (vm_open(&demo->vm, 0, 1))
		return "no nesting container";
	return NULL;
}

static const char *show(struct demo *demo, const struct demo_plan *plan)
{
	const char *why = NULL;
	size_t i;

	demo->a = vm_alloc(&demo->vm);
	demo->b = vm_alloc(&demo->vm);
	demo->loose = guest_alloc_loose(&demo->vm.guest);
	vm_watch(&demo->vm, demo->loose);
	for (i = 0; !why && i < plan->count; i++)
		why = plan->steps[i](demo);
	vm_close(&demo->vm);
	return why;
}

/**
 * demo_run - Show something, step by step, until a step fails
 * @plan: what is shown
 * @devices: how many vm_claim_devices() got, or its error
 *
 * Return: exit status of the process
 */
int demo_run(const struct demo_plan *plan, int devices)
{
	struct demo demo;
	const char *why;

	printf("%s\n", plan->title);
	why = start(&demo, plan, devices);
	if (!why)
		why = show(&demo, plan);
	if (!why && splat_count())
		why = "the kernel warned";
	if (why)
		printf("demo: failed: %s\n", why);
	else
		printf("demo: ok\n");
	return why ? 1 : 0;
}
