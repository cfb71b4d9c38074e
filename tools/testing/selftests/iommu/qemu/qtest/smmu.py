# SPDX-License-Identifier: GPL-2.0
"""The SMMUv3: registers, tables in memory, commands and events (Arm IHI 0070)."""
import collections
import struct

from .world import GUEST_OFFSET, Pool

BASE = 0x09050000
IDR0, IDR1, IDR5, CR0, GERROR, GERRORN = 0, 4, 0x14, 0x20, 0x60, 0x64
STRTAB_BASE, STRTAB_BASE_CFG = 0x80, 0x88
CMDQ_BASE, CMDQ_PROD, CMDQ_CONS = 0x90, 0x98, 0x9c
EVENTQ_BASE, EVENTQ_PROD, EVENTQ_CONS = 0xa0, 0xa8, 0xac
SMMUEN, EVENTQEN, CMDQEN = 1, 4, 8
CERROR_ILL = 1
OVERFLOW = 1 << 31      # EVENTQ_PROD.OVFLG, EVENTQ_CONS.OVACKFLG

ABORT, BYPASS, FIRST, SECOND, NESTED = 0, 4, 5, 6, 7    # STE.Config
LINEAR, L2_4K, L2_64K = 0, 1, 2                         # STE.S1Fmt
TERMINATE, S1_BYPASS, SSID0 = 0, 1, 2                   # STE.S1DSS
S1STALLD = 1 << 27                                      # STE, word 2
S2S, S2R = 1 << 25, 1 << 26                             # STE, word 5
CD_S, CD_R, CD_A = 1 << 12, 1 << 13, 1 << 14            # CD, word 1

C_BAD_STE, F_STREAM_DISABLED, C_BAD_SUBSTREAMID = 0x04, 0x06, 0x08
F_CD_FETCH, C_BAD_CD, F_WALK_EABT = 0x09, 0x0a, 0x0b
F_TRANSLATION, F_ADDR_SIZE, F_ACCESS, F_PERMISSION = 0x10, 0x11, 0x12, 0x13
CLASS_CD, CLASS_TT, CLASS_IN = 0, 1, 2

Event = collections.namedtuple(
    "Event", "type sid ssid stall stag s2 cls read ind pnu addr ipa")

HOST_POOL = 0x41000000  # tables of the host, one page after the other
GUEST_POOL = 0x43000000 # tables of the guest, by intermediate address
DATA = 0x43800000       # guest pages for data
NOWHERE = 0x70000000    # a physical address with no memory
EVENTS = 16             # entries of the event queue
COMMANDS = 64
AF = 1 << 10


class Stage:
    """Three levels of 4K tables for 39 bits of address."""

    def __init__(self, machine, pool):
        self.machine, self.pool = machine, pool
        self.root = self._page()

    def _page(self):
        return self.pool.page()

    def host(self, addr):
        """Physical address of a table."""
        return addr

    def entry(self, addr, level=3):
        """Physical address of the descriptor that translates @addr at @level."""
        table = self.root
        for at in range(1, level):
            slot = self.host(table) + (addr >> (39 - 9 * at) & 0x1ff) * 8
            entry = self.machine.read64(slot)
            if not entry & 1:
                entry = self._page() | 3
                self.machine.write64(slot, entry)
            table = entry & 0xfffffffff000
        return self.host(table) + (addr >> (39 - 9 * level) & 0x1ff) * 8

    def set(self, addr, value, level=3):
        """Writes the descriptor."""
        self.machine.write64(self.entry(addr, level), value)


class SecondStage(Stage):
    """A stage 2 table in host memory."""

    def map(self, addr, to, rights=3):
        """Maps a page with read (1) and write (2); None unmaps it."""
        self.set(addr, 0 if to is None else to | rights << 6 | AF | 3)


class FirstStage(Stage):
    """A stage 1 table; with @second it is in guest memory."""

    def __init__(self, machine, pool, second=None):
        self.second = second
        super().__init__(machine, pool)

    def _page(self):
        page = self.pool.page()
        if self.second:
            self.second.map(page, page + GUEST_OFFSET)
        return page

    def host(self, addr):
        return addr + GUEST_OFFSET if self.second else addr

    def map(self, addr, to, read_only=False, flags=AF):
        """Maps a page; None unmaps it."""
        self.set(addr, 0 if to is None else to | read_only << 7 | flags | 3)


def cd(first, asid, bits=CD_R | CD_A):
    """A CD with one table."""
    ttb = first.root if first else 0
    return struct.pack("<16I", 25 | 1 << 30 | 1 << 31,
                       4 | 1 << 9 | bits | asid << 16,
                       ttb & 0xffffffff, ttb >> 32, *[0] * 12)


class Unit:
    """The SMMU with a linear stream table for bus 0 and small queues."""

    def __init__(self, machine):
        self.machine = machine
        self.pool = Pool(HOST_POOL)
        self.guest_pool = Pool(GUEST_POOL)
        self.streams = self.pool.page(4)
        self.commands = self.pool.page()
        self.events = self.pool.page()
        self.prod = self.cons = 0
        self.reg64(STRTAB_BASE, self.streams)
        self.reg32(STRTAB_BASE_CFG, 8)
        self.reg64(CMDQ_BASE, self.commands | COMMANDS.bit_length() - 1)
        self.reg64(EVENTQ_BASE, self.events | EVENTS.bit_length() - 1)
        self.reg32(CR0, SMMUEN | EVENTQEN | CMDQEN)

    def reg32(self, reg, value=None):
        """Reads or writes a register."""
        if value is None:
            return self.machine.read32(BASE + reg)
        return self.machine.write32(BASE + reg, value)

    def reg64(self, reg, value):
        """Writes a register."""
        self.machine.write64(BASE + reg, value)

    def ste(self, sid, config, ctx=0, second=None, cdmax=0, fmt=LINEAR, dss=SSID0,
            word2=0, word5=S2R, vmid=1):
        """Writes an STE."""
        words = [1 | config << 1 | fmt << 4 | ctx & 0xffffffff,
                 ctx >> 32 | cdmax << 27, dss | word2, 0, vmid]
        if second:
            words += [25 | 1 << 6 | 4 << 16 | 1 << 19 | word5,
                      second.root & 0xffffffff, second.root >> 32]
        words += [0] * (16 - len(words))
        self.machine.write(self.streams + sid * 64, struct.pack("<16I", *words))

    # Commands

    def submit(self, *commands):
        """Puts commands into the queue; returns the error code of the queue."""
        for words in commands:
            at = self.commands + self.prod % COMMANDS * 16
            self.machine.write(at, struct.pack("<2Q", *words))
            self.prod = (self.prod + 1) % (2 * COMMANDS)
        self.reg32(CMDQ_PROD, self.prod)
        return self.reg32(CMDQ_CONS) >> 24 & 0x7f

    def sync(self, *commands):
        """Submits; fails unless all are consumed."""
        error = self.submit(*commands)
        if self.reg32(CMDQ_CONS) & 0xffffff != self.prod:
            raise AssertionError("commands aren't consumed, error %d" % error)

    # Events

    def take(self, limit=None):
        """Takes events out of the queue, all when there is no limit."""
        found = []
        prod = self.reg32(EVENTQ_PROD) % (2 * EVENTS)
        while self.cons != prod and (limit is None or len(found) < limit):
            at = self.events + self.cons % EVENTS * 32
            found.append(_event(struct.unpack("<8I", self.machine.read(at, 32))))
            self.cons = (self.cons + 1) % (2 * EVENTS)
        return found

    def events_now(self, limit=None):
        """The same, and the unit hears of it."""
        found = self.take(limit)
        self.reg32(EVENTQ_CONS,
                   self.cons | self.reg32(EVENTQ_PROD) & OVERFLOW)
        return found

    def overflow(self):
        """Have events been lost since the last events_now()?"""
        return (self.reg32(EVENTQ_PROD) ^ self.reg32(EVENTQ_CONS)) >> 31


def _event(words):
    ssid = words[0] >> 12 if words[0] >> 11 & 1 else None
    if words[0] & 0xff == C_BAD_SUBSTREAMID:
        ssid = words[0] >> 12
    return Event(words[0] & 0xff, words[1], ssid, words[2] >> 31,
                 words[2] & 0xffff, words[3] >> 7 & 1, words[3] >> 8 & 3,
                 words[3] >> 3 & 1, words[3] >> 2 & 1, words[3] >> 1 & 1,
                 words[4] | words[5] << 32, words[6] | words[7] << 32)


# Commands (4)

def cfgi_ste(sid):
    """CMD_CFGI_STE"""
    return (3 | sid << 32, 1)


def cfgi_all():
    """CMD_CFGI_ALL"""
    return (4, 31)


def cfgi_cd(sid, ssid, leaf=1):
    """CMD_CFGI_CD"""
    return (5 | ssid << 12 | sid << 32, leaf)


def cfgi_cd_all(sid):
    """CMD_CFGI_CD_ALL"""
    return (6 | sid << 32, 0)


def nh_all(vmid=1):
    """CMD_TLBI_NH_ALL"""
    return (0x10 | vmid << 32, 0)


def nh_asid(asid, vmid=1):
    """CMD_TLBI_NH_ASID"""
    return (0x11 | vmid << 32 | asid << 48, 0)


def nh_va(asid, addr, vmid=1):
    """CMD_TLBI_NH_VA"""
    return (0x12 | vmid << 32 | asid << 48, addr | 1)


def s12_vmall(vmid=1):
    """CMD_TLBI_S12_VMALL"""
    return (0x28 | vmid << 32, 0)


def s2_ipa(addr, vmid=1):
    """CMD_TLBI_S2_IPA"""
    return (0x2a | vmid << 32, addr | 1)


RETRY, ABORT_IT, IGNORE = 1, 2, 0       # CMD_RESUME: Ab, Ac


def resume(sid, stag, how=RETRY):
    """CMD_RESUME"""
    return (0x44 | how << 12 | sid << 32, stag)


def stall_term(sid):
    """CMD_STALL_TERM"""
    return (0x45 | sid << 32, 0)
