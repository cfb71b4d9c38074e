# SPDX-License-Identifier: GPL-2.0
"""Memory of a world, on either board: pages handed out, and a guest's data pages."""

VA = 0x10000            # translated to the first data page
VA2 = 0x20000           # to the second
FRESH = 0x90000         # an address that nothing is mapped at
GUEST_OFFSET = 0x4000000        # from a guest address to the host's
DATA_PAGES = 8


class Pool:
    """Hands out pages."""

    def __init__(self, first):
        self.next = first

    def page(self, count=1):
        """The address of the first of @count fresh pages, aligned to their size."""
        size = 0x1000 * count
        self.next = -(-self.next // size) * size + size
        return self.next - size


class DataPages:
    """
    The data pages of a guest, from address DATA on, and the token that the @device
    of whoever inherits them writes there.
    """

    DATA = 0

    def __init__(self, machine):
        self.machine = machine
        self.device = None
        self.token = 0xabc0000000

    @classmethod
    def data(cls, page):
        """Guest address of a data page."""
        return cls.DATA + 0x1000 * page

    def host(self, page):
        """Host address of a data page."""
        return self.data(page) + GUEST_OFFSET

    def landed(self):
        """Which data pages start with the token."""
        return [i for i in range(DATA_PAGES)
                if self.machine.read64(self.host(i)) == self.token]

    def clear(self):
        """Data pages to 0, a new token."""
        self.token += 1
        for i in range(DATA_PAGES):
            self.machine.write64(self.host(i), 0)

    def written(self, status):
        """Pages that were hit by a write that ended like that, or the bad status."""
        return self.landed() if status == "DONE" else status

    def where_edu(self, addr=VA, source=VA2):
        """Writes with edu, whose data come from page 1 through @source."""
        self.clear()
        self.machine.write64(self.host(1), self.token)
        self.device.move(source, addr)
        return [i for i in self.landed() if i != 1]
