/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counters of a VT-d unit with x-nesting=on. They are no part of VT-d: tests and
 * benchmarks read them to learn what an operation costs at the unit. 64 bits
 * each, read only, in the same page as the registers, from VTD_COUNTERS on.
 *
 * Used by QEMU, qtests and programs in the guest: nothing but constants here.
 */
#ifndef INTEL_IOMMU_COUNTERS_H
#define INTEL_IOMMU_COUNTERS_H

#define VTD_COUNTERS_ADDR	0xfed90800
#define VTD_COUNTERS		0x800	/* offset from the unit's registers */
#define VTD_COUNTERS_SIZE	0x100

#define VTD_CNT_DOORBELLS	0x00	/* writes to the invalidation queue's tail */
/* Invalidation descriptors processed, by type: 16 counters */
#define VTD_CNT_DESC(type)	(0x08 + 8 * (type))
#define VTD_CNT_DESC_WAIT	VTD_CNT_DESC(5)
#define VTD_CNT_DROPPED		0x88	/* of these: ignored because of x-drop */
#define VTD_CNT_WALKS		0x90	/* page table walks */
#define VTD_CNT_IOTLB_HITS	0x98
#define VTD_CNT_PASID_HITS	0xa0	/* of the PASID cache */
#define VTD_CNT_FAULTS		0xa8	/* faults, recorded or not */
#define VTD_CNT_PRQ		0xb0	/* page requests written to the queue */
#define VTD_CNT_PRQ_LOST	0xb8	/* discarded: the queue was full */
#define VTD_CNT_PRQ_EVENTS	0xc0	/* interrupts of the queue sent */

#endif
