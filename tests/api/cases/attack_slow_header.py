# SPDX-License-Identifier: BSD-3-Clause
"""Heads that never end, a byte at a time, are cut off after the time that a request may take."""

import time

from lib.attack import attack, connect, read_all, send


def run(gateway):
    gateway.config["api"]["request_timeout_s"] = 2
    gateway.start().close()
    with attack(gateway, "slow heads"):
        crowd = [connect(gateway.tcp) for _ in range(50)]
        for connection in crowd:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            for connection in crowd:
                send(connection, b"X: y\r\n")
            time.sleep(0.2)
        for connection in crowd:
            read_all(connection, 5)
