# SPDX-License-Identifier: BSD-3-Clause
"""A good client that must be answered while a case attacks, and what attackers need."""

import contextlib
import socket
import threading
import time
from statistics import median

from .client import Client
from .expect import Failure, check

# Whoever attacks comes from other addresses, so that it is not limited as one of them.
GOOD = "127.0.0.9"
TIMEOUT_S = 30
PAUSE_S = 0.05


class _Good(threading.Thread):
    """Asks for / by a new connection, again and again."""

    def __init__(self, where, token, tls):
        super().__init__(daemon=True)
        self._make = lambda: Client(where, TIMEOUT_S, token, tls, source=GOOD)
        self.over = threading.Event()
        self.waits_ms = []
        self.trouble = None

    def ask(self):
        client = self._make()
        began = time.monotonic()
        client.get("/")
        self.waits_ms.append((time.monotonic() - began) * 1000)
        client.close()

    def run(self):
        try:
            while not self.over.wait(PAUSE_S):
                self.ask()
        except Exception as error:  # noqa: BLE001 - whatever it is, it was not answered
            self.trouble = error


@contextlib.contextmanager
def attack(gateway, what, where=None, token=None, tls=None):
    """While the block attacks, every GET / of a good client must be answered. Says how fast."""
    good = _Good(where or gateway.tcp, token, tls)
    good.ask()
    calm_ms = good.waits_ms.pop()
    good.start()
    try:
        yield
        # What was sent last is in the gateway by now, and must not have hurt.
        time.sleep(2 * PAUSE_S)
    finally:
        good.over.set()
        good.join(TIMEOUT_S + 5)
    if good.trouble is not None:
        raise Failure(f"during {what} a good client was not answered: {good.trouble!r}")
    check(good.waits_ms, f"during {what} nobody asked")
    print(f"# during {what} a good client was answered {len(good.waits_ms)} times, "
          f"median {median(good.waits_ms):.1f} ms, worst {max(good.waits_ms):.1f} ms "
          f"({calm_ms:.1f} ms before)", flush=True)


def connect(where, source=None):
    host, port = where.rsplit(":", 1)
    return socket.create_connection((host, int(port)), 10,
                                    (source, 0) if source is not None else None)


def connect_narrow(where):
    """A connection of which the kernel holds little at either end."""
    host, port = where.rsplit(":", 1)
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1000)
    connection.settimeout(10)
    connection.connect((host, int(port)))
    return connection


def send(connection, data):
    """Whether it could still be sent."""
    try:
        connection.sendall(data)
        return True
    except OSError:
        return False


def trickle(gateway, what, begin, drop):
    """A crowd begins requests and sends the rest a drop now and then, without an end: it is cut off
    after the time that a request may take."""
    gateway.config["api"]["request_timeout_s"] = 2
    gateway.start().close()
    with attack(gateway, what):
        crowd = [connect(gateway.tcp) for _ in range(50)]
        for connection in crowd:
            connection.sendall(begin)
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            for connection in crowd:
                send(connection, drop)
            time.sleep(0.2)
        for connection in crowd:
            read_all(connection, 5)


def read_all(connection, timeout_s=TIMEOUT_S):
    """What comes until the server closes it; a Failure if it does not."""
    deadline = time.monotonic() + timeout_s
    received = b""
    while True:
        connection.settimeout(max(0.01, deadline - time.monotonic()))
        try:
            data = connection.recv(65536)
        except TimeoutError:
            raise Failure(f"a connection was kept open; it got {received[:100]!r}") from None
        except OSError:
            return received
        if not data:
            return received
        received += data


def status_of(received):
    """The status of the first answer, 0 if there is none."""
    line = received.split(b"\r\n", 1)[0].split(b" ")
    return int(line[1]) if len(line) > 1 and line[0].startswith(b"HTTP/") else 0
