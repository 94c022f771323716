# SPDX-License-Identifier: BSD-3-Clause
"""A host is learned where it speaks, followed when it moves, and frozen when it moves too often.

`macs` shows it: behind the port, behind the connection, frozen; a flush forgets it.
"""

import time

from scapy.layers.l2 import Ether

from lib import traffic
from lib.errors import check, wait_until
from lib.frames import send
from lib.pair import Pair

WANDERER = "02:00:5e:00:00:77"
MOVES_TO_FREEZE = 5


def run(lab):
    pair = Pair(lab)
    connection = pair.stretch(25)[0]
    traffic.prove(*pair.hosts)
    left = pair.gateways[0]
    shown = {entry["mac"]: entry for entry in left.macs()}
    host, peer = (shown.get(end.mac) for end in pair.hosts)
    check(host and host["port"] == "lan0", f"the local host is shown as {host}")
    check(peer and peer["connection"] == connection["id"], f"the remote host is shown as {peer}")

    for move in range(MOVES_TO_FREEZE):
        expected = "connection" if move % 2 else "port"
        wait_until(
            lambda: speak(pair.hosts[move % 2]) or place(left, connection) == expected,
            3,
            lambda: f"after move {move} the host is shown as {entry(left)}",
            interval_s=0.2,
        )
        check(not entry(left)["frozen"], f"the host is frozen after {move} moves")
    wait_until(
        lambda: speak(pair.hosts[MOVES_TO_FREEZE % 2]) or entry(left)["frozen"],
        3,
        lambda: f"the host moved {MOVES_TO_FREEZE} times and is not frozen: {entry(left)}",
        interval_s=0.2,
    )
    frozen_at = place(left, connection)
    for end in pair.hosts:
        speak(end)
        time.sleep(0.3)
    check(place(left, connection) == frozen_at, "a frozen MAC moved")


def speak(host):
    """The wanderer says something at the place of `host`."""
    frame = Ether(src=WANDERER, dst="ff:ff:ff:ff:ff:ff", type=0x88B5) / (b"here" * 15)
    send(host.namespace, host.dev, frame)


def entry(gateway):
    return next((mac for mac in gateway.macs() if mac["mac"] == WANDERER), None)


def place(gateway, connection):
    found = entry(gateway)
    if found is None:
        return None
    return "connection" if found["connection"] == connection["id"] else "port"
