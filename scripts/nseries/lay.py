# SPDX-License-Identifier: GPL-2.0
"""Laying the series on the base: patch files and overlay become commits."""

import re
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from . import SeriesError
from .git import GitError, Repo, init_bare
from .project import Base


@dataclass
class Series:
    """The series as commits in @repo; @commits is [(Patch, commit id)]."""

    base: Base
    repo: Repo
    base_paths: set
    commits: list = field(default_factory=list)

    @property
    def tip(self):
        """Id of the last commit."""
        return self.commits[-1][1] if self.commits else self.base.commit

    @property
    def tree(self):
        """Id of the last commit's tree."""
        return self.repo.resolve(f"{self.tip}^{{tree}}")


def series_repo(project, base):
    """Return build/series.git, which borrows the objects of the base."""
    path = project.build / "series.git"
    objects = base.gitdir / "objects"
    alternates = path / "objects/info/alternates"
    if alternates.exists() and alternates.read_text() == f"{objects}\n":
        return Repo(path)
    shutil.rmtree(path, ignore_errors=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    return init_bare(path, objects)


def base_paths(project, repo, commit):
    """Return the paths of the base that are changed by hunks, if at all."""
    paths = set(repo.paths("ls-tree", "-r", "-z", "--name-only", commit))
    missing = project.replaced() - paths
    if missing:
        raise SeriesError(f"scripts/series/replaced: {min(missing)} is no "
                          "file of the base")
    return paths - project.replaced()


def check_claims(patches, overlay, in_base):
    """Every overlay file is claimed by exactly one commit, and is new."""
    owner = {}
    for patch in patches:
        for path in patch.claims:
            if path not in overlay:
                raise SeriesError(f"{patch}: claims {path}, "
                                  "which is no file of the overlay")
            if path in owner:
                raise SeriesError(f"{path}: claimed by {owner[path]} and "
                                  f"by {patch}")
            if path in in_base:
                raise SeriesError(f"{patch}: {path} is a file of the base, "
                                  "change it by hunks")
            owner[path] = patch
    unclaimed = sorted(set(overlay).difference(owner))
    if unclaimed:
        raise SeriesError("no commit claims " + ", ".join(unclaimed) +
                          ": add 'Overlay: FILE' to one of scripts/series/")


def apply_hunks(series, repo, patch):
    """Apply the hunks of @patch to the index of @repo, without fuzz."""
    if not patch.diff.strip():
        return
    try:
        stat = repo.paths("apply", "--numstat", "-z", stdin=patch.diff)
        for path in (line.split("\t", 2)[2] for line in stat):
            if path not in series.base_paths:
                raise SeriesError(f"{patch}: {path} is no file of "
                                  f"{series.base.name}: new files belong "
                                  "to the overlay")
        repo.run("apply", "--cached", "--whitespace=nowarn", stdin=patch.diff)
    except GitError as error:
        raise SeriesError(f"{patch}: does not fit {series.base.name}: "
                          + complaint(error.stderr)) from None


def complaint(stderr):
    """Return the places that git apply names: FILE:LINE, ..."""
    places = re.findall(r"^error: patch failed: (.*)$", stderr, re.M)
    if places:
        return ", ".join(places)
    return stderr.strip().split("\n")[-1].removeprefix("error: ")


def add_overlay(project, repo, patch, overlay):
    """Put the overlay files that @patch claims into the index of @repo."""
    if not patch.claims:
        return
    names = "\n".join(str(project.root / path) for path in patch.claims)
    repo.run("hash-object", "-w", "--no-filters", "--stdin-paths",
             stdin=names.encode())
    lines = (f"{overlay[path][0]} {overlay[path][1]}\t{path}\n"
             for path in patch.claims)
    repo.run("update-index", "--add", "--index-info",
             stdin="".join(lines).encode())


def commit_env(identity):
    """Return git's variables for author and committer."""
    name, mail, date = identity
    return {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER")
            for what, value in (("NAME", name), ("EMAIL", mail),
                                ("DATE", date))}


def lay(project, base=None):
    """Make the commits in build/series.git; return the Series."""
    base = base or project.base()
    repo = series_repo(project, base)
    series = Series(base, repo, base_paths(project, repo, base.commit))
    patches, overlay = project.patches(), project.overlay()
    check_claims(patches, overlay, series.base_paths)
    env = commit_env(project.identity())
    with tempfile.TemporaryDirectory() as tmp:
        work = Repo(repo.gitdir, index=Path(tmp) / "index")
        work.run("read-tree", base.commit)
        for patch in patches:
            apply_hunks(series, work, patch)
            add_overlay(project, work, patch, overlay)
            commit = work.text("commit-tree", "-p", series.tip, "-F", "-",
                               work.text("write-tree"), env=env,
                               stdin=patch.message.encode())
            series.commits.append((patch, commit))
    repo.run("update-ref", "refs/heads/base", base.commit)
    repo.run("update-ref", "refs/heads/series", series.tip)
    return series
