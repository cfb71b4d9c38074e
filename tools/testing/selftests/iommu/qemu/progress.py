#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Run a build command with its output in a log and progress on stdout.

Understands ninja's "[n/m]" and kbuild's "  CC  file.o" lines.
"""
import argparse
import re
import subprocess
import sys
import time

NINJA = re.compile(r'\[(\d+)/(\d+)\]')
KBUILD = re.compile(r' +(?:HOST)?(?:CC|AS|LD|AR)(?: \[M\])? ')
INTERVAL = 10  # seconds between two progress lines


def elapsed(since):
    """Seconds since SINCE, as people read them."""
    minutes, seconds = divmod(int(time.monotonic() - since), 60)
    return f'{minutes}m{seconds:02d}s' if minutes else f'{seconds}s'


class Counter:
    """How many objects are built, and of how many."""

    def __init__(self, total):
        self.done = 0
        self.total = total
        self.about = 'about '

    def feed(self, line):
        """Count what one line of output reports."""
        ninja = NINJA.match(line)
        if ninja:
            self.done, self.total = map(int, ninja.groups())
            self.about = ''
        elif KBUILD.match(line):
            self.done += 1

    def __str__(self):
        if self.total >= self.done > 0:
            return f'{self.done} of {self.about}{self.total} objects'
        return f'{self.done} objects'


def tail(path, lines=30):
    """The last lines of the file PATH, those about errors first."""
    with open(path, errors='replace') as log:
        text = log.read().splitlines()
    errors = [line for line in text[:-lines] if re.search(r'\berror\b', line, re.I)]
    return '\n'.join(errors[-10:] + text[-lines:])


def run(command, label, log_path, total):
    """Run COMMAND; return its exit code and the number of objects."""
    start = last = time.monotonic()
    counter = Counter(total)
    with open(log_path, 'w', buffering=1) as log, subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL, text=True, errors='replace') as child:
        for line in child.stdout:
            log.write(line)
            counter.feed(line)
            if time.monotonic() - last >= INTERVAL:
                last = time.monotonic()
                print(f'{label}: {counter}, {elapsed(start)}', flush=True)
    if child.returncode:
        print(f'{tail(log_path)}\n{label}: failed after {elapsed(start)}, '
              f'see {log_path}', flush=True)
    else:
        count = f'{counter.done} objects, ' if counter.done else ''
        print(f'{label}: done, {count}{elapsed(start)}', flush=True)
    return child.returncode, counter.done


def main():
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--label', required=True)
    parser.add_argument('--log', required=True)
    parser.add_argument('--total', type=int, default=0)
    parser.add_argument('command', nargs='+')
    args = parser.parse_args()
    code, _ = run(args.command, args.label, args.log, args.total)
    return code if code >= 0 else 128 - code


if __name__ == '__main__':
    sys.exit(main())
