# SPDX-License-Identifier: BSD-3-Clause
"""Answers that are taken a bit at a time are given up, and large ones together do not fill the memory."""

import http.client
import time

from lib.attack import attack, connect_narrow
from lib.expect import Failure, check, equal
from lib.objects import make_all

MACS = 6000
READERS = 8


def run(gateway):
    gateway.config["api"].update({"request_timeout_s": 4, "bulk_body_max_bytes": 1 << 20})
    api = gateway.start()
    tunnel = make_all(api)["l2-remote-gateway-connections"]["id"]
    macs = [{"mac": f"02:00:00:01:{i >> 8:02x}:{i & 255:02x}", "rgw_connection": tunnel}
            for i in range(MACS)]
    answer = api.request("POST", "/v2.0/l2-remote-macs", {"l2_remote_macs": macs})
    equal("status of the bulk", answer.status, 201)
    length = backup(gateway)
    fit = (4 << 20) // length
    check(0 < fit < READERS, f"a backup has {length} bytes")
    with attack(gateway, "slow readers"):
        crowd = []
        for _ in range(READERS):
            connection = connect_narrow(gateway.tcp)
            connection.sendall(b"GET /v2.0/backup HTTP/1.1\r\nHost: x\r\n\r\n")
            time.sleep(0.1)
            crowd.append(connection)
        firsts = [connection.recv(12) for connection in crowd]
        equal("answers while others hold the memory", firsts,
              [b"HTTP/1.1 200"] * fit + [b"HTTP/1.1 503"] * (READERS - fit))
        # All of it would take them 38 s, and they are never idle for long.
        deadline = time.monotonic() + 28
        # A list is sent as it is made, and needs none of the memory.
        equal("MACs listed meanwhile", len(api.list("l2-remote-macs")), MACS + 1)
        while backup(gateway) == 0:
            if time.monotonic() > deadline:
                raise Failure("slow readers keep the memory")
            for connection in crowd[:fit]:
                take(connection)
            time.sleep(0.1)


def backup(gateway):
    """How large it is; 0 while there is no memory for it."""
    connection = http.client.HTTPConnection(gateway.tcp, timeout=20)
    connection.request("GET", "/v2.0/backup")
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    check(answer.status in (200, 503), f"{answer.status} {content[:200]}")
    return len(content) if answer.status == 200 else 0


def take(connection):
    """A little of the answer."""
    try:
        connection.settimeout(0.01)
        connection.recv(2048)
    except OSError:
        pass
