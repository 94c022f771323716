# SPDX-License-Identifier: BSD-3-Clause
"""Bodies that never end, a byte at a time, are cut off after the time that a request may take."""

import time

from lib.attack import attack, connect, read_all, send

HEAD = (b"POST /v2.0/networks HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Content-Length: 100000\r\n\r\n")


def run(gateway):
    gateway.config["api"]["request_timeout_s"] = 2
    gateway.start().close()
    with attack(gateway, "slow bodies"):
        crowd = [connect(gateway.tcp) for _ in range(50)]
        for connection in crowd:
            connection.sendall(HEAD)
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            for connection in crowd:
                send(connection, b" ")
            time.sleep(0.2)
        for connection in crowd:
            read_all(connection, 5)
