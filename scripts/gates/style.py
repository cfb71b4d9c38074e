# SPDX-License-Identifier: GPL-2.0
"""Gates that read: checkpatch, kernel-doc, shellcheck, the hunks' budget, and
words that have no place in the tree."""

import os
import re
import shutil
import socket
import subprocess
from pathlib import Path

PER_FILE, IN_ALL = 40, 250  # changed lines of existing kernel files
# MISSING_SIGN_OFF: whoever integrates the series signs it.
# FILE_PATH_CHANGES: asks for MAINTAINERS, which is the integrator's file.
# UNKNOWN_COMMIT_ID: the base has no history to find a fixed commit in.
IGNORED = ("MISSING_SIGN_OFF", "FILE_PATH_CHANGES", "UNKNOWN_COMMIT_ID")
# In programs: the kernel's own macros and errnos, which user space does not have
# or has for itself, and macros that are rows of a table or of the test harness.
IGNORED_IN_TOOLS = ("BIT_MACRO", "PREFER_DEFINED_ATTRIBUTE_MACRO",
                    "MACRO_ARG_REUSE", "MACRO_ARG_PRECEDENCE",
                    "MULTISTATEMENT_MACRO_USE_DO_WHILE", "TRAILING_SEMICOLON",
                    "MACRO_WITH_FLOW_CONTROL", "COMPLEX_MACRO", "ENOSYS",
                    "SPACING", "BRACES")
# Source of QEMU, in QEMU's style
QEMU = [f":(exclude)tools/testing/selftests/iommu/qemu/{part}"
        for part in ("model", "patches")]
HOME = re.compile(r"(?:^|[\s\"'=(:])/(?:home|Users|root|work)/[\w.-]")


def command(args, **kwargs):
    """Run a checker; return (passed, all its output)."""
    proc = subprocess.run(args, stdout=subprocess.PIPE, check=False,
                          stderr=subprocess.STDOUT, **kwargs)
    return proc.returncode == 0, proc.stdout.decode(errors="replace")


def ignored_types(patch):
    """Return what checkpatch is not asked about a commit."""
    if patch.claims and all(p.startswith("tools/") for p in patch.claims):
        return IGNORED + IGNORED_IN_TOOLS
    return IGNORED


def gate_checkpatch(trees, memory, tap):
    """Each commit passes checkpatch --strict."""
    for number, (patch, commit) in enumerate(trees.series.commits, 1):
        name = f"checkpatch --strict: {number:04d} {patch.subject}"
        key = ["checkpatch", trees.base_tree(), patch.message,
               trees.series.repo.resolve(f"{commit}^{{tree}}"),
               trees.series.repo.resolve(f"{commit}^^{{tree}}"),
               ignored_types(patch)]
        passed, output = True, ""
        if not memory.recall(key):
            trees.show(trees.series.tip)
            mail = trees.series.repo.run("format-patch", "--stdout", "-1",
                                         "--no-signature", commit, "--", ".",
                                         *QEMU)
            passed, output = command(
                ["perl", "scripts/checkpatch.pl", "--strict", "--quiet",
                 "--show-types", "--no-summary",
                 f"--ignore={','.join(ignored_types(patch))}", "-"],
                cwd=trees.src, input=mail)
            passed = passed and not output.strip()
        if passed:
            memory.keep(key)
        tap.result(passed, name, output)


def gate_kerneldoc(trees, memory, tap):
    """The comments of the overlay's C files are well-formed kernel-doc."""
    files = sorted(path for patch, _ in trees.series.commits
                   for path in patch.claims
                   if path.startswith(("include/", "drivers/"))
                   and path.endswith((".c", ".h")))
    changed = trees.changed(trees.series.tip)
    for path in files:
        key = ["kernel-doc", trees.base_tree(), path, changed[path]]
        passed, output = True, ""
        if not memory.recall(key):
            trees.show(trees.series.tip)
            passed, output = command(["perl", "scripts/kernel-doc", "-none",
                                      "-Werror", path], cwd=trees.src)
            passed = passed and "warning:" not in output
        if passed:
            memory.keep(key)
        tap.result(passed, f"kernel-doc: {path}", output)


def shell_scripts(project):
    """Return the shell scripts of the checkout."""
    out = []
    for path in tracked(project):
        with open(project.root / path, "rb") as source:
            head = source.read(200)
        if head.startswith(b"#!/bin/sh") or b"# shellcheck shell=sh" in head:
            out.append(path)
    return out


def tracked(project):
    """Return the checkout's files, ignored ones apart."""
    paths = project.repo.paths("ls-files", "-z", "--cached", "--others",
                               "--exclude-standard")
    return sorted({p for p in paths if (project.root / p).is_file()})


def gate_shellcheck(trees, memory, tap):
    """Shell scripts pass shellcheck."""
    scripts = shell_scripts(trees.project)
    if not shutil.which("shellcheck"):
        for path in scripts:
            tap.skip(f"shellcheck: {path}", "shellcheck is not installed")
        return
    for path in scripts:
        passed, output = command(["shellcheck", "-x", "-f", "gcc",
                                  "-P", str(Path(path).parent), path],
                                 cwd=trees.project.root)
        tap.result(passed, f"shellcheck: {path}", output)


def reasons(project):
    """Return the reasons for large hunks: path, or "total" -> reason."""
    path = project.series / "budget-reasons"
    if not path.exists():
        return {}
    rows = (line.split(":", 1) for line in path.read_text().split("\n")
            if ":" in line and not line.startswith("#"))
    return {name.strip(): why.strip() for name, why in rows if why.strip()}


def gate_budget(trees, memory, tap):
    """The hunks to files of the base stay small."""
    why = reasons(trees.project)
    repo = trees.series.repo
    rows = repo.text("diff", "--numstat", "--no-renames", "--diff-filter=MD",
                     trees.series.base.commit, trees.series.tip)
    total = 0
    for row in rows.split("\n") if rows else []:
        added, removed, path = row.split("\t")
        if path in trees.project.replaced():
            tap.note(f"budget: {path} is replaced as a whole, no hunk")
            continue
        lines = int(added) + int(removed)
        total += lines
        if lines > PER_FILE and path in why:
            tap.note(f"budget: {path}: {lines} lines: {why[path]}")
        tap.result(lines <= PER_FILE or path in why,
                   f"budget: {path}: {lines} lines",
                   f"over {PER_FILE}: make it less, or give a reason in "
                   "scripts/series/budget-reasons")
    if total > IN_ALL and "total" in why:
        tap.note(f"budget: {total} lines in all: {why['total']}")
    tap.result(total <= IN_ALL or "total" in why,
               f"budget: {total} lines in all",
               f"over {IN_ALL}: make it less, or give a reason")


def own_names(project):
    """Return words that are this machine's: its directories and names."""
    words = {}
    if len(project.root.parts) > 2:
        words[str(project.root)] = "the path of this checkout"
    home = os.path.expanduser("~")
    if home not in ("/", "/root", "/nonexistent"):
        words[f"{home}/"] = "a home directory"
    host = socket.gethostname()
    if "." in host or re.search(r"-.*\d|\d.*-", host):
        words[host] = "the name of this machine"
    for host in archive_hosts():
        if "." in host and not host.startswith("127."):
            words[host] = "the host of a package archive"
    return words


def contains(text, word):
    """Is @word in @text, not as a part of a longer name?"""
    return re.search(rf"(?<![\w.-]){re.escape(word)}(?![\w-])", text)


def archive_hosts():
    """Return the hosts that this machine gets its packages from."""
    try:
        passed, output = command(["apt-get", "indextargets",
                                  "--format", "$(REPO_URI)"])
    except FileNotFoundError:
        return set()
    return set(re.findall(r"^https?://([^/:\s]+)", output, re.M) if passed
               else [])


def gate_words(trees, memory, tap):
    """No file names this machine, an archive's host, or a sign-off."""
    sign_off = re.compile(r"^\s*" + "Signed-off" + r"-by:", re.M)
    words = own_names(trees.project)
    bad = []
    for path in tracked(trees.project):
        text = (trees.project.root / path).read_text(errors="replace")
        if sign_off.search(text):
            bad.append(f"{path}: a sign-off")
        bad += [f"{path}: {what}: {word}" for word, what in words.items()
                if contains(text, word)]
        found = HOME.search(text)
        if found:
            bad.append(f"{path}: a path of a machine: {found[0].strip()}")
    tap.result(not bad, "no file names a machine, a mirror or a sign-off",
               "\n".join(bad))
