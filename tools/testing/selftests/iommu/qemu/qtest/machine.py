# SPDX-License-Identifier: GPL-2.0
"""A QEMU machine driven through the qtest protocol: memory, ports, PCI, clock."""
import os
import socket
import subprocess
import tempfile

TIMEOUT = 60            # seconds that QEMU may take for one command
EDU_SLOT = 3
TESTDEV_SLOT = 4        # the second one is in slot 5
PORT_SLOT = 6           # a port, when asked for, with a device on bus 1
BEHIND_PORT = 1 << 5    # that device's slot, counted from bus 0


class MachineError(Exception):
    """QEMU ended before it should, or doesn't do what every QEMU does."""


class NotStarted(MachineError):
    """QEMU refuses its command line."""


class NoDevice(MachineError):
    """This QEMU has no iommu-testdev."""


class Config:
    """The QEMU that machines are built of; stock lacks what our patches add."""

    def __init__(self, qemu, stock=False):
        self.qemu = qemu
        self.stock = stock

    def known(self, options, ours):
        """Those of the options of a device that this QEMU knows."""
        return [option for option in options
                if not self.stock or option.split("=")[0] not in ours]


class Machine:
    """
    One QEMU process. Use as a context manager. A board says what it consists of,
    where devices go, and how configuration space is reached.
    """

    ECAM = BARS = None

    def __init__(self, config, options=(), testdevs=1, port=False):
        self.config = config
        self.options = options
        self.testdevs = testdevs
        self.folder = tempfile.TemporaryDirectory()
        path = os.path.join(self.folder.name, "qtest")
        self.log = tempfile.TemporaryFile()
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path)
            listener.listen(1)
            listener.settimeout(1)
            self.process = subprocess.Popen(
                [config.qemu, *self.board(options), *self.devices(testdevs, port),
                 "-display", "none", "-net", "none", "-accel", "qtest",
                 "-qtest", "unix:" + path, "-qtest-log", "/dev/null"],
                stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
            try:
                self._start(listener)
            except BaseException:
                self.close()
                raise

    def board(self, options):
        """QEMU's options for the board and its IOMMU, which has @options."""
        raise NotImplementedError

    @property
    def edu_bar(self):
        """Where edu's registers are."""
        return self.BARS

    @property
    def testdev_bar(self):
        """Where those of the first test device are; the others' follow."""
        return self.BARS + 0x100000

    @property
    def port_bar(self):
        """Where those of the test device behind the port are."""
        return self.BARS + 0x200000

    def config_read(self, slot, reg):
        """32 bits of PCI configuration space, extended too (bus 0)."""
        return self.read32(self._config_address(slot, reg))

    def config_write(self, slot, reg, value):
        """32 bits of PCI configuration space."""
        self.write32(self._config_address(slot, reg), value)

    def _config_address(self, slot, reg):
        return self.ECAM + (slot << 15) + reg

    @staticmethod
    def devices(testdevs, port):
        """QEMU's options for the devices."""
        line = ["-device", "edu,dma_mask=0xffffffffffffffff,addr=%d" % EDU_SLOT]
        for i in range(testdevs):
            line += ["-device", "iommu-testdev,addr=%d" % (TESTDEV_SLOT + i)]
        if port:
            line += ["-device", "pcie-root-port,id=rp,addr=%d" % PORT_SLOT,
                     "-device", "iommu-testdev,bus=rp"]
        return line

    def _start(self, listener):
        """QEMU connects before it looks at its devices; then it may still end."""
        self.socket = self._accept(listener)
        self.lines = self.socket.makefile("rb")
        try:
            self.enable_device(EDU_SLOT, self.edu_bar)
        except MachineError as error:
            raise NotStarted("QEMU doesn't start: " + self.messages()) from error

    def _accept(self, listener):
        for _ in range(TIMEOUT):
            try:
                connection, _ = listener.accept()
                connection.settimeout(TIMEOUT)
                return connection
            except socket.timeout:
                if self.process.poll() is not None:
                    break
        raise NotStarted("QEMU doesn't start: " + self.messages())

    def messages(self):
        """What QEMU said, on one line, without warnings."""
        self.log.seek(0)
        lines = self.log.read().decode(errors="replace").splitlines()
        return " / ".join(line for line in lines if ": warning: " not in line)

    def close(self):
        """Ends QEMU."""
        self.process.kill()
        self.process.wait()
        self.folder.cleanup()

    def again(self, *options):
        """Another machine of the kind, with more options."""
        return type(self)(self.config, self.options + options, self.testdevs)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def command(self, text):
        """Sends a command of the protocol, returns what follows OK."""
        try:
            self.socket.sendall((text + "\n").encode())
            while True:
                line = self.lines.readline().decode().strip()
                if not line:
                    raise MachineError("QEMU ended: " + self.messages())
                if not line.startswith("IRQ"):
                    break
        except OSError as error:
            raise MachineError("QEMU: %s: %s" % (error, self.messages())) from error
        if not line.startswith("OK"):
            raise MachineError("%s: %s" % (text, line))
        return line[3:]

    def write32(self, addr, value):
        """32 bits to memory or a device."""
        self.command("writel %#x %#x" % (addr, value & 0xffffffff))

    def write64(self, addr, value):
        """64 bits to memory or a device."""
        self.command("writeq %#x %#x" % (addr, value & (1 << 64) - 1))

    def read32(self, addr):
        """32 bits from memory or a device."""
        return int(self.command("readl %#x" % addr), 16)

    def read64(self, addr):
        """64 bits from memory or a device."""
        return int(self.command("readq %#x" % addr), 16)

    def write(self, addr, data):
        """Bytes to memory."""
        self.command("write %#x %#x 0x%s" % (addr, len(data), data.hex()))

    def read(self, addr, size):
        """Bytes from memory."""
        return bytes.fromhex(self.command("read %#x %#x" % (addr, size))[2:])

    def step(self, nanoseconds):
        """Lets virtual time pass."""
        self.command("clock_step %d" % nanoseconds)

    def capability(self, slot, number):
        """Where a capability of conventional configuration space is."""
        at = self.config_read(slot, 0x34) & 0xff
        while at:
            value = self.config_read(slot, at)
            if value & 0xff == number:
                return at
            at = value >> 8 & 0xff
        raise MachineError("slot %d: no capability %#x" % (slot, number))

    def enable_device(self, slot, bar):
        """Gives a device an address, lets it do DMA."""
        self.config_write(slot, 0x10, bar)
        self.config_write(slot, 4, 6)

    def open_port(self):
        """Lets accesses through the port: bus 1, and addresses from port_bar on."""
        window = self.port_bar >> 16
        self.config_write(PORT_SLOT, 0x18, 0x00010100)
        self.config_write(PORT_SLOT, 0x20, window << 16 | window)
        self.config_write(PORT_SLOT, 4, 6)

    def enable_testdev(self, number=0):
        """
        Gives test device @number an address; returns (slot, address). Number
        BEHIND_PORT is the one behind the port.
        """
        behind = number == BEHIND_PORT
        if behind:
            self.open_port()
        slot = number if behind else TESTDEV_SLOT + number
        bar = self.port_bar if behind else self.testdev_bar + 0x10000 * number
        if self.config_read(slot, 0) == 0xffffffff:
            raise NoDevice("no iommu-testdev: " + self.messages())
        self.enable_device(slot, bar)
        return slot, bar
