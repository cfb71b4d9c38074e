// SPDX-License-Identifier: GPL-2.0-only
/*
 * nesting-info(8) on an SMMUv3, and with --vtd on VT-d: says what the capability
 * says, tells who would be accepted, and leaves the device as it was; with
 * --no-nesting, on an IOMMU that can't nest, says so. The command stands beside this
 * program.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../kselftest.h"
#include "edu.h"
#include "iommu-nesting.h"
#include "testdev.h"

#define MAX_WORDS	16
#define CONFIG_SIZE	256

/* What the command printed, on both outputs, and how it ended */
static char output[8192];
static int code;

static struct inest_bdf device;
static char where[PATH_MAX];

static void exec_command(const char *line, int out)
{
	char words[256], *argv[MAX_WORDS + 2] = { where };
	int argc = 1;
	char *word;

	snprintf(words, sizeof(words), "%s %s", line, device.text);
	for (word = strtok(words, " "); word && argc <= MAX_WORDS;
	     word = strtok(NULL, " "))
		argv[argc++] = word;
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	execv(where, argv);
	_exit(126);
}

/* Runs nesting-info with the device as its last word */
static void command(const char *line)
{
	size_t len = 0;
	int ends[2], status;
	ssize_t got;
	pid_t pid;

	code = -1;
	output[0] = 0;
	if (pipe(ends) < 0)
		return;
	fflush(stdout);
	pid = fork();
	if (!pid)
		exec_command(line, ends[1]);
	close(ends[1]);
	while ((got = read(ends[0], output + len,
			   sizeof(output) - 1 - len)) > 0)
		len += got;
	output[len] = 0;
	close(ends[0]);
	if (pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status))
		code = WEXITSTATUS(status);
}

/* A test: the command's exit code, and a text that is in its output */
static void expect(const char *name, const char *line, int expected,
		   const char *text)
{
	bool passed;

	command(line);
	passed = code == expected && strstr(output, text);
	if (!passed)
		ksft_print_msg("exit code %d, not %d, or no \"%s\" in: %s\n",
			       code, expected, text, output);
	ksft_test_result(passed, "%s\n", name);
}

static bool find_command(void)
{
	char *slash;
	ssize_t len = readlink("/proc/self/exe", where, sizeof(where) - 1);

	if (len < 0)
		return false;
	where[len] = 0;
	slash = strrchr(where, '/');
	if (!slash || slash - where > (ssize_t)sizeof(where) - 20)
		return false;
	strcpy(slash + 1, "nesting-info");
	return !access(where, X_OK);
}

static int read_config(unsigned char config[CONFIG_SIZE])
{
	char path[PATH_MAX];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/config",
		 device.text);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	len = read(fd, config, CONFIG_SIZE);
	close(fd);
	return len > 0 ? (int)len : -EIO;
}

/* What the capability says, read without the command */
static int read_info(struct iommu_nesting_info *info)
{
	int container = inest_container_open();
	int group = inest_group_open_pci(device.text);
	int ret = inest_group_attach(group, container);

	if (!ret)
		ret = inest_container_set_iommu(container,
						VFIO_TYPE1_NESTING_IOMMU);
	if (!ret)
		ret = inest_info(container, info, sizeof(*info));
	close(group);
	close(container);
	return ret;
}

static void test_width(const struct iommu_nesting_info *info)
{
	char text[80];

	snprintf(text, sizeof(text), "guest physical addresses          %u bits\n",
		 info->addr_width);
	expect("text_has_the_width", "", 0, text);
}

static void test_print_vtd(const struct iommu_nesting_info *info)
{
	char text[80];

	expect("text_has_the_features", "", 0,
	       "syswide_pasid, bind_pgtbl, cache_invld, page_request\n");
	snprintf(text, sizeof(text),
		 "\"cap\": \"0x%016llx\", \"ecap\": \"0x%016llx\"",
		 (unsigned long long)info->vendor.vtd.cap,
		 (unsigned long long)info->vendor.vtd.ecap);
	expect("json_has_the_registers", "--json", 0, text);
	expect("json_has_the_pasids", "--json", 0, "\"pasid_bits\": 20");
}

/* A guest that @wants what there is, and others that want more: what it @lacks */
static void test_check(const struct iommu_nesting_info *info, const char *wants,
		       const char *lacks)
{
	char line[200];

	snprintf(line, sizeof(line), "-c %s --addr-width %u --pasid-bits %u",
		 wants, info->addr_width, info->pasid_bits);
	expect("guest_is_accepted", line, 0, "accepted\n");
	snprintf(line, sizeof(line), "-c --addr-width %u",
		 info->addr_width + 1);
	expect("wider_guest_is_not", line, 1, "not accepted: addr-width: ");
	snprintf(line, sizeof(line), "--json -c --features %s", lacks);
	expect("other_features_are_not", line, 1, "\"accepted\": false");
}

#define VTD_FEATURES	"syswide_pasid,bind_pgtbl,cache_invld,page_request"

static void test_check_vtd(const struct iommu_nesting_info *info)
{
	test_check(info, "--format vtd --pasids 1 --features " VTD_FEATURES,
		   "bind_pasid_table");
	expect("smmuv3_guest_is_not", "-c --format smmuv3", 1,
	       "not accepted: format: smmuv3 asked for, vtd offered\n");
	expect("guest_of_all_pasids_is_not", "-c --pasids 1048576", 1,
	       "not accepted: pasids: 1048576 asked for, ");
}

static void test_print(const struct iommu_nesting_info *info)
{
	char text[80];

	expect("text_has_the_features", "", 0,
	       "bind_pasid_table, cache_invld\n");
	snprintf(text, sizeof(text), "\"idr\": [\"0x%08x\", \"0x%08x\"",
		 info->vendor.smmuv3.idr[0], info->vendor.smmuv3.idr[1]);
	expect("json_has_the_registers", "--json", 0, text);
	snprintf(text, sizeof(text), "\"iova\": \"0x%llx\"",
		 (unsigned long long)info->vendor.smmuv3.msi_iova);
	expect("json_has_the_msi_window", "--json", 0, text);
}

static void test_check_smmuv3(const struct iommu_nesting_info *info)
{
	test_check(info, "--format smmuv3 --features bind_pasid_table,cache_invld",
		   "page_request");
	expect("vtd_guest_is_not", "-c --format vtd", 1,
	       "not accepted: format: vtd asked for, smmuv3 offered\n");
	expect("guest_that_allocates_is_not", "-c --pasids 1", 1,
	       "not accepted: pasids: 1 asked for, 0 left\n");
}

static void test_reasons(void)
{
	int group = inest_group_open_pci(device.text);

	expect("group_in_use", "", 2, "in use by another process\n");
	close(group);
	inest_pci_restore(device.text);
	expect("no_driver_again", "", 2, "has no driver: bind it to vfio-pci\n");
}

static void test_device(bool vtd)
{
	unsigned char before[CONFIG_SIZE], after[CONFIG_SIZE];
	struct iommu_nesting_info info;
	char driver[16] = "";
	int size;

	if (read_info(&info))
		ksft_exit_fail_msg("no nesting capability\n");
	size = read_config(before);
	test_width(&info);
	if (vtd) {
		test_print_vtd(&info);
		test_check_vtd(&info);
	} else {
		test_print(&info);
		test_check_smmuv3(&info);
	}
	ksft_test_result(size > 0 && read_config(after) == size &&
			 !memcmp(before, after, size),
			 "configuration_is_as_before\n");
	ksft_test_result(!inest_pci_driver(device.text, driver, sizeof(driver)) &&
			 !strcmp(driver, "vfio-pci"), "driver_is_as_before\n");
	test_reasons();
}

static void test_no_nesting(void)
{
	const char *reason = "its IOMMU cannot nest\n";

	expect("one_stage_is_told", "", 2, reason);
	expect("one_stage_accepts_nobody", "--check", 2, reason);
}

int main(int argc, char **argv)
{
	bool nesting = argc < 2 || strcmp(argv[1], "--no-nesting");
	bool vtd = argc > 1 && !strcmp(argv[1], "--vtd");
	int found = vtd ?
		inest_pci_find(ITD_VENDOR_ID, ITD_DEVICE_ID, &device, 1) :
		inest_pci_find(EDU_VENDOR_ID, EDU_DEVICE_ID, &device, 1);

	ksft_print_header();
	if (!find_command())
		ksft_exit_fail_msg("no nesting-info beside this program\n");
	if (found < 1)
		ksft_exit_skip("no device for the test (PCI 1234:11e8 or 11ff)\n");
	ksft_set_plan(nesting ? 14 : 3);
	expect("no_driver", "", 2, "has no driver: bind it to vfio-pci\n");
	if (inest_pci_claim(device.text))
		ksft_exit_fail_msg("vfio-pci did not take the device\n");
	if (nesting)
		test_device(vtd);
	else
		test_no_nesting();
	inest_pci_restore(device.text);
	ksft_finished();
}
