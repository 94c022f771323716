# SPDX-License-Identifier: BSD-3-Clause
"""Two sites that negotiate layer 3: of each a gateway, a router with its agent on the stretched
layer 2, and hosts behind the router.

    host --- router === site --- underlay --- site === router --- host
             agent      bgwd                  bgwd     agent
"""

import ipaddress

import l3_wanted

from . import netns
from .agent import Agent, grpc
from .api import Api
from .configuration import check_unchanged, configuration
from .errors import Failure, wait_until
from .gateway import Gateway, access, underlay
from .sites import underlay_pair

PORT = 8000
LINK = "link0"
PATH = "/api/v1/handle_negotiation"
SETTLE_S = 30
ASK_S = 60


class Host:
    """A host behind a router."""

    def __init__(self, name, namespace, address):
        self.name = name
        self.namespace = namespace
        self.dev = "eth0"
        self.ip4 = self.ip6 = str(address)


class Seen:
    """A host under the address by which the other side knows it, for lib.traffic."""

    def __init__(self, host, network=None):
        """`network`: the remapping network that stands for the host's own, of the same length."""
        self.name = host.name
        self.namespace = host.namespace
        self.dev = host.dev
        self.ip4 = self.ip6 = host.ip4
        if network is not None:
            outside = ipaddress.ip_network(network)
            inside = int(ipaddress.ip_address(host.ip4)) & int(outside.hostmask)
            self.ip4 = self.ip6 = str(outside.network_address + inside)


class Router:
    """A Linux router: `link0` on the layer-2 link, `lan` to the hosts."""

    def __init__(self, lab, name):
        self.name = name
        self.namespace = lab.namespace(f"router-{name}")
        self._lab = lab
        self._hosts = 0
        self.agent = None
        for knob in ("ipv4/ip_forward", "ipv6/conf/all/forwarding"):
            self.namespace.sysctl(knob, 1)
        self.namespace.ip("link", "add", "lan", "type", "bridge", "forward_delay", "0")
        for knob in ("ipv4/conf/all/rp_filter", "ipv4/conf/lan/rp_filter",
                     "ipv6/conf/lan/accept_dad"):  # fmt: skip
            self.namespace.sysctl(knob, 0)
        self.namespace.ip("link", "set", "lan", "up")

    def link(self, namespace, dev):
        netns.veth(self.namespace, LINK, namespace, dev)
        self.namespace.sysctl(f"ipv4/conf/{LINK}/rp_filter", 0)

    def serve(self, network):
        """It is the first host of its network, and its hosts' next hop."""
        network = ipaddress.ip_network(network)
        self.address = network.network_address + 1
        nodad = ["nodad"] if network.version == 6 else []
        self.namespace.ip(
            "address", "add", f"{self.address}/{network.prefixlen}", "dev", "lan", *nodad
        )
        self.length = network.prefixlen

    def host(self, address):
        """A host with that address behind it."""
        self._hosts += 1
        name = f"host-{self.name}{self._hosts}"
        made = Host(name, self._lab.namespace(name), address)
        port = f"port{self._hosts}"
        netns.veth(made.namespace, "eth0", self.namespace, port)
        self.namespace.sysctl(f"ipv6/conf/{port}/disable_ipv6", 1)
        self.namespace.ip("link", "set", port, "master", "lan")
        nodad = ["nodad"] if ":" in address else []
        made.namespace.ip("address", "add", f"{address}/{self.length}", "dev", "eth0", *nodad)
        made.namespace.ip("route", "add", "default", "via", str(self.address))
        return made

    def configure(self, env=None):
        """Everything but the agent is done."""
        self.remember()
        self.agent = Agent(self._lab, self.namespace, f"agent-{self.name}", env=env)

    def remember(self):
        """What is there now is what must be there again."""
        self.before = configuration(self.namespace)

    def applied(self):
        """What the agent says that the router has, as l3_wanted.wanted(); None when not all of that
        is there now."""
        applied = self.agent.applied()
        things = []
        for entry in applied.addresses:
            things.append(l3_wanted.address(entry.what.ip, entry.what.interface))
        for entry in applied.routes:
            things.append(l3_wanted.route(entry.what.destinationNetwork, entry.what.nextHop))
        for entry in applied.nats:
            what = entry.what
            things.append(
                l3_wanted.nat(what.localNetwork, what.remoteNetwork, what.localInterface,
                              what.tableNumber, what.packetMark, what.nextHop, what.peerNetwork)
            )  # fmt: skip
        entries = (*applied.addresses, *applied.routes, *applied.nats)
        return sorted(things) if all(entry.present for entry in entries) else None

    def prove_undone(self):
        check_unchanged(self.namespace, self.before, f"{self.name}'s router is not as it was")


class RoutedSite:
    """A site whose gateway negotiates for its router."""

    def __init__(self, lab, site, internal, cidr, remapping=(), **members):
        self.name = site.name
        self.router = Router(lab, site.name)
        self.router.link(site.namespace, "lan0")
        self.router.serve(internal)
        self.url = f"http://{site.ip4}:{PORT}{PATH}"
        self._lab = lab
        self.site = site
        self._negotiator = {
            "listen": [f"{site.ip4}:{PORT}"],
            "cidrs": [cidr],
            "internal_network": internal,
            "remapping_cidrs": list(remapping),
            "interface": LINK,
            "timeout_s": 5,
            **members,
        }
        self.gateway = None

    def start(self, ports=None, agent_env=None, **gateway):
        """`gateway`: what else the gateway is made with."""
        self.router.configure(agent_env)
        self._negotiator["agent"] = self.router.agent.listen
        self.gateway = Gateway(
            self._lab, self.site, ports or [access("lan0"), underlay(self.site.dev)],
            l3_negotiator=self._negotiator, **gateway,
        )  # fmt: skip
        self.api = self.gateway.api

    def ask(self, far, **members):
        """start_negotiation with the other site; the answer, which takes as long as its peer and
        the agents do."""
        patient = Api(self.api.url.removeprefix("unix:"), ASK_S)
        return patient.request(
            "POST", "/api/v1/start_negotiation", {"remoteAgent": far.url, **members}
        )

    def negotiations(self):
        return self.api.list("negotiations")

    def is_settled(self):
        """Nothing is under way, and the router has what is listed and no more."""
        try:
            listed = self.negotiations()
            return all(
                one["state"] == "configured" for one in listed
            ) and self.router.applied() == l3_wanted.wanted(listed)
        except (Failure, OSError, grpc.RpcError):
            return False

    def says(self):
        """For a failure: what is listed, and what the router has."""
        try:
            return f"{self.name} lists {self.negotiations()}, applied is {self.router.applied()}"
        except (Failure, OSError, grpc.RpcError) as error:
            return f"{self.name} does not answer: {error}"


def null_ports(site):
    """What a Gateway is made with that forwards nothing, and starts faster."""
    ports = [
        {"name": name, "driver": "vdev", "devargs": f"net_null{n},no-rx=1", "role": role}
        for n, (name, role) in enumerate((("lan0", "access"), ("wan0", "underlay")))
    ]
    return {"ports": ports, "underlay": {"vtep": site.ip4, "addresses": [f"{site.ip4}/24"]}}


class RoutedPair:
    """Two sites, left and right, on one stretched layer 2."""

    def __init__(self, lab, internals, cidr="10.255.0.0/28", remappings=((), ()), **members):
        self.sites = [
            RoutedSite(lab, site, internal, cidr, remapping, **members)
            for site, internal, remapping in zip(underlay_pair(lab), internals, remappings)
        ]
        self.left, self.right = self.sites

    def start(self):
        """Two gateways that stretch the routers' link."""
        for site in self.sites:
            site.start()
        for site, far in ((self.left, self.right), (self.right, self.left)):
            site.gateway.stretch(far.site.ip4, 77)

    def is_settled(self, count=None):
        """Nothing is under way, both list the same negotiations, that many if it is said, and both
        routers have what is listed and no more."""
        if not all(site.is_settled() for site in self.sites):
            return False
        ours, theirs = (site.negotiations() for site in self.sites)
        return l3_wanted.are_pairs(ours, theirs) and (count is None or len(ours) == count)

    def wait(self, question):
        wait_until(
            question, SETTLE_S,
            lambda: f"it does not settle: {'; '.join(site.says() for site in self.sites)}",
        )  # fmt: skip

    def settle(self, count=None):
        self.wait(lambda: self.is_settled(count))

    def prove_undone(self):
        """Nothing is listed, and both routers are exactly as they were before."""
        self.settle(0)
        for site in self.sites:
            site.router.prove_undone()
