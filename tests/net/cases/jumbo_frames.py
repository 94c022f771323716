# SPDX-License-Identifier: BSD-3-Clause
"""Jumbo frames in larger packet buffers: by AF_XDP up to its limit of a page, by AF_PACKET to 9,000."""

import os

from lib import traffic
from lib.gateway import Gateway, access, underlay
from lib.peers import linux_vxlan
from lib.sites import underlay_pair

VNI = 90


def run(lab):
    for driver, mbuf_bytes, mtu in (("af_xdp", 3584, 3100), ("af_packet", 12288, 9000)):
        left, right = underlay_pair(lab, mtu=mtu + 100)
        host = lab.host("host", 1, left.namespace, "lan0", mtu=mtu)
        peer = lab.host("peer", 2, right.namespace, "lan0", mtu=mtu)
        linux_vxlan(right, "lan0", left, VNI)
        for dev in ("vx0", "br-vx0"):
            right.namespace.ip("link", "set", dev, "mtu", mtu)
        gateway = Gateway(
            lab,
            left,
            [access("lan0", driver), underlay("wan0", driver)],
            memory={
                "hugepages": False, "mbytes": 512, "mbufs": 16384, "mbuf_bytes": mbuf_bytes
            },
        )  # fmt: skip
        gateway.stretch(right.ip4, VNI)
        traffic.wait_reach(host, peer)
        traffic.prove_ping(host, peer, size=mtu - 28)
        traffic.prove_ping(peer, host, size=mtu - 28)
        traffic.prove_udp(host, peer, size=mtu - 28, count=100)
        traffic.prove_tcp(host, peer)
        gateway.stop()
        os.rename(lab.path("left"), lab.path(f"left-{driver}"))
        for namespace in (left.namespace, right.namespace, host.namespace, peer.namespace):
            namespace.remove()
