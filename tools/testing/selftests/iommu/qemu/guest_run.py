# SPDX-License-Identifier: GPL-2.0
"""Boots a machine and reads its report from a port of its own.

The report is believed only when it ends with the guest's verdict and the machine
then switches itself off, all within the time-out.
"""
import os
import selectors
import subprocess
import time
from dataclasses import dataclass

import machine

VERDICT = '# rig verdict: '
POWER_OFF_SECONDS = 20


class Outcome:
    """What became of a boot."""

    def __init__(self):
        self.verdict = None  # 'ok', 'failed' or None
        self.problem = None  # why there is no valid verdict
        self.console = ''

    @property
    def ok(self):
        """The guest said ok and nothing went wrong around it."""
        return self.verdict == 'ok' and not self.problem

    def console_tail(self, lines=30):
        """The end of the console log."""
        try:
            with open(self.console, errors='replace') as log:
                return log.read().replace('\r', '').splitlines()[-lines:]
        except OSError:
            return []


def lines_until(descriptor, deadline):
    """Yield the lines read from DESCRIPTOR; TimeoutError at DEADLINE."""
    rest = b''
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        while True:
            if not selector.select(max(0, deadline() - time.monotonic())):
                raise TimeoutError
            chunk = os.read(descriptor, 65536)
            if not chunk:
                break
            *lines, rest = (rest + chunk).split(b'\n')
            for line in lines:
                yield line.decode(errors='replace').rstrip('\r')
    if rest:
        yield rest.decode(errors='replace')


def read_report(descriptor, timeout, outcome, emit):
    """Pass the report's lines to EMIT and note the verdict in OUTCOME."""
    start = time.monotonic()
    limit = {'at': start + timeout}
    try:
        for line in lines_until(descriptor, lambda: limit['at']):
            if line.startswith(VERDICT):
                outcome.verdict = line[len(VERDICT):]
                limit['at'] = min(limit['at'], time.monotonic() + POWER_OFF_SECONDS)
            else:
                emit(line)
    except TimeoutError:
        outcome.problem = (f'time-out after {int(time.monotonic() - start)} s'
                           if outcome.verdict is None else "didn't switch off")


@dataclass(frozen=True)
class Parts:
    """The files that a boot is made of."""
    qemu: str
    kernel: str
    initrd: str
    console: str
    data: str = ''  # what the guest sends besides its report, if it is to send


def port(name, path):
    """QEMU's options for a port of the guest that is written to PATH."""
    return ['-chardev', f'file,id={name},path={path}',
            '-device', f'virtserialport,chardev={name},name={name}']


def boot(parts, name, words, timeout, emit):
    """Boot machine NAME with the command line WORDS; return its Outcome."""
    outcome = Outcome()
    outcome.console = parts.console
    read_end, write_end = os.pipe()
    argv = machine.command(parts.qemu, machine.MACHINES[name], parts.kernel,
                           parts.initrd, words)
    argv += ['-serial', f'file:{parts.console}', '-device', 'virtio-serial-pci',
             *port('ktap', f'/dev/fd/{write_end}')]
    if parts.data:
        argv += port('data', parts.data)
    with subprocess.Popen(argv, pass_fds=[write_end],
                          stdin=subprocess.DEVNULL) as qemu:
        os.close(write_end)
        try:
            read_report(read_end, timeout, outcome, emit)
        finally:
            os.close(read_end)
            if outcome.problem:
                qemu.kill()
    if not outcome.problem and qemu.returncode:
        outcome.problem = f'QEMU ended with code {qemu.returncode}'
    if not outcome.problem and outcome.verdict is None:
        outcome.problem = 'the machine stopped without a verdict'
    return outcome
