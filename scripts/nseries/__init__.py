# SPDX-License-Identifier: GPL-2.0
"""The series: commits on the base, made from patch files and the overlay.

Each file of scripts/series/ that `order` names is one commit: its message, the
overlay files that it claims, and hunks against files of the base.
"""


class SeriesError(Exception):
    """What is wrong, in one line for whoever runs the tool."""
