# SPDX-License-Identifier: GPL-2.0
# Devices of the x86_64 machine that only our own QEMU has.
CONFIG_IOMMU_TESTDEV=y
