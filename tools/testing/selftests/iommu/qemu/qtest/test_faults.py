# SPDX-License-Identifier: GPL-2.0
"""Fault records: their number, what is in them, and their codes (7.1.3)."""
from . import vtd
from .case import FRESH, PASID, VA, World, case, expect, one_fault

G = vtd.GUEST_OFFSET


@case("faults: nothing mapped in the first stage")
def first_missing(m):
    w = World(m)
    expect(w.where(addr=FRESH), "FAULT")
    one_fault(w, 0x71, pasid=PASID, write=True, addr=FRESH, sid=w.sid)


@case("faults: output not mapped in the second stage")
def output_missing(m):
    w = World(m)
    w.first.map(FRESH, 0x5000000)
    expect(w.where(addr=FRESH), "FAULT")
    one_fault(w, 0x79, pasid=PASID, addr=FRESH)


@case("faults: table not mapped in the second stage")
def table_missing(m):
    w = World(m)
    w.second.map((w.first.entry(VA) & ~0xfff) - G, None)
    expect(w.where(), "FAULT")
    one_fault(w, 0x79, pasid=PASID, addr=VA)


@case("faults: table not readable in the second stage")
def table_unreadable(m):
    w = World(m)
    table = (w.first.entry(VA) & ~0xfff) - G
    w.second.map(table, table + G, rights=2)
    expect(w.where(), "FAULT", "leaf table")
    one_fault(w, 0x76, pasid=PASID)
    w.second.map(w.first.root, w.first.root + G, rights=2)
    expect(w.where(), "FAULT", "root table")
    one_fault(w, 0x75, pasid=PASID)


@case("faults: addresses beyond the second stage")
def beyond_second(m):
    w = World(m)
    small = vtd.SecondStage(m, w.unit.pool, levels=3)
    for page in range(vtd.GUEST_POOL, w.unit.guest_pool.next + 0x8000, 0x1000):
        small.map(page, page + G)
    w.first.map(FRESH, 1 << 40)
    w.nested(0x21, second=small, did=6)
    expect(w.where(addr=FRESH, number=0x21), "FAULT", "output")
    one_fault(w, 0x84, pasid=0x21)
    m.write64(w.first.entry(VA, 2), 1 << 40 | 7)
    expect(w.where(number=0x21), "FAULT", "table")
    one_fault(w, 0x74, pasid=0x21)


@case("faults: reserved bits in both stages")
def reserved(m):
    w = World(m)
    m.write64(w.first.entry(VA), w.data(0) | 7 | 1 << 50)
    expect(w.where(), "FAULT", "first")
    one_fault(w, 0x72, pasid=PASID)
    m.write64(w.first.entry(VA), w.data(0) | 7)
    m.write64(w.second.entry(w.data(0)), w.host(0) | 3 | 1 << 50)
    expect(w.where(), "FAULT", "second")
    one_fault(w, 0x7a, pasid=PASID)


@case("faults: non-canonical address")
def non_canonical(m):
    w = World(m)
    expect(w.where(addr=1 << 47), "FAULT")
    one_fault(w, 0x80, pasid=PASID)


@case("faults: second stage alone")
def second_alone(m):
    w = World(m)
    expect(w.where(addr=0x5000000, number=None), "FAULT")
    one_fault(w, 0x79, pasid=None, addr=0x5000000)
    w.second.map(w.data(0), w.host(0), rights=1)
    expect(w.where(addr=w.data(0), number=None), "FAULT")
    one_fault(w, 0x85, pasid=None)


@case("faults: result in the interrupt range")
def interrupt_range(m):
    w = World(m)
    w.second.map(0xfee00000, 0xfee00000)
    w.first.map(FRESH, 0xfee00000)
    expect(w.where(addr=FRESH), "FAULT")
    one_fault(w, 0x87, pasid=PASID)


@case("faults: 0xfeexxxxx with a PASID is an address like any other")
def interrupt_address(m):
    w = World(m)
    w.first.map(0xfee00000, w.data(2))
    expect(w.where(addr=0xfee00000), [2])
    expect(w.where(addr=0xfee00000, number=None), "FAULT")
    one_fault(w, 0x87, pasid=None)


@case("faults: eight records, then overflow")
def eight(m):
    w = World(m)
    expect((w.unit.reg64(vtd.CAP) >> 40 & 0xff) + 1, 8, "records")
    for i in range(8):
        w.where(addr=FRESH, number=0x40 + i)
    expect(w.unit.reg32(vtd.FSTS) & 3, vtd.FSTS_PPF, "FSTS")
    w.where(addr=FRESH, number=0x60)
    expect(w.unit.reg32(vtd.FSTS) & 3, vtd.FSTS_PPF | vtd.FSTS_PFO, "FSTS")
    faults = w.unit.faults()
    expect([f.pasid for f in faults], list(range(0x40, 0x48)), "PASIDs")
    expect(w.unit.reg32(vtd.FSTS) & 3, 0, "FSTS after")
    w.where(addr=FRESH, number=0x61)
    one_fault(w, 0x51, pasid=0x61)


@case("faults: the same fault again needs no second record")
def collapsed(m):
    w = World(m)
    for _ in range(3):
        w.where(addr=FRESH)
    one_fault(w, 0x71, pasid=PASID)


@case("faults: FPD of a PASID entry that isn't present")
def fpd(m):
    w = World(m, edu=True)
    w.bind(0, vtd.NESTED, word0=2)
    expect(w.where_edu(), [])
    expect(w.unit.faults(), [], "FPD set")
    w.bind(0, 0, word0=0)
    expect(w.where_edu(), [])
    expect(w.unit.faults()[0].reason, 0x59, "not present, type unknown")


@case("faults: FPD of a present entry")
def fpd_present(m):
    w = World(m)
    w.nested(0x21, word0=3)
    for what in ("read", "cached"):
        expect(w.where(addr=FRESH, number=0x21), "FAULT")
        expect(w.unit.faults(), [], what)
    expect(w.where(number=0x21), [0])


@case("faults: an unused record can be cleared by itself")
def record_registers(m):
    w = World(m)
    w.where(addr=FRESH, number=0x40)
    w.where(addr=FRESH, number=0x41)
    w.unit.reg32(vtd.FRCD + 12, 1 << 31)
    expect(w.unit.reg32(vtd.FSTS) & 2, 2, "PPF with one record left")
    w.unit.reg32(vtd.FRCD + 16 + 12, 1 << 31)
    expect(w.unit.reg32(vtd.FSTS) & 2, 0, "PPF")
