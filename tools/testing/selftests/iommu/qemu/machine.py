# SPDX-License-Identifier: GPL-2.0
"""The emulated machines and what is run on each."""
from dataclasses import dataclass

EDU = 'edu,dma_mask=0xffffffffffffffff'

# virt-9.1 leaves the choice of the SMMU's stages to the command line; later
# versions of the board always have both.
ARM64 = ('-M', 'virt-9.1,virtualization=on,gic-version=3,iommu=smmuv3',
         '-cpu', 'cortex-a76')

CONSOLE = {'arm64': 'console=ttyAMA0'}
QEMU_TARGET = {'arm64': 'aarch64'}


@dataclass(frozen=True)
class Machine:
    """A machine without its kernel: architecture and QEMU options."""
    arch: str
    options: tuple


MACHINES = {
    'arm64-nested': Machine('arm64', ARM64 + (
        '-global', 'arm-smmuv3.stage=nested', '-device', EDU, '-device', EDU)),
    'arm64-stage1': Machine('arm64', ARM64 + (
        '-global', 'arm-smmuv3.stage=1', '-device', EDU)),
    'arm64-stage2': Machine('arm64', ARM64 + (
        '-global', 'arm-smmuv3.stage=2', '-device', EDU)),
}


@dataclass(frozen=True)
class Boot:
    """One start of a machine: the programs to run and the checks around them."""
    machine: str
    runs: tuple
    kunit: bool = False
    kmemleak: bool = True
    append: tuple = ()
    timeout: int = 300  # seconds


BOOTS = {
    'arm64': (
        Boot('arm64-nested', ('nesting_smmuv3',), kunit=True),
        Boot('arm64-stage1', ('nesting_smmuv3,--no-nesting',), kmemleak=False,
             timeout=120),
        Boot('arm64-stage2', ('nesting_smmuv3,--no-nesting',), kmemleak=False,
             timeout=120),
    ),
}

DEMO = {'arm64': ('arm64-nested', 'nesting_smmuv3,--demo')}


def command(qemu, machine, kernel, initrd, words):
    """QEMU's command line for MACHINE, without console and ports."""
    append = [CONSOLE[machine.arch], 'panic=-1', 'oops=panic', *words]
    return [qemu, '-nodefaults', '-display', 'none', '-no-reboot',
            '-accel', 'tcg', '-smp', '2', '-m', '1G', *machine.options,
            '-kernel', kernel, '-initrd', initrd, '-append', ' '.join(append)]
