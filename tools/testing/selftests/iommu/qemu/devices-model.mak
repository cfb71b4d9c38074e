# SPDX-License-Identifier: GPL-2.0
# Devices of both machines that only our own QEMU has.
CONFIG_IOMMU_TESTDEV=y
