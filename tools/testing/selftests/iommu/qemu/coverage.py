#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Which lines and branches of the generic layer the tests have reached.

    coverage.py KERNEL COUNTERS...

KERNEL is the folder of a kernel with counters, COUNTERS are files of what its
guests sent. Prints a table and what was not reached. The exit code is 1 when the
files that check user input are not covered completely.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict

SOURCES = 'drivers/iommu/uapi/'
TABLE = ('validate.c', 'values.c', 'copy.c', 'pasid.c', 'dispatch.c')
COMPLETE = ('validate.c', 'values.c', 'copy.c')
GCOV = 'x86_64-linux-gnu-gcov'


class CoverageError(Exception):
    """The counters can't be read."""


def frames(path):
    """Yield (name, bytes) of each file that the guest sent."""
    count = 0
    with open(path, 'rb') as stream:
        while True:
            words = stream.readline().decode(errors='replace').split(maxsplit=2)
            if len(words) == 2 and words[0] == 'end' and words[1] == str(count):
                return
            if len(words) != 3 or words[0] != 'file' or not words[1].isdigit():
                raise CoverageError(f'{path}: ends too early, after {count} files')
            data = stream.read(int(words[1]))
            if len(data) != int(words[1]):
                raise CoverageError(f'{path}: ends too early, after {count} files')
            count += 1
            yield words[2].strip(), data


def below(name):
    """The part of NAME from SOURCES on, or None."""
    at = name.rfind('/' + SOURCES)
    return name[at + 1:] if at >= 0 else None


def gcov(folder, stem):
    """What gcov says about STEM's notes and counters in FOLDER, as JSON."""
    done = subprocess.run(
        [GCOV, '--json-format', '--stdout', '--branch-probabilities',
         f'{stem}.gcda'], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode or not done.stdout.strip():
        raise CoverageError(f'{stem}: {done.stderr.strip() or "no output"}')
    return json.loads(done.stdout)


class Source:
    """Counts of one file: line -> executions, branch -> times taken."""

    def __init__(self):
        self.lines = defaultdict(int)
        self.branches = defaultdict(int)

    def add(self, lines):
        """Count what gcov says about LINES."""
        for line in lines:
            number = line['line_number']
            self.lines[number] += line['count']
            for index, branch in enumerate(line['branches']):
                key = number, line.get('function_name', ''), index
                self.branches[key] += branch['count']

    def missed_lines(self):
        """Numbers of lines that never ran."""
        return sorted(n for n, count in self.lines.items() if not count)

    def missed_branches(self):
        """Branches that were never taken, as (line, function, index)."""
        return sorted(key for key, count in self.branches.items() if not count)


def read(kernel, counters):
    """Return file name -> Source, over all boots."""
    sources = defaultdict(Source)
    for path in counters:
        for name, data in frames(path):
            name = below(name)
            if name:
                add_counters(sources, kernel, name[:-len('.gcda')], data)
    return sources


def add_counters(sources, kernel, stem, data):
    """Add the counters DATA of the object STEM to SOURCES."""
    notes = os.path.join(kernel, 'gcov', stem + '.gcno')
    if not os.path.exists(notes):
        raise CoverageError(f'{stem}: the kernel has no notes about it')
    with tempfile.TemporaryDirectory() as folder:
        base = os.path.basename(stem)
        shutil.copy(notes, folder)
        with open(os.path.join(folder, base + '.gcda'), 'wb') as file:
            file.write(data)
        for file in gcov(folder, base)['files']:
            name = below('/' + file['file'])
            if name and name.endswith('.c'):
                sources[os.path.basename(name)].add(file['lines'])


def percent(missed, total):
    """How much was reached."""
    return 100.0 * (total - missed) / total if total else 100.0


def ranges(numbers):
    """Numbers as text, with neighbours joined: 3-5, 9."""
    out = []
    for number in numbers:
        if out and out[-1][1] == number - 1:
            out[-1][1] = number
        else:
            out.append([number, number])
    return ', '.join(str(a) if a == b else f'{a}-{b}' for a, b in out)


def report(sources):
    """Print the table; return the names that should be complete and aren't."""
    print(f'{"file":<14}{"lines":>17}{"branches":>18}')
    short = []
    for name in TABLE:
        source = sources.get(name)
        if not source or not source.lines:
            print(f'{name:<14}{"not there":>17}')
            short += [name] * (name in COMPLETE)
            continue
        lines, branches = source.missed_lines(), source.missed_branches()
        row = [f'{total - len(missed)}/{total}'
               f'{percent(len(missed), total):8.1f}%'
               for missed, total in ((lines, len(source.lines)),
                                     (branches, len(source.branches)))]
        print(f'{name:<14}{row[0]:>17}{row[1]:>18}')
        if (lines or branches) and name in COMPLETE:
            short.append(name)
    return short


def report_missed(sources):
    """Print each line and branch that was not reached."""
    for name in TABLE:
        source = sources.get(name, Source())
        if source.missed_lines():
            print(f'{name}: lines that never ran: '
                  f'{ranges(source.missed_lines())}')
        for line, function, index in source.missed_branches():
            if source.lines[line]:
                print(f'{name}:{line}: {function}(): branch {index} never taken')


def main():
    """Command line."""
    if len(sys.argv) < 3:
        print('usage: coverage.py KERNEL COUNTERS...', file=sys.stderr)
        return 2
    try:
        sources = read(sys.argv[1], sys.argv[2:])
    except (CoverageError, OSError) as error:
        print(f'coverage: {error}', file=sys.stderr)
        return 1
    short = report(sources)
    report_missed(sources)
    if short:
        print(f'coverage: not complete: {", ".join(short)}')
        return 1
    print('coverage: ok')
    return 0


if __name__ == '__main__':
    sys.exit(main())
