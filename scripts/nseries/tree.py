# SPDX-License-Identifier: GPL-2.0
"""build/tree: a work tree of the kernel with the series as its commits."""

import json
import shutil
import subprocess

from . import SeriesError
from .git import GitError, Repo, clean_env
from .lay import lay
from .project import OVERLAY

LAID = "refs/series/laid"


class WorkTree:
    """The work tree, and what was last laid into it."""

    def __init__(self, project):
        self.project = project
        self.path = project.build / "tree"
        self.repo = Repo(self.path / ".git", self.path)
        self.record = self.path / ".git/series-laid"

    def exists(self):
        """True when there is one."""
        return (self.path / ".git").exists()

    def head(self):
        """Id of the checked out commit."""
        return self.repo.resolve("HEAD")

    def laid(self):
        """Return what the last make_tree() recorded."""
        try:
            return json.loads(self.record.read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            raise SeriesError("build/tree: not made by make tree; "
                              "move it away") from None

    def check_settled(self):
        """Refuse when the work tree has changes that no commit holds."""
        for state in ("rebase-merge", "rebase-apply", "MERGE_HEAD"):
            if (self.path / ".git" / state).exists():
                raise SeriesError("build/tree: a rebase, am or merge is under "
                                  "way: finish or abort it")
        repo = Repo(self.path / ".git", self.path, isolated=False)
        dirty = [line[3:] for line in repo.paths("status", "--porcelain", "-z")]
        if dirty:
            raise SeriesError("build/tree has uncommitted changes: "
                              + ", ".join(dirty[:5]))
        forgotten = self.forgotten()
        if forgotten:
            raise SeriesError("build/tree has files that no commit holds; "
                              "git add -f or remove them: "
                              + ", ".join(forgotten[:5]))

    def forgotten(self):
        """Return untracked files in the places of the overlay.

        Debian's .gitignore ends in a pattern that ignores every file, so that
        git status does not see a new one. What is left of the patterns sorts
        out what a build made.
        """
        ignore = self.path / ".gitignore"
        patterns = ignore.read_text().split("\n") if ignore.exists() else []
        own = self.path / ".git/info/series-exclude"
        own.write_text("\n".join(p for p in patterns
                                 if p not in (".*", "*.patch", "/*")))
        return self.repo.paths("ls-files", "-z", "--others",
                               f"--exclude-from={own}", "--", *OVERLAY)

    def check_refreshed(self):
        """Refuse when the work tree has work that would be lost."""
        self.check_settled()
        if self.head() != self.repo.resolve(LAID):
            raise SeriesError("build/tree has commits that scripts/series has "
                              "not: run make refresh, or drop them with "
                              "git -C build/tree reset --hard series/laid")

    def create(self, base):
        """Clone the base. The name is taken when the clone is whole."""
        tmp = self.path.with_name("tree.new")
        shutil.rmtree(tmp, ignore_errors=True)
        subprocess.run(["git", "clone", "-q", "--local", "--no-checkout",
                        str(base.gitdir), str(tmp)],
                       check=True, env=clean_env())
        repo = Repo(tmp / ".git", tmp)
        repo.run("remote", "remove", "origin")
        for key in ("user.name", "user.email"):
            try:
                repo.run("config", key, self.project.repo.text("config", key))
            except GitError:
                pass
        repo.run("update-ref", LAID, base.commit)
        repo.run("checkout", "-q", "-f", "--no-track", "-B", "series",
                 base.commit)
        tmp.rename(self.path)

    def show(self, series):
        """Check the series out and record what was laid."""
        self.repo.run("fetch", "-q", "--no-tags", str(series.repo.gitdir),
                      "+refs/heads/series:refs/series/next",
                      "+refs/heads/base:refs/series/base")
        self.repo.run("checkout", "-q", "--no-track", "-B", "series",
                      "refs/series/next")
        self.repo.run("update-ref", LAID, series.tip)
        self.record.write_text(json.dumps({
            "base": series.base.commit,
            "series": self.project.series_digest()}))


def make_tree(project):
    """Lay the series into build/tree; return the Series."""
    tree = WorkTree(project)
    if tree.exists():
        tree.check_refreshed()
    series = lay(project)
    if not tree.exists():
        print("tree: checking out the base", flush=True)
        tree.create(series.base)
    tree.show(series)
    print(f"tree: build/tree has {len(series.commits)} commits on "
          f"{series.base.name}, tree {series.tree}")
    return series


def check_disposable(project):
    """Refuse when removing build/ would lose work."""
    tree = WorkTree(project)
    if tree.exists():
        tree.check_refreshed()
