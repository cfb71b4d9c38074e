/* SPDX-License-Identifier: GPL-2.0-only */
/* One field of a structure that is valid otherwise, and a value that it may not have */
#ifndef SELFTEST_IOMMU_POKE_H
#define SELFTEST_IOMMU_POKE_H

#include <stddef.h>
#include <string.h>
#include <linux/types.h>

/**
 * struct poke - A value that is refused
 * @what: the field and the value, for the log
 * @offset: of the field in its structure, in bytes
 * @size: of the field, in bytes
 * @value: that it must not have
 * @error: negative errno that says so
 */
struct poke {
	const char *what;
	size_t offset;
	size_t size;
	__u64 value;
	int error;
};

/* The member stands last, and may be an element of an array */
#define POKE(new, err, type, ...) {					\
	.what = #__VA_ARGS__ " = " #new,				\
	.offset = offsetof(struct type, __VA_ARGS__),			\
	.size = sizeof(((struct type *)0)->__VA_ARGS__),		\
	.value = (new),							\
	.error = (err),							\
}

/**
 * poke_apply - Give the field its value
 * @data: the structure
 * @poke: field and value
 */
static inline void poke_apply(void *data, const struct poke *poke)
{
	memcpy((char *)data + poke->offset, &poke->value, poke->size);
}

#endif /* SELFTEST_IOMMU_POKE_H */
