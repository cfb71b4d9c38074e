# SPDX-License-Identifier: GPL-2.0
"""The stall model: held requests, their events, and how they end."""
from . import smmu
from .declare import expect
from .smmu_case import (FRESH, SSID, SSIDS, STALL, VA, World, one_event,
                        stalling)
from .testdev import R, pasid

COUNTERS = ("STALLS", "STALL_RETRY", "STALL_ABORT", "STALL_IGNORE",
            "STALL_CANCEL")
FEW = (SSIDS, STALL, "x-stall-max=3")


def world(m, **ste):
    """A world whose CDs stall."""
    return World(m, bits=smmu.CD_S, **ste)


def counts(w):
    """The device's counters of stalls, and what is held now."""
    return tuple(w.device.reg("ITD_CNT_" + name) for name in COUNTERS) + (
        w.device.reg("ITD_NOW_STALLED"),)


def stalled(w, addr=FRESH, **more):
    """A write that is stalled; returns the event."""
    expect(w.where(addr, **more), "STALL")
    return one_event(w, smmu.F_TRANSLATION, stall=1)


def storm(w, channels, start=0):
    """Writes to a page of its own on each of so many channels."""
    return [w.device.fill(FRESH + 0x1000 * n, n, tag=pasid(SSID), channel=n)
            for n in range(start, start + channels)]


@stalling("smmu stall: ID registers say what the options say",
          options=(SSIDS, STALL, "x-stall-max=7"))
def registers(m):
    unit = smmu.Unit(m)
    expect(unit.reg32(smmu.IDR0) >> 24 & 3, 0, "STALL_MODEL: both")
    expect(unit.reg32(smmu.IDR0) >> 26 & 1, 0, "TERM_MODEL: both")
    expect(unit.reg32(smmu.IDR5) >> 16, 7, "STALL_MAX")


@stalling("smmu stall: event, retry, and the write goes on")
def retry(m):
    w = world(m)
    expect(w.where(FRESH + 16), "STALL")
    event = one_event(w, smmu.F_TRANSLATION, sid=w.sid, ssid=SSID, stall=1,
                      addr=FRESH + 16, read=0, s2=0, cls=smmu.CLASS_IN)
    expect(w.device.channel("ITD_FADDR"), FRESH + 16)
    expect(counts(w), (1, 0, 0, 0, 0, 1))
    w.first.map(FRESH, w.data(3))
    expect(w.device.status(), "STALL", "nobody said anything")
    w.unit.sync(smmu.resume(w.sid, event.stag))
    expect(w.device.status(), "DONE")
    expect(m.read64(w.host(3) + 16), w.token)
    expect(counts(w), (1, 1, 0, 0, 0, 0))
    expect(w.unit.events_now(), [])


@stalling("smmu stall: retried without a cure it stalls again")
def again(m):
    w = world(m)
    first = stalled(w)
    w.unit.sync(smmu.resume(w.sid, first.stag))
    expect(w.device.status(), "STALL")
    second = one_event(w, smmu.F_TRANSLATION, stall=1)
    expect(second.stag != first.stag, True, "another tag")
    expect(counts(w), (2, 1, 0, 0, 0, 1))


@stalling("smmu stall: terminated with an abort")
def abort(m):
    w = world(m)
    event = stalled(w)
    w.first.map(FRESH, w.data(3))
    w.unit.sync(smmu.resume(w.sid, event.stag, smmu.ABORT_IT))
    expect(w.device.status(), "FAULT")
    expect(w.device.channel("ITD_FADDR"), FRESH)
    expect(counts(w), (1, 0, 1, 0, 0, 0))
    expect(w.landed(), [])


@stalling("smmu stall: terminated as RAZ/WI")
def ignore(m):
    w = world(m)
    event = stalled(w)
    w.first.map(FRESH, w.data(3))
    w.unit.sync(smmu.resume(w.sid, event.stag, smmu.IGNORE))
    expect(w.device.status(), "DONE")
    expect(w.landed(), [])
    w.first.map(FRESH, None)
    w.unit.sync(smmu.nh_all())
    m.write64(w.host(0), 0x1234)
    status = w.device.run("copy", src=FRESH, src_pasid=pasid(SSID), dst=VA,
                          dst_pasid=pasid(SSID), len=8)
    expect(status, "STALL", "a read")
    event = one_event(w, smmu.F_TRANSLATION, stall=1, read=1)
    w.unit.sync(smmu.resume(w.sid, event.stag, smmu.IGNORE))
    expect(w.device.status(), "DONE")
    expect(m.read64(w.host(0)), 0)
    expect(counts(w), (2, 0, 0, 2, 0, 0))


@stalling("smmu stall: without SSID")
def without_ssid(m):
    w = world(m)
    event = stalled(w, ssid=None)
    expect(event.ssid, None)
    w.firsts[0].map(FRESH, w.data(4))
    w.unit.sync(smmu.resume(w.sid, event.stag))
    expect(w.landed(), [4])


@stalling("smmu stall: a response to another stream or tag has no effect")
def misdirected(m):
    w = world(m)
    event = stalled(w)
    w.unit.sync(smmu.resume(w.sid + 8, event.stag, smmu.ABORT_IT),
                smmu.resume(w.sid, event.stag + 1, smmu.ABORT_IT),
                smmu.stall_term(w.sid + 8))
    expect(w.device.status(), "STALL")
    w.unit.sync(smmu.resume(w.sid, event.stag, smmu.ABORT_IT))
    expect(w.device.status(), "FAULT")
    w.unit.sync(smmu.resume(w.sid, event.stag, smmu.ABORT_IT))
    expect(counts(w), (1, 0, 1, 0, 0, 0))


@stalling("smmu stall: each of 64 channels has a tag of its own")
def channels(m):
    w = world(m)
    tags = {}
    for start in range(0, 64, 8):
        expect(storm(w, 8, start), ["STALL"] * 8)
        for event in w.unit.events_now():
            tags[event.addr] = event.stag
    expect(len(set(tags.values())), 64)
    w.first.map(FRESH + 0x1000 * 40, w.data(5))
    w.unit.sync(smmu.resume(w.sid, tags[FRESH + 0x1000 * 40]))
    expect([w.device.status(n) for n in (39, 40, 41)], ["STALL", "DONE", "STALL"])
    expect(m.read64(w.host(5)), 40)
    expect(counts(w), (64, 1, 0, 0, 0, 63))


@stalling("smmu stall: two SSIDs, one held, the other goes on")
def two_ssids(m):
    w = world(m)
    stalled(w)
    w.bind(5)
    expect(w.where(ssid=5, channel=1), [0])
    expect(w.where(VA, channel=2), [0], "the same SSID elsewhere")


@stalling("smmu stall: events wait while the queue is full, and none is lost")
def full_queue(m):
    w = world(m)
    expect(storm(w, smmu.EVENTS + 5), ["STALL"] * (smmu.EVENTS + 5))
    expect(w.unit.overflow(), 0, "nothing was lost")
    events = w.unit.events_now(3)
    events += w.unit.events_now()
    events += w.unit.events_now()
    expect(sorted(e.addr for e in events),
           [FRESH + 0x1000 * n for n in range(smmu.EVENTS + 5)])
    expect(len({e.stag for e in events}), smmu.EVENTS + 5)
    for event in events:
        w.unit.sync(smmu.resume(w.sid, event.stag, smmu.ABORT_IT))
    expect(counts(w), (smmu.EVENTS + 5, 0, smmu.EVENTS + 5, 0, 0, 0))


@stalling("smmu stall: what waits for the queue is tried again before its event")
def tried_again(m):
    w = world(m)
    storm(w, smmu.EVENTS + 2)
    w.first.map(FRESH + 0x1000 * smmu.EVENTS, w.data(6))
    w.unit.events_now(2)
    expect(w.device.status(smmu.EVENTS), "DONE", "its page was there")
    expect(w.device.status(smmu.EVENTS + 1), "STALL")
    expect(len(w.unit.events_now()), smmu.EVENTS - 2 + 1)


@stalling("smmu stall: events wait while the queue is off")
def queue_off(m):
    w = world(m)
    w.unit.reg32(smmu.CR0, smmu.SMMUEN | smmu.CMDQEN)
    expect(w.where(FRESH), "STALL")
    expect(w.unit.events_now(), [])
    w.unit.reg32(smmu.CR0, smmu.SMMUEN | smmu.CMDQEN | smmu.EVENTQEN)
    one_event(w, smmu.F_TRANSLATION, stall=1)


@stalling("smmu stall: more than STALL_MAX wait for a tag", options=FEW)
def stall_max(m):
    w = world(m)
    expect(storm(w, 5), ["STALL"] * 5)
    events = w.unit.events_now()
    expect(len(events), 3)
    w.unit.sync(smmu.resume(w.sid, events[1].stag, smmu.ABORT_IT))
    expect([e.addr for e in w.unit.events_now()], [FRESH + 0x3000])
    w.unit.sync(smmu.resume(w.sid, events[0].stag, smmu.ABORT_IT))
    expect([e.addr for e in w.unit.events_now()], [FRESH + 0x4000])


@stalling("smmu stall: first come, first recorded", options=FEW)
def in_order(m):
    w = world(m)
    storm(w, 5)
    events = w.unit.events_now()
    w.unit.sync(smmu.resume(w.sid, events[0].stag))
    expect([e.addr for e in w.unit.events_now()], [FRESH + 0x3000],
           "before the one that stalled again")


@stalling("smmu stall: STALL_TERM ends those of a stream, also without events",
          options=FEW, testdevs=2)
def stall_term(m):
    w = world(m)
    other = type(w.device)(m, 1, enable=("pasid",))
    w.unit.ste(other.sid, smmu.NESTED, ctx=w.cds, second=w.second, cdmax=12)
    expect(storm(w, 5), ["STALL"] * 5)
    expect(other.fill(FRESH, 1, tag=pasid(SSID)), "STALL")
    w.unit.events_now()
    w.unit.sync(smmu.stall_term(w.sid))
    expect([w.device.status(n) for n in range(5)], ["FAULT"] * 5)
    expect(counts(w), (5, 0, 5, 0, 0, 0))
    expect(other.status(), "STALL")
    one_event(w, smmu.F_TRANSLATION, sid=other.sid, stall=1)


@stalling("smmu stall: SMMUEN 0 ends all of them")
def disable(m):
    w = world(m)
    storm(w, 4)
    w.unit.reg32(smmu.CR0, smmu.CMDQEN | smmu.EVENTQEN)
    expect([w.device.status(n) for n in range(4)], ["FAULT"] * 4)
    expect(counts(w), (4, 0, 4, 0, 0, 0))


@stalling("smmu stall: a device that gives up keeps the tag until the answer",
          options=FEW)
def given_up(m):
    w = world(m)
    event = stalled(w)
    w.device.run("stop")
    expect((w.device.status(), counts(w)), ("IDLE", (1, 0, 0, 0, 1, 0)))
    for _ in range(2):
        stalled(w)
        w.device.run("stop")
    expect(w.where(FRESH), "STALL", "the fourth")
    expect(w.unit.events_now(), [], "all tags wait for an answer")
    w.unit.sync(smmu.resume(w.sid, event.stag))
    one_event(w, smmu.F_TRANSLATION, stall=1)
    expect(w.device.status(), "STALL", "the answer was to the first")


@stalling("smmu stall: function level reset, and the answer to what was before")
def flr(m):
    w = world(m)
    event = stalled(w)
    at = m.capability(w.device.slot, 0x10)
    m.config_write(w.device.slot, at + 8, 1 << 15)
    m.config_write(w.device.slot, 0x10, w.device.bar)
    m.config_write(w.device.slot, 4, 6)
    w.device.enable("pasid")
    expect(w.device.reg("ITD_NOW_STALLED"), 0)
    stalled(w)
    w.unit.sync(smmu.resume(w.sid, event.stag, smmu.ABORT_IT))
    expect(w.device.status(), "STALL")


@stalling("smmu stall: a buffer of pages that aren't there, one after the other")
def walk(m):
    w = world(m)
    w.clear()
    pages = 5
    status = w.device.fill(FRESH + 8, w.token, tag=pasid(SSID),
                           length=pages * 0x1000 - 8)
    for n in range(pages):
        expect(status, "STALL")
        event = one_event(w, smmu.F_TRANSLATION, stall=1)
        expect(event.addr & ~0xfff, FRESH + 0x1000 * n)
        expect(w.device.channel("ITD_MOVED"), max(0, 0x1000 * n - 8))
        w.first.map(FRESH + 0x1000 * n, w.data(n))
        w.unit.sync(smmu.resume(w.sid, event.stag))
        status = w.device.status()
    expect(status, "DONE")
    data = m.read(w.host(0), pages * 0x1000)
    expect(data[8:] == w.token.to_bytes(8, "little") * (pages * 512 - 1), True)
    expect(counts(w), (pages, pages, 0, 0, 0, 0))


@stalling("smmu stall: a copy whose both sides aren't there")
def copy(m):
    w = world(m, dss=smmu.TERMINATE)
    content = bytes(range(256)) * 32
    m.write(w.host(0), content)
    status = w.device.run("copy", src=FRESH, src_pasid=pasid(SSID),
                          dst=FRESH + 0x10800, dst_pasid=pasid(0), len=0x1800)
    expect(status, "STALL")
    pages = {(SSID, FRESH): 0, (SSID, FRESH + 0x1000): 1,
             (0, FRESH + 0x10000): 4, (0, FRESH + 0x11000): 5}
    while status == "STALL":
        event = one_event(w, smmu.F_TRANSLATION, stall=1)
        page = pages.pop((event.ssid, event.addr & ~0xfff))
        w.firsts[event.ssid].map(event.addr & ~0xfff, w.data(page))
        w.unit.sync(smmu.resume(w.sid, event.stag))
        status = w.device.status()
    expect((status, pages), ("DONE", {}))
    expect(m.read(w.host(4) + 0x800, 0x1800) == content[:0x1800], True, "data")


@stalling("smmu stall: RESUME and STALL_TERM of secure streams are illegal")
def secure(m):
    w = world(m)
    event = stalled(w)
    low, high = smmu.resume(w.sid, event.stag)
    expect(w.unit.submit((low | 1 << 10, high)), smmu.CERROR_ILL)
    expect(w.device.status(), "STALL")


@stalling("smmu stall: the identity of a function that Linux lets stall",
          options=(SSIDS, STALL, "x-stall-id=on"))
def identity(m):
    w = world(m)
    expect(m.config_read(w.device.slot, 0), R["ITD_STALL_VENDOR_ID"] |
           R["ITD_STALL_DEVICE_ID"] << 16)
    expect(m.config_read(w.device.slot, 8) & 0xff, R["ITD_STALL_REVISION"])
    expect(w.device.reg("ITD_ID") & 0xffffffff, R["ITD_ID_VALUE"])
