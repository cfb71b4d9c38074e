# SPDX-License-Identifier: GPL-2.0
"""Gates that compile: each commit builds on both architectures with the
options on and off and warns no more than the base; what is off leaves no trace
in any object; sparse finds nothing new."""

import shutil

from .elf import differences
from .kbuild import CROSS, DIRS, Build, BuildError
from .warnings import beyond, collect

SPARSE = "CF=-D__CHECK_ENDIAN__"


def last_fix(series):
    """Return the last of the commits that stand alone, or the base.

    Those are the first ones, up to one that brings files of its own. They change
    code whatever the options are.
    """
    tip = series.base.commit
    for patch, commit in series.commits:
        if patch.claims:
            break
        tip = commit
    return tip


class Builds:
    """The build gates of one run."""

    def __init__(self, trees, memory, tap):
        self.trees, self.memory, self.tap = trees, memory, tap
        self.commits = trees.series.commits
        self.base = trees.series.base.commit
        self.fixed = last_fix(trees.series)
        self.tip = trees.series.tip
        self.enabled = {}
        # Of each architecture: the base, then each commit and the link twice.
        self.trees.steps = len(CROSS) * (1 + 2 * (len(self.commits) + 1))

    def run(self):
        """Run all of them, architecture by architecture."""
        for arch in CROSS:
            base = self.base_facts(arch)
            for options in (False, True):
                self.all_commits(Build(self.trees, arch, options), base)
        self.check_options()

    def base_facts(self, arch):
        """Return what the base's build says, or None when it fails.

        warnings: of everything that is linked; sparse: of the files that the
        series changes; objects: their digests, once the fixes are in.
        """
        self.trees.step += 1
        build = Build(self.trees, arch, False)
        files = self.sources(self.base)
        key = ["base", arch, self.trees.base_tree(), files,
               self.trees.changed(self.fixed)]
        facts = self.memory.recall(key)
        if facts:
            return facts
        try:
            # Every object is compiled, so that every warning is seen.
            shutil.rmtree(build.dir, ignore_errors=True)
            self.trees.show(self.base)
            log = build.compile([], True, "base")
            facts = {"warnings": collect(log, self.trees.src),
                     "sparse": self.sparse_of(build, files, "base sparse")}
            if self.fixed != self.base:
                self.trees.show(self.fixed)
                build.compile([], True, "fixes")
            facts["objects"] = build.objects()
        except BuildError as error:
            self.tap.result(False, f"build {build.name}: base", error)
            return None
        build.completed()
        self.memory.keep(key, facts)
        return facts

    def sources(self, commit):
        """Return the C files of @commit that the series adds or changes."""
        repo = self.trees.series.repo
        there = set(repo.paths("ls-tree", "-r", "-z", "--name-only", commit,
                               "--", *DIRS))
        return sorted(path for path in self.trees.changed(self.tip)
                      if path in there and path.endswith(".c"))

    def all_commits(self, build, base):
        """Build each commit: the touched directories, all of the last."""
        if base is None:
            self.tap.result(False, f"build {build.name}",
                            "the base does not build")
            return
        for number, (patch, commit) in enumerate(self.commits, 1):
            name = f"build {build.name}: {number:04d} {patch.subject}"
            self.one(build, commit, False, name, base)
        self.one(build, self.tip, True, f"link {build.name}", base)

    def one(self, build, commit, full, name, base):
        """Build one commit, or remember that it was built."""
        self.trees.step += 1
        key = ["build", build.name, full, self.trees.build_key(commit),
               self.trees.options(commit)]
        config = self.memory.recall(key)
        if config is None:
            config = self.build_one(build, commit, full, name, base)
            if config is None:
                return
            self.memory.keep(key, config)
        else:
            self.report(name, full, build, {name: "" for name in config["checks"]})
        if full and build.options:
            self.enabled[build.arch] = config["enabled"]

    def build_one(self, build, commit, full, name, base):
        """Build one commit; return what to remember when all is well."""
        options = self.trees.options(commit)
        try:
            self.trees.show(commit)
            log = build.compile(options, full, name.partition(": ")[2][:4]
                                or "link")
        except BuildError as error:
            self.tap.result(False, name, error)
            return None
        found = {"": "\n".join(beyond(base["warnings"],
                                      collect(log, self.trees.src)))}
        if not found[""]:
            build.completed()
        if full:
            found["sparse"] = self.new_sparse(build, base)
            if not build.options:
                found["unchanged"] = self.traces(build, base)
        self.report(name, full, build, found)
        if any(found.values()):
            return None
        config = build.config()
        return {"checks": list(found),
                "enabled": [o for o in options if f"CONFIG_{o}" in config]}

    def report(self, name, full, build, found):
        """Print the results: @found is check -> what is wrong."""
        names = {"": name,
                 "sparse": f"sparse {build.name}",
                 "unchanged": f"objects equal the base's {build.name}"}
        for check, detail in found.items():
            self.tap.result(not detail, names[check], detail)

    def sparse_of(self, build, files, log):
        """Return sparse's warnings about @files, those that get compiled."""
        objects = [path[:-2] + ".o" for path in files
                   if (build.dir / (path[:-2] + ".o")).exists()]
        if not objects:
            return {}
        return collect(build.make("C=2", SPARSE, *objects, log=log),
                       self.trees.src)

    def new_sparse(self, build, base):
        """Return what sparse says beyond the base."""
        try:
            now = self.sparse_of(build, self.sources(self.tip), "sparse")
        except BuildError as error:
            return str(error)
        return "\n".join(beyond(base["sparse"], now))

    def traces(self, build, base):
        """Return which objects differ from the base's, and in what."""
        old, new = base["objects"], build.objects()
        extra = new.keys() - old.keys()
        if extra:
            # What an earlier build left behind does not come back.
            for path in extra:
                (build.dir / path).unlink()
            build.make(*build.targets(True), log="again")
            new = build.objects()
        lines = [f"{path}: only in the {'base' if path in old else 'series'}"
                 for path in sorted(old.keys() ^ new.keys())]
        for path in sorted(old.keys() & new.keys()):
            parts = differences(old[path], new[path])
            if parts:
                lines.append(f"{path}: {', '.join(parts)}")
        return "\n".join(lines)

    def check_options(self):
        """Each option of the series must be on in one of the builds."""
        if set(self.enabled) != set(CROSS):
            self.tap.result(False, "options are on in a build",
                            "not all builds with the options on succeeded")
            return
        seen = {name for names in self.enabled.values() for name in names}
        lost = [name for name in self.trees.options(self.tip)
                if name not in seen]
        self.tap.result(not lost, "options are on in a build",
                        "on in none: " + ", ".join(lost))
