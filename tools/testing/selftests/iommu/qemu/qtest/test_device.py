# SPDX-License-Identifier: GPL-2.0
"""The test device itself."""
from . import vtd
from .case import DID, FRESH, PASID, VA, VA2, World, case, expect
from .testdev import ATS_CAP, R, pasid

DEVCTL_FLR = 1 << 15


@case("device: 64 channels, each with its own state")
def channels(m):
    w = World(m)
    expect(w.device.reg("ITD_ID") >> 32, 64)
    for n in range(64):
        expect(w.device.fill(VA + 8 * n, 0x1000 + n, channel=n,
                             tag=pasid(PASID)), "DONE")
    got = [m.read64(w.host(0) + 8 * n) for n in range(64)]
    expect(got, [0x1000 + n for n in range(64)])


@case("device: copies between PASIDs")
def copy(m):
    w = World(m)
    m.write64(w.host(0), 0x1122334455667788)
    status = w.device.run("copy", src=VA, src_pasid=pasid(PASID),
                          dst=w.data(2), dst_pasid=0, len=8)
    expect(status, "DONE")
    expect(m.read64(w.host(2)), 0x1122334455667788)


@case("device: does only what configuration space allows")
def disabled(m):
    w = World(m)
    w.device.enable("ats", "pri")
    expect(w.where(), "DISABLED", "PASID")
    w.device.enable("pasid", "pri")
    expect(w.where(VA, "ats"), "DISABLED", "ATS")
    w.device.enable("pasid", "ats")
    expect(w.where(VA, "ats", "pri"), "DISABLED", "PRI")
    w.device.enable("pasid", "ats", "pri")
    m.config_write(w.device.slot, 4, 2)
    expect(w.where(), "DISABLED", "bus master")


@case("device: repeats until it is stopped, and counts faults")
def repeat(m):
    w = World(m)
    status = w.device.run("fill", "repeat", dst=VA, dst_pasid=pasid(PASID),
                          len=8, imm=7, period=1000)
    expect(status, "REPEAT")
    m.step(100000)
    runs = w.device.channel("ITD_RUNS")
    expect(runs >= 50, True, "%d runs" % runs)
    w.first.map(VA, None)
    w.unit.sync(vtd.piotlb(DID, PASID))
    m.step(20000)
    expect(w.device.channel("ITD_FAULTS") >= 10, True, "faults")
    w.device.run("stop")
    runs = w.device.channel("ITD_RUNS")
    m.step(20000)
    expect(w.device.channel("ITD_RUNS"), runs)
    expect(w.device.status(), "IDLE")


@case("device: function level reset")
def flr(m):
    w = World(m)
    expect(w.where(VA, "ats"), [0])
    expect(w.where(FRESH, "ats", "pri"), "WAIT")
    expect(w.device.reg("ITD_NOW_ATC_ENTRIES"), 1)
    at = m.capability(w.device.slot, 0x10)
    m.config_write(w.device.slot, at + 8, DEVCTL_FLR)
    m.config_write(w.device.slot, 0x10, w.device.bar)
    m.config_write(w.device.slot, 4, 6)
    expect(w.device.reg("ITD_CNT_FLR"), 1)
    expect(w.device.reg("ITD_NOW_ATC_ENTRIES"), 0)
    expect(w.device.reg("ITD_NOW_PRG_OUTSTANDING"), 0)
    expect(m.config_read(w.device.slot, ATS_CAP + 4) >> 31, 0, "ATS")
    request = w.unit.page_requests()[0]
    w.unit.respond(w.sid, PASID, request.prgi)
    expect(w.device.status(), "IDLE", "a response of the old life")
    expect(w.device.reg("ITD_CNT_PRG_UNKNOWN"), 1)


@case("device: ATC of many pages, dropped on command")
def atc(m):
    w = World(m)
    for _ in range(2):
        expect(w.where(VA, "ats"), [0])
        expect(w.where(VA2, "ats"), [1])
    expect(w.device.reg("ITD_CNT_ATC_HITS"), 2)
    expect(w.device.reg("ITD_CNT_ATC_MISSES"), 2)
    w.device.set("ITD_ACTION", R["ITD_ACTION_DROP_ATC"] | R["ITD_ACTION_CLEAR"])
    expect(w.device.reg("ITD_NOW_ATC_ENTRIES"), 0)
    expect(w.device.reg("ITD_CNT_ATC_HITS"), 0)


@case("device: enabling ATS empties the ATC")
def ats_off(m):
    w = World(m)
    expect(w.where(VA, "ats"), [0])
    w.device.enable("ats", "pasid", "pri")
    expect(w.device.reg("ITD_NOW_ATC_ENTRIES"), 1, "still on")
    w.device.enable("pasid", "pri")
    w.device.enable("ats", "pasid", "pri")
    expect(w.device.reg("ITD_NOW_ATC_ENTRIES"), 0)


@case("device: commands out of range")
def bad(m):
    w = World(m)
    expect(w.device.run("copy", len=R["ITD_LEN_MAX"] + 1), "BAD_CMD")
    expect(w.device.run("request", src=VA, pages=0, groups=1), "BAD_CMD")
    expect(w.device.run("request", src=VA, pages=1, groups=2), "BAD_CMD")
