# SPDX-License-Identifier: BSD-3-Clause
"""Another implementation of the byte negotiator, over a connected socket that blocks: the state
machine of the document that the protocol comes from, which is lax about the byte that crosses its
own initiate. It knows the protocols that it is given, in their order, and no others."""

import socket
import time

KEEPALIVE, ACCEPT, REJECT = 255, 254, 253
READ_S = 5
ESTABLISHED = 1


class NegotiationError(Exception):
    """The other end broke a rule."""


class Heartbeat:
    """0x40 from both, then 0x41 from both."""

    accepts_simultaneous = True

    def __init__(self, period_s=1.0):
        self.period_s = period_s
        self.began = None
        self.runs = 0
        self.initiates = self.accepts = True

    def should_initiate(self):
        return self.initiates and (self.began is None or
                                   time.monotonic() - self.began >= self.period_s)

    def should_accept(self):
        return self.accepts

    def run(self, peer):
        self.began = time.monotonic()
        for byte in (0x40, 0x41):
            peer.write(byte)
            got = peer.read()
            if got != byte:
                raise NegotiationError(f"0x{got:02x} in a heartbeat, not 0x{byte:02x}")
        self.runs += 1


class Peer:
    """One end of a connection."""

    def __init__(self, connection, protocols, sleep_s=0.025):
        self.connection = connection
        self.connection.settimeout(READ_S)
        self.protocols = protocols
        self.sleep_s = sleep_s
        self.rounds = 0

    def write(self, *byte):
        self.connection.sendall(bytes(byte))

    def read(self):
        byte = self.connection.recv(1)
        if not byte:
            raise EOFError("end of stream")
        return byte[0]

    def _answer(self, byte):
        if byte >= len(self.protocols):
            raise NegotiationError(f"protocol {byte} was initiated")
        if self.protocols[byte].should_accept():
            self.write(ACCEPT)
            return byte
        self.write(REJECT)
        return None

    def _initiated(self, mine):
        byte = self.read()
        if byte == mine:
            return mine if self.protocols[mine].accepts_simultaneous else None
        if byte < mine:
            return self._answer(byte)
        answer = self.read()
        if answer not in (ACCEPT, REJECT):
            raise NegotiationError(f"{answer} for an answer")
        return mine if answer == ACCEPT else None

    def negotiate(self):
        """The protocol that both ends run now, or None."""
        self.rounds += 1
        for number, protocol in enumerate(self.protocols):
            if protocol.should_initiate():
                self.write(number)
                return self._initiated(number)
        self.write(KEEPALIVE)
        byte = self.read()
        if byte == KEEPALIVE:
            return None
        if byte in (ACCEPT, REJECT):
            raise NegotiationError(f"{byte} for an opening byte")
        return self._answer(byte)

    def round(self):
        """One round, and what it leads to. Returns what ran."""
        number = self.negotiate()
        if number is None:
            time.sleep(self.sleep_s)
        else:
            self.protocols[number].run(self)
        return number

    def rounds_for(self, seconds):
        """Returns how often each protocol ran."""
        ran = [0] * len(self.protocols)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            number = self.round()
            if number is not None:
                ran[number] += 1
        return ran

    def close(self):
        self.connection.close()


def connect(port, source="127.0.0.1", tls=None):
    """A connection to a gateway on this machine, from an address of loopback."""
    connection = socket.create_connection(("127.0.0.1", port), READ_S, (source, 0))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection if tls is None else tls.wrap_socket(connection, server_hostname="localhost")


def listener(address="127.0.0.1"):
    """(socket that listens, "ADDRESS:PORT") for a gateway that connects."""
    listening = socket.create_server((address, 0))
    listening.settimeout(30)
    return listening, f"{address}:{listening.getsockname()[1]}"


def taken(listening):
    """The next connection that a gateway made, without those that it has given up since."""
    while True:
        connection, _ = listening.accept()
        if connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == ESTABLISHED:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return connection
        connection.close()
