// SPDX-License-Identifier: GPL-2.0-only
/* What the rig's test device shows: where its accesses land, and that they can wait */
#include <stdio.h>
#include <unistd.h>

#include "demo_testdev.h"
#include "faults.h"

/**
 * demo_dma - The device writes, and that lands where it is expected
 * @demo: the demonstration
 * @label: what the step is called
 * @space: what tells address spaces apart
 * @who: WITHOUT_PASID or WITH_PASID(), and more
 * @va: where the device writes
 * @page: where that is to land, or VM_NOWHERE
 * @remark: end of the line
 *
 * Return: NULL or what went wrong
 */
const char *demo_dma(struct demo *demo, const char *label, const char *space,
		     __u32 who, __u64 va, int page, const char *remark)
{
	int found = testdev_lands(&demo->vm, 0, who, va);
	char with[32], dma[80];

	if (who & ITD_PASID_VALID)
		snprintf(with, sizeof(with), "%s %u", space,
			 who & ITD_PASID_MASK);
	else
		snprintf(with, sizeof(with), "no %s", space);
	snprintf(dma, sizeof(dma), "DMA to 0x%llx with %s", va, with);
	if (found != page)
		return demo_astray(demo, label, dma, found, page);
	if (page == VM_NOWHERE)
		say(label, "%s is stopped%s", dma, remark);
	else
		say(label, "%s lands on %s%s", dma, demo_page_name(demo, page),
		    remark);
	return NULL;
}

/**
 * demo_with_faults - A step that reads the faults of the device
 * @demo: the demonstration
 * @step: the step
 *
 * Return: NULL or what went wrong
 */
const char *demo_with_faults(struct demo *demo,
			     const char *(*step)(struct demo *demo, int queue))
{
	int queue = faults_open(demo->vm.container, demo->vm.dev[0].td.device,
				16, FAULTS_NO_EVENTFD);
	const char *why;

	if (queue < 0)
		return "FAULT_QUEUE";
	why = step(demo, queue);
	close(queue);
	return why;
}

/* The device writes; returns with the page request that comes of it */
static const char *start(struct demo *demo, int queue,
			 const struct demo_fault *fault,
			 union faults_record *record)
{
	const struct iommu_fault_page_request *req = &record->fault.prm;
	__u32 pasid = fault->op.dst_pasid & ITD_PASID_MASK;
	struct testdev *td = &demo->vm.dev[0].td;

	vm_fill(&demo->vm);
	testdev_start(td, &fault->op);
	if (faults_read(queue, record, 2000) != 1 ||
	    record->type != IOMMU_FAULT_PAGE_REQ)
		return "no page request";
	if (req->pasid != pasid || req->addr != fault->op.dst)
		return "a page request for something else";
	if (testdev_status(td, fault->op.channel) != fault->waits)
		return "the device does not wait for the response";
	say(fault->label, "DMA to 0x%llx with %s %u waits: not in stage 1",
	    fault->op.dst, fault->space, pasid);
	say("", "the queue says: PASID %u, group %u%s, %s 0x%llx", req->pasid,
	    req->grpid, fault->group,
	    req->perm & IOMMU_FAULT_PERM_WRITE ? "write" : "read", req->addr);
	return NULL;
}

/**
 * demo_serve - A page that is not there when the device gets to it, and is later
 * @demo: the demonstration
 * @queue: of the device's faults
 * @fault: the access
 *
 * Return: NULL or what went wrong
 */
const char *demo_serve(struct demo *demo, int queue, const struct demo_fault *fault)
{
	struct testdev *td = &demo->vm.dev[0].td;
	union faults_record record;
	const char *why;

	why = start(demo, queue, fault, &record);
	if (why)
		return why;
	fault->map(demo, record.fault.prm.addr, demo_gpa(demo, demo->a));
	say("", "the guest maps it to page A, and answers: success");
	if (faults_respond(demo->vm.container, td->device, &record,
			   IOMMU_PAGE_RESP_SUCCESS))
		return "PAGE_RESP";
	if (testdev_settled(td, fault->op.channel, 2000) != ITD_ST_DONE)
		return "the device did not go on";
	if (testdev_find(&demo->vm, &fault->op) != demo->a)
		return "the access that waited is not on page A alone";
	say("served", "the DMA that waited goes on, and lands on page A");
	return NULL;
}
