#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Run the unit tests of scripts/ and print TAP.

    scripts/test/run.py [MODULE...]
"""

import sys
import time
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]


class TapResult(unittest.TestResult):
    """One TAP line for each test, the traceback as a comment under it."""

    def line(self, verdict, test, suffix=""):
        """Print a verdict."""
        name = test.id().removeprefix("__main__.")
        print(f"{verdict} {self.testsRun} {name}{suffix}", flush=True)

    def failed(self, test, err):
        """Print a failure."""
        self.line("not ok", test)
        for row in self._exc_info_to_string(err, test).strip().split("\n"):
            print(f"# {row}")

    def addSuccess(self, test):
        self.line("ok", test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.failed(test, err)

    def addError(self, test, err):
        super().addError(test, err)
        self.failed(test, err)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.line("ok", test, f" # SKIP {reason}")


def main():
    """Run all tests, or those of the modules that are named."""
    names = sys.argv[1:] or sorted(p.stem for p in HERE.glob("test_*.py"))
    suite = unittest.defaultTestLoader.loadTestsFromNames(names)
    print(f"TAP version 13\n1..{suite.countTestCases()}")
    start = time.monotonic()
    result = suite.run(TapResult())
    print(f"# {result.testsRun} tests in {time.monotonic() - start:.1f} s")
    sys.exit(not result.wasSuccessful())


if __name__ == "__main__":
    main()
