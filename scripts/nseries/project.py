# SPDX-License-Identifier: GPL-2.0
"""The checkout of the project, and the base that it is laid on."""

import hashlib
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import SeriesError, patchfile
from .git import Repo, clean_env

OVERLAY = ("include", "drivers", "Documentation", "tools/iommu",
           "tools/testing/selftests/iommu")
NOBODY = ("IOMMU nesting", "iommu-nesting", "1670803200 +0000")


@dataclass
class Base:
    """What the series is laid on: a @commit of the repository @gitdir."""

    name: str
    gitdir: Path
    commit: str


class Project:
    """A checkout at @root."""

    def __init__(self, root):
        self.root = Path(root).resolve()
        self.series = self.root / "scripts/series"
        self.build = self.root / "build"
        self.repo = Repo(self.root / ".git", self.root, isolated=False)
        if not self.repo.resolve("HEAD"):
            raise SeriesError(f"{self.root}: not a git checkout of the project")

    def order(self):
        """Return the names of the patch files, in order."""
        try:
            lines = (self.series / "order").read_text().split("\n")
        except FileNotFoundError:
            raise SeriesError("scripts/series/order: not there") from None
        names = [line.strip() for line in lines
                 if line.strip() and not line.startswith("#")]
        on_disk = {path.name for path in self.series.glob("*.patch")}
        for name in names:
            if name not in on_disk:
                raise SeriesError(f"scripts/series/order: no file {name}")
        for name in sorted(on_disk.difference(names)):
            raise SeriesError(f"scripts/series/{name}: not named by order")
        if len(set(names)) < len(names):
            raise SeriesError("scripts/series/order: names a file twice")
        return names

    def replaced(self):
        """Return the files of the base that the overlay replaces as a whole."""
        try:
            lines = (self.series / "replaced").read_text().split("\n")
        except FileNotFoundError:
            return set()
        return {line.strip() for line in lines
                if line.strip() and not line.startswith("#")}

    def patches(self):
        """Return the commits of the series."""
        return [patchfile.parse(name, (self.series / name).read_bytes())
                for name in self.order()]

    def series_digest(self):
        """Return a digest of the patch files and their order."""
        digest = hashlib.sha256()
        for name in ["order", *self.order()]:
            data = (self.series / name).read_bytes()
            digest.update(b"%s %d\n%s" % (name.encode(), len(data), data))
        return digest.hexdigest()

    def overlay(self):
        """Return the overlay: path -> (mode, blob id), as git would store it."""
        paths = self.repo.paths("ls-files", "-z", "--cached", "--others",
                                "--exclude-standard", "--", *OVERLAY)
        paths = [p for p in dict.fromkeys(paths)
                 if os.path.lexists(self.root / p)]
        for path in paths:
            check_text(self.root, path)
        ids = self.repo.text("hash-object", "--no-filters", "--stdin-paths",
                             stdin="\n".join(paths).encode()).split()
        return {path: (mode_of(self.root / path), oid)
                for path, oid in zip(paths, ids)}

    def identity(self):
        """Return name, mail and date of the project's last commit that changed
        the series: whoever has that commit lays the same commits."""
        out = self.repo.run("log", "-1", "--format=%an%x00%ae%x00%ad",
                            "--date=raw", "--", "scripts/series", *OVERLAY)
        return tuple(out.decode().strip().split("\0")) if out else NOBODY

    def base(self):
        """Return the base; fetch it when it is not in the cache.

        NESTING_BASE=DIR[#REV] names another git repository and commit.
        """
        own = os.environ.get("NESTING_BASE")
        if own:
            return own_base(own)
        proc = subprocess.run([self.root / "scripts/fetch-base"], check=False,
                              stdout=subprocess.PIPE, text=True)
        if proc.returncode:
            raise SeriesError("the base could not be fetched")
        version = proc.stdout.strip()
        gitdir = cache() / "base" / f"{version}.git"
        package = (self.series / "BASE").read_text().strip()
        return Base(f"{package} {version}", gitdir, Repo(gitdir).resolve("base"))


def cache():
    """Return the directory that outlives checkouts."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("NESTING_CACHE")
                or Path(home) / "iommu-nesting").resolve()


def own_base(spec):
    """Return the base that NESTING_BASE=@spec names."""
    path, _, rev = spec.partition("#")
    proc = subprocess.run(["git", "-C", path, "rev-parse", "--git-common-dir"],
                          check=False, capture_output=True, text=True,
                          env=clean_env())
    if proc.returncode:
        raise SeriesError(f"NESTING_BASE: {path} is no git repository")
    gitdir = (Path(path) / proc.stdout.strip()).resolve()
    commit = Repo(gitdir).resolve(f"{rev or 'HEAD'}^{{commit}}")
    if not commit:
        raise SeriesError(f"NESTING_BASE: no commit {rev or 'HEAD'} in {path}")
    return Base(spec, gitdir, commit)


def mode_of(path):
    """Return git's mode of a regular file."""
    return "100755" if os.access(path, os.X_OK) else "100644"


def check_text(root, path):
    """Refuse what does not travel in a mail: links, binaries, CRLF."""
    if (root / path).is_symlink() or not (root / path).is_file():
        raise SeriesError(f"{path}: not a regular file")
    data = (root / path).read_bytes()
    if b"\r" in data or b"\0" in data:
        raise SeriesError(f"{path}: has CR or NUL bytes, is no plain text")
    try:
        data.decode()
    except UnicodeDecodeError:
        raise SeriesError(f"{path}: not UTF-8") from None
