/* SPDX-License-Identifier: GPL-2.0-only */
/* A container on the mock IOMMU, as a VMM has one: groups, memory, devices */
#ifndef SELFTEST_IOMMU_MOCK_VM_H
#define SELFTEST_IOMMU_MOCK_VM_H

#include <iommu-nesting.h>
#include <linux/vfio_nesting.h>

#include "mock_state.h"

/* Devices of the tests: three in a group each, two that share one */
#define MOCK_SINGLES	3
#define MOCK_SHARED	2
#define MOCK_DEVICES	(MOCK_SINGLES + MOCK_SHARED)

/* Guest memory: where it is, and addresses in it that the tests bind */
#define MOCK_GPA	0x40000000ULL
#define MOCK_MEM_SIZE	0x10000UL
#define MOCK_TABLE	(MOCK_GPA + 0x1000)
#define MOCK_TABLE_2	(MOCK_GPA + 0x2000)
#define MOCK_PGTBL	(MOCK_GPA + 0x3000)
#define MOCK_PGTBL_2	(MOCK_GPA + 0x4000)
#define MOCK_NO_GPA	(MOCK_GPA + MOCK_MEM_SIZE)

/**
 * struct mock_vm - A container with groups in it
 * @container: file descriptor, -1 when it is closed
 * @devices: number of devices
 * @bdf: addresses of the devices
 * @group: file descriptor of each device's group, -1 when it is closed
 * @device: file descriptor of each device, -1 when it is closed
 * @faults: file descriptor of each device's fault queue, -1 when it is closed
 * @mem: guest memory
 */
struct mock_vm {
	int container;
	int devices;
	const char *bdf[MOCK_DEVICES];
	int group[MOCK_DEVICES];
	int device[MOCK_DEVICES];
	int faults[MOCK_DEVICES];
	void *mem;
};

/* Functions that return an int return a negative errno on failure. */
int mock_claim_devices(void);
int mock_singles(void);
bool mock_shared(void);
const char *const *mock_all(void);
int mock_all_count(void);

int mock_vm_open(struct mock_vm *vm, __u32 format, int first, int count);
int mock_vm_open_type(struct mock_vm *vm, __u32 format, int first, int count,
		      unsigned long type);
int mock_vm_open_device(struct mock_vm *vm, int i);
int mock_vm_open_faults(struct mock_vm *vm, int i, unsigned int entries);
void mock_vm_close(struct mock_vm *vm);
void mock_close(int *fd);

#endif /* SELFTEST_IOMMU_MOCK_VM_H */
