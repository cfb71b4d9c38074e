# SPDX-License-Identifier: GPL-2.0
"""A toy base and a toy project for the tests of the generator."""

import contextlib
import io
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from nseries import SeriesError
from nseries.checkout import checkout
from nseries.git import clean_env
from nseries.mbox import make_mbox
from nseries.project import Project
from nseries.refresh import refresh
from nseries.tree import make_tree

BASE_FILE = "".join(f"line {i}\n" for i in range(1, 31))
FIRST = """Subject: core: add a header

The header comes first.

Overlay: include/new.h
---
diff --git a/drivers/old.c b/drivers/old.c
--- a/drivers/old.c
+++ b/drivers/old.c
@@ -8,6 +8,7 @@ line 7
 line 8
 line 9
 line 10
+#include <new.h>
 line 11
 line 12
 line 13
"""
SECOND = """Subject: driver: use it

Overlay: drivers/uapi/Makefile
Overlay: drivers/uapi/core.c
---
"""


def git(path, *args):
    """Run git in @path with an identity; return its output."""
    env = {**clean_env(), "GIT_CONFIG_GLOBAL": os.devnull}
    return subprocess.run(["git", "-c", "user.name=Ann Other",
                           "-c", "user.email=ann@example.com", *args],
                          cwd=path, check=True, capture_output=True, text=True,
                          env=env).stdout


class ToyCase(unittest.TestCase):
    """Each test gets a base of two files and a series of two commits."""

    def setUp(self):
        tmp = tempfile.TemporaryDirectory()
        self.addCleanup(tmp.cleanup)
        self.dir = Path(tmp.name).resolve()
        self.base = self.dir / "base"
        self.root = self.dir / "project"
        self.write(self.base / "drivers/old.c", BASE_FILE)
        self.write(self.base / "README", "base\n")
        # As in Debian's tree: git status sees no new file.
        self.write(self.base / ".gitignore", "*.o\n/*\n")
        git(self.base, "init", "-q")
        git(self.base, "add", "-f", ".")
        git(self.base, "commit", "-q", "-m", "base")
        self.fill_project()
        before = os.environ.get("NESTING_BASE")
        os.environ["NESTING_BASE"] = str(self.base)
        self.addCleanup(self.restore, before)
        self.tree = self.root / "build/tree"

    def fill_project(self):
        """Write and commit the project."""
        for path, text in {
                ".gitignore": "build/\n",
                "include/new.h": "/* new */\n",
                "drivers/uapi/core.c": "int core;\n",
                "drivers/uapi/Makefile": "obj-y += core.o\n",
                "scripts/series/BASE": "toy\n",
                "scripts/series/cover-letter": "Subject: toy\n\nA toy.\n",
                "scripts/series/order":
                    "0001-core-add-a-header.patch\n0002-driver-use-it.patch\n",
                "scripts/series/0001-core-add-a-header.patch": FIRST,
                "scripts/series/0002-driver-use-it.patch": SECOND}.items():
            self.write(self.root / path, text)
        git(self.root, "init", "-q")
        self.commit_project()

    @staticmethod
    def restore(before):
        """Put NESTING_BASE back."""
        os.environ.pop("NESTING_BASE")
        if before is not None:
            os.environ["NESTING_BASE"] = before

    @staticmethod
    def write(path, text):
        """Write a file and its directories."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())

    def edit(self, path, old, new):
        """Replace @old, which must be there, by @new."""
        text = path.read_text()
        self.assertIn(old, text)
        path.write_text(text.replace(old, new, 1))

    def commit_project(self):
        """Commit all of the project."""
        git(self.root, "add", "-A")
        git(self.root, "commit", "-q", "-m", "project")

    def quiet(self, function, *args):
        """Call @function(project, ...) without its progress lines."""
        with contextlib.redirect_stdout(io.StringIO()):
            return function(Project(self.root), *args)

    def make_tree(self):
        """make tree"""
        return self.quiet(make_tree)

    def refresh(self, *args):
        """make refresh"""
        return self.quiet(refresh, *args)

    def make_mbox(self):
        """make series"""
        return self.quiet(make_mbox)

    def checkout(self, *args):
        """scripts/checkout-series"""
        return self.quiet(checkout, *args)

    def refuses(self, function, *words):
        """@function must fail with one line that has all @words."""
        with self.assertRaises(SeriesError) as caught:
            function()
        text = str(caught.exception)
        self.assertNotIn("\n", text)
        for word in words:
            self.assertIn(word, text)

    def unchanged(self):
        """The project's checkout must be as it was committed."""
        self.assertEqual(git(self.root, "status", "--porcelain"), "")
