# SPDX-License-Identifier: GPL-2.0
"""Command line: python3 -m nseries COMMAND, run in the checkout."""

import argparse
import sys
from pathlib import Path

from . import SeriesError
from .checkout import checkout
from .mbox import make_mbox
from .project import Project
from .refresh import refresh
from .tree import check_disposable, make_tree


def arguments():
    """Return the parsed command line."""
    parser = argparse.ArgumentParser(prog="nseries", description=__doc__)
    parser.add_argument("--root", default=Path(__file__).parents[2],
                        help="checkout of the project")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("tree", help="lay the series into build/tree")
    back = commands.add_parser("refresh", help="bring build/tree back")
    back.add_argument("--rewrite", action="store_true",
                      help="write every patch file anew")
    commands.add_parser("series", help="write build/series.mbox")
    commands.add_parser("disposable", help="fail when build/tree has work")
    out = commands.add_parser("checkout", help="lay a plain source checkout")
    out.add_argument("dir")
    out.add_argument("which", nargs="?", default="tip",
                     help="base, tip or the number of a commit")
    return parser.parse_args()


def main():
    """Run one command; say what is wrong in one line."""
    args = arguments()
    try:
        project = Project(args.root)
        if args.command == "tree":
            make_tree(project)
        elif args.command == "refresh":
            refresh(project, args.rewrite)
        elif args.command == "series":
            make_mbox(project)
        elif args.command == "disposable":
            check_disposable(project)
        else:
            checkout(project, args.dir, args.which)
    except SeriesError as error:
        sys.exit(f"{args.command}: {error}")


if __name__ == "__main__":
    main()
