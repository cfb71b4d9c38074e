# SPDX-License-Identifier: GPL-2.0
"""Gates of meaning, by Coccinelle: user memory is read in one file of the
core, and never twice. Each rule is first tried on code that it must find."""

import re
import shutil
from pathlib import Path

from .style import command

COCCI = Path(__file__).parent / "cocci"
COPYING = "drivers/iommu/uapi/copy.c"
HUNK = re.compile(r"^@@ -(\d+)")
FUNCTION = re.compile(r"^\w.*\b(\w+)\(.*\)$")


def findings(rule, path):
    """Return {line: text} that @rule finds in the file @path.

    In its context mode spatch prints the lines that a rule stars as removed.
    """
    passed, output = command(["spatch", "-D", "context", "--very-quiet",
                              "--sp-file", str(COCCI / rule), str(path)])
    if not passed:
        return {0: output or "spatch failed"}
    found, at = {}, 0
    for line in output.split("\n"):
        hunk = HUNK.match(line)
        if hunk:
            at = int(hunk[1])
        elif at and line.startswith("-"):
            found[at] = line[1:].strip()
            at += 1
        elif at and not line.startswith("+"):
            at += 1
    return found


def functions(path, lines):
    """Return (all functions of a file, those that hold one of @lines)."""
    every, hit, current = [], set(), None
    for number, text in enumerate(path.read_text().split("\n"), 1):
        start = FUNCTION.match(text)
        if start:
            current = start[1]
            every.append(current)
        if number in lines:
            hit.add(current)
    return every, hit


def check_rule(tap, rule, bad, found):
    """Try @rule on the file @bad: it must find every function, or none."""
    path = COCCI / "bad" / bad
    every, hit = functions(path, findings(rule, path))
    wrong = [name for name in every if (name in hit) != found]
    tap.result(bool(every) and not wrong,
               f"coccinelle: {rule} {'finds all of' if found else 'passes'} "
               f"{bad}", "wrong about: " + ", ".join(wrong))


def check_file(trees, tap, rule, path):
    """@rule must find nothing in an overlay file."""
    found = findings(rule, trees.project.root / path)
    tap.result(not found, f"coccinelle: {rule}: {path}",
               "\n".join(f"{path}:{line}: {text}"
                         for line, text in found.items()))


def gate_coccinelle(trees, memory, tap):
    """Run both rules."""
    if not shutil.which("spatch"):
        tap.skip("coccinelle", "spatch is not installed")
        return
    check_rule(tap, "user-copy.cocci", "copies.c", True)
    check_rule(tap, "double-fetch.cocci", "fetches.c", True)
    check_rule(tap, "double-fetch.cocci", "fine.c", False)
    sources = sorted(path for patch, _ in trees.series.commits
                     for path in patch.claims if path.endswith(".c"))
    for path in sources:
        if path.startswith("drivers/iommu/") and path != COPYING:
            check_file(trees, tap, "user-copy.cocci", path)
        if path.startswith(("drivers/iommu/uapi/", "drivers/vfio/")):
            check_file(trees, tap, "double-fetch.cocci", path)
