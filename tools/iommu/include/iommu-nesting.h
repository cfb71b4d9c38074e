/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * libiommu-nesting: stage-1 translation owned by a guest, for virtual machine
 * monitors that use VFIO type 1.
 *
 * The kernel's contract is Documentation/userspace-api/iommu.rst; the functions
 * here are the calls that it describes, and the steps around them.
 *
 * Every function returns zero or a positive value on success and a negative
 * errno on failure. None prints, none ends the process, none changes errno for
 * a caller to look at. The library keeps no state: a handle is a plain file
 * descriptor that the caller owns and closes, and any function may be called
 * from any number of threads. Pointers must not be NULL unless a function says
 * so.
 *
 * The structures are those of <linux/iommu.h> and <linux/vfio.h>. They may grow
 * from one kernel to the next. The functions that make them are inline, so that
 * argsz is the size that the caller was compiled with, which need not be the
 * size that the library was compiled with.
 */

#ifndef IOMMU_NESTING_H
#define IOMMU_NESTING_H

#include <stddef.h>
#include <string.h>
#include <linux/types.h>
#include <linux/iommu.h>
#include <linux/vfio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* In place of a group's file descriptor: every group of the container */
#define INEST_ALL_GROUPS	(-1)

/* In place of a PASID: none, the request did not carry one */
#define INEST_NO_PASID		0xffffffffU

/* Most bytes that inest_op() puts behind the header: more is no structure */
#define INEST_OP_DATA_MAX	8192

/*
 * PCI functions, through sysfs. An address is what inest_bdf_parse() accepts;
 * the others return EINVAL for what it does not.
 */

/**
 * struct inest_bdf - Address of a PCI function
 * @text: the address as sysfs writes it, in lower case, with the domain
 */
struct inest_bdf {
	char text[24];
};

/**
 * inest_bdf_parse() - Read the address of a PCI function
 * @text: "DDDD:BB:DD.F" or, in domain zero, "BB:DD.F", in hexadecimal; a domain
 *	may have up to 8 digits
 * @bdf: filled in; unchanged on failure
 *
 * Return: 0, or -EINVAL when @text is no such address and nothing else
 */
int inest_bdf_parse(const char *text, struct inest_bdf *bdf);

/**
 * inest_pci_find() - List the functions that carry an id
 * @vendor: vendor id
 * @device: device id
 * @bdf: where the addresses are put, in the order of the bus
 * @max: number of entries of @bdf
 *
 * Return: how many there are, which may be more than @max, or a negative errno:
 *	ENOENT without a PCI bus
 */
int inest_pci_find(__u16 vendor, __u16 device, struct inest_bdf *bdf, int max);

/**
 * inest_group_pci() - List the PCI functions of a group
 * @number: number of the IOMMU group
 * @bdf: where the addresses are put, in the order of the bus
 * @max: number of entries of @bdf
 *
 * Return: how many there are, which may be more than @max, or a negative errno:
 *	ENOENT when there is no such group
 */
int inest_group_pci(int number, struct inest_bdf *bdf, int max);

/**
 * inest_pci_group() - Number of a function's IOMMU group
 * @bdf: address of the function
 *
 * Return: the number, or a negative errno: ENODEV when there is no such
 *	function, ENOENT when no IOMMU has it. Many machines tell a function's
 *	group only after a first driver has bound to it.
 */
int inest_pci_group(const char *bdf);

/**
 * inest_pci_driver() - Name of the driver that has a function
 * @bdf: address of the function
 * @name: filled in, with its terminating zero
 * @size: size of @name in bytes
 *
 * Return: 0, or a negative errno: ENODEV when there is no such function, ENOENT
 *	when no driver has it, ERANGE when @name is too small
 */
int inest_pci_driver(const char *bdf, char *name, size_t size);

/**
 * inest_pci_claim() - Hand a function to vfio-pci
 * @bdf: address of the function
 *
 * The driver that has it loses it, and later drivers are kept away until
 * inest_pci_restore(). Needs root.
 *
 * Return: 0, also when vfio-pci has it already, or a negative errno: ENODEV when
 *	there is no vfio-pci or it refused the function
 */
int inest_pci_claim(const char *bdf);

/**
 * inest_pci_unbind() - Take a function away from its driver
 * @bdf: address of the function
 *
 * vfio-pci lets go only when user space has closed the device: until then the
 * call blocks. Needs root.
 *
 * Return: 0, also when no driver had it, or a negative errno
 */
int inest_pci_unbind(const char *bdf);

/**
 * inest_pci_restore() - Undo inest_pci_claim()
 * @bdf: address of the function
 *
 * Return: 0 or a negative errno
 */
int inest_pci_restore(const char *bdf);

/*
 * Containers, groups, devices. What these functions open is closed on exec.
 */

/**
 * inest_container_open() - Open a new container
 *
 * Return: its file descriptor or a negative errno: ENOENT, ENODEV without VFIO
 */
int inest_container_open(void);

/**
 * inest_container_extension() - Ask whether VFIO has an extension
 * @container: file descriptor of the container
 * @extension: VFIO_*_IOMMU and others. VFIO_TYPE1_NESTING_IOMMU says that VFIO
 *	has type 1, and nothing about the IOMMU.
 *
 * Return: 0 when it has not, 1 or what the extension gives when it has, or a
 *	negative errno
 */
int inest_container_extension(int container, unsigned long extension);

/**
 * inest_container_set_iommu() - Choose the IOMMU model of a container
 * @container: file descriptor of the container, which has a group
 * @type: VFIO_*_IOMMU; VFIO_TYPE1_NESTING_IOMMU for all that is below
 *
 * Return: 0, or a negative errno: EINVAL when the driver of the IOMMU knows no
 *	nesting, EOPNOTSUPP when this IOMMU cannot do it
 */
int inest_container_set_iommu(int container, unsigned long type);

/**
 * inest_group_open() - Open a group by its number
 * @number: number of the IOMMU group
 *
 * Return: the group's file descriptor or a negative errno: ENOENT when no
 *	driver of VFIO has a device of it, EBUSY when it is open already
 */
int inest_group_open(int number);

/**
 * inest_group_open_pci() - Open the group of a PCI function
 * @bdf: address of the function
 *
 * Return: as inest_pci_group() and inest_group_open()
 */
int inest_group_open_pci(const char *bdf);

/**
 * inest_group_viable() - Whether all of a group belongs to user space
 * @group: file descriptor of the group
 *
 * Return: 1, or 0 when a device of the group has a driver of the kernel's, or a
 *	negative errno
 */
int inest_group_viable(int group);

/**
 * inest_group_attach() - Attach a group to a container
 * @group: file descriptor of the group
 * @container: file descriptor of the container
 *
 * Return: 0 or a negative errno
 */
int inest_group_attach(int group, int container);

/**
 * inest_group_detach() - Take a group out of its container
 * @group: file descriptor of the group
 *
 * Return: 0 or a negative errno
 */
int inest_group_detach(int group);

/**
 * inest_device_open() - Open a device of a group
 * @group: file descriptor of the group, in a container with an IOMMU
 * @name: name of the device: the address of a PCI function, as in sysfs
 *
 * VFIO resets the device.
 *
 * Return: the device's file descriptor or a negative errno
 */
int inest_device_open(int group, const char *name);

/*
 * What a container offers
 */

/**
 * inest_type1_info() - Read VFIO_IOMMU_GET_INFO with its capabilities
 * @container: file descriptor of the container, which has an IOMMU
 * @info: where the pointer to the result is put, to be freed with free()
 *
 * Return: 0 or a negative errno
 */
int inest_type1_info(int container, struct vfio_iommu_type1_info **info);

/**
 * inest_cap_find() - Find a capability in a chain
 * @info: what an ioctl filled in
 * @size: its size in bytes
 * @first: offset of the first capability, zero when there is none
 * @id: which one
 * @cap: where the pointer into @info is put
 *
 * The chain is not trusted: no byte outside @info is read, and it is followed
 * for as many steps as have room in @info.
 *
 * Return: number of bytes from the capability's header, which is among them, to
 *	the end of @info; or a negative errno: ENOENT when it is not in the
 *	chain, EINVAL when an offset of the chain points out of @info or into the
 *	middle of a word, ELOOP when the chain does not end
 */
int inest_cap_find(const void *info, size_t size, __u32 first, __u16 id,
		   const struct vfio_info_cap_header **cap);

/**
 * inest_info() - Read the nesting capability of a container
 * @container: file descriptor of the container, which has an IOMMU
 * @info: filled in. What the kernel does not tell is zero, and argsz is the
 *	number of bytes that it does tell, at most @size.
 * @size: size of @info in bytes
 *
 * Return: 0, or a negative errno: ENOENT when the container has no such
 *	capability, EPROTO when what the kernel returned is malformed
 */
int inest_info(int container, struct iommu_nesting_info *info, size_t size);

/**
 * inest_iova_ranges() - Read which addresses can be mapped in stage 2
 * @container: file descriptor of the container, which has an IOMMU
 * @ranges: where they are put, both ends included, in ascending order
 * @max: number of entries of @ranges
 *
 * Return: how many there are, which may be more than @max, or a negative errno
 *	as of inest_info()
 */
int inest_iova_ranges(int container, struct vfio_iova_range *ranges, int max);

/*
 * Stage 2
 */

/**
 * inest_dma_map() - Put memory into stage 2
 * @container: file descriptor of the container
 * @iova: guest physical address
 * @mem: the memory
 * @size: size in bytes, of whole pages
 * @flags: VFIO_DMA_MAP_FLAG_*
 *
 * Return: 0 or a negative errno
 */
int inest_dma_map(int container, __u64 iova, void *mem, __u64 size,
		  __u32 flags);

/**
 * inest_dma_unmap() - Take memory out of stage 2
 * @container: file descriptor of the container
 * @iova: guest physical address of a piece that was mapped
 * @size: its size in bytes
 *
 * Return: 0, or a negative errno: ENOENT when other than @size was unmapped
 */
int inest_dma_unmap(int container, __u64 iova, __u64 size);

/*
 * Stage 1: VFIO_IOMMU_NESTING_OP. The errors are those that
 * <linux/vfio_nesting.h> lists. Each function sends as many bytes of the
 * operation's structure as its argsz says; when that is more than
 * INEST_OP_DATA_MAX allows, it returns -EMSGSIZE without a call.
 */

/**
 * inest_op_raw() - Issue VFIO_IOMMU_NESTING_OP with any argument
 * @container: file descriptor of the container
 * @arg: the argument, a struct vfio_iommu_nesting_op with what follows it
 *
 * Return: 0, with VFIO_NESTING_OP_FAULT_QUEUE a file descriptor, or a negative
 *	errno
 */
int inest_op_raw(int container, const void *arg);

/**
 * inest_op() - Put a header before an operation's data and issue it
 * @container: file descriptor of the container
 * @flags: of struct vfio_iommu_nesting_op
 * @data: what follows the header; may be NULL when @size is zero
 * @size: size of @data in bytes
 *
 * Return: as inest_op_raw(); EMSGSIZE, without a call, when @size is above
 *	INEST_OP_DATA_MAX
 */
int inest_op(int container, __u32 flags, const void *data, size_t size);

/**
 * inest_bind_pasid_table() - Bind a guest's PASID table, BYPASS or ABORT
 * @container: file descriptor of the container
 * @group: file descriptor of the one group, or INEST_ALL_GROUPS
 * @config: what to bind
 *
 * Return: 0 or a negative errno
 */
int inest_bind_pasid_table(int container, int group,
			   const struct iommu_pasid_table_config *config);

/**
 * inest_unbind_pasid_table() - Return to stage 2 alone
 * @container: file descriptor of the container
 * @group: file descriptor of the one group, or INEST_ALL_GROUPS
 *
 * Return: 0, also when nothing was bound, or a negative errno
 */
int inest_unbind_pasid_table(int container, int group);

/**
 * inest_cache_invalidate() - Invalidate what the IOMMU caches of stage 1
 * @container: file descriptor of the container
 * @group: file descriptor of the one group, or INEST_ALL_GROUPS
 * @info: what to invalidate
 *
 * Return: 0 when the hardware has done all of it, or a negative errno
 */
int inest_cache_invalidate(int container, int group,
			   const struct iommu_cache_invalidate_info *info);

/**
 * inest_bind_pgtbl() - Bind a guest's page table to one PASID or to the RID
 * @container: file descriptor of the container
 * @group: file descriptor of the one group, or INEST_ALL_GROUPS
 * @data: what to bind
 *
 * Return: 0 or a negative errno
 */
int inest_bind_pgtbl(int container, int group,
		     const struct iommu_gpasid_bind_data *data);

/**
 * inest_unbind_pgtbl() - Take the page table of one PASID or of the RID away
 * @container: file descriptor of the container
 * @group: file descriptor of the one group, or INEST_ALL_GROUPS
 * @data: what to unbind
 *
 * Return: 0, also when nothing was bound, or a negative errno
 */
int inest_unbind_pgtbl(int container, int group,
		       const struct iommu_gpasid_bind_data *data);

/**
 * inest_page_response() - Answer a page request of a device
 * @container: file descriptor of the container
 * @device: file descriptor of the device
 * @response: the answer
 *
 * Return: 0, or a negative errno: ENOENT when there is no such request
 */
int inest_page_response(int container, int device,
			const struct iommu_page_response *response);

/*
 * Faults and page requests of a device:
 * Documentation/userspace-api/iommu-faults.rst
 */

/**
 * union inest_fault - One record of a fault queue
 * @type: says which member it is; a type that is not known is to be skipped
 * @fault: IOMMU_FAULT_DMA_UNRECOV and IOMMU_FAULT_PAGE_REQ
 * @lost: IOMMU_FAULT_LOST
 * @answered: IOMMU_FAULT_ANSWERED
 * @blocked: IOMMU_FAULT_BLOCKED
 */
union inest_fault {
	__u32				type;
	struct iommu_fault		fault;
	struct iommu_fault_lost		lost;
	struct iommu_fault_answered	answered;
	struct iommu_fault_blocked	blocked;
};

/**
 * inest_fault_queue_open() - Open the fault queue of a device
 * @container: file descriptor of the container
 * @device: file descriptor of the device
 * @config: the queue, see inest_fault_queue()
 *
 * Return: a file descriptor to read from and to poll, or a negative errno: EBUSY
 *	when the device has a queue already
 */
int inest_fault_queue_open(int container, int device,
			   const struct iommu_fault_queue_config *config);

/**
 * inest_fault_read() - Take the oldest records out of a fault queue
 * @queue: file descriptor of the queue
 * @faults: where they are put
 * @max: number of entries of @faults, at least 1
 *
 * Waits for the first one, unless O_NONBLOCK is set on @queue.
 *
 * Return: how many there were, 0 when the device has left and nothing will come
 *	any more, or a negative errno: EAGAIN when there is none yet, EINTR when a
 *	signal came first, EPROTO for a part of a record
 */
int inest_fault_read(int queue, union inest_fault *faults, int max);

/**
 * inest_fault_type_name() - Name of a type of record
 * @type: type of the record
 *
 * Return: "unrecoverable", "page_request", "lost", "answered", "blocked", or NULL
 *	when it has none
 */
const char *inest_fault_type_name(__u32 type);

/**
 * inest_fault_reason_name() - Name of the reason of an unrecoverable fault
 * @reason: IOMMU_FAULT_REASON_*
 *
 * Return: its name in lower case, without the prefix, or NULL when it has none
 */
const char *inest_fault_reason_name(__u32 reason);

/**
 * inest_answered_reason_name() - Name of why the host answered
 * @reason: IOMMU_FAULT_ANSWERED_*
 *
 * Return: "timeout", "unbound", "reset", or NULL when it has none
 */
const char *inest_answered_reason_name(__u32 reason);

/**
 * inest_blocked_reason_name() - Name of why a device was blocked
 * @reason: IOMMU_FAULT_BLOCKED_*
 *
 * Return: "invalidation", "bind", "response", or NULL when it has none
 */
const char *inest_blocked_reason_name(__u32 reason);

/**
 * inest_page_response_name() - Name of a response to page requests
 * @code: IOMMU_PAGE_RESP_*
 *
 * Return: "success", "invalid", "failure", or NULL when it has none
 */
const char *inest_page_response_name(__u32 code);

/*
 * PASIDs: VFIO_IOMMU_PASID_REQUEST
 */

/**
 * inest_pasid_alloc() - Allocate a PASID
 * @container: file descriptor of the container
 * @min: least PASID that will do, from 1
 * @max: largest PASID that will do, included
 *
 * Return: the PASID, or a negative errno: EDQUOT, ENOSPC among others
 */
int inest_pasid_alloc(int container, __u32 min, __u32 max);

/**
 * inest_pasid_free() - Free the caller's PASIDs of a range
 * @container: file descriptor of the container
 * @min: first PASID
 * @max: last PASID, included
 *
 * Return: 0, or a negative errno: EPERM when it is one PASID, not the caller's
 */
int inest_pasid_free(int container, __u32 min, __u32 max);

/**
 * inest_pasid_quota() - Ask how many PASIDs there may be, and are left
 * @container: file descriptor of the container
 * @quota: filled in
 *
 * Return: 0 or a negative errno
 */
int inest_pasid_quota(int container, struct vfio_pasid_quota *quota);

/*
 * What a capability says, by name
 */

/**
 * inest_format_name() - Name of a format
 * @format: IOMMU_PASID_FORMAT_*
 *
 * Return: "vtd", "smmuv3", or NULL when it has none
 */
const char *inest_format_name(__u32 format);

/**
 * inest_format_parse() - Format of a name
 * @name: as inest_format_name() returns it
 *
 * Return: IOMMU_PASID_FORMAT_*, or -EINVAL
 */
int inest_format_parse(const char *name);

/**
 * inest_feature_name() - Name of a feature
 * @feature: one of IOMMU_NESTING_FEAT_*
 *
 * Return: its name in lower case, without the prefix, or NULL when it has none
 */
const char *inest_feature_name(__u32 feature);

/**
 * inest_features_parse() - Features of a list of names
 * @list: names as inest_feature_name() returns them, with commas between them;
 *	may be empty
 * @features: filled in; unchanged on failure
 *
 * Return: 0, or -EINVAL
 */
int inest_features_parse(const char *list, __u32 *features);

/**
 * struct inest_smmuv3 - Fields of an SMMUv3's registers that a VMM needs
 *
 * @ttf: IDR0.TTF, bit 1 for AArch64 tables, bit 0 for AArch32's
 * @coherent: IDR0.COHACC, tables are read through the CPU's caches
 * @ats: IDR0.ATS, devices may cache translations
 * @asid_bits: 16 or 8, from IDR0.ASID16
 * @cd2l: IDR0.CD2L, tables of two levels
 * @ttendian: IDR0.TTENDIAN
 * @stall_model: IDR0.STALL_MODEL
 * @term_model: IDR0.TERM_MODEL
 * @ssid_bits: IDR1.SSIDSIZE; a device may have less, see pasid_bits
 * @had: IDR3.HAD, hierarchical attributes can be disabled
 * @ril: IDR3.RIL, invalidations of ranges
 * @oas_bits: IDR5.OAS in bits, zero when the value is reserved
 * @granules: sizes in bytes of the translation granules, or'ed: 4096, 16384,
 *	65536
 * @va_bits: 52 or 48, from IDR5.VAX
 */
struct inest_smmuv3 {
	__u8	ttf;
	__u8	coherent;
	__u8	ats;
	__u8	asid_bits;
	__u8	cd2l;
	__u8	ttendian;
	__u8	stall_model;
	__u8	term_model;
	__u8	ssid_bits;
	__u8	had;
	__u8	ril;
	__u8	oas_bits;
	__u32	granules;
	__u8	va_bits;
	__u8	__reserved[15];
};

/**
 * inest_smmuv3_decode() - Take the registers of an SMMUv3 apart
 * @info: vendor part of a capability whose format is
 *	IOMMU_PASID_FORMAT_ARM_SMMUV3
 * @fields: filled in
 */
void inest_smmuv3_decode(const struct iommu_nesting_info_smmuv3 *info,
			 struct inest_smmuv3 *fields);

/**
 * struct inest_vtd - Fields of a VT-d unit's registers that a VMM needs
 *
 * @first_level_5: CAP.FS5LP, page tables of five levels
 * @first_level_1g: CAP.FS1GP, pages of 1 GiB
 * @mgaw_bits: CAP.MGAW + 1, width of the addresses of requests
 * @coherent: ECAP.SMPWC, tables are read through the CPU's caches
 * @device_tlb: ECAP.DT
 * @memory_type: ECAP.MTS
 * @page_request: ECAP.PRS
 * @execute: ECAP.ERS
 * @supervisor: ECAP.SRS
 * @no_write_flag: ECAP.NWFS
 * @extended_accessed: ECAP.EAFS
 * @pasid: ECAP.PASID
 * @pasid_bits: ECAP.PSS + 1, zero without ECAP.PASID
 * @nesting: ECAP.NEST
 * @rid_pasid: ECAP.RPS, requests without a PASID can be given one
 */
struct inest_vtd {
	__u8	first_level_5;
	__u8	first_level_1g;
	__u8	mgaw_bits;
	__u8	coherent;
	__u8	device_tlb;
	__u8	memory_type;
	__u8	page_request;
	__u8	execute;
	__u8	supervisor;
	__u8	no_write_flag;
	__u8	extended_accessed;
	__u8	pasid;
	__u8	pasid_bits;
	__u8	nesting;
	__u8	rid_pasid;
	__u8	__reserved[17];
};

/**
 * inest_vtd_decode() - Take the registers of a VT-d unit apart
 * @info: vendor part of a capability whose format is IOMMU_PASID_FORMAT_INTEL_VTD
 * @fields: filled in
 */
void inest_vtd_decode(const struct iommu_nesting_info_vtd *info,
		      struct inest_vtd *fields);

/*
 * Whether a guest's virtual IOMMU can be served
 */

/**
 * struct inest_guest - What a guest's virtual IOMMU would ask for
 *
 * @size: size of this structure in bytes
 * @format: IOMMU_PASID_FORMAT_*, or zero for any
 * @features: IOMMU_NESTING_FEAT_*, or'ed
 * @addr_width: width of guest physical addresses in bits, or zero
 * @input_width: width of stage-1 input addresses in bits, or zero
 * @pasid_bits: width of PASIDs in bits, or zero
 * @pasids: number of PASIDs to allocate, or zero. The capability does not tell:
 *	compare it with inest_pasid_quota().
 * @granules: sizes in bytes of the translation granules (SMMUv3) or of pages
 *	(VT-d), or'ed, or zero
 * @asid_bits: width of address space ids in bits, or zero (SMMUv3)
 * @s1fmt: layout of the PASID table, 0 to 2 (SMMUv3)
 * @ats: not zero when devices shall cache translations
 * @__reserved: zero
 */
struct inest_guest {
	__u32	size;
	__u32	format;
	__u32	features;
	__u32	addr_width;
	__u32	input_width;
	__u32	pasid_bits;
	__u32	pasids;
	__u32	granules;
	__u32	asid_bits;
	__u32	s1fmt;
	__u32	ats;
	__u32	__reserved;
};

/* What inest_check() found missing */
#define INEST_LACKS_FORMAT	0x001
#define INEST_LACKS_FEATURES	0x002
#define INEST_LACKS_ADDR_WIDTH	0x004
#define INEST_LACKS_INPUT_WIDTH	0x008
#define INEST_LACKS_PASID_BITS	0x010
#define INEST_LACKS_GRANULES	0x020
#define INEST_LACKS_ASID_BITS	0x040
#define INEST_LACKS_S1FMT	0x080
#define INEST_LACKS_ATS		0x100

/**
 * inest_check() - Whether a capability serves a guest
 * @info: the capability
 * @guest: what the guest would ask for
 *
 * When the format is not the guest's, nothing of the vendor part is compared.
 *
 * Return: 0 when it does, else INEST_LACKS_* or'ed; -EINVAL when @guest makes no
 *	sense: a wrong size, a format or a feature without a name, a layout above
 *	2, reserved fields that are not zero
 */
int inest_check(const struct iommu_nesting_info *info,
		const struct inest_guest *guest);

/**
 * inest_guest_none() - A guest that asks for nothing
 *
 * Return: the description
 */
static inline struct inest_guest inest_guest_none(void)
{
	struct inest_guest guest;

	memset(&guest, 0, sizeof(guest));
	guest.size = sizeof(guest);
	return guest;
}

/*
 * Arguments: zero but for size, version and what the caller gives
 */

/**
 * inest_table() - A PASID table of SMMUv3
 * @base: guest physical address of the table
 * @pasid_bits: log2 of the number of entries
 * @s1fmt: layout: 0 linear, 1 two levels with 4 KiB leaves, 2 with 64 KiB leaves
 * @s1dss: traffic without a PASID: 0 terminate, 1 bypass, 2 use entry 0
 *
 * Return: the description
 */
static inline struct iommu_pasid_table_config
inest_table(__u64 base, __u8 pasid_bits, __u8 s1fmt, __u8 s1dss)
{
	struct iommu_pasid_table_config config;

	memset(&config, 0, sizeof(config));
	config.argsz = sizeof(config);
	config.version = IOMMU_PASID_TABLE_CONFIG_VERSION_1;
	config.base_ptr = base;
	config.format = IOMMU_PASID_FORMAT_ARM_SMMUV3;
	config.pasid_bits = pasid_bits;
	config.config = IOMMU_PASID_CONFIG_TRANSLATE;
	config.vendor_data.smmuv3.version = IOMMU_PASID_SMMUV3_VERSION_1;
	config.vendor_data.smmuv3.s1fmt = s1fmt;
	config.vendor_data.smmuv3.s1dss = s1dss;
	return config;
}

/**
 * inest_no_table() - A stage 1 of SMMUv3 without a table
 * @config: IOMMU_PASID_CONFIG_BYPASS or IOMMU_PASID_CONFIG_ABORT
 *
 * Return: the description, as short as it may be
 */
static inline struct iommu_pasid_table_config inest_no_table(__u8 config)
{
	struct iommu_pasid_table_config table;

	memset(&table, 0, sizeof(table));
	table.argsz = offsetof(struct iommu_pasid_table_config, vendor_data);
	table.version = IOMMU_PASID_TABLE_CONFIG_VERSION_1;
	table.format = IOMMU_PASID_FORMAT_ARM_SMMUV3;
	table.config = config;
	return table;
}

/**
 * inest_inv() - An invalidation
 * @caches: IOMMU_CACHE_INV_TYPE_*, or'ed
 * @granularity: IOMMU_INV_GRANU_*
 *
 * Return: the description. IOMMU_INV_GRANU_DOMAIN needs no more; the others
 *	take ids from inest_inv_set_pasid() and inest_inv_set_archid().
 */
static inline struct iommu_cache_invalidate_info inest_inv(__u8 caches,
							   __u8 granularity)
{
	struct iommu_cache_invalidate_info info;

	memset(&info, 0, sizeof(info));
	info.argsz = sizeof(info);
	info.version = IOMMU_CACHE_INVALIDATE_INFO_VERSION_1;
	info.cache = caches;
	info.granularity = granularity;
	return info;
}

/**
 * inest_inv_set_pasid() - Name the PASID of an invalidation
 * @info: an invalidation of granularity PASID or ADDR
 * @pasid: the PASID
 */
static inline void inest_inv_set_pasid(struct iommu_cache_invalidate_info *info,
				       __u32 pasid)
{
	if (info->granularity == IOMMU_INV_GRANU_ADDR) {
		info->granu.addr_info.flags |= IOMMU_INV_ADDR_FLAGS_PASID;
		info->granu.addr_info.pasid = pasid;
	} else {
		info->granu.pasid_info.flags |= IOMMU_INV_PASID_FLAGS_PASID;
		info->granu.pasid_info.pasid = pasid;
	}
}

/**
 * inest_inv_set_archid() - Name the address space id of an invalidation
 * @info: an invalidation of granularity PASID or ADDR
 * @archid: the id: the ASID on SMMUv3
 */
static inline void
inest_inv_set_archid(struct iommu_cache_invalidate_info *info, __u32 archid)
{
	if (info->granularity == IOMMU_INV_GRANU_ADDR) {
		info->granu.addr_info.flags |= IOMMU_INV_ADDR_FLAGS_ARCHID;
		info->granu.addr_info.archid = archid;
	} else {
		info->granu.pasid_info.flags |= IOMMU_INV_PASID_FLAGS_ARCHID;
		info->granu.pasid_info.archid = archid;
	}
}

/**
 * inest_inv_all() - Invalidate all that the domain has in some caches
 * @caches: IOMMU_CACHE_INV_TYPE_*, or'ed
 *
 * Return: the description
 */
static inline struct iommu_cache_invalidate_info inest_inv_all(__u8 caches)
{
	return inest_inv(caches, IOMMU_INV_GRANU_DOMAIN);
}

/**
 * inest_inv_pasid() - Invalidate all of one PASID
 * @caches: IOMMU_CACHE_INV_TYPE_*, or'ed
 * @pasid: the PASID
 *
 * Return: the description
 */
static inline struct iommu_cache_invalidate_info inest_inv_pasid(__u8 caches,
								 __u32 pasid)
{
	struct iommu_cache_invalidate_info info =
		inest_inv(caches, IOMMU_INV_GRANU_PASID);

	inest_inv_set_pasid(&info, pasid);
	return info;
}

/**
 * inest_inv_archid() - Invalidate all of one address space
 * @caches: IOMMU_CACHE_INV_TYPE_*, or'ed
 * @archid: its id: the ASID on SMMUv3
 *
 * Return: the description
 */
static inline struct iommu_cache_invalidate_info inest_inv_archid(__u8 caches,
								  __u32 archid)
{
	struct iommu_cache_invalidate_info info =
		inest_inv(caches, IOMMU_INV_GRANU_PASID);

	inest_inv_set_archid(&info, archid);
	return info;
}

/**
 * inest_inv_range() - Invalidate a range of addresses
 * @caches: IOMMU_CACHE_INV_TYPE_*, or'ed
 * @addr: first address
 * @granule: size of a granule in bytes
 * @count: number of granules
 *
 * Return: the description, of every address space
 */
static inline struct iommu_cache_invalidate_info
inest_inv_range(__u8 caches, __u64 addr, __u64 granule, __u64 count)
{
	struct iommu_cache_invalidate_info info =
		inest_inv(caches, IOMMU_INV_GRANU_ADDR);

	info.granu.addr_info.addr = addr;
	info.granu.addr_info.granule_size = granule;
	info.granu.addr_info.nb_granules = count;
	return info;
}

/**
 * inest_unbind_data() - A PASID without its page table, to unbind it
 * @hpasid: the PASID that the device uses
 *
 * Return: the description, as short as it may be
 */
static inline struct iommu_gpasid_bind_data inest_unbind_data(__u32 hpasid)
{
	struct iommu_gpasid_bind_data data;

	memset(&data, 0, sizeof(data));
	data.argsz = offsetof(struct iommu_gpasid_bind_data, vendor);
	data.version = IOMMU_GPASID_BIND_VERSION_1;
	data.format = IOMMU_PASID_FORMAT_INTEL_VTD;
	data.hpasid = hpasid;
	return data;
}

/**
 * inest_unbind_rid_data() - The requests without a PASID, to unbind them
 *
 * Return: the description, as short as it may be
 */
static inline struct iommu_gpasid_bind_data inest_unbind_rid_data(void)
{
	struct iommu_gpasid_bind_data data = inest_unbind_data(0);

	data.flags = IOMMU_SVA_GPASID_RID;
	return data;
}

/**
 * inest_bind_data() - A page table of VT-d for one PASID
 * @hpasid: the PASID that the device uses
 * @gpgd: guest physical address of the top-level table
 * @addr_width: width of its input addresses in bits, 48 or 57
 *
 * Return: the description, to which attributes can be added in vendor.vtd
 */
static inline struct iommu_gpasid_bind_data
inest_bind_data(__u32 hpasid, __u64 gpgd, __u32 addr_width)
{
	struct iommu_gpasid_bind_data data = inest_unbind_data(hpasid);

	data.argsz = sizeof(data);
	data.addr_width = addr_width;
	data.gpgd = gpgd;
	return data;
}

/**
 * inest_bind_rid_data() - A page table of VT-d for requests without a PASID
 * @gpgd: guest physical address of the top-level table
 * @addr_width: width of its input addresses in bits, 48 or 57
 *
 * Return: the description
 */
static inline struct iommu_gpasid_bind_data
inest_bind_rid_data(__u64 gpgd, __u32 addr_width)
{
	struct iommu_gpasid_bind_data data =
		inest_bind_data(0, gpgd, addr_width);

	data.flags = IOMMU_SVA_GPASID_RID;
	return data;
}

/**
 * inest_bind_data_set_gpasid() - Tell by which PASID the guest knows a table
 * @data: description of the table
 * @gpasid: the guest's PASID
 */
static inline void
inest_bind_data_set_gpasid(struct iommu_gpasid_bind_data *data, __u32 gpasid)
{
	data->flags |= IOMMU_SVA_GPASID_VAL;
	data->gpasid = gpasid;
}

/**
 * inest_response() - An answer to a page request
 * @pasid: PASID of the request, or INEST_NO_PASID
 * @grpid: its page request group index
 * @code: IOMMU_PAGE_RESP_*
 *
 * Return: the description
 */
static inline struct iommu_page_response inest_response(__u32 pasid,
							__u32 grpid, __u32 code)
{
	struct iommu_page_response response;

	memset(&response, 0, sizeof(response));
	response.argsz = sizeof(response);
	response.version = IOMMU_PAGE_RESP_VERSION_1;
	response.grpid = grpid;
	response.code = code;
	if (pasid != INEST_NO_PASID) {
		response.flags = IOMMU_PAGE_RESP_PASID_VALID;
		response.pasid = pasid;
	}
	return response;
}

/**
 * inest_fault_queue() - A fault queue to open
 * @entries: records that it has to hold, and groups of page requests that may
 *	wait, IOMMU_FAULT_QUEUE_ENTRIES_MIN to IOMMU_FAULT_QUEUE_ENTRIES_MAX
 * @eventfd: file descriptor of an eventfd to signal, or a negative number for none
 *
 * Return: the description
 */
static inline struct iommu_fault_queue_config inest_fault_queue(__u32 entries,
								int eventfd)
{
	struct iommu_fault_queue_config config;

	memset(&config, 0, sizeof(config));
	config.argsz = sizeof(config);
	config.version = IOMMU_FAULT_QUEUE_VERSION_1;
	config.entries = entries;
	if (eventfd >= 0) {
		config.flags = IOMMU_FAULT_QUEUE_EVENTFD;
		config.eventfd = eventfd;
	}
	return config;
}

/**
 * inest_fault_waits() - Whether a record has to be responded to
 * @fault: the record
 *
 * Return: not zero for the page request that ends a group
 */
static inline int inest_fault_waits(const union inest_fault *fault)
{
	return fault->type == IOMMU_FAULT_PAGE_REQ &&
	       fault->fault.prm.flags & (IOMMU_FAULT_PAGE_REQUEST_LAST_PAGE |
					 IOMMU_FAULT_PAGE_REQUEST_PRIV_DATA);
}

/**
 * inest_fault_response() - The response to a page request
 * @fault: a record for which inest_fault_waits() is not zero
 * @code: IOMMU_PAGE_RESP_*
 *
 * Return: the description, with the PASID if the response needs one
 */
static inline struct iommu_page_response
inest_fault_response(const union inest_fault *fault, __u32 code)
{
	const struct iommu_fault_page_request *request = &fault->fault.prm;
	__u32 pasid = request->flags & IOMMU_FAULT_PAGE_RESPONSE_NEEDS_PASID ?
		      request->pasid : INEST_NO_PASID;

	return inest_response(pasid, request->grpid, code);
}

/**
 * inest_pasid_request() - An argument of VFIO_IOMMU_PASID_REQUEST
 * @flags: VFIO_PASID_REQUEST_*
 * @min: first PASID of the range, zero for QUOTA
 * @max: last PASID of the range, zero for QUOTA
 *
 * Return: the argument
 */
static inline struct vfio_iommu_pasid_request
inest_pasid_request(__u32 flags, __u32 min, __u32 max)
{
	struct vfio_iommu_pasid_request request;

	memset(&request, 0, sizeof(request));
	request.argsz = sizeof(request);
	request.flags = flags;
	request.data.range.min = min;
	request.data.range.max = max;
	return request;
}

#ifdef __cplusplus
}
#endif

#endif /* IOMMU_NESTING_H */
