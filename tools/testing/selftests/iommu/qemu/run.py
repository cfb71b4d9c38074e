#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Boots the test machines: all tests, the demo, one boot of choice or a shell."""
import argparse
import os
import sys
import time

import guest_run
import machine

# Kernel command line of a boot that doesn't check itself
QUICK = ('kunit.enable=0', 'kmemleak=off')


def say(line):
    """Print at once: whoever watches wants to see it happen."""
    print(line, flush=True)


def guest_words(boot):
    """Kernel command line words that tell PID 1 what to do."""
    words = [f'rig.run={run}' for run in boot.runs]
    words.append('rig.kunit' if boot.kunit else 'kunit.enable=0')
    words.append('rig.kmemleak' if boot.kmemleak else 'kmemleak=off')
    return words + list(boot.append)


def report_boot(tools, boot, number):
    """One boot as two KTAP results: its tests, and whether it came to its end."""
    console = os.path.join(tools.logs, f'{boot.machine}.console')
    start = time.monotonic()
    outcome = guest_run.boot(tools, boot.machine, guest_words(boot),
                             tools.timeout or boot.timeout, console,
                             lambda line: say('    ' + line))
    if outcome.problem:
        for line in outcome.console_tail():
            say('# console: ' + line)
        say(f'# {boot.machine}: {outcome.problem}')
    say(f'# {boot.machine}: {time.monotonic() - start:.1f} s, console in {console}')
    for ok, name in ((outcome.verdict == 'ok', 'tests'),
                     (not outcome.problem, 'verdict')):
        number += 1
        say(f'{"" if ok else "not "}ok {number} {boot.machine} {name}')
    return outcome.ok


def run_boots(tools, boots):
    """KTAP for all BOOTS; the exit code."""
    say(f'KTAP version 1\n1..{2 * len(boots)}')
    results = [report_boot(tools, boot, 2 * i) for i, boot in enumerate(boots)]
    return 0 if all(results) else 1


def run_demo(tools, since):
    """The demo's own lines; the last one says how it ended."""
    name, program = machine.DEMO[tools.arch]
    console = os.path.join(tools.logs, 'demo.console')
    last = []

    def emit(line):
        """Hold the final line back until the time is printed."""
        if line.startswith('demo: '):
            last.append(line)
        else:
            say(line)

    outcome = guest_run.boot(tools, name, [f'rig.demo={program}', *QUICK],
                             tools.timeout or 120, console, emit)
    if not outcome.ok:
        for line in outcome.console_tail():
            say('console: ' + line)
    if since:
        minutes, seconds = divmod(int(time.time() - since), 60)
        say(f'total time: {minutes}m{seconds:02d}s')
    if outcome.ok and last == ['demo: ok']:
        say('demo: ok')
        return 0
    failed = [line for line in last if line != 'demo: ok']
    say(failed[0] if failed else
        f'demo: failed: {outcome.problem or "it did not end with demo: ok"}')
    return 1


def run_shell(tools):
    """The machine with its console on this terminal."""
    name, _ = machine.DEMO[tools.arch]
    argv = machine.command(tools.qemu, machine.MACHINES[name], tools.kernel,
                           tools.initrd, ['rig.shell', 'quiet', *QUICK])
    say('The tests are in the path: nesting_smmuv3, nesting_smmuv3 --demo. '
        'Leave with "exit",\nor with Ctrl-a x at any time.')
    os.execv(tools.qemu, argv + ['-serial', 'mon:stdio'])


def parse():
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('what', choices=('test', 'demo', 'one', 'shell'))
    parser.add_argument('--arch', default='arm64', choices=sorted(machine.BOOTS))
    for name in ('qemu', 'kernel', 'initrd', 'logs'):
        parser.add_argument('--' + name, required=True)
    parser.add_argument('--timeout', type=int, help='seconds, for each boot')
    parser.add_argument('--since', type=int, help='time (s) the total is counted from')
    parser.add_argument('--machine', choices=sorted(machine.MACHINES))
    parser.add_argument('--run', action='append', default=[])
    parser.add_argument('--kunit', action='store_true')
    parser.add_argument('--kmemleak', action='store_true')
    parser.add_argument('--append', action='append', default=[],
                        help='a word more for the kernel command line')
    return parser.parse_args()


def main():
    """Dispatch; the exit code is 0 only when everything was ok."""
    tools = parse()
    os.makedirs(tools.logs, exist_ok=True)
    if tools.what == 'shell':
        return run_shell(tools)
    if tools.what == 'demo':
        return run_demo(tools, tools.since)
    boots = machine.BOOTS[tools.arch]
    if tools.what == 'one':
        boots = [machine.Boot(tools.machine or boots[0].machine, tuple(tools.run),
                              tools.kunit, tools.kmemleak, tuple(tools.append))]
    return run_boots(tools, boots)


if __name__ == '__main__':
    sys.exit(main())
