# SPDX-License-Identifier: GPL-2.0
"""The series as mails: build/series.mbox for git am, and its cover letter."""

import os
import tempfile
from email.utils import formataddr, formatdate
from pathlib import Path

from . import SeriesError
from .git import Repo, init_bare
from .lay import commit_env, lay

FORMAT = ("format-patch", "--stdout", "-n", "--abbrev=12", "--no-signature",
          "--zero-commit", "--no-base", "--no-cover-letter", "--no-thread",
          "--no-renames", "--no-ext-diff", "-U3", "--diff-algorithm=myers",
          "--indent-heuristic")


def cover_letter(project, series):
    """Return the cover letter as a mail."""
    path = project.series / "cover-letter"
    if not path.exists():
        raise SeriesError("scripts/series/cover-letter: not there")
    subject, _, body = path.read_text().partition("\n")
    if not subject.startswith("Subject: "):
        raise SeriesError("scripts/series/cover-letter: first line is not "
                          "'Subject: ...'")
    name, mail, date = project.identity()
    count = len(series.commits)
    listing = "".join(f"  {patch.subject}\n" for patch, _ in series.commits)
    stat = series.repo.text("diff", "--stat", "--summary", "--no-renames",
                            series.base.commit, series.tip)
    return (f"From: {formataddr((name, mail))}\n"
            f"Date: {formatdate(int(date.split()[0]))}\n"
            f"Subject: [PATCH 0/{count}] {subject[9:].strip()}\n"
            "MIME-Version: 1.0\n"
            "Content-Type: text/plain; charset=UTF-8\n"
            "Content-Transfer-Encoding: 8bit\n\n"
            f"{body.strip()}\n\n{name} ({count}):\n{listing}\n{stat}\n")


def apply_mbox(project, series, mbox):
    """Run git am on the base and return the id of the last commit.

    Only the files that the series touches are checked out: git am reads and
    writes no other. Identity and dates are those of the series, so that equal
    commits have equal ids.
    """
    touched = series.repo.paths("diff", "-z", "--name-only", "--no-renames",
                                series.base.commit, series.tip)
    with tempfile.TemporaryDirectory(dir=project.build) as tmp:
        gitdir, work = Path(tmp) / "am.git", Path(tmp) / "work"
        init_bare(gitdir, series.repo.gitdir / "objects")
        work.mkdir()
        repo = Repo(gitdir, work)
        repo.run("config", "core.bare", "false")
        repo.run("config", "core.sparseCheckout", "true")
        os.makedirs(gitdir / "info", exist_ok=True)
        (gitdir / "info/sparse-checkout").write_text(
            "".join(f"/{path}\n" for path in touched))
        repo.run("update-ref", "--no-deref", "HEAD", series.base.commit)
        repo.run("read-tree", "-m", "-u", "HEAD")
        repo.run("am", "-q", "--no-3way", "--committer-date-is-author-date",
                 str(mbox), env=commit_env(project.identity()))
        return repo.resolve("HEAD")


def make_mbox(project):
    """Write the mbox and the cover letter; check what git am makes of them."""
    series = lay(project)
    if not series.commits:
        raise SeriesError("scripts/series/order: names no commit")
    cover = cover_letter(project, series)
    mbox = project.build / "series.mbox"
    mbox.write_bytes(series.repo.run(
        *FORMAT, f"{series.base.commit}..{series.tip}"))
    (project.build / "series.cover").write_text(cover)
    applied = apply_mbox(project, series, mbox)
    if applied != series.tip:
        raise SeriesError(f"build/series.mbox: git am makes {applied}, "
                          f"not {series.tip}")
    print(f"series: build/series.mbox has {len(series.commits)} mails, "
          "build/series.cover is the cover letter")
    print(f"series: git am on {series.base.name} gives tree {series.tree}")
    return series
