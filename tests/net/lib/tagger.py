# SPDX-License-Identifier: BSD-3-Clause
"""Tags what a tap sends and untags what it gets: `tagger.py TAP WIRE TPID:VID...`, outer first.

Frames that arrive without exactly these tags are dropped, as a VLAN device drops them.
"""

import fcntl
import os
import select
import socket
import struct
import sys

_TUNSETIFF = 0x400454CA
_IFF_TAP = 2
_IFF_NO_PI = 0x1000
_VID_MASK = 0x0FFF


def open_tap(name):
    tap = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tap, _TUNSETIFF, struct.pack("16sH22x", name.encode(), _IFF_TAP | _IFF_NO_PI))
    return tap


def untag(frame, tags):
    """The frame without `tags`, or None where it does not carry them."""
    at = 12
    for tpid, vid in tags:
        if len(frame) < at + 4:
            return None
        found_tpid, tci = struct.unpack_from("!HH", frame, at)
        if found_tpid != tpid or tci & _VID_MASK != vid:
            return None
        at += 4
    return frame[:12] + frame[at:]


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path.insert(0, os.path.dirname(here))
    from lib import frames

    class Here:
        """The namespace this process was started in."""

        @staticmethod
        def socket(*args):
            return socket.socket(*args)

    tap = open_tap(sys.argv[1])
    wire = frames.open_raw(Here, sys.argv[2])
    tags = [tuple(int(part, 0) for part in tag.split(":")) for tag in sys.argv[3:]]
    push = b"".join(struct.pack("!HH", tpid, vid) for tpid, vid in tags)
    print("ready", flush=True)
    while True:
        for fd in select.select([tap, wire], [], [])[0]:
            if fd == tap:
                frame = os.read(tap, 65536)
                wire.send(frame[:12] + push + frame[12:])
            else:
                frame, went_out = frames.receive(wire)
                inner = None if went_out else untag(frame, tags)
                if inner is not None:
                    os.write(tap, inner)


if __name__ == "__main__":
    main()
