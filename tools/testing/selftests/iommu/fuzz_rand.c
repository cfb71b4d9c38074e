// SPDX-License-Identifier: GPL-2.0-only
/* Numbers that depend on nothing but the seed */
#include "fuzz.h"

/**
 * fuzz_seed - Start a sequence
 * @rand: the sequence
 * @seed: the same seed gives the same sequence
 */
void fuzz_seed(struct fuzz_rand *rand, __u64 seed)
{
	rand->state = seed;
}

/**
 * fuzz_next - The next number: a Weyl sequence through a mixer
 * @rand: the sequence
 *
 * Return: 64 random bits
 */
__u64 fuzz_next(struct fuzz_rand *rand)
{
	__u64 x;

	rand->state += 0x9e3779b97f4a7c15ULL;
	x = rand->state;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

/**
 * fuzz_below - A number of a range
 * @rand: the sequence
 * @n: end of the range, at least 1
 *
 * Return: 0 to @n - 1
 */
__u32 fuzz_below(struct fuzz_rand *rand, __u32 n)
{
	return ((fuzz_next(rand) >> 32) * n) >> 32;
}

/**
 * fuzz_one_in - True once in a while
 * @rand: the sequence
 * @n: once in so many times
 *
 * Return: true once in @n times on average
 */
bool fuzz_one_in(struct fuzz_rand *rand, __u32 n)
{
	return !fuzz_below(rand, n);
}
