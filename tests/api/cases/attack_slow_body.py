# SPDX-License-Identifier: BSD-3-Clause
"""Bodies that never end, a byte at a time, are cut off after the time that a request may take."""

from lib.attack import trickle

HEAD = (b"POST /v2.0/networks HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Content-Length: 100000\r\n\r\n")


def run(gateway):
    trickle(gateway, "slow bodies", HEAD, b" ")
