# SPDX-License-Identifier: GPL-2.0
"""What was found before, kept outside the checkout.

Only good results are remembered, under a digest of all that they depend on:
the sources, the configuration, the tools, and the gates themselves.
"""

import hashlib
import json
import subprocess
import time
from pathlib import Path

from nseries.project import cache

TOOLS = ("gcc", "aarch64-linux-gnu-gcc", "g++", "ld", "aarch64-linux-gnu-ld",
         "sparse", "spatch", "perl", "make")
BUILD = ("kbuild.py", "build.py", "elf.py", "warnings.py", "configs/*")
SOURCES = {"base": BUILD, "build": BUILD,
           "headers": ("headers.py", "members.py", "kbuild.py")}


def version(tool):
    """Return the first line of `tool --version`, empty when it is not there."""
    try:
        proc = subprocess.run([tool, "--version"], capture_output=True,
                              text=True, check=False)
    except FileNotFoundError:
        return ""
    lines = [line for line in (proc.stdout + proc.stderr).split("\n") if line]
    return lines[0] if lines else ""


def gates_digest(gate):
    """Return a digest of the files that the results of @gate hang on."""
    digest = hashlib.sha256()
    top = Path(__file__).parent
    names = SOURCES.get(gate, ("style.py", "roundtrip.py"))
    for path in sorted(p for name in names for p in top.glob(name)):
        digest.update(f"{path.relative_to(top)}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


class Memory:
    """@used: False leaves the results of earlier runs out of account."""

    def __init__(self, used=True):
        self.used = used
        self.dir = cache() / "gates"
        self.dir.mkdir(parents=True, exist_ok=True)
        # Of the code that runs, whatever becomes of its files meanwhile.
        self.digests = {gate: gates_digest(gate) for gate in (*SOURCES, "")}
        self.tools = [version(tool) for tool in TOOLS]
        self.hits = 0
        self.prune()

    def prune(self):
        """Remove what was not asked for in a month."""
        oldest = time.time() - 30 * 24 * 3600
        for path in self.dir.iterdir():
            if path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)

    def path(self, key):
        """Return the file of @key, a list that starts with a gate's name."""
        digest = self.digests.get(key[0], self.digests[""])
        text = json.dumps([digest, self.tools, key], sort_keys=True)
        return self.dir / hashlib.sha256(text.encode()).hexdigest()[:32]

    def recall(self, key):
        """Return the value remembered for @key, or None."""
        path = self.path(key)
        if not self.used or not path.exists():
            return None
        self.hits += 1
        path.touch()
        return json.loads(path.read_text())

    def keep(self, key, value=True):
        """Remember @value for @key."""
        path = self.path(key)
        tmp = path.with_suffix(".new")
        tmp.write_text(json.dumps(value))
        tmp.rename(path)
