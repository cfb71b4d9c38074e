# SPDX-License-Identifier: GPL-2.0
"""Bringing the commits of build/tree back into the checkout.

Both sides may have moved since make tree. Each overlay file, and the patch
files as a whole, are taken from the side that changed; when both did, nothing
is written.
"""

import os

from . import SeriesError
from .chain import read_chain
from .lay import base_paths
from .tree import LAID, WorkTree, make_tree


def merge_overlay(laid, here, tree):
    """Return the overlay files to write: path -> (mode, id) or None."""
    writes = {}
    for path in sorted({*laid, *here, *tree}):
        old, ours, theirs = (side.get(path) for side in (laid, here, tree))
        if theirs in (old, ours):
            continue
        if ours != old:
            raise SeriesError(f"{path}: changed here and in build/tree: "
                              "make the two agree first")
        writes[path] = theirs
    return writes


def write_overlay(project, repo, writes):
    """Write, or remove, overlay files."""
    for path, entry in writes.items():
        target = project.root / path
        if entry is None:
            target.unlink()
            continue
        mode, oid = entry
        target.parent.mkdir(parents=True, exist_ok=True)
        write_file(target, repo.run("cat-file", "blob", oid))
        os.chmod(target, 0o755 if mode == "100755" else 0o644)


def write_file(target, data):
    """Replace @target in one step."""
    tmp = target.with_name(f".{target.name}.new")
    tmp.write_bytes(data)
    tmp.rename(target)


def write_patches(project, files):
    """Write the patch files and their order; remove those that are gone."""
    for old in project.series.glob("*.patch"):
        if old.name not in files:
            old.unlink()
    for name, data in files.items():
        target = project.series / name
        if not target.exists() or target.read_bytes() != data:
            write_file(target, data)
    write_file(project.series / "order",
               "".join(f"{name}\n" for name in files).encode())


def numbered(names):
    """True when the numbers of @names are their order."""
    return all(name.startswith(f"{i:04d}-") for i, name in enumerate(names, 1))


def plan_patches(project, record, laid, now):
    """Return the patch files to write, or None when they stay."""
    moved_here = project.series_digest() != record["series"]
    if now.files() == laid.files() and (moved_here
                                        or numbered(project.order())):
        return None
    if moved_here:
        raise SeriesError("scripts/series: changed here and in build/tree: "
                          "make the two agree first")
    return now.files()


def refresh(project, rewrite=False):
    """Bring build/tree back, then lay the result into it.

    @rewrite: write every patch file anew even if its commit did not change
    """
    tree = WorkTree(project)
    if not tree.exists():
        raise SeriesError("build/tree: not there; run make tree first")
    record = tree.laid()
    tree.check_settled()
    in_base = base_paths(project, tree.repo, record["base"])
    laid = read_chain(tree.repo, record["base"], LAID, in_base,
                      project.replaced())
    now = read_chain(tree.repo, record["base"], "HEAD", in_base,
                     project.replaced())
    writes = merge_overlay(laid.overlay, project.overlay(), now.overlay)
    files = plan_patches(project, record, laid, now)
    if rewrite and not files:
        files = now.files()
    write_overlay(project, tree.repo, writes)
    if files:
        write_patches(project, files)
    tree.repo.run("update-ref", LAID, "HEAD")
    print(f"refresh: {len(writes)} overlay files, "
          f"{'the' if files else 'no'} patch files written")
    return make_tree(project)
