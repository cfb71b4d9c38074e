/* SPDX-License-Identifier: GPL-2.0-only */
/* Test devices for vfio-pci, and the files by which iommufd takes them */
#ifndef ORACLE_CLAIM_H
#define ORACLE_CLAIM_H

#include "world.h"

const char *claimed_bdf(int i);
int claimed_open(int i);
int claimed_replug(int i);

#endif /* ORACLE_CLAIM_H */
