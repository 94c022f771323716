# SPDX-License-Identifier: BSD-3-Clause
"""Heads beyond 32 KiB are refused, in one line, in many, or in the request line, and so are too many
arguments; none of them waits for the end of its time."""

from lib.attack import attack, connect, read_all, send, status_of
from lib.expect import check

HEADS = (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 1000000 + b"\r\n\r\n",
         b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 200000 + b"\r\n",
         b"GET /" + b"y" * 1000000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
         b"GET /v2.0/networks?" + b"name=y&" * 100000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
         b"G" * 1000000)


# More than libmicrohttpd finds room for, of which it then forgets to tell the client.
MANY = (b"GET /v2.0/networks?" + b"a&" * 4000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /v2.0/networks?" + b"name=b&" * 1000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")


def run(gateway):
    gateway.config["api"]["request_timeout_s"] = 120
    api = gateway.start()
    for head in MANY:
        connection = connect(gateway.tcp)
        connection.sendall(head)
        read_all(connection)
    names = "&".join(f"name=n{number}" for number in range(64))
    api.get(f"/v2.0/networks?{names}&fields=id&fields=name")
    api.close()
    with attack(gateway, "huge heads"):
        for _ in range(20):
            crowd = [(head, connect(gateway.tcp)) for head in HEADS]
            for head, connection in crowd:
                send(connection, head)
            for head, connection in crowd:
                status = status_of(read_all(connection))
                check(status in (0, 400, 413, 414, 431), f"{head[:40]} got {status}")
