# SPDX-License-Identifier: GPL-2.0
"""Test cases of VT-d, and the world most of them start in."""
from . import vtd
from .declare import declarer, expect
from .edu import Edu
from .q35 import Q35
from .testdev import TestDevice, pasid
from .world import DATA_PAGES, FRESH, VA, VA2, DataPages  # noqa: F401

case = declarer(Q35, ("aw-bits=48",))

PASID = 9
DID = 5


class World(DataPages):
    """
    A unit, one device and its tables: PASID 9 nested, the requester ID with the
    second stage alone (guest addresses). The data pages are mapped at VA and VA2.
    """

    DATA = vtd.DATA

    def __init__(self, machine, edu=False, levels=4, rid=vtd.SECOND, prq=1):
        super().__init__(machine)
        self.unit = vtd.Unit(machine, prq=prq)
        self.device = Edu(machine) if edu else TestDevice(machine)
        self.sid = self.device.sid
        self.second = vtd.SecondStage(machine, self.unit.pool, levels)
        self.first = vtd.FirstStage(machine, self.unit.guest_pool, self.second,
                                    levels)
        for i in range(DATA_PAGES):
            self.second.map(self.data(i), self.host(i))
        self.first.map(VA, self.data(0))
        self.first.map(VA2, self.data(1))
        self.unit.context(self.sid)
        self.nested(PASID)
        self.bind(0, rid)

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

    def where(self, addr=VA, *flags, number=PASID, device=None):
        """Writes through a PASID; the pages that were hit, or the bad status."""
        self.clear()
        tag = pasid(number) if number is not None else 0
        device = device or self.device
        status = device.fill(addr, self.token, *flags, tag=tag)
        return self.written(status)


def one_fault(world, reason, **fields):
    """Exactly one fault is recorded, with this reason and these fields."""
    faults = world.unit.faults()
    expect([hex(f.reason) for f in faults], [hex(reason)], "fault reasons")
    for name, value in fields.items():
        expect(getattr(faults[0], name), value, "fault's " + name)
