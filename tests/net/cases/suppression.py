# SPDX-License-Identifier: BSD-3-Clause
"""Linux hosts take the gateway's answers for a known MAC; the tunnel is spared the question."""

from scapy.layers.inet6 import ICMPv6ND_NS
from scapy.layers.l2 import ARP, Ether

from lib import traffic
from lib.errors import check
from lib.frames import Sniffer
from lib.pair import Pair


def run(lab):
    pair = Pair(lab)
    connection = pair.stretch(64)[0]
    host, peer = pair.hosts
    for address in (peer.ip4, peer.ip6):
        pair.gateways[0].api.create(
            "l2-remote-macs", mac=peer.mac, ipaddr=address, rgw_connection=connection["id"]
        )
    sniffer = Sniffer(lab, peer.namespace, peer.dev)
    traffic.prove(host, peer)
    traffic.prove(host, peer, v6=True)
    questions = [frame for frame in map(Ether, sniffer.frames) if asks_for(frame, peer)]
    broadcast = [frame for frame in questions if frame.dst[1] in "13579bdf"]
    check(not broadcast, f"the tunnel carried {len(broadcast)} questions that the edge can answer")


def asks_for(frame, host):
    if ARP in frame:
        return frame[ARP].op == 1 and frame[ARP].pdst == host.ip4
    return ICMPv6ND_NS in frame and frame[ICMPv6ND_NS].tgt == host.ip6
