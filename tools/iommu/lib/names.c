// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Names of formats and features */
#include <stdbool.h>

#include "internal.h"

static const struct name {
	const char *name;
	__u32 value;
} formats[] = {
	{ "vtd", IOMMU_PASID_FORMAT_INTEL_VTD },
	{ "smmuv3", IOMMU_PASID_FORMAT_ARM_SMMUV3 },
}, features[] = {
	{ "syswide_pasid", IOMMU_NESTING_FEAT_SYSWIDE_PASID },
	{ "bind_pgtbl", IOMMU_NESTING_FEAT_BIND_PGTBL },
	{ "bind_pasid_table", IOMMU_NESTING_FEAT_BIND_PASID_TABLE },
	{ "cache_invld", IOMMU_NESTING_FEAT_CACHE_INVLD },
	{ "page_request", IOMMU_NESTING_FEAT_PAGE_REQUEST },
};

static const char *name_of(const struct name *names, size_t count, __u32 value)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (names[i].value == value)
			return names[i].name;
	return NULL;
}

static bool is_name(const struct name *name, const char *text, size_t len)
{
	return strlen(name->name) == len && !memcmp(name->name, text, len);
}

/* Zero, which is no value of either table, when @text is none of the names */
static __u32 value_of(const struct name *names, size_t count, const char *text,
		      size_t len)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (is_name(&names[i], text, len))
			return names[i].value;
	return 0;
}

const char *inest_format_name(__u32 format)
{
	return name_of(formats, INEST_ARRAY_SIZE(formats), format);
}

int inest_format_parse(const char *name)
{
	__u32 value = value_of(formats, INEST_ARRAY_SIZE(formats), name,
			       strlen(name));

	return value ? (int)value : -EINVAL;
}

const char *inest_feature_name(__u32 feature)
{
	return name_of(features, INEST_ARRAY_SIZE(features), feature);
}

int inest_features_parse(const char *list, __u32 *out)
{
	__u32 value, all = 0;
	size_t len;

	while (*list) {
		len = strcspn(list, ",");
		value = value_of(features, INEST_ARRAY_SIZE(features), list,
				 len);
		if (!value)
			return -EINVAL;
		all |= value;
		list += len;
		if (*list && !*++list)
			return -EINVAL;
	}
	*out = all;
	return 0;
}
