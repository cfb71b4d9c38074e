# SPDX-License-Identifier: GPL-2.0
"""Test cases of VT-d, and the world most of them start in."""
from . import vtd
from .declare import declarer, expect
from .edu import Edu
from .q35 import Q35
from .testdev import TestDevice, pasid

case = declarer(Q35, ("aw-bits=48",))

VA = 0x10000            # translated to the first data page
VA2 = 0x20000           # to the second
PASID = 9
DID = 5
FRESH = 0x90000         # an address that nothing is mapped at


class World:
    """
    A unit, one device and its tables: PASID 9 nested, the requester ID with the
    second stage alone (guest addresses). The data pages are mapped at VA and VA2.
    """

    def __init__(self, machine, edu=False, levels=4, rid=vtd.SECOND, prq=1):
        self.machine = machine
        self.unit = vtd.Unit(machine, prq=prq)
        self.device = Edu(machine) if edu else TestDevice(machine)
        self.sid = self.device.sid
        self.token = 0xabc0000000
        self.second = vtd.SecondStage(machine, self.unit.pool, levels)
        self.first = vtd.FirstStage(machine, self.unit.guest_pool, self.second,
                                    levels)
        for i in range(vtd.DATA_PAGES):
            self.second.map(self.data(i), self.host(i))
        self.first.map(VA, self.data(0))
        self.first.map(VA2, self.data(1))
        self.unit.context(self.sid)
        self.nested(PASID)
        self.bind(0, rid)

    @staticmethod
    def data(page):
        """Guest address of a data page."""
        return vtd.DATA + 0x1000 * page

    def host(self, page):
        """Host address of a data page."""
        return self.data(page) + vtd.GUEST_OFFSET

    def bind(self, number, pgtt, sid=None, **more):
        """A PASID entry of that type with the world's tables."""
        first = self.first if pgtt in (vtd.FIRST, vtd.NESTED) else None
        second = self.second if pgtt in (vtd.SECOND, vtd.NESTED) else None
        more.setdefault("did", DID)
        more.setdefault("first", first)
        more.setdefault("second", second)
        self.unit.pasid_entry(self.sid if sid is None else sid, number, pgtt,
                              **more)

    def nested(self, number, **more):
        """A nested PASID entry."""
        self.bind(number, vtd.NESTED, **more)

    def landed(self):
        """Which data pages start with the token."""
        return [i for i in range(vtd.DATA_PAGES)
                if self.machine.read64(self.host(i)) == self.token]

    def clear(self):
        """Data pages to 0, a new token."""
        self.token += 1
        for i in range(vtd.DATA_PAGES):
            self.machine.write64(self.host(i), 0)

    def where(self, addr=VA, *flags, number=PASID, device=None):
        """Writes through a PASID; the pages that were hit, or the bad status."""
        self.clear()
        tag = pasid(number) if number is not None else 0
        device = device or self.device
        status = device.fill(addr, self.token, *flags, tag=tag)
        return self.landed() if status == "DONE" else status

    def where_edu(self, addr=VA, source=VA2):
        """The same with edu, whose data come from page 1 through @source."""
        self.clear()
        self.machine.write64(self.host(1), self.token)
        self.device.move(source, addr)
        return [i for i in self.landed() if i != 1]


def one_fault(world, reason, **fields):
    """Exactly one fault is recorded, with this reason and these fields."""
    faults = world.unit.faults()
    expect([hex(f.reason) for f in faults], [hex(reason)], "fault reasons")
    for name, value in fields.items():
        expect(getattr(faults[0], name), value, "fault's " + name)
