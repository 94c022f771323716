# SPDX-License-Identifier: BSD-3-Clause
"""A flood of forged datagrams in the name of a peer, some of them with the session's id and nonce as
somebody on the path knows them: it costs no memory, is counted, and the session goes on."""

import struct
import time

from lib import traffic
from lib.errors import check
from lib.frames import open_raw
from lib.negotiating import NegotiatingPair, is_datagram

SECONDS = 8


def forge(frame, number):
    """One that differs in what is said, or in all that is not known off the path."""
    forged = bytearray(frame)
    kind = number % 4
    if kind == 0:  # of no session
        forged[46:58] = struct.pack("!IQ", number, number * 7919)
    elif kind == 1:  # of the session, with a counter to come
        forged[-24:-16] = struct.pack("!Q", 1 << 40 | number)
    elif kind == 2:  # as recorded
        pass
    else:  # a hello
        forged = forged[:42] + struct.pack("!BBHIQIIQIIQ", 1, 1, 0, 0, 0, 1 + number, 1,
                                           1 + number, 1000, 0, number) + bytes(16)
        forged[16:18] = struct.pack("!H", len(forged) - 14)
        forged[38:40] = struct.pack("!H", len(forged) - 34)
        forged[24:26] = b"\0\0"
        total = sum(struct.unpack("!10H", forged[14:34]))
        total = (total & 0xFFFF) + (total >> 16)
        forged[24:26] = struct.pack("!H", ~(total + (total >> 16)) & 0xFFFF)
    return bytes(forged)


def run(lab):
    pair = NegotiatingPair(lab, interval_ms=100, multiplier=5)
    left = pair.gateways[0]
    pair.wait_up()
    far_ip = bytes(map(int, pair.sites[1].ip4.split(".")))
    genuine = next(f for f in pair.wire.seen
                   if is_datagram(f) and f[26:30] == far_ip and f[43] == 2)
    before, memory = pair.session(0), left.resident_bytes()
    drops = left.drops()
    sent = 0
    until = time.monotonic() + SECONDS
    with open_raw(pair.core, "to-left") as raw:
        while time.monotonic() < until:
            for _ in range(50):
                try:
                    raw.send(forge(genuine, sent))
                except OSError:
                    break
                sent += 1
            time.sleep(0.002)
            if sent % 5000 < 50:
                check(pair.session(0)["liveness"] == "up", f"it went down: {pair.session(0)}")
    now = pair.session(0)
    check(now["sessions"] == before["sessions"] and now["liveness"] == "up",
          f"the session was lost: {now}")
    check(now["round"] > before["round"] + 10, f"rounds stopped: {before} and then {now}")
    check(pair.session(1)["sessions"] == 1, "the other end lost its session")
    counted = {reason: count - drops.get(reason, 0) for reason, count in left.drops().items()}
    for reason in ("negotiation_unknown_session", "negotiation_replayed", "negotiation_forged"):
        check(counted.get(reason, 0) > sent / 20, f"of {sent} forgeries {counted} were counted")
    check(now["forged_datagrams"] > 0, f"the session does not count them: {now}")
    grown = left.resident_bytes() - memory
    check(grown < 2 << 20, f"{sent} forgeries took {grown} bytes")
    traffic.prove(*pair.hosts)
