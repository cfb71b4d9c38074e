# SPDX-License-Identifier: GPL-2.0
"""Run the gates: python3 -m gates [--fresh] [GATE...]"""

import argparse
import sys
import traceback
from pathlib import Path

from nseries import SeriesError
from nseries.lay import lay
from nseries.project import Project

from .build import Builds
from .headers import gate_headers
from .kbuild import Trees
from .memory import Memory
from .roundtrip import gate_am, gate_roundtrip
from .semantic import gate_coccinelle
from .style import (gate_budget, gate_checkpatch, gate_kerneldoc,
                    gate_shellcheck, gate_words)
from .tap import Tap


def gate_build(trees, memory, tap):
    """Compile everything."""
    Builds(trees, memory, tap).run()


# The quick ones first.
GATES = {
    "roundtrip": gate_roundtrip,
    "budget": gate_budget,
    "words": gate_words,
    "shellcheck": gate_shellcheck,
    "coccinelle": gate_coccinelle,
    "kernel-doc": gate_kerneldoc,
    "checkpatch": gate_checkpatch,
    "headers": gate_headers,
    "am": gate_am,
    "build": gate_build,
}


def main():
    """Run the gates that are named, or all."""
    parser = argparse.ArgumentParser(prog="gates", description=__doc__)
    parser.add_argument("--fresh", action="store_true",
                        help="leave what was found before out of account")
    parser.add_argument("gate", nargs="*", choices=[[], *GATES])
    args = parser.parse_args()
    tap = Tap()
    try:
        project = Project(Path(__file__).parents[2])
        series = lay(project)
    except SeriesError as error:
        tap.result(False, "the series can be laid on the base", error)
        sys.exit(tap.done())
    tap.result(True, "the series can be laid on the base")
    trees, memory = Trees(project, series, tap), Memory(not args.fresh)
    trees.lock()
    for name in args.gate or GATES:
        tap.note(name)
        try:
            GATES[name](trees, memory, tap)
        except Exception:  # one gate's fault must not hide the others
            tap.result(False, name, traceback.format_exc())
    tap.note(f"{memory.hits} results remembered")
    sys.exit(tap.done())


if __name__ == "__main__":
    main()
