// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Fields of the registers that a capability reports: Arm IHI 0070, 6.3.1 to
 * 6.3.6, and VT-d 4.1, 11.4.2 and 11.4.3.
 */
#include "internal.h"

static __u32 bits(__u64 reg, unsigned int high, unsigned int low)
{
	return (reg >> low) & ((1ULL << (high - low + 1)) - 1);
}

static __u8 bit(__u64 reg, unsigned int number)
{
	return bits(reg, number, number);
}

static __u8 oas_bits(__u32 oas)
{
	static const __u8 widths[] = { 32, 36, 40, 42, 44, 48, 52 };

	return oas < sizeof(widths) ? widths[oas] : 0;
}

static __u32 granules(__u32 idr5)
{
	return (bit(idr5, 4) ? 4096 : 0) | (bit(idr5, 5) ? 16384 : 0) |
	       (bit(idr5, 6) ? 65536 : 0);
}

void inest_smmuv3_decode(const struct iommu_nesting_info_smmuv3 *info,
			 struct inest_smmuv3 *fields)
{
	const __u32 *idr = info->idr;

	memset(fields, 0, sizeof(*fields));
	fields->ttf = bits(idr[0], 3, 2);
	fields->coherent = bit(idr[0], 4);
	fields->ats = bit(idr[0], 10);
	fields->asid_bits = bit(idr[0], 12) ? 16 : 8;
	fields->cd2l = bit(idr[0], 19);
	fields->ttendian = bits(idr[0], 22, 21);
	fields->stall_model = bits(idr[0], 25, 24);
	fields->term_model = bit(idr[0], 26);
	fields->ssid_bits = bits(idr[1], 10, 6);
	fields->had = bit(idr[3], 2);
	fields->ril = bit(idr[3], 10);
	fields->oas_bits = oas_bits(bits(idr[5], 2, 0));
	fields->granules = granules(idr[5]);
	fields->va_bits = bits(idr[5], 11, 10) == 1 ? 52 : 48;
}

void inest_vtd_decode(const struct iommu_nesting_info_vtd *info,
		      struct inest_vtd *fields)
{
	const __u64 cap = info->cap, ecap = info->ecap;

	memset(fields, 0, sizeof(*fields));
	fields->first_level_5 = bit(cap, 60);
	fields->first_level_1g = bit(cap, 56);
	fields->mgaw_bits = bits(cap, 21, 16) + 1;
	fields->coherent = bit(ecap, 48);
	fields->device_tlb = bit(ecap, 2);
	fields->memory_type = bit(ecap, 25);
	fields->nesting = bit(ecap, 26);
	fields->page_request = bit(ecap, 29);
	fields->execute = bit(ecap, 30);
	fields->supervisor = bit(ecap, 31);
	fields->no_write_flag = bit(ecap, 33);
	fields->extended_accessed = bit(ecap, 34);
	fields->pasid = bit(ecap, 40);
	fields->pasid_bits = fields->pasid ? bits(ecap, 39, 35) + 1 : 0;
	fields->rid_pasid = bit(ecap, 49);
}
