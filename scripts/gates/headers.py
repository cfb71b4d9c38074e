# SPDX-License-Identifier: GPL-2.0
"""Gates of the UAPI headers: installed as users get them, each compiled alone
as C90, as C++ and for 32 bits, with one layout everywhere and no holes."""

import re
from pathlib import Path

from .kbuild import CROSS, Build, BuildError
from .members import layout_program, structures
from .style import command

ABI_5_10 = Path(__file__).parent / "linux-5.10-abi.c"
OURS = ("linux/iommu_fault_queue.h", "linux/iommu_nesting.h",
        "linux/vfio_nesting.h")
ALL = OURS + ("linux/iommu.h", "linux/vfio.h")
ONLY = ["-nostdinc", "-fsyntax-only"]
# How each header is compiled: name -> (compiler, options).
WAYS = {
    "C90": ("gcc", ["-xc", "-std=c90", "-pedantic", "-Wall", "-Wextra"]),
    "C90, 32 bits": ("gcc", ["-xc", "-std=c90", "-pedantic", "-Wall",
                             "-Wextra", "-m32"]),
    "C++": ("g++", ["-xc++", "-std=c++11", "-Wall", "-Wextra"]),
}
# A symbol of layout_program() in assembly, and its value.
VALUE = re.compile(r"^((?:size|at)__\w+):\s*(?:\n\s*\.\w+\s+(\d+))", re.M)


def gate_headers(trees, memory, tap):
    """Run the gates of the headers."""
    key = ["headers", ABI_5_10.read_text(),
           trees.build_key(trees.series.tip)]
    names = memory.recall(key)
    if names:
        for name in names:
            tap.result(True, name)
        return
    before, results = tap.failed, []
    try:
        installed = {arch: install(trees, arch) for arch in CROSS}
    except BuildError as error:
        tap.result(False, "headers_install", error)
        return
    for name, detail in check_all(trees, installed):
        tap.result(not detail, name, detail)
        results.append(name)
    if tap.failed == before:
        memory.keep(key, results)


def install(trees, arch):
    """Run headers_install of the last commit; return the include path."""
    trees.show(trees.series.tip)
    build = Build(trees, arch, False, "headers")
    build.dir.mkdir(exist_ok=True)
    where = trees.top / f"headers-{arch}"
    build.make("headers_install", f"INSTALL_HDR_PATH={where}", log="headers")
    return where / "include"


def check_all(trees, installed):
    """Yield (test name, what is wrong)."""
    include = installed["x86_64"]
    for header in ALL:
        stock = stock_complaints(trees, include, header)
        for way, (compiler, options) in WAYS.items():
            output = compile_alone(include, header, compiler, options)
            yield (f"headers: {header} alone as {way}",
                   "\n".join(new_complaints(output, stock.get(way, set()))))
    for header in OURS:
        yield f"headers: {header} has no holes", holes(include, header)
    for size in ("-m64", "-m32"):
        passed, output = command(["gcc", size, "-xc", *ONLY, "-I", str(include),
                                  str(ABI_5_10)])
        yield (f"headers: layout and constants of Linux 5.10, {size}",
               "" if passed else output)
    yield "headers: there are structures to compare", (
        "" if all(structures((include / h).read_text()) for h in OURS)
        else "found none")
    tables = {"x86_64": layout(include, "gcc", ["-m64"]),
              "x86 32 bits": layout(include, "gcc", ["-m32"]),
              "arm64": layout(installed["arm64"],
                              f"{CROSS['arm64']}gcc", [])}
    for name in ("x86 32 bits", "arm64"):
        yield (f"headers: layout on {name} is that on x86_64",
               unlike(tables["x86_64"], tables[name]))


def compile_alone(include, header, compiler, options):
    """Compile a file that only includes @header, twice; return the output."""
    text = f"#include <{header}>\n" * 2
    passed, output = command([compiler, *options, *ONLY, "-I", str(include),
                              "-"], input=text.encode())
    return output if passed else f"{output}\nerror: {header} does not compile"


def complaint(line):
    """Return a diagnostic without its place and its names, or None."""
    found = re.search(r"(?:warning|error): (.*)$", line)
    return re.sub(r"[‘'][^’']*[’']", "NAME", found[1]) if found else None


def stock_complaints(trees, include, header):
    """Return the kinds of complaint about the base's iommu.h and vfio.h.

    What stock headers do, ours may do: a flexible array member, say.
    """
    out = {}
    for stock in ("iommu.h", "vfio.h"):
        text = trees.series.repo.run(
            "show", f"{trees.series.base.commit}:include/uapi/linux/{stock}")
        for way, (compiler, options) in WAYS.items():
            _, output = command([compiler, *options, *ONLY, "-I", str(include),
                                 "-"], input=text)
            kinds = (complaint(line) for line in output.split("\n"))
            out.setdefault(way, set()).update(k for k in kinds if k)
    return out


def new_complaints(output, stock):
    """Return the diagnostics whose kind is not in @stock."""
    return [line for line in output.split("\n")
            if complaint(line) and complaint(line) not in stock]


def holes(include, header):
    """Return where the compiler had to pad a structure of @header."""
    out = []
    for size in ("-m64", "-m32"):
        output = compile_alone(include, header, "gcc",
                               ["-xc", "-Wpadded", size])
        out += [f"{size}: {line}" for line in output.split("\n")
                if f"/{header}:" in line and "-Wpadded" in line]
    return "\n".join(out)


def layout(include, compiler, options):
    """Return name -> value of all sizes and offsets, from the assembly."""
    text = "".join((include / header).read_text() for header in OURS)
    passed, output = command(
        [compiler, *options, "-xc", "-S", "-nostdinc", "-I", str(include),
         "-fno-asynchronous-unwind-tables", "-fno-zero-initialized-in-bss",
         "-o", "-", "-"], input=layout_program(OURS, text).encode())
    values = dict(VALUE.findall(output)) if passed else {}
    expected = sum(1 + len(m) for m in structures(text).values())
    if len(values) != expected:
        return {"error": f"{len(values)} of {expected} values: {output[:500]}"}
    return values


def unlike(one, other):
    """Return the lines in which two tables differ."""
    return "\n".join(f"{name}: {one.get(name)} and {other.get(name)}"
                     for name in sorted(one.keys() | other.keys())
                     if one.get(name) != other.get(name) or name == "error")
