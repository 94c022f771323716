# SPDX-License-Identifier: BSD-3-Clause
"""Two sites with different networks negotiate layer 3 over a stretched layer 2: their hosts reach
each other through both routers, and the release of either side leaves both as they were."""

from lib import traffic
from lib.errors import check
from lib.routed import LINK, RoutedPair


def prove_link(pair, made):
    """The routers reach each other on the link, which is layer 2 across the underlay."""
    near, far = (site.router.namespace for site in pair.sites)
    shown = near.run("ping", "-q", "-c", "3", "-i", "0.2", "-W", "2", made["assignedIp"])
    check(" 3 received" in shown, f"the routers do not reach each other on the link: {shown}")
    neighbours = near.ip("neigh", "show", made["assignedIp"], "dev", LINK)
    check(far.mac(LINK) in neighbours, f"the other router is not a neighbour but {neighbours}")


def run(lab):
    pair = RoutedPair(lab, ("192.168.1.0/24", "192.168.2.0/24"))
    left = pair.left.router.host("192.168.1.10")
    right = pair.right.router.host("192.168.2.10")
    pair.start()
    traffic.prove_unreachable(left, right)
    for asks, releases in ((0, 0), (1, 0)):
        asking, asked = pair.sites[asks], pair.sites[1 - asks]
        made = asking.ask(asked)
        pair.settle(1)
        if asks == 0:
            prove_link(pair, made)
        traffic.prove(left, right)
        releasing = pair.sites[releases]
        releasing.api.delete("negotiations", releasing.negotiations()[0]["id"])
        pair.prove_undone()
        traffic.prove_unreachable(left, right, count=1)
