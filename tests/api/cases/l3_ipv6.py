# SPDX-License-Identifier: BSD-3-Clause
"""Layer-3 negotiations of IPv6, between gateways that reach each other by it: subnets of four and of
two addresses, routes with their prefixes, and networks that overlap."""

from lib.expect import check, equal
from lib.l3 import Site, introduce, second


def agree(a, b, *, net, hosts, destination, agents):
    answer = a.ask(b)
    equal(f"status ({answer.text})", answer.status, 200)
    made = answer.json
    equal("the link", (made["net"], made["assignedIp"], made["freeIp"], made["destinationNetwork"]),
          (net, *hosts, destination))
    for site, wanted in zip((a, b), agents):
        site.settle()
        equal("what the agent has", site.agent.all(), wanted)
    return made["id"]


def release(a, b, identifier):
    a.api.delete("negotiations", identifier)
    for site in (a, b):
        site.settle()
        equal("what is left", (site.negotiations(), site.agent.all()), ([], []))


def restart(site, **members):
    site.gateway.stop()
    site.config.update(members)
    site.start()


def run(gateway):
    other = second(gateway)
    try:
        a = Site(gateway, host="::1", cidrs=["fd00:0:0:1::/124", "fd00:0:0:2::4/127"],
                 internal_network="2001:db8:1::/48")
        b = Site(other, host="::1", cidrs=["10.0.0.0/28", "fd00:0:0:1::/120"],
                 internal_network="2001:db8:2::/48")
        introduce(a, b)
        made = agree(a, b, net="fd00:0:0:1::/126", hosts=("fd00:0:0:1::1", "fd00:0:0:1::2"),
                     destination="2001:db8:2::/48",
                     agents=(["address fd00:0:0:1::2/126 link0",
                              "route 2001:db8:2::/48 fd00:0:0:1::1"],
                             ["address fd00:0:0:1::1/126 link0",
                              "route 2001:db8:1::/48 fd00:0:0:1::2"]))
        equal("peers", (a.negotiations()[0]["peer"], b.negotiations()[0]["peer"]), ("::1", "::1"))
        release(a, b, made)

        # A /127 is a subnet of its own, the lower address the responder's; from a larger network
        # none is cut.
        restart(b, cidrs=["fd00:0:0:1::/127", "fd00:0:0:2::4/127"])
        made = agree(a, b, net="fd00:0:0:2::4/127", hosts=("fd00:0:0:2::4", "fd00:0:0:2::5"),
                     destination="2001:db8:2::/48",
                     agents=(["address fd00:0:0:2::5/127 link0",
                              "route 2001:db8:2::/48 fd00:0:0:2::4"],
                             ["address fd00:0:0:2::4/127 link0",
                              "route 2001:db8:1::/48 fd00:0:0:2::5"]))
        release(a, b, made)

        # The initiator's /32 is over the responder's /48: remapped, and the rest of it routed.
        restart(a, internal_network="2001:db8::/32")
        restart(b, remapping_cidrs=["fd12:3456:789a::/48"])
        made = agree(a, b, net="fd00:0:0:2::4/127", hosts=("fd00:0:0:2::4", "fd00:0:0:2::5"),
                     destination="fd12:3456:789a::/48",
                     agents=(["address fd00:0:0:2::5/127 link0",
                              "route fd12:3456:789a::/48 fd00:0:0:2::4"],
                             ["address fd00:0:0:2::4/127 link0",
                              "nat fd12:3456:789a::/48 2001:db8:2::/48 link0 100 0x100 "
                              "fd00:0:0:2::5 2001:db8::/32",
                              "route 2001:db8::/32 fd00:0:0:2::5"]))
        release(a, b, made)

        # Next hops are of the networks' version.
        restart(b, cidrs=["10.0.0.0/28"], internal_network="192.168.2.0/24", remapping_cidrs=[])
        restart(a, cidrs=["10.0.0.0/28", "fd00:0:0:1::/124"])
        answer = a.ask(b)
        equal(f"status ({answer.text})", answer.status, 406)
        check("No common network" in answer.json["description"], answer.text)
        other.conclude()
    finally:
        other.close()
