/* SPDX-License-Identifier: GPL-2.0-only */
/* What /dev/itd_sva does, for the module and for whoever opens that */
#ifndef ITD_SVA_H
#define ITD_SVA_H

#include <linux/ioctl.h>

#define ITD_SVA_NAME		"itd_sva"

/* Returns the PASID by which the device reaches the memory of who opened it */
#define ITD_SVA_GET_PASID	_IO('i', 0)

#endif /* ITD_SVA_H */
