# SPDX-License-Identifier: BSD-3-Clause
"""Two sites with the same network, and hosts of the same address, negotiate layer 3 over a
stretched layer 2: each side sees the other under the remapping network."""

from lib import traffic
from lib.errors import check
from lib.routed import RoutedPair, Seen

INTERNAL, REMAPPING = "192.168.0.0/24", "172.16.0.0/24"


def run(lab):
    # Both may have the same to give; the one that is asked gives it.
    pair = RoutedPair(lab, (INTERNAL, INTERNAL), remappings=([REMAPPING], [REMAPPING]))
    left = pair.left.router.host("192.168.0.10")
    right = pair.right.router.host("192.168.0.10")
    neighbour = pair.right.router.host("192.168.0.11")
    pair.start()
    made = pair.left.ask(pair.right)
    check(made["destinationNetwork"] == REMAPPING, f"routed is {made['destinationNetwork']}")
    pair.settle(1)
    traffic.prove(Seen(left, REMAPPING), Seen(right, REMAPPING))
    # What stays within a site is not translated.
    traffic.prove_ping(right, neighbour)
    pair.left.api.delete("negotiations", made["id"])
    pair.prove_undone()
    traffic.prove_unreachable(left, Seen(right, REMAPPING), count=1)
