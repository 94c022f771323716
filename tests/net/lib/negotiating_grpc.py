# SPDX-License-Identifier: BSD-3-Clause
"""Gateways that negotiate with each other over UDP and tell each other by gRPC what there is to tell."""

from .certificates import Authority
from .gateway import Gateway, access, underlay
from .negotiating import secret
from .sites import underlay_pair

PORT = 9697
BOTH = "serverAuth,clientAuth"


def grpc(authority, site, names=None):
    """The section of a gateway at that site, with a certificate of its address."""
    cert, key = authority.issue(site.name, BOTH, names=names or f"IP:{site.ip4}")
    return {
        "listen": [site.ip4],
        "cert": cert,
        "key": key,
        "ca": authority.cert,
    }


def wanted(interval_ms=100, multiplier=20, **members):
    """What is said of a remote gateway."""
    return {
        "negotiation": {
            "enabled": True,
            "secret": "far",
            "interval_ms": interval_ms,
            "multiplier": multiplier,
            **members,
        }
    }


def gateways(lab, ports=("lan0",), sections=None, sites=None, **config):
    """Two sites, and their gateways, none of which has anything yet.

    `sections` are those of negotiation.grpc; by default one authority signs for both.
    Returns (sites, hosts by site and port, gateways).
    """
    sites = sites or underlay_pair(lab)
    hosts = [
        [
            lab.host(f"host-{site.name}{number or ''}", 2 * number + site.number, site.namespace, port)
            for number, port in enumerate(ports)
        ]
        for site in sites
    ]
    if sections is None:
        authority = Authority(lab.path(""), "peers")
        sections = [grpc(authority, site) for site in sites]
    shared = secret(lab, "shared")
    made = [
        Gateway(
            lab,
            site,
            [*(access(port) for port in ports), underlay(site.dev)],
            secrets={"far": shared},
            negotiation={"grpc": section} if section else {},
            **config,
        )
        for site, section in zip(sites, sections)
    ]
    for gateway in made:
        gateway.remote_members = wanted()
    return sites, hosts, made
