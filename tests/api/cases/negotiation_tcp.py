# SPDX-License-Identifier: BSD-3-Clause
"""Another implementation of the byte negotiator, which knows heartbeats and nothing else, is a peer
over TCP, whichever end connects. Strangers are refused, and with accept_any served passively."""

import time

from lib.expect import Failure, check, equal
from lib.gateway import free_port
from lib.negotiator import Heartbeat, NegotiationError, Peer, connect, listener, taken


def session(api, name):
    return [item for item in api.list("negotiation-sessions") if item["peer"] == name][0]


def await_status(api, name, status, seconds=10):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        shown = session(api, name)
        if shown["status"] == status:
            return shown
        time.sleep(0.05)
    raise Failure(f"{name} is not {status} after {seconds} s: {shown}")


def refused(port, source):
    """Closed without a byte."""
    connection = connect(port, source)
    try:
        check(connection.recv(1) == b"", f"{source} was told something")
    except ConnectionResetError:
        pass
    connection.close()


def settings_refused(gateway):
    tcp = gateway.config["negotiation"]["tcp"]
    right = dict(tcp)
    for change, sentence in (
            ({"listen": ["9698"]}, 'negotiation.tcp.listen "9698" must be ADDRESS:PORT'),
            ({"listen": ["unix:/tmp/x"]}, "must be ADDRESS:PORT or [ADDRESS]:PORT"),
            ({"peers": [{"address": "site-b:1"}]}, "negotiation.tcp.peers[0].address"),
            ({"peers": [{"address": "127.0.0.1:1"}, {"address": "127.0.0.1:2"}]},
             "give each its own"),
            ({"peers": [{}]}, "negotiation.tcp.peers[0].address"),
            ({"peers": [{"address": "127.0.0.1:1", "protocols": ["x"]}]}, "protocols"),
            ({"tls": {"cert": "/nothing", "key": "/nothing"}}, "negotiation.tcp.tls.cert")):
        tcp.update(change)
        gateway.refuses_to_start(sentence)
        tcp.clear()
        tcp.update(right)


def we_connect(api, port):
    """The first rounds of a peer that connects to the gateway."""
    heartbeat = Heartbeat()
    peer = Peer(connect(port, "127.0.0.2"), [heartbeat])
    ran = peer.rounds_for(3.5)[0]
    check(3 <= ran <= 9, f"{ran} heartbeats in 3.5 s")
    shown = await_status(api, "b", "ACTIVE")
    equal("address", shown["address"], "127.0.0.2")
    check(shown["round_trip_us"] is not None and 0 < shown["round_trip_us"] < 2000000,
          f"round trip of {shown['round_trip_us']} us")
    equal("heartbeats", shown["heartbeats"], heartbeat.runs)
    check(shown["round"] <= peer.rounds + 1, f"{shown['round']} rounds, not {peer.rounds}")
    equal("sessions", shown["sessions"], 1)
    return peer


def newer_counts(api, port, old):
    """The peer restarted: what it left behind ends."""
    new = Peer(connect(port, "127.0.0.2"), [Heartbeat()])
    new.round()
    try:
        old.rounds_for(2)
    except (EOFError, ConnectionError):
        pass
    else:
        check(False, "two sessions of one peer")
    new.rounds_for(0.3)
    shown = await_status(api, "b", "ACTIVE")
    equal("sessions", shown["sessions"], 2)
    new.close()
    shown = await_status(api, "b", "DOWN")
    equal("why", shown["last_error"], "the peer closed the connection")
    equal("state", shown["state"], None)


def it_connects(api, listening):
    """The gateway connects, and again after the peer has gone."""
    for _ in range(2):
        heartbeat = Heartbeat(period_s=3600)
        peer = Peer(taken(listening), [heartbeat])
        ran = peer.rounds_for(2.5)[0]
        check(2 <= ran <= 4, f"{ran} heartbeats in 2.5 s, of which one was ours")
        await_status(api, "c", "ACTIVE")
        peer.close()
        await_status(api, "c", "DOWN")


def simple_peer(listening, seconds):
    """Heartbeats with the gateway for that long, by a connection that it has not nearly given up."""
    for _ in range(5):
        peer = Peer(taken(listening), [Heartbeat()])
        try:
            return peer.rounds_for(seconds)[0]
        except (EOFError, ConnectionError):
            continue
        finally:
            peer.close()
    raise Failure("no connection of the gateway holds")


def it_learns_what_a_peer_knows(listening):
    """One that hangs up when it is offered more than heartbeats is not offered that again."""
    try:
        simple_peer(listening, 3)
        check(False, "no protocol but heartbeats was offered")
    except NegotiationError as error:
        check("protocol 2 was initiated" in str(error), str(error))
    check(simple_peer(listening, 3) >= 2, "no heartbeats with a peer that knows no more")


def it_keeps_away(listening):
    """Whoever hangs up at once is not called without pause."""
    times = []
    for _ in range(4):
        taken(listening).close()
        times.append(time.monotonic())
    gaps = [b - a for a, b in zip(times, times[1:])]
    check(all(gap > 0.2 for gap in gaps) and gaps[-1] > 0.7, f"it calls after {gaps} s")


def guests(gateway):
    gateway.config["negotiation"]["tcp"] |= {"accept_any": True, "peers": []}
    api = gateway.start()
    port = int(gateway.config["negotiation"]["tcp"]["listen"][0].split(":")[1])
    silent = Heartbeat()
    silent.initiates = False
    peer = Peer(connect(port, "127.0.0.9"), [silent])
    equal("what a guest was offered in 2.5 s", peer.rounds_for(2.5), [0])
    silent.initiates = True
    check(peer.rounds_for(2.5)[0] >= 2, "a guest's heartbeats are not accepted")
    shown = session(api, "")
    equal("a guest", (shown["status"], shown["address"]), ("ACTIVE", "127.0.0.9"))
    # All other protocols are rejected, and one that there is not ends it.
    peer.protocols = [silent] + [Heartbeat() for _ in range(4)]
    silent.initiates = False
    for number in (1, 2, 3):
        for protocol in peer.protocols:
            protocol.initiates = False
        peer.protocols[number].initiates = True
        equal(f"a guest's protocol {number}", peer.round(), None)
    peer.write(4)
    try:
        peer.read()
        peer.read()
        raise NegotiationError("an unknown protocol was answered")
    except (EOFError, ConnectionError):
        pass
    peer.close()
    many = [connect(port, "127.0.0.9") for _ in range(70)]
    time.sleep(0.5)
    check(len(api.list("negotiation-sessions")) <= 64, "there is no end to guests")
    for connection in many:
        connection.close()
    gateway.stop()


def run(gateway):
    port = free_port()
    listening, address = listener("127.0.0.3")
    simple, simple_address = listener("127.0.0.5")
    gateway.config["negotiation"] = {"tcp": {
        "listen": [f"127.0.0.1:{port}"],
        "peers": [{"name": "b", "address": "127.0.0.2:1", "connect": False,
                   "protocols": ["heartbeat"]},
                  {"name": "c", "address": address, "protocols": ["heartbeat"]},
                  {"name": "d", "address": simple_address}]}}
    settings_refused(gateway)
    api = gateway.start()
    it_learns_what_a_peer_knows(simple)
    refused(port, "127.0.0.1")
    refused(port, "127.0.0.4")
    old = we_connect(api, port)
    newer_counts(api, port, old)
    it_connects(api, listening)
    it_keeps_away(listening)
    gateway.stop()
    guests(gateway)
