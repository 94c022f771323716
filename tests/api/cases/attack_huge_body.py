# SPDX-License-Identifier: BSD-3-Clause
"""Bodies beyond the limits are refused, announced, in chunks or after 100-continue; large ones do not fill
the memory."""

import time

from lib.attack import attack, connect, read_all, status_of
from lib.expect import check, equal

HEAD = (b"POST /v2.0/%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        b"Content-Type: application/json\r\n%s\r\n")
LIMIT, BULK_LIMIT = 8192, 1 << 20


def sent(gateway, collection, length, *more):
    connection = connect(gateway.tcp)
    connection.sendall(HEAD % (collection, b"Content-Length: %d\r\n" % length))
    for part in more:
        connection.sendall(part)
    return connection


def in_chunks(gateway, length):
    connection = connect(gateway.tcp)
    connection.sendall(HEAD % (b"networks", b"Transfer-Encoding: chunked\r\n"))
    for _ in range(length // 4096):
        connection.sendall(b"1000\r\n" + b" " * 4096 + b"\r\n")
    connection.sendall(b"0\r\n\r\n")
    return status_of(read_all(connection))


def held(gateway, api):
    """Four bulks of the largest size wait for their end; the next is told to come again."""
    for pause_s in (0.5, 2, 8, 20):
        waiting = [sent(gateway, b"l2-remote-macs", BULK_LIMIT, b" " * (BULK_LIMIT - 1))
                   for _ in range(4)]
        # The kernel has them all; the gateway must have read them before the next one.
        time.sleep(pause_s)
        late = sent(gateway, b"l2-remote-macs", BULK_LIMIT, b" " * BULK_LIMIT)
        status = status_of(read_all(late))
        if status == 503:
            break
        for connection in waiting:
            connection.close()
    equal("status of one bulk too many", status, 503)
    api.create("networks", name="small")
    for connection in waiting:
        connection.sendall(b" ")
        equal("status of an empty bulk", status_of(read_all(connection)), 400)
    again = sent(gateway, b"l2-remote-macs", BULK_LIMIT, b" " * BULK_LIMIT)
    equal("status when there is room again", status_of(read_all(again)), 400)


def run(gateway):
    gateway.config["api"].update({"body_max_bytes": LIMIT, "bulk_body_max_bytes": LIMIT // 2})
    gateway.refuses_to_start("api.bulk_body_max_bytes must be an integer between 65536")
    gateway.config["api"].update({"body_max_bytes": BULK_LIMIT + 1, "bulk_body_max_bytes": BULK_LIMIT})
    gateway.refuses_to_start("api.body_max_bytes must be at most api.bulk_body_max_bytes, 1048576")
    gateway.config["api"]["body_max_bytes"] = LIMIT
    api = gateway.start()
    with attack(gateway, "huge bodies"):
        for collection, limit in ((b"networks", LIMIT), (b"l2-remote-macs", BULK_LIMIT),
                                  (b"l2-remote-macs/x", LIMIT)):
            fits = sent(gateway, collection, limit, b" " * limit)
            check(status_of(read_all(fits)) in (400, 405), f"a body of {limit} bytes is refused")
            large = sent(gateway, collection, limit + 1, b" " * (limit + 1))
            equal(f"status of {limit + 1} bytes", status_of(read_all(large)), 413)
        for length in (1 << 20, 20 << 20):
            large = sent(gateway, b"networks", length, b" " * length)
            equal(f"status of {length} bytes", status_of(read_all(large)), 413)
        equal("status in chunks", in_chunks(gateway, 4 * LIMIT), 413)
        for length in (b"99999999999999999999999999", b"-1", b"1e3"):
            odd = connect(gateway.tcp)
            odd.sendall(HEAD % (b"networks", b"Content-Length: %s\r\n" % length))
            check(status_of(read_all(odd)) in (0, 400, 413), f"a length of {length} is taken")
        asks = connect(gateway.tcp)
        asks.sendall(HEAD % (b"networks", b"Content-Length: 1000000\r\nExpect: 100-continue\r\n"))
        equal("status before it is sent", status_of(read_all(asks)), 413)
        held(gateway, api)
    equal("what was made", len(api.list("networks")), 1)
