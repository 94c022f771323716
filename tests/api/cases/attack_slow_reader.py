# SPDX-License-Identifier: BSD-3-Clause
"""Answers that are taken a bit at a time are given up, and large ones together do not fill the memory."""

import time

from lib.attack import attack, connect_narrow
from lib.expect import Failure, check, equal
from lib.objects import make_all

MACS = 3000
READERS = 8


def run(gateway):
    gateway.config["api"].update({"request_timeout_s": 4, "bulk_body_max_bytes": 1 << 20})
    api = gateway.start()
    tunnel = make_all(api)["l2-remote-gateway-connections"]["id"]
    macs = [{"mac": f"02:00:00:01:{i >> 8:02x}:{i & 255:02x}", "rgw_connection": tunnel}
            for i in range(MACS)]
    answer = api.request("POST", "/v2.0/l2-remote-macs", {"l2_remote_macs": macs})
    equal("status of the bulk", answer.status, 201)
    length = len(api.request("GET", "/v2.0/l2-remote-macs").text)
    fit = (4 << 20) // length
    check(0 < fit < READERS, f"a list has {length} bytes")
    with attack(gateway, "slow readers"):
        crowd = []
        for _ in range(READERS):
            connection = connect_narrow(gateway.tcp)
            connection.sendall(b"GET /v2.0/l2-remote-macs HTTP/1.1\r\nHost: x\r\n\r\n")
            time.sleep(0.1)
            crowd.append(connection)
        firsts = [connection.recv(12) for connection in crowd]
        equal("answers while others hold the memory", firsts,
              [b"HTTP/1.1 200"] * fit + [b"HTTP/1.1 503"] * (READERS - fit))
        # All of it would take them 38 s, and they are never idle for long.
        deadline = time.monotonic() + 28
        while api.request("GET", "/v2.0/l2-remote-macs").status == 503:
            if time.monotonic() > deadline:
                raise Failure("slow readers keep the memory")
            for connection in crowd[:fit]:
                take(connection)
            time.sleep(0.1)


def take(connection):
    """A little of the answer."""
    try:
        connection.settimeout(0.01)
        connection.recv(2048)
    except OSError:
        pass
