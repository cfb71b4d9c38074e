# SPDX-License-Identifier: GPL-2.0
# Devices of the x86_64 machine: nothing but what the tests touch.
CONFIG_Q35=y
CONFIG_EDU=y
CONFIG_PCIE_PORT=y
CONFIG_PCI_BRIDGE=y
CONFIG_PCIE_PCI_BRIDGE=y
CONFIG_VIRTIO_PCI=y
CONFIG_VIRTIO_SERIAL=y
