# SPDX-License-Identifier: GPL-2.0
"""Building and checking the documentation of the series."""
