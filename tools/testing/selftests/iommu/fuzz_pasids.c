// SPDX-License-Identifier: GPL-2.0-only
/* Which PASIDs the process must have, after what it was told */
#include "../kselftest.h"
#include "fuzz.h"

/**
 * fuzz_pasids_have - Does the process own a PASID
 * @p: its PASIDs
 * @pasid: the PASID
 *
 * Return: true when it does
 */
bool fuzz_pasids_have(const struct fuzz_pasids *p, __u64 pasid)
{
	__u32 i;

	for (i = 0; i < p->count; i++)
		if (p->owned[i] == pasid)
			return true;
	return false;
}

/**
 * fuzz_pasids_add - The process was given a PASID
 * @p: its PASIDs, fewer than there is room for
 * @pasid: the PASID
 */
void fuzz_pasids_add(struct fuzz_pasids *p, __u32 pasid)
{
	if (p->count < ARRAY_SIZE(p->owned))
		p->owned[p->count++] = pasid;
}

/**
 * fuzz_pasids_drop - The process gave PASIDs back
 * @p: its PASIDs
 * @min: from here
 * @max: to here
 *
 * Return: how many they were
 */
__u32 fuzz_pasids_drop(struct fuzz_pasids *p, __u32 min, __u32 max)
{
	__u32 i, kept = 0, before = p->count;

	for (i = 0; i < before; i++)
		if (p->owned[i] < min || p->owned[i] > max)
			p->owned[kept++] = p->owned[i];
	p->count = kept;
	return before - kept;
}

/**
 * fuzz_pasids_resolve - The PASID that a number stands for
 * @p: the process' PASIDs
 * @value: a PASID or FUZZ_PASID_OWNED + n
 *
 * Return: the PASID
 */
__u64 fuzz_pasids_resolve(const struct fuzz_pasids *p, __u64 value)
{
	if ((value & ~(__u64)FUZZ_PASID_OWNED_MASK) != FUZZ_PASID_OWNED)
		return value;
	if (!p->count)
		return value;
	return p->owned[(value & FUZZ_PASID_OWNED_MASK) % p->count];
}
