/* SPDX-License-Identifier: GPL-2.0-only */
/* The queue of a device's faults: opened, read and answered */
#ifndef SELFTEST_IOMMU_FAULTS_H
#define SELFTEST_IOMMU_FAULTS_H

#include <stdbool.h>

#include <linux/iommu.h>
#include <linux/iommu_fault_queue.h>

/* Without an eventfd; without a time-out */
#define FAULTS_NO_EVENTFD	(-1)
#define FAULTS_FOREVER		(-1)

/**
 * union faults_record - What is read from a queue
 * @type: which member it is: IOMMU_FAULT_DMA_UNRECOV and IOMMU_FAULT_PAGE_REQ @fault,
 *	IOMMU_FAULT_LOST @lost, and so on
 */
union faults_record {
	__u32 type;
	struct iommu_fault fault;
	struct iommu_fault_lost lost;
	struct iommu_fault_answered answered;
	struct iommu_fault_blocked blocked;
	__u8 raw[sizeof(struct iommu_fault)];
};

#define FAULTS_TEXT_MAX		160

/* Functions that return an int return a negative errno on failure. */

int faults_open_raw(int container, int device, const void *config, size_t size);
int faults_open(int container, int device, unsigned int entries, int eventfd);
int faults_wait(int fd, int timeout_ms);
int faults_read(int fd, union faults_record *record, int timeout_ms);
int faults_next(int fd, __u32 type, union faults_record *record,
		int timeout_ms);
bool faults_empty(int fd);

struct iommu_page_response faults_response(const union faults_record *request,
					   __u32 code);
int faults_respond(int container, int device,
		   const union faults_record *request, __u32 code);
bool faults_is_last(const union faults_record *record);

long faults_timeout_ms(void);
int faults_set_timeout_ms(unsigned int ms);

const char *faults_text(const union faults_record *record, char *text);
void faults_print(const union faults_record *record);

#endif /* SELFTEST_IOMMU_FAULTS_H */
