# SPDX-License-Identifier: GPL-2.0
"""Gates of the series as such: its files come back from its commits, and its
mails apply to a fresh unpack of the package."""

import contextlib
import hashlib
import io
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from nseries import SeriesError
from nseries.chain import read_chain
from nseries.git import GitError, Repo, clean_env
from nseries.lay import commit_env
from nseries.mbox import make_mbox

# Of a hunk: line numbers, and the heading, which depends on git's attributes
PLACE = re.compile(rb"^@@ -[0-9,]+ \+[0-9,]+ @@.*", re.M)


def gate_roundtrip(trees, memory, tap):
    """The commits give the patch files and the overlay that they came from."""
    project, series = trees.project, trees.series
    chain = read_chain(series.repo, series.base.commit, series.tip,
                       series.base_paths, project.replaced())
    tap.result(chain.overlay == project.overlay(),
               "round trip: the overlay comes back")
    for patch, (old, _) in zip(chain.patches, series.commits):
        # Line numbers are those of the base that the file was written for.
        same = (patch.message == old.message
                and sorted(patch.claims) == sorted(old.claims)
                and PLACE.sub(b"@@", patch.diff) == PLACE.sub(b"@@", old.diff))
        tap.result(same and patch.name == old.name,
                   f"round trip: {old.name} comes back",
                   f"it would come back as {patch.name}, or with other "
                   "hunks: make tree, then make refresh")


def gate_am(trees, memory, tap):
    """git am on a fresh unpack of the package gives the series' tree."""
    name = "git am on a fresh unpack gives the same tree"
    series = trees.series
    deb = series.base.gitdir.with_suffix(".deb")
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            make_mbox(trees.project)
    except SeriesError as error:
        tap.result(False, "the mails can be made", error)
        return
    tap.result(True, "the mails can be made")
    if not deb.exists():
        tap.skip(name, "the base is no package: NESTING_BASE is set")
        return
    mails = (trees.project.build / "series.mbox").read_bytes()
    key = ["am", trees.base_tree(), series.tip,
           hashlib.sha256(mails).hexdigest()]
    if memory.recall(key):
        tap.result(True, name)
        return
    tap.note("unpacking the package")
    with tempfile.TemporaryDirectory(dir=trees.top) as tmp:
        tree, output = apply_fresh(trees, deb, Path(tmp))
    if tree == series.tree:
        memory.keep(key)
    tap.result(tree == series.tree, name,
               output or f"it gives {tree}, not {series.tree}")


def apply_fresh(trees, deb, tmp):
    """Unpack @deb in @tmp and run git am there; return (tree id, error)."""
    package = (trees.project.series / "BASE").read_text().strip()
    pipe = (f"dpkg-deb --fsys-tarfile '{deb}' |"
            f" tar -xO ./usr/src/{package}.tar.xz | xz -dc -T0 |"
            f" tar -x -C '{tmp}'")
    subprocess.run(["sh", "-c", pipe], check=True)
    source = next(tmp.iterdir())
    subprocess.run(["git", "init", "-q", str(source)], check=True,
                   env=clean_env())
    repo = Repo(source / ".git", source)
    try:
        repo.run("config", "core.compression", "0")
        repo.run("config", "gc.auto", "0")
        repo.run("add", "-f", "-A")
        env = commit_env(trees.project.identity())
        repo.run("commit", "-q", "-m", "unpacked", env=env)
        repo.run("am", "-q", "--no-3way",
                 str(trees.project.build / "series.mbox"), env=env)
        return repo.resolve("HEAD^{tree}"), ""
    except GitError as error:
        return None, error.stderr
    finally:
        shutil.rmtree(source, ignore_errors=True)
