# SPDX-License-Identifier: BSD-3-Clause
"""A restart brings every object back as it was and forwards again with no client's help.

The netdevs are given back in between as they were found.
"""

from lib import traffic
from lib.errors import check
from lib.gateway import Gateway
from lib.peers import linux_vxlan
from lib.sites import underlay_pair
from lib.stored import objects

LINKS = ("lan0", "wan0")


def run(lab):
    left, right = underlay_pair(lab)
    host = lab.host("host", 1, left.namespace, "lan0")
    peer = lab.host("peer", 2, right.namespace, "lan0")
    linux_vxlan(right, "lan0", left, 61)
    found = netdev_settings(left)
    gateway = Gateway(lab, left)
    connection = gateway.stretch(right.ip4, 61)
    gateway.api.create(
        "l2-remote-macs", mac=peer.mac, ipaddr=peer.ip4, rgw_connection=connection["id"]
    )
    traffic.prove(host, peer)
    before = objects(gateway)
    gateway.stop()
    check(netdev_settings(left) == found, "the netdevs were not given back as they were found")
    gateway.start()
    check(objects(gateway) == before, "the objects after the restart are not those before it")
    traffic.prove(host, peer)


def netdev_settings(site):
    """Everything of the site's netdevs that the gateway may change while it runs."""
    settings = []
    for dev in LINKS:
        offloads = site.namespace.run("ethtool", "-k", dev)
        link = site.namespace.ip("-o", "link", "show", dev).split("mtu")[0]
        ipv6 = site.namespace.sysctl_read(f"ipv6/conf/{dev}/disable_ipv6")
        settings.append((link, offloads, ipv6))
    return settings
