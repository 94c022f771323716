# SPDX-License-Identifier: BSD-3-Clause
"""Two workers: many flows at once, none lost, both workers busy.

The access port has a queue for each worker. The underlay port has one, so one worker sends there
for the other: a virtual Ethernet has no combined channels, without which AF_XDP uses one queue.
"""

import contextlib
import os
import time

from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether

from lib import traffic
from lib.errors import check
from lib.frames import send
from lib.gateway import Gateway, access, underlay
from lib.peers import linux_vxlan
from lib.sites import underlay_pair

STREAMS = 6


def run(lab):
    left, right = underlay_pair(lab)
    host = lab.host("host", 1, left.namespace, "lan0")
    peer = lab.host("peer", 2, right.namespace, "lan0")
    linux_vxlan(right, "lan0", left, 22)
    cores = sorted(os.sched_getaffinity(0))[:2]
    ports = [access("lan0", "af_packet"), underlay()]
    gateway = Gateway(lab, left, ports, workers={"cores": cores, "idle": "sleep"})
    gateway.stretch(right.ip4, 22)
    traffic.prove(host, peer)
    before = rx_by_worker(gateway)
    with contextlib.ExitStack() as running:
        streams = []
        for number in range(STREAMS):
            ends = (host, peer) if number % 2 else (peer, host)
            streams.append(running.enter_context(traffic.Stream(*ends, pps=50)))
        traffic.prove_tcp(host, peer)
    for stream in streams:
        stream.prove_no_loss()
    # The kernel spreads by a secret hash: a few flows may all meet in one queue, 256 do not.
    frames = [
        Ether(src=host.mac, dst=peer.mac)
        / IP(src=host.ip4, dst=peer.ip4)
        / UDP(sport=20000 + number, dport=9)
        for number in range(256)
    ]
    send(host.namespace, host.dev, *frames)
    time.sleep(0.5)
    took = [after - start for start, after in zip(before, rx_by_worker(gateway))]
    check(min(took) > 0 and len(took) == 2, f"the two workers took {took} frames")


def rx_by_worker(gateway):
    return [worker["rx_packets"] for worker in gateway.api.list("workers")]
