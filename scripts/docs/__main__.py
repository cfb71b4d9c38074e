# SPDX-License-Identifier: GPL-2.0
"""Build and check the documentation: python3 -m docs [--whole]"""

import argparse
import sys
from pathlib import Path

from gates.tap import Tap
from nseries import SeriesError
from nseries.lay import lay
from nseries.project import Project

from .book import KERNELDOC, Book
from . import check


def check_sources(book, tap):
    """Check pictures, comments, paths, constants and errnos."""
    for path in book.touched:
        if path.endswith(".svg"):
            wrong = check.check_figure(book.src / path)
            tap.result(not wrong, f"figure: {path}", wrong)

    for path in sorted({name for text in book.texts
                        for name in KERNELDOC.findall(book.show(text))}):
        wrong = check.check_kerneldoc(book.src, path)
        tap.result(not wrong, f"kernel-doc: {path}", wrong)

    files = book.series.repo.paths("ls-tree", "-r", "-z", "--name-only",
                                   book.series.tip)
    known = "".join(book.show(path) for path in check.KNOWN)
    for path in own_texts(book):
        text = book.show(path)
        wrong = check.check_paths(text, files)
        tap.result(not wrong, f"paths: {path}", wrong)
        if not path.endswith(check.FOREIGN):
            wrong = check.check_names(text, known)
            tap.result(not wrong, f"constants: {path}", wrong)

    wrong = check.check_errors(
        book.show("Documentation/userspace-api/iommu-errors.rst"),
        "".join(book.show(path) for path in check.HEADERS))
    tap.result(not wrong, "every errno of the headers, and no other", wrong)


def own_texts(book):
    """Return the texts that the series has as a whole."""
    claimed = {path for patch, _ in book.series.commits
               for path in patch.claims}
    return [path for path in book.texts if path in claimed]


def check_build(book, tap):
    """Run Sphinx; a warning that names a file of ours is a failure."""
    failure, warnings = book.build()
    tap.result(not failure, "sphinx-build ends well", failure)
    sources = {name for text in book.texts
               for name in KERNELDOC.findall(book.show(text))}
    for path in book.texts + sorted(sources):
        ours = [line for line in warnings if path in line]
        tap.result(not ours, f"sphinx: {path}", "\n".join(ours))
    for path in book.texts:
        page = path.removeprefix("Documentation/").replace(".rst", ".html")
        tap.result((book.html / page).exists(), f"page: {page}", "not built")
    return len(warnings)


def main():
    """Do all of it."""
    parser = argparse.ArgumentParser(prog="docs", description=__doc__)
    parser.add_argument("--whole", action="store_true",
                        help="all of the kernel's documentation (an hour)")
    args = parser.parse_args()
    tap = Tap()
    project = Project(Path(__file__).parents[2])
    try:
        series = lay(project)
    except SeriesError as error:
        tap.result(False, "the series can be laid on the base", error)
        sys.exit(tap.done())
    book = Book(series, project.build / "docs", args.whole)
    book.lay()
    tap.note("sources laid")
    check_sources(book, tap)
    tap.note("sphinx")
    warnings = check_build(book, tap)
    tap.note(f"{tap.number} tests, {tap.failed} failed, {warnings} warnings in "
             f"all; read {book.html}/userspace-api/iommu.html")
    sys.exit(tap.done())


if __name__ == "__main__":
    main()
