#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Measures what our interface and upstream's iommufd cost on the same emulated unit,
and prints both side by side. KTAP on stdout, with the tables as comments.

A boot is two results: its program, which holds the limits of its own calls, and
its verdict. Then for each machine there is a limit to what the invalidation of one
page may cost with ours, as a multiple of iommufd's.

Page requests are measured on three sides: ours and iommufd's, which user space
serves, and the kernel's own, of a driver that shares its user's addresses.
"""
import argparse
import os
import re
import sys
import time
from dataclasses import dataclass

import guest_run
import machine
import run

COST = re.compile(r'# bench: (?P<who>[^|]*)\|(?P<name>[^|]+)\|(?P<numbers>[\d|]+)$')

# The row that has a limit, in instructions of ours by iommufd's. README.rst says
# where those go that ours has more of.
LIMITED = 'invalidate a page'
LIMIT = 1.6

# What a page request costs from the device's write until it is served. When user space
# does that it costs no more than when the kernel does. See README.rst.
FAULT = 'each of 64 pages on demand'
SVA_MEMORY = ('memory that is there', 'new memory')

# What in a configuration costs instructions in every path
COSTLY = re.compile(
    r'CONFIG_(PREEMPT(_NONE|_VOLUNTARY|_LAZY|_COUNT|ION)?|CPU_MITIGATIONS|'
    r'SPECULATION_MITIGATIONS|RETPOLINE|MITIGATION_\w+|PAGE_TABLE_ISOLATION|'
    r'DEBUG_(LIST|SG|VM|ATOMIC_SLEEP)|LIST_HARDENED|PROVE_LOCKING|KASAN|UBSAN|KCOV|'
    r'HARDENED_USERCOPY|FORTIFY_SOURCE|STACKPROTECTOR|INIT_STACK_(ALL_ZERO|NONE)|'
    r'SLAB_FREELIST_HARDENED|MEMCG|AUDIT|SECCOMP|CONTEXT_TRACKING_USER|'
    r'X86_KERNEL_IBT|CFI_CLANG|CC_VERSION_TEXT|CC_OPTIMIZE_FOR_\w+)=')


@dataclass(frozen=True)
class Cost:
    """What one call costs: guest instructions, and what the unit was given."""
    instructions: int
    doorbells: int
    descriptors: int
    waits: int


class Side:
    """The costs of one program, by whose call it is and what."""

    def __init__(self):
        self.costs = {}

    def take(self, line):
        """Pass on a line of the report, and remember the costs in it."""
        run.say('    ' + line)
        found = COST.search(line)
        if found:
            numbers = [int(number) for number in found['numbers'].split('|')]
            self.costs[found['who'], found['name']] = Cost(*numbers)


class Tests:
    """Numbered results."""

    def __init__(self):
        self.number = 0
        self.failed = False

    def result(self, ok, name):
        """One line at the outermost level."""
        self.number += 1
        self.failed |= not ok
        run.say(f'{"" if ok else "not "}ok {self.number} {name}')


def measure(built, boot, timeout, tests):
    """The costs that the program of BOOT tells."""
    side = Side()
    start = time.monotonic()
    try:
        parts = built.parts(machine.MACHINES[boot.machine], boot.variant,
                            boot.name)
    except FileNotFoundError as missing:
        run.say(f'# {missing}')
        tests.result(False, f'{boot.name} tests')
        tests.result(False, f'{boot.name} verdict')
        return side
    outcome = guest_run.boot(parts, boot.machine, run.guest_words(boot),
                             timeout or boot.timeout, side.take)
    if outcome.problem:
        for line in outcome.console_tail():
            run.say('# console: ' + line)
        run.say(f'# {boot.name}: {outcome.problem}')
    run.say(f'# {boot.name}: {time.monotonic() - start:.1f} s')
    tests.result(outcome.verdict == 'ok', f'{boot.name} tests')
    tests.result(not outcome.problem, f'{boot.name} verdict')
    return side


def cells(cost):
    """The columns of one side."""
    if cost is None:
        return ('-',) * 4
    return (cost.instructions, cost.doorbells, cost.descriptors, cost.waits)


def table(title, sides):
    """Both sides in rows, ours first."""
    ours, theirs = sides['tests'].costs, sides['oracle'].costs
    form = '# {:<40}' + ' {:>8}' * 2 + '  ' + ' {:>5}' * 6
    run.say(f'#\n# {title}')
    run.say('# {:<40} {:^17}    {:^11} {:^11} {:^11}'.format(
        '', 'instructions', 'doorbells', 'descriptors', 'waits').rstrip())
    run.say(form.format('', *('ours', 'iommufd'), *('ours', 'ifd') * 3))
    for key in [*ours, *(key for key in theirs if key not in ours)]:
        pairs = zip(cells(ours.get(key)), cells(theirs.get(key)))
        run.say(form.format(' '.join(filter(None, key)),
                            *(cell for pair in pairs for cell in pair)))


def compare(name, sides, tests):
    """Hold the limit against each row that has one."""
    for who in ('RID', 'PASID'):
        ours, theirs = (sides[side].costs.get((who, LIMITED))
                        for side in ('tests', 'oracle'))
        if who == 'PASID' and ours and not theirs and sides['oracle'].costs:
            tests.result(True, f'{name}: {who} {LIMITED} # SKIP cannot happen: '
                               'this iommufd attaches no PASIDs')
            continue
        ok = bool(ours and theirs) and (
            ours.instructions <= LIMIT * theirs.instructions)
        told = (f'ours {ours.instructions}, iommufd {theirs.instructions}, at most '
                f'{LIMIT} times as many' if ours and theirs else 'not measured')
        tests.result(ok, f'{name}: {who} {LIMITED}: {told}')


def rate(cost):
    """Requests in a second of the guest, whose instructions take a nanosecond."""
    return 1_000_000_000 // cost.instructions


def tell_faults(sides, sva):
    """What a page request costs, in which the device takes no time."""
    found = {'ours': sides['tests'].costs.get(('PASID', FAULT)),
             'iommufd': sides['oracle'].costs.get(('PASID', FAULT))}
    for who in SVA_MEMORY:
        found[f"6.1's own SVA, {who}"] = sva.costs.get((who, FAULT))
    run.say(f'#\n# page requests: {FAULT}\n# {"":<40} {"instructions":>12} '
            f'{"requests/s":>12} {"ours/this":>10}')
    ours = found['ours']
    for name, cost in found.items():
        told = ('-',) * 3
        if cost:
            ratio = f'{ours.instructions / cost.instructions:.2f}' if ours else '-'
            told = (cost.instructions, rate(cost), ratio)
        run.say('# {:<40} {:>12} {:>12} {:>10}'.format(name, *told))
    run.say('# requests/s: in the time of the guest, where an instruction takes 1 ns '
            'and the\n# device none: as fast as a CPU of that kind could be, not this '
            'machine.')
    for (who, name), cost in sva.costs.items():
        run.say(f'# {f"6.1 SVA, {who}: {name}":<60} {cost.instructions:>8}')


def compare_faults(sides, sva, tests):
    """Hold the limit against a page request, where the memory is there on both sides."""
    ours = sides['tests'].costs.get(('PASID', FAULT))
    own = sva.costs.get((SVA_MEMORY[0], FAULT))
    ok = bool(ours and own) and ours.instructions <= own.instructions
    told = (f"ours {ours.instructions}, 6.1's own {own.instructions}, no more than that"
            if ours and own else 'not measured')
    tests.result(ok, f'{FAULT}: {told}')


def configuration(built, variant):
    """The kernel's version and what its configuration has that costs."""
    path = os.path.join(built.path('x86_64', f'kernel-{variant}'), 'config')
    with open(path, encoding='utf-8') as config:
        lines = config.read().splitlines()
    return lines[2].split()[2], {line for line in lines if COSTLY.match(line)}


def tell_kernels(built):
    """Say what the two kernels are, and in what they differ that could matter."""
    try:
        ours, mine = configuration(built['tests'], 'plain')
        theirs, others = configuration(built['oracle'], 'oracle')
    except FileNotFoundError as missing:
        run.say(f'# {missing}')
        return
    run.say(f'#\n# ours: Linux {ours}, iommufd: Linux {theirs}, both without debugging')
    for version, only in ((ours, mine - others), (theirs, others - mine)):
        run.say(f'# only in {version}: {" ".join(sorted(only)) or "nothing"}')


def parse():
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--rig', required=True, help='folder of what was built')
    parser.add_argument('--timeout', type=int, help='seconds, for each boot')
    return parser.parse_args()


def main():
    """The exit code is 0 only when everything was measured and is within limits."""
    options = parse()
    built = {guest: run.Built(options.rig, guest) for guest in ('tests', 'oracle')}
    tests = Tests()
    measured = {}
    run.say(f'KTAP version 1\n1..{6 * len(machine.BENCH) + 3}')
    for title, boots in machine.BENCH.items():
        measured[title] = {guest: measure(built[guest], boot, options.timeout, tests)
                           for guest, boot in boots.items()}
    sva = measure(built['tests'], machine.BENCH_SVA, options.timeout, tests)
    for title, sides in measured.items():
        compare(title, sides, tests)
    paging = measured[machine.PAGING]
    compare_faults(paging, sva, tests)
    tell_kernels(built)
    run.say('# instructions: guest instructions of one call. descriptors: without '
            'waits.\n# waits: one for each doorbell is waited for, the others are '
            'fences.')
    for title, sides in measured.items():
        table(title, sides)
    tell_faults(paging, sva)
    return 1 if tests.failed else 0


if __name__ == '__main__':
    sys.exit(main())
