# SPDX-License-Identifier: BSD-3-Clause
"""An XDP program of a stranger: two instructions that pass every frame to the kernel."""

import ctypes
import os
import platform
import socket
import struct

from .errors import Failure

_SYS_BPF = {"x86_64": 321, "aarch64": 280}[platform.machine()]
_BPF_PROG_LOAD = 5
_BPF_PROG_TYPE_XDP = 6
_XDP_PASS = 2
_RTM_SETLINK = 19
_NLM_F_REQUEST_ACK = 5
_IFLA_XDP = 43
_IFLA_XDP_FD = 1
_NLA_F_NESTED = 0x8000


def _load():
    code = struct.pack("<BBhi", 0xB7, 0, 0, _XDP_PASS) + struct.pack("<BBhi", 0x95, 0, 0, 0)
    instructions = ctypes.create_string_buffer(code, len(code))
    licence = ctypes.create_string_buffer(b"GPL")
    attributes = struct.pack(
        "<IIQQIIQII16s",
        _BPF_PROG_TYPE_XDP, len(code) // 8, ctypes.addressof(instructions),
        ctypes.addressof(licence), 0, 0, 0, 0, 0, b"stranger",
    )  # fmt: skip
    libc = ctypes.CDLL(None, use_errno=True)
    buffer = ctypes.create_string_buffer(attributes, len(attributes))
    fd = libc.syscall(_SYS_BPF, _BPF_PROG_LOAD, buffer, len(attributes))
    if fd < 0:
        raise Failure(f"the kernel did not take an XDP program: {os.strerror(ctypes.get_errno())}")
    return fd


def _attribute(kind, payload):
    size = 4 + len(payload)
    return struct.pack("=HH", size, kind) + payload + bytes(-size % 4)


def attach_stranger(namespace, dev):
    """Attach the stranger's program to a netdev."""
    program = _load()
    try:
        with namespace.entered():
            index = socket.if_nametoindex(dev)
        xdp = _attribute(_IFLA_XDP_FD, struct.pack("=i", program))
        body = struct.pack("=BxHiII", socket.AF_UNSPEC, 0, index, 0, 0)
        body += _attribute(_IFLA_XDP | _NLA_F_NESTED, xdp)
        header = struct.pack("=IHHII", 16 + len(body), _RTM_SETLINK, _NLM_F_REQUEST_ACK, 1, 0)
        with namespace.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as netlink:
            netlink.send(header + body)
            answer = struct.unpack_from("=i", netlink.recv(4096), 16)[0]
    finally:
        os.close(program)
    if answer != 0:
        raise Failure(f"the XDP program could not be attached to {dev}: {os.strerror(-answer)}")
