# SPDX-License-Identifier: BSD-3-Clause
"""Thousands of connections that say nothing, from one address and from many, leave room for others."""

import os
import resource
import signal

from lib.attack import attack, connect
from lib.expect import check, equal

CONNECTIONS = 3000
BURST = 500


def crowd(gateway, sources):
    """The kernel takes a connection that the gateway has no place for, and the gateway ends it."""
    opened = []
    for number in range(CONNECTIONS):
        try:
            opened.append(connect(gateway.tcp, sources[number % len(sources)]))
        except OSError:
            pass
    return opened


def burst(gateway):
    """Those that come while the gateway is at something else wait for it; a client that is turned away
    by the kernel would ask again after a second only."""
    opened = []
    os.kill(gateway.process.pid, signal.SIGSTOP)
    try:
        while len(opened) < BURST:
            opened.append(connect(gateway.tcp, f"127.0.2.{1 + len(opened) % 200}"))
    except OSError:
        pass
    finally:
        os.kill(gateway.process.pid, signal.SIGCONT)
    for connection in opened:
        connection.close()
    equal("connections that the kernel took", len(opened), BURST)


def run(gateway):
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 16384), most))
    gateway.start().close()
    burst(gateway)
    for what, sources in (("idle connections of one address", ["127.0.0.1"]),
                          ("idle connections of many addresses",
                           [f"127.0.1.{i}" for i in range(1, 201)])):
        with attack(gateway, what):
            opened = crowd(gateway, sources)
            check(len(opened) > CONNECTIONS // 2, f"only {len(opened)} connections were opened")
            for connection in opened:
                connection.close()
