# SPDX-License-Identifier: BSD-3-Clause
"""An access port on a tap whose Linux end sits in a bridge with a host's cable."""

from lib import netns, traffic
from lib.gateway import Gateway, underlay
from lib.peers import linux_vxlan
from lib.sites import underlay_pair

TAP = "bgwtap0"


def run(lab):
    left, right = underlay_pair(lab)
    host = lab.host("host", 1, left.namespace, "cable")
    peer = lab.host("peer", 2, right.namespace, "lan0")
    linux_vxlan(right, "lan0", left, 70)
    port = {"name": "members", "driver": "tap", "device": TAP, "role": "access"}
    gateway = Gateway(lab, left, [port, underlay()])
    left.namespace.ip("link", "set", TAP, "up")
    netns.bridge(left.namespace, "br0", TAP, "cable")
    gateway.stretch(right.ip4, 70, port="members")
    traffic.prove(host, peer)
    traffic.prove(host, peer, v6=True)
