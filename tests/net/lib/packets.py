# SPDX-License-Identifier: BSD-3-Clause
"""Frames and tunnel packets as bytes, made fast enough for files of many thousands; good and bad.

Ethernet without FCS; IPv4 of RFC 791, UDP of RFC 768, VXLAN of RFC 7348, GRE of RFC 2784 and 2890.
"""

import socket
import struct

BROADCAST = "ff:ff:ff:ff:ff:ff"
IPV4, ARP, IPV6, LLDP = 0x0800, 0x0806, 0x86DD, 0x88CC
EXPERIMENTAL = 0x88B5
VXLAN_PORT = 4789
GRE_CHECKSUM, GRE_KEY, GRE_SEQUENCE = 0x8000, 0x2000, 0x1000
_UDP, _GRE = 17, 47
_TEB = 0x6558


def mac_bytes(text):
    return bytes.fromhex(text.replace(":", ""))


def mac_number(prefix, number):
    """The MAC `number` of those that begin with the four bytes of `prefix`."""
    return f"{prefix}:{number >> 8:02x}:{number & 255:02x}"


def pad(frame, size=60):
    return frame.ljust(size, b"\0")


def ethernet(source, destination, payload, ethertype=EXPERIMENTAL, tags=()):
    """`tags` are (TPID, TCI) from the outermost on."""
    header = mac_bytes(destination) + mac_bytes(source)
    for tpid, tci in tags:
        header += struct.pack("!HH", tpid, tci)
    return header + struct.pack("!H", ethertype) + payload


def vlan(*vids, priority=0):
    """Tags of 802.1Q for `ethernet`."""
    return [(0x8100, priority << 13 | vid) for vid in vids]


def checksum(data):
    """The Internet checksum (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ipv4(source, destination, protocol, payload, tos=0, fragment=0x4000, options=b"", wrong=False):
    """`fragment` is the word of flags and offset; `wrong` spoils the checksum."""
    header = struct.pack(
        "!BBHHHBBH4s4s",
        0x45 + len(options) // 4,
        tos,
        20 + len(options) + len(payload),
        0,
        fragment,
        64,
        protocol,
        0,
        socket.inet_aton(source),
        socket.inet_aton(destination),
    )
    value = checksum(header + options) ^ (0x0101 if wrong else 0)
    return header[:10] + struct.pack("!H", value) + header[12:] + options + payload


def udp(port, payload, source_port=50000, length=None, value=0):
    """`value` is the checksum, 0 for none; `length` overrides the true one."""
    size = 8 + len(payload) if length is None else length
    return struct.pack("!HHHH", source_port, port, size, value) + payload


def udp_checksum(source, destination, datagram):
    """The checksum that `datagram`, with a checksum of 0, has between two addresses."""
    pseudo = socket.inet_aton(source) + socket.inet_aton(destination)
    pseudo += struct.pack("!HH", _UDP, len(datagram))
    return checksum(pseudo + datagram) or 0xFFFF


def vxlan(source, destination, vni, inner, flags=8, **ip):
    shim = struct.pack("!II", flags << 24, vni << 8)
    return ipv4(source, destination, _UDP, udp(VXLAN_PORT, shim + inner), **ip)


def vxlan_checksummed(source, destination, vni, inner, spoil=0):
    """With a checksum over the datagram, right unless `spoil` changes it."""
    payload = struct.pack("!II", 8 << 24, vni << 8) + inner
    right = udp_checksum(source, destination, udp(VXLAN_PORT, payload))
    datagram = udp(VXLAN_PORT, payload, value=right ^ spoil)
    return ipv4(source, destination, _UDP, datagram)


def gre(source, destination, key, inner, flags=GRE_KEY, protocol=_TEB, spoil=0, **ip):
    """`flags` say which of checksum, key and sequence number are there; `spoil` the checksum."""
    words = struct.pack("!I", key) if flags & GRE_KEY else b""
    words += struct.pack("!I", 1) if flags & GRE_SEQUENCE else b""
    base = struct.pack("!HH", flags, protocol)
    if flags & GRE_CHECKSUM:
        value = checksum(base + b"\0\0\0\0" + words + inner) ^ spoil
        base += struct.pack("!HH", value, 0)
    return ipv4(source, destination, _GRE, base + words + inner, **ip)


def arp_request(source, asker_ip, target_ip):
    return struct.pack(
        "!HHBBH6s4s6s4s",
        1,
        IPV4,
        6,
        4,
        1,
        mac_bytes(source),
        socket.inet_aton(asker_ip),
        bytes(6),
        socket.inet_aton(target_ip),
    )


def echo_request(source, destination, size=56):
    message = struct.pack("!BBHHH", 8, 0, 0, 1, 1) + bytes(size)
    message = message[:2] + struct.pack("!H", checksum(message)) + message[4:]
    return ipv4(source, destination, 1, message)


def write_pcap(path, frames):
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for frame in frames:
            file.write(struct.pack("<IIII", 0, 0, len(frame), len(frame)) + frame)
