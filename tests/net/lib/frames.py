# SPDX-License-Identifier: BSD-3-Clause
"""Raw frames on an interface: listening, and sending bytes as they are."""

import socket
import struct
import threading
import time

from .errors import wait_until

_ETH_P_ALL = 3
_SOL_PACKET = 263
_PACKET_AUXDATA = 8
_PACKET_OUTGOING = 4
_TP_STATUS_VLAN_VALID = 1 << 4
_TP_STATUS_VLAN_TPID_VALID = 1 << 6
_AUXDATA = struct.Struct("IIIHHHH")


def open_raw(namespace, dev):
    """A packet socket on `dev` that sends and receives whole frames."""
    raw = namespace.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    raw.setsockopt(_SOL_PACKET, _PACKET_AUXDATA, 1)
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 23)
    raw.bind((dev, _ETH_P_ALL))
    return raw


def receive(raw):
    """One frame as (bytes, went_out). The kernel takes VLAN tags off; they are put back."""
    data, ancillary, _, address = raw.recvmsg(65536, 256)
    for level, kind, value in ancillary:
        if level == _SOL_PACKET and kind == _PACKET_AUXDATA:
            status, _, _, _, _, tci, tpid = _AUXDATA.unpack(value[: _AUXDATA.size])
            if status & _TP_STATUS_VLAN_VALID:
                if not status & _TP_STATUS_VLAN_TPID_VALID:
                    tpid = 0x8100
                data = data[:12] + struct.pack("!HH", tpid, tci) + data[12:]
    return data, address[2] == _PACKET_OUTGOING


def send(namespace, dev, *frames):
    """Send finished frames out of `dev`; scapy packets are welcome too."""
    with open_raw(namespace, dev) as raw:
        for frame in frames:
            raw.send(bytes(frame))


class Sniffer:
    """Keeps every frame that `dev` receives (or sends, with `outgoing`) from now on."""

    def __init__(self, lab, namespace, dev, outgoing=False):
        self._raw = open_raw(namespace, dev)
        self._raw.settimeout(0.1)
        self._outgoing = outgoing
        self._ending = False
        self._frames = []
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        lab.defer(self.close)

    def _listen(self):
        while not self._ending:
            try:
                data, went_out = receive(self._raw)
            except TimeoutError:
                continue
            except OSError:
                # The interface went down; it may come back.
                time.sleep(0.05)
                continue
            if went_out == self._outgoing:
                self._frames.append(data)

    @property
    def frames(self):
        """What was heard so far, oldest first."""
        return list(self._frames)

    def forget(self):
        self._frames.clear()

    def wait(self, wanted, timeout_s, sentence):
        """The first frame, as scapy's Ether, for which `wanted(frame)` holds."""
        from scapy.layers.l2 import Ether

        seen = 0

        def look():
            nonlocal seen
            frames = self.frames
            while seen < len(frames):
                frame = Ether(frames[seen])
                seen += 1
                if wanted(frame):
                    return frame
            return None

        return wait_until(look, timeout_s, sentence)

    def close(self):
        if not self._ending:
            self._ending = True
            self._thread.join(2)
            self._raw.close()
