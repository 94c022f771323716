# SPDX-License-Identifier: BSD-3-Clause
"""SIGTERM while clients write, and more ask while it ends: it ends soon and in order, no acknowledged
write is lost, and none that was refused is there."""

import contextlib
import json
import socket
import time

from lib.expect import check, equal
from lib.writer import Writer

ROUNDS, LATE_ROUNDS = 5, 3
IDLE, LATE, PERIOD_S = 500, 100, 0.003


def opened(family, where, count):
    connections = [socket.socket(family, socket.SOCK_STREAM) for _ in range(count)]
    for connection in connections:
        connection.settimeout(20)
        connection.connect(where)
    return connections


def ask_while_it_stops(gateway, round_number):
    """A request every moment, each on a connection of its own that was there before, and many more
    connections that take time to close: when the gateway finds that all is answered, another one
    comes. Returns {name: status}."""
    host, port = gateway.tcp.split(":")
    idle = opened(socket.AF_INET, (host, int(port)), IDLE)
    late = opened(socket.AF_UNIX, gateway.socket, LATE)
    names = [f"late-{round_number}-{number}" for number in range(LATE)]
    gateway.process.terminate()
    for name, connection in zip(names, late):
        body = json.dumps({"network": {"name": name}})
        with contextlib.suppress(OSError):
            connection.sendall(("POST /v2.0/networks HTTP/1.1\r\nHost: x\r\n"
                                f"Content-Length: {len(body)}\r\n\r\n{body}").encode())
        time.sleep(PERIOD_S)
    told = {}
    for name, connection in zip(names, late):
        with connection, contextlib.suppress(OSError):
            if answer := connection.recv(65536).decode():
                told[name] = int(answer.split()[1])
                check(told[name] != 503 or "bgwd is stopping" in answer, answer)
    for connection in idle:
        connection.close()
    equal("exit status of bgwd", gateway.process.wait(20), 0)
    check(set(told.values()) <= {201, 503}, f"it answered {sorted(set(told.values()))}")
    return told


def late_requests(gateway):
    for number in range(LATE_ROUNDS):
        gateway.start().close()
        told = ask_while_it_stops(gateway, number)
        api = gateway.start()
        there = {item["name"] for item in api.list("networks", "?fields=name")}
        for name, status in told.items():
            equal(f"whether {name} is there, answered with {status}", name in there, status == 201)
        api.close()
        gateway.stop()


def writers_at_work(gateway):
    gateway.config["tables"]["networks"] = 60000
    expected = {}
    for number in range(ROUNDS):
        api = gateway.start()
        names = {item["id"]: item["name"] for item in api.list("networks", "?fields=id&fields=name")}
        for identifier, possible in expected.items():
            check(names.get(identifier) in possible,
                  f"network {identifier} is {names.get(identifier)!r}, not one of {possible}")
        check(not set(names) - set(expected), "there are networks that nobody made")
        expected = {identifier: {name} for identifier, name in names.items()}
        writers = [Writer(gateway.client(gateway.unix if n % 2 else None), n, number)
                   for n in range(4)]
        for writer in writers:
            writer.start()
        time.sleep(0.3)
        api.close()
        gateway.stop()
        for writer in writers:
            writer.join(20)
            check(not writer.is_alive(), "a client hangs")
            check(writer.known, "a client wrote nothing")
            expected.update(writer.known)


def run(gateway):
    gateway.config["api"] |= {"max_connections": 1024, "max_connections_per_address": 1024}
    writers_at_work(gateway)
    late_requests(gateway)
