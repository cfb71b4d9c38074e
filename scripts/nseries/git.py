# SPDX-License-Identifier: GPL-2.0
"""Running git."""

import os
import subprocess

from . import SeriesError


class GitError(SeriesError):
    """Git refused; @stderr is what it said."""

    def __init__(self, args, stderr):
        self.stderr = stderr
        lines = stderr.strip().splitlines() or ["no message"]
        super().__init__(f"git {args[0]}: {lines[-1]}")


def clean_env():
    """Return the environment without what would point git elsewhere."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    env["LC_ALL"] = "C"
    return env


class Repo:
    """A repository: its git directory, a work tree, an index of its own.

    @isolated: leave the user's configuration out, so that formats and object
    ids are the same for everybody
    """

    def __init__(self, gitdir, worktree=None, index=None, isolated=True):
        self.gitdir = gitdir
        self.env = clean_env()
        self.env["GIT_DIR"] = str(gitdir)
        if worktree:
            self.env["GIT_WORK_TREE"] = str(worktree)
        if index:
            self.env["GIT_INDEX_FILE"] = str(index)
        if isolated:
            self.env["GIT_CONFIG_NOSYSTEM"] = "1"
            self.env["GIT_CONFIG_GLOBAL"] = os.devnull
        self.cwd = worktree or gitdir

    def run(self, *args, stdin=b"", env=None):
        """Run git; return its output as bytes or raise GitError."""
        proc = subprocess.run(["git", *args], input=stdin, cwd=self.cwd,
                              env={**self.env, **(env or {})},
                              capture_output=True, check=False)
        if proc.returncode:
            raise GitError(args, proc.stderr.decode(errors="replace"))
        return proc.stdout

    def text(self, *args, **kwargs):
        """Run git; return its output as text without the last newline."""
        return self.run(*args, **kwargs).decode().rstrip("\n")

    def paths(self, *args, **kwargs):
        """Run git with -z among @args; return the fields of its output."""
        out = self.run(*args, **kwargs).decode(errors="surrogateescape")
        return out.split("\0")[:-1]

    def resolve(self, name):
        """Return the object id of @name, or None when there is none."""
        try:
            return self.text("rev-parse", "--verify", "--quiet", name)
        except GitError:
            return None


def init_bare(path, objects):
    """Make a bare repository that borrows from the directory @objects."""
    subprocess.run(["git", "init", "-q", "--bare", str(path)], check=True,
                   env=clean_env())
    with open(path / "objects/info/alternates", "w", encoding="utf-8") as out:
        out.write(f"{objects}\n")
    return Repo(path)
