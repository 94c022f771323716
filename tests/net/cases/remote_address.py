# SPDX-License-Identifier: BSD-3-Clause
"""A remote gateway's address is changed live: its tunnels follow, others notice nothing."""

from lib import traffic
from lib.errors import check
from lib.gateway import Gateway, access, underlay
from lib.peers import linux_vxlan
from lib.sites import underlay_lan

NEW = "192.0.2.77"
SWITCH_S = 2.0


def run(lab):
    _, (here, there, other) = underlay_lan(lab, ("here", "there", "other"))
    hosts = [lab.host(f"host{n}", n, here.namespace, f"lan{n}") for n in (0, 1)]
    peers = []
    for number, (site, vni) in enumerate(((there, 31), (other, 32))):
        peers.append(lab.host(f"peer{number}", 10 + number, site.namespace, "lan0"))
        linux_vxlan(site, "lan0", here, vni)
    gateway = Gateway(lab, here, [access("lan0"), access("lan1"), underlay()])
    gateway.stretch(there.ip4, 31, port="lan0", name="one")
    gateway.stretch(other.ip4, 32, port="lan1", name="two")
    for host, peer in zip(hosts, peers):
        traffic.prove(host, peer)

    there.namespace.ip("address", "add", f"{NEW}/24", "dev", there.dev)
    with traffic.Stream(hosts[1], peers[1], pps=500) as untouched:
        with traffic.Stream(hosts[0], peers[0], pps=100) as moved:
            there.namespace.ip("link", "set", "vx0", "type", "vxlan", "local", NEW)
            gateway.api.update("l2-remote-gateways", gateway.remote(there.ip4)["id"], ipaddr=NEW)
            traffic.wait_reach(hosts[0], peers[0])
    untouched.prove_no_loss()
    gap_s = moved.longest_gap_s()
    check(gap_s <= SWITCH_S, f"the tunnel that moved was silent for {gap_s:.1f} s")
    traffic.prove(hosts[0], peers[0])
