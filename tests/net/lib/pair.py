# SPDX-License-Identifier: BSD-3-Clause
"""Two gateways of ours with a host behind each: where most cases begin."""

from .gateway import Gateway, access, underlay
from .sites import underlay_pair


class Pair:
    """Sites, gateways and hosts, left and right; `stretch` joins the hosts' LANs."""

    def __init__(
        self, lab, access_driver="af_xdp", underlay_driver="af_xdp", tags=((), ()), **site
    ):
        self.left, self.right = underlay_pair(lab, **site)
        self.hosts = []
        self.gateways = []
        self._tags = tags
        for number, end in enumerate((self.left, self.right), start=1):
            vlan = [(0x8100, int(tag)) for tag in tags[number - 1]]
            host = lab.host(f"host-{end.name}", number, end.namespace, "lan0", vlan=vlan)
            self.hosts.append(host)
        for end in (self.left, self.right):
            ports = [access("lan0", access_driver), underlay(end.dev, underlay_driver)]
            self.gateways.append(Gateway(lab, end, ports))

    def stretch(self, seg_id, encapsulation="vxlan", **members):
        """Join the two LANs and return the two connections."""
        connections = []
        ends = zip(self.gateways, (self.right, self.left), self._tags)
        for gateway, far, tags in ends:
            connections.append(
                gateway.stretch(far.ip4, seg_id, encapsulation, tags=tags, **members)
            )
        return connections
