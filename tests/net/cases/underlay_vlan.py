# SPDX-License-Identifier: BSD-3-Clause
"""The underlay in a VLAN of its netdev, by AF_XDP and by AF_PACKET, whose kernel takes the tag off.

This kernel has no VLAN devices: the far site's stack sits on a tap whose frames are tagged, and our
address and neighbour are from the configuration.
"""

import os
import sys

from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Dot1Q, Ether

from lib import netns, traffic
from lib.errors import check
from lib.frames import Sniffer, send
from lib.gateway import Gateway, access, underlay
from lib.peers import linux_vxlan
from lib.sites import UNDERLAY_MTU, Site

VID = 100
VNI = 60
COUNT = 20


def run(lab):
    left = Site("left", 1, lab.namespace("left"))
    right = Site("right", 2, lab.namespace("right"))
    netns.veth(left.namespace, "wan0", right.namespace, "wire", mtu=UNDERLAY_MTU)
    right.namespace.sysctl("ipv6/conf/wire/disable_ipv6", 1)
    script = os.path.join(os.path.dirname(netns.__file__), "tagger.py")
    tagger = lab.process(
        [sys.executable, script, "wan0", "wire", f"0x8100:{VID}"], right.namespace, name="tagger"
    )
    tagger.wait_log("^ready", 10)
    right.namespace.ip("link", "set", "wan0", "up", "mtu", UNDERLAY_MTU)
    right.address()
    host = lab.host("host", 1, left.namespace, "lan0")
    peer = lab.host("peer", 2, right.namespace, "lan0")
    linux_vxlan(right, "lan0", left, VNI)
    left_mac = left.namespace.mac("wan0")
    right.namespace.ip("neigh", "replace", left.ip4, "lladdr", left_mac, "dev", "wan0")
    far = {"ip": right.ip4, "mac": right.namespace.mac("wan0"), "port": "wan0"}
    sniffer = Sniffer(lab, right.namespace, "wire")
    for driver in ("af_xdp", "af_packet"):
        gateway = Gateway(
            lab,
            left,
            [access("lan0"), underlay("wan0", driver, vlan=VID)],
            underlay={"vtep": left.ip4, "addresses": [f"{left.ip4}/24"], "neighbours": [far]},
        )
        gateway.stretch(right.ip4, VNI)
        traffic.wait_reach(host, peer)
        traffic.prove_ping(host, peer, size=1472)
        traffic.prove_udp(peer, host, size=1400, count=100)
        if driver == "af_xdp":
            traffic.prove_tcp(host, peer)
        prove_tags(gateway, left_mac, right, sniffer, driver)
        gateway.stop()
        os.rename(lab.path("left"), lab.path(f"left-{driver}"))


def prove_tags(gateway, left_mac, right, sniffer, driver):
    """Every tunnel packet on the wire has the tag, and one without it is not taken for ours."""
    tunnel = [Ether(frame) for frame in sniffer.frames]
    tunnel = [frame for frame in tunnel if UDP in frame and frame[UDP].dport == 4789]
    check(tunnel, "no tunnel packet was heard on the wire")
    for frame in tunnel:
        check(Dot1Q in frame and frame[Dot1Q].vlan == VID, f"not in VLAN {VID}: {frame!r}")
    before = gateway.port("wan0")["rx_packets"]
    untagged = Ether(src="02:00:00:00:00:99", dst=left_mac) / (
        IP(src=right.ip4, dst=gateway.site.ip4)
        / UDP(sport=50000, dport=4789)
        / (b"\x08" + b"\0" * 60)
    )
    send(right.namespace, "wire", *[untagged] * COUNT)
    if driver == "af_xdp":
        took = gateway.port("wan0")["rx_packets"] - before
        check(took < COUNT, f"{took} packets without the tag were steered to the worker")
