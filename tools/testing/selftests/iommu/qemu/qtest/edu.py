# SPDX-License-Identifier: GPL-2.0
"""QEMU's edu device: DMA without PASID, in stock QEMU too."""
from .machine import EDU_SLOT

BUFFER = 0x40000
SID = EDU_SLOT << 3


class Edu:
    """Moves 8 bytes at a time."""

    sid = SID

    def __init__(self, machine):
        self.machine = machine

    def _dma(self, src, dst, command):
        m = self.machine
        m.write64(m.edu_bar + 0x80, src)
        m.write64(m.edu_bar + 0x88, dst)
        m.write64(m.edu_bar + 0x90, 8)
        m.write64(m.edu_bar + 0x98, command | 1)
        m.step(101000000)

    def move(self, src, dst):
        """Copies 8 bytes from the one address to the other."""
        self._dma(src, BUFFER, 0)
        self._dma(BUFFER, dst, 2)
