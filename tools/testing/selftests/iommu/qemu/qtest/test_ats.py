# SPDX-License-Identifier: GPL-2.0
"""Translation requests, the device's ATC and its invalidation."""
from . import vtd
from .case import DID, FRESH, PASID, VA, VA2, World, case, expect, one_fault
from .machine import BEHIND_PORT
from .testdev import R, TestDevice, pasid

PAGE = 0x1000


def cached(w, number=PASID):
    """VA is in the ATC, then mapped elsewhere, and the IOTLB is invalidated."""
    expect(w.where(VA, "ats", number=number), [0])
    w.first.map(VA, w.data(2))
    w.unit.sync(vtd.piotlb(DID, number if number is not None else 0))
    expect(w.where(VA, "ats", number=number), [0], "stale in the ATC")
    expect(w.where(VA, number=number), [2], "without ATS")


@case("ats: with a PASID, invalidated by page")
def page(m):
    w = World(m)
    cached(w)
    w.unit.sync(vtd.dev_piotlb(w.sid, PASID, VA + PAGE))
    w.unit.sync(vtd.dev_piotlb(w.sid, PASID + 1, VA))
    expect(w.where(VA, "ats"), [0], "others' invalidations")
    w.unit.sync(vtd.dev_piotlb(w.sid, PASID, VA))
    expect(w.where(VA, "ats"), [2])
    expect(w.device.reg("ITD_CNT_ATC_INVS_PASID"), 3, "invalidations")


@case("ats: ranges by the lowest clear address bit")
def ranges(m):
    w = World(m)
    for order in (0, 1, 4, 9, 18, 30, 52):
        addr = VA >> 12 + order << 12 + order
        w.unit.sync(vtd.dev_piotlb(w.sid, PASID, addr, order))
        wanted = PAGE << order if order < 51 else 0
        expect(w.device.reg("ITD_LAST_INV_SIZE"), wanted, "2^%d pages" % order)
        expect(w.device.reg("ITD_LAST_INV_ADDR"), addr, "2^%d pages" % order)


@case("ats: ranges of what was translated without a PASID")
def ranges_without(m):
    w = World(m)
    for order in (0, 1, 4, 9, 18, 30, 52):
        addr = VA >> 12 + order << 12 + order
        w.unit.sync(vtd.dev_tlb(w.sid, addr, order))
        wanted = PAGE << order if order < 51 else 0
        expect(w.device.reg("ITD_LAST_INV_SIZE"), wanted, "2^%d pages" % order)
        expect(w.device.reg("ITD_LAST_INV_ADDR"), addr, "2^%d pages" % order)
        expect(w.device.reg("ITD_LAST_INV_PASID") & 0xffffffff, 0, "PASID")


@case("ats: of a device behind a port", port=True)
def behind_port(m):
    w = World(m)
    far = TestDevice(m, BEHIND_PORT)
    m.write64(w.unit.root + 16, w.unit.context_table | 1)
    w.unit.context(far.sid)
    w.bind(PASID, vtd.NESTED, sid=far.sid)
    expect(far.sid, 0x100)
    expect(w.where(VA, "ats", device=far), [0])
    w.first.map(VA, w.data(2))
    w.unit.sync(vtd.piotlb(DID, PASID), vtd.dev_piotlb(w.sid, PASID, VA))
    expect(w.where(VA, "ats", device=far), [0], "the other device's")
    w.unit.sync(vtd.dev_piotlb(far.sid, PASID, VA))
    expect(w.where(VA, "ats", device=far), [2])


@case("ats: all of a PASID")
def whole(m):
    w = World(m)
    cached(w)
    w.unit.sync(vtd.dev_piotlb(w.sid, PASID, 0, 52))
    expect(w.where(VA, "ats"), [2])


@case("ats: global, for every PASID")
def everyone(m):
    w = World(m)
    cached(w)
    w.unit.sync(vtd.dev_piotlb(w.sid, 0, VA, 0, everyone=1))
    expect(w.where(VA, "ats"), [2])
    expect(w.device.reg("ITD_CNT_ATC_INVS_GLOBAL"), 1)


@case("ats: without a PASID")
def without(m):
    w = World(m, rid=vtd.NESTED)
    cached(w, number=None)
    w.unit.sync(vtd.dev_piotlb(w.sid, 0, VA))
    w.unit.sync(vtd.dev_piotlb(w.sid, 0, VA, 0, everyone=1))
    expect(w.where(VA, "ats", number=None), [0], "PASID-based spares it")
    w.unit.sync(vtd.dev_tlb(w.sid, VA))
    expect(w.where(VA, "ats", number=None), [2])


@case("ats: nothing mapped is an answer, not a fault")
def missing(m):
    w = World(m)
    expect(w.where(FRESH, "ats"), "FAULT")
    expect(w.unit.faults(), [])
    expect(w.device.run("translate", src=FRESH, src_pasid=pasid(PASID)), "DONE")
    expect(w.device.channel("ITD_IMM"), 0)
    w.first.map(FRESH, w.data(0), flags=5)
    w.device.run("translate", src=FRESH, src_pasid=pasid(PASID))
    expect(w.device.channel("ITD_IMM"), w.host(0) | R["ITD_PERM_READ"])


@case("ats: write permission sets the dirty bit")
def dirty(m):
    w = World(m)
    slot = w.first.entry(VA)
    w.device.run("translate", src=VA, src_pasid=pasid(PASID))
    expect(m.read64(slot) >> 6 & 1, 0)
    expect(w.device.channel("ITD_IMM") & 3, R["ITD_PERM_READ"])
    w.device.run("translate", "write", src=VA, src_pasid=pasid(PASID))
    expect(m.read64(slot) >> 6 & 1, 1)
    expect(w.device.channel("ITD_IMM") & 3, 3)


@case("ats: what can't be recovered is recorded")
def unrecoverable(m):
    w = World(m)
    m.write64(w.first.entry(VA), w.data(0) | 7 | 1 << 50)
    expect(w.where(VA, "ats"), "FAULT")
    one_fault(w, 0x72, pasid=PASID)


@case("ats: context entry has to allow it")
def disallowed(m):
    w = World(m)
    w.unit.context(w.sid, flags=vtd.CTX_P | vtd.CTX_PASIDE)
    expect(w.where(VA, "ats"), "FAULT")
    one_fault(w, 0x44, pasid=PASID)
    expect(w.where(VA), [0])


@case("ats: translations of PASIDs are kept apart")
def apart(m):
    w = World(m)
    other = vtd.FirstStage(m, w.unit.guest_pool, w.second)
    other.map(VA, w.data(3))
    w.nested(0x21, first=other)
    expect(w.where(VA, "ats"), [0])
    expect(w.where(VA, "ats", number=0x21), [3])
    expect(w.where(VA, "ats"), [0])
    w.unit.sync(vtd.dev_piotlb(w.sid, PASID, VA))
    expect(w.device.reg("ITD_NOW_ATC_ENTRIES"), 1)


@case("ats: privileged and user translations are kept apart")
def privileged(m):
    w = World(m)
    w.nested(0x21, word2=vtd.SRE)
    w.first.map(VA, w.data(0), flags=3)
    tag = pasid(0x21, "PRIV")
    expect(w.device.fill(VA, 1, "ats", tag=tag), "DONE")
    expect(w.device.fill(VA, 1, "ats", tag=pasid(0x21)), "FAULT")


@case("ats: device that doesn't answer: time-out error")
def mute(m):
    w = World(m)
    cached(w)
    w.device.set("ITD_INV_MUTE", 1)
    status = w.unit.submit(vtd.dev_piotlb(w.sid, PASID, VA), w.unit.wait_desc())
    expect(status & vtd.FSTS_ITE, vtd.FSTS_ITE, "ITE")
    expect(w.unit.waited(), False, "completion")
    expect(w.unit.reg64(vtd.IQERCD) >> 32 & 0xffff, w.sid, "ITESID")
    expect(w.unit.reg64(vtd.IQH) >> 5, w.unit.tail, "head is past the wait")
    expect(w.where(VA, "ats"), [0], "the ATC is as it was")
    w.unit.submit(w.unit.wait_desc())
    expect(w.unit.waited(), False, "the queue stands")
    w.unit.reg32(vtd.FSTS, vtd.FSTS_ITE)
    expect(w.unit.waited(), True, "the queue goes on")
    w.unit.sync(vtd.dev_piotlb(w.sid, PASID, VA))
    expect(w.where(VA, "ats"), [2])
    expect(w.device.reg("ITD_CNT_ATC_INVS_MUTED"), 1)


@case("ats: device that doesn't answer: the time-out takes its time",
      options=("aw-bits=48", "x-ite-delay=1000000"))
def slow(m):
    w = World(m)
    cached(w)
    w.device.set("ITD_INV_MUTE", 1)
    inv = vtd.dev_piotlb(w.sid, PASID, VA)
    expect(w.unit.submit(inv, w.unit.wait_desc()) & vtd.FSTS_ITE, 0, "at once")
    m.step(500000)
    # another's, which is aborted along with it, although it has been done
    w.first.map(VA2, w.data(3))
    expect(w.unit.submit(vtd.piotlb(DID, PASID), w.unit.wait_desc()) &
           vtd.FSTS_ITE, 0, "too early")
    expect(w.unit.waited(), False, "waits behind it")
    expect(w.where(VA2), [3], "what waits for no device is done")
    m.step(600000)
    expect(w.unit.reg32(vtd.FSTS) & vtd.FSTS_ITE, vtd.FSTS_ITE, "ITE")
    expect(w.unit.waited(), False, "aborted")
    expect(w.unit.reg64(vtd.IQERCD) >> 32 & 0xffff, w.sid, "ITESID")
    w.unit.reg32(vtd.FSTS, vtd.FSTS_ITE)
    expect(w.unit.waited(), False, "for good")
    w.unit.sync(inv)
    expect(w.where(VA, "ats"), [2])
