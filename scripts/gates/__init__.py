# SPDX-License-Identifier: GPL-2.0
"""The static gates: what each commit of the series must hold."""
