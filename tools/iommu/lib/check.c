// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Whether a guest's virtual IOMMU can be served */
#include <stdbool.h>

#include "internal.h"

#define SZ_4K	0x1000U
#define SZ_2M	0x200000U
#define SZ_1G	0x40000000U

/* Whatever size @from has; -EINVAL when it asks for what is not known here */
static int copy_guest(struct inest_guest *to, const struct inest_guest *from)
{
	const unsigned char *bytes = (const unsigned char *)from;
	size_t size = from->size, i;

	if (size < offsetof(struct inest_guest, format))
		return -EINVAL;
	for (i = sizeof(*to); i < size; i++)
		if (bytes[i])
			return -EINVAL;
	memset(to, 0, sizeof(*to));
	memcpy(to, from, size < sizeof(*to) ? size : sizeof(*to));
	return 0;
}

static bool makes_sense(const struct inest_guest *guest)
{
	__u32 bit;

	for (bit = 1; bit; bit <<= 1)
		if (guest->features & bit && !inest_feature_name(bit))
			return false;
	return (!guest->format || inest_format_name(guest->format)) &&
	       guest->s1fmt <= 2 && !guest->__reserved;
}

static int lacks(bool enough, int what)
{
	return enough ? 0 : what;
}

static int check_smmuv3(const struct iommu_nesting_info_smmuv3 *info,
			const struct inest_guest *guest)
{
	struct inest_smmuv3 has;

	inest_smmuv3_decode(info, &has);
	return lacks(guest->input_width <= has.va_bits,
		     INEST_LACKS_INPUT_WIDTH) |
	       lacks(!(guest->granules & ~has.granules),
		     INEST_LACKS_GRANULES) |
	       lacks(guest->asid_bits <= has.asid_bits,
		     INEST_LACKS_ASID_BITS) |
	       lacks(!guest->s1fmt || !guest->pasid_bits || has.cd2l,
		     INEST_LACKS_S1FMT) |
	       lacks(!guest->ats || has.ats, INEST_LACKS_ATS);
}

static int check_vtd(const struct iommu_nesting_info_vtd *info,
		     const struct inest_guest *guest)
{
	struct inest_vtd has;
	__u32 pages;

	inest_vtd_decode(info, &has);
	pages = SZ_4K | SZ_2M | (has.first_level_1g ? SZ_1G : 0);
	return lacks(guest->input_width <= (has.first_level_5 ? 57U : 48U),
		     INEST_LACKS_INPUT_WIDTH) |
	       lacks(!(guest->granules & ~pages), INEST_LACKS_GRANULES) |
	       lacks(!guest->asid_bits, INEST_LACKS_ASID_BITS) |
	       lacks(!guest->s1fmt, INEST_LACKS_S1FMT) |
	       lacks(!guest->ats || has.device_tlb, INEST_LACKS_ATS);
}

static int check_vendor(const struct iommu_nesting_info *info,
			const struct inest_guest *guest)
{
	if (info->format == IOMMU_PASID_FORMAT_ARM_SMMUV3)
		return check_smmuv3(&info->vendor.smmuv3, guest);
	if (info->format == IOMMU_PASID_FORMAT_INTEL_VTD)
		return check_vtd(&info->vendor.vtd, guest);
	return INEST_LACKS_FORMAT;
}

int inest_check(const struct iommu_nesting_info *info,
		const struct inest_guest *guest)
{
	struct iommu_nesting_info has = { 0 };
	struct inest_guest want;
	int missing;

	if (copy_guest(&want, guest) || !makes_sense(&want))
		return -EINVAL;
	memcpy(&has, info, info->argsz < sizeof(has) ? info->argsz :
	       sizeof(has));
	missing = lacks(!(want.features & ~has.features),
			INEST_LACKS_FEATURES) |
		  lacks(want.addr_width <= has.addr_width,
			INEST_LACKS_ADDR_WIDTH) |
		  lacks(want.pasid_bits <= has.pasid_bits,
			INEST_LACKS_PASID_BITS);
	if (want.format && want.format != has.format)
		return missing | INEST_LACKS_FORMAT;
	return missing | check_vendor(&has, &want);
}
