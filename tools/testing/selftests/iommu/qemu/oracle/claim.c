// SPDX-License-Identifier: GPL-2.0-only
/* Test devices for vfio-pci, and the files by which iommufd takes them */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <take_tables.h>
#include "claim.h"
#include "write_file.h"

#define PCI		"/sys/bus/pci/"
#define PCI_DEVICES	PCI "devices"

static char claimed[WORLD_DEVICES][BDF_SIZE];
static int count;

static unsigned long number_of(const char *bdf, const char *attribute)
{
	char path[320];
	unsigned long value = 0;
	FILE *file;

	snprintf(path, sizeof(path), PCI_DEVICES "/%s/%s", bdf, attribute);
	file = fopen(path, "r");
	if (!file)
		return 0;
	if (fscanf(file, "%lx", &value) != 1)
		value = 0;
	fclose(file);
	return value;
}

static int is_testdev(const struct dirent *entry)
{
	return number_of(entry->d_name, "vendor") == ITD_VENDOR_ID &&
	       number_of(entry->d_name, "device") == ITD_DEVICE_ID;
}

static int claim(const char *bdf)
{
	char path[128];
	int ret;

	snprintf(path, sizeof(path), PCI_DEVICES "/%s/driver_override", bdf);
	ret = write_file(path, "vfio-pci");
	return ret ? ret : write_file(PCI "drivers_probe", bdf);
}

/**
 * world_claim - Hand the machine's test devices to vfio-pci
 *
 * Return: how many there are, at most WORLD_DEVICES, or a negative errno
 */
int world_claim(void)
{
	struct dirent **entries;
	int i, ret = 0, found = scandir(PCI_DEVICES, &entries, is_testdev, alphasort);

	if (found < 0)
		return -errno;
	for (i = 0; i < found; i++) {
		if (!ret && count < WORLD_DEVICES) {
			snprintf(claimed[count], BDF_SIZE, "%.*s", BDF_SIZE - 1,
				 entries[i]->d_name);
			ret = claim(claimed[count++]);
		}
		free(entries[i]);
	}
	free(entries);
	return ret ? ret : count;
}

/**
 * claimed_bdf - Address of a claimed device
 * @i: which, from zero
 *
 * Return: the address
 */
const char *claimed_bdf(int i)
{
	return claimed[i];
}

/**
 * claimed_replug - Let a claimed device vanish and be found again
 * @i: which, from zero; it is not open
 *
 * Its tables of before are not its tables of after, nor do they hold anything.
 *
 * Return: 0 or a negative errno
 */
int claimed_replug(int i)
{
	char path[128];
	void *taken;
	int ret;

	snprintf(path, sizeof(path), PCI_DEVICES "/%s/remove", claimed[i]);
	ret = write_file(path, "1");
	if (ret)
		return ret;
	taken = take_tables();
	if (taken == MAP_FAILED)
		return -errno;
	ret = write_file(PCI "rescan", "1");
	give_tables(taken);
	return ret ? ret : claim(claimed[i]);
}

static int is_vfio_name(const struct dirent *entry)
{
	return !strncmp(entry->d_name, "vfio", 4);
}

/**
 * claimed_open - Open the file of a claimed device
 * @i: which, from zero
 *
 * Return: file descriptor of the device or a negative errno
 */
int claimed_open(int i)
{
	struct dirent **entries;
	char path[320];
	int fd, found;

	snprintf(path, sizeof(path), PCI_DEVICES "/%s/vfio-dev", claimed[i]);
	found = scandir(path, &entries, is_vfio_name, alphasort);
	if (found < 1)
		return found < 0 ? -errno : -ENOENT;
	snprintf(path, sizeof(path), "/dev/vfio/devices/%s", entries[0]->d_name);
	while (found--)
		free(entries[found]);
	free(entries);
	fd = open(path, O_RDWR | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}
