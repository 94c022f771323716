# SPDX-License-Identifier: BSD-3-Clause
"""bgw-agent with many translations on a router with many routes: it answers what is applied in the
time that a gateway gives it, and each of them comes back with the link."""

from lib.agent import Agent
from lib.configuration import configuration
from lib.errors import check, wait_until
from lib.netns import command, veth

NATS = 60
ROUTES, ROUTES_LONG = 100_000, 1_000_000


def routes(count):
    """For `ip -batch`."""
    return "".join(
        f"route add blackhole 11.{n >> 16}.{n >> 8 & 255}.{n & 255}/32\n" for n in range(count)
    )


def are_present(agent, count):
    applied = agent.applied()
    entries = (*applied.nats, *applied.routes)
    return len(entries) == count and all(entry.present for entry in entries)


def run(lab):
    here, there = lab.namespace("here"), lab.namespace("there")
    veth(here, "wan", there, "wan")
    here.ip("address", "add", "10.0.0.1/24", "dev", "wan")
    here.sysctl("ipv4/ip_forward", 1)
    for dev in ("all", "wan"):
        here.sysctl(f"ipv4/conf/{dev}/rp_filter", 0)
    batch = routes(ROUTES_LONG if lab.long else ROUTES)
    command("ip", "-n", here.full, "-batch", "-", text=batch)
    agent = Agent(lab, here)
    for number in range(NATS):
        agent.order("ConfigureNat", agent.nat(
            f"172.16.{number}.0/24", "192.168.0.0/24", "wan", "10.0.0.2", str(1000 + number),
            str(1000 + number), f"o{number}"))  # fmt: skip
        agent.order("AddRoute", agent.route(f"192.168.{1 + number}.0/24", "10.0.0.2", f"o{number}"))
    check(are_present(agent, 2 * NATS), "something is missing")
    # Linux forgets routes with the link, and keeps rules.
    here.ip("link", "set", "wan", "down")
    check(not are_present(agent, 2 * NATS), "nothing was lost with the link")
    here.ip("link", "set", "wan", "up")
    wait_until(lambda: are_present(agent, 2 * NATS), 20, "not all of it comes back with the link")
    for number in range(NATS):
        agent.order("RemoveRoute", agent.route(
            f"192.168.{1 + number}.0/24", "10.0.0.2", f"o{number}"))  # fmt: skip
        agent.order("RemoveNat", agent.nat(
            f"172.16.{number}.0/24", "192.168.0.0/24", "wan", "10.0.0.2", str(1000 + number),
            str(1000 + number), f"o{number}"))  # fmt: skip
    shown = configuration(here)
    check("proto 182" not in shown and "bgw_agent" not in shown, "something is left")
