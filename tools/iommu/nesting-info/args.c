// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* The command line */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>

#include "nesting-info.h"

enum {
	OPT_HELP = 'h',
	OPT_VERSION = 'V',
	OPT_JSON = 'j',
	OPT_CHECK = 'c',
	OPT_FORMAT = 0x100,
	OPT_FEATURES,
	OPT_GRANULES,
	OPT_ATS,
	OPT_NUMBER,	/* the first of those in numbers[] */
};

/* A requirement that is a number from @min to @max */
static const struct number {
	const char *name;
	size_t offset;
	unsigned long min;
	unsigned long max;
} numbers[] = {
	{ "addr-width", offsetof(struct inest_guest, addr_width), 1, 64 },
	{ "input-width", offsetof(struct inest_guest, input_width), 1, 64 },
	{ "pasid-bits", offsetof(struct inest_guest, pasid_bits), 0, 20 },
	{ "pasids", offsetof(struct inest_guest, pasids), 0, 1 << 20 },
	{ "asid-bits", offsetof(struct inest_guest, asid_bits), 1, 16 },
	{ "s1fmt", offsetof(struct inest_guest, s1fmt), 0, 2 },
};

static const struct option long_options[] = {
	{ "help", no_argument, NULL, OPT_HELP },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "check", no_argument, NULL, OPT_CHECK },
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "features", required_argument, NULL, OPT_FEATURES },
	{ "granules", required_argument, NULL, OPT_GRANULES },
	{ "ats", no_argument, NULL, OPT_ATS },
	{ "addr-width", required_argument, NULL, OPT_NUMBER },
	{ "input-width", required_argument, NULL, OPT_NUMBER + 1 },
	{ "pasid-bits", required_argument, NULL, OPT_NUMBER + 2 },
	{ "pasids", required_argument, NULL, OPT_NUMBER + 3 },
	{ "asid-bits", required_argument, NULL, OPT_NUMBER + 4 },
	{ "s1fmt", required_argument, NULL, OPT_NUMBER + 5 },
	{ }
};

/**
 * args_usage - Tell how the command is used
 * @out: where to
 */
void args_usage(FILE *out)
{
	fputs("usage: nesting-info [--json] [--check [REQUIREMENT]...] GROUP|DEVICE\n"
	      "GROUP is the number of an IOMMU group, DEVICE the address of a PCI function.\n"
	      "A REQUIREMENT is what a guest's virtual IOMMU would ask for:\n"
	      "  --format smmuv3|vtd   format of its tables\n"
	      "  --features LIST       of syswide_pasid, bind_pgtbl, bind_pasid_table,\n"
	      "                        cache_invld, page_request\n"
	      "  --addr-width BITS     guest physical addresses\n"
	      "  --input-width BITS    stage-1 input addresses\n"
	      "  --pasid-bits BITS     PASIDs\n"
	      "  --pasids NUMBER       PASIDs to allocate\n"
	      "  --granules LIST       of 4k, 16k, 64k (smmuv3), 4k, 2m, 1g (vtd)\n"
	      "  --asid-bits BITS      address space ids (smmuv3)\n"
	      "  --s1fmt 0|1|2         layout of the PASID table (smmuv3)\n"
	      "  --ats                 translations cached in devices\n", out);
}

static int parse_number(const char *text, unsigned long min, unsigned long max,
			__u32 *value)
{
	unsigned long v;
	char *end;

	if (*text < '0' || *text > '9')
		return -EINVAL;
	v = strtoul(text, &end, 10);
	if (*end || v < min || v > max)
		return -EINVAL;
	*value = v;
	return 0;
}

static int parse_granules(const char *list, __u32 *granules)
{
	static const struct {
		const char *name;
		__u32 size;
	} names[] = {
		{ "4k", 0x1000 }, { "16k", 0x4000 }, { "64k", 0x10000 },
		{ "2m", 0x200000 }, { "1g", 0x40000000 },
	};
	__u32 all = 0;
	size_t i, len;

	do {
		len = strcspn(list, ",");
		for (i = 0; i < ARRAY_SIZE(names); i++)
			if (strlen(names[i].name) == len &&
			    !memcmp(names[i].name, list, len))
				break;
		if (i == ARRAY_SIZE(names))
			return -EINVAL;
		all |= names[i].size;
		list += len;
	} while (*list++);
	*granules = all;
	return 0;
}

static int take_number(struct inest_guest *guest, const struct number *number,
		       const char *text, struct why *why)
{
	__u32 value;

	if (parse_number(text, number->min, number->max, &value)) {
		say_why(why, "--%s takes a number from %lu to %lu, not '%s'",
			number->name, number->min, number->max, text);
		return -EINVAL;
	}
	memcpy((char *)guest + number->offset, &value, sizeof(value));
	return 0;
}

static int take_format(struct inest_guest *guest, const char *text)
{
	int format = inest_format_parse(text);

	if (format > 0)
		guest->format = format;
	return format < 0 ? format : 0;
}

static int take_requirement(struct inest_guest *guest, int opt,
			    const char *text, struct why *why)
{
	int ret;

	switch (opt) {
	case OPT_FORMAT:
		ret = take_format(guest, text);
		say_why(why, "--format takes smmuv3 or vtd, not '%s'", text);
		return ret;
	case OPT_FEATURES:
		ret = inest_features_parse(text, &guest->features);
		say_why(why, "--features: unknown feature in '%s'", text);
		return ret;
	case OPT_GRANULES:
		ret = parse_granules(text, &guest->granules);
		say_why(why, "--granules: unknown size in '%s'", text);
		return ret;
	case OPT_ATS:
		guest->ats = 1;
		return 0;
	default:
		return take_number(guest, &numbers[opt - OPT_NUMBER], text,
				   why);
	}
}

/* A word that getopt_long() refused; it leaves optind behind a long option */
static int bad_option(int opt, char **argv, struct why *why)
{
	if (opt == ':')
		say_why(why, "%s needs a value", argv[optind - 1]);
	else if (!optopt)
		say_why(why, "unknown option %s", argv[optind - 1]);
	else if (optopt >= OPT_FORMAT || strchr("cjhV", optopt))
		say_why(why, "%s: it takes no value", argv[optind - 1]);
	else
		say_why(why, "unknown option -%c", optopt);
	return -EINVAL;
}

static int take_option(struct options *options, int opt, struct why *why)
{
	switch (opt) {
	case OPT_HELP:
		options->help = true;
		return 0;
	case OPT_VERSION:
		options->version = true;
		return 0;
	case OPT_JSON:
		options->json = true;
		return 0;
	case OPT_CHECK:
		options->check = true;
		return 0;
	default:
		return take_requirement(&options->guest, opt, optarg, why);
	}
}

static int take_target(struct options *options, const char *text,
		       struct why *why)
{
	__u32 number;

	if (!inest_bdf_parse(text, &options->bdf))
		return 0;
	if (parse_number(text, 0, 0x7fffffff, &number)) {
		say_why(why, "neither a group's number nor a PCI address: %s",
			text);
		return -EINVAL;
	}
	options->group = number;
	return 0;
}

/* Reads all options; returns the last requirement, zero without, or an error */
static int take_options(int argc, char **argv, struct options *options,
			struct why *why)
{
	int opt, requirement = 0, ret = 0;

	opterr = 0;
	optind = 0;
	while (!ret) {
		opt = getopt_long(argc, argv, ":cjhV", long_options, NULL);
		if (opt < 0)
			break;
		if (opt == ':' || opt == '?')
			return bad_option(opt, argv, why);
		ret = take_option(options, opt, why);
		if (opt >= OPT_FORMAT)
			requirement = opt;
	}
	return ret ? ret : requirement;
}

/**
 * args_parse - Read the command line
 * @argc: number of words
 * @argv: the words; they may be put into another order
 * @options: filled in
 * @why: filled in on failure
 *
 * Return: 0 or -EINVAL
 */
int args_parse(int argc, char **argv, struct options *options, struct why *why)
{
	int ret;

	memset(options, 0, sizeof(*options));
	options->group = -1;
	options->guest = inest_guest_none();
	ret = take_options(argc, argv, options, why);
	if (ret < 0 || options->help || options->version)
		return ret < 0 ? ret : 0;
	if (ret && !options->check) {
		say_why(why, "a requirement needs --check");
		return -EINVAL;
	}
	if (optind != argc - 1) {
		say_why(why, optind < argc ?
			"more than one group or device: %s" :
			"no group or device given; see --help%s",
			optind < argc ? argv[optind + 1] : "");
		return -EINVAL;
	}
	return take_target(options, argv[optind], why);
}
