# SPDX-License-Identifier: BSD-3-Clause
"""Gateways that negotiate with each other over TCP, and what they know of MACs."""

from scapy.layers.l2 import Ether

from .errors import wait_until
from .frames import send
from .gateway import Gateway, access, underlay
from .sites import underlay_pair

PORT = 9699


def gateways(lab, ports=("lan0",), **config):
    """Two sites, and their gateways: the left one connects to the right one. None has anything yet.

    Returns (sites, hosts by site and port, gateways).
    """
    sites = underlay_pair(lab)
    left, right = sites
    hosts = [
        [
            lab.host(f"host-{site.name}{number or ''}", 2 * number + site.number, site.namespace, port)
            for number, port in enumerate(ports)
        ]
        for site in sites
    ]
    ways = (
        {"peers": [{"address": f"{right.ip4}:{PORT}"}]},
        {
            "listen": [f"{right.ip4}:{PORT}"],
            "peers": [{"address": f"{left.ip4}:1", "connect": False}],
        },
    )
    made = [
        Gateway(
            lab,
            site,
            [*(access(port) for port in ports), underlay(site.dev)],
            negotiation={"tcp": tcp},
            **config,
        )
        for site, tcp in zip(sites, ways)
    ]
    return sites, hosts, made


def session(gateway):
    """What it shows of its only session."""
    return gateway.api.list("negotiation-sessions")[0]


def shown(gateway, member, value, seconds=10):
    wait_until(
        lambda: session(gateway)[member] == value,
        seconds,
        lambda: f"{member} of {gateway.site.name} is {session(gateway)[member]!r}, not {value!r}",
    )


def speak(host, macs, to="ff:ff:ff:ff:ff:ff"):
    """A frame from each."""
    frames = [bytes(Ether(src=mac, dst=to, type=0x88B5) / (b"here" * 12)) for mac in macs]
    for at in range(0, len(frames), 100):
        send(host.namespace, host.dev, *frames[at : at + 100])


def _macs(gateway, kind):
    return gateway.api.request("GET", f"/v2.0/macs?kind={kind}&fields=mac&fields=port")["macs"]


def local(gateway):
    """The MACs that it has learned on its attachments."""
    return {item["mac"] for item in _macs(gateway, "learned") if item["port"]}


def synced(gateway):
    """Those that its peer told it of."""
    return {item["mac"] for item in _macs(gateway, "synced")}
