# SPDX-License-Identifier: BSD-3-Clause
"""Two sites with different IPv6 networks negotiate layer 3 over a stretched layer 2."""

from lib import traffic
from lib.routed import RoutedPair


def run(lab):
    # The pool is one subnet, which is used whole.
    pair = RoutedPair(lab, ("fd00:1::/64", "fd00:2::/64"), cidr="fd00:ffff::2/127")
    left = pair.left.router.host("fd00:1::10")
    right = pair.right.router.host("fd00:2::10")
    pair.start()
    made = pair.right.ask(pair.left)
    pair.settle(1)
    traffic.prove(left, right, v6=True)
    pair.right.api.delete("negotiations", made["id"])
    pair.prove_undone()
