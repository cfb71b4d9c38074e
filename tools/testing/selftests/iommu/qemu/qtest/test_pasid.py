# SPDX-License-Identifier: GPL-2.0
"""Context and PASID entries, and the caches that keep them."""
from . import vtd
from .case import DID, PASID, VA, World, case, expect, one_fault
from .testdev import TestDevice
from .world import DATA_PAGES


def other_table(w, page):
    """A first stage that maps VA to another data page."""
    table = vtd.FirstStage(w.machine, w.unit.guest_pool, w.second)
    table.map(VA, w.data(page))
    return table


@case("pasid: the largest PASID, and 20 bits of it in a fault")
def largest(m):
    w = World(m)
    w.nested(0xfffff)
    expect(w.where(number=0xfffff), [0])
    expect(w.where(addr=0x90000, number=0xfffff), "FAULT")
    one_fault(w, 0x71, pasid=0xfffff)


@case("pasid: three PASIDs with three tables, and the requester ID")
def three(m):
    w = World(m)
    for number, page in ((0x101, 2), (0x102, 3), (0x10300, 4)):
        w.nested(number, first=other_table(w, page))
    for number, page in ((0x101, 2), (0x102, 3), (0x10300, 4)):
        expect(w.where(number=number), [page])
    expect(w.where(addr=w.data(5), number=None), [5])


@case("pasid: two devices share a PASID", testdevs=2)
def shared(m):
    w = World(m)
    second = TestDevice(m, 1)
    w.unit.context(second.sid)
    w.bind(PASID, vtd.NESTED, sid=second.sid)
    expect(w.where(), [0])
    expect(w.where(device=second), [0])


@case("pasid: cached entry stays until it is invalidated (PASID)")
def cache_pasid(m):
    w = World(m)
    expect(w.where(), [0])
    w.nested(PASID, first=other_table(w, 2))
    w.unit.sync(vtd.piotlb(DID, PASID))
    expect(w.where(), [0], "stale")
    w.unit.sync(vtd.pasid_cache(DID, PASID + 1), vtd.piotlb(DID, PASID))
    expect(w.where(), [0], "other PASID")
    w.unit.sync(vtd.pasid_cache(DID + 1, PASID), vtd.piotlb(DID, PASID))
    expect(w.where(), [0], "other domain")
    w.unit.sync(vtd.pasid_cache(DID, PASID), vtd.piotlb(DID, PASID))
    expect(w.where(), [2], "fresh")


@case("pasid: cached entry of the requester ID stays, too")
def cache_rid(m):
    w = World(m, edu=True, rid=vtd.NESTED)
    expect(w.where_edu(), [0])
    table = other_table(w, 2)
    table.map(0x20000, w.data(1))
    w.bind(0, vtd.NESTED, first=table)
    w.unit.sync(vtd.piotlb(DID, 0))
    expect(w.where_edu(), [0], "stale")
    w.unit.sync(vtd.pasid_cache(DID, 0), vtd.piotlb(DID, 0))
    expect(w.where_edu(), [2], "fresh")


@case("pasid: cached entry of a second stage stays, too")
def cache_second(m):
    w = World(m, edu=True)
    source, target = w.data(1), w.data(2)
    expect(w.where_edu(target, source), [2])
    other = vtd.SecondStage(m, w.unit.pool)
    for page in range(DATA_PAGES):
        other.map(w.data(page), w.host(page))
    other.map(target, w.host(4))
    w.bind(0, vtd.SECOND, second=other)
    w.unit.sync(vtd.iotlb(DID))
    expect(w.where_edu(target, source), [2], "stale")
    w.unit.sync(vtd.pasid_cache(DID, 0), vtd.iotlb(DID))
    expect(w.where_edu(target, source), [4], "fresh")


@case("pasid: invalidation of a domain's entries, and of all")
def cache_wider(m):
    w = World(m)
    page = 0
    for desc in (vtd.pasid_cache(DID), vtd.pasid_cache()):
        expect(w.where(), [page])
        w.nested(PASID, first=other_table(w, page + 2))
        w.unit.sync(vtd.pasid_cache(DID + 1), vtd.piotlb(DID, PASID))
        expect(w.where(), [page], "other domain")
        page += 2
        w.unit.sync(desc, vtd.piotlb(DID, PASID))
        expect(w.where(), [page])


@case("pasid: entry that isn't present is not cached")
def not_cached(m):
    w = World(m)
    expect(w.where(number=0x77), "FAULT")
    one_fault(w, 0x51, pasid=0x77)
    w.nested(0x77)
    expect(w.where(number=0x77), [0])


@case("pasid: removed entry serves until it is invalidated")
def removed(m):
    w = World(m)
    expect(w.where(), [0])
    w.nested(PASID, word0=0)
    expect(w.where(), [0], "stale")
    w.unit.sync(vtd.pasid_cache(DID, PASID), vtd.piotlb(DID, PASID))
    expect(w.where(), "FAULT")
    one_fault(w, 0x59, pasid=PASID)


@case("pasid: context entry is cached until it is invalidated")
def context(m):
    w = World(m)
    expect(w.where(), [0])
    w.unit.context(w.sid, flags=vtd.CTX_P)
    expect(w.where(), [0], "stale")
    w.unit.sync(vtd.context_desc())
    expect(w.where(), "FAULT")
    one_fault(w, 0x45, pasid=PASID)


@case("pasid: context entries by device, by function and by domain")
def context_device(m):
    w = World(m)
    for desc in (vtd.context_desc(w.sid), vtd.context_desc(w.sid | 7, 3),
                 vtd.context_desc(did=DID)):
        w.unit.context(w.sid)
        w.unit.sync(vtd.context_desc())
        expect(w.where(), [0])
        w.unit.context(w.sid, flags=vtd.CTX_P)
        w.unit.sync(vtd.context_desc(w.sid + 8), vtd.context_desc(w.sid | 2, 1))
        expect(w.where(), [0], "others' entries")
        w.unit.sync(desc)
        expect(w.where(), "FAULT")
        one_fault(w, 0x45, pasid=PASID)


@case("pasid: PASID beyond the directory")
def beyond(m):
    w = World(m)
    w.unit.context(w.sid, pdts=0)
    expect(w.where(number=0x1fff), "FAULT")
    w.unit.faults()
    expect(w.where(number=0x2000), "FAULT")
    one_fault(w, 0x46, pasid=0x2000)


@case("pasid: pass-through ends with the entry's invalidation")
def leave_pass_through(m):
    w = World(m, edu=True, rid=vtd.PASS)
    source = w.host(1)
    w.unit.sync(vtd.context_desc(), vtd.pasid_cache())
    expect(w.where_edu(addr=w.host(3), source=source), [3], "pass-through")
    w.bind(0, vtd.SECOND)
    w.unit.sync(vtd.pasid_cache(DID, 0), vtd.iotlb(DID))
    expect(w.where_edu(addr=w.data(3), source=w.data(1)), [3], "second stage")
    w.bind(0, vtd.PASS)
    w.unit.sync(vtd.pasid_cache(DID, 0), vtd.iotlb(DID))
    expect(w.where_edu(addr=w.host(4), source=source), [4], "pass-through again")


@case("pasid: reserved bits and types")
def reserved(m):
    w = World(m)
    w.nested(0x21, word0=1 | 1 << 10)
    expect(w.where(number=0x21), "FAULT")
    one_fault(w, 0x5a, pasid=0x21)
    w.nested(0x22, word2=2)
    expect(w.where(number=0x22), "FAULT", "ERE")
    one_fault(w, 0x5a, pasid=0x22)
    w.bind(0x23, 5)
    expect(w.where(number=0x23), "FAULT", "type 5")
    one_fault(w, 0x5b, pasid=0x23)
