# SPDX-License-Identifier: GPL-2.0
"""
Breaks the model on purpose, one part at a time: do the qtests notice?

python3 -m qtest.mutants SOURCE BUILD [NAME...]

SOURCE is a QEMU source tree with the model laid in, BUILD its build folder. Each
mutant is built and tested, which takes about a minute; the sources are put back.
"""
import os
import subprocess
import sys
import time

from . import mutants_device, mutants_smmu, mutants_vtd

TARGETS = {"i386": ("x86_64",), "arm": ("aarch64",)}   # by folder below hw/
MUTANTS = mutants_vtd.MUTANTS + mutants_smmu.MUTANTS + mutants_device.MUTANTS


class Mutant:
    """One change of a source file; a context manager that takes it back."""

    def __init__(self, source, name, path, old, new):
        self.name, self.old, self.new = name, old, new
        self.path = os.path.join(source, path)

    def __enter__(self):
        with open(self.path, encoding="utf-8") as file:
            self.text = file.read()
        if self.text.count(self.old) != 1:
            raise ValueError("%s: the text is there %d times in %s" % (
                self.name, self.text.count(self.old), self.path))
        self._write(self.text.replace(self.old, self.new))

    def __exit__(self, *_):
        self._write(self.text)

    def _write(self, text):
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(text)


def targets(path):
    """The targets that a file is part of."""
    return TARGETS.get(path.split("/")[1], ("x86_64", "aarch64"))


def tested(build, *names):
    """What the qtests say of the mutant: killed, survived or doesn't build."""
    programs = ["qemu-system-" + name for name in names]
    jobs = ["-j", os.environ["RIG_JOBS"]] if os.environ.get("RIG_JOBS") else []
    made = subprocess.run(["ninja", "-C", build, *jobs, *programs], check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if made.returncode:
        return "doesn't build", made.stdout.decode().splitlines()[-12:]
    result = subprocess.run(
        [sys.executable, "-m", "qtest",
         *("%s=%s/qemu-system-%s" % (name, build, name) for name in names)],
        check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    lines = result.stdout.decode().splitlines()
    failed = [line for line in lines if line.startswith("not ok")]
    if result.returncode == 0:
        return "survived", failed
    return ("killed", failed) if failed else ("breaks the tests", lines[-5:])


def main(source, build, names):
    """Runs the mutants, prints KTAP."""
    chosen = [m for m in MUTANTS if not names or any(n in m[0] for n in names)]
    verdict, lines = tested(build, *sorted({target for mutant in chosen
                                            for target in targets(mutant[1])}))
    if verdict != "survived":
        sys.exit("mutants: without a change: %s" % " / ".join(lines or [verdict]))
    print("KTAP version 1\n1..%d" % len(chosen))
    start = time.time()
    bad = 0
    for number, (name, path, old, new) in enumerate(chosen, 1):
        with Mutant(source, name, path, old, new):
            verdict, lines = tested(build, *targets(path))
        good = verdict == "killed"
        bad += not good
        print("%s %d %s # %s, %d tests failed, %d s" % (
            "ok" if good else "not ok", number, name, verdict, len(lines),
            time.time() - start))
        for line in [] if good else lines:
            print("# " + line)
        sys.stdout.flush()
    return 1 if bad else 0


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit("usage: python3 -m qtest.mutants SOURCE BUILD [NAME...]")
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
