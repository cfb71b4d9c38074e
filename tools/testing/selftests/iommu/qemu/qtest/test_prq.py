# SPDX-License-Identifier: GPL-2.0
"""Page requests, the queue, and page group responses."""
from . import vtd
from .case import FRESH, PASID, World, case, expect, one_fault
from .testdev import C, R, pasid

RIGHTS = ("ats", "pri")
SIZE = 4096 // 32       # entries of the queue
EVENTS = C["VTD_CNT_PRQ_EVENTS"]


def ask(w, pages=1, groups=1, *flags, channel=0, number=PASID):
    """Page requests alone; returns the status."""
    return w.device.run("request", *flags, channel=channel, src=FRESH,
                        src_pasid=pasid(number), pages=pages, groups=groups)


def waiting(w):
    """A write that waits for its page; returns the request."""
    expect(w.where(FRESH, *RIGHTS), "WAIT")
    expect(w.unit.faults(), [])
    requests = w.unit.page_requests()
    expect(len(requests), 1, "requests")
    return requests[0]


@case("prq: request, response, and the write goes on")
def success(m):
    w = World(m)
    request = waiting(w)
    expect(request, vtd.PageRequest(w.sid, PASID, FRESH, 0, 1, 1, 0, 0, 0))
    w.first.map(FRESH, w.data(3))
    w.unit.respond(w.sid, PASID, request.prgi)
    expect(w.device.status(), "DONE")
    expect(w.landed(), [3])
    expect(w.device.responses(0), 1)


@case("prq: without a PASID")
def without_pasid(m):
    w = World(m)
    status = w.device.run("request", "write", src=FRESH, src_pasid=0, pages=1,
                          groups=1)
    expect(status, "WAIT")
    expect(w.unit.page_requests(),
           [vtd.PageRequest(w.sid, None, FRESH, 0, 1, 1, 0, 0, 0)])
    w.unit.respond(w.sid, PASID, 0)
    expect(w.device.status(), "WAIT", "a response for a PASID")
    w.unit.respond(w.sid, None, 0)
    expect(w.device.status(), "DONE")


@case("prq: a queue of two pages, from the end to the start")
def wrap(m):
    w = World(m, prq=2)
    for _ in range(3):
        expect(ask(w, 200, 1), "WAIT")
        expect([r.addr for r in w.unit.page_requests()],
               [FRESH + 4096 * i for i in range(200)])
        w.unit.respond(w.sid, PASID, 0)
    expect(w.unit.reg64(vtd.PQT), 600 % (2 * SIZE) * 32)
    expect(ask(w, 2 * SIZE - 1, 1), "WAIT")
    expect(w.unit.reg32(vtd.PRS) & vtd.PRS_PRO, 0)
    expect(ask(w, 1, 1, channel=1), "DONE")
    expect(w.unit.reg32(vtd.PRS) & vtd.PRS_PRO, vtd.PRS_PRO)


@case("prq: invalid request and failure")
def refused(m):
    w = World(m)
    for code in (1, 15):
        request = waiting(w)
        w.unit.respond(w.sid, PASID, request.prgi, code)
        expect(w.device.status(), "PRG_FAIL")
        expect(w.device.channel("ITD_CODE"), code)
        expect(w.device.responses(code), 1)


@case("prq: response for another PASID or group isn't taken")
def misdirected(m):
    w = World(m)
    request = waiting(w)
    w.unit.respond(w.sid, PASID + 1, request.prgi)
    w.unit.respond(w.sid, PASID, request.prgi + 1)
    w.unit.respond(w.sid, None, request.prgi)
    expect(w.device.status(), "WAIT")
    expect(w.device.reg("ITD_CNT_PRG_UNKNOWN"), 3)
    w.unit.respond(w.sid, PASID, request.prgi, 1)
    expect(w.device.status(), "PRG_FAIL")


@case("prq: several pages in a group, the last one is marked")
def group(m):
    w = World(m)
    expect(ask(w, 5, 1, "write"), "WAIT")
    requests = w.unit.page_requests()
    expect([r.addr for r in requests], [FRESH + 4096 * i for i in range(5)])
    expect([r.last for r in requests], [0, 0, 0, 0, 1])
    expect({r.prgi for r in requests}, {0})
    w.unit.respond(w.sid, PASID, 0)
    expect(w.device.status(), "DONE")


@case("prq: several groups, each with its response")
def groups(m):
    w = World(m)
    expect(ask(w, 8, 3, channel=5), "WAIT")
    requests = w.unit.page_requests()
    index = R["ITD_PRGI"]
    expect([r.prgi - index(5, 0) for r in requests], [0, 0, 1, 1, 1, 2, 2, 2])
    expect([r.last for r in requests], [0, 1, 0, 0, 1, 0, 0, 1])
    expect(w.device.reg("ITD_NOW_PRG_OUTSTANDING"), 3)
    for at in (2, 0):
        w.unit.respond(w.sid, PASID, index(5, at))
        expect(w.device.status(5), "WAIT")
    w.unit.respond(w.sid, PASID, index(5, 1), 1)
    expect(w.device.status(5), "PRG_FAIL")


@case("prq: a write over several pages requests them all at once")
def buffer(m):
    w = World(m)
    w.token += 1
    flags = RIGHTS + ("pri_all",)
    expect(w.device.fill(FRESH, w.token, *flags, tag=pasid(PASID),
                         length=3 * 4096), "WAIT")
    requests = w.unit.page_requests()
    expect([r.last for r in requests], [0, 0, 1])
    for i in range(3):
        w.first.map(FRESH + 4096 * i, w.data(3 + i))
    w.unit.respond(w.sid, PASID, requests[0].prgi)
    expect(w.device.status(), "DONE")
    expect(w.landed(), [3, 4, 5])


@case("prq: a write over several pages, one request after the other")
def walk(m):
    w = World(m)
    w.token += 1
    status = w.device.fill(FRESH, w.token, *RIGHTS, tag=pasid(PASID),
                           length=3 * 4096)
    for i in range(3):
        expect(status, "WAIT")
        expect(w.device.channel("ITD_MOVED"), 4096 * i)
        request, = w.unit.page_requests()
        expect((request.addr, request.last), (FRESH + 4096 * i, 1))
        w.first.map(FRESH + 4096 * i, w.data(3 + i))
        w.unit.respond(w.sid, PASID, request.prgi)
        status = w.device.status()
    expect(status, "DONE")
    expect(w.landed(), [3, 4, 5])
    expect(w.device.channel("ITD_MOVED"), 3 * 4096)


@case("prq: the largest buffer, with more pages than a group may have")
def largest(m):
    w = World(m, prq=8)
    length, most = R["ITD_LEN_MAX"], R["ITD_PAGES_MAX"]
    pages = length // 4096
    status = w.device.fill(FRESH, 7, *RIGHTS, "pri_all", tag=pasid(PASID),
                           length=length)
    for start in range(0, pages, most):
        expect(status, "WAIT")
        requests = w.unit.page_requests()
        expect([r.addr for r in requests],
               [FRESH + 4096 * (start + i) for i in range(most)])
        for request in requests:
            w.first.map(request.addr, w.data(3))
        w.unit.respond(w.sid, PASID, requests[0].prgi)
        status = w.device.status()
    expect(status, "DONE")
    expect(w.device.channel("ITD_MOVED"), length)
    expect(w.device.reg("ITD_CNT_PRQ_SENT"), pages)


@case("prq: without the last flag nothing is awaited")
def no_last(m):
    w = World(m)
    expect(ask(w, 2, 1, "no_last"), "DONE")
    expect([r.last for r in w.unit.page_requests()], [0, 0])


@case("prq: privileged and execute requests")
def modes(m):
    w = World(m)
    w.nested(0x21, word2=vtd.SRE)
    tag = pasid(0x21, "PRIV", "EXEC")
    w.device.run("request", src=FRESH, src_pasid=tag, pages=1, groups=1)
    request = w.unit.page_requests()[0]
    expect((request.exe, request.priv, request.read), (1, 1, 1))


@case("prq: pending bit, event and mask")
def event(m):
    w = World(m)
    ask(w)
    expect(w.unit.reg32(vtd.PRS), vtd.PRS_PPR)
    expect(w.unit.reg32(vtd.PECTL) >> 30, 3, "pending behind the mask")
    w.unit.reg32(vtd.PRS, vtd.PRS_PPR)
    expect(w.unit.reg32(vtd.PRS), 0)
    expect(w.unit.reg32(vtd.PECTL) >> 30, 2, "not pending any more")
    ask(w, channel=1)
    expect(w.unit.counter(EVENTS), 0)
    w.unit.reg32(vtd.PECTL, 0)
    expect(w.unit.reg32(vtd.PECTL) >> 30, 0, "sent when the mask is off")
    expect(w.unit.counter(EVENTS), 1)
    ask(w, channel=2)
    expect(w.unit.counter(EVENTS), 1, "PPR is still set")
    w.unit.reg32(vtd.PRS, vtd.PRS_PPR)
    ask(w, channel=3)
    expect(w.unit.counter(EVENTS), 2)


@case("prq: a full queue loses requests, says so, answers the last with success")
def overflow(m):
    w = World(m)
    expect(ask(w, SIZE - 1, 1), "WAIT")
    expect(w.unit.reg32(vtd.PRS) & vtd.PRS_PRO, 0)
    expect(ask(w, 2, 1, channel=1), "DONE")
    expect(w.unit.reg32(vtd.PRS) & vtd.PRS_PRO, vtd.PRS_PRO)
    expect(w.device.responses(0), 1, "answers of the unit")
    expect(len(w.unit.page_requests()), SIZE - 1)
    expect(ask(w, 1, 1, channel=2), "DONE", "until PRO is cleared")
    expect(w.unit.page_requests(), [])
    w.unit.reg32(vtd.PRS, vtd.PRS_PRO)
    expect(ask(w, 1, 1, channel=3), "WAIT")
    expect(len(w.unit.page_requests()), 1)


@case("prq: a write whose request was lost tries again")
def retry(m):
    w = World(m)
    ask(w, SIZE - 1, 1, channel=1)
    expect(w.where(FRESH, *RIGHTS), "WAIT")
    expect(len(w.unit.page_requests()), SIZE - 1)
    w.unit.reg32(vtd.PRS, vtd.PRS_PRO | vtd.PRS_PPR)
    m.step(10000)
    requests = w.unit.page_requests()
    expect([r.addr for r in requests], [FRESH])
    w.first.map(FRESH, w.data(4))
    w.unit.respond(w.sid, PASID, requests[0].prgi)
    expect(w.landed(), [4])


@case("prq: without a queue the unit answers failure")
def no_queue(m):
    w = World(m, prq=0)
    expect(ask(w), "PRG_FAIL")
    expect(w.device.channel("ITD_CODE"), 15)


@case("prq: context entry has to allow it")
def disallowed(m):
    w = World(m)
    w.unit.context(w.sid, flags=vtd.CTX_P | vtd.CTX_PASIDE | vtd.CTX_DTE)
    expect(ask(w), "PRG_FAIL")
    one_fault(w, 0x47, pasid=PASID)
    expect(w.unit.page_requests(), [])


@case("prq: drain waits for requests on their way",
      options=("aw-bits=48", "x-prq-delay=1000000"))
def drain(m):
    w = World(m)
    expect(ask(w, 2, 1), "WAIT")
    expect(w.unit.page_requests(), [], "on their way")
    w.unit.sync()
    expect(w.unit.page_requests(), [], "a wait doesn't drain")
    w.unit.submit(w.unit.wait_desc(1 << 5 | 1 << 7))
    expect(w.unit.waited(), True)
    expect(len(w.unit.page_requests()), 2)
    ask(w, 1, 1, channel=1)
    m.step(1000000)
    expect(len(w.unit.page_requests()), 1, "by themselves, later")
