# SPDX-License-Identifier: BSD-3-Clause
"""A crowd that does nothing but begin TLS, whole or in part, keeps nobody waiting for long."""

import os
import ssl
import threading
import time

from lib.attack import attack, connect
from lib.certificates import Authority
from lib.expect import check

ATTACK_S = 4
CROWD = 4


def handshakes(where, authority, counts):
    context = authority.context()
    deadline = time.monotonic() + ATTACK_S
    count = 0
    while time.monotonic() < deadline:
        try:
            context.wrap_socket(connect(where), server_hostname="127.0.0.1").close()
            count += 1
        except (OSError, ssl.SSLError):
            pass
    counts.append(count)


def halves(where):
    """A first message that says more is to come."""
    deadline = time.monotonic() + ATTACK_S
    while time.monotonic() < deadline:
        try:
            connection = connect(where)
            connection.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + os.urandom(32))
        except OSError:
            pass


def run(gateway):
    authority = Authority(gateway.directory, "authority")
    where = gateway.open_to_others(authority)
    tokens = gateway.set_tokens(operator="admin")
    gateway.start().close()
    counts = []
    with attack(gateway, "handshakes", where, tokens["operator"], authority.context()):
        crowd = [threading.Thread(target=handshakes, args=(where, authority, counts))
                 for _ in range(CROWD)]
        crowd.append(threading.Thread(target=halves, args=(where,)))
        for thread in crowd:
            thread.start()
        for thread in crowd:
            thread.join()
    check(sum(counts) > 0, "nobody finished a handshake")
