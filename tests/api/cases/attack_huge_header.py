# SPDX-License-Identifier: BSD-3-Clause
"""Heads beyond 32 KiB are refused, in one line, in many, or in the request line."""

from lib.attack import attack, connect, read_all, send, status_of
from lib.expect import check

HEADS = (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 1000000 + b"\r\n\r\n",
         b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 200000 + b"\r\n",
         b"GET /" + b"y" * 1000000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
         b"GET /v2.0/networks?" + b"name=y&" * 100000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
         b"G" * 1000000)


def run(gateway):
    gateway.start().close()
    with attack(gateway, "huge heads"):
        for _ in range(20):
            crowd = [(head, connect(gateway.tcp)) for head in HEADS]
            for head, connection in crowd:
                send(connection, head)
            for head, connection in crowd:
                status = status_of(read_all(connection))
                check(status in (0, 400, 413, 414, 431), f"{head[:40]} got {status}")
