/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * iommu-testdev: a PCIe endpoint that does DMA on command, for tests of IOMMUs.
 *
 * PCI 1234:11ff, or 19e5:a250 with the property x-stall-id. BAR 0 holds the
 * registers below, BAR 2 the MSI-X table with one vector per channel. The endpoint
 * has the capabilities FLR, ATS, PASID (20 bits, privileged mode and execute
 * requests) and PRI (responses carry the PASID). An IOMMU that can stall may hold
 * one access of each channel.
 *
 * Its power states are D0 and D3hot. In D3hot it takes responses and invalidations,
 * and requests nothing; it comes back from there as from a reset.
 *
 * Used by the device model, by its qtests and by test programs in the guest:
 * nothing but constants here. All registers are little endian. A 64-bit register
 * takes 64-bit accesses or two 32-bit ones, low half first. What isn't named
 * reads as 0 and ignores writes.
 */
#ifndef IOMMU_TESTDEV_REGS_H
#define IOMMU_TESTDEV_REGS_H

#define ITD_VENDOR_ID		0x1234
#define ITD_DEVICE_ID		0x11ff
/* With x-stall-id: what Linux knows as a PCI function that may be stalled */
#define ITD_STALL_VENDOR_ID	0x19e5
#define ITD_STALL_DEVICE_ID	0xa250
#define ITD_STALL_REVISION	0x21
#define ITD_BAR_SIZE		0x8000

/* Registers of the device */
#define ITD_ID			0x000	/* u32 RO: ITD_ID_VALUE */
#define ITD_ID_VALUE		0x32445449	/* "ITD2" */
#define ITD_NR_CHANNELS		0x004	/* u32 RO: ITD_CHANNELS */
#define ITD_CHANNELS		64
#define ITD_ATC_SIZE		0x008	/* u32 RO: entries of the ATC */
#define ITD_ATC_MAX		1024

/*
 * How many of the next ATS invalidation requests are swallowed: the ATC keeps its
 * entries and no completion is sent, so that the IOMMU sees a time-out. Counts
 * down with each one.
 */
#define ITD_INV_MUTE		0x010	/* u32 RW */
#define ITD_INV_MUTE_ALL	0xffffffffu	/* all; doesn't count down */

#define ITD_ACTION		0x014	/* u32 WO: bits below, each does its thing once */
#define ITD_ACTION_DROP_ATC	(1 << 0)	/* the device forgets its ATC */
#define ITD_ACTION_CLEAR	(1 << 1)	/* counters to 0 */
#define ITD_ACTION_STOP		(1 << 2)	/* every channel to ITD_ST_IDLE */

/*
 * Counters, u64 RO. ITD_ACTION_CLEAR clears them, a reset of the device does too;
 * the "now" values aren't counters and stay what they are.
 */
#define ITD_CNT_ATC_HITS	0x100	/* accesses that the ATC answered */
#define ITD_CNT_ATC_MISSES	0x108	/* translation requests sent */
#define ITD_CNT_ATC_INVS	0x110	/* ATS invalidation requests received */
#define ITD_CNT_ATC_INVS_PASID	0x118	/* of these: with a PASID */
#define ITD_CNT_ATC_INVS_GLOBAL	0x120	/* of these: for all PASIDs */
#define ITD_CNT_ATC_INVS_MUTED	0x128	/* of these: swallowed */
#define ITD_NOW_ATC_ENTRIES	0x130	/* valid entries now */
#define ITD_CNT_DMA		0x138	/* pieces of at most a page moved */
#define ITD_CNT_PRQ_SENT	0x140	/* page requests that the IOMMU took */
#define ITD_CNT_PRQ_REFUSED	0x148	/* page requests that it refused */
#define ITD_CNT_PRG_UNKNOWN	0x150	/* responses to no request of ours */
#define ITD_NOW_PRG_OUTSTANDING	0x158	/* groups without a response now */
#define ITD_CNT_FLR		0x160	/* FLRs; survives resets and ITD_ACTION_CLEAR */
/* Responses received, by code: 16 counters */
#define ITD_CNT_PRG_RESP(code)	(0x180 + 8 * (code))
#define ITD_PRG_SUCCESS		0x0
#define ITD_PRG_INVALID		0x1
#define ITD_PRG_FAILURE		0xf

/* The last ATS invalidation request received */
#define ITD_LAST_INV_ADDR	0x200	/* u64 RO */
#define ITD_LAST_INV_SIZE	0x208	/* u64 RO: bytes, 0 is all */
#define ITD_LAST_INV_PASID	0x210	/* u32 RO: ITD_PASID_VALID, _GLOBAL | PASID */
/* The last page group response received */
#define ITD_LAST_PRG_PASID	0x218	/* u32 RO: ITD_PASID_VALID | PASID */
#define ITD_LAST_PRG		0x21c	/* u32 RO: index | code << 16 */

/*
 * Stalls: accesses that the IOMMU held, and how they ended. Without a CLEAR
 * between, CNT_STALLS is the sum of the other four and of NOW_STALLED.
 */
#define ITD_CNT_STALLS		0x240	/* accesses that were held */
#define ITD_CNT_STALL_RETRY	0x248	/* of these: retried, and perhaps held again */
#define ITD_CNT_STALL_ABORT	0x250	/* of these: aborted */
#define ITD_CNT_STALL_IGNORE	0x258	/* of these: read as 0, or not written */
#define ITD_CNT_STALL_CANCEL	0x260	/* of these: given up by the device itself, by
					 * a stop, a new command or a reset */
#define ITD_NOW_STALLED		0x268	/* channels whose access is held now */

/* PASID registers */
#define ITD_PASID_MASK		0xfffff
#define ITD_PASID_VALID		(1u << 31)	/* without: the requester ID alone */
#define ITD_PASID_PRIV		(1u << 30)	/* privileged mode requested */
#define ITD_PASID_EXEC		(1u << 29)	/* execute requested; reads only */
#define ITD_PASID_GLOBAL	(1u << 28)	/* ITD_LAST_INV_PASID: all PASIDs */

/* Channels */
#define ITD_CHANNEL(n)		(0x2000 + (n) * ITD_CHANNEL_SIZE)
#define ITD_CHANNEL_SIZE	0x80
#define ITD_SRC			0x00	/* u64 RW: address read from */
#define ITD_DST			0x08	/* u64 RW: address written to */
#define ITD_LEN			0x10	/* u32 RW: bytes, at most ITD_LEN_MAX */
#define ITD_LEN_MAX		0x400000
#define ITD_SRC_PASID		0x14	/* u32 RW */
#define ITD_DST_PASID		0x18	/* u32 RW */
#define ITD_CMD			0x1c	/* u32 RW: a write starts the operation */
#define ITD_STATUS		0x20	/* u32 RO: ITD_ST_* */
#define ITD_CODE		0x24	/* u32 RO: code of the last response */
#define ITD_FADDR		0x28	/* u64 RO: address that could not be accessed */
#define ITD_IMM			0x30	/* u64 RW: pattern, or what was read */
#define ITD_PAGES		0x38	/* u32 RW: ITD_OP_REQUEST: pages, at most 512 */
#define ITD_PAGES_MAX		512
#define ITD_GROUPS		0x3c	/* u32 RW: ITD_OP_REQUEST: groups, 1 to 8 */
#define ITD_PERIOD		0x40	/* u32 RW: ns between repeats, at least 1000 */
#define ITD_WAITING		0x44	/* u32 RO: groups of this channel without response */
#define ITD_RUNS		0x48	/* u64 RO: repeats that ended well */
#define ITD_FAULTS		0x50	/* u64 RO: repeats that faulted */
#define ITD_MOVED		0x58	/* u32 RO: bytes moved by this run so far */

/*
 * ITD_CMD. The status is ITD_ST_IDLE or final when the write returns, unless it
 * is ITD_ST_WAIT or ITD_ST_STALL or the operation repeats.
 *
 * COPY, FILL and READ go piece by piece, each within a page of both sides. One
 * that waits for a page request, or is stalled, goes on at the piece where it
 * stopped: a buffer of N pages that aren't there faults N times, unless
 * ITD_CMD_PRI_ALL requests more at once.
 */
#define ITD_OP_MASK		0xf
#define ITD_OP_STOP		0	/* ends a repeat, forgets what it waits for */
#define ITD_OP_COPY		1	/* LEN bytes from SRC to DST */
#define ITD_OP_FILL		2	/* LEN bytes of IMM to DST */
#define ITD_OP_READ		3	/* LEN (at most 8) bytes from SRC into IMM */
#define ITD_OP_REQUEST		4	/* page requests for PAGES pages from SRC, see below */
#define ITD_OP_TRANSLATE	5	/* ATS request for SRC; IMM: address | ITD_PERM_* */
#define ITD_CMD_ATS		(1 << 4)	/* translate first, keep it in the ATC */
#define ITD_CMD_PRI		(1 << 5)	/* request a page that isn't there, go on
						 * when the response is success */
#define ITD_CMD_PRI_ALL		(1 << 6)	/* with _PRI: request the rest of the buffer
						 * too, in one group */
#define ITD_CMD_IRQ		(1 << 7)	/* MSI-X vector of the channel at the end */
#define ITD_CMD_REPEAT		(1 << 8)	/* again every PERIOD ns, also after a fault */
#define ITD_CMD_WRITE		(1 << 9)	/* REQUEST and TRANSLATE: for writing */
#define ITD_CMD_NO_LAST		(1 << 10)	/* REQUEST: no request has the last flag */
#define ITD_CMD_ROGUE		(1 << 11)	/* ATS although configuration space has it off */
#define ITD_PERM_READ		(1 << 0)
#define ITD_PERM_WRITE		(1 << 1)

/*
 * ITD_OP_REQUEST sends one request per page. The pages are divided evenly among
 * the groups; the last request of each has the last flag. The status is
 * ITD_ST_WAIT until each group has its response, then ITD_ST_DONE when all were
 * success. No DMA is done.
 *
 * Group @g of channel @n has the index ITD_PRGI(n, g). DMA uses group 0.
 */
#define ITD_GROUPS_MAX		8
#define ITD_PRGI(n, g)		((n) * ITD_GROUPS_MAX + (g))

#define ITD_ST_IDLE		0
#define ITD_ST_DONE		1
#define ITD_ST_FAULT		2	/* refused by the IOMMU, FADDR has the address */
#define ITD_ST_WAIT		3	/* for a page group response */
#define ITD_ST_PRG_FAIL		4	/* the response was not success: ITD_CODE */
#define ITD_ST_DISABLED		5	/* needs what configuration space has off: power,
					 * bus master, ATS, PRI, PASID or its modes */
#define ITD_ST_BAD_CMD		6	/* operation or register out of range */
#define ITD_ST_REPEAT		7	/* repeating */
#define ITD_ST_STALL		8	/* the IOMMU holds the access to FADDR */

#endif /* IOMMU_TESTDEV_REGS_H */
