# SPDX-License-Identifier: GPL-2.0
"""Tests of the emulated VT-d unit and of the test device, without a guest."""
