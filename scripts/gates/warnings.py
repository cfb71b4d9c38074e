# SPDX-License-Identifier: GPL-2.0
"""Warnings of compilers and checkers, compared without their line numbers."""

import re
from collections import Counter

PLACED = re.compile(r"^(?P<file>[^\s:]+):(?P<line>\d+)(:\d+)?: "
                    r"(?P<text>(warning|error|fatal error): .*)$")
LOOSE = re.compile(r"^(WARNING|ERROR|warning|error|[\w-]*ld): .*(warning|error|"
                   r"modpost|undefined|Section mismatch).*$", re.I)


def collect(log, top):
    """Return the warnings of a build log: "file: text" -> how often.

    @top: the sources' directory, cut off the file names. A warning that
    several objects get from one header line counts once.
    """
    seen = set()
    for line in log.split("\n"):
        found = PLACED.match(line)
        if found:
            seen.add((inside(found["file"], top), found["line"],
                      found["text"]))
        elif LOOSE.match(line):
            seen.add(("link", "", line.strip()))
    return dict(Counter(f"{file}: {text}" for file, _, text in seen))


def inside(path, top):
    """Return @path below @top."""
    for prefix in (f"{top}/", f"../{top.name}/", "./"):
        path = path.removeprefix(prefix)
    return path


def beyond(base, now):
    """Return the warnings of @now that @base has not, or not as often."""
    return sorted(text for text, count in now.items()
                  if count > base.get(text, 0))
