# SPDX-License-Identifier: BSD-3-Clause
"""Whoever listens to a gateway is told when a MAC is learned or moves, and when a path goes down or
comes back: `bgwctl monitor` prints it."""

import time

from scapy.layers.l2 import Ether

from lib import traffic
from lib.bgwctl import Bgwctl
from lib.errors import check, wait_until
from lib.frames import send
from lib.monitor import Monitor
from lib.pair import Pair

WANDERER = "02:00:5e:00:00:78"


def run(lab):
    pair = Pair(lab)
    left = pair.gateways[0]
    bgwctl = Bgwctl(left.api.url)
    macs, paths = Monitor(bgwctl, "monitor macs"), Monitor(bgwctl, "monitor path")
    time.sleep(1)
    connection = pair.stretch(25)[0]
    traffic.prove(*pair.hosts)
    host, peer = pair.hosts
    wait_until(lambda: macs.of(host.mac) and macs.of(peer.mac), 5,
               lambda: f"the hosts were not told of: {macs.events}")
    name, mac = macs.of(host.mac)[0]
    check((name, mac["port"], mac["connection"]) == ("mac_learned", "lan0", None),
          f"the local host was told of as {name} {mac}")
    name, mac = macs.of(peer.mac)[0]
    check((name, mac["port"], mac["connection"]) == ("mac_learned", None, connection["id"]),
          f"the remote host was told of as {name} {mac}")
    shown = {entry["mac"]: entry for entry in left.macs()}
    check(shown[peer.mac]["id"] == mac["id"], "the id is not that of GET /v2.0/macs")

    for end, wanted in ((host, 1), (peer, 2)):
        wait_until(lambda: speak(end) or len(macs.of(WANDERER)) >= wanted, 5,
                   lambda: f"the wanderer was told of as {macs.of(WANDERER)}", interval_s=0.3)
    check([name for name, _ in macs.of(WANDERER)] == ["mac_learned", "mac_moved"],
          f"the wanderer was told of as {macs.of(WANDERER)}")
    check(macs.of(WANDERER)[1][1]["connection"] == connection["id"], "it moved elsewhere")
    prove_path(left, paths)
    macs.close()
    paths.close()


def speak(host):
    frame = Ether(src=WANDERER, dst="ff:ff:ff:ff:ff:ff", type=0x88B5) / (b"here" * 15)
    send(host.namespace, host.dev, frame)


def prove_path(gateway, paths):
    def names():
        return [event["event"] for event in list(paths.events)]

    wait_until(lambda: names()[-1:] == ["path_up"], 5, lambda: f"the path was told of as {names()}")
    before = len(names())
    port = next(port for port in gateway.api.list("ports") if port["name"] == "wan0")
    for state, wanted in ((False, "path_down"), (True, "path_up")):
        gateway.api.update("ports", port["id"], admin_state_up=state)
        wait_until(lambda: names()[before:][-1:] == [wanted], 10,
                   lambda: f"the path was told of as {names()}")
