# SPDX-License-Identifier: GPL-2.0
"""Power states of the test device."""
from .case import FRESH, PASID, VA, World, case, expect
from .test_messages import CHANNEL, open_vector
from .testdev import ATS_CAP, R, pasid

D0, D3HOT = 0, 3
NO_SOFT_RESET = 1 << 3


def power_control(m, slot):
    """Where the device's PMCSR is; its capability is that of PCI PM 1.2 (3.2)."""
    at = m.capability(slot, 1)
    expect(m.config_read(slot, at) >> 16, 3, "PMC")
    expect(m.config_read(slot, at + 4) & NO_SOFT_RESET, 0, "No_Soft_Reset")
    return at + 4


def ask(w, channel, *flags):
    """An access that waits for a page; its request."""
    expect(w.device.fill(FRESH, w.token, "ats", "pri", *flags, channel=channel,
                         tag=pasid(PASID)), "WAIT")
    return w.unit.page_requests()[0]


@case("power: D3hot is left as a reset is")
def soft_reset(m):
    w = World(m)
    slot = w.device.slot
    at = power_control(m, slot)
    expect(w.where(VA, "ats"), [0])
    request = ask(w, 0)
    m.config_write(slot, at, D3HOT)
    expect(m.config_read(slot, at) & 3, D3HOT)
    expect(w.device.reg("ITD_ID") & 0xffffffff == R["ITD_ID_VALUE"], False,
           "registers in D3hot")
    m.config_write(slot, at, D0)
    expect(m.config_read(slot, at) & 3, D0)
    expect(m.config_read(slot, 4) & 7, 0, "command")
    expect(m.config_read(slot, ATS_CAP + 4) >> 31, 0, "ATS")
    m.enable_device(slot, w.device.bar)
    expect(w.device.reg("ITD_NOW_ATC_ENTRIES"), 0)
    expect(w.device.reg("ITD_NOW_PRG_OUTSTANDING"), 0)
    expect(w.device.reg("ITD_CNT_FLR"), 0)
    expect(w.device.channel("ITD_IMM"), 0, "a register of a channel")
    w.unit.respond(w.sid, PASID, request.prgi)
    expect(w.device.reg("ITD_CNT_PRG_UNKNOWN"), 1)
    w.device.enable("ats", "pasid", "pri")
    expect(w.where(VA, "ats"), [0])


@case("power: no access and no message in D3hot")
def quiet(m):
    w = World(m)
    slot = w.device.slot
    at = power_control(m, slot)
    open_vector(w, CHANNEL, w.data(5), 0x4021)
    w.device.run("fill", "repeat", channel=1, dst=VA, dst_pasid=pasid(PASID),
                 len=8, imm=w.token, period=1000)
    request = ask(w, CHANNEL, "irq")
    m.config_write(slot, at, D3HOT)
    m.write64(w.host(0), 0)
    w.first.map(FRESH, w.data(2))
    w.unit.respond(w.sid, PASID, request.prgi)
    m.step(100000)
    expect(w.landed(), [], "accesses")
    expect(m.read32(w.host(5)), 0, "message")
