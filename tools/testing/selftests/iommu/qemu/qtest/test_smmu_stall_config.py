# SPDX-License-Identifier: GPL-2.0
"""The stall model: which faults stall, as CD, STE, unit and device say."""
from . import smmu
from .declare import expect
from .smmu_case import FRESH, SSID, VA, World, case, one_event, stalling
from .testdev import pasid
from .test_smmu_stall import counts, stalled, world


@stalling("smmu stall: access flag, permission and address size stall, too")
def kinds(m):
    w = world(m)
    w.first.map(FRESH, w.data(0), flags=0)
    w.first.map(FRESH + 0x1000, w.data(0), read_only=True)
    w.first.map(FRESH + 0x2000, 1 << 45)
    for n, kind in enumerate((smmu.F_ACCESS, smmu.F_PERMISSION,
                              smmu.F_ADDR_SIZE)):
        expect(w.where(FRESH + 0x1000 * n, channel=n), "STALL")
        event = one_event(w, kind, stall=1)
        w.unit.sync(smmu.resume(w.sid, event.stag, smmu.ABORT_IT))
        expect(w.device.status(n), "FAULT")


@stalling("smmu stall: other errors end a request at once")
def not_stalled(m):
    w = world(m)
    expect(w.where(ssid=3), "FAULT")
    one_event(w, smmu.C_BAD_CD, stall=0)
    w.bind(5, smmu.FirstStage(m, w.unit.guest_pool, w.second))
    w.second.map(w.firsts[5].root, smmu.NOWHERE)
    w.unit.sync(smmu.s12_vmall())
    expect(w.where(ssid=5), "FAULT")
    one_event(w, smmu.F_WALK_EABT, stall=0)


@stalling("smmu stall: stage 2 stalls when the STE says so, whatever the CD")
def stage_2(m):
    w = World(m, word5=smmu.S2S)
    expect(w.where(FRESH), "FAULT")
    one_event(w, smmu.F_TRANSLATION, s2=0, stall=0)
    w.second.map(w.data(0), None)
    expect(w.where(VA), "STALL")
    event = one_event(w, smmu.F_TRANSLATION, s2=1, stall=1, addr=VA,
                      ipa=w.data(0), cls=smmu.CLASS_IN)
    w.second.map(w.data(0), w.host(2))
    w.unit.sync(smmu.resume(w.sid, event.stag))
    expect(w.landed(), [2])


@stalling("smmu stall: stage 2 terminates where only stage 1 stalls")
def stage_1_alone(m):
    w = world(m)
    w.second.map(w.data(0), None)
    expect(w.where(VA), "FAULT")
    one_event(w, smmu.F_TRANSLATION, s2=1, stall=0)


@stalling("smmu stall: the fetch of a CD through stage 2 stalls")
def stage_2_cd(m):
    w = World(m, word5=smmu.S2S)
    w.second.map(w.cds, None)
    expect(w.where(), "STALL")
    event = one_event(w, smmu.F_TRANSLATION, s2=1, stall=1, ssid=SSID,
                      cls=smmu.CLASS_CD, ipa=w.cds + SSID * 64, addr=VA, read=0)
    w.second.map(w.cds, w.cds + smmu.GUEST_OFFSET)
    w.unit.sync(smmu.resume(w.sid, event.stag))
    expect(w.landed(), [0])


@stalling("smmu stall: a stall is recorded even when the CD records nothing")
def always_recorded(m):
    w = world(m)
    w.bind(5, bits=smmu.CD_A | smmu.CD_S)
    stalled(w, ssid=5)


@stalling("smmu stall: legal CDs and STEs")
def legality(m):
    w = world(m, word2=smmu.S1STALLD)
    expect(w.where(), "FAULT", "CD.S with S1STALLD")
    one_event(w, smmu.C_BAD_CD, ssid=SSID)
    w.bind(5, bits=smmu.CD_R | smmu.CD_A)
    expect(w.where(FRESH, ssid=5), "FAULT")
    one_event(w, smmu.F_TRANSLATION, stall=0)


@case("smmu stall: where there is no stall model CD.S and S2S are illegal")
def no_stalls(m):
    w = world(m)
    expect(w.where(), "FAULT")
    one_event(w, smmu.C_BAD_CD, ssid=SSID)
    w.bind(5, bits=smmu.CD_R)
    expect(w.where(ssid=5), "FAULT", "CD.A 0 with TERM_MODEL 1")
    one_event(w, smmu.C_BAD_CD, ssid=5)
    w.stream(word5=smmu.S2S)
    w.unit.sync(smmu.cfgi_ste(w.sid))
    expect(w.where(), "FAULT")
    one_event(w, smmu.C_BAD_STE)
    expect(w.unit.submit(smmu.resume(w.sid, 0), smmu.stall_term(w.sid)), 0,
           "ignored, as stock does")


@stalling("smmu stall: terminated at once as RAZ/WI, with a record")
def raz_wi(m):
    w = World(m)
    w.bind(5, bits=smmu.CD_R)
    expect(w.where(FRESH, ssid=5), [])
    one_event(w, smmu.F_TRANSLATION, stall=0, ssid=5)
    expect(w.device.fetch(FRESH, tag=pasid(5)), ("DONE", 0))
    w.unit.events_now()
    w.second.map(w.data(0), None)
    expect(w.where(VA, ssid=5), "FAULT", "stage 2 always aborts")
    expect(counts(w), (0, 0, 0, 0, 0, 0))


@stalling("smmu stall: a device that can't hold requests is aborted")
def edu(m):
    w = World(m, edu=True, bits=smmu.CD_S)
    expect(w.where_edu(FRESH), [])
    one_event(w, smmu.F_TRANSLATION, stall=0)
