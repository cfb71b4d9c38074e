# SPDX-License-Identifier: GPL-2.0
"""Test cases: how they are declared and run."""
import collections

CASES = []
Case = collections.namedtuple("Case",
                              "name function board options testdevs port stock")


def declarer(board, usual):
    """
    Returns the decorator that declares a test on @board, whose IOMMU has the
    options @usual when the test doesn't say otherwise.
    """
    def case(name, options=usual, testdevs=1, port=False, stock="fails"):
        """
        Declares a test. @stock tells what stock QEMU does: it "fails", it
        "refuses" to start with the options, or it "passes".
        """
        def declare(function):
            CASES.append(Case(name, function, board, options, testdevs, port,
                              stock))
            return function
        return declare
    return case


def expect(got, wanted, what=""):
    """Fails with both values unless they are equal."""
    if got != wanted:
        raise AssertionError("%s: %r, expected %r" % (what or "got", got, wanted))


def run(config, this):
    """Runs a case on a machine of its own. Raises what goes wrong."""
    testdevs = 0 if config.stock else this.testdevs
    port = this.port and not config.stock
    with this.board(config, this.options, testdevs, port) as m:
        this.function(m)
