# SPDX-License-Identifier: GPL-2.0
"""TAP on stdout."""

import time


class Tap:
    """Numbers and prints results; @failed counts the bad ones."""

    SHOWN = 20  # lines of a failing test's output

    def __init__(self):
        self.number = 0
        self.failed = 0
        self.start = time.monotonic()
        print("TAP version 13", flush=True)

    def result(self, passed, name, detail=""):
        """Print one result; @detail is shown when it is a failure."""
        self.number += 1
        self.failed += not passed
        print(f"{'ok' if passed else 'not ok'} {self.number} {name}",
              flush=True)
        if not passed:
            self.show(detail)

    def skip(self, name, reason):
        """Print a test that could not run."""
        self.number += 1
        print(f"ok {self.number} {name} # SKIP {reason}", flush=True)

    def show(self, detail):
        """Print the first lines of @detail as comments."""
        lines = str(detail).rstrip().split("\n")
        for line in lines[:self.SHOWN]:
            print(f"#   {line}")
        if len(lines) > self.SHOWN:
            print(f"#   ... and {len(lines) - self.SHOWN} lines more",
                  flush=True)

    def note(self, text):
        """Print a line of progress."""
        print(f"# {text} ({time.monotonic() - self.start:.0f} s)", flush=True)

    def done(self):
        """Print the plan; return the exit code."""
        print(f"1..{self.number}", flush=True)
        return 1 if self.failed or not self.number else 0
