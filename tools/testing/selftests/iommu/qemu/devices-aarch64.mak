# SPDX-License-Identifier: GPL-2.0
# Devices of the arm64 machine: nothing but what the tests touch.
CONFIG_ARM_VIRT=y
CONFIG_EDU=y
CONFIG_PCIE_PORT=y
CONFIG_VIRTIO_PCI=y
CONFIG_VIRTIO_SERIAL=y
