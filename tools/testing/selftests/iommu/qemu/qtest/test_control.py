# SPDX-License-Identifier: GPL-2.0
"""
Controls: what stock QEMU can do, too. Without them a test that fails there could
have failed because the machine doesn't work at all.
"""
from . import vtd
from .case import DID, World, case, expect


@case("control: scalable mode and queued invalidation", stock="passes")
def registers(m):
    unit = vtd.Unit(m, prq=0)
    expect(unit.reg64(vtd.ECAP) >> 43 & 1, 1, "SMTS")
    expect(unit.reg32(vtd.GSTS) >> 26 & 1, 1, "queue on")
    expect(unit.reg32(vtd.GSTS) >> 31, 1, "translation on")
    unit.sync(vtd.iotlb(), vtd.context_desc())
    expect(unit.reg32(vtd.FSTS), 0, "FSTS")


@case("control: DMA of edu through the second stage", stock="passes")
def second_stage(m):
    w = World(m, edu=True, prq=0)
    expect(w.where_edu(addr=w.data(2), source=w.data(1)), [2])
    w.second.map(w.data(2), w.host(4))
    w.unit.sync(vtd.iotlb(DID))
    expect(w.where_edu(addr=w.data(2), source=w.data(1)), [4])
