// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* For people */
#include "nesting-info.h"

static void label(FILE *out, const char *text)
{
	fprintf(out, "  %-33s ", text);
}

static void print_sizes(FILE *out, __u32 sizes)
{
	const char *gap = "";
	__u32 bit;

	if (!sizes)
		fputs("none", out);
	for (bit = 1; bit; bit <<= 1) {
		if (!(sizes & bit))
			continue;
		fprintf(out, "%s%u KiB", gap, bit >> 10);
		gap = ", ";
	}
}

static void print_field(FILE *out, const union fields *fields,
			const struct field *field)
{
	static const char *const tables[] = {
		"none", "AArch32", "AArch64", "AArch32, AArch64",
	};
	__u32 value = field_value(fields, field);

	label(out, field->label);
	switch (field->kind) {
	case FIELD_BITS:
		fprintf(out, "%u bits", value);
		break;
	case FIELD_YES:
		fputs(value ? "yes" : "no", out);
		break;
	case FIELD_SIZES:
		print_sizes(out, value);
		break;
	case FIELD_TABLES:
		fputs(tables[value & 3], out);
		break;
	default:
		fprintf(out, "%u", value);
	}
	fputc('\n', out);
}

static void print_format(FILE *out, __u32 format)
{
	const char *name = inest_format_name(format);

	label(out, "format");
	if (name)
		fprintf(out, "%s\n", name);
	else
		fprintf(out, "%u, not known to this program\n", format);
}

static void print_features(FILE *out, __u32 features)
{
	const char *gap = "", *name;
	__u32 bit;

	label(out, "features");
	if (!features)
		fputs("none", out);
	for (bit = 1; bit; bit <<= 1) {
		if (!(features & bit))
			continue;
		name = inest_feature_name(bit);
		if (name)
			fprintf(out, "%s%s", gap, name);
		else
			fprintf(out, "%s0x%x", gap, bit);
		gap = ", ";
	}
	fputc('\n', out);
}

static void print_quota(FILE *out, const struct offer *offer)
{
	label(out, "PASIDs to allocate");
	if (offer->has_quota)
		fprintf(out, "%u of %u left\n", offer->quota.available,
			offer->quota.quota);
	else
		fputs("none, the guest owns the numbers\n", out);
}

static void print_range(FILE *out, const char *name, __u64 start, __u64 end)
{
	label(out, name);
	fprintf(out, "0x%llx to 0x%llx\n", (unsigned long long)start,
		(unsigned long long)end);
}

static void print_window(FILE *out, const struct iommu_nesting_info *info)
{
	const struct iommu_nesting_info_smmuv3 *smmuv3 = &info->vendor.smmuv3;

	if (info->format != IOMMU_PASID_FORMAT_ARM_SMMUV3)
		return;
	if (smmuv3->msi_size) {
		print_range(out, "MSI window, to be mapped 1:1",
			    smmuv3->msi_iova,
			    smmuv3->msi_iova + smmuv3->msi_size - 1);
	} else {
		label(out, "MSI window");
		fputs("none\n", out);
	}
}

static void print_registers(FILE *out, const struct iommu_nesting_info *info)
{
	const struct iommu_nesting_info_smmuv3 *smmuv3 = &info->vendor.smmuv3;
	const struct iommu_nesting_info_vtd *vtd = &info->vendor.vtd;
	int i;

	if (info->format == IOMMU_PASID_FORMAT_INTEL_VTD) {
		label(out, "CAP, ECAP");
		fprintf(out, "0x%016llx 0x%016llx\n",
			(unsigned long long)vtd->cap,
			(unsigned long long)vtd->ecap);
	} else if (info->format == IOMMU_PASID_FORMAT_ARM_SMMUV3) {
		label(out, "IDR0 to IDR5");
		for (i = 0; i < 6; i++)
			fprintf(out, "%s0x%08x", i ? " " : "", smmuv3->idr[i]);
		fputc('\n', out);
		label(out, "IIDR, AIDR");
		fprintf(out, "0x%08x 0x%08x\n", smmuv3->iidr, smmuv3->aidr);
	}
}

/**
 * text_print - Print an offer
 * @out: where to
 * @offer: the offer
 */
void text_print(FILE *out, const struct offer *offer)
{
	const struct iommu_nesting_info *info = &offer->info;
	const struct field *field;
	union fields fields;
	size_t i, count;

	fprintf(out, "IOMMU group %d\n", offer->group);
	print_format(out, info->format);
	print_features(out, info->features);
	label(out, "guest physical addresses");
	fprintf(out, "%u bits\n", info->addr_width);
	label(out, "PASIDs");
	fprintf(out, "%u bits\n", info->pasid_bits);
	print_quota(out, offer);
	print_window(out, info);
	for (i = 0; i < (size_t)offer->ranges; i++)
		print_range(out, "can be mapped", offer->range[i].start,
			    offer->range[i].end);
	field = fields_of(info, &fields, &count);
	for (i = 0; i < count; i++)
		print_field(out, &fields, &field[i]);
	print_registers(out, info);
}

/**
 * text_verdict - Print whether a guest would be served
 * @out: where to
 * @offer: the offer
 * @guest: what the guest would ask for
 * @lacks: what verdict() returned
 */
void text_verdict(FILE *out, const struct offer *offer,
		  const struct inest_guest *guest, int lacks)
{
	char text[160];
	int bit;

	if (!lacks)
		fputs("accepted\n", out);
	for (bit = 1; bit <= lacks; bit <<= 1) {
		if (!(lacks & bit))
			continue;
		verdict_explain(offer, guest, bit, text, sizeof(text));
		fprintf(out, "not accepted: %s: %s\n", verdict_key(bit), text);
	}
}
