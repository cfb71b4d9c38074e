# SPDX-License-Identifier: GPL-2.0
"""Source trees, configurations and builds of the gates.

All builds are in build/gates: src holds the sources of the commit at hand,
ARCH-on and ARCH-off the objects with the series' options on and off. Sources
are only touched where commits differ, so that a build compiles what changed.
"""

import fcntl
import os
import re
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from nseries.checkout import put
from nseries.project import cache

from .elf import Elf

CROSS = {"arm64": "aarch64-linux-gnu-", "x86_64": ""}
IMAGE = {"arm64": "Image", "x86_64": "bzImage"}
DIRS = ("drivers/iommu/", "drivers/vfio/")
OPTION = re.compile(r"^\+[ \t]*(?:menu)?config (\w+)$", re.M)
# What no build reads.
UNBUILT = ("Documentation/", "tools/testing/", "MAINTAINERS")
COMPILING = re.compile(rb"^ +(CC|AS|LD|AR)( \[M\])? ")
PERIOD = 15  # seconds between lines of progress


class BuildError(Exception):
    """A build failed; the text is the end of its log."""


@dataclass
class Build:
    """One object tree: an architecture, with the options on or off."""

    trees: "Trees"
    arch: str
    options: bool
    purpose: str = ""

    @property
    def name(self):
        """Name of the tree, and of the tests that use it."""
        return f"{self.arch} {self.purpose or ('on' if self.options else 'off')}"

    @property
    def dir(self):
        """Directory of the objects."""
        return self.trees.top / self.name.replace(" ", "-")

    def fragments(self):
        """Return the configuration's fragments."""
        here = Path(__file__).parent / "configs"
        return [here / "common.config", here / f"{self.arch}.config"]

    def write_config(self, options):
        """Write the configuration that kconfig starts from."""
        text = "".join(path.read_text() for path in self.fragments())
        text += "".join(f"CONFIG_{o}=y\n" for o in options if self.options)
        self.dir.mkdir(parents=True, exist_ok=True)
        (self.dir / "fragment").write_text(text)

    def config(self):
        """Return the options of .config: name -> value."""
        lines = (self.dir / ".config").read_text().split("\n")
        return dict(line.split("=", 1) for line in lines
                    if line.startswith("CONFIG_"))

    def lost(self):
        """Return what the fragments ask for and .config has not."""
        config = self.config()
        asked = [line.split("=", 1) for path in self.fragments()
                 for line in path.read_text().split("\n")
                 if line.startswith("CONFIG_")]
        return [f"{name}={value}" for name, value in asked
                if config.get(name) != value]

    def make(self, *targets, log="make", jobs=None):
        """Run make with W=1; return its log or raise BuildError.

        W=1 would also run kernel-doc for each object: that is a gate by
        itself.
        """
        compiler = f"{CROSS[self.arch]}gcc"
        command = ["make", "-C", str(self.trees.src), f"O={self.dir}",
                   f"-j{jobs or os.cpu_count()}", "W=1", "cmd_checkdoc=:",
                   f"ARCH={self.arch}", f"CROSS_COMPILE={CROSS[self.arch]}",
                   f"CC=ccache {compiler}", *targets]
        return run_logged(command, self.trees.log(f"{self.name} {log}"),
                          self.trees.tap, self.trees.progress(self.name, log),
                          self.trees.env)

    def configure(self, options):
        """Make .config from the fragments and @options."""
        self.write_config(options)
        self.make(f"KCONFIG_ALLCONFIG={self.dir / 'fragment'}", "allnoconfig",
                  log="config")
        lost = self.lost()
        if lost:
            raise BuildError(f"{self.name}: not in .config: {' '.join(lost)}")

    def targets(self, full):
        """Return make's targets: everything that is linked, or DIRS."""
        return (IMAGE[self.arch], "modules") if full else DIRS

    def start_from_other(self):
        """Begin as a copy of the tree with the options off: kbuild then
        compiles again what depends on one of them, and nothing else."""
        other = Build(self.trees, self.arch, False)
        if self.options and other.dir.exists() and not self.dir.exists():
            tmp = self.dir.with_suffix(".new")
            shutil.rmtree(tmp, ignore_errors=True)
            subprocess.run(["cp", "-a", "--reflink=auto", str(other.dir),
                            str(tmp)], check=True)
            tmp.rename(self.dir)

    def forget_warnings(self):
        """Remove the objects of DIRS when their warnings were lost.

        A warning is printed when an object is compiled. The stamp is missing
        when an earlier run failed or was interrupted after it had compiled.
        """
        if not (self.dir / "complete").exists():
            for top in DIRS:
                for path in (self.dir / top).rglob("*.o"):
                    path.unlink()

    def compile(self, options, full, log):
        """Configure and build; return the log."""
        self.start_from_other()
        self.forget_warnings()
        (self.dir / "complete").unlink(missing_ok=True)
        self.configure(options)
        return self.make(*self.targets(full), log=log)

    def completed(self):
        """Say that the warnings of all objects were looked at."""
        (self.dir / "complete").touch()

    def objects(self):
        """Return what the kernel's objects contain: path -> digests."""
        out = {}
        for path in sorted(self.dir.rglob("*.o")):
            name = str(path.relative_to(self.dir))
            if name.startswith((".", "scripts/", "tools/", "usr/")):
                continue
            if name.endswith(".mod.o") or name == "vmlinux.o":
                continue
            try:
                out[name] = Elf(path.read_bytes()).digests()
            except ValueError:
                continue  # boot code of another class
        return out


def run_logged(command, log, tap, what, env):
    """Run @command with its output in @log; report progress to @tap."""
    start = last = time.monotonic()
    count = 0
    with open(log, "wb") as out, subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL, env=env) as proc:
        for line in proc.stdout:
            out.write(line)
            count += bool(COMPILING.match(line))
            if time.monotonic() - last > PERIOD:
                last = time.monotonic()
                tap.note(f"{what}, {count} objects in {last - start:.0f} s")
    text = log.read_text(errors="replace")
    if proc.returncode:
        raise BuildError(essence(text))
    return text


def essence(text):
    """Return the lines of a failed build that say why."""
    lines = text.rstrip().split("\n")
    bad = [line for line in lines
           if re.search(r"error|undefined|warning: |\*\*\*", line, re.I)]
    return "\n".join(bad[:15] or lines[-15:])


class Trees:
    """What the builds share: the sources, the series, and the environment."""

    def __init__(self, project, series, tap):
        self.project, self.series, self.tap = project, series, tap
        self.top = project.build / "gates"
        self.src = self.top / "src"
        self.top.mkdir(parents=True, exist_ok=True)
        (self.top / "log").mkdir(exist_ok=True)
        self.held = None
        self.at = None
        self.step = self.steps = 0
        self.env = {k: v for k, v in os.environ.items()
                    if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "W", "C")}
        self.env.update(
            LC_ALL="C", CCACHE_DIR=str(cache() / "ccache"),
            CCACHE_BASEDIR=str(project.root), CCACHE_NOHASHDIR="1",
            KBUILD_BUILD_TIMESTAMP="1970-01-01", KBUILD_BUILD_USER="gates",
            KBUILD_BUILD_HOST="gates", KBUILD_BUILD_VERSION="1")

    def lock(self):
        """Have build/gates for this process alone, until it ends."""
        self.held = open(self.top / "lock", "w", encoding="utf-8")
        try:
            fcntl.flock(self.held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.tap.note("waiting for other gates that run in this checkout")
            fcntl.flock(self.held, fcntl.LOCK_EX)

    def progress(self, name, what):
        """Return which step of how many runs now."""
        where = f"step {self.step} of {self.steps}, " if self.steps else ""
        return f"{where}{name}: {what}"

    def log(self, name):
        """Return the path of a log."""
        return self.top / "log" / f"{name.replace(' ', '-')}.log"

    def show(self, commit):
        """Make the sources those of @commit."""
        if self.at != commit:
            put(self.series.repo, self.src, commit)
            self.at = commit

    def changed(self, commit):
        """Return what @commit and those before it changed: path -> blob id."""
        repo = self.series.repo
        fields = repo.paths("diff-tree", "-r", "-z", "--no-renames", "--raw",
                            self.series.base.commit, commit)
        return {path: meta.split(" ")[3]
                for meta, path in zip(fields[::2], fields[1::2])}

    def base_tree(self):
        """Return the id of the base's tree."""
        return self.series.repo.resolve(f"{self.series.base.commit}^{{tree}}")

    def build_key(self, commit):
        """Return what a build of @commit depends on, as a JSON value."""
        return [self.base_tree(),
                {path: blob for path, blob in self.changed(commit).items()
                 if not path.startswith(UNBUILT)}]

    def options(self, commit):
        """Return the options that the series has added by @commit."""
        diff = self.series.repo.run("diff", self.series.base.commit, commit,
                                    "--", "*Kconfig*").decode(errors="replace")
        return sorted(set(OPTION.findall(diff)))
