# SPDX-License-Identifier: GPL-2.0
"""Interrupts of the device, counters of the unit, and options that are refused."""
from . import vtd
from .case import FRESH, PASID, VA, World, case, expect
from .machine import NotStarted
from .testdev import C, pasid

MSIX_BAR = 0xe0300000
CHANNEL = 7


def open_vector(w, vector, addr, data):
    """MSI-X on, and this vector unmasked with that message."""
    m, slot = w.machine, w.device.slot
    at = m.capability(slot, 0x11)
    m.config_write(slot, 0x18, MSIX_BAR)
    entry = MSIX_BAR + 16 * vector
    for offset, value in enumerate((addr, addr >> 32, data, 0)):
        m.write32(entry + 4 * offset, value)
    m.config_write(slot, at, m.config_read(slot, at) | 1 << 31)


@case("messages: a channel's vector at the end of a command")
def interrupt(m):
    w = World(m)
    # an address in memory: the message is DMA without a PASID, and lands there
    open_vector(w, CHANNEL, w.data(5), 0x4021)
    w.device.fill(VA, 1, tag=pasid(PASID), channel=CHANNEL)
    expect(m.read32(w.host(5)), 0, "not asked for")
    w.device.fill(VA, 1, "irq", tag=pasid(PASID), channel=CHANNEL + 1)
    expect(m.read32(w.host(5)), 0, "another channel's")
    w.device.fill(VA, 1, "irq", tag=pasid(PASID), channel=CHANNEL)
    expect(m.read32(w.host(5)), 0x4021)
    m.write32(w.host(5), 0)
    w.device.fill(FRESH, 1, "irq", tag=pasid(PASID), channel=CHANNEL)
    expect(m.read32(w.host(5)), 0x4021, "after a fault")


def counted(w, action):
    """What @action adds to the counters, by name without prefix."""
    names = [n for n in C if n.startswith("VTD_CNT_") and isinstance(C[n], int)]
    before = {n: w.unit.counter(C[n]) for n in names}
    action()
    grown = {n[8:]: w.unit.counter(C[n]) - before[n] for n in names}
    return {n: value for n, value in grown.items() if value}


@case("messages: counters of the unit")
def counters(m):
    w = World(m)
    expect(counted(w, w.where), {"WALKS": 1}, "first access")
    expect(counted(w, w.where), {"IOTLB_HITS": 1, "PASID_HITS": 1},
           "second access")
    expect(counted(w, lambda: w.where(FRESH)),
           {"WALKS": 1, "PASID_HITS": 1, "FAULTS": 1}, "fault")
    expect(counted(w, lambda: w.unit.sync(vtd.iotlb())),
           {"DOORBELLS": 1, "DESC_WAIT": 1}, "invalidation")
    expect(counted(w, lambda: w.where(FRESH, "ats", "pri")),
           {"WALKS": 1, "PASID_HITS": 1, "PRQ": 1}, "page request")


@case("messages: options that don't go together")
def options(m):
    for bad, why in ((("x-drop=tea",), "unknown kind 'tea'"),
                     (("x-nd=7",), "x-nd"),
                     (("caching-mode=on",), "caching-mode"),
                     (("x-flts=on",), "x-flts"),
                     (("x-pasid-mode=off",), "x-prs needs x-pasid-mode=on"),
                     (("x-nesting=off", "x-pasid-mode=off", "x-drop=prq"),
                      "need x-nesting=on"),
                     (("x-nesting=off", "x-pasid-mode=off", "x-prs=off",
                       "x-ite-delay=1"), "need x-nesting=on")):
        try:
            with m.again(*bad):
                raise AssertionError("%s: starts" % " ".join(bad))
        except NotStarted as error:
            expect(why in str(error), True, str(error))
