# SPDX-License-Identifier: BSD-3-Clause
"""What happens before the way to a remote gateway is known, by name and without guessing.

No route: `path_no_route`. A route and a silent next hop: Linux is made to ask for it, and
meanwhile `path_unresolved`. When the neighbour comes up, traffic passes with nobody's help.
"""

from scapy.layers.l2 import ARP

from lib import netns, traffic
from lib.errors import wait_until
from lib.frames import Sniffer
from lib.gateway import Gateway
from lib.peers import linux_vxlan
from lib.sites import Site

FAR = "203.0.113.9"


def run(lab):
    here = Site("here", 1, lab.namespace("here"))
    there = Site("there", 2, lab.namespace("there"))
    netns.veth(here.namespace, here.dev, there.namespace, there.dev, mtu=1600)
    here.address()
    there.namespace.ip("link", "set", there.dev, "arp", "off")
    host = lab.host("host", 1, here.namespace, "lan0")
    peer = lab.host("peer", 2, there.namespace, "lan0")
    gateway = Gateway(lab, here)
    gateway.stretch(FAR, 3)
    prove_dropped(gateway, host, peer, "path_no_route")

    sniffer = Sniffer(lab, there.namespace, there.dev)
    here.namespace.ip("route", "add", f"{FAR}/32", "via", there.ip4, "dev", here.dev)
    sniffer.wait(
        lambda frame: ARP in frame and frame[ARP].pdst == there.ip4,
        5,
        "nobody asked for the next hop of the remote gateway",
    )
    prove_dropped(gateway, host, peer, "path_unresolved")

    there.namespace.ip("link", "set", there.dev, "arp", "on")
    there.address()
    there.namespace.ip("address", "add", f"{FAR}/32", "dev", "lo")
    there.ip4 = FAR
    linux_vxlan(there, "lan0", here, 3)
    traffic.wait_reach(host, peer, timeout_s=10)
    traffic.prove(host, peer)

    here.namespace.ip("route", "delete", f"{FAR}/32")
    prove_dropped(gateway, host, peer, "path_no_route")
    here.namespace.ip("route", "add", f"{FAR}/32", "via", f"{here.ip4[:-1]}2", "dev", here.dev)
    traffic.wait_reach(host, peer)


def prove_dropped(gateway, host, peer, reason):
    """Frames from the host are dropped for the reason, sooner or later."""

    def dropped():
        before = gateway.drops()[reason]
        passed = traffic.ping(host, peer, count=2, timeout_s=0.5)[1]
        return passed == 0 and gateway.drops()[reason] > before

    wait_until(dropped, 5, f"no frame was dropped as {reason}")
