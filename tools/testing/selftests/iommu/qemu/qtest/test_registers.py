# SPDX-License-Identifier: GPL-2.0
"""What the unit says it can do, and registers that stock QEMU lacks."""
from . import vtd
from .case import World, case, expect


def bits(value, **wanted):
    """Compares fields given as name=(low bit, width, value)."""
    for name, (low, width, want) in wanted.items():
        expect(value >> low & (1 << width) - 1, want, name)


@case("registers: what nesting needs is there")
def extended(m):
    w = World(m, edu=True)
    bits(w.unit.reg64(vtd.ECAP), SMTS=(43, 1, 1), PASID=(40, 1, 1),
         PSS=(35, 5, 19), SMPWC=(48, 1, 1), FSTS=(47, 1, 1), SSTS=(46, 1, 1),
         SRS=(31, 1, 1), NEST=(26, 1, 1), DT=(2, 1, 1), PRS=(29, 1, 1),
         PDS=(42, 1, 1), EAFS=(34, 1, 1), SSADS=(45, 1, 1))


@case("registers: four levels, eight fault records, 1G pages")
def capabilities(m):
    w = World(m, edu=True)
    bits(w.unit.reg64(vtd.CAP), SAGAW=(8, 5, 0b00110), MGAW=(16, 6, 47),
         NFR=(40, 8, 7), FS1GP=(56, 1, 1), FS5LP=(60, 1, 0))


@case("registers: five levels", options=("aw-bits=57",),
      stock="refuses")
def five(m):
    w = World(m, edu=True)
    bits(w.unit.reg64(vtd.CAP), SAGAW=(8, 5, 0b01110), MGAW=(16, 6, 56),
         FS5LP=(60, 1, 1))


@case("registers: PASIDs and device TLBs in one unit",
      options=("aw-bits=48", "x-pasid-mode=on"), stock="refuses")
def both(m):
    w = World(m, edu=True)
    bits(w.unit.reg64(vtd.ECAP), PASID=(40, 1, 1), DT=(2, 1, 1))


@case("registers: page request queue")
def queue(m):
    w = World(m, edu=True)
    w.unit.reg64(vtd.PQA, 0x1234000 | 2)
    expect(w.unit.reg64(vtd.PQA), 0x1234000 | 2)
    w.unit.reg64(vtd.PQH, 0x40)
    expect(w.unit.reg64(vtd.PQH), 0x40)
    expect(w.unit.reg32(vtd.PECTL), 1 << 31)
    w.unit.reg32(vtd.PECTL, 0)
    expect(w.unit.reg32(vtd.PECTL), 0)


@case("registers: each fault record is where CAP says")
def records(m):
    w = World(m, edu=True)
    offset = (w.unit.reg64(vtd.CAP) >> 24 & 0x3ff) * 16
    expect(offset, vtd.FRCD)
    for i in range(8):
        expect(w.unit.reg64(offset + 16 * i + 8), 0, "record %d" % i)
    expect((w.unit.reg64(vtd.CAP) >> 40 & 0xff) + 1, 8, "records")


@case("registers: domain ids can be few", options=("aw-bits=48", "x-nd=1"))
def few_domains(m):
    w = World(m)
    expect(w.unit.reg64(vtd.CAP) & 7, 1, "ND")
    w.nested(0x21, did=63)
    expect(w.where(number=0x21), [0])
    w.nested(0x22, did=64)
    expect(w.where(number=0x22), "FAULT")
    expect(w.unit.faults()[0].reason, 0x5a)
