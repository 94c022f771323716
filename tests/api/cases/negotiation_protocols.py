# SPDX-License-Identifier: BSD-3-Clause
"""Another implementation runs tunnel, resync and mac-sync with a gateway: which connections find each
other and what is agreed for them, MACs that come and go, and what breaks a rule, which ends the session
with a reason; the next one begins afresh."""

import time

from lib import negotiation_messages as messages
from lib.expect import check, equal
from lib.gateway import free_port
from lib.negotiation_messages import GRE, VXLAN, MacSync, Resync, Tunnel, offer
from lib.negotiator import Heartbeat, Peer, connect

PEER = "127.0.0.2"
CONNECTIONS = "l2-remote-gateway-connections"
MESSAGE_MACS = 256
MESSAGE_OFFERS = 64


class Other:
    """The other gateway's end of one session."""

    def __init__(self, port, *offers):
        self.tunnel, self.resync = Tunnel(*offers), Resync()
        self.mac_sync = MacSync(self.tunnel)
        self.peer = Peer(connect(port, PEER), [Heartbeat(), self.resync, self.tunnel, self.mac_sync])

    def until(self, protocol, runs, seconds=10):
        until = time.monotonic() + seconds
        while protocol.runs < runs:
            check(time.monotonic() < until, f"{type(protocol).__name__} ran {protocol.runs} times")
            self.peer.round()

    def ends(self, seconds=15):
        """Goes on until the gateway hangs up."""
        self.peer.connection.settimeout(seconds)
        until = time.monotonic() + seconds
        try:
            while time.monotonic() < until:
                self.peer.round()
        except (OSError, EOFError):
            return
        check(False, "the session does not end")

    def close(self):
        self.peer.close()


def session(api):
    return api.list("negotiation-sessions")[0]


def awaited(api, name, value, what):
    until = time.monotonic() + 10
    while session(api)[name] != value:
        check(time.monotonic() < until, f"{what}: {name} is {session(api)[name]!r}, not {value!r}")
        time.sleep(0.02)


def connection(api, made, **members):
    return api.create(CONNECTIONS, gateway=made["members"]["id"],
                      network=made["network"]["id"], remote_gateway=made["remote"]["id"], **members)


def found_by_name(api, port, made):
    """By the network's name or by peer_name; what finds nothing, or two, is said."""
    one = connection(api, made, seg_id=10)
    other = Other(port, offer("lan", [VXLAN], [10]))
    other.until(other.tunnel, 1)
    equal("name offered", other.tunnel.theirs[0][1], [b"lan"])
    equal("links", (session(api)["connections"], session(api)["connection_errors"]), (1, []))
    api.update(CONNECTIONS, one["id"], peer_name="west")
    other.until(other.tunnel, 2)
    equal("name offered then", other.tunnel.theirs[0][1], [b"west"])
    for theirs, links, why in (
            ([offer("lan", [VXLAN], [10])], 0,
             "west: no connection of the peer has that peer_name"),
            ([offer("west", [VXLAN], [10]), offer("west", [VXLAN], [11])], 0,
             "west: several connections of the peer have that peer_name"),
            ([offer("west", [GRE], [10])], 1,
             "west: the two ends have no encapsulation in common"),
            ([offer("west", [VXLAN], [11])], 1,
             "west: the two ends have no segmentation id in common"),
            ([offer("west", [VXLAN], [10], [])], 1,
             "west: the two ends have no addresses of one family"),
            ([offer("east", [VXLAN], [10]), offer("west", [VXLAN], [10])], 1, None)):
        other.tunnel.offers = theirs
        other.tunnel.initiates = True
        runs = other.tunnel.runs
        other.until(other.tunnel, runs + 1)
        awaited(api, "connection_errors", [why] if why else [], str(why))
        equal(f"links ({why})", session(api)["connections"], links)
    twin = connection(api, made, seg_id=12, peer_name="west")
    runs = other.tunnel.runs
    other.until(other.tunnel, runs + 1)
    awaited(api, "connection_errors", ["west: several connections here have that peer_name"] * 2,
            "twice here")
    api.delete(CONNECTIONS, twin["id"])
    other.close()
    return one


def settled(api, port, made, one):
    """auto takes what is agreed, by two ordered lists."""
    api.delete(CONNECTIONS, one["id"])
    auto = connection(api, made, encapsulation="auto", peer_name="west")
    other = Other(port, offer("west", [GRE, VXLAN], [7, 8]))
    other.until(other.tunnel, 1)
    equal("offered", list(other.tunnel.theirs[0][2][0]), [VXLAN, GRE])
    shown = api.show(CONNECTIONS, auto["id"])
    # Each is first in one list and second in the other, so the one whose places are equal is not
    # there and the lower value is taken.
    equal("agreed", (shown["agreed_encapsulation"], shown["agreed_seg_id"]), ("vxlan", 7))
    other.tunnel.offers = [offer("west", [GRE], [8])]
    other.tunnel.initiates = True
    other.until(other.tunnel, 2)
    shown = api.show(CONNECTIONS, auto["id"])
    equal("agreed anew", (shown["agreed_encapsulation"], shown["agreed_seg_id"]), ("gre", 8))
    other.close()
    return auto


def mac(number):
    return f"02:00:00:5f:{number >> 8:02x}:{number & 255:02x}"


def known(api):
    return sorted(item["mac"] for item in api.list("macs", "?kind=synced"))


def awaited_macs(api, numbers, what):
    until = time.monotonic() + 10
    while known(api) != sorted(map(mac, numbers)):
        check(time.monotonic() < until, f"{what}: there are {known(api)[:5]}..., not {len(numbers)}")
        time.sleep(0.05)


def synced(api, port):
    """A whole table at first, then the changes; after a cut the changes alone."""
    before = session(api)
    other = Other(port, offer("west", [GRE], [8]))
    other.resync.table, other.resync.at = [mac(n) for n in range(200)], (99, 1000)
    other.until(other.resync, 1)
    awaited_macs(api, range(200), "after a table")
    other.mac_sync.initiates = True
    other.mac_sync.answer = [messages.macs(added=[mac(300)], removed=[mac(0), mac(1)]),
                             messages.position(99, 1003)]
    other.until(other.mac_sync, other.mac_sync.runs + 1)
    equal("what it has", other.mac_sync.theirs, (99, 1000))
    awaited_macs(api, [*range(2, 200), 300], "after changes")
    # Its own table: we are behind until we take it; it has none.
    equal("what it says to one who has nothing", other.mac_sync.taken[-1][0], messages.BEHIND)
    other.resync.asks = other.resync.initiates = True
    other.until(other.resync, 2)
    kind, content = other.resync.taken[-1]
    equal("end of its table", (len(other.resync.taken), kind), (1, messages.POSITION))
    other.close()
    awaited(api, "status", "DOWN", "after the cut")
    awaited_macs(api, [*range(2, 200), 300], "while the peer is away")
    other = Other(port, offer("west", [GRE], [8]))
    other.mac_sync.has = (messages.number(content, 1), messages.number(content, 2))
    other.mac_sync.answer = [messages.macs(removed=[mac(300)]), messages.position(99, 1004)]
    other.until(other.mac_sync, 1)
    equal("what it has after a cut", other.mac_sync.theirs, (99, 1003))
    equal("what it tells after a cut", [kind for kind, _ in other.mac_sync.taken],
          [messages.POSITION])
    awaited_macs(api, range(2, 200), "after a cut")
    for name in ("resyncs", "resyncs_told"):
        equal(name, session(api)[name], before[name] + 1)
    # The same peer, restarted: another epoch. It is behind, and what is not in the table goes.
    other.close()
    other = Other(port, offer("west", [GRE], [8]))
    other.resync.table, other.resync.at = [mac(n) for n in range(100, 250)], (100, 5)
    other.until(other.resync, 1)
    awaited_macs(api, range(100, 250), "after a restart of the peer")
    other.close()


class Says(messages.Protocol):
    """Runs a protocol by saying that alone."""

    def __init__(self, *said, raw=b""):
        super().__init__()
        self.said, self.raw = said, raw

    def say(self, peer):
        messages.send(peer, *self.said)
        peer.connection.sendall(self.raw)
        while True:
            messages.take(peer)


def broken(api, port, protocol, says, why):
    """The session ends with that reason, and the next one begins with tunnel again."""
    before = session(api)["sessions"]
    other = Other(port, offer("west", [GRE], [8]))
    other.peer.protocols[protocol] = says
    other.ends()
    other.close()
    until = time.monotonic() + 10
    while why not in session(api)["last_error"]:
        check(time.monotonic() < until, f"the reason is {session(api)['last_error']!r}, not {why!r}")
        time.sleep(0.02)
    equal("sessions", session(api)["sessions"], before + 1)


def rules(api, port):
    good = offer("west", [GRE], [8])
    here = messages.have(100, 5, ["west"])
    many = [mac(n) for n in range(MESSAGE_MACS + 1)]
    for protocol, says, why in (
            (2, Says(raw=b"\0\1\0\1"), "announced a message of 65537 bytes"),
            (2, Says(raw=b"\0\0\0\3\xff\xff\xff"), "tunnel: the peer sent what is no message"),
            (2, Says(messages.end()), "its end before it had everything"),
            (2, Says(messages.offers(good), messages.offers(good)), "more than it has to say"),
            (2, Says(here), "a message that does not belong there"),
            (2, Says(messages.offers(offer(""))), "an offer with a wrong name"),
            (2, Says(messages.offers(*[offer("x")] * (MESSAGE_OFFERS + 1))),
             "more offers in a message than are allowed"),
            (3, Says(messages.have(100, 5, ["west", "east"])), "other names of connections"),
            (3, Says(here, here), "what it has, where nobody asked"),
            (3, Says(messages.macs(added=[mac(1)])), "MACs before it said what it has"),
            (3, Says(messages.position(1, 1)), "a position that it cannot have"),
            (3, Says(here, messages.position(0, 1)), "a position that it cannot have"),
            (3, Says(here, messages.macs(1, [mac(1)])), "MACs of a connection that there is not"),
            (3, Says(here, messages.macs(added=many)), "more MACs in a message than are allowed"),
            (3, Says(here, messages.macs(added=["01:00:00:00:00:01"])), "no unicast MAC"),
            (3, Says(here, messages.offers(good)), "a message that does not belong there")):
        broken(api, port, protocol, says, why)
    # One that says nothing at all runs into the deadline of the protocol.
    broken(api, port, 2, Says(), "tunnel took longer than 10000 ms")


def run(gateway):
    port = free_port()
    gateway.config["negotiation"] = {"tcp": {
        "listen": [f"127.0.0.1:{port}"],
        "peers": [{"name": "far", "address": f"{PEER}:1", "connect": False}]}}
    api = gateway.start()
    made = {"network": api.create("networks", name="lan"),
            "members": api.create("l2-gateways", name="members"),
            "remote": api.create("l2-remote-gateways", name="far", ipaddr="192.0.2.2",
                                 encapsulations=["vxlan", "gre"])}
    one = found_by_name(api, port, made)
    settled(api, port, made, one)
    synced(api, port)
    rules(api, port)
    # Nothing of that has taken away what was told before.
    awaited_macs(api, range(100, 250), "after all that")
