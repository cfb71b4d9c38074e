# SPDX-License-Identifier: GPL-2.0
"""Test cases of the SMMUv3, and the world most of them start in."""
from . import smmu
from .declare import declarer, expect
from .edu import Edu
from .testdev import TestDevice, pasid
from .virt import Virt
from .world import (DATA_PAGES, FRESH, GUEST_OFFSET, VA, VA2,  # noqa: F401
                    DataPages)

SSIDS = "x-ssidsize=16"
STALL = "x-stall=on"
case = declarer(Virt, (SSIDS,))
stalling = declarer(Virt, (SSIDS, STALL))

SSID = 9
CDMAX = 12
ASIDS = 100             # ASID of CD n is ASIDS + n


class World(DataPages):
    """
    A unit, one device and its tables, nested: CDs 0 and SSID have a stage 1 each,
    with the data pages at VA and VA2. CD 0 is that of requests without SSID.
    """

    DATA = smmu.DATA

    def __init__(self, machine, edu=False, fmt=smmu.LINEAR, bits=0, **ste):
        super().__init__(machine)
        self.unit = smmu.Unit(machine)
        self.device = Edu(machine) if edu else \
            TestDevice(machine, enable=("pasid",))
        self.sid = self.device.sid
        self.bits = smmu.CD_R | smmu.CD_A | bits
        self.second = smmu.SecondStage(machine, self.unit.pool)
        for i in range(DATA_PAGES):
            self.second.map(self.data(i), self.host(i))
        self.fmt = fmt
        self.cds = self._table(64)      # holds linear tables of CDMAX
        self.leaves = {}
        self.firsts = {}
        self.stream(**ste)
        for ssid in (0, SSID):
            self.bind(ssid)

    def _table(self, pages):
        """Guest pages in one piece for a table of the unit."""
        table = self.unit.guest_pool.page(pages)
        for at in range(table, table + 0x1000 * pages, 0x1000):
            self.second.map(at, at + GUEST_OFFSET)
        return table

    def stream(self, config=smmu.NESTED, cdmax=CDMAX, **more):
        """The device's STE with the world's tables."""
        more.setdefault("fmt", self.fmt)
        second = self.second if config & 2 else None
        self.unit.ste(self.sid, config, ctx=self.cds, second=second, cdmax=cdmax,
                      **more)

    def first_stage(self):
        """A stage 1 table with the data pages at VA and VA2."""
        first = smmu.FirstStage(self.machine, self.unit.guest_pool, self.second)
        first.map(VA, self.data(0))
        first.map(VA2, self.data(1))
        return first

    def leaf(self, ssid):
        """Intermediate address of the table with the CD, and the CD's index in it."""
        split = {smmu.LINEAR: CDMAX, smmu.L2_4K: 6, smmu.L2_64K: 10}[self.fmt]
        number = ssid >> split
        if self.fmt == smmu.LINEAR:
            return self.cds, ssid
        if number not in self.leaves:
            table = self._table((64 << split) // 0x1000)
            self.leaves[number] = table
            self.machine.write64(self.l1cd(number), table | 1)
        return self.leaves[number], ssid & (1 << split) - 1

    def l1cd(self, number):
        """Physical address of an L1CD."""
        return self.cds + GUEST_OFFSET + number * 8

    def slot(self, ssid):
        """Physical address of a CD."""
        table, index = self.leaf(ssid)
        return table + GUEST_OFFSET + index * 64

    def bind(self, ssid, first=None, bits=None, asid=None):
        """Writes a CD, with a stage 1 of its own unless one is given."""
        self.firsts[ssid] = first or self.first_stage()
        self.machine.write(self.slot(ssid), smmu.cd(
            self.firsts[ssid], ASIDS + ssid if asid is None else asid,
            self.bits if bits is None else bits))

    def unbind(self, ssid):
        """Makes a CD invalid in memory."""
        self.machine.write(self.slot(ssid), bytes(64))

    @property
    def first(self):
        """Stage 1 of SSID."""
        return self.firsts[SSID]

    def where(self, addr=VA, *flags, ssid=SSID, channel=0):
        """Writes with an SSID; the pages that were hit, or the bad status."""
        self.clear()
        tag = pasid(ssid, *flags) if ssid is not None else 0
        status = self.device.fill(addr, self.token, tag=tag, channel=channel)
        return self.written(status)


def one_event(world, kind, **fields):
    """Exactly one kind of event is in the queue, with these fields; returns it."""
    events = world.unit.events_now()
    expect(sorted({hex(e.type) for e in events}), [hex(kind)], "events")
    for name, value in fields.items():
        expect(getattr(events[0], name), value, "event's " + name)
    return events[0]
