# SPDX-License-Identifier: GPL-2.0
"""Devices that can't be trusted or don't answer: who checks, who waits."""
from . import vtd
from .case import DID, PASID, VA, World, case, expect, one_fault
from .edu import SID as EDU_SID

NOBODY = 0x1e << 3


@case("trust: translated requests need DTE in the context entry")
def rogue(m):
    w = World(m)
    expect(w.where(VA, "ats"), [0])
    w.device.enable("pasid", "pri")
    expect(w.where(VA, "ats"), "DISABLED", "a device that obeys")
    w.unit.context(w.sid, flags=vtd.CTX_P | vtd.CTX_PASIDE)
    expect(w.where(VA, "ats", "rogue"), [0], "one that doesn't, stale context")
    w.unit.sync(vtd.context_desc(w.sid))
    expect(w.where(VA, "ats", "rogue"), "FAULT")
    one_fault(w, 0x44, pasid=None, write=True, addr=w.host(0), sid=w.sid,
              at=vtd.AT_TRANSLATED)
    expect(w.landed(), [])
    w.device.set("ITD_ACTION", 1)
    expect(w.where(VA, "ats", "rogue"), "FAULT", "without the ATC")
    one_fault(w, 0x44, pasid=PASID, addr=VA, at=vtd.AT_TRANSLATION)


@case("trust: translated requests need a context entry")
def no_context(m):
    w = World(m)
    expect(w.where(VA, "ats"), [0])
    w.nested(PASID, word0=0)
    w.unit.sync(vtd.pasid_cache(DID, PASID), vtd.piotlb(DID, PASID))
    expect(w.where(VA, "ats"), [0], "the PASID entry isn't looked at")
    w.unit.context(w.sid, flags=0)
    w.unit.sync(vtd.context_desc(w.sid))
    expect(w.where(VA, "ats"), "FAULT")
    one_fault(w, 0x41, pasid=None, at=vtd.AT_TRANSLATED)


@case("trust: and translation itself")
def translation_off(m):
    w = World(m)
    expect(w.where(VA, "ats"), [0])
    w.unit.reg32(vtd.GCMD, 1 << 26)
    expect(w.where(VA, "ats"), "FAULT")


def times_out(w, sid, *descs):
    """The wait behind @descs ends with a time-out of @sid."""
    status = w.unit.submit(*descs, w.unit.wait_desc())
    expect(status & vtd.FSTS_ITE, vtd.FSTS_ITE, "ITE")
    expect(w.unit.waited(), False, "completion")
    expect(w.unit.reg64(vtd.IQERCD) >> 32 & 0xffff, sid, "ITESID")
    w.unit.reg32(vtd.FSTS, vtd.FSTS_ITE)
    w.unit.sync()


@case("trust: nobody there, nobody who completes an invalidation")
def absent(m):
    w = World(m)
    times_out(w, NOBODY, vtd.dev_tlb(NOBODY, VA))
    times_out(w, NOBODY, vtd.dev_piotlb(NOBODY, PASID, VA))
    w.unit.sync(vtd.dev_piotlb(w.sid, PASID, VA))


@case("trust: nor does a device without ATS", testdevs=0)
def without_ats(m):
    w = World(m, edu=True)
    times_out(w, EDU_SID, vtd.dev_tlb(EDU_SID, VA))


@case("trust: nor one whose ATS is off")
def ats_off(m):
    w = World(m)
    expect(w.where(VA, "ats"), [0])
    w.device.enable("pasid", "pri")
    times_out(w, w.sid, vtd.dev_tlb(w.sid, VA))
    times_out(w, w.sid, vtd.dev_piotlb(w.sid, PASID, VA))
    expect(w.device.reg("ITD_CNT_ATC_INVS"), 0)
    expect(w.device.reg("ITD_NOW_ATC_ENTRIES"), 1, "the ATC is as it was")


@case("trust: nor one in the middle of a reset")
def reset(m):
    w = World(m)
    m.config_write(w.device.slot, m.capability(w.device.slot, 0x10) + 8, 1 << 15)
    times_out(w, w.sid, vtd.dev_tlb(w.sid, VA))
    w.device.enable("ats")
    w.unit.sync(vtd.dev_tlb(w.sid, VA))
