// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* The vendors' registers, field by field */
#include "nesting-info.h"

#define SMMUV3(member, kind, label) \
	{ #member, label, kind, offsetof(struct inest_smmuv3, member) }
#define VTD(member, kind, label) \
	{ #member, label, kind, offsetof(struct inest_vtd, member) }

static const struct field smmuv3_fields[] = {
	SMMUV3(ttf, FIELD_TABLES, "page tables (TTF)"),
	SMMUV3(granules, FIELD_SIZES, "granules (GRAN*)"),
	SMMUV3(va_bits, FIELD_BITS, "input addresses (VAX)"),
	SMMUV3(oas_bits, FIELD_BITS, "output of the unit (OAS)"),
	SMMUV3(asid_bits, FIELD_BITS, "ASIDs (ASID16)"),
	SMMUV3(ssid_bits, FIELD_BITS, "PASIDs of the unit (SSIDSIZE)"),
	SMMUV3(cd2l, FIELD_YES, "two-level PASID tables (CD2L)"),
	SMMUV3(coherent, FIELD_YES, "coherent table walks (COHACC)"),
	SMMUV3(ats, FIELD_YES, "device TLBs (ATS)"),
	SMMUV3(ril, FIELD_YES, "range invalidation (RIL)"),
	SMMUV3(had, FIELD_YES, "attributes can be disabled (HAD)"),
	SMMUV3(ttendian, FIELD_NUMBER, "table endianness (TTENDIAN)"),
	SMMUV3(stall_model, FIELD_NUMBER, "stalls (STALL_MODEL)"),
	SMMUV3(term_model, FIELD_NUMBER, "termination (TERM_MODEL)"),
};

static const struct field vtd_fields[] = {
	VTD(nesting, FIELD_YES, "nested translation (NEST)"),
	VTD(first_level_5, FIELD_YES, "five-level tables (FS5LP)"),
	VTD(first_level_1g, FIELD_YES, "1 GiB pages (FS1GP)"),
	VTD(mgaw_bits, FIELD_BITS, "addresses of requests (MGAW)"),
	VTD(coherent, FIELD_YES, "coherent table walks (SMPWC)"),
	VTD(pasid, FIELD_YES, "PASIDs (PASID)"),
	VTD(pasid_bits, FIELD_BITS, "PASIDs of the unit (PSS)"),
	VTD(rid_pasid, FIELD_YES, "PASID for RID (RPS)"),
	VTD(device_tlb, FIELD_YES, "device TLBs (DT)"),
	VTD(page_request, FIELD_YES, "page requests (PRS)"),
	VTD(supervisor, FIELD_YES, "supervisor requests (SRS)"),
	VTD(execute, FIELD_YES, "execute requests (ERS)"),
	VTD(memory_type, FIELD_YES, "memory types (MTS)"),
	VTD(no_write_flag, FIELD_YES, "no-write flag (NWFS)"),
	VTD(extended_accessed, FIELD_YES, "extended accessed flag (EAFS)"),
};

/**
 * fields_of - Take the vendor part of a capability apart
 * @info: the capability
 * @fields: filled in
 * @count: number of fields
 *
 * Return: what the fields are; NULL when the format is not known
 */
const struct field *fields_of(const struct iommu_nesting_info *info,
			      union fields *fields, size_t *count)
{
	switch (info->format) {
	case IOMMU_PASID_FORMAT_ARM_SMMUV3:
		inest_smmuv3_decode(&info->vendor.smmuv3, &fields->smmuv3);
		*count = ARRAY_SIZE(smmuv3_fields);
		return smmuv3_fields;
	case IOMMU_PASID_FORMAT_INTEL_VTD:
		inest_vtd_decode(&info->vendor.vtd, &fields->vtd);
		*count = ARRAY_SIZE(vtd_fields);
		return vtd_fields;
	default:
		*count = 0;
		return NULL;
	}
}

/**
 * field_value - Value of a field
 * @fields: what fields_of() filled in
 * @field: which field
 *
 * Return: the value
 */
__u32 field_value(const union fields *fields, const struct field *field)
{
	const char *at = (const char *)fields + field->offset;
	__u32 wide;

	if (field->kind != FIELD_SIZES)
		return *(const unsigned char *)at;
	memcpy(&wide, at, sizeof(wide));
	return wide;
}
