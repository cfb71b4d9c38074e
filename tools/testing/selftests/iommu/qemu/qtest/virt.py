# SPDX-License-Identifier: GPL-2.0
"""The board with an SMMUv3."""
from .machine import Machine

OURS = ("x-ssidsize", "x-stall", "x-stall-max", "x-stall-id")
OF_TESTDEV = ("x-stall-id=on",)


class Virt(Machine):
    """An arm64 machine whose PCI devices are behind one SMMUv3."""

    ECAM = 0x3f000000
    BARS = 0x10000000

    def board(self, options):
        """Both stages; without memory above 4 GiB, so that ECAM is below it."""
        line = ["-M", "virt-9.1,gic-version=3,iommu=smmuv3,highmem=off",
                "-cpu", "cortex-a76", "-m", "512",
                "-global", "arm-smmuv3.stage=nested"]
        for option in self.config.known(options, OURS):
            device = "iommu-testdev" if option in OF_TESTDEV else "arm-smmuv3"
            line += ["-global", device + "." + option]
        return line
