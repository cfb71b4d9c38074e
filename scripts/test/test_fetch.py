# SPDX-License-Identifier: GPL-2.0
"""scripts/fetch-base against a toy archive: apt is played by two scripts."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from toy import git

SCRIPTS = Path(__file__).resolve().parents[1]
APT_CACHE = """#!/bin/sh
echo "  Candidate: $(cat "$TOY/candidate")"
"""
APT_GET = """#!/bin/sh
echo "$@" >> "$TOY/calls"
case " $* " in
*" download "*) cp "$TOY/archive/"*.deb . ;;
esac
"""


class Fetch(unittest.TestCase):
    """Each test has its own archive and its own cache."""

    def setUp(self):
        tmp = tempfile.TemporaryDirectory()
        self.addCleanup(tmp.cleanup)
        self.dir = Path(tmp.name)
        self.scripts = self.dir / "scripts"
        (self.scripts / "series").mkdir(parents=True)
        for name in ("fetch-base", "deb-to-git"):
            shutil.copy(SCRIPTS / name, self.scripts)
        (self.scripts / "series/BASE").write_text("toy-source\n")
        (self.dir / "bin").mkdir()
        for name, text in (("apt-cache", APT_CACHE), ("apt-get", APT_GET)):
            (self.dir / "bin" / name).write_text(text)
            (self.dir / "bin" / name).chmod(0o755)
        self.base = self.dir / "cache/base"
        self.publish("1.0-1", "one\n")

    def publish(self, version, text):
        """Put a package into the archive."""
        shutil.rmtree(self.dir / "archive", ignore_errors=True)
        package = self.dir / "package"
        shutil.rmtree(package, ignore_errors=True)
        source = package / "toy-source"
        (source / "scripts").mkdir(parents=True)
        (source / "README").write_text(text)
        (source / "scripts/run").write_text("#!/bin/sh\n")
        (source / "scripts/run").chmod(0o755)
        os.symlink("README", source / "LINK")
        (package / "usr/src").mkdir(parents=True)
        subprocess.run(["tar", "-C", package, "-cJf",
                        package / "usr/src/toy-source.tar.xz", "toy-source"],
                       check=True)
        shutil.rmtree(source)
        (package / "DEBIAN").mkdir()
        (package / "DEBIAN/control").write_text(
            f"Package: toy-source\nVersion: {version}\nArchitecture: all\n"
            "Maintainer: x <x@example.com>\nDescription: toy\n")
        (self.dir / "archive").mkdir()
        subprocess.run(["dpkg-deb", "--build", "--root-owner-group", package,
                        self.dir / "archive" / f"toy-source_{version}_all.deb"],
                       check=True, stdout=subprocess.DEVNULL)
        (self.dir / "candidate").write_text(version)

    def fetch(self):
        """Run the script; return (exit code, stdout, stderr)."""
        env = {**os.environ, "TOY": str(self.dir),
               "PATH": f"{self.dir / 'bin'}:{os.environ['PATH']}",
               "NESTING_CACHE": str(self.dir / "cache")}
        proc = subprocess.run([self.scripts / "fetch-base"], env=env,
                              capture_output=True, text=True, check=False)
        return proc.returncode, proc.stdout.strip(), proc.stderr

    def downloads(self):
        """Return how often the archive was asked for a package."""
        calls = self.dir / "calls"
        return calls.read_text().count(" download ") if calls.exists() else 0

    def test_commit(self):
        self.assertEqual(self.fetch()[:2], (0, "1.0-1"))
        rows = git(self.base / "1.0-1.git", "ls-tree", "-r", "base").split("\n")
        self.assertEqual([(row.split()[0], row.split("\t")[1])
                          for row in rows if row],
                         [("120000", "LINK"), ("100644", "README"),
                          ("100755", "scripts/run")])

    def test_same_id_again(self):
        ids = []
        for _ in range(2):
            self.fetch()
            ids.append(git(self.base / "1.0-1.git", "rev-parse", "base"))
            shutil.rmtree(self.base)
        self.assertEqual(ids[0], ids[1])

    def test_downloaded_once(self):
        self.fetch()
        self.assertEqual(self.fetch()[:2], (0, "1.0-1"))
        self.assertEqual(self.downloads(), 1)

    def test_next_version(self):
        self.fetch()
        self.publish("1.0-2", "two\n")
        self.assertEqual(self.fetch()[:2], (0, "1.0-2"))
        self.assertEqual(git(self.base / "1.0-2.git", "show", "base:README"),
                         "two\n")

    def test_only_two_versions_stay(self):
        for version in ("1.0-9", "1.0-10", "1.0-11"):
            self.publish(version, version)
            self.fetch()
        self.assertEqual(sorted(p.name for p in self.base.glob("*.git")),
                         ["1.0-10.git", "1.0-11.git"])

    def test_no_network(self):
        self.fetch()
        (self.dir / "candidate").write_text("1.0-2")
        (self.dir / "archive/toy-source_1.0-1_all.deb").unlink()
        code, out, err = self.fetch()
        self.assertEqual((code, out), (0, "1.0-1"))
        self.assertIn("using 1.0-1 from the cache", err)

    def test_no_network_and_no_cache(self):
        (self.dir / "archive/toy-source_1.0-1_all.deb").unlink()
        code, out, err = self.fetch()
        self.assertEqual((code, out), (1, ""))
        self.assertIn("cannot download toy-source", err)

    def test_damaged_package(self):
        deb = next((self.dir / "archive").iterdir())
        data = deb.read_bytes()
        deb.write_bytes(data[:len(data) - 100])
        code, out, err = self.fetch()
        self.assertEqual((code, out), (1, ""))
        self.assertIn("cannot unpack", err)
        self.assertFalse((self.base / "1.0-1.git").exists())
        deb.write_bytes(data)
        self.assertEqual(self.fetch()[:2], (0, "1.0-1"))

    def test_interrupted_unpack(self):
        (self.base / "unpack.git").mkdir(parents=True)
        (self.base / "unpack.git/half").write_text("x")
        self.assertEqual(self.fetch()[:2], (0, "1.0-1"))
        self.assertFalse((self.base / "1.0-1.git/half").exists())
