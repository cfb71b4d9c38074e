# SPDX-License-Identifier: GPL-2.0
"""The board with VT-d."""
from .machine import Machine

FIRMWARE = ("/usr/share/seabios", "/usr/share/qemu")
NESTING = ["x-nesting=on", "x-pasid-mode=on", "x-prs=on"]
OURS = ("x-nesting", "x-prs", "x-prq-delay", "x-ite-delay", "x-drop",
        "x-nd")


class Q35(Machine):
    """A PC with one VT-d unit."""

    ECAM = 0xb0000000
    BARS = 0xe0000000

    def board(self, options):
        """The unit comes before the devices behind it."""
        nesting = [] if self.config.stock else NESTING
        unit = ["intel-iommu", "intremap=on", "x-scalable-mode=on",
                "device-iotlb=on", *nesting, *self.config.known(options, OURS)]
        line = ["-M", "q35", "-m", "512", "-device", ",".join(unit)]
        for folder in FIRMWARE:
            line += ["-L", folder]
        return line

    def config_read(self, slot, reg):
        """Conventional configuration space is behind ports."""
        if reg >= 0x100:
            return super().config_read(slot, reg)
        self.command("outl 0xcf8 %#x" % (1 << 31 | slot << 11 | reg & ~3))
        return int(self.command("inl 0xcfc"), 16)

    def config_write(self, slot, reg, value):
        """As config_read()."""
        if reg >= 0x100:
            super().config_write(slot, reg, value)
            return
        self.command("outl 0xcf8 %#x" % (1 << 31 | slot << 11 | reg & ~3))
        self.command("outl 0xcfc %#x" % value)

    def _config_address(self, slot, reg):
        """The host bridge's PCIEXBAR maps extended configuration space."""
        if not self.config_read(0, 0x60) & 1:
            self.config_write(0, 0x64, 0)
            self.config_write(0, 0x60, self.ECAM | 1)
        return super()._config_address(slot, reg)
