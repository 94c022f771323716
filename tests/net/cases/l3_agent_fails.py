# SPDX-License-Identifier: BSD-3-Clause
"""Agents that refuse an order, are dead, or are silent: the negotiation fails with what the agent
said, and both routers are as they were.

What the agents refuse is what their Linux does not take: an address on a netdev that is away, a route
to a network that has one, a translation that the check of the reverse path would drop.
"""

import signal

from lib.api import Refused
from lib.errors import Failure, check
from lib.routed import LINK, RoutedPair, null_ports


def fails(pair, status, says):
    try:
        made = pair.left.ask(pair.right)
    except Refused as refused:
        check(refused.status == status, f"status {refused.status}, not {status}: {refused}")
        check(says in str(refused), f"it does not say {says!r}: {refused}")
        return
    raise Failure(f"it was answered {made}")


class Obstacle:
    """Something in a router that keeps its agent from an order."""

    def __init__(self, site, put, take, says):
        self._router = site.router
        self._put, self._take, self.says = put, take, says

    def __enter__(self):
        self._put(self._router.namespace)
        self._router.remember()

    def __exit__(self, *exception):
        self._take(self._router.namespace)
        self._router.remember()


def no_link(site):
    def rename(there, name, other):
        there.ip("link", "set", name, "down")
        there.ip("link", "set", name, "name", other)
        there.ip("link", "set", other, "up")

    return Obstacle(
        site, lambda there: rename(there, LINK, "away0"),
        lambda there: rename(there, "away0", LINK), f"there is no interface {LINK}",
    )  # fmt: skip


def route(site, network):
    entry = (network, "dev", "lan")
    return Obstacle(
        site, lambda there: there.ip("route", "add", *entry),
        lambda there: there.ip("route", "delete", *entry), "there is one another way",
    )  # fmt: skip


def reverse_path(site):
    knob = f"ipv4/conf/{LINK}/rp_filter"
    return Obstacle(
        site, lambda there: there.sysctl(knob, 1), lambda there: there.sysctl(knob, 0), "rp_filter"
    )


def refusals(pair):
    for obstacle in (
        no_link(pair.left),
        route(pair.left, "172.16.0.0/24"),
        no_link(pair.right),
        reverse_path(pair.right),
        route(pair.right, "192.168.0.0/16"),
    ):
        with obstacle:
            fails(pair, 502, obstacle.says)
            pair.prove_undone()


def deaths(pair):
    for site in pair.sites:
        site.router.agent.kill9()
        fails(pair, 502, "cannot be reached")
        site.router.agent.start()
        pair.prove_undone()


def silent(pair, site, status, says):
    site.router.agent.signal(signal.SIGSTOP)
    try:
        fails(pair, status, says)
    finally:
        site.router.agent.signal(signal.SIGCONT)
    pair.prove_undone()


def silent_beyond_kill(pair):
    """An order waits in a silent agent, and who gave it is killed: it may be carried out by an agent
    that hears later ones too."""
    site = pair.right
    site.router.agent.signal(signal.SIGSTOP)
    fails(pair, 504, "does not answer in time")
    site.gateway.kill9()
    site.gateway.start()
    site.router.agent.signal(signal.SIGCONT)
    pair.prove_undone()


def run(lab):
    pair = RoutedPair(
        lab, ("192.168.0.0/16", "192.168.1.0/24"), remappings=([], ["172.16.0.0/24"]),
        allowed_peers=["192.0.2.0/24"], timeout_s=2,
    )  # fmt: skip
    for site in pair.sites:
        site.start(**null_ports(site.site))
    refusals(pair)
    deaths(pair)
    silent(pair, pair.right, 504, "does not answer in time")
    silent_beyond_kill(pair)
    if lab.long:
        silent(pair, pair.left, 502, "within 10000 ms")
    # And then it works.
    pair.left.ask(pair.right)
    pair.settle(1)
