# SPDX-License-Identifier: BSD-3-Clause
"""Two sites whose IPv6 networks are one within the other negotiate layer 3 over a stretched layer 2:
prefixes are translated, also between hosts of the same address."""

from lib import traffic
from lib.routed import RoutedPair, Seen

LARGE, SMALL, REMAPPING = "fd00:1::/48", "fd00:1::/64", "fd00:9::/64"


def run(lab):
    pair = RoutedPair(lab, (LARGE, SMALL), "fd00:ffff::/120", ([], [REMAPPING]))
    near = pair.left.router.host("fd00:1::10")
    outside = pair.left.router.host("fd00:1:0:7::10")
    far = pair.right.router.host("fd00:1::10")
    pair.start()
    made = pair.left.ask(pair.right)
    pair.settle(1)
    traffic.prove(Seen(near, REMAPPING), Seen(far, REMAPPING), v6=True)
    traffic.prove(outside, Seen(far, REMAPPING), v6=True)
    pair.left.api.delete("negotiations", made["id"])
    pair.prove_undone()
