# SPDX-License-Identifier: BSD-3-Clause
"""The underlay link goes down and comes back: frames are dropped by name, then pass again."""


import time

from lib import traffic
from lib.errors import check, wait_until
from lib.gateway import Gateway
from lib.peers import linux_vxlan
from lib.sites import underlay_lan


def run(lab):
    core, (here, there) = underlay_lan(lab, ("here", "there"))
    host = lab.host("host", 1, here.namespace, "lan0")
    peer = lab.host("peer", 2, there.namespace, "lan0")
    linux_vxlan(there, "lan0", here, 12)
    gateway = Gateway(lab, here)
    gateway.stretch(there.ip4, 12)
    traffic.prove(host, peer)

    core.ip("link", "set", "to-here", "down")
    wait_until(
        lambda: gateway.port(here.dev)["status"] == "DOWN",
        5,
        f"the port {here.dev} is not shown as DOWN though its link is",
    )
    before = gateway.drops()
    traffic.prove_unreachable(host, peer)
    after = gateway.drops()
    check(
        after["path_link_down"] > before["path_link_down"],
        "no frame was dropped as path_link_down while the underlay link was down",
    )
    time.sleep(1)

    core.ip("link", "set", "to-here", "up")
    traffic.wait_reach(host, peer, timeout_s=10)
    traffic.prove(host, peer)
