# SPDX-License-Identifier: BSD-3-Clause
"""Sites and the underlay between them: namespaces that hold a gateway, ours or a foreign one."""

from . import netns

UNDERLAY4 = "192.0.2"
UNDERLAY6 = "2001:db8:ffff:"
UNDERLAY_MTU = 1600


class Site:
    """A gateway's namespace with its underlay interface `wan0` and the address on it."""

    def __init__(self, name, number, namespace):
        self.name = name
        self.number = number
        self.namespace = namespace
        self.dev = "wan0"
        self.ip4 = f"{UNDERLAY4}.{number}"
        self.ip6 = f"{UNDERLAY6}:{number:x}"

    def address(self):
        self.namespace.ip("address", "add", f"{self.ip4}/24", "dev", self.dev)
        self.namespace.ip("address", "add", f"{self.ip6}/64", "dev", self.dev, "nodad")


def underlay_pair(lab, mtu=UNDERLAY_MTU):
    """Two sites whose underlay is one wire."""
    left = Site("left", 1, lab.namespace("left"))
    right = Site("right", 2, lab.namespace("right"))
    netns.veth(left.namespace, left.dev, right.namespace, right.dev, mtu=mtu)
    left.address()
    right.address()
    return left, right


def underlay_lan(lab, names, mtu=UNDERLAY_MTU):
    """Sites on one underlay LAN; returns (the LAN's namespace, sites). Ports are `to-<name>`."""
    core = lab.namespace("core")
    sites = []
    for number, name in enumerate(names, start=1):
        site = Site(name, number, lab.namespace(name))
        netns.veth(core, f"to-{name}", site.namespace, site.dev, mtu=mtu)
        site.address()
        sites.append(site)
    netns.bridge(core, "br0", *(f"to-{name}" for name in names))
    return core, sites
