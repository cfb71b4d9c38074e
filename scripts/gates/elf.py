# SPDX-License-Identifier: GPL-2.0
"""What an object file would put into the kernel.

Two objects are equal when each section that is loaded has the same bytes, the
same relocations and the same flags, and when they define and need the same
global symbols. Left out are the names of local symbols: they carry numbers of
__COUNTER__, which any new #include shifts. A relocation against a local symbol
is compared by the section and the offset that it stands for.
"""

import hashlib
import struct

SHT_SYMTAB, SHT_RELA, SHT_NOBITS = 2, 4, 8
SHF_ALLOC, SHF_MASK = 2, 0xfff
STB_LOCAL = 0


class Elf:
    """A relocatable ELF64 little-endian object."""

    def __init__(self, data):
        if data[:6] != b"\x7fELF\x02\x01":
            raise ValueError("no ELF64 little-endian object")
        self.data = data
        offset, = struct.unpack_from("<Q", data, 40)
        size, count, names = struct.unpack_from("<HHH", data, 58)
        self.sections = [struct.unpack_from("<IIQQQQIIQQ", data,
                                            offset + i * size)
                         for i in range(count)]
        self.names = [self.string(names, s[0]) for s in self.sections]
        self.symbols = self.read_symbols()

    def string(self, section, offset):
        """Return the string at @offset of string table @section."""
        start = self.sections[section][4] + offset
        return self.data[start:self.data.index(b"\0", start)].decode()

    def body(self, index):
        """Return the bytes of a section."""
        _, kind, _, _, offset, size, *_ = self.sections[index]
        return b"" if kind == SHT_NOBITS else self.data[offset:offset + size]

    def read_symbols(self):
        """Return [(name, binding, section index, value, size)]."""
        for i, section in enumerate(self.sections):
            if section[1] == SHT_SYMTAB:
                return [(self.string(section[6], name), info >> 4, shndx,
                         value, size) for name, info, _, shndx, value, size
                        in struct.iter_unpack("<IBBHQQ", self.body(i))]
        return []

    def target(self, number):
        """Return what identifies symbol @number in a relocation."""
        name, binding, section, value, _ = self.symbols[number]
        if binding != STB_LOCAL or section >= len(self.sections):
            return name
        return f"{self.names[section]}+{value:#x}"

    def relocations(self, index):
        """Return the relocations that apply to a section, as text."""
        out = []
        for i, section in enumerate(self.sections):
            if section[1] == SHT_RELA and section[7] == index:
                out += [f"{offset:#x} {info & 0xffffffff} "
                        f"{self.target(info >> 32)} {addend}"
                        for offset, info, addend
                        in struct.iter_unpack("<QQq", self.body(i))]
        return out

    def globals(self):
        """Return the global symbols as sorted text."""
        return sorted(f"{name} {binding} "
                      f"{self.names[section] if section < len(self.names) else section} "
                      f"{value} {size}"
                      for name, binding, section, value, size in self.symbols
                      if binding != STB_LOCAL)

    def digests(self):
        """Return section -> digest; sections of one name are told apart."""
        out = {"global symbols": digest("\n".join(self.globals()).encode())}
        for i, (_, kind, flags, _, _, size, *_) in enumerate(self.sections):
            if not flags & SHF_ALLOC:
                continue
            name = self.names[i]
            while name in out:
                name += "'"
            head = f"{kind} {flags & SHF_MASK} {size}\n"
            out[name] = digest(head.encode() + self.body(i) + b"\n" +
                               "\n".join(self.relocations(i)).encode())
        return out


def digest(data):
    """Return a short digest of @data."""
    return hashlib.sha256(data).hexdigest()[:16]


def differences(old, new):
    """Return the names of what differs between two results of digests()."""
    return sorted(name for name in old.keys() | new.keys()
                  if old.get(name) != new.get(name))
