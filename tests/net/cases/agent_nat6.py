# SPDX-License-Identifier: BSD-3-Clause
"""bgw-agent's translation of IPv6, of two remapping networks, and with the agent killed."""

from lib.agent import Agent
from lib.configuration import check_unchanged, configuration
from lib.errors import check, wait_until
from lib.netns import veth

INTERNAL = "fd00:1::/64"


def reaches(namespace, address):
    done = namespace.run("ping", "-q", "-c", "1", "-W", "1", address, check=False)
    return " 1 received" in done


def expect(namespace, address):
    wait_until(
        lambda: reaches(namespace, address), 5, f"{namespace.name} does not reach {address}"
    )


def wire(lab):
    host_a, a, b, host_b = (lab.namespace(name) for name in ("host-a", "a", "b", "host-b"))
    veth(host_a, "eth0", a, "lan")
    veth(a, "wan", b, "wan")
    veth(b, "lan", host_b, "eth0")
    for namespace in (a, b):
        namespace.sysctl("ipv6/conf/all/forwarding", 1)
    for namespace, dev, address in (
        (host_a, "eth0", "fd00:1::10/64"),
        (a, "lan", "fd00:1::1/64"),
        (a, "wan", "2001:db8::2/64"),
        (b, "wan", "2001:db8::1/64"),
        (b, "lan", "fd00:1::2/64"),
        (host_b, "eth0", "fd00:1::20/64"),
    ):
        namespace.ip("address", "add", address, "dev", dev, "nodad")
    host_a.ip("route", "add", "default", "via", "fd00:1::1")
    host_b.ip("route", "add", "default", "via", "fd00:1::2")
    for network in ("fd00:2::/64", "fd00:3::/64"):
        a.ip("route", "add", network, "via", "2001:db8::1")
    return host_a, b, host_b


def run(lab):
    host_a, b, host_b = wire(lab)
    before = configuration(b)
    agent = Agent(lab, b)
    first = agent.nat("fd00:2::/64", INTERNAL, "wan", "2001:db8::2", owner="one")
    second = agent.nat("fd00:3::/64", INTERNAL, "wan", "2001:db8::2", owner="two")
    agent.order("ConfigureNat", first)
    agent.order("ConfigureNat", second)
    for network in ("fd00:2", "fd00:3"):
        expect(host_a, f"{network}::20")
        expect(host_b, f"{network}::10")
    agent.refused("ConfigureNat", agent.nat("fd00:2::/64", "fd00:9::/64", "wan", "2001:db8::2"),
                  "already, in another way")  # fmt: skip
    agent.refused("ConfigureNat", agent.nat("fd00:4::/64", INTERNAL, "wan", "2001:db8::3"),
                  "is another next hop's already")  # fmt: skip
    rules = b.run("nft", "list", "table", "inet", "bgw_agent")
    check('"bgw fd00:2::/64 mtu 1500 one"' in rules, f"the owner is not in the rules:\n{rules}")

    agent.order("RemoveNat", first)
    check(not reaches(host_a, "fd00:2::20"), "it is translated after it was removed")
    expect(host_a, "fd00:3::20")
    expect(host_b, "fd00:3::10")

    # Killed, and Linux has lost it, as after a restart of the host.
    agent.kill9()
    expect(host_a, "fd00:3::20")
    b.run("nft", "delete", "table", "inet", "bgw_agent")
    b.ip("-6", "route", "flush", "table", "100")
    agent.start()
    expect(host_a, "fd00:3::20")
    expect(host_b, "fd00:3::10")
    check([list(nat.owners) for nat in agent.applied().nats] == [["two"]], "another owner")

    # A link of another MTU.
    b.ip("link", "set", "wan", "mtu", "1400")
    wait_until(
        lambda: "size set 1340" in b.run("nft", "list", "table", "inet", "bgw_agent"),
        5,
        "segments are not limited to the link's new MTU",
    )
    b.ip("link", "set", "wan", "mtu", "1500")
    wait_until(lambda: agent.applied().nats[0].present, 5, "it is not present any more")
    agent.order("RemoveNat", second)
    check_unchanged(b, before, "undone it is not as before")
