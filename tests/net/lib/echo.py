# SPDX-License-Identifier: BSD-3-Clause
"""Ping: ICMP echo with the contents compared, and a full wait for late answers.

The ping program stops waiting after twice the longest round trip so far, and so takes an answer
that a busy test machine delays for a lost one.
"""

import os
import select
import socket
import struct
import time

_REQUEST = {False: 8, True: 128}
_REPLY = {False: 0, True: 129}
_IP_MTU_DISCOVER = 10
_IPV6_MTU_DISCOVER = 23
_PMTUDISC_DO = 2
_MAX_ID = 0xFFFF


def _checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _request(v6, identifier, sequence, content):
    header = struct.pack("!BBHHH", _REQUEST[v6], 0, 0, identifier, sequence)
    check = 0 if v6 else _checksum(header + content)  # the kernel fills that of ICMPv6
    return struct.pack("!BBHHH", _REQUEST[v6], 0, check, identifier, sequence) + content


def _open(source, v6):
    if v6:
        raw = source.namespace.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
        raw.setsockopt(socket.IPPROTO_IPV6, _IPV6_MTU_DISCOVER, _PMTUDISC_DO)
    else:
        raw = source.namespace.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
        raw.setsockopt(socket.IPPROTO_IP, _IP_MTU_DISCOVER, _PMTUDISC_DO)
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, source.dev.encode())
    return raw


def _receive(raw, v6, identifier, content, until, outstanding):
    """Take answers until the time `until`, or until none is outstanding."""
    while outstanding:
        left = until - time.monotonic()
        if not select.select([raw], [], [], max(0, left))[0]:
            return
        data = raw.recv(65536)
        if not v6:
            data = data[(data[0] & 0x0F) * 4 :]
        kind, _, _, found, sequence = struct.unpack_from("!BBHHH", data)
        if kind == _REPLY[v6] and found == identifier and data[8:] == content:
            outstanding.discard(sequence)


def exchange(source, address, count, size, interval_s, timeout_s, v6):
    """Send `count` requests of `size` bytes; returns how many were answered with the same bytes.

    `timeout_s` is how long an answer may take, counted from the last request. The packets may not
    be fragmented, so one that is longer than the path takes counts as unanswered.
    """
    identifier = int.from_bytes(os.urandom(2), "big") % _MAX_ID
    content = os.urandom(size)
    outstanding = set()
    with _open(source, v6) as raw:
        for sequence in range(count):
            outstanding.add(sequence)
            try:
                raw.sendto(_request(v6, identifier, sequence, content), (address, 0))
            except OSError:
                pass  # too long, or unreachable: it stays unanswered
            if sequence < count - 1:
                time.sleep(interval_s)
        until = time.monotonic() + timeout_s
        _receive(raw, v6, identifier, content, until, outstanding)
    return count - len(outstanding)
