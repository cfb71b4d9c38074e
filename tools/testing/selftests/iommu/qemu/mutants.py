#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Lets the emulated unit ignore one kind of descriptor after the other, and sees
whether upstream's iommufd and our own tests notice. KTAP on stdout.

First the unit ignores nothing, and no test may fail. Then a kind passes for a guest
when at least one of its tests fails.
"""
import argparse
import sys
import time

import guest_run
import machine
import run

GUESTS = ('oracle', 'tests')


class Failures:
    """Collects the tests of a program that fail, and counts those that ran."""

    def __init__(self):
        self.names = []
        self.ran = 0

    def take(self, line):
        """Look at a line of the report: the program's own are indented."""
        self.ran += line.startswith('    ok ') and ' # SKIP ' not in line
        if line.startswith('    not ok '):
            self.ran += 1
            self.names.append(line.split(maxsplit=3)[3])


class Mutants:
    """KTAP for kinds that are dropped."""

    def __init__(self, rig, guests, timeout):
        self.built = {guest: run.Built(rig, guest) for guest in guests}
        self.timeout = timeout
        self.number = 0
        self.missed = 0

    def result(self, good, name):
        """One line of the report."""
        self.number += 1
        self.missed += not good
        run.say(f'{"" if good else "not "}ok {self.number} {name}')
        return good

    def boot(self, guest, kind):
        """What failed in GUEST's boot, and the outcome of the boot."""
        failures = Failures()
        boot = machine.drop_boots(kind)[guest]
        built = self.built[guest]
        start = time.monotonic()
        on = machine.MACHINES[boot.machine]
        outcome = guest_run.boot(built.parts(on, boot.variant, boot.name),
                                 boot.machine, run.guest_words(boot),
                                 self.timeout or boot.timeout, failures.take)
        problem = f', {outcome.problem}' if outcome.problem else ''
        run.say(f'# {kind or "nothing"} dropped, {guest}: {len(failures.names)} of '
                f'{failures.ran} failed{problem} ({time.monotonic() - start:.0f} s)'
                f'{": " * bool(failures.names)}{", ".join(failures.names[:4])}')
        return failures, outcome

    def unbroken(self, guest):
        """Whether all is well when nothing is dropped."""
        failures, outcome = self.boot(guest, None)
        return self.result(outcome.ok and failures.ran and not failures.names,
                           f'drop nothing: {guest} passes')

    def try_kind(self, guest, kind):
        """Whether a test of GUEST notices that KIND is ignored."""
        failures, _ = self.boot(guest, kind)
        self.result(failures.names, f'drop {kind}: {guest} notices')

    def run(self, kinds):
        """The exit code."""
        run.say(f'KTAP version 1\n1..{len(self.built) * (1 + len(kinds))}')
        if not all([self.unbroken(guest) for guest in self.built]):
            run.say('Bail out! It fails already when nothing is dropped')
            return 1
        for kind in kinds:
            for guest in self.built:
                self.try_kind(guest, kind)
        return 1 if self.missed else 0


def parse():
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--rig', required=True, help='folder of what was built')
    parser.add_argument('--only', choices=GUESTS,
                        help='only the oracle or our own tests')
    parser.add_argument('--timeout', type=int, help='seconds, for each boot')
    parser.add_argument('kind', nargs='*', metavar='KIND',
                        help='of ' + ', '.join(machine.DROPS))
    options = parser.parse_args()
    for kind in options.kind:
        if kind not in machine.DROPS:
            parser.error(f'{kind} is none of {", ".join(machine.DROPS)}')
    return options


def main():
    """The exit code is 0 only when each kind was noticed by each guest."""
    options = parse()
    mutants = Mutants(options.rig, [options.only] if options.only else GUESTS,
                      options.timeout)
    return mutants.run(options.kind or machine.DROPS)


if __name__ == '__main__':
    sys.exit(main())
