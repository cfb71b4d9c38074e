// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* What nesting-info prints */
#include <stdlib.h>

#include "tests.h"

static char *printed;
static size_t printed_size;

static FILE *start(void)
{
	free(printed);
	printed = NULL;
	return open_memstream(&printed, &printed_size);
}

static void expect(const struct offer *offer, const struct inest_guest *guest,
		   const char *text, const char *what)
{
	FILE *out = start();

	text_verdict(out, offer, guest, verdict(offer, guest));
	fclose(out);
	tap_str(text, printed, what);
}

static void test_accepted(void)
{
	struct inest_guest guest = inest_guest_none();
	struct offer offer = sample_vtd();

	guest.pasids = 900;
	expect(&offer, &guest, "accepted\n", "verdict: accepted");
	guest.pasids = 901;
	expect(&offer, &guest, "not accepted: pasids: 901 asked for, 900 left\n",
	       "verdict: PASIDs");
	offer = sample_smmuv3();
	expect(&offer, &guest, "not accepted: pasids: 901 asked for, 0 left\n",
	       "verdict: no PASIDs to allocate");
	guest.format = 7;
	tap_eq(-EINVAL, verdict(&offer, &guest), "verdict: no sense");
}

static void test_smmuv3(void)
{
	struct inest_guest guest = inest_guest_none();
	struct offer offer = sample_smmuv3();

	offer.info.vendor.smmuv3.idr[0] = 0;
	guest.features = IOMMU_NESTING_FEAT_BIND_PGTBL |
			 IOMMU_NESTING_FEAT_CACHE_INVLD |
			 IOMMU_NESTING_FEAT_PAGE_REQUEST;
	guest.addr_width = 48;
	guest.input_width = 52;
	guest.pasid_bits = 7;
	guest.granules = 0x4000;
	guest.asid_bits = 16;
	guest.s1fmt = 2;
	guest.ats = 1;
	expect(&offer, &guest,
	       "not accepted: features: bind_pgtbl, page_request not offered\n"
	       "not accepted: addr-width: 48 asked for, 44 offered\n"
	       "not accepted: input-width: 52 asked for, 48 offered\n"
	       "not accepted: pasid-bits: 7 asked for, 6 offered\n"
	       "not accepted: granules: not offered\n"
	       "not accepted: asid-bits: 16 asked for, 8 offered\n"
	       "not accepted: s1fmt: 2 asked for, only linear tables (0) offered\n"
	       "not accepted: ats: not offered\n", "verdict: smmuv3");
	guest = inest_guest_none();
	guest.format = IOMMU_PASID_FORMAT_INTEL_VTD;
	expect(&offer, &guest,
	       "not accepted: format: vtd asked for, smmuv3 offered\n",
	       "verdict: format");
}

static void test_vtd(void)
{
	struct inest_guest guest = inest_guest_none();
	struct offer offer = sample_vtd();

	guest.input_width = 57;
	guest.asid_bits = 8;
	guest.s1fmt = 1;
	expect(&offer, &guest,
	       "not accepted: input-width: 57 asked for, 48 offered\n"
	       "not accepted: asid-bits: the format has no address space ids\n"
	       "not accepted: s1fmt: the format has no such layout\n",
	       "verdict: vtd");
	offer.info.vendor.vtd.cap |= 1ULL << 60;
	guest.asid_bits = 0;
	guest.s1fmt = 0;
	expect(&offer, &guest, "accepted\n", "verdict: five levels");
}

static bool has_line(const char *line)
{
	const char *at = strstr(printed, line);

	return at && at[strlen(line)] == '\n';
}

static void expect_line(const char *line)
{
	bool has = has_line(line);

	if (!has)
		printf("# not in it: %s\n", line);
	tap(has, line);
}

static void test_text(void)
{
	struct offer offer = sample_smmuv3();
	FILE *out = start();

	text_print(out, &offer);
	fclose(out);
	tap(!strncmp(printed, "IOMMU group 3\n", 14), "text: group");
	expect_line("  format                            smmuv3");
	expect_line("  features                          bind_pasid_table, cache_invld");
	expect_line("  guest physical addresses          44 bits");
	expect_line("  PASIDs                            6 bits");
	expect_line("  PASIDs to allocate                none, the guest owns the numbers");
	expect_line("  MSI window, to be mapped 1:1      0x8000000 to 0x80fffff");
	expect_line("  can be mapped                     0x8100000 to 0xfffffffffff");
	expect_line("  page tables (TTF)                 AArch64");
	expect_line("  granules (GRAN*)                  4 KiB, 64 KiB");
	expect_line("  ASIDs (ASID16)                    16 bits");
	expect_line("  device TLBs (ATS)                 no");
	offer = sample_vtd();
	offer.info.features = IOMMU_NESTING_FEAT_BIND_PGTBL | 1U << 31;
	out = start();
	text_print(out, &offer);
	fclose(out);
	expect_line("  features                          bind_pgtbl, 0x80000000");
	expect_line("  PASIDs to allocate                900 of 1000 left");
	expect_line("  addresses of requests (MGAW)      48 bits");
	expect_line("  CAP, ECAP                         0x00000000002f0000 0x0000019804000004");
	free(printed);
	printed = NULL;
}

void test_verdict(void)
{
	test_accepted();
	test_smmuv3();
	test_vtd();
	test_text();
}
