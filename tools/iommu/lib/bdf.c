// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Addresses of PCI functions */

#include "internal.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Reads @min to @max digits up to @end, which is taken as well */
static int take_hex(const char **text, int min, int max, char end,
		    unsigned int *value)
{
	const char *p = *text;
	unsigned int v = 0;

	while (hex_digit(*p) >= 0) {
		if (p - *text == max)
			return -EINVAL;
		v = v << 4 | hex_digit(*p++);
	}
	if (p - *text < min || *p != end)
		return -EINVAL;
	*value = v;
	*text = end ? p + 1 : p;
	return 0;
}

static int take_function(const char *text, unsigned int v[4])
{
	return take_hex(&text, 2, 2, ':', &v[1]) ||
	       take_hex(&text, 2, 2, '.', &v[2]) ||
	       take_hex(&text, 1, 1, '\0', &v[3]) ||
	       v[2] > 0x1f || v[3] > 7 ? -EINVAL : 0;
}

int inest_bdf_parse(const char *text, struct inest_bdf *bdf)
{
	unsigned int v[4] = { 0 };

	if (take_function(text, v) &&
	    (take_hex(&text, 4, 8, ':', &v[0]) || take_function(text, v)))
		return -EINVAL;
	snprintf(bdf->text, sizeof(bdf->text), "%04x:%02x:%02x.%x", v[0], v[1],
		 v[2], v[3]);
	return 0;
}
