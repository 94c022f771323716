# SPDX-License-Identifier: BSD-3-Clause
"""Two bgwd whose ports are all af_packet, where the kernel gets a copy of every frame.

Linux may answer none of these copies: tunnel packets would bring ICMP errors back.
"""

from lib import traffic
from lib.errors import check
from lib.frames import Sniffer
from lib.pair import Pair

_ICMP_UNREACHABLE = 3


def is_icmp_error(frame):
    """An outer IPv4 packet that is ICMP destination unreachable."""
    return frame[12:14] == b"\x08\x00" and frame[23] == 1 and frame[34] == _ICMP_UNREACHABLE


def run(lab):
    pair = Pair(lab, access_driver="af_packet", underlay_driver="af_packet")
    sniffer = Sniffer(lab, pair.left.namespace, pair.left.dev)
    pair.stretch(91, "vxlan")
    traffic.prove(*pair.hosts)
    errors = [frame for frame in sniffer.frames if is_icmp_error(frame)]
    check(not errors, f"Linux answered {len(errors)} tunnel packets with ICMP errors")
