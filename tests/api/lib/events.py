# SPDX-License-Identifier: BSD-3-Clause
"""A reader of server-sent events over a unix socket, which reads only when it is asked to."""

import json
import socket

from .expect import Failure, equal


class Listener:
    def __init__(self, path, query="", last=None, method="GET", timeout_s=10):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(timeout_s)
        self._socket.connect(path)
        head = f"{method} /v2.0/events{query} HTTP/1.1\r\nHost: localhost\r\n"
        if last is not None:
            head += f"Last-Event-ID: {last}\r\n"
        self._socket.sendall((head + "\r\n").encode())
        self._raw = b""
        self.status = int(self._line().split()[1])
        self.headers = {}
        while line := self._line().decode():
            name, value = line.split(":", 1)
            self.headers[name.lower()] = value.strip()
        self.last = None
        self._text = b""

    def opened(self):
        """It is told from now on."""
        equal("status", self.status, 200)
        equal("content type", self.headers["content-type"], "text/event-stream")
        self._fill()
        return self

    def _receive(self):
        piece = self._socket.recv(65536)
        self._raw += piece
        return bool(piece)

    def _line(self):
        while b"\r\n" not in self._raw and self._receive():
            pass
        line, _, self._raw = self._raw.partition(b"\r\n")
        return line

    def _fill(self):
        """One more chunk; False at the end of the stream."""
        while b"\r\n" not in self._raw:
            if not self._receive():
                return False
        size = int(self._raw.partition(b"\r\n")[0], 16)
        start = self._raw.index(b"\r\n") + 2
        while len(self._raw) < start + size + 2:
            if not self._receive():
                return False
        self._text += self._raw[start:start + size]
        self._raw = self._raw[start + size + 2:]
        return size > 0

    def next(self):
        """(event, data), None at the end of the stream."""
        while b"\n\n" not in self._text:
            try:
                if not self._fill():
                    return None
            except TimeoutError:
                raise Failure("no event came") from None
        record, self._text = self._text.split(b"\n\n", 1)
        members = dict(line.split(": ", 1) for line in record.decode().split("\n")
                       if not line.startswith(":"))
        if not members:
            return self.next()
        self.last = members.get("id", self.last)
        return members["event"], json.loads(members["data"])

    def take(self, count):
        return [self.next() for _ in range(count)]

    def nothing(self, seconds=0.3):
        self._socket.settimeout(seconds)
        try:
            raise Failure(f"an event that was not asked for: {self.next()}")
        except Failure as failure:
            if str(failure) != "no event came":
                raise
        finally:
            self._socket.settimeout(10)

    def close(self):
        self._socket.close()
