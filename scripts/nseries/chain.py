# SPDX-License-Identifier: GPL-2.0
"""Reading commits back: a chain on the base becomes patch files and overlay."""

from dataclasses import dataclass

from . import SeriesError, patchfile
from .git import GitError
from .patchfile import CLAIM, Patch
from .project import OVERLAY

DIFF = ("diff-tree", "-p", "-U3", "--no-renames", "--no-ext-diff",
        "--no-textconv", "--diff-algorithm=myers", "--indent-heuristic",
        "--src-prefix=a/", "--dst-prefix=b/")


@dataclass
class Chain:
    """@patches as files would hold them; @overlay: path -> (mode, blob id)."""

    patches: list
    overlay: dict

    def files(self):
        """Return the patch files: name -> bytes, in order."""
        return {patch.name: patchfile.unparse(patch) for patch in self.patches}


def read_chain(repo, base, tip, in_base, replaced=frozenset()):
    """Return the Chain of the commits from @base to @tip.

    @in_base: paths whose changes are hunks
    @replaced: paths that the base has and the overlay replaces
    """
    try:
        repo.run("merge-base", "--is-ancestor", base, tip)
    except GitError:
        raise SeriesError("the commits do not stand on the base") from None
    if repo.text("rev-list", "--merges", f"{base}..{tip}"):
        raise SeriesError("the commits contain a merge: make them a line")
    patches, owner, overlay = [], {}, {}
    for commit in repo.text("rev-list", "--reverse", f"{base}..{tip}").split():
        patch = read_commit(repo, commit, len(patches) + 1)
        changes = raw_changes(repo, commit)
        hunks = [path for path in changes if path in in_base]
        for path, entry in changes.items():
            if path not in in_base:
                take_overlay(patch, path, entry, owner, overlay,
                             "M" if path in replaced else "A")
        patch.diff = read_hunks(repo, commit, hunks, patch)
        if not patch.diff and not patch.claims:
            raise SeriesError(f"{patch}: changes nothing")
        patches.append(patch)
    return Chain(patches, overlay)


def read_commit(repo, commit, number):
    """Return the Patch of @commit with only its message."""
    message = repo.text("log", "-1", "--format=%B", "--encoding=UTF-8", commit)
    subject, _, rest = message.strip("\n").partition("\n")
    patch = Patch(f"{number:04d}-{patchfile.slug(subject)}.patch", subject,
                  patchfile.tidy_body(rest.split("\n")))
    where = f'commit {commit[:12]} ("{subject}")'
    if not subject:
        raise SeriesError(f"{where}: no message")
    if rest and not rest.startswith("\n"):
        raise SeriesError(f"{where}: the subject is longer than a line")
    if any(line.startswith(CLAIM) for line in rest.split("\n")):
        raise SeriesError(f"{where}: message has a line '{CLAIM.strip()}', "
                          "which the series keeps for itself")
    patchfile.check_message(patch)
    return patch


def raw_changes(repo, commit):
    """Return what @commit changes: path -> (status, mode, blob id)."""
    fields = repo.paths("diff-tree", "-r", "-z", "--no-renames",
                        "--no-commit-id", "--raw", commit)
    changes = {}
    for meta, path in zip(fields[::2], fields[1::2]):
        _, mode, _, oid, status = meta.split(" ")
        changes[path] = (status, mode, oid)
    return changes


def take_overlay(patch, path, entry, owner, overlay, expected):
    """Account for one changed file of the overlay, added or replaced."""
    status, mode, oid = entry
    if path in owner:
        raise SeriesError(f'{path}: changed by "{owner[path].subject}" and by '
                          f'"{patch.subject}": one commit must have all of it')
    if not path.startswith(tuple(f"{top}/" for top in OVERLAY)):
        raise SeriesError(f'{path}: added by "{patch.subject}", but the overlay'
                          f' is only {", ".join(OVERLAY)}')
    if status != expected or mode not in ("100644", "100755"):
        raise SeriesError(f'{path}: in "{patch.subject}" no regular new file, '
                          'nor one that scripts/series/replaced names')
    owner[path] = patch
    patch.claims.append(path)
    overlay[path] = (mode, oid)


def read_hunks(repo, commit, paths, patch):
    """Return the hunks of @commit to @paths, all of the base."""
    if not paths:
        return b""
    diff = repo.run("--literal-pathspecs", *DIFF, "--no-commit-id", commit,
                    "--", *paths)
    if b"\nBinary files " in diff or b"\r" in diff:
        raise SeriesError(f'"{patch.subject}": binary or CRLF changes to '
                          + ", ".join(paths))
    return patchfile.strip_index_lines(diff)
