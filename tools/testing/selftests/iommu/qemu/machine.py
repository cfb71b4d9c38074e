# SPDX-License-Identifier: GPL-2.0
"""The emulated machines and what is run on each."""
from dataclasses import dataclass

EDU = 'edu,dma_mask=0xffffffffffffffff'

# virt-9.1 leaves the choice of the SMMU's stages to the command line; later
# versions of the board always have both.
ARM64 = ('-M', 'virt-9.1,virtualization=on,gic-version=3,iommu=smmuv3',
         '-cpu', 'cortex-a76', '-m', '1G')

# The firmware is the distribution's. No IOMMU: the kernel brings a mock.
X86 = ('-L', '/usr/share/seabios', '-L', '/usr/share/qemu',
       '-M', 'q35', '-cpu', 'qemu64,+smep,+smap', '-m', '1G')

# Three devices with a group of their own, and two that share one because a
# bridge to conventional PCI is above them.
X86_DEVICES = ('-device', EDU, '-device', EDU, '-device', EDU,
               '-device', 'pcie-pci-bridge,id=shared',
               '-device', f'{EDU},bus=shared,addr=1',
               '-device', f'{EDU},bus=shared,addr=2')

# One instruction takes one virtual nanosecond, and time stands still for
# devices: the same run gives the same numbers.
ICOUNT = ('-icount', 'shift=0,sleep=off,align=off', '-seed', '1',
          '-rtc', 'base=2024-01-01,clock=vm')

COUNTED = ('nokaslr', 'tsc=reliable')

WORDS = {
    'arm64': ('console=ttyAMA0',),
    # Without an IOMMU that remaps interrupts VFIO wants to be asked twice. KASAN
    # sees what SLUB's own checks would, in half the time. The check of the timer
    # fails when the host gives the machine no time.
    'x86_64': ('console=ttyS0', 'vfio_iommu_type1.allow_unsafe_interrupts=1',
               'slub_debug=-', 'no_timer_check'),
}


NO_NESTING = ('nesting_smmuv3,--no-nesting', 'nesting_info,--no-nesting')


@dataclass(frozen=True)
class Machine:
    """A machine without its kernel: architecture and QEMU options."""
    arch: str
    options: tuple
    cpus: int = 2


MACHINES = {
    'arm64-nested': Machine('arm64', ARM64 + (
        '-global', 'arm-smmuv3.stage=nested', '-device', EDU, '-device', EDU)),
    'arm64-stage1': Machine('arm64', ARM64 + (
        '-global', 'arm-smmuv3.stage=1', '-device', EDU)),
    'arm64-stage2': Machine('arm64', ARM64 + (
        '-global', 'arm-smmuv3.stage=2', '-device', EDU)),
    'x86-mock': Machine('x86_64', X86 + X86_DEVICES),
    'x86-counted': Machine('x86_64', X86 + X86_DEVICES + ICOUNT, cpus=1),
}


@dataclass(frozen=True)
class Boot:
    """One start of a machine: the programs to run and the checks around them."""
    machine: str
    runs: tuple
    label: str = ''  # tells boots of the same machine apart
    variant: str = 'debug'  # of the kernel
    kunit: bool = False
    kmemleak: bool = True
    append: tuple = ()
    coverage: bool = False  # send the counters of the kernel
    timeout: int = 300  # seconds

    @property
    def name(self):
        """The name of its results and logs."""
        return f'{self.machine} {self.label}'.strip()


TEST = {
    'arm64': (
        Boot('arm64-nested', ('nesting_smmuv3', 'nesting_info'), kunit=True),
        Boot('arm64-stage1', NO_NESTING, kmemleak=False, timeout=120),
        Boot('arm64-stage2', NO_NESTING, kmemleak=False, timeout=120),
    ),
    'x86_64': (
        Boot('x86-mock', (
            'nesting_mock', 'nesting_fail_nth', 'nesting_next_old,old',
            'nesting_next_new,old'), kunit=True, timeout=900),
        Boot('x86-mock', ('nesting_fuzz,--selftest', 'nesting_fuzz,--seconds,60'),
             'fuzz', append=('panic_on_warn=1',), timeout=400),
        Boot('x86-mock', ('nesting_mock32',), '32-bit', variant='plain',
             kmemleak=False),
        Boot('x86-mock', ('nesting_next_old,new', 'nesting_next_new,new'), 'next',
             variant='next', kmemleak=False, timeout=120),
    ),
}

COST = {'x86_64': (
        Boot('x86-counted', ('nesting_cost,--icount',), variant='plain',
             kmemleak=False, append=COUNTED, timeout=120),
)}
COVERAGE = {'x86_64': (
    Boot('x86-mock', ('nesting_mock', 'nesting_mock32'), 'coverage',
         variant='gcov', kunit=True, kmemleak=False, coverage=True, timeout=600),
)}

# The boots of each purpose, by architecture
SETS = {
    'test': TEST,
    'cost': COST,
    'coverage': COVERAGE,
}

# The machine that `make shell` boots, and the demo where there is one
SHELL = {'arm64': 'arm64-nested', 'x86_64': 'x86-mock'}
DEMO = {'arm64': ('arm64-nested', 'nesting_smmuv3,--demo')}


def command(qemu, machine, kernel, initrd, words):
    """QEMU's command line for MACHINE, without console and ports."""
    append = [*WORDS[machine.arch], 'panic=-1', 'oops=panic', *words]
    return [qemu, '-nodefaults', '-display', 'none', '-no-reboot',
            '-accel', 'tcg',
            '-smp', f'{machine.cpus},sockets={machine.cpus}', *machine.options,
            '-kernel', kernel, '-initrd', initrd, '-append', ' '.join(append)]
