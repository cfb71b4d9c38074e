# SPDX-License-Identifier: GPL-2.0
"""The test device. Its constants are read from the header of the model."""
import os
import re

HERE = os.path.dirname(os.path.abspath(__file__))
MODEL = os.path.join(HERE, "..", "model", "include", "hw")
DEFINE = re.compile(r"^#define[ \t]+(\w+)(?:\(([\w, ]+)\))?[ \t]+([^\n/]+)", re.M)
ATS_CAP, PASID_CAP, PRI_CAP = 0x100, 0x120, 0x140


def constants(path):
    """The #defines of a header that has nothing else, as a dictionary."""
    names = {}
    with open(os.path.join(MODEL, path), encoding="ascii") as header:
        for match in DEFINE.finditer(header.read()):
            name, parameter, value = match.groups()
            value = re.sub(r"\b(0x[0-9a-f]+|\d+)u\b", r"\1", value.strip())
            if parameter:
                value = "lambda %s: %s" % (parameter, value)
            names[name] = eval(value, names)     # our own header
    return names


R = constants("misc/iommu-testdev-regs.h")
C = constants("i386/intel-iommu-counters.h")


def pasid(number, *flags):
    """The PASID register for a number and ITD_PASID_ flags by their last word."""
    value = R["ITD_PASID_VALID"] | number
    for flag in flags:
        value |= R["ITD_PASID_" + flag]
    return value


class TestDevice:
    """One iommu-testdev, with everything enabled in configuration space."""

    def __init__(self, machine, number=0, enable=("ats", "pasid", "pri")):
        self.machine = machine
        self.slot, self.bar = machine.enable_testdev(number)
        self.sid = self.slot << 3
        self.enable(*enable)

    def enable(self, *what):
        """Turns ATS, PASID and PRI on where named, off where not."""
        m = self.machine
        m.config_write(self.slot, ATS_CAP + 4, (1 << 31) * ("ats" in what))
        m.config_write(self.slot, PASID_CAP + 4, (7 << 16) * ("pasid" in what))
        m.config_write(self.slot, PRI_CAP + 4, 1 * ("pri" in what))

    def reg(self, name):
        """A 64-bit register or counter of the device."""
        return self.machine.read64(self.bar + R[name])

    def responses(self, code):
        """How many responses with this code came."""
        return self.machine.read64(self.bar + R["ITD_CNT_PRG_RESP"](code))

    def set(self, name, value):
        """A 32-bit register of the device."""
        self.machine.write32(self.bar + R[name], value)

    def _channel(self, number):
        return self.bar + R["ITD_CHANNEL"](number)

    def channel(self, name, number=0):
        """A register of a channel."""
        wide = name in ("ITD_SRC", "ITD_DST", "ITD_FADDR", "ITD_IMM",
                        "ITD_RUNS", "ITD_FAULTS")
        addr = self._channel(number) + R[name]
        return self.machine.read64(addr) if wide else self.machine.read32(addr)

    def status(self, number=0):
        """The status of a channel by name: DONE, FAULT ..."""
        value = self.channel("ITD_STATUS", number)
        names = {R[n]: n[7:] for n in R if n.startswith("ITD_ST_")}
        return names[value]

    def run(self, operation, *flags, channel=0, **registers):
        """Starts an operation (its name after ITD_OP_), returns the status."""
        base = self._channel(channel)
        for name, value in registers.items():
            reg = R["ITD_" + name.upper()]
            if name in ("src", "dst", "imm"):
                self.machine.write64(base + reg, value)
            else:
                self.machine.write32(base + reg, value)
        command = R["ITD_OP_" + operation.upper()]
        for flag in flags:
            command |= R["ITD_CMD_" + flag.upper()]
        self.machine.write32(base + R["ITD_CMD"], command)
        return self.status(channel)

    def fill(self, dst, value, *flags, tag=0, channel=0, length=8):
        """Writes @value over @length bytes at @dst; @tag is a PASID register."""
        return self.run("fill", *flags, channel=channel, dst=dst, imm=value,
                        dst_pasid=tag, len=length)

    def fetch(self, src, *flags, tag=0, channel=0):
        """Reads 8 bytes; returns (status, value)."""
        status = self.run("read", *flags, channel=channel, src=src,
                          src_pasid=tag, len=8)
        return status, self.channel("ITD_IMM", channel)
