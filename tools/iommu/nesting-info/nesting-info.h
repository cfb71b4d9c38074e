/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* nesting-info: between its files and their tests */
#ifndef NESTING_INFO_H
#define NESTING_INFO_H

#include <stdbool.h>
#include <stdio.h>

#include "iommu-nesting.h"

#define MAX_RANGES	64
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* One line that says why something failed */
struct why {
	char text[256];
};

#define say_why(why, ...) \
	snprintf((why)->text, sizeof((why)->text), __VA_ARGS__)

/**
 * struct options - What the command line asks for
 * @help: only how the command is used
 * @version: only the version
 * @json: JSON in place of text
 * @check: compare with @guest
 * @group: number of a group, or -1: @bdf has it
 * @bdf: a PCI function
 * @guest: what a guest would ask for
 */
struct options {
	bool help;
	bool version;
	bool json;
	bool check;
	int group;
	struct inest_bdf bdf;
	struct inest_guest guest;
};

/**
 * struct offer - What the IOMMU of a group offers
 * @group: number of the group
 * @info: the capability
 * @has_quota: whether @quota is valid
 * @quota: how many PASIDs this process could have
 * @ranges: number of entries of @range
 * @range: what stage 2 can map
 */
struct offer {
	int group;
	struct iommu_nesting_info info;
	bool has_quota;
	struct vfio_pasid_quota quota;
	int ranges;
	struct vfio_iova_range range[MAX_RANGES];
};

/* Beside INEST_LACKS_*: fewer PASIDs are left than the guest would allocate */
#define LACKS_PASIDS	0x10000

/* How a field of a vendor's registers is shown */
enum kind {
	FIELD_NUMBER,
	FIELD_BITS,
	FIELD_YES,
	FIELD_SIZES,
	FIELD_TABLES,
};

/**
 * struct field - A field of struct inest_smmuv3 or struct inest_vtd
 * @key: its name in JSON
 * @label: what a person reads
 * @kind: how it is shown
 * @offset: where it is
 */
struct field {
	const char *key;
	const char *label;
	enum kind kind;
	size_t offset;
};

union fields {
	struct inest_smmuv3 smmuv3;
	struct inest_vtd vtd;
};

int args_parse(int argc, char **argv, struct options *options,
	       struct why *why);
void args_usage(FILE *out);

int offer_read(const struct options *options, struct offer *offer,
	       struct why *why);

const struct field *fields_of(const struct iommu_nesting_info *info,
			      union fields *fields, size_t *count);
__u32 field_value(const union fields *fields, const struct field *field);

int verdict(const struct offer *offer, const struct inest_guest *guest);
const char *verdict_key(int lack);
void verdict_explain(const struct offer *offer, const struct inest_guest *guest,
		     int lack, char *text, size_t size);

void text_print(FILE *out, const struct offer *offer);
void text_verdict(FILE *out, const struct offer *offer,
		  const struct inest_guest *guest, int lacks);
void json_print(FILE *out, const struct offer *offer,
		const struct inest_guest *guest, int lacks);

#endif /* NESTING_INFO_H */
