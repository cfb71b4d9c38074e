# SPDX-License-Identifier: GPL-2.0
"""Codes of faults (7.1.3) that a table or entry out of place causes."""
from . import vtd
from .case import DID, FRESH, PASID, VA, World, case, expect, one_fault

NOWHERE = 1 << 40       # no memory there
ROM = range(0xfffe0000, 0x100000000, 0x1000)


def blocked(w, reason, addr=VA, number=PASID, **fields):
    """A write is blocked for this reason."""
    expect(w.where(addr=addr, number=number), "FAULT")
    one_fault(w, reason, pasid=number, write=True, addr=addr & ~0xfff, **fields)


@case("codes: root entry")
def root(m):
    w = World(m)
    w.unit.set_root(NOWHERE)
    blocked(w, 0x38)
    w.unit.set_root(w.unit.root)
    m.write64(w.unit.root, 0)
    blocked(w, 0x39)
    m.write64(w.unit.root, w.unit.context_table | 1 | 1 << 4)
    blocked(w, 0x3a)


@case("codes: context entry")
def context(m):
    w = World(m)
    m.write64(w.unit.root, NOWHERE | 1)
    blocked(w, 0x40)
    m.write64(w.unit.root, w.unit.context_table | 1)
    w.unit.context(w.sid, flags=0)
    blocked(w, 0x41)
    w.unit.context(w.sid, flags=vtd.CTX_P | 1 << 5)
    blocked(w, 0x42)


@case("codes: PASID of the requester ID beyond the directory")
def rid_pasid(m):
    w = World(m)
    w.unit.context(w.sid, rid_pasid=0xfffff, pdts=0)
    blocked(w, 0x48, addr=w.data(0), number=None)


@case("codes: PASID directory")
def directory(m):
    w = World(m)
    entry = w.unit.directories[w.sid]
    m.write64(entry, NOWHERE | 1)
    blocked(w, 0x58)
    m.write64(entry, w.unit.tables[w.sid, 0] | 1 | 1 << 4)
    blocked(w, 0x52)
    w.unit.directories[w.sid] = NOWHERE
    w.unit.context(w.sid)
    w.unit.sync(vtd.context_desc())
    blocked(w, 0x50)


@case("codes: FPD of the context entry hides what is behind it, if it was read")
def fpd(m):
    w = World(m)
    w.unit.context(w.sid, flags=vtd.CTX_P | vtd.CTX_PASIDE | vtd.CTX_FPD)
    expect(w.where(number=0x77), "FAULT")
    expect(w.unit.faults(), [], "PASID entry that isn't present")
    m.write64(w.unit.directories[w.sid], NOWHERE | 1)
    blocked(w, 0x58)


@case("codes: table of the first stage")
def first_table(m):
    w = World(m)
    alone = vtd.FirstStage(m, w.unit.pool)
    w.bind(7, vtd.FIRST, first=alone)
    m.write64(alone.entry(VA, 2), NOWHERE | 7)
    blocked(w, 0x70, number=7)
    alone.root = NOWHERE
    w.bind(8, vtd.FIRST, first=alone)
    blocked(w, 0x73, number=8)


@case("codes: table of the second stage")
def second_table(m):
    w = World(m)
    m.write64(w.second.entry(FRESH, 2), NOWHERE | 3)
    blocked(w, 0x78, addr=FRESH, number=None)
    w.second.root = NOWHERE
    w.bind(8, vtd.SECOND)
    blocked(w, 0x7b, number=8)


@case("codes: address beyond the width of the second stage, or of pass-through")
def beyond(m):
    w = World(m)
    blocked(w, 0x83, addr=1 << 48, number=None)
    w.bind(8, vtd.PASS)
    blocked(w, 0x83, addr=1 << 48, number=8)


def rom_entry(m):
    """Page and index of an entry in ROM that could be that of a user's page."""
    for page in ROM:
        data = m.read(page, 4096)
        for i in range(0, 4096, 8):
            entry = int.from_bytes(data[i:i + 8], "little")
            if entry & 0x27 == 7 and entry >> 48 & 0x800f == 0:
                return page, i // 8
    raise AssertionError("no such entry in ROM")


@case("codes: accessed bit in read-only memory")
def read_only(m):
    w = World(m)
    page, index = rom_entry(m)
    alone = vtd.FirstStage(m, w.unit.pool)
    m.write64(alone.entry(0, 2), page | 7)
    w.bind(7, vtd.FIRST, first=alone)
    blocked(w, 0x91, addr=index << 12, number=7)


@case("codes: XD needs NXE")
def execute_disable(m):
    w = World(m)
    m.write64(w.first.entry(VA), w.data(0) | 7 | 1 << 63)
    blocked(w, 0x72)
    w.nested(0x21, word2=vtd.NXE)
    expect(w.where(number=0x21), [0])


@case("codes: memory types need a unit that has them")
def memory_types(m):
    w = World(m)
    for number, bit in ((0x21, 25), (0x22, 26), (0x23, 30), (0x24, 31), (0x25, 32)):
        w.nested(number, word1=1 << bit)
        blocked(w, 0x5a, number=number)
    w.nested(0x26, word1=1 << 23, did=DID)
    expect(w.where(number=0x26), [0], "page walks that snoop")
