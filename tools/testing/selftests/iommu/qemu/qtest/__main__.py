# SPDX-License-Identifier: GPL-2.0
"""
Runs the qtests of the emulated IOMMUs: python3 -m qtest [--stock] TARGET=QEMU...

TARGET is x86_64 (VT-d) or aarch64 (SMMUv3). Prints KTAP. With --stock QEMU is without our patches, and a test has to fail,
unless it is a control that has to pass. It has to fail in what it expects, or
because there is no test device; a QEMU that can't be driven at all shows nothing.
"""
import argparse
import collections
import os
import sys

from . import (test_ats, test_control, test_device, test_drop,  # noqa: F401
               test_faults, test_fault_codes, test_invalidation, test_messages,
               test_paging, test_pasid, test_power, test_prq, test_queue,
               test_registers, test_smmu_nested, test_smmu_stall,
               test_smmu_stall_config, test_smmu_substreams, test_stages,
               test_trust)
from .declare import CASES, run
from .machine import Config, MachineError, NoDevice, NotStarted
from .q35 import Q35
from .virt import Virt

BOARDS = {"x86_64": Q35, "aarch64": Virt}

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


def target(text):
    """A board and the program that emulates it, from TARGET=QEMU."""
    name, _, qemu = text.partition("=")
    if name not in BOARDS:
        raise argparse.ArgumentTypeError("target %s is none of %s" % (
            name, ", ".join(sorted(BOARDS))))
    if not os.access(qemu, os.X_OK):
        raise argparse.ArgumentTypeError("no program %s" % qemu)
    return BOARDS[name], qemu


def main():
    """The command line."""
    parser = argparse.ArgumentParser(prog="python3 -m qtest",
                                     description=__doc__.split("\n\n")[0])
    parser.add_argument("qemu", nargs="+", type=target,
                        metavar="TARGET=QEMU", help="an emulator to test")
    parser.add_argument("--only", action="append", metavar="NAME",
                        help="only tests whose name contains it")
    parser.add_argument("--stock", action="store_true",
                        help="QEMU is unpatched: tests have to fail")
    args = parser.parse_args()
    chosen = [(Config(qemu, args.stock), c)
              for board, qemu in args.qemu for c in CASES if c.board is board
              if not args.only or any(n in c.name for n in args.only)]
    if not chosen:
        sys.exit("qtest: no test has such a name")
    print("KTAP version 1\n1..%d" % len(chosen))
    bad = 0
    ends = collections.Counter()
    for number, (config, this) in enumerate(chosen, 1):
        end, why = outcome(config, this)
        bad += not report(number, this, end, why, args.stock)
        ends[end] += 1
    print("# " + ", ".join("%s: %d" % end for end in sorted(ends.items())))
    print("# %d of %d tests are as they should be" % (len(chosen) - bad,
                                                      len(chosen)))
    sys.exit(1 if bad else 0)


main()
