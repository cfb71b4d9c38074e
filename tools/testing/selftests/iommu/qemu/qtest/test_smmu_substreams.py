# SPDX-License-Identifier: GPL-2.0
"""CDs by SubstreamID: tables, their caches, and what may use which."""
from . import smmu
from .edu import SID as EDU
from .smmu_case import FRESH, SSID, VA, World, case, expect, one_event
from .testdev import pasid


@case("smmu: ID registers say what the options say")
def registers(m):
    unit = smmu.Unit(m)
    expect(unit.reg32(smmu.IDR1) >> 6 & 0x1f, 16, "SSIDSIZE")
    expect(unit.reg32(smmu.IDR0) >> 19 & 1, 1, "CD2L")
    expect(unit.reg32(smmu.IDR0) >> 24 & 3, 1, "STALL_MODEL: terminate only")
    expect(unit.reg32(smmu.IDR0) >> 26 & 1, 1, "TERM_MODEL: abort only")


@case("smmu: without options the ID registers are stock's", options=(),
      stock="passes")
def stock_registers(m):
    unit = smmu.Unit(m)
    expect(unit.reg32(smmu.IDR1) >> 6 & 0x1f, 0, "SSIDSIZE")
    expect(unit.reg32(smmu.IDR0) >> 19 & 1, 0, "CD2L")
    expect(unit.reg32(smmu.IDR0) >> 24 & 3, 1, "STALL_MODEL")
    expect(unit.reg32(smmu.IDR5) >> 16, 0, "STALL_MAX")


def each_ssid(m, fmt):
    w = World(m, fmt=fmt)
    for ssid in (1, 63, 64, 1023, 1024, 4095):
        first = w.first_stage()
        first.map(VA, w.data(2 + ssid % 5))
        w.bind(ssid, first)
        expect(w.where(ssid=ssid), [2 + ssid % 5], "SSID %d" % ssid)
    expect(w.where(), [0])
    expect(w.unit.events_now(), [])


@case("smmu: linear CD table")
def linear(m):
    each_ssid(m, smmu.LINEAR)


@case("smmu: CD tables of two levels, 4K")
def two_levels(m):
    each_ssid(m, smmu.L2_4K)


@case("smmu: CD tables of two levels, 64K")
def two_levels_64k(m):
    each_ssid(m, smmu.L2_64K)


@case("smmu: stage 1 alone, CD table at physical addresses")
def stage_1(m):
    w = World(m)
    first = smmu.FirstStage(m, w.unit.pool)
    first.map(VA, w.host(3))
    table = w.unit.pool.page(64)
    m.write(table + SSID * 64, smmu.cd(first, 7))
    w.unit.ste(w.sid, smmu.FIRST, ctx=table, cdmax=12, vmid=0)
    expect(w.where(), [3])


@case("smmu: requests without SSID use CD 0, and SSID 0 is disabled (S1DSS 2)")
def ssid0(m):
    w = World(m)
    w.firsts[0].map(VA, w.data(4))
    expect(w.where(ssid=None), [4])
    expect(w.where(ssid=0), "FAULT")
    one_event(w, smmu.F_STREAM_DISABLED, sid=w.sid, ssid=0)


@case("smmu: requests without SSID are terminated (S1DSS 0, and 3)")
def terminate(m):
    w = World(m)
    for dss in (smmu.TERMINATE, 3):
        w.stream(dss=dss)
        w.unit.sync(smmu.cfgi_ste(w.sid))
        expect(w.where(ssid=None), "FAULT")
        one_event(w, smmu.F_STREAM_DISABLED, sid=w.sid, ssid=None)
        expect(w.where(ssid=0), [0], "SSID 0 is like others")
        expect(w.where(), [0])


@case("smmu: requests without SSID bypass stage 1 (S1DSS 1)")
def bypass(m):
    w = World(m, dss=smmu.S1_BYPASS)
    expect(w.where(w.data(3), ssid=None), [3], "stage 2 alone")
    expect(w.where(VA, ssid=None), "FAULT")
    one_event(w, smmu.F_TRANSLATION, s2=1, cls=smmu.CLASS_IN, ssid=None)
    expect(w.where(ssid=0), [0])
    w.stream(config=smmu.FIRST, dss=smmu.S1_BYPASS)
    w.unit.sync(smmu.cfgi_ste(w.sid))
    expect(w.where(w.host(5), ssid=None), [5], "no stage at all")


@case("smmu: default CD of a device without SSIDs")
def edu(m):
    w = World(m, edu=True)
    expect(w.where_edu(VA), [0])
    w.firsts[0].map(VA, w.data(3))
    w.unit.sync(smmu.nh_all())
    expect(w.where_edu(VA), [3])


@case("smmu: SSIDs that the STE or the L1CD don't have")
def bad_substream(m):
    w = World(m, fmt=smmu.L2_4K)
    expect(w.where(ssid=4096), "FAULT", "S1CDMax")
    one_event(w, smmu.C_BAD_SUBSTREAMID, sid=w.sid, ssid=4096)
    expect(w.where(ssid=640), "FAULT", "L1CD invalid")
    one_event(w, smmu.C_BAD_SUBSTREAMID, sid=w.sid, ssid=640)
    m.write64(w.l1cd(11), 1 << 50 | 1)
    expect(w.where(ssid=11 << 6), "FAULT", "L1CD points beyond the addresses")
    one_event(w, smmu.C_BAD_SUBSTREAMID, ssid=11 << 6)


@case("smmu: SSIDs where there is no stage 1, or one CD")
def no_substreams(m):
    w = World(m)
    for config in (smmu.SECOND, smmu.BYPASS):
        w.stream(config=config)
        w.unit.sync(smmu.cfgi_ste(w.sid))
        expect(w.where(ssid=1), "FAULT", "no stage 1")
        one_event(w, smmu.C_BAD_SUBSTREAMID, ssid=1)
    w.stream(cdmax=0)
    w.unit.sync(smmu.cfgi_ste(w.sid))
    for ssid in (0, 1):
        expect(w.where(ssid=ssid), "FAULT", "one CD")
        one_event(w, smmu.C_BAD_SUBSTREAMID, ssid=ssid)
    expect(w.where(ssid=None), [0])


@case("smmu: CD tables where there is no memory")
def no_memory(m):
    w = World(m, fmt=smmu.L2_4K)
    table, index = w.leaf(SSID)
    w.second.map(table, smmu.NOWHERE)
    expect(w.where(), "FAULT", "a CD")
    one_event(w, smmu.F_CD_FETCH, sid=w.sid, ssid=SSID,
              ipa=smmu.NOWHERE + index * 64)
    w.second.map(w.cds, smmu.NOWHERE)
    w.unit.sync(smmu.cfgi_all(), smmu.s12_vmall())
    expect(w.where(), "FAULT", "an L1CD")
    one_event(w, smmu.F_CD_FETCH, ssid=SSID, ipa=smmu.NOWHERE)


@case("smmu: an SSID where the unit has none", options=())
def no_ssids(m):
    w = World(m, cdmax=0)
    expect(w.where(ssid=1), "FAULT")
    one_event(w, smmu.C_BAD_SUBSTREAMID, ssid=1)
    expect(w.where(ssid=None), [0])


@case("smmu: an STE that aborts says nothing, whatever the SSID")
def abort(m):
    w = World(m, config=smmu.ABORT)
    expect(w.where(), "FAULT")
    expect(w.where(ssid=None), "FAULT")
    expect(w.unit.events_now(), [])


@case("smmu: legal STEs")
def ste(m):
    w = World(m, cdmax=17)
    expect(w.where(), "FAULT", "S1CDMax beyond SSIDSIZE")
    one_event(w, smmu.C_BAD_STE, ssid=SSID)
    w.stream(cdmax=12, fmt=3)
    expect(w.where(), [0], "S1Fmt 3 is like 0")
    w.stream(word2=smmu.S1STALLD)
    w.unit.sync(smmu.cfgi_ste(w.sid))
    expect(w.where(), "FAULT", "S1STALLD without stalls")
    one_event(w, smmu.C_BAD_STE)
    w.stream(config=smmu.SECOND, cdmax=31, fmt=3)
    expect(w.where(w.data(2), ssid=None), [2], "ignored without stage 1")


@case("smmu: each CD is cached until CFGI_CD names it")
def cfgi_cd(m):
    w = World(m)
    w.bind(5)
    expect((w.where(), w.where(ssid=5)), ([0], [0]))
    for ssid in (SSID, 5):
        w.unbind(ssid)
    expect((w.where(), w.where(ssid=5)), ([0], [0]), "cached")
    w.unit.sync(smmu.cfgi_cd(w.sid, 4), smmu.cfgi_cd(EDU, SSID))
    expect((w.where(), w.where(ssid=5)), ([0], [0]), "others were named")
    w.unit.sync(smmu.cfgi_cd(w.sid, 5))
    expect((w.where(), w.where(ssid=5)), ([0], "FAULT"))
    one_event(w, smmu.C_BAD_CD, ssid=5)


@case("smmu: a CD that isn't valid isn't cached")
def invalid_cd(m):
    w = World(m)
    expect(w.where(ssid=3), "FAULT")
    one_event(w, smmu.C_BAD_CD, sid=w.sid, ssid=3)
    w.bind(3)
    expect(w.where(ssid=3), [0])


@case("smmu: CFGI_CD_ALL, CFGI_STE and CFGI_ALL take all CDs of a stream")
def cfgi_more(m):
    w = World(m)
    for command in (smmu.cfgi_cd_all(w.sid), smmu.cfgi_ste(w.sid),
                    smmu.cfgi_all()):
        for ssid in (0, SSID):
            w.bind(ssid)
        w.unit.sync(smmu.cfgi_all(), smmu.nh_all())
        expect((w.where(), w.where(ssid=None)), ([0], [0]))
        for ssid in (0, SSID):
            w.unbind(ssid)
        w.unit.sync(smmu.cfgi_ste(EDU), smmu.cfgi_cd_all(EDU))
        expect((w.where(), w.where(ssid=None)), ([0], [0]), "cached")
        w.unit.sync(command)
        expect((w.where(), w.where(ssid=None)), ("FAULT", "FAULT"))
        one_event(w, smmu.C_BAD_CD)


@case("smmu: the STE stays cached when CDs are invalidated")
def cached_ste(m):
    w = World(m)
    expect(w.where(), [0])
    w.stream(config=smmu.ABORT)
    w.unit.sync(smmu.cfgi_cd(w.sid, SSID), smmu.cfgi_cd_all(w.sid))
    w.bind(6)
    expect((w.where(), w.where(ssid=6)), ([0], [0]))
    w.unit.sync(smmu.cfgi_ste(w.sid))
    expect((w.where(), w.where(ssid=6)), ("FAULT", "FAULT"))


@case("smmu: CFGI_CD_ALL takes L1CDs")
def all_l1cds(m):
    w = World(m, fmt=smmu.L2_4K)
    expect(w.where(), [0])
    m.write64(w.l1cd(0), 0)
    w.unit.sync(smmu.cfgi_cd_all(w.sid))
    expect(w.where(), "FAULT")
    one_event(w, smmu.C_BAD_SUBSTREAMID, ssid=SSID)


@case("smmu: CFGI_CD takes the L1CD only when it isn't for the leaf")
def cached_l1cd(m):
    w = World(m, fmt=smmu.L2_4K)
    expect(w.where(), [0])
    m.write64(w.l1cd(0), 0)
    w.unit.sync(smmu.cfgi_cd(w.sid, SSID))
    expect(w.where(), [0], "another CD of the table")
    w.unit.sync(smmu.cfgi_cd(w.sid, SSID), smmu.cfgi_cd(w.sid, 64 + SSID, leaf=0))
    expect(w.where(), [0], "another L1CD")
    w.unit.sync(smmu.cfgi_cd(w.sid, SSID, leaf=0))
    expect(w.where(), "FAULT")
    one_event(w, smmu.C_BAD_SUBSTREAMID, ssid=SSID)


@case("smmu: translations are tagged with the CD's ASID")
def asids(m):
    w = World(m)
    other = w.first_stage()
    other.map(VA, w.data(3))
    w.bind(5, other)
    expect((w.where(), w.where(ssid=5)), ([0], [3]))
    w.first.map(VA, w.data(6))
    other.map(VA, w.data(7))
    expect((w.where(), w.where(ssid=5)), ([0], [3]), "cached")
    w.unit.sync(smmu.nh_asid(105))
    expect((w.where(), w.where(ssid=5)), ([0], [7]))
    w.unit.sync(smmu.nh_va(100 + SSID, VA))
    expect((w.where(), w.where(ssid=5)), ([6], [7]))


@case("smmu: two devices, the same SSID", testdevs=2)
def two_devices(m):
    w = World(m)
    w.clear()
    w.unit.ste(w.sid + 8, smmu.NESTED, ctx=w.cds, second=w.second, cdmax=2)
    other = type(w.device)(m, 1, enable=("pasid",))
    status = other.fill(VA, w.token, tag=pasid(SSID))
    expect(status, "FAULT")
    one_event(w, smmu.C_BAD_SUBSTREAMID, sid=w.sid + 8, ssid=SSID)
    expect(w.where(), [0])


@case("smmu: faults name the SSID, the address and the kind of access")
def fault(m):
    w = World(m)
    expect(w.where(FRESH + 8), "FAULT")
    one_event(w, smmu.F_TRANSLATION, sid=w.sid, ssid=SSID, addr=FRESH + 8, s2=0,
              cls=smmu.CLASS_IN, read=0, stall=0, pnu=0, ind=0)
    expect(w.device.fetch(FRESH, tag=pasid(SSID))[0], "FAULT")
    one_event(w, smmu.F_TRANSLATION, ssid=SSID, read=1)
    tag = pasid(SSID, "PRIV", "EXEC")
    expect(w.device.fetch(FRESH, tag=tag)[0], "FAULT")
    one_event(w, smmu.F_TRANSLATION, read=1, pnu=1, ind=1)
    expect(w.where(FRESH, ssid=None), "FAULT")
    one_event(w, smmu.F_TRANSLATION, ssid=None)
    w.first.map(VA, w.data(0), read_only=True)
    expect(w.where(), "FAULT")
    one_event(w, smmu.F_PERMISSION, ssid=SSID)
    w.first.map(FRESH, w.data(0), flags=0)
    expect(w.where(FRESH), "FAULT")
    one_event(w, smmu.F_ACCESS, ssid=SSID)


@case("smmu: a CD that says so isn't recorded")
def no_record(m):
    w = World(m)
    w.bind(5, bits=smmu.CD_A)
    expect(w.where(FRESH, ssid=5), "FAULT")
    expect(w.unit.events_now(), [])


@case("smmu: ATS requests are refused without a record")
def ats(m):
    w = World(m)
    w.device.enable("pasid", "ats")
    expect(w.device.run("translate", src=VA, src_pasid=pasid(SSID)), "FAULT")
    expect(w.device.fill(VA, 1, "ats", tag=pasid(SSID)), "FAULT")
    expect(w.unit.events_now(), [])
