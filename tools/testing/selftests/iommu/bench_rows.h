/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of what is measured. Two programs that measure the same thing, on two
 * interfaces, give it the same name.
 */
#ifndef SELFTEST_IOMMU_BENCH_ROWS_H
#define SELFTEST_IOMMU_BENCH_ROWS_H

#define ROW_SYSCALL		"getppid"
#define ROW_NULL		"null ioctl"
#define ROW_MAP			"map 4K"
#define ROW_UNMAP		"unmap 4K"
#define ROW_PASID_ALLOC		"PASID allocation"
#define ROW_PASID_FREE		"PASID release"

/* Of a device's requests without PASID, or of a PASID */
#define ROW_RID			"RID"
#define ROW_PASID		"PASID"

#define ROW_BIND		"bind"
#define ROW_UNBIND		"unbind"
#define ROW_INV_PAGE		"invalidate a page"
#define ROW_INV_512		"invalidate 512 pages"
#define ROW_INV_ODD		"invalidate 511 pages, unaligned"
#define ROW_INV_APART		"invalidate 8 pages apart"
#define ROW_INV_ALL		"invalidate all"
#define ROW_UNMAP_BOUND		"unmap 4K while bound"

/*
 * Of a device's page requests. The first two are what user space does about one, the
 * others one and all of BENCH_FAULTS pages that a device writes in turn, each of
 * which it requests when it comes there: from the write that starts it until it is
 * done, by page.
 */
#define ROW_FAULT_READ		"page request until it is read"
#define ROW_FAULT_ANSWER	"its response"
#define ROW_FAULT_ONE		"a page on demand"
#define ROW_FAULT_MANY		"each of 64 pages on demand"

#define BENCH_FAULTS		64

/* What the invalidations name: nothing has to be mapped there */
#define BENCH_VA		0x7f8000200000ULL
#define BENCH_APART		8
#define BENCH_STRIDE		0x10000UL

#endif /* SELFTEST_IOMMU_BENCH_ROWS_H */
