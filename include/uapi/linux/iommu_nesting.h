/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * IOMMU user API: guest-owned stage-1 translation over host-owned stage 2.
 *
 * Every structure that user space passes starts with @argsz, the size in bytes
 * of what user space filled in. A structure only ever grows: new fields come
 * out of padding, new members are appended to the final union, and each has a
 * flag, a format or a granularity of its own that says it is present. Padding
 * and reserved bits must be zero. See Documentation/userspace-api/iommu.rst.
 */

#ifndef _UAPI_IOMMU_NESTING_H
#define _UAPI_IOMMU_NESTING_H

#include <linux/types.h>
#include <linux/iommu_fault_queue.h>

/*
 * What @format in struct iommu_nesting_info, struct iommu_gpasid_bind_data and
 * struct iommu_pasid_table_config may say. Zero is no format.
 */
#define IOMMU_PASID_FORMAT_INTEL_VTD	1
#define IOMMU_PASID_FORMAT_ARM_SMMUV3	2
#define IOMMU_PASID_FORMAT_LAST		2 /* of Linux 5.10, says nothing here */

/**
 * struct iommu_nesting_info_smmuv3 - What an Arm SMMUv3 offers a guest
 *
 * @flags: none defined, zero
 * @idr: registers SMMU_IDR0 to SMMU_IDR5, reduced to the fields that a virtual
 *	SMMU can be built from: a feature that the host does not serve reads as
 *	absent (Arm IHI 0070, 6.3.1 to 6.3.6)
 * @iidr: register SMMU_IIDR, the implementation (6.3.7)
 * @aidr: register SMMU_AIDR, the architecture version (6.3.8)
 * @__reserved: zero
 * @msi_iova: first address, in bytes, of the window where the host maps MSI
 *	doorbells in stage 2. A bound stage 1 must map the window 1:1, else the
 *	device's interrupts fault.
 * @msi_size: size of that window in bytes, zero when there is none
 */
struct iommu_nesting_info_smmuv3 {
	__u32	flags;
	__u32	idr[6];
	__u32	iidr;
	__u32	aidr;
	__u32	__reserved;
	__u64	msi_iova;
	__u64	msi_size;
};

/**
 * struct iommu_nesting_info_vtd - What an Intel VT-d unit offers a guest
 *
 * @flags: none defined, zero
 * @__reserved: zero
 * @cap: Capability Register, reduced to the fields that a virtual unit can be
 *	built from: a feature that the host does not serve reads as absent (VT-d
 *	4.1, 11.4.2)
 * @ecap: Extended Capability Register, reduced likewise (11.4.3)
 */
struct iommu_nesting_info_vtd {
	__u32	flags;
	__u32	__reserved;
	__u64	cap;
	__u64	ecap;
};

/**
 * struct iommu_nesting_info - What the IOMMUs of a container offer a guest
 *
 * @argsz: size of this structure in bytes, filled in by the kernel
 * @flags: none defined, zero
 * @format: format of the tables that can be bound (IOMMU_PASID_FORMAT_*), which
 *	also selects the member of @vendor
 * @features: what can be asked for (IOMMU_NESTING_FEAT_*)
 * @addr_width: width in bits of the stage-1 output, that is of guest physical
 *	addresses: the input width of stage 2
 * @pasid_bits: width in bits of the largest PASID that every device of the
 *	container can use, zero when one of them can use none
 * @padding: zero
 * @vendor: the part that @format selects
 *
 * All IOMMUs behind one container agree in @format and @vendor: a group whose
 * IOMMU differs is refused when it is attached.
 */
struct iommu_nesting_info {
	__u32	argsz;
	__u32	flags;
	__u32	format;
#define IOMMU_NESTING_FEAT_SYSWIDE_PASID	(1 << 0)
#define IOMMU_NESTING_FEAT_BIND_PGTBL		(1 << 1)
#define IOMMU_NESTING_FEAT_BIND_PASID_TABLE	(1 << 2)
#define IOMMU_NESTING_FEAT_CACHE_INVLD		(1 << 3)
#define IOMMU_NESTING_FEAT_PAGE_REQUEST		(1 << 4)
	__u32	features;
	__u16	addr_width;
	__u16	pasid_bits;
	__u8	padding[4];
	union {
		struct iommu_nesting_info_smmuv3 smmuv3;
		struct iommu_nesting_info_vtd vtd;
	} vendor;
};

/**
 * struct iommu_gpasid_bind_data_vtd - VT-d part of a page table to bind
 *
 * @flags: attributes of the PASID table entry (IOMMU_SVA_VTD_GPASID_*), each
 *	under the name that VT-d 4.1, 9.6 has for the field
 * @pat: page attribute table, used with PASID-level memory types: ignored when no
 *	flag of IOMMU_SVA_VTD_GPASID_MTS_MASK is set
 * @emt: extended memory type, 0 to 7, used when IOMMU_SVA_VTD_GPASID_EMTE is set
 */
struct iommu_gpasid_bind_data_vtd {
#define IOMMU_SVA_VTD_GPASID_SRE	(1 << 0) /* supervisor requests */
#define IOMMU_SVA_VTD_GPASID_EAFE	(1 << 1) /* extended access flag */
#define IOMMU_SVA_VTD_GPASID_PCD	(1 << 2) /* page-level cache disable */
#define IOMMU_SVA_VTD_GPASID_PWT	(1 << 3) /* page-level write-through */
#define IOMMU_SVA_VTD_GPASID_EMTE	(1 << 4) /* extended memory type */
#define IOMMU_SVA_VTD_GPASID_CD		(1 << 5) /* cache disable */
#define IOMMU_SVA_VTD_GPASID_LAST	(1 << 6) /* of Linux 5.10 */
	__u64	flags;
	__u32	pat;
	__u32	emt;
};

#define IOMMU_SVA_VTD_GPASID_MTS_MASK	(IOMMU_SVA_VTD_GPASID_CD | \
					 IOMMU_SVA_VTD_GPASID_EMTE | \
					 IOMMU_SVA_VTD_GPASID_PCD | \
					 IOMMU_SVA_VTD_GPASID_PWT)

/**
 * struct iommu_gpasid_bind_data - Guest page table to bind to one PASID
 *
 * @argsz: size in bytes of what user space filled in
 * @version: IOMMU_GPASID_BIND_VERSION_1
 * @format: IOMMU_PASID_FORMAT_INTEL_VTD
 * @addr_width: width in bits of stage-1 input addresses, 48 or 57
 * @flags: which fields are valid and what is bound (IOMMU_SVA_GPASID_*). With
 *	IOMMU_SVA_GPASID_RID the table is for the requests that carry no PASID:
 *	@hpasid is zero then and IOMMU_SVA_GPASID_VAL is not set.
 * @gpgd: guest physical address of the top-level page table, below 2^52, aligned
 *	to 4096 bytes
 * @hpasid: PASID that the device uses, 1 to 2^20 - 1, from
 *	VFIO_IOMMU_PASID_REQUEST
 * @gpasid: PASID by which the guest knows the same, 0 to 2^20 - 1; valid with
 *	IOMMU_SVA_GPASID_VAL
 * @padding: zero
 * @vendor: the part that @format selects
 *
 * Unbinding looks at @version, @format, @flags, @hpasid and @padding, and needs
 * no @vendor.
 */
struct iommu_gpasid_bind_data {
	__u32	argsz;
#define IOMMU_GPASID_BIND_VERSION_1	1
	__u32	version;
	__u32	format;
	__u32	addr_width;
#define IOMMU_SVA_GPASID_VAL	(1 << 0) /* @gpasid is valid */
#define IOMMU_SVA_GPASID_RID	(1 << 1) /* requests without a PASID */
	__u64	flags;
	__u64	gpgd;
	__u64	hpasid;
	__u64	gpasid;
	__u8	padding[8];
	union {
		struct iommu_gpasid_bind_data_vtd vtd;
	} vendor;
};

/**
 * struct iommu_pasid_smmuv3 - SMMUv3 part of a PASID table's description
 *
 * @version: IOMMU_PASID_SMMUV3_VERSION_1
 * @s1fmt: STE.S1Fmt, layout of the table of context descriptors: 0 linear,
 *	1 two levels with 4 KiB leaves, 2 two levels with 64 KiB leaves
 *	(Arm IHI 0070, 5.2)
 * @s1dss: STE.S1DSS, what becomes of traffic without a SubstreamID when the
 *	table has more than one entry: 0 terminate, 1 bypass stage 1, 2 use
 *	context descriptor 0
 * @padding: zero
 */
struct iommu_pasid_smmuv3 {
#define IOMMU_PASID_SMMUV3_VERSION_1	1
	__u32	version;
	__u8	s1fmt;
	__u8	s1dss;
	__u8	padding[2];
};

/**
 * struct iommu_pasid_table_config - Guest PASID table to bind to a device
 *
 * @argsz: size in bytes of what user space filled in
 * @version: IOMMU_PASID_TABLE_CONFIG_VERSION_1
 * @base_ptr: guest physical address of the table, below 2^52, aligned to the
 *	size of the linear table or of the first level and at least to 64 bytes.
 *	Zero unless @config is IOMMU_PASID_CONFIG_TRANSLATE.
 * @format: IOMMU_PASID_FORMAT_ARM_SMMUV3
 * @pasid_bits: log2 of the number of entries, 0 to 20. Zero unless @config is
 *	IOMMU_PASID_CONFIG_TRANSLATE.
 * @config: what stage 1 does (IOMMU_PASID_CONFIG_*): translate through the
 *	table, be bypassed so that only stage 2 translates, or abort every access
 * @padding: zero
 * @vendor_data: the part that @format selects. Only needed, and only looked at,
 *	when @config is IOMMU_PASID_CONFIG_TRANSLATE.
 */
struct iommu_pasid_table_config {
	__u32	argsz;
#define IOMMU_PASID_TABLE_CONFIG_VERSION_1	1
	__u32	version;
	__u64	base_ptr;
	__u32	format;
	__u8	pasid_bits;
#define IOMMU_PASID_CONFIG_TRANSLATE	1
#define IOMMU_PASID_CONFIG_BYPASS	2
#define IOMMU_PASID_CONFIG_ABORT	3
	__u8	config;
	__u8	padding[2];
	union {
		struct iommu_pasid_smmuv3 smmuv3;
	} vendor_data;
};

/* What one invalidation covers, from wide to narrow */
enum iommu_inv_granularity {
	IOMMU_INV_GRANU_DOMAIN,	/* all that the domain holds */
	IOMMU_INV_GRANU_PASID,	/* all of one PASID or one address space id */
	IOMMU_INV_GRANU_ADDR,	/* a range of addresses */
	IOMMU_INV_GRANU_NR,	/* how many there are */
};

/**
 * struct iommu_inv_addr_info - Range of addresses to invalidate
 *
 * @flags: which fields are valid (IOMMU_INV_ADDR_FLAGS_*). With neither PASID
 *	nor ARCHID every address space of the domain is covered.
 *	IOMMU_INV_ADDR_FLAGS_LEAF: only the last level of the tables changed.
 *	IOMMU_INV_ADDR_FLAGS_GPASID, only together with IOMMU_INV_ADDR_FLAGS_PASID:
 *	@pasid is the number by which the guest knows the PASID, as it was bound with
 *	IOMMU_SVA_GPASID_VAL.
 * @archid: address space id of the architecture: the ASID on SMMUv3
 * @pasid: process address space id that the device uses. Where PASIDs have owners
 *	(IOMMU_NESTING_FEAT_SYSWIDE_PASID), 0 stands for the requests without one.
 * @addr: first stage-1 input address, in bytes, aligned to @granule_size
 * @granule_size: size in bytes of one granule, a power of two from 4096 that the
 *	IOMMU can map
 * @nb_granules: number of contiguous granules, at least 1. The range may end
 *	with the 64-bit address space, but not wrap around.
 */
struct iommu_inv_addr_info {
#define IOMMU_INV_ADDR_FLAGS_PASID	(1 << 0)
#define IOMMU_INV_ADDR_FLAGS_ARCHID	(1 << 1)
#define IOMMU_INV_ADDR_FLAGS_LEAF	(1 << 2)
#define IOMMU_INV_ADDR_FLAGS_GPASID	(1 << 3)
	__u32	flags;
	__u32	archid;
	__u64	pasid;
	__u64	addr;
	__u64	granule_size;
	__u64	nb_granules;
};

/**
 * struct iommu_inv_pasid_info - Address space to invalidate
 *
 * @flags: which of the two ids are valid (IOMMU_INV_PASID_FLAGS_*), at least one.
 *	IOMMU_INV_PASID_FLAGS_GPASID, only together with
 *	IOMMU_INV_PASID_FLAGS_PASID: @pasid is the number by which the guest knows the
 *	PASID, as it was bound with IOMMU_SVA_GPASID_VAL.
 * @archid: address space id of the architecture: the ASID on SMMUv3
 * @pasid: process address space id that the device uses. Where PASIDs have owners
 *	(IOMMU_NESTING_FEAT_SYSWIDE_PASID), 0 stands for the requests without one.
 */
struct iommu_inv_pasid_info {
#define IOMMU_INV_PASID_FLAGS_PASID	(1 << 0)
#define IOMMU_INV_PASID_FLAGS_ARCHID	(1 << 1)
#define IOMMU_INV_PASID_FLAGS_GPASID	(1 << 3)
	__u32	flags;
	__u32	archid;
	__u64	pasid;
};

/**
 * struct iommu_cache_invalidate_info - Stage-1 invalidation
 *
 * @argsz: size in bytes of what user space filled in
 * @version: IOMMU_CACHE_INVALIDATE_INFO_VERSION_1
 * @cache: which caches, any of IOMMU_CACHE_INV_TYPE_* or'ed together
 * @granularity: what of them, from &enum iommu_inv_granularity
 * @padding: zero
 * @granu: the member that @granularity selects; IOMMU_INV_GRANU_DOMAIN selects
 *	none
 *
 * What each pair of cache and granularity means:
 *
 * ==========  ===================  ====================  =================
 * Cache       DOMAIN               PASID                 ADDR
 * ==========  ===================  ====================  =================
 * IOTLB       all of the domain    one address space     a range
 * DEV_IOTLB   all of the device    one address space     a range
 * PASID       all PASID entries    one PASID entry       refused
 * ==========  ===================  ====================  =================
 *
 * The refused pair and a @cache of zero fail with EINVAL, a pair that this IOMMU
 * cannot do with EOPNOTSUPP. A call that returned zero did all that it asked for.
 */
struct iommu_cache_invalidate_info {
	__u32	argsz;
#define IOMMU_CACHE_INVALIDATE_INFO_VERSION_1	1
	__u32	version;
#define IOMMU_CACHE_INV_TYPE_IOTLB	(1 << 0) /* translations in the IOMMU */
#define IOMMU_CACHE_INV_TYPE_DEV_IOTLB	(1 << 1) /* translations in a device */
#define IOMMU_CACHE_INV_TYPE_PASID	(1 << 2) /* PASID table entries */
#define IOMMU_CACHE_INV_TYPE_NR		(3)
	__u8	cache;
	__u8	granularity;
	__u8	padding[6];
	union {
		struct iommu_inv_pasid_info pasid_info;
		struct iommu_inv_addr_info addr_info;
	} granu;
};

#endif /* _UAPI_IOMMU_NESTING_H */
