# SPDX-License-Identifier: BSD-3-Clause
"""A netdev that is deleted under a port and made again is shown as down until the next start.

The new one has the name, and none of the gateway's queues: it must not look as if it worked.
"""

from lib import netns, traffic
from lib.errors import check, wait_until
from lib.pair import Pair


def run(lab):
    pair = Pair(lab)
    pair.stretch(21)
    host, other = pair.hosts
    traffic.wait_reach(host, other)
    left = pair.gateways[0]
    host.namespace.ip("link", "delete", host.dev)
    wait_until(lambda: status(left) == "DOWN", 10, "the port of a deleted netdev is not down")
    netns.veth(host.namespace, host.dev, pair.left.namespace, "lan0")
    host.address()
    traffic.prove_unreachable(host, other)
    check(status(left) == "DOWN", "a port is shown up that has none of its netdev's queues")
    left.kill9()
    left.start()
    check(status(left) == "ACTIVE", "the port is not up after a start on the new netdev")
    traffic.prove(host, other)


def status(gateway):
    return gateway.port("lan0")["status"]
