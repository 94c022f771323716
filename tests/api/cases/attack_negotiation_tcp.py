# SPDX-License-Identifier: BSD-3-Clause
"""Hostile peers over TCP end their own sessions and nothing else: garbage at every place, bytes out
of turn, floods, silence, connections that end after every byte."""

import random
import socket
import threading
import time

from lib.expect import check, equal
from lib.gateway import free_port
from lib.negotiator import Heartbeat, Peer, connect

GOOD, BAD = "127.0.0.2", "127.0.0.3"


class Good(threading.Thread):
    """A peer that behaves, all the while."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self._peer = Peer(connect(port, GOOD), [Heartbeat()])
        self.error = None
        self.stopping = False

    def run(self):
        try:
            while not self.stopping:
                self._peer.rounds_for(0.2)
        except (OSError, EOFError) as error:
            self.error = error
        self._peer.close()


def sessions(api):
    return {item["peer"]: item for item in api.list("negotiation-sessions")}


def closed(connection, seconds=8):
    """Whether the other end hangs up within that time, whatever it says before."""
    connection.settimeout(seconds)
    until = time.monotonic() + seconds
    try:
        while time.monotonic() < until:
            if connection.recv(4096) == b"":
                return True
    except ConnectionError:
        return True
    except TimeoutError:
        pass
    return False


def says(port, data, why, api):
    """Sends that; the session must end, and say why."""
    connection = connect(port, BAD)
    try:
        connection.sendall(data)
    except ConnectionError:
        pass
    check(closed(connection), f"{data[:8]!r} is borne")
    connection.close()
    for _ in range(100):
        if why in sessions(api)["bad"]["last_error"]:
            return
        time.sleep(0.02)
    check(False, f"after {data[:8]!r} the reason is {sessions(api)['bad']['last_error']!r}")


def ends_after_every_byte(port):
    """A whole good exchange, cut after each byte in both ways to end it."""
    exchange = bytes((0, 0x40, 0x41, 255))
    for length in range(len(exchange) + 1):
        for reset in (False, True):
            connection = connect(port, BAD)
            connection.sendall(exchange[:length])
            if reset:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            connection.close()


def byte_by_byte(port):
    """Slow is not wrong."""
    peer = Peer(connect(port, BAD), [Heartbeat()], sleep_s=1)
    for _ in range(3):
        time.sleep(0.5)
        peer.round()
    peer.close()


def silent(port, api):
    connections = [connect(port, BAD)]
    started = time.monotonic()
    check(closed(connections[0], 9), "silence is borne")
    check(4 <= time.monotonic() - started <= 8, f"{time.monotonic() - started} s of silence")
    check("said nothing for 5000 ms" in sessions(api)["bad"]["last_error"], "silence has no reason")


def stuck_in_a_heartbeat(port, api):
    connection = connect(port, BAD)
    connection.sendall(bytes((0, 0x40)))
    check(closed(connection, 9), "a heartbeat that never ends is borne")
    check("heartbeat took longer than 5000 ms" in sessions(api)["bad"]["last_error"],
          f"the reason is {sessions(api)['bad']['last_error']!r}")


def without_pause(port, api):
    """Heartbeats one after another are held to a rate."""
    heartbeat = Heartbeat(period_s=0)
    peer = Peer(connect(port, BAD), [heartbeat], sleep_s=0)
    ran = peer.rounds_for(2)[0]
    check(ran <= 450, f"{ran} heartbeats in 2 s")
    check(ran >= 20, f"only {ran} heartbeats in 2 s")
    peer.close()
    api.get("/")


def noise(port, seed):
    chance = random.Random(seed)
    for _ in range(200):
        connection = connect(port, BAD)
        try:
            for _ in range(chance.randrange(1, 6)):
                connection.sendall(bytes(chance.choice((0, 0x40, 0x41, 1, 2, 3, 4, 252, 253, 254, 255))
                                         for _ in range(chance.randrange(1, 5))))
        except ConnectionError:
            pass
        connection.close()


def run(gateway):
    port = free_port()
    gateway.config["negotiation"] = {"tcp": {
        "listen": [f"127.0.0.1:{port}"],
        "peers": [{"name": name, "address": f"{address}:1", "connect": False,
                   "protocols": ["heartbeat"]} for name, address in (("good", GOOD), ("bad", BAD))]}}
    api = gateway.start()
    good = Good(port)
    good.start()
    says(port, b"\xfe", "answered (254) what was not initiated", api)
    says(port, b"\xfd", "answered (253) what was not initiated", api)
    for byte in (4, 100, 251, 252):
        says(port, bytes((byte,)), f"initiated protocol {byte}, the last one here is 3", api)
    says(port, b"\x00\x41", "0x41 in a heartbeat", api)
    says(port, b"\x00\x40\x40", "0x40 in a heartbeat", api)
    says(port, b"\xff\x00", "answered 0 to heartbeat", api)
    says(port, b"\xff\xff", "answered 255 to heartbeat", api)
    says(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "initiated protocol 71", api)
    says(port, b"\x00\x40\x41" + b"\xff" * 100000, "bytes out of turn", api)
    says(port, b"\x16\x03\x01\x00\xff", "initiated protocol 22", api)
    ends_after_every_byte(port)
    byte_by_byte(port)
    silent(port, api)
    stuck_in_a_heartbeat(port, api)
    without_pause(port, api)
    noise(port, 4711)
    good.stopping = True
    good.join(10)
    equal("error of the good peer", good.error, None)
    equal("sessions of the good peer", sessions(api)["good"]["sessions"], 1)
