# SPDX-License-Identifier: BSD-3-Clause
"""Protocols 1 to 3 of another implementation of the byte negotiator, over a stream: the messages of
proto/negotiation.proto, written and read without it, each after its length."""

import struct

MESSAGE_MAX = 65536
OFFERS, HAVE, MACS, POSITION, BEHIND, END = range(1, 7)
VXLAN, GRE, NVGRE = 1, 2, 3


def _varint(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out) + bytes((value,))


def _read_varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def _bytes(number, value):
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _fixed64(number, value):
    return _varint(number << 3 | 1) + struct.pack("<Q", value)


def fields(data):
    """{number: values} of a message."""
    found, at = {}, 0
    while at < len(data):
        tag, at = _read_varint(data, at)
        if tag & 7 == 0:
            value, at = _read_varint(data, at)
        elif tag & 7 == 1:
            value, at = struct.unpack_from("<Q", data, at)[0], at + 8
        else:
            length, at = _read_varint(data, at)
            value, at = data[at:at + length], at + length
        found.setdefault(tag >> 3, []).append(value)
    return found


def offer(name, encapsulations=(VXLAN,), segmentation_ids=(), addresses=("192.0.2.2",)):
    packed = _bytes(1, name.encode()) + _bytes(2, b"".join(map(_varint, encapsulations)))
    packed += _bytes(3, b"".join(map(_varint, segmentation_ids)))
    for address in addresses:
        packed += _bytes(4, bytes(map(int, address.split("."))))
    return packed


def offers(*them):
    return _bytes(OFFERS, b"".join(_bytes(1, one) for one in them))


def have(epoch, sequence, names):
    return _bytes(HAVE, _fixed64(1, epoch) + _fixed64(2, sequence) + _fixed64(3, links_hash(names)))


def macs(link=0, added=(), removed=()):
    return _bytes(MACS, _varint(1 << 3) + _varint(link) + _bytes(2, _packed(added))
                  + _bytes(3, _packed(removed)))


def position(epoch, sequence):
    return _bytes(POSITION, _fixed64(1, epoch) + _fixed64(2, sequence))


def behind():
    return _bytes(BEHIND, b"")


def end():
    return _bytes(END, b"")


def _packed(addresses):
    return b"".join(bytes.fromhex(address.replace(":", "")) for address in addresses)


def links_hash(names):
    """FNV-1a of the names that both ends have, each with a NUL, after one more."""
    value = 0xCBF29CE484222325
    for byte in b"\0" + b"".join(name.encode() + b"\0" for name in sorted(names)):
        value = (value ^ byte) * 0x100000001B3 & (1 << 64) - 1
    return value


def number(content, which):
    """One that is 0 is not on the wire."""
    return content.get(which, [0])[0]


def send(peer, *messages):
    peer.connection.sendall(b"".join(struct.pack("!I", len(one)) + one for one in messages))


def _exactly(peer, count):
    data = b""
    while len(data) < count:
        more = peer.connection.recv(count - len(data))
        if not more:
            raise EOFError("end of stream")
        data += more
    return data


def take(peer):
    """(kind, {number: values} of its content)"""
    length = struct.unpack("!I", _exactly(peer, 4))[0]
    if length > MESSAGE_MAX:
        raise ValueError(f"a message of {length} bytes")
    (kind, values), = fields(_exactly(peer, length)).items()
    return kind, fields(values[0])


def take_until(peer, *kinds):
    """What comes up to one of those, and that one."""
    taken = [take(peer)]
    while taken[-1][0] not in kinds:
        taken.append(take(peer))
    return taken


class Protocol:
    """One that is accepted, and initiated when it is told to."""

    accepts_simultaneous = True

    def __init__(self):
        self.initiates = False
        self.runs = 0

    def should_initiate(self):
        return self.initiates

    def should_accept(self):
        return True

    def run(self, peer):
        self.initiates = False
        self.say(peer)
        self.runs += 1

    def finish(self, peer):
        send(peer, end())
        take_until(peer, END)


class Tunnel(Protocol):
    def __init__(self, *them):
        super().__init__()
        self.offers = them
        self.theirs, self.links = [], []

    def say(self, peer):
        send(peer, offers(*self.offers))
        kind, content = take(peer)
        assert kind == OFFERS and 2 not in content, (kind, content)
        self.theirs = [fields(one) for one in content.get(1, ())]
        names = [[fields(one)[1][0].decode() for one in side]
                 for side in (self.offers, content.get(1, ()))]
        self.links = [name for name in set(names[0])
                      if names[0].count(name) == 1 and names[1].count(name) == 1]
        self.finish(peer)


class Resync(Protocol):
    """Tells a table when asked, and takes one when it asks."""

    accepts_simultaneous = False

    def __init__(self):
        super().__init__()
        self.table = []
        self.at = (1, 0)
        self.asks = False

    def say(self, peer):
        if self.asks:
            self.taken = take_until(peer, POSITION)
        else:
            send(peer, macs(added=self.table), position(*self.at))
        self.finish(peer)


class MacSync(Protocol):
    """Says what it has, and whatever is set as the answer to what the other has."""

    def __init__(self, tunnel):
        super().__init__()
        self.tunnel = tunnel
        self.has = (0, 0)
        self.answer = [behind()]
        self.theirs = None

    def say(self, peer):
        send(peer, have(*self.has, self.tunnel.links))
        _, content = take(peer)
        self.theirs = number(content, 1), number(content, 2)
        send(peer, *self.answer)
        self.taken = take_until(peer, POSITION, BEHIND)
        self.finish(peer)
