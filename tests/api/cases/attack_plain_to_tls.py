# SPDX-License-Identifier: BSD-3-Clause
"""Plain HTTP and garbage on a TLS port end at once or in time, and get nothing."""

import os

from lib.attack import attack, connect, read_all, send
from lib.certificates import Authority
from lib.expect import check


def run(gateway):
    authority = Authority(gateway.directory, "authority")
    where = gateway.open_to_others(authority)
    gateway.config["api"]["request_timeout_s"] = 2
    tokens = gateway.set_tokens(operator="admin")
    gateway.start().close()
    with attack(gateway, "plain HTTP on a TLS port", where, tokens["operator"],
                authority.context()):
        for _ in range(3):
            crowd = [connect(where) for _ in range(40)]
            for number, connection in enumerate(crowd):
                send(connection, (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", os.urandom(3000), b"\x16",
                                  b"\x16\x03\x01\xff\xff" + os.urandom(20000))[number % 4])
            for connection in crowd:
                received = read_all(connection)
                check(b"HTTP/" not in received, f"plain HTTP got {received[:100]}")
