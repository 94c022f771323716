# SPDX-License-Identifier: BSD-3-Clause
"""Two bgwd negotiate over UDP: heartbeats, a side that is killed and comes back, and what that does to
flooding, learned MACs, events and the API; a secret that is not the same; the dissector."""

import os
import re
import time

from scapy.layers.l2 import Ether

from lib import traffic
from lib.bgwctl import Bgwctl
from lib.errors import check, wait_until
from lib.frames import Sniffer, send
from lib.monitor import Monitor
from lib.negotiating import NegotiatingPair, is_datagram
from lib.netns import command

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
DISSECTOR = os.path.join(TOP, "tools", "wireshark", "bgw-negotiation.lua")
HELLO, EXCHANGE = 1, 2  # kinds of datagrams
DETECTION_MS = 2000


def run(lab):
    pair = NegotiatingPair(lab)
    left, right = pair.gateways
    for session in pair.wait_up():
        check(session["status"] == "ACTIVE", f"a session that is up shows {session}")
    traffic.prove(*pair.hosts)
    prove_heartbeats(pair)
    prove_shown(left)
    monitor = Monitor(Bgwctl(left.api.url), "monitor negotiation-sessions")
    time.sleep(0.5)
    prove_killed_and_back(pair, monitor)
    monitor.close()
    prove_turned_off_and_on(pair)
    prove_another_secret(lab, pair)
    prove_dissected(lab, pair)


def prove_heartbeats(pair):
    before = pair.session(0)
    wait_until(lambda: pair.session(0)["heartbeats"] >= before["heartbeats"] + 10, 10,
               lambda: f"heartbeats do not go on: {before} and then {pair.session(0)}")
    now = pair.session(0)
    check(0 < now["round_trip_us"] < DETECTION_MS * 1000, f"the round trip is {now['round_trip_us']} us")
    check(now["sessions"] == before["sessions"] and now["last_error"] == "", f"the session was lost: {now}")
    check(now["heard_ms"] < DETECTION_MS, f"it was heard {now['heard_ms']} ms ago")


def prove_shown(gateway):
    shown = Bgwctl(gateway.api.url)("show sessions")
    check(re.search(r"right.*udp.*ACTIVE", shown), f"bgwctl shows:\n{shown}")


def broadcast(host, content):
    send(host.namespace, host.dev,
         Ether(src=host.mac, dst="ff:ff:ff:ff:ff:ff", type=0x88B5) / content.ljust(46, b"."))


def prove_killed_and_back(pair, monitor):
    left, right = pair.gateways
    there = Sniffer(pair.lab, pair.core, "to-left")
    broadcast(pair.hosts[0], b"while it is up")
    there.wait(lambda f: b"while it is up" in bytes(f), 3, "nothing is flooded to a peer that is up")
    check(any(mac["connection"] for mac in left.macs()), "nothing was learned behind the connection")
    right.kill9()
    session = pair.wait(0, "down", DETECTION_MS / 1000 + 10)
    check("nothing authentic" in session["last_error"], f"it is down for {session['last_error']}")
    remote = left.api.show("l2-remote-gateways", pair.remotes[0]["id"])
    check(remote["status"] == "DOWN" and remote["status_reason"] == session["last_error"],
          f"the remote gateway is {remote['status']}: {remote['status_reason']}")
    wait_until(lambda: not any(mac["connection"] for mac in left.macs()), 5,
               lambda: f"MACs are still behind it: {left.macs()}")
    there.forget()
    broadcast(pair.hosts[0], b"while it is down")
    time.sleep(0.5)
    check(not any(b"while it is down" in frame for frame in there.frames),
          "frames are flooded to a peer that is down")
    right.start()
    pair.wait_up()
    broadcast(pair.hosts[0], b"up again")
    there.wait(lambda f: b"up again" in bytes(f), 3, "nothing is flooded to a peer that is back")
    check([event["event"] for event in monitor.events] == ["peer_down", "peer_up"],
          f"told were {monitor.events}")
    data = monitor.events[0]["data"]["negotiation_session"]
    check(data["l2_remote_gateway"] == pair.remotes[0]["id"], f"told was {data}")
    traffic.prove(*pair.hosts)


def prove_turned_off_and_on(pair):
    left = pair.gateways[0]
    remote = pair.remotes[0]["id"]
    left.api.update("l2-remote-gateways", remote, negotiation={"enabled": False})
    check(left.api.list("negotiation-sessions") == [], "a session is left")
    pair.wait(1, "down")
    left.api.update("l2-remote-gateways", remote, negotiation={"enabled": True})
    pair.wait_up()
    shown = left.api.show("l2-remote-gateways", remote)["negotiation"]
    check(shown == {"enabled": True, "secret": "far", "interval_ms": 100, "multiplier": 20,
                    "grpc": "", "tls_name": ""},
          f"negotiation is {shown}")


def prove_another_secret(lab, pair):
    left, right = pair.gateways
    with open(left.config["secrets"]["far"], encoding="ascii") as file:
        kept = file.read()
    right.stop()
    other = lab.path("other.secret")
    with open(other, "w", encoding="ascii", opener=lambda p, f: os.open(p, f, 0o600)) as file:
        file.write("another horse, another staple")
    right.config["secrets"] = {"far": other}
    right.start()
    pair.wait(0, "down")
    pair.wait(1, "down")
    check("no authentic hello" in pair.session(1)["last_error"], f"it is {pair.session(1)}")
    wait_until(lambda: left.drops().get("negotiation_forged", 0) > 0, 10,
               lambda: f"drops are {left.drops()}")
    with open(other, "w", encoding="ascii") as file:
        file.write(kept)
    right.stop()
    right.start()
    pair.wait_up()


def with_bytes(frame, *said):
    """The exchange with other bytes: which ones two gateways say depends on who speaks first."""
    copy = bytearray(frame)
    copy[42 + 3] = len(said)
    copy[42 + 26 : 42 + 26 + len(said)] = bytes(said)
    return bytes(copy)


def prove_dissected(lab, pair):
    """tshark with the dissector names what went over the wire."""
    from scapy.utils import wrpcap

    frames = [frame for frame in pair.wire.seen if is_datagram(frame)]
    frames.append(with_bytes(next(f for f in frames if f[43] == EXCHANGE), 0, 0x40, 253, 254))
    capture = lab.path("negotiation.pcap")
    wrpcap(capture, [Ether(frame) for frame in frames])
    fields = ("kind", "session", "nonce", "counter", "round", "step", "byte", "epoch", "interval")
    said = command("tshark", "-r", capture, "-X", f"lua_script:{DISSECTOR}", "-T", "fields",
                   *(word for field in fields for word in ("-e", f"bgwneg.{field}")))
    lines = [dict(zip(fields, line.split("\t"))) for line in said.splitlines()]
    check(len(lines) == len(frames), f"tshark read {len(lines)} of {len(frames)} datagrams")
    for line, frame in zip(lines, frames):
        payload = frame[42:]
        check(line["kind"] == str(payload[1]), f"kind {payload[1]} was read as {line}")
        check(int(line["session"], 16) == int.from_bytes(payload[4:8], "big"), f"session: {line}")
        check(int(line["counter"]) == int.from_bytes(payload[-24:-16], "big"), f"counter: {line}")
        if payload[1] == HELLO:
            check(line["interval"] == "100", f"a hello was read as {line}")
        else:
            check(int(line["round"]) == int.from_bytes(payload[16:20], "big"), f"round: {line}")
            count = len([byte for byte in line["byte"].split(",") if byte])
            check(count == payload[3], f"{payload[3]} bytes were read as {line}")
    told = command("tshark", "-r", capture, "-X", f"lua_script:{DISSECTOR}")
    for words in ("Hello", "Exchange", "keepalive", "heartbeat beat reject accept"):
        check(words in told, f"tshark does not say {words}")
    check("Malformed" not in told and "Lua Error" not in told, "tshark stumbles")
