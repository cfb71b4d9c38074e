# SPDX-License-Identifier: GPL-2.0
"""The emulated machines and what is run on each."""
from dataclasses import dataclass

EDU = 'edu,dma_mask=0xffffffffffffffff'

# virt-9.1 leaves the choice of the SMMU's stages to the command line; later
# versions of the board always have both.
# These are for any QEMU that has two stages.
ARM64 = ('-M', 'virt-9.1,virtualization=on,gic-version=3,iommu=smmuv3',
         '-cpu', 'cortex-a76', '-m', '1G')

# SubstreamIDs and stalls are the rig's own model's. Linux lets the functions stall
# that have the identity x-stall-id; the third test device may not.
TESTDEV = 'iommu-testdev'
MODEL_DEVICES = ('-device', f'{TESTDEV},x-stall-id=on,addr=1',
                 '-device', f'{TESTDEV},x-stall-id=on,addr=2',
                 '-device', f'{TESTDEV},addr=3',
                 '-device', f'{EDU},addr=4', '-device', f'{EDU},addr=5')


def smmu(*options):
    """QEMU's options for a machine behind an SMMUv3 with these options."""
    line = ARM64
    for option in ('stage=nested', 'x-ssidsize=16', *options):
        line += ('-global', f'arm-smmuv3.{option}')
    return line + MODEL_DEVICES


# The firmware is the distribution's. No IOMMU: the kernel brings a mock.
X86 = ('-L', '/usr/share/seabios', '-L', '/usr/share/qemu',
       '-M', 'q35', '-cpu', 'qemu64,+smep,+smap', '-m', '1G')

# Three devices with a group of their own, and two that share one because a
# bridge to conventional PCI is above them.
X86_DEVICES = ('-device', EDU, '-device', EDU, '-device', EDU,
               '-device', 'pcie-pci-bridge,id=shared',
               '-device', f'{EDU},bus=shared,addr=1',
               '-device', f'{EDU},bus=shared,addr=2')

# VT-d that nests is the rig's own model. It comes before the devices behind it.
# Four devices with PASIDs, ATS and PRI. The third, behind a port, can be reset with
# its bus; the last is in a slot that the guest's kernel can switch off: the slots are
# PCI Express's own, not ACPI's. No port has both: pciehp would reset the bus, under a
# lock that it also holds while VFIO removes a device. The edu has none of these.
X86_VTD = ('-L', '/usr/share/seabios', '-L', '/usr/share/qemu',
           '-M', 'q35', '-cpu', 'qemu64,+smep,+smap,+pdpe1gb', '-m', '1G',
           '-global', 'ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off')
VTD_DEVICES = ('-device', f'{TESTDEV},addr=4', '-device', f'{TESTDEV},addr=5',
               '-device', 'pcie-root-port,id=rp,addr=6,chassis=1,slot=1,hotplug=off',
               '-device', f'{TESTDEV},bus=rp', '-device', f'{EDU},addr=7',
               '-device', 'pcie-root-port,id=rp2,addr=8,chassis=2,slot=2',
               '-device', f'{TESTDEV},bus=rp2')
# QEMU's CPUs run in turns: in threads of their own, one that changes the memory map,
# as resets do, can end QEMU with an assertion of another's (iotlb_to_section()).
# The last 4 MiB are for a test that needs 2 MiB in one piece.
VTD_RUN = {'words': ('intel_iommu=on,sm_on', 'iommu=nopt', 'mem=1020M'),
           'accel': 'tcg,thread=single'}


def vtd(width=48, nesting=True, ats='on', extra=''):
    """QEMU's options for a machine behind VT-d."""
    unit = ('intel-iommu,intremap=on,x-scalable-mode=on,'
            f'aw-bits={width},device-iotlb={ats}')
    if nesting:
        unit += f',x-nesting=on,x-pasid-mode=on,x-prs={ats}{extra}'
    return X86_VTD + ('-device', unit) + VTD_DEVICES


# A page request that takes its time: a driver that doesn't drain is found out.
DELAY = ',x-prq-delay=200000000'

# A unit that waits for a silent device: what others want meanwhile is aborted. A CPU
# that waits for the unit does nothing else, so that there is one for each device.
SLOW = {'options': vtd(extra=',x-ite-delay=500000'), 'cpus': 4}

# 64 domain ids: a driver that loses some is out of them soon
FEW_IDS = ',x-nd=1'

# What a unit can be told to ignore: kinds of descriptors, page requests, drains
DROPS = ('context', 'iotlb', 'dev-tlb', 'piotlb', 'pasid-cache', 'dev-piotlb',
         'pgresp', 'prq', 'drain')

# One instruction takes one virtual nanosecond, and time stands still for
# devices: the same run gives the same numbers.
ICOUNT = ('-icount', 'shift=0,sleep=off,align=off', '-seed', '1',
          '-rtc', 'base=2024-01-01,clock=vm')

COUNTED = ('nokaslr', 'tsc=reliable')

# The MP table describes a machine without an IOMMU as well as ACPI, under KASAN in
# half the time. Nobody tells the kernel then where the ACPI timer is, and on a host
# without time to spare it can't measure the TSC and the APIC's timer without it: its
# own ticks become its clock, and stand still. QEMU's CPUs share one TSC, although their
# model doesn't say so. Without interrupt remapping VFIO wants to be asked twice.
NO_IOMMU = {'words': ('acpi=off', 'pmtmr=0x608', 'tsc=reliable',
                      'vfio_iommu_type1.allow_unsafe_interrupts=1')}

WORDS = {
    'arm64': ('console=ttyAMA0',),
    # KASAN sees what SLUB's own checks would, in half the time. The check of the
    # timer fails when the host gives the machine no time.
    'x86_64': ('console=ttyS0', 'slub_debug=-', 'no_timer_check'),
}


NO_NESTING = ('nesting_smmuv3,--no-nesting', 'nesting_info,--no-nesting')
# Of VT-d's tests those that depend on the width, and those that repeat something
WIDE = '+'.join((
    'capability', 'canonical_addresses', 'five_levels', 'bind_bad', 'bind_unoffered',
    'binds_leave_nothing', 'attaches_leave_nothing', 'pasids_from_everywhere',
    'stage2_unmapped_during_dma', 'everything_at_once', 'is_clean'))
# And one for each way through the kernel, for a kernel that checks itself and takes
# several times as long: life and death, failures, errors, races. Not the slot that is
# switched off: lockdep reports the order of 6.1's own pciehp's locks.
CHECKED = '+'.join((
    'capability', 'write_4k', 'stage2_unmapped_at_once', 'stage2_of_root_unmapped',
    'msi', 'invalidate_addr', 'invalidate_pasid', 'invalidate_domain',
    'invalidate_uneven_ranges', 'gpasid_crossed', 'gpasid_ends_with_binding',
    'pasid_of_another_process', 'close_one', 'free_one', 'free_all', 'all_or_nothing',
    'detach_one', 'driver_unbound_from_one', 'close_dgc', 'close_cgd',
    'device_reopened', 'group_detached', 'driver_unbound_while_open',
    'closed_during_dma', 'unbound_during_dma', 'stage2_unmapped_during_dma',
    'process_killed', 'function_reset', 'function_reset_during_dma',
    'power_state_during_dma', 'hot_reset', 'hot_reset_during_dma', 'unplugged',
    'unplugged_while_open', 'device_does_not_answer',
    'device_does_not_answer_unbind', 'device_does_not_answer_unmap',
    'device_does_not_answer_close', 'page_requests_are_answered',
    'unbind_drains_page_requests', 'bind_bad', 'bind_unoffered', 'pasid_table',
    'invalidate_bad_range', 'invalidate_bad_space', 'edu_rid', 'no_operations',
    'large_page_replaces_table', 'everything_at_once', 'everything_fails_at_once',
    'binds_leave_nothing', 'attaches_leave_nothing', 'pasids_from_everywhere',
    'served', 'groups', 'refused', 'storm', 'time_out', 'overflow', 'unbound',
    'queue_closed', 'handler_killed', 'device_reset', 'power_state', 'detached',
    'blocked', 'unrecoverable', 'injected_invalidation', 'injected_unmap',
    'injected_response', 'injected_bind', 'injected_for_ever',
    'injected_failure_of_one', 'injected_failure', 'injected_time_out',
    'injected_refusal', 'injected_close', 'injected_unbind', 'silent_pasid',
    'silent_both', 'silent_unmap', 'silent_over_and_over', 'is_clean'))
# Those in which a device does not answer
SILENT = '+'.join((
    'device_answers_late', 'device_does_not_answer', 'device_does_not_answer_unbind',
    'device_does_not_answer_unmap', 'device_does_not_answer_close', 'silent',
    'silent_addr', 'silent_pasid', 'silent_domain', 'silent_named', 'silent_both',
    'silent_unmap', 'silent_over_and_over', 'is_clean'))
NO_NESTING_VTD = ('nesting_vtd,--no-nesting', 'nesting_info,--no-nesting')


@dataclass(frozen=True)
class Machine:
    """A machine without its kernel: architecture and QEMU options."""
    arch: str
    options: tuple
    cpus: int = 2
    words: tuple = ()  # of the kernel command line, besides those of WORDS
    accel: str = 'tcg'
    emulator: str = 'model'  # what build-qemu.sh calls it

    @property
    def host_cpus(self):
        """How many CPUs of the host it keeps busy."""
        return 1 if 'thread=single' in self.accel else self.cpus


MACHINES = {
    'arm64-nested': Machine('arm64', ARM64 + (
        '-global', 'arm-smmuv3.stage=nested', '-device', EDU, '-device', EDU),
        emulator='any'),
    'arm64-stage1': Machine('arm64', ARM64 + (
        '-global', 'arm-smmuv3.stage=1', '-device', EDU), emulator='any'),
    'arm64-stage2': Machine('arm64', ARM64 + (
        '-global', 'arm-smmuv3.stage=2', '-device', EDU), emulator='any'),
    'arm64-model': Machine('arm64', smmu('x-stall=on')),
    'arm64-model-few': Machine('arm64', smmu('x-stall=on', 'x-stall-max=4')),
    'arm64-model-nostall': Machine('arm64', smmu()),
    'x86-mock': Machine('x86_64', X86 + X86_DEVICES, **NO_IOMMU),
    'x86-vtd': Machine('x86_64', vtd(), **VTD_RUN),
    'x86-vtd-noats': Machine('x86_64', vtd(ats='off'), **VTD_RUN),
    'x86-vtd-57': Machine('x86_64', vtd(width=57, extra=FEW_IDS), **VTD_RUN),
    'x86-vtd-single': Machine('x86_64', vtd(nesting=False), **VTD_RUN),
    'x86-vtd-delay': Machine('x86_64', vtd(extra=DELAY), **VTD_RUN),
    'x86-vtd-slow': Machine('x86_64', **SLOW, **VTD_RUN),
    **{f'x86-vtd-drop-{kind}':
       Machine('x86_64', vtd(extra=f'{DELAY},x-drop={kind}'), **VTD_RUN)
       for kind in DROPS},
    'x86-vtd-counted': Machine('x86_64', vtd() + ICOUNT, cpus=1, **VTD_RUN),
    'x86-vtd-noats-counted': Machine('x86_64', vtd(ats='off') + ICOUNT, cpus=1,
                                     **VTD_RUN),
    'x86-counted': Machine('x86_64', X86 + X86_DEVICES + ICOUNT, cpus=1,
                           **NO_IOMMU),
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


# No debugging: many repeats, and memory that comes back
PLAIN = {'variant': 'plain', 'kmemleak': False, 'timeout': 600}

TEST = {
    'arm64': (
        Boot('arm64-nested', ('nesting_smmuv3', 'nesting_info'), kunit=True,
             timeout=600),
        Boot('arm64-model', ('nesting_smmuv3',), timeout=600),
        Boot('arm64-model', ('nesting_stall',), 'stalls', timeout=600),
        Boot('arm64-stage1', NO_NESTING, kmemleak=False, timeout=120),
        Boot('arm64-stage2', NO_NESTING, kmemleak=False, timeout=120),
    ),
    'x86_64': (
        Boot('x86-vtd-delay', (f'nesting_vtd,--ats,--only,{CHECKED}',
                               'nesting_info,--vtd'), timeout=1500),
        Boot('x86-vtd', ('nesting_vtd',), **PLAIN),
        Boot('x86-vtd-noats', ('nesting_vtd,--no-ats',), **PLAIN),
        Boot('x86-vtd-57', (f'nesting_vtd,--five-levels,--only,{WIDE}',), **PLAIN),
        Boot('x86-vtd-slow', (f'nesting_vtd,--ats,--only,{SILENT}',), **PLAIN),
        Boot('x86-vtd-single', NO_NESTING_VTD, kmemleak=False, timeout=120),
        Boot('x86-mock', (
            'nesting_mock', 'nesting_fail_nth', 'nesting_next_old,old',
            'nesting_next_new,old'), kunit=True, timeout=1800),
        Boot('x86-mock', ('nesting_fuzz,--selftest', 'nesting_fuzz,--seconds,60'),
             'fuzz', append=('panic_on_warn=1',), timeout=400),
        Boot('x86-mock', ('nesting_mock32',), '32-bit', variant='plain',
             kmemleak=False, timeout=900),
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

# Upstream's kernel, which has neither the series nor kmemleak
ORACLE_RUN = {'variant': 'oracle', 'kmemleak': False, 'timeout': 300}
ORACLE = {'x86_64': (
    Boot('x86-vtd', ('oracle_vtd',), 'oracle', **ORACLE_RUN),
    Boot('x86-vtd-delay', ('oracle_vtd',), 'oracle', **ORACLE_RUN),
    Boot('x86-vtd-noats', ('oracle_vtd,--no-ats',), 'oracle', **ORACLE_RUN),
)}


# Of our own tests those that a missing descriptor or page request makes fail
NOTICE_DROPS = '+'.join((
    'invalidate_addr', 'invalidate_pasid', 'invalidate_domain', 'edu_rid', 'unbind',
    'bind_after_use', 'replace_without_invalidation', 'stage2_unmapped_at_once',
    'group_detached', 'unplugged', 'page_request_is_answered',
    'unbind_drains_page_requests'))


def drop_boots(kind=None):
    """The boots, by guest, that notice when the unit ignores KIND, or don't when it
    ignores nothing."""
    name = f'x86-vtd-drop-{kind}' if kind else 'x86-vtd-delay'
    return {
        'oracle': Boot(name, ('oracle_vtd',), 'oracle', **ORACLE_RUN),
        'tests': Boot(name, (f'nesting_vtd,--only,{NOTICE_DROPS}',), 'drop',
                      variant='plain', kmemleak=False),
    }


# How a boot is whose numbers are compared with another's
BENCH_RUN = {'kmemleak': False, 'append': COUNTED, 'timeout': 300}


def bench_boots(name):
    """The boots that tell what calls cost on machine NAME, by guest."""
    return {
        'tests': Boot(name, ('nesting_bench,--icount',), 'ours', variant='plain',
                      **BENCH_RUN),
        'oracle': Boot(name, ('oracle_bench,--icount',), 'iommufd', variant='oracle',
                       **BENCH_RUN),
    }


PAGING = 'device with ATS'
BENCH = {
    PAGING: bench_boots('x86-vtd-counted'),
    'device without ATS': bench_boots('x86-vtd-noats-counted'),
}
# The kernel's own page requests, on the kernel and machine of ours with ATS
BENCH_SVA = Boot('x86-vtd-counted', ('bench_sva,--icount,/modules/itd_sva.ko',), 'sva',
                 variant='plain', **BENCH_RUN)

# The boots of each purpose, by architecture
SETS = {
    'test': TEST,
    'cost': COST,
    'coverage': COVERAGE,
    'oracle': ORACLE,
}

# The machine that `make shell` boots, and the demos
SHELL = {'arm64': 'arm64-model', 'x86_64': 'x86-mock'}
DEMO = {
    'arm64': Boot('arm64-model', ('nesting_smmuv3,--demo', 'nesting_stall,--demo'),
                  'demo', variant='plain', timeout=120),
    'x86_64': Boot('x86-vtd', ('nesting_vtd,--demo',), 'demo', variant='plain',
                   timeout=120),
}


def command(qemu, machine, kernel, initrd, words):
    """QEMU's command line for MACHINE, without console and ports."""
    append = [*WORDS[machine.arch], *machine.words, 'panic=-1', 'oops=panic', *words]
    return [qemu, '-nodefaults', '-display', 'none', '-no-reboot',
            '-accel', machine.accel,
            '-smp', f'{machine.cpus},sockets={machine.cpus}', *machine.options,
            '-kernel', kernel, '-initrd', initrd, '-append', ' '.join(append)]
