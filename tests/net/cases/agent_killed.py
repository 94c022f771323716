# SPDX-License-Identifier: BSD-3-Clause
"""bgw-agent killed by kill -9 amid orders: what was answered holds, and Linux has nothing of the
agent's that it does not list."""

import random
import re
import threading
import time

from lib.agent import Agent, grpc
from lib.configuration import check_unchanged, configuration
from lib.errors import check
from lib.netns import veth

ROUNDS, ROUNDS_LONG = 12, 100


def orders(agent):
    """(add, remove, message) of things that may be in any combination."""
    for n in range(3):
        yield "AddIPToInterface", "RemoveIPFromInterface", agent.address(f"10.{n}.0.1/30", "wan", "x")
        yield "AddRoute", "RemoveRoute", agent.route(f"10.2{n}.0.0/16", "192.0.2.9", "x")
        yield "ConfigureNat", "RemoveNat", agent.nat(
            f"172.16.{n}.0/24", "192.168.0.0/24", "wan", f"192.0.2.{n + 9}", f"{n + 100}",
            f"{n + 256}", "x",
        )  # fmt: skip


def in_linux(namespace):
    """What Linux has of the agent's, as the texts that name it."""
    found = set(re.findall(r"10\.\d\.0\.1/30", namespace.ip("-o", "address", "show")))
    found |= set(re.findall(r"^10\.2\d\.0\.0/16", namespace.ip("route", "show", "proto", "182"), re.M))
    found |= set(re.findall(r'"bgw (172\.16\.\d\.0/24) ', namespace.run("nft", "list", "ruleset")))
    rules = re.findall(r"to (172\.16\.\d\.0/24) lookup", namespace.ip("rule", "show"))
    return found | set(rules)


def listed(agent):
    applied = agent.applied()
    return (
        {entry.what.ip for entry in applied.addresses}
        | {entry.what.destinationNetwork for entry in applied.routes}
        | {entry.what.localNetwork for entry in applied.nats}
    )


def name(message):
    for member in ("ip", "destinationNetwork", "localNetwork"):
        if hasattr(message, member):
            return getattr(message, member)
    raise AssertionError(message)


def ask_until_dead(agent, chance, holds, faults):
    """Orders at random, one after the other; `holds` has what was answered last of each thing."""
    everything = list(orders(agent))
    while True:
        add, remove, message = chance.choice(everything)
        method = chance.choice((add, remove))
        holds[name(message)] = None
        try:
            result = agent.call(method, message, timeout=5)
        except grpc.RpcError:
            return
        if not result.executed:
            faults.append(f"{method} of {name(message)}: {result.message}")
        holds[name(message)] = method == add


def run(lab):
    here, there = lab.namespace("here"), lab.namespace("there")
    veth(here, "wan", there, "wan")
    here.sysctl("ipv4/conf/all/rp_filter", 0)
    here.sysctl("ipv4/conf/wan/rp_filter", 0)
    here.ip("address", "add", "192.0.2.1/24", "dev", "wan")
    before = configuration(here)
    chance = random.Random(11)
    agent = Agent(lab, here)
    holds, faults = {}, []
    for _ in range(ROUNDS_LONG if lab.long else ROUNDS):
        asker = threading.Thread(
            target=ask_until_dead, args=(agent, chance, holds, faults), daemon=True
        )
        asker.start()
        time.sleep(chance.uniform(0.02, 0.4))
        agent.kill9()
        asker.join(10)
        check(not faults, f"not executed: {faults}")
        agent.start()
        linux, known = in_linux(here), listed(agent)
        check(linux == known, f"Linux has {sorted(linux)}, the agent lists {sorted(known)}")
        for what, applied in holds.items():
            check(
                applied is None or applied == (what in known),
                f"{what} was {'added' if applied else 'removed'}, and listed are {sorted(known)}",
            )
    for _, remove, message in orders(agent):
        agent.order(remove, message)
    check_unchanged(here, before, "undone it is not as before")
