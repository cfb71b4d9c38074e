# SPDX-License-Identifier: GPL-2.0
"""Caches of paging structures: a table that was replaced, and the hint IH."""
from . import vtd
from .case import DID, PASID, VA, VA2, World, case, expect

AD = 1 << 5 | 1 << 6            # accessed and dirty: the walk needs no full one
G = vtd.GUEST_OFFSET
OTHER = 0x41


def first_replaced(w, number=PASID):
    """The table of VA's pages is replaced by one that leads to page 2."""
    m = w.machine
    slot = w.first.entry(VA)
    m.write64(slot, w.data(0) | 7 | AD)
    expect(w.where(number=number), [0])
    fresh = w.unit.guest_pool.page()
    w.second.map(fresh, fresh + G)
    m.write64(fresh + G + (slot & 0xfff), w.data(2) | 7 | AD)
    upper = w.first.entry(VA, 2)
    m.write64(upper, fresh | m.read64(upper) & 0xfff)


@case("paging: table of the first stage, invalidated with and without IH")
def first(m):
    w = World(m)
    first_replaced(w)
    w.unit.sync(vtd.piotlb(DID, PASID, VA, hint=1))
    expect(w.where(), [0], "IH keeps it")
    w.unit.sync(vtd.piotlb(DID, PASID, VA + (1 << 21)))
    w.unit.sync(vtd.piotlb(DID, PASID + 1), vtd.piotlb(DID + 1, PASID))
    w.unit.sync(vtd.piotlb(DID, PASID, VA, hint=1))
    expect(w.where(), [0], "others'")
    w.unit.sync(vtd.piotlb(DID, PASID, VA))
    expect(w.where(), [2])


@case("paging: table of the first stage, invalidated with what is wider")
def first_wider(m):
    for desc in (vtd.piotlb(DID, PASID), vtd.iotlb(DID), vtd.iotlb(),
                 vtd.iotlb(DID, World.data(7) | 1 << 6)):
        with m.again() as fresh:
            w = World(fresh)
            first_replaced(w)
            w.unit.sync(desc)
            expect(w.where(), [2])


@case("paging: table of the first stage is known by its host address")
def first_host(m):
    w = World(m)
    slot = w.first.entry(VA)
    m.write64(slot, w.data(0) | 7 | AD)
    expect(w.where(), [0])
    moved = w.unit.pool.page()
    m.write64(moved + (slot & 0xfff), w.data(2) | 7 | AD)
    w.second.map((slot & ~0xfff) - G, moved)
    w.unit.sync(vtd.piotlb(DID, PASID, VA, hint=1))
    expect(w.where(), [0], "stale")
    w.unit.sync(vtd.iotlb(DID, (slot & ~0xfff) - G | 1 << 6))
    expect(w.where(), [2])


@case("paging: rights on the way to a table count when it is cached")
def rights(m):
    w = World(m)
    upper = w.first.entry(VA, 2)
    m.write64(upper, m.read64(upper) & ~2)
    m.write64(w.first.entry(VA), w.data(0) | 7 | AD)
    m.write64(w.first.entry(VA2), w.data(1) | 7 | AD)
    expect(w.device.fetch(VA, tag=1 << 31 | PASID)[0], "DONE")
    expect(w.where(VA2), "FAULT")


def second_replaced(w):
    """The table of guest pages' entries is replaced: page 2 is elsewhere."""
    m = w.machine
    addr = w.data(2)
    expect(w.where(addr=addr, number=None), [2])
    slot = w.second.entry(addr)
    fresh = w.unit.pool.page()
    m.write64(fresh + (slot & 0xfff), w.host(6) | 3)
    m.write64(w.second.entry(addr, 2), fresh | 3)
    return addr


@case("paging: table of the second stage, invalidated with and without IH")
def second(m):
    w = World(m)
    addr = second_replaced(w)
    w.unit.sync(vtd.iotlb(DID, addr | 1 << 6))
    expect(w.where(addr=addr, number=None), [2], "IH keeps it")
    w.unit.sync(vtd.iotlb(DID, addr + (1 << 21)), vtd.iotlb(DID + 1),
                vtd.piotlb(DID, 0), vtd.iotlb(DID, addr | 1 << 6))
    expect(w.where(addr=addr, number=None), [2], "others'")
    w.unit.sync(vtd.iotlb(DID, addr))
    expect(w.where(addr=addr, number=None), [6])


@case("paging: table of the second stage, invalidated with its domain")
def second_wider(m):
    w = World(m)
    addr = second_replaced(w)
    w.unit.sync(vtd.iotlb(DID))
    expect(w.where(addr=addr, number=None), [6])


@case("paging: table of the second stage under nested translation")
def nested(m):
    w = World(m)
    expect(w.where(), [0])
    slot = w.second.entry(w.data(0))
    fresh = w.unit.pool.page()
    m.write(fresh, m.read(slot & ~0xfff, 4096))
    m.write64(fresh + (slot & 0xfff), w.host(6) | 3)
    m.write64(w.second.entry(w.data(0), 2), fresh | 3)
    w.unit.sync(vtd.iotlb(DID, w.data(0) | 1 << 6))
    expect(w.where(), [0], "IH keeps it")
    w.unit.sync(vtd.iotlb(DID, w.data(0)))
    expect(w.where(), [6])


@case("paging: accessed bits are set from the root on, cached or not")
def accessed(m):
    w = World(m)
    expect(w.where(VA), [0])
    w.nested(OTHER, word2=vtd.EAFE)
    expect(w.where(VA2), [1], "the same table, by the cache")
    expect(m.read64(w.first.entry(VA2)) >> 5 & 3, 3)
    slot = w.second.entry(w.data(3))
    expect(w.where(addr=w.data(2), number=None), [2])
    w.bind(0x55, vtd.SECOND, word0=1 | vtd.SSADE)
    expect(w.where(addr=w.data(3), number=0x55), [3])
    expect(m.read64(slot) >> 8 & 3, 3)
    expect(m.read64(w.second.entry(w.data(3), 2)) >> 8 & 1, 1)
