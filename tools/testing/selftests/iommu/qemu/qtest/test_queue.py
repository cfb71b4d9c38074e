# SPDX-License-Identifier: GPL-2.0
"""The invalidation queue: wait descriptors, errors and going on after them."""
from . import vtd
from .case import World, case, expect

SW, FENCE, DRAIN = 1 << 5, 1 << 6, 1 << 7


def error(w, desc, info):
    """A bad descriptor stops the queue; mended, it goes on."""
    before = w.unit.tail
    status = w.unit.submit(desc, w.unit.wait_desc())
    expect(status & vtd.FSTS_IQE, vtd.FSTS_IQE, "IQE")
    expect(w.unit.reg64(vtd.IQERCD) & 15, info, "IQEI")
    expect(w.unit.reg64(vtd.IQH) >> 5, before, "head at the descriptor")
    w.machine.write64(w.unit.queue + before * 32, 5 | SW)
    w.machine.write64(w.unit.queue + before * 32 + 8, w.unit.status_word)
    for word in (16, 24):
        w.machine.write64(w.unit.queue + before * 32 + word, 0)
    w.unit.reg32(vtd.FSTS, vtd.FSTS_IQE)
    expect(w.unit.waited(), True, "goes on when IQE is cleared")


@case("queue: wait with drain")
def drain(m):
    w = World(m, edu=True)
    w.unit.submit(w.unit.wait_desc(SW | DRAIN))
    expect(w.unit.waited(), True)


@case("queue: wait that is a fence and nothing else")
def fence(m):
    w = World(m, edu=True)
    w.unit.submit((5 | FENCE, 0), w.unit.wait_desc())
    expect(w.unit.waited(), True)


@case("queue: goes on when the error is cleared")
def goes_on(m):
    w = World(m, edu=True)
    w.unit.submit((0xe, 0), w.unit.wait_desc())
    expect(w.unit.waited(), False)
    w.machine.write64(w.unit.queue, 4)      # an interrupt entry cache's
    w.unit.reg32(vtd.FSTS, vtd.FSTS_IQE)
    expect(w.unit.waited(), True)


@case("queue: unknown descriptor, and going on")
def unknown(m):
    w = World(m, edu=True)
    error(w, (0xe, 0), 3)


@case("queue: reserved bits, and going on")
def reserved(m):
    w = World(m, edu=True)
    for desc in ((6 | 2 << 4 | 1 << 12, 0), (7 | 1 << 6, 0), (7 | 2 << 4, 0),
                 (7 | 3 << 4, 1), (9 | 1 << 5, 0), (9, 1), (8 | 1 << 12, 0),
                 (6 | 2 << 4, 0, 1, 0)):
        error(w, desc, 4)


@case("queue: more pages than the unit can invalidate at once")
def too_many(m):
    w = World(m, edu=True)
    most = w.unit.reg64(vtd.CAP) >> 48 & 0x3f
    expect(most, 18, "MAMV")
    for am in (most + 1, 40, 63):
        error(w, vtd.piotlb(5, 9, 0, am), 4)
        error(w, vtd.iotlb(5, 0, am), 4)
    w.unit.sync(vtd.piotlb(5, 9, 0, most), vtd.iotlb(5, 0, most))


@case("queue: page group responses are known")
def response(m):
    w = World(m, edu=True)
    w.unit.sync(vtd.pgresp(w.sid, 9, 0))
    expect(w.unit.reg32(vtd.FSTS), 0, "FSTS")


@case("queue: tail that isn't aligned")
def tail(m):
    w = World(m, edu=True)
    w.unit.reg64(vtd.IQT, 0x10)
    expect(w.unit.reg32(vtd.FSTS) & vtd.FSTS_IQE, vtd.FSTS_IQE)
    expect(w.unit.reg64(vtd.IQERCD) & 15, 1)


@case("queue: one doorbell for many descriptors")
def many(m):
    w = World(m, edu=True)
    doorbells = w.unit.counter(0)
    descs = [vtd.piotlb(5, 9, 0x1000 * i) for i in range(20)]
    w.unit.sync(vtd.iotlb(5), *descs)
    expect(w.unit.counter(0) - doorbells, 1, "doorbells")
    expect(w.unit.counter(8 + 8 * 6), 20, "PASID-based descriptors")
