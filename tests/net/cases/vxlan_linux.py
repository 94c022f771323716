# SPDX-License-Identifier: BSD-3-Clause
"""bgwd against the Linux vxlan device: tagged hosts on our side, untagged ones on the other.

IPv4 with ARP and IPv6 with neighbour discovery, frames from the smallest to full size; and a
second network on the same tunnel ends that stays apart from the first.
"""

from lib import traffic
from lib.gateway import Gateway, access, underlay
from lib.peers import linux_vxlan
from lib.sites import underlay_pair


def run(lab):
    left, right = underlay_pair(lab)
    tagged = lab.host("tagged", 1, left.namespace, "lan0", vlan=[(0x8100, 100)])
    plain = lab.host("plain", 2, left.namespace, "lan1")
    peers = []
    for number, vni in ((11, 4001), (12, 16777215)):
        peers.append(lab.host(f"peer{number}", number, right.namespace, f"lan{number}"))
        linux_vxlan(right, f"lan{number}", left, vni, device=f"vx{number}")
    gateway = Gateway(lab, left, [access("lan0"), access("lan1"), underlay()])
    gateway.stretch(right.ip4, 4001, tags=["100"], name="one")
    gateway.stretch(right.ip4, 16777215, port="lan1", name="two")
    for host, peer in ((tagged, peers[0]), (plain, peers[1])):
        traffic.prove(host, peer)
        traffic.prove(host, peer, v6=True)
    traffic.prove_unreachable(tagged, plain)
    traffic.prove_unreachable(peers[0], plain)
