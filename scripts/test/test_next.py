# SPDX-License-Identifier: GPL-2.0
"""The patch of the next version still fits the series."""

import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NEXT = ROOT / "tools/testing/selftests/iommu/qemu/next/next.patch"
HEADER = "include/uapi/linux/iommu_nesting.h"
INCLUDED = "include/uapi/linux/iommu_fault_queue.h"


class Next(unittest.TestCase):
    """Each test puts the patch on copies of the files that it changes."""

    @classmethod
    def setUpClass(cls):
        cls.files = re.findall(r"^\+\+\+ b/(\S+)$", NEXT.read_text(), re.M)

    def setUp(self):
        where = tempfile.TemporaryDirectory()
        self.addCleanup(where.cleanup)
        self.dir = Path(where.name)
        for name in self.files:
            (self.dir / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, self.dir / name)

    def apply(self):
        """Put the patch on the copies; return what patch said."""
        proc = subprocess.run(["patch", "-p1", "--fuzz=0", "-i", NEXT],
                              cwd=self.dir, text=True, check=False,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        return proc.returncode, proc.stdout

    def test_changes_files_of_the_overlay_only(self):
        self.assertIn(HEADER, self.files)
        for name in self.files:
            self.assertTrue((ROOT / name).is_file(), name)

    def test_applies_without_fuzz_and_where_it_says(self):
        code, output = self.apply()
        self.assertEqual(code, 0, output)
        for word in ("fuzz", "offset", "FAILED"):
            self.assertNotIn(word, output)

    def test_changes_the_header_and_its_size(self):
        self.apply()
        shutil.copy(ROOT / INCLUDED, self.dir / INCLUDED)
        program = (f'#include "{self.dir / HEADER}"\n'
                   "_Static_assert(sizeof(struct iommu_gpasid_bind_data) == "
                   "72, \"\");\n"
                   "_Static_assert(sizeof(struct iommu_cache_invalidate_info)"
                   " == 96, \"\");\n")
        proc = subprocess.run(["gcc", "-fsyntax-only", "-I",
                               self.dir / "include/uapi", "-xc", "-"],
                              input=program, text=True, check=False,
                              stderr=subprocess.PIPE)
        self.assertEqual(proc.returncode, 0, proc.stderr)
