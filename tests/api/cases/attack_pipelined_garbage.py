# SPDX-License-Identifier: BSD-3-Clause
"""Garbage after, between and instead of pipelined requests neither gets an answer of another nor stays."""

import random

from lib.attack import attack, connect, read_all, send, status_of
from lib.expect import check, equal

GOOD = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
LAST = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
SMUGGLED = (b"POST /v2.0/networks HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n")


def run(gateway):
    gateway.config["api"]["request_timeout_s"] = 2
    api = gateway.start()
    dice = random.Random(1)
    with attack(gateway, "pipelined garbage"):
        connection = connect(gateway.tcp)
        connection.sendall(GOOD * 50 + LAST)
        equal("answers to a pipeline", read_all(connection).count(b"HTTP/1.1 200"), 51)
        for _ in range(100):
            garbage = bytes(dice.randrange(256) for _ in range(dice.randrange(1, 4000)))
            connection = connect(gateway.tcp)
            send(connection, GOOD * 3 + garbage + b"\r\n\r\n")
            received = read_all(connection)
            check(received.count(b"HTTP/1.1 200") <= 3, f"garbage was answered: {received[-300:]}")
        for garbage in (b"\0" * 5000, b"\r\n" * 5000, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
                        b"\x16\x03\x01\x02\0", SMUGGLED, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"):
            connection = connect(gateway.tcp)
            send(connection, garbage)
            status = status_of(read_all(connection))
            check(status == 0 or status >= 400, f"{garbage[:30]} got {status}")
    equal("what was made", api.list("networks"), [])
