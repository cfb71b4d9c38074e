# SPDX-License-Identifier: GPL-2.0
"""What can be checked without Sphinx."""

import re
import subprocess
import xml.dom.minidom

PATH = re.compile(r"(?<![\w./])((?:Documentation|drivers|include|tools|scripts)"
                  r"/[\w./*{},-]*\w\*?(?:\.[a-z]+)?)")
NAME = re.compile(r"\b((?:IOMMU|VFIO)_[A-Z0-9_]*[A-Z0-9])\b")
HEADERS = ("include/uapi/linux/iommu_fault_queue.h",
           "include/uapi/linux/iommu_nesting.h",
           "include/uapi/linux/vfio_nesting.h")
KNOWN = HEADERS + ("include/uapi/linux/iommu.h", "include/uapi/linux/vfio.h",
                   "include/linux/iommu_nesting_fault.h")
ERRNO = re.compile(r"^ \*  - (E[A-Z0-9]+(?:, E[A-Z0-9]+)*):", re.M)
# These are about another interface, or another version of this one.
FOREIGN = ("iommu-iommufd.rst", "iommu-extending.rst")


def check_figure(path):
    """Return what is wrong with a picture."""
    try:
        xml.dom.minidom.parse(str(path))
    except xml.parsers.expat.ExpatError as error:
        return str(error)
    proc = subprocess.run(["rsvg-convert", str(path)], check=False,
                          capture_output=True)
    if proc.returncode or not proc.stdout:
        return proc.stderr.decode(errors="replace") or "rsvg-convert failed"
    return proc.stderr.decode(errors="replace")


def check_kerneldoc(src, path):
    """Return what is wrong with the comments of a source file."""
    proc = subprocess.run(["perl", "scripts/kernel-doc", "-none", "-Werror",
                           path], cwd=src, capture_output=True, text=True,
                          check=False)
    return proc.stderr.strip() or (proc.returncode and "kernel-doc failed")


def check_paths(text, files):
    """Return the paths in @text that are no path of @files."""
    missing = []
    for path in sorted(set(PATH.findall(text))):
        pattern = re.compile(re.escape(path).replace(r"\*", "[^/]*") + "(/|$)")
        if not any(pattern.match(name) for name in files):
            missing.append(path)
    return "\n".join(f"no such file: {path}" for path in missing)


def check_names(text, headers):
    """Return the constants in @text that no header has."""
    known = set(NAME.findall(headers))
    return "\n".join(f"in no header: {name}"
                     for name in sorted(set(NAME.findall(text)) - known)
                     if not any(k.startswith(f"{name}_") for k in known))


def check_errors(text, headers):
    """Return the errnos of the ioctls' comments that the table has not."""
    table = set(re.findall(r"^``(E[A-Z0-9]+)`` +x|^``(E[A-Z0-9]+)``  ", text,
                           re.M))
    have = {name for pair in table for name in pair if name}
    want = {name for names in ERRNO.findall(headers)
            for name in names.split(", ")}
    return "\n".join([f"not in the table: {e}" for e in sorted(want - have)] +
                     [f"in no header: {e}"
                      for e in sorted(have - want - {"ENOTTY"})])
