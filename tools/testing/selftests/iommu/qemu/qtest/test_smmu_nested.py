# SPDX-License-Identifier: GPL-2.0
"""Both stages, with edu: what stock QEMU can do, and what it does wrong."""
from . import smmu
from .smmu_case import FRESH, VA, VA2, World, case, expect, one_event
from .world import DATA_PAGES


def world(m, **ste):
    """A world for a device without SSIDs, which stock QEMU can have, too."""
    return World(m, edu=True, cdmax=0, **ste)


@case("smmu control: DMA of edu through both stages", stock="passes")
def control(m):
    w = world(m)
    expect(w.where_edu(VA), [0])
    w.firsts[0].map(VA, w.data(3))
    expect(w.where_edu(VA), [0], "cached")
    w.unit.sync(smmu.nh_va(100, VA))
    expect(w.where_edu(VA), [3])
    w.second.map(w.data(3), w.host(5))
    w.unit.sync(smmu.s2_ipa(w.data(3)), smmu.nh_all())
    expect(w.where_edu(VA), [5])


@case("smmu control: a fault of edu", stock="passes")
def fault(m):
    w = world(m)
    expect(w.where_edu(FRESH), [])
    one_event(w, smmu.F_TRANSLATION, sid=w.sid, ssid=None, s2=0, addr=FRESH,
              cls=smmu.CLASS_IN, read=0)


@case("smmu control: a CD is cached until CFGI_CD", stock="passes")
def cfgi(m):
    w = world(m)
    expect(w.where_edu(VA), [0])
    w.unbind(0)
    expect(w.where_edu(VA), [0])
    w.unit.sync(smmu.cfgi_cd(w.sid, 0))
    expect(w.where_edu(VA), [])
    one_event(w, smmu.C_BAD_CD)


@case("smmu nested: the root of stage 1 is translated at each use")
def moved_root(m):
    w = world(m)
    expect(w.where_edu(VA), [0])
    root = w.firsts[0].root
    copy = w.unit.pool.page()
    m.write(copy, m.read(root + smmu.GUEST_OFFSET, 0x1000))
    m.write(root + smmu.GUEST_OFFSET, bytes(0x1000))
    w.second.map(root, copy)
    w.unit.sync(smmu.s2_ipa(root), smmu.nh_all())
    expect(w.where_edu(VA), [0], "stage 2 moved it")
    expect(w.unit.events_now(), [])


@case("smmu nested: a root that stage 2 loses is a fault of the access")
def missing_root(m):
    w = world(m)
    expect(w.where_edu(VA), [0])
    root = w.firsts[0].root
    w.second.map(root, None)
    w.unit.sync(smmu.s2_ipa(root), smmu.nh_all())
    expect(w.where_edu(VA, source=VA), [])
    one_event(w, smmu.F_TRANSLATION, s2=1, cls=smmu.CLASS_TT, ipa=root,
              addr=VA, read=1)
    w.second.map(root, root + smmu.GUEST_OFFSET)
    expect(w.where_edu(VA), [0])


def missing_table(m, level):
    """edu reads through a table of @level that stage 2 doesn't have."""
    w = world(m)
    slot = w.firsts[0].entry(VA, level) - smmu.GUEST_OFFSET
    w.second.map(slot & ~0xfff, None)
    expect(w.where_edu(VA, source=VA), [])
    one_event(w, smmu.F_TRANSLATION, s2=1, cls=smmu.CLASS_TT, ipa=slot, addr=VA)


@case("smmu nested: a fault of stage 2 on a table of stage 1 says S2")
def table(m):
    missing_table(m, 2)


@case("smmu nested: a fault of stage 2 on the last table says S2")
def last_table(m):
    missing_table(m, 3)


@case("smmu nested: they are recorded as stage 2 says (S2R), not as the CD")
def whose_record(m):
    w = world(m, word5=0)
    slot = w.firsts[0].entry(VA) - smmu.GUEST_OFFSET
    w.second.map(slot & ~0xfff, None)
    expect(w.where_edu(VA, source=VA), [])
    expect(w.unit.events_now(), [])


@case("smmu nested: descriptors of a 64K table lie in several pages of stage 2")
def large_table(m):
    w = world(m)
    pages = 16
    table = w.unit.guest_pool.page(pages)
    scattered = [w.unit.pool.page() for _ in range(2 * pages)][::2]
    for n, page in enumerate(scattered):
        w.second.map(table + 0x1000 * n, page)
    leaf, data = w.unit.guest_pool.page(pages), w.unit.guest_pool.page(pages)
    for n in range(pages):
        w.second.map(leaf + 0x1000 * n, leaf + 0x1000 * n + smmu.GUEST_OFFSET)
        w.second.map(data + 0x1000 * n, w.host(n % DATA_PAGES))
    # 42 bits of 64K pages: the table of level 2 has 8192 entries, 16 pages
    addr = 1000 << 29
    m.write64(scattered[1000 * 8 >> 12] + (1000 * 8 & 0xfff), leaf | 3)
    m.write64(leaf + smmu.GUEST_OFFSET, data | smmu.AF | 3)
    words = bytearray(smmu.cd(w.firsts[0], 100))
    words[0:4] = (22 | 1 << 6 | 1 << 30 | 1 << 31).to_bytes(4, "little")
    words[8:12] = table.to_bytes(4, "little")
    m.write(w.slot(0), bytes(words))
    w.unit.sync(smmu.cfgi_all(), smmu.nh_all())
    expect(w.where_edu(addr + 0x2000, source=addr + 0x1000), [2])
    expect(w.unit.events_now(), [])


@case("smmu nested: the fetch of a CD through stage 2 is a write's fault, too")
def cd_fetch(m):
    w = world(m)
    w.second.map(w.cds, None)
    w.token += 1
    w.device.move(VA2, VA)
    event = w.unit.events_now()[-1]
    expect((event.type, event.s2, event.cls, event.read),
           (smmu.F_TRANSLATION, 1, smmu.CLASS_CD, 0))


@case("smmu events: what doesn't fit is lost, and OVFLG says so")
def overflow(m):
    w = world(m)
    for _ in range(smmu.EVENTS):
        w.where_edu(FRESH)
    expect(w.unit.overflow(), 1)
    expect(w.unit.reg32(smmu.GERROR), 0, "no abort")
    expect(len(w.unit.events_now()), smmu.EVENTS)
    expect(w.unit.overflow(), 0, "acknowledged")
    w.where_edu(FRESH)
    expect(len(w.unit.events_now()) > 0, True, "events again")
    for _ in range(smmu.EVENTS):
        w.where_edu(FRESH)
    expect(w.unit.overflow(), 1, "once more")
