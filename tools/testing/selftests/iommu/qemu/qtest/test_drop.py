# SPDX-License-Identifier: GPL-2.0
"""x-drop: the unit ignores one kind of descriptor, and it shows."""
from . import vtd
from .case import DID, FRESH, PASID, VA, World, case, expect


def dropping(kind, more=()):
    """Options of a machine that ignores a kind of descriptor."""
    return ("aw-bits=48", "x-drop=" + kind) + tuple(more)


def stale_after(w, *descs, flags=(), change=None):
    """VA stays what it was although everything named is invalidated."""
    expect(w.where(VA, *flags), [0])
    if change:
        change()
    else:
        w.first.map(VA, w.data(2))
    w.unit.sync(*descs)
    expect(w.where(VA, *flags), [0], "stale for ever")
    expect(w.unit.counter(0x88) > 0, True, "dropped")


@case("drop: piotlb", options=dropping("piotlb"))
def piotlb(m):
    w = World(m)
    stale_after(w, vtd.piotlb(DID, PASID), vtd.piotlb(DID, PASID, VA))
    w.unit.sync(vtd.iotlb(DID))
    expect(w.where(), [2], "other kinds work")


@case("drop: iotlb", options=dropping("iotlb"))
def iotlb(m):
    w = World(m)
    stale_after(w, vtd.iotlb(), vtd.iotlb(DID))
    w.unit.sync(vtd.piotlb(DID, PASID))
    expect(w.where(), [2], "other kinds work")


@case("drop: dev-piotlb", options=dropping("dev-piotlb"))
def dev_piotlb(m):
    w = World(m)
    stale_after(w, vtd.piotlb(DID, PASID), vtd.dev_piotlb(w.sid, PASID, VA),
                flags=("ats",))


@case("drop: dev-tlb", options=dropping("dev-tlb"))
def dev_tlb(m):
    w = World(m, rid=vtd.NESTED)
    expect(w.where(VA, "ats", number=None), [0])
    w.first.map(VA, w.data(2))
    w.unit.sync(vtd.piotlb(DID, 0), vtd.dev_tlb(w.sid, VA))
    expect(w.where(VA, "ats", number=None), [0])


@case("drop: pasid-cache and context together",
      options=dropping("pasid-cache|context"))
def caches(m):
    w = World(m)
    stale_after(w, vtd.pasid_cache(), vtd.piotlb(DID, PASID),
                change=lambda: w.nested(PASID, word0=0))
    stale_after(w, vtd.context_desc(), vtd.piotlb(DID, PASID),
                change=lambda: w.unit.context(w.sid, flags=vtd.CTX_P))


@case("drop: context, and a device whose ATS was taken away",
      options=dropping("context"))
def context(m):
    w = World(m)
    expect(w.where(VA, "ats"), [0])
    w.device.enable("pasid")
    w.unit.context(w.sid, flags=vtd.CTX_P | vtd.CTX_PASIDE)
    w.unit.sync(vtd.context_desc(w.sid), vtd.context_desc())
    expect(w.where(VA, "ats", "rogue"), [0], "stale for ever")


@case("drop: pgresp", options=dropping("pgresp"))
def pgresp(m):
    w = World(m)
    expect(w.where(FRESH, "ats", "pri"), "WAIT")
    w.unit.respond(w.sid, PASID, w.unit.page_requests()[0].prgi)
    expect(w.device.status(), "WAIT")


@case("drop: prq", options=dropping("prq"))
def prq(m):
    w = World(m)
    expect(w.where(FRESH, "ats", "pri"), "WAIT")
    expect(w.unit.page_requests(), [])


@case("drop: drain", options=dropping("drain", ("x-prq-delay=1000000",)))
def drain(m):
    w = World(m)
    expect(w.where(FRESH, "ats", "pri"), "WAIT")
    w.unit.submit(w.unit.wait_desc(1 << 5 | 1 << 7))
    expect(w.unit.waited(), True)
    expect(w.unit.page_requests(), [])
