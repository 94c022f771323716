# SPDX-License-Identifier: BSD-3-Clause
"""Listening on the access LAN, one hears nothing that the gateway itself has to say.

Not when it starts, not while it runs, not when it stops: no ARP, no router solicitation, no MLD
report, no address detection of the netdev's own Linux.
"""

import time

from lib import netns
from lib.errors import check
from lib.frames import Sniffer
from lib.gateway import Gateway, access, underlay
from lib.sites import underlay_pair

SHORT_S = 10
LONG_S = 60


def run(lab):
    left, right = underlay_pair(lab)
    listener = lab.namespace("listener")
    drivers = ("af_xdp", "af_packet")
    for number, _ in enumerate(drivers):
        netns.veth(listener, f"ear{number}", left.namespace, f"lan{number}")
        listener.quiet(f"ear{number}")
    # What Linux said before the gateway had the netdev is not its doing.
    time.sleep(2)
    sniffers = [Sniffer(lab, listener, f"ear{number}") for number, _ in enumerate(drivers)]
    ports = [access(f"lan{number}", driver) for number, driver in enumerate(drivers)]
    gateway = Gateway(lab, left, [*ports, underlay()])
    for number, _ in enumerate(drivers):
        gateway.stretch(right.ip4, 100 + number, port=f"lan{number}", name=f"lan{number}")
    time.sleep(LONG_S if lab.long else SHORT_S)
    for driver, sniffer in zip(drivers, sniffers):
        heard = sniffer.frames
        check(
            not heard,
            f"{len(heard)} frames of ours were heard on the {driver} access LAN, the first being"
            f" {heard[0].hex() if heard else ''}",
        )
