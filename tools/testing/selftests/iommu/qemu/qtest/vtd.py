# SPDX-License-Identifier: GPL-2.0
"""The VT-d unit: registers, tables in memory, invalidation and faults (VT-d 4.1)."""
import collections
import struct

from .world import GUEST_OFFSET, Pool

BASE = 0xfed90000
CAP, ECAP, GCMD, GSTS, RTADDR = 0x08, 0x10, 0x18, 0x1c, 0x20
FSTS, FECTL, IQH, IQT, IQA, IQERCD = 0x34, 0x38, 0x80, 0x88, 0x90, 0xb0
PQH, PQT, PQA, PRS, PECTL = 0xc0, 0xc8, 0xd0, 0xdc, 0xe0
FRCD = 0x220
FSTS_PFO, FSTS_PPF, FSTS_IQE, FSTS_ITE = 1, 2, 1 << 4, 1 << 6
PRS_PPR, PRS_PRO = 1, 2
FIRST, SECOND, NESTED, PASS = 1, 2, 3, 4        # PGTT
CTX_P, CTX_FPD, CTX_DTE, CTX_PASIDE, CTX_PRE = 1, 2, 4, 8, 16
SRE, WPE, EAFE = 1, 1 << 4, 1 << 7              # PASID entry, word 2
SSADE = 1 << 9                                  # PASID entry, word 0

AT_TRANSLATION, AT_TRANSLATED = 1, 2            # of a fault
NXE = 1 << 5                                    # PASID entry, word 2

Fault = collections.namedtuple("Fault",
                               "reason sid pasid write addr exe priv at")
PageRequest = collections.namedtuple(
    "PageRequest", "sid pasid addr read write last prgi exe priv")

HOST_POOL = 0x1000000   # tables of the host, one page after the other
GUEST_POOL = 0x3000000  # tables of the guest, by guest address
DATA = 0x3100000        # guest pages for data


class SecondStage:
    """A second-stage table in host memory."""

    def __init__(self, machine, pool, levels=4):
        self.machine, self.pool, self.levels = machine, pool, levels
        self.root = pool.page()

    def entry(self, addr, level=1):
        """Address of the entry that translates @addr at @level."""
        table = self.root
        for at in range(self.levels, level, -1):
            slot = table + ((addr >> (12 + 9 * (at - 1))) & 0x1ff) * 8
            entry = self.machine.read64(slot)
            if not entry & 3:
                entry = self.pool.page() | 3
                self.machine.write64(slot, entry)
            table = entry & 0xffffffffff000
        return table + ((addr >> (12 + 9 * (level - 1))) & 0x1ff) * 8

    def map(self, addr, to, rights=3, level=1):
        """Maps a page of @level with read (1) and write (2); None unmaps it."""
        value = 0 if to is None else to | rights | (0x80 if level > 1 else 0)
        self.machine.write64(self.entry(addr, level), value)


class FirstStage:
    """A first-stage table; with @second its pages are guest memory."""

    def __init__(self, machine, pool, second=None, levels=4):
        self.machine, self.pool, self.levels = machine, pool, levels
        self.second = second
        self.root = self._page()

    def _page(self):
        page = self.pool.page()
        if self.second:
            self.second.map(page, page + GUEST_OFFSET)
        return page

    def _host(self, addr):
        return addr + GUEST_OFFSET if self.second else addr

    def entry(self, addr, level=1):
        """Host address of the entry that translates @addr at @level."""
        table = self.root
        for at in range(self.levels, level, -1):
            slot = table + ((addr >> (12 + 9 * (at - 1))) & 0x1ff) * 8
            entry = self.machine.read64(self._host(slot))
            if not entry & 1:
                entry = self._page() | 7
                self.machine.write64(self._host(slot), entry)
            table = entry & 0xffffffffff000
        return self._host(table +
                          ((addr >> (12 + 9 * (level - 1))) & 0x1ff) * 8)

    def map(self, addr, to, flags=7, level=1):
        """Maps a page of @level: present 1, write 2, user 4; None unmaps it."""
        value = 0 if to is None else to | flags | (0x80 if level > 1 else 0)
        self.machine.write64(self.entry(addr, level), value)


class Unit:
    """
    The unit in scalable mode with a 256-bit queue, and one for page requests of
    @prq pages (a power of two, or 0 for none).
    """

    def __init__(self, machine, prq=1):
        self.machine = machine
        self.pool = Pool(HOST_POOL)
        self.guest_pool = Pool(GUEST_POOL)
        self.root = self.pool.page()
        self.context_table = self.pool.page()
        self.directories = {}
        self.tables = {}
        self.tail = 0
        self.queue = self.pool.page()
        self.status_word = self.pool.page()
        self.prq_pages = prq
        self.prq = self.pool.page() if prq else None
        for _ in range(1, prq):
            self.pool.page()
        self.waits = 0
        self.prq_head = 0
        self._enable()

    def reg32(self, reg, value=None):
        """Reads or writes a register."""
        if value is None:
            return self.machine.read32(BASE + reg)
        return self.machine.write32(BASE + reg, value)

    def reg64(self, reg, value=None):
        """Reads or writes a register."""
        if value is None:
            return self.machine.read64(BASE + reg)
        return self.machine.write64(BASE + reg, value)

    def counter(self, offset):
        """A counter of intel-iommu-counters.h."""
        return self.machine.read64(BASE + 0x800 + offset)

    def _enable(self):
        self.machine.write64(self.root, self.context_table | 1)
        self.reg64(IQT, 0)
        self.reg64(IQA, self.queue | 1 << 11)
        self.reg32(GCMD, 1 << 26)
        self.set_root(self.root, 1 << 26)
        if self.prq:
            self.reg64(PQA, self.prq | self.prq_pages.bit_length() - 1)
        self.reg32(GCMD, 1 << 26 | 1 << 31)

    def set_root(self, root, gcmd=1 << 26 | 1 << 31):
        """Another root table; @gcmd: what is enabled."""
        self.reg64(RTADDR, root | 1 << 10)
        self.reg32(GCMD, gcmd | 1 << 30)

    # Tables of the unit

    def context(self, sid, flags=CTX_P | CTX_DTE | CTX_PASIDE | CTX_PRE,
                rid_pasid=0, pdts=7):
        """A context entry with a PASID directory of its own."""
        if sid not in self.directories:
            self.directories[sid] = self.pool.page()
            for _ in range((1 << pdts) // 4):
                self.pool.page()
        entry = self.context_table + (sid & 0x7f) * 32
        self.machine.write(entry, struct.pack(
            "<4Q", self.directories[sid] | flags | pdts << 9, rid_pasid, 0, 0))

    def pasid_slot(self, sid, pasid):
        """Address of a PASID entry."""
        key = (sid, pasid >> 6)
        if key not in self.tables:
            self.tables[key] = self.pool.page()
            self.machine.write64(self.directories[sid] + (pasid >> 6) * 8,
                                 self.tables[key] | 1)
        return self.tables[key] + (pasid & 63) * 64

    def pasid_entry(self, sid, pasid, pgtt, did=5, first=None, second=None,
                    word0=1, word1=0, word2=0):
        """Writes a PASID entry; @word0 has P, the others more bits."""
        words = [word0 | pgtt << 6, did | word1, word2, 0, 0, 0, 0, 0]
        if second:
            words[0] |= second.root | (second.levels - 2) << 2
        if first:
            words[2] |= first.root | (first.levels - 4) << 2
        self.machine.write(self.pasid_slot(sid, pasid), struct.pack("<8Q", *words))

    # Invalidation

    def submit(self, *descriptors):
        """Puts descriptors into the queue and rings once; returns FSTS."""
        for words in descriptors:
            words = list(words) + [0] * (4 - len(words))
            self.machine.write(self.queue + self.tail * 32,
                               struct.pack("<4Q", *words))
            self.tail = (self.tail + 1) % 128
        self.reg64(IQT, self.tail << 5)
        return self.reg32(FSTS)

    def wait_desc(self, flags=1 << 5):
        """A wait descriptor, by default with a status write."""
        self.waits += 1
        return (5 | flags | self.waits << 32, self.status_word)

    def waited(self):
        """Has the last wait descriptor written its status?"""
        return self.machine.read32(self.status_word) == self.waits

    def sync(self, *descriptors):
        """Submits with a wait; fails unless that completes."""
        status = self.submit(*descriptors, self.wait_desc())
        if not self.waited():
            raise AssertionError("no completion, FSTS %#x" % status)

    # Faults

    def faults(self):
        """All fault records, cleared; and FSTS."""
        found = []
        count = (self.reg64(CAP) >> 40 & 0xff) + 1
        first = self.reg32(FSTS) >> 8 & 0xff
        for i in range(count):
            at = FRCD + (first + i) % count * 16
            low, high = self.reg64(at), self.reg64(at + 8)
            if high >> 63:
                found.append(_fault(low, high))
                self.reg32(at + 12, 1 << 31)
        self.reg32(FSTS, FSTS_PFO)
        return found

    # Page requests

    def page_requests(self):
        """Takes the requests out of the queue."""
        found = []
        tail = self.reg64(PQT)
        while self.prq_head != tail:
            words = struct.unpack("<2Q", self.machine.read(
                self.prq + self.prq_head, 16))
            found.append(_page_request(*words))
            self.prq_head = (self.prq_head + 32) % (self.prq_pages << 12)
        self.reg64(PQH, self.prq_head)
        return found

    def respond(self, sid, pasid, prgi, code=0):
        """Submits a page group response."""
        return self.submit(pgresp(sid, pasid, prgi, code))


def _fault(low, high):
    pasid = high >> 40 & 0xfffff if high >> 31 & 1 else None
    return Fault(high >> 32 & 0xff, high & 0xffff, pasid, not high >> 62 & 1,
                 low, high >> 30 & 1, high >> 29 & 1, high >> 60 & 3)


def _page_request(low, high):
    pasid = low >> 32 & 0xfffff if low >> 8 & 1 else None
    return PageRequest(low >> 16 & 0xffff, pasid, high & ~0xfff, high & 1,
                       high >> 1 & 1, high >> 2 & 1, high >> 3 & 0x1ff,
                       low >> 52 & 1, low >> 53 & 1)


# Descriptors (6.5.2)

def context_desc(sid=None, mask=0, did=None):
    """All contexts, those of a domain, or of a device and its functions."""
    if sid is not None:
        return (1 | 3 << 4 | sid << 32 | mask << 48, 0)
    return (1 | 1 << 4, 0) if did is None else (1 | 2 << 4 | did << 16, 0)


def iotlb(did=None, addr=None, am=0):
    """Global, of a domain, or pages of a domain."""
    if did is None:
        return (2 | 1 << 4, 0)
    if addr is None:
        return (2 | 2 << 4 | did << 16, 0)
    return (2 | 3 << 4 | did << 16, addr | am)


def piotlb(did, pasid, addr=None, am=0, hint=0):
    """All of a PASID, or pages."""
    if addr is None:
        return (6 | 2 << 4 | did << 16 | pasid << 32, 0)
    return (6 | 3 << 4 | did << 16 | pasid << 32, addr | hint << 6 | am)


def pasid_cache(did=None, pasid=None):
    """Global, of a domain, or one PASID of a domain."""
    if did is None:
        return (7 | 3 << 4, 0)
    if pasid is None:
        return (7 | did << 16, 0)
    return (7 | 1 << 4 | did << 16 | pasid << 32, 0)


def _range(addr, order):
    return addr | (1 << 11 + order) - 0x1000 if order else addr


def dev_tlb(sid, addr, order=0):
    """2^@order pages that the device translated without PASID."""
    return (3 | sid << 32, _range(addr, order) | (order > 0))


def dev_piotlb(sid, pasid, addr, order=0, everyone=0):
    """2^@order pages of a PASID, or of all PASIDs."""
    return (8 | sid << 16 | pasid << 32,
            _range(addr, order) | (order > 0) << 11 | everyone)


def pgresp(sid, pasid, prgi, code=0):
    """A page group response; @pasid None is without."""
    low = 9 | code << 12 | sid << 16
    if pasid is not None:
        low |= 1 << 4 | pasid << 32
    return (low, prgi << 3)
