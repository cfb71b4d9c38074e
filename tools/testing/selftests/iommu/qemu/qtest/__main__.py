# SPDX-License-Identifier: GPL-2.0
"""
Runs the qtests of the emulated VT-d unit: python3 -m qtest QEMU [NAME...]

Prints KTAP. NAME: only tests whose name contains it. With --stock QEMU is without
our patches, and a test has to fail, unless it is a control that has to pass. It
has to fail in what it expects, or because there is no test device; a QEMU that
can't be driven at all shows nothing.
"""
import argparse
import collections
import os
import sys

from . import (test_ats, test_control, test_device, test_drop,  # noqa: F401
               test_faults, test_fault_codes, test_invalidation, test_messages,
               test_paging, test_pasid, test_prq, test_queue, test_registers, test_stages,
               test_trust)
from .case import CASES, run
from .machine import Config, MachineError, NoDevice, NotStarted

# How a test can end
PASSES = "passes"
FAILS = "fails in what it expects"
NO_DEVICE = "has no test device"
REFUSES = "refuses the options"
BROKEN = "breaks off"

ON_STOCK = {"passes": (PASSES,), "fails": (FAILS, NO_DEVICE),
            "refuses": (REFUSES,)}


def outcome(config, this):
    """How the test ends, and why."""
    try:
        run(config, this)
    except AssertionError as error:
        return FAILS, first_line(error)
    except NoDevice as error:
        return NO_DEVICE, first_line(error)
    except NotStarted as error:
        return REFUSES, first_line(error)
    except (MachineError, OSError, LookupError, ValueError) as error:
        return BROKEN, "%s: %s" % (type(error).__name__, first_line(error))
    return PASSES, ""


def first_line(error):
    """The first line of what an exception says."""
    return str(error).split("\n", maxsplit=1)[0] or "failed"


def report(number, this, end, why, stock):
    """Prints the line of a test; True when it is as it should be."""
    good = end in (ON_STOCK[this.stock] if stock else (PASSES,))
    note = " # stock %s: %s" % (end, why) if stock and good and why else ""
    print("%s %d %s%s" % ("ok" if good else "not ok", number, this.name, note))
    if not good:
        print("# %s%s" % (end, ": " + why if why else ""))
    sys.stdout.flush()
    return good


def main():
    """The command line."""
    parser = argparse.ArgumentParser(prog="python3 -m qtest",
                                     description=__doc__.split("\n\n")[0])
    parser.add_argument("qemu", help="qemu-system-x86_64 to test")
    parser.add_argument("names", nargs="*", help="parts of names of tests")
    parser.add_argument("--stock", action="store_true",
                        help="QEMU is unpatched: tests have to fail")
    args = parser.parse_args()
    if not os.access(args.qemu, os.X_OK):
        sys.exit("qtest: no program %s" % args.qemu)
    chosen = [c for c in CASES
              if not args.names or any(n in c.name for n in args.names)]
    if not chosen:
        sys.exit("qtest: no test has such a name")
    config = Config(args.qemu, args.stock)
    print("KTAP version 1\n1..%d" % len(chosen))
    bad = 0
    ends = collections.Counter()
    for number, this in enumerate(chosen, 1):
        end, why = outcome(config, this)
        bad += not report(number, this, end, why, args.stock)
        ends[end] += 1
    print("# " + ", ".join("%s: %d" % end for end in sorted(ends.items())))
    print("# %d of %d tests are as they should be" % (len(chosen) - bad,
                                                      len(chosen)))
    sys.exit(1 if bad else 0)


main()
