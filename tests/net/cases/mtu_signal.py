# SPDX-License-Identifier: BSD-3-Clause
"""An underlay of 1,500 bytes: hosts are told the smaller MTU, and TCP comes through.

Full-size frames do not fit the tunnel. The gateway says so as Linux's tunnels do, so that path
MTU discovery works between hosts that know nothing of the tunnel.
"""

from lib import traffic
from lib.errors import check, wait_until
from lib.pair import Pair

OVERHEAD = 50


def run(lab):
    pair = Pair(lab, mtu=1500)
    connection = pair.stretch(15)[0]
    shown = pair.gateways[0].api.show("l2-remote-gateway-connections", connection["id"])
    check(shown["mtu"] == 1500 - OVERHEAD, f"the connection shows an MTU of {shown['mtu']}")
    host, peer = pair.hosts
    traffic.wait_reach(host, peer)
    fits = 1500 - OVERHEAD - 28
    traffic.prove_ping(host, peer, size=fits)
    before = pair.gateways[0].drops()["too_big"]
    sent, received = traffic.ping(host, peer, count=1, size=fits + 1, timeout_s=0.5)
    check(received == 0, f"{received} of {sent} frames longer than the tunnel takes passed")
    check(pair.gateways[0].drops()["too_big"] > before, "the frame was not counted as too_big")
    route = host.namespace.ip("route", "get", peer.ip4)
    check(f"mtu {1500 - OVERHEAD}" in route, f"the host was not told the MTU: {route.strip()}")
    for v6 in (False, True):
        traffic.wait_reach(host, peer, v6=v6)
        traffic.prove_tcp(host, peer, v6=v6)
    # The underlay learns to carry more, and the connection with it.
    for site in (pair.left, pair.right):
        site.namespace.ip("link", "set", site.dev, "mtu", 1600)
    wait_until(
        lambda: pair.gateways[0].api.show("l2-remote-gateway-connections", connection["id"])["mtu"]
        >= 1500,
        5,
        "the connection's MTU did not follow the underlay's",
    )
    for end in pair.hosts:
        end.namespace.ip("route", "flush", "cache")
    traffic.prove(host, peer)
