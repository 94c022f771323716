# SPDX-License-Identifier: BSD-3-Clause
"""The next hop changes its MAC: the tunnel follows what Linux learns, at once when told.

First with a gratuitous ARP, then without one: Linux finds out by probing.
"""

from lib import traffic
from lib.errors import check
from lib.gateway import Gateway
from lib.peers import linux_vxlan
from lib.sites import underlay_pair

TOLD_S = 1.0
PROBED_S = 15.0


def run(lab):
    left, right = underlay_pair(lab)
    host = lab.host("host", 1, left.namespace, "lan0")
    peer = lab.host("peer", 2, right.namespace, "lan0")
    linux_vxlan(right, "lan0", left, 8)
    # Probing is quick enough for a test: reachable 1-3 s, then probes 0.3 s apart.
    for knob, value in (("base_reachable_time_ms", 2000), ("delay_first_probe_time", 1),
                        ("retrans_time_ms", 300)):  # fmt: skip
        left.namespace.sysctl(f"ipv4/neigh/{left.dev}/{knob}", value)
    gateway = Gateway(lab, left)
    gateway.stretch(right.ip4, 8)
    traffic.prove(host, peer)

    right.namespace.sysctl(f"ipv4/conf/{right.dev}/arp_notify", 1)
    change_mac(right, "02:00:5e:00:aa:01")
    prove_again(host, peer, TOLD_S, "after a gratuitous ARP")

    right.namespace.sysctl(f"ipv4/conf/{right.dev}/arp_notify", 0)
    change_mac(right, "02:00:5e:00:aa:02")
    prove_again(host, peer, PROBED_S, "without a word")
    traffic.prove(host, peer)


def change_mac(site, mac):
    site.namespace.ip("link", "set", site.dev, "address", mac)


def prove_again(host, peer, limit_s, how):
    with traffic.Stream(host, peer, pps=100) as stream:
        traffic.wait_reach(host, peer, timeout_s=limit_s + 2)
    gap_s = stream.longest_gap_s()
    check(gap_s <= limit_s, f"traffic stopped for {gap_s:.1f} s when the neighbour moved {how}")
