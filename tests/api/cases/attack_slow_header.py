# SPDX-License-Identifier: BSD-3-Clause
"""Heads that never end, a line at a time, are cut off after the time that a request may take."""

from lib.attack import trickle


def run(gateway):
    trickle(gateway, "slow heads", b"GET / HTTP/1.1\r\nHost: x\r\n", b"X: y\r\n")
