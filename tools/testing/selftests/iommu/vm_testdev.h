/* SPDX-License-Identifier: GPL-2.0-only */
/* A machine with test devices: access by PASID */
#ifndef SELFTEST_IOMMU_VM_TESTDEV_H
#define SELFTEST_IOMMU_VM_TESTDEV_H

#include "vm.h"

/* Besides VM_NOWHERE and VM_TORN */
#define VM_ELSEWHERE	(-4)	/* it went well, and touched no watched page */
#define VM_DISABLED	(-5)	/* the device may not: ATS or PASIDs are off */
#define VM_BROKEN	(-6)	/* the device did something else altogether */

/*
 * Who does an access: no PASID, or WITH_PASID(), with WITH_PRIV for privileged
 * mode and WITH_ATS when the device translates first and keeps what it learns.
 * WITH_ROGUE_ATS: although its configuration space has that switched off.
 */
#define WITHOUT_PASID		0U
#define WITH_PASID(pasid)	(ITD_PASID_VALID | (pasid))
#define WITH_PRIV		ITD_PASID_PRIV
#define WITH_ATS		0x08000000U
#define WITH_ROGUE_ATS		(WITH_ATS | 0x04000000U)

extern const struct vm_kind vm_stalling;

int testdev_lands(struct vm *vm, int dev, __u32 who, __u64 va);
int testdev_reads(struct vm *vm, int dev, __u32 who, __u64 va);
struct testdev_op testdev_fill_op(__u32 who, __u64 va);
int testdev_find(const struct vm *vm, const struct testdev_op *op);

#endif /* SELFTEST_IOMMU_VM_TESTDEV_H */
