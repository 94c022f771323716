# SPDX-License-Identifier: BSD-3-Clause
"""A vdev underlay port with a tap mirror, and an ICMP flood on it.

What is not tunnel traffic goes to Linux through the mirror and back: Linux answers ARP and ping
there. A flood of pings may lose pings, but no frame of the tunnel.
"""

from lib import static_underlay, traffic
from lib.errors import check
from lib.gateway import Gateway, access
from lib.peers import linux_vxlan
from lib.sites import underlay_pair

MIRROR = "bgw-wan0"
FLOOD_S = 5


def run(lab):
    left, right = underlay_pair(lab)
    host = lab.host("host", 1, left.namespace, "lan0")
    peer = lab.host("peer", 2, right.namespace, "lan0")
    linux_vxlan(right, "lan0", left, 40)
    port, underlay = static_underlay.take(left, right, mirror=MIRROR)
    gateway = Gateway(lab, left, [access("lan0"), port], underlay=underlay)
    left.namespace.ip("address", "replace", f"{left.ip4}/24", "dev", MIRROR)
    gateway.stretch(right.ip4, 40)
    traffic.prove(host, peer)
    prove_linux_answers(left, right)
    # What came before the mirror's netdev was up is no fault of the flood's.
    before = gateway.port("wan0")["linux_resolution_dropped"]

    with traffic.Stream(host, peer, pps=200) as stream:
        flood = lab.process(
            ["ping", "-f", "-q", "-s", "1000", "-w", str(FLOOD_S), left.ip4], right.namespace
        )
        flood.wait(FLOOD_S + 10)
    stream.prove_no_loss()
    prove_linux_answers(left, right)
    shown = gateway.port("wan0")
    for kind in ("resolution", "other"):
        check(shown[f"linux_{kind}_packets"] > 0, f"no {kind} frame to Linux was counted: {shown}")
    check(shown["linux_resolution_dropped"] == before, f"the flood cost next hops: {shown}")


def prove_linux_answers(left, right):
    """The underlay address answers ping, as the underlay's engineers expect."""
    said = right.namespace.run(
        "ping", "-n", "-c", "3", "-i", "0.2", "-W", "2", left.ip4, check=False
    )
    check(" 0% packet loss" in said, f"Linux behind the mirror does not answer ping: {said[-200:]}")
