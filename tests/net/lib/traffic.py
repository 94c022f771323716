# SPDX-License-Identifier: BSD-3-Clause
"""The traffic proof: ping, UDP and a 10 MB TCP transfer each way, between two hosts.

Ping alone proves little: unfinished checksums let it pass while TCP hangs, and a full-size frame
finds the limits that a small one never meets.
"""

import hashlib
import os
import socket
import struct
import threading
import time

from . import echo
from .errors import Failure, check

TCP_BYTES = 10_000_000
_CHUNK = 1 << 16
_UDP_WINDOW = 16
_LATE_S = 2
_SO_RCVBUFFORCE = 33


def _target(host, v6):
    return host.ip6 if v6 else host.ip4


def _any(v6):
    """Where servers listen: a translated host is reached under an address that it does not have."""
    return "::" if v6 else "0.0.0.0"


def _family(v6):
    return socket.AF_INET6 if v6 else socket.AF_INET


def ping(source, target, count=5, size=56, interval_s=0.02, timeout_s=2, v6=False):
    """Ping and return (sent, received); the packets may not be fragmented."""
    received = echo.exchange(source, _target(target, v6), count, size, interval_s, timeout_s, v6)
    return count, received


def wait_reach(source, target, timeout_s=10, v6=False):
    """Ping until the first answer: what the network needs to settle is no loss of a proof."""
    deadline = time.monotonic() + timeout_s
    while ping(source, target, count=1, timeout_s=0.5, v6=v6)[1] == 0:
        if time.monotonic() > deadline:
            raise Failure(
                f"{source.name} never reached {target.name} ({_target(target, v6)}) by ping"
                f" in {timeout_s} s"
            )


def prove_unreachable(source, target, count=3):
    """No ping passes."""
    received = ping(source, target, count=count, timeout_s=0.5)[1]
    check(received == 0, f"{source.name} reached {target.name}, which it must not")


def prove_ping(source, target, size=56, count=5, v6=False):
    sent, received = ping(source, target, count=count, size=size, v6=v6)
    check(
        received == sent,
        f"{received} of {sent} pings of {size} bytes from {source.name} to {target.name} answered",
    )


def prove_udp(source, target, size=1400, count=200, v6=False):
    """Datagrams of `size` bytes go and come back byte for byte, none lost."""
    server = target.namespace.socket(_family(v6), socket.SOCK_DGRAM)
    client = source.namespace.socket(_family(v6), socket.SOCK_DGRAM)
    with server, client:
        server.bind((_any(v6), 0))
        client.connect((_target(target, v6), server.getsockname()[1]))
        server.settimeout(2)
        client.settimeout(2)
        for first in range(0, count, _UDP_WINDOW):
            burst = {}
            for number in range(first, min(first + _UDP_WINDOW, count)):
                burst[number] = struct.pack("!I", number) + os.urandom(size - 4)
                client.send(burst[number])
            try:
                for _ in range(len(burst)):
                    data, address = server.recvfrom(65536)
                    server.sendto(data, address)
                for _ in range(len(burst)):
                    data = client.recv(65536)
                    number = struct.unpack_from("!I", data)[0]
                    check(burst.pop(number, None) == data, f"datagram {number} came back changed")
            except TimeoutError:
                raise Failure(
                    f"{len(burst)} UDP datagrams of {size} bytes between {source.name} and"
                    f" {target.name} were lost, the first being number {min(burst)} of {count}"
                ) from None


def _send_all(sender, content, total):
    sent = 0
    digest = hashlib.sha256()
    while sent < total:
        piece = content[: min(len(content), total - sent)]
        sender.sendall(piece)
        digest.update(piece)
        sent += len(piece)
    sender.shutdown(socket.SHUT_WR)
    return digest.hexdigest()


def _receive_all(receiver):
    digest = hashlib.sha256()
    got = 0
    while True:
        piece = receiver.recv(_CHUNK)
        if not piece:
            return digest.hexdigest(), got
        digest.update(piece)
        got += len(piece)


def prove_tcp(source, target, total=TCP_BYTES, v6=False, timeout_s=30):
    """`total` bytes from `source` to `target` and as many back, the same at both ends."""
    listener = target.namespace.socket(_family(v6), socket.SOCK_STREAM)
    client = source.namespace.socket(_family(v6), socket.SOCK_STREAM)
    content = os.urandom(_CHUNK - 1)
    seen = {}

    def serve():
        try:
            with listener.accept()[0] as accepted:
                accepted.settimeout(timeout_s)
                seen["there"] = _receive_all(accepted)
                seen["back"] = _send_all(accepted, content, total)
        except OSError as error:
            seen["error"] = error

    with listener, client:
        listener.settimeout(timeout_s)
        client.settimeout(timeout_s)
        listener.bind((_any(v6), 0))
        listener.listen(1)
        server = threading.Thread(target=serve, daemon=True)
        server.start()
        way = f"{source.name} to {target.name}"
        try:
            client.connect((_target(target, v6), listener.getsockname()[1]))
            sent = _send_all(client, content, total)
            way = f"{target.name} to {source.name}"
            received, got = _receive_all(client)
        except OSError as error:
            raise Failure(f"TCP from {way} stopped: {error}") from None
        server.join(timeout_s)
    if "error" in seen:
        raise Failure(f"TCP between {source.name} and {target.name} stopped: {seen['error']}")
    check(seen["there"] == (sent, total), f"TCP from {source.name} to {target.name} changed bytes")
    check((received, got) == (seen["back"], total), f"TCP from {way} changed bytes")


def prove(source, target, v6=False):
    """The whole proof; frames from the smallest to a full 1,500-byte packet."""
    wait_reach(source, target, v6=v6)
    header = 48 if v6 else 28
    for size in (0, 56, 1400 - header, 1500 - header):
        prove_ping(source, target, size=size, v6=v6)
        prove_ping(target, source, size=size, v6=v6)
    for size in (4, 1400, 1500 - header):
        prove_udp(source, target, size=size, count=100, v6=v6)
    prove_tcp(source, target, v6=v6)


class Stream:
    """Datagrams at a steady pace from one host to another, counted at both ends.

    For proofs that something may happen to the gateway "without loss". Use as a context manager.
    """

    def __init__(self, source, target, pps=200, size=200):
        self._server = target.namespace.socket(socket.AF_INET, socket.SOCK_DGRAM)
        # What this process is too busy to read is not lost by the network.
        self._server.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, 1 << 22)
        self._server.bind((target.ip4, 0))
        self._server.settimeout(0.2)
        self._client = source.namespace.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._client.connect((target.ip4, self._server.getsockname()[1]))
        self._gap_s = 1 / pps
        self._pad = bytes(size - 4)
        self._sending = True
        self._receiving = True
        self._sent_at = []
        self._received = set()
        self._threads = [
            threading.Thread(target=work, daemon=True) for work in (self._send, self._receive)
        ]

    def _send(self):
        due = time.monotonic()
        while self._sending:
            number = len(self._sent_at)
            self._sent_at.append(time.monotonic())
            try:
                self._client.send(struct.pack("!I", number) + self._pad)
            except OSError:
                pass  # A refused or unreachable datagram counts as sent and lost.
            due += self._gap_s
            time.sleep(max(0, due - time.monotonic()))

    def _receive(self):
        while self._receiving:
            try:
                data = self._server.recv(65536)
            except TimeoutError:
                continue
            self._received.add(struct.unpack_from("!I", data)[0])

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exception):
        self._sending = False
        self._threads[0].join(2)
        deadline = time.monotonic() + _LATE_S
        while len(self._received) < self.sent and time.monotonic() < deadline:
            time.sleep(0.02)
        self._receiving = False
        self._threads[1].join(2)
        self._client.close()
        self._server.close()

    @property
    def received(self):
        return len(self._received)

    @property
    def sent(self):
        return len(self._sent_at)

    def lost(self):
        """Numbers of the datagrams that never came; call it after the end."""
        return [number for number in range(self.sent) if number not in self._received]

    def longest_gap_s(self):
        """The longest time for which everything sent was lost; call it after the end."""
        longest = 0.0
        began = None
        for number, sent_at in enumerate(self._sent_at):
            if number in self._received:
                began = None
            else:
                began = sent_at if began is None else began
                longest = max(longest, sent_at - began)
        return longest

    def prove_no_loss(self):
        check(self.sent > 0, "the stream sent nothing")
        lost = self.lost()
        check(
            not lost, f"{len(lost)} of {self.sent} datagrams were lost, the first number {lost[:1]}"
        )
