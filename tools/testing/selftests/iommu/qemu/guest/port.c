// SPDX-License-Identifier: GPL-2.0
/* The virtio-serial ports to the host. */
#include <dirent.h>
#include <string.h>
#include <unistd.h>

#include "rig.h"

#define PORTS "/sys/class/virtio-ports"
#define PORT_TRIES	200
#define PORT_WAIT_US	50000

static bool is_named(const char *node, const char *wanted)
{
	char path[512], name[64] = "";
	FILE *file;

	snprintf(path, sizeof(path), PORTS "/%s/name", node);
	file = fopen(path, "r");
	if (!file)
		return false;
	if (!fgets(name, sizeof(name), file))
		name[0] = '\0';
	fclose(file);
	name[strcspn(name, "\n")] = '\0';
	return !strcmp(name, wanted);
}

/* A port has no fixed number: look for it by name. */
static FILE *find(const char *name)
{
	DIR *dir = opendir(PORTS);
	struct dirent *entry;
	FILE *found = NULL;
	char path[300];

	while (dir && !found && (entry = readdir(dir))) {
		if (!is_named(entry->d_name, name))
			continue;
		snprintf(path, sizeof(path), "/dev/%s", entry->d_name);
		found = fopen(path, "we");
	}
	if (dir)
		closedir(dir);
	return found;
}

/* The host names a port in a message, which may come after user space starts. */
FILE *port_open(const char *name)
{
	FILE *port = NULL;
	int tries;

	for (tries = 0; !port && tries < PORT_TRIES; tries++) {
		port = find(name);
		if (!port)
			usleep(PORT_WAIT_US);
	}
	return port;
}
