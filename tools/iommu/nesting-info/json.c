// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * For programs. Addresses and registers are strings in hexadecimal, because
 * many readers of JSON keep no more than 53 bits of a number. No string needs
 * quoting: all of them are made here.
 */
#include "nesting-info.h"

static void print_hex(FILE *out, const char *key, __u64 value, int digits)
{
	fprintf(out, "\"%s\": \"0x%0*llx\"", key, digits,
		(unsigned long long)value);
}

static void print_format(FILE *out, __u32 format)
{
	const char *name = inest_format_name(format);

	fprintf(out, "  \"format\": %u,\n", format);
	if (name)
		fprintf(out, "  \"format_name\": \"%s\",\n", name);
	else
		fputs("  \"format_name\": null,\n", out);
}

static void print_features(FILE *out, __u32 features)
{
	const char *gap = "", *name;
	__u32 bit, unknown = 0;

	fputs("  \"features\": [", out);
	for (bit = 1; bit; bit <<= 1) {
		if (!(features & bit))
			continue;
		name = inest_feature_name(bit);
		if (!name) {
			unknown |= bit;
			continue;
		}
		fprintf(out, "%s\"%s\"", gap, name);
		gap = ", ";
	}
	fputs("],\n  ", out);
	print_hex(out, "unknown_features", unknown, 1);
	fputs(",\n", out);
}

static void print_quota(FILE *out, const struct offer *offer)
{
	if (offer->has_quota)
		fprintf(out, "  \"pasid_quota\": {\"quota\": %u, \"available\": %u},\n",
			offer->quota.quota, offer->quota.available);
	else
		fputs("  \"pasid_quota\": null,\n", out);
}

static void print_ranges(FILE *out, const struct offer *offer)
{
	int i;

	fputs("  \"iova_ranges\": [", out);
	for (i = 0; i < offer->ranges; i++) {
		fputs(i ? ", {" : "{", out);
		print_hex(out, "start", offer->range[i].start, 1);
		fputs(", ", out);
		print_hex(out, "end", offer->range[i].end, 1);
		fputc('}', out);
	}
	fputc(']', out);
}

static void print_sizes(FILE *out, __u32 sizes)
{
	const char *gap = "";
	__u32 bit;

	fputc('[', out);
	for (bit = 1; bit; bit <<= 1) {
		if (!(sizes & bit))
			continue;
		fprintf(out, "%s%u", gap, bit);
		gap = ", ";
	}
	fputc(']', out);
}

static void print_fields(FILE *out, const struct iommu_nesting_info *info)
{
	const struct field *field;
	union fields fields;
	size_t i, count;
	__u32 value;

	field = fields_of(info, &fields, &count);
	for (i = 0; i < count; i++) {
		value = field_value(&fields, &field[i]);
		fprintf(out, ",\n    \"%s\": ", field[i].key);
		if (field[i].kind == FIELD_SIZES)
			print_sizes(out, value);
		else if (field[i].kind == FIELD_YES)
			fputs(value ? "true" : "false", out);
		else
			fprintf(out, "%u", value);
	}
}

static void print_smmuv3(FILE *out, const struct iommu_nesting_info *info)
{
	const struct iommu_nesting_info_smmuv3 *smmuv3 = &info->vendor.smmuv3;
	int i;

	fputs(",\n  \"smmuv3\": {\n    \"idr\": [", out);
	for (i = 0; i < 6; i++)
		fprintf(out, "%s\"0x%08x\"", i ? ", " : "", smmuv3->idr[i]);
	fputs("],\n    ", out);
	print_hex(out, "iidr", smmuv3->iidr, 8);
	fputs(", ", out);
	print_hex(out, "aidr", smmuv3->aidr, 8);
	fputs(",\n    \"msi_window\": {", out);
	print_hex(out, "iova", smmuv3->msi_iova, 1);
	fputs(", ", out);
	print_hex(out, "size", smmuv3->msi_size, 1);
	fputc('}', out);
	print_fields(out, info);
	fputs("\n  }", out);
}

static void print_vtd(FILE *out, const struct iommu_nesting_info *info)
{
	const struct iommu_nesting_info_vtd *vtd = &info->vendor.vtd;

	fputs(",\n  \"vtd\": {\n    ", out);
	print_hex(out, "cap", vtd->cap, 16);
	fputs(", ", out);
	print_hex(out, "ecap", vtd->ecap, 16);
	print_fields(out, info);
	fputs("\n  }", out);
}

static void print_check(FILE *out, const struct offer *offer,
			const struct inest_guest *guest, int lacks)
{
	const char *gap = "";
	char text[160];
	int bit;

	fprintf(out, ",\n  \"check\": {\"accepted\": %s, \"lacks\": {",
		lacks ? "false" : "true");
	for (bit = 1; bit <= lacks; bit <<= 1) {
		if (!(lacks & bit))
			continue;
		verdict_explain(offer, guest, bit, text, sizeof(text));
		fprintf(out, "%s\"%s\": \"%s\"", gap, verdict_key(bit), text);
		gap = ", ";
	}
	fputs("}}", out);
}

/**
 * json_print - Print an offer
 * @out: where to
 * @offer: the offer
 * @guest: what a guest would ask for, or NULL: nothing is compared
 * @lacks: what verdict() returned
 */
void json_print(FILE *out, const struct offer *offer,
		const struct inest_guest *guest, int lacks)
{
	const struct iommu_nesting_info *info = &offer->info;

	fprintf(out, "{\n  \"group\": %d,\n", offer->group);
	print_format(out, info->format);
	print_features(out, info->features);
	fprintf(out, "  \"addr_width\": %u,\n  \"pasid_bits\": %u,\n",
		info->addr_width, info->pasid_bits);
	print_quota(out, offer);
	print_ranges(out, offer);
	if (info->format == IOMMU_PASID_FORMAT_ARM_SMMUV3)
		print_smmuv3(out, info);
	else if (info->format == IOMMU_PASID_FORMAT_INTEL_VTD)
		print_vtd(out, info);
	if (guest)
		print_check(out, offer, guest, lacks);
	fputs("\n}\n", out);
}
