// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Whether a guest would be served, and what is missing */
#include "nesting-info.h"

static const struct {
	int lack;
	const char *key;
} keys[] = {
	{ INEST_LACKS_FORMAT, "format" },
	{ INEST_LACKS_FEATURES, "features" },
	{ INEST_LACKS_ADDR_WIDTH, "addr-width" },
	{ INEST_LACKS_INPUT_WIDTH, "input-width" },
	{ INEST_LACKS_PASID_BITS, "pasid-bits" },
	{ INEST_LACKS_GRANULES, "granules" },
	{ INEST_LACKS_ASID_BITS, "asid-bits" },
	{ INEST_LACKS_S1FMT, "s1fmt" },
	{ INEST_LACKS_ATS, "ats" },
	{ LACKS_PASIDS, "pasids" },
};

/**
 * verdict - Compare an offer with a guest
 * @offer: the offer
 * @guest: what the guest would ask for
 *
 * Return: 0 when it is enough, else INEST_LACKS_* and LACKS_PASIDS, or'ed; or
 *	-EINVAL
 */
int verdict(const struct offer *offer, const struct inest_guest *guest)
{
	int lacks = inest_check(&offer->info, guest);

	if (lacks < 0 || !guest->pasids)
		return lacks;
	if (!offer->has_quota || guest->pasids > offer->quota.available)
		lacks |= LACKS_PASIDS;
	return lacks;
}

/**
 * verdict_key - Name of a requirement
 * @lack: one of INEST_LACKS_*, or LACKS_PASIDS
 *
 * Return: the name of its option; NULL when it has none
 */
const char *verdict_key(int lack)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keys); i++)
		if (keys[i].lack == lack)
			return keys[i].key;
	return NULL;
}

static void explain_format(const struct offer *offer,
			   const struct inest_guest *guest, char *text,
			   size_t size)
{
	const char *has = inest_format_name(offer->info.format);
	const char *want = inest_format_name(guest->format);

	snprintf(text, size, "%s asked for, %s offered", want ? want : "any",
		 has ? has : "one without a name");
}

static void explain_features(const struct offer *offer,
			     const struct inest_guest *guest, char *text,
			     size_t size)
{
	__u32 missing = guest->features & ~offer->info.features;
	size_t len = 0;
	__u32 bit;

	for (bit = 1; bit && len < size; bit <<= 1)
		if (missing & bit)
			len += snprintf(text + len, size - len, "%s%s",
					len ? ", " : "",
					inest_feature_name(bit));
	if (len < size)
		snprintf(text + len, size - len, " not offered");
}

static void explain_input(const struct offer *offer,
			  const struct inest_guest *guest, char *text,
			  size_t size)
{
	union fields has;
	size_t count;
	unsigned int bits = 48;

	fields_of(&offer->info, &has, &count);
	if (offer->info.format == IOMMU_PASID_FORMAT_ARM_SMMUV3)
		bits = has.smmuv3.va_bits;
	else if (has.vtd.first_level_5)
		bits = 57;
	snprintf(text, size, "%u asked for, %u offered", guest->input_width,
		 bits);
}

static void explain_asid(const struct offer *offer,
			 const struct inest_guest *guest, char *text,
			 size_t size)
{
	union fields has;
	size_t count;

	fields_of(&offer->info, &has, &count);
	if (offer->info.format == IOMMU_PASID_FORMAT_ARM_SMMUV3)
		snprintf(text, size, "%u asked for, %u offered",
			 guest->asid_bits, has.smmuv3.asid_bits);
	else
		snprintf(text, size, "the format has no address space ids");
}

static void explain_s1fmt(const struct offer *offer,
			  const struct inest_guest *guest, char *text,
			  size_t size)
{
	if (offer->info.format == IOMMU_PASID_FORMAT_ARM_SMMUV3)
		snprintf(text, size,
			 "%u asked for, only linear tables (0) offered",
			 guest->s1fmt);
	else
		snprintf(text, size, "the format has no such layout");
}

/**
 * verdict_explain - Say what of a requirement is missing
 * @offer: the offer
 * @guest: what the guest would ask for
 * @lack: one of INEST_LACKS_*, or LACKS_PASIDS
 * @text: filled in
 * @size: its size in bytes
 */
void verdict_explain(const struct offer *offer, const struct inest_guest *guest,
		     int lack, char *text, size_t size)
{
	const struct iommu_nesting_info *info = &offer->info;

	switch (lack) {
	case INEST_LACKS_FORMAT:
		explain_format(offer, guest, text, size);
		break;
	case INEST_LACKS_FEATURES:
		explain_features(offer, guest, text, size);
		break;
	case INEST_LACKS_ADDR_WIDTH:
		snprintf(text, size, "%u asked for, %u offered",
			 guest->addr_width, info->addr_width);
		break;
	case INEST_LACKS_INPUT_WIDTH:
		explain_input(offer, guest, text, size);
		break;
	case INEST_LACKS_PASID_BITS:
		snprintf(text, size, "%u asked for, %u offered",
			 guest->pasid_bits, info->pasid_bits);
		break;
	case INEST_LACKS_ASID_BITS:
		explain_asid(offer, guest, text, size);
		break;
	case INEST_LACKS_S1FMT:
		explain_s1fmt(offer, guest, text, size);
		break;
	case LACKS_PASIDS:
		snprintf(text, size, "%u asked for, %u left", guest->pasids,
			 offer->has_quota ? offer->quota.available : 0);
		break;
	default:
		snprintf(text, size, "not offered");
	}
}
