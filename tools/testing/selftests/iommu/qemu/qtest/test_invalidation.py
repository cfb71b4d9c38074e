# SPDX-License-Identifier: GPL-2.0
"""The IOTLB: stale before, fresh after each invalidation, others untouched."""
from . import vtd
from .case import DID, PASID, VA, VA2, World, case, expect
from .testdev import TestDevice

OTHER = 0x41            # another PASID with the same tables


def stale(w, page=2):
    """VA is cached, then mapped elsewhere; nothing is invalidated."""
    expect(w.where(), [0])
    w.first.map(VA, w.data(page))
    expect(w.where(), [0], "stale")


@case("invalidation: PASID-based, a PASID")
def piotlb_pasid(m):
    w = World(m)
    stale(w)
    w.unit.sync(vtd.piotlb(DID, PASID + 1))
    expect(w.where(), [0], "other PASID")
    w.unit.sync(vtd.piotlb(DID + 1, PASID))
    expect(w.where(), [0], "other domain")
    w.unit.sync(vtd.piotlb(DID, PASID))
    expect(w.where(), [2])


@case("invalidation: PASID-based, a page")
def piotlb_page(m):
    w = World(m)
    stale(w)
    w.unit.sync(vtd.piotlb(DID, PASID, VA + 0x1000))
    expect(w.where(), [0], "other page")
    w.unit.sync(vtd.piotlb(DID, PASID + 1, VA))
    expect(w.where(), [0], "other PASID")
    w.unit.sync(vtd.piotlb(DID, PASID, VA, hint=1))
    expect(w.where(), [2])


@case("invalidation: PASID-based, ranges of pages")
def piotlb_range(m):
    w = World(m)
    for am, first in ((4, VA), (5, 0), (9, 0), (18, 0)):
        w.first.map(VA, w.data(0))
        w.unit.sync(vtd.piotlb(DID, PASID))
        stale(w)
        if am == 4:
            w.unit.sync(vtd.piotlb(DID, PASID, VA + 0x10000, am))
            expect(w.where(), [0], "the range beside it")
        w.unit.sync(vtd.piotlb(DID, PASID, first, am))
        expect(w.where(), [2], "2^%d pages" % am)


@case("invalidation: PASID-based, bits of the address below the range don't count")
def piotlb_unaligned(m):
    w = World(m)
    for page in (1, 2):
        w.first.map(VA + 0x1000 * page, w.data(page))
        expect(w.where(VA + 0x1000 * page), [page])
        w.first.map(VA + 0x1000 * page, w.data(page + 2))
    stale(w, 5)
    w.unit.sync(vtd.piotlb(DID, PASID, VA + 0x1000, 1))
    expect(w.where(VA), [5], "before the address")
    expect(w.where(VA + 0x1000), [3])
    expect(w.where(VA + 0x2000), [2], "beyond the range, stale")


@case("invalidation: PASID-based, of the requester ID's nested entry")
def piotlb_rid(m):
    w = World(m, edu=True, rid=vtd.NESTED)
    expect(w.where_edu(), [0])
    w.first.map(VA, w.data(2))
    expect(w.where_edu(), [0], "stale")
    w.unit.sync(vtd.piotlb(DID, 0, VA))
    expect(w.where_edu(), [2])


@case("invalidation: PASID-based spares other PASIDs and second-stage entries")
def piotlb_spares(m):
    w = World(m)
    w.nested(OTHER)
    expect(w.where(number=OTHER), [0])
    expect(w.where(addr=w.data(3), number=None), [3])
    stale(w)
    w.second.map(w.data(3), w.host(4))
    w.unit.sync(vtd.piotlb(DID, PASID), vtd.piotlb(DID, 0))
    expect(w.where(number=OTHER), [0], "other PASID is stale")
    expect(w.where(addr=w.data(3), number=None), [3], "second stage is stale")
    expect(w.where(), [2])


def second_moved(w):
    """The first data page moves in the second stage; both kinds are cached."""
    expect(w.where(), [0])
    expect(w.where(addr=w.data(0), number=None), [0])
    w.second.map(w.data(0), w.host(6))
    expect(w.where(), [0], "nested, stale")
    expect(w.where(addr=w.data(0), number=None), [0], "second stage, stale")


@case("invalidation: second stage, a domain")
def iotlb_domain(m):
    w = World(m)
    second_moved(w)
    w.unit.sync(vtd.iotlb(DID + 1))
    expect(w.where(), [0], "other domain")
    w.unit.sync(vtd.iotlb(DID))
    expect(w.where(), [6])
    expect(w.where(addr=w.data(0), number=None), [6])


@case("invalidation: second stage, pages, takes nested entries along")
def iotlb_pages(m):
    w = World(m)
    second_moved(w)
    w.unit.sync(vtd.iotlb(DID, w.data(1)))
    expect(w.where(), [6], "nested")
    expect(w.where(addr=w.data(0), number=None), [0], "other page")
    w.unit.sync(vtd.iotlb(DID, w.data(0)))
    expect(w.where(addr=w.data(0), number=None), [6])


@case("invalidation: second stage, pages, of a nested requester ID")
def iotlb_pages_rid(m):
    w = World(m, edu=True, rid=vtd.NESTED)
    expect(w.where_edu(), [0])
    w.second.map(w.data(0), w.host(6))
    expect(w.where_edu(), [0], "stale")
    w.unit.sync(vtd.iotlb(DID, w.data(0)))
    expect(w.where_edu(), [6])


@case("invalidation: second stage, ranges of pages, of second-stage entries")
def iotlb_range(m):
    w = World(m)
    for page in range(4):
        expect(w.where(addr=w.data(page), number=None), [page])
        w.second.map(w.data(page), w.host(page + 4))
    w.unit.sync(vtd.iotlb(DID, w.data(0), 1))
    expect([w.where(addr=w.data(page), number=None)[0] for page in range(4)],
           [4, 5, 2, 3])
    w.unit.sync(vtd.iotlb(DID, w.data(0), 2))
    expect([w.where(addr=w.data(page), number=None)[0] for page in range(4)],
           [4, 5, 6, 7])


@case("invalidation: a translation outlives the type of its PASID entry")
def type_changed(m):
    w = World(m)
    w.bind(OTHER, vtd.SECOND)
    expect(w.where(addr=w.data(2), number=OTHER), [2])
    w.first.map(w.data(2), w.data(3))
    w.nested(OTHER)
    w.unit.sync(vtd.pasid_cache(DID, OTHER), vtd.piotlb(DID, OTHER))
    expect(w.where(addr=w.data(2), number=OTHER), [2], "of the second stage")
    w.unit.sync(vtd.iotlb(DID))
    expect(w.where(addr=w.data(2), number=OTHER), [3])


@case("invalidation: everything")
def iotlb_global(m):
    w = World(m)
    second_moved(w)
    w.unit.sync(vtd.iotlb())
    expect(w.where(), [6])
    expect(w.where(addr=w.data(0), number=None), [6])


@case("invalidation: dirty bit isn't bypassed by a cached read")
def dirty(m):
    w = World(m)
    slot = w.first.entry(VA2)
    w.device.fetch(VA2, tag=1 << 31 | PASID)
    expect(m.read64(slot) >> 6 & 1, 0, "dirty after a read")
    expect(w.where(addr=VA2), [1])
    expect(m.read64(slot) >> 6 & 1, 1, "dirty after a write")


@case("invalidation: entries of one domain serve all devices in it", testdevs=2)
def shared_tags(m):
    w = World(m)
    second = TestDevice(m, 1)
    w.unit.context(second.sid)
    w.bind(PASID, vtd.NESTED, sid=second.sid)
    stale(w)
    expect(w.where(device=second), [0], "tagged by domain and PASID")
    w.unit.sync(vtd.piotlb(DID, PASID))
    expect(w.where(device=second), [2])
