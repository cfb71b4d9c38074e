# SPDX-License-Identifier: GPL-2.0
"""Plain source checkouts of the series, to build in."""

import fcntl
from pathlib import Path

from . import SeriesError
from .git import Repo
from .lay import lay

MARK = ".series-checkout"
INDEX = ".series-index"


def pick(series, which):
    """Return the commit that @which names: base, tip, or a number from 1."""
    if which == "tip":
        return series.tip
    number = 0 if which == "base" else int(which) if which.isdigit() else -1
    if not 0 <= number <= len(series.commits):
        raise SeriesError(f"no commit '{which}': base, tip or 1 to "
                          f"{len(series.commits)}")
    return series.commits[number - 1][1] if number else series.base.commit


def put(repo, target, commit):
    """Make the directory @target hold the files of @commit.

    A file whose content stays is not touched, so that make builds again only
    what changed; files that were never part of the series are left alone.
    """
    target = Path(target)
    target.mkdir(parents=True, exist_ok=True)
    mark, index = target / MARK, target / INDEX
    if not mark.exists() and any(target.iterdir()):
        raise SeriesError(f"{target}: not empty, and not made by this tool")
    with open(mark, "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        index.with_name(f"{INDEX}.lock").unlink(missing_ok=True)
        work = Repo(repo.gitdir, target, index)
        if index.exists():
            work.run("update-index", "-q", "--refresh", "--really-refresh")
        work.run("read-tree", "--reset", "-u", commit)
    return repo.resolve(f"{commit}^{{tree}}")


def checkout(project, target, which="tip"):
    """Lay commit @which of the series into @target; print its tree id."""
    series = lay(project)
    tree = put(series.repo, Path(target).absolute(), pick(series, which))
    print(tree)
    return tree
