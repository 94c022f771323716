# SPDX-License-Identifier: BSD-3-Clause
"""A host on a member port: a namespace with one interface, an IPv4 and an IPv6 address."""

import os
import sys

from . import netns

LAN4 = "198.51.100"
LAN6 = "2001:db8:100:"


class Host:
    """A namespace, the interface its addresses are on, and these addresses."""

    def __init__(self, name, namespace, dev, number):
        self.name = name
        self.namespace = namespace
        self.dev = dev
        self.ip4 = f"{LAN4}.{number}"
        self.ip6 = f"{LAN6}:{number:x}"

    @classmethod
    def attach(cls, lab, name, number, gateway_namespace, gateway_dev, vlan=(), mtu=1500):
        """Make the host behind `gateway_dev`, which is made too, in the gateway's namespace.

        `vlan` is empty or a list of (tpid, vid), outer first. The kernel of a test machine may have
        no VLAN devices, so a tagged host's stack sits on a tap whose frames `tagger` tags.
        """
        namespace = lab.namespace(name)
        mac = f"02:00:5e:00:00:{number:02x}"
        wire = "wire0" if vlan else "eth0"
        netns.veth(
            namespace, wire, gateway_namespace, gateway_dev,
            mtu=mtu + 4 * len(vlan), a_mac=None if vlan else mac,
        )  # fmt: skip
        if vlan:
            namespace.quiet(wire)
            namespace.ip("tuntap", "add", "dev", "eth0", "mode", "tap")
            namespace.ip("link", "set", "eth0", "address", mac, "mtu", mtu)
            namespace.sysctl("ipv6/conf/eth0/accept_dad", 0)
            tags = [f"{tpid:#x}:{vid}" for tpid, vid in vlan]
            script = os.path.join(os.path.dirname(__file__), "tagger.py")
            tagger = lab.process(
                [sys.executable, script, "eth0", wire, *tags], namespace, name=f"tagger-{name}"
            )
            tagger.wait_log("^ready", 10)
            namespace.ip("link", "set", "eth0", "up")
        made = cls(name, namespace, "eth0", number)
        made.address()
        return made

    def address(self):
        self.namespace.ip("address", "add", f"{self.ip4}/24", "dev", self.dev)
        self.namespace.ip("address", "add", f"{self.ip6}/64", "dev", self.dev, "nodad")

    @property
    def mac(self):
        return self.namespace.mac(self.dev)
