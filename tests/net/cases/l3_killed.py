# SPDX-License-Identifier: BSD-3-Clause
"""kill -9 of either gateway, of either agent, or of both of a site, at every step of a negotiation and
its release: no address, route or translation is left that the lists do not show, and the lists are
the same.

A step is what a program writes to its disk, sends to the kernel, to the other gateway or to the
other program. In the short form some of them.
"""

import http.client

from lib.errors import Failure, check
from lib.kill_at import KillAt
from lib.routed import RoutedPair, null_ports

GATEWAY_STEPS = ("disk", "inet", "unix")
AGENT_STEPS = ("disk", "netlink")
SHORT = {"gateway": (4, 9), "agent": (4, 15), "site": ()}
FAILURES = (Failure, OSError, http.client.HTTPException)


class Victim:
    """What is killed: the site's `kind`, or with "site" its agent when its gateway is."""

    def __init__(self, site, kind, kill):
        self.kind = kind
        self.name = f"{kind} of {site.name}"
        self.kill = kill
        self._site = site

    def revive(self):
        programs = {"gateway": self._site.gateway, "agent": self._site.router.agent}
        first = "agent" if self.kind == "agent" else "gateway"
        programs[first].wait_dead()
        if self.kind == "site":
            programs["agent"].kill9()
            programs["agent"].start()
        programs[first].start()


def ask_or_not(pair):
    """The one with the larger network asks: the other one's router translates and routes."""
    try:
        pair.left.ask(pair.right)
    except FAILURES:
        pass


def release_or_not(pair):
    try:
        for one in pair.left.negotiations():
            pair.left.api.delete("negotiations", one["id"])
    except FAILURES:
        pass


def is_over(pair):
    try:
        return not any(site.negotiations() for site in pair.sites)
    except FAILURES:
        return False


def kill_at(pair, victim, step):
    """Whether there was such a step."""
    victim.kill.arm(step)
    ask_or_not(pair)
    release_or_not(pair)
    pair.wait(lambda: victim.kill.is_done() or is_over(pair))
    is_killed = victim.kill.is_done()
    if is_killed:
        victim.revive()
    else:
        victim.kill.disarm()
    pair.settle()
    # What went on after it was killed goes now.
    release_or_not(pair)
    pair.prove_undone()
    return is_killed


def run(lab):
    pair = RoutedPair(
        lab, ("192.168.0.0/16", "192.168.1.0/24"), remappings=([], ["172.16.0.0/24"]),
        allowed_peers=["192.0.2.0/24"], timeout_s=3,
    )  # fmt: skip
    victims = []
    for site in pair.sites:
        gateway = KillAt(lab, f"gateway-{site.name}", GATEWAY_STEPS)
        agent = KillAt(lab, f"agent-{site.name}", AGENT_STEPS)
        victims += [Victim(site, "gateway", gateway), Victim(site, "agent", agent)]
        victims.append(Victim(site, "site", gateway))
        site.start(agent_env=agent.env, env=gateway.env, **null_ports(site.site))
    for victim in victims:
        if lab.long:
            step = 1
            while kill_at(pair, victim, step):
                step += 1
            check(step > 10, f"{victim.name} has only {step - 1} steps")
            print(f"{victim.name}: {step - 1} steps")
            continue
        for step in SHORT[victim.kind]:
            check(kill_at(pair, victim, step), f"{victim.name} has less than {step} steps")
