# SPDX-License-Identifier: BSD-3-Clause
"""Our own underlay address is taken away from Linux and given back: the tunnel goes and returns."""

from lib import traffic
from lib.errors import wait_until
from lib.gateway import Gateway
from lib.peers import linux_vxlan
from lib.sites import underlay_pair


def run(lab):
    left, right = underlay_pair(lab)
    host = lab.host("host", 1, left.namespace, "lan0")
    peer = lab.host("peer", 2, right.namespace, "lan0")
    linux_vxlan(right, "lan0", left, 17)
    gateway = Gateway(lab, left)
    gateway.stretch(right.ip4, 17)
    traffic.prove(host, peer)
    left.namespace.ip("address", "delete", f"{left.ip4}/24", "dev", left.dev)
    wait_until(
        lambda: traffic.ping(host, peer, count=1, timeout_s=0.3)[1] == 0,
        5,
        "the tunnel still forwards though its address is gone",
    )
    traffic.prove_unreachable(host, peer)
    left.namespace.ip("address", "add", f"{left.ip4}/24", "dev", left.dev)
    traffic.wait_reach(host, peer)
    traffic.prove(host, peer)
