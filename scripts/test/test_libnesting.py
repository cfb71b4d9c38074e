# SPDX-License-Identifier: GPL-2.0
"""tools/iommu on this machine: it builds, its tests pass, and what "make install"
puts down can be used."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from nseries.git import Repo, clean_env
from nseries.project import Project

ROOT = Path(__file__).resolve().parents[2]
HEADERS = ("include/uapi/linux/iommu.h", "include/uapi/linux/vfio.h")
PROGRAM = """
#include <iommu-nesting.h>
int main(void)
{
	struct iommu_cache_invalidate_info info = inest_inv_all(1);
	return inest_cache_invalidate(-1, INEST_ALL_GROUPS, &info) < 0 ? 0 : 1;
}
"""


def run(*args, **kwargs):
    """Run a command; return the process with all that it printed."""
    return subprocess.run(args, check=False, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, **kwargs)


def lay(tree):
    """Make as much of a kernel tree at @tree as tools/iommu needs."""
    project = Project(ROOT)
    base = project.base()
    repo = Repo(base.gitdir)
    for path in (*HEADERS, "tools/scripts/Makefile.include"):
        target = tree / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(repo.run("show", f"{base.commit}:{path}"))
    for name in project.order():
        patch = project.series / name
        if "+++ b/include/uapi/" in patch.read_text():
            subprocess.run(["git", "apply", "--include=include/uapi/*", patch],
                           cwd=tree, check=True, capture_output=True,
                           env=clean_env())
    for header in ("iommu_fault_queue.h", "iommu_nesting.h", "vfio_nesting.h"):
        shutil.copy(ROOT / "include/uapi/linux" / header,
                    tree / "include/uapi/linux")
    for path in project.repo.paths("ls-files", "-z", "--cached", "--others",
                                   "--exclude-standard", "--", "tools/iommu"):
        if (ROOT / path).is_file():
            (tree / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, tree / path)


class Library(unittest.TestCase):
    """One build for all tests."""

    @classmethod
    def setUpClass(cls):
        tmp = tempfile.TemporaryDirectory()
        cls.addClassCleanup(tmp.cleanup)
        cls.tree = Path(tmp.name).resolve() / "tree"
        cls.root = cls.tree.parent / "root"
        lay(cls.tree)
        cls.built = cls.make("all")
        cls.installed = cls.make("install", f"DESTDIR={cls.root}", "prefix=/usr")

    @classmethod
    def make(cls, *args, tree=None):
        """Run make in tools/iommu, with the warnings of the kernel's tools."""
        env = {name: value for name, value in os.environ.items()
               if not name.startswith("MAKE")}
        return run("make", "-j2", "-C", (tree or cls.tree) / "tools/iommu",
                   *args, env=env)

    def command(self, *args):
        """Run nesting-info as it was installed; return code, stdout, stderr."""
        proc = subprocess.run([self.root / "usr/sbin/nesting-info", *args],
                              check=False, capture_output=True, text=True)
        return proc.returncode, proc.stdout, proc.stderr

    def test_builds_without_a_warning(self):
        self.assertEqual(self.built.returncode, 0, self.built.stdout)
        self.assertNotIn("warning", self.built.stdout)

    def test_its_own_tests(self):
        proc = self.make("-s", "check")
        self.assertEqual(proc.returncode, 0, proc.stdout)
        rows = re.findall(r"^(not ok|ok) \d+ (.*)", proc.stdout, re.M)
        self.assertEqual([r for r in rows if r[0] != "ok"], [])
        plan = re.search(r"^1\.\.(\d+)$", proc.stdout, re.M)
        self.assertEqual(len(rows), int(plan[1]))

    def test_json(self):
        self.make("-s", "check")
        smmuv3, accepted, vtd, refused = json.loads(
            run(self.tree / "tools/iommu/tests/test-lib", "--json").stdout)
        self.assertEqual(smmuv3["features"], ["bind_pasid_table", "cache_invld"])
        self.assertEqual(smmuv3["smmuv3"]["msi_window"],
                         {"iova": "0x8000000", "size": "0x100000"})
        self.assertEqual(smmuv3["smmuv3"]["granules"], [4096, 65536])
        self.assertNotIn("check", smmuv3)
        self.assertEqual(accepted["check"]["lacks"],
                         {"pasids": "1 asked for, 0 left"})
        self.assertEqual(vtd["vtd"]["ecap"], "0x0000019804000004")
        self.assertEqual(vtd["unknown_features"], "0x80000000")
        self.assertEqual(vtd["pasid_quota"], {"quota": 1000, "available": 900})
        self.assertEqual(list(refused["check"]["lacks"]), ["format"])

    def test_exports_are_the_header(self):
        """The shared library exports what the header declares, no more."""
        header = (self.root / "usr/include/iommu-nesting.h").read_text()
        declared = set(re.findall(r"^(?:int|void|const char \*) ?\*?(inest_\w+)"
                                  r"\([^{]*?\);", header, re.M))
        proc = run("nm", "-D", "--defined-only",
                   self.root / "usr/lib/libiommu-nesting.so")
        exported = set(re.findall(r" T (\w+)@@IOMMU_NESTING_1\.0$", proc.stdout,
                                  re.M))
        every = set(re.findall(r" [TDBR] (\w+)", proc.stdout))
        self.assertGreater(len(declared), 30)
        self.assertEqual(exported, declared)
        self.assertEqual(every, declared)

    def test_keeps_no_state(self):
        """No object of the library has data that can change."""
        proc = run("size", "-A", self.root / "usr/lib/libiommu-nesting.a")
        sizes = re.findall(r"^\.(data|bss|tdata|tbss)\s+(\d+)", proc.stdout,
                           re.M)
        self.assertGreater(len(sizes), 9)
        self.assertEqual([row for row in sizes if row[1] != "0"], [])

    def test_installed_files(self):
        files = sorted(str(p.relative_to(self.root))
                       for p in self.root.rglob("*") if not p.is_dir())
        self.assertEqual(files, [
            "usr/include/iommu-nesting.h",
            "usr/lib/libiommu-nesting.a",
            "usr/lib/libiommu-nesting.so",
            "usr/lib/libiommu-nesting.so.1",
            "usr/lib/libiommu-nesting.so.1.0.0",
            "usr/lib/pkgconfig/iommu-nesting.pc",
            "usr/sbin/nesting-info",
            "usr/share/man/man8/nesting-info.8"], self.installed.stdout)
        proc = run("readelf", "-d", self.root / "usr/lib/libiommu-nesting.so")
        self.assertIn("soname: [libiommu-nesting.so.1]", proc.stdout)

    def flags(self):
        """What pkg-config says, or what its file says without pkg-config."""
        if not shutil.which("pkg-config"):
            self.skipTest("pkg-config is not installed")
        where = self.root / "usr/lib/pkgconfig"
        env = {**os.environ, "PKG_CONFIG_PATH": str(where),
               "PKG_CONFIG_SYSROOT_DIR": str(self.root),
               "PKG_CONFIG_ALLOW_SYSTEM_CFLAGS": "1",
               "PKG_CONFIG_ALLOW_SYSTEM_LIBS": "1"}
        proc = run("pkg-config", "--cflags", "--libs", "iommu-nesting", env=env)
        self.assertEqual(proc.returncode, 0, proc.stdout)
        return proc.stdout.split()

    def test_folders_of_the_caller(self):
        """What pkg-config says is where the files have been put."""
        root = self.tree.parent / "other"
        tree = self.tree.parent / "folders"
        lay(tree)
        proc = self.make("install", f"DESTDIR={root}", "prefix=/opt/it",
                         "includedir=/opt/headers/nesting", tree=tree)
        self.assertEqual(proc.returncode, 0, proc.stdout)
        self.assertTrue((root / "opt/headers/nesting/iommu-nesting.h").is_file())
        text = (root / "opt/it/lib/pkgconfig/iommu-nesting.pc").read_text()
        self.assertIn("\nincludedir=/opt/headers/nesting\n", text)
        self.assertIn("\nlibdir=/opt/it/lib\n", text)
        self.assertNotIn("@", text)

    def test_program_links_with_it(self):
        source = self.tree / "program.c"
        source.write_text(PROGRAM)
        headers = self.tree / "tools/iommu/include"
        proc = run("gcc", "-Wall", "-Werror", "-D__user=", "-isystem", headers,
                   "-o", self.tree / "program", source, *self.flags())
        self.assertEqual(proc.returncode, 0, proc.stdout)
        env = {**os.environ, "LD_LIBRARY_PATH": str(self.root / "usr/lib")}
        proc = run(self.tree / "program", env=env)
        self.assertEqual(proc.returncode, 0, proc.stdout)

    def test_header_in_cxx(self):
        headers = self.tree / "tools/iommu/include"
        proc = run("g++", "-std=c++11", "-Wall", "-Wextra", "-Werror",
                   "-fsyntax-only", "-D__user=", "-isystem", headers, "-I",
                   self.root / "usr/include", "-xc++", "-", input=PROGRAM)
        self.assertEqual(proc.returncode, 0, proc.stdout)

    def test_manual_page(self):
        page = self.root / "usr/share/man/man8/nesting-info.8"
        if not shutil.which("groff"):
            self.skipTest("groff is not installed")
        proc = run("groff", "-man", "-Tutf8", "-ww", "-z", page)
        self.assertEqual((proc.returncode, proc.stdout), (0, ""))
        text = page.read_text().replace("\\-", "-")
        _, usage, _ = self.command("--help")
        options = set(re.findall(r"^  (--[\w-]+)", usage, re.M))
        self.assertGreater(len(options), 9)
        self.assertEqual([o for o in options if o not in text], [])

    def test_errors_are_one_line(self):
        for args in ([], ["x"], ["--frob", "1"], ["1", "2"],
                     ["--addr-width", "4", "1"]):
            code, out, err = self.command(*args)
            self.assertEqual((code, out), (2, ""), args)
            self.assertRegex(err, r"\Anesting-info: [^\n]+\n\Z", args)

    def test_full_disk(self):
        with open("/dev/full", "wb") as full:
            proc = subprocess.run([self.root / "usr/sbin/nesting-info",
                                   "--help"], check=False, stdout=full,
                                  stderr=subprocess.PIPE)
        self.assertEqual(proc.returncode, 2)
        self.assertIn(b"can't be written", proc.stderr)

    def test_version(self):
        _, out, _ = self.command("--version")
        text = (self.root / "usr/lib/pkgconfig/iommu-nesting.pc").read_text()
        self.assertIn(f"Version: {out.split()[1]}\n", text)

    def test_clean(self):
        tree = self.tree.parent / "clean"
        lay(tree)
        before = sorted(tree.rglob("*"))
        self.make("all", tree=tree)
        self.assertNotEqual(sorted(tree.rglob("*")), before)
        self.make("clean", tree=tree)
        self.assertEqual([p for p in sorted(tree.rglob("*"))
                          if p not in before], [])

    def test_output_folder(self):
        """With O= the sources stay as they are."""
        out = self.tree.parent / "out"
        out.mkdir()
        tree = self.tree.parent / "apart"
        lay(tree)
        before = sorted(tree.rglob("*"))
        proc = self.make("all", f"O={out}", tree=tree)
        self.assertEqual(proc.returncode, 0, proc.stdout)
        self.assertTrue((out / "nesting-info/nesting-info").is_file())
        self.assertEqual(sorted(tree.rglob("*")), before)


if __name__ == "__main__":
    unittest.main()
