// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Addresses of PCI functions */
#include "tests.h"

static const struct {
	const char *text;
	const char *canonical; /* NULL: refused */
} addresses[] = {
	{ "0000:00:03.0", "0000:00:03.0" },
	{ "00:03.0", "0000:00:03.0" },
	{ "FF:1F.7", "0000:ff:1f.7" },
	{ "10000:e1:00.0", "10000:e1:00.0" },
	{ "00010000:e1:00.0", "10000:e1:00.0" },
	{ "ffffffff:ff:1f.7", "ffffffff:ff:1f.7" },
	{ "", NULL },
	{ "3", NULL },
	{ "00:03", NULL },
	{ "00:03.", NULL },
	{ "00:03.8", NULL },
	{ "00:20.0", NULL },
	{ "0:03.0", NULL },
	{ "000:03.0", NULL },
	{ "00:3.0", NULL },
	{ "00:03.00", NULL },
	{ "00:03.0 ", NULL },
	{ " 00:03.0", NULL },
	{ "00:03.0\n", NULL },
	{ "000:00:03.0", NULL },
	{ "100000000:00:03.0", NULL },
	{ "0x00:00:03.0", NULL },
	{ "0000:00:03.0/..", NULL },
	{ "../0000:00:03.0", NULL },
	{ "0000:00:0g.0", NULL },
	{ "0000:00:03:0", NULL },
	{ "0000::00:03.0", NULL },
	{ "-000:00:03.0", NULL },
};

void test_bdf(void)
{
	char name[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(addresses); i++) {
		struct inest_bdf bdf = { "untouched" };
		const char *expected = addresses[i].canonical;
		int ret = inest_bdf_parse(addresses[i].text, &bdf);

		snprintf(name, sizeof(name), "bdf: row %zu", i);
		if (ret != (expected ? 0 : -EINVAL))
			tap_eq(expected ? 0 : -EINVAL, ret, name);
		else
			tap_str(expected ? expected : "untouched", bdf.text,
				name);
	}
}
