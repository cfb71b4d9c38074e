# SPDX-License-Identifier: GPL-2.0
"""scripts/tally: what counts, and how often."""

import subprocess
import unittest
from pathlib import Path

TALLY = Path(__file__).resolve().parents[1] / "tally"


class Tally(unittest.TestCase):
    """Each test feeds a stream and looks at the last lines."""

    def check(self, stream, counts, code, *failures):
        """@stream must give @counts (passed, failed, skipped) and @code."""
        proc = subprocess.run([TALLY], input=stream, text=True, check=False,
                              stdout=subprocess.PIPE)
        lines = proc.stdout.rstrip("\n").split("\n")
        self.assertEqual(lines[-1], "{} passed, {} failed, {} skipped"
                         .format(*counts))
        self.assertEqual(proc.returncode, code)
        self.assertEqual([line[8:] for line in lines
                          if line.startswith("failed: ")], list(failures))

    def test_flat(self):
        self.check("TAP version 13\n1..3\nok 1 a\nok 2 - b\nok 3\n",
                   (3, 0, 0), 0)

    def test_failure(self):
        self.check("ok 1 a\nnot ok 2 - b # c\n", (1, 1, 0), 1, "b")

    def test_skip(self):
        self.check("ok 1 a # SKIP no b\nok 2 c\n", (1, 0, 1), 0)

    def test_only_skips(self):
        self.check("ok 1 a # SKIP no b\n", (0, 0, 1), 1, "no test ran")

    def test_failing_skip_is_a_failure(self):
        self.check("not ok 1 a # SKIP no b\n", (0, 1, 0), 1, "a")

    def test_todo_is_a_failure(self):
        self.check("not ok 1 a # TODO later\n", (0, 1, 0), 1, "a")

    def test_nothing(self):
        self.check("hello\n", (0, 0, 0), 1, "no test ran")

    def test_nested(self):
        self.check("KTAP version 1\n1..2\n    KTAP version 1\n    1..2\n"
                   "    ok 1 a\n    ok 2 b\nok 1 suite\n"
                   "    1..1\n        1..2\n        ok 1 c\n        ok 2 d\n"
                   "    ok 1 inner\nok 2 other\n", (4, 0, 0), 0)

    def test_nested_failure_counts_once(self):
        self.check("    ok 1 a\n    not ok 2 b\nnot ok 1 suite\n",
                   (1, 1, 0), 1, "b")

    def test_parent_fails_alone(self):
        self.check("    ok 1 a\nnot ok 1 suite\n", (1, 1, 0), 1, "suite")

    def test_sibling_after_suite_is_a_leaf(self):
        self.check("    not ok 1 a\nnot ok 1 suite\nnot ok 2 alone\n",
                   (0, 2, 0), 1, "a", "alone")

    def test_grandchild_failure_counts_once(self):
        self.check("        not ok 1 a\n    not ok 1 b\nnot ok 1 c\n",
                   (0, 1, 0), 1, "a")

    def test_plan_not_kept(self):
        self.check("1..3\nok 1 a\n", (1, 1, 0), 1, "3 tests planned, 1 ran")

    def test_plan_of_subtests_not_kept(self):
        self.check("    1..2\n    ok 1 a\nok 1 suite\n", (1, 1, 0), 1,
                   "2 tests planned, 1 ran")

    def test_plan_at_the_end(self):
        self.check("ok 1 a\nok 2 b\n1..2\n", (2, 0, 0), 0)

    def test_two_streams(self):
        self.check("TAP version 13\nok 1 a\n1..1\nTAP version 13\n1..1\n"
                   "ok 1 b\n", (2, 0, 0), 0)

    def test_first_of_two_streams_cut(self):
        self.check("TAP version 13\n1..2\nok 1 a\nTAP version 13\n1..1\n"
                   "ok 1 b\n", (2, 1, 0), 1, "2 tests planned, 1 ran")

    def test_bail_out(self):
        self.check("ok 1 a\nBail out! no power\n", (1, 1, 0), 1,
                   "bailed out: no power")

    def test_comments_do_not_count(self):
        self.check("ok 1 a\n# ok 2 b\n# not ok 3 c\n", (1, 0, 0), 0)

    def test_skipped_suite(self):
        self.check("1..2\n    1..0 # SKIP none\nok 1 a # SKIP none\nok 2 b\n",
                   (1, 0, 1), 0)

    def test_bytes_that_are_no_text(self):
        proc = subprocess.run([TALLY], input=b"\xff\xfe\nok 1 a\n",
                              stdout=subprocess.PIPE, check=False)
        self.assertEqual(proc.returncode, 0)
