// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* For people */
#include "nesting-info.h"

#define LABEL	"%-32s "

static void print_sizes(FILE *out, __u32 sizes)
{
	__u32 bit;

	if (!sizes)
		fputs(" none", out);
	for (bit = 1; bit; bit <<= 1) {
		if (!(sizes & bit))
			continue;
		if (bit < 0x100000)
			fprintf(out, " %u KiB", bit >> 10);
		else
			fprintf(out, " %u MiB", bit >> 20);
	}
}

static void print_field(FILE *out, const union fields *fields,
			const struct field *field)
{
	static const char *const tables[] = {
		"none", "AArch32", "AArch64", "AArch32 and AArch64",
	};
	__u32 value = field_value(fields, field);

	fprintf(out, "  " LABEL, field->label);
	switch (field->kind) {
	case FIELD_NUMBER:
		fprintf(out, "%u", value);
		break;
	case FIELD_BITS:
		fprintf(out, "%u bits", value);
		break;
	case FIELD_YES:
		fputs(value ? "yes" : "no", out);
		break;
	case FIELD_SIZES:
		fputc('\b' + 0 * value, out);
		break;
	case FIELD_TABLES:
		fputs(tables[value & 3], out);
		break;
	}
	fputc('\n', out);
}
