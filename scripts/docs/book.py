# SPDX-License-Identifier: GPL-2.0
"""The documentation as Sphinx reads it.

A whole directory of the kernel's documentation takes many minutes, almost all
of them for files that the series has nothing to do with. The book has what the
series touches, the indexes above it without their other entries, and what it
refers to; everything else is as in the kernel: configuration, extensions,
kernel-doc and its sources, relative paths.
"""

import io
import os
import re
import shutil
import subprocess
import tarfile

# What Sphinx's configuration and extensions need.
MACHINERY = ("Documentation/conf.py", "Documentation/docutils.conf",
             "Documentation/sphinx", "Documentation/sphinx-static",
             "scripts/kernel-doc")
KERNELDOC = re.compile(r"^\.\. kernel-doc:: (\S+)", re.M)
INCLUDED = re.compile(r"^\.\. (?:literalinclude|kernel-figure):: (\S+)", re.M)
MENTIONED = re.compile(r"Documentation/[\w./-]+\.rst")
ENTRY = re.compile(r"^   (\w[\w/.-]*)$")
WARNING = re.compile(r"(?:warning|error|severe|critical)", re.I)


def pruned(text, where):
    """Return an index without the entries of its toctrees that have no file."""
    lines, inside = [], False
    for line in text.split("\n"):
        if line[:1].strip():
            inside = line.startswith(".. toctree::")
        entry = inside and ENTRY.match(line)
        if not entry or (where / f"{entry[1]}.rst").exists():
            lines.append(line)
    return "\n".join(lines)


class Book:
    """Sources in @dir/src, HTML in @dir/html."""

    def __init__(self, series, directory, whole=False):
        self.series = series
        self.src = directory / "src"
        self.html = directory / "html"
        self.trees = directory / "doctrees"
        self.whole = whole
        self.touched = sorted(
            path for path in series.repo.paths(
                "diff", "--name-only", "-z", "--no-renames", "--diff-filter=AM",
                series.base.commit, series.tip)
            if path.startswith("Documentation/"))
        self.texts = [path for path in self.touched if path.endswith(".rst")]

    def show(self, path):
        """Return the text of a file of the series."""
        return self.series.repo.run("show", f"{self.series.tip}:{path}").decode()

    def exists(self, path):
        """True when the series has the file or directory."""
        return self.series.repo.resolve(f"{self.series.tip}:{path}") is not None

    def needed(self):
        """Return the paths that the book is made of."""
        paths = {*MACHINERY, *self.touched}
        for text in self.texts:
            body = self.show(text)
            paths.update(KERNELDOC.findall(body), MENTIONED.findall(body))
            paths.update(os.path.normpath(f"{os.path.dirname(text)}/{name}")
                         for name in INCLUDED.findall(body))
            paths.add(f"{os.path.dirname(text)}/index.rst")
        return sorted(path for path in paths if self.exists(path))

    def lay(self):
        """Put the sources into place, anew: archives are quick."""
        shutil.rmtree(self.src, ignore_errors=True)
        self.src.mkdir(parents=True)
        what = [] if self.whole else self.needed()
        archive = self.series.repo.run("archive", self.series.tip, *what)
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            tar.extractall(self.src, filter="tar")
        if not self.whole:
            self.prune()

    def prune(self):
        """Leave what isn't there out of the indexes, and write the top one."""
        docs = self.src / "Documentation"
        indexes = sorted(docs.glob("*/index.rst"))
        for index in indexes:
            index.write_text(pruned(index.read_text(), index.parent))
        entries = "".join(f"   {i.parent.name}/index\n" for i in indexes)
        title = "IOMMU nesting"
        (docs / "index.rst").write_text(
            f"{title}\n{'=' * len(title)}\n\n.. toctree::\n\n{entries}")

    def build(self):
        """Run Sphinx; return (why it failed or "", the lines that warn)."""
        docs = self.src / "Documentation"
        env = {**os.environ, "LC_ALL": "C.UTF-8", "srctree": str(self.src),
               "PYTHONDONTWRITEBYTECODE": "1"}
        proc = subprocess.run(
            ["sphinx-build", "-q", "-E", "-j", "auto", "-b", "html",
             "-c", str(docs), "-d", str(self.trees),
             "-D", f"kerneldoc_srctree={self.src}",
             "-D", f"kerneldoc_bin={self.src}/scripts/kernel-doc",
             "-D", "version=", "-D", "release=", str(docs), str(self.html)],
            cwd=self.src, env=env, check=False, text=True, errors="replace",
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        lines = proc.stdout.rstrip().split("\n")
        return ("\n".join(lines[-10:]) if proc.returncode else "",
                [line for line in lines if WARNING.search(line)])
