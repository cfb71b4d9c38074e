# SPDX-License-Identifier: GPL-2.0
"""Page table walks: which stage, rights, sizes, accessed and dirty bits."""
from . import vtd
from .case import (DID, PASID, VA, VA2, World, case, expect, one_fault)
from .testdev import pasid

G = vtd.GUEST_OFFSET
A, D, EA = 1 << 5, 1 << 6, 1 << 10
SS_A, SS_D = 1 << 8, 1 << 9


@case("stages: nested translation of the requester ID")
def nested_rid(m):
    w = World(m, edu=True, rid=vtd.NESTED)
    expect(w.where_edu(), [0])


@case("stages: nested translation of a PASID")
def nested_pasid(m):
    w = World(m)
    expect(w.where(), [0])
    expect(w.unit.faults(), [])


@case("stages: first stage alone beside second stage alone")
def type_decides(m):
    w = World(m)
    alone = vtd.FirstStage(m, w.unit.pool)
    alone.map(VA, w.host(3))
    w.bind(7, vtd.FIRST, first=alone)
    expect(w.where(number=7), [3], "first stage")
    expect(w.where(addr=w.data(2), number=None), [2], "second stage")


@case("stages: first stage, then second stage of the requester ID")
def type_decides_rid(m):
    w = World(m, edu=True)
    alone = vtd.FirstStage(m, w.unit.pool)
    alone.map(VA, w.host(3))
    alone.map(VA2, w.host(1))
    w.bind(0, vtd.FIRST, first=alone)
    expect(w.where_edu(), [3], "first stage")
    w.bind(0, vtd.SECOND)
    w.unit.sync(vtd.pasid_cache(DID, 0), vtd.iotlb(DID))
    expect(w.where_edu(w.data(2), w.data(1)), [2], "second stage")


@case("stages: second stage of the requester ID with edu and page requests on")
def second_stage_rid(m):
    w = World(m, edu=True)
    expect(w.where_edu(addr=w.data(2), source=w.data(1)), [2])
    m.write64(w.second.entry(w.data(2)), 0)
    w.unit.sync(vtd.iotlb(DID))
    expect(w.where_edu(addr=w.data(2), source=w.data(1)), [])
    expect(w.unit.faults()[0].reason, 0x79, "reason")


@case("stages: pass-through of a PASID")
def pass_through(m):
    w = World(m)
    w.bind(8, vtd.PASS)
    expect(w.where(addr=w.host(4), number=8), [4])


@case("stages: every first-stage table goes through the second stage")
def tables_through_second(m):
    w = World(m)
    moved = w.unit.pool.page()
    leaf_table = w.first.entry(VA) & ~0xfff
    m.write(moved, m.read(leaf_table, 4096))
    m.write(leaf_table, bytes(4096))
    w.second.map(leaf_table - G, moved)
    expect(w.where(), [0])


@case("stages: 2M page over 4K pages is cached as 4K")
def large_over_small(m):
    w = World(m)
    w.first.map(0x40000000, vtd.DATA & ~0x1fffff, level=2)
    w.second.map(w.data(1), w.host(5))
    at = 0x40000000 + (vtd.DATA & 0x1fffff)
    expect(w.where(addr=at), [0])
    expect(w.where(addr=at + 0x1000), [5])


@case("stages: 2M and 1G pages in both stages")
def large_pages(m):
    w = World(m)
    big = vtd.SecondStage(m, w.unit.pool)
    first = vtd.FirstStage(m, w.unit.guest_pool, big)
    first.map(0x80000000, 0, level=3)
    big.map(0, 0, level=3)
    w.bind(10, vtd.NESTED, first=first, second=big, did=6)
    # guest tables lie at GUEST_OFFSET in the host, the 1G page doesn't move
    for page in range(vtd.GUEST_POOL, w.unit.guest_pool.next, 0x1000):
        m.write(page, m.read(page + G, 4096))
    expect(w.where(addr=0x80000000 + w.host(5), number=10), [5])


@case("stages: read-only in the second stage")
def second_read_only(m):
    w = World(m)
    w.second.map(w.data(0), w.host(0), rights=1)
    expect(w.device.fetch(VA, tag=pasid(PASID))[0], "DONE")
    expect(w.where(), "FAULT")
    one_fault(w, 0x85, pasid=PASID, write=True, addr=VA)


@case("stages: write-only in the second stage")
def second_write_only(m):
    w = World(m)
    w.second.map(w.data(0), w.host(0), rights=2)
    expect(w.where(), [0])
    expect(w.device.fetch(VA, tag=pasid(PASID))[0], "FAULT")
    one_fault(w, 0x86, pasid=PASID, write=False, addr=VA)


@case("stages: read-only in the first stage, for users and supervisors")
def first_read_only(m):
    w = World(m)
    w.first.map(VA, w.data(0), flags=5)
    expect(w.where(), "FAULT", "user")
    one_fault(w, 0x85, pasid=PASID, write=True)
    w.nested(11, word2=vtd.SRE)
    status = w.device.fill(VA, 1, tag=pasid(11, "PRIV"))
    expect(status, "DONE", "supervisor, WPE clear")
    w.nested(12, word2=vtd.SRE | vtd.WPE)
    status = w.device.fill(VA, 1, tag=pasid(12, "PRIV"))
    expect(status, "FAULT", "supervisor, WPE set")
    one_fault(w, 0x85, pasid=12, priv=1)


@case("stages: supervisor pages and requests")
def supervisor(m):
    w = World(m)
    w.first.map(VA, w.data(0), flags=3)
    expect(w.where(), "FAULT", "user")
    one_fault(w, 0x81, pasid=PASID, priv=0)
    w.nested(11, word2=vtd.SRE)
    expect(w.device.fill(VA, 1, tag=pasid(11, "PRIV")), "DONE")
    expect(w.device.fill(VA, 1, tag=pasid(11)), "FAULT", "user after supervisor")
    one_fault(w, 0x81, pasid=11)


@case("stages: supervisor request without SRE")
def no_sre(m):
    w = World(m)
    expect(w.device.fill(VA, 1, tag=pasid(PASID, "PRIV")), "FAULT")
    one_fault(w, 0x5d, pasid=PASID, priv=1)


@case("stages: execute request")
def execute(m):
    w = World(m)
    expect(w.device.fetch(VA, tag=pasid(PASID, "EXEC"))[0], "FAULT")
    one_fault(w, 0x5c, pasid=PASID, exe=1, write=False)


@case("stages: accessed and dirty bits of the first stage")
def accessed_dirty(m):
    w = World(m)
    slot = w.first.entry(VA)
    w.device.fetch(VA, tag=pasid(PASID))
    expect(m.read64(slot) & (A | D | EA), A, "after a read")
    w.where()
    expect(m.read64(slot) & (A | D | EA), A | D, "after a write")
    expect(m.read64(w.first.entry(VA, 2)) & A, A, "in the table above")


@case("stages: extended accessed bit")
def extended_accessed(m):
    w = World(m)
    w.nested(11, word2=vtd.EAFE)
    expect(w.where(number=11), [0])
    expect(m.read64(w.first.entry(VA)) & EA, EA)


@case("stages: accessed bit needs a writable second stage")
def accessed_needs_write(m):
    w = World(m)
    table = (w.first.entry(VA) & ~0xfff) - G
    w.second.map(table, table + G, rights=1)
    expect(w.where(), "FAULT")
    one_fault(w, 0x77, pasid=PASID)
    m.write64(w.first.entry(VA), w.data(0) | 7 | A | D)
    expect(w.where(), [0], "bits already set")


@case("stages: bits that another agent sets in the meantime survive")
def atomic(m):
    w = World(m)
    # one entry in memory is the leaf of both stages, and of their walks the
    # second stage's is the inner one
    page = 0x5010000
    slot = w.second.entry(page)
    table = 0x3800000
    w.second.map(table, slot & ~0xfff)
    addr = 0x4000000000 + (page & 0x1ff000)
    m.write64(w.first.entry(addr, 2), table | 7)
    m.write64(slot, page | 7)
    w.nested(11, word0=1 | vtd.SSADE)
    status = w.device.fill(addr, 0x1234, tag=pasid(11))
    expect(status, "DONE")
    expect(m.read64(page), 0x1234)
    expect(m.read64(slot) & (A | D | SS_A | SS_D), A | D | SS_A | SS_D)


@case("stages: accessed and dirty bits of the second stage")
def second_accessed_dirty(m):
    w = World(m)
    slot = w.second.entry(w.data(0))
    w.nested(11, word0=1 | vtd.SSADE)
    w.device.fetch(VA, tag=pasid(11))
    expect(m.read64(slot) & (SS_A | SS_D), SS_A, "after a read")
    w.where(number=11)
    expect(m.read64(slot) & (SS_A | SS_D), SS_A | SS_D, "after a write")
    expect(w.where(addr=VA2), [1])
    expect(m.read64(w.second.entry(w.data(1))) & SS_A, 0, "without SSADE")


@case("stages: five levels in both stages", options=("aw-bits=57",),
      stock="refuses")
def five_levels(m):
    w = World(m, levels=5)
    expect(w.where(), [0])
    high = 0x00ab000000010000
    w.first.map(high, w.data(2))
    expect(w.where(addr=high), [2], "above 48 bits")
    w.first.map(0xff00000000010000, w.data(3))
    expect(w.where(addr=0xff00000000010000), [3], "upper half")
    expect(w.where(addr=0x0200000000010000), "FAULT", "not canonical")
    one_fault(w, 0x80)


@case("stages: four levels over a second stage of five", options=("aw-bits=57",),
      stock="refuses")
def four_over_five(m):
    w = World(m, levels=5)
    w.first = vtd.FirstStage(m, w.unit.guest_pool, w.second, levels=4)
    w.first.map(VA, w.data(6))
    w.nested(11)
    expect(w.where(number=11), [6])


@case("stages: five levels need a unit that has them")
def five_refused(m):
    w = World(m)
    w.first.levels = 5
    w.nested(11)
    expect(w.where(number=11), "FAULT")
    one_fault(w, 0x5b, pasid=11)
