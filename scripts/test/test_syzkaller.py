# SPDX-License-Identifier: GPL-2.0
"""The description of the interface for syzkaller says what the headers say."""

import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from gates.members import structures

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "tools/testing/selftests/iommu/syzkaller"
TEXT = FOLDER / "dev_vfio_nesting.txt"
CONST = FOLDER / "dev_vfio_nesting.txt.const"
OURS = ("iommu_fault_queue.h", "iommu_nesting.h", "vfio_nesting.h")
HEADERS = ("linux/fcntl.h", "linux/iommu.h", "linux/vfio.h", "linux/iommu_nesting.h",
           "linux/vfio_nesting.h", "asm/unistd.h")
# The headers of <asm/> are those of both, but -m32 does not look there.
COMPILERS = {"386": ["gcc", "-m32", "-isystem", "/usr/include/x86_64-linux-gnu"],
             "amd64": ["gcc"],
             "arm64": ["aarch64-linux-gnu-gcc"]}
# Structures of the headers that no call takes
OUTPUT_ONLY = {"iommu_nesting_info", "iommu_nesting_info_smmuv3",
               "iommu_nesting_info_vtd", "vfio_iommu_type1_info_cap_nesting",
               "iommu_fault_lost", "iommu_fault_answered", "iommu_fault_blocked"}
# The calls themselves, by number
SYSCALLS = {"__NR_eventfd2", "__NR_fcntl", "__NR_ioctl", "__NR_openat", "__NR_read"}
# Of Linux 5.10's header, and no operations
NOT_FOR_CALLS = re.compile(r"_LAST$|_NR$|_MASK$|^IOMMU_NESTING_FEAT_|^_"
                           r"|^IOMMU_FAULT_(LOST|ANSWERED|BLOCKED)"
                           r"|INFO_CAP_NESTING$|^VFIO_NESTING_OP_(GROUP|DEVICE)$")
BLOCK = re.compile(r"^(?:type )?(\w+)(?:\[([\w, ]+)\])? ([{[])\n(.*?)^[}\]]$",
                   re.M | re.S)


class Description:
    """What the text declares, with the sizes of its types."""

    def __init__(self, text):
        self.text = re.sub(r"#.*$", "", text, flags=re.M)
        self.blocks, self.unions = {}, set()
        for name, args, kind, body in BLOCK.findall(self.text):
            fields = [line.split(None, 1) for line in body.strip().split("\n")]
            self.blocks[name] = (args.split(", ") if args else [],
                                 [(f, t.strip()) for f, t in fields])
            if kind == "[":
                self.unions.add(name)
        self.resources = dict(re.findall(r"^resource (\w+)\[(\w+)\]",
                                         self.text, re.M))
        self.defines = dict(re.findall(r"^define\s+(\w+)\s+(.*?)\s*$",
                                       self.text, re.M))
        self.flags = dict(re.findall(r"^(\w+) = (.*)$", self.text, re.M))

    def size(self, kind, bound=()):
        """Return the bytes of type @kind, parameters replaced by @bound."""
        bound = dict(bound)
        kind = bound.get(kind, kind)
        name, _, args = kind.partition("[")
        args = [bound.get(a.strip(), a.strip())
                for a in split(args[:-1])] if args else []
        if name == "void":
            return 0
        if name == "array":
            return int(args[1]) * self.size(args[0], bound)
        if name in ("const", "flags", "len"):
            return self.size(args[1])
        if found := re.fullmatch(r"(?:int|vma)(8|16|32|64)", name):
            return int(found[1]) // 8
        if name in self.resources:
            base = self.resources[name]
            return 4 if base == "fd" else self.size(base)
        params, fields = self.blocks[name]
        inner = dict(zip(params, args))
        sizes = [self.size(t, inner) for _, t in fields]
        return max(sizes) if name in self.unions else sum(sizes)

    def offsets(self, name, bound=()):
        """Return the fields of a structure with their offsets."""
        at, out = 0, []
        for field, kind in self.blocks[name][1]:
            out.append((field, at))
            at += self.size(kind, bound)
        return out

    def constants(self):
        """Return the names that stand for numbers."""
        names = set(self.defines)
        names.update(re.findall(r"\b[A-Z][A-Z0-9_]+\b", " ".join(
            list(self.flags.values()) + list(self.defines.values()))))
        for params, fields in self.blocks.values():
            for _, kind in fields:
                names.update(set(re.findall(r"\b[A-Z][A-Z0-9_]+\b", kind)) -
                             set(params))
        for line in re.findall(r"^\w+\$\w+\(.*$", self.text, re.M):
            line = re.sub(r"^\w+\$\w+\(", "", line)
            names.update(re.findall(r"\b[A-Z][A-Z0-9_]+\b", line))
        return names


def split(args):
    """Split at the commas that are outside of brackets."""
    out, depth = [""], 0
    for char in args:
        depth += {"[": 1, "]": -1}.get(char, 0)
        if char == "," and not depth:
            out.append("")
        else:
            out[-1] += char
    return out


def evaluate(arch, expressions, include):
    """Return the values of C expressions, from the assembly of @arch."""
    lines = [f"#include <{header}>" for header in HEADERS]
    lines += [f'void f{i}(void) {{ asm volatile("\\n->{i} %c0" : : '
              f'"i" ((unsigned int)({e}))); }}'
              for i, e in enumerate(expressions)]
    proc = subprocess.run(
        [*COMPILERS[arch], "-O1", "-S", "-xc", "-o", "-",
         "-isystem", str(include), "-"], text=True, input="\n".join(lines),
        check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    values = {int(i): int(v) & 0xffffffff for i, v in
              re.findall(r"^->(\d+) [#$]?(-?\d+)", proc.stdout, re.M)}
    if proc.returncode or len(values) != len(expressions):
        raise AssertionError(f"{arch}: {proc.stderr[:2000]}")
    return [values[i] for i in range(len(expressions))]


def read_const(text):
    """Return the architectures and {name: {arch: value}} of a .const file."""
    arches, values = [], {}
    for line in text.split("\n"):
        if not line or line.startswith("#"):
            continue
        name, _, value = line.partition(" = ")
        if name == "arches":
            arches = value.split(", ")
            continue
        values[name] = dict.fromkeys(arches)
        for part in value.split(", "):
            *some, number = part.rsplit(":", 1)
            for arch in some[0].split(":") if some else arches:
                values[name][arch] = int(number, 0)
    return arches, values


class Syzkaller(unittest.TestCase):
    """Description and constants against the headers of this checkout."""

    @classmethod
    def setUpClass(cls):
        tmp = tempfile.TemporaryDirectory()
        cls.addClassCleanup(tmp.cleanup)
        cls.include = Path(tmp.name)
        (cls.include / "linux").mkdir()
        cls.headers = ""
        for header in OURS:
            path = ROOT / "include/uapi/linux" / header
            shutil.copy(path, cls.include / "linux")
            cls.headers += path.read_text()
        cls.description = Description(TEXT.read_text())
        cls.members = structures(cls.headers)
        cls.members["iommu_page_response"] = [
            "argsz", "version", "flags", "pasid", "grpid", "code"]

    def arch(self, arch):
        """Skip without the compiler of @arch."""
        if not shutil.which(COMPILERS[arch][0]):
            self.skipTest(f"no {COMPILERS[arch][0]}")

    def described(self):
        """Names of the structures that both sides have."""
        return sorted(set(self.description.blocks) & set(self.members))

    def test_every_structure_is_described(self):
        self.assertEqual(set(self.members) - OUTPUT_ONLY -
                         set(self.described()), set())

    def test_fields_and_their_order(self):
        for name in self.described():
            ours = [f for f, _ in self.description.blocks[name][1]]
            theirs = [m for m in self.members[name] if "." not in m]
            self.assertEqual(ours, theirs, name)

    def test_unions_have_every_member(self):
        for name in self.described():
            for field, kind in self.description.blocks[name][1]:
                if kind not in self.description.unions:
                    continue
                ours = {f for f, _ in self.description.blocks[kind][1]}
                theirs = {m.partition(".")[2] for m in self.members[name]
                          if m.startswith(field + ".")}
                self.assertEqual(ours, theirs, f"{name}.{field}")

    def check_layout(self, arch):
        """Offsets and sizes on one architecture."""
        self.arch(arch)
        expressions, expected, what = [], [], []
        for name in self.described():
            params, _ = self.description.blocks[name]
            bound = dict.fromkeys(params, "void")
            if "DATA" in params and name == "vfio_iommu_pasid_request":
                bound["DATA"] = "vfio_pasid_range"
            for field, offset in self.description.offsets(name, bound):
                expressions.append(
                    f"__builtin_offsetof(struct {name}, {field})")
                expected.append(offset)
            expressions.append(f"sizeof(struct {name})")
            expected.append(sum(self.description.size(t, bound) for _, t in
                                self.description.blocks[name][1]))
        what = expressions
        values = evaluate(arch, expressions, self.include)
        self.assertEqual(dict(zip(what, expected)), dict(zip(what, values)))

    def test_layout_386(self):
        self.check_layout("386")

    def test_layout_amd64(self):
        self.check_layout("amd64")

    def test_layout_arm64(self):
        self.check_layout("arm64")

    def test_both_pasid_requests_are_of_one_size(self):
        self.assertEqual(self.description.size("vfio_pasid_range"),
                         self.description.size("vfio_pasid_quota"))

    def check_constants(self, arch):
        """The .const file on one architecture."""
        self.arch(arch)
        _, values = read_const(CONST.read_text())
        names = sorted(values)
        expressions = [self.description.defines.get(n, n) for n in names]
        self.assertEqual(dict(zip(names, evaluate(arch, expressions,
                                                  self.include))),
                         {n: values[n][arch] & 0xffffffff for n in names})

    def test_constants_386(self):
        self.check_constants("386")

    def test_constants_amd64(self):
        self.check_constants("amd64")

    def test_constants_arm64(self):
        self.check_constants("arm64")

    def test_no_constant_is_missing_or_left_over(self):
        arches, values = read_const(CONST.read_text())
        self.assertEqual(arches, sorted(COMPILERS))
        self.assertEqual(set(values), self.description.constants() | SYSCALLS)

    def test_every_constant_of_the_headers_is_used(self):
        text = without_enum(self.headers)
        names = re.findall(r"^\s*#define\s+(\w+)[ \t]+\S", text, re.M)
        names += re.findall(r"^\s*(IOMMU_INV_GRANU_\w+),", text, re.M)
        names = [n for n in names if not NOT_FOR_CALLS.search(n)]
        self.assertIn("IOMMU_INV_GRANU_ADDR", names)
        self.assertEqual(set(names) - self.description.constants(), set())


def without_enum(text):
    """Drop comments, keep preprocessor lines and enumerators."""
    return re.sub(r"/\*.*?\*/", "", text, flags=re.S)


if __name__ == "__main__":
    unittest.main()
