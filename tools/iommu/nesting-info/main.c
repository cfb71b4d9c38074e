// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* nesting-info: what a group's IOMMU offers a guest, see nesting-info(8) */
#include "nesting-info.h"

#ifndef VERSION
#define VERSION	"unknown"
#endif

enum {
	EXIT_ACCEPTED,
	EXIT_NOT_ACCEPTED,
	EXIT_ERROR,
};

static int fail(const char *why)
{
	fprintf(stderr, "nesting-info: %s\n", why);
	return EXIT_ERROR;
}

static int show(const struct options *options, const struct offer *offer)
{
	const struct inest_guest *guest = &options->guest;
	int lacks = options->check ? verdict(offer, guest) : 0;

	if (lacks < 0)
		return fail("the requirements make no sense");
	if (options->json)
		json_print(stdout, offer, options->check ? guest : NULL, lacks);
	else if (options->check)
		text_verdict(stdout, offer, guest, lacks);
	else
		text_print(stdout, offer);
	return lacks ? EXIT_NOT_ACCEPTED : EXIT_ACCEPTED;
}

static int run(int argc, char **argv)
{
	struct options options;
	struct offer offer;
	struct why why;

	if (args_parse(argc, argv, &options, &why))
		return fail(why.text);
	if (options.help) {
		args_usage(stdout);
		return EXIT_ACCEPTED;
	}
	if (options.version) {
		puts("nesting-info " VERSION);
		return EXIT_ACCEPTED;
	}
	if (offer_read(&options, &offer, &why))
		return fail(why.text);
	return show(&options, &offer);
}

int main(int argc, char **argv)
{
	int ret = run(argc, argv);

	if (fflush(stdout) || ferror(stdout))
		return fail("the output can't be written");
	return ret;
}
