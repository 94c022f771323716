# SPDX-License-Identifier: BSD-3-Clause
"""Two networks with the same addresses reach each other through bgw-agent's translation.

host-a --- a === b --- host-b, with 192.168.0.0/24 on both sides. b has the agent, which translates;
a has plain Linux and a route to the remapping network.
"""

import threading

from lib.agent import Agent
from lib.configuration import check_unchanged, configuration
from lib.errors import check, wait_until
from lib.netns import veth

REMAPPING = "172.16.0.0/24"
INTERNAL = "192.168.0.0/24"


def router(namespace):
    for key in ("all", "lan", "wan", "default"):
        namespace.sysctl(f"ipv4/conf/{key}/rp_filter", 0)
    namespace.sysctl("ipv4/ip_forward", 1)


def wire(lab):
    host_a, a, b, host_b = (lab.namespace(name) for name in ("host-a", "a", "b", "host-b"))
    veth(host_a, "eth0", a, "lan")
    veth(a, "wan", b, "wan", mtu=1400)
    veth(b, "lan", host_b, "eth0")
    router(a)
    router(b)
    for namespace, address in ((a, "192.168.0.1"), (b, "192.168.0.2")):
        namespace.ip("address", "add", f"{address}/24", "dev", "lan")
    # .10 is a host on either side.
    for namespace, addresses, gateway in (
        (host_a, ("10", "11"), "192.168.0.1"),
        (host_b, ("20", "10"), "192.168.0.2"),
    ):
        for address in addresses:
            namespace.ip("address", "add", f"192.168.0.{address}/24", "dev", "eth0")
        namespace.ip("route", "add", "default", "via", gateway)
    a.ip("address", "add", "10.0.0.2/30", "dev", "wan")
    # Somebody else's rules, which also make Linux track flows from the start.
    b.run("nft", "add table inet other { chain c { type filter hook forward priority 0;"
                 " ct state invalid accept; }; }")
    return host_a, a, b, host_b


def reaches(namespace, address, source=None, count=1):
    options = ("-I", source) if source else ()
    done = namespace.run(
        "ping", "-q", "-c", count, "-i", "0.2", "-W", "1", *options, address, check=False
    )
    return f" {count} received" in done


def expect(namespace, address, source=None):
    wait_until(
        lambda: reaches(namespace, address, source),
        5,
        f"{namespace.name} does not reach {address} from {source or 'its first address'}",
    )


def seen_from(lab, server, client, address, source=None):
    """The source address under which a TCP server sees a client."""
    listener = server.socket()
    listener.bind(("0.0.0.0", 0))
    listener.listen(1)
    listener.settimeout(5)
    seen = {}

    def accept():
        connection, peer = listener.accept()
        total = 0
        while True:
            data = connection.recv(65536)
            if not data:
                break
            total += len(data)
        connection.sendall(str(total).encode())
        connection.close()
        seen["peer"] = peer[0]

    thread = threading.Thread(target=accept)
    thread.start()
    talker = client.socket()
    talker.settimeout(5)
    if source:
        talker.bind((source, 0))
    talker.connect((address, listener.getsockname()[1]))
    talker.sendall(b"x" * 200000)
    talker.shutdown(1)
    check(talker.recv(32) == b"200000", f"TCP to {address} does not carry 200000 bytes")
    talker.close()
    thread.join(5)
    listener.close()
    return seen.get("peer")


def conntrack(namespace):
    return namespace.run("cat", "/proc/net/nf_conntrack", check=False)


def run(lab):
    host_a, a, b, host_b = wire(lab)
    before = configuration(b)
    agent = Agent(lab, b)
    nat = agent.nat(REMAPPING, INTERNAL, "wan", "10.0.0.2", owner="negotiation-1")
    address = agent.address("10.0.0.1/30", "wan", "negotiation-1")

    agent.refused("ConfigureNat", nat, "the kernel refused")
    check_unchanged(b, before, "a translation that was refused has left something")
    agent.order("AddIPToInterface", address)
    # A flow that began before it is translated must not stay as it was.
    b.ip("route", "add", REMAPPING, "dev", "wan")
    early = lab.process(
        ["ping", "-q", "-i", "0.2", "-I", "192.168.0.20", "172.16.0.10"], host_b, "early-ping"
    )
    wait_until(lambda: "dst=172.16.0.10" in conntrack(b), 5, "the flow is not tracked")
    check(agent.order("ConfigureNat", nat) == "nat configured correctly", "another message")
    b.ip("route", "delete", REMAPPING, "dev", "wan")
    a.ip("route", "add", REMAPPING, "via", "10.0.0.1")

    # Either way; also to an address that the own side has too.
    expect(host_a, "172.16.0.20")
    expect(host_a, "172.16.0.10")
    expect(host_b, "172.16.0.11", "192.168.0.20")
    expect(host_b, "172.16.0.10", "192.168.0.20")
    expect(host_b, "172.16.0.10", "192.168.0.10")
    # To and from the routers themselves.
    expect(host_a, "172.16.0.2")
    expect(b, "172.16.0.10")
    expect(host_b, "172.16.0.1", "192.168.0.20")
    expect(a, "172.16.0.20", "192.168.0.1")
    # What the router has itself is not the peer's: nobody answers rather than the wrong one.
    check(
        not reaches(host_b, "172.16.0.2", "192.168.0.20"),
        "the router answers for the peer's host that has its address",
    )
    # All other traffic keeps its route.
    expect(host_b, "192.168.0.2", "192.168.0.20")
    expect(b, "192.168.0.20")
    expect(b, "10.0.0.2")

    # Each side sees the other under the remapping network; segments fit the smaller link.
    peer = seen_from(lab, host_b, host_a, "172.16.0.20", "192.168.0.10")
    check(peer == "172.16.0.10", f"b's host sees a's as {peer}")
    peer = seen_from(lab, host_a, host_b, "172.16.0.11", "192.168.0.20")
    check(peer == "172.16.0.20", f"a's host sees b's as {peer}")

    early.signal(2)
    early.wait(5)
    received = early.log().split(" received")[0].split()[-1]
    check(int(received) > 0, f"a flow from before is not translated: {early.last_words()}")

    # With the link down nothing strays to hosts of this side with the same addresses.
    host_b.ip("address", "add", "192.168.0.77/24", "dev", "eth0")
    b.ip("link", "set", "wan", "down")
    check(
        not reaches(host_b, "172.16.0.77", "192.168.0.20"),
        "with the link down a host of the own side answers for the peer's",
    )
    check(not agent.applied().nats[0].present, "the translation is shown as present without a link")
    b.ip("link", "set", "wan", "up")
    wait_until(lambda: agent.applied().nats[0].present, 5, "it does not come back with the link")
    expect(host_a, "172.16.0.20")

    # Taken back: nothing is translated any more, and flows from before neither.
    late = lab.process(["ping", "-q", "-i", "0.2", "172.16.0.20"], host_a, "late-ping")
    wait_until(lambda: "dst=172.16.0.20" in conntrack(b), 5, "the flow is not tracked")
    agent.order("RemoveNat", nat)
    check(not reaches(host_a, "172.16.0.20"), "it is translated after the translation was removed")
    late.signal(2)
    late.wait(5)
    agent.order("RemoveNat", nat)
    agent.order("RemoveIPFromInterface", address)
    check_unchanged(b, before, "undone it is not as before")
    check(not agent.applied().nats, "what was taken back is listed")
