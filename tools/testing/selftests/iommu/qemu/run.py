#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Boots the test machines: a set of boots, the demo, one boot of choice, a shell.

What rig.sh built is found below --rig, by names: ARCH/qemu-EMULATOR,
ARCH/kernel-VARIANT, ARCH/initrd-KIND, and ARCH/kernel-VARIANT.skip with the reason when a kernel can't
be had.
"""
import argparse
import contextlib
import itertools
import os
import queue
import sys
import threading
import time

import guest_run
import machine

# Kernel command line of a boot that doesn't check itself
QUICK = ('kunit.enable=0', 'kmemleak=off')


def say(line):
    """Print at once: whoever watches wants to see it happen."""
    print(line, flush=True)


class Built:
    """What rig.sh built, by architecture."""

    def __init__(self, top, kind):
        self.top = top
        self.kind = kind  # of the guest's user space

    def path(self, arch, name):
        """Where NAME of ARCH is; fails when it isn't."""
        path = os.path.join(self.top, arch, name)
        if not os.path.exists(path):
            raise FileNotFoundError(f'{path} was not built')
        return os.path.realpath(path)

    def parts(self, on, variant, label, coverage=False):
        """The files of a boot ON a machine; what it writes is named after LABEL."""
        written = os.path.join(self.top, label.replace(' ', '-'))
        return guest_run.Parts(
            self.path(on.arch, f'qemu-{on.emulator}'),
            os.path.join(self.path(on.arch, f'kernel-{variant}'), 'Image'),
            self.path(on.arch, f'initrd-{self.kind}'),
            written + '.console', written + '.gcov' if coverage else '')

    def skip_reason(self, boot):
        """Why BOOT's kernel can't be had, or None."""
        arch = machine.MACHINES[boot.machine].arch
        try:
            with open(os.path.join(self.top, arch, f'kernel-{boot.variant}.skip'),
                      encoding='utf-8') as reason:
                return reason.read().strip() or 'no reason given'
        except FileNotFoundError:
            return None


def guest_words(boot):
    """Kernel command line words that tell PID 1 what to do."""
    words = [f'rig.run={run}' for run in boot.runs]
    words.append('rig.kunit' if boot.kunit else 'kunit.enable=0')
    words.append('rig.kmemleak' if boot.kmemleak else 'kmemleak=off')
    if boot.coverage:
        words.append('rig.coverage')
    return words + list(boot.append)


class Cpus:
    """The host's CPUs, which boots take in the order of their numbers."""

    def __init__(self):
        self.total = os.cpu_count() or 1
        self.free = self.total
        self.next = 0
        self.closed = False
        self.changed = threading.Condition()

    def close(self):
        """Whoever still waits gets none."""
        with self.changed:
            self.closed = True
            self.changed.notify_all()

    @contextlib.contextmanager
    def taken(self, number, wanted):
        """Boot NUMBER has WANTED of them, or all when there are fewer."""
        wanted = min(wanted, self.total)
        with self.changed:
            self.changed.wait_for(lambda: self.closed or (
                number == self.next and self.free >= wanted))
            if self.closed:
                raise InterruptedError('not started')
            self.next += 1
            self.free -= wanted
            self.changed.notify_all()
        try:
            yield
        finally:
            with self.changed:
                self.free += wanted
                self.changed.notify_all()


class Running(threading.Thread):
    """A boot in a thread of its own; its lines are read with lines()."""

    def __init__(self, start):
        super().__init__()
        self.outcome = None  # stays None when the boot couldn't be tried
        self.queue = queue.SimpleQueue()
        self.begin = start
        self.start()

    def run(self):
        """The thread; whatever happens, the lines come to an end."""
        try:
            self.outcome = self.begin(self.queue.put)
        except OSError as problem:
            self.queue.put(f'# {problem}')
        finally:
            self.queue.put(None)

    def lines(self):
        """Yield them as they come."""
        return iter(self.queue.get, None)


class Report:
    """KTAP for a list of boots, two results for each: its tests, and whether it
    came to its end. Boots run beside each other when the host has the CPUs for it,
    and are reported in their order."""

    def __init__(self, built, timeout):
        self.built = built
        self.timeout = timeout
        self.cpus = Cpus()
        self.number = 0
        self.failed = False

    def result(self, ok, name, directive=''):
        """One line at the outermost level."""
        self.number += 1
        self.failed |= not ok
        say(f'{"" if ok else "not "}ok {self.number} {name}{directive}')

    def start(self, number, boot):
        """Run BOOT as soon as it is its turn."""
        on = machine.MACHINES[boot.machine]

        def begin(emit):
            with self.cpus.taken(number, on.host_cpus):
                parts = self.built.parts(on, boot.variant, boot.name,
                                         boot.coverage)
                began = time.monotonic()
                outcome = guest_run.boot(parts, boot.machine, guest_words(boot),
                                         self.timeout or boot.timeout,
                                         lambda line: emit('    ' + line))
                took = time.monotonic() - began
            for line in outcome.console_tail() if outcome.problem else ():
                emit('# console: ' + line)
            if outcome.problem:
                emit(f'# {boot.name}: {outcome.problem}')
            emit(f'# {boot.name}: {took:.1f} s, console in {parts.console}')
            return outcome

        return Running(begin)

    def boot(self, boot, running):
        """Report BOOT, which is under way."""
        for line in running.lines():
            say(line)
        outcome = running.outcome
        self.result(bool(outcome) and outcome.verdict == 'ok', f'{boot.name} tests')
        self.result(bool(outcome) and not outcome.problem, f'{boot.name} verdict')

    def run(self, boots):
        """All BOOTS; the exit code."""
        skips = [self.built.skip_reason(boot) for boot in boots]
        say(f'KTAP version 1\n1..{2 * len(boots) - sum(map(bool, skips))}')
        numbers = itertools.count()
        running = [None if skip else self.start(next(numbers), boot)
                   for boot, skip in zip(boots, skips)]
        try:
            for boot, skip, one in zip(boots, skips, running):
                if skip:
                    self.result(True, f'{boot.name} tests', f' # SKIP {skip}')
                else:
                    self.boot(boot, one)
        finally:
            self.cpus.close()
        return 1 if self.failed or not boots else 0


def one_demo(built, boot, timeout):
    """Pass on the lines of one machine's demos; why one failed, or None."""
    last = []

    def emit(line):
        """The final lines are for the end of all demos."""
        if line.startswith('demo: '):
            last.append(line)
        else:
            say(line)

    parts = built.parts(machine.MACHINES[boot.machine], boot.variant, boot.name)
    words = [f'rig.demo={run}' for run in boot.runs]
    outcome = guest_run.boot(parts, boot.machine, [*words, *QUICK],
                             timeout or boot.timeout, emit)
    if outcome.ok and last == ['demo: ok'] * len(boot.runs):
        return None
    if not outcome.ok:
        for line in outcome.console_tail():
            say('console: ' + line)
    failed = [line for line in last if line != 'demo: ok']
    return failed[0] if failed else (
        f'demo: failed: {outcome.problem or "it did not end with demo: ok"}')


def run_demo(built, archs, timeout, since):
    """The demos of ARCHS; the last line says how they ended."""
    why = None
    for arch in archs:
        why = why or one_demo(built, machine.DEMO[arch], timeout)
    if since:
        minutes, seconds = divmod(int(time.time() - since), 60)
        say(f'total time: {minutes}m{seconds:02d}s')
    say(why or 'demo: ok')
    return 1 if why else 0


def run_shell(built, arch):
    """The machine with its console on this terminal."""
    on = machine.MACHINES[machine.SHELL[arch]]
    parts = built.parts(on, 'debug', 'shell')
    argv = machine.command(parts.qemu, on,
                           parts.kernel, parts.initrd,
                           ['rig.shell', 'quiet', *QUICK])
    say('The tests are in the path: "ls" lists them. Leave with "exit",\n'
        'or with Ctrl-a x at any time.')
    os.execv(parts.qemu, argv + ['-serial', 'mon:stdio'])


def parse():
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('what', choices=('boots', 'demo', 'one', 'shell'))
    parser.add_argument('--rig', required=True, help='folder of what was built')
    parser.add_argument('--arch', action='append', choices=sorted(machine.SHELL))
    parser.add_argument('--set', default='test', choices=sorted(machine.SETS),
                        help='which boots')
    parser.add_argument('--kind', default='tests', help="the guest's user space")
    parser.add_argument('--timeout', type=int, help='seconds, for each boot')
    parser.add_argument('--since', type=int, help='time (s) the total is counted from')
    parser.add_argument('--machine', choices=sorted(machine.MACHINES))
    parser.add_argument('--variant', default='debug', help='of the kernel')
    parser.add_argument('--run', action='append', default=[])
    parser.add_argument('--kunit', action='store_true')
    parser.add_argument('--kmemleak', action='store_true')
    parser.add_argument('--label', default='', help='of results and logs')
    parser.add_argument('--append', action='append', default=[],
                        help='a word more for the kernel command line')
    return parser.parse_args()


def one(options, arch):
    """The boot that the options describe."""
    return machine.Boot(options.machine or machine.SHELL[arch],
                        tuple(options.run), variant=options.variant,
                        kunit=options.kunit, kmemleak=options.kmemleak,
                        append=tuple(options.append), label=options.label)


def main():
    """Dispatch; the exit code is 0 only when everything was ok."""
    options = parse()
    built = Built(options.rig, options.kind)
    archs = options.arch or ['arm64']
    if options.what == 'shell':
        return run_shell(built, archs[0])
    if options.what == 'demo':
        return run_demo(built, archs, options.timeout, options.since)
    if options.what == 'one':
        boots = [one(options, archs[0])]
    else:
        boots = [boot for arch in archs
                 for boot in machine.SETS[options.set].get(arch, ())]
    return Report(built, options.timeout).run(boots)


if __name__ == '__main__':
    sys.exit(main())
