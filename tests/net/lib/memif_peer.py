# SPDX-License-Identifier: BSD-3-Clause
"""The client's end of a memif port, without DPDK: connects in a millisecond, floods, and drains.

memif 2.0: messages of 128 bytes over a unix socket of packets, one region of shared memory, one
ring each way. Ring: cookie, flags and head; tail a cache line further; descriptors after another.
"""

import mmap
import os
import socket
import struct

_COOKIE = 0x3E31F20
_VERSION = 0x200
_ACK, _HELLO, _INIT, _ADD_REGION, _ADD_RING, _CONNECT, _CONNECTED = range(1, 8)
_MESSAGE_BYTES = 128
_LOG2_SLOTS = 10
_SLOTS = 1 << _LOG2_SLOTS
_BUFFER_BYTES = 2048
_RING_BYTES = 128 + 16 * _SLOTS
_FLAG_C2S = 1
_FLAG_MASK_INT = 1
_HEAD, _TAIL = 6 // 2, 64 // 2  # in words of a ring


class MemifPeer:
    """Sends `frame` over and over, as fast as the server takes it."""

    def __init__(self, path, frame):
        self._memory, region = self._memory_make(frame)
        words = memoryview(self._memory).cast("H")
        self._to_server = words[: _RING_BYTES // 2]
        self._from_server = words[_RING_BYTES // 2 : _RING_BYTES]
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.settimeout(5)
        self._socket.connect(path)
        self._receive(_HELLO)
        self._ask(_INIT, struct.pack("<HIB24s32s", _VERSION, 0, 0, b"", b"peer"))
        self._ask(_ADD_REGION, struct.pack("<HQ", 0, len(self._memory)), region)
        for offset, flags in ((0, _FLAG_C2S), (_RING_BYTES, 0)):
            ring = struct.pack("<HHHIBH", flags, 0, 0, offset, _LOG2_SLOTS, 0)
            self._ask(_ADD_RING, ring, os.eventfd(0))
        self._ask(_CONNECT, b"peer", answer=_CONNECTED)

    @staticmethod
    def _memory_make(frame):
        """One buffer that every slot to the server sends, and one for each slot from it."""
        buffers = 2 * _RING_BYTES
        size = buffers + (1 + _SLOTS) * _BUFFER_BYTES
        file = os.memfd_create("memif", os.MFD_ALLOW_SEALING)
        os.ftruncate(file, size)
        memory = mmap.mmap(file, size)
        memory[buffers : buffers + len(frame)] = frame
        for ring in (0, _RING_BYTES):
            struct.pack_into("<IH", memory, ring, _COOKIE, _FLAG_MASK_INT)
        for slot in range(_SLOTS):
            at = 128 + 16 * slot
            struct.pack_into("<HHII", memory, at, 0, 0, len(frame), buffers)
            own = buffers + (1 + slot) * _BUFFER_BYTES
            struct.pack_into("<HHII", memory, _RING_BYTES + at, 0, 0, _BUFFER_BYTES, own)
        return memory, file

    def _receive(self, kind):
        message = self._socket.recv(_MESSAGE_BYTES)
        if len(message) < 2 or message[0] != kind:
            raise OSError(f"the server says {message[:100]!r}, where {kind} was due")

    def _ask(self, kind, body, file=None, answer=_ACK):
        message = [struct.pack("<H", kind) + body.ljust(_MESSAGE_BYTES - 2, b"\0")]
        if file is None:
            self._socket.sendmsg(message)
        else:
            socket.send_fds(self._socket, message, [file])
        self._receive(answer)

    def pump(self):
        """Fill one ring, and give back what came on the other. Frames from there must be alike:
        a slot keeps the length of the last one."""
        ring = self._to_server
        ring[_HEAD] = (ring[_TAIL] + _SLOTS) & 0xFFFF
        ring = self._from_server
        ring[_HEAD] = (ring[_TAIL] + _SLOTS) & 0xFFFF
