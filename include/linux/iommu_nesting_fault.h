/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage-1 translation owned by user space: faults of a device
 *
 * The driver of an IOMMU has a struct iommu_nesting_faults for each device in a
 * domain that nests, and reports to it. User space opens a queue on it, reads, and
 * answers page requests. What nobody reads, the driver is told and answers itself.
 */
#ifndef __LINUX_IOMMU_NESTING_FAULT_H
#define __LINUX_IOMMU_NESTING_FAULT_H

#include <linux/types.h>
#include <uapi/linux/iommu.h>

struct device;
struct iommu_nesting_faults;

/* In the place of a PASID: all of a device, with the numbers that they have */
#define IOMMU_NESTING_PASID_ANY		((u32)-1)

/**
 * struct iommu_nesting_fault_ops - What the driver does for page requests
 *
 * @respond: answer the group that @req was the last of, as the device sent it, with
 *	@code of &enum iommu_page_response_code. 0 when the IOMMU has taken the
 *	response, -EIO when it failed. One call at a time for a device, and none
 *	after iommu_nesting_faults_stop(). May sleep, for a bounded time, but not
 *	take a lock that is held when iommu_nesting_faults_answer(), _refuse() or
 *	_stop() is called.
 * @drain: optional, for a device that has just been reset: wait until whatever it
 *	sent before was reported, which is refused meanwhile. Same rules as for
 *	@respond.
 * @block: a response of the host's was not taken, and the device waits for it: keep
 *	the device from all DMA, and report that with IOMMU_FAULT_BLOCKED_RESPONSE.
 *	Called without locks, may sleep, and take those of iommu_nesting_faults_stop(),
 *	but not one that is held when iommu_nesting_faults_leave() is called. The
 *	device may still be about to enter its domain. Each driver has it.
 */
struct iommu_nesting_fault_ops {
	int (*respond)(struct device *dev,
		       const struct iommu_fault_page_request *req, u32 code);
	void (*drain)(struct device *dev);
	void (*block)(struct device *dev);
};

/* fault.c */
struct iommu_nesting_faults *
iommu_nesting_faults_alloc(struct device *dev,
			   const struct iommu_nesting_fault_ops *ops);
void iommu_nesting_faults_leave(struct iommu_nesting_faults *faults);
void iommu_nesting_faults_stop(struct iommu_nesting_faults *faults);
void iommu_nesting_faults_put(struct iommu_nesting_faults *faults);
int iommu_nesting_faults_accept(struct iommu_nesting_faults *faults, u32 pasid,
				u32 as_pasid);
int iommu_nesting_faults_answer(struct iommu_nesting_faults *faults, u32 pasid);
int iommu_nesting_faults_refuse(struct iommu_nesting_faults *faults, u32 pasid);
void iommu_nesting_faults_failed(struct iommu_nesting_faults *faults);

/* fault-report.c */
int iommu_nesting_report_request(struct iommu_nesting_faults *faults,
				 const struct iommu_fault_page_request *req);
int iommu_nesting_report_event(struct iommu_nesting_faults *faults,
			       const struct iommu_fault_unrecoverable *event);
void iommu_nesting_report_overflow(struct iommu_nesting_faults *faults);
void iommu_nesting_report_blocked(struct iommu_nesting_faults *faults,
				  u32 reason);

/* fail.c */
#ifdef CONFIG_FAIL_IOMMU_NESTING
bool iommu_nesting_fail_command(void);
#else
static inline bool iommu_nesting_fail_command(void)
{
	return false;
}
#endif

#endif /* __LINUX_IOMMU_NESTING_FAULT_H */
