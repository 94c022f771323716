# SPDX-License-Identifier: BSD-3-Clause
"""bgw-agent's addresses and routes: repeated, taken back, kept through kill -9, and nothing else."""

from lib.agent import Agent
from lib.configuration import check_unchanged, configuration
from lib.errors import check, wait_until
from lib.netns import veth


def wire(lab):
    here, there = lab.namespace("here"), lab.namespace("there")
    for dev in ("wan", "lan"):
        veth(here, dev, there, dev)
    here.ip("address", "add", "192.0.2.1/24", "dev", "wan")
    here.ip("address", "add", "2001:db8::1/64", "dev", "wan")
    here.ip("address", "add", "10.9.0.1/30", "dev", "wan")
    here.ip("route", "add", "198.51.100.0/24", "via", "192.0.2.9")
    return here




def repeated_and_taken_back(here, agent):
    before = configuration(here)
    orders = [
        ("AddIPToInterface", "RemoveIPFromInterface", agent.address("10.0.0.1/30", "lan", "x")),
        ("AssignIPToInterface", "RemoveIPFromInterface", agent.address("10.1.0.0/31", "lan", "x")),
        ("AddIPToInterface", "RemoveIPFromInterface", agent.address("2001:db8:1::/127", "lan", "x")),
        ("AddRoute", "RemoveRoute", agent.route("10.20.0.0/16", "192.0.2.9", "x")),
        ("AddRoute", "RemoveRoute", agent.route("10.30.0.7", "192.0.2.9", "x")),
        ("AddRoute", "RemoveRoute", agent.route("2001:db8:2::/48", "2001:db8::9", "x")),
    ]
    for _ in range(2):
        for add, _, what in orders:
            agent.order(add, what)
    text = configuration(here)
    for line in ("10.0.0.1/30", "10.1.0.0/31", "2001:db8:1::/127", "10.20.0.0/16 via 192.0.2.9",
                 "10.30.0.7 via 192.0.2.9", "2001:db8:2::/48 via 2001:db8::9"):
        check(line in text, f"{line} was not applied:\n{text}")
    listed = agent.applied("x")
    check(len(listed.addresses) == 3 and len(listed.routes) == 3, f"listed are {listed}")
    for entry in (*listed.addresses, *listed.routes):
        check(entry.present and not entry.existed, f"listed is {entry}")
        check(list(entry.owners) == ["x"], f"listed is {entry}")
    for _ in range(2):
        for _, remove, what in reversed(orders):
            agent.order(remove, what)
    check_unchanged(here, before, "undone it is not as before")


def what_existed_stays(here, agent):
    before = configuration(here)
    address = agent.address("192.0.2.1/24", "wan", "x")
    address6 = agent.address("2001:db8::1/64", "wan", "x")
    route = agent.route("198.51.100.0/24", "192.0.2.9", "x")
    for _ in range(2):
        agent.order("AddIPToInterface", address)
        agent.order("AddIPToInterface", address6)
        agent.order("AddRoute", route)
    check_unchanged(here, before, "what was there already was changed")
    listed = agent.applied()
    check(all(e.existed for e in (*listed.addresses, *listed.routes)), f"listed is {listed}")
    agent.kill9()
    agent.start()
    agent.order("RemoveIPFromInterface", address)
    agent.order("RemoveIPFromInterface", address6)
    agent.order("RemoveRoute", route)
    check_unchanged(here, before, "what was there before did not stay")
    # Of the same network: the first one's end must not be the others'.
    agent.order("AddIPToInterface", agent.address("10.7.0.1/24", "wan"))
    here.ip("address", "add", "10.7.0.2/24", "dev", "wan")
    agent.order("RemoveIPFromInterface", agent.address("10.7.0.1/24", "wan"))
    check("10.7.0.2/24" in configuration(here), "a later address of the network went too")
    here.ip("address", "delete", "10.7.0.2/24", "dev", "wan")
    # What is not the agent's is not taken away.
    agent.order("RemoveIPFromInterface", agent.address("192.0.2.1/24", "wan"))
    agent.order("RemoveRoute", agent.route("198.51.100.0/24", "192.0.2.9"))
    check_unchanged(here, before, "what was never asked for was taken away")


def what_linux_refuses(here, agent):
    before = configuration(here)
    agent.refused("AddRoute", agent.route("10.0.0.0/8", "203.0.113.1"), "the kernel refused",
                  "10.0.0.0/8 via 203.0.113.1", "unreachable")
    agent.refused("AddRoute", agent.route("198.51.100.0/24", "192.0.2.8"), "another way")
    agent.refused("AddIPToInterface", agent.address("2001:db8::1/48", "wan"), "another network")
    agent.refused("AddIPToInterface", agent.address("10.0.0.1/30", "none0"), "no interface none0")
    check_unchanged(here, before, "what was refused left something")
    check(not agent.applied().ListFields(), "what was refused is listed")


def owners(here, agent):
    for owner in ("x", "y"):
        agent.order("AddRoute", agent.route("10.20.0.0/16", "192.0.2.9", owner))
    agent.order("RemoveRoute", agent.route("10.20.0.0/16", "192.0.2.9", "z"))
    agent.order("RemoveRoute", agent.route("10.20.0.0/16", "192.0.2.9", "x"))
    check("10.20.0.0/16" in configuration(here), "it went though y has it too")
    check(list(agent.applied("y").routes[0].owners) == ["y"], "y's is not listed")
    check(not agent.applied("x").routes, "x's is listed still")
    agent.order("RemoveRoute", agent.route("10.20.0.0/16", "192.0.2.9", "y"))
    check("10.20.0.0/16" not in configuration(here), "it stayed though nobody has it")


def killed(here, agent):
    before = configuration(here)
    address, route = agent.address("10.0.0.1/30", "lan", "x"), agent.route("10.20.0.0/16", "10.0.0.2")
    agent.order("AddIPToInterface", address)
    agent.order("AddRoute", route)
    agent.kill9()
    check("10.20.0.0/16" in configuration(here), "it went with the agent")
    # Lost while no agent ran, as by a restart of the host.
    here.ip("address", "flush", "dev", "lan", "scope", "global")
    agent.start()
    check("10.0.0.1/30" in configuration(here), "what was answered is lost")
    check("10.20.0.0/16 via 10.0.0.2" in configuration(here), "the route was not restored")
    here.ip("link", "set", "lan", "down")
    here.ip("link", "set", "lan", "up")
    wait_until(
        lambda: "10.20.0.0/16 via 10.0.0.2" in configuration(here),
        5,
        "the route did not come back with the link",
    )
    listed = agent.applied()
    check(len(listed.addresses) == 1 and len(listed.routes) == 1, f"listed are {listed}")
    agent.order("RemoveRoute", route)
    agent.order("RemoveIPFromInterface", address)
    check_unchanged(here, before, "undone it is not as before")
    # The state is lost too: what carries our protocol is known as ours nonetheless.
    agent.order("AddRoute", agent.route("10.20.0.0/16", "192.0.2.9"))
    agent.kill9()
    with open(agent.state, "wb"):
        pass
    agent.start()
    agent.order("AddRoute", agent.route("10.20.0.0/16", "192.0.2.9"))
    agent.order("RemoveRoute", agent.route("10.20.0.0/16", "192.0.2.9"))
    check("10.20.0.0/16" not in configuration(here), "our own route was taken for another's")


def run(lab):
    here = wire(lab)
    agent = Agent(lab, here)
    repeated_and_taken_back(here, agent)
    what_existed_stays(here, agent)
    what_linux_refuses(here, agent)
    owners(here, agent)
    killed(here, agent)
    check(agent.process.stop() == 0, "the agent did not end well")
