# SPDX-License-Identifier: BSD-3-Clause
"""What two gateways that negotiate tell each other, whatever carries it: a connection that is "auto"
takes what the other end has, and what is learned on the attachments of one is known at the other
without a flooded frame; after a cut link by the changes alone, after a restart by the whole table."""

from scapy.layers.l2 import Ether

from . import traffic
from .errors import check, wait_until
from .frames import send
from .negotiating_tcp import local, session, shown, speak, synced

MANY = 1500
# The rules' last resort is the silence of a TCP connection; then comes the wait before another.
CUT_S = 30


def mac(number):
    return f"02:00:5f:00:{number >> 8:02x}:{number & 255:02x}"


def macs(numbers):
    return [mac(number) for number in numbers]


def learned(gateway, host):
    speak(host, macs(range(100, 100 + MANY)))
    return len(local(gateway))


def equal_tables(left, right, what, at_least=1, seconds=20):
    wait_until(lambda: len(local(left)) >= at_least and local(left) == synced(right)
               and local(right) == synced(left), seconds,
               f"{what}: {len(local(left))} local at left, {len(synced(right))} synced at right")


def agree(left, right, far_left, far_right):
    """One end says what it wants, the other takes it."""
    ends = []
    for gateway, far, remote in ((left, far_left, ["gre", "vxlan"]), (right, far_right, ["vxlan"])):
        network = gateway.network("lan")
        ends.append((gateway, network, gateway.attach(network), gateway.remote(far, remote)))
    for gateway, *_ in ends:
        wait_until(lambda: gateway.api.list("negotiation-sessions"), 10, "there is no session")
        shown(gateway, "status", "ACTIVE")
    gateway, network, attached, remote = ends[0]
    auto = gateway.api.create("l2-remote-gateway-connections", gateway=attached["id"],
                              network=network["id"], remote_gateway=remote["id"],
                              encapsulation="auto", flood=False)
    check((auto["encapsulation"], auto["seg_id"], auto["status"]) == ("auto", None, "DOWN"),
          f"before anything is agreed it is {auto}")
    wait_until(lambda: session(gateway)["connection_errors"], 10, "a lonely connection is no error")
    said = session(gateway)["connection_errors"][0]
    check(said == "lan: no connection of the peer has that peer_name", f"it says {said!r}")
    gateway, network, attached, remote = ends[1]
    gateway.connect(attached, network, far_right, 77, flood=False)
    wait_until(lambda: left.api.show("l2-remote-gateway-connections", auto["id"])["status"]
               == "ACTIVE", 10, "auto does not become ACTIVE")
    auto = left.api.show("l2-remote-gateway-connections", auto["id"])
    check((auto["agreed_encapsulation"], auto["agreed_seg_id"]) == ("vxlan", 77),
          f"agreed was {auto}")
    for gateway in (left, right):
        shown(gateway, "connections", 1)
        shown(gateway, "connection_errors", [])
    return auto


def prove(sites, hosts, gateways):
    left, right = sites
    a, b = gateways
    hosts = [side[0] for side in hosts]
    auto = agree(a, b, right.ip4, left.ip4)
    speak(hosts[0], macs(range(10)))
    equal_tables(a, b, "at first", 10)
    check(session(b)["resyncs"] == 1, f"{session(b)['resyncs']} resyncs")
    tunnel = b.api.list("l2-remote-gateway-connections")[0]
    check({item["connection"] for item in b.macs() if item["kind"] == "synced"} == {tunnel["id"]},
          "synced MACs are not behind the connection")
    # Unicast finds its way by what was synced alone; flooding is off.
    for host, peer in (hosts, hosts[::-1]):
        host.namespace.ip("neighbour", "replace", peer.ip4, "lladdr", peer.mac, "dev", host.dev)
        send(host.namespace, host.dev,
             Ether(src=host.mac, dst="ff:ff:ff:ff:ff:ff", type=0x88B5) / (b"here" * 15))
    speak(hosts[1], macs(range(2000, 2005)))
    wait_until(lambda: hosts[0].mac in synced(b) and hosts[1].mac in synced(a), 5,
               "the hosts' MACs are not synced")
    traffic.prove(*hosts)
    equal_tables(a, b, "with hosts", 11)

    changes = session(b)["mac_changes"]
    left.namespace.ip("link", "set", left.dev, "down")
    wait_until(lambda: learned(a, hosts[0]) >= MANY, 20, "the left does not learn", interval_s=1)
    shown(a, "status", "DOWN", CUT_S)
    left.namespace.ip("link", "set", left.dev, "up")
    equal_tables(a, b, "after the cut", MANY, CUT_S)
    check(session(b)["resyncs"] == 1, "after a cut link the whole table was taken")
    check(session(b)["mac_changes"] - changes >= MANY, "the changes are not counted")

    # A MAC that is forgotten here is forgotten there.
    gone = next(item for item in a.macs() if item["mac"] == mac(100))
    a.api.request("DELETE", f"/v2.0/macs/{gone['id']}")
    wait_until(lambda: mac(100) not in synced(b), 5, "a MAC that was forgotten stays")

    a.kill9()
    a.start()
    speak(hosts[0], macs(range(3000, 3020)))
    equal_tables(a, b, "after a restart", 20, CUT_S)
    check(session(b)["resyncs"] == 2, f"{session(b)['resyncs']} resyncs after a restart")
    wait_until(lambda: a.api.show("l2-remote-gateway-connections", auto["id"])["status"]
               == "ACTIVE", 10, "auto is not agreed on again")

    # Static entries have precedence, and what they hid comes back.
    fixed = b.api.create("l2-remote-macs", mac=mac(3001), rgw_connection=tunnel["id"])
    kinds = {item["mac"]: item["kind"] for item in b.macs()}
    check(kinds[mac(3001)] == "static", f"it is {kinds[mac(3001)]}")
    b.api.request("DELETE", f"/v2.0/l2-remote-macs/{fixed['id']}")
    wait_until(lambda: mac(3001) in synced(b), 10, "what a static entry hid does not come back")
